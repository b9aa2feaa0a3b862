"""A document judged by what it gives and defines itself, or a general network or law says."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify import effort, limits
from bpsym.verify.alone.parts import Part, judged
from bpsym.verify.alone.sofar import right_so_far
from bpsym.verify.alone.typical import settled_by_typical
from bpsym.verify.bind import bind, bound
from bpsym.verify.check.early import Reading, clearest
from bpsym.verify.check.prose import restatements
from bpsym.verify.check.samples import sampled
from bpsym.verify.check.training import training_claims
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.disclaimed import is_disclaimed
from bpsym.verify.laws.exemplified import held_to_figures
from bpsym.verify.laws.theory import settled_by_theory
from bpsym.verify.tree import covering

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.spec import Description
    from bpsym.verify.check.state import State
    from bpsym.verify.givens import Givens
    from bpsym.verify.tree import Document


def judged_by_itself(document: Document, givens: Givens) -> tuple[list[Judgement], State, Description | None]:
    """The claims, what names were taken for, and the general network that decided rules, if one did."""
    found, settled = training_claims(document, None)

    def read(order: Document) -> Reading | None:
        again = judged(order, bind(document, None, givens), givens, settled)
        return Reading(order, again[0].state, [*again[0].judgements()]) if len(again) == 1 else None

    with effort.bounded(math.inf) as first:
        state = bound(document, None, givens)
        parts = judged(document, state, givens, settled)
        claims, pieces = [j for part in parts for j in part.judgements()], [*_pieces(document, parts)]
        if len(parts) == 1:
            _, state, claims = clearest(Reading(document, parts[0].state, claims), read, limits.TRIED)
            pieces = [(document, state)]
    left = limits.BY_ITSELF - document.work - first.spent
    with effort.unbounded() as again:  # but for a bound of its own
        claims = right_so_far(document, claims, givens, min(limits.TRIED, left), state.scope.outrun)
    found, typical = settled_by_typical(document, [*found, *claims])
    for piece, own in pieces:
        found.extend(restatements(piece, own, settled))
        with suppress(effort.TooMuchWork):
            found.extend(sampled(piece, own, [judgement.span for judgement in found]))
    left -= again.spent
    with effort.unbounded() as tried:  # but for bounds of its own
        found = _without_disclaimed(document, settled_by_theory(document, found, min(limits.LAWS, left)))
    with effort.unbounded():  # but for a bound of its own
        found = held_to_figures(document, found, state, min(limits.HELD, left - tried.spent))
    return found, state, typical


def _without_disclaimed(document: Document, found: Sequence[Judgement]) -> list[Judgement]:
    """Without what a general network or law has shown to be wrong in a formula the document says is wrong."""
    if all(j.verdict is not Verdict.WRONG for j in found):
        return list(found)
    is_disclaimed_at = covering([s.span for s in document.statements if is_disclaimed(s)])
    return [j for j in found if j.verdict is not Verdict.WRONG or not is_disclaimed_at(j.span.start)]


def _pieces(document: Document, parts: Sequence[Part]) -> Iterator[tuple[Document, State]]:
    """The words, calls and tables of a document, by the part they stand in."""
    starts = [0, *(part.statements[0].span.start for part in parts[1:]), len(document.text) + 1]
    for part, start, end in zip(parts, starts, starts[1:], strict=False):
        prose = tuple(s for s in document.prose if start <= s.span.start < end)
        calls = tuple(c for c in document.calls if start <= c.span.start < end)
        tables = tuple(t for t in document.tables if start <= t.span.start < end)
        yield replace(document, prose=prose, calls=calls, tables=tables), part.state
