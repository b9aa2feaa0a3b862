"""The change of a weight is taken for its new value.

On the network 2-2-2:
    Good: W_o_new[1, 1] = 0.358916480
    Bad: W_o_new[1, 1] = -0.041083520
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Integer

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import makes, used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.UPDATED:
        for weight in used(expansion, step.expr, Role.WEIGHT, Role.BIAS):
            yield Wrong(with_entries(step, {weight: Integer(0)}), {"weight": weight})


RULE = Rule(
    id="old-weight-forgotten",
    specificity=65,
    wrong=_wrong,
    texts={
        "en": Text(
            "old value forgotten",
            "{wrong} is only the change.",
            "The change is added to the old value {weight} = {weight:value}.",
        ),
        "zh": Text(
            "漏加原值",
            "{wrong} 只是改变量。",
            "改变量要加到原值 {weight} = {weight:value} 上。",
        ),
    },
)
