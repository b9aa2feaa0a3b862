"""Tokens, and the hand that writes them down."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify import limits

if TYPE_CHECKING:
    from bpsym.verify.source import Source

DIGITS: Final = re.compile(r"\d+(?!\.?\d)")  # not the beginning of a decimal
SHOWN: Final = 20  # digits of a name that is too long to be one
NEAR: Final = 40  # so many characters before and behind a token are looked at


class Token(Struct, frozen=True, gc=False):
    """A sign with its place in the document."""

    kind: str
    text: str
    start: int
    end: int
    gap: bool = False  # blank space before it
    tail: str = ""  # of a word: digits written right behind it


class Flavour(NamedTuple):
    """How a stretch of mathematics is written."""

    tex: bool = True  # one letter after _ and ^, short runs of letters are products
    code: bool = False  # names as in a programming language
    ascii_math: bool = False  # MathJax's AsciiMath: @ is the elementwise product
    decimal_comma: bool = False  # 0,05
    words: frozenset[str] = frozenset()  # further names of more than one letter


class Pen(Struct):
    """State of one pass over a formula: where we are, what we have."""

    text: str  # one character for each of the source, signs that mean the same made the same
    source: Source
    flavour: Flavour
    out: list[Token] = []
    position: int = 0
    gap: bool = False  # blank space since the last token
    depth: int = 0  # of round and square brackets

    def put(self, kind: str, text: str, start: int, end: int, tail: str = "") -> None:
        """Append a token written at local offsets `start` to `end`; with too many digits behind it a word is none."""
        if len(tail) > limits.DIGITS:
            kind, text, tail = "unknown", f"{text}{tail[:SHOWN]}…", ""
        self.out.append(Token(kind, text, self.source.starts[start], self.source.ends[end - 1], self.gap, tail))
        self.gap = False

    def percent(self, end: int) -> bool:
        """Make the numeral just written one of hundredths; false where there is none."""
        if not self.out or self.out[-1].kind != "number" or "%" in self.out[-1].text:
            return False
        last = self.out.pop()
        self.out.append(replace(last, text=last.text + "%", end=self.source.ends[end - 1]))
        return True

    def next(self, end: int) -> str:
        """What follows an offset, blanks left out."""
        return self.text[end : end + NEAR].lstrip()

    def previous(self, start: int) -> str:
        """What comes before an offset, blanks left out."""
        return self.text[max(0, start - NEAR) : start].rstrip()
