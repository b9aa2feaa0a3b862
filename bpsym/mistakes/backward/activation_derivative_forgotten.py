"""The derivative of the activation is left out of the error signal.

On the network 2-2-2:
    Good: d_net_o[1] = 0.138498562
    Bad: d_net_o[1] = 0.741365070
    Good: d_W_o[1, 1] = 0.082167041
    Bad: d_W_o[1, 1] = 0.439829649, from d_net_o[1] on
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, indices, with_terms
from bpsym.primitives import ONE
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) is Role.NET:
        own = [term for term in step.terms if indices(term.of) == indices(term.wrt)]
        for term in own:
            details = {"factor": term.local, "unit": term.of, "net": term.wrt}
            yield Wrong(with_terms(step, [replace(term, local=ONE)]), details)


RULE = Rule(
    id="activation-derivative-forgotten",
    specificity=70,
    wrong=_wrong,
    texts={
        "en": Text(
            "activation derivative forgotten",
            "The derivative of the activation, {factor} = {factor:value}, was left out.",
            "By the chain rule the derivative of the activation function at {net} is one of the factors.",
        ),
        "zh": Text(
            "漏乘激活函数的导数",
            "漏乘了激活函数的导数 {factor} = {factor:value}。",
            "按链式法则，乘积中必须有激活函数在 {net} 处的导数。",
        ),
    },
)
