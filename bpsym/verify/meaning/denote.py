"""From tree to value: what a written expression comes to, given what its names mean.

Nothing here knows a network. A `Reading` says what names, derivatives and function letters stand for and over which
scalars to compute; the same walk serves balls, exact numbers and SymPy expressions.
"""

from __future__ import annotations

import operator
from contextlib import suppress
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from bpsym.verify.constants import is_e_or_pi, is_exponential
from bpsym.verify.effort import spend
from bpsym.verify.meaning import arrays
from bpsym.verify.meaning.algebra import Algebra, NoValueError, Total
from bpsym.verify.meaning.arrays import Array, Scalar, ShapeError, Value
from bpsym.verify.meaning.choices import Choices
from bpsym.verify.meaning.indices import Indices, Range, holds, index_value
from bpsym.verify.meaning.keys import IDENTITY, LOSS_NAMES, is_word, key
from bpsym.verify.meaning.nesting import Nested
from bpsym.verify.meaning.patterns import filled_in
from bpsym.verify.meaning.products import times
from bpsym.verify.tree import (
    Absolute,
    Application,
    BigSum,
    Call,
    Cases,
    Comparison,
    Derivative,
    Differential,
    Ellipsis,  # noqa: A004 - the sign of something left out
    Expr,
    Indexed,
    Matrix,
    Missing,
    Name,
    Negative,
    Norm,
    Number,
    Power,
    Product,
    Quotient,
    Row,
    Sum,
    Transpose,
    Unknown,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_TERMS = 400  # of a sum over an index
PLACE = 15  # units of work each value of an index of a sum is: to find it, and to read names at it
NODE = 7  # units of work a formula is, its first names and numbers with it
FIRST, OTHER = 4, 4  # so many of them, and the units each of the others is


class Reading(Struct, frozen=True):
    """What the pieces of a formula mean."""

    algebra: Algebra
    name: Callable[[Name, Indices], Value]
    derivative: Callable[[Derivative | Differential, Indices], Value]
    function: Callable[[Call, Indices], Callable[[Value], Value]]  # of one argument
    values: Range  # of an index of a sum
    literal: Callable[[Number], Scalar]
    choices: Choices = field(default_factory=Choices)
    columns: bool = False  # whether the softmax of a matrix is that of each column: the samples stand side by side
    inner: bool = False  # whether a product of two columns, or of two rows, may be their inner product
    moved: Callable[[Name, Expr, Indices], Value | None] | None = None  # E(w + ε): E with w moved
    count: Callable[[Name], int | None] | None = None  # the n of 2/n where n is a vector elsewhere


_ONE_LEVEL = Nested(1)


def denote(tree: Expr, reading: Reading, indices: Indices | None = None) -> Value:
    """The value of an expression; raises NoValueError and ShapeError."""
    kind = type(tree)
    if kind is Number or kind is Name:
        return _BY_KIND[kind](tree, reading, indices or {})
    spend(NODE)
    with _ONE_LEVEL:
        value = _BY_KIND[kind](tree, reading, indices or {})
    if reading.algebra.bound is not None:
        for item in arrays.scalars(value):
            reading.algebra.bound(item)
    return value


def _number(tree: Number, reading: Reading, _indices: Indices) -> Value:
    return reading.literal(tree)


def _name(tree: Name, reading: Reading, indices: Indices) -> Value:
    if is_e_or_pi(tree):
        return _constant(tree.base, reading.algebra)
    place = indices.get(tree.base)
    if place is not None and place.isdecimal() and not (tree.sub or tree.layer or tree.marks):
        return reading.algebra.number(Fraction(place))  # the k of k x_k
    return reading.name(tree, indices)


_CONSTANTS = {"e": ("exp", 1), "pi": ("atan", 4)}  # a function at 1, so many times: e = exp 1, π = 4 arctan 1


def _constant(name: str, algebra: Algebra) -> Scalar:
    function, times = _CONSTANTS[name]
    return algebra.number(Fraction(times)) * algebra.functions[function](algebra.number(Fraction(1)))


def _nothing(tree: Expr, _reading: Reading, _indices: Indices) -> Value:
    what = {Ellipsis: "an ellipsis", Missing: "nothing written"}.get(type(tree), "something unread")
    raise NoValueError(what)


def _negative(tree: Negative, reading: Reading, indices: Indices) -> Value:
    return arrays.mapped(operator.neg, denote(tree.operand, reading, indices))


def _sum(tree: Sum, reading: Reading, indices: Indices) -> Value:
    if any(isinstance(term, Ellipsis) for term in tree.terms):
        tree = filled_in(tree, lambda letter: reading.values(letter, None, None, indices, tree.terms[-1]))
    spend(OTHER * max(0, len(tree.terms) - FIRST))
    values = []
    for sign, term in zip(tree.signs, tree.terms, strict=True):
        value = denote(term, reading, indices)
        values.append(value if sign > 0 else arrays.mapped(operator.neg, value))
    return _added(values, reading)


def _added(values: Sequence[Value], reading: Reading) -> Value:
    """The sum of all: of scalars at once, for SymPy sorts the terms of a sum each time one is added."""
    if not any(isinstance(value, Array) for value in values):
        return reading.algebra.total(values)
    spend(len(values) ** 2)
    return reduce(lambda total, value: arrays.elementwise(operator.add, total, value), values)


def _product(tree: Product, reading: Reading, indices: Indices) -> Value:
    spend(OTHER * max(0, len(tree.factors) - FIRST))
    value: Value | None = None
    plain: list[Scalar] = []  # those before the first array: at once, for SymPy sorts the factors of every product
    ones = False  # a row of ones times a column: the sum of its entries
    for sign, factor in zip(("", *tree.operators), tree.factors, strict=True):
        if _is_identity(factor, reading, indices):
            continue
        if isinstance(factor, Transpose) and isinstance(factor.operand, Number) and factor.operand.value == 1:
            ones = True
            continue
        right = denote(factor, reading, indices)
        if ones and isinstance(right, Array):
            right, ones = _column_sums(right, reading.algebra.total), False
        if value is None and not isinstance(right, Array):
            plain.append(right)
        elif value is None and not plain:
            value = right
        else:
            left = reading.algebra.product(plain) if value is None else value
            value = times(left, sign, right, reading.choices, inner=reading.inner)
    if value is None and plain:
        value = reading.algebra.product(plain)
    if value is None or ones:
        raise NoValueError("a row of ones beside nothing")
    return value


def _is_identity(factor: Expr, reading: Reading, indices: Indices) -> bool:
    """Whether a factor is an I that nothing else is called."""
    if not isinstance(factor, Name) or factor.base != IDENTITY.base or key(factor) != IDENTITY:
        return False
    try:
        reading.name(factor, indices)
    except NoValueError:
        return True
    return False


def _quotient(tree: Quotient, reading: Reading, indices: Indices) -> Value:
    above, below = denote(tree.numerator, reading, indices), _below(tree.denominator, reading, indices)
    return arrays.elementwise(reading.algebra.quotient, above, below)


def _below(tree: Expr, reading: Reading, indices: Indices) -> Value:
    """What is divided by: a number of terms where a letter is both that and the name of a vector."""
    count = reading.count(tree) if reading.count is not None and isinstance(tree, Name) else None
    return denote(tree, reading, indices) if count is None else reading.algebra.number(Fraction(count))


def _power(tree: Power, reading: Reading, indices: Indices) -> Value:
    exponent = denote(tree.exponent, reading, indices)
    if is_exponential(tree):
        return arrays.mapped(reading.algebra.functions["exp"], exponent)
    base = denote(tree.base, reading, indices)
    if isinstance(base, Array) and _is_inverse(tree) and not reading.choices.ask("elementwise"):
        with suppress(ShapeError):
            return arrays.inverse(base)
    return arrays.elementwise(reading.algebra.power, base, exponent)


def _is_inverse(tree: Power) -> bool:
    """Whether it may be the inverse of a matrix: `H^{-1}`, `(X^T X)^{-1}`, but not `(1 + e^{-Z})^{-1}`."""
    below, inside = tree.exponent, tree.base.terms if isinstance(tree.base, Sum) else ()
    is_minus_one = isinstance(below, Negative) and isinstance(below.operand, Number) and below.operand.value == 1
    return is_minus_one and not any(isinstance(term, (Number, Power)) for term in inside)


def _transpose(tree: Transpose, reading: Reading, indices: Indices) -> Value:
    return arrays.transposed(denote(tree.operand, reading, indices))


def _indexed(tree: Indexed, reading: Reading, indices: Indices) -> Value:
    value = denote(tree.operand, reading, indices)
    places = [indices.get(letter, letter) for letter in tree.sub]
    if not isinstance(value, Array) or len(places) != 1 or not places[0].isdecimal():
        raise NoValueError("a component of something that has none")
    if not arrays.is_vector(value) or not 0 < int(places[0]) <= len(value.items):
        raise NoValueError("a component that does not exist")
    return value.items[int(places[0]) - 1]


_BASES = ("2", "10")  # of logarithms; a log without one is natural
_LETTERS = frozenset("fgJLE")  # of what a document may call a function, and what it works out


def _call(tree: Call, reading: Reading, indices: Indices) -> Value:
    base = tree.function.base
    if base in ("max", "min"):
        return _extremum(tree, reading, indices)
    if base in ("sum", "mean"):
        items = arrays.scalars(denote(tree.arguments[0], reading, indices))
        total = reading.algebra.total(items)
        return total if base == "sum" else total / reading.algebra.number(Fraction(len(items)))
    if base == "diag":
        along = [item for each in tree.arguments for item in arrays.scalars(denote(each, reading, indices))]
        zero = reading.algebra.number(Fraction(0))
        size = len(along)
        return Array((size, size), tuple(along[r] if r == c else zero for r in range(size) for c in range(size)))
    if len(tree.arguments) != 1:
        if base in _LETTERS and all(isinstance(argument, Name) for argument in tree.arguments):
            return reading.name(tree.function, indices)  # f(x, y), of which the document says what it is
        raise NoValueError("a function of several arguments")
    if reading.moved is not None and base in _LETTERS and isinstance(tree.arguments[0], Sum):
        value = reading.moved(tree.function, tree.arguments[0], indices)
        if value is not None:
            return value
    value = reading.function(tree, indices)(denote(tree.arguments[0], reading, indices))
    if base == "log" and len(tree.function.sub) == 1 and tree.function.sub[0] in _BASES:
        ours = reading.algebra.functions["log"](reading.algebra.number(Fraction(tree.function.sub[0])))
        return arrays.elementwise(reading.algebra.quotient, value, ours)
    return value


def _extremum(tree: Call, reading: Reading, indices: Indices) -> Value:
    values = [denote(argument, reading, indices) for argument in tree.arguments]
    if len(values) == 1 and isinstance(values[0], Array):
        values = list(values[0].items)
    sign = 1 if tree.function.base == "max" else -1
    result = values[0]
    for value in values[1:]:
        result = arrays.elementwise(lambda a, b: sign * reading.algebra.larger(sign * a, sign * b), result, value)
    return result


FUNCTION = 3  # letters of a word in front of a bracket that is no factor: Var, Cov, logit


def _application(tree: Application, reading: Reading, indices: Indices) -> Value:
    """`E(total)`, `J(W, b)`: the name itself; `w(a - y)`: a product."""
    words = [argument for argument in tree.arguments if isinstance(argument, Name)]
    if len(words) == len(tree.arguments):
        inner = tuple(word.base + "".join(word.sub) for word in words)
        try:
            return reading.name(replace(tree.head, sub=(*tree.head.sub, *inner)), indices)
        except NoValueError:
            if len(words) > 1 or tree.head.base in LOSS_NAMES:
                return reading.name(tree.head, indices)
    if len(tree.arguments) != 1 or is_word(tree.head, FUNCTION):
        raise NoValueError(f"the function {tree.head.base} is not defined", tree.head.base)
    if reading.moved is not None and (value := reading.moved(tree.head, tree.arguments[0], indices)) is not None:
        return value
    left, right = reading.name(tree.head, indices), denote(tree.arguments[0], reading, indices)
    return times(left, "", right, reading.choices, inner=reading.inner)


def _derivative(tree: Derivative | Differential, reading: Reading, indices: Indices) -> Value:
    return reading.derivative(tree, indices)


_OVER_ROWS = (("axis0",), ("rows",))  # of a matrix, whose columns are summed
_ALONG = (*_OVER_ROWS, ("axis1",), ("columns",), ("cols",))


def _big_sum(tree: BigSum, reading: Reading, indices: Indices) -> Value:
    body = tree.body
    if not tree.index:
        return _sum_of_components(body, reading, indices)
    if tree.index in _ALONG:
        value = denote(body, reading, indices)
        along = _column_sums if tree.index in _OVER_ROWS else _row_sums
        return along(value, reading.algebra.total) if isinstance(value, Array) else value
    places: list[dict[str, str]] = [dict(indices)]
    for letter in tree.index:
        values = reading.values(letter, tree.lower, tree.upper, indices, body)
        places = [place | {letter: value} for place in places for value in values]
        if len(places) > MOST_TERMS:
            raise NoValueError("a sum of too many terms")
    if tree.condition is not None:
        places = [place for place in places if holds(tree.condition, place)]
    spend(PLACE * len(places))
    items = [denote(body, reading, place) for place in places]
    if not items:
        return reading.algebra.number(Fraction(0 if tree.symbol == "Σ" else 1))
    if tree.symbol == "Σ":
        return _added(items, reading)
    return reduce(lambda total, item: arrays.elementwise(operator.mul, total, item), items)


def _sum_of_components(body: Expr, reading: Reading, indices: Indices) -> Value:
    value = denote(body, reading, indices)
    if not isinstance(value, Array):
        if any(isinstance(node, Norm) for node in walk(body)) or _is_list_by_entries(body, reading, indices):
            return value  # the norm, or the product of two vectors, has summed already
        raise NoValueError("a sum over an index nobody names")
    if reading.choices.ask("elementwise"):
        return value  # summed over the samples, of which there is one
    return reading.algebra.total(value.items)


def _is_list_by_entries(body: Expr, reading: Reading, indices: Indices) -> bool:
    """Whether a formula is a list where its products are taken entry by entry."""
    apart = replace(reading, choices=Choices(elementwise=True))
    return isinstance(denote(body, apart, indices), Array)


def _column_sums(value: Array, total: Total) -> Value:
    """A row of ones times a matrix, or the sum of a vector's entries."""
    if arrays.is_vector(value) or len(value.shape) != 2:
        return total(value.items)
    width = value.shape[1]
    return Array((1, width), tuple(total(value.items[k::width]) for k in range(width)))


def _row_sums(value: Array, total: Total) -> Value:
    """A column of the sums of the rows, or the sum of a list's entries."""
    if len(value.shape) != 2 or value.shape[0] == 1:
        return total(value.items)
    return Array((value.shape[0], 1), tuple(total(value.row(k)) for k in range(value.shape[0])))


def _row(tree: Row, reading: Reading, indices: Indices) -> Value:
    values = [denote(item, reading, indices) for item in tree.items]
    if any(isinstance(value, Array) for value in values):
        if all(isinstance(value, Array) and len(value.shape) == 1 for value in values):
            return Array((len(values), len(values[0].items)), tuple(item for value in values for item in value.items))
        raise NoValueError("a list of matrices")
    return Array((len(values),), tuple(values))


def _matrix(tree: Matrix, reading: Reading, indices: Indices) -> Value:
    if any(type(cell) is Ellipsis for row in tree.rows for cell in row):
        raise NoValueError("an ellipsis")  # before the work on all that stands around it
    rows = [[denote(cell, reading, indices) for cell in row] for row in tree.rows]
    if any(isinstance(cell, Array) for row in rows for cell in row):
        if all(len(row) == 1 for row in rows) and all(isinstance(row[0], Array) for row in rows):
            return Array((len(rows), len(rows[0][0].items)), tuple(item for row in rows for item in row[0].items))
        raise NoValueError("a matrix of matrices")
    return Array((len(rows), len(rows[0])), tuple(cell for row in rows for cell in row))


def _cases(tree: Cases, reading: Reading, indices: Indices) -> Value:
    result: Value | None = None
    for case in reversed(tree.cases):
        value = denote(case.value, reading, indices)
        condition = case.condition
        if condition is None or len(condition.terms) != 2:
            if result is not None:
                raise NoValueError("a case whose condition could not be read")
            result = value
            continue
        if all(index_value(term, indices) is not None for term in condition.terms):
            result = value if result is None or holds(condition, indices) else result
            continue
        left, right = (denote(term, reading, indices) for term in condition.terms)
        if result is None:
            result = value  # the last case stands for the rest
            continue
        result = _chosen(left, condition.relations[0], right, value, result, reading)
    if result is None:
        raise NoValueError("no case at all")
    return result


def _chosen(left: Value, relation: str, right: Value, then: Value, otherwise: Value, reading: Reading) -> Value:
    """One case, for each item where the condition is about a vector."""
    if not isinstance(left, Array):
        if isinstance(right, Array):
            raise ShapeError("a number compared with a list")
        return reading.algebra.chosen(left, relation, right, then, otherwise)
    count = len(left.items)
    rest = [value.items if isinstance(value, Array) else (value,) * count for value in (right, then, otherwise)]
    if any(len(items) != count for items in rest):
        raise ShapeError("cases of different shapes")
    items = (reading.algebra.chosen(a, relation, b, c, d) for a, b, c, d in zip(left.items, *rest, strict=True))
    return Array(left.shape, tuple(items))


def _norm(tree: Norm, reading: Reading, indices: Indices) -> Value:
    value = denote(tree.operand, reading, indices)
    functions = reading.algebra.functions
    if not isinstance(value, Array):
        return functions["abs"](value)
    return functions["sqrt"](reading.algebra.total([item * item for item in value.items]))


def _absolute(tree: Absolute, reading: Reading, indices: Indices) -> Value:
    return arrays.mapped(reading.algebra.functions["abs"], denote(tree.operand, reading, indices))


def _squared_norm(tree: Power, reading: Reading, indices: Indices) -> Value | None:
    """`‖v‖²` without the root: exact, and differentiable where v is 0."""
    if not isinstance(tree.base, (Norm, Absolute)) or not isinstance(tree.exponent, Number) or tree.exponent.value != 2:
        return None
    value = denote(tree.base.operand, reading, indices)
    squares = [item * item for item in arrays.scalars(value)]
    total = squares[0]
    for item in squares[1:]:
        total += item
    return total


def _power_or_norm(tree: Power, reading: Reading, indices: Indices) -> Value:
    found = _squared_norm(tree, reading, indices)
    return _power(tree, reading, indices) if found is None else found


_BY_KIND: dict[type, Callable[..., Value]] = {
    Number: _number,
    Name: _name,
    Ellipsis: _nothing,
    Missing: _nothing,
    Unknown: _nothing,
    Comparison: _nothing,
    Negative: _negative,
    Sum: _sum,
    Product: _product,
    Quotient: _quotient,
    Power: _power_or_norm,
    Transpose: _transpose,
    Indexed: _indexed,
    Call: _call,
    Application: _application,
    Derivative: _derivative,
    Differential: _derivative,
    BigSum: _big_sum,
    Row: _row,
    Matrix: _matrix,
    Cases: _cases,
    Norm: _norm,
    Absolute: _absolute,
}
