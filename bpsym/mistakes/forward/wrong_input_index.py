"""An input of the right layer, but of the wrong unit, is taken: in a net input or in the gradient of a weight.

On the network 2-2-2:
    Good: net_h[1] = 0.377500000
    Bad: net_h[1] = 0.385000000
    Good: d_W_o[1, 1] = 0.082167041
    Bad: d_W_o[1, 1] = 0.082667628
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, makes, shifts, used, weighted, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Expr

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    for change in shifts(expansion, _inputs(expansion, step)):
        source, other = next(iter(change.items()))
        yield Wrong(with_entries(step, change), {"source": source, "other": other}, f"{source} {other}")


def _inputs(expansion: Expansion, step: ScalarStep) -> tuple[Expr, ...]:
    if makes(step) is Role.NET:
        return tuple(source for _, source in weighted(expansion, step))
    if adjoint_of(expansion, step) is Role.WEIGHT:
        return used(expansion, step.expr, Role.INPUT, Role.OUT, Role.STATE)
    return ()


RULE = Rule(
    id="wrong-input-index",
    specificity=35,
    wrong=_wrong,
    texts={
        "en": Text(
            "wrong input",
            "{other} = {other:value} was taken instead of {source} = {source:value}.",
            "A weight is multiplied by the output of the unit it starts from.",
        ),
        "zh": Text(
            "输入下标错误",
            "误用了 {other} = {other:value}，应为 {source} = {source:value}。",
            "每个权值所乘的是该连接起点神经元的输出。",
        ),
    },
)
