"""A student's code as a picture a camera reads."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

QUIET = 2  # modules of white around the picture; the sheet around it is white too
SIZE = 18  # millimetres


@lru_cache(maxsize=64)
def code_picture(code: str, templates: str) -> str:
    """The QR code in the language of a format's templates; nothing in those that are read as text."""
    writer = {"typst": _typst, "html": _html, "latex": _latex}.get(templates)
    return writer(_rows(code)) if writer else ""


def _rows(code: str) -> list[bytes]:
    """The modules row by row, 1 where one is dark."""
    import segno

    made = segno.make(code, error="m", micro=False)
    return [bytes(line) for line in made.matrix_iter(border=QUIET)]


def _runs(rows: list[bytes]) -> Iterator[tuple[int, int, int]]:
    """Row, first column and length of each run of dark modules."""
    for y, line in enumerate(rows):
        x = 0
        while x < len(line):
            length = 1
            while x + length < len(line) and line[x + length] == line[x]:
                length += 1
            if line[x]:
                yield y, x, length
            x += length


def _typst(rows: list[bytes]) -> str:
    pixels = ",".join("0" if dark else "255" for line in rows for dark in line)
    kind = f'format: (encoding: "luma8", width: {len(rows)}, height: {len(rows)})'
    return f'#image(bytes(({pixels})), {kind}, width: {SIZE}mm, scaling: "pixelated")'


def _html(rows: list[bytes]) -> str:
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for y, x, length in _runs(rows))
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{SIZE}mm" height="{SIZE}mm"'
        f' shape-rendering="crispEdges" role="img" aria-label="QR"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    )


def _latex(rows: list[bytes]) -> str:
    bars = "".join(rf"\fill ({x},{y}) rectangle ++({length},1);" for y, x, length in _runs(rows))
    # tenths of a millimetre a module, so that no number with a point has to be printed
    unit = 10 * SIZE // len(rows)
    return rf"\begin{{tikzpicture}}[x={{(0.{unit}mm,0)}},y={{(0,-0.{unit}mm)}}]{bars}\end{{tikzpicture}}"
