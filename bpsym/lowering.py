"""Equations as straight-line code over slots: what evaluates them many times over, without SymPy.

An operation is a Python function, an argument the number of a slot.
"""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flint import arb, fmpq
from msgspec import Struct
from sympy import Abs, Add, Expr, Max, Mul, Piecewise, Pow, Rational, cos, erf, exp, log, pi, sign, sin, tanh, true
from sympy.core.relational import GreaterThan, LessThan, StrictGreaterThan, StrictLessThan

from bpsym import compiling
from bpsym.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bpsym.rounding import Value

ZERO, ONE = fmpq(0), fmpq(1)
EXACT_POWER = 100_000  # bits of an exact power; a longer one, which would fill the memory, is a ball


class Code(Struct, frozen=True):
    """Straight-line code: slots hold the inputs, then one result per operation, then (from the end) the constants."""

    inputs: tuple[Expr, ...]
    operations: tuple[tuple[Callable[[Any, Any], Any], int, int], ...]  # function and the slots of its two arguments
    constants: tuple[Value, ...]  # the last one first
    results: tuple[int, ...]

    def run(self, values: Iterable[Value]) -> list[Value]:
        """Run on values for the inputs; raises EvaluationError for a division by 0 or a logarithm of 0."""
        slots: list[Any] = [*values, *self.operations, *self.constants]
        try:
            for slot, (function, left, right) in enumerate(self.operations, len(self.inputs)):
                slots[slot] = function(slots[left], slots[right])
        except ZeroDivisionError:
            msg = "a division by 0"
            raise EvaluationError(msg) from None
        return [slots[slot] for slot in self.results]

    def compiled(self, kind: type | None = None) -> Callable[[Iterable[Any]], list[Any]]:
        """The same as one Python function, about three times as fast; worth it from some hundred runs on.

        `kind`: all inputs will be balls (arb), or all floats. Constants are made the same, here and once, balls at the
        precision there is now, and functions need not look at what they are given. Of floats an operation may raise
        ArithmeticError or ValueError.
        """
        return compiling.compiled(len(self.inputs), *self._of_kind(kind), self.results)

    def repeated(self, kind: type | None = None) -> Callable[[Iterable[Any], Iterable[object]], list[Any]]:
        """The compiled function, run on its own results once for each of a second argument: faster than so many calls.

        There must be a result for every input, in their order.
        """
        return compiling.repeated(len(self.inputs), *self._of_kind(kind), self.results)

    def _of_kind(self, kind: type | None) -> tuple[list[compiling.Operation], list[Any]]:
        """The operations and the constants, from the first on, for values of a kind."""
        own = _OWN.get(kind, {})
        operations: list[compiling.Operation] = [
            (own[f], (left,)) if f in own else (f, (left, right)) for f, left, right in self.operations
        ]
        return operations, [as_kind(kind, constant) for constant in reversed(self.constants)]


def lower(
    equations: Iterable[tuple[Expr, Expr]],
    wanted: Iterable[Expr],
    known: Mapping[Expr, Value],
    inputs: Iterable[Expr] = (),
) -> Code:
    """Turn equations (entry, right-hand side), each after those it uses, into code that computes the wanted entries.

    What no equation defines and `known` has no value for is an input, after those asked for in `inputs`. Equal
    subexpressions are computed once.
    """
    equations, wanted = list(equations), list(wanted)
    defined = {entry for entry, _ in equations}
    leaves = (leaf for expr in [*(expr for _, expr in equations), *wanted] for leaf in _leaves(expr))
    free = (leaf for leaf in leaves if leaf not in defined and leaf not in known)
    arguments = tuple(dict.fromkeys([*inputs, *free]))
    builder = _Builder(known, {entry: slot for slot, entry in enumerate(arguments)}, len(arguments))
    for entry, expr in equations:
        builder.slots[entry] = builder.slot(expr)
    results = tuple(builder.slot(entry) for entry in wanted)
    return Code(arguments, tuple(builder.operations), tuple(reversed(builder.constants)), results)


def _leaves(expr: Expr) -> Iterator[Expr]:
    if expr.is_Indexed or expr.is_Symbol:
        yield expr
        return
    for arg in expr.args:
        yield from _leaves(arg)


@dataclass
class _Builder:
    """Emits operations and hands out slots."""

    known: Mapping[Expr, Value]
    slots: dict[Expr, int]
    first: int  # the slot of the first operation
    operations: list[tuple[Callable[[Any, Any], Any], int, int]] = field(default_factory=list)
    constants: list[Value] = field(default_factory=list)

    def slot(self, expr: Expr) -> int:
        """The slot that holds the value of an expression, emitting what computes it."""
        if expr not in self.slots:
            self.slots[expr] = self._emitted(expr)
        return self.slots[expr]

    def constant(self, value: Value) -> int:
        """A slot for a constant."""
        self.constants.append(value)
        return -len(self.constants)

    def emit(self, function: Callable[[Any, Any], Any], left: int, right: int = 0) -> int:
        """Append an operation; the slot of its result."""
        self.operations.append((function, left, right))
        return self.first + len(self.operations) - 1

    def _emitted(self, expr: Expr) -> int:
        if expr in self.known:
            return self.constant(self.known[expr])
        if isinstance(expr, Rational):
            return self.constant(fmpq(int(expr.p), int(expr.q)))
        if expr is pi:
            return self.emit(_pi, 0)
        for kind, emitted in _COMPOUND.items():
            if isinstance(expr, kind):
                return emitted(self, expr)
        if type(expr) not in _FUNCTIONS:
            msg = f"no way to compute {type(expr).__name__}"
            raise EvaluationError(msg)
        first, *others = (self.slot(arg) for arg in expr.args)
        for other in others[:-1]:
            first = self.emit(_FUNCTIONS[type(expr)], first, other)  # the largest of several, two by two
        return self.emit(_FUNCTIONS[type(expr)], first, *others[-1:])


def _add(to: _Builder, expr: Add) -> int:
    total = None
    for arg in sorted(expr.args, key=lambda arg: arg.could_extract_minus_sign()):
        if total is None:
            total = to.slot(arg)
        elif arg.could_extract_minus_sign():
            total = to.emit(operator.sub, total, to.slot(-arg))
        else:
            total = to.emit(operator.add, total, to.slot(arg))
    return to.constant(ZERO) if total is None else total


def _mul(to: _Builder, expr: Mul) -> int:
    above = [arg for arg in expr.args if not _is_inverse(arg)]
    product = to.slot(above[0]) if above else to.constant(ONE)
    for arg in above[1:]:
        product = to.emit(operator.mul, product, to.slot(arg))
    for arg in expr.args:
        if _is_inverse(arg):
            product = to.emit(operator.truediv, product, to.slot(1 / arg))
    return product


def _is_inverse(expr: Expr) -> bool:
    return isinstance(expr, Pow) and isinstance(expr.exp, Rational) and bool(expr.exp.is_negative)


def _pow(to: _Builder, expr: Pow) -> int:
    if _is_inverse(expr):
        return to.emit(operator.truediv, to.constant(ONE), to.slot(1 / expr))
    base, exponent = expr.base, expr.exp
    if not isinstance(exponent, Rational) or exponent.q not in (1, 2):
        msg = f"no way to compute a power with the exponent {exponent}"
        raise EvaluationError(msg)
    root = to.slot(base) if exponent.q == 1 else to.emit(_sqrt, to.slot(base))
    if exponent.p == 2:  # also of a ball around 0, of which FLINT's power is not a number
        return to.emit(operator.mul, root, root)
    return to.emit(_power, root, to.constant(fmpq(int(exponent.p))))


def _piecewise(to: _Builder, expr: Piecewise) -> int:
    """Both branches are computed; the condition chooses."""
    (first, condition), (second, otherwise) = expr.args
    if otherwise != true:
        msg = "a case distinction of more than two cases"
        raise EvaluationError(msg)
    branches = to.emit(_pair, to.slot(first), to.slot(second))
    return to.emit(_choose, to.slot(condition), branches)


_COMPOUND: dict[type, Callable[[_Builder, Any], int]] = {Add: _add, Mul: _mul, Pow: _pow, Piecewise: _piecewise}


# Operations take two arguments; those of one argument ignore the second. A comparison that a ball leaves open is None,
# and what depends on it becomes the ball around both possibilities: nothing is decided by guessing.


def _exp(x: Value, _: object) -> Value:
    return ONE if x == 0 else (x if isinstance(x, arb) else arb(x)).exp()  # a copy takes a tenth of the time


def _log(x: Value, _: object) -> Value:
    if x == 1:
        return ZERO
    if x <= 0:
        msg = "the logarithm of a number that is not positive"
        raise EvaluationError(msg)
    return arb(x).log()


def _tanh(x: Value, _: object) -> Value:
    return ZERO if x == 0 else arb(x).tanh()


def _sin(x: Value, _: object) -> Value:
    return ZERO if x == 0 else arb(x).sin()


def _cos(x: Value, _: object) -> Value:
    return ONE if x == 0 else arb(x).cos()


def _erf(x: Value, _: object) -> Value:
    return ZERO if x == 0 else arb(x).erf()


def _sqrt(x: Value, _: object) -> Value:
    if isinstance(x, fmpq) and x >= 0 and x.p.is_square() and x.q.is_square():
        return fmpq(x.p.isqrt(), x.q.isqrt())
    return arb(x).sqrt()


def _power(x: Value, n: Value) -> Value:
    if not isinstance(n, fmpq):
        return x**n
    count = int(n.p)
    if isinstance(x, fmpq) and abs(count) * x.height_bits() > EXACT_POWER:
        x = arb(x)
    return x**count


def _pi(_x: object, _y: object) -> Value:
    return arb.pi()


def _abs(x: Value, _: object) -> Value:
    return abs(x)  # type: ignore[return-value]  # python-flint's stubs know only "a number" here


def _max(x: Value, y: Value) -> Value:
    return _choose(_greater(x, y), (x, y))


def _sign(x: Value, _: object) -> Value:
    if x == 0:
        return ZERO
    return _choose(_greater(x, ZERO), (ONE, -ONE))


def _greater(x: Value, y: Value) -> bool | None:
    if x > y:
        return True
    return False if x <= y else None


def _at_most(x: Value, y: Value) -> bool | None:
    if x <= y:
        return True
    return False if x > y else None


def _less(x: Value, y: Value) -> bool | None:
    return _greater(y, x)


def _at_least(x: Value, y: Value) -> bool | None:
    return _at_most(y, x)


def _pair(x: Value, y: Value) -> tuple[Value, Value]:
    return x, y


def _choose(condition: bool | None, branches: tuple[Value, Value]) -> Value:  # noqa: FBT001  (an operation)
    if condition is None:
        return arb(branches[0]).union(arb(branches[1]))
    return branches[0] if condition else branches[1]


_FUNCTIONS: dict[type, Callable[[Any, Any], Any]] = {
    exp: _exp,
    log: _log,
    tanh: _tanh,
    sin: _sin,
    cos: _cos,
    erf: _erf,
    Abs: _abs,
    Max: _max,
    sign: _sign,
    StrictGreaterThan: _greater,
    LessThan: _at_most,
    StrictLessThan: _less,
    GreaterThan: _at_least,
}

# The same of balls alone, and of floats, with one argument.
_OWN: dict[type | None, dict[Callable[[Any, Any], Any], Callable[[Any], Any]]] = {
    arb: {_exp: arb.exp, _tanh: arb.tanh, _sin: arb.sin, _cos: arb.cos, _erf: arb.erf},
    float: {
        _exp: math.exp,
        _tanh: math.tanh,
        _sin: math.sin,
        _cos: math.cos,
        _erf: math.erf,
        _log: math.log,
        _sqrt: math.sqrt,
        _pi: lambda _: math.pi,
        _sign: lambda x: math.copysign(1, x) if x else x,
    },
}


def as_kind(kind: type | None, value: Value) -> Any:
    """A value as balls (arb) or floats have it; as it is, where no kind is asked for."""
    if kind is float:
        return float(value) if isinstance(value, arb) else int(value.p) / int(value.q)
    return value if kind is None else arb(value)


# Every operation of our own by name, for interpreters of code on other values.
OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "exp": _exp,
    "log": _log,
    "tanh": _tanh,
    "sin": _sin,
    "cos": _cos,
    "erf": _erf,
    "sqrt": _sqrt,
    "power": _power,
    "pi": _pi,
    "abs": _abs,
    "max": _max,
    "sign": _sign,
    "greater": _greater,
    "at most": _at_most,
    "pair": _pair,
    "choose": _choose,
}
