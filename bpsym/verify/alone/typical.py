"""General networks for documents that state rules and give none of their own.

Textbook pages derive the equations of "a network with L layers" or of units named by a figure nobody prints. Where a
document's own definitions leave claims open, each general network is asked; the one by which most of its claims are
right, and hardly any wrong, is what the document speaks of.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bpsym.verify import limits
from bpsym.verify.bind import bind
from bpsym.verify.check.judge import judge
from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.constants import is_exponential
from bpsym.verify.effort import TooMuchWork, bounded
from bpsym.verify.givens import Givens
from bpsym.verify.meaning.activations import known_function
from bpsym.verify.tree import (
    Call,
    Ellipsis,  # noqa: A004 - the sign of something left out
    Expr,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bpsym.spec import Description
    from bpsym.verify.tree import Document, Span, Statement

OPEN = 3  # undecided claims worth asking for
ENOUGH = 5  # claims a network proves right before it is believed
SAMPLE = 10  # statements each network is tried on
LARGEST = 120  # signs of one of them
PLENTY = 0.9  # claims right for each statement tried: no other network is asked
FIGURES = 5  # statements with numbers
SHARE = 0.08  # of claims it may call wrong
DECIDED = frozenset([Verdict.RIGHT, Verdict.WRONG, Verdict.NOTE])

Layer = tuple[int, str, str]  # units, activation, bias


def _networks(document: Document) -> list[str]:
    """Descriptions of what a document may speak of, by the functions it names; the plainest first."""
    named = {name for s in document.statements for t in s.terms for name in functions_of(t)}
    hidden = next((name for name in ("relu", "tanh") if name in named), "sigmoid")
    found: list[str] = []
    if "softmax" in named or "exp" in named:
        found.append(_described("cross-entropy", 2, (3, hidden, "unit"), (3, "softmax", "unit")))
        found.append(_described("cross-entropy", 2, (3, "softmax", "unit")))
    if "log" in named or "ln" in named:
        found.append(_described("binary-cross-entropy", 2, (3, hidden, "unit"), (1, "sigmoid", "unit")))
        found.append(_described("binary-cross-entropy", 2, (1, "sigmoid", "unit")))
    if hidden == "sigmoid":
        found.append(_described("half-squared-error", 2, (2, "sigmoid", "shared"), (2, "sigmoid", "shared")))
    found.append(_described("half-squared-error", 2, (3, hidden, "unit"), (2, hidden, "unit"), (2, "sigmoid", "unit")))
    found.append(_described("half-squared-error", 2, (3, hidden, "unit"), (2, "sigmoid", "unit")))
    found.append(_described("half-squared-error", 2, (3, hidden, "unit"), (2, "identity", "unit")))
    found.append(_described("half-squared-error", 3, (2, "sigmoid", "unit")))
    return found


def functions_of(tree: Expr) -> Iterator[str]:
    """The functions a formula names; e for an exponential."""
    for node in walk(tree):
        if isinstance(node, Call):
            yield known_function(node) or node.function.base
        elif is_exponential(node):
            yield "e"


def _described(loss: str, inputs: int, *layers: Layer) -> str:
    rows = "\n".join(f'{{ units = {units}, activation = "{name}", bias = "{bias}" }},' for units, name, bias in layers)
    return f'[network]\ninputs = {inputs}\nloss = "{loss}"\nlayers = [\n{rows}\n]\n'


def settled_by_typical(document: Document, found: Sequence[Judgement]) -> tuple[list[Judgement], Description | None]:
    """Judgements with those settled that a general network decides, and that network; None where none does."""
    try:
        with bounded(limits.TRIED):
            return _settled(document, found)
    except TooMuchWork:
        return list(found), None


def _settled(document: Document, found: Sequence[Judgement]) -> tuple[list[Judgement], Description | None]:
    open_at = {j.span for j in found if j.verdict is Verdict.UNDECIDED}
    if len(open_at) < OPEN:
        return list(found), None
    statements = [s for s in document.statements if any(t.span in open_at for t in s.terms) and _symbolic(s)]
    if len(statements) < OPEN:
        return list(found), None
    best = _fitting(document, statements)
    if not best:
        return list(found), None
    verdicts = {span: j for span, j in _judged(document, document.statements, best).items() if span in open_at}
    if not _believed(verdicts.values()):
        return list(found), None
    wrong = sum(j.verdict is Verdict.WRONG for j in verdicts.values())
    is_vague = wrong > SHARE * len(verdicts)  # right claims enough to know the network by, but not to blame one
    if is_vague or sum(_numeric(s) for s in document.statements) >= FIGURES:  # the example may be another network
        verdicts = {span: j for span, j in verdicts.items() if j.verdict is not Verdict.WRONG}
    elided = {t.span for s in statements for t in s.terms if any(isinstance(node, Ellipsis) for node in walk(t))}
    verdicts = {span: j for span, j in verdicts.items() if j.verdict is not Verdict.WRONG or span not in elided}
    return [verdicts.get(j.span, j) for j in found], _network(best) if verdicts else None


def _fitting(document: Document, statements: Sequence[Statement]) -> str:
    """The description of the network that decides most of a sample of statements; "" where none decides enough."""
    best, most = "", OPEN - 1
    sample = _every([s for s in statements if _size(s) <= LARGEST], SAMPLE)
    for text in _networks(document):
        try:
            with bounded(limits.SAMPLED):
                score = _score(_judged(document, sample, text, most).values())
        except TooMuchWork:
            continue
        if score > most:
            best, most = text, score
        if score >= PLENTY * len(sample):
            break
    return best


def _numeric(statement: Statement) -> bool:
    return any(kind_of(term) in (Kind.NUMBER, Kind.NUMERIC) for term in statement.terms)


def _size(statement: Statement) -> int:
    """How many signs a statement has."""
    return sum(1 for term in statement.terms for _ in walk(term))


def _symbolic(statement: Statement) -> bool:
    return len(statement.terms) > 1 and any(kind_of(term) is Kind.SYMBOLIC for term in statement.terms)


def _every(statements: Sequence[Statement], most: int) -> list[Statement]:
    """At most so many, spread over the document."""
    step = max(1, len(statements) // most)
    return list(statements[::step])


def _judged(
    document: Document, statements: Sequence[Statement], text: str, score: int | None = None
) -> dict[Span, Judgement]:
    """What a network decides, claim by claim; given up once it can't come to more than the score."""
    state = bind(document, _network(text), Givens())
    state.own = lambda: None  # the document by itself has been asked
    decided: dict[Span, Judgement] = {}
    left = sum(len(statement.terms) for statement in statements)
    for statement in statements:
        if score is not None and _score(decided.values()) + left <= score:
            break
        left -= len(statement.terms)
        decided |= {j.span: j for j in judge(statement, state) if j.verdict in DECIDED}
    return decided


def _score(judgements: Iterable[Judgement]) -> int:
    return sum(1 if j.verdict is not Verdict.WRONG else -3 for j in judgements)


def _believed(judgements: Iterable[Judgement]) -> bool:
    verdicts = [j.verdict for j in judgements]
    wrong = verdicts.count(Verdict.WRONG)
    return len(verdicts) - wrong >= ENOUGH and wrong <= max(1, SHARE * len(verdicts))


@lru_cache(maxsize=32)  # all there are
def _network(text: str) -> Description:
    from bpsym.spec import loads

    return loads(text, "a typical network")
