"""The figures mistakes lead to: a wrong step followed through to what was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from flint import arb, ctx, fmpq

from bpsym.errors import EvaluationError, Undecided
from bpsym.lowering import lower
from bpsym.mistakes.candidates import Candidates, Mistake
from bpsym.program import head
from bpsym.rounding import SHOWN, numeral

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sympy import Expr

    from bpsym.evaluate import Environment
    from bpsym.expand import Expansion, ScalarStep
    from bpsym.lowering import Code
    from bpsym.mistakes.rule import Rule, Wrong
    from bpsym.rounding import Value

    Key = tuple[tuple[tuple[str, str, Expr], ...], tuple[Expr, ...]]

Number = TypeVar("Number")
MOST_PLANS = 20_000  # kept of one expansion


@dataclass(frozen=True, slots=True)
class Explanation:
    """A mistake that gives a figure."""

    mistake: Mistake
    value: Value


@dataclass(frozen=True)
class Way:
    """The right steps on the way to some entries, each after those it uses, and what rests on each of them."""

    expansion: Expansion
    steps: list[ScalarStep]
    place: Mapping[Expr, int]  # of each entry in `steps`
    bears_on: list[set[int]]  # the places of the steps that rest on a step, its own among them

    @classmethod
    def to(cls, expansion: Expansion, wanted: tuple[Expr, ...]) -> Way:
        """The way to some entries of an expansion."""
        steps = expansion.order(wanted)
        place = {step.out: k for k, step in enumerate(steps)}
        bears_on = [{k} for k in range(len(steps))]
        for k in reversed(range(len(steps))):
            for used in steps[k].uses:
                if used in place:
                    bears_on[place[used]] |= bears_on[k]
        return cls(expansion, steps, place, bears_on)

    def with_wrong(self, wrong: Mapping[Expr, ScalarStep]) -> list[ScalarStep] | None:
        """The steps that wrong ones change, in order; None where these rest on what comes after them."""
        if not all(out in self.place and self._comes_before(out, step) for out, step in wrong.items()):
            return None
        changed = set().union(*(self.bears_on[self.place[out]] for out in wrong))
        return [wrong.get(self.steps[k].out, self.steps[k]) for k in sorted(changed)]

    def _comes_before(self, out: Expr, wrong: ScalarStep) -> bool:
        here, defined = self.place[out], self.expansion.program.by_name
        return all(self.place.get(used, here) < here or head(used) not in defined for used in wrong.uses)


@dataclass(frozen=True)
class Plans:
    """How each mistake of one expansion is followed through: the steps it changes, as code. Made once, run often."""

    expansion: Expansion
    sizes: Mapping[Expr, fmpq]
    _plans: dict[Key, tuple[tuple[Expr, Code], ...]] = field(default_factory=dict, repr=False, compare=False)
    _ways: dict[tuple[Expr, ...], Way] = field(default_factory=dict, repr=False, compare=False)
    _codes: dict[Expr, Code] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, expansion: Expansion) -> Plans:
        """The plans of an expansion, none made yet."""
        return cls(expansion, {symbol: fmpq(number) for symbol, number in expansion.sizes.items()})

    def plan(self, mistake: Mistake, wanted: tuple[Expr, ...]) -> tuple[tuple[Expr, Code], ...]:
        """The entries on the way to the wanted ones that the mistake changes, in order, each with its code."""
        key = (mistake.key, wanted)
        if key not in self._plans:
            if wanted not in self._ways:
                self._ways[wanted] = Way.to(self.expansion, wanted)
            steps = self._ways[wanted].with_wrong(mistake.steps)
            if steps is None:
                steps = self._rerouted(mistake, wanted)
            if len(self._plans) >= MOST_PLANS:
                self._plans.clear()
            self._plans[key] = tuple((step.out, self._code(step)) for step in steps)
        return self._plans[key]

    def follow(
        self,
        mistake: Mistake,
        wanted: tuple[Expr, ...],
        right: Callable[[Expr], Number],
        run: Callable[[Code, list[Number]], Number],
    ) -> dict[Expr, Number]:
        """The wanted entries with the mistake; `right` knows what it leaves alone, `run` computes one step."""
        changed: dict[Expr, Number] = {}
        for entry, code in self.plan(mistake, wanted):
            inputs = [changed[used] if used in changed else right(used) for used in code.inputs]
            changed[entry] = run(code, inputs)
        return {entry: changed[entry] if entry in changed else right(entry) for entry in wanted}

    def _rerouted(self, mistake: Mistake, wanted: tuple[Expr, ...]) -> list[ScalarStep]:
        """The steps a mistake changes where it needs what nobody needed before."""
        changed = set(mistake.steps)
        found = []
        for step in self.expansion.rewritten(mistake.steps.values()).order(wanted):
            if step.out in mistake.steps or not changed.isdisjoint(step.uses):
                changed.add(step.out)
                found.append(step)
        return found

    def _code(self, step: ScalarStep) -> Code:
        expr = step.simplest
        if expr not in self._codes:
            self._codes[expr] = lower([], [expr], self.sizes)
        return self._codes[expr]


@dataclass(frozen=True)
class Mistakes:
    """What every mistake would have given in one environment."""

    environment: Environment
    candidates: Candidates
    plans: Plans

    @classmethod
    def of(cls, environment: Environment) -> Mistakes:
        """Everything for an environment; what does not depend on its numbers is kept with its expansion."""
        return cls(environment, environment.expansion.found(Candidates), environment.expansion.found(Plans.of))

    def elsewhere(self, environment: Environment) -> Mistakes:
        """The same for other values of the same expansion."""
        return Mistakes(environment, self.candidates, self.plans)

    def values(self, mistake: Mistake, wanted: Iterable[Expr]) -> dict[Expr, Value]:
        """The wanted entries as they come out with the mistake, everything else done right.

        Raises EvaluationError where a wrong step has no value (the logarithm of a negative number, a division by 0).
        """
        before, ctx.prec = ctx.prec, self.environment.precision
        try:
            return self.plans.follow(mistake, tuple(wanted), self.environment.__getitem__, self._run)
        finally:
            ctx.prec = before

    def _run(self, code: Code, inputs: list[Value]) -> Value:
        """One step, as a person goes on from it: the full value, or what they have written down."""
        (value,) = code.run(inputs)
        if self.environment.rounding.carry != SHOWN:
            return value
        try:
            return numeral(value, self.environment.rounding).value
        except Undecided:
            return value

    def value(self, mistake: Mistake, entry: Expr) -> Value | None:
        """The entry as it comes out with the mistake; None where it has no value then."""
        return _or_none(lambda: self.values(mistake, (entry,))[entry])

    def local(self, entry: Expr) -> list[tuple[Rule, Wrong, Value]]:
        """Every mistake at the entry's own step that can be computed, with its figure."""
        found = ((mistake, self.value(mistake, entry)) for mistake in self.candidates.at(entry))
        return [(*mistake.made[0], value) for mistake, value in found if value is not None]

    def factor(self, entry: Expr, place: int, *, path: bool = False) -> list[tuple[Rule, Wrong, Value]]:
        """Every mistake in one factor of the entry's chain rule, with its figure: the local derivative of term `place`.

        With `path` the figure is that of the whole term: upstream times local.
        """
        right, found = self.environment.expansion.step(entry), []
        if right is None:
            return []
        for mistake in self.candidates.at(entry):
            rule, wrong = mistake.made[0]
            terms = wrong.step.terms
            if len(terms) == len(right.terms) and terms[place] != right.terms[place]:
                value = _or_none(partial(self.environment.of, terms[place].expr if path else terms[place].local))
                if value is not None:
                    found.append((rule, wrong, value))
        return found

    def explanations(self, entry: Expr, fits: Callable[[Value], bool]) -> list[Explanation]:
        """The mistakes that give a figure, the one to name first; empty where none does.

        Mistakes at the entry's own step come before those on the way to it, and in each group the more specific ones
        come first. What no single slip explains may be a habit, and what no habit explains may be two slips.
        """
        every = self.candidates
        for stages in ((every.at, every.before), (every.habits,), (every.pairs,)):
            found = [explanation for stage in stages for explanation in self._fitting(stage(entry), entry, fits)]
            if found:
                return found
        return []

    def _fitting(self, mistakes: Iterable[Mistake], entry: Expr, fits: Callable[[Value], bool]) -> list[Explanation]:
        figures = ((mistake, self.value(mistake, entry)) for mistake in mistakes)
        found = [Explanation(mistake, value) for mistake, value in figures if value is not None and fits(value)]
        return sorted(found, key=lambda explanation: -explanation.mistake.specificity)


def wrong_values(environment: Environment, entry: Expr) -> list[tuple[Rule, Wrong, Value]]:
    """The figure every mistake at the entry's step gives; for many entries ask one `Mistakes`."""
    return Mistakes.of(environment).local(entry)


def _or_none(compute: Callable[[], Value]) -> Value | None:
    try:
        value = compute()
    except EvaluationError:
        return None
    return value if not isinstance(value, arb) or value.is_finite() else None
