"""The difference of target and output is not squared.

On the network 2-2-2:
    Good: E_unit[1] = 0.274811083
    Bad: E_unit[1] = -0.370682535
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
    rule = expansion.program.by_name["E_unit"].rule
    if makes(step) is Role.UNIT_LOSS and rule in ("half-squared-error", "mean-squared-error"):
        (target,), (out,) = used(expansion, step.expr, Role.TARGET), used(expansion, step.expr, Role.OUT)
        yield Wrong(with_expr(step, step.expr / (target - out)), {"target": target, "output": out})


RULE = Rule(
    id="square-forgotten",
    specificity=60,
    wrong=_wrong,
    texts={
        "en": Text(
            "square forgotten",
            "The difference of {target} and {output} was not squared.",
            "The squared error squares the difference.",
        ),
        "zh": Text(
            "漏了平方",
            "{target} 与 {output} 之差没有平方。",
            "平方误差要对差取平方。",
        ),
    },
)
