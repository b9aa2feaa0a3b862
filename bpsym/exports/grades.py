"""Marks in the form Moodle's grade import takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError
from bpsym.exports.csv import csv_bytes
from bpsym.exports.numbers import is_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpsym.exports.roster import Student


@dataclass(frozen=True)
class Grade:
    """A student's marks for one piece of work."""

    student: Student
    marks: str  # a plain decimal; "" where there is nothing to mark
    feedback: str = ""


def moodle_grades_csv(grades: Iterable[Grade], item: str) -> bytes:
    """A CSV for "Import grades": choose `ID number` or `Email address` to match by, `item` as the grade item."""
    rows = []
    for grade in grades:
        if grade.marks and not is_decimal(grade.marks):
            raise BpsymError(f"the marks {grade.marks!r} of {grade.student.id} are no plain decimal")
        rows.append((grade.student.id, grade.student.email, grade.student.name, grade.marks, grade.feedback))
    return csv_bytes(("ID number", "Email address", "Name", item, f"{item} (feedback)"), rows)
