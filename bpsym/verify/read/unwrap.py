"""What stands between a formula and its reader: quote marks, percent signs, line breaks."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus

from bpsym.verify.source import Source, inserted, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

LINE: Final = re.compile(r"[^\n]*\n|[^\n]+\Z")
_JOINED: Final = 60  # lines of one matrix
_SPACE: Final = re.compile(
    r"(?<=\s)(?:[,;]|(?P<wide>q?quad))(?=\s)|(?<=,);|(?<!\\)(?P<row>\\)(?=\s)"
    r"|(?<=[\w}]),(?= \\?[A-Za-z][^=,:&\n\\]{0,20}$)|(?<=\)),(?=\()",  # = δ_2, a_1^T; σ(z),(1 - σ(z))
    re.MULTILINE,
)
_COLUMN_GAP: Final = re.compile(r"(?<=[\w)\]}'])[ \t]{2,}(?=[\w∂(])")  # between the columns of a table in plain text
_QUOTE: Final = re.compile(r"^[ \t]*>[ \t>]?", re.MULTILINE)


def unquoted(part: Source) -> Source:
    """A display inside a block quote without the `>` before each line."""
    lines = [line for line in part.text.splitlines()[1:] if line.strip()]
    if not lines or not all(line.lstrip().startswith(">") for line in lines):
        return part
    kept: list[Source] = []
    position = 0
    for match in _QUOTE.finditer(part.text):
        kept.append(part[position : match.start()])
        position = match.end()
    return joined([*kept, part[position:]])


def decoded(part: Source) -> Source:
    """Percent signs, `+` and HTML entities of an address taken back, places kept."""
    kept: list[Source] = []
    position = 0
    for match in re.finditer(r"(?:%[0-9A-Fa-f]{2})+|&plus;|&space;|&amp;|\+", part.text):
        kept.append(part[position : match.start()])
        written = match.group()
        plain = {"&plus;": "+", "&space;": " ", "&amp;": "&", "+": " "}.get(written) or unquote_plus(
            written, errors="replace"
        )
        kept.append(inserted(plain, part.span(match.start(), match.end())))
        position = match.end()
    return joined([*kept, part[position:]])


def with_spaces(part: Source) -> Source:
    r"""A display that lost its backslashes: `quad` was `\quad`, a comma set apart on both sides `\,`, one was two."""
    kept: list[Source] = []
    position = 0
    for match in _SPACE.finditer(part.text):
        space = "\\quad" if match["wide"] else "\\\\" if match["row"] else " "
        kept += [part[position : match.start()], inserted(space, part.span(match.start(), match.end()))]
        position = match.end()
    return joined([*kept, part[position:]])


_EDGE: Final = re.compile(
    r"<?-{2,}[ ]?\[?[A-Za-z][\w^{}]{0,20}\]?[ ]?-{2,}>?"  # of a drawing: `h1 --[W]--> h2`
    r"|(?:[─━]{1,40}|-{2,40})[ ]?[▶►▸→⟶>](?=[ \t]*(?:\[|[^\W\d][\w'^{}]{0,12}[ ]?=))"  # `x=2 ──▶ [×w +b] ──▶ z=1`
)


def between_edges(line: Source) -> Iterator[Source]:
    """The nodes of a line of a drawing; any other line as it is."""
    start = 0
    for edge in _EDGE.finditer(line.text):
        yield line[start : edge.start()].stripped()
        start = edge.end()
    yield line[start:].stripped() if start else line


def columns(line: Source) -> list[Source]:
    """What stands side by side in a line of plain text, set apart by more than one space."""
    cuts = [0, *(match.end() for match in _COLUMN_GAP.finditer(line.text)), len(line)]
    return [line[first:last] for first, last in pairwise(cuts)]


def lines_of(raw: Sequence[str], fixed: AbstractSet[int]) -> Iterator[tuple[int, str]]:
    """Lines with their ends and the number of their first one.

    A line that stops inside a matrix, or at `=` before one, is joined with those below; those in `fixed` stand alone.
    """
    pending = ""
    first = 0
    for number, line in enumerate(raw):
        if not pending:
            first = number
        pending += line
        last = number + 1 >= len(raw) or not (line.strip() or raw[number + 1].lstrip().startswith("["))
        if number not in fixed and number - first < _JOINED and not last and _waits(pending):
            continue
        yield first, pending
        pending = ""
    if pending:
        yield first, pending


def _waits(pending: str) -> bool:
    """Does a line go on below?"""
    if len(pending) > 3_000:
        return False
    stripped = pending.rstrip()
    if stripped.endswith("=") and not stripped.endswith("==") and len(stripped) < 200:
        return True
    return pending.count("[") > pending.count("]") and re.search(r"\[\s*\[|\[\s*[-\d.]", pending) is not None
