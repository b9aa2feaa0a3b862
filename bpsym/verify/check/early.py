"""Figures that stand in a document before what they come from: a box of results on top, a sum before its parts.

Read from the top, such a figure is blamed for what is wrong further down. It is judged where it comes from instead.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from bpsym.verify.check.terms import Kind, Shown, kind_of, leaves
from bpsym.verify.check.verdicts import Verdict
from bpsym.verify.effort import TooMuchWork, bounded, spend
from bpsym.verify.meaning.subjects import subject_of
from bpsym.verify.tree import Negative, Number, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bpsym.verify.check.state import State
    from bpsym.verify.check.verdicts import Judgement
    from bpsym.verify.tree import Document, Expr, Span, Statement

DIGITS = 4  # of a figure that two lines hardly share by chance
FORMULAS = frozenset([Kind.SYMBOLIC, Kind.NUMERIC, Kind.MIXED])
MOST_ORDERS = 4  # in which a document is read


class Reading(NamedTuple):
    """What a document read in one order comes to."""

    order: Document
    state: State
    claims: list[Judgement]


def clearest(found: Reading, read: Callable[[Document], Reading | None], work: float) -> Reading:
    """The clearest reading that so much work comes to; `read` gives None where an order cannot be compared."""
    with suppress(TooMuchWork), bounded(work):
        for _ in range(MOST_ORDERS):
            tried = ((read(order), fewer) for order, fewer in orders(found.order, found.claims))
            better = (a for a, fewer in tried if a is not None and is_clearer(a.claims, found.claims, fewer=fewer))
            again = next(better, None)
            if again is None:
                break
            found = again
    return found


def orders(document: Document, found: Sequence[Judgement]) -> Iterator[tuple[Document, bool]]:
    """The document with the lines blamed for figures from further down read last.

    Each order comes with whether it has to leave fewer lines in error to be believed: one in which nothing but a figure
    is the same further down, which another quantity comes to there, or nobody says what from.
    """
    tried: set[int] = set()
    for anything in (False, True):
        places = dict(_early(document.statements, found, anything=anything))
        early = set(places) if any(places.values()) else set()
        early |= set(_beside(document.statements, early, anything=anything)) if early else early
        if early and early != tried:
            yield _with_last(document, early), anything
        tried = early


def with_results_last(document: Document, figure: Span) -> Document | None:
    """The document with a result on top, and those beside it, read last; None where no line below says it again."""
    statements = document.statements
    holding = (k for k, s in enumerate(statements) if s.span.start <= figure.start and figure.end <= s.span.end)
    place = next(holding, None)
    last = set() if place is None else set(_beside(statements, {place}, anything=True))
    is_last = last == set(range(len(statements) - len(last), len(statements)))
    return _with_last(document, last) if place in last and not is_last else None


def is_clearer(again: Sequence[Judgement], found: Sequence[Judgement], *, fewer: bool) -> bool:
    """Whether a document read in another order has no more in error, or fewer, and none more that nobody can decide."""
    ours, theirs = ([j.verdict for j in judgements] for judgements in (again, found))
    moved = {j.span for j in again if j.verdict is Verdict.WRONG} != {
        j.span for j in found if j.verdict is Verdict.WRONG
    }
    less = not fewer or ours.count(Verdict.WRONG) < theirs.count(Verdict.WRONG)
    return moved and less and is_no_worse(again, found)


def is_no_worse(again: Sequence[Judgement], found: Sequence[Judgement]) -> bool:
    """Whether a document read once more has no more in error, and no more that nobody can decide."""
    ours, theirs = ([j.verdict for j in judgements] for judgements in (again, found))
    return all(ours.count(v) <= theirs.count(v) for v in (Verdict.WRONG, Verdict.UNDECIDED))


def _early(
    statements: Sequence[Statement], found: Sequence[Judgement], *, anything: bool
) -> Iterator[tuple[int, bool]]:
    """The places of statements with a figure in error that a later one derives, of the same or of any; is it blamed.

    A result on top that is said to follow from another one on top may be what is blamed once that is read last.
    """
    blamed = {(j.span.start, j.span.end) for j in found if j.verdict is Verdict.WRONG}
    carried = {(j.span.start, j.span.end) for j in found if j.verdict is Verdict.CARRIED}
    if not blamed:
        return
    results = [_results(statement) for statement in statements]
    for place, statement in enumerate(statements):
        for shown, own in _doubtful_figures(statement, blamed, carried):
            later = range(place + 1, len(statements))
            spend(len(later))
            same = (k for k in later if shown.value in results[k])
            if own and not (anything and shown.number.digits >= DIGITS):
                same = (k for k in same if _subject(statements[k]) == _subject(statement))
            elif not own:
                same = (k for k in same if any(span in blamed for span in results[k][shown.value]))
            if any(
                _derives(statements[k]) or (anything and own and _is_repeated(statement, statements[k])) for k in same
            ):
                yield place, (shown.tree.span.start, shown.tree.span.end) in blamed
                break


def _beside(statements: Sequence[Statement], places: set[int], *, anything: bool) -> Iterator[int]:
    """The places under the same headings of figures that a line further down derives, the same of the same.

    `anything`: or that one under another heading says again, deriving it or not.
    """
    headings = {statements[place].context.heading for place in places}
    below: set[tuple[object, object]] = set()
    for place in sorted(range(len(statements)), key=lambda k: statements[k].span, reverse=True):
        spend(1)
        statement, derives = statements[place], _derives(statements[place])
        is_beside = statement.context.heading in headings
        said = {(_subject(statement), value) for value in _results(statement)}
        if is_beside and not derives and not below.isdisjoint(said):
            yield place
        if derives or (anything and not is_beside):
            below |= said


def _with_last(document: Document, places: set[int]) -> Document:
    kept = (s for k, s in enumerate(document.statements) if k not in places)
    return replace(document, statements=(*kept, *(document.statements[k] for k in sorted(places))))


def _doubtful_figures(
    statement: Statement, blamed: set[tuple[int, int]], carried: set[tuple[int, int]]
) -> Iterator[tuple[Shown, bool]]:
    """The figures of a statement that are in error, each with whether it is all the statement says of its subject."""
    bare = not _derives(statement)
    for term in statement.terms[1:]:
        computes = kind_of(term) is not Kind.NUMBER
        for shown in _figures(term):
            is_operand = computes and shown.number.digits >= DIGITS
            span = (shown.tree.span.start, shown.tree.span.end)
            if (span in blamed and (bare or is_operand)) or (bare and span in carried):
                yield shown, bare


def _results(statement: Statement) -> dict[object, list[tuple[int, int]]]:
    """Where the figures stand that a statement comes to, by value."""
    spans: dict[object, list[tuple[int, int]]] = {}
    for term in statement.terms[1:]:
        if kind_of(term) is Kind.NUMBER:
            for shown in _figures(term):
                spans.setdefault(shown.value, []).append((shown.tree.span.start, shown.tree.span.end))
    return spans


def _figures(term: Expr) -> Iterator[Shown]:
    inside = {id(node.operand) for node in walk(term) if isinstance(node, Negative)}
    for node in walk(term):
        if isinstance(node, (Number, Negative)) and id(node) not in inside:
            yield from (shown for shown in leaves(node) if shown is not None)


def _derives(statement: Statement) -> bool:
    """Whether a statement says what its figure comes from."""
    return len(statement.terms) > 2 or any(kind_of(term) in FORMULAS for term in statement.terms[1:])


def _is_repeated(statement: Statement, later: Statement) -> bool:
    """Whether one under another heading is of the same quantity: a result on top of a sheet that derives nothing."""
    return statement.context.heading != later.context.heading and _subject(statement) == _subject(later)


def _subject(statement: Statement) -> object:
    return subject_of(statement.terms[0])
