"""Slips of the pen: what a person did to a right number to get the one on the paper.

A slip is named only when it gives the printed digits exactly; of several the most particular comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import fmpq
from msgspec import Struct

from bpsym.errors import BpsymError
from bpsym.rounding import ends
from bpsym.verify.check.terms import FLOAT, Shown, touches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bpsym.verify.meaning.arrays import Scalar

FURTHEST = 6  # places a decimal point is moved
MORE = 3  # digits beyond those shown that a dropped digit may pull in
OPEN = 3  # units of the last digit a value may be open by
LARGEST = fmpq(10) ** 300  # of a value without its point: nobody writes more digits
FEW = 3  # digits of a figure in which any change of a digit gives some other figure
CLOSE = 5  # digits of which up to three may be mistyped

# the slips, the most particular first: how few other figures each could have led to
ORDER = (
    "sign", "decimal-point", "zero-dropped", "zero-added", "digits-swapped", "digit-doubled", "digit-dropped",
    "digit-inserted", "digit-mistyped", "copied", "digits-dropped", "digits-mistyped",
)  # fmt: skip
VAGUE = frozenset(["copied", "digits-dropped", "digits-mistyped"])  # a mistake in the method is likelier


MOVES = frozenset(["decimal-point", "zero-dropped", "zero-added"])  # of the point
KEEPS_PLACES = frozenset(["digits-swapped", "digit-mistyped"])
ONE_FEWER = frozenset(["digit-dropped", "zero-dropped"])
ONE_MORE = frozenset(["digit-doubled", "digit-inserted", "zero-added"])


def ranked(found: Iterable[tuple[str, str]], beyond: int | None = None) -> list[tuple[str, str]]:
    """Slips with what they speak of, each once, the most particular first.

    Those come first that account for how many more places the figure has than its document's others; None: who knows.
    """
    changes = {0: KEEPS_PLACES, -1: ONE_FEWER, 1: ONE_MORE}
    others = frozenset().union(*(slips for by, slips in changes.items() if by != beyond)) if beyond in changes else ()
    return sorted(dict.fromkeys(found), key=lambda slip: (slip[0] in others, ORDER.index(slip[0])))


def slips(shown: Shown, right: Scalar, others: Iterable[tuple[str, Scalar]] = ()) -> Iterator[tuple[str, str]]:
    """Names of the slips that give a figure, each with what it speaks of."""
    if shown.value == 0:
        yield from (("digit-mistyped", "") for _ in {*_in_the_digits(_Figure.of(shown), right)} & {"digit-mistyped"})
        return
    if touches(-right, shown.half()):
        yield "sign", ""
        return
    moved = _moved(shown, right)
    if moved:
        yield moved, ""
    copied = next((name for name, value in others if touches(value, shown.half())), "")
    digits = list(dict.fromkeys(_in_the_digits(_Figure.of(shown), right)))
    digits = [slip for slip in digits if not moved or slip in KEEPS_PLACES]  # the rest is the zero, once more
    if copied and shown.number.digits >= FEW:
        yield "copied", copied
    yield from ((slip, "") for slip in digits)
    low, high = shown.cut()
    if not (moved or copied or digits) and touches(right, (-high, -low)):
        yield "sign", ""  # and the last digits cut off


def two_slips(shown: Shown, right: Scalar) -> Iterator[tuple[str, str]]:
    """The decimal point moved in a number with another slip: two things that hardly ever come together."""
    if shown.value == 0 or shown.number.digits <= FEW:
        return
    for power in (-1, 1, -2, 2):
        for slip in dict.fromkeys(_in_the_digits(_Figure.of(shown).moved(power), right)):
            yield "decimal-point", ""
            yield slip, ""
            return


def _moved(shown: Shown, right: Scalar) -> str:
    """The decimal point in another place: zeros too many or too few."""
    for power in range(1, FURTHEST + 1):
        for factor, name in ((fmpq(10) ** power, "zero-dropped"), (fmpq(1) / fmpq(10) ** power, "zero-added")):
            turned = (-right * factor,) if shown.number.digits >= FEW else ()  # the sign lost as well
            for value in (right * factor, *turned):
                if touches(value, shown.half()) or (shown.number.digits >= FEW and shown.is_cut_off(value)):
                    small = abs(shown.value) < 1 and abs(shown.value * (1 / factor)) < 1
                    return name if power == 1 and small else "decimal-point"
    return ""


class _Figure(Struct, frozen=True):
    """A number as its digits stand: those behind the point, and at least one before it."""

    digits: str
    places: int
    negative: bool

    @classmethod
    def of(cls, shown: Shown) -> _Figure:
        """What stands on the paper; of a printed float64 the digits that count."""
        places = shown.number.places - max(0, shown.number.digits - FLOAT)
        whole = (abs(shown.value) * fmpq(10) ** max(places, 0)).floor()
        return cls(_padded(int(whole), places), places, shown.value < 0)

    def moved(self, power: int) -> _Figure:
        """The decimal point so many places to the right."""
        places = self.places - power
        return _Figure(_padded(int(self.digits), places), places, self.negative)

    @property
    def before(self) -> int:
        """How many digits stand before the point."""
        return len(self.digits) - max(self.places, 0)


def _padded(number: int, places: int) -> str:
    return str(number).rjust(places + 1, "0")


def _honest(value: Scalar, places: int) -> list[str]:
    """The digits of a value at so many places, rounded and cut off; none where they are open."""
    try:
        low, high = ends(abs(value))
    except BpsymError:
        return []
    scale = fmpq(10) ** places
    if not high * scale < LARGEST:
        return []
    first, last = int((low * scale).floor()), int((high * scale + fmpq(1, 2)).floor())
    return [_padded(number, places) for number in range(first, last + 1)] if last - first <= OPEN else []


def _in_the_digits(figure: _Figure, right: Scalar) -> Iterator[str]:
    """Digits swapped, dropped, doubled, inserted or mistyped."""
    places, ours = figure.places, figure.digits
    if places < 0 or (right < 0) != figure.negative:
        return
    same = _honest(right, places)
    changed = [(text, _differing(ours, text)) for text in same if len(text) == len(ours)]
    found = [_exchanged(ours, text, wrong) for text, wrong in changed]
    longer, shorter = _honest(right, places + 1), _honest(right, places - 1) if places else []
    if any(_without(text, ours, range(_before(text, places + 1), len(text))) for text in longer):
        found.append("digit-dropped")
    if any(_without(text, ours, range(_before(text, places))) for text in same):
        found.append("digit-dropped")  # before the point
    behind, front = range(figure.before, len(ours) - 1), range(figure.before)  # nothing is inserted behind the last
    more = [(text, behind) for text in shorter] + [(text, front) for text in same]
    if any(_without(ours, text, among) for text, among in more):
        found.append("digit-doubled" if any(_doubled(ours, text, among) for text, among in more) else "digit-inserted")
    found = [slip for slip in found if slip]
    if not found:
        found += ["digits-mistyped" for _, wrong in changed if len(ours) > CLOSE and _near(wrong)]
        for count in range(2, MORE + 1):
            texts = [(text, _before(text, places + count)) for text in _honest(right, places + count)]
            if any(_without(text, ours, range(before, len(text)), count) for text, before in texts):
                found.append("digits-dropped")
    yield from found


def _before(text: str, places: int) -> int:
    """How many digits stand before the point."""
    return len(text) - places


def _differing(ours: str, text: str) -> list[int]:
    return [k for k, (a, b) in enumerate(zip(ours, text, strict=True)) if a != b]


def _near(wrong: list[int]) -> bool:
    return 0 < len(wrong) <= MORE and wrong[-1] - wrong[0] <= MORE


def _exchanged(ours: str, text: str, wrong: list[int]) -> str:
    """Two neighbouring digits swapped, or one mistyped."""
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
        first, second = wrong
        return "digits-swapped" if ours[first] == text[second] and ours[second] == text[first] else ""
    return "digit-mistyped" if len(wrong) == 1 else ""


def _without(longer: str, shorter: str, among: range, count: int = 1) -> bool:
    """Whether taking `count` neighbouring digits out of one number, at one of some places, leaves the other."""
    if len(longer) != len(shorter) + count or len(shorter) < FEW:
        return False
    return any(longer[:k] + longer[k + count :] == shorter for k in among)


def _doubled(ours: str, text: str, among: range) -> bool:
    """Whether a digit stands twice that stands once in the right number."""
    return any(k and ours[k] == ours[k - 1] and ours[:k] + ours[k + 1 :] == text for k in among)
