r"""Macros a LaTeX file defines for itself: `\newcommand{\out}[1]{\mathrm{out}_{#1}}`.

Text replacement with hard bounds; a loop or a bomb runs into a bound and stays as it is.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from msgspec import Struct

from bpsym.verify import limits
from bpsym.verify.source import Source, inserted, joined

_DEFINITION: Final = re.compile(
    r"\\(?:(?:re|provide)?newcommand|DeclareMathOperator|DeclareRobustCommand)\*?\s?\{?\s?\\([A-Za-z]+)\s?\}?"
    r"\s{0,3}(?:\[(\d)\])?\s?(?:\[([^\[\]]{0,200})\])?\s{0,3}\{"
    r"|\\def\s?\\([A-Za-z]+)\s?((?:#\d){0,9})\s?\{",
)
_REACH: Final = 1_000  # characters of a body or an argument
_CALL: Final = re.compile(r"\\([A-Za-z]+)")
_PLACE: Final = re.compile(r"#(\d)")  # of an argument


class Macro(Struct, frozen=True):
    """A definition: how many arguments, and what the call becomes."""

    arguments: int
    body: str
    default: str | None = None


def definitions(text: str) -> dict[str, Macro]:
    """The macros of a file, the later of two definitions winning."""
    found: dict[str, Macro] = {}
    if (
        "\\newcommand" not in text
        and "\\def" not in text
        and "\\DeclareMathOperator" not in text
        and "command{" not in text
    ):
        return found
    for match in islice(_DEFINITION.finditer(text), limits.MACROS):
        close = _closing(text, match.end() - 1)
        if close < 0:
            continue
        body = text[match.end() : close]
        name = match.group(1) or match.group(4)
        count = int(match.group(2) or 0) if match.group(1) else len(match.group(5)) // 2
        if "DeclareMathOperator" in match.group():
            body = f"\\operatorname{{{body}}}"
        if name not in ("frac", "left", "right", "begin", "end", "text"):
            found[name] = Macro(count, body, match.group(3))
    return found


class Budget(Struct):
    """What expansion may still cost in this file."""

    calls: int = limits.MACRO_EXPANSIONS
    growth: int = limits.MACRO_GROWTH


def expand(source: Source, macros: dict[str, Macro], budget: Budget) -> Source:
    """The source with its macros replaced; what a macro becomes points to its call."""
    for _ in range(12):  # macros in macros
        parts: list[Source] = []
        position = 0
        text = source.text
        for match in _CALL.finditer(text):
            macro = macros.get(match.group(1))
            if macro is None or match.start() < position:
                continue
            end, values = _arguments(text, match.end(), macro)
            body = _filled(macro.body, values)
            budget.calls -= 1
            budget.growth -= len(body)
            if budget.calls < 0 or budget.growth < 0:
                return source
            parts += [
                source[position : match.start()],
                inserted(body + " " * (body[-1:].isalpha()), source.span(match.start(), end)),
            ]
            position = end
        if not position:
            break
        source = joined([*parts, source[position:]])
    return source


def _filled(body: str, values: list[str]) -> str:
    """A body with `#1` … replaced; what was not given is nothing."""
    given = {str(place): value for place, value in enumerate(values, start=1)}
    first, *pieces = _PLACE.split(body)
    return first + "".join(given.get(piece, "") if k % 2 == 0 else piece for k, piece in enumerate(pieces))


def _arguments(text: str, position: int, macro: Macro) -> tuple[int, list[str]]:
    values: list[str] = []
    if macro.default is not None and macro.arguments:
        optional = re.compile(r"\s*\[([^\[\]]{0,200})\]").match(text, position)
        values.append(optional.group(1) if optional else macro.default)
        position = optional.end() if optional else position
    while len(values) < macro.arguments:
        blank = re.compile(r"\s*").match(text, position)
        at = blank.end() if blank else position
        if text.startswith("{", at):
            close = _closing(text, at)
            if close < 0:
                return position, [*values, *[""] * (macro.arguments - len(values))]
            values.append(text[at + 1 : close])
            position = close + 1
        else:
            command = _CALL.match(text, at)
            end = command.end() if command else min(at + 1, len(text))
            values.append(text[at:end])
            position = end
    return position, values


def _closing(text: str, start: int) -> int:
    """The offset of the brace that closes the one at `start`, -1 if none within reach."""
    depth = 0
    for position in range(start, min(len(text), start + _REACH)):
        if text[position] == "{" and text[position - 1 : position] != "\\":
            depth += 1
        elif text[position] == "}" and text[position - 1 : position] != "\\":
            depth -= 1
            if depth == 0:
                return position
    return -1
