"""Tables that people keep: CSV of any usual encoding and separator, read within bounds."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from dataclasses import dataclass

from bpsym.errors import BpsymError
from bpsym.exports.csv import original_cell

MAX_BYTES = 64 * 2**20
MAX_CELL = 10_000  # characters

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHINESE = re.compile("[\u4e00-\u9fff]")
_LATIN_MISREAD = re.compile("[A-Za-z][^\x00-\x7f]|[^\x00-\x7f][A-Za-z]")
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])


@dataclass(frozen=True)
class Row:
    """One row of a table."""

    line: int  # where it starts in the file, from 1
    cells: tuple[str, ...]  # as many as the header has


@dataclass(frozen=True)
class Table:
    """A header and its rows; empty lines are left out."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def column_key(name: str) -> str:
    """A column's name without case, spaces and signs: `Student_ID`, `student id` and `ＳＴＵＤＥＮＴ-ID` are one."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def clean_cell(cell: str) -> str:
    """A cell's text: one form of each character, nothing invisible, no space at its ends or doubled."""
    return " ".join(unicodedata.normalize("NFC", original_cell(cell)).translate(_INVISIBLE).split())


def decode(data: bytes, where: str) -> str:
    """Text in UTF-8, UTF-16 with its mark, or GBK; BpsymError where it is none of them or GBK would be a guess."""
    if len(data) > MAX_BYTES:
        raise BpsymError(f"{where} is longer than {MAX_BYTES} bytes, the most that is read")
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise BpsymError(f"{where} starts like {encoding} but is not: {error.reason}") from error
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise BpsymError(f"{where} is neither UTF-8 nor GBK; save it as CSV UTF-8") from error
    if not _CHINESE.search(text.partition("\n")[0]) and _LATIN_MISREAD.search(text):
        raise BpsymError(f"{where} is not UTF-8 and reads as no Chinese either; save it as CSV UTF-8")
    return text


def read_table(data: bytes, where: str, known: frozenset[str]) -> Table:
    """The table in a CSV file with commas, semicolons or tabs.

    `known` are `column_key`s: the separator is the one that gives the header most of them, then most columns.
    BpsymError names the line of an unclosed quote, a row longer than the header, a cell too long or unprintable.
    """
    text = decode(data, where)
    rows = _rows(text, _separator(text, known), where)
    if not rows:
        raise BpsymError(f"{where} is empty")
    header, *body = rows
    width = len(header.cells)
    shaped = []
    for row in body:
        if any(row.cells[width:]):
            raise BpsymError(f"{where}, line {row.line}: {len(row.cells)} cells under a header of {width}")
        shaped.append(Row(row.line, (row.cells + ("",) * width)[:width]))
    return Table(header.cells, tuple(shaped))


def _separator(text: str, known: frozenset[str]) -> str:
    """The separator that makes most of the first line that holds anything."""
    first = next((line for line in text.splitlines() if line.strip()), "")

    def worth(separator: str) -> tuple[int, int]:
        cells = next(csv.reader([first], delimiter=separator))
        return sum(column_key(clean_cell(cell)) in known for cell in cells), len(cells)

    return max(",;\t", key=worth)


def _rows(text: str, separator: str, where: str) -> list[Row]:
    """All rows that are not empty, cleaned."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = []
    line = 1
    try:
        for cells in reader:
            for cell in cells:
                if len(cell) > MAX_CELL or re.search("[\x00-\x08\x0e-\x1f\x7f]", cell):
                    raise BpsymError(f"{where}, line {line}: a cell is too long or holds control characters")
            cleaned = tuple(clean_cell(cell) for cell in cells)
            if any(cleaned):
                rows.append(Row(line, cleaned))
            line = reader.line_num + 1
    except csv.Error as error:
        raise BpsymError(f"{where}, line {line}: {error}") from error
    return rows
