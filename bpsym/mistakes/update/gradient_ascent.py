"""The step goes up the gradient: w + η g.

On the network 2-2-2:
    Good: W_o_new[1, 1] = 0.358916480
    Bad: W_o_new[1, 1] = 0.441083520
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import makes, used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.UPDATED:
        for gradient in used(expansion, step.expr, Role.ADJOINT):
            yield Wrong(with_entries(step, {gradient: -gradient}), {"gradient": gradient})


RULE = Rule(
    id="gradient-ascent",
    specificity=60,
    wrong=_wrong,
    texts={
        "en": Text(
            "gradient ascent",
            "The step was added instead of subtracted.",
            "Gradient descent goes against the gradient {gradient} = {gradient:value}: it is subtracted.",
        ),
        "zh": Text(
            "梯度上升",
            "更新量应减去，却加上了。",
            "梯度下降沿负梯度方向更新，应减去学习率与梯度 {gradient} = {gradient:value} 的乘积。",
        ),
    },
)
