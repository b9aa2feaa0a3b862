"""Activations and losses, one row each: the formula, its derivative as people write it, and where it has a kink.

Derivatives are written in terms of the answer, out(1 - out) rather than e^(-z)/(1 + e^(-z))^2; one test over the whole
table holds each against SymPy's own derivative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from sympy import Abs, Expr, Integer, Max, Mul, Piecewise, Pow, Rational, erf, exp, log, pi, sign, sqrt, tanh

from bpsym.errors import DescriptionError, choices

if TYPE_CHECKING:
    from collections.abc import Callable

Row = TypeVar("Row")
ONE = Integer(1)
HALF = Rational(1, 2)


class Activation(Struct, frozen=True):
    """One activation function, applied to each net input z by itself (softmax: to the whole layer)."""

    name: str
    forward: Callable[[Expr], Expr]  # z -> a; for softmax the numerator, normalised over the layer
    derivative: Callable[[Expr, Expr], Expr]  # (z, a) -> da/dz; for softmax the diagonal of the Jacobian
    kink: str = ""  # the derivative taken at 0, where there is none: "zero", "left"; empty for a smooth function
    couples: bool = False  # every output depends on every net input of the layer


class Loss(Struct, frozen=True):
    """One loss: the contribution of one output unit; the loss is the sum over the units."""

    name: str
    forward: Callable[[Expr, Expr, Expr], Expr]  # (target t, output o, number of outputs n) -> E_k
    derivative: Callable[[Expr, Expr, Expr], Expr]  # (t, o, n) -> dE_k/do_k
    kink: str = ""  # the derivative taken where o = t, if there is none: "sign", which is 0 there
    cancels: tuple[str, ...] = ()  # activations whose derivative this loss's derivative cancels against


# Whether a power of names simplifies is what SymPy asks first, at ten times the cost of building it: it never does.


def _sigmoid(z: Expr) -> Expr:
    return Pow(1 + exp(-z, evaluate=False), -1, evaluate=False)


def _square(z: Expr) -> Expr:
    return Pow(z, 2, evaluate=False)


_SLOPE = Rational(1, 100)  # of leaky relu left of 0: Maas, Hannun, Ng (2013)

ACTIVATIONS: dict[str, Activation] = {
    row.name: row
    for row in (
        Activation("identity", lambda z: z, lambda _z, _a: ONE),
        Activation("sigmoid", _sigmoid, lambda _z, a: a * (1 - a)),
        Activation("tanh", tanh, lambda _z, a: 1 - a**2),
        Activation("relu", lambda z: Max(0, z), lambda z, _a: Piecewise((1, z > 0), (0, True)), kink="zero"),
        Activation(
            "leaky-relu",
            lambda z: Piecewise((z, z > 0), (_SLOPE * z, True)),
            lambda z, _a: Piecewise((1, z > 0), (_SLOPE, True)),
            kink="left",
        ),
        # Clevert, Unterthiner, Hochreiter (2016) with alpha = 1, where the two branches meet with the same slope
        Activation(
            "elu",
            lambda z: Piecewise((z, z > 0), (exp(z) - 1, True)),
            lambda z, a: Piecewise((1, z > 0), (a + 1, True)),
        ),
        # Dugas et al. (2001)
        Activation("softplus", lambda z: log(1 + exp(z)), lambda z, _a: _sigmoid(z)),
        # Elfwing, Uchibe, Doya (2018)
        Activation("silu", lambda z: z * _sigmoid(z), lambda z, a: a + _sigmoid(z) * (1 - a)),
        # Hendrycks, Gimpel (2016), the exact form z Phi(z)
        Activation(
            "gelu",
            lambda z: z * (1 + erf(z / sqrt(2))) / 2,
            lambda z, _a: (1 + erf(z / sqrt(2))) / 2 + z * exp(-(z**2) / 2) / sqrt(2 * pi),
        ),
        Activation("softmax", exp, lambda _z, a: a * (1 - a), couples=True),
    )
}

LOSSES: dict[str, Loss] = {
    row.name: row
    for row in (
        Loss("half-squared-error", lambda t, o, _n: Mul(HALF, _square(t - o), evaluate=False), lambda t, o, _n: o - t),
        Loss("mean-squared-error", lambda t, o, n: _square(t - o) / n, lambda t, o, n: (o - t) * (2 / n)),
        Loss("absolute-error", lambda t, o, _n: Abs(t - o), lambda t, o, _n: sign(o - t), kink="sign"),
        # Huber (1964) with threshold 1
        Loss(
            "huber",
            lambda t, o, _n: Piecewise((HALF * (t - o) ** 2, Abs(t - o) <= 1), (Abs(t - o) - HALF, True)),
            lambda t, o, _n: Piecewise((o - t, Abs(t - o) <= 1), (sign(o - t), True)),
        ),
        Loss(
            "binary-cross-entropy",
            lambda t, o, _n: -t * log(o) - (1 - t) * log(1 - o),
            lambda t, o, _n: -t / o + (1 - t) / (1 - o),
            cancels=("sigmoid",),
        ),
        Loss("cross-entropy", lambda t, o, _n: -t * log(o), lambda t, o, _n: -t / o, cancels=("softmax", "sigmoid")),
    )
}


def activation(name: str) -> Activation:
    """The row of that name; raises DescriptionError listing the names there are."""
    return _row(ACTIVATIONS, "activation", name)


def loss(name: str) -> Loss:
    """The row of that name; raises DescriptionError listing the names there are."""
    return _row(LOSSES, "loss", name)


def _row(table: dict[str, Row], kind: str, name: str) -> Row:
    try:
        return table[name]
    except KeyError:
        raise DescriptionError(choices(kind, name, table)) from None
