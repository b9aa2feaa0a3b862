"""Listings: programmes, sessions with an interpreter, and formulas that only stand in a fence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.grammar.statements import Formula
from bpsym.verify.read import code, prose, session
from bpsym.verify.read.found import SAID, TOO_LONG
from bpsym.verify.read.style import TEX_COMMAND
from bpsym.verify.read.unwrap import LINE, between_edges, columns, lines_of
from bpsym.verify.tree import Context, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bpsym.verify.read.found import Found
    from bpsym.verify.read.style import Style
    from bpsym.verify.source import Source

WORD: Final = re.compile(r"[^\W\d_]{2,}")
_WORDS: Final = ("", "text", "txt", "plain", "none", "markdown", "md")  # languages of a fence that is no programme
_NUMBERED: Final = re.compile(r"\d{1,2}[.)][ \t]+(?=\S)")  # `2. δ_o = …` in a list that a fence holds
_BOXED: Final = re.compile(r"[|│║]\s+([^|│║]*)[|│║]")  # a line of a box drawn around formulas
_REMARK: Final = re.compile(r"\s(?:←|⟵|<-+)\s+[A-Za-z]+\s+[A-Za-z]")  # words behind a formula: `← zero gradient!`
_COMMENT: Final = re.compile(r"\s(?:#|//)\s")
_ARROW: Final = re.compile(r"(?:=>|->|→|⇒|>|[-*](?=\s))\s*")
_GIVEN: Final = re.compile(r"[A-Za-z_]\w*\s*=\s*[\[\d.-][\[\],.\d\seE+-]*$")  # a name and its numbers in a programme


class Listings:
    """The listings of one text, in order: what is typed at a prompt in one may come to its value in another."""

    def __init__(self, found: Found, how: Style) -> None:
        self.found = found
        self.how = how
        self.typed = session.Session()
        self.places: dict[int, int] = {}  # where each equation typed at a prompt stands among the formulas

    def read(self, part: Source, language: str, context: Context) -> None:
        """Everything in one listing."""
        goes_on = bool(self.typed.formulas) and session.begins_with_prompt(part.text)
        if language == "session" or goes_on or session.is_session(part.text):
            self._session(part, context)
            return
        self.found.calls.extend(code.calls(part))
        programme = language not in _WORDS or code.is_programme(part.text)
        shown = code.worked(part) if programme else []
        if shown:
            self._add(shown, context)
            return
        if programme:
            self._add(code.arrays(part), context)
        position = 0
        for _, line in lines_of(LINE.findall(part.text), frozenset()):
            piece = part[position : position + len(line)].stripped()
            position += len(line)
            if programme and piece.text.startswith("assert"):
                continue
            if len(piece) > limits.LINE_CHARACTERS:
                self.found.unreadable.append(Unreadable(piece.span(0, len(piece)), TOO_LONG))
            elif programme:
                self._add([piece] if _GIVEN.match(piece.text) else [], context)
            elif len(piece):
                self._line(piece, context)

    def _add(self, equations: Iterable[Source], context: Context) -> None:
        """Formulas in the notation of a programme."""
        self.found.formulas.extend(Formula(part, context, code.CODE, alone=False, guessed=True) for part in equations)

    def _session(self, part: Source, context: Context) -> None:
        """What was typed at a prompt, with what it came to; the value may stand in a later listing."""
        for step in session.steps(part):
            session.tie(self.typed, step)
        for number, equation in enumerate(self.typed.formulas):
            if number in self.places:
                place = self.places[number]
                self.found.formulas[place] = replace(self.found.formulas[place], source=equation)
            else:
                self.places[number] = len(self.found.formulas)
                self._add([equation], context)

    def _line(self, line: Source, context: Context) -> None:
        """A line of a fence that is no programme: LaTeX, formulas in plain text, or words."""
        if "\\" in line.text and TEX_COMMAND.search(line.text):
            self.found.formulas.append(Formula(line, context, self.how.flavour()))
            return
        if (boxed := _BOXED.fullmatch(line.text)) is not None:
            line = line[boxed.start(1) : boxed.end(1)].stripped()
        numbered = _NUMBERED.match(line.text)
        line = line[numbered.end() :] if numbered else line
        pieces = [piece for part in between_edges(line) for piece in _formulas(part, self.how)]
        for piece in pieces:
            said = prose.words_before(piece, line)
            around = replace(context, before=f"{context.before} {said}"[-SAID:]) if WORD.search(said) else context
            self.found.formulas.append(Formula(piece, around, self.how.flavour(tex=False), guessed=True))
        if not pieces:
            self.found.prose.extend(prose.sentences(line, self.how.text))


def _formulas(line: Source, how: Style) -> Iterator[Source]:
    """The formulas of a line in a fence: the whole of it, less an arrow in front, or those among its words."""
    if len(re.findall(r"[A-Za-z]{4,}", line.text)) <= 1 + line.text.count("=") and "=" in line.text:
        arrow = _ARROW.match(line.text)
        comment = _COMMENT.search(line.text) or _REMARK.search(line.text, line.text.index("="))
        yield from _side_by_side(line[arrow.end() if arrow else 0 : comment.start() if comment else len(line)])
    else:
        yield from prose.formulas(line, how.words, decimal_comma=how.decimal_comma)


def _side_by_side(line: Source) -> list[Source]:
    """The equations of a line set in columns, `W = 0.7   U = 0.1   b = 0.15`; any other line as it is."""
    found = columns(line)
    return found if all("=" in column.text for column in found) else [line]
