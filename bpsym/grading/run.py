"""A class marked from end to end: every file that is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.exports.csv import write_csv
from bpsym.exports.grades import Grade, moodle_grades_csv
from bpsym.files import write_atomically
from bpsym.grading.marks import Verdict
from bpsym.grading.pages import Pages, by_name, marks_text, steps_of
from bpsym.variants.work import file_stem

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction
    from pathlib import Path

    from bpsym.exports.answers import Problem, Received
    from bpsym.grading.marks import Marker, Marking
    from bpsym.grading.submissions import Class


def marked_class(
    marker: Marker, group: Class, received: Received, progress: Callable[[int, int], None]
) -> list[Marking]:
    """Every student marked, in roster order, those who sent nothing too."""
    own: dict[str, dict[str, Fraction]] = {}
    for (owner, step), answer in received.answers.items():
        own.setdefault(owner, {})[step] = answer.value
    markings = []
    for done, student in enumerate(group.students, 1):
        markings.append(marker.mark(group.records[student.id], own.get(student.id, {})))
        progress(done, len(group.students))
    return markings


def write_all(
    marker: Marker,
    group: Class,
    received: Received,
    unusable: list[Problem],
    folder: Path,
    item: str,
    language: str,
    progress: Callable[[int, int], None],
) -> tuple[int, int]:
    """Marks, Moodle's import form, a page for each student, the report; how many are marked, how many problems."""
    markings = marked_class(marker, group, received, progress)
    problems = [*unusable, *received.problems]
    pages = Pages(marker, marker.homework.description.title(language), language)
    (folder / "pages").mkdir(parents=True, exist_ok=True)
    unreadable: dict[str, dict[str, str]] = {}
    for problem in problems:
        if problem.kind == "unreadable":
            unreadable.setdefault(problem.student, {})[problem.step] = problem.text
    handed_in = {m.record.id for m in markings if any(v.verdict is not Verdict.MISSING for v in m.values)}
    steps = list(steps_of(markings))
    rows, grades = [], []
    for student, marking in zip(group.students, markings, strict=True):
        record, has = marking.record, marking.record.id in handed_in
        found = by_name(marking)
        verdicts = [str(found[step].verdict) if step in found else "" for step in steps]
        total = marks_text(marking.total) if has else ""
        feedback = pages.feedback(marking)
        rows.append((record.id, record.name, total, str(len(marking.values)), *verdicts, feedback))
        grades.append(Grade(student, total, feedback))
        if has:
            page = pages.page(marking, record.name, unreadable.get(record.id, {}))
            write_atomically(folder / "pages" / f"{file_stem(record.id)}.html", page)
    write_csv(folder / "marks.csv", ("id", "name", "marks", "of", *steps, "feedback"), rows)
    write_atomically(folder / "moodle-grades.csv", moodle_grades_csv(grades, item))
    header = ("problem", "student", "value", "written", "where")
    write_csv(folder / "problems.csv", header, [(p.kind, p.student, p.step, p.text, p.where) for p in problems])
    write_atomically(folder / "report.html", pages.report(markings, problems))
    return len(handed_in), len(problems)
