"""The logarithm to base 10 instead of the natural one.

On the network softmax:
    Good: E_unit[2] = 0.610674682
    Bad: E_unit[2] = 0.265212645
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
        change = {found: found / log(10) for found in step.expr.atoms(log)}
        yield Wrong(with_expr(step, step.expr.xreplace(change)))


RULE = Rule(
    id="log-base-ten",
    specificity=80,
    wrong=_wrong,
    texts={
        "en": Text(
            "logarithm to base 10",
            "The logarithm to base 10 was taken.",
            "Cross-entropy uses the natural logarithm, ln 10 ≈ 2.302585 times as large.",
        ),
        "zh": Text(
            "误用常用对数",
            "误用了以 10 为底的对数。",
            "交叉熵使用自然对数，其值是常用对数的 ln 10 ≈ 2.302585 倍。",
        ),
    },
)
