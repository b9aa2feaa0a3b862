"""Tables: cells with their expressions, and which row and column a formula stands in."""

from __future__ import annotations

import re
from bisect import bisect_right
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from bpsym.verify import limits
from bpsym.verify.effort import TooMuchWork, bounded
from bpsym.verify.grammar.cursor import Reading, UnreadError, split
from bpsym.verify.grammar.expressions import expression
from bpsym.verify.lexing.lexer import Flavour, tokens
from bpsym.verify.tree import Cell, Expr, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.verify.source import Source

_RULE: Final = re.compile(r"[ \t>]*\|[ \t|:]*--[ \t|:-]*")
_EQUALS: Final = re.compile(r"^[ \t]*=+(?:[ \t]+=+)+(?=[ \t]*\r?$)", re.MULTILINE)
_TABULAR: Final = re.compile(r"\\begin\{(?P<kind>tabular[x*]?|longtable)\}(?:\[\w\])?(?:\{[^{}\n]{0,40}\}){0,2}")
_LINES: Final = re.compile(  # and the space between rows
    r"(?:\s*\\(?:hline|toprule|midrule|bottomrule|addlinespace|c(?:mid)?(?:line|rule)(?:\([lr]+\))?\{[\d-]{1,9}\})"
    r"|\[[^\]\n]{0,12}\](?=\s))*"
)
_APART: Final = re.compile(r"\$[^$]*\$|\\\((?:[^\\]|\\[^)])*\\\)|(?P<row>\\\\)|\\.|(?P<cell>&)", re.DOTALL)
MOST_ROWS: Final = 2_000
MOST_LISTED: Final = 12  # names or numbers in one cell
_CELL: Final = re.compile(r"(?:\\.|`[^`\n]*`|\$[^$\n]*\$|[^|\\])+")


def tables(
    source: Source, blocks: list[tuple[int, int]], document: str, flavour: Flavour
) -> tuple[list[Table], dict[int, tuple[str, str]]]:
    """Tables, and for each inline formula in one (by the offset of its `$`) the row and column it stands in.

    Their columns are set apart by pipes, by the blanks in rules of equals signs, as reStructuredText has them, or by
    ampersands in LaTeX.
    """
    out: list[Table] = []
    where: dict[int, tuple[str, str]] = {}
    with suppress(TooMuchWork), bounded(limits.TABLED):  # formulas in cells are read elsewhere, too
        found = (*_piped(source.text, blocks), *_ruled(source.text, blocks), *_tabular(source.text, blocks))
        for head, rows in sorted(found, key=_start):
            _table(source, head, rows, document, flavour, out, where)
    return out, where


Cells = list[tuple[int, int]]  # where each cell of a row begins and ends


def _start(table: tuple[Cells, list[Cells]]) -> int:
    head, rows = table
    return min((cells[0][0] for cells in (head, *rows) if cells), default=0)


def _piped(text: str, blocks: list[tuple[int, int]]) -> Iterator[tuple[Cells, list[Cells]]]:
    """The head and the rows of each pipe table."""
    if "|" not in text:
        return
    group: list[tuple[int, int]] = []
    for start, end in [*_rows(text, blocks), (-1, -1)]:
        if group and (start < 0 or text[group[-1][1] : start].strip()):
            yield _headed(text, group)
            group = []
        elif len(group) > 1 and _begins_anew(text, group, (start, end)):
            yield _headed(text, group[:-1])
            group = group[-1:]
        group.append((start, end))


def _begins_anew(text: str, group: list[tuple[int, int]], line: tuple[int, int]) -> bool:
    """Whether the last row is the head of another table: a rule below it, and an empty line before it."""
    between = text[group[-2][1] : group[-1][0]]
    return between.count("\n") > 1 and _RULE.fullmatch(text, *line) is not None


def _headed(text: str, group: list[tuple[int, int]]) -> tuple[Cells, list[Cells]]:
    head: Cells = []
    rows: list[Cells] = []
    for position, line in enumerate(group[:MOST_ROWS]):
        if not _RULE.fullmatch(text, *line):
            rows.append(list(_cells(text, *line)))
        elif position == 1 and rows:
            head = rows.pop()
    return head, rows


def _ruled(text: str, blocks: list[tuple[int, int]]) -> Iterator[tuple[Cells, list[Cells]]]:
    """The head and the rows of each table between rules of equals signs, `====  ===`, one rule below the head."""
    rules = [match for match in _EQUALS.finditer(text) if not _is_inside(match.start(), blocks)]
    done = 0  # so many of the rules belong to tables
    for place, (top, below) in enumerate(pairwise(rules)):
        if place < done or text.count("\n", top.end(), below.start()) > MOST_ROWS:
            continue
        heads, rows = list(_between(text, top, below)), list[Cells]()
        third = rules[place + 2] if len(rules) > place + 2 else None
        if third is not None and len(heads) == 1 and "\n\n" not in text[below.end() : third.start()]:
            rows = list(_between(text, below, third))
        yield (heads[0], rows) if rows else ([], heads)
        done = place + (3 if rows else 2)


def _between(text: str, top: re.Match[str], below: re.Match[str]) -> Iterator[Cells]:
    """The lines between two rules, cut where the columns of the upper one begin."""
    starts = [match.start() for match in re.finditer(r"=+", top.group())]
    for line in re.finditer(r"[^\n]+", text[top.end() : below.start()]):
        first, last = top.end() + line.start(), top.end() + line.end()
        edges = [min(first + start, last) for start in starts] + [last]
        yield list(pairwise(edges))


def _tabular(text: str, blocks: list[tuple[int, int]]) -> Iterator[tuple[Cells, list[Cells]]]:
    """The head and the rows of each table of LaTeX; formulas in its cells may have ampersands of their own."""
    misses = 0
    for match in _TABULAR.finditer(text):
        first, closing = match.end(), f"\\end{{{match['kind']}}}"
        last = -1 if misses > limits.SEARCHES else text.find(closing, first, first + limits.FORMULA_CHARACTERS)
        misses += last < 0
        if last < 0 or _is_inside(first, blocks):
            continue
        rows: list[Cells] = [[]]
        start = first
        for mark in _APART.finditer(text, first, last):
            if mark["row"] or mark["cell"]:
                rows[-1].append((_within(text, start, mark.start()), mark.start()))
                start = mark.end()
            if mark["row"]:
                rows.append([])
        rows[-1].append((_within(text, start, last), last))
        filled = [row for row in rows if any(text[a:b].strip() for a, b in row)][:MOST_ROWS]
        if filled:
            yield filled[0], filled[1:]


def _within(text: str, first: int, last: int) -> int:
    """Where a cell begins behind the lines that are drawn above it."""
    lines = _LINES.match(text, first, last)
    return lines.end() if lines else first


def _is_inside(place: int, blocks: list[tuple[int, int]]) -> bool:
    block = bisect_right(blocks, (place, place)) - 1
    return block >= 0 and place < blocks[block][1]


def _rows(text: str, blocks: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Lines that begin with a pipe, outside displays and fences."""
    for match in re.finditer(r"^[ \t>]*\|[^\n]*\|(?=[ \t]*\r?$)", text, re.MULTILINE):
        if not _is_inside(match.start(), blocks):
            yield match.start(), match.end()


def _table(
    source: Source,
    head: Cells,
    rows: list[Cells],
    document: str,
    flavour: Flavour,
    out: list[Table],
    where: dict[int, tuple[str, str]],
) -> None:
    text = source.text
    titles = [text[first:last].strip() for first, last in head]
    for row in rows:
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
    cells = [cell for row in (head, *rows) for cell in row]
    if cells:
        titled = tuple(_cell(source[first:last], document, flavour) for first, last in head)
        out.append(Table(source.span(cells[0][0], cells[-1][1]), titled, tuple(read)))


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
    items = _expressions(part, document, flavour)
    return Cell(span, part.text, items[0] if len(items) == 1 else None, items if len(items) > 1 else ())


def _expressions(part: Source, document: str, flavour: Flavour) -> tuple[Expr, ...]:
    """The cell as one expression or several with commas; none for words and equations, which are read elsewhere."""
    inner = part
    for mark, end in (("**", "**"), ("$$", "$$"), ("$", "$"), ("`", "`"), ("\\(", "\\)")):
        if len(inner) > len(mark + end) and inner.text.startswith(mark) and inner.text.endswith(end):
            inner = inner[len(mark) : len(inner) - len(end)].stripped()
    if inner.text.startswith("=") and not inner.text.startswith("=="):  # as a spreadsheet has it
        inner = inner[1:].stripped()
    if (
        not inner.text
        or len(inner) > 300
        or (re.search(r"[A-Za-z]{3,}\s+[A-Za-z]{3,}", inner.text) and "\\" not in inner.text)
    ):
        return ()
    tex = "\\" in part.text or "$" in part.text
    try:
        found = tokens(inner, flavour._replace(tex=tex))
        if not found or any(token.kind in ("note", "relation") for token in found):
            return ()
        reading = Reading(document, tex=tex)
        parts = split(found, frozenset(["separator"]))
        try:
            return (expression(found, reading),)
        except UnreadError:
            return tuple(expression(part, reading) for part in parts if part) if 1 < len(parts) <= MOST_LISTED else ()
    except UnreadError:
        return ()
