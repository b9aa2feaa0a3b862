"""Matrices drawn over several lines of text: `[ 0.2  0.1 ]` above `[ 0.3  0.4 ]`, or with ⎡ ⎢ ⎣, side by side.

Each becomes a list of rows on one line, `W = [[0.2, 0.1], [0.3, 0.4]]`; equations that stood side by side come one
below the other. Rows are told by their columns; where two lines say something in the same place there is no drawing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from unicodedata import combining

from msgspec import Struct

from bpsym.verify import limits
from bpsym.verify.read.rewritten import split
from bpsym.verify.source import Source, inserted, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OPENING: Final = "[⎡⎢⎣⎛⎜⎝"
_OPENS: Final = re.compile(f"[{re.escape(_OPENING)}]")
_PIECE: Final = re.compile(r"(?<![\w\[(\\])[\[⎡⎢⎣⎛⎜⎝][^\[\]⎡-⎦⎛-⎠\n]*[\]⎤⎥⎦⎞⎟⎠](?![\](:]|[,;.]\s*$)", re.MULTILINE)
_LISTED: Final = re.compile(r"(?<![\w\[(\\])\[([^\[\]\n]+)\](?![\](:])")
_DIGIT: Final = re.compile(r"\d")
_TYPED: Final = re.compile(r"[ \t]*(?:>>|octave|In ?\[)")  # at a prompt, where such brackets are read as they are
_SIMPLE: Final = re.compile(r"[-−+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-−+]?\d+)?|[-−]?[^\W\d_][\w₀-₉⁰-⁹⁽⁾]{0,12}")
_TIMES: Final = "*/×·=⊙"  # what no entry begins with
_OPERATORS: Final = f"{_TIMES}-−+"  # nor ends with
_COLUMNS: Final = re.compile(r"[ \t]{2,}")
_BLANKS: Final = re.compile(r"[ \t]+")
_COMMAS: Final = re.compile(r",[ \t]*")
_SIGNS: Final = re.compile(r"[\s=≈←+*/×·⊙@−-]*")
_BESIDE: Final = re.compile(r"(?:[ \t]{2,}|[ \t]*[,;][ \t]*)(?=[^\W\d][^\s=≈←\[]{0,12}(?: [^\W\d])?[ \t]*(?:=|≈|←|:=))")
_HANGS: Final = re.compile(r"(?:=|≈|←)[ \t]*\r?\n[ \t]*$")
MOST_ROWS: Final = 64
LONGEST_END: Final = 100  # characters of a line's end that are looked at
MOST_LINES: Final = 2_000  # with brackets


class _Piece(Struct):
    """One row of an array: what its brackets hold, and in which column the first of them stands."""

    first: int  # offsets in the line, brackets included
    last: int
    column: int


class _Line(Struct):
    source: Source
    pieces: list[_Piece]


class _Array(Struct):
    rows: list[tuple[int, _Piece]]  # with the number of the line


def flattened(source: Source) -> Source:
    """A text with its drawn matrices on one line each."""
    if _OPENS.search(source.text) is None:
        return source
    out: list[Source] = []
    band: list[_Line] = []
    for line in [*_lines(source), _Line(source[0:0], [])]:
        if line.pieces and (not band or _links(band[-1], line)) and len(band) < MOST_ROWS:
            band.append(line)
            continue
        drawing = _redrawn(band)
        if drawing is not None and drawing.text.startswith("[") and out and _HANGS.search(out[-1].text[-LONGEST_END:]):
            end = len(out[-1].text.rstrip())
            out[-1:] = [out[-1][:end], inserted(" ", out[-1].span(end - 1, end))]
        out += [each.source for each in band] if drawing is None else [drawing]
        band = [line] if line.pieces else []
        out += [] if line.pieces else [line.source]
    return joined(out)


def _lines(source: Source) -> Iterator[_Line]:
    """Each line with brackets, and what stands between two of them in one."""
    begin = position = tried = 0
    for text in source.text.splitlines(keepends=True):
        start, position = position, position + len(text)
        if tried >= MOST_LINES or len(text) > limits.LINE_CHARACTERS or _OPENS.search(text) is None:
            continue
        tried += 1
        if begin < start:
            yield _Line(source[begin:start], [])
        line = _with_rows(source[start:position]) if ";" in text else source[start:position]
        yield _Line(
            line, [_Piece(m.start(), m.end(), _column(line.text, m.start())) for m in _PIECE.finditer(line.text)]
        )
        begin = position
    if begin < len(source):
        yield _Line(source[begin:], [])


def _with_rows(line: Source) -> Source:
    """`W = [0.1 0.5; -0.7 0.3]` with its rows in brackets of their own; as it was where they differ in length."""
    out, position = [], 0
    for match in _LISTED.finditer(line.text) if not _TYPED.match(line.text) else ():
        if ";" not in match[1] or not all(_DIGIT.search(row) for row in match[1].split(";")):
            continue
        inside = line[match.start(1) : match.end(1)]
        rows = [_entries(row) for row in split(inside, ";") if len(row)]
        if len({len(row) for row in rows}) != 1 or not rows[0]:
            continue
        brackets = [line[match.start() : match.start() + 1], line[match.end() - 1 : match.end()]]
        listed = [part for row in rows for part in _bracketed(row, alone=False)][:-1]
        out += [line[position : match.start()], brackets[0], *listed, brackets[1]]
        position = match.end()
    return joined([*out, line[position:]]) if out else line


def _links(above: _Line, below: _Line) -> list[tuple[int, int]]:
    """Which rows stand below which, by their columns, or one by one where the lines have as many."""
    places = {piece.column: k for k, piece in enumerate(above.pieces)}
    found = [(places[piece.column], k) for k, piece in enumerate(below.pieces) if piece.column in places]
    if not found and len(above.pieces) == len(below.pieces) > 1:
        return [(k, k) for k in range(len(above.pieces))]
    if len(above.pieces) == len(below.pieces) > len(found):
        return [(k, k) for k in range(len(above.pieces))]
    return found


def _redrawn(band: Sequence[_Line]) -> Source | None:
    """Lines with arrays one below the other as one line; None where they are no drawing."""
    if len(band) <= 1:
        return None
    arrays = _arrays(band)
    listed = [_listed(band, array) for array in arrays]
    between = _between(band, arrays)
    if between is None:
        return None
    parts = [between[0]]
    for array, text in zip(listed, between[1:], strict=True):
        if array is None:
            return None
        beside = _BESIDE.match(text.text)
        parts += [array, inserted("\n", text.span(0, 1)), text[beside.end() :]] if beside else [array, text]
    flat = joined(parts).stripped()
    return joined([flat, inserted("\n", flat.span(len(flat) - 1, len(flat)))])


def _arrays(band: Sequence[_Line]) -> list[_Array]:
    """The arrays of some lines, from left to right."""
    open_at: dict[int, _Array] = {}
    found: list[_Array] = []
    for number, line in enumerate(band):
        links = {below: above for above, below in _links(band[number - 1], line)} if number else {}
        now: dict[int, _Array] = {}
        for k, piece in enumerate(line.pieces):
            array = open_at.get(links[k]) if k in links else None
            if array is None:
                array = _Array([])
                found.append(array)
            array.rows.append((number, piece))
            now[k] = array
        open_at = now
    return sorted(found, key=lambda array: min(piece.column for _, piece in array.rows))


def _listed(band: Sequence[_Line], array: _Array) -> Source | None:
    """An array as a list of its rows; None where they are not of one length."""
    rows = []
    for number, piece in array.rows:
        inside = band[number].source[piece.first + 1 : piece.last - 1].stripped()
        if len(inside):
            rows.append(_entries(inside))
    widths = {len(row) for row in rows}
    if len(widths) != 1 or 0 in widths:
        return None
    ours = [part for row in rows for part in _bracketed(row, alone=len(rows) == 1)]
    first, last = rows[0][0], rows[-1][-1]
    if len(rows) == 1:
        return joined(ours)
    opening, closing = inserted("[", first.span(0, 1)), inserted("]", last.span(len(last) - 1, len(last)))
    return joined([opening, *ours[:-1], closing])


def _bracketed(row: Sequence[Source], *, alone: bool) -> Iterator[Source]:
    """`[0.2, 0.1]`, with a comma behind it where other rows follow."""
    end = row[-1].span(len(row[-1]) - 1, len(row[-1]))
    yield inserted("[", row[0].span(0, 1))
    for number, entry in enumerate(row):
        yield from (inserted(", ", entry.span(0, 1)), entry) if number else (entry,)
    yield inserted("]", end)
    if not alone:
        yield inserted(", ", end)


def _entries(inside: Source) -> list[Source]:
    """The entries of a row, between commas, blanks, or wide blanks where they are sums; none where that is unclear."""
    if "," in inside.text:
        return _cut(inside, _COMMAS)
    plain = _cut(inside, _BLANKS)
    if all(_SIMPLE.fullmatch(entry.text) for entry in plain):
        return plain
    found = _cut(inside, _COLUMNS)
    whole = all(entry.text[-1] not in _OPERATORS and entry.text[0] not in _TIMES for entry in found)
    return found if whole and any(character.isdigit() for character in inside.text) else []


def _cut(inside: Source, at: re.Pattern[str]) -> list[Source]:
    position, found = 0, []
    for match in at.finditer(inside.text):
        found.append(inside[position : match.start()].stripped())
        position = match.end()
    found.append(inside[position:].stripped())
    return found if all(len(entry) for entry in found) else []


def _between(band: Sequence[_Line], arrays: Sequence[_Array]) -> list[Source] | None:
    """What stands before, between and behind the arrays; None where two lines say something there."""
    kept: dict[int, Source] = {}
    number_of = {(number, piece.first): k for k, array in enumerate(arrays) for number, piece in array.rows}
    for number, line in enumerate(band):
        size = len(line.source)
        edges = [(p.first, p.last, number_of[number, p.first]) for p in line.pieces]
        slot = position = 0
        for first, last, array in [*edges, (size, size, len(arrays))]:
            text = line.source[position:first]
            if text.text.strip():
                begin = position + len(text.text) - len(text.text.lstrip())
                at = max(slot, min(array, _left_of(arrays, _column(line.source.text, begin))))
                if at in kept and not (_SIGNS.fullmatch(text.text) and kept[at].text.strip() == text.text.strip()):
                    return None
                kept.setdefault(at, text)
            slot, position = array + 1, last
    blank = inserted(" ", band[0].source.span(0, 1))
    return [kept.get(k, blank) for k in range(len(arrays) + 1)]


def _column(line: str, place: int) -> int:
    return sum(not combining(character) for character in line[:place])


def _left_of(arrays: Sequence[_Array], column: int) -> int:
    """How many arrays begin left of a column."""
    return sum(min(piece.column for _, piece in array.rows) < column for array in arrays)
