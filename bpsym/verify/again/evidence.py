"""What a blame rests on, in a document that is its own description.

Where a figure differs from the computation beside it, or a formula from the one it is said to equal, the page
contradicts itself. Elsewhere only the reading does: what a name stands for, and at which numbers; of that such
a document never says enough. So some things are left open, if neither a mistake in the method nor a likely slip of the
pen explains them: a computation that holds by itself with no formula beside it, and another figure for a name that had
one. Most often they are of the next step, of another example, or of a "what if". In a document of laws it is guessed
what is a vector and what a matrix: a formula that no small change makes right is left open, if it is all there is, or
if the document works in numbers, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import arb

from bpsym.verify.check.terms import Kind, Shown, kind_of
from bpsym.verify.check.verdicts import BESIDE_NUMBERS, FORMULA, Claims, Judgement, Verdict
from bpsym.verify.diagnosis.diagnose import GENERIC
from bpsym.verify.diagnosis.slips import ORDER
from bpsym.verify.meaning.arrays import scalars
from bpsym.verify.meaning.subjects import subject_of
from bpsym.verify.tree import Name, Product, Transpose, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.verify.meaning.arrays import Scalar
    from bpsym.verify.tree import Expr, Span, Statement

LIKELY = frozenset(["sign", "digits-swapped"])  # slips that few figures come from by chance
ENOUGH = 4  # digits of a figure that hardly is like another one by chance
LIKE = 0.01  # of its value, by which two such figures differ: the first digits are the same
UNMENDED = frozenset([FORMULA, "factor-missing", "term-missing", "term-too-much"])  # a term more or less mends much
UNPROVED = ("line is right", "only by figures")  # what a figure is the only sign of
FIGURES = (Kind.NUMBER, Kind.NUMERIC)


def borne_out(claims: Claims) -> Claims:
    """The claims, with those left open that nothing but the reading of the document speaks for."""
    found = claims.judgements
    doubtful = set(_doubtful(claims))
    doubtful |= {j.span for j in found if BESIDE_NUMBERS in j.details and j.rule in UNMENDED}
    unmended = {j.span for j in found if j.verdict is Verdict.WRONG and j.rule in UNMENDED and _is_law(j)}
    if all(j.span in doubtful | unmended for j in found if j.verdict is Verdict.WRONG):
        doubtful |= unmended
    if not doubtful:
        return claims
    now: dict[Span, Judgement] = {}
    is_astray = False
    for judgement in found:
        if judgement.span in doubtful and judgement.verdict is Verdict.WRONG:
            now[judgement.span] = Judgement(judgement.span, Verdict.UNDECIDED, details={"why": "reading"})
        elif judgement.verdict is Verdict.CARRIED and not is_astray:
            now[judgement.span] = Judgement(judgement.span, Verdict.RIGHT)  # it follows from what the page says
        else:
            is_astray = is_astray or judgement.verdict is Verdict.WRONG
    return claims.changed(now)


def _is_law(judgement: Judgement) -> bool:
    """Whether a formula was judged on an instance whose names without numbers had their shapes by guess."""
    state = judgement.details.get("state")
    return state is not None and bool(state.scope.laws)


def _doubtful(claims: Claims) -> Iterator[Span]:
    """Where claims in error stand that nothing on the page contradicts."""
    had = _with_a_figure_before(claims.statements)
    open_: list[tuple[Judgement, str]] = []
    contradicted: set[Span] = set()  # a cell of a table is in several statements
    at_odds: dict[str, set[int]] = {}  # by letter, where names are
    for place, (statement, judgements) in enumerate(claims.grouped()):
        first = statement.terms[0]
        for judgement in judgements:
            is_open = judgement.verdict is Verdict.WRONG and not _is_mistake(judgement)
            if is_open and _is_contradicted(judgement, statement, judgements, again=place in had):
                contradicted.add(judgement.span)
            elif is_open:
                base = first.base if isinstance(first, Name) else ""
                open_.append((judgement, base))
                at_odds.setdefault(base, set()).add(place)
    for judgement, base in open_:
        is_meant = judgement.rule == "sign" and len(at_odds[base]) > 1  # δ_1 and δ_2 have the other sign: δ_k has
        if judgement.span not in contradicted and (is_meant or not _is_slip(judgement)):
            yield judgement.span


def _with_a_figure_before(statements: Sequence[Statement]) -> frozenset[int]:
    """The places of the statements about something that had a figure before."""
    figured, places = set(), set()
    for place, statement in enumerate(statements):
        subject = subject_of(statement.terms[0])
        if subject is not None and subject in figured:
            places.add(place)
        if kind_of(statement.terms[-1]) is Kind.NUMBER:
            figured.add(subject)
    return frozenset(places)


def _is_mistake(judgement: Judgement) -> bool:
    """Whether a mistake in the method leads to what stands there."""
    return judgement.rule not in GENERIC and judgement.rule not in ORDER


def _is_slip(judgement: Judgement) -> bool:
    """Whether a slip of the pen that is none by chance does."""
    shown = judgement.details.get("shown")
    return judgement.rule in LIKELY or (isinstance(shown, Shown) and any(_is_like(shown, r) for r in _right(judgement)))


def _right(judgement: Judgement) -> Iterator[Scalar]:
    """What ought to stand there."""
    place = judgement.details.get("place", 0)
    for value in judgement.details.get("truth", ()):
        yield from scalars(value)[place : place + 1]


def _is_like(shown: Shown, right: Scalar) -> bool:
    """Whether a figure has many digits, and the first of them are right."""
    many = shown.number.digits >= ENOUGH and shown.value != 0
    return many and bool(abs(arb(right) / arb(shown.value) - 1) < LIKE)


def _is_contradicted(judgement: Judgement, statement: Statement, beside: Sequence[Judgement], *, again: bool) -> bool:
    """Whether the page contradicts what is blamed; `again`: its subject had a figure before."""
    details, start = judgement.details, judgement.span.start
    before = [term for term in statement.terms if term.span.end <= start]
    if "left" in details or not before:  # a formula; what is worked out without a name
        return True
    if kind_of(before[0]) in FIGURES or _is_turned(before[0]):
        return True
    if any(not isinstance(term, Name) for term in before[1:]):
        return True
    if "right" in details:  # a computation, or an operand of one: what does its own result say?
        end = next((term.span.end for term in statement.terms if term.span.start <= start < term.span.end), start + 1)
        behind = [j for j in beside if j.span.start >= end]
        return any(j.verdict is not Verdict.CARRIED for j in behind[:1])
    return bool(details.get("after the update")) or not any((again, *map(details.get, UNPROVED)))


def _is_turned(tree: Expr) -> bool:
    """Whether it is a product with a transposed factor, which the page shows as it is elsewhere: Wᵀ δ."""
    return isinstance(tree, Product) and any(isinstance(node, Transpose) for node in walk(tree))
