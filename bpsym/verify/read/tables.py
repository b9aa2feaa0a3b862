"""Tables: cells with their expressions, and which row and column a formula stands in."""

from __future__ import annotations

import re
from bisect import bisect_right
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from bpsym.verify import limits
from bpsym.verify.effort import TooMuchWork, bounded
from bpsym.verify.grammar.cursor import Reading, UnreadError
from bpsym.verify.grammar.expressions import expression
from bpsym.verify.lexer import Flavour, tokens
from bpsym.verify.tree import Cell, Expr, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.verify.source import Source

_RULE: Final = re.compile(r"[ \t>]*\|[ \t|:]*--[ \t|:-]*")
_CELL: Final = re.compile(r"(?:\\.|`[^`\n]*`|\$[^$\n]*\$|[^|\\])+")


def tables(
    source: Source, blocks: list[tuple[int, int]], document: str, flavour: Flavour
) -> tuple[list[Table], dict[int, tuple[str, str]]]:
    """Pipe tables, and for each inline formula in one (by the offset of its `$`) the row and column it stands in."""
    if "|" not in source.text:
        return [], {}
    out: list[Table] = []
    where: dict[int, tuple[str, str]] = {}
    group: list[tuple[int, int]] = []
    with suppress(TooMuchWork), bounded(limits.TABLED):  # formulas in cells are read elsewhere, too
        for start, end in [*_rows(source.text, blocks), (-1, -1)]:
            if group and (start < 0 or source.text[group[-1][1] : start].strip()):
                _table(source, group, document, flavour, out, where)
                group = []
            group.append((start, end))
    return out, where


def _rows(text: str, blocks: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Lines that begin with a pipe, outside displays and fences."""
    starts = [start for start, _ in blocks]
    for match in re.finditer(r"^[ \t>]*\|[^\n]*\|(?=[ \t]*\r?$)", text, re.MULTILINE):
        block = bisect_right(starts, match.start()) - 1
        if block >= 0 and match.start() < blocks[block][1]:
            continue
        yield match.start(), match.end()


def _table(
    source: Source,
    group: list[tuple[int, int]],
    document: str,
    flavour: Flavour,
    out: list[Table],
    where: dict[int, tuple[str, str]],
) -> None:
    text = source.text
    rows: list[list[tuple[int, int]]] = []
    head: list[tuple[int, int]] = []
    for position, (start, end) in enumerate(group[:2_000]):
        if _RULE.fullmatch(text, start, end):
            if position == 1 and rows:
                head = rows.pop()
            continue
        rows.append(list(_cells(text, start, end)))
    titles = [text[first:last].strip() for first, last in head]
    for row in [*rows]:
        name = text[row[0][0] : row[0][1]].strip() if row else ""
        for column, (first, last) in enumerate(row):
            title = titles[column] if column < len(titles) else ""
            for match in re.finditer(r"\$|`|\\\(", text[first:last]):
                where[first + match.start()] = (name, title)
    budget = limits.MATRIX_CELLS
    read: list[tuple[Cell, ...]] = []
    for row in rows:
        budget -= len(row)
        if budget < 0:
            break
        read.append(tuple(_cell(source[first:last], document, flavour) for first, last in row))
    out.append(
        Table(
            source.span(group[0][0], group[-1][1]),
            tuple(_cell(source[first:last], document, flavour) for first, last in head),
            tuple(read),
        )
    )


def _cells(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = text.index("|", start, end) + 1
    while first < end:
        match = _CELL.match(text, first, end)
        last = match.end() if match else first
        if last >= end and not text[first:end].strip():
            return
        yield first, last
        first = last + 1


def _cell(cell: Source, document: str, flavour: Flavour) -> Cell:
    part = cell.stripped()
    span = part.span(0, len(part)) if len(part) else cell.span(0, len(cell))
    return Cell(span, part.text, _expression(part, document, flavour))


def _expression(part: Source, document: str, flavour: Flavour) -> Expr | None:
    """The cell as one expression; None for words and for equations, which are read as statements."""
    inner = part
    for mark, end in (("**", "**"), ("$$", "$$"), ("$", "$"), ("`", "`"), ("\\(", "\\)")):
        if len(inner) > len(mark + end) and inner.text.startswith(mark) and inner.text.endswith(end):
            inner = inner[len(mark) : len(inner) - len(end)].stripped()
    if (
        not inner.text
        or len(inner) > 300
        or (re.search(r"[A-Za-z]{3,}\s+[A-Za-z]{3,}", inner.text) and "\\" not in inner.text)
    ):
        return None
    tex = "\\" in part.text or "$" in part.text
    try:
        found = tokens(inner, flavour._replace(tex=tex))
        if not found or any(token.kind in ("note", "relation") for token in found):
            return None
        return expression(found, Reading(document, tex=tex))
    except UnreadError:
        return None
