"""A student's code as a picture a camera reads.

A QR code of a fixed version and mask is an affine function of the bits of what it says: data, error correction and mask
are added bit by bit. Two letters are eleven bits, so the picture of a code is that of one code with a change for each
pair of letters, and a class of thousands needs the library for a few dozen pictures only.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import product
from typing import TYPE_CHECKING

from bpsym.variants.draw import CODE_ALPHABET, CODE_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator

QUIET = 2  # modules of white around the picture; the sheet around it is white too
SIZE = 18  # millimetres
RAISED = 15  # millimetres that it stands above its paragraph, at the right of name and id
SIDE = 21  # modules of version 1, which holds ten letters at the highest level of error correction
MASK = 3
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DARK = re.compile(b"\1+")
_BITS = bytes.maketrans(b"01", b"\0\1")


@lru_cache(maxsize=64)
def code_picture(code: str, templates: str) -> str:
    """The QR code in the language of a format's templates; nothing in those that are read as text."""
    writer = {"typst": _typst, "html": _html, "latex": _latex}.get(templates)
    return writer(_rows(code)) if writer else ""


def code_svg(code: str) -> bytes:
    """The QR code as a file."""
    return _svg(_rows(code)).encode()


def _rows(code: str) -> list[bytes]:
    """The modules row by row, 1 where one is dark, with the white around them."""
    symbol, changes = _symbols()
    for place, change in enumerate(changes):
        symbol ^= change[code[2 * place : 2 * place + 2]]
    digits = f"{symbol:0{SIDE * SIDE}b}".encode().translate(_BITS)
    white, side = bytes(SIDE + 2 * QUIET), bytes(QUIET)
    lines = (side + digits[SIDE * row : SIDE * (row + 1)] + side for row in range(SIDE))
    return [*[white] * QUIET, *lines, *[white] * QUIET]


@cache
def _symbols() -> tuple[int, tuple[dict[str, int], ...]]:
    """The picture of a first code, and for each place how it changes with every pair of letters there."""
    pairs = ["".join(pair) for pair in product(CODE_ALPHABET, repeat=2)]
    first = pairs[0] * (CODE_LENGTH // 2)
    base, changes = _made(first), []
    for place in range(0, CODE_LENGTH, 2):
        known: dict[int, tuple[int, int]] = {}  # by their highest bit: independent changes of bits, with those made
        found = {}
        for pair in pairs:
            bits, change = _reduced(known, _value(pair) ^ _value(pairs[0]))
            if bits:
                made = _made(first[:place] + pair + first[place + 2 :]) ^ base
                known[bits.bit_length()] = bits, made ^ change
                change = made
            found[pair] = change
        changes.append(found)
    return base, tuple(changes)


def _reduced(known: dict[int, tuple[int, int]], bits: int) -> tuple[int, int]:
    """What is left of a change of bits after the known ones, and what these make together."""
    change = 0
    for length in sorted(known, reverse=True):
        if bits.bit_length() == length:
            own, made = known[length]
            bits, change = bits ^ own, change ^ made
    return bits, change


def _value(pair: str) -> int:
    """The eleven bits of two letters (ISO/IEC 18004, alphanumeric mode)."""
    return 45 * ALPHANUMERIC.index(pair[0]) + ALPHANUMERIC.index(pair[1])


def _made(code: str) -> int:
    """The modules of a code as the bits of a number, from the top left."""
    import segno

    made = segno.make(code, error="h", version=1, mode="alphanumeric", mask=MASK, boost_error=False)
    return int("".join("1" if dark else "0" for line in made.matrix for dark in line), 2)


def _runs(rows: list[bytes]) -> Iterator[tuple[int, int, int]]:
    """Row, first column and length of each run of dark modules."""
    for y, line in enumerate(rows):
        for run in _DARK.finditer(line):
            yield y, run.start(), run.end() - run.start()


def _typst(rows: list[bytes]) -> str:
    pixels = ",".join("0" if dark else "255" for line in rows for dark in line)
    kind = f'format: (encoding: "luma8", width: {len(rows)}, height: {len(rows)})'
    image = f'image(bytes(({pixels})), {kind}, width: {SIZE}mm, height: {SIZE}mm, scaling: "pixelated")'
    return f"#h(1fr)#box(width: {SIZE}mm, height: 0pt, place(dy: -{RAISED}mm, {image}))"


def _svg(rows: list[bytes]) -> str:
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for y, x, length in _runs(rows))
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{SIZE}mm" height="{SIZE}mm"'
        f' shape-rendering="crispEdges" role="img" aria-label="QR"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    )


def _html(rows: list[bytes]) -> str:
    return _svg(rows).replace("<svg ", f'<svg style="float:right;margin-top:-{RAISED}mm" ', 1)


def _latex(rows: list[bytes]) -> str:
    bars = "".join(rf"\fill ({x},{y}) rectangle ++({length},1);" for y, x, length in _runs(rows))
    # tenths of a millimetre a module, so that no number with a point has to be printed
    unit = 10 * SIZE // len(rows)
    return rf"\begin{{tikzpicture}}[x={{(0.{unit}mm,0)}},y={{(0,-0.{unit}mm)}}]{bars}\end{{tikzpicture}}"
