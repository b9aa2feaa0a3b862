"""Signs: operators, relations, brackets, scripts that are one character."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from msgspec.structs import replace

from bpsym.verify.lexing import commands, words
from bpsym.verify.lexing.pen import NEAR, Pen, Token
from bpsym.verify.symbols import (
    ACCENTS,
    COMMANDS,
    DROPPED,
    FRACTIONS,
    SIGNS,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    TEXTUAL,
    UNIT,
    UNIT_NAMES,
)

_LONG: Final = {
    ":=": ("relation", ":="), "=>": ("implies", "⇒"), "->": ("relation", "→"), "-->": ("relation", "→"),
    "~=": ("relation", "≈"), "≈=": ("relation", "≈"), "!=": ("relation", "≠"), "<=": ("relation", "≤"),
    ">=": ("relation", "≥"), "+=": ("relation", "+="), "-=": ("relation", "-="), "**": ("sup", "**"), "||": ("bar",
    "‖"),
}  # fmt: skip


def row(pen: Pen, _written: str, start: int, end: int) -> None:
    r"""Two backslashes: a new row, or a command with its backslash doubled for Jekyll (`\\frac`)."""
    command = re.compile(r"[A-Za-z]+").match(pen.text, end)
    if command and end - start == 3 and command.group() == "end":  # a row, and the end of its matrix
        end = pen.position = end - 1
    elif (
        command
        and end - start == 2
        and command.group() in (*COMMANDS, *DROPPED, *TEXTUAL, "begin", "end")
        and pen.text[end - 1] == "\\"
        and not pen.text[max(0, start - NEAR) : start].rstrip(" ").endswith("\n")
        and doubled(pen)
    ):
        pen.position = command.end()
        commands.command(pen, "\\" + command.group(), start, command.end())
        return
    pen.put("row", "", start, end)


def doubled(pen: Pen) -> bool:
    """Are all commands of this formula written with two backslashes?"""
    return not re.search(r"(?<!\\)\\[A-Za-z]", pen.text)


def low(pen: Pen, run: str, start: int, end: int) -> None:
    """Subscript characters; of a unit behind its name they are what digits are: `out h₁` is `out h1`."""
    digits = "".join(SUBSCRIPTS.get(character, character) for character in run)
    if not pen.flavour.tex and len(pen.out) > 1 and _names_unit(pen.out[-2], pen.out[-1], digits):
        pen.out[-1] = replace(pen.out[-1], tail=digits, end=pen.source.ends[end - 1])
        return
    raised(pen, run, start, end, "sub", SUBSCRIPTS)


def _names_unit(name: Token, letter: Token, digits: str) -> bool:
    return (
        name.kind == letter.kind == "word"
        and name.text in UNIT_NAMES
        and letter.gap
        and not (name.tail or letter.tail)
        and UNIT.fullmatch(letter.text + digits) is not None
    )


def high(pen: Pen, run: str, start: int, end: int) -> None:
    """Superscript characters."""
    raised(pen, run, start, end, "sup", SUPERSCRIPTS)


def raised(pen: Pen, run: str, start: int, end: int, kind: str, plain: dict[str, str]) -> None:
    """₁₁ and ⁽²⁾: a script with braces."""
    pen.put(kind, "_" if kind == "sub" else "^", start, end)
    pen.put("begin-group", "{", start, end)
    position = 0
    letters = "".join(plain.get(character, character) for character in run)
    for part in re.finditer(r"\d+|.", letters):
        written = part.group()
        here = start + position
        position += len(written)
        if written.isdigit():
            pen.put("number", written, here, here + len(written))
        elif written.isalpha():
            pen.put("word", written, here, here + 1)
        else:
            pen.put(*SIGNS[written], here, here + 1)
    pen.put("end-group", "}", start, end)


def several(pen: Pen, written: str, start: int, end: int) -> None:
    """A sign of several characters."""
    if written.startswith(("——", "--")):
        pen.put("relation", "→", start, end)
    elif written.startswith("<-"):
        # `a <-0.5` is a comparison with a negative number
        if pen.text[end : end + 1].isdigit() or pen.text[end : end + 1] == ".":
            pen.position = start + 1
            pen.put("relation", "<", start, start + 1)
        else:
            pen.put("relation", "←", start, end)
    elif written[0] in ".。":
        pen.put("dots", "…", start, end)
    elif written == "//":
        pen.put("note", "//", start, end)
    elif written.startswith("=="):
        pen.put("relation", "=", start, end)
    elif written in ("+=", "-=") and pen.flavour.tex:
        pen.position = start + 1
        pen.put("operator", written[0], start, start + 1)
    else:
        pen.put(*_LONG[written], start, end)


def single(pen: Pen, sign: str, start: int, end: int) -> None:
    """One character."""
    kind, text = SIGNS.get(sign, ("unknown", sign))
    if kind == "unknown" and composed(pen, sign, start, end):
        return
    if kind == "open":
        pen.depth += 1
    elif kind == "close":
        pen.depth -= 1
    elif sign == "~" and pen.flavour.tex:
        if pen.text[start - 1 : start] == "~" and pen.out and pen.out[-1].kind != "space":  # two and more are wide
            pen.put("space", "", start, end)
        pen.gap = True
        return
    elif sign == "!" and _is_factorial(pen):
        kind = "unknown"
    elif sign == "@" and pen.flavour.ascii_math:
        text = "⊙"
    elif sign == "Σ" and pen.next(end)[:1] == "'":
        kind, text = "word", "Sigma"
    elif kind == "space" and sign != "⇥":
        pen.gap = True
        return
    elif sign == "?" and re.match(r"\s?[A-Za-z]", pen.text[end : end + 2]):
        kind, text = "diff", "∂"  # what is left of ∂ on pages copied without their fonts
    elif sign == "_" and re.match(r"\s*\\?_", pen.text[end : end + 3]):
        return
    elif sign == "." and _is_dot_product(pen, end):
        kind, text = "operator", "·"
    elif sign == "+" and _is_mark(pen, end):
        pen.put("sup", "^", start, end)
    pen.put(kind, text, start, end)


def _is_factorial(pen: Pen) -> bool:
    """The sign of `3!` in a formula: no exclamation."""
    last = pen.out[-1] if pen.out else None
    return pen.flavour.tex and not pen.gap and last is not None and last.kind in ("number", "word", "close")


def _is_dot_product(pen: Pen, end: int) -> bool:
    """The point of `v . d`, set apart, in plain text."""
    last = pen.out[-1] if pen.out else None
    apart = pen.gap and not pen.flavour.tex and last is not None and last.kind in ("word", "close")
    return apart and re.match(r"[ ](?:[A-Za-z]{1,2}\d{0,2}(?![A-Za-z])|[(\[])", pen.text[end : end + 6]) is not None


def _is_mark(pen: Pen, end: int) -> bool:
    """The plus of `w5+ = 0.4 - …`, the new value."""
    last = pen.out[-1] if pen.out else None
    return (
        not pen.flavour.tex
        and last is not None
        and last.kind in ("word", "number")
        and not pen.gap
        and re.match(r"[ \t]+:?(?:=|≈)", pen.text[end : end + 8]) is not None
    )


def composed(pen: Pen, sign: str, start: int, end: int) -> bool:
    """½, ŷ, and accents that follow their letter."""
    if sign in FRACTIONS:
        above, below = FRACTIONS[sign]
        for kind, text in (
            ("open", "("),
            ("number", str(above)),
            ("operator", "/"),
            ("number", str(below)),
            ("close", ")"),
        ):
            pen.put(kind, text, start, end)
        return True
    letters = unicodedata.normalize("NFD", sign)
    if len(letters) == 2 and letters[0].isascii() and letters[1] in ACCENTS:
        pen.put("accent", ACCENTS[letters[1]], start, end)
        words.word_with_tail(pen, letters[0], start, end)
        return True
    if sign in ACCENTS and pen.out and pen.out[-1].kind == "word":
        last = pen.out.pop()
        pen.out += [replace(last, kind="accent", text=ACCENTS[sign], tail=""), replace(last, gap=False)]
        return True
    return False
