"""What can be said of a claim, and a claim judged."""

from __future__ import annotations

from bisect import bisect_left
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.tree import Span, Statement


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


def by_statement(statements: Sequence[Statement], claims: Sequence[Judgement]) -> list[list[Judgement]]:
    """The claims of each statement."""
    ordered = sorted(claims, key=lambda j: j.span.start)
    starts = [j.span.start for j in ordered]
    return [ordered[bisect_left(starts, s.span.start) : bisect_left(starts, s.span.end)] for s in statements]


def worst(verdicts: list[Verdict]) -> Verdict:
    """The gravest of several."""
    return max(verdicts, key=GRAVITY.__getitem__, default=Verdict.RIGHT)
