"""The gradient is subtracted as it is, without the learning rate.

On the network 2-2-2:
    Good: W_o_new[1, 1] = 0.358916480
    Bad: W_o_new[1, 1] = 0.317832959
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import makes, used, with_entries
from bpsym.primitives import ONE
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.UPDATED:
        for rate in used(expansion, step.expr, Role.RATE):
            yield Wrong(with_entries(step, {rate: ONE}), {"rate": rate})


RULE = Rule(
    id="learning-rate-forgotten",
    specificity=65,
    wrong=_wrong,
    texts={
        "en": Text(
            "learning rate forgotten",
            "The learning rate {rate} = {rate:value} was left out.",
            "The step is the learning rate times the gradient.",
        ),
        "zh": Text(
            "漏乘学习率",
            "漏乘了学习率 {rate} = {rate:value}。",
            "更新量是学习率与梯度的乘积。",
        ),
    },
)
