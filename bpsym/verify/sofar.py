"""Claims held only against what a document says up to there: what is said further down may be of something else.

Without a description a document is read as one network, its later givens and formulas with the earlier ones. An
exercise on page two may define y_2 in a way of its own, or give x and y numbers that page one had no use for. A claim
in error that is right by everything said down to the end of its section, or paragraph, is right.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.check.judge import is_cut_short, judge
from bpsym.verify.check.verdicts import BAD, GOOD, Judgement, Verdict
from bpsym.verify.own import own_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.verify.givens import Givens
    from bpsym.verify.tree import Document, Statement

MOST_ENDS = 4  # places down to which a document is read
_PARAGRAPH = re.compile(r"\n[ \t]*\n")

Found = tuple[Judgement, ...]


def right_so_far(
    document: Document, statements: Sequence[Statement], found: Sequence[Found], givens: Givens
) -> tuple[Found, ...]:
    """What was found of statements, with those in error that nothing before or beside them contradicts put right."""
    now = list(found)
    tried: set[int] = set()
    place = 0
    while len(tried) < MOST_ENDS and (place := _next_in_error(now, place)) < len(now):
        for end in _ends(document, statements[place]):
            if end in tried or end >= document.statements[-1].span.start:
                continue
            tried.add(end)
            known = tuple(s for s in document.statements if s.span.start < end)
            state = own_state(replace(document, statements=known), givens)
            again = {s.span: tuple(judge(s, state)) for s in known}
            if is_cut_short([*again.values()]):
                return tuple(now)
            for k, statement in enumerate(statements):
                ours = again.get(statement.span, ())
                if _is_better(ours, now[k]):
                    now[k] = ours
            if not _is_bad(now[place]):
                break
        place += 1
    return tuple(now)


def _ends(document: Document, statement: Statement) -> Iterator[int]:
    """Where the section of a statement ends, and its paragraph."""
    start, heading = statement.span.start, statement.context.heading
    behind = (s.span.start for s in document.statements if s.span.start > start and s.context.heading != heading)
    yield next(behind, len(document.text))
    blank = _PARAGRAPH.search(document.text, statement.span.end)
    if blank is not None:
        yield blank.start()


def _next_in_error(found: Sequence[Found], place: int) -> int:
    return next((k for k in range(place, len(found)) if any(j.verdict is Verdict.WRONG for j in found[k])), len(found))


def _is_better(ours: Found, theirs: Found) -> bool:
    """Whether fewer claims of a statement are in error, and all others right."""
    bad = {j.span for j in theirs if j.verdict in BAD}
    still = {j.span for j in ours if j.verdict in BAD}
    return bool(ours) and still < bad and all(j.verdict in GOOD or j.span in still for j in ours)


def _is_bad(found: Found) -> bool:
    return any(j.verdict in BAD for j in found)
