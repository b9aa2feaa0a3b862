"""bpsym from Python: describe, derive, put numbers in, write sheets, check derivations.

What these functions return shows itself in Jupyter.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bpsym import render
from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.options import sheet_options
from bpsym.sheet.build import Sheet, build
from bpsym.spec import Network, load, loads

if TYPE_CHECKING:
    from bpsym.program import Program
    from bpsym.rounding import Rounding
    from bpsym.spec import Description
    from bpsym.verify.run import Verified

__all__ = ["Network", "check", "derive", "load", "loads", "numbers", "worksheet", "write"]


def derive(description: Description) -> Program:
    """The derivation in index notation: forward pass, loss, gradients, and the update where the description trains."""
    return description.program


def numbers(description: Description, rounding: Rounding | None = None) -> Environment:
    """The numbers of a description: an entry of the program gives its value, exact or as a ball, and its digits.

    Raises EvaluationError where the description lacks a number that is asked for.
    """
    expansion = Expansion(description.program, description.sizes)
    return Environment(expansion, description.values, rounding or description.sheet.rounding)


def worksheet(description: Description, **options: Any) -> Sheet:
    """A sheet; options are those of [sheet] in a description and of `bpsym worksheet`: kind, lang, digits, ..."""
    return build(description, sheet_options(description, **options))


def write(description: Description, *paths: str | Path, **options: Any) -> None:
    """Write a sheet to files, whose endings say the formats (see `bpsym formats`); options as for `worksheet`."""
    render.write(description, sheet_options(description, **options), [Path(path) for path in paths])


def check(document: str | Path | bytes, description: Description | None = None) -> Verified:
    """Judge every formula and every number of a written derivation; without a description, against itself."""
    from bpsym.verify.read import read
    from bpsym.verify.run import verify

    return verify(read(document), description)
