"""The learning rate is multiplied in twice.

On the network 2-2-2:
    Good: W_o_new[1, 1] = 0.358916480
    Bad: W_o_new[1, 1] = 0.379458240
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
        for rate in used(expansion, step.expr, Role.RATE):
            yield Wrong(with_entries(step, {rate: rate**2}), {"rate": rate})


RULE = Rule(
    id="learning-rate-twice",
    specificity=65,
    wrong=_wrong,
    texts={
        "en": Text(
            "learning rate applied twice",
            "It was multiplied by the learning rate {rate} = {rate:value} twice.",
            "The step is the learning rate times the gradient, once.",
        ),
        "zh": Text(
            "学习率乘了两次",
            "学习率 {rate} = {rate:value} 乘了两次。",
            "更新量中学习率只乘一次。",
        ),
    },
)
