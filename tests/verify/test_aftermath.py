"""What is worked out from a figure in error that was blamed after the lines behind it had been judged."""

from __future__ import annotations

import pytest

from bpsym.verify.again.aftermath import followed_up
from bpsym.verify.check.verdicts import Claims, Judgement, Verdict
from bpsym.verify.read import read
from bpsym.verify.tree import Document, Span

TEXT = r"""
$$o = \sigma(0.9) = 0.7192$$
$$o - t = 0.7192 - 0.5 = 0.2192$$
$$\delta = (o - t) \times o' = 0.2192 \times 0.20 = 0.0438$$
$$\mu = 0.45 \times 0.20 = 0.090$$
"""


def judged(document: Document, blamed: str, rule: str, verdict: str = "wrong") -> list[Judgement]:
    """Every term behind a left-hand side right, but for one."""
    spans = [term.span for statement in document.statements for term in statement.terms[1:]]
    said = [(span, document.text[span.start : span.end] == blamed) for span in spans]
    return [
        Judgement(s, Verdict(verdict), rule=rule) if is_blamed else Judgement(s, Verdict.RIGHT) for s, is_blamed in said
    ]


def carried(found: list[Judgement], text: str) -> list[str]:
    """The pieces that follow from an error."""

    def piece(span: Span) -> str:
        return text[span.start : span.end]

    return [piece(j.span) for j in found if j.verdict is Verdict.CARRIED]


@pytest.mark.parametrize(("rule", "verdict"), [("copied", "wrong"), ("digit-mistyped", "wrong"), ("", "carried")])
def test_what_follows_is_carried(rule: str, verdict: str) -> None:
    """0.7192 for 0.7109: its digits go on into the slope, and the slope's into δ; μ has nothing of them."""
    document = read(TEXT.encode())
    claims = Claims.of(document, [*judged(document, "0.7192", rule, verdict), *first_wrong()])
    assert [piece for piece in carried(followed_up(claims).judgements, TEXT) if piece != "0.7192"] == [
        "0.7192 - 0.5",
        "0.2192",
        r"0.2192 \times 0.20",
        "0.0438",
    ]


def first_wrong() -> list[Judgement]:
    """An error elsewhere, without which nothing is carried."""
    return [Judgement(Span(0, 0), Verdict.WRONG)]


def test_a_figure_that_may_be_what_was_meant_carries_nothing() -> None:
    """It differs from the computation beside it, and nothing is known of the cause: that may be what is wrong."""
    document = read(TEXT.encode())
    claims = Claims.of(document, judged(document, "0.7192", "value"))
    assert carried(followed_up(claims).judgements, TEXT) == []


def test_what_stands_without_an_error_stays() -> None:
    """Nothing wrong, nothing carried."""
    document = read(TEXT.encode())
    claims = Claims.of(document, judged(document, "nothing", ""))
    assert followed_up(claims) == claims
