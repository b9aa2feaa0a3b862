"""What the tests of the core share: programs with their sizes, values for every input, figures read from tests/data."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mpmath
from flint import fmpq
from sympy import Indexed

from bpsym.backprop import backprop
from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.networks import Layer, dense
from bpsym.networks.equations import size
from bpsym.program import Program, Role
from bpsym.rounding import Rounding
from bpsym.update import with_update

if TYPE_CHECKING:
    from collections.abc import Callable

    from sympy import Expr

FIGURES: dict[str, Any] = tomllib.loads((Path(__file__).parents[1] / "data" / "figures.toml").read_text("utf-8"))


def number(text: str) -> fmpq:
    """An exact number from its decimal digits."""
    exact = Fraction(text)
    return fmpq(exact.numerator, exact.denominator)


def expansion(program: Program, **sizes: int) -> Expansion:
    """The scalar program of these sizes, by the names of layers: i=2, h=3, o=2, s=4 samples, t=3 steps, q=2 taps."""
    return Expansion(program, {size(name): count for name, count in sizes.items()})


def position(entry: Expr) -> tuple[int, ...]:
    """The indices of an entry, counted from 0."""
    return tuple(int(index) - 1 for index in entry.indices) if isinstance(entry, Indexed) else ()


@dataclass(frozen=True)
class Worked:
    """A program with sizes and a value for every input."""

    expansion: Expansion
    values: dict[Expr, fmpq]

    @property
    def program(self) -> Program:
        """The indexed program."""
        return self.expansion.program

    @cached_property
    def environment(self) -> Environment:
        """All values."""
        return Environment(self.expansion, self.values)

    def parameters(self) -> list[Expr]:
        """Every weight and bias the loss depends on, in reading order."""
        names = [q.of for q in self.program.quantities.values() if q.role is Role.ADJOINT]
        quantities = [self.program.get(name) for name in names]
        trained = [q for q in quantities if q.role in (Role.WEIGHT, Role.BIAS)]
        return [entry for q in trained for entry in self.expansion.entries(q.name)]

    def nested(self, leaf: Callable[[Expr], Any]) -> dict[str, Any]:
        """Every input as nested lists of what `leaf` makes of its entries."""
        return {q.name: _nested(self.expansion.entries(q.name), leaf) for q in self.program.inputs}

    def precise(self, entry: Expr, digits: int = 40) -> mpmath.mpf:
        """A value to so many digits, as a number of mpmath's."""
        return rational(self.environment.numeral(entry, Rounding(None, digits)).value)


def _nested(entries: tuple[Expr, ...], leaf: Callable[[Expr], Any]) -> Any:
    result: Any = None
    for entry in entries:
        place = position(entry)
        if not place:
            return leaf(entry)
        result = [] if result is None else result
        row = result
        for index in place[:-1]:
            if index == len(row):
                row.append([])
            row = row[index]
        row.append(leaf(entry))
    return result


def rational(value: fmpq) -> mpmath.mpf:
    """An exact number at mpmath's present precision."""
    return mpmath.mpf(int(value.p)) / int(value.q)


def gradient_of(worked: Worked, parameter: Expr) -> Expr:
    """The entry that holds the derivative of the loss by a parameter."""
    name = parameter.base.label.name if isinstance(parameter, Indexed) else parameter.name
    return worked.program.get(f"d_{name}")[parameter.indices if isinstance(parameter, Indexed) else ()]


def drawn(program: Program, seed: int, low: int = -90, high: int = 90, **sizes: int) -> Worked:
    """Values in hundredths, drawn at random; targets are probabilities that add up to 1, rates are positive."""
    random_numbers = random.Random(seed)
    scalars = expansion(program, **sizes)
    values: dict[Expr, fmpq] = {}
    for quantity in program.inputs:
        positive = quantity.role in (Role.RATE, Role.DECAY, Role.TARGET)
        for entry in scalars.entries(quantity.name):
            values[entry] = fmpq(random_numbers.randint(*((1, 90) if positive else (low, high))), 100)
    _normalise(scalars, values)
    return Worked(scalars, values)


def _normalise(scalars: Expansion, values: dict[Expr, fmpq]) -> None:
    rows: dict[tuple[int, ...], list[Expr]] = {}
    for entry in scalars.entries("target"):
        rows.setdefault(position(entry)[:-1], []).append(entry)
    for row in rows.values():
        total = sum((values[entry] for entry in row), fmpq(0))
        for entry in row:
            values[entry] /= total


def documents_network(order: str = "simultaneous", biases: str = "frozen") -> Worked:
    """The 2-2-2 network of the documents with its values."""
    layers = [Layer("h", bias="shared"), Layer("o", bias="shared")]
    trained = frozenset({"W_h", "W_o"}) if biases == "frozen" else None
    program = with_update(backprop(dense(layers, "half-squared-error")), order, trained)
    scalars = expansion(program, i=2, h=2, o=2)
    given = {
        "x": "0.05 0.10",
        "target": "0.01 0.99",
        "W_h": "0.15 0.20 0.25 0.30",
        "W_o": "0.40 0.45 0.50 0.55",
        "b_h": "0.35",
        "b_o": "0.60",
        "eta": "0.5",
    }
    values = {
        entry: number(text)
        for name, texts in given.items()
        for entry, text in zip(scalars.entries(name), texts.split(), strict=True)
    }
    return Worked(scalars, values)
