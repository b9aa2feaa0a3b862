"""Kinds of terms, and the numbers in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from math import prod
from typing import NamedTuple

from flint import arb, fmpq
from msgspec import Struct

from bpsym.errors import EvaluationError
from bpsym.rounding import ends
from bpsym.verify.constants import is_e_or_pi
from bpsym.verify.effort import spend
from bpsym.verify.meaning.algebra import rational
from bpsym.verify.meaning.arrays import Scalar
from bpsym.verify.tree import (
    Application,
    Call,
    Derivative,
    Differential,
    Expr,
    Matrix,
    Name,
    Negative,
    Number,
    Quotient,
    Row,
    Unknown,
    children,
    walk,
)

TOLD = 7  # units of work it is to tell the kind of a term, or of each of its parts
FLOAT = 14  # digits of a printed float64 that count


class Kind(StrEnum):
    """What a term is made of."""

    NUMBER = "number"  # a numeral, or a list or matrix of them
    NUMERIC = "numeric"  # an expression in numbers
    SYMBOLIC = "symbolic"  # names, and whole numbers as in ½ or 2
    MIXED = "mixed"  # names and decimals
    UNREAD = "unread"


class Facts(NamedTuple):
    """What a term has in it that can be read in several ways; whether it has names or arrays."""

    products: bool
    sums: bool  # without an index
    bullets: bool
    arrays: bool


def kind_of(tree: Expr) -> Kind:
    """The kind of a term."""
    spend(TOLD * (len(children(tree)) if isinstance(tree, (Row, Matrix)) else 1))
    if type(tree) is Number or (type(tree) is Negative and type(tree.operand) is Number):
        return Kind.NUMBER
    if type(tree) is Name and not is_e_or_pi(tree):
        return Kind.SYMBOLIC
    if isinstance(tree, (Row, Matrix)) and _only_numbers(tree) and all(leaf is not None for leaf in leaves(tree)):
        return Kind.NUMBER
    names = decimals = False
    functions: set[int] = set()  # by their place in memory: parents come before children
    for node in walk(tree):
        if type(node) is Number:  # quicker than a match, and a claim is asked often
            decimals = decimals or node.places > 0
        elif type(node) is Call:
            functions.add(id(node.function))
        elif type(node) is Name:
            names = names or not (is_e_or_pi(node) or id(node) in functions)
        elif type(node) in (Derivative, Differential, Application):
            names = True
        elif type(node) is Unknown:
            return Kind.UNREAD
    if not names:
        return Kind.NUMERIC
    return Kind.MIXED if decimals else Kind.SYMBOLIC


def is_fraction(tree: Expr) -> bool:
    """Whether it is one whole number over another: what people hand out as much as decimals."""
    return isinstance(tree, Quotient) and all(
        isinstance(part, Number) and part.places <= 0 for part in (tree.numerator, tree.denominator)
    )


def _only_numbers(tree: Expr) -> bool:
    match tree:
        case Number():
            return True
        case Negative(operand=operand):
            return isinstance(operand, Number)
        case Row(items=items):
            return all(_only_numbers(item) for item in items)
        case Matrix(rows=rows):
            return all(_only_numbers(cell) for row in rows for cell in row)
    return False


class Shown(Struct, frozen=True):
    """A printed number with its sign."""

    tree: Number | Negative
    number: Number
    sign: int
    ulp: fmpq  # what one unit of the last digit is worth

    @property
    def value(self) -> fmpq:
        """What stands on the paper."""
        return self.sign * rational(self.number.value)

    def half(self) -> tuple[fmpq, fmpq]:
        """All that rounds to it."""
        if self.number.open_ended:
            return self.cut()
        return self.value - self.ulp / 2, self.value + self.ulp / 2

    def cut(self) -> tuple[fmpq, fmpq]:
        """All that is cut off to it, from either side."""
        return self.value - self.ulp, self.value + self.ulp

    def near(self) -> tuple[fmpq, fmpq]:
        """All that may be meant by it."""
        reach = max(self.ulp, abs(self.value) / 10)
        return self.value - reach, self.value + reach

    def is_cut_off(self, value: Scalar) -> bool:
        """Whether a value may have been cut off, or rounded away from zero, to it: 0.05 is never cut off to 0.06."""
        low, high = self.cut()
        return low < value < high if isinstance(value, fmpq) else touches(value, (low, high))

    def is_truncated(self, value: Scalar) -> bool:
        """Whether the digits behind it may have been left out, nothing else: no digits of 0.9 leave 0.8."""
        further = self.value + self.sign * self.ulp
        if isinstance(value, fmpq) and value == further:
            return False
        return touches(value, (min(self.value, further), max(self.value, further)))


def shape_of(tree: Expr) -> tuple[int, ...] | None:
    """Rows and columns as written, of rows of different length their entries; None for what is no list or matrix."""
    match tree:
        case Matrix(rows=rows):
            shape: tuple[int, ...] = (len(rows), len(rows[0]))
        case Row(items=items) if items and all(isinstance(item, Row) for item in items) and isinstance(items[0], Row):
            shape = (len(items), len(items[0].items))
        case Row(items=items):
            shape = (len(items),)
        case _:
            return None
    count = sum(1 for _ in leaves(tree))
    return shape if prod(shape) == count else (count,)


def leaves(tree: Expr) -> Iterator[Shown | None]:
    """The numbers of a NUMBER term in reading order; None for what is none."""
    match tree:
        case Row(items=items):
            cells = list(items)
        case Matrix(rows=rows):
            cells = [cell for row in rows for cell in row]
        case _:
            cells = [tree]
    numbers = [(cell.operand, -1) if isinstance(cell, Negative) else (cell, 1) for cell in cells]
    places = max((n.places for n, _ in numbers if isinstance(n, Number)), default=0)
    for cell, (number, sign) in zip(cells, numbers, strict=True):
        if isinstance(cell, Row):
            yield from leaves(cell)
        elif isinstance(number, Number):
            own = number.places if number.places > 0 or len(cells) == 1 else places
            own -= max(0, number.digits - FLOAT)  # the last digits of a float64 are anybody's
            yield Shown(cell, number, sign, fmpq(10) ** -own)  # type: ignore[arg-type]  # a cell with a number is one
        else:
            yield None


def touches(value: Scalar, interval: tuple[fmpq, fmpq]) -> bool:
    """Whether a value may lie in an interval, its ends included."""
    low, high = interval
    if isinstance(value, fmpq):
        return low <= value <= high
    if not value.is_finite():
        return False
    if value < low or value > high:  # a comparison of balls is never wrong, only at times undecided
        return False
    try:
        least, most = ends(value)
    except EvaluationError:  # too large, or known too vaguely, to be written down: no figure comes from it
        return False
    return bool(least <= high and most >= low)


def ball(low: fmpq, high: fmpq) -> arb:
    """The ball around an interval."""
    return arb((low + high) / 2, (high - low) / 2)


def middle(value: Scalar) -> Scalar:
    """What a value is taken to be at its word: of a ball its middle."""
    return value.mid() if isinstance(value, arb) else value


Literal = Callable[[Number], Scalar]


def interval_literal(exact: Callable[[Number], bool], width: fmpq) -> Literal:
    """Read numerals as balls `width` units of the last digit to each side, exact ones as they are."""

    def read(number: Number) -> Scalar:
        value = rational(number.value)
        if exact(number):
            return value
        reach = width * fmpq(10) ** -number.places
        return ball(value - reach, value + reach)

    return read
