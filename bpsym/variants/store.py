"""The index of a class: one SQLite file that knows every student's variant, answers and files."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from bpsym.exports.roster import Student

INDEX = "variants.sqlite"
ANSWERS = "answers.csv"  # written last
GRADED = "graded"  # what `bpsym grade` writes, which no index knows
_TABLES = """
CREATE TABLE IF NOT EXISTS course (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS student (
    place INTEGER PRIMARY KEY,            -- on the roster, from 1
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    code TEXT UNIQUE,                     -- NULL until the variant is made, like all that follows
    structure INTEGER,
    attempt INTEGER,
    numbers TEXT,                         -- JSON: what is given, by entry
    answers TEXT,                         -- JSON: the key, by name
    same TEXT UNIQUE                      -- a digest of the answers: no two students have the same
) STRICT;
CREATE TABLE IF NOT EXISTS file (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Record:
    """A student's variant as the index keeps it."""

    place: int
    id: str
    name: str
    email: str
    code: str
    structure: int
    attempt: int
    numbers: Mapping[str, str]
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Store:
    """The index in a folder."""

    folder: Path
    connection: sqlite3.Connection

    def course(self) -> dict[str, str]:
        """What the variants were made from."""
        return dict(self.connection.execute("SELECT key, value FROM course"))

    def begin(self, course: Mapping[str, str], students: Iterable[Student], waived: bool) -> None:  # noqa: FBT001  (a fact)
        """Note what is to be made; raises BpsymError where the folder holds something else already."""
        known = self.course()
        for key, value in course.items():
            if key in known and known[key] != value:
                raise BpsymError(
                    f"{self.folder} holds the variants of another {key}; choose another folder, or remove this one"
                )
        rows = [(place, s.id, s.name, s.email) for place, s in enumerate(students, 1)]
        with self.connection:
            present = self.connection.execute("SELECT place, id, name, email FROM student ORDER BY place").fetchall()
            if known and rows != present:
                raise BpsymError(
                    f"{self.folder} holds the variants of another roster; choose another folder, or remove this one"
                )
            if not known:
                self.connection.executemany("INSERT INTO course VALUES (?, ?)", course.items())
                self.connection.executemany("INSERT INTO student (place, id, name, email) VALUES (?, ?, ?, ?)", rows)
                if waived:
                    self.connection.execute("INSERT INTO course VALUES ('shared answers', 'allowed')")

    def waiting(self, size: int) -> Iterator[list[tuple[int, str, str]]]:
        """Students without a variant, in the order of the roster, in lists of at most `size`: place, id, name."""
        last = 0
        while True:
            query = "SELECT place, id, name FROM student WHERE code IS NULL AND place > ? ORDER BY place LIMIT ?"
            rows = self.connection.execute(query, (last, size)).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield rows

    def add(self, records: Iterable[Record], files: Mapping[str, str]) -> None:
        """Note finished variants and their files, all or none; raises BpsymError where two students share answers."""
        shared = self.course().get("shared answers") == "allowed"
        with self.connection:
            for record in records:
                answers = json.dumps(record.answers)
                same = None if shared else hashlib.sha256(answers.encode()).hexdigest()
                made = (record.code, record.structure, record.attempt)
                row = (*made, json.dumps(record.numbers), answers, same, record.place)
                update = "UPDATE student SET code=?, structure=?, attempt=?, numbers=?, answers=?, same=? WHERE place=?"
                try:
                    self.connection.execute(update, row)
                except sqlite3.IntegrityError:
                    raise BpsymError(self._twins(record, same)) from None
            self.connection.executemany("INSERT OR REPLACE INTO file VALUES (?, ?)", files.items())

    def _twins(self, record: Record, same: str | None) -> str:
        query = "SELECT id FROM student WHERE same = ? OR code = ?"
        found = self.connection.execute(query, (same, record.code)).fetchone()
        other = found[0] if found else "?"
        return f"students {other} and {record.id} have the same answers; another --seed gives others"

    def records(self) -> Iterator[Record]:
        """The finished variants in the order of the roster, one at a time."""
        columns = "place, id, name, email, code, structure, attempt, numbers, answers"
        query = f"SELECT {columns} FROM student WHERE code IS NOT NULL ORDER BY place"  # noqa: S608  (no value in it)
        for place, student, name, email, code, structure, attempt, numbers, answers in self.connection.execute(query):
            made = (structure, attempt, json.loads(numbers), json.loads(answers))
            yield Record(place, student, name, email, code, *made)

    def emails(self) -> dict[str, str]:
        """The students' addresses by id."""
        return dict(self.connection.execute("SELECT id, email FROM student"))

    def find(self, code: str) -> Record | None:
        """The variant a code leads to."""
        wanted = code.strip().upper()
        return next((record for record in self.records() if record.code == wanted), None)

    def count(self) -> tuple[int, int]:
        """How many variants are made, and of how many students."""
        made, every = self.connection.execute("SELECT count(code), count(*) FROM student").fetchone()
        return made, every

    def files(self) -> Iterator[tuple[str, str]]:
        """Path in the folder and SHA-256 of every file."""
        yield from self.connection.execute("SELECT path, sha256 FROM file ORDER BY path")

    def problems(self) -> Iterator[str]:
        """Where the folder does not agree with the index: files missing, changed, or not made by it."""
        made, every = self.count()
        if made < every:
            yield f"{every - made} of {every} students have no variant yet; run the same command again"
        elif ANSWERS not in dict(self.files()):
            yield "the booklets are not finished; run the same command again"
        known = {INDEX, f"{INDEX}-wal", f"{INDEX}-shm", f"{INDEX}-journal"}
        for path, digest in self.files():
            known.add(path)
            file = self.folder / path
            if not file.is_file():
                yield f"{path} is missing"
            elif file_digest(file) != digest:
                yield f"{path} was changed"
        for file in sorted(self.folder.rglob("*")):
            path = file.relative_to(self.folder).as_posix()
            if file.is_file() and path not in known and not path.startswith(f"{GRADED}/"):
                yield f"{path} is not in the index"


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def opened(folder: Path, *, new: bool = False) -> Iterator[Store]:
    """The index in a folder, made if `new`; raises BpsymError where there is none or it cannot be read."""
    path = folder / INDEX
    if not new and not path.is_file():
        raise BpsymError(f"{folder} holds no {INDEX}; `bpsym variants DESCRIPTION -o {folder}` makes it")
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_TABLES)
            yield Store(folder, connection)
    except sqlite3.Error as error:
        raise BpsymError(f"{path}: {error}") from None
