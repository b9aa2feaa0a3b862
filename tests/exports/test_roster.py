"""Rosters as schools keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpsym.errors import BpsymError
from bpsym.exports.roster import Student, parse_roster, read_roster

if TYPE_CHECKING:
    from pathlib import Path

CHINESE = "学号;姓名;邮箱\r\n2024001;王小明;wang@example.edu\r\n2024002;李 雷;\r\n"


def rows(students: tuple[Student, ...]) -> list[tuple[str, str, str, int]]:
    """Everything about every student."""
    return [(s.id, s.name, s.email, s.line) for s in students]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators(encoding: str, separator: str) -> None:
    """The same two students from fifteen kinds of file."""
    data = CHINESE.replace(";", separator).encode(encoding)
    assert rows(parse_roster(data)) == [("2024001", "王小明", "wang@example.edu", 2), ("2024002", "李 雷", "", 3)]


@pytest.mark.parametrize(
    ("header", "line", "student"),
    [
        ("Student ID,Name", "007,Ann Lee", ("007", "Ann Lee", "")),
        ("First name,Last name,ID number,Email address", "Ann,Lee,7,a@b.c", ("7", "Ann Lee", "a@b.c")),
        ("姓氏,名字,学号", "王,小明,7", ("7", "王小明", "")),
        ("id", "x-1", ("x-1", "", "")),
        ("Group,STUDENT_ID,full  name", 'A,１２３,"Lee, Ann"', ("123", "Lee, Ann", "")),
        ("name,id", "'=cmd,5", ("5", "=cmd", "")),
        ("name;id", "Ann\u200b  Lee\u00a0;5", ("5", "Ann Lee", "")),
    ],
)
def test_columns_are_known_by_many_names(header: str, line: str, student: tuple[str, str, str]) -> None:
    """Case, spaces, width and order do not matter; other columns are left alone."""
    (found,) = parse_roster(f"{header}\n{line}\n".encode())
    assert (found.id, found.name, found.email) == student


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("id,name\n1,a\n2,b\n\n1,c\n", "lines 2 and 5 both have the id 1"),
        ("id,name\nx1,a\nＸ１,b\n", "lines 2 and 3 both have the id X1"),
        ('id,name\n"1",a\n"2","two\nlines"\n2,b\n', "lines 3 and 5 both have the id 2"),
        ("id,name\n1,a\n,b\n", "line 3: the id is empty"),
        ("id,name\n2.02401E+11,a\n", "line 2: the id 2.02401E\\+11 lost digits"),
        ("name,mark\na,1\n", "no column holds the students' ids; the header is name, mark"),
        ("id,name\n", "has a header and no student"),
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("id,name\n1,a,b\n", "line 2: 3 cells under a header of 2"),
        ('id,name\n1,"a\n', "line 2: unexpected end of data"),
        ("id,name\n1,a\x00b\n", "line 2: a cell is too long or holds control characters"),
        ("id,name\n1," + "a" * 10_001 + "\n", "line 2: a cell is too long"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(data: str, said: str) -> None:
    """One sentence: the line, what stands there, what would be right."""
    with pytest.raises(BpsymError, match=said):
        parse_roster(data.encode())


def test_an_encoding_that_would_be_a_guess_is_refused() -> None:
    """Müller in Latin-1 is some Chinese in GBK; it is said instead of misspelt."""
    for data in ("id,name\n1,Müller\n".encode("latin-1"), b"id,name\n1,\xff\xff\n", b"\xef\xbb\xbfid\n\xff\n"):
        with pytest.raises(BpsymError, match=r"UTF-8|utf-8"):
            parse_roster(data)


def test_a_roster_is_read_from_its_file(tmp_path: Path) -> None:
    """The sentence about a missing file names it."""
    (tmp_path / "r.csv").write_text(CHINESE, "gbk")
    assert len(read_roster(tmp_path / "r.csv")) == 2
    with pytest.raises(BpsymError, match=r"none\.csv: No such file"):
        read_roster(tmp_path / "none.csv")


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Any bytes give students or one sentence."""
    try:
        students = parse_roster(b"id,name\n" + data)
    except BpsymError:
        return
    assert students
    assert all(student.id for student in students)
