"""The kernel is turned round: a convolution in the strict sense, where the layer correlates.

On the network convolution:
    Good: net_h[1, 1] = 0.110000000
    Bad: net_h[1, 1] = 0.180000000
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import at, indices, makes, quantity, weighted, with_entries
from bpsym.networks.equations import size
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.NET:
        taps = [w for w, _ in weighted(expansion, step) if quantity(expansion, w).axes[-1].upper == size("q")]
        change = {w: at(w, -1, len(taps) + 1 - indices(w)[-1]) for w in taps}
        if change:
            yield Wrong(with_entries(step, change), {"weight": taps[0], "other": change[taps[0]]})


RULE = Rule(
    id="kernel-flipped",
    specificity=70,
    wrong=_wrong,
    texts={
        "en": Text(
            "kernel flipped",
            "The kernel was turned round: {other} stands where {weight} belongs.",
            "The layer slides its kernel over the input without turning it round (cross-correlation).",
        ),
        "zh": Text(
            "卷积核翻转",
            "卷积核被翻转了：应为 {weight} 的位置用了 {other}。",
            "卷积层中的卷积核不翻转，直接滑动做互相关运算。",
        ),
    },
)
