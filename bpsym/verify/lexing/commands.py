"""LaTeX commands."""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from bpsym.verify.lexing.pen import DIGITS, Pen
from bpsym.verify.symbols import (
    CIRCLED,
    COMMANDS,
    CONNECTIVES,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    FUNCTIONS,
    GREEK,
    SIGNS,
    TEXTUAL,
)

_IDENTIFIER: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:(?:\s*\\?[_-]\s*|\s+)[A-Za-z0-9]+)*")
_ARGUMENT: Final = re.compile(r"\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_BOX: Final = re.compile(r"(?:\s*\[[^\[\]\n]{0,40}\]|\s*\{(?:[^{}\n]|\{[^{}\n]*\}){0,80}\}){0,4}")
_ENVIRONMENT: Final = re.compile(r"\s*\{\s*([A-Za-z]+\*?)\s*\}(?:\s*\[[^\]\n]{0,20}\])?")
_COLUMNS: Final = re.compile(r"\s*\{[lcr|@{}\s.!>p\d*]{0,40}\}")
STARRED: Final = DROPPED_WITH_ARGUMENT | {"tag"}  # commands whose star is their own
_DELIMITER_DOT: Final = re.compile(r"\s*\.")


def command(pen: Pen, written: str, start: int, end: int) -> None:
    """A backslash and what follows it."""
    name = written[1:]
    if name.endswith("*") and name not in TEXTUAL:
        name = name[:-1]
        if name not in STARRED:
            end = pen.position = end - 1
    if name in COMMANDS:
        kind, text = COMMANDS[name]
        if kind == "word":
            digits = DIGITS.match(pen.text, end) if text not in FUNCTIONS else None
            if digits:
                pen.position = digits.end()
            pen.put(kind, text, start, end, digits.group() if digits else "")
        elif kind == "dots" and pen.out and pen.out[-1].kind == "number" and "." in pen.out[-1].text and not pen.gap:
            last = pen.out.pop()
            pen.out.append(replace(last, text=last.text + "...", end=pen.source.ends[end - 1]))
        else:
            pen.put(kind, text, start, end)
    elif name in DROPPED:
        if name in ("left", "right"):
            dot = _DELIMITER_DOT.match(pen.text, end)
            if dot:
                pen.position = dot.end()
        pen.gap = True
    elif name in TEXTUAL:
        textual(pen, start, end)
    elif name == "num":
        numeral(pen, start, end)
    elif name in DROPPED_WITH_ARGUMENT:
        argument = _ARGUMENT.match(pen.text, end)
        pen.position = argument.end() if argument else end
    elif name in ("framebox", "makebox", "rule"):
        box = _BOX.match(pen.text, end)
        pen.position = box.end() if box else end
        pen.put("begin-group", "{", start, pen.position)
        pen.put("end-group", "}", start, pen.position)
    elif name in ("begin", "end"):
        environment(pen, name, start, end)
    elif name in ("tag", "textcircled", "circled", "textcircle"):
        tag(pen, name, start, end)
    elif len(name) <= 1:
        escaped(pen, name, start, end)
    else:
        unknown_command(pen, name, start, end)


_NUM: Final = re.compile(r"(?:\s*\[[^\]\n]{0,80}\])?\s*\{\s*([-+−]?)\s*(\d*[.,]?\d+)(?:[eE](-?\d+))?\s*\}")


def numeral(pen: Pen, start: int, end: int) -> None:
    r"""`\num{-0,35}` of siunitx: a number, with either decimal sign."""
    match = _NUM.match(pen.text, end)
    if match is None:
        pen.put("unknown", "\\num", start, end)
        return
    sign, digits, exponent = match.groups()
    pen.position = match.end()
    if sign in ("-", "−"):
        pen.put("operator", "-", start, match.end(1))
    written = digits.replace(",", ".") + (f"e{exponent}" if exponent else "")
    pen.put("number", written, match.start(2), match.end())


def unknown_command(pen: Pen, name: str, start: int, end: int) -> None:
    """A command we were not told of, or one run into the letter behind it."""
    for length in range(len(name) - 1, 1, -1):  # \timesw_1, \cdotx: a command run into a letter
        if name[:length] in COMMANDS and length > 2 and COMMANDS[name[:length]][0] in ("operator", "diff", "relation"):
            pen.position = start + 1 + length
            command(pen, "\\" + name[:length], start, pen.position)
            return
    pen.put("unknown", "\\" + name, start, end)


def escaped(pen: Pen, name: str, start: int, end: int) -> None:
    """A backslash and one sign: spacing, a brace, or Markdown's escape."""
    if name in "{}":
        pen.put("open" if name == "{" else "close", name, start, end)
        pen.depth += 1 if name == "{" else -1
    elif name == "|":
        pen.put("bar", "‖", start, end)
    elif name in "_*-":
        pen.put(*SIGNS[name], start, end)
    elif name and name in "()[]":
        pen.put("space", "", start, end)
    elif name == "%" and pen.percent(end):
        pass
    elif name == "\n":
        pen.put("row", "", start, end)
    else:  # a space, thin or wide
        pen.gap = True


def environment(pen: Pen, name: str, start: int, end: int) -> None:
    r"""`\begin{…}` and `\end{…}`, with what says how columns stand."""
    match = _ENVIRONMENT.match(pen.text, end)
    if match is None:
        pen.put("unknown", "\\" + name, start, end)
        return
    called = match.group(1)
    pen.position = match.end()
    if name == "begin" and called in ("array", "tabular", "alignat", "alignedat"):
        columns = _COLUMNS.match(pen.text, pen.position)
        if columns:
            pen.position = columns.end()
    pen.put(name, called, start, pen.position)


def tag(pen: Pen, name: str, start: int, end: int) -> None:
    """The number of an equation, or a number in a circle."""
    match = _ARGUMENT.match(pen.text, end)
    content = match.group(1).strip() if match else ""
    pen.position = match.end() if match else end
    if name == "tag":
        pen.put("tag", content[:40], start, pen.position)
    elif content.isdecimal() and 1 <= int(content[:3]) <= len(CIRCLED):
        pen.put("label", CIRCLED[int(content[:3]) - 1], start, pen.position)
    else:
        pen.put("label", f"({content[:20]})", start, pen.position)


def textual(pen: Pen, start: int, end: int) -> None:
    r"""`\text{…}`: a name, or words."""
    match = _ARGUMENT.match(pen.text, end)
    if match is None:
        pen.gap = True  # `\mathrm d`, `\text` lost its braces
        return
    content = " ".join(match.group(1).split())
    first, last = match.start(1), match.end()
    plain = content.strip("$ ")
    words = re.split(r"[\s_-]+", plain)
    if not content:
        pen.position = last
        pen.gap = True
    elif re.fullmatch(r"[\d.]+|[-+=*/()\[\],]|.*[\\^{}].*|\d.*", content, re.DOTALL) or content.startswith("$"):
        pen.position = first  # mathematics inside; its closing brace comes in time
        pen.put("begin-group", "{", start, first)
    elif _IDENTIFIER.fullmatch(plain) and not (set(words) & CONNECTIVES and plain not in ("in", "a", "o", "i")):
        text_name(pen, plain, start, last, first)
    elif len(plain) == 1 and plain in GREEK:
        pen.position = last
        pen.put("word", GREEK[plain], start, last)
    else:
        pen.position = last
        pen.put("note", content, start, last)


def text_name(pen: Pen, plain: str, start: int, last: int, first: int) -> None:
    """A name set upright, its subscripts split off."""
    parts = re.split(r"\s*\\?_\s*", plain)
    pen.position = last
    base = re.fullmatch(r"([A-Za-z]+?)(\d*)", parts[0])
    if base and len(parts) == 1:
        pen.put("word", base.group(1), start, last, base.group(2))
    else:
        pen.put("word", parts[0], start, last)
    for part in parts[1:]:
        pen.put("sub", "_", first, last)
        pen.put("word", part, first, last)
