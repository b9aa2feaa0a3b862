"""What `bpsym grade` makes of a simulated class: marks as designed, and mistakes called by their names.

    python benchmarks/bench_grading.py [--count 1000] [--seed 0]

The class works examples/homework.toml and hands in a table. Of twenty students three do all of it right, eleven make
one slip (each mistake rule in turn) and follow it through, two make two slips, two hand in an absurd value and what
follows from it, and two garbage: figures out of the air, and cells that hold no number. Numbers are written as people
write them. A cause counts as named where the rule stands first, or where the one that does gives the very same answers
from beginning to end: nobody could tell them apart.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING

from flint import fmpq
from rich.console import Console
from rich.table import Table

from bpsym.errors import BpsymError
from bpsym.evaluate import Environment
from bpsym.exports.csv import write_csv
from bpsym.grading.marks import Marker, Verdict
from bpsym.grading.run import marked_class
from bpsym.grading.submissions import class_of, received
from bpsym.variants.work import Course, Shard, homework_of, make

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpsym.exports.answers import Problem
    from bpsym.grading.marks import Marked, Marking
    from bpsym.mistakes.candidates import Mistake
    from bpsym.variants.asked import Asked
    from bpsym.variants.store import Record

EXAMPLE = Path(__file__).parent.parent / "examples" / "homework.toml"
RIGHT, ONE, TWO, ABSURD, GARBAGE, UNREADABLE = (
    "right", "one slip", "two slips", "an absurd value", "figures out of the air", "no numbers",
)  # fmt: skip
KINDS = (*[RIGHT] * 3, *[ONE] * 11, *[TWO] * 2, *[ABSURD] * 2, GARBAGE, UNREADABLE)
ABSURDITIES = {"zero": Fraction(0), "far-off": Fraction(10**6)}  # by the rule that refuses them
NO_NUMBERS = ("?", "see page 2", "n/a", "0.1.2", "w5", "=1+1", "1e999", "无", "--3", "NaN")
NAMED = Fraction(95, 100)  # of the slips, at least


@dataclass(frozen=True)
class Sheet:
    """What a student hands in, and what has to be said of it."""

    kind: str
    record: Record
    cells: Mapping[str, str]
    marks: frozenset[int]  # as designed
    slips: tuple[Mistake, ...] = ()
    guard: str = ""


@dataclass
class Tally:
    """Counts by kind of sheet, and what went wrong."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def share(self) -> Fraction:
        """The share of slips, single and double, of which the cause is named."""
        made = sum(self.counts[kind, "causes"] for kind in (ONE, TWO, ABSURD))
        return Fraction(sum(self.counts[kind, "named"] for kind in (ONE, TWO, ABSURD)), made)


@dataclass
class Class:
    """Simulated students."""

    marker: Marker
    rng: Random
    turn: int = 0  # which rule is next

    def sheet(self, record: Record) -> Sheet:
        """The next student's sheet; a slip that shows nowhere is made again elsewhere."""
        kind = KINDS[record.place % len(KINDS)]
        while True:
            made = self._sheet(kind, record)
            if made is not None:
                return made

    def _sheet(self, kind: str, record: Record) -> Sheet | None:
        right = {name: Fraction(text) for name, text in record.answers.items()}
        every = len(right)
        if kind == RIGHT:
            return self._made(kind, record, right, {every})
        if kind == GARBAGE:
            drawn = {name: Fraction(self.rng.randrange(-(10**8), 10**8), 10**8) for name in right}
            return self._made(kind, record, drawn, {0})
        if kind == UNREADABLE:
            return Sheet(kind, record, {name: self.rng.choice(NO_NUMBERS) for name in right}, frozenset({0}))
        if kind == ABSURD:
            return self._absurd(record, right)
        slips = (self._slip(record), self._slip(record))[: 1 if kind == ONE else 2]
        if len({out for slip in slips for out in slip.steps}) < len(slips):
            return None
        found = self.answers(record, slips)
        if found is None or found == right or (kind == TWO and any(self._hidden(record, s, right) for s in slips)):
            return None
        return self._made(kind, record, found, {every - 1} if kind == ONE else {every - 1, every - 2}, slips)

    def _hidden(self, record: Record, slip: Mistake, right: Mapping[str, Fraction]) -> bool:
        return self.answers(record, (slip,)) in (None, right)

    def _slip(self, record: Record) -> Mistake:
        """A mistake of the rule whose turn it is, at a step drawn."""
        structure = self.marker.homework.structures[record.structure]
        candidates = self.marker.homework.numbers[record.structure].candidates
        by_rule: dict[str, list[Mistake]] = {}
        for step in structure.expansion.order(tuple(asked.entry for asked in structure.asked)):
            for mistake in candidates.at(step.out):
                by_rule.setdefault(mistake.rules[0].id, []).append(mistake)
        self.turn += 1
        return self.rng.choice(list(by_rule.values())[self.turn % len(by_rule)])

    def answers(self, record: Record, slips: Sequence[Mistake]) -> dict[str, Fraction] | None:
        """What comes out with these mistakes, followed through; None where they have no value."""
        here = self.marker.environment(record)
        changed = here.expansion.rewritten(step for slip in slips for step in slip.steps.values())
        return self._values(record, Environment(changed, here.values, here.rounding))

    def _values(self, record: Record, world: Environment) -> dict[str, Fraction] | None:
        try:
            return {asked.name: Fraction(world.numeral(asked.entry).text) for asked in self._asked(record)}
        except BpsymError:
            return None

    def _asked(self, record: Record) -> tuple[Asked, ...]:
        return self.marker.homework.structures[record.structure].asked

    def _absurd(self, record: Record, right: Mapping[str, Fraction]) -> Sheet | None:
        """One of the error signals absurd: it loses its mark, and so does all that follows from it."""
        guard, value = self.rng.choice(list(ABSURDITIES.items()))
        asked = self.rng.choice([each for each in self._asked(record) if each.name.startswith("delta")])
        world = self.marker.environment(record).overridden({asked.entry: fmpq(value.numerator)})
        found = self._values(record, world)
        if found is None:
            return None
        wrong = sum(abs(found[name] - right[name]) > Fraction(2, 10**8) for name in right)
        return self._made(ABSURD, record, found, {len(right) - wrong}, guard=guard)

    def _made(
        self, kind: str, record: Record, values: Mapping[str, Fraction], marks: set[int],
        slips: tuple[Mistake, ...] = (), guard: str = "",
    ) -> Sheet:  # fmt: skip
        cells = {name: self._written(value) for name, value in values.items()}
        return Sheet(kind, record, cells, frozenset(marks), slips, guard)

    def _written(self, value: Fraction) -> str:
        """A number as somebody types it."""
        units = abs(round(value * 10**8))
        plain = f"{units // 10**8}.{units % 10**8:08}"
        sign = "-" if value < 0 else ""
        spellings = (
            sign + plain,
            sign.replace("-", "\N{MINUS SIGN}") + plain,
            sign + plain.replace(".", ","),
            f" {sign}{plain} ",
            f"{sign}{units}e-8",
            f"{sign}{units}/100000000",
        )
        return self.rng.choice(spellings)


def judge(group: Class, sheet: Sheet, marking: Marking, problems: Sequence[Problem], tally: Tally) -> None:
    """Compare what was marked with what was designed."""
    counts, kind = tally.counts, sheet.kind
    counts[kind, "sheets"] += 1
    designed = marking.total in sheet.marks
    if kind == UNREADABLE:
        designed &= all(value.verdict is Verdict.MISSING for value in marking.values)
        designed &= sum(p.kind == "unreadable" and p.student == sheet.record.id for p in problems) == len(sheet.cells)
    counts[kind, "marks"] += designed
    if not designed:
        tally.failures.append(f"{sheet.record.id}, {kind} {_names(sheet.slips)}: {marking.total} marks")
    wrong = [value for value in marking.values if value.verdict is Verdict.WRONG]
    if kind == GARBAGE:
        counts[kind, "values"] += len(wrong)
        counts[kind, "blamed"] += sum(value.mistake is not None for value in wrong)
    elif kind == ABSURD:
        counts[kind, "causes"] += 1
        named = [value.guard.name for value in wrong if value.guard is not None]
        counts[kind, "first"] += set(named) <= {sheet.guard}
        counts[kind, "named"] += set(named) <= {sheet.guard} and len(named) == len(wrong)
    for value in wrong if sheet.slips else ():
        first, same = _causes(group, sheet, value)
        counts[kind, "causes"] += 1
        counts[kind, "first"] += first
        counts[kind, "named"] += first or same
        if not (first or same):
            said = _names((value.mistake,)) if value.mistake is not None else value.slip and value.slip.id
            tally.failures.append(
                f"{sheet.record.id}, {kind} {_names(sheet.slips)}: {value.asked.name} is put down to {said}"
            )


def _causes(group: Class, sheet: Sheet, value: Marked) -> tuple[bool, bool]:
    """Whether the rule named for a wrong value is a slip's, or one that gives the very same answers."""
    if value.mistake is None:
        return False, False
    made = {rule.id for slip in sheet.slips for rule in slip.rules}
    if made & {rule.id for rule in value.mistake.rules}:
        return True, True
    answers = [group.answers(sheet.record, (slip,)) for slip in sheet.slips]
    return False, group.answers(sheet.record, (value.mistake,)) in answers


def _names(mistakes: Sequence[Mistake]) -> str:
    return ", ".join(f"{rule.id} at {wrong.step.out}" for mistake in mistakes for rule, wrong in mistake.made)


def marked(count: int, seed: int) -> Tally:
    """A class of `count` students, marked."""
    course = Course(EXAMPLE.read_text("utf-8"), EXAMPLE.name, seed, b"", ())
    records = make(Shard(course, tuple((n, f"s{n}", "") for n in range(count)))).records
    simulated = Class(Marker(homework_of(course)), Random(seed))
    sheets = [simulated.sheet(record) for record in records]
    group = class_of(records, {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.csv"
        rows = [(sheet.record.id, *(sheet.cells[step] for step in group.steps)) for sheet in sheets]
        write_csv(path, ("id", *group.steps), rows)
        sent, unusable = received([path], group, simulated.marker)
    tally = Tally()
    for sheet, marking in zip(sheets, marked_class(simulated.marker, group, sent, lambda *_: None), strict=True):
        judge(simulated, sheet, marking, [*unusable, *sent.problems], tally)
    return tally


def rows(tally: Tally) -> Iterator[tuple[str, ...]]:
    """The table."""
    counts = tally.counts
    for kind in dict.fromkeys(KINDS):
        causes = counts[kind, "causes"]
        shares = [_percent(counts[kind, each], causes) if causes else "" for each in ("named", "first")]
        blamed = f"{counts[kind, 'blamed']} of {counts[kind, 'values']}" if counts[kind, "values"] else ""
        marks = _percent(counts[kind, "marks"], counts[kind, "sheets"])
        yield kind, str(counts[kind, "sheets"]), marks, str(causes or ""), *shares, blamed


def _percent(part: int, whole: int) -> str:
    return f"{1000 * part // whole / 10} %"


def main() -> int:
    """Mark the class and print the table; status 1 where marks or names are not as they should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=1000, help="students")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    began = perf_counter()
    tally = marked(arguments.count, arguments.seed)
    table = Table("kind", "sheets", "marks as designed", "causes", "named", "named first", "blamed by chance")
    for row in rows(tally):
        table.add_row(*row)
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(table)
    for failure in tally.failures:
        console.print(failure, markup=False)
    console.print(f"{arguments.count} sheets in {int(perf_counter() - began)} s")
    return int(tally.share < NAMED)


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(main())
