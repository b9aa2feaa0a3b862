"""The minus sign of the cross-entropy is lost.

On the network softmax:
    Good: E_unit[2] = 0.610674682
    Bad: E_unit[2] = -0.610674682
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import log

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import makes, with_expr
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(_expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.UNIT_LOSS and step.expr.has(log):
        yield Wrong(with_expr(step, -step.expr))


RULE = Rule(
    id="loss-sign",
    specificity=50,
    wrong=_wrong,
    texts={
        "en": Text(
            "minus sign of the loss",
            "The minus sign in front of the logarithm was lost.",
            "Cross-entropy is minus the sum of target times logarithm: it is positive.",
        ),
        "zh": Text(
            "交叉熵漏负号",
            "对数前面漏了负号。",
            "交叉熵是目标值与对数乘积之和的相反数，其值非负。",
        ),
    },
)
