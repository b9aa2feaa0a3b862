"""What came back, from any of the files it comes in: tables, Moodle's report, notebooks, whole derivations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError, Undecided
from bpsym.exports.answers import (
    Entry,
    Problem,
    Received,
    collect,
    entries_from_csv,
    entries_from_moodle,
    entries_from_notebook,
)
from bpsym.exports.files import read_bytes
from bpsym.exports.roster import Student, identity
from bpsym.exports.tables import MAX_BYTES, column_key
from bpsym.rounding import Rounding, ends, numeral
from bpsym.variants.work import file_stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from bpsym.grading.marks import Marker
    from bpsym.variants.store import Record

TABLES, NOTEBOOKS, DERIVATIONS = {".csv"}, {".ipynb"}, {".md", ".tex", ".txt", ".html"}
WRITTEN = Rounding(None, 25)  # more digits than anybody writes
_RESPONSES = ("response", "答案", "回答", "响应", "作答", "答复")


@dataclass(frozen=True)
class Class:
    """The students of a class, and how files lead to them."""

    records: Mapping[str, Record]  # by id
    students: tuple[Student, ...]

    def of(self, name: str) -> Record | None:
        """The student a code, an id or a file's name means."""
        return self._known.get(identity(name))

    @cached_property
    def _known(self) -> dict[str, Record]:
        """Every name of every student; an id counts before a code, and that before a file's name."""
        every = list(self.records.values())
        names = [[(file_stem(r.id), r) for r in every], [(r.code, r) for r in every], [(r.id, r) for r in every]]
        return {identity(name): record for kind in names for name, record in kind}

    @property
    def steps(self) -> tuple[str, ...]:
        """Every value asked of anybody."""
        return tuple(dict.fromkeys(name for record in self.records.values() for name in record.answers))


def class_of(records: Iterable[Record], emails: Mapping[str, str]) -> Class:
    """The class in an index."""
    found = {record.id: record for record in records}
    students = tuple(Student(r.id, r.name, emails.get(r.id, ""), 0) for r in found.values())
    return Class(found, students)


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and those in the folders named; raises BpsymError for one of no kind that is read."""
    known = TABLES | NOTEBOOKS | DERIVATIONS
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.suffix.lower() in known and each.is_file())
        elif path.suffix.lower() in known:
            yield path
        else:
            raise BpsymError(f"{path}: answers are read from {', '.join(sorted(known))}")


def received(
    paths: Sequence[Path], group: Class, marker: Marker, deadline: datetime | None = None
) -> tuple[Received, list[Problem]]:
    """The answers that count, what else there is to say of them, and what of whole files cannot be used."""
    entries: list[Entry] = []
    unusable: list[Problem] = []
    for path in files(paths):
        try:
            entries += _entries(path, group, marker)
        except BpsymError as error:
            unusable.append(Problem("unreadable", path.stem, "", "", str(error)))
    found = collect(entries, group.students, group.steps, deadline)
    asked = {(record.id, name) for record in group.records.values() for name in record.answers}
    problems = [p for p in found.problems if p.kind != "missing" or not p.step or (p.student, p.step) in asked]
    return Received(found.answers, tuple(problems)), unusable


def _entries(path: Path, group: Class, marker: Marker) -> tuple[Entry, ...]:
    kind = path.suffix.lower()
    data = read_bytes(path, MAX_BYTES)
    if kind in NOTEBOOKS:
        return tuple(_owned(entry, group) for entry in entries_from_notebook(data, str(path)))
    if kind in DERIVATIONS:
        record = group.of(path.stem)
        if record is None:
            raise BpsymError(f"{path}: the name of a derivation is its student's id or the code of the sheet")
        return derivation(data, path, record, marker)
    header = data[:4096].split(b"\n", 1)[0].decode("utf-8", "replace")
    columns = [column_key(name) for name in header.replace(";", ",").replace("\t", ",").split(",")]
    responses = [name for name in columns if name.startswith(_RESPONSES) and name[-1].isdigit()]
    if responses:
        single = len(responses) == 1
        questions = [group.steps] if single else [(name,) for name in group.steps]
        return entries_from_moodle(data, str(path), questions)
    return tuple(_owned(entry, group) for entry in entries_from_csv(data, str(path), group.steps))


def _owned(entry: Entry, group: Class) -> Entry:
    """The entry with the student's id where it has the code of a sheet."""
    record = group.of(entry.student)
    if record is None:
        return entry
    return Entry(record.id, entry.step, entry.text, entry.where, entry.when, entry.finished)


def derivation(data: bytes, path: Path, record: Record, marker: Marker) -> tuple[Entry, ...]:
    """The values a written derivation comes to, each as the last figure it gives for what was asked."""
    from bpsym.verify.read import read
    from bpsym.verify.run import verify

    structure = marker.homework.structures[record.structure]
    verified = verify(read(data, path.name), marker.description(record))
    entries = []
    for asked in structure.asked:
        shown = verified.state.said.overrides.get(asked.entry)
        if shown is None:
            continue
        try:
            low, high = ends(shown)
        except Undecided:
            continue
        entries.append(Entry(record.id, asked.name, numeral((low + high) / 2, WRITTEN).text, str(path)))
    return tuple(entries)
