"""Numbers and words: which letters are one name, which are a product, which are words of the text."""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from bpsym.verify.lexing.pen import DIGITS, Pen
from bpsym.verify.symbols import (
    COMMANDS,
    CONNECTIVES,
    FUNCTIONS,
    GREEK,
    GREEK_WORDS,
    MARK_WORDS,
    SIGN_WORDS,
    WORDS,
)

_WHOLE_DERIVATIVE: Final = re.compile(
    r"d([LJEC]|[Ll]oss|[Oo]ut|[Nn]et|[azyhs])(\d*)(_?)d([A-Za-z]|net|out|[Ww]h|[Ww]o|hidden|bias)(\d*)(?![A-Za-z(])",
)

_UNIT_WORDS: Final = {  # what stands behind a unit's name, and the word for that in front of one
    "input": "net", "in": "net", "net": "net", "output": "out", "out": "out", "actual": "out", "ideal": "target",
    "target": "target", "error": "error", "delta": "delta",
}  # fmt: skip
_OF_UNIT: Final = re.compile(rf"(?:{'|'.join(sorted(_UNIT_WORDS, key=len, reverse=True))})(?![A-Za-z0-9_])")
_PLAIN: Final = frozenset(["pi", "yd", "Yd"])  # where letters beside each other may be a product; y_d: as desired
_SET_APART: Final = re.compile(r" \. (\d+)(?![\d.])")
_NAMED_SUM = re.compile(r"\s*=|_(?:[A-Za-z]{3,}\w*|[A-Za-z]+\d+|[A-Za-z](?=\s+=|\s*[-+*/)]|\s*$))(?![\w(])")  # a name


def number(pen: Pen, written: str, start: int, end: int) -> None:
    """A numeral; what may be a thousands separator and what not depends on where it stands."""
    if "," in written and "{" not in written and "\\" not in written:
        whole_part = written.split(",", 1)[0]
        if pen.depth or whole_part == "0" or (pen.flavour.decimal_comma and written.count(",") == 1):
            end = start + len(whole_part)
            written = pen.text[start:end]
            pen.position = end
    has_comma = pen.flavour.decimal_comma and pen.text[end : end + 1] == ","
    if has_comma and not any(sign in written for sign in ".eE"):
        more = DIGITS.match(pen.text, end + 1)
        if more:
            end = pen.position = more.end()
            written = pen.text[start:end]
    if pen.flavour.decimal_comma and written.count(",") == 1 and "." not in written:
        written = written.replace("{,}", ".").replace(",", ".")  # 1,032 is little more than 1
    if pen.flavour.tex and written.isdigit() and (apart := _SET_APART.match(pen.text, end)):  # 0 . 6, by OCR
        written, end = written + "." + apart.group(1), apart.end()
        pen.position = end
    if pen.text.startswith(("...", "…"), end) and not pen.text[end : end + 40].lstrip(".…")[:1].isdigit():
        dots = 3 if pen.text.startswith("...", end) else 1
        pen.position = end + dots
        pen.put("number", written + "...", start, end + dots)
        return
    pen.put("number", written, start, end)


def letters(pen: Pen, run: str, start: int, end: int) -> None:
    """A run of letters."""
    after_script = bool(pen.out) and pen.out[-1].kind in ("sub", "sup") and (not pen.gap or pen.flavour.tex)
    if after_script:
        if not (run[0] == "d" and divides(pen, run)):
            script_word(pen, run, start, end)
            return
        pen.out[-1] = replace(pen.out[-1], kind="operator", text="/")
    if pen.text.startswith("{", end) and COMMANDS.get(run, ("",))[0] in ("frac", "sqrt", "accent"):
        pen.put(*COMMANDS[run], start, end)  # a backslash lost on the way: frac{1}{2}
        return
    if run in SIGN_WORDS and not pen.flavour.tex and not (run == "sum" and _NAMED_SUM.match(pen.text, end)):
        kind, sign = SIGN_WORDS[run]
        if not (pen.flavour.code and kind == "big"):
            pen.put(kind, sign, start, end)
            return
    if run == "x" and stands_for_times(pen, start, end):
        pen.put("operator", "x", start, end)
        return
    if run[0] == "d" and whole_derivative(pen, start):
        return
    word(pen, run, start, end)


def whole_derivative(pen: Pen, start: int) -> bool:
    """`dLdW1`, `dE_dw5`, `dJda2`: a derivative in one word."""
    match = _WHOLE_DERIVATIVE.match(pen.text, start)
    if match is None:
        return False
    pen.put("diff", "d", start, start + 1)
    pen.put("word", match.group(1), match.start(1), match.end(1), match.group(2))
    pen.put("operator", "/", match.start(4) - 1, match.start(4))
    pen.put("diff", "d", match.start(4) - 1, match.start(4))
    pen.put("word", match.group(4), match.start(4), match.end(), match.group(5))
    pen.position = match.end()
    return True


def divides(pen: Pen, run: str) -> bool:
    """Whether an underscore divides: `da1_1_dz1_1`, a derivative in one word, whose first name has indices."""
    if pen.flavour.tex or not _is_quantity(run[1:]):
        return False
    before = next((token for token in reversed(pen.out) if token.kind not in ("sub", "word", "number")), None)
    return before is not None and (before.kind, before.text) == ("diff", "d")


def stands_for_times(pen: Pen, start: int, end: int) -> bool:
    """`0.5 x 0.3`: an x alone between two numbers or brackets; `w1 x1` has none."""
    if pen.text[start - 1 : start].isspace() and pen.text[end : end + 1].isdigit():
        return False
    before, after = pen.previous(start)[-1:], pen.next(end)
    return (
        bool(before)
        and (before.isdigit() or before in ")]")
        and bool(re.match(r"-?[\d.(]", after))
        and not pen.text.startswith(("_", "^", "("), end)
    )


def word(pen: Pen, run: str, start: int, end: int) -> None:
    """A run of letters as a name, a product of two, or a differential."""
    plain = run in _PLAIN and not pen.flavour.tex
    known = run in WORDS or run in pen.flavour.words or run in GREEK_WORDS or plain
    if run[0] == "d" and len(run) > 1 and not known and (_is_quantity(run[1:]) or run[1:] in pen.flavour.words):
        pen.put("diff", "d", start, start + 1)
        word_with_tail(pen, run[1:], start + 1, end)
        return
    dotted = not pen.flavour.tex and re.match(r"\.[A-Za-z]", pen.text[end : end + 2]) is not None
    if (
        len(run) == 2
        and not known
        and not dotted
        and not pen.flavour.code
        and run not in CONNECTIVES
        and run not in FUNCTIONS
    ):
        pen.put("word", run[0], start, start + 1)
        word_with_tail(pen, run[1], start + 1, end)
        return
    word_with_tail(pen, run, start, end)


def word_with_tail(pen: Pen, run: str, start: int, end: int) -> None:
    """A name with the digits behind it, or a word of the text."""
    if run in CONNECTIVES and (pen.gap or not pen.out) and not pen.text.startswith(("_", "^"), end):
        following = pen.next(end)[:1]
        if (following.isalpha() or following in "\\$" or following.isdigit() or not following) and run not in (
            "a",
            "in",
        ):
            pen.put("note", run, start, end)
            return
    digits = DIGITS.match(pen.text, end)
    tail = digits.group() if digits else ""
    if digits:
        end = pen.position = digits.end()
        of_unit = None if pen.flavour.tex or len(run) > 1 else _OF_UNIT.match(pen.text, end)
        if of_unit:  # H1input
            pen.position = of_unit.end()
            pen.put("word", _UNIT_WORDS[of_unit.group()], start, of_unit.end(), run + tail)
            return
    pen.put("word", run, start, end, tail)


def script_word(pen: Pen, run: str, start: int, end: int) -> None:
    """What belongs to a script without braces: in TeX a letter with its digits or a word we know, else everything."""
    if pen.flavour.tex and run not in WORDS and run not in MARK_WORDS and run not in pen.flavour.words:
        known = next((word for word in MARK_WORDS if run.startswith(word) and len(word) > 2), None)
        if known is None and len(run) > 1 and (run == "total" or run.startswith("tot")):
            known = run
        keep = len(known) if known else 1
        digits = DIGITS.match(pen.text, start + keep) if keep == len(run) and pen.out[-1].kind == "sub" else None
        stop = digits.end() if digits else start + keep
        pen.position = stop
        pen.put("word", run[:keep], start, stop, digits.group() if digits else "")
        return
    digits = DIGITS.match(pen.text, end)
    stop = digits.end() if digits else end
    if not pen.flavour.tex:
        more = re.compile(r"[A-Za-z0-9]*").match(pen.text, stop)
        if more and more.group() and not more.group()[0].isdigit():
            stop = more.end()
            pen.position = stop
            pen.put("word", pen.text[start:stop], start, stop)
            return
    pen.position = stop
    pen.put("word", run, start, stop, digits.group() if digits else "")


def greek(pen: Pen, letter: str, start: int, end: int) -> None:
    """A Greek letter with the unit or number behind it."""
    digits = DIGITS.match(pen.text, end)
    unit = None if pen.flavour.tex else re.compile(r"[hoxiHO]\d+(?![.\d])").match(pen.text, end)
    if digits:
        end = pen.position = digits.end()
    pen.put("word", GREEK.get(letter, letter), start, end, digits.group() if digits else unit.group() if unit else "")
    if unit and not digits:
        pen.position = unit.end()


def _is_quantity(rest: str) -> bool:
    """May what follows a d be differentiated?  One letter, a Greek word, or the name of a quantity."""
    return len(rest) == 1 or rest in GREEK_WORDS or rest in _DIFFERENTIATED or bool(_UNIT_WORD.fullmatch(rest))


_UNIT_WORD: Final = re.compile(r"(?:net|out|Net|Out)[hoHO]")  # neth1, outo
_DIFFERENTIATED: Final = frozenset(
    "net out in Net Out Loss loss LOSS MSE mse cost Cost BCE CE Etotal error Error hidden output target".split(),
)
