"""The error signal is taken as the gradient of a weight: the input is left out.

On the network 2-2-2:
    Good: d_W_o[1, 1] = 0.082167041
    Bad: d_W_o[1, 1] = 0.138498562
    Good: W_o_new[1, 1] = 0.358916480
    Bad: W_o_new[1, 1] = 0.330750719, from d_W_o[1, 1] on
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, used, with_entries
from bpsym.primitives import ONE
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    inputs = used(expansion, step.expr, Role.INPUT, Role.OUT, Role.STATE)
    if adjoint_of(expansion, step) is Role.WEIGHT and inputs:
        yield Wrong(with_entries(step, dict.fromkeys(inputs, ONE)), {"source": inputs[0]})


RULE = Rule(
    id="input-forgotten",
    specificity=60,
    wrong=_wrong,
    texts={
        "en": Text(
            "input left out of the gradient",
            "The input {source} = {source:value} was left out.",
            "The derivative of a net input by a weight is the input of that weight.",
        ),
        "zh": Text(
            "梯度漏乘输入",
            "漏乘了输入 {source} = {source:value}。",
            "加权输入对权值的偏导数等于该权值所乘的输入。",
        ),
    },
)
