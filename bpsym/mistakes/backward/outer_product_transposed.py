"""The gradient matrix is transposed: input times error signal with the indices exchanged.

On the network 2-2-2:
    Good: d_W_o[1, 2] = 0.082667628
    Bad: d_W_o[1, 2] = -0.022602540
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, exists, indices, with_terms
from bpsym.program import Role, head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) is Role.WEIGHT:
        places = indices(step.out)[::-1]
        if len(places) == 2 and places != indices(step.out) and exists(expansion, head(step.out), places):
            other = expansion.step(step.step.quantity[places])
            if other is not None:
                yield Wrong(with_terms(step, other.terms), {"other": other.out})


RULE = Rule(
    id="outer-product-transposed",
    specificity=50,
    wrong=_wrong,
    texts={
        "en": Text(
            "gradient matrix transposed",
            "This is {other} = {other:value}: the two indices were exchanged.",
            "The row of a gradient belongs to the unit with the error signal, the column to the input.",
        ),
        "zh": Text(
            "梯度矩阵转置错误",
            "这是 {other} = {other:value}，两个下标颠倒了。",
            "梯度矩阵的行对应误差信号所在的神经元，列对应输入。",
        ),
    },
)
