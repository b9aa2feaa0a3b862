"""The factor of the squared error is that of another convention (½, 1, 1/n), or its derivative's 2 is lost or doubled.

On the network 2-2-2:
    Good: E_unit[1] = 0.274811083
    Bad: E_unit[1] = 0.549622166
    Good: d_out_o[1] = 0.741365070
    Bad: d_out_o[1] = 1.482730139
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Integer

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, makes, output_layer, with_expr
from bpsym.networks.equations import size
from bpsym.primitives import HALF, ONE
from bpsym.program import Role, head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sympy import Expr

    from bpsym.expand import Expansion, ScalarStep


FACTORS: dict[str, Callable[[Expr], Expr]] = {  # number of outputs n -> factor
    "half-squared-error": lambda _n: HALF,
    "mean-squared-error": lambda n: 1 / n,
}


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    factor = FACTORS.get(expansion.program.by_name["E_unit"].rule)
    if factor is None:
        return
    n = size(output_layer(expansion))
    if makes(step) is Role.UNIT_LOSS:
        yield from _scaled(step, factor(n), (HALF, ONE, 1 / n, HALF / n))
    elif makes(step) is Role.LOSS:
        yield from _scaled(step, ONE, (HALF, 1 / n, HALF / n))
    elif adjoint_of(expansion, step) is Role.OUT and step.terms and head(step.terms[0].of) == "E_unit":
        yield from _scaled(step, 2 * factor(n), (HALF, ONE, Integer(2), 1 / n, 2 / n, HALF / n))


def _scaled(step: ScalarStep, own: Expr, others: tuple[Expr, ...]) -> Iterator[Wrong]:
    for factor in others:
        yield Wrong(with_expr(step, step.simplest * factor / own), {"own": own, "factor": factor}, str(factor))


RULE = Rule(
    id="loss-convention",
    specificity=45,
    wrong=_wrong,
    texts={
        "en": Text(
            "factor of the loss",
            "The factor {factor} was used instead of {own}.",
            "The loss has one convention (with ½, with 1/n or with neither), and its derivative takes the "
            "factor 2 of the square along.",
        ),
        "zh": Text(
            "误差函数的系数混用",
            "系数误取为 {factor}，应为 {own}。",
            "误差函数的约定（带 ½、带 1/n 或都不带）要前后一致，求导时平方带来的因子 2 也要计入。",
        ),
    },
)
