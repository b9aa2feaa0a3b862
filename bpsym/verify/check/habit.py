"""How a document rounds: where all its figures keep to one way, one that does not is a slip of the last digits.

A figure may be as far from the right one as the digits nobody sees of what it is made from come to. Whoever goes on
with full precision at every step, or with the figures on the paper, leaves no such room; the many figures that keep to
this tell so. One figure is blamed at a time, and only where nothing else is, or where that clears another which only
followed from it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from bpsym.verify.check.early import is_no_worse, with_results_last
from bpsym.verify.check.numbers import Way
from bpsym.verify.check.verdicts import Verdict
from bpsym.verify.effort import TooMuchWork, bounded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bpsym.verify.check.early import Reading
    from bpsym.verify.check.verdicts import Judgement
    from bpsym.verify.tree import Document, Span

ENOUGH = 10  # figures that only one way of rounding gives
SELDOM = 10  # of so many figures one may be rounded otherwise
MOST_BLAMED = 2


def held_to_habit(found: Reading, read: Callable[[Document, frozenset[Span]], Reading], work: float) -> Reading:
    """The reading with the figures blamed that do not go with the others; `read` reads once more, blaming some.

    A result on top may be what its derivation comes to, whose figures stand further down: it is read behind that.
    """
    unlike: frozenset[Span] = frozenset()
    with suppress(TooMuchWork), bounded(work):
        for _ in range(MOST_BLAMED):
            figure = against_habit(found.claims)
            order = None if figure is None else with_results_last(found.order, figure)
            if order is not None:
                again = read(order, unlike)
                found = again if is_no_worse(again.claims, found.claims) else found
                figure = against_habit(found.claims) if found.order is order else None
            if figure is None:
                break
            unlike |= {figure}
            again = read(found.order, unlike)
            before, after = _blamed(found), _blamed(again)
            if not after <= before | {figure} or (before and len(after) > len(before)):
                break
            found = again
    return found


def against_habit(claims: Sequence[Judgement]) -> Span | None:
    """The first figure far from what the others' way of rounding gives; None where there is none, or no such way."""
    rounded = [(j.span, j.details["way"]) for j in _said_once(claims) if j.details.get("way")]
    first = next((k for k, (_, way) in enumerate(rounded) if way is Way.FAR), None)
    if first is None:
        return None
    for ways in ([way for _, way in rounded[:first]], [way for _, way in rounded]):
        kept = ways.count(Way.KEPT)
        if kept >= ENOUGH and SELDOM * (len(ways) - kept) <= kept:
            return rounded[first][0]
    return None


def _said_once(claims: Sequence[Judgement]) -> Iterator[Judgement]:
    """The claims without figures that repeat what a line before says of the same quantity: a slip is one slip."""
    said: set[tuple[object, object]] = set()
    for judgement in claims:
        subject, shown = judgement.details.get("subject"), judgement.details.get("shown")
        figure = None if subject is None or shown is None else (subject, shown.value)
        if figure not in said:
            yield judgement
        if figure is not None:
            said.add(figure)


def _blamed(reading: Reading) -> frozenset[Span]:
    return frozenset(judgement.span for judgement in reading.claims if judgement.verdict is Verdict.WRONG)
