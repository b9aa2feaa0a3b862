"""What is left of formulas on pages that were scraped badly.

KaTeX holds each formula twice, once for the eye and once as source; a careless copy runs them together (`W2W_2`), or
puts the letters for the eye one on a line, then the source, then the letters again.
"""

from __future__ import annotations

import re
from typing import Final

_COMMAND: Final = re.compile(r"\\([A-Za-z]+)\s?")
_GREEK: Final = {
    "eta": "η", "delta": "δ", "alpha": "α", "sigma": "σ", "partial": "∂", "beta": "β", "gamma": "γ", "theta": "θ",
    "lambda": "λ",
    "Delta": "Δ", "nabla": "∇", "sum": "∑", "mu": "μ", "epsilon": "ϵ", "varepsilon": "ε", "phi": "ϕ", "cdot": "",
    "times": "",
}  # fmt: skip
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


def _visible(source: str) -> str:
    """The letters a piece of LaTeX shows."""
    return _COMMAND.sub(lambda match: _GREEK.get(match.group(1), ""), source)


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum() or character in "∂∑∇").replace("∂", "")
