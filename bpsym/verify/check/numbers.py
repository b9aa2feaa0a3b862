"""A printed number against what it should be: every honest way to its digits counts."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from flint import arb, fmpq
from msgspec import Struct, field

from bpsym.errors import BpsymError
from bpsym.rounding import Rounding, leading_place, numeral
from bpsym.verify.check.terms import Shown, ball, touches
from bpsym.verify.check.verdicts import Verdict
from bpsym.verify.meaning.arrays import Array, Scalar, ShapeError, Value, aligned, is_vector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bpsym.verify.check.routes import Routes
    from bpsym.verify.tree import Expr

MANY_UNITS = 2  # of the last digit, by which anybody's figure may be off
BY_CHANCE = fmpq(1, 10**9)  # of a unit of its last digit, in which a figure does not meet a value it is not


class Way(StrEnum):
    """How somebody rounds who came to a figure."""

    KEPT = "kept"  # goes on with full precision, or with the figures on the paper, at every step
    BETWEEN = "between"  # with more digits than are shown, here and there
    FAR = "far"  # the same, if at all: the figure is some units of its last digit from both


class Printed(Struct, frozen=True):
    """A printed number, or a list or matrix of them, with the routes to what each ought to be."""

    term: Expr
    shown: list[Shown]
    shape: tuple[int, ...] | None
    routes: Routes
    laid: dict[int, tuple[Value, list[Scalar] | None]] = field(default_factory=dict)  # values by their place in memory

    def items(self, values: Iterable[Value]) -> Iterator[list[Scalar]]:
        """Of each value that fits, the items in the order they are printed."""
        for value in values:
            if id(value) not in self.laid:  # each figure of a matrix asks for them
                self.laid[id(value)] = value, items_like(value, self.shape, len(self.shown))
            _, items = self.laid[id(value)]
            if items is not None:
                yield items

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

    def exact_places(self) -> frozenset[int]:
        """The places whose figures are all there is of a value: the slope 0.01 of a leaky unit, no rounded number."""
        truth = list(self.items(self.routes.truth))
        values = ((k, items[k], shown) for items in truth for k, shown in enumerate(self.shown))
        return frozenset(k for k, item, shown in values if _is_all_of(item, shown))

    @property
    def by_chance(self) -> bool:
        """Whether figures that look right are not what the document's own figures, some of them wrong, come to."""
        routes = self.routes
        theirs = list(self.items(routes.line or routes.carried)) if routes.tainted else []
        fits = (all(touches(a, s.half()) for a, s in zip(items, self.shown, strict=True)) for items in theirs)
        return bool(theirs) and not any(fits)

    def way(self) -> Way | None:
        """How somebody rounds who came to a figure; None for several, and for one that is right at full precision."""
        if len(self.shown) != 1:
            return None
        (shown,), routes = self.shown, self.routes
        truth = [value for (value,) in self.items(routes.truth)]
        if any(touches(value, shown.half()) for value in truth):
            return None
        word = [value for (value,) in self.items(routes.at_their_word)]
        if any(map(shown.is_truncated, (*truth, *word))) or any(touches(value, shown.half()) for value in word):
            return Way.KEPT
        near = shown.value - MANY_UNITS * shown.ulp, shown.value + MANY_UNITS * shown.ulp
        return Way.BETWEEN if any(touches(value, near) for value in (*truth, *word)) else Way.FAR

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
    known = _Known(truth, items(routes.line), items(routes.rounded), items(routes.carried), items(routes.meant))
    if not (known.truth or known.line or known.rounded or known.carried):
        return None
    verdicts = [_one(number, k, known, routes) for k, number in enumerate(shown)]
    if Verdict.WRONG in verdicts:
        partly = items(routes.partly_meant)
        for k, number in enumerate(shown):
            if verdicts[k] is Verdict.WRONG and any(
                touches(found[k], number.half()) or number.is_cut_off(found[k]) for found in partly
            ):
                verdicts[k] = Verdict.CARRIED
    return verdicts


class _Known(NamedTuple):
    """Where the routes lead: of each value its items in the order they are printed."""

    truth: list[list[Scalar]]
    line: list[list[Scalar]]
    rounded: list[list[Scalar]]
    carried: list[list[Scalar]]
    meant: list[list[Scalar]]


def items_like(value: Value, shape: tuple[int, ...] | None, count: int) -> list[Scalar] | None:
    """The items of a value in the order a term of that shape prints them; None where the shapes differ."""
    pattern: Value = 0 if shape is None else Array(shape, tuple(range(count)))
    if isinstance(pattern, Array) and not is_vector(pattern) and not isinstance(value, Array):
        return None  # dz·a of two lists, where their outer product is meant
    try:
        found = sorted(aligned(pattern, value), key=lambda pair: pair[0])
    except ShapeError:
        return None
    return [item for _, item in found] if len(found) == count else None


def _one(number: Shown, k: int, known: _Known, routes: Routes) -> Verdict:
    """The verdict on the k-th number: what it rounds from counts before what it is cut off from."""
    truth, line, rounded, carried, meant = known
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
            return Verdict.CARRIED if routes.from_wrong else Verdict.RIGHT
        return Verdict.CARRIED if routes.tainted else Verdict.DIGIT
    is_known = truth or line or rounded or (carried and routes.certain)
    return Verdict.WRONG if is_known else Verdict.UNDECIDED  # figures nobody can check disagree


def _is_all_of(value: Scalar, shown: Shown) -> bool:
    """Whether a value has no digits behind those shown; of one known as a ball, none by chance."""
    known = isinstance(value, fmpq) or value.rad() < shown.ulp * BY_CHANCE
    return known and touches(value, (shown.value, shown.value))


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
