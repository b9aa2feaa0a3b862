"""The algebra of SymPy expressions: formulas over a network, kept from what SymPy would think about for minutes."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import sympy

from bpsym.verify import limits
from bpsym.verify.effort import spend
from bpsym.verify.meaning.algebra import LARGEST_POWER, Algebra, NoValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from fractions import Fraction

    from bpsym.verify.meaning.arrays import Scalar

# What SymPy simplifies by looking into its parts again and again, for periods and conditions: the times they count.
LABORIOUS = {"tanh": 4, "Piecewise": 3}
PLAIN, ROOTED = 8, 24  # parts of what a root is taken of a power of, at most: with roots in it, and without
BARE = 2  # functions and broken powers one in the other, with no letter added between them, where SymPy wants a sign
ANGLE = 1_000  # units of work the angle of a tanh is, ten times as many for each function inside
EXAMINED, FEW = 500, 100  # units of work each operation of such a function is; where it has more than a few


def symbolic() -> Algebra:
    """The algebra, with what it has weighed so far."""
    functions = {name: partial(_of_numbers, function) for name, function in _FUNCTIONS.items()}
    return Algebra(_number, _total, _product, functions, _power, _quotient, _larger, _chosen, _bounded())


def _bare(expr: Any) -> int:
    """How many functions and broken powers stand one in the other with no letter added between them.

    Of each SymPy asks those inside for their sign, each time anew: the work is many times that of the one inside.
    """
    if expr.is_Add and any((part.args[-1] if part.is_Mul else part).is_Symbol for part in expr.args):
        return 0
    broken = expr.is_Pow and expr.exp.is_Rational and expr.exp.q > 1 and expr.exp.p > 1
    own = bool(expr.is_Function or broken or (expr.is_Pow and expr.exp.args))
    below: int = max(map(_bare, expr.args), default=0)
    return own + below


def _divides(expr: Any) -> bool:
    """Whether something is divided by a tanh in it, and not only as in a sigmoid."""
    below = [part.base for part in expr.atoms(sympy.Pow) if part.exp.is_negative]
    return any(base.has(sympy.tanh) and not base.has(sympy.exp) for base in below)


def _number(value: Fraction) -> Scalar:
    return sympy.Rational(value.numerator, value.denominator)


def _total(items: Sequence[Scalar]) -> Scalar:
    return sympy.Add(*items)


def _product(items: Sequence[Scalar]) -> Scalar:
    return sympy.Mul(*items)


def _is_as_it_stands(x: Any) -> bool:
    """Whether there is neither a logarithm nor an i in it, so that SymPy would look for signs and periods in vain.

    Of the argument of exp, of tanh and of a fraction it does, which takes a hundred times as long as to write it down.
    """
    return bool(x.free_symbols) and not x.has(sympy.log, sympy.I)


def _quotient(above: Scalar, below: Scalar) -> Scalar:
    if below == 0:
        raise NoValueError("a division by 0")
    if not below.is_Add or not _is_as_it_stands(below):
        return above / below
    inverse = sympy.Pow(below, -1, evaluate=False)
    return inverse if above == 1 else above * inverse


def _roots(expr: Any) -> bool:
    """Whether there is a root of a formula in it.

    To tell whether a root undoes a power SymPy works out the angle of what is below: of √(tanh √…)² for minutes.
    """
    return any(p.base.args and not p.exp.is_Integer for p in expr.atoms(sympy.Pow))


def _intricate(base: Any) -> bool:
    """Whether it is a power of much, or of something of some size with roots in it."""
    if not base.is_Pow or not base.exp.is_Integer:
        return False
    count = sum(1 for _ in islice(sympy.preorder_traversal(base.base), ROOTED + 1))
    return count > ROOTED or (count > PLAIN and _roots(base.base))


def _exp(x: Scalar) -> Scalar:
    return sympy.exp(x, evaluate=not _is_as_it_stands(x))


def _sigmoid(x: Scalar) -> Scalar:
    return sympy.Pow(1 + _exp(-x), -1, evaluate=not _is_as_it_stands(x))


def _tanh(x: Scalar) -> Scalar:
    """The tanh of a real number: of others SymPy looks for the period, by polynomials of any degree."""
    if any(not power.exp.is_Integer and power.exp.is_Rational for power in x.atoms(sympy.Pow)):
        raise NoValueError("the tanh of a root")
    if _bare(x) > BARE - _divides(x):
        raise NoValueError("the tanh of functions out of all bounds")
    if not all(logarithm.is_real for logarithm in x.atoms(sympy.log)):
        raise NoValueError("the tanh of what may be no real number")
    if not _is_as_it_stands(x):
        return sympy.tanh(x)
    is_negative = x.could_extract_minus_sign()
    return -sympy.tanh(-x, evaluate=False) if is_negative else sympy.tanh(x, evaluate=False)


def _power(base: Scalar, exponent: Scalar) -> Scalar:
    if exponent.is_Number and abs(exponent) > 64:
        raise NoValueError("a power out of all bounds")
    if base.is_Rational and max(int(base.p).bit_length(), int(base.q).bit_length()) > LARGEST_POWER // 64:
        raise NoValueError("a power out of all bounds")
    if not exponent.is_Integer and any(map(_intricate, sympy.Mul.make_args(base))):
        raise NoValueError("a root of a power out of all bounds")
    if not exponent.is_Integer and base.is_Pow and _bare(base) > BARE:
        raise NoValueError("a power of powers out of all bounds")
    if exponent.args and _bare(exponent) > BARE:
        raise NoValueError("a tower of powers out of all bounds")
    if base.is_Pow and not exponent.is_Integer and base.has(sympy.tanh):
        spend(ANGLE * 10 ** _bare(base))
    return base**exponent


@contextmanager
def _comparing() -> Iterator[None]:
    """What is compared has to be real: 1/max(0, w) may be none."""
    try:
        yield
    except TypeError:
        raise NoValueError("a comparison of what is no real number") from None


@_comparing()
def _chosen(left: Scalar, relation: str, right: Scalar, then: Scalar, otherwise: Scalar) -> Scalar:
    match relation:  # the lowering knows > and ≤
        case ">":
            return sympy.Piecewise((then, sympy.Gt(left, right)), (otherwise, True))
        case "≤":
            return sympy.Piecewise((then, sympy.Le(left, right)), (otherwise, True))
        case "≥":
            return sympy.Piecewise((otherwise, right > left), (then, True))
        case "<":
            return sympy.Piecewise((then, right > left), (otherwise, True))
    raise NoValueError("a condition that is no inequality")


def _without_puzzles(x: Scalar) -> Scalar:
    """A net input; refused where its own cases are told by functions of one variable, which SymPy would solve."""
    if _bare(x) > BARE:
        raise NoValueError("a case of functions out of all bounds")
    for piece in x.atoms(sympy.Piecewise):
        for _, condition in piece.args:
            if len(condition.free_symbols) == 1 and condition.atoms(sympy.Function):
                raise NoValueError("a case of a case out of all bounds")
    return x


@_comparing()
def _larger(x: Scalar, y: Scalar) -> Scalar:
    first, second = (y, x) if y.is_number else (x, y)
    if not (first.is_number or first.free_symbols & second.free_symbols) or second.is_number:
        return sympy.Max(x, y)
    second = _without_puzzles(second)
    return sympy.Piecewise((second, second > first), (first, True))  # max(0, z): its derivative can be computed


def _of_numbers(function: Callable[[Scalar], Scalar], x: Scalar) -> Scalar:
    """A function; refused of a number that is a function of functions, whose digits SymPy would look for."""
    if not x.free_symbols and _bare(x) > BARE:
        raise NoValueError("a function of functions of a number")
    return function(x)


_FUNCTIONS: dict[str, Callable[[Scalar], Scalar]] = {
    "exp": _exp,
    "log": sympy.log,
    "ln": sympy.log,
    "sqrt": lambda x: _power(x, sympy.Rational(1, 2)),
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "atan": sympy.atan,
    "erf": sympy.erf,
    "softplus": lambda x: sympy.log(1 + _exp(x)),
    "relu": lambda x: sympy.Piecewise((x, _without_puzzles(x) > 0), (sympy.Integer(0), True)),
    "leaky_relu": lambda x: sympy.Piecewise((x, _without_puzzles(x) > 0), (x / 100, True)),
    "identity": lambda x: x,
    "abs": sympy.Abs,
    "sign": sympy.sign,
}


def _bounded() -> Callable[[Scalar], object]:
    """Refuse SymPy expressions that are too large or too deep: shared parts are stored once, but worked with often."""
    known: dict[object, tuple[int, int]] = {}  # operations and levels of what was weighed before

    def weighed(expr: Any) -> tuple[int, int]:
        stack = [expr]
        while stack:
            top = stack[-1]
            missing = [arg for arg in top.args if arg not in known]
            if missing:
                stack += missing
                continue
            stack.pop()
            if top.is_Rational and max(int(top.p).bit_length(), int(top.q).bit_length()) > LARGEST_POWER // 64:
                raise NoValueError("a power out of all bounds")
            below = [known[arg] for arg in top.args]
            times = LABORIOUS.get(type(top).__name__, 1)
            known[top] = found = (
                1 + times * sum(operations for operations, _ in below),
                1 + max((levels for _, levels in below), default=0),
            )
            if times > 1 and found[0] > FEW:
                spend(EXAMINED * found[0])
            if found[0] > limits.OPERATIONS or found[1] > limits.LEVELS:
                raise NoValueError("a formula out of all bounds")
        return known[expr]

    return weighed
