"""The sign of the error: target − output where output − target is meant.

On the network 2-2-2:
    Good: d_out_o[1] = 0.741365070
    Bad: d_out_o[1] = -0.741365070
    Good: d_net_o[1] = 0.138498562
    Bad: d_net_o[1] = -0.138498562, from d_out_o[1] on
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, used, with_expr
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) in (Role.OUT, Role.NET) and used(expansion, step.simplest, Role.TARGET):
        yield Wrong(with_expr(step, -step.simplest))


RULE = Rule(
    id="error-signal-sign",
    specificity=50,
    wrong=_wrong,
    texts={
        "en": Text(
            "sign of the error signal",
            "The sign is the wrong way round: {wrong} was taken.",
            "The derivative has the opposite sign: for a squared error that of output − target, not target − output.",
        ),
        "zh": Text(
            "误差信号符号错误",
            "符号反了，误取为 {wrong}。",
            "偏导数的符号正好相反：对平方误差，它与“输出 − 目标值”同号，而不是与“目标值 − 输出”同号。",
        ),
    },
)
