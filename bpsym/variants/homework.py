"""Variants for students: drawn again until every constraint holds, with what stands in the way said beforehand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from bpsym.errors import BpsymError, DescriptionError, choices
from bpsym.variants.constraints import CONSTRAINTS, EQUAL_WORK, NAMES, SHARED, holds, unit
from bpsym.variants.draw import Stream, description_digest, indices_of, student_code, student_key
from bpsym.variants.figures import Numbers
from bpsym.variants.keys import Keys
from bpsym.variants.structure import structures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from sympy import Expr

    from bpsym.rounding import Numeral
    from bpsym.spec import Description
    from bpsym.spec.values import Number
    from bpsym.variants.constraints import Constraint
    from bpsym.variants.structure import Structure

PILOT = 2048  # variants tried to see what a description allows
PILOT_KEY = b"bpsym: the pilot"
ATTEMPTS_LIMIT = 20_000  # of one student
FIRST, MOST = 4, 64  # attempts of one student that are judged at once, at first and at most
FAIR = -1  # instead of the place of a constraint that is broken
CROWDED = 0.01  # chance of two students with the same variant from which a class is too large


@dataclass(frozen=True, slots=True)
class Variant:
    """What one student gets."""

    student: str
    code: str
    structure: int
    attempt: int  # how many variants before it were refused
    indices: tuple[int, ...]  # which option each draw took


@dataclass(frozen=True)
class Pilot:
    """What a few thousand variants of a description say about it."""

    tried: int
    accepted: int
    broken: Mapping[str, int]  # by constraint: how many variants break it, whatever else they break
    alone: Mapping[str, int]  # ... and break nothing else

    @property
    def rate(self) -> float:
        """The share of variants that are accepted."""
        return self.accepted / self.tried


@dataclass(eq=False)
class Homework:
    """A description, a seed and possibly a secret: everything that variants depend on, besides the students."""

    description: Description
    seed: int
    secret: bytes = b""
    refused: Counter[str] = field(default_factory=Counter)  # variants drawn again, by the first constraint they break

    @cached_property
    def digest(self) -> bytes:
        """What variants depend on of the description."""
        return description_digest(self.description.spec)

    @cached_property
    def structures(self) -> tuple[Structure, ...]:
        """The networks that can be drawn; raises DescriptionError where they are not equal work."""
        found = structures(self.description)
        unknown = [name for name in self._waived if name not in NAMES]
        if unknown:
            raise DescriptionError(f"{self.description.name}: vary.waive: {choices('constraint', unknown[0], NAMES)}")
        if EQUAL_WORK not in self._waived:
            _check_equal(self.description.name, found)
        return found

    @cached_property
    def _waived(self) -> frozenset[str]:
        vary = self.description.vary
        return frozenset(vary.waive if vary is not None else ())

    @cached_property
    def constraints(self) -> tuple[Constraint, ...]:
        """Those that are checked."""
        return tuple(row for row in CONSTRAINTS if row.name not in self._waived)

    @cached_property
    def numbers(self) -> tuple[Numbers, ...]:
        """The arithmetic of each structure."""
        return tuple(Numbers(structure) for structure in self.structures)

    @cached_property
    def keys(self) -> tuple[Keys, ...]:
        """The proved answers of each structure."""
        return tuple(Keys(structure) for structure in self.structures)

    def key_of(self, student: str) -> bytes:
        """The key of a student's stream."""
        return student_key(self.digest, self.seed, student, self.secret)

    # before anything is drawn

    def check(self, students: int) -> Pilot:
        """Raise DescriptionError where the description makes variants impossible, or too few for a class."""
        pilot = self.pilot()
        name = self.description.name
        if pilot.accepted == 0:
            worst = max(pilot.broken, key=lambda each: (pilot.alone[each], pilot.broken[each]))
            about = next(row.about for row in CONSTRAINTS if row.name == worst)
            share = _percent(pilot.broken[worst], pilot.tried)
            raise DescriptionError(
                f"{name}: vary: none of {pilot.tried} variants is fair; in the way is {worst!r} ({about}), which"
                f" {share} of them break{self._advice(worst)}"
            )
        space = sum(prod(structure.sizes) for structure in self.structures) * pilot.rate
        if SHARED not in self._waived and students * (students - 1) / 2 > CROWDED * space:
            raise DescriptionError(
                f"{name}: vary: about {int(space)} variants are fair, too few for {students} students not to share"
                " answers; vary more numbers or make their steps smaller"
            )
        return pilot

    def pilot(self, count: int = PILOT) -> Pilot:
        """Judge variants of no student."""
        streams = [Stream(PILOT_KEY, attempt) for attempt in range(count)]
        broken: Counter[str] = Counter({row.name: 0 for row in self.constraints})
        alone = Counter(broken)
        accepted = 0
        for number, rows in self._by_structure(streams):
            here = self.numbers[number]
            columns = here.columns(indices_of([streams[row] for row in rows], here.structure.sizes, 1))
            figures = here.figures(columns, len(rows))
            fine = np.array([holds(row, figures)[0] for row in self.constraints]).reshape(-1, len(rows))
            bad = ~fine
            for row, breaks in zip(self.constraints, bad, strict=True):
                broken[row.name] += int(breaks.sum())
                alone[row.name] += int((breaks & (bad.sum(axis=0) == 1)).sum())
            accepted += int(fine.all(axis=0).sum())
        return Pilot(count, accepted, broken, alone)

    def _advice(self, worst: str) -> str:
        if worst != "mistakes":
            return ""
        return "; ask for more digits, or vary the numbers more widely"

    # drawing

    def variants(self, students: Sequence[str]) -> list[Variant]:
        """The variant of each student, whoever the others are; raises BpsymError where none is found for one."""
        keys = [self.key_of(student) for student in students]
        found: dict[int, Variant] = {}
        first, width = 0, FIRST
        pending = list(range(len(students)))
        while pending:
            if first >= ATTEMPTS_LIMIT:
                student = students[pending[0]]
                raise BpsymError(
                    f"none of {first} variants of student {student} (seed {self.seed}) is fair;"
                    " vary the numbers more widely"
                )
            streams = [Stream(keys[place], first + n) for place in pending for n in range(width)]
            broken, taken = self._judged(streams)
            for row, place in enumerate(pending):
                own = broken[row * width : (row + 1) * width]
                hits = np.flatnonzero(own == FAIR)
                before = own[: hits[0]] if len(hits) else own  # what is judged after a hit was never drawn for anybody
                self.refused.update(self.constraints[number].name for number in before.tolist())
                if len(hits):
                    stream = row * width + int(hits[0])
                    number, indices = taken[stream]
                    found[place] = Variant(
                        students[place], student_code(keys[place]), number, streams[stream].attempt, indices
                    )
            first += width
            width = min(2 * width, MOST)
            pending = [place for place in pending if place not in found]
        return [found[place] for place in range(len(students))]

    def _judged(self, streams: Sequence[Stream]) -> tuple[NDArray[np.int64], dict[int, tuple[int, tuple[int, ...]]]]:
        """For each stream the first constraint it breaks, or FAIR; of fair ones the structure and the options drawn."""
        broken = np.zeros(len(streams), np.int64)
        taken = {}
        for number, rows in self._by_structure(streams):
            here = self.numbers[number]
            indices = indices_of([streams[row] for row in rows], here.structure.sizes, 1)
            broken[rows] = found = self._first_broken(here, indices)
            for place in np.flatnonzero(found == FAIR):
                taken[rows[place]] = (number, tuple(map(int, indices[place])))
        return broken, taken

    def _by_structure(self, streams: Sequence[Stream]) -> list[tuple[int, list[int]]]:
        """The rows of each structure."""
        total = len(self.structures)
        if total == 1:
            return [(0, list(range(len(streams))))]
        drawn = indices_of(streams, (total,))[:, 0]
        return [(n, np.flatnonzero(drawn == n).tolist()) for n in range(total) if (drawn == n).any()]

    def _first_broken(self, here: Numbers, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each row of options the first constraint it breaks, by its place, or FAIR."""
        broken = np.full(len(indices), FAIR)
        rows = np.arange(len(indices))
        columns = here.columns(indices)
        for place, constraint in enumerate(self.constraints):
            if not len(rows):
                break
            fine, open_ = holds(constraint, here.figures(columns, len(rows)))
            for row in np.flatnonzero(open_):
                exact = here.exact(here.structure.drawn(tuple(indices[rows[row]])))
                fine[row] = holds(constraint, exact)[0][0]
            if not fine.all():
                broken[rows[~fine]] = place
                rows = rows[fine]
                columns = {entry: column[fine] for entry, column in columns.items()}
        return broken

    # what a variant holds

    def values(self, variant: Variant) -> dict[Expr, Number]:
        """The given numbers of a variant."""
        return self.structures[variant.structure].drawn(variant.indices)

    def unit(self, structure: int, figure: NDArray[Any]) -> Any:
        """One unit of the last digit asked for each of a structure's figures."""
        return unit(self.structures[structure], figure)

    def answers(self, variant: Variant) -> tuple[Numeral, ...]:
        """The answers, in the order of what is asked: every digit proved."""
        return self.keys[variant.structure].answers(self.values(variant))


def _check_equal(name: str, found: tuple[Structure, ...]) -> None:
    first = found[0]
    for other in found[1:]:
        if other.work != first.work:
            each = " and ".join(f"{s.choice or 'one choice'} takes {s.work}" for s in (first, other))
            raise DescriptionError(f'{name}: vary: not equal work: {each}; waive = ["{EQUAL_WORK}"] allows it')


def _percent(part: int, whole: int) -> str:
    return f"{100 * part // whole}%"
