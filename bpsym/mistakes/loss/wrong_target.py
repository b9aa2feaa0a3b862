"""The target of another output is taken.

On the network 2-2-2:
    Good: E_unit[1] = 0.274811083
    Bad: E_unit[1] = 0.028473315
    Good: d_out_o[1] = 0.741365070
    Bad: d_out_o[1] = -0.238634930
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, makes, shifts, used, with_expr
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.UNIT_LOSS or adjoint_of(expansion, step) in (Role.OUT, Role.NET):
        for change in shifts(expansion, used(expansion, step.simplest, Role.TARGET)):
            target, other = next(iter(change.items()))
            wrong = with_expr(step, step.simplest.xreplace(change))
            yield Wrong(wrong, {"target": target, "other": other}, f"{target} {other}")


RULE = Rule(
    id="wrong-target",
    specificity=40,
    wrong=_wrong,
    texts={
        "en": Text(
            "target of another output",
            "{other} = {other:value} was taken instead of {target} = {target:value}.",
            "Each output is compared with its own target.",
        ),
        "zh": Text(
            "用错目标值",
            "误用了目标值 {other} = {other:value}，应为 {target} = {target:value}。",
            "每个输出与它自己的目标值比较。",
        ),
    },
)
