"""Documents of laws: formulas without a number among them.

Each name is given the shape its formulas ask for, and the claims are tried on an instance of these shapes. What people
agree on without saying so (whether samples stand or lie) is tried both ways. A claim is called wrong only where no such
agreement makes it right, and where the instance proves most of the rest of the document.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.check.verdicts import BAD, BESIDE_NUMBERS, GOOD, Judgement, Verdict
from bpsym.verify.effort import TooMuchWork, bounded
from bpsym.verify.laws.roots import AT_ROOT, at_the_root
from bpsym.verify.laws.topics import (
    disputed,
    goes_far,
    has_layout,
    is_numeric,
    is_of_laws,
    is_one_problem,
    is_timed,
    of_any_loss,
    of_other_meanings,
    uncertain,
)
from bpsym.verify.laws.tried import Tried, is_believed
from bpsym.verify.meaning.families import MATRIX, SCALAR, SIDE, Instance, family
from bpsym.verify.meaning.instance import instance
from bpsym.verify.meaning.keys import key
from bpsym.verify.meaning.lettered import is_of_other_letters, lettered
from bpsym.verify.meaning.shapes import shapes_of
from bpsym.verify.meaning.wording import reworded
from bpsym.verify.tree import Call, Differential, Name, Quotient, nodes, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from bpsym.verify.tree import Document, Span, Statement

FEW = 2  # units of a layer, where a letter is one
FIGURES = 3  # statements with numbers: the document works an example
OPEN = 2  # claims left open by a document for which its laws alone, or its sections are asked


def settled_by_theory(document: Document, found: Sequence[Judgement], work: float = limits.LAWS) -> list[Judgement]:
    """Judgements with those replaced that an instance decides within so much work; none where all is right.

    Where numbers are worked with too, what the formulas without any blame has to be mended to be believed.
    """
    laws = tuple(s for s in document.statements if not is_numeric(s))
    if len(document.statements) - len(laws) < FIGURES:
        return _settled_laws(document, found, work) if is_of_laws(document) else list(found)
    document = replace(document, statements=laws)
    terms = {term.span for s in laws for term in s.terms}
    claims = [j for j in found if j.span in terms]
    is_open = {j.span for j in claims if j.verdict is Verdict.UNDECIDED}
    if sum(j.verdict not in GOOD for j in claims) < OPEN or not is_of_laws(document):
        return list(found)
    layouts = {term.span for s in laws for term in s.terms if any(map(has_layout, walk(term)))}
    doubtful = uncertain(laws)
    decided: dict[Span, Judgement] = {}
    for before, now in zip(claims, _settled_laws(document, claims, work), strict=True):
        if before.verdict in BAD and AT_ROOT not in now.details:
            decided[before.span] = now if before.span in doubtful else before
        elif now.verdict in GOOD:
            decided[before.span] = now
        elif now.verdict is Verdict.WRONG and (AT_ROOT in now.details or before.span in is_open - layouts):
            decided[before.span] = replace(now, details={**now.details, BESIDE_NUMBERS: True})
    return [decided.get(j.span, j) for j in found]


def _settled_laws(document: Document, found: Sequence[Judgement], work: float) -> list[Judgement]:
    """The judgements of a document of laws with those replaced that an instance decides, within so much work."""
    is_open = frozenset(j.span for j in found if j.verdict not in GOOD)
    if not is_open:
        return list(found)
    renewed = of_other_meanings(document)
    plain = document
    decided: dict[Span, Judgement] = {}
    with suppress(TooMuchWork), bounded(work):
        with suppress(TooMuchWork), bounded(limits.LETTERED):
            plain = replace(document, statements=reworded(document.statements))
            of_several = disputed(plain)
            by_letters = _by_letters(plain, renewed)
            decided = {s: j for s, j in by_letters.items() if j.verdict in GOOD or s not in of_several}
        undecided = {j.span for j in found if j.verdict is Verdict.UNDECIDED}
        decided = _of_any_loss(plain, undecided - decided.keys()) | decided
        if is_open - decided.keys():
            wrong = frozenset(j.span for j in found if j.verdict in BAD)
            doubtful = uncertain(plain.statements)
            for better in _decided(plain, is_open, wrong, renewed):
                certain = {span: j for span, j in better.items() if j.verdict in GOOD or span not in doubtful}
                decided = certain | decided
            unproved = is_open - wrong - {span for span, j in decided.items() if j.verdict in GOOD}
            if len(unproved) >= OPEN:
                for proved in _by_sections(plain, unproved):
                    decided = proved | decided
    # what is right of plain numbers, for which no order and no transpose matters, is wrong if nothing else is
    alone = len({document.place(span).line for span, j in decided.items() if j.verdict in BAD}) == 1
    settled = [_settled(j, decided, alone=alone) for j in found]
    if all(j.verdict not in BAD for j in settled):
        return settled
    doubtful = uncertain(plain.statements) - decided.keys()
    return [replace(j, verdict=Verdict.UNDECIDED) if j.verdict in BAD and j.span in doubtful else j for j in settled]


def _settled(before: Judgement, decided: Mapping[Span, Judgement], *, alone: bool) -> Judgement:
    """What is to be said of a claim: what is open is decided, and what holds on an instance is not wrong."""
    now = decided.get(before.span, before)
    is_clear = now.verdict in GOOD or AT_ROOT in now.details
    if before.verdict is Verdict.UNDECIDED or is_clear or _is_slip(before, decided, alone=alone):
        return now
    return before


def _by_letters(document: Document, renewed: set[Span]) -> dict[Span, Judgement]:
    """What holds, and what does not, where index letters are layers: in the network, or with a layer as its last."""
    tried: list[Tried] = []
    for statements in lettered(document.statements):
        statements, depth = instance(statements)  # noqa: PLW2901 - with all of an instance put in
        for shapes in shapes_of(statements)[:1]:
            units = FEW if set(shapes.values()) <= {SCALAR} else SIDE
            world = Tried(replace(document, statements=statements), Instance(shapes, depth, units=units))
            known = {span for other in tried for span in other.proved()}
            asked = [s for s in statements if any(term.span not in known for term in s.terms[1:])]
            world.judge([s for s in asked if not is_of_other_letters(s)])
            tried.append(world)
    proved = {span: j for world in tried for span, j in world.proved().items()}
    refuted = {span: j for world in tried[::-1] for span, j in world.verdicts.items() if j.verdict in BAD}
    refuted = {span: j for span, j in refuted.items() if span not in proved and span not in renewed}
    if not is_believed(proved.keys(), len(proved) + len(refuted), document.statements):
        return {}
    world, found, rooted = tried[0], [*proved.values(), *refuted.values()], {}
    with suppress(TooMuchWork), bounded(limits.ROOTS):
        rooted = at_the_root(world.document, found, lambda other: Tried(other, world.agreed).state)
    return proved | refuted | rooted


def _is_slip(before: Judgement, decided: Mapping[Span, Judgement], *, alone: bool) -> bool:
    """Whether a claim right of plain numbers is the only one wrong of matrices."""
    now = decided.get(before.span)
    return alone and now is not None and now.verdict is Verdict.WRONG and before.verdict is Verdict.RIGHT


def _decided(
    document: Document, is_open: frozenset[Span], wrong: frozenset[Span], renewed: set[Span]
) -> Iterator[dict[Span, Judgement]]:
    """What instances say of a document's claims: first what they prove, then with what they refute.

    What was found wrong before, only the usual agreement makes right. What is `renewed` may speak of something else.
    """
    statements, depth = instance(document.statements)
    assignments = shapes_of(statements)
    if not assignments:
        return
    document = replace(document, statements=statements)
    asked = sorted((s for s in statements if any(term.span in is_open for term in s.terms)), key=goes_far)
    others = [s for s in statements if s not in asked]
    units = FEW if is_timed(statements) else SIDE
    usual, *conventions = _instances(statements, [Instance(shapes, depth, units=units) for shapes in assignments])
    first = best = Tried(document, usual)
    first.judge(asked)
    yield first.proved()
    first.judge(others)
    refuted = first.bad()
    doubted = [s for s in statements if any(term.span in refuted for term in s.terms)]
    for agreed in _telling(conventions, usual, doubted) if refuted else ():
        other = Tried(document, agreed)
        other.judge(doubted)
        refuted &= other.bad()
        if len(other.proved()) > sum(span in first.bad() for span in best.proved()):
            best = other
        yield first.proved() | best.proved(first.bad() & wrong)
    if best is not first and refuted:
        best.judge([s for s in statements if s not in doubted])
    if best is not first:
        refuted |= _of_another_mind(first, best)
    blamed = {span: best.verdicts[span] for span in refuted - renewed if best.is_sure_of(span, statements)}
    if is_one_problem(document) and any(j.verdict is Verdict.WRONG for j in blamed.values()):
        yield first.proved() | best.proved(first.bad() & wrong) | blamed


def _of_any_loss(document: Document, is_open: AbstractSet[Span]) -> dict[Span, Judgement]:
    """What instances say of the rules for any layer of a document with several losses, which are right of them all."""
    found: dict[Span, Judgement] = {}
    rules = of_any_loss(document.statements)
    layered = (s for s in rules if any(isinstance(n, Name) and n.layer for n in nodes([s])))
    asked = frozenset({t.span for s in layered for t in s.terms} & is_open - uncertain(rules))
    if asked and rules:
        document = replace(document, statements=rules)
        with suppress(TooMuchWork), bounded(limits.ANY_LOSS):
            for better in _decided(document, asked, frozenset(), of_other_meanings(document)):
                found = {span: j for span, j in better.items() if span in asked}
    return found


def _by_sections(document: Document, is_open: frozenset[Span]) -> Iterator[dict[Span, Judgement]]:
    """What is proved of the sections of a document, each with what stands before the first: each may be a problem."""
    sections: dict[str, list[Statement]] = {}
    for statement in document.statements:
        sections.setdefault(statement.context.heading, []).append(statement)
    shared = sections.pop("", [])
    for section in sections.values() if len(sections) > 1 else ():
        if any(term.span in is_open for s in section for term in s.terms):
            alone = replace(document, statements=(*shared, *section))
            usual = next(_decided(alone, is_open, frozenset(), set()), {})
            yield {span: j for span, j in usual.items() if span in is_open}


def _of_another_mind(usual: Tried, best: Tried) -> frozenset[Span]:
    """The one claim that goes by the usual agreement where the document goes by another: dW without the 1/m."""
    others = [span for span in best.proved() if span in usual.bad()]
    alone = best.bad() & usual.proved().keys()
    return frozenset(alone) if len(alone) == 1 and len(others) > 1 else frozenset()


def _instances(statements: Sequence[Statement], plain: Sequence[Instance]) -> Iterator[Instance]:
    """What a document may tacitly agree on, the usual first."""
    first, *others = plain
    yield first
    names = {n.function.base.lower() for n in nodes(statements) if isinstance(n, Call)}
    if "softmax" in names and MATRIX in first.shapes.values():
        yield replace(first, rows=True)
    found = list(nodes(statements))
    shared = any(isinstance(n, Quotient) and isinstance(n.denominator, Name) for n in found)
    if shared and any(isinstance(n, Differential) for n in found):
        yield replace(first, mean=True)
    yield from others


def _telling(others: Iterable[Instance], usual: Instance, doubted: Sequence[Statement]) -> Iterator[Instance]:
    """The agreements that may make doubtful statements right: not those only about shapes of what they don't name."""
    named = {family(key(n)) for n in nodes(doubted) if isinstance(n, Name)}
    for other in others:
        same_way = (other.rows, other.mean) == (usual.rows, usual.mean)
        apart = {k for k in usual.shapes if usual.shapes[k] != other.shapes.get(k)}
        if not same_way or apart & named:
            yield other
