"""How objects show themselves in Jupyter.

Formulas, descriptions and sheets stand below the modules that write them, so those put their writers here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Write = Callable[[Any], str]
_writers: dict[tuple[str, str], Write] = {}


def show(name: str, form: str, write: Write) -> None:
    """Let objects of the class called `name`, and of those derived from it, show themselves.

    `form` is latex, markdown or html.
    """
    _writers[name, form] = write


class Shown:
    """An object with a picture of itself; None where nothing is imported that can draw it."""

    __slots__ = ()

    def _repr_latex_(self) -> str | None:
        return _shown(self, "latex")

    def _repr_markdown_(self) -> str | None:
        return _shown(self, "markdown")

    def _repr_html_(self) -> str | None:
        return _shown(self, "html")


def _shown(value: Shown, form: str) -> str | None:
    names = [each.__name__ for each in type(value).__mro__]
    return next((_writers[name, form](value) for name in names if (name, form) in _writers), None)
