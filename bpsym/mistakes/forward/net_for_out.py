"""The net input of a unit is taken where its output is meant: in the next layer, the loss or the gradient of a weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import activation_of, adjoint_of, indices, makes, quantity, used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Expr

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) in (Role.NET, Role.UNIT_LOSS) or adjoint_of(expansion, step) in (Role.WEIGHT, Role.OUT):
        change = {out: _net(expansion, out) for out in used(expansion, step.expr, Role.OUT)}
        if change and not any(activation_of(expansion, quantity(expansion, e).layer).name == "identity" for e in change):
            out = next(iter(change))
            yield Wrong(with_entries(step, change), {"unit": out, "net": change[out]})


def _net(expansion: Expansion, out: Expr) -> Expr:
    return expansion.program.get(f"net_{quantity(expansion, out).layer}")[indices(out)]


RULE = Rule(
    id="net-for-out",
    specificity=55,
    wrong=_wrong,
    texts={
        "en": Text(
            "net input taken for the output",
            "{net} = {net:value} was taken instead of {unit} = {unit:value}.",
            "Behind a unit only its output counts, after the activation function.",
        ),
        "zh": Text(
            "误把加权输入当作输出",
            "误用了加权输入 {net} = {net:value}，应为输出 {unit} = {unit:value}。",
            "神经元向后传递的是经激活函数作用后的输出。",
        ),
    },
)
