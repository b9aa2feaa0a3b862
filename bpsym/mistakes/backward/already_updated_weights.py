"""The error is passed back through weights that have already been updated.

On the network 2-2-2:
    Good: d_out_h[1] = 0.036350306
    Bad: d_out_h[1] = 0.030229739
    Good: W_h_new[1, 1] = 0.149780716
    Bad: W_h_new[1, 1] = 0.149817639, from d_out_h[1] on
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, indices, quantity, used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Expr

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) is Role.OUT:
        weights = used(expansion, step.expr, Role.WEIGHT)
        change = {weight: new for weight in weights if (new := _updated(expansion, step, weight)) is not None}
        if change:
            weight, new = next(iter(change.items()))
            yield Wrong(with_entries(step, change), {"weight": weight, "new": new})


def _updated(expansion: Expansion, step: ScalarStep, weight: Expr) -> Expr | None:
    """The new value of a weight, if its gradient is known before this step."""
    name = quantity(expansion, weight).name
    order = list(expansion.program.by_name)
    new = expansion.program.quantities.get(f"{name}_new")
    if new is None or order.index(f"d_{name}") > order.index(step.step.quantity.name):
        return None
    return new[indices(weight)]


RULE = Rule(
    id="already-updated-weights",
    specificity=90,
    wrong=_wrong,
    texts={
        "en": Text(
            "already updated weights",
            "The weights were used after their update: {new} = {new:value} instead of {weight} = {weight:value}.",
            "Every gradient of one step is taken at the old weights; all of them are updated together.",
        ),
        "zh": Text(
            "使用了已更新的权值",
            "使用了更新后的权值：{new} = {new:value}，应为 {weight} = {weight:value}。",
            "同一步中所有梯度都用更新前的权值计算，最后一起更新。",
        ),
    },
)
