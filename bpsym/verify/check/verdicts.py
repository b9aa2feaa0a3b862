"""What can be said of a claim, and a claim judged."""

from __future__ import annotations

from bisect import bisect_left
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bpsym.verify.tree import Document, Span, Statement


class Verdict(StrEnum):
    """How a claim stands; the order is the order of gravity."""

    RIGHT = "right"
    DIGIT = "last-digit"  # cut off, or computed from rounded values: right as people compute
    CARRIED = "carried"  # right, given an earlier error
    NOTE = "note"  # right, but something is worth saying
    UNDECIDED = "undecided"
    UNREADABLE = "unreadable"
    WRONG = "wrong"


FORMULA = "formula"  # the cause of a formula of which nothing is known but that it is wrong
BESIDE_NUMBERS = "beside numbers"  # of a law blamed where the document works numbers, too
GOOD = frozenset([Verdict.RIGHT, Verdict.NOTE])
BAD = frozenset([Verdict.WRONG, Verdict.CARRIED])
PROVED = frozenset([Verdict.RIGHT, Verdict.DIGIT])  # right as people compute
GRAVITY = {verdict: place for place, verdict in enumerate(Verdict)}


class Judgement(Struct, frozen=True):
    """One claim: where its doubtful piece stands, how it stands, and what would be right."""

    span: Span
    verdict: Verdict
    expected: str = ""
    rule: str = ""  # id of the cause: "digits-swapped", "updated-weights", ...
    details: dict[str, Any] = {}  # what the message says
    others: tuple[str, ...] = ()  # further causes that explain it


def is_doubted(judgement: Judgement) -> bool:
    """Whether a claim would be blamed if what its names mean were certain."""
    return judgement.verdict is Verdict.UNDECIDED and judgement.details.get("why") in ("several-meanings", "case")


class Claims(Struct, frozen=True):
    """What is claimed in a document, judged; passes that look at all of it again hand it on to each other."""

    document: Document
    statements: list[Statement]  # in reading order
    judgements: list[Judgement]  # likewise
    places: list[slice]  # of the judgements of each statement

    @classmethod
    def of(cls, document: Document, judgements: Iterable[Judgement]) -> Claims:
        """The claims, grouped."""
        ordered = sorted(judgements, key=lambda j: j.span)
        statements = sorted(document.statements, key=lambda s: s.span)
        return cls(document, statements, ordered, list(_places(statements, ordered)))

    def grouped(self) -> Iterator[tuple[Statement, list[Judgement]]]:
        """Each statement with what is claimed in it."""
        for statement, place in zip(self.statements, self.places, strict=True):
            yield statement, self.judgements[place]

    def changed(self, others: Mapping[Span, Judgement]) -> Claims:
        """The same claims, some of them judged otherwise."""
        return replace(self, judgements=[others.get(j.span, j) for j in self.judgements])


def by_statement(statements: Sequence[Statement], claims: Iterable[Judgement]) -> list[list[Judgement]]:
    """The claims of each statement."""
    ordered = sorted(claims, key=lambda j: j.span.start)
    return [ordered[place] for place in _places(statements, ordered)]


def _places(statements: Iterable[Statement], ordered: Sequence[Judgement]) -> Iterator[slice]:
    starts = [j.span.start for j in ordered]
    for statement in statements:
        yield slice(bisect_left(starts, statement.span.start), bisect_left(starts, statement.span.end))


def worst(verdicts: list[Verdict]) -> Verdict:
    """The gravest of several."""
    return max(verdicts, key=GRAVITY.__getitem__, default=Verdict.RIGHT)
