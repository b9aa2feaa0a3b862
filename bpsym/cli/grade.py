"""`bpsym grade`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bpsym.cli.arguments import Known
from bpsym.cli.progress import progress
from bpsym.errors import BpsymError

if TYPE_CHECKING:
    from bpsym.grading.marks import Marker
    from bpsym.grading.submissions import Class
    from bpsym.variants.store import Store


@click.command(short_help="Mark what students hand in, with follow-through.")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("answers", type=click.Path(path_type=Path, exists=True), nargs=-1, required=True)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Where to write.  [default: FOLDER/graded]"
)
@click.option("--deadline", metavar="TIME", help="After this time an answer is late: 2026-11-21T18:00+01:00.")
@click.option("--item", default="bpsym", metavar="NAME", help="What Moodle calls the grade.  [default: bpsym]")
@click.option("--lang", type=Known("language", "bpsym.options:LANGUAGES"), help="The language.")
def grade(
    folder: Path, answers: tuple[Path, ...], output: Path | None, deadline: str | None, item: str, lang: str | None
) -> None:
    """Mark ANSWERS to the homework that `bpsym variants` wrote to FOLDER.

    ANSWERS are CSV files (a row for each student, or for each value), Moodle's report of responses, notebooks, written
    derivations (named by student or code), or folders of these. A value that is wrong loses its own mark; what follows
    correctly from it counts.

    \b
    Examples:
      bpsym grade out/ answers.csv
      bpsym grade out/ notebooks/ --deadline 2026-11-21T18:00+08:00 -o marks/
    """
    from bpsym.grading.run import write_all
    from bpsym.grading.submissions import received
    from bpsym.variants.store import GRADED, opened

    with opened(folder) as store:
        marker, group, language = _class(store, lang)
        found, unusable = received(answers, group, marker, _time(deadline))
        with progress("Marking") as report:
            target = output or folder / GRADED
            count, problems = write_all(marker, group, found, unusable, target, item, language, report)
    click.echo(f"{count} of {len(group.students)} students marked in {target}; {problems} things to look at", err=True)


def _class(store: Store, lang: str | None) -> tuple[Marker, Class, str]:
    from bpsym.grading.marks import Marker
    from bpsym.grading.submissions import class_of
    from bpsym.spec import loads
    from bpsym.variants.homework import Homework

    course = store.course()
    if "description" not in course:
        raise BpsymError(f"{store.folder} holds no homework yet")
    description = loads(course["description"], course["file"])
    group = class_of(store.records(), store.emails())
    if not group.students:
        raise BpsymError(f"no student in {store.folder} has a variant")
    language = lang or course["language"] or description.sheet.language
    return Marker(Homework(description, int(course["seed"]))), group, language


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise BpsymError(f"{text!r} is no time; write it as 2026-11-21T18:00+01:00") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
