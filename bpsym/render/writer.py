"""What templates can call: text, formulas, tables, figures and code in the format of the document being written."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from jinja2 import Undefined
from markupsafe import Markup

from bpsym.errors import BpsymError
from bpsym.printing import PLAIN
from bpsym.printing.layout import Formula, Number, Sign, Words, row
from bpsym.render.code import Recomputation
from bpsym.render.companions import figure_file, font_file
from bpsym.render.notebook import CODE
from bpsym.render.rows import answer_rows, cell_rows, formula_rows, fragments, line_rows
from bpsym.render.text import Text, as_text, catalogue, counted, sentence, written
from bpsym.rounding import Numeral

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bpsym.figures import Drawing
    from bpsym.printing.layout import Box
    from bpsym.render.formats import Format
    from bpsym.render.rows import Rows
    from bpsym.render.text import Value
    from bpsym.sheet.build import Sheet
    from bpsym.sheet.lines import Line

UNDERLINES = "==-~"  # of the title and of headings of three levels, in plain text
BETWEEN_COLUMNS = 1.6  # em


def markup(text: str) -> Markup:
    """Text that is in the format already: escaped by the caller, made of a formula, or the format's own."""
    return Markup(text)  # noqa: S704  (the one place where text is declared finished)


@dataclass
class Writer:
    """The functions and filters of one document's templates."""

    format: Format
    language: str
    sheet: Sheet
    beside: str = ""  # how files beside the document are addressed: "sheet_files/"; empty where there are none
    files: dict[str, bytes] = field(default_factory=dict)  # beside the document, by name

    # text

    def finalize(self, value: object) -> object:
        """What a template prints, escaped for the format."""
        if isinstance(value, (Markup, Undefined)):
            return value
        if isinstance(value, (str, int, Formula, Numeral, Text)):
            return markup(self.text(value))
        raise BpsymError(f"a template prints a {type(value).__name__}")

    def text(self, value: Value) -> str:
        """Anything readable, in the format."""
        own = self.format
        return written(as_text(value), own.escape, self.inline, apart=own.apart, bare=own.bare, marks=own.marks)

    def say(self, message: str, **values: Value) -> Text:
        """A sentence in the sheet's language."""
        return sentence(self.language, message, values)

    def counted(self, one: str, many: str, *, count: int) -> Text:
        """A sentence with a number of things in the sheet's language."""
        return counted(self.language, one, many, count)

    def words(self, message: str, **values: str | int) -> str:
        """A message without formulas in the sheet's language."""
        return catalogue(self.language).gettext(message) % values

    def plain(self, value: Value) -> Markup:
        """Anything readable as characters alone, for a window's title or an alternative text."""
        escape = self.format.quote or self.format.escape
        characters = written(as_text(value), escape, lambda f: escape(PLAIN.write(f)))
        return markup(characters)

    def has_han(self, value: object) -> bool:
        """Whether a text has characters that need the Chinese font."""
        return any(character >= "\u2e80" for character in str(value))

    # formulas

    def math(self, formula: Formula) -> Markup:
        """A formula in the syntax of the format, without delimiters."""
        return markup(self.format.syntax.write(formula).strip())

    def inline(self, formula: Formula) -> str:
        """A formula in a sentence."""
        return self.format.inline(self.format.syntax.write(formula).strip())

    def block(self, formula: Formula, *, continued: bool = False) -> Markup:
        """A formula or a piece of one in display style, for formats in which it flows with the text."""
        from bpsym.render.mathml import element

        return markup(element(self.format.syntax.write(formula).strip(), display=True, continued=continued))

    def rows(self, line: Line) -> Rows:
        """A numbered line as the sheet shows it: worked, with an answer box, or its answer alone."""
        if self.sheet.mode == "key":
            return answer_rows(line, self.format.measure)
        return line_rows(line, self.format.measure, worked=self.sheet.shows(line))

    def formula_rows(self, formula: Formula) -> Rows:
        """A formula of its own, on as many rows as it needs."""
        return formula_rows(formula, self.format.measure)

    def fragments(self, formula: Formula) -> tuple[Formula, ...]:
        """A link in pieces that fit a row."""
        return fragments(formula, self.format.measure)

    def given_number(self, name: Formula, typed: str) -> Formula:
        """A name and the number as it was typed."""
        digits, _, exponent = typed.lower().partition("e")
        number = Number(Numeral(digits, int(exponent or 0), exact=True))
        return Formula(row(name.box, Sign("equal"), number))

    # tables

    def sides(self, header: Sequence[object], rows: Sequence[Sequence[object]]) -> list[str]:
        """The side each column of a table stands at: right where it holds numbers alone, else left."""
        columns = zip(*rows, strict=True) if rows else [("",)] * len(header)
        return ["right" if all(map(_is_number, column)) else "left" for column in columns]

    def rooms(self, header: Sequence[Value], rows: Sequence[Sequence[Value]]) -> list[float]:
        """How wide each column of a table may be so that all of them fit beside each other."""
        wide = [max(map(self._width, column)) for column in zip(header, *rows, strict=True)]
        excess = max(0.0, sum(wide) + BETWEEN_COLUMNS * len(wide) - self.format.measure.row)
        return [each - excess if each == max(wide) else each for each in wide]

    def _width(self, cell: Value) -> float:
        if isinstance(cell, Formula):
            return self.format.measure.width(cell.box)
        return sum(
            self.format.measure.width(Words(piece) if isinstance(piece, str) else _box(piece))
            for piece in as_text(cell).pieces
        )

    def cell_rows(self, formula: Formula, room: float) -> tuple[Formula, ...]:
        """A formula of a table, on several lines where it is a list too long for its column."""
        return cell_rows(formula, self.format.measure, room)

    def columns(self, header: Sequence[Value], rows: Sequence[Sequence[Value]]) -> Markup:
        """A table in plain text: columns of one width each, with a line below the header."""
        cells = [[self.text(cell) for cell in line] for line in [header, *rows]]
        widths = [max(map(_columns, column)) for column in zip(*cells, strict=True)]
        cells.insert(1, ["-" * width for width in widths])
        sides = self.sides(header, rows)
        return markup("\n".join("  ".join(map(_padded, line, widths, sides)) for line in cells))

    def underline(self, title: Value, level: int) -> Markup:
        """A line as long as a title in plain text."""
        return markup(UNDERLINES[level] * _columns(self.text(title)))

    # figures and files

    def picture(self, drawing: Drawing) -> Markup:
        """A figure in the format's own means; whoever draws it escapes its labels."""
        return markup(self.format.picture(drawing))

    def alternative(self, drawing: Drawing, caption: str | Text) -> Markup:
        """What a screen reader says of a figure."""
        return markup(f"{self.plain(caption)}: {self.plain(drawing.description)}")

    def picture_file(self, drawing: Drawing) -> str:
        """The address of a figure kept in a file beside the document; empty where there is no place for one."""
        return self._beside(f"figure-{len(self.files) + 1}.svg", figure_file, drawing)

    def font_file(self, name: str) -> str:
        """The path of a font kept in a file beside the document; empty where there is no place for one."""
        return self._beside(name, font_file, name)

    def _beside(self, name: str, content: Callable[[Any], bytes], what: object) -> str:
        if not self.beside:
            return ""
        self.files[name] = content(what)
        return markup(f"{self.beside}{name}")

    # code

    @cached_property
    def _recomputation(self) -> Recomputation:
        return Recomputation(self.sheet)

    def compute(self, lines: Iterable[Line]) -> Markup:
        """Code that computes lines again."""
        return self.code_cell("\n".join(self._recomputation.statements(lines)))

    def compute_givens(self) -> Markup:
        """Code that the computing cells begin with."""
        return self.code_cell(self._recomputation.beginning() if self.sheet.has_numbers else "")

    def code_cell(self, code: str) -> Markup:
        """A cell of code; notebook.py keeps code and Markdown apart."""
        return markup(f"{CODE}{code}{CODE}")


def _box(piece: Formula | Numeral) -> Box:
    return piece.box if isinstance(piece, Formula) else Number(piece)


def _is_number(cell: object) -> bool:
    return isinstance(cell, (int, Numeral)) or (isinstance(cell, str) and cell.isdigit())


def _padded(text: str, width: int, side: str) -> str:
    space = " " * (width - _columns(text))
    return space + text if side == "right" else text + space


def _columns(text: str) -> int:
    """Columns a text takes in a terminal."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
