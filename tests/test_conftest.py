"""The shared helpers: a golden that differs fails, a missing tool skips or fails, nothing is written unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from goldens import Goldens, difference
from tools import require

if TYPE_CHECKING:
    from pathlib import Path


def test_golden_compares_bytes(tmp_path: Path) -> None:
    """An equal output passes, one with another digit fails and shows both lines."""
    (tmp_path / "sheet.md").write_bytes("误差 0.5933\nend\n".encode())
    Goldens(tmp_path, update=False)("sheet.md", "误差 0.5933\nend\n")
    with pytest.raises(pytest.fail.Exception, match=r"(?s)-误差 0\.5933\n\+误差 0\.5934"):
        Goldens(tmp_path, update=False)("sheet.md", "误差 0.5934\nend\n")


def test_missing_golden_fails(tmp_path: Path) -> None:
    """A golden that does not exist fails and names the command; it is not written in passing."""
    with pytest.raises(pytest.fail.Exception, match="make goldens"):
        Goldens(tmp_path, update=False)("new.md", "text")
    assert list(tmp_path.iterdir()) == []


def test_update_writes_only_the_golden(tmp_path: Path) -> None:
    """Updating leaves exactly the new bytes, in a new folder if need be, and no file beside them."""
    Goldens(tmp_path, update=True)("zh/new.bin", b"\x00\r\n\xff")
    assert [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()] == ["zh/new.bin"]
    assert (tmp_path / "zh" / "new.bin").read_bytes() == b"\x00\r\n\xff"


def test_one_golden_one_output(tmp_path: Path) -> None:
    """Two tests cannot share a golden's name for different outputs."""
    goldens = Goldens(tmp_path, update=True)
    goldens("a.md", "one")
    goldens("a.md", "one")
    with pytest.raises(pytest.fail.Exception, match="two different outputs"):
        goldens("a.md", "two")


@pytest.mark.parametrize(
    ("expected", "actual", "shown"),
    [
        (b"a\nb\n", b"a\r\nb\n", "at byte 1"),
        (b"\x00\xff\x01", b"\x00\xff\x02", "at byte 2"),
        (b"\x00\xff", b"\x00\xff\x02", "2 bytes before, 3 now"),
    ],
    ids=["line ends", "binary", "longer"],
)
def test_difference_of_bytes(expected: bytes, actual: bytes, shown: str) -> None:
    """What no line diff shows is shown by its offset."""
    assert shown in difference(expected, actual)


def test_missing_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing tool skips with its package's name; where all tools are required it fails."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("BPSYM_REQUIRE_TOOLS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="poppler-utils"):
        require("pdftotext")
    monkeypatch.setenv("BPSYM_REQUIRE_TOOLS", "1")
    with pytest.raises(pytest.fail.Exception, match="poppler-utils"):
        require("pdftotext")
