"""Sheets and keys as compiled templates: formulas are derived and printed once a structure, a student's numbers put in.

The printer is given slots instead of numbers: characters for private use, one for each thing that differs between
students. The finished document is split at them once; a student's document is the pieces with the fillings between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bpsym.options import SheetOptions
from bpsym.printing.layout import Formula, Number, Row, Sign
from bpsym.printing.writer import OTHERWISE
from bpsym.program import Role, head
from bpsym.render.document import document
from bpsym.render.text import clean
from bpsym.rounding import Numeral
from bpsym.sheet import picture
from bpsym.sheet.build import Given, Sheet
from bpsym.sheet.lines import Line, Work
from bpsym.variants.codes import code_picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sympy import Expr

    from bpsym.figures.layout import Drawing
    from bpsym.printing.layout import Box
    from bpsym.render.formats import Format
    from bpsym.variants.structure import Structure

BLANK, KEY = "blank", "key"
FOLDERS = {BLANK: "sheets", KEY: "keys"}
CODES = "codes"  # the folder of codes as pictures, in that of the sheets
NAME, ID, CODE, PICTURE, BEGIN, END = "name", "id", "code", "picture", "begin", "end"
FIRST_SLOT = 0xF0000  # the first of 65 534 characters for private use
# In MathML a slot stands in an element of its own, which its filling takes the place of.
_SLOT = re.compile("<mi>([\U000f0000-\U000ffffd])</mi>|([\U000f0000-\U000ffffd])")


@dataclass
class Slots:
    """Which character stands for what."""

    meaning: list[object] = field(default_factory=list)

    def take(self, what: object) -> str:
        """The character that stands for something."""
        if what not in self.meaning:
            self.meaning.append(what)
        return chr(FIRST_SLOT + self.meaning.index(what))


class AskedLine(Line, frozen=True):
    """A line of a key whose slot holds the relation sign as well as the number."""

    @property
    def parts(self) -> tuple[Formula, ...]:
        """The name and the answer."""
        return (Formula(self.name), Formula(Number(self.value))) if self.value is not None else (Formula(self.name),)


@dataclass
class HomeworkSheet(Sheet):
    """The sheet of a structure, with slots where students differ."""

    structure: Structure | None = None
    slots: Slots = field(default_factory=Slots)

    @property
    def kind(self) -> str:
        """The template."""
        return "homework"

    @property
    def mode(self) -> str:
        """Blank or key."""
        return self.options.kind

    @cached_property
    def work(self) -> Work:
        """Names only: every number is a slot."""
        expansion = self._structure.expansion
        return Work(self.program, expansion, None, self.options.notation, {}, OTHERWISE[self.options.lang])

    @property
    def _structure(self) -> Structure:
        if self.structure is None:
            raise ValueError("a homework sheet has a structure")
        return self.structure

    @cached_property
    def givens(self) -> list[Given]:
        """What is given, with a slot for each number."""
        found = []
        for quantity in self.program.inputs:
            entries = [e for e in self.work.expansion.entries(quantity.name) if e in self._structure.numbers]
            cells = tuple((self.name(entry), self.slots.take(("given", entry))) for entry in entries)
            if cells:
                found.append(Given(quantity.role, cells))
        return found

    @cached_property
    def asked(self) -> list[Line]:
        """One line for each value that is asked for."""
        found: list[Line] = []
        for number, asked in enumerate(self._structure.asked, 1):
            name = self.work.writer.name(asked.entry)
            if self.mode == KEY:
                value = Numeral(self.slots.take(("answer", number - 1)))
                found.append(AskedLine(number, name, (), None, value, asked.entry))
            else:
                found.append(Line(number, name, (), None, Numeral("0", exact=True), asked.entry))
        return found

    @property
    def asks_updates(self) -> bool:
        """Whether any updated value is asked for."""
        return Role.UPDATED in self._asked_roles

    @property
    def asks_derivatives(self) -> bool:
        """Whether any derivative is asked for."""
        return Role.ADJOINT in self._asked_roles

    @property
    def _asked_roles(self) -> set[Role]:
        return {self.program.get(head(asked.entry)).role for asked in self._structure.asked}

    @cached_property
    def figure(self) -> Drawing:
        """The network, without numbers."""
        return picture.network(self.work, self.title, "", computed=False)

    @property
    def slot(self) -> dict[str, str]:
        """The characters for what is no number."""
        return {what: self.slots.take(what) for what in (NAME, ID, CODE, PICTURE, BEGIN, END)}


@dataclass(frozen=True)
class Filling:
    """What a student's document holds."""

    name: str
    id: str
    code: str
    given: Mapping[Expr, str]  # as typed
    answers: tuple[Numeral, ...]


@dataclass(frozen=True)
class Template:
    """A document in pieces: texts at even places, the meaning of slots at odd ones."""

    format: Format
    pieces: tuple[Any, ...]
    files: Mapping[str, bytes]  # figures beside the document
    codes: str = ""  # the folder of the pictures of codes, where they are files

    def filled(self, filling: Filling) -> str:
        """The document of a student."""
        return "".join(self._fills(self.pieces, filling))

    def parts(self, filling: Filling) -> tuple[str, str]:
        """What stands before the student's part of a document, and that part: for booklets."""
        begin, end = self.pieces.index(BEGIN), self.pieces.index(END)
        before, body = self.pieces[:begin], self.pieces[begin + 1 : end]
        return "".join(self._fills(before, filling)), "".join(self._fills(body, filling))

    def _fills(self, pieces: tuple[Any, ...], filling: Filling) -> list[str]:
        return [piece if place % 2 == 0 else self._fill(piece, filling) for place, piece in enumerate(pieces)]

    def _fill(self, meaning: Any, filling: Filling) -> str:
        match meaning:
            case ("given", entry):
                digits, _, exponent = filling.given[entry].partition("e")
                return self._number(Number(Numeral(digits, int(exponent or 0), exact=True)))
            case ("answer", place):
                value = filling.answers[place]
                return self._number(Row((Sign("equal" if value.exact else "approx"), Number(value))))
            case "name" | "id" | "code":
                return self.format.escape(clean(getattr(filling, meaning)))
            case "picture" if self.codes:
                return f"![{filling.code}]({self.codes}{filling.code}.svg)"
            case "picture":
                return code_picture(filling.code, self.format.templates)
        return ""

    def _number(self, box: Box) -> str:
        if self.format.templates == "html":
            return mathml_number(box)
        return self.format.syntax.write(box)


def mathml_number(box: Box) -> str:
    """A sign and a number as MathML: what the converter from LaTeX would make of it, without its run time."""
    items = box.items if hasattr(box, "items") else (box,)
    found = []
    for item in items:
        if isinstance(item, Number):
            digits = item.numeral.digits
            found.append("<mo>−</mo>" * digits.startswith("-") + f"<mn>{digits.removeprefix('-')}</mn>")
            if item.numeral.exponent:
                minus = "<mo>−</mo>" * (item.numeral.exponent < 0)
                power = f"<mrow>{minus}<mn>{abs(item.numeral.exponent)}</mn></mrow>"
                found.append(f"<mo>×</mo><msup><mn>10</mn>{power}</msup>")
        elif isinstance(item, Sign):
            found.append('<mo form="infix">=</mo>' if item.key == "equal" else '<mo form="infix">≈</mo>')
    return "".join(found)


def template(structure: Structure, mode: str, format: Format, lang: str = "") -> Template:  # noqa: A002  (the field's word)
    """The sheet or the key of a structure, in a format, ready to be filled."""
    said = structure.description.sheet
    options = SheetOptions(mode, lang or said.language, said.notation, (), said.rounding)
    sheet = HomeworkSheet(structure.description, options, None, structure)
    markdown = format.templates == "markdown"
    beside = f"figures-{structure.number}/" if markdown else ""
    made = document(sheet, format, beside=beside)
    pieces: list[Any] = []
    end = 0
    for found in _SLOT.finditer(made.source):
        pieces += [made.source[end : found.start()], sheet.slots.meaning[ord(found[1] or found[2]) - FIRST_SLOT]]
        end = found.end()
    codes = "" if not markdown else f"{CODES}/" if mode == BLANK else f"../{FOLDERS[BLANK]}/{CODES}/"
    return Template(format, (*pieces, made.source[end:]), made.files, codes)
