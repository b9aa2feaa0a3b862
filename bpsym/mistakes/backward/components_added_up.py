"""The components of a vector are added up, where each unit has a component of its own.

On the network 2-2-2:
    Good: d_out_o[1] = 0.741365070
    Bad: d_out_o[1] = 0.524293535
    Good: d_out_h[1] = 0.036350306
    Bad: d_out_h[1] = 0.077720629
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Add

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, neighbours, sample_axes, with_expr
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) in (Role.OUT, Role.NET):
        units = [step.out, *neighbours(expansion, step.out)]
        size = expansion.shape(step.step.quantity)[sample_axes(expansion, step.step.quantity)]
        if 1 < len(units) == size:
            every = [expansion.step(unit) for unit in units]
            yield Wrong(with_expr(step, Add(*(each.simplest for each in every if each is not None))))


RULE = Rule(
    id="components-added-up",
    specificity=60,
    wrong=_wrong,
    texts={
        "en": Text(
            "sum where a vector is meant",
            "The components of all units of the layer were added up.",
            "The gradient is a vector: each unit keeps its own component.",
        ),
        "zh": Text(
            "把向量的各分量相加了",
            "把该层所有神经元的分量加在了一起。",
            "梯度是向量，每个神经元保留自己的分量。",
        ),
    },
)
