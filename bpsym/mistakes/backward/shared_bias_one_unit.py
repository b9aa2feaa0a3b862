"""A bias shared by the layer is updated from one unit only.

On the network 2-2-2:
    Good: d_b_o = 0.100400325
    Bad: d_b_o = 0.138498562
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import few, indices, is_shared_bias, quantity, sample_axes, with_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if is_shared_bias(expansion, step):
        lead = sample_axes(expansion, quantity(expansion, step.terms[0].of))
        units = dict.fromkeys(indices(path.of)[lead:] for path in step.terms)
        for unit in few(list(units)) if len(units) > 1 else ():
            own = [path for path in step.terms if indices(path.of)[lead:] == unit]
            yield Wrong(with_terms(step, own), {"unit": own[0].of}, str(unit))


RULE = Rule(
    id="shared-bias-one-unit",
    specificity=70,
    wrong=_wrong,
    texts={
        "en": Text(
            "shared bias from one unit only",
            "Only the unit with {unit} was counted.",
            "A bias shared by the layer enters every unit of it: its gradient is the sum of their error signals.",
        ),
        "zh": Text(
            "共享偏置只算了一个神经元",
            "只计入了 {unit} 所在的神经元。",
            "整层共享的偏置影响该层每个神经元，其梯度是各误差信号之和。",
        ),
    },
)
