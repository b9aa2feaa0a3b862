"""The bias is left out of the net input.

On the network 2-2-2:
    Good: net_h[1] = 0.377500000
    Bad: net_h[1] = 0.027500000
    Good: out_h[1] = 0.593269992
    Bad: out_h[1] = 0.506874567, from net_h[1] on
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
    if makes(step) is Role.NET:
        for bias in used(expansion, step.expr, Role.BIAS):
            yield Wrong(with_entries(step, {bias: Integer(0)}), {"bias": bias})


RULE = Rule(
    id="bias-forgotten",
    specificity=60,
    wrong=_wrong,
    texts={
        "en": Text(
            "bias forgotten",
            "The bias {bias} = {bias:value} was left out of the net input.",
            "A net input is the weighted sum of the inputs plus the bias.",
        ),
        "zh": Text(
            "漏加偏置",
            "计算加权输入时漏加了偏置 {bias} = {bias:value}。",
            "加权输入等于各输入的加权和再加上偏置。",
        ),
    },
)
