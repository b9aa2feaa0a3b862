"""The error signal of another unit is taken.

On the network 2-2-2:
    Good: d_W_o[1, 1] = 0.082167041
    Bad: d_W_o[1, 1] = -0.022602540
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, is_shared_bias, shifts, used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Expr

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    for change in shifts(expansion, _signals(expansion, step)):
        signal, other = next(iter(change.items()))
        yield Wrong(with_entries(step, change), {"signal": signal, "other": other}, f"{signal} {other}")


def _signals(expansion: Expansion, step: ScalarStep) -> tuple[Expr, ...]:
    """The error signals that may be mistaken: not those of which the step adds up the whole layer."""
    if adjoint_of(expansion, step) is None or is_shared_bias(expansion, step):
        return ()
    if adjoint_of(expansion, step) is Role.NET and len(step.terms) > 1:
        return ()
    return used(expansion, step.expr, Role.ADJOINT)


RULE = Rule(
    id="wrong-error-signal",
    specificity=40,
    wrong=_wrong,
    texts={
        "en": Text(
            "error signal of another unit",
            "{other} = {other:value} was taken instead of {signal} = {signal:value}.",
            "All factors of a product in the chain rule belong to the same path.",
        ),
        "zh": Text(
            "用错误差信号",
            "误用了 {other} = {other:value}，应为 {signal} = {signal:value}。",
            "链式法则中同一乘积的各因子应属于同一条路径。",
        ),
    },
)
