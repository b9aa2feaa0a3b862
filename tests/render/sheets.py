"""Sheets the tests of rendering share."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from bpsym.options import sheet_options
from bpsym.render import render
from bpsym.spec import load, loads
from source import ROOT

if TYPE_CHECKING:
    from bpsym.options import SheetOptions
    from bpsym.spec import Description

EXAMPLES = sorted(path.stem for path in (ROOT / "examples").glob("*.toml"))
KINDS = ("worked", "law", "numbered", "blank", "key")


@cache
def example(name: str = "two-by-two") -> Description:
    """A description of examples/."""
    return load(ROOT / "examples" / f"{name}.toml")


def titled(title: str) -> Description:
    """The smallest network, under a title of the test's choice."""
    escaped = title.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\x07", "\\u0007")
    return loads(
        f'title = "{escaped}"\n'
        '[network]\nfamily = "dense"\ninputs = 1\nloss = "half-squared-error"\n'
        '[[network.layers]]\nunits = 1\nactivation = "sigmoid"\nbias = "none"\n'
        "[given]\ninputs = [0.5]\ntargets = [0.25]\nweights = [0.1]\n[training]\nrate = 0.5\n"
    )


def options(description: Description, **chosen: Any) -> SheetOptions:
    """Options over the description's own."""
    return sheet_options(description, **chosen)


@cache
def sheet(name: str, form: str, kind: str = "worked", lang: str = "en") -> str:
    """A sheet of an example in a text format, without files beside it."""
    description = example(name)
    return render(description, options(description, kind=kind, lang=lang), form).decode()
