"""Network descriptions: TOML, or a call of `Network`, to a program with its sizes and numbers."""

from __future__ import annotations

from pathlib import Path

from bpsym.spec.api import Network
from bpsym.spec.check import checked
from bpsym.spec.describe import Description
from bpsym.spec.errors import Wrong
from bpsym.spec.schema import json_schema
from bpsym.spec.text import convert, parse, placed, read

__all__ = ["Description", "Network", "json_schema", "load", "loads"]


def load(path: str | Path) -> Description:
    """The description in a file; raises DescriptionError (one sentence with file, line and key) for a bad one."""
    return loads(read(Path(path)), str(path))


def loads(text: str, name: str = "description") -> Description:
    """The description in a TOML text; `name` stands for the file in messages."""
    raw = parse(text, name)
    try:
        return checked(convert(raw), name)
    except Wrong as wrong:
        raise placed(wrong, text, name) from None
