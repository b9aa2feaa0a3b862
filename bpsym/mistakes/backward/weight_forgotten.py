"""The error signals of the next layer are passed back without the weights.

On the network 2-2-2:
    Good: d_out_h[1] = 0.036350306
    Bad: d_out_h[1] = 0.100400325
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
    weights = used(expansion, step.expr, Role.WEIGHT)
    if adjoint_of(expansion, step) is Role.OUT and weights:
        yield Wrong(with_entries(step, dict.fromkeys(weights, ONE)), {"weight": weights[0]})


RULE = Rule(
    id="weight-forgotten",
    specificity=60,
    wrong=_wrong,
    texts={
        "en": Text(
            "weight left out of the path",
            "The weight {weight} = {weight:value} was left out.",
            "An error signal goes back through the connection it came from, multiplied by its weight.",
        ),
        "zh": Text(
            "反传时漏乘权值",
            "漏乘了权值 {weight} = {weight:value}。",
            "误差信号沿连接反向传播时要乘以该连接的权值。",
        ),
    },
)
