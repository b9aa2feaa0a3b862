"""A figure repeated in words, `the final state $h_3$ is approximately 0.9759`, held to what was worked out before.

As a rule it is copied. So what repeats a figure in error is carried, and what is nearly the one worked out before is
a slip in copying, where the name has had no other figure and nothing speaks of another step.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flint import fmpq

from bpsym.verify.check.numbers import as_shown
from bpsym.verify.check.terms import Kind, Shown, kind_of, leaves, touches
from bpsym.verify.check.verdicts import BAD, PROVED, Judgement, Verdict
from bpsym.verify.meaning.keys import Key, is_parameter
from bpsym.verify.meaning.subjects import subject_of
from bpsym.verify.tree import covering

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.verify.meaning.subjects import Subject
    from bpsym.verify.tree import Document, Span

DIGITS = 4  # of a figure that hardly is like another one by chance
TELLING = 3  # of one that hardly is another one by chance
LIKE = fmpq(1, 100)  # of its value, by which two such figures differ: the first digits are the same
MOST_FIGURES = 20  # of a name, the last of them
BESIDE = 100  # characters before and behind that say of which step a figure is
_ABOUT = r"(?:(?:then|thus|approximately|about|roughly|around|etwa|ungefähr|rund|aproximadamente|environ|примерно)\s+)?"
_SAID = re.compile(
    r"[$`*_)\\\s]{0,6}"
    r"(?:(?:is|was|equals|becomes|comes to|ist|beträgt|est|vaut|es|vale|равно|равна|равен)\s+"
    + _ABOUT
    + r"|\s?(?:约为|约等于|等于|大约是|为|是)\s?)"
    r"[$`*\\(]{0,4}"
)
_ELSEWHERE = re.compile(
    r"after|before|new|update|epoch|iteration|step|instead|if|from|fell|drop|decreas|increas|target|rather|not\b"
    r"|nach|wenn|neu|statt|si\b|sin\b|après|nuev|nouve|если|после|нов|后|前|新|如果|若|步|次|轮|不",
    re.IGNORECASE,
)


def repeated(document: Document, found: Sequence[Judgement]) -> list[Judgement]:
    """The figures that words repeat, judged; none that has been judged."""
    said = {j.span: j for j in found}
    values = {
        shown.tree.span.start: shown
        for sentence in document.prose
        for value in sentence.values
        for shown in leaves(value)
        if shown is not None and shown.tree.span not in said
    }
    figures: dict[Subject, list[Shown]] = {}
    in_chains = covering(s.span for s in document.statements if len(s.terms) > 1)
    judged: list[Judgement] = []
    for statement in sorted(document.statements, key=lambda s: s.span):
        subject, last = subject_of(statement.terms[0]), statement.terms[-1]
        if subject is None:
            continue
        if len(statement.terms) == 1 and subject in figures:
            words = _SAID.match(document.text, statement.span.end)
            shown = values.get(words.end()) if words else None
            if shown and not in_chains(shown.tree.span.start):
                again = not isinstance(subject, Key) or not is_parameter(subject.base)
                again = again and len(figures[subject]) == 1
                again = again and not _ELSEWHERE.search(_around(statement.span, document.text))
                judged.extend(_judged(shown, figures[subject], said, slips=again))
        items = list(leaves(last)) if len(statement.terms) > 1 and kind_of(last) is Kind.NUMBER else []
        if len(items) == 1 and items[0] is not None:
            figures.setdefault(subject, []).append(items[0])
    return judged


def _around(span: Span, text: str) -> str:
    """The words beside a name."""
    return text[max(0, span.start - BESIDE) : span.end + BESIDE]


def _judged(shown: Shown, before: Sequence[Shown], said: dict[Span, Judgement], *, slips: bool) -> Iterator[Judgement]:
    """`slips`: whether it can only be the figure before."""
    for figure in before[: -MOST_FIGURES - 1 : -1]:
        own = said.get(figure.tree.span)
        if own is not None and shown.number.digits >= TELLING and touches(figure.value, shown.cut()):
            yield Judgement(shown.tree.span, Verdict.CARRIED if own.verdict in BAD else Verdict.RIGHT)
            return
    (figure, *_), many = before, min(shown.number.digits, before[0].number.digits) >= DIGITS
    own = said.get(figure.tree.span)
    if slips and many and own is not None and own.verdict in PROVED and shown.value != 0:
        off = abs(figure.value - shown.value)
        if 2 * max(shown.ulp, figure.ulp) < off < LIKE * abs(shown.value):
            details = {"shown": shown, "truth": [figure.value]}
            yield Judgement(shown.tree.span, Verdict.WRONG, as_shown(figure.value, shown), "restated", details)
