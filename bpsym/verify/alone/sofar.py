"""Claims held only against what a document says up to there: what is said further down may be of something else.

Without a description a document is read as one network, its later givens and formulas with the earlier ones. An
exercise on page two may define y_2 in a way of its own, or give x and y numbers that page one had no use for. A claim
in error that is right by everything said down to the end of its section, or paragraph, is right.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.alone.own import own_state
from bpsym.verify.alone.restarts import number_given
from bpsym.verify.check.judge import is_cut_short, judge
from bpsym.verify.check.verdicts import BAD, GOOD, Verdict, by_statement
from bpsym.verify.effort import TooMuchWork, bounded
from bpsym.verify.tree import covering

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from bpsym.verify.check.verdicts import Judgement
    from bpsym.verify.givens import Givens
    from bpsym.verify.tree import Document, Span, Statement

MOST_ENDS = 4  # places down to which a document is read
_PARAGRAPH = re.compile(r"\n[ \t]*\n")


def right_so_far(
    document: Document, claims: Sequence[Judgement], givens: Givens, work: float, outrun: Collection[Span] = ()
) -> list[Judgement]:
    """The claims, with those in error that nothing before or beside them contradicts put right within so much work.

    `outrun`: formulas that a programme of the document contradicts, which is of the same thing.
    """
    now = list(claims)
    with suppress(TooMuchWork), bounded(work):
        tried: set[int] = set()
        while len(tried) < MOST_ENDS and (end := next(_ends(document, now, tried), None)) is not None:
            tried.add(end)
            known = tuple(s for s in document.statements if s.span.start < end)
            state = own_state(replace(document, statements=known), givens)
            again = [tuple(judge(statement, state)) for statement in known]
            if is_cut_short(again):
                break
            better = [
                (statement, ours)
                for statement, ours, theirs in zip(known, again, by_statement(known, now), strict=True)
                if number_given(statement) is None  # a bare figure may be a result
                and not any(term.span in outrun for term in statement.terms)
                and _is_better(ours, theirs)
            ]
            is_replaced = covering([statement.span for statement, _ in better])
            now = [j for j in now if not is_replaced(j.span.start)] + [j for _, ours in better for j in ours]
    return now


def _ends(document: Document, now: Sequence[Judgement], tried: set[int]) -> Iterator[int]:
    """Where sections and paragraphs end that have claims in error."""
    wrong = [j for j in now if j.verdict is Verdict.WRONG]
    for statement, claims in zip(document.statements, by_statement(document.statements, wrong), strict=True):
        if claims:
            for end in (_end_of_section(document, statement), _end_of_paragraph(document, statement)):
                if end not in tried and end < document.statements[-1].span.start:
                    yield end


def _end_of_section(document: Document, statement: Statement) -> int:
    start, heading = statement.span.start, statement.context.heading
    behind = (s.span.start for s in document.statements if s.span.start > start and s.context.heading != heading)
    return next(behind, len(document.text))


def _end_of_paragraph(document: Document, statement: Statement) -> int:
    blank = _PARAGRAPH.search(document.text, statement.span.end)
    return len(document.text) if blank is None else blank.start()


def _is_better(ours: Sequence[Judgement], theirs: Sequence[Judgement]) -> bool:
    """Whether fewer claims of a statement are in error, and all others right; none just is no claim any more."""
    bad = {j.span for j in theirs if j.verdict in BAD}
    still = {j.span for j in ours if j.verdict in BAD}
    is_judged = bad <= {j.span for j in ours}
    return is_judged and still < bad and all(j.verdict in GOOD or j.span in still for j in ours)
