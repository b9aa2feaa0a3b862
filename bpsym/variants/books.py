"""What a class gets as a whole: booklets, files of questions, the answers; in volumes, so that memory is flat."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError
from bpsym.exports.csv import csv_bytes
from bpsym.variants.jobs import put, results
from bpsym.variants.sheets import BLANK, FOLDERS, KEY
from bpsym.variants.store import ANSWERS
from bpsym.variants.work import BOOKLET, EXPORTS, VOLUME, filling_of, homework_of, template_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor

    from bpsym.exports.model import Language
    from bpsym.variants.questions import Questions
    from bpsym.variants.store import Record, Store
    from bpsym.variants.work import Course

SUFFIXES = {"moodle": "xml", "stack": "xml", "qti21": "zip", "canvas": "zip"}
# The page's template has set the title of the first sheet; those after it begin on a first page of their own.
NEW_SHEET = """
#counter(page).update(0)
#pagebreak(weak: true)
#block(below: 1.4em, text(17pt, weight: "bold")[{title}])
"""


@dataclass(frozen=True)
class Volume:
    """Some students' part of a book."""

    course: Course
    kind: str  # blank, key, moodle, ...
    path: str
    students: tuple[tuple[str, str], ...]  # id and name, in roster order


def volumes(store: Store, course: Course) -> Iterator[Volume]:
    """Every book of a class, in parts of at most `BOOKLET` or `VOLUME` students."""
    booklets = [(kind, f"{folder}{{}}.pdf") for kind, folder in FOLDERS.items() if "pdf" in course.formats]
    questions = [(name, f"{name}{{}}.{SUFFIXES[name]}") for name in EXPORTS if name in course.formats]
    _, total = store.count()
    for kinds, size in ((booklets, BOOKLET), (questions, VOLUME)):
        for number, records in enumerate(_batches(store.records(), size) if kinds else (), 1):
            students = tuple((record.id, record.name) for record in records)
            for kind, path in kinds:
                yield Volume(course, kind, path.format(f"-{number:03}" if total > size else ""), students)


def _batches(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    source = iter(records)
    while batch := list(islice(source, size)):
        yield batch


def bind(volume: Volume) -> bytes:
    """The file of a volume."""
    homework = homework_of(volume.course)
    variants = homework.variants([student for student, _ in volume.students])
    fillings = [
        filling_of(homework, variant, name, homework.answers(variant))
        for variant, (_, name) in zip(variants, volume.students, strict=True)
    ]
    if volume.kind in (BLANK, KEY):
        from bpsym.render.engines import typst_pdf
        from bpsym.render.text import clean, typst

        title = homework.description.title(volume.course.lang or homework.description.sheet.language)
        between = NEW_SHEET.format(title=typst(clean(title)))
        source = ""
        for variant, filling in zip(variants, fillings, strict=True):
            before, body = template_of(volume.course, variant.structure, volume.kind, "pdf").parts(filling)
            source += between + body if source else before + body
        return typst_pdf(source)
    from bpsym.variants.questions import Questions

    language = _language(volume.course)
    made = [Questions(homework, v, filling, language) for v, filling in zip(variants, fillings, strict=True)]
    title = " ".join(homework.description.title(language).split()).strip("/") or "bpsym"
    return _questions(volume.kind, title, made, language)


def _language(course: Course) -> Language:
    return "zh" if (course.lang or homework_of(course).description.sheet.language) == "zh" else "en"


def _questions(kind: str, title: str, made: list[Questions], language: Language) -> bytes:
    from bpsym.exports.model import Quiz, safe_identifier
    from bpsym.exports.moodle import moodle_xml
    from bpsym.exports.qti12 import qti12_package
    from bpsym.exports.qti21 import qti21_package
    from bpsym.exports.stack import stack_xml
    from bpsym.variants.questions import quiz_questions

    if kind == "stack":
        return stack_xml(tuple(each.stack() for each in made), title[:200])
    quiz = Quiz(
        safe_identifier(f"{title} {made[0].id}"), title[:200], quiz_questions(made, whole=kind != "canvas"), language
    )
    return {"moodle": moodle_xml, "qti21": qti21_package, "canvas": qti12_package}[kind](quiz)


def make_books(store: Store, course: Course, pool: Executor, width: int, progress: Callable[[int, int], None]) -> None:
    """Write every book that is not there yet, and the table of answers."""
    made = dict(store.files())
    waiting = [volume for volume in volumes(store, course) if volume.path not in made]
    for done, (volume, content) in enumerate(results(pool, width, bind, waiting), 1):
        store.add((), put(store.folder, {volume.path: content}))
        progress(done, len(waiting))
    store.add((), put(store.folder, {ANSWERS: answers_csv(store)}))


def answers_csv(store: Store) -> bytes:
    """The key of the whole class: a row for each student, a column for each value asked of anybody."""
    names: dict[str, None] = {}
    for record in store.records():
        names |= dict.fromkeys(record.answers)
    if not names:
        raise BpsymError("no student has a variant")
    rows = ((r.id, r.name, r.code, *(r.answers.get(name, "") for name in names)) for r in store.records())
    return csv_bytes(("id", "name", "code", *names), rows)
