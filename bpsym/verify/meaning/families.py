"""Names that differ in their indices only, and what they are taken to be in an instance of a document of laws."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpsym.verify.meaning.keys import Key

SIDE = 3  # what every side is that is not 1

Shape = tuple[int, int]
SCALAR, COLUMN, ROW, MATRIX = (1, 1), (SIDE, 1), (1, SIDE), (SIDE, SIDE)


_DIGITS = re.compile(r"\d+")
_INDEX = re.compile(r"[ijklmnpqrstL]([+-][ijklmnpqrst\d]+)*")
UNITS = re.compile(r"[ijkmnpq\d]+([+-][ijkmnpq\d]+)*")
_PAIR = re.compile(r"[ijkmnpq\d]{2}")


class NameFamily(NamedTuple):
    """Names that differ in their indices only: x_t and x_{t-1}, W^1 and W^l."""

    base: str
    sub: tuple[str, ...]
    layer: tuple[str, ...]


@lru_cache(maxsize=8192)  # asked for at each assignment of shapes that is tried
def family(name: Key) -> NameFamily:
    """The family of a name, whether its indices are letters or numbers."""
    sub, layer = (tuple(part for written in parts for part in _parts(written)) for parts in (name.sub, name.layer))
    return NameFamily(name.base, sub, layer)


class Instance(Struct, frozen=True):
    """What the names of a document without numbers are taken to be."""

    shapes: Mapping[NameFamily, Shape] = field(default_factory=dict)
    depth: int | None = None  # layers, where the document counts them to a last one
    rows: bool = False  # whether samples lie: the softmax of a matrix is taken of each row
    units: int = SIDE  # how many an index letter runs over
    mean: bool = False  # whether dW is of the mean over the samples where dZ is of their sum

    def is_beyond(self, name: Key) -> bool:
        """Whether a name is of a layer behind the last, or before the first."""
        numbers = [int(part) for part in name.layer if part.lstrip("-").isdecimal()]
        return bool(self.shapes) and any(k < 0 or (self.depth is not None and k > self.depth) for k in numbers)

    def is_start(self, name: Key) -> bool:
        """Whether a name is where a rule for any layer or time starts."""
        return bool(self.shapes) and "0" in (*name.sub, *name.layer)


def _parts(written: str) -> tuple[str, ...]:
    if _DIGITS.fullmatch(written) or _INDEX.fullmatch(written):
        return ("#",)
    return ("#", "#") if _PAIR.fullmatch(written) else (written,)
