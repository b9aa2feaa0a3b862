"""The derivative of the activation is multiplied in twice, often after it has cancelled against the loss.

On the network cross-entropy:
    Good: d_net_o[1] = 0.741365070
    Bad: d_net_o[1] = 0.138498562
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, indices, with_expr
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) is Role.NET:
        own = [term for term in step.terms if indices(term.of) == indices(term.wrt)]
        for term in own:
            yield Wrong(with_expr(step, step.simplest * term.local), {"factor": term.local})


RULE = Rule(
    id="derivative-twice",
    specificity=60,
    wrong=_wrong,
    texts={
        "en": Text(
            "activation derivative applied twice",
            "It was multiplied by the derivative of the activation, {factor} = {factor:value}, once too often.",
            "The derivative of the activation is in the error signal once; with cross-entropy it has already "
            "cancelled.",
        ),
        "zh": Text(
            "激活函数导数多乘一次",
            "多乘了一次激活函数的导数 {factor} = {factor:value}。",
            "误差信号中激活函数的导数只出现一次；使用交叉熵时它已被约去。",
        ),
    },
)
