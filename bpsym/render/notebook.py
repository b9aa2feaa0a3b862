"""A notebook (nbformat 4.5) from what its templates print: Markdown and code, with marks between the cells.

A cell of code stands after the Markdown of its section. Ids count, so that the same sheet gives the same bytes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CUT = "\x1c"  # between two cells
CODE = "\x1d"  # around code
ATTACHED = "attachment:"

_ATTACHMENT = re.compile(re.escape(ATTACHED) + r"([\w.-]+)")
_LANGUAGE = {"name": "python", "version": "3"}
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook(source: str, files: Mapping[str, bytes]) -> bytes:
    """The notebook as a file; `files` are the pictures its Markdown attaches."""
    cells = [
        {**cell, "id": f"cell-{number}"}
        for number, cell in enumerate((cell for part in source.split(CUT) for cell in _cells(part, files)), 1)
    ]
    metadata = {"kernelspec": _KERNEL, "language_info": _LANGUAGE}
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _cells(part: str, files: Mapping[str, bytes]) -> Iterator[dict[str, Any]]:
    """The Markdown of a section, then its code."""
    pieces = part.split(CODE)
    text = re.sub(r"\n{3,}", "\n\n", "".join(pieces[0::2])).strip()
    code = "\n".join(piece.strip("\n") for piece in pieces[1::2] if piece.strip())
    if text:
        attached = {name: _svg(files[name]) for name in _ATTACHMENT.findall(text) if name in files}
        cell: dict[str, Any] = {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}
        yield cell | ({"attachments": attached} if attached else {})
    if code:
        lines = code.splitlines(keepends=True)
        yield {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": lines}


def _svg(content: bytes) -> dict[str, str]:
    from base64 import b64encode  # every format loads this module for its marks

    return {"image/svg+xml": b64encode(content).decode("ascii")}
