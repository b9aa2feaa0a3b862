"""What is said in passing within a formula: words, conditions, values in brackets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.verify.grammar.cursor import UnreadError, has_relation, matching, span_of
from bpsym.verify.grammar.questions import as_factor, is_one, only_words, says_something
from bpsym.verify.tree import Annotation, Span

if TYPE_CHECKING:
    from bpsym.verify.grammar.walker import Walker
    from bpsym.verify.tree import Comparison, Expr


def note(parser: Walker) -> None:
    """Words outside brackets are a remark on what stands before them."""
    token = parser.take()
    parser.reading.notes.append(Annotation(Span(token.start, token.end), None, token.text))


def evaluated_at(parser: Walker, factor: Expr) -> None:
    r"""Where a derivative is taken: `\right|_{w = 0.5}`."""
    parser.position += 2
    span = span_of(parser.script())
    parser.reading.notes.append(Annotation(span, factor, parser.said(span)))


def conditioned(parser: Walker, factor: Expr, condition: Comparison) -> Expr:
    """A 1 under a condition is an indicator; behind anything else a condition is a remark."""
    if is_one(factor):
        return as_factor(condition)
    parser.reading.notes.append(Annotation(condition.span, factor, parser.said(condition.span), condition))
    return factor


def is_remark(parser: Walker, factor: Expr) -> bool:
    """Does the bracket at the cursor hold words, or a value in passing, and no factor?"""
    if is_one(factor):
        return False
    close = matching(parser.found, parser.position, parser.end)
    inside = parser.found[parser.position + 1 : close]
    if close >= parser.end or parser.peek().text != "(":
        return False
    return (
        says_something(inside)
        or has_relation(inside)
        or (parser.peek().gap and not parser.reading.tex and only_words(inside))
    )


def remark(parser: Walker, target: Expr | None, close: int) -> None:
    """A bracket that holds words, or a value in passing: `(0.01和0.99是预期值)`, `(=0.7803)`."""
    start = parser.position
    inside = parser.found[start + 1 : close]
    parser.position = min(close + 1, parser.end)
    span = parser.since(start)
    formula = None
    try:
        if inside and inside[0].kind == "relation":
            formula = parser.part(inside[1:])
        elif has_relation(inside):
            formula = parser.part(inside)
    except UnreadError:
        formula = None  # the remark is kept as text
    parser.reading.notes.append(Annotation(span, target, parser.said(span), formula))
