"""Simulated people: random networks derived by hand, rounded as people round, with a slip or two or none.

A sheet is a list of lines `name = formula = numbers = value`; the terse leave some out. What a person carries on is
full precision, or what stands on the paper; what stands there is rounded or cut off. How the lines are put on paper is
in verify_papers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from flint import arb, fmpq

from bpsym.errors import EvaluationError
from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.lowering import Code, lower
from bpsym.notation import NOTATIONS, Notation
from bpsym.options import LANGUAGES
from bpsym.printing.layout import Box, Number, Sign
from bpsym.printing.writer import Writer
from bpsym.rounding import Numeral, Rounding, Value, numeral

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from sympy import Expr

    from bpsym.expand import ScalarStep
    from bpsym.spec import Description

FULL, FIGURES, VALUE = STYLES = ("full", "figures", "value")  # formula, numbers, value; numbers, value; the value
CARRIES = ("exact", "exact-cut", "shown", "cut")  # full precision shown rounded or cut off; rounded or cut at each step
EQUAL = Sign("equal")
NOTHING = 1e-12
PLACES = (4, 5, 6, 7, 8, 9)
LEFT_OUT = 0.3  # of the lines of somebody terse


@dataclass(frozen=True)
class Person:
    """How somebody works."""

    carry: str
    style: str
    places: int
    family: str
    medium: str = "latex"
    paper: str = "md"
    layout: str = "inline"
    lang: str = "en"
    terse: bool = False
    boxed: bool = False  # some results stand on top as well


def person(random: Random, layouts: Mapping[str, tuple[str, ...]]) -> Person:
    """A random one, whose sheet is of one of these kinds of file, laid out in a way that goes with it."""
    paper = random.choice(list(layouts))
    layout = random.choice(layouts[paper])
    return Person(
        random.choice(CARRIES),
        VALUE if layout == "table" else random.choice(STYLES),
        random.choice(PLACES),
        random.choice(NOTATIONS),
        "plain" if paper == "txt" or layout == "fenced" else "latex",
        paper,
        layout,
        random.choice(LANGUAGES),
        random.random() < 0.2,
        layout != "table" and random.random() < 0.15,
    )


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
    follows: bool = True  # the value is computed from what is wrong; later lines go on with the wrong value
    value: Numeral | None = None


@dataclass
class Network:
    """What everybody who works one network has in common."""

    description: Description
    codes: dict[Expr, Code] = field(default_factory=dict)
    writers: dict[str, Writer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make what every line needs."""
        self.expansion = Expansion(self.description.program, self.description.sizes)
        self.truth = Environment(self.expansion, self.description.values)
        self.sizes = {symbol: fmpq(number) for symbol, number in self.expansion.sizes.items()}

    @cached_property
    def order(self) -> list[Expr]:
        """Every entry in reading order, but none before those it is made from: time runs backwards on the way back."""
        waiting = {step.out: step for step in self.expansion.steps()}
        found: list[Expr] = []
        while waiting:
            for entry, step in list(waiting.items()):
                if waiting.keys().isdisjoint(step.uses):
                    found.append(entry)
                    del waiting[entry]
        return found

    def code(self, expr: Expr) -> Code:
        """How an expression is computed."""
        if expr not in self.codes:
            self.codes[expr] = lower([], [expr], self.sizes)
        return self.codes[expr]

    def writer(self, family: str) -> Writer:
        """Who writes in a notation."""
        if family not in self.writers:
            notation = Notation(family, self.description.program, self.expansion)
            self.writers[family] = Writer(notation, otherwise="otherwise")
        return self.writers[family]


@dataclass
class Work:
    """A derivation as a person writes it down."""

    network: Network
    who: Person
    slips: tuple[Slip, ...] = ()
    hidden: frozenset[Expr] = frozenset()  # what somebody terse works out and does not write down
    lines: dict[Expr, Line] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make what every line needs."""
        self.expansion, self.description = self.network.expansion, self.network.description
        self.sizes = self.network.sizes
        self.writer = self.network.writer(self.who.family)
        self.rounding = Rounding(self.who.places)

    def written(self) -> list[Line]:
        """The lines in the order people work: reading order, but nothing before what it is made from."""
        return [self.line(entry) for entry in self.network.order if entry not in self.hidden]

    def again(self, *slips: Slip) -> Work:
        """The same person works the same network with other slips."""
        return Work(self.network, self.who, slips, self.hidden)

    def line(self, entry: Expr) -> Line:
        """The line of one entry; what it needs is computed first."""
        if entry not in self.lines:
            self.lines[entry] = self._made(entry)
        return self.lines[entry]

    def _made(self, entry: Expr) -> Line:
        slip = next((slip for slip in self.slips if slip.entry == entry), None)
        right = self.expansion.step(entry)
        if right is None:
            raise ValueError(str(entry))
        step = slip.step if slip is not None and slip.step is not None else right
        made = step if slip is None or slip.follows else right
        operands = {used: self.numeral(used) for used in made.uses if used not in self.sizes}
        carried = {used: self.carried(used) for used in operands}
        if slip is not None and slip.operand is not None:
            used, mistyped = slip.operand
            operands[used] = mistyped
            if slip.follows:
                carried[used] = mistyped.value
        code = self.network.code(made.simplest)
        computed = code.run([carried[used] for used in code.inputs])[0]
        computed = fmpq(0) if computed == 0 else computed  # 0 times anything is exactly 0
        shown = meant = self.shown(computed, known=self.knows(entry))
        if slip is not None and slip.value is not None:
            shown = slip.value
            if slip.follows:
                meant, computed = shown, shown.value
        goes_on = meant.value if self.who.carry in ("shown", "cut") and entry not in self.hidden else computed
        figures = self.writer.with_numbers(lambda used: operands.get(used) or self.numeral(used))
        formula, numbers = self.writer.formula(step.simplest), figures.formula(made.simplest)
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
            return isinstance(self.network.truth[entry], fmpq)
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

    def links(self, line: Line) -> list[tuple[Sign | None, Box]]:
        """The links of a line's chain, each with the sign before it: the name comes first."""
        found: list[tuple[Sign | None, Box]] = [(None, self.writer.name(line.entry))]
        if self.who.style == FULL:
            found.append((EQUAL, line.formula))
        if self.who.style != VALUE and line.figures != Number(line.value):
            found.append((EQUAL, line.figures))
        return [*found, (EQUAL if line.value.exact else Sign("approx"), Number(line.value))]


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
