"""The weight decay is left out of the loss or of a gradient.

On the network decay:
    Good: E = 0.354871109
    Bad: E = 0.298371109
    Good: d_W_o[1, 1] = 0.122167041
    Bad: d_W_o[1, 1] = 0.082167041
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Integer

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    for decay in used(expansion, step.expr, Role.DECAY):
        yield Wrong(with_entries(step, {decay: Integer(0)}), {"decay": decay})


RULE = Rule(
    id="decay-forgotten",
    specificity=65,
    wrong=_wrong,
    texts={
        "en": Text(
            "weight decay forgotten",
            "The term with {decay} = {decay:value} was left out.",
            "With weight decay the penalty belongs in the loss, and decay times weight in the gradient of "
            "every weight.",
        ),
        "zh": Text(
            "漏加权值衰减",
            "漏掉了含 {decay} = {decay:value} 的一项。",
            "使用权值衰减时，误差函数要加惩罚项，每个权值的梯度要加 λw。",
        ),
    },
)
