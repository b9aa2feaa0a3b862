"""One shard of a class: a pure function from a few students to their files, run in this process or any other."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from bpsym.spec import loads
from bpsym.spec.values import written
from bpsym.variants.codes import code_svg
from bpsym.variants.homework import Homework
from bpsym.variants.sheets import BLANK, CODES, FOLDERS, Filling, Template, template
from bpsym.variants.store import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpsym.rounding import Numeral
    from bpsym.variants.homework import Variant

DOCUMENTS = {"pdf": "pdf", "md": "markdown", "html": "html", "tex": "latex", "txt": "text"}  # rows of FORMATS
EXPORTS = ("moodle", "stack", "qti21", "canvas")
FORMATS = (*DOCUMENTS, "ipynb", *EXPORTS)
BOOKLET, VOLUME = 500, 100  # students in one booklet, in one file of questions


@dataclass(frozen=True)
class Course:
    """What every shard of a class has in common."""

    text: str  # of the description
    name: str  # of its file, for messages
    seed: int
    secret: bytes = field(repr=False, default=b"")
    formats: tuple[str, ...] = ("pdf",)
    lang: str = ""


def settings(course: Course) -> dict[str, str]:
    """What a folder's index notes of a course, so that a run is resumed, and graded, with what it began with."""
    return {
        "description": course.text,
        "file": course.name,
        "seed": str(course.seed),
        "secret": hashlib.sha256(course.secret).hexdigest() if course.secret else "",
        "formats": ",".join(course.formats),
        "language": course.lang,
    }


@dataclass(frozen=True)
class Shard:
    """Some students of a class: place on the roster, id, name."""

    course: Course
    students: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True)
class Made:
    """What a shard comes to."""

    records: tuple[Record, ...]
    files: Mapping[str, bytes]


@lru_cache(maxsize=4)
def homework_of(course: Course) -> Homework:
    """The homework of a course; kept, since deriving it takes longer than a shard."""
    return Homework(loads(course.text, course.name), course.seed, course.secret)


@lru_cache(maxsize=64)
def template_of(course: Course, structure: int, mode: str, name: str) -> Template:
    """A compiled sheet or key."""
    from bpsym.render.formats import BY_NAME

    return template(homework_of(course).structures[structure], mode, BY_NAME[name], course.lang)


def make(shard: Shard) -> Made:
    """The variants of a shard's students and all their files."""
    homework = homework_of(shard.course)
    variants = homework.variants([student for _, student, _ in shard.students])
    records: list[Record] = []
    files: dict[str, bytes] = {}
    for variant, (place, id, name) in zip(variants, shard.students, strict=True):  # noqa: A001  (the student's)
        answers = homework.answers(variant)
        filling = filling_of(homework, variant, name, answers)
        structure = homework.structures[variant.structure]
        key = {each.name: answer.text for each, answer in zip(structure.asked, answers, strict=True)}
        numbers = dict(zip(structure.names, filling.given.values(), strict=True))
        records.append(Record(place, id, name, "", variant.code, variant.structure, variant.attempt, numbers, key))
        for format in shard.course.formats:  # noqa: A001  (the field's word)
            files |= files_of(shard.course, format, variant, filling)
    return Made(tuple(records), files)


def filling_of(homework: Homework, variant: Variant, name: str, answers: Sequence[Numeral]) -> Filling:
    """What a student's documents are filled with."""
    given = {entry: written(number) for entry, number in homework.values(variant).items()}
    return Filling(name, variant.student, variant.code, given, tuple(answers))


def files_of(course: Course, format: str, variant: Variant, filling: Filling) -> dict[str, bytes]:  # noqa: A002  (the field's word)
    """The files of one student in one format, by their paths in the folder."""
    stem = file_stem(filling.id)
    if format == "ipynb":
        from bpsym.variants.questions import notebooks

        blank, key = notebooks(homework_of(course), variant, filling)
        return {f"sheets/{stem}.ipynb": blank, f"keys/{stem}.ipynb": key}
    if format not in DOCUMENTS:
        return {}
    found = {}
    for mode, folder in FOLDERS.items():
        made = template_of(course, variant.structure, mode, DOCUMENTS[format])
        source = made.filled(filling)
        if format == "pdf":
            from bpsym.render.engines import typst_pdf

            content = typst_pdf(source)
        else:
            content = source.encode()
        found[f"{folder}/{stem}.{format}"] = content
        if format == "md" and mode == BLANK:
            beside = f"{folder}/figures-{variant.structure}"
            found |= {f"{beside}/{name}": data for name, data in made.files.items()}
            found[f"{folder}/{CODES}/{variant.code}.svg"] = code_svg(variant.code)
    return found


def file_stem(id: str) -> str:  # noqa: A002  (the student's)
    """A file name for a student's id: the id itself where every system can have such a file."""
    safe = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFKC", id)).strip("-.")[:60]
    reserved = re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", safe, re.IGNORECASE)
    if safe == id and not reserved and safe.isascii() and safe == safe.lower():
        return safe
    if safe == id and not reserved and safe.isascii() and safe == safe.upper():
        return safe
    return f"{safe or 'student'}-{hashlib.sha256(id.encode()).hexdigest()[:8]}"
