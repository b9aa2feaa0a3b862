"""Files that stand beside a document because its format cannot hold them: figures of Markdown, fonts of LaTeX."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError
from bpsym.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bpsym.figures import Drawing

_UNSAFE = re.compile(r"[^\w.-]+")


def folder_of(path: Path) -> str:
    """The folder for the files beside a document: sheet_files for sheet.md, as nbconvert has it."""
    return _UNSAFE.sub("-", path.stem) + "_files"


def figure_file(drawing: Drawing) -> bytes:
    """A figure as an SVG file. A viewer may show it on any background, so it brings its own white paper."""
    from bpsym.figures import to_svg
    from bpsym.figures.style import number
    from bpsym.figures.svg import PIXELS

    size = f'width="{number(drawing.width * PIXELS)}" height="{number(drawing.height * PIXELS)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} style="color:#1a1a1a;color-scheme:light">\n'
        f'<rect {size} fill="#fff"/>\n{to_svg(drawing)}</svg>\n'
    ).encode()


def font_file(name: str) -> bytes:
    """One of the two faces of the Chinese font."""
    from bpsym.fonts import font_directory

    return (font_directory() / name).read_bytes()


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files beside a document; raises BpsymError where that is not possible."""
    if not files:
        return
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise BpsymError(f"{folder}: cannot be made: {error.strerror or error}") from error
    for name, content in files.items():
        write_atomically(folder / name, content)
