"""Scalar code on columns of variants: NumPy's functions in place of exact and ball arithmetic."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sympy import Abs, Expr, Max, Piecewise, Rational, Symbol, erf, exp, log, pi, sign, sqrt, tanh

from bpsym.arrays.scalars import on_columns
from bpsym.lowering import lower

if TYPE_CHECKING:
    from collections.abc import Callable

X, Y = Symbol("x"), Symbol("y")
COLUMN = [-1.5, -0.25, 0.5, 2.0]

CASES: list[tuple[Expr, Callable[[float], float]]] = [
    (X * Y + Rational(1, 3), lambda x: x * 0.7 + 1 / 3),
    (1 / (1 + exp(-X)), lambda x: 1 / (1 + math.exp(-x))),
    (tanh(X) - X**2 / Y, lambda x: math.tanh(x) - x * x / 0.7),
    (X**3, lambda x: x**3),
    (log(1 + exp(X)), lambda x: math.log(1 + math.exp(x))),
    (erf(X / sqrt(2)) / sqrt(2 * pi), lambda x: math.erf(x / math.sqrt(2)) / math.sqrt(2 * math.pi)),
    (Max(0, X) + Abs(X) + sign(X), lambda x: max(0, x) + abs(x) + math.copysign(1, x)),
    (Piecewise((X, X > 0), (X / 100, True)), lambda x: x if x > 0 else x / 100),
    (Piecewise((X**2, Abs(X) <= 1), (Y, True)), lambda x: x * x if abs(x) <= 1 else 0.7),
]


@pytest.mark.parametrize(("expr", "by_hand"), CASES, ids=[str(expr) for expr, _ in CASES])
def test_functions(expr: Expr, by_hand: Callable[[float], float]) -> None:
    """Every function an activation or a loss is made of gives what Python's own gives, in each row of the column."""
    code = on_columns(lower([], [expr], {}, inputs=[X, Y]))
    (column,) = code.run([np.array(COLUMN), np.array(0.7)])
    assert column == pytest.approx([by_hand(x) for x in COLUMN], rel=1e-14)


def test_no_value() -> None:
    """What has no value is nan or inf in its own row, and no warning."""
    code = on_columns(lower([], [log(X), 1 / X], {}, inputs=[X]))
    logarithm, inverse = code.run([np.array([-1.0, 0.0, 1.0])])
    assert np.isnan(logarithm[0])
    assert logarithm[1:].tolist() == [-math.inf, 0.0]
    assert inverse.tolist() == [-1.0, math.inf, 1.0]
