"""How a long chain of equalities is broken: before its relation signs, and a link too long before plus or minus.

Widths are estimates in em, near those of Computer Modern; the same breaks are made in every format of the same measure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from bpsym.printing import PLAIN
from bpsym.printing import layout as lay
from bpsym.printing.layout import Box, Formula, Sign, row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bpsym.sheet.lines import Line


class Measure(Struct, frozen=True):
    """How much a row holds, and how wide things are, in the units of a format: em, or characters."""

    row: float
    width: Callable[[Box], float]
    indent: float  # by which the rest of a broken link stands to the right
    answer: float  # what an answer box takes


RELATIONS = frozenset({"equal", "approx", "arrow"})
TERMS = frozenset({"plus", "minus"})
LISTS = frozenset({"comma"})
FACTORS = frozenset({"dot", "hadamard", "thin"})
_SIGNS = {
    "plus": 1.22, "minus": 1.22, "negative": 0.78, "dot": 0.72, "hadamard": 1.22, "thin": 0.17, "equal": 1.33,
    "approx": 1.33, "arrow": 2.1, "feeds": 1.56, "greater": 1.33, "at-most": 1.33, "at-least": 1.33, "comma": 0.44,
    "dots": 1.5, "colon": 0.56, "quad": 2.0,
}  # fmt: skip
RELATION = 1.33  # a sign that isn't listed
_SCRIPT = 0.72  # size of a subscript


class Row(Struct, frozen=True):
    """One row of a chain; it begins with a relation sign, or stands further right as the rest of the row before."""

    formula: Formula | None  # None: nothing but the answer box
    continued: bool = False


class Rows(Struct, frozen=True):
    """A chain on as many rows as it needs."""

    number: int | None  # of the line, on numbered ones
    name: Formula
    rows: tuple[Row, ...]
    answer: Formula | None = None  # the relation sign before an answer box, which ends the last row
    width: float = 0  # of the widest row, name included


def line_rows(line: Line, measure: Measure, *, worked: bool) -> Rows:
    """A numbered line; where it isn't shown worked, an answer box stands for its numbers and value."""
    name, *links = (part.box for part in line.parts)
    if worked or line.value is None:
        if line.figures is not None:  # numbers and value stay on one row where they fit one
            together = row(*links[-2:])
            room = measure.row - min(measure.width(name), measure.row / 2)
            links[-2:] = [together] if measure.width(together) <= room else links[-2:]
        return _broken(line.number, name, links, measure)
    asked = links[: len(line.forms)]
    sign = Formula(Sign("equal" if line.value.exact else "approx"))
    return _broken(line.number, name, asked, measure, sign)


def answer_rows(line: Line, measure: Measure) -> Rows:
    """A line of the key: name and value."""
    name, *links = (part.box for part in line.parts)
    return _broken(line.number, name, links if line.value is None else links[-1:], measure)


def formula_rows(formula: Formula, measure: Measure) -> Rows:
    """A formula of its own; broken before its relation signs where it is long."""
    name, *links = _split(formula.box, RELATIONS)
    return _broken(None, name, links, measure)


def fragments(formula: Formula, measure: Measure) -> tuple[Formula, ...]:
    """A link in pieces of at most a row, where it has signs to break at."""
    return tuple(Formula(row(*piece)) for piece in _pieces(formula.box, measure, measure.row, measure.row))


def cell_rows(formula: Formula, measure: Measure, room: float) -> tuple[Formula, ...]:
    """A formula in a cell of a table: a list is broken after its commas, anything else stays whole."""
    items = _split(formula.box, LISTS)
    lines: list[list[Box]] = [[]]
    for item in items:
        if lines[-1] and sum(map(measure.width, lines[-1])) + measure.width(item) > room:
            lines.append([])
            item = _without_comma(item)  # noqa: PLW2901  (the line before ends with it)
            lines[-2].append(Sign("comma"))
        lines[-1].append(item)
    return tuple(Formula(row(*line)) for line in lines)


def _without_comma(box: Box) -> Box:
    return row(*box.items[1:]) if isinstance(box, lay.Row) else box


def _broken(
    number: int | None, name: Box, links: Sequence[Box], measure: Measure, answer: Formula | None = None
) -> Rows:
    before = measure.width(name)
    room = measure.row - min(before, measure.row / 2)
    rows: list[tuple[bool, list[Box]]] = []
    filled: list[float] = []
    for link in links:
        size = measure.width(link)
        if rows and filled[-1] + size <= room:
            rows[-1][1].append(link)
            filled[-1] += size
            continue
        for place, piece in enumerate(_pieces(link, measure, room, room - measure.indent)):
            rows.append((place > 0, list(piece)))
            filled.append(sum(map(measure.width, piece)) + measure.indent * (place > 0))
    made = [Row(Formula(row(*items)), continued) for continued, items in rows]
    if answer is not None and (not filled or filled[-1] + measure.answer > room):
        made.append(Row(None))
    return Rows(number, Formula(name), tuple(made), answer, before + max(filled, default=0))


def _pieces(link: Box, measure: Measure, first: float, rest: float) -> Iterator[tuple[Box, ...]]:
    """A link, cut before plus and minus, else before dots, so that the pieces fit as far as they can."""
    if measure.width(link) <= first:
        yield (link,)
        return
    cuts = _split(link, TERMS)
    if len(cuts) == 1:
        cuts = _split(link, FACTORS)
    piece: list[Box] = []
    filled, room = 0.0, first
    for cut in cuts:
        size = measure.width(cut)
        if piece and filled + size > room:
            yield tuple(piece)
            piece, filled, room = [], 0.0, rest
            cut = _with_dot(cut)  # noqa: PLW2901  (blank space at the start of a row would not say: times)
        piece.append(cut)
        filled += size
    yield tuple(piece)


def _with_dot(box: Box) -> Box:
    """A part with a dot for the thin space it begins with."""
    if isinstance(box, lay.Row) and box.items[:1] == (Sign("thin"),):
        return row(Sign("dot"), *box.items[1:])
    return box


def _split(box: Box, signs: Iterable[str]) -> list[Box]:
    """The parts of a row before each of the signs; a sign that begins the row starts no part of its own."""
    if not isinstance(box, lay.Row):
        return [box]
    parts: list[list[Box]] = [[]]
    for item in box.items:
        if isinstance(item, Sign) and item.key in signs and parts[-1]:
            parts.append([])
        parts[-1].append(item)
    return [row(*part) for part in parts]


def width(box: Box) -> float:
    """The estimated width of a box in em, in display style."""
    match box:
        case lay.Atom(name):
            scripts = max(_letters("".join(name.sub)), _letters("".join(name.sup)))
            return _letters(name.base) + scripts * _SCRIPT
        case lay.Number(numeral):
            power = 1.8 + 0.36 * len(str(numeral.exponent)) if numeral.exponent else 0.0
            return _letters(numeral.digits) + power
        case lay.Sign(key):
            return _SIGNS.get(key, RELATION)
        case lay.Words(text):
            return _letters(text)
        case lay.Row(items):
            return sum(map(width, items))
        case lay.Paren(body) | lay.Bars(body):
            return width(body) + 0.8
        case lay.Frac(above, below):
            return max(width(above), width(below)) + 0.24
        case lay.Partial(of, wrt):
            return max(width(of), width(wrt)) + 0.8
        case lay.Power(base, exponent):
            return width(base) + width(exponent) * _SCRIPT
        case lay.Root(body):
            return width(body) + 0.9
        case lay.Call(function, arguments):
            commas = _SIGNS["comma"] * (len(arguments) - 1)
            return _letters(function) + 1.0 + sum(map(width, arguments)) + commas
        case lay.BigSum(index, lower, upper, body):
            limits = max(width(index) + width(lower) + 0.8, width(upper)) * _SCRIPT
            return max(1.44, limits) + 0.17 + width(body)
        case lay.Cases(rows, otherwise):
            tests = max(width(test) if test else _letters(otherwise) for _, test in rows)
            return 2.0 + max(width(value) for value, _ in rows) + tests
        case lay.Matrix(rows):
            return 1.0 + sum(max(map(width, column)) + 1.0 for column in zip(*rows, strict=True))
        case lay.Mark(body, _):
            return width(body) + 0.5


def _letters(text: str) -> float:
    text = PLAIN.letters.get(text, text)
    return sum(0.28 if letter in ".,:'" else 1.0 if letter >= "\u2e80" else 0.52 for letter in text)
