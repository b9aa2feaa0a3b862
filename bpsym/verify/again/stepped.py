"""New values worked out in numbers, held to the slope printed before: `w = 0.5 - 0.1 · 0.2` where it is -0.2.

Nothing on such a line is wrong but its sign, so a document without a description says nothing against it elsewhere.
Where most of a document's steps go up, or it speaks of climbing, that is what it means to do.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from bpsym.verify.check.numbers import as_shown
from bpsym.verify.check.terms import Kind, Shown, kind_of, leaves
from bpsym.verify.check.verdicts import BAD, Claims, Judgement, Verdict
from bpsym.verify.disclaimed import is_disclaimed
from bpsym.verify.meaning.algebra import rational
from bpsym.verify.meaning.keys import RATES, Key, key
from bpsym.verify.meaning.subjects import subject_of
from bpsym.verify.tree import Name, Negative, Number, Product, Sum, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flint import fmpq

    from bpsym.verify.meaning.subjects import Subject
    from bpsym.verify.tree import Document, Expr, Span, Statement

RULE = "gradient-ascent"
TELLING = 2  # digits of a slope that is known again without the learning rate beside it
CLIMBS = re.compile(r"ascent|maximi[sz]|reward|likelihood|上升|最大|подъ[её]м|aufstieg|ascenso", re.IGNORECASE)
_RATE = re.compile(r"\brate\b[^\d\n.;]{0,20}(\d{0,3}\.\d{1,9})", re.IGNORECASE)


class Step(NamedTuple):
    """An old value and what is added to it, with the slope it goes by."""

    statement: Statement
    term: Expr
    old: fmpq
    moved: fmpq
    slope: Shown

    @property
    def climbs(self) -> bool:
        """Whether it goes up the slope."""
        return bool(self.moved * self.slope.value > 0)


def held_to_slopes(claims: Claims) -> Claims:
    """The claims, with the steps blamed that go up a slope where the document goes down."""
    document = claims.document
    if CLIMBS.search(document.text) or any(_is_climb(s) for s in document.statements):
        return claims
    bad = {j.span for j in claims.judgements if j.verdict in BAD}
    steps = [step for step in _steps(document) if step.slope.tree.span not in bad]
    up = [step for step in steps if step.climbs]
    if len(up) > max(1, len(steps) - len(up)):
        return claims
    beside = {statement.span: own for statement, own in claims.grouped()}
    blamed: dict[Span, Judgement] = {}
    for step in up:
        own = [j for j in beside[step.statement.span] if j.span.start >= step.term.span.start]
        if not is_disclaimed(step.statement) and all(j.verdict not in (*BAD, Verdict.UNREADABLE) for j in own):
            results = [s for s in leaves(step.statement.terms[-1]) if s is not None]
            expected = as_shown(step.old - step.moved, results[0]) if len(results) == 1 else ""
            blamed.update({j.span: replace(j, verdict=Verdict.CARRIED) for j in own})
            blamed[step.term.span] = Judgement(step.term.span, Verdict.WRONG, expected, RULE)
    return claims.changed(blamed)


def _is_climb(statement: Statement) -> bool:
    """`w ← w + η ∂L/∂w`: a rule that adds."""
    old = subject_of(statement.terms[0])
    for term in statement.terms[1:]:
        if isinstance(term, Sum) and kind_of(term) is Kind.SYMBOLIC and term.signs == (1, 1):
            names = {key(node).base for node in walk(term.terms[1]) if isinstance(node, Name)}
            first = term.terms[0]
            if isinstance(old, Key) and isinstance(first, Name) and key(first).base == old.base and names & {*RATES}:
                return True
    return False


def _steps(document: Document) -> Iterator[Step]:
    """The steps in numbers whose old value and slope have been printed before."""
    rates = {rational(Fraction(match[1])) for match in _RATE.finditer(document.text)}
    olds: dict[Subject, set[fmpq]] = {}
    slopes: dict[Subject, Shown] = {}  # the last printed
    for statement in sorted(document.statements, key=lambda s: s.span):
        subject, last = subject_of(statement.terms[0]), statement.terms[-1]
        if isinstance(subject, Key):
            subject = subject._replace(new=False)
            slope = slopes.get(("d", subject))
            if slope is not None:
                known = olds.get(subject, set())
                taken = [(term, _step(term, known, slope, rates)) for term in statement.terms[1:]]
                yield from (Step(statement, term, *step, slope) for term, step in taken if step is not None)
        shown = list(leaves(last)) if kind_of(last) is Kind.NUMBER else []
        if subject is not None and len(shown) == 1 and shown[0] is not None:
            olds.setdefault(subject, set()).add(shown[0].value)
            slopes[subject] = shown[0]
            if isinstance(subject, Key) and subject.base in RATES:
                rates.add(shown[0].value)


def _step(term: Expr, olds: set[fmpq], slope: Shown, rates: set[fmpq]) -> tuple[fmpq, fmpq] | None:
    """The old value and what is added to it: the slope or its size, times the learning rate."""
    if not isinstance(term, Sum) or len(term.terms) != 2 or term.signs[0] != 1 or slope.value == 0:
        return None
    first, product = term.terms
    begins = _number(first)
    sign = term.signs[1]
    if isinstance(product, Negative):
        product, sign = product.operand, -sign
    if begins not in olds or not isinstance(product, Product) or len(product.factors) != 2:
        return None
    left, right = map(_number, product.factors)
    if left is None or right is None:
        return None
    for rate, size in ((left, right), (right, left)):
        telling = rate in rates or slope.number.digits >= TELLING
        if abs(size) == abs(slope.value) and rate > 0 and telling:
            return begins, sign * left * right
    return None


def _number(tree: Expr) -> fmpq | None:
    """A numeral's value; those in brackets and rows of one are others."""
    found = list(leaves(tree)) if isinstance(tree, (Number, Negative)) else []
    return found[0].value if found and found[0] is not None else None
