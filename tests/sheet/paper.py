"""A reader with a calculator: what the boxes of a formula are worth, by nothing but the rules of arithmetic on paper.

Everything is a span of exact fractions: one number where both ends are the same. Functions are mpmath's at 60 digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import mpmath

from bpsym.printing import layout as lay
from bpsym.printing.layout import Box, Sign

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bpsym.notation import Name
    from bpsym.rounding import Numeral, Rounding

DIGITS = 60
LONG = 600  # bits from which a fraction is cut to 100 digits


@dataclass(frozen=True)
class Span:
    """All numbers between two ends."""

    low: Fraction
    high: Fraction

    @property
    def point(self) -> Fraction:
        """The one number, where it is one."""
        assert self.low == self.high
        return self.low

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)

    def __neg__(self) -> Span:
        return Span(-self.high, -self.low)

    def __sub__(self, other: Span) -> Span:
        return self + -other

    def __mul__(self, other: Span) -> Span:
        if self.low == self.high and other.low == other.high:
            return one(self.low * other.low)
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Span(min(ends), max(ends))

    def __truediv__(self, other: Span) -> Span:
        assert not other.low <= 0 <= other.high, "division by zero"
        return self * Span(1 / other.high, 1 / other.low)

    def hull(self, other: Span) -> Span:
        """The shortest span that holds both."""
        return Span(min(self.low, other.low), max(self.high, other.high))


def one(number: Fraction | int) -> Span:
    """A single number."""
    exact = Fraction(number)
    return Span(exact, exact)


ZERO, ONE = one(0), one(1)


def cut(value: Fraction) -> Fraction:
    """The number, or where it has grown long its first hundred digits."""
    if value.denominator.bit_length() < LONG:
        return value
    with mpmath.workdps(100):
        return fraction(mpmath.mpf(value.numerator) / value.denominator)


def fraction(number: mpmath.mpf) -> Fraction:
    """A binary floating-point number as it is."""
    sign, mantissa, exponent, _ = number._mpf_
    return Fraction((-1) ** sign * int(mantissa)) * Fraction(2) ** exponent


def monotone(function: Callable[[mpmath.mpf], mpmath.mpf]) -> Callable[[Span], Span]:
    """A function that rises everywhere, on spans."""

    def of(argument: Span) -> Span:
        with mpmath.workdps(DIGITS):
            ends = (mpmath.mpf(end.numerator) / end.denominator for end in (argument.low, argument.high))
            low, high = (fraction(function(end)) for end in ends)
        return Span(low, high)

    return of


EXP, ROOT = monotone(mpmath.exp), monotone(mpmath.sqrt)
FUNCTIONS: Mapping[str, Callable[..., Span]] = {
    "ln": monotone(mpmath.log),
    "tanh": monotone(mpmath.tanh),
    "erf": monotone(mpmath.erf),
    "max": lambda *spans: Span(max(s.low for s in spans), max(s.high for s in spans)),
    "sgn": lambda s: Span(Fraction((s.low > 0) - (s.low < 0)), Fraction((s.high > 0) - (s.high < 0))),
}


@dataclass(frozen=True)
class Paper:
    """What names and numbers on the paper stand for."""

    numbers: Callable[[Numeral], Span]
    names: Callable[[Box], Span]  # of an Atom or a Partial
    letters: Mapping[str, int]  # index letters bound by a sum around

    def value(self, box: Box) -> Span:
        """What a box is worth."""
        match box:
            case lay.Number(numeral):
                return self.numbers(numeral)
            case lay.Atom(name) if name.base == "e" and not name.sub and not name.sup:
                return EXP(ONE)
            case lay.Atom(name) if name.base == "pi":
                return one(fraction(+mpmath.pi))
            case lay.Atom() | lay.Partial():
                return self.names(box)
            case lay.Paren(body):
                return self.value(body)
            case lay.Bars(body):
                inner = self.value(body)
                ends = (abs(inner.low), abs(inner.high))
                return Span(Fraction(0) if inner.low <= 0 <= inner.high else min(ends), max(ends))
            case lay.Frac(above, below):
                return self.value(above) / self.value(below)
            case lay.Power(lay.Atom(name), exponent) if name.base == "e" and not name.sub:
                return EXP(self.value(exponent))
            case lay.Power(base, exponent):
                return self.power(self.value(base), int(self.value(exponent).point))
            case lay.Root(body):
                return ROOT(self.value(body))
            case lay.Call(function, arguments):
                return FUNCTIONS[function](*map(self.value, arguments))
            case lay.BigSum(lay.Atom(index), lower, upper, body):
                first, last = (int(self.value(end).point) for end in (lower, upper))
                values = (self.inside(index.base, number).value(body) for number in range(first, last + 1))
                return sum(values, ZERO)
            case lay.Cases(rows, _):
                return self.cases(rows)
            case lay.Row(items):
                return self.sum(items)
        raise AssertionError(box)

    def inside(self, letter: str, number: int) -> Paper:
        """The same with one more letter bound by a sum."""
        return Paper(self.numbers, self.names, {**self.letters, letter: number})

    def power(self, base: Span, exponent: int) -> Span:
        """A whole power."""
        assert exponent >= 0
        ends = (base.low**exponent, base.high**exponent)
        if exponent % 2 == 0 and base.low < 0 < base.high:
            return Span(Fraction(0), max(ends))
        return Span(min(ends), max(ends))

    def cases(self, rows: Sequence[tuple[Box, Box | None]]) -> Span:
        """The branch that holds; both where the test is open."""
        (first, test), (second, _) = rows
        assert isinstance(test, lay.Row)
        left, sign, right = split(test.items, ("greater", "at-most"))
        difference = self.value(lay.row(*left)) - self.value(lay.row(*right))
        above, below = (first, second) if sign == Sign("greater") else (second, first)
        if difference.low > 0:
            return self.value(above)
        if difference.high <= 0:
            return self.value(below)
        return self.value(first).hull(self.value(second))

    def sum(self, items: Sequence[Box]) -> Span:
        """Terms with plus and minus between them; a product binds closer."""
        total, sign, term = ZERO, 1, list[Box]()
        for place, item in enumerate((*items, Sign("plus"))):
            if item == Sign("negative"):
                assert place == 0, "a bare minus in the middle"
                sign = -1
            elif item in (Sign("plus"), Sign("minus")):
                assert term, "a sign without a term before it"
                value = self.product(term)
                total = total + value if sign > 0 else total - value
                sign, term = (1 if item == Sign("plus") else -1), []
            else:
                term.append(item)
        return total

    def product(self, items: Sequence[Box]) -> Span:
        """Factors with dots, or nothing where a parenthesis follows, between them."""
        assert len(items) % 2 == 1, items
        assert all(item in (Sign("dot"), Sign("thin")) for item in items[1::2]), items
        for item in items[2::2]:
            assert not (isinstance(item, lay.Number) and item.numeral.digits.startswith("-")), "two signs in a row"
        total = ONE
        for item in items[::2]:
            total *= self.value(item)
        return total


def split(items: Sequence[Box], signs: Sequence[str]) -> tuple[list[Box], Sign, list[Box]]:
    """What is before and after the only one of some signs."""
    (place,) = (n for n, item in enumerate(items) if isinstance(item, Sign) and item.key in signs)
    sign = items[place]
    assert isinstance(sign, Sign)
    return list(items[:place]), sign, list(items[place + 1 :])


def printed(numeral: Numeral) -> Fraction:
    """The number that stands on the paper."""
    return Fraction(numeral.text)


def as_printed(numeral: Numeral) -> Span:
    """Exactly what stands on the paper."""
    return one(printed(numeral))


def last_place(numeral: Numeral) -> int:
    """Digits after the point."""
    return len(numeral.digits.partition(".")[2]) - numeral.exponent


def as_rounded(numeral: Numeral) -> Span:
    """Everything that would be printed so: half a unit of the last digit either way, nothing where it is exact."""
    value = printed(numeral)
    half = Fraction(0) if numeral.exact else Fraction(10) ** -last_place(numeral) / 2
    return Span(value - half, value + half)


def places(value: Fraction, policy: Rounding) -> int:
    """How many digits after the point a policy shows of a number."""
    if value == 0:
        return policy.places or 0
    near = len(str(value.denominator)) - len(str(abs(value.numerator)))
    first = next(n for n in (near - 1, near, near + 1) if abs(value) * Fraction(10) ** n >= 1)
    if policy.significant is not None:
        return first + policy.significant - 1
    assert policy.places is not None
    return max(policy.places, first + 2)


def rounded(value: Fraction, policy: Rounding) -> Fraction:
    """A number as a policy shows it."""
    unit = Fraction(10) ** -places(value, policy)
    whole, rest = divmod(abs(value), unit)
    up = rest * 2 > unit or (rest * 2 == unit and (policy.tie == "half-up" or whole % 2 == 1))
    size = (whole + up) * unit
    return size if value >= 0 else -size


def named(table: Mapping[Name | tuple[Name, Name], Span]) -> Callable[[Box], Span]:
    """Look names up: entries under their name, partials under two."""

    def look(box: Box) -> Span:
        return table[key(box)]  # KeyError: a name used before it is computed

    return look


def key(box: Box) -> Name | tuple[Name, Name]:
    """What a name or a partial is kept under."""
    match box:
        case lay.Atom(name):
            return name
        case lay.Partial(lay.Atom(of), lay.Atom(wrt)):
            return of, wrt
    raise AssertionError(box)


def boxes(box: Box) -> list[Box]:
    """A box and everything in it."""
    match box:
        case lay.Row(items):
            inner: Sequence[Box] = items
        case lay.Paren(body) | lay.Bars(body) | lay.Root(body) | lay.Mark(body, _):
            inner = (body,)
        case lay.Frac(a, b) | lay.Partial(a, b) | lay.Power(a, b):
            inner = (a, b)
        case lay.Call(_, arguments):
            inner = arguments
        case lay.BigSum(index, lower, upper, body):
            inner = (index, lower, upper, body)
        case lay.Cases(rows, _):
            inner = [part for pair in rows for part in pair if part is not None]
        case lay.Matrix(rows):
            inner = [cell for line in rows for cell in line]
        case _:
            inner = ()
    return [box, *(found for item in inner for found in boxes(item))]


def combinations(**choices: Sequence[object]) -> list[dict[str, object]]:
    """Every combination of some options."""
    return [dict(zip(choices, picked, strict=True)) for picked in product(*choices.values())]
