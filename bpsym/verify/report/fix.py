"""Corrections: numbers whose right value is certain, at the digits shown; formulas and words are never touched."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError
from bpsym.files import write_atomically
from bpsym.verify.check.terms import Shown
from bpsym.verify.check.verdicts import Verdict
from bpsym.verify.read.decode import LOSSY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bpsym.verify.check.verdicts import Judgement
    from bpsym.verify.run import Verified
    from bpsym.verify.tree import Document, Span

CONTEXT = 3  # lines shown around a change
FINDINGS = frozenset(Verdict) - {Verdict.RIGHT, Verdict.DIGIT}


def corrected(verified: Verified) -> str:
    """The document with every number corrected that is certain on its own.

    Figures that follow from another error stay: they are to be worked out again. So does a number behind a wrong
    formula, and one on a line with any other finding: which of the two is meant is for the author to say.
    """
    text = verified.document.text
    for span, number in sorted(_changes(verified), reverse=True):
        text = text[: span.start] + number + text[span.end :]
    return text


def _changes(verified: Verified) -> Iterator[tuple[Span, str]]:
    document = verified.document
    on_line: dict[int, set[Span]] = {}
    for judgement in verified.judgements:
        if judgement.verdict in FINDINGS:
            place = document.place(judgement.span)
            for line in range(place.line, place.end_line + 1):
                on_line.setdefault(line, set()).add(judgement.span)
    wrong = (j for j in verified.judgements if j.verdict is Verdict.WRONG and not _is_figure(j, document))
    formulas = {j.details.get("term", j.span) for j in wrong}
    behind = [s.span for s in document.statements if any(term.span in formulas for term in s.terms)]
    for judgement in verified.judgements:
        span = judgement.span
        if judgement.verdict is Verdict.WRONG and judgement.expected and _is_figure(judgement, document):
            alone = on_line[document.place(span).line] == {span}
            if alone and not any(s.start <= span.start < s.end for s in behind):
                yield span, judgement.expected


def _is_figure(judgement: Judgement, document: Document) -> bool:
    """Whether the judgement is of one printed number, which could be another without harm."""
    shown = judgement.details.get("shown")
    written = document.text[judgement.span.start : judgement.span.end]
    return isinstance(shown, Shown) and shown.tree.span == judgement.span and _is_numeral(written)


def _is_numeral(written: str) -> bool:
    """Digits, a point and a sign: nothing that would be lost."""
    plain = written.lstrip("-−").strip()
    return plain.replace(".", "", 1).isdigit() and plain.isascii()


def difference(document: Document, text: str) -> str:
    """What would change, as a unified diff: a figure makes place for another, so each line stays where it is."""
    old, new = document.text.splitlines(keepends=True), text.splitlines(keepends=True)
    changed = [k for k, (before, after) in enumerate(zip(old, new, strict=True)) if before != after]
    lines = [f"--- {document.path}\n", f"+++ {document.path}\n"] if changed else []
    for first, last in _hunks(changed):
        start, stop = max(0, first - CONTEXT), min(len(old), last + 1 + CONTEXT)
        place = f"{start + 1},{stop - start}" if stop - start > 1 else f"{start + 1}"
        lines.append(f"@@ -{place} +{place} @@\n")
        for is_same, run in groupby(range(start, stop), key=lambda k: old[k] == new[k]):
            rows = list(run)
            if is_same:
                lines += [f" {old[k]}" for k in rows]
            else:
                lines += [*(f"-{old[k]}" for k in rows), *(f"+{new[k]}" for k in rows)]
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def _hunks(changed: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and last of lines that are shown together."""
    for place, line in enumerate(changed):
        if place == 0 or line - changed[place - 1] > 2 * CONTEXT + 1:
            first = line
        if place + 1 == len(changed) or changed[place + 1] - line > 2 * CONTEXT + 1:
            yield first, line


def write_back(path: Path, document: Document, text: str) -> None:
    """Write a corrected document in the encoding it came in."""
    if path.suffix == ".ipynb":
        raise BpsymError(f"{path}: notebooks are not corrected; --diff shows what would change")
    if document.encoding == LOSSY:
        raise BpsymError(f"{path}: has bytes that are no UTF-8 and would be lost; --diff shows what would change")
    write_atomically(path, text.encode(document.encoding))
