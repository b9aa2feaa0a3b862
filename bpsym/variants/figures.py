"""The figures of many variants at once, right and wrong: in floating point, and exactly for one that is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from bpsym.arrays import compile_arrays
from bpsym.arrays.scalars import on_columns
from bpsym.errors import EvaluationError, Undecided
from bpsym.evaluate import Environment
from bpsym.mistakes.candidates import Candidates
from bpsym.mistakes.columns import SAME, Columns, columns, twins
from bpsym.mistakes.values import Mistakes, Plans
from bpsym.program import head
from bpsym.rounding import ends, fraction
from bpsym.spec.values import value as exact_value
from bpsym.variants.draw import Stream, indices_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from flint import fmpq
    from numpy.typing import NDArray
    from sympy import Expr

    from bpsym.arrays import ArrayCode
    from bpsym.arrays.scalars import ColumnCode
    from bpsym.mistakes.candidates import Mistake
    from bpsym.rounding import Value
    from bpsym.variants.structure import Structure

    Array = NDArray[Any]  # of float64, or of Fraction for one variant

SAMPLE = 256  # variants by which formulas that are the same are told
SAMPLE_KEY = b"bpsym: which mistakes are one"
OFTEN = 0.2  # share of variants in which two figures are equal from which the network makes them so, not the draw


@dataclass(frozen=True, eq=False)
class Figures:
    """What the constraints look at: one column an entry, one row a mistake, one place a variant."""

    structure: Structure
    right: Mapping[Expr, Array]
    wrong: Callable[[Expr], Array]  # the figures all mistakes give for an asked entry: (mistakes, variants)
    groups: Callable[[Expr], NDArray[np.int64]]  # of the right figure and each mistake: those of a group may be equal
    count: int
    exact: bool = False  # fractions, of one variant

    def of(self, entry: Expr) -> Array:
        """The column of an entry."""
        return self.right[entry]


@dataclass(frozen=True, slots=True)
class _Row:
    """The figure of one mistake: code for each step it changes, with the places of what that reads."""

    steps: tuple[tuple[ColumnCode, tuple[int, ...]], ...]
    result: int

    def run(self, right: list[Array]) -> Array:
        """The column, given those of all right figures in their order."""
        values = list(right)
        for code, used in self.steps:
            values.append(code.run([values[place] for place in used])[0])
        return np.broadcast_to(values[self.result], right[0].shape)


@dataclass(frozen=True, eq=False)
class Numbers:
    """Computes the figures of a structure's variants; what does not depend on the numbers is made once."""

    structure: Structure
    _mistakes: dict[Expr, tuple[Mistake, ...]] = field(default_factory=dict, repr=False)
    _groups: dict[Expr, NDArray[np.int64]] = field(default_factory=dict, repr=False)
    _rows: dict[Expr, tuple[_Row, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def candidates(self) -> Candidates:
        """Every mistake there is."""
        return Candidates(self.structure.expansion)

    @cached_property
    def plans(self) -> Plans:
        """How mistakes are followed through."""
        return Plans(self.structure.expansion, self.environment(self.structure.numbers).sizes)

    def environment(self, numbers: Mapping[Expr, Any]) -> Environment:
        """The exact values of one variant."""
        values: dict[Expr, fmpq] = {entry: exact_value(number) for entry, number in numbers.items()}
        rounding = self.structure.rounding
        return Environment(self.structure.expansion, values, rounding, _code=self._code)

    @cached_property
    def _code(self) -> dict[Expr, Any]:
        return {}

    @cached_property
    def _varying(self) -> dict[str, list[tuple[int, int, int]]]:
        """Of each quantity that is drawn: flat place, draw, place in the draw."""
        found: dict[str, list[tuple[int, int, int]]] = {}
        for number, draw in enumerate(self.structure.draws):
            for place, entry in enumerate(draw.entries):
                name = head(entry)
                flat = self.structure.expansion.entries(name).index(entry)
                found.setdefault(name, []).append((flat, number, place))
        return found

    @cached_property
    def _options(self) -> tuple[NDArray[np.float64], ...]:
        """Every draw's options as floating point numbers: (options, entries)."""
        return tuple(np.array([[float(n) for n in row] for row in draw.options]) for draw in self.structure.draws)

    @cached_property
    def _constants(self) -> dict[str, NDArray[np.float64]]:
        expansion = self.structure.expansion
        return {
            name: np.array([float(n) for n in tensor.flat]).reshape(expansion.shape(tensor.quantity))
            for name, tensor in self.structure.description.numbers.items()
            if name in self.structure.program.quantities
        }

    @cached_property
    def _arrays(self) -> ArrayCode:
        program = self.structure.program
        names = [step.quantity.name for step in program.steps]
        return compile_arrays(program, self.structure.description.sizes, names, self._varying)

    def columns(self, indices: NDArray[np.int64]) -> dict[Expr, NDArray[np.float64]]:
        """Every entry of all variants; `indices` (variants, draws) says which option each draw took."""
        inputs: dict[str, Any] = dict(self._constants)
        for name, places in self._varying.items():
            base = np.broadcast_to(self._constants[name].reshape(-1), (len(indices), self._constants[name].size)).copy()
            for flat, draw, place in places:
                base[:, flat] = self._options[draw][indices[:, draw], place]
            inputs[name] = base.reshape(len(indices), *self._constants[name].shape)
        tensors = {**inputs, **self._arrays.run(inputs)}
        found = columns(self.structure.expansion, tensors)
        return {entry: np.broadcast_to(column, (len(indices),)) for entry, column in found.items()}

    def mistakes(self, entry: Expr) -> tuple[Mistake, ...]:
        """The mistakes that bear on an asked entry, one of each rule, those with one and the same figure only once."""
        if entry not in self._mistakes:
            found = list(self.candidates.one_of_each(entry))
            table = self._columns.table(found, entry)
            groups = twins(table, self._columns.right[entry])
            best = (max(group, key=lambda n: found[n].specificity) for group in groups)
            self._mistakes[entry] = tuple(found[n] for n in best)
        return self._mistakes[entry]

    def groups(self, entry: Expr) -> NDArray[np.int64]:
        """Groups of figures, the right one first, that are equal so often that no draw helps: with targets of 0."""
        if entry not in self._groups:
            right = self._columns.right[entry]
            every = np.vstack([right[np.newaxis], self._columns.table(self.mistakes(entry), entry)])
            group = np.arange(len(every))
            for a, b in combinations(range(len(every)), 2):
                if np.isclose(every[a], every[b], rtol=SAME, atol=SAME).mean() > OFTEN:
                    group[group == group[b]] = group[a]
            self._groups[entry] = group
        return self._groups[entry]

    @cached_property
    def _columns(self) -> Columns:
        """The figures of a sample of variants."""
        streams = [Stream(SAMPLE_KEY, attempt) for attempt in range(SAMPLE)]
        return Columns(self.plans, self.columns(indices_of(streams, self.structure.sizes)))

    def figures(self, right: dict[Expr, NDArray[np.float64]], count: int) -> Figures:
        """The figures of many variants from their columns."""
        every = list(right.values())

        def wrong(entry: Expr) -> Array:
            rows = [row.run(every) for row in self._rows_of(entry)]
            return np.array(rows).reshape(len(rows), count)

        return Figures(self.structure, right, wrong, self.groups, count)

    def _rows_of(self, entry: Expr) -> tuple[_Row, ...]:
        """How the figure of each mistake is computed, entries told by their places: SymPy is slow to tell them."""
        if entry not in self._rows:
            place = {known: number for number, known in enumerate(self._columns.right)}
            found = []
            for mistake in self.mistakes(entry):
                here, steps = dict(place), []
                for changed, code in self.plans.plan(mistake, (entry,)):
                    steps.append((on_columns(code), tuple(here[used] for used in code.inputs)))
                    here[changed] = len(place) + len(steps) - 1
                found.append(_Row(tuple(steps), here[entry]))
            self._rows[entry] = tuple(found)
        return self._rows[entry]

    def exact(self, numbers: Mapping[Expr, Any]) -> Figures:
        """The figures of one variant, as exact fractions or to 100 bits and more."""
        environment = self.environment(numbers)
        every = Mistakes(environment, self.candidates, self.plans)

        def wrong(entry: Expr) -> Array:
            figures = [_fraction(every.value(mistake, entry)) for mistake in self.mistakes(entry)]
            return np.array([[figure] for figure in figures], dtype=object).reshape(len(figures), 1)

        return Figures(self.structure, _Exact(environment), wrong, self.groups, 1, exact=True)


class _Exact(dict[Any, Any]):
    """Columns of one variant, computed when asked for."""

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        self.environment = environment

    def __missing__(self, entry: Expr) -> Array:
        self[entry] = np.array([_fraction(self.environment[entry])], dtype=object)
        return self[entry]


def _fraction(value: Value | None) -> Fraction | float:
    """The middle of a ball: what is compared here differs by far more than the ball is wide, or counts as equal."""
    if value is None:
        return float("inf")
    try:
        low, high = ends(value)
    except (Undecided, EvaluationError):
        return float("inf")
    return fraction((low + high) / 2)
