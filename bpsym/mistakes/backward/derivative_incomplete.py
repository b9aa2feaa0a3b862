"""Half of the derivative is missing: 1 − out for out(1 − out) or for 1 − out².

On the network 2-2-2:
    Good: d_net_o[1] = 0.138498562
    Bad: d_net_o[1] = 0.184329253
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import activation_of, adjoint_of, quantity, with_terms
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) is Role.NET and len(step.terms) == 1:
        (term,) = step.terms
        if activation_of(expansion, quantity(expansion, term.of).layer).name in ("sigmoid", "tanh"):
            local = 1 - term.of
            yield Wrong(with_terms(step, [replace(term, local=local)]), {"part": local, "factor": term.local})


RULE = Rule(
    id="derivative-incomplete",
    specificity=65,
    wrong=_wrong,
    texts={
        "en": Text(
            "derivative incomplete",
            "The derivative was taken as {part} = {part:value}.",
            "The derivative is {factor} = {factor:value}.",
        ),
        "zh": Text(
            "导数不完整",
            "导数误取为 {part} = {part:value}。",
            "导数应为 {factor} = {factor:value}。",
        ),
    },
)
