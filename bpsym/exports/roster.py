"""Lists of students as schools keep them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError
from bpsym.exports.files import read_bytes
from bpsym.exports.tables import MAX_BYTES, column_key, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bpsym.exports.tables import Row

# Spellings of the columns, by what they hold; compared by `column_key`.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "student id", "id number", "student number", "sid", "学号", "學號", "学生学号", "编号"),
    "name": ("name", "full name", "student", "student name", "姓名", "学生姓名", "学生"),
    "first": ("first name", "given name", "名", "名字"),
    "last": ("last name", "surname", "family name", "姓", "姓氏"),
    "email": ("email", "email address", "mail", "邮箱", "电子邮箱", "电子邮件", "电子邮件地址", "email地址"),
}  # fmt: skip
_KIND = {column_key(name): kind for kind, names in COLUMNS.items() for name in names}

_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+")


@dataclass(frozen=True)
class Student:
    """One line of a roster."""

    id: str
    name: str  # "" where the roster has none
    email: str
    line: int  # of the roster; 0 where that is not at hand


def columns(header: tuple[str, ...]) -> dict[str, int]:
    """Where each known kind of column is; the first counts where there are two."""
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        if kind := _KIND.get(column_key(name)):
            found.setdefault(kind, place)
    return found


def identity(text: str) -> str:
    """What makes two ids or addresses the same: width and case of letters and digits do not count."""
    return unicodedata.normalize("NFKC", text).casefold()


def read_roster(path: Path) -> tuple[Student, ...]:
    """The students in a CSV file, in its order; BpsymError names the line of what cannot be used."""
    return parse_roster(read_bytes(path, MAX_BYTES), str(path))


def parse_roster(data: bytes, where: str = "the roster") -> tuple[Student, ...]:
    """The students in the bytes of a CSV file.

    BpsymError: no column of ids, an empty id, an id that a spreadsheet turned into `2.02E+11`, two students of one id
    (both lines are named), no student at all.
    """
    table = read_table(data, where, frozenset(_KIND))
    place = columns(table.header)
    if "id" not in place:
        raise BpsymError(
            f"{where}: no column holds the students' ids; the header is {', '.join(table.header)},"
            f" and one of {', '.join(COLUMNS['id'])} is needed"
        )
    students: dict[str, Student] = {}
    for row in table.rows:
        student = _student(row, place, where)
        earlier = students.setdefault(identity(student.id), student)
        if earlier is not student:
            raise BpsymError(f"{where}: lines {earlier.line} and {row.line} both have the id {student.id}")
    if not students:
        raise BpsymError(f"{where} has a header and no student")
    return tuple(students.values())


def _student(row: Row, place: Mapping[str, int], where: str) -> Student:
    cells = {kind: row.cells[at] for kind, at in place.items()}
    identifier = unicodedata.normalize("NFKC", cells["id"])
    if not identifier:
        raise BpsymError(f"{where}, line {row.line}: the id is empty")
    if _SCIENTIFIC.fullmatch(identifier):
        raise BpsymError(
            f"{where}, line {row.line}: the id {identifier} lost digits in a spreadsheet;"
            " format the column as text before saving"
        )
    first, last = cells.get("first", ""), cells.get("last", "")
    # Chinese writes the family name first and no space between
    joined = last + first if re.search("[\u4e00-\u9fff]", last + first) else f"{first} {last}".strip()
    return Student(identifier, cells.get("name") or joined, cells.get("email", ""), row.line)
