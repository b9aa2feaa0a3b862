"""The net input is handed on as it is: no activation function.

On the network 2-2-2:
    Good: out_h[1] = 0.593269992
    Bad: out_h[1] = 0.377500000
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import makes, net_of, with_expr
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.OUT:
        net = net_of(expansion, step.out)
        yield Wrong(with_expr(step, net), {"net": net})


RULE = Rule(
    id="activation-forgotten",
    specificity=65,
    wrong=_wrong,
    texts={
        "en": Text(
            "activation function forgotten",
            "The activation function was left out: {net} = {net:value} was taken as the output.",
            "The output of a unit is the activation function of its net input.",
        ),
        "zh": Text(
            "漏用激活函数",
            "没有经过激活函数，直接把 {net} = {net:value} 当作输出。",
            "神经元的输出是激活函数作用于加权输入的结果。",
        ),
    },
)
