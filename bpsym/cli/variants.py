"""`bpsym variants`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bpsym.cli.arguments import Known
from bpsym.cli.progress import progress
from bpsym.errors import BpsymError

if TYPE_CHECKING:
    from bpsym.variants.work import Course

SECRET_LIMIT = 4096  # bytes
SECRET_LEAST = 16


@click.command(short_help="Set homework with different numbers for every student.")
@click.argument("description", type=click.Path(path_type=Path), required=False, metavar="DESCRIPTION")
@click.option(
    "--roster", type=click.Path(path_type=Path, dir_okay=False), help="A CSV file with the students' ids and names."
)
@click.option("--count", type=click.IntRange(1, 10**6), metavar="N", help="N students without names, instead.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=0,
    metavar="N",
    help="Another seed gives other numbers.  [default: 0]",
)
@click.option("--secret", type=click.Path(path_type=Path, dir_okay=False), help="A file with a key nobody else knows.")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="The folder to write to.")
@click.option(
    "--format",
    "formats",
    default="pdf",
    metavar="NAMES",
    help="pdf,md,html,tex,ipynb,moodle,stack,qti21,canvas.  [default: pdf]",
)
@click.option("--lang", type=Known("language", "bpsym.options:LANGUAGES"), help="The language.")
@click.option("--jobs", type=click.IntRange(1, 256), default=1, metavar="N", help="Processes.  [default: 1]")
@click.option(
    "--scheduler", default="", metavar="ADDRESS", help="A Dask scheduler (tcp://host:8786) instead of processes."
)
@click.option("--stress", type=click.IntRange(1, 10**7), metavar="N", help="Try N students and report; write nothing.")
@click.option(
    "--check", type=click.Path(path_type=Path, file_okay=False, exists=True), help="Compare a folder with its index."
)
@click.option("--find", metavar="CODE", help="With --check: show the variant a sheet's code leads to.")
def variants(
    description: Path | None,
    roster: Path | None,
    count: int | None,
    seed: int,
    secret: Path | None,
    output: Path | None,
    formats: str,
    lang: str | None,
    jobs: int,
    scheduler: str,
    stress: int | None,
    check: Path | None,
    find: str | None,
) -> None:
    """Give every student of a class a sheet with numbers of their own, and its key.

    The table [vary] of DESCRIPTION says what differs. A student's numbers depend on the description, the seed and the
    student's id alone. An interrupted run goes on where it stopped when it is started again.

    \b
    Examples:
      bpsym variants homework.toml --roster students.csv --seed 7 -o out/
      bpsym variants homework.toml --count 300 --format pdf,moodle -o out/ --jobs 4
      bpsym variants homework.toml --stress 10000
      bpsym variants --check out/
      bpsym variants --check out/ --find 7KQ2M9XW3D
    """
    if check is not None:
        _check(check, find)
        return
    if description is None:
        raise click.UsageError("Missing argument 'DESCRIPTION'.")
    from bpsym.spec.text import read
    from bpsym.variants.work import FORMATS, Course

    chosen = tuple(dict.fromkeys(name.strip() for name in formats.split(",") if name.strip()))
    unknown = [name for name in chosen if name not in FORMATS]
    if unknown or not chosen:
        raise BpsymError(f"{', '.join(unknown) or 'nothing'} is no format of homework; known: {', '.join(FORMATS)}")
    key = _secret(secret) if secret is not None else b""
    course = Course(read(description), str(description), seed, key, chosen, lang or "")
    if stress is not None:
        _stress(course, stress, jobs, scheduler)
        return
    if output is None or (roster is None) == (count is None):
        raise BpsymError("homework needs a folder (-o) and either --roster FILE or --count N")
    _make(course, roster, count, output, jobs, scheduler)


def _make(course: Course, roster: Path | None, count: int | None, output: Path, jobs: int, scheduler: str) -> None:
    from bpsym.exports.roster import Student, read_roster
    from bpsym.variants.books import make_books
    from bpsym.variants.constraints import SHARED
    from bpsym.variants.jobs import executor, leftovers, run
    from bpsym.variants.store import opened
    from bpsym.variants.work import homework_of, settings

    if roster is not None:
        students = read_roster(roster)
    else:
        students = tuple(Student(f"{number:04}", "", "", number) for number in range(1, (count or 0) + 1))
    homework = homework_of(course)
    pilot = homework.check(len(students))
    _warn_of_names(course, [student.name for student in students])
    output.mkdir(parents=True, exist_ok=True)
    with opened(output, new=True) as store:
        waived = homework.description.vary is not None and SHARED in homework.description.vary.waive
        store.begin(settings(course), students, waived)
        leftovers(output)
        with executor(jobs, scheduler) as (pool, width):
            with progress("Variants") as report:
                run(store, course, pool, width, report)
            with progress("Books") as report:
                make_books(store, course, pool, width, report)
    share = 100 * pilot.accepted // pilot.tried
    click.echo(f"{len(students)} students in {output}; about {share}% of the variants drawn are fair", err=True)


def _warn_of_names(course: Course, names: list[str]) -> None:
    """Say which names a PDF cannot show."""
    if "pdf" not in course.formats:
        return
    from bpsym.fonts import missing_characters

    strange = [name for name in names if missing_characters(name)]
    if strange:
        listed = ", ".join(strange[:5]) + (" ..." if len(strange) > 5 else "")
        click.echo(f"warning: the fonts of the PDF lack characters of {len(strange)} names: {listed}", err=True)


def _stress(course: Course, count: int, jobs: int, scheduler: str) -> None:
    from bpsym.variants.jobs import executor
    from bpsym.variants.stress import report, stress
    from bpsym.variants.work import homework_of

    homework_of(course).check(1)
    with executor(jobs, scheduler) as (pool, width), progress("Variants") as bar:
        found = stress(course, count, pool, width, bar)
    for line in report(found, course.seed):
        click.echo(line)
    if found.broken or found.shared:
        raise click.exceptions.Exit(1)


def _check(folder: Path, find: str | None) -> None:
    from bpsym.variants.store import opened

    with opened(folder) as store:
        if find is not None:
            record = store.find(find)
            if record is None:
                raise BpsymError(f"no sheet in {folder} has the code {find}")
            click.echo(f"{record.id} {record.name}".rstrip())
            for name, number in {**record.numbers, **record.answers}.items():
                click.echo(f"  {name} = {number}")
            return
        problems = 0
        for problem in store.problems():
            click.echo(problem)
            problems += 1
        if problems:
            raise click.exceptions.Exit(1)
        made, _ = store.count()
        files = sum(1 for _ in store.files())
    click.echo(f"{made} students, {files} files: the folder agrees with its index")


def _secret(path: Path) -> bytes:
    """The key in a file; raises BpsymError for one that is too short to be secret."""
    from bpsym.exports.files import read_bytes

    key = read_bytes(path, SECRET_LIMIT)
    if len(key) < SECRET_LEAST:
        raise BpsymError(f"{path}: a secret has at least {SECRET_LEAST} bytes; `openssl rand -out {path} 32` makes one")
    return key
