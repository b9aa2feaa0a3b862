"""Codes as pictures: the symbols are those of a QR library, bit for bit."""

from __future__ import annotations

import random

import segno

from bpsym.variants.codes import MASK, QUIET, SIZE, _rows, code_picture, code_svg
from bpsym.variants.draw import CODE_ALPHABET, CODE_LENGTH


def test_symbols_are_those_of_the_library() -> None:
    """Two hundred codes put together from changes of one symbol are what segno makes of them whole."""
    rng = random.Random(4)
    for _ in range(200):
        code = "".join(rng.choices(CODE_ALPHABET, k=CODE_LENGTH))
        made = segno.make(code, version=1, error="h", mask=MASK)
        assert made.designator == "1-H"
        assert _rows(code) == [bytes(line) for line in made.matrix_iter(border=QUIET)]


def test_pictures_of_every_kind_are_dark_where_the_symbol_is() -> None:
    """The path of the SVG covers as many modules as are dark, TikZ and Typst too; text has no picture."""
    dark = sum(map(sum, _rows("A1WF478SZC")))
    path = code_svg("A1WF478SZC").decode().rpartition('d="')[2].partition('"')[0]
    assert sum(int(run.partition("v")[0]) for run in path.split("h")[1:] if not run.startswith("-")) == dark
    bars = code_picture("A1WF478SZC", "latex").split("rectangle ++(")[1:]
    assert sum(int(bar.partition(",")[0]) for bar in bars) == dark
    pixels = code_picture("A1WF478SZC", "typst").partition("bytes((")[2].partition("))")[0].split(",")
    assert pixels.count("0") == dark
    assert f'width="{SIZE}mm"' in code_picture("A1WF478SZC", "html")
    assert code_picture("A1WF478SZC", "text") == ""
