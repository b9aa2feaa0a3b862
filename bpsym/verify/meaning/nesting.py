"""How deep formulas stand in one another: a bound on recursion, through definitions and functions too."""

from __future__ import annotations

from threading import local

from bpsym.verify import limits
from bpsym.verify.meaning.algebra import NoValueError


class _Levels(local):
    entered = 0


_LEVELS = _Levels()


class Nested:
    """What is done inside stands so many levels deeper in formulas; raises NoValueError beyond `limits.NESTED`."""

    def __init__(self, levels: int) -> None:
        self.levels = levels

    def __enter__(self) -> None:
        if _LEVELS.entered + self.levels > limits.NESTED:
            raise NoValueError("formulas too deep in one another")
        _LEVELS.entered += self.levels

    def __exit__(self, *_: object) -> None:
        _LEVELS.entered -= self.levels
