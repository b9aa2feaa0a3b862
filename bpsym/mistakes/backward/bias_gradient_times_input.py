"""The gradient of a bias is multiplied by an input, as if it were a weight.

On the network 2-2-2:
    Good: d_b_o = 0.100400325
    Bad: d_b_o = 0.059564500
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, few, weighted, with_terms
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) is Role.BIAS:
        nets = [expansion.step(path.of) for path in step.terms]
        pairs = [weighted(expansion, net) for net in nets if net is not None]
        places = range(min(map(len, pairs), default=0))
        for place in few(places):
            sources = [each[place][1] for each in pairs]
            terms = [replace(path, local=source) for path, source in zip(step.terms, sources, strict=True)]
            yield Wrong(with_terms(step, terms), {"source": sources[0]}, str(place))


RULE = Rule(
    id="bias-gradient-times-input",
    specificity=75,
    wrong=_wrong,
    texts={
        "en": Text(
            "bias gradient multiplied by an input",
            "It was multiplied by the input {source} = {source:value}.",
            "A bias has no input but the constant 1: its gradient is the error signal itself.",
        ),
        "zh": Text(
            "偏置梯度多乘了输入",
            "多乘了输入 {source} = {source:value}。",
            "偏置的输入恒为 1，其梯度就是误差信号本身。",
        ),
    },
)
