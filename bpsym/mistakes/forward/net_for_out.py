"""The net input of a unit is taken where its output is meant: in the next layer, the loss or the gradient of a weight.

On the network 2-2-2:
    Good: net_o[1] = 1.105905967
    Bad: net_o[1] = 0.927625000
    Good: d_W_o[1, 1] = 0.082167041
    Bad: d_W_o[1, 1] = 0.052283207
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import activation_of, adjoint_of, makes, net_of, quantity, used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) in (Role.NET, Role.UNIT_LOSS) or adjoint_of(expansion, step) in (Role.WEIGHT, Role.OUT):
        change = {out: net_of(expansion, out) for out in used(expansion, step.expr, Role.OUT)}
        layers = {quantity(expansion, out).layer for out in change}
        if change and all(activation_of(expansion, layer).name != "identity" for layer in layers):
            out = next(iter(change))
            yield Wrong(with_entries(step, change), {"unit": out, "net": change[out]})


RULE = Rule(
    id="net-for-out",
    specificity=55,
    wrong=_wrong,
    texts={
        "en": Text(
            "net input taken for the output",
            "{net} = {net:value} was taken instead of {unit} = {unit:value}.",
            "What a unit hands on is its output, the activation function of its net input.",
        ),
        "zh": Text(
            "误把加权输入当作输出",
            "误用了加权输入 {net} = {net:value}，应为输出 {unit} = {unit:value}。",
            "神经元传给下一层的是经激活函数作用后的输出。",
        ),
    },
)
