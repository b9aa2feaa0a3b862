"""The loss is the mean over the samples, but was added up without dividing by their number.

On the network batch:
    Good: E = 0.308906233
    Bad: E = 0.617812466
    Good: d_out_o[1, 1] = 0.370682535
    Bad: d_out_o[1, 1] = 0.741365070
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, makes, samples, with_expr
from bpsym.primitives import ONE
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    n = samples(expansion)
    divided = makes(step) is Role.LOSS or adjoint_of(expansion, step) in (Role.OUT, Role.NET)
    if n is not None and divided and step.simplest.has(n):
        yield Wrong(with_expr(step, step.simplest.xreplace({n: ONE})), {"n": n})


RULE = Rule(
    id="sum-for-mean",
    specificity=55,
    wrong=_wrong,
    texts={
        "en": Text(
            "sum instead of mean",
            "The division by the number of samples, {n:value}, is missing.",
            "The loss of this description is the mean over the samples.",
        ),
        "zh": Text(
            "漏除样本数",
            "没有除以样本数 {n:value}。",
            "此处的损失是对样本取平均。",
        ),
    },
)
