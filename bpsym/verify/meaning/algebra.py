"""The scalars a formula is read over: balls for numbers, SymPy for the network's equations.

The same reading of a tree serves both, so a formula cannot mean one thing to the checker and another to the network.
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from flint import arb, fmpq
from msgspec import Struct

from bpsym.verify import limits
from bpsym.verify.effort import spend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from bpsym.verify.meaning.arrays import Scalar

LARGEST_EXPONENT = 2000  # of a power and of e: anything beyond is no number of a derivation
LARGEST_POWER = 100_000  # bits of an exact one: a power of a power of a power grows beyond any memory
LARGEST_VALUE = 10**30  # arguments of functions
# What SymPy simplifies by looking into its parts again and again, for periods and conditions: the times they count.
LABORIOUS = {"tanh": 4, "Piecewise": 3}
PLAIN, ROOTED = 8, 24  # parts of what a root is taken of a power of, at most: with roots in it, and without
BARE = 2  # functions and broken powers one in the other, with no letter added between them, where SymPy wants a sign
ANGLE = 1_000  # units of work the angle of a tanh is, ten times as many for each function inside
EXAMINED, FEW = 500, 100  # units of work each operation of such a function is; where it has more than a few


class NoValueError(Exception):
    """A formula without a value: a name nobody knows, a division by 0, a number out of all bounds; says which."""

    def __init__(self, why: str, name: str = "") -> None:
        super().__init__(why)
        self.name = name


Total: TypeAlias = "Callable[[Sequence[Scalar]], Scalar]"  # of one scalar at least


class Algebra(Struct, frozen=True):
    """How numbers are made and functions taken."""

    number: Callable[[Fraction], Scalar]
    total: Total
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

BALLS = Algebra(rational, _total, _BALL_FUNCTIONS, _power_ball, _quotient_ball, _max_ball, _chosen_ball)


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
    from sympy import Pow, exp, tanh

    below = [part.base for part in expr.atoms(Pow) if part.exp.is_negative]
    return any(base.has(tanh) and not base.has(exp) for base in below)


def symbolic() -> Algebra:
    """The algebra of SymPy expressions, imported when first wanted."""
    import sympy

    def number(value: Fraction) -> Scalar:
        return sympy.Rational(value.numerator, value.denominator)

    def total(items: Sequence[Scalar]) -> Scalar:
        return sympy.Add(*items)

    # Of the argument of exp, of tanh and of a fraction SymPy asks for signs and periods, which takes a hundred times as
    # long as to write it down; where there is neither a logarithm nor an i in it, it finds nothing.

    def is_as_it_stands(x: Any) -> bool:
        return bool(x.free_symbols) and not x.has(sympy.log, sympy.I)

    def quotient(above: Scalar, below: Scalar) -> Scalar:
        if below == 0:
            raise NoValueError("a division by 0")
        if not below.is_Add or not is_as_it_stands(below):
            return above / below
        inverse = sympy.Pow(below, -1, evaluate=False)
        return inverse if above == 1 else above * inverse

    # To tell whether a root undoes a power, or whether tanh has a value, SymPy works out the angle of what is below:
    # of √(tanh √…)² for minutes.

    def roots(expr: Any) -> bool:
        """Whether there is a root of a formula in it."""
        return any(p.base.args and not p.exp.is_Integer for p in expr.atoms(sympy.Pow))

    def intricate(base: Any) -> bool:
        """Whether it is a power of much, or of something of some size with roots in it."""
        if not base.is_Pow or not base.exp.is_Integer:
            return False
        count = sum(1 for _ in islice(sympy.preorder_traversal(base.base), ROOTED + 1))
        return count > ROOTED or (count > PLAIN and roots(base.base))

    def exp(x: Scalar) -> Scalar:
        return sympy.exp(x, evaluate=not is_as_it_stands(x))

    def sigmoid(x: Scalar) -> Scalar:
        return sympy.Pow(1 + exp(-x), -1, evaluate=not is_as_it_stands(x))

    def tanh(x: Scalar) -> Scalar:
        if roots(x):
            raise NoValueError("the tanh of a root")
        if _bare(x) > BARE - _divides(x):
            raise NoValueError("the tanh of functions out of all bounds")
        if not is_as_it_stands(x):
            return sympy.tanh(x)
        is_negative = x.could_extract_minus_sign()
        return -sympy.tanh(-x, evaluate=False) if is_negative else sympy.tanh(x, evaluate=False)

    def power(base: Scalar, exponent: Scalar) -> Scalar:
        if exponent.is_Number and abs(exponent) > 64:
            raise NoValueError("a power out of all bounds")
        if base.is_Rational and max(int(base.p).bit_length(), int(base.q).bit_length()) > LARGEST_POWER // 64:
            raise NoValueError("a power out of all bounds")
        if not exponent.is_Integer and any(map(intricate, sympy.Mul.make_args(base))):
            raise NoValueError("a root of a power out of all bounds")
        if not exponent.is_Integer and base.is_Pow and _bare(base) > BARE:
            raise NoValueError("a power of powers out of all bounds")
        if exponent.args and _bare(exponent) > BARE:
            raise NoValueError("a tower of powers out of all bounds")
        if base.is_Pow and not exponent.is_Integer and base.has(sympy.tanh):
            spend(ANGLE * 10 ** _bare(base))
        return base**exponent

    def chosen(left: Scalar, relation: str, right: Scalar, then: Scalar, otherwise: Scalar) -> Scalar:
        conditions: dict[str, Any] = {">": sympy.Gt, "≥": sympy.Ge, "<": sympy.Lt, "≤": sympy.Le}
        if relation not in conditions:
            raise NoValueError("a condition that is no inequality")
        if relation in ("≥", "<"):  # the lowering knows > and ≤
            return (
                sympy.Piecewise((otherwise, right > left), (then, True))
                if relation == "≥"
                else sympy.Piecewise((then, right > left), (otherwise, True))
            )
        return sympy.Piecewise((then, conditions[relation](left, right)), (otherwise, True))

    def without_puzzles(x: Scalar) -> Scalar:
        """A net input; refused where its own cases are told by functions of one variable, which SymPy would solve."""
        if _bare(x) > BARE:
            raise NoValueError("a case of functions out of all bounds")
        for piece in x.atoms(sympy.Piecewise):
            for _, condition in piece.args:
                if len(condition.free_symbols) == 1 and condition.atoms(sympy.Function):
                    raise NoValueError("a case of a case out of all bounds")
        return x

    def larger(x: Scalar, y: Scalar) -> Scalar:
        first, second = (y, x) if y.is_number else (x, y)
        if not (first.is_number or first.free_symbols & second.free_symbols) or second.is_number:
            return sympy.Max(x, y)
        second = without_puzzles(second)
        return sympy.Piecewise((second, second > first), (first, True))  # max(0, z): its derivative can be computed

    functions: dict[str, Callable[[Scalar], Scalar]] = {
        "exp": exp,
        "log": sympy.log,
        "ln": sympy.log,
        "sqrt": lambda x: power(x, sympy.Rational(1, 2)),
        "sigmoid": sigmoid,
        "tanh": tanh,
        "sin": sympy.sin,
        "cos": sympy.cos,
        "atan": sympy.atan,
        "erf": sympy.erf,
        "softplus": lambda x: sympy.log(1 + exp(x)),
        "relu": lambda x: sympy.Piecewise((x, without_puzzles(x) > 0), (sympy.Integer(0), True)),
        "leaky_relu": lambda x: sympy.Piecewise((x, without_puzzles(x) > 0), (x / 100, True)),
        "identity": lambda x: x,
        "abs": sympy.Abs,
        "sign": sympy.sign,
    }

    def of_numbers(function: Callable[[Scalar], Scalar], x: Scalar) -> Scalar:
        """A function; refused of a number that is a function of functions, whose digits SymPy would look for."""
        if not x.free_symbols and _bare(x) > BARE:
            raise NoValueError("a function of functions of a number")
        return function(x)

    functions = {name: partial(of_numbers, function) for name, function in functions.items()}
    return Algebra(number, total, functions, power, quotient, larger, chosen, _bounded())


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
