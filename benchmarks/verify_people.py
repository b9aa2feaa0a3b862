"""Simulated people: random networks derived by hand, rounded as people round, with at most one slip.

A sheet is a plain list of lines `name = formula = numbers = value`. What a person carries on is full precision, or
what stands on the paper; what stands there is rounded or cut off.
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
from bpsym.printing import LATEX, PLAIN
from bpsym.printing.layout import Box, Formula, Number, Sign, row
from bpsym.printing.writer import Writer
from bpsym.rounding import Numeral, Rounding, Value, numeral

if TYPE_CHECKING:
    from random import Random

    from sympy import Expr

    from bpsym.expand import ScalarStep
    from bpsym.spec import Description

CARRIES = ("exact", "exact-cut", "shown", "cut")  # full precision shown rounded or cut off; rounded or cut at each step
STYLES = ("full", "figures", "value")  # formula, numbers and value; numbers and value; the value alone
MEDIA = {"latex": LATEX, "plain": PLAIN}
NOTHING = 1e-12
PLACES = (4, 5, 6, 7, 8, 9)


@dataclass(frozen=True)
class Person:
    """How somebody works."""

    carry: str
    style: str
    places: int
    family: str
    medium: str = "latex"


def person(random: Random) -> Person:
    """A random one."""
    (medium,) = random.choices(list(MEDIA), (3, 1))
    return Person(
        random.choice(CARRIES), random.choice(STYLES), random.choice(PLACES), random.choice(NOTATIONS), medium
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
    slip: Slip | None = None
    lines: dict[Expr, Line] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make what every line needs."""
        self.expansion, self.description = self.network.expansion, self.network.description
        self.sizes = self.network.sizes
        self.writer = self.network.writer(self.who.family)
        self.rounding = Rounding(self.who.places)

    def written(self) -> list[Line]:
        """Every line in the order people work: reading order, but nothing before what it is made from."""
        return [self.line(entry) for entry in self.network.order]

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
        goes_on = meant.value if self.who.carry in ("shown", "cut") else computed
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
        return written(self, row(*boxes))


def written(work: Work, box: Box) -> str:
    """A formula as this person writes it: in TeX, or as one types it."""
    text = MEDIA[work.who.medium].write(Formula(box))
    return f"${text}$" if work.who.medium == "latex" else text


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
        found.append(written(work, row(*boxes)))
    return found


def document(work: Work, lines: list[Line]) -> tuple[str, dict[Expr, int]]:
    """The sheet as Markdown or plain text, and the line each entry stands on."""
    parts = [*givens(work)]
    places: dict[Expr, int] = {}
    for line in lines:
        parts.append(work.text(line))
        places[line.entry] = 2 * len(parts) - 1
    return "\n\n".join(parts) + "\n", places
