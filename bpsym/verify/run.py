"""A document verified from end to end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flint import ctx

from bpsym.verify.bind import bind
from bpsym.verify.check.judge import judge
from bpsym.verify.check.prose import restatements
from bpsym.verify.check.training import training_claims
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.diagnose import diagnosed
from bpsym.verify.known import recognized
from bpsym.verify.typical import settled_by_typical

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flint import fmpq

    from bpsym.spec import Description
    from bpsym.verify.check.state import State
    from bpsym.verify.tree import Document

PRECISION = 160  # bits formulas are computed with


@dataclass
class Verified:
    """A document, its judged claims in reading order, and what its names were taken for."""

    document: Document
    judgements: list[Judgement]
    state: State

    @property
    def counts(self) -> Counter[str]:
        """How many claims stand how."""
        return Counter(str(judgement.verdict) for judgement in self.judgements)

    def missing(self) -> Iterator[tuple[str, int]]:
        """Names a claim could not be decided for, with the line of their first use."""
        seen: set[str] = set()
        for judgement in self.judgements:
            name = str(judgement.details.get("missing", ""))
            if judgement.verdict is Verdict.UNDECIDED and name and name not in seen:
                seen.add(name)
                yield name, self.document.place(judgement.span).line


def verify(
    document: Document, description: Description | None = None, given: Mapping[str, fmpq] | None = None
) -> Verified:
    """Judge every claim of a document."""
    before, ctx.prec = ctx.prec, PRECISION
    try:
        description = description or (recognized(document) if not given else None)
        state = bind(document, description, given or {})
        found, settled = training_claims(document, description)
        for statement in document.statements:
            if not any(span.start <= statement.span.start < span.end for span in settled):
                found.extend(judge(statement, state))
        if description is None:
            found = settled_by_typical(document, found)
        found.extend(restatements(document, state, settled))
        found = diagnosed(found, state)
        found = [j for j in found if j.verdict is not Verdict.UNREADABLE or not document.unreadable]
        found.extend(Judgement(gap.span, Verdict.UNREADABLE, details={"why": gap.why}) for gap in document.unreadable)
    finally:
        ctx.prec = before
    return Verified(document, sorted(found, key=lambda j: j.span), state)
