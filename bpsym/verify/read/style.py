"""What holds for a whole document: its macros, its decimal sign, its words that are names."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from msgspec import Struct, field

from bpsym.verify.lexing.lexer import Flavour
from bpsym.verify.read import macros

TEX_COMMAND: Final = re.compile(
    r"\\(?:frac|partial|text|sum|delta|eta|sigma|times|cdot|begin|left|dfrac|mathrm|alpha)\b|_\{"
)
_ASSIGNED: Final = re.compile(r"(?:^[ \t>*-]*|[,;][ \t]{1,3})([A-Za-z]{3,12})\d{0,3}[ \t]*:?=", re.MULTILINE)
MOST_WORDS: Final = 40
THOUSAND: Final = 3  # digits behind a separator of thousands
POINTS: Final = 10  # figures with a comma to one with a point: a section's number, a version
COMMAS: Final = 3  # figures that make it the decimal sign
_SET_TO: Final = re.compile(r"(?:^|[ \t]{2}|[,;] ?|`)[ \t]{0,12}([A-Za-z]{1,2})[ \t]{0,12}:?=(?!=)", re.MULTILINE)


class Style(Struct, frozen=True):
    """What holds for a whole document."""

    text: str
    defined: dict[str, macros.Macro] = {}
    budget: macros.Budget = field(default_factory=macros.Budget)
    decimal_comma: bool = False
    words: frozenset[str] = frozenset()
    ascii_math: bool = False

    def flavour(self, *, tex: bool = True, ascii_math: bool = False) -> Flavour:
        """The lexer's settings for a formula of it."""
        return Flavour(tex=tex, ascii_math=ascii_math, decimal_comma=self.decimal_comma, words=self.words)


def style(text: str) -> Style:
    """Look a document over once."""
    points = len(re.findall(r"(?<![\d.])\d+\.\d+(?![\d.])", text))
    commas = re.findall(r"(?<![\d.,\[(}])-?(\d+)(?:,|\{,\})(\d+)(?![\d,.{])", text)
    long = [whole for whole, part in commas if len(part) > 1 or whole == "0"]
    decimals = any(whole == "0" or len(part) != THOUSAND for whole, part in commas)
    named = re.findall(r"(?:^|[\s$,;(&=])([A-Za-z]{2})(?=\s{0,3}(?:_\{?\w{1,20}\}?)?\s{0,3}(?::?=|＝))", text)
    single = set(re.findall(r"(?:^|[\s$,;(&=}])([A-Z])(?=\s{0,3}(?::?=|＝))", text))
    return Style(
        text,
        macros.definitions(text),
        macros.Budget(),
        points * POINTS <= len(long) and decimals and len(long) >= COMMAS,
        frozenset(word for word in named if (word.isupper() and not {*word} <= single) or word in ("in", "lr"))
        | _reckoned(text)
        | _paired(text),
        bool(re.search(r"`[^`]*(?:\(del |sum_\(|_\(\w)", text)),
    )


def _reckoned(text: str) -> frozenset[str]:
    """Words that get a value at the beginning of a line, and are reckoned with elsewhere: `neto = …`, `(neto - t)`."""
    words = islice(dict.fromkeys(match.group(1) for match in _ASSIGNED.finditer(text)), MOST_WORDS)
    return frozenset(
        word for word in words if re.search(rf"[*/(+·×]\s?d?{word}\d*\b|(?<![A-Za-z]){word}\d*\s?[*/)+·×]", text)
    )


def _paired(text: str) -> frozenset[str]:
    """Two letters that are one name in plain text, where w and z are not both names: `wz = 0.4` or `wz*x`."""
    if TEX_COMMAND.search(text):
        return frozenset()
    names = dict.fromkeys(islice((match.group(1) for match in _SET_TO.finditer(text)), MOST_WORDS * 4))
    return frozenset(
        word
        for word in names
        if len(word) > 1
        and not all(letter in names for letter in word)
        and re.search(
            rf"[*/+×·(] ?d?{word}\b|(?<![A-Za-z]){word} ?(?:[*/)+×·]|:?= ?[-−]?[\d.]+(?:,? |,?$))", text, re.MULTILINE
        )
    )
