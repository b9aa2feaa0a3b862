"""Files written whole, zips the same everywhere, CSV without formulas."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpsym.errors import BpsymError
from bpsym.exports import files
from bpsym.exports.csv import csv_bytes, original_cell, safe_cell, write_csv
from bpsym.exports.files import pack, read_bytes, unpack
from bpsym.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path


def test_a_zip_has_the_same_bytes_on_every_machine() -> None:
    """The hash of a small package, worked out once: no time, no platform, no compression library goes into it."""
    packed = pack({"b/ü.txt": b"two", "a.txt": b"one"})
    assert pack({"a.txt": b"one", "b/ü.txt": b"two"}) == packed
    assert hashlib.sha256(packed).hexdigest()[:12] == "ffa1a7ddb3fd"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["a.txt", "b/ü.txt"]
        assert archive.testzip() is None
    assert unpack(packed) == {"a.txt": b"one", "b/ü.txt": b"two"}


UNSAFE = ["../x", "/x", "a/../../x", "C:/x", "a\\b", "", "a//b", "./a", "a/", "a\x00b", "~/x", "a./b", "a /b"]


@pytest.mark.parametrize("name", UNSAFE)
def test_no_name_leaves_its_folder(name: str) -> None:
    """Neither is it written, nor read from a zip that somebody else made."""
    with pytest.raises(BpsymError, match="no safe name"):
        pack({name: b""})
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        entry = zipfile.ZipInfo("x")
        entry.filename = name
        archive.writestr(entry, b"x")
    if name not in {"", "a/", "a\x00b"}:  # a folder, or no name a zip gives back
        with pytest.raises(BpsymError, match="unsafe"):
            unpack(made.getvalue())


def test_bombs_and_broken_zips_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many bytes, too many files, half a file: one sentence each."""
    monkeypatch.setattr(files, "MAX_UNPACKED", 1000)
    monkeypatch.setattr(files, "MAX_MEMBERS", 3)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big", b"0" * 5000)
    for data, said in (
        (made.getvalue(), "more than 1000 bytes"),
        (pack({str(n): b"" for n in range(4)}), "more than 3 files"),
        (pack({"a": b"b"})[:40], "no readable zip"),
        (b"", "no readable zip"),
    ):
        with pytest.raises(BpsymError, match=said):
            unpack(data)


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk fails, the old file stays and nothing lies beside it."""
    path = tmp_path / "answers.csv"
    write_atomically(path, b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BpsymError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, a folder, too long."""
    (tmp_path / "long").write_bytes(b"12345")
    for name, said in (("none", "No such file"), (".", "directory"), ("long", "longer than 4 bytes")):
        with pytest.raises(BpsymError, match=said):
            read_bytes(tmp_path / name, 4)


# --- CSV --------------------------------------------------------------------------------------------------------------

FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\n=1", "-", "'=1"]
HARMLESS = ["-0.5", "+3", "1e-5", "-12.25E+3", "王小明", "a=b", "", "0042"]


def test_formulas_are_neutralised_and_numbers_are_not() -> None:
    """Every formula gets an apostrophe; numbers, names and ids stay as they are."""
    assert [safe_cell(cell) for cell in FORMULAS] == ["'" + cell for cell in FORMULAS]
    assert [safe_cell(cell) for cell in HARMLESS] == HARMLESS


@given(st.text())
def test_a_cell_comes_back(cell: str) -> None:
    """Neutralising loses nothing."""
    assert original_cell(safe_cell(cell)) == cell


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_a_spreadsheet_sees_no_formula(rows: list[tuple[str, str]]) -> None:
    """Read with another CSV reader, no cell that is not a number starts like a formula."""
    rows = [tuple(cell.replace("\x00", "").encode(errors="ignore").decode() for cell in row) for row in rows]  # type: ignore[misc]
    text = csv_bytes(("=a", "b"), rows).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert [tuple(map(original_cell, row)) for row in read] == [("=a", "b"), *rows]
    for cell in (cell for row in read for cell in row):
        assert not cell.startswith(("=", "@", "\t", "\r")), cell
        if cell.startswith(("+", "-")):
            float(cell)


def test_a_csv_file_opens_in_excel(tmp_path: Path) -> None:
    """UTF-8 with its mark, CRLF, quotes doubled."""
    write_csv(tmp_path / "a.csv", ("姓名", "x"), [('王 "小" 明', "1,5")])
    assert (tmp_path / "a.csv").read_bytes() == '\ufeff姓名,x\r\n"王 ""小"" 明","1,5"\r\n'.encode()
    with pytest.raises(ValueError, match="a row of 1 cells"):
        csv_bytes(("a", "b"), [("c",)])
