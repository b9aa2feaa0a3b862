"""The weight decay is counted twice: the ½ of the penalty is lost, or the 2 of its derivative is kept.

On the network decay:
    Good: E = 0.354871109
    Bad: E = 0.411371109
    Good: d_W_o[1, 1] = 0.122167041
    Bad: d_W_o[1, 1] = 0.162167041
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    for decay in used(expansion, step.expr, Role.DECAY):
        yield Wrong(with_entries(step, {decay: 2 * decay}), {"decay": decay})


RULE = Rule(
    id="decay-doubled",
    specificity=60,
    wrong=_wrong,
    texts={
        "en": Text(
            "weight decay counted twice",
            "The term with {decay} = {decay:value} was counted twice.",
            "The penalty is ½ λ times the sum of the squared weights, so its derivative is λ times the weight.",
        ),
        "zh": Text(
            "权值衰减计了两次",
            "含 {decay} = {decay:value} 的一项计了两次。",
            "惩罚项为 ½λ 乘以权值平方和，因此其导数为 λw。",
        ),
    },
)
