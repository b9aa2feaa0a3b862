"""The old value is carried on as the new one.

On the network 2-2-2:
    Good: W_o_new[1, 1] = 0.358916480
    Bad: W_o_new[1, 1] = 0.400000000
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import makes, used, with_expr
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.UPDATED:
        for weight in used(expansion, step.expr, Role.WEIGHT, Role.BIAS):
            yield Wrong(with_expr(step, weight), {"weight": weight})


RULE = Rule(
    id="not-updated",
    specificity=70,
    wrong=_wrong,
    texts={
        "en": Text(
            "not updated",
            "The old value {weight} = {weight:value} was kept.",
            "This parameter is trained too.",
        ),
        "zh": Text(
            "未更新",
            "仍保留了原值 {weight} = {weight:value}。",
            "该参数也要更新。",
        ),
    },
)
