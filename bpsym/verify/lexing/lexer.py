"""Source to tokens: LaTeX, plain text and AsciiMath alike.

One pass: a sign that is a token wherever it stands is looked up, anything else is told by one regular expression. What
the grammar needs to know of a command or a sign stands in `symbols`. The flavours differ in little: TeX takes one
letter after `_` and `^`, everybody else a word.
"""

from __future__ import annotations

import re
from functools import cache
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Final

from bpsym.verify import limits
from bpsym.verify.effort import spend
from bpsym.verify.lexing import commands, signs, words
from bpsym.verify.lexing.passes import bare_scripts, cases_in_a_line, names_from_notes, spaced_words, sums_along_axes
from bpsym.verify.lexing.pen import Flavour, Pen, Token
from bpsym.verify.symbols import ONE_FOR_ONE, SIGNS, SUPERSCRIPTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from bpsym.verify.source import Source

__all__ = ["CJK", "Flavour", "Token", "tokens"]

FIRST_CJK: Final = "\u2e80"
_BLOCKS: Final = ("\u4e00\u9fff", "\u2e80\u2fdf", "\u3040\u30ff", "\u3400\u4dbf", "\uf900\ufaff", "\uac00\ud7af")
CJK: Final = "".join(f"{first}-{last}" for first, last in _BLOCKS)  # slow to compile

_UNDER_A_HAT: Final = "âêîôûÂÊÎÔÛ"
_ACCENTED: Final = "àáäåæçèéëìíïñòóöøùúüýßÀÁÄÅÆÇÈÉËÌÍÏÑÒÓÖØÙÚÜÝœŒ"  # of words: a letter under a hat may be an estimate
_COMMON: Final = (
    r"(?P<blank>[\s\u200b]+)"
    r"|(?P<number>(?:\d{1,3}(?:(?:,|\{,\}|\\,|\\ )\d{3})+(?!\d)(?:\.\d+)?"
    r"|\d+(?:\{[.,]\}\d+|\.\d+|\.(?=[eE\s)\]},;&+*/\\=-]|$)(?!\.))?|\.\d+)"
    r"(?:[eE][+-]?\d+(?!\.?\d))?)"
    r"|(?P<row>\\\\+(?:\*)?(?:\s{0,3}\[-?[\d.]+\s*(?:pt|em|ex|mm|cm|in)\])?)"
    r"|(?P<command>\\(?:[A-Za-z]+\*?|.|$))"
    r"|(?P<comment>%[^\n]*)"
    rf"|(?P<foreign>[A-Za-z]*(?:[{_ACCENTED}]|[{_UNDER_A_HAT}](?=[A-Za-z{_ACCENTED}]{{2}})|(?<=[A-Za-z]{{2}})[{_UNDER_A_HAT}])"
    rf"[A-Za-z{_ACCENTED}{_UNDER_A_HAT}]*)"
    r"|(?P<letters>[A-Za-z]+)"
)
_HIGH: Final = "".join(SUPERSCRIPTS)
_BETWEEN_CJK: Final = frozenset("、，。；：_")
_BEYOND_ASCII: Final = (
    r"|(?P<circled>[①-⑳])"
    r"|(?P<greek>[α-ωΓΘΛΞΠΦΨΩϵϕϑℓµς])"
    r"|(?P<low>[₀-₎ₐ-ₜᵢᵣᵤᵥⱼ]+)"
    rf"|(?P<high>[{_HIGH}]+)"
)
_SIGNS: Final = (
    r"|(?P<long>:=|<-+|=>|->|-->|——+>?|~=|≈=|==+|!=|<=|>=|\+=|-=|\*\*|\|\||\.\.\.+|。。+|//)"
    r"|(?P<sign>.)"
)
_ASCII: Final = re.compile(_COMMON + _SIGNS, re.DOTALL)
_PLAIN: Final = {
    sign: (kind, text, {"open": 1, "close": -1}.get(kind, 0))
    for sign, (kind, text) in SIGNS.items()
    if kind not in ("space", "unknown") and sign not in "~@Σ.。"  # what these mean depends on what stands around them
}
_LETTERS: Final = re.compile(r"[A-Za-z]+")
BEGUN, LEXED = 20, 1.2  # units of work a formula is, and each of its characters
_LONGER: Final = frozenset("=>-*/|")  # a sign before one of these may be the first of several
_SCRIPT: Final = frozenset("{" + ascii_letters + digits)  # behind `_`: no second underscore


@cache
def _beyond_ascii() -> re.Pattern[str]:
    """Tokens that begin beyond ASCII, in writing that has spaces between its words."""
    return re.compile(_COMMON + _BEYOND_ASCII + _SIGNS, re.DOTALL)


def _is_cjk(sign: str) -> bool:
    return any(first <= sign <= last for first, last in _BLOCKS)


def tokens(source: Source, flavour: Flavour) -> list[Token]:
    """All tokens, comments and layout left out; at most a few more than `limits.FORMULA_TOKENS`."""
    text, starts, ends, out = source.text.translate(ONE_FOR_ONE), source.starts, source.ends, list[Token]()
    pen = Pen(text, source, flavour, out)
    spend(BEGUN + LEXED * len(text))
    size, ascii_token, handlers, plain_signs = len(text), _ASCII.match, _HANDLERS, _PLAIN
    while (start := pen.position) < size and len(out) <= limits.FORMULA_TOKENS:
        sign, following = text[start], text[start + 1 : start + 2]
        plain = None if sign == "+" and following == " " and not pen.gap else plain_signs.get(sign)  # w5+ = 0.36
        if plain is not None and (following in _SCRIPT if sign == "_" else following not in _LONGER):
            kind, written, deeper = plain
            out.append(Token(kind, written, starts[start], ends[start], pen.gap))
            pen.gap = False
            pen.depth += deeper
            pen.position = start + 1
            continue
        if sign == " " and " " < following < "\x7f":
            pen.gap = True
            pen.position = start + 1
            continue
        if sign < "\x80":
            match = ascii_token(text, start)
        elif not _is_cjk(sign):
            match = _beyond_ascii().match(text, start)
        else:
            _cjk(pen, start)
            continue
        if match is None:  # cannot happen: the last alternative takes any character
            break
        pen.position = match.end()
        handlers[match.lastgroup or "sign"](pen, match.group(), start, match.end())
    found = out if flavour.tex else cases_in_a_line(out)
    found = sums_along_axes(found) if "np.sum" in text else found
    return names_from_notes(spaced_words(bare_scripts(found)))


def _blank(pen: Pen, written: str, start: int, end: int) -> None:
    """Blank space; a tab sets columns apart in plain text."""
    if "\t" in written and not pen.flavour.tex and pen.out:
        pen.put("space", "", start, end)
    pen.gap = True


def _comment(pen: Pen, _written: str, start: int, _end: int) -> None:
    """TeX's comments; elsewhere a per cent sign."""
    if not pen.flavour.tex:
        pen.position = start + 1
        if not pen.percent(start + 1):
            pen.put("unknown", "%", start, start + 1)


def _cjk(pen: Pen, start: int) -> None:
    """A run of words with no spaces between them, to the last sign of the script itself."""
    end = start + 1
    for place in range(end, len(pen.text)):
        sign = pen.text[place]
        if _is_cjk(sign):
            end = place + 1
        elif not (sign.isalnum() or sign in _BETWEEN_CJK):
            break
    pen.position = end
    pen.put("note", pen.text[start:end], start, end)


def _foreign(pen: Pen, run: str, start: int, end: int) -> None:
    """A word with accents, in plain text; in TeX its letters are read one by one."""
    if not pen.flavour.tex:
        pen.put("word", run, start, end)
        return
    plain = _LETTERS.match(run)
    if plain is not None:
        pen.position = start + plain.end()
        words.letters(pen, plain.group(), start, pen.position)
        return
    pen.position = start + 1
    signs.single(pen, run[0], start, start + 1)


def _circled(pen: Pen, sign: str, start: int, end: int) -> None:
    pen.put("label", sign, start, end)


_HANDLERS: Final[dict[str, Callable[[Pen, str, int, int], None]]] = {
    "blank": _blank,
    "comment": _comment,
    "number": words.number,
    "foreign": _foreign,
    "letters": words.letters,
    "greek": words.greek,
    "command": commands.command,
    "row": signs.row,
    "low": signs.low,
    "high": signs.high,
    "long": signs.several,
    "sign": signs.single,
    "circled": _circled,
}
