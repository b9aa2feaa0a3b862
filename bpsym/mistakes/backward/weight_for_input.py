"""A net input is differentiated by a weight as if by the input: the weight itself comes out.

On the network 2-2-2:
    Good: d_W_o[1, 1] = 0.082167041
    Bad: d_W_o[1, 1] = 0.055399425
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, indices, used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) is Role.WEIGHT:
        weight = expansion.program.get(step.step.quantity.of)[indices(step.out)]
        inputs = used(expansion, step.expr, Role.INPUT, Role.OUT, Role.STATE)
        if inputs:
            yield Wrong(with_entries(step, dict.fromkeys(inputs, weight)), {"source": inputs[0], "weight": weight})


RULE = Rule(
    id="weight-for-input",
    specificity=60,
    wrong=_wrong,
    texts={
        "en": Text(
            "weight taken for the input",
            "The net input was differentiated to {weight} = {weight:value}.",
            "Its derivative by {weight} is the input {source} = {source:value}.",
        ),
        "zh": Text(
            "误把权值当作偏导数",
            "加权输入的偏导数误取为 {weight} = {weight:value}。",
            "对 {weight} 的偏导数是输入 {source} = {source:value}。",
        ),
    },
)
