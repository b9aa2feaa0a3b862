"""A printed number against what it should be: every honest way to its digits counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpsym.errors import Undecided
from bpsym.rounding import Rounding, numeral
from bpsym.verify.check.terms import Shown, touches
from bpsym.verify.check.verdicts import Verdict
from bpsym.verify.meaning.arrays import Array, Scalar, ShapeError, Value, aligned

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Routes:
    """The values a printed number may have been computed from; each list holds one value a reading."""

    truth: tuple[Value, ...] = ()  # at full precision
    line: tuple[Value, ...] = ()  # from the operands printed on the line, taken at their word
    rounded: tuple[Value, ...] = ()  # from the operands of the line, each standing for all that rounds to it
    carried: tuple[Value, ...] = ()  # from what the document printed earlier
    tainted: bool = False  # ... some of which is wrong
    line_is_wrong: bool = False  # the operands of the line are themselves in error

    def any(self) -> bool:
        """Whether there is anything to judge by."""
        return bool(self.truth or self.line or self.rounded or self.carried)


def judged(shown: list[Shown], shape: tuple[int, ...] | None, routes: Routes) -> list[Verdict] | None:
    """A verdict for each printed number of a term; None where nothing is known of them."""
    if not routes.any():
        return None
    by_route = [
        (values, [items_like(value, shape, len(shown)) for value in values])
        for values in (routes.truth, routes.line, routes.rounded, routes.carried)
    ]
    truth, line, rounded, carried = ([items for items in found if items is not None] for _, found in by_route)
    if not (truth or line or rounded or carried):
        return None
    return [_one(number, k, truth, line, rounded, carried, routes) for k, number in enumerate(shown)]


def items_like(value: Value, shape: tuple[int, ...] | None, count: int) -> list[Scalar] | None:
    """The items of a value in the order a term of that shape prints them; None where the shapes differ."""
    pattern: Value = 0 if shape is None else Array(shape, tuple(range(count)))
    try:
        found = sorted(aligned(pattern, value), key=lambda pair: pair[0])
    except ShapeError:
        return None
    return [item for _, item in found] if len(found) == count else None


def _one(
    number: Shown,
    k: int,
    truth: list[list[Scalar]],
    line: list[list[Scalar]],
    rounded: list[list[Scalar]],
    carried: list[list[Scalar]],
    routes: Routes,
) -> Verdict:
    half = number.half()

    def rounds(values: Iterable[list[Scalar]]) -> bool:
        return any(touches(items[k], half) for items in values)

    def cuts(values: Iterable[list[Scalar]]) -> bool:
        return any(number.is_cut_off(items[k]) for items in values)

    if rounds(truth):
        return Verdict.RIGHT
    follows = Verdict.CARRIED if routes.line_is_wrong else Verdict.RIGHT
    if rounds(line):
        return follows
    follows = Verdict.CARRIED if routes.line_is_wrong else Verdict.DIGIT
    if cuts(truth):
        return Verdict.DIGIT
    if cuts(line) or rounds(rounded) or cuts(rounded):
        return follows
    if rounds(carried) or cuts(carried):
        if not (truth or line):
            return Verdict.RIGHT
        return Verdict.CARRIED if routes.tainted else Verdict.DIGIT
    return Verdict.WRONG if truth or line or rounded else Verdict.UNDECIDED  # figures nobody can check disagree


def as_shown(value: Scalar, like: Shown) -> str:
    """A value with as many places as a printed number has."""
    places = max(like.number.places, 0)
    try:
        return _padded(numeral(value, Rounding(places)).text, places)
    except Undecided:
        return ""


def _padded(text: str, places: int) -> str:
    """With the zeros at its end that the document shows."""
    if "e" in text or not places:
        return text
    whole, _, part = text.partition(".")
    return f"{whole}.{part.ljust(places, '0')}"
