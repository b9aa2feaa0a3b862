"""A document verified from end to end; what only documents without a description need is imported for them."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import replace as with_fields
from typing import TYPE_CHECKING

from flint import ctx
from msgspec.structs import replace

from bpsym.verify import effort, limits
from bpsym.verify.bind import bind, bound
from bpsym.verify.check.chain import has_free_letters
from bpsym.verify.check.early import Reading, clearest
from bpsym.verify.check.habit import held_to_habit
from bpsym.verify.check.judge import judge
from bpsym.verify.check.prose import restatements
from bpsym.verify.check.repeated import repeated
from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.check.training import training_claims
from bpsym.verify.check.verdicts import Claims, Judgement, Verdict
from bpsym.verify.diagnosis.diagnose import diagnosed
from bpsym.verify.givens import Givens, names_of
from bpsym.verify.meaning.arrays import scalars
from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.tree import Name, covering, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flint import fmpq

    from bpsym.spec import Description
    from bpsym.verify.alone.known import Recognized
    from bpsym.verify.bind import Told
    from bpsym.verify.check.state import State
    from bpsym.verify.tree import Document, Span

FIGURES = frozenset([Kind.NUMBER, Kind.NUMERIC, Kind.MIXED])
PRECISION = 160  # bits formulas are computed with


@dataclass
class Verified:
    """A document, its judged claims in reading order, and what its names were taken for."""

    document: Document
    judgements: list[Judgement]
    state: State
    example: str = ""  # the worked example whose numbers were used where no description was given
    typical: Description | None = None  # the general network that decided rules where none was given
    inferred: Description | None = None  # the network its numbers are, where that has judged it

    @property
    def counts(self) -> Counter[str]:
        """How many claims stand how."""
        return Counter(str(judgement.verdict) for judgement in self.judgements)

    def missing(self) -> Iterator[tuple[str, int]]:
        """Names without a number that leave claims open, as the document spells them, each with its line."""
        network, scope = self.state.scope.network, self.state.scope
        open_at = {j.span for j in self.judgements if j.verdict is Verdict.UNDECIDED}
        if network is None or not open_at:
            return
        beside: set[Key] = set()  # names
        for statement in self.document.statements:
            if any(term.span in open_at and kind_of(term) in FIGURES for term in statement.terms):
                beside |= {key(node) for node in nodes([statement]) if isinstance(node, Name)}
        wanted: set[object] = set()
        for name in beside:
            atoms = scope.atoms(name)
            wanted |= set() if atoms is None else network.unsettled(scalars(atoms))
        wanted &= set(network.inputs()) - set(network.values) - set(network.opaque)
        for name, first in names_of(self.document).items():
            atoms = scope.atoms(name)
            if atoms is not None and len(scalars(atoms)) == 1 and scalars(atoms)[0] in wanted:
                wanted.discard(scalars(atoms)[0])
                yield name.text, self.document.place(first.span).line


def _own_claims(document: Document, state: State, settled: Sequence[Span]) -> list[Judgement]:
    """The claims of the statements that no training run has settled."""
    is_settled = covering(settled)
    return [
        judgement
        for statement in document.statements
        if not is_settled(statement.span.start)
        for judgement in judge(statement, state)
    ]


@effort.one_document()
def verify(
    document: Document, description: Description | None = None, given: Mapping[str, fmpq] | None = None
) -> Verified:
    """Judge every claim of a document."""
    before, ctx.prec = ctx.prec, PRECISION
    written = document
    try:
        if description is None:
            from bpsym.verify.again.entropies import with_labels_in_place, with_losses_blamed

            document = with_labels_in_place(document)
        left, least = limits.WORK - document.work, limits.JUDGED if description is None else limits.DESCRIBED
        with effort.bounded(max(least, left)) as judging:
            verified = _judged(document, description, Givens.of(given or {}))
        rest = min(left, limits.IN_ALL - effort.beside()) - judging.spent
        with effort.bounded(max(limits.DIAGNOSED, rest)):
            found = _explained(verified, by_itself=description is None and not verified.example)
        if document is not written:
            found = with_losses_blamed(found, written, verified.state)
        if description is None and not verified.example:
            from bpsym.verify.again.aftermath import followed_up
            from bpsym.verify.again.alike import held_to_each_other
            from bpsym.verify.again.evidence import borne_out
            from bpsym.verify.again.laid import held_to_layout
            from bpsym.verify.again.signed import held_to_signals
            from bpsym.verify.again.stepped import held_to_slopes

            found = held_to_layout(found, document, verified.state)
            found = held_to_each_other(found, document, verified.state)
            found = followed_up(held_to_signals(held_to_slopes(borne_out(Claims.of(document, found))))).judgements
        found = [*found, *repeated(document, found)]
        found = [j for j in found if j.verdict is not Verdict.UNREADABLE or not document.unreadable]
        found.extend(Judgement(gap.span, Verdict.UNREADABLE, details={"why": gap.why}) for gap in document.unreadable)
    finally:
        ctx.prec = before
    verified.document, verified.judgements = written, sorted(found, key=lambda j: j.span)
    return verified


def _explained(verified: Verified, *, by_itself: bool) -> list[Judgement]:
    """The judgements with their causes; `by_itself`: of a document whose network is known by its own equations."""
    document, state = verified.document, verified.state
    found = diagnosed(verified.judgements, state)
    if by_itself:
        from bpsym.verify.alone.method import with_method

        with suppress(effort.TooMuchWork):
            found = with_method(found, document, state)
    if any(j.verdict is Verdict.WRONG and "state" in j.details for j in found):
        from bpsym.verify.mend.search import with_mends

        with suppress(effort.TooMuchWork):
            found = with_mends(found, state)
    return found


def _judged(document: Document, description: Description | None, givens: Givens) -> Verified:
    """Every claim judged, none explained."""
    if description is None and (known := _recognized(document)) is not None:
        verified = _judged(replace(document, statements=known.statements), known.description, givens)
        inside = {statement.span for statement in known.statements}
        others = replace(document, statements=tuple(s for s in document.statements if s.span not in inside))
        rest = _judged(others, None, givens).judgements if others.statements else []
        ours = {judgement.span for judgement in verified.judgements}
        found = [*verified.judgements, *(judgement for judgement in rest if judgement.span not in ours)]
        return Verified(document, found, verified.state, known.name)
    if description is None:
        from bpsym.verify.alone.itself import judged_by_itself

        before = effort.left()
        judgements, state, typical = judged_by_itself(document, givens)
        own = Verified(document, judgements, state, typical=typical)
        done = before - effort.left() + effort.beside()
        left = min(limits.INFERRED, max(0, limits.IN_ALL - document.work - done))
        with suppress(effort.TooMuchWork), effort.unbounded(), effort.bounded(left):
            return _by_its_numbers(own, givens) or own
        return own
    return _by_description(document, givens.described(description) if givens else description, givens)


def _by_its_numbers(own: Verified, givens: Givens) -> Verified | None:
    """A document judged by the network its numbers are; None where they are none, or it is not about that network."""
    from bpsym.verify.alone.inferred import inferred
    from bpsym.verify.alone.passes import Passes, agreed_in_passes

    found = None if givens else inferred(own.document)
    if found is None:
        return None
    network, told = found
    described = _by_description(own.document, network, givens, told)

    def judge_by(later: Document, stepped: Description) -> list[Judgement]:
        return _own_claims(later, bind(later, stepped, givens, told), ())

    theirs = described.judgements
    if told.through:  # what is said of any unit is left to the document
        lettered = covering([s.span for s in own.document.statements if any(map(has_free_letters, s.terms))])
        theirs = [j for j in theirs if not lettered(j.span.start)]
    passes = Passes(told.names, judge_by, own.judgements)
    claims = agreed_in_passes(passes, own.document, network, theirs)
    if claims is None:
        return None
    claims += _apart_from(claims, own.judgements, own.document)
    return with_fields(described, judgements=claims, inferred=network)


def _apart_from(claims: Sequence[Judgement], others: Sequence[Judgement], document: Document) -> list[Judgement]:
    """Those of other claims that are of no term the claims are of, of which they may have blamed another piece."""
    starts = sorted(j.span.start for j in claims)
    terms = (term.span for statement in document.statements for term in statement.terms)
    told = [term for term in terms if bisect_left(starts, term.start) < bisect_left(starts, term.end)]
    is_told = covering([*told, *(j.span for j in claims)])
    return [j for j in others if not is_told(j.span.start)]


def _by_description(
    document: Document, description: Description, givens: Givens, told: Told | None = None
) -> Verified:
    """Every claim judged by a description, and by what the document's numbers told of its names."""
    found, settled = training_claims(document, description)

    def read(order: Document, unlike: frozenset[Span] = frozenset()) -> Reading:
        state = bind(document, description, givens, told)
        state.unlike = unlike
        return Reading(order, state, _own_claims(order, state, settled))

    with effort.bounded(math.inf) as first:
        state = bound(document, description, givens, told)
        reading = Reading(document, state, _own_claims(document, state, settled))
    reading = clearest(reading, read, max(limits.TRIED, 2 * first.spent))
    reading = held_to_habit(reading, read, max(limits.TRIED, 2 * first.spent))
    found.extend(reading.claims)
    found.extend(restatements(document, reading.state, settled))
    return Verified(document, found, reading.state)


def _recognized(document: Document) -> Recognized | None:
    from bpsym.verify.alone.known import recognized

    try:
        return recognized(document)
    except effort.TooMuchWork:
        return None
