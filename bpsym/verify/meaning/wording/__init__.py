"""Ways of writing laws, put in the words of the rest: what one author leaves to the reader is said.

`e_j(n)` at iteration n is e_j; `prod(∂Z/∂Y, ∂Y/∂X)` is ∂Z/∂X; `δ h` beside `δ h = ∂L/∂h` is a derivative; `Δw` of a
document whose steps go down the gradient is −η ∂E/∂w; and `A^L = Ŷ`, where A has a rule, says what Ŷ is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.verify.meaning.wording.functions import by_layer, with_arguments, with_functions, with_insides, with_outputs
from bpsym.verify.meaning.wording.letters import (
    of_any_sample,
    of_one_step,
    of_their_step,
    with_gates,
    with_index,
    with_loss,
    without_iteration,
)
from bpsym.verify.meaning.wording.meanings import (
    over_samples,
    turned_names,
    with_meanings,
    with_signals,
    with_steps,
    without_products,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.meaning.wording.plain import Statements
    from bpsym.verify.tree import Statement

_WAYS = (
    with_loss,
    with_index,
    of_their_step,
    with_gates,
    of_one_step,
    without_iteration,
    of_any_sample,
    with_functions,
    without_products,
    with_signals,
    with_steps,
    with_meanings,
    turned_names,
    over_samples,
    by_layer,
    with_outputs,
    with_arguments,
    with_insides,
)


def reworded(statements: Sequence[Statement]) -> Statements:
    """The statements in plain words."""
    found = tuple(statements)
    for way in _WAYS:
        found = way(found)
    return found
