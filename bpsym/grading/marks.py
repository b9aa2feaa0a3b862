"""The marks of one student: each value is right, follows from the student's own earlier ones, or is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import chain, islice
from typing import TYPE_CHECKING

from flint import fmpq

from bpsym.errors import EvaluationError, Undecided
from bpsym.evaluate import Environment
from bpsym.grading.guard import guard_against
from bpsym.grading.slips import slip_of
from bpsym.mistakes.candidates import FAR
from bpsym.mistakes.values import Mistakes
from bpsym.rounding import ends, fraction
from bpsym.variants.structure import variant_description

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sympy import Expr

    from bpsym.grading.guard import Guard
    from bpsym.grading.slips import Slip
    from bpsym.mistakes.candidates import Mistake
    from bpsym.rounding import Numeral, Value
    from bpsym.spec import Description
    from bpsym.spec.values import Number
    from bpsym.variants.asked import Asked
    from bpsym.variants.homework import Homework
    from bpsym.variants.store import Record

WORLDS = 4  # mistakes at steps not asked for that are followed through at a time
PAIRS = 10_000  # of mistakes far apart that are tried for one value
EXPLAINED = 8  # explanations weighed against what they explain later


class Verdict(StrEnum):
    """How a value stands."""

    RIGHT = "right"
    FOLLOWS = "follows"
    WRONG = "wrong"
    MISSING = "missing"


@dataclass(frozen=True)
class Marked:
    """A value that was asked for, marked."""

    asked: Asked
    verdict: Verdict
    right: Numeral
    own: Fraction | None = None
    mark: Fraction = Fraction(0)
    mistake: Mistake | None = None  # what gave a wrong value
    others: tuple[Mistake, ...] = ()  # what gives the same figures and cannot be told from it
    slip: Slip | None = None  # how the right figure was miswritten
    guard: Guard | None = None  # why a value that follows earns nothing
    guarded: Asked | None = None  # ... and the absurd value it follows from


@dataclass(frozen=True)
class Marking:
    """A student's values, marked."""

    record: Record
    values: tuple[Marked, ...]

    @property
    def total(self) -> Fraction:
        """The marks earned; each value is worth one."""
        return sum((value.mark for value in self.values), Fraction(0))


@dataclass
class Marker:
    """Marks the students of a homework; what does not depend on a student is kept."""

    homework: Homework

    def numbers(self, record: Record) -> dict[Expr, Number]:
        """The given numbers of a student's variant, as the index holds them."""
        structure = self.homework.structures[record.structure]
        entries = dict(zip(structure.names, structure.numbers, strict=True))
        return {entries[name]: Decimal(text) for name, text in record.numbers.items()}

    def description(self, record: Record) -> Description:
        """The student's variant as a description of its own."""
        return variant_description(self.homework.structures[record.structure], self.numbers(record))

    def environment(self, record: Record) -> Environment:
        """The right values of a student's variant."""
        return self.homework.numbers[record.structure].environment(self.numbers(record))

    def mistakes(self, record: Record, environment: Environment) -> Mistakes:
        """What every mistake would have given."""
        here = self.homework.numbers[record.structure]
        return Mistakes(environment, here.candidates, here.plans)

    def mark(self, record: Record, answers: Mapping[str, Fraction]) -> Marking:
        """Mark a student's answers by name; those that are not there count as missing."""
        environment = self.environment(record)
        asked = self.homework.structures[record.structure].asked
        own = {each.entry: answers[each.name] for each in asked if each.name in answers}
        student = _Student(environment, self.mistakes(record, environment), asked, own)
        return Marking(record, tuple(student.marked()))


@dataclass
class _Student:
    """The marking of one student."""

    environment: Environment
    mistakes: Mistakes
    asked: tuple[Asked, ...]
    own: Mapping[Expr, Fraction]
    wrong: dict[Expr, Fraction] = field(default_factory=dict)  # own values that are not right, in order
    absurd: dict[Expr, tuple[Asked, Guard]] = field(default_factory=dict)
    worlds: list[Mistake] = field(default_factory=list)  # mistakes at steps not asked for

    def marked(self) -> Iterator[Marked]:
        """Every asked value, in order."""
        for asked in self.asked:
            right = self.environment.numeral(asked.entry)
            own = self.own.get(asked.entry)
            if own is None:
                yield Marked(asked, Verdict.MISSING, right)
            elif _fits(self.environment, asked.entry, own):
                yield Marked(asked, Verdict.RIGHT, right, own, Fraction(1))
            else:
                yield self._not_right(asked, right, own)

    def _not_right(self, asked: Asked, right: Numeral, own: Fraction) -> Marked:
        slip = slip_of(own, right)
        if slip is not None and self._formulas(asked, own):  # a sign lost in a formula is more than one in the figure
            slip = None
        worlds = self._followed(self.wrong, asked.entry)
        follows = slip is None and any(_fits(world, asked.entry, own) for world in worlds)
        found: list[Mistake] = []
        guarded: tuple[Asked, Guard] | None = None
        if not follows and slip is None:
            guarded = self._guarded(asked, own)
            found = self._mistake(asked, own) if guarded is None else []
        self._remember(asked, own, found[0] if found else None, guarded)
        if follows:
            return Marked(asked, Verdict.FOLLOWS, right, own, Fraction(1))
        if guarded is not None:
            return Marked(asked, Verdict.WRONG, right, own, guard=guarded[1], guarded=guarded[0])
        mistake, *others = found or (None,)
        return Marked(asked, Verdict.WRONG, right, own, mistake=mistake, others=tuple(others), slip=slip)

    def _remember(
        self, asked: Asked, own: Fraction, found: Mistake | None, guarded: tuple[Asked, Guard] | None
    ) -> None:
        """Note what later values may follow from, and what they may not."""
        guard = self._guard(asked, own)
        if guarded is None and guard is not None:
            guarded = (asked, guard)
        if guarded is not None:  # what follows from an absurd value is no better than that
            self.absurd[asked.entry] = guarded
            return
        self.wrong[asked.entry] = own
        if found is not None and asked.entry not in found.steps and len(self.worlds) < WORLDS:
            self.worlds.append(found)

    def _guard(self, asked: Asked, own: Fraction) -> Guard | None:
        right = _middle(self.environment[asked.entry])
        return guard_against(self.environment.expansion.program, asked.entry, own, right)

    def _followed(self, own: Mapping[Expr, Fraction], entry: Expr) -> Iterator[Environment]:
        """The worlds in which a value can follow: own values carried on, mistakes made before, or both."""
        before = set(self.environment.expansion.needed((entry,))[:-1])
        used = {each: value for each, value in own.items() if each in before}
        if used:
            yield self._world(used, ())
            if len(used) > 1:
                yield from (self._world({each: value}, ()) for each, value in used.items())
        for mistake in self.worlds:
            yield self._world({}, (mistake,))
            if used:
                yield self._world(used, (mistake,))
        if len(self.worlds) > 1:
            yield self._world(used, tuple(self.worlds))

    def _world(self, own: Mapping[Expr, Fraction], mistakes: tuple[Mistake, ...]) -> Environment:
        given: dict[Expr, Value] = {entry: fmpq(value.numerator, value.denominator) for entry, value in own.items()}
        here = self.environment
        if not mistakes:
            return here.overridden(given)
        changed = here.expansion.rewritten(step for mistake in mistakes for step in mistake.steps.values())
        return Environment(changed, here.values, here.rounding, given)

    def _formulas(self, asked: Asked, own: Fraction) -> bool:
        """Whether a mistake in a formula gives a value: at its own step, or at one before it that nobody asked for."""
        shown = {each.entry for each in self.asked}
        here = self.mistakes.candidates
        unseen = (each for each in here.before(asked.entry) if shown.isdisjoint(each.steps))
        figures = (self.mistakes.value(mistake, asked.entry) for mistake in chain(here.at(asked.entry), unseen))
        near = _nearness(own, asked, self.environment)
        return any(value is not None and near(value) for value in figures)

    def _mistake(self, asked: Asked, own: Fraction) -> list[Mistake]:
        """The mistakes that give a wrong value, and of these the ones that explain most of what comes later."""
        carried = list(self._followed(self.wrong, asked.entry))
        for place in [self.environment, *carried[:1], *carried[1:][-1:]]:  # ... own values, and mistakes with them
            near = _nearness(own, asked, place)
            found = self.mistakes.elsewhere(place).explanations(asked.entry, near)
            if found:
                best = [explanation.mistake for explanation in found[:EXPLAINED]]
                counts = [self._explains(mistake, asked) for mistake in best] if len(best) > 1 else [0]
                return [mistake for mistake, count in zip(best, counts, strict=True) if count == max(counts)]
        return [] if self.wrong or self.absurd else self._far_apart(asked, own)

    def _far_apart(self, asked: Asked, own: Fraction) -> list[Mistake]:
        """Two mistakes far apart that give the first wrong value: believed where they give another value as well."""
        near = _nearness(own, asked, self.environment)
        for mistake in islice(self.mistakes.candidates.pairs(asked.entry, FAR), PAIRS):
            value = self.mistakes.value(mistake, asked.entry)
            if value is not None and near(value) and self._explains(mistake, asked):
                return [mistake]
        return []

    def _explains(self, mistake: Mistake, asked: Asked) -> int:
        """How many of the values asked for later a mistake gives."""
        later = self.asked[self.asked.index(asked) + 1 :]
        world = self._world({}, (mistake,))
        return sum(1 for each in later if each.entry in self.own and _fits(world, each.entry, self.own[each.entry]))

    def _guarded(self, asked: Asked, own: Fraction) -> tuple[Asked, Guard] | None:
        """The absurd value a value follows from, which earns it nothing; itself, where no wrong formula gives it."""
        before = set(self.environment.expansion.needed((asked.entry,))[:-1])
        for entry, reason in self.absurd.items():
            world = self._world({**self.wrong, entry: self.own[entry]}, ())
            if entry in before and _fits(world, asked.entry, own):
                return reason
        guard = self._guard(asked, own)
        return None if guard is None or self._formulas(asked, own) else (asked, guard)


def _fits(environment: Environment, entry: Expr, own: Fraction) -> bool:
    """Whether a value is that of an entry as printed, up to one unit of the last digit asked for."""
    try:
        expected = environment.numeral(entry)
        return abs(own - fraction(expected.value)) <= fraction(expected.ulp)
    except (EvaluationError, Undecided):
        return False


def _nearness(own: Fraction, asked: Asked, environment: Environment) -> Callable[[Value], bool]:
    """Whether a figure is the student's value, up to a unit of the last digit asked for."""
    try:
        unit = fraction(environment.numeral(asked.entry).ulp)
        roughly, far = float(own), 2 * float(unit)
    except (EvaluationError, Undecided, OverflowError):
        return lambda _: False

    def near(value: Value) -> bool:
        try:
            if abs(float(value) - roughly) > far + abs(roughly) / 10**9:  # nearly all of them, and quickly
                return False
            return abs(own - _middle(value)) <= unit
        except (Undecided, OverflowError):
            return False

    return near


def _middle(value: Value) -> Fraction:
    """The middle of a ball: far nearer to the value than a digit asked for."""
    low, high = ends(value)
    return fraction((low + high) / 2)
