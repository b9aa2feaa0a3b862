"""Softmax without the division by the sum over the layer.

On the network softmax:
    Good: out_o[1] = 0.371053939
    Bad: out_o[1] = 3.021961026
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import exp

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import makes, net_of, with_expr
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.OUT and step.step.rule == "softmax":
        yield Wrong(with_expr(step, exp(net_of(expansion, step.out))))


RULE = Rule(
    id="softmax-not-normalised",
    specificity=75,
    wrong=_wrong,
    texts={
        "en": Text(
            "softmax not normalised",
            "The exponential was not divided by the sum over the layer.",
            "The outputs of a softmax layer add up to 1.",
        ),
        "zh": Text(
            "Softmax 未归一化",
            "没有除以该层各指数之和。",
            "Softmax 层各输出之和为 1。",
        ),
    },
)
