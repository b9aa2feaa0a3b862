"""The scalars a formula is read over: balls for numbers; SymPy for the network's equations, in `over_sympy`.

The same reading of a tree serves both, so a formula cannot mean one thing to the checker and another to the network.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from flint import arb, fmpq
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from bpsym.verify.meaning.arrays import Scalar

LARGEST_EXPONENT = 2000  # of a power and of e: anything beyond is no number of a derivation
LARGEST_POWER = 100_000  # bits of an exact one: a power of a power of a power grows beyond any memory
LARGEST_VALUE = 10**30  # arguments of functions


class NoValueError(Exception):
    """A formula without a value: a name nobody knows, a division by 0, a number out of all bounds; says which."""

    def __init__(self, why: str, name: str = "") -> None:
        super().__init__(why)
        self.name = name


Total: TypeAlias = "Callable[[Sequence[Scalar]], Scalar]"  # or product: of one scalar at least


class Algebra(Struct, frozen=True):
    """How numbers are made and functions taken."""

    number: Callable[[Fraction], Scalar]
    total: Total
    product: Total
    functions: Mapping[str, Callable[[Scalar], Scalar]]
    power: Callable[[Scalar, Scalar], Scalar]
    quotient: Callable[[Scalar, Scalar], Scalar]
    larger: Callable[[Scalar, Scalar], Scalar]
    chosen: Callable[[Scalar, str, Scalar, Scalar, Scalar], Scalar]  # left, relation, right, then, otherwise
    bound: Callable[[Scalar], object] | None = None  # raises NoValueError for a result that is too large to go on with


def rational(value: Fraction) -> fmpq:
    """The same number as a flint fraction."""
    return fmpq(value.numerator, value.denominator)


def _total(items: Sequence[Scalar]) -> Scalar:
    return sum(items[1:], items[0])


def _product(items: Sequence[Scalar]) -> Scalar:
    return math.prod(items[1:], start=items[0])


def _ball(x: Scalar) -> arb:
    ball = x if isinstance(x, arb) else arb(x)
    if not abs(ball) < LARGEST_VALUE:
        raise NoValueError("a number out of all bounds")
    return ball


def _log(x: Scalar) -> Scalar:
    if not x > 0:
        raise NoValueError("the logarithm of a number that is not positive")
    return _ball(x).log()


def _sqrt(x: Scalar) -> Scalar:
    if not x >= 0:
        raise NoValueError("the root of a negative number")
    return _ball(x).sqrt()


def _exp(x: Scalar) -> Scalar:
    ball = _ball(x)
    if not abs(ball) < LARGEST_EXPONENT:
        raise NoValueError("a power out of all bounds")
    return ball.exp()


def _max_ball(x: Scalar, y: Scalar) -> Scalar:
    if x >= y:
        return x
    if y >= x:
        return y
    return arb(x).max(arb(y))


def _sign_ball(x: Scalar) -> Scalar:
    if x > 0:
        return fmpq(1)
    if x < 0:
        return fmpq(-1)
    if x == 0:
        return fmpq(0)
    return arb(0, 1)


def _step_ball(x: Scalar) -> Scalar:
    return fmpq(1) if x > 0 else fmpq(0) if x <= 0 else arb(0.5, 0.5)


def _power_ball(base: Scalar, exponent: Scalar) -> Scalar:
    if isinstance(exponent, fmpq) and exponent.q == 1:
        count = int(exponent.p)
        if abs(count) > LARGEST_EXPONENT:
            raise NoValueError("a power out of all bounds")
        if count < 0 and 0 in arb(base):
            raise NoValueError("a division by 0")
        if isinstance(base, fmpq) and abs(count) * max(base.p.bit_length(), base.q.bit_length()) > LARGEST_POWER:
            raise NoValueError("a power out of all bounds")
        return base**count if count else fmpq(1)
    if exponent == fmpq(1, 2):
        return _sqrt(base)
    if not base > 0:
        raise NoValueError("a broken power of a number that is not positive")
    return _exp(_ball(exponent) * _ball(base).log())


def _quotient_ball(above: Scalar, below: Scalar) -> Scalar:
    if below == 0 or (isinstance(below, arb) and 0 in below):
        raise NoValueError("a division by 0")
    return above / below


def _chosen_ball(left: Scalar, relation: str, right: Scalar, then: Scalar, otherwise: Scalar) -> Scalar:
    truth = {
        ">": left > right, "≥": left >= right, "<": left < right, "≤": left <= right, "=": left == right,
        "≠": left != right,
    }  # fmt: skip
    return then if truth[relation] else otherwise


_BALL_FUNCTIONS: dict[str, Callable[[Scalar], Scalar]] = {
    "exp": _exp,
    "log": _log,
    "ln": _log,
    "lg": lambda x: _log(x) / arb(10).log(),
    "sqrt": _sqrt,
    "sigmoid": lambda x: 1 / (1 + _exp(-x)),
    "tanh": lambda x: _ball(x).tanh(),
    "sinh": lambda x: _ball(x).sinh(),
    "cosh": lambda x: _ball(x).cosh(),
    "sin": lambda x: _ball(x).sin(),
    "cos": lambda x: _ball(x).cos(),
    "tan": lambda x: _ball(x).tan(),
    "atan": lambda x: _ball(x).atan(),
    "erf": lambda x: _ball(x).erf(),
    "softplus": lambda x: (1 + _exp(x)).log(),
    "relu": lambda x: _max_ball(x, fmpq(0)),
    "leaky_relu": lambda x: x if x > 0 else x / 100,
    "identity": lambda x: x,
    "abs": abs,
    "sign": _sign_ball,
    "step": _step_ball,
}

BALLS = Algebra(rational, _total, _product, _BALL_FUNCTIONS, _power_ball, _quotient_ball, _max_ball, _chosen_ball)
