"""A printed number against what it should be: every honest way to its digits counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from flint import arb, fmpq

from bpsym.errors import BpsymError
from bpsym.rounding import Rounding, leading_place, numeral
from bpsym.verify.check.terms import Shown, ball, touches
from bpsym.verify.check.verdicts import Verdict
from bpsym.verify.meaning.arrays import Array, Scalar, ShapeError, Value, aligned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bpsym.verify.tree import Expr


@dataclass(frozen=True)
class Routes:
    """The values a printed number may have been computed from, one for each reading; the last made when wanted."""

    truth: tuple[Value, ...]  # at full precision
    line: tuple[Value, ...]  # from the operands printed on the line, taken at their word
    from_rounded: Callable[[], tuple[Value, ...]]
    from_earlier: Callable[[], tuple[Value, ...]]
    from_meant: Callable[[], tuple[Value, ...]]
    from_partly_meant: Callable[[], tuple[Value, ...]]
    tainted: bool  # some of what the document printed earlier is wrong
    certain: bool  # the formula on the line itself says what it comes to, from nothing but right figures
    line_is_wrong: bool  # the operands of the line are themselves in error
    settles: Callable[[], bool]  # whether the operands of the line are all known, so that nothing else counts

    @cached_property
    def rounded(self) -> tuple[Value, ...]:
        """From the operands of the line, each standing for all that rounds to it."""
        return self.from_rounded()

    @cached_property
    def carried(self) -> tuple[Value, ...]:
        """From what the document printed earlier."""
        return self.from_earlier()

    @cached_property
    def meant(self) -> tuple[Value, ...]:
        """From the same with what is wrong in it put right."""
        return self.from_meant()

    @cached_property
    def partly_meant(self) -> tuple[Value, ...]:
        """From the same with some of the slips in it put right."""
        return self.from_partly_meant() if self.tainted else ()


@dataclass(frozen=True)
class Printed:
    """A printed number, or a list or matrix of them, with the routes to what each ought to be."""

    term: Expr
    shown: list[Shown]
    shape: tuple[int, ...] | None
    routes: Routes

    def items(self, values: Iterable[Value]) -> Iterator[list[Scalar]]:
        """Of each value that fits, the items in the order they are printed."""
        found = (items_like(value, self.shape, len(self.shown)) for value in values)
        return (items for items in found if items is not None)

    def right_value(self, place: int) -> Scalar | None:
        """What a figure ought to be, where that is known."""
        return next((items[place] for items in self.items(self.routes.truth)), None)

    def expected(self, place: int) -> list[Scalar]:
        """What a figure ought to be, by the network and by the document's own figures."""
        routes = self.routes
        return [items[place] for items in self.items((*routes.truth, *routes.line, *routes.carried))]

    def meant(self, place: int, unit: fmpq) -> Scalar | None:
        """Whatever an honest person would have written in the place of a figure in error; `unit`: of its last digit."""
        routes, every = self.routes, None
        for items in self.items((*routes.truth, *(routes.meant if routes.tainted else routes.carried))):
            every = arb(items[place]) if every is None else every.union(arb(items[place]))
        return None if every is None else every + ball(-unit, unit)

    @property
    def by_chance(self) -> bool:
        """Whether figures that look right are not what the document's own figures, some of them wrong, come to."""
        routes = self.routes
        theirs = list(self.items(routes.line or routes.carried)) if routes.tainted else []
        fits = (all(touches(a, s.half()) for a, s in zip(items, self.shown, strict=True)) for items in theirs)
        return bool(theirs) and not any(fits)

    def from_before(self, place: int, unit: fmpq) -> Scalar | None:
        """What a figure in error ought to be by the figures before it; `unit`: of its last digit."""
        routes = self.routes
        known = (*(() if routes.line_is_wrong else routes.line), *routes.carried, *routes.truth)
        return next((arb(items[place]) + ball(-unit, unit) for items in self.items(known)), None)


def judged(printed: Printed) -> list[Verdict] | None:
    """A verdict for each printed number of a term; None where nothing is known of them."""
    shown, routes = printed.shown, printed.routes

    def items(values: Iterable[Value]) -> list[list[Scalar]]:
        return list(printed.items(values))

    truth = items(routes.truth)
    if truth and all(any(touches(found[k], number.half()) for found in truth) for k, number in enumerate(shown)):
        return [Verdict.RIGHT] * len(shown)
    line, rounded, carried = items(routes.line), items(routes.rounded), items(routes.carried)
    meant = items(routes.meant) if routes.tainted else []
    if not (truth or line or rounded or carried):
        return None
    verdicts = [_one(number, k, truth, line, rounded, carried, meant, routes) for k, number in enumerate(shown)]
    if Verdict.WRONG in verdicts:
        partly = items(routes.partly_meant)
        for k, number in enumerate(shown):
            if verdicts[k] is Verdict.WRONG and any(
                touches(found[k], number.half()) or number.is_cut_off(found[k]) for found in partly
            ):
                verdicts[k] = Verdict.CARRIED
    return verdicts


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
    meant: list[list[Scalar]],
    routes: Routes,
) -> Verdict:
    half = number.half()

    def rounds(values: Iterable[list[Scalar]]) -> bool:
        return any(touches(items[k], half) for items in values)

    def cuts(values: Iterable[list[Scalar]]) -> bool:
        return any(number.is_cut_off(items[k]) for items in values)

    def truncates(values: Iterable[list[Scalar]]) -> bool:
        return any(number.is_truncated(items[k]) for items in values)

    if rounds(truth):
        return Verdict.RIGHT
    follows = Verdict.CARRIED if routes.line_is_wrong else Verdict.RIGHT
    if rounds(line):
        return follows
    follows = Verdict.CARRIED if routes.line_is_wrong else Verdict.DIGIT
    if cuts(truth):
        return Verdict.DIGIT
    settled = bool(line) and not routes.line_is_wrong and routes.settles()
    if rounds(rounded) or (truncates(line) or truncates(rounded) if settled else cuts(line) or cuts(rounded)):
        return follows
    if rounds(meant) or cuts(meant):
        return Verdict.DIGIT
    beside_its_line = bool(line) and not routes.line_is_wrong and routes.tainted
    if not (settled or beside_its_line) and (rounds(carried) or cuts(carried)):
        if not (truth or line):
            return Verdict.RIGHT
        return Verdict.CARRIED if routes.tainted else Verdict.DIGIT
    known = truth or line or rounded or (carried and routes.certain)
    return Verdict.WRONG if known else Verdict.UNDECIDED  # figures nobody can check disagree


def as_shown(value: Scalar, like: Shown) -> str:
    """A value with as many places as a printed number has; more where it would have fewer digits left than that."""
    places = max(like.number.places, 0)
    try:
        first = leading_place(value)
        digits = 0 if first is None else places - first + 1
        if digits >= max(like.number.digits, 1):
            return _padded(numeral(value, Rounding(None, significant=digits)).text, places)
        return _padded(numeral(value, Rounding(places)).text, places)
    except BpsymError:
        return ""


def _padded(text: str, places: int) -> str:
    """With the zeros at its end that the document shows."""
    if "e" in text or not places:
        return text
    whole, _, part = text.partition(".")
    return f"{whole}.{part.ljust(places, '0')}"
