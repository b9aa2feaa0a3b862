"""The step of one weight is subtracted from another one.

On the network 2-2-2:
    Good: W_o_new[1, 1] = 0.358916480
    Bad: W_o_new[1, 1] = 0.458916480
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import makes, neighbours, used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.UPDATED:
        for weight in used(expansion, step.expr, Role.WEIGHT, Role.BIAS):
            for other in neighbours(expansion, weight):
                details = {"weight": weight, "other": other}
                yield Wrong(with_entries(step, {weight: other}), details, str(other))


RULE = Rule(
    id="wrong-weight-updated",
    specificity=45,
    wrong=_wrong,
    texts={
        "en": Text(
            "step subtracted from another weight",
            "The step was subtracted from {other} = {other:value}.",
            "The weight to change is {weight} = {weight:value}.",
        ),
        "zh": Text(
            "更新了另一权值",
            "误从 {other} = {other:value} 中减去更新量。",
            "要更新的是 {weight} = {weight:value}。",
        ),
    },
)
