"""The activation itself stands where its derivative belongs.

On the network 2-2-2:
    Good: d_net_o[1] = 0.138498562
    Bad: d_net_o[1] = 0.557035817
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, with_terms
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) is Role.NET and len(step.terms) == 1:
        (term,) = step.terms
        yield Wrong(with_terms(step, [replace(term, local=term.of)]), {"unit": term.of, "factor": term.local})


RULE = Rule(
    id="activation-for-derivative",
    specificity=65,
    wrong=_wrong,
    texts={
        "en": Text(
            "activation taken for its derivative",
            "{unit} = {unit:value} was taken as the derivative of the activation.",
            "The derivative is {factor} = {factor:value}.",
        ),
        "zh": Text(
            "误把激活值当作导数",
            "把激活值 {unit} = {unit:value} 当作了导数。",
            "导数应为 {factor} = {factor:value}。",
        ),
    },
)
