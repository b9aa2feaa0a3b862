"""Documents of laws: formulas without a number among them.

Each name is given the shape its formulas ask for, and the claims are tried on an instance of these shapes. What people
agree on without saying so (whether samples stand or lie) is tried both ways. A claim is called wrong only where no such
agreement makes it right, and where the instance proves most of the rest of the document.
"""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.bind import own_state
from bpsym.verify.check.judge import judge
from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.effort import TooMuchWork, bounded
from bpsym.verify.givens import Givens
from bpsym.verify.meaning.families import MATRIX, SCALAR, Instance
from bpsym.verify.meaning.instance import instance
from bpsym.verify.meaning.keys import LOSS_NAMES, Key, key
from bpsym.verify.meaning.redefined import redefinitions
from bpsym.verify.meaning.shapes import shapes_of, speaks_of_arrays
from bpsym.verify.tree import Call, Derivative, Differential, Name, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bpsym.verify.tree import Document, Span, Statement

FIGURES = 3  # statements with numbers: the document works an example
GOOD = frozenset([Verdict.RIGHT, Verdict.NOTE])
BAD = frozenset([Verdict.WRONG, Verdict.CARRIED])
SHARE = 0.8  # of the other claims, proved right on the instance that calls one wrong
ENOUGH = 4  # of them, at least
TELLING = 2  # of these, at least, that are no definitions


def settled_by_theory(document: Document, found: Sequence[Judgement]) -> list[Judgement]:
    """Judgements with those replaced that an instance in vectors and matrices decides; none where nothing is open."""
    is_open = frozenset(j.span for j in found if j.verdict is Verdict.UNDECIDED)
    if not is_open:
        return list(found)
    decided: dict[Span, Judgement] = {}
    with suppress(TooMuchWork), bounded(limits.LAWS):
        if speaks_of_arrays(document.statements) and sum(_numeric(s) for s in document.statements) < FIGURES:
            for better in _decided(document, is_open):
                decided = better
    # what is right of plain numbers, for which no order and no transpose matters, is wrong if nothing else is
    alone = len({document.place(span).line for span, j in decided.items() if j.verdict in BAD}) == 1
    return [decided.get(j.span, j) if j.span in is_open or _is_slip(j, decided, alone=alone) else j for j in found]


def _is_slip(before: Judgement, decided: Mapping[Span, Judgement], *, alone: bool) -> bool:
    """Whether a claim right of plain numbers is the only one wrong of matrices."""
    now = decided.get(before.span)
    return alone and now is not None and now.verdict is Verdict.WRONG and before.verdict is Verdict.RIGHT


def _decided(document: Document, is_open: frozenset[Span]) -> Iterator[dict[Span, Judgement]]:
    """What instances say of a document's claims: first what they prove, then with what they refute."""
    statements, depth = instance(document.statements)
    assignments = shapes_of(statements)
    if all(shape == SCALAR for shapes in assignments[:1] for shape in shapes.values()):
        return
    document = replace(document, statements=statements)
    asked = sorted((s for s in statements if any(term.span in is_open for term in s.terms)), key=_goes_far)
    others = [s for s in statements if s not in asked]
    usual, *conventions = _instances(statements, [Instance(shapes, depth) for shapes in assignments])
    first = best = _Tried(document, usual)
    first.judge(asked)
    yield first.proved()
    first.judge(others)
    refuted = first.bad()
    doubted = [s for s in statements if any(term.span in refuted for term in s.terms)]
    for agreed in conventions if refuted else ():
        other = _Tried(document, agreed)
        other.judge(doubted)
        refuted &= other.bad()
        if len(other.proved()) > sum(span in first.bad() for span in best.proved()):
            best = other
        yield first.proved() | best.proved()
    if best is not first and refuted:
        best.judge([s for s in statements if s not in doubted])
    blamed = {span: best.verdicts[span] for span in refuted if best.is_sure_of(span, statements)}
    if _is_one_problem(document) and any(j.verdict is Verdict.WRONG for j in blamed.values()):
        yield first.proved() | best.proved() | blamed


class _Tried:
    """An instance, and what it says of the claims of a document."""

    def __init__(self, document: Document, agreed: Instance) -> None:
        self.state = own_state(document, Givens.of({}), agreed)
        self.verdicts: dict[Span, Judgement] = {}

    def judge(self, statements: Sequence[Statement]) -> None:
        """Judge statements, as far as they can be."""
        for statement in statements:
            claims = isinstance(statement.terms[0], (Name, Derivative, Differential, Call))
            for j in judge(statement, self.state):
                if j.verdict in GOOD or (j.verdict in BAD and claims):  # Xᵀ X w = Xᵀ y may be there to be solved
                    self.verdicts[_whole(j.span, statement)] = j

    def bad(self) -> frozenset[Span]:
        """The claims that do not hold on it."""
        return frozenset(span for span, j in self.verdicts.items() if j.verdict in BAD)

    def proved(self) -> dict[Span, Judgement]:
        """The claims that hold on it."""
        return {span: j for span, j in self.verdicts.items() if j.verdict in GOOD}

    def is_sure_of(self, claim: Span, statements: Sequence[Statement]) -> bool:
        """Whether enough of all else holds for a claim that does not to be blamed."""
        others = self.verdicts.keys() - {claim}
        right = others - self.bad()
        telling = right - set(_definitions(statements))
        return len(right) >= max(ENOUGH, SHARE * len(others)) and len(telling) >= TELLING


def _instances(statements: Sequence[Statement], plain: Sequence[Instance]) -> Iterator[Instance]:
    """What a document may tacitly agree on, the usual first."""
    first, *others = plain
    yield first
    names = {n.function.base.lower() for s in statements for t in s.terms for n in walk(t) if isinstance(n, Call)}
    if "softmax" in names and MATRIX in first.shapes.values():
        yield dataclasses.replace(first, rows=True)
    if any(isinstance(n, Differential) for s in statements for t in s.terms for n in walk(t)):
        yield dataclasses.replace(first, mean=True)
    yield from others


def _is_one_problem(document: Document) -> bool:
    """Whether a document speaks of one loss, and no name of something new: else its letters may be two problems'."""
    derivatives = (n for s in document.statements for t in s.terms for n in walk(t) if isinstance(n, Derivative))
    losses = {n.of.base for n in derivatives if isinstance(n.of, Name) and n.of.base in LOSS_NAMES}
    return len(losses) <= 1 and not redefinitions(document).names


def _whole(span: Span, statement: Statement) -> Span:
    """The term of a statement in which a doubtful piece stands."""
    terms = (term.span for term in statement.terms)
    return next((term for term in terms if term.start <= span.start and span.end <= term.end), span)


def _definitions(statements: Iterable[Statement]) -> Iterator[Span]:
    """The formulas that say what a name or a function is: they hold on any instance."""
    known: set[Key | str] = set()
    for statement in statements:
        first = statement.terms[0]
        new: Key | str | None = None
        if isinstance(first, Name):
            new = key(first)
        elif isinstance(first, Call):
            new = first.function.base
        if new is not None and new not in known and statement.relations:
            known.add(new)
            yield statement.terms[1].span


def _goes_far(statement: Statement) -> bool:
    """Whether it speaks of derivatives of the loss, through all of the network: most work, so done last."""
    return any(
        isinstance(node, Differential)
        or (isinstance(node, Derivative) and isinstance(node.of, Name) and node.of.base in LOSS_NAMES)
        for term in statement.terms
        for node in walk(term)
    )


def _numeric(statement: Statement) -> bool:
    return any(kind_of(term) in (Kind.NUMBER, Kind.NUMERIC) for term in statement.terms[1:])
