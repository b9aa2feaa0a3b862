"""Jinja as bpsym's templates see it: one set of delimiters, everything undefined an error, plain strings escaped.

A template prints strings, numbers, formulas and sentences; each is written for the format by `finalize`. Nothing else
passes, except what a leaf of the format has made (Markup, by Jinja's own account of it).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from bpsym.errors import BpsymError
from bpsym.printing.layout import Formula, Number, Sign, row
from bpsym.render import mathml, rows
from bpsym.render.code import Recomputation
from bpsym.render.companions import figure_file, font_file
from bpsym.render.notebook import CODE, CUT
from bpsym.render.text import Text, as_text, sentence, written
from bpsym.rounding import Numeral

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bpsym.figures import Drawing
    from bpsym.render.formats import Format
    from bpsym.sheet.build import Sheet
    from bpsym.sheet.lines import Line


GLUE = "\b"  # printed by a leaf that belongs to the line before it: white space between the two becomes one line end


class TemplateProblem(BpsymError):
    """A template that cannot be used; the message names file and line."""


def templates() -> Path:
    """Where bpsym's own templates are: in the wheel inside the package, in a checkout beside it."""
    package = Path(__file__).parent.parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


@dataclass
class Writer:
    """What templates of one rendering can call; `folder` is where files beside the document go, "" for nowhere."""

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
            return Markup(self.text(value))  # noqa: S704  (the one place where text is escaped)
        raise BpsymError(f"a template prints a {type(value).__name__}")

    def text(self, value: str | int | Formula | Numeral | Text) -> str:
        """Anything readable, in the format."""
        row = self.format
        return written(as_text(value), row.escape, self.inline, apart=row.apart, bare=row.bare)

    def say(self, message: str, **values: Any) -> Text:
        """A sentence in the sheet's language."""
        return sentence(self.language, message, values)

    def words(self, message: str, **values: str | int) -> str:
        """A message without formulas in the sheet's language."""
        return "".join(map(str, sentence(self.language, message, values).pieces))

    def plain(self, value: str | int | Formula | Numeral | Text) -> Markup:
        """Anything readable without formulas, for places that hold characters alone: window titles, alternative texts."""
        from bpsym.printing import PLAIN

        escape = self.format.escape
        characters = written(as_text(value), escape, lambda f: escape(PLAIN.write(f)), apart=False, bare=True)
        return Markup(characters)  # noqa: S704  (escaped here)

    # formulas

    def math(self, formula: Formula) -> Markup:
        """A formula in the syntax of the format, without delimiters."""
        return Markup(self.format.syntax.write(formula))  # noqa: S704  (a formula is printed as it is)

    def inline(self, formula: Formula) -> str:
        """A formula in a sentence."""
        return self.format.inline(self.format.syntax.write(formula))

    def block(self, formula: Formula) -> Markup:
        """A formula or the link of a chain in display style, for formats in which it flows with the text."""
        return Markup(mathml.element(self.format.syntax.write(formula), display=True))  # noqa: S704  (as `math`)

    def rows(self, line: Line) -> rows.Rows:
        """A numbered line as the sheet shows it: worked, with an answer box, or its answer alone."""
        if self.sheet.mode == "key":
            return rows.answer_rows(line, self.format.measure)
        return rows.line_rows(line, self.format.measure, worked=self.sheet.shows(line))

    def formula_rows(self, formula: Formula) -> rows.Rows:
        """A formula of its own, on as many rows as it needs."""
        return rows.formula_rows(formula, self.format.measure)

    def fragments(self, formula: Formula) -> tuple[Formula, ...]:
        """A link in pieces that fit a row."""
        return rows.fragments(formula, self.format.measure)

    def given_number(self, name: Formula, written_as: str) -> Formula:
        """A name and the number as it was typed."""
        digits, _, exponent = written_as.lower().partition("e")
        number = Number(Numeral(digits, int(exponent or 0), exact=True))
        return Formula(row(name.box, Sign("equal"), number))

    # figures

    def picture(self, drawing: Drawing) -> Markup:
        """A figure in the format's own means."""
        return Markup(self.format.picture(drawing))  # noqa: S704  (the writers of figures escape their labels)

    def alternative(self, drawing: Drawing, caption: str | Text) -> Markup:
        """What a screen reader says of a figure."""
        return self.plain(drawing.description or caption)

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
        return Markup(f"{self.beside}{name}")  # noqa: S704  (folder_of leaves letters, digits, dots and dashes)

    def has_han(self, value: object) -> bool:
        """Whether a text has characters that need the Chinese font."""
        return any(character >= "\u2e80" for character in str(value))

    # plain text

    def underline(self, title: str | Text, level: int) -> Markup:
        """A line as long as a title."""
        return Markup("==-~"[level] * _columns(self.text(title)))  # noqa: S704  (one of four characters)

    def columns(self, rows: Sequence[Sequence[str | Formula | Numeral | Text]]) -> Markup:
        """A table in columns of equal width, set at the right."""
        cells = [[self.text(cell) for cell in line] for line in rows]
        widths = [max(map(_columns, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(" " * (width - _columns(cell)) + cell for cell, width in zip(line, widths, strict=True))
            for line in cells
        ]
        return Markup("\n".join(lines))  # noqa: S704  (escaped by `text`)

    # notebooks

    @cached_property
    def _recomputation(self) -> Recomputation:
        return Recomputation(self.sheet)

    def compute(self, lines: Iterable[Line]) -> Markup:
        """Code that computes lines again."""
        return self.code_cell("\n".join(self._recomputation.statements(lines)))

    def compute_givens(self) -> Markup:
        """Code that the computing cells begin with."""
        return self.code_cell(self._recomputation.beginning())

    def code_cell(self, code: str) -> Markup:
        """A cell of code."""
        return Markup(f"{CODE}{code}{CODE}")  # noqa: S704  (notebook.py keeps code and Markdown apart)


def _columns(text: str) -> int:
    """Columns a text takes in a terminal."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


GLOBALS = (
    "say", "plain", "alternative", "math", "block", "rows", "formula_rows", "fragments", "given_number", "picture", "picture_file",
    "has_han", "font_file",
    "underline", "columns", "compute", "compute_givens", "code_cell",
)  # fmt: skip


def environment(writer: Writer, users: Path | None = None) -> ImmutableSandboxedEnvironment:
    """The environment of one rendering; templates in `users` take the place of bpsym's own of the same name.

    It is the sandboxed one throughout: our own templates need no more than a user's may have.
    """
    found = [*([users] if users else []), templates()]
    jinja = ImmutableSandboxedEnvironment(
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=True,  # strings that leave a macro are Markup, so that nothing is escaped twice
        finalize=writer.finalize,
        loader=FileSystemLoader(found),
        cache_size=-1,
    )
    jinja.globals.update({name: getattr(writer, name) for name in GLOBALS})
    jinja.globals |= {
        "_": writer.words,
        "glue": Markup(GLUE),
        "cut": Markup(CUT),
        "open_math": Markup(writer.format.display[0]),  # noqa: S704  (the table's own)
        "close_math": Markup(writer.format.display[1]),  # noqa: S704  (likewise)
    }
    return jinja


def problem(error: TemplateError) -> TemplateProblem:
    """Jinja's error as a sentence with the template's place."""
    place = next(_places(error), "")
    return TemplateProblem(f"{place}{error.message or type(error).__name__}")


def _places(error: TemplateError) -> Iterator[str]:
    """File and line of a template error: its own where it has them, else the innermost template of the traceback."""
    if getattr(error, "filename", None):
        yield f"{error.filename}:{error.lineno}: "  # type: ignore[attr-defined]  (TemplateSyntaxError)
    frames = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__jinja_template__") is not None:
            frames.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}: ")
        trace = trace.tb_next
    yield from reversed(frames)
