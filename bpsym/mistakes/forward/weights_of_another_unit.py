"""All weights of another unit are taken: w3, w4 for w1, w2.

On the network 2-2-2:
    Good: net_h[1] = 0.377500000
    Bad: net_h[1] = 0.392500000
    Good: d_out_h[1] = 0.036350306
    Bad: d_out_h[1] = 0.041370323
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, makes, shifts, used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.NET or adjoint_of(expansion, step) is Role.OUT:
        weights = used(expansion, step.expr, Role.WEIGHT)
        for change in shifts(expansion, weights):
            if len(change) > 1:
                weight, other = next(iter(change.items()))
                yield Wrong(with_entries(step, change), {"weight": weight, "other": other}, f"{weight} {other}")


RULE = Rule(
    id="weights-of-another-unit",
    specificity=55,
    wrong=_wrong,
    texts={
        "en": Text(
            "weights of another unit",
            "The weights of another unit were taken: {other} stands where {weight} belongs.",
            "Each unit has its own weights.",
        ),
        "zh": Text(
            "用了另一神经元的权值",
            "误用了另一神经元的权值：应为 {weight} 的位置用了 {other}。",
            "每个神经元有自己的一组权值。",
        ),
    },
)
