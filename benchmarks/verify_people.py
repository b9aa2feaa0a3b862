"""Simulated people: random networks derived by hand, rounded as people round, with at most one slip.

A sheet is a plain list of lines `name = formula = numbers = value`. What a person carries on is full precision, or
what stands on the paper; what stands there is rounded or cut off.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flint import arb, fmpq

from bpsym.errors import EvaluationError
from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.lowering import Code, lower
from bpsym.notation import NOTATIONS, Notation
from bpsym.printing import LATEX
from bpsym.printing.layout import Box, Formula, Number, Sign, row
from bpsym.printing.writer import Writer
from bpsym.rounding import Numeral, Rounding, Value, numeral
from bpsym.spec import Description, loads

if TYPE_CHECKING:
    from random import Random

    from sympy import Expr

    from bpsym.expand import ScalarStep

CARRIES = ("exact", "exact-cut", "shown", "cut")  # full precision shown rounded or cut off; rounded or cut at each step
STYLES = ("full", "figures", "value")  # formula, numbers and value; numbers and value; the value alone
ACTIVATIONS = ("sigmoid", "tanh", "relu", "softplus", "silu", "leaky-relu", "identity")
NOTHING = 1e-12
PLACES = (4, 5, 6, 7, 8, 9)


def description(random: Random) -> Description:
    """A random dense network with one to three hidden layers."""
    layers = [random.randint(1, 3) for _ in range(random.choice((1, 1, 1, 2, 2, 3)))]
    inputs, outputs = random.randint(1, 3), random.randint(1, 3)
    loss = random.choice(
        ("half-squared-error", "mean-squared-error", "half-squared-error", "binary-cross-entropy", "cross-entropy")
    )
    last = {"binary-cross-entropy": "sigmoid", "cross-entropy": "softmax"}.get(loss, random.choice(ACTIVATIONS))
    outputs = max(outputs, 2) if last == "softmax" else outputs
    sizes = [*layers, outputs]
    biases = [random.choice(("shared", "unit", "none")) for _ in sizes]
    text = [f'[network]\ninputs = {inputs}\nloss = "{loss}"\nlayers = [']
    activations = [*(random.choice(ACTIVATIONS[:5]) for _ in layers), last]
    text += [
        f'  {{ units = {units}, activation = "{activation}", bias = "{bias}" }},'
        for units, activation, bias in zip(sizes, activations, biases, strict=True)
    ]
    text.append("]\n[given]")
    count = sum(a * b for a, b in zip([inputs, *sizes], sizes, strict=False))
    number = {"shared": lambda _units: 1, "unit": lambda units: units, "none": lambda _units: 0}
    given = sum(number[bias](units) for bias, units in zip(biases, sizes, strict=True))
    text.append(f"inputs = [{_drawn(random, inputs)}]")
    text.append(f"targets = [{_targets(random, loss, outputs)}]")
    text.append(f"weights = [{_drawn(random, count)}]")
    if given:
        text.append(f"biases = [{_drawn(random, given)}]")
    rate, biases = random.choice(("0.1", "0.5", "0.25", "0.01")), random.choice(("updated", "frozen"))
    text.append(f'[training]\nrate = {rate}\nbiases = "{biases}"')
    return loads("\n".join(text))


def _drawn(random: Random, count: int) -> str:
    """Numbers of one or two decimals, none of them 0."""
    return ", ".join(f"{random.choice((-1, 1, 1)) * random.randint(5, 95) / 100:.2f}" for _ in range(count))


def _targets(random: Random, loss: str, outputs: int) -> str:
    if loss == "cross-entropy":
        hot = random.randrange(outputs)
        return ", ".join("1" if k == hot else "0" for k in range(outputs))
    if loss == "binary-cross-entropy":
        return ", ".join(random.choice(("0", "1", "0.8")) for _ in range(outputs))
    return _drawn(random, outputs).replace("-", "")


@dataclass(frozen=True)
class Person:
    """How somebody works."""

    carry: str
    style: str
    places: int
    family: str


def person(random: Random) -> Person:
    """A random one."""
    return Person(random.choice(CARRIES), random.choice(STYLES), random.choice(PLACES), random.choice(NOTATIONS))


@dataclass(frozen=True)
class Line:
    """One line of a sheet."""

    entry: Expr
    formula: Box
    figures: Box
    value: Numeral
    meant: Numeral  # what is put in for it later: of a slip of the pen nobody goes on with, the right figure
    carried: Value  # what the person goes on with
    operands: dict[Expr, Numeral]  # what the numbers of the line stand for


@dataclass(frozen=True)
class Slip:
    """What goes wrong in a line: another step, other numbers put in, another value written."""

    entry: Expr
    step: ScalarStep | None = None
    operand: tuple[Expr, Numeral] | None = None
    follows: bool = True  # the value is computed from the mistyped operand; later lines go on with the wrong value
    value: Numeral | None = None


@dataclass
class Work:
    """A derivation as a person writes it down."""

    description: Description
    who: Person
    slip: Slip | None = None
    lines: dict[Expr, Line] = field(default_factory=dict)
    _codes: dict[Expr, Code] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make what every line needs."""
        self.expansion = Expansion(self.description.program, self.description.sizes)
        self.notation = Notation(self.who.family, self.description.program, self.expansion)
        self.writer = Writer(self.notation)
        self.rounding = Rounding(self.who.places)
        self.truth = Environment(self.expansion, self.description.values)
        self.sizes = {symbol: fmpq(number) for symbol, number in self.expansion.sizes.items()}

    def written(self) -> list[Line]:
        """Every line, in reading order."""
        return [self.line(step.out) for step in self.expansion.steps()]

    def line(self, entry: Expr) -> Line:
        """The line of one entry; what it needs is computed first."""
        if entry not in self.lines:
            self.lines[entry] = self._made(entry)
        return self.lines[entry]

    def _made(self, entry: Expr) -> Line:
        slip = self.slip if self.slip is not None and self.slip.entry == entry else None
        right = self.expansion.step(entry)
        if right is None:
            raise ValueError(str(entry))
        step = slip.step if slip is not None and slip.step is not None else right
        operands = {used: self.numeral(used) for used in step.uses if used not in self.sizes}
        carried = {used: self.carried(used) for used in operands}
        if slip is not None and slip.operand is not None:
            used, mistyped = slip.operand
            operands[used] = mistyped
            if slip.follows:
                carried[used] = mistyped.value
        code = self._code(step.simplest)
        computed = code.run([carried[used] for used in code.inputs])[0]
        shown = meant = self.shown(computed, known=self.knows(entry))
        if slip is not None and slip.value is not None:
            shown = slip.value
            if slip.follows:
                meant, computed = shown, shown.value
        goes_on = meant.value if self.who.carry in ("shown", "cut") else computed
        figures = self.writer.with_numbers(lambda used: operands.get(used) or self.numeral(used))
        formula, numbers = self.writer.formula(step.simplest), figures.formula(step.simplest)
        return Line(entry, formula, numbers, shown, meant, goes_on, operands)

    def numeral(self, entry: Expr) -> Numeral:
        """What stands on the paper for an entry."""
        if entry in self.sizes:
            return Numeral(str(self.sizes[entry]), exact=True)
        typed = self.description.written.get(entry)
        return Numeral(typed, exact=True) if typed is not None else self.line(entry).meant

    def carried(self, entry: Expr) -> Value:
        """What the person computes on with."""
        known = self.description.values.get(entry)
        return known if known is not None else self.line(entry).carried

    def knows(self, entry: Expr) -> bool:
        """Whether the digits of an entry come to an end, which a person sees who has rounded nothing before."""
        try:
            return isinstance(self.truth[entry], fmpq)
        except EvaluationError:
            return False

    def shown(self, value: Value, *, known: bool) -> Numeral:
        """A value as this person writes it: with all its places, unless it is known to end."""
        if not isinstance(value, fmpq) and 0 in value and value.rad() < NOTHING:
            value = fmpq(0)  # what a person's own rounding made of terms that cancel
        rounded = numeral(value, self.rounding)
        if rounded.exact and not known:
            whole, _, part = rounded.digits.partition(".")
            rounded = Numeral(f"{whole}.{part.ljust(self.who.places, '0')}", rounded.exponent)
        if self.who.carry not in ("exact-cut", "cut") or rounded.exact or rounded.exponent:
            return rounded
        return cut_off(value, len(rounded.digits.partition(".")[2]))

    def _code(self, expr: Expr) -> Code:
        if expr not in self._codes:
            self._codes[expr] = lower([], [expr], self.sizes)
        return self._codes[expr]

    def text(self, line: Line) -> str:
        """A line in LaTeX."""
        links: list[Box] = [self.writer.name(line.entry)]
        if self.who.style == "full":
            links.append(line.formula)
        if self.who.style != "value" and line.figures != Number(line.value):
            links.append(line.figures)
        boxes = [links[0]]
        for link in links[1:]:
            boxes += [Sign("equal"), link]
        boxes += [Sign("equal" if line.value.exact else "approx"), Number(line.value)]
        return f"${LATEX.write(Formula(row(*boxes)))}$"


def cut_off(value: Value, places: int) -> Numeral:
    """A value with the digits behind so many places left out."""
    middle = value if isinstance(value, fmpq) else _middle(value)
    scaled = abs(middle) * fmpq(10) ** places
    digits = str(scaled.p // scaled.q).rjust(places + 1, "0")
    sign = "-" if middle < 0 and int(digits) else ""
    return Numeral(f"{sign}{digits[:-places]}.{digits[-places:]}" if places else sign + digits)


def _middle(value: arb) -> fmpq:
    mantissa, exponent = value.mid().man_exp()
    return fmpq(mantissa) * fmpq(2) ** int(exponent)


def givens(work: Work) -> list[str]:
    """The given numbers, a line each."""
    found = []
    for entry, typed in work.description.written.items():
        boxes = (work.writer.name(entry), Sign("equal"), Number(Numeral(typed, exact=True)))
        found.append(f"${LATEX.write(Formula(row(*boxes)))}$")
    return found


def document(work: Work, lines: list[Line]) -> tuple[str, dict[Expr, int]]:
    """The sheet as Markdown, and the line each entry stands on."""
    parts = [*givens(work)]
    places: dict[Expr, int] = {}
    for line in lines:
        parts.append(work.text(line))
        places[line.entry] = 2 * len(parts) - 1
    return "\n\n".join(parts) + "\n", places
