"""Sentences with formulas in them, and how plain text is escaped for each format.

Templates write `say("The derivative by %(weight)s", weight=formula)`. What comes out is a Text: literal pieces, which
are escaped when they are printed, and the formulas between them, which are set inline.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html import escape as escape_html
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from bpsym.errors import BpsymError, choices
from bpsym.printing.layout import Formula, Number
from bpsym.rounding import Numeral
from bpsym.spec.schema import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from gettext import NullTranslations

Piece: TypeAlias = "str | Formula | Numeral"


class Text(Struct, frozen=True):
    """A sentence: strings, formulas and numbers in the order they are read."""

    pieces: tuple[Piece, ...]


Value: TypeAlias = "str | int | Formula | Numeral | Text"

FULL_STOPS = frozenset("，。：；、（")  # after which a Chinese word with Latin letters needs no space before it
_PLACE = re.compile(r"%(?:\((\w+)\)s|(%))")


@cache
def catalogue(language: str) -> NullTranslations:
    """The messages of a language; English stands in the templates. Raises BpsymError for an unknown language."""
    from gettext import NullTranslations, translation
    from pathlib import Path

    if language not in LANGUAGES:
        raise BpsymError(choices("language", language, LANGUAGES))
    if language == "en":
        return NullTranslations()
    return translation("bpsym", Path(__file__).parent.parent / "locale", [language])


def sentence(language: str, message: str, values: Mapping[str, Value]) -> Text:
    """A message in a language, with values at its places; raises BpsymError for a place without a value."""
    return _filled(catalogue(language).gettext(message), values)


def counted(language: str, one: str, many: str, count: int) -> Text:
    """A message in the form its `count` asks for; `one` and `many` are the forms of English."""
    return _filled(catalogue(language).ngettext(one, many, count), {"count": count})


def _filled(translated: str, values: Mapping[str, Value]) -> Text:
    pieces: list[Piece] = []
    end = 0
    for place in _PLACE.finditer(translated):
        _add(pieces, translated[end : place.start()])
        end = place.end()
        if place[2]:
            _add(pieces, "%")
        elif place[1] in values:
            _add(pieces, values[place[1]])
        else:
            raise BpsymError(f"the message {translated!r} has no value for %({place[1]})s; given: {', '.join(values)}")
    _add(pieces, translated[end:])
    return Text(tuple(pieces))


def _add(pieces: list[Piece], value: Value) -> None:
    """Append a value, strings beside strings joined."""
    match value:
        case Text(inner):
            for piece in inner:
                _add(pieces, piece)
        case Formula() | Numeral():
            pieces.append(value)
        case str() | int() if not isinstance(value, bool):
            begins = not pieces or (isinstance(pieces[-1], str) and pieces[-1][-1] in FULL_STOPS)
            text = str(value).lstrip(" ") if begins and str(value).strip() else str(value)
            if pieces and isinstance(pieces[-1], str):
                pieces[-1] += text
            elif text:
                pieces.append(text)
        case _:
            raise BpsymError(f"a template puts a {type(value).__name__} into a sentence")


def as_text(value: Value) -> Text:
    """Anything a sentence may hold as a sentence of its own."""
    pieces: list[Piece] = []
    _add(pieces, value)
    return Text(tuple(pieces))


def written(
    text: Text,
    escape: Callable[[str], str],
    inline: Callable[[Formula], str],
    *,
    apart: bool = False,
    bare: bool = True,
    marks: bool = False,
) -> str:
    """The text in a format.

    `apart`: a formula has a space between it and a letter, a digit or what is no ASCII punctuation; without one, GitHub
    does not see that its dollar begins a formula. `bare`: numbers are characters, not formulas. `marks`: what would
    begin a list or a heading at the start of a line gets a backslash.
    """
    result = ""
    after_formula = False
    for piece in text.pieces:
        match piece:
            case str():
                plain = clean(piece)
                if apart and after_formula and plain[:1].isalnum():
                    result += " "
                result += escape(plain) if result or not marks else _BLOCK_START.sub(r"\1\\\2", escape(plain))
            case Numeral(digits, 0) if bare:
                result += digits.replace("-", "\N{MINUS SIGN}")
            case _:
                if apart and result and not (result[-1].isspace() or result[-1] in "([\"'"):
                    result += " "
                result += inline(Formula(Number(piece)) if isinstance(piece, Numeral) else piece)
        after_formula = not isinstance(piece, str)
    return result


def clean(text: str) -> str:
    """Text without characters that show nothing: control characters become spaces, marks of direction vanish."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf" and character not in "\u200c\u200d":  # joiners belong to the spelling of some languages
        return ""
    return " " if category in ("Cc", "Zl", "Zp", "Cs", "Cn") else character


# --- Escaping, one function a format ---------------------------------------------------------------------------------

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
        "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
        "|": r"\textbar{}", "`": r"\textasciigrave{}", '"': r"\textquotedbl{}",
    }
)  # fmt: skip
_MARKDOWN = str.maketrans({c: "\\" + c for c in "\\`*_{}[]~|#"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"})
_TYPST = str.maketrans({c: "\\" + c for c in "\\#$*_`<>@[]~/"})
_BLOCK_START = re.compile(r"^(\s*\d*)([-+=.)])")  # what would begin a list, a heading or a rule at the start of a line


def latex(text: str) -> str:
    """Escape for LaTeX; ligatures that would change a character are broken up."""
    return text.translate(_LATEX).replace("--", "-{}-").replace("''", "'{}'")


def markdown(text: str) -> str:
    """Escape for GitHub's Markdown, in which a dollar beside maths needs an element of its own."""
    return text.translate(_MARKDOWN).replace("$", "<span>$</span>")


def notebook(text: str) -> str:
    """Escape for Jupyter's Markdown."""
    return text.translate(_MARKDOWN).replace("$", r"\$")


def typst(text: str) -> str:
    """Escape for Typst's markup."""
    return text.translate(_TYPST).replace("--", r"-\-").replace("-?", r"\-?").replace("...", r".\..")


def typst_string(text: str) -> str:
    """Escape for a string of Typst's code."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def html(text: str) -> str:
    """Escape for HTML, attributes included."""
    return escape_html(text)


def plain(text: str) -> str:
    """Plain text needs no escape."""
    return text
