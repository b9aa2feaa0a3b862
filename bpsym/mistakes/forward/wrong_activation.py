"""Another activation function is applied.

On the network 2-2-2:
    Good: out_h[1] = 0.593269992
    Bad: out_h[1] = 0.360534393
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import CONFUSED, makes, net_of, with_expr
from bpsym.primitives import ACTIVATIONS
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.OUT:
        net = net_of(expansion, step.out)
        for name in CONFUSED.get(step.step.rule, ()):
            yield Wrong(with_expr(step, ACTIVATIONS[name].forward(net)), {"net": net, "other": name}, name)


RULE = Rule(
    id="wrong-activation",
    specificity=50,
    wrong=_wrong,
    texts={
        "en": Text(
            "wrong activation function",
            "{other} was applied to {net} = {net:value}.",
            "This layer has another activation function.",
        ),
        "zh": Text(
            "激活函数用错",
            "对 {net} = {net:value} 误用了激活函数 {other}。",
            "本层所用的是另一种激活函数。",
        ),
    },
)
