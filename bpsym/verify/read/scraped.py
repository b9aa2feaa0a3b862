"""What is left of formulas on pages that were scraped badly.

KaTeX holds each formula twice, once for the eye and once as source; a careless copy runs them together (`W2W_2`), or
puts the letters for the eye one on a line, then the source, then the letters again.  In a sentence they stand glued
together too: `the bias is b=0.2b=0.2, and w1=−0.5w_1=-0.5`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMAND: Final = re.compile(r"\\([A-Za-z]+)\s?")
_GREEK: Final = {
    "eta": "η", "delta": "δ", "alpha": "α", "sigma": "σ", "partial": "∂", "beta": "β", "gamma": "γ", "theta": "θ",
    "lambda": "λ",
    "Delta": "Δ", "nabla": "∇", "sum": "∑", "mu": "μ", "epsilon": "ϵ", "varepsilon": "ε", "phi": "ϕ", "cdot": "",
    "times": "", "ell": "ℓ", "rho": "ρ", "omega": "ω", "tau": "τ", "kappa": "κ", "Sigma": "Σ", "Theta": "Θ",
    **{name: name for name in ("tanh", "exp", "ln", "log", "max", "min", "sin", "cos")},
}  # fmt: skip
_SIGNS: Final = {"−": "-", "–": "-", "＝": "="}
_SHOWN: Final = frozenset("∂∑∇=+-.()<>≈→")
_COPY: Final = 300  # characters of a formula in a sentence
_BEGINS: Final = re.compile(r"(?<![\w\\$`=.^_{}+*/-])[^\W_]|∂")
_RUN: Final = 3  # so many lines of one sign make a column


def columns(lines: list[str]) -> tuple[set[int], set[int]]:
    """Lines that are letters of a formula set one below the other, and the lines that hold its source."""
    letters: set[int] = set()
    sources: set[int] = set()
    position = 0
    while position < len(lines):
        end = position
        while (
            end < len(lines)
            and (0 < len(lines[end].strip()) <= 3 or re.fullmatch(r"\s*\d+\.\d+\s*", lines[end]))
            and not re.match(r"\s*[-*#]\s*$|```", lines[end])
        ):
            end += 1
        if end - position >= _RUN or (end > position and end < len(lines) and _spells(lines[position:end], lines[end])):
            letters.update(range(position, end))
            if end < len(lines) and _spells(lines[position:end], lines[end]):
                sources.add(end)
            position = end + 1
        else:
            position = end + 1 if end == position else end
    return letters, sources


def _spells(column: list[str], line: str) -> bool:
    """Does a line hold the source of the letters above it?"""
    above = sorted(_letters("".join(column)))
    below = sorted(_letters(_visible(line)))
    return bool(above) and above == below


def doubled(line: str) -> int:
    """Where the source begins in a line that holds the letters for the eye first; -1 if it does not."""
    special = re.search(r"[\\_^]", line)
    if special is None or len(line) > 600:
        return -1
    half, odd = divmod(len(_letters(_visible(line))), 2)
    if odd or not half:
        return -1
    for start in range(1, special.start() + 1):
        head = _letters(line[:start])
        if len(head) > half:
            return -1
        if len(head) == half and (line[start].isalnum() or line[start] == "\\"):
            return start if sorted(head) == sorted(_letters(_visible(line[start:]))) else -1
    return -1


def glued(line: str) -> Iterator[tuple[int, int, int]]:
    """Formulas that stand twice in a sentence: where the letters for the eye begin, where the source does, its end."""
    if line.count("=") < 2 or "$" in line:
        return
    position = 0
    while begin := _BEGINS.search(line, position):
        found = _copied(line, begin.start())
        if found is None:
            position = begin.end()
            continue
        yield begin.start(), *found
        position = found[1]


def _copied(line: str, start: int) -> tuple[int, int] | None:
    """Where the second copy of a formula begins that the first, without a blank, begins at `start`, and its end."""
    blank = re.compile(r"[\s\\_{}]").search(line, start, start + _COPY)
    eye = blank.start() if blank else min(len(line), start + _COPY)
    if "=" not in line[start:eye]:
        return None
    shown = list(_shown(line, start, min(len(line), start + 4 * _COPY)))
    letters = "".join(letter for letter, _, _ in shown)
    for size in range(3, len(shown) // 2 + 1):
        if shown[size - 1][2] > eye:
            return None
        source = min(shown[size][1], eye)  # a command in front of it shows nothing
        if letters[size] == letters[0] and letters[:size] == letters[size : 2 * size] and "=" in letters[1 : size - 1]:
            end = shown[2 * size - 1][2]
            while line[end : end + 1] == "}" and line[source:end].count("{") > line[source:end].count("}"):
                end += 1
            return None if line[end : end + 1].isalnum() else (source, end)
    return None


def _shown(line: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """The letters and signs a stretch shows, each with its place; a command is as many as it shows."""
    while start < end:
        command = _COMMAND.match(line, start, end)
        if command:
            for letter in _GREEK.get(command.group(1), ""):
                yield letter, start, command.end()
            start = command.end()
            continue
        letter = _SIGNS.get(line[start]) or unicodedata.normalize("NFD", line[start])[0]  # without its hat
        if letter.isalnum() or letter in _SHOWN:
            yield letter, start, start + 1
        start += 1


def _visible(source: str) -> str:
    """The letters a piece of LaTeX shows."""
    return _COMMAND.sub(lambda match: _GREEK.get(match.group(1), ""), source)


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum() or character in "∂∑∇").replace("∂", "")
