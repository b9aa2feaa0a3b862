"""Thousands of variants tried: what is refused and why, how answers spread, how far mistakes stand apart."""

from __future__ import annotations

import math
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bpsym.variants.constraints import CONSTRAINTS, holds
from bpsym.variants.jobs import results
from bpsym.variants.work import homework_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from bpsym.variants.work import Course

BATCH = 500
BINS = 10


@dataclass(frozen=True)
class Batch:
    """Some students of no roster, by number."""

    course: Course
    first: int
    count: int


@dataclass(frozen=True)
class Tried:
    """What a batch comes to."""

    refused: Mapping[str, int]
    attempts: int
    answers: Mapping[str, NDArray[np.float64]]
    nearest: Mapping[tuple[str, str], float]  # value asked and rule: least distance of the mistake's figure, in units
    broken: tuple[tuple[str, str], ...]  # student and constraint that does not hold: a defect
    keys: tuple[str, ...]  # digests of answers


@dataclass
class Stress:
    """What all batches come to."""

    students: int = 0
    attempts: int = 0
    seconds: float = 0.0
    refused: Counter[str] = field(default_factory=Counter)
    answers: dict[str, list[NDArray[np.float64]]] = field(default_factory=dict)
    nearest: dict[tuple[str, str], float] = field(default_factory=dict)
    broken: list[tuple[str, str]] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)

    def add(self, tried: Tried, count: int) -> None:
        """Count a batch in."""
        self.students += count
        self.attempts += tried.attempts
        self.refused.update(tried.refused)
        for name, values in tried.answers.items():
            self.answers.setdefault(name, []).append(values)
        for key, distance in tried.nearest.items():
            self.nearest[key] = min(distance, self.nearest.get(key, math.inf))
        self.broken += tried.broken

    def spread(self) -> Iterator[tuple[str, float, float, NDArray[np.int64]]]:
        """Of each answer: least, greatest, and how many fall in each of ten equal parts between."""
        for name, parts in self.answers.items():
            values = np.concatenate(parts)
            yield name, float(values.min()), float(values.max()), np.histogram(values, BINS)[0]


def student(number: int) -> str:
    """The id of a student of no roster."""
    return f"stress-{number}"


def attempt(batch: Batch) -> Tried:
    """Draw a batch and judge every variant that came out once more, all constraints on exact figures for the first."""
    homework = homework_of(batch.course)
    homework.refused.clear()
    variants = homework.variants([student(n) for n in range(batch.first, batch.first + batch.count)])
    answers: dict[str, list[float]] = {}
    nearest: dict[tuple[str, str], float] = {}
    broken: list[tuple[str, str]] = []
    for number in range(len(homework.structures)):
        chosen = [variant for variant in variants if variant.structure == number]
        if not chosen:
            continue
        here = homework.numbers[number]
        indices = np.array([variant.indices for variant in chosen], np.int64).reshape(len(chosen), -1)
        figures = here.figures(here.columns(indices), len(chosen))
        for row in homework.constraints:
            fine, open_ = holds(row, figures)
            broken += [(chosen[place].student, row.name) for place in np.flatnonzero(~fine & ~open_)]
        for asked in here.structure.asked:
            right = figures.of(asked.entry)
            answers[asked.name] = [*answers.get(asked.name, []), *right.tolist()]
            unit = homework.unit(number, right)
            distance = np.nanmin(np.abs(figures.wrong(asked.entry) - right) / unit, axis=1, initial=math.inf)
            for mistake, least in zip(here.mistakes(asked.entry), distance, strict=True):
                key = (asked.name, mistake.rules[0].id)
                nearest[key] = min(float(least), nearest.get(key, math.inf))
    keys = ["|".join(answer.text for answer in homework.answers(variant)) for variant in variants]
    attempts = sum(variant.attempt + 1 for variant in variants)
    columns = {name: np.array(values) for name, values in answers.items()}
    return Tried(dict(homework.refused), attempts, columns, nearest, tuple(broken), tuple(keys))


def stress(course: Course, count: int, pool: Executor, width: int, progress: Callable[[int, int], None]) -> Stress:
    """Try the variants of `count` students."""
    found, seen = Stress(), set()
    began = time.perf_counter()
    batches = (Batch(course, first, min(BATCH, count - first)) for first in range(0, count, BATCH))
    for batch, tried in results(pool, width, attempt, batches):
        found.add(tried, batch.count)
        for place, key in enumerate(tried.keys):
            if key in seen:
                found.shared.append(student(batch.first + place))
            seen.add(key)
        progress(found.students, count)
    found.seconds = time.perf_counter() - began
    return found


def report(found: Stress, seed: int) -> Iterator[str]:
    """What was found, line by line."""
    rate = int(found.students / found.seconds) if found.seconds else 0
    refused = found.refused.total()
    yield f"{found.students} students, seed {seed}: {found.attempts} variants drawn, {rate} students a second"
    yield f"{refused} of them refused, each counted once, by the first of these that it breaks:"
    for row in CONSTRAINTS:
        yield f"  {row.name:14} {found.refused[row.name]:>8}  {row.about}"
    yield "answers: least, greatest, students in ten equal parts between"
    for name, least, greatest, counts in found.spread():
        yield f"  {name:12} {_short(least):>12} {_short(greatest):>12}  {' '.join(f'{count:>5}' for count in counts)}"
    yield "mistakes: least distance from the right figure, in units of the last digit asked"
    rules: dict[str, tuple[float, str]] = {}
    for (name, rule), distance in found.nearest.items():
        rules[rule] = min(rules.get(rule, (math.inf, "")), (distance, name))
    for rule, (distance, name) in sorted(rules.items()):
        yield f"  {rule:34} {_short(distance):>12} at {name}"
    for name, constraint in found.broken:
        yield f"BROKEN: {constraint!r} does not hold for {name}, seed {seed}"
    for name in found.shared:
        yield f"BROKEN: {name}, seed {seed}, shares its answers with another student"
    if not found.broken and not found.shared:
        yield "every constraint holds for every student; no two share their answers"


def _short(value: float) -> str:
    """A float for a table of diagnostics, as an exact number of four significant digits."""
    from flint import fmpq

    from bpsym.rounding import Rounding, numeral

    if not math.isfinite(value):
        return str(value)
    return numeral(fmpq(*value.as_integer_ratio()), Rounding(None, 4)).text
