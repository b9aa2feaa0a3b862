"""One of the two terms of the binary cross-entropy is left out, in the loss or in its derivative.

On the network cross-entropy:
    Good: E_unit[1] = 1.380710541
    Bad: E_unit[1] = 0.002858636
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, makes, used, with_expr
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if expansion.program.by_name["E_unit"].rule != "binary-cross-entropy":
        return
    at_output = adjoint_of(expansion, step) is Role.OUT and used(expansion, step.expr, Role.TARGET)
    if makes(step) is Role.UNIT_LOSS or at_output:
        parts = sorted(step.expr.args, key=str) if step.expr.is_Add else []
        for part in parts if len(parts) == 2 else []:
            yield Wrong(with_expr(step, step.expr - part), {"part": part}, str(parts.index(part)))


RULE = Rule(
    id="entropy-term-dropped",
    specificity=60,
    wrong=_wrong,
    texts={
        "en": Text(
            "term of the cross-entropy dropped",
            "{part} = {part:value} was left out.",
            "The binary cross-entropy has two terms, one for the target and one for 1 minus the target.",
        ),
        "zh": Text(
            "二元交叉熵漏项",
            "漏掉了 {part} = {part:value} 这一项。",
            "二元交叉熵有两项，分别对应目标值 t 与 1 − t。",
        ),
    },
)
