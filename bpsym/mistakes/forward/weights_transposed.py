"""The weight matrix is transposed (forward), or is not where it should be (backward).

On the network 2-2-2:
    Good: net_o[1] = 1.105905967
    Bad: net_o[1] = 1.135750186
    Good: d_out_h[1] = 0.036350306
    Bad: d_out_h[1] = 0.038255218
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, exists, indices, makes, quantity, used, with_entries
from bpsym.program import Role, head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.NET or adjoint_of(expansion, step) is Role.OUT:
        for name in dict.fromkeys(head(e) for e in used(expansion, step.expr, Role.WEIGHT)):
            weights = [e for e in used(expansion, step.expr, Role.WEIGHT) if head(e) == name]
            if len(indices(weights[0])) == 2 and all(exists(expansion, name, indices(e)[::-1]) for e in weights):
                change = {e: quantity(expansion, e)[indices(e)[::-1]] for e in weights}
                moved = [e for e in weights if change[e] != e]
                if moved:
                    details = {"weight": moved[0], "other": change[moved[0]]}
                    yield Wrong(with_entries(step, change), details, name)


RULE = Rule(
    id="weights-transposed",
    specificity=50,
    wrong=_wrong,
    texts={
        "en": Text(
            "weight matrix transposed",
            "The weight matrix was taken the wrong way round: {other} = {other:value} instead of {weight} = "
            "{weight:value}.",
            "Forward a unit takes the row of its weights, backward the column of the weights that leave it "
            "(the transpose).",
        ),
        "zh": Text(
            "权值矩阵转置错误",
            "权值矩阵的行列颠倒了：用了 {other} = {other:value}，应为 {weight} = {weight:value}。",
            "前向传播取该神经元对应的一行权值，反向传播则取由它发出的一列权值，即用转置矩阵。",
        ),
    },
)
