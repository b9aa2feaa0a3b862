"""Kinds of arguments that several commands take."""

from __future__ import annotations

import sys
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from click.shell_completion import CompletionItem

    from bpsym.spec import Description

F = TypeVar("F", bound="Callable[..., Any] | click.Command")  # what click decorates
STANDARD = Path("-")  # standard input or output


class Known(click.ParamType[str]):
    """One of the names in a table of the package; the table is loaded when it is needed."""

    def __init__(self, name: str, table: str) -> None:
        self.name = name
        self.table = table  # "module:NAME"

    @cached_property
    def _choice(self) -> click.Choice[str]:
        module, _, name = self.table.partition(":")
        names: Sequence[str] = list(getattr(import_module(module), name))
        return click.Choice(names)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the name."""
        return self._choice.convert(value, param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """List the names in the help."""
        return self._choice.get_metavar(param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the name."""
        return self._choice.shell_complete(ctx, param, incomplete)


def description_argument(function: F) -> F:
    """The argument DESCRIPTION."""
    kind = click.Path(path_type=Path, allow_dash=True)
    return click.argument("description", type=kind, metavar="DESCRIPTION")(function)


def read_description(path: Path) -> Description:
    """The description in a file, or on standard input for "-"."""
    from bpsym.spec import load, loads
    from bpsym.spec.text import decoded

    if path != STANDARD:
        return load(path)
    return loads(decoded(sys.stdin.buffer.read(), "standard input"), "standard input")
