"""A mean over the samples is taken where the sum is meant, or is taken a second time.

On the network recurrent:
    Good: E = 0.029366018
    Bad: E = 0.009788673

On the network batch:
    Good: d_W_o[1, 1] = 0.027864067
    Bad: d_W_o[1, 1] = 0.013932033
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, makes, samples, used, with_entries, with_expr
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    n = samples(expansion)
    if n is None:
        return
    if makes(step) is Role.LOSS:
        change = {unit: unit / n for unit in used(expansion, step.expr, Role.UNIT_LOSS)}
        yield Wrong(with_entries(step, change), {"n": n})
    elif adjoint_of(expansion, step) in (Role.WEIGHT, Role.BIAS):
        change = {signal: signal / n for signal in used(expansion, step.expr, Role.ADJOINT)}
        yield Wrong(with_entries(step, change), {"n": n})
    elif adjoint_of(expansion, step) is Role.OUT and used(expansion, step.expr, Role.TARGET):
        yield Wrong(with_expr(step, step.simplest / n), {"n": n})


RULE = Rule(
    id="mean-for-sum",
    specificity=55,
    wrong=_wrong,
    texts={
        "en": Text(
            "mean instead of sum",
            "It was divided by the number of samples, {n:value}.",
            "Here the contributions of the samples are added up; if the loss is a mean, its error signals hold "
            "the division already.",
        ),
        "zh": Text(
            "多除了样本数",
            "多除了一次样本数 {n:value}。",
            "此处应把各样本的贡献相加；若损失本身取平均，误差信号中已含该除法。",
        ),
    },
)
