"""CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from bpsym.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

# A cell that starts with one of these is a formula to some spreadsheet; the full-width ones are to Excel in East Asia.
_FORMULA = re.compile(r"[ \u00a0\u3000]*[=+\-@＝＋－＠\t\r\n]")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def safe_cell(value: str) -> str:
    """`value`, or `'` and `value` where a spreadsheet would take it for a formula; plain numbers stay."""
    if _PLAIN_NUMBER.fullmatch(value):
        return value
    return "'" + value if _FORMULA.match(value) or value.startswith("'") else value


def original_cell(cell: str) -> str:
    """What `safe_cell` was given; a cell another program wrote comes back unchanged unless it starts with `'`."""
    return cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) == cell else cell


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file: UTF-8 with the mark Excel needs for Chinese, commas, CRLF; every cell through `safe_cell`."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    width = len(header)
    writer.writerow([safe_cell(cell) for cell in header])
    for row in rows:
        if len(row) != width:
            raise ValueError(f"a row of {len(row)} cells under a header of {width}")
        writer.writerow([safe_cell(cell) for cell in row])
    return written.getvalue().encode("utf-8-sig")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write `csv_bytes` to `path`, whole or not at all."""
    write_atomically(path, csv_bytes(header, rows))
