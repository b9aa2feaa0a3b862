"""How numbers are shown, and the one function that prints them.

A value is exact (flint.fmpq) until the first transcendental and a ball (flint.arb: midpoint and error bound) after it.
A ball is printed only when both of its ends round to the same digits, so every digit shown is right.
"""

from __future__ import annotations

import math
from fractions import Fraction

from flint import arb, fmpq, fmpz
from msgspec import Struct

from bpsym.errors import BpsymError, EvaluationError, Undecided, choices

Value = fmpq | arb

HALF_UP, HALF_EVEN = "half-up", "half-even"
TIES = (HALF_UP, HALF_EVEN)
EXACT, SHOWN = "exact", "shown"
CARRIES = (EXACT, SHOWN)
LONGEST = 60  # digits anybody may ask for
LEADING = 3  # significant digits a small number keeps, however many places that takes
LARGE = 15  # digits before the point from which a number is written with a power of ten
FIXED = 9  # zeros after which a small number is written with a power of ten
EXPONENT_LIMIT = 1 << 20  # powers of two beyond which a ball is not written down at all


class Rounding(Struct, frozen=True):
    """A named policy: how many digits are shown, how ties go, and what is carried on.

    Exactly one of `places` and `significant` is a number: Rounding(places=None, significant=4). Raises BpsymError.
    """

    places: int | None = 9  # digits after the point; None where `significant` counts
    significant: int | None = None  # digits from the first that is not 0
    tie: str = HALF_UP  # half-up: away from zero, as taught in schools; half-even: IEEE 754
    carry: str = EXACT  # exact: go on with full precision; shown: go on with what is printed

    def __post_init__(self) -> None:
        """Raise BpsymError for a policy that makes no sense."""
        if (self.places is None) == (self.significant is None):
            msg = "a rounding policy counts either places or significant digits"
            raise BpsymError(msg)
        count = self.places if self.significant is None else self.significant
        if count is None or not (0 if self.significant is None else 1) <= count <= LONGEST:
            msg = f"{count} digits cannot be shown; between 1 and {LONGEST} can"
            raise BpsymError(msg)
        for kind, given, known in (("tie rule", self.tie, TIES), ("carry", self.carry, CARRIES)):
            if given not in known:
                raise BpsymError(choices(kind, given, known))


class Numeral(Struct, frozen=True):
    """A printed number: sign, digits with a point, power of ten; and whether it is the value itself."""

    digits: str  # "-0.0190491183"
    exponent: int = 0  # 10 to this power times the digits
    exact: bool = False

    @property
    def text(self) -> str:
        """The number in plain characters."""
        return f"{self.digits}e{self.exponent}" if self.exponent else self.digits

    @property
    def value(self) -> fmpq:
        """What stands on the paper, exactly."""
        whole, _, part = self.digits.partition(".")
        return fmpq(fmpz(whole + part)) * fmpq(10) ** (self.exponent - len(part))

    @property
    def ulp(self) -> fmpq:
        """One unit of the last digit shown."""
        return fmpq(10) ** (self.exponent - len(self.digits.partition(".")[2]))


def numeral(value: Value, rounding: Rounding) -> Numeral:
    """Print a value under a policy.

    A number too small for the places keeps 3 significant digits; an exact one loses its closing zeros; a very large or
    small one has a power of ten. Raises Undecided where the ball is too wide to tell a digit, EvaluationError for a
    value too large or small to be written down.
    """
    quick = _settled(value, rounding)
    if quick is not None:
        return quick
    low, high = ends(value)
    places = _places(value, rounding)
    units, upper = (_nearest(end * fmpq(10) ** places, rounding.tie) for end in (low, high))
    if units != upper:
        msg = f"the last digit of {value} is open"
        raise Undecided(msg)
    exact = low == high and units == low * fmpq(10) ** places  # a ball of one point is exact too: 0 times ln out
    if units == 0 and exact:
        return Numeral("0", exact=True)
    if len(str(abs(units))) > _most(places, rounding):  # 9.996 became 10.00
        units, places = units // 10, places - 1
    if places - len(str(abs(units))) >= FIXED or len(str(abs(units))) - places > LARGE:
        return _scientific(units, places, exact=exact)
    if places < 0 and not exact:
        return _scientific(units, places, exact=False)
    if places < 0:
        return Numeral(str(units * 10**-places), exact=True)
    return Numeral(_point(units, places, trim=exact), exact=exact)


def numeral_at_last(value: Value, rounding: Rounding) -> Numeral:
    """Print a value at the highest precision: a ball that is still undecided and holds a short decimal is that number.

    Terms that cancel give 0 in this way and e^z/e^z gives 1; raises Undecided for any other ball.
    """
    try:
        return numeral(value, rounding)
    except Undecided:
        low, high = ends(value)
        places = 2 * LONGEST
        short = fmpq(_nearest(low * fmpq(10) ** places, rounding.tie)) / fmpq(10) ** places
        if not low <= short <= high or high - low > fmpq(1, 10 ** (2 * places)):
            raise
        return numeral(short, rounding)


def _settled(value: Value, rounding: Rounding) -> Numeral | None:
    """The usual case in a tenth of the time: a narrow ball, well away from a tie, neither small nor large."""
    if isinstance(value, fmpq) or rounding.places is None or value.is_exact():
        return None
    units = (abs(value) * 10**rounding.places + fmpq(1, 2)).floor().unique_fmpz()
    if units is None or not 10**LEADING <= units < 10 ** min(LARGE, rounding.places + LARGE):
        return None
    return Numeral(_point(units if value > 0 else -units, rounding.places))


def _places(value: Value, rounding: Rounding) -> int:
    """Digits after the point: those asked for, more where a small number would lose its leading digits."""
    low, high = ends(value)
    least = fmpq(0) if low <= 0 <= high else min(abs(low), abs(high))
    if rounding.places is not None and least >= fmpq(1, 10 ** max(rounding.places - LEADING + 1, 0)):
        return rounding.places
    first = leading_place(value)
    if first is None:
        return rounding.places if rounding.places is not None else 0
    if rounding.significant is not None:
        return rounding.significant - 1 + first
    return max(rounding.places or 0, LEADING - 1 + first)


def _most(places: int, rounding: Rounding) -> float:
    """How many digits are shown where they are counted from the first that is not 0."""
    if rounding.significant is not None:
        return rounding.significant
    return LEADING if places > (rounding.places or 0) else math.inf


def leading_place(value: Value) -> int | None:
    """The place after the point of the first digit that is not 0 (0 for units, -1 for tens); None for the number 0.

    Raises Undecided where a ball does not tell.
    """
    if isinstance(value, arb):
        low, high = ends(value)
        if (low <= 0 <= high and low != high) or leading_place(low) != leading_place(high):
            msg = f"the leading digit of {value} is open"
            raise Undecided(msg)
        value = low
    if value == 0:
        return None
    size = abs(value)
    place = len(str(size.denominator)) - len(str(size.numerator))
    while size * fmpq(10) ** place < 1:
        place += 1
    while size * fmpq(10) ** place >= 10:
        place -= 1
    return place


def ends(value: Value) -> tuple[fmpq, fmpq]:
    """The two ends of a ball (an exact value twice) as exact numbers; raises Undecided for one that is not finite.

    Raises EvaluationError for one too large or too small to be written down.
    """
    if isinstance(value, fmpq):
        return value, value
    if not value.is_finite():
        msg = "the value is not finite"
        raise Undecided(msg)
    middle, radius = _rational(value.mid()), _rational(value.rad())
    return middle - radius, middle + radius


def fraction(value: fmpq) -> Fraction:
    """An exact number as Python's own."""
    return Fraction(int(value.p), int(value.q))


def _rational(exact: arb) -> fmpq:
    mantissa, exponent = exact.man_exp()
    if mantissa != 0 and abs(exponent) > EXPONENT_LIMIT:
        msg = f"a value of the order of 2 to the power {exponent} is too long to be written down"
        raise EvaluationError(msg)
    return fmpq(mantissa) * fmpq(2) ** int(exponent)


def _nearest(scaled: fmpq, tie: str) -> fmpz:
    """The nearest integer."""
    size = abs(scaled)
    units = (size + fmpq(1, 2)).floor()
    if tie == HALF_EVEN and units - size == fmpq(1, 2) and units % 2 == 1:
        units -= 1
    return units if scaled >= 0 else -units


def _point(units: fmpz, places: int, *, trim: bool = False) -> str:
    digits = str(abs(units)).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    if trim and places:
        text = text.rstrip("0").rstrip(".")
    return f"-{text}" if units < 0 else text


def _scientific(units: fmpz, places: int, *, exact: bool) -> Numeral:
    digits = str(abs(units))
    rest = digits[1:].rstrip("0") if exact else digits[1:]
    mantissa = f"{digits[0]}.{rest}" if rest else digits[0]
    return Numeral(f"-{mantissa}" if units < 0 else mantissa, len(digits) - 1 - places, exact=exact)
