"""The lines of a sheet: a name, the formula, the numbers put in, the value."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from bpsym.backprop import derivative
from bpsym.errors import BpsymError
from bpsym.notation import Notation
from bpsym.printing.layout import Box, Formula, Number, Paren, Row, Sign, chain, row
from bpsym.printing.writer import Writer
from bpsym.program import Program, head
from bpsym.rounding import SHOWN, Numeral

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sympy import Expr

    from bpsym.evaluate import Environment
    from bpsym.expand import Expansion, ScalarStep
    from bpsym.program import Term

LONG = 12  # terms of a sum from which the middle is left out


class Line(Struct, frozen=True):
    """One numbered statement: name = formula = formula with numbers = value."""

    number: int  # counts through the sheet; the key and the blank sheet refer to it
    name: Box
    forms: tuple[Box, ...]  # the formula, then equal forms of it
    figures: Box | None  # the numbers put in; None where that is the value already
    value: Numeral | None
    expr: Expr  # what the value is of: an entry or an expression in entries

    @property
    def formula(self) -> Formula:
        """The whole line."""
        return self.through(value=True)

    @property
    def asked(self) -> Formula:
        """The line without its numbers: what a blank sheet shows."""
        return chain(self.name, *self.forms)

    @property
    def answer(self) -> Formula:
        """Name and value alone."""
        return Formula(self.name) if self.value is None else self._joined([self.name], self.value)

    @property
    def parts(self) -> tuple[Formula, ...]:
        """The links one by one, for rows of their own; every one but the first begins with its sign."""
        links: list[Box] = [row(Sign("equal"), form) for form in self.forms]
        if self.figures is not None:
            links.append(row(Sign("equal"), self.figures))
        if self.value is not None:
            links.append(row(Sign(_relation(self.value)), Number(self.value)))
        return (Formula(self.name), *map(Formula, links))

    def through(self, *, value: bool) -> Formula:
        """The chain up to its numbers, or up to its value."""
        links = [self.name, *self.forms] + ([] if self.figures is None else [self.figures])
        return self._joined(links, self.value) if value and self.value is not None else chain(*links)

    def _joined(self, links: list[Box], value: Numeral) -> Formula:
        signs = ("equal",) * (len(links) - 1) + (_relation(value),)
        return chain(*links, Number(value), relations=signs)


def _relation(value: Numeral) -> str:
    return "equal" if value.exact else "approx"


@dataclass
class Work:
    """Everything a sheet is made from, and the numbering of its lines."""

    program: Program
    expansion: Expansion
    environment: Environment | None  # None where no numbers are given
    family: str
    written: Mapping[Expr, str] = field(default_factory=dict)  # given numbers as they were typed
    otherwise: str = "otherwise"
    made: dict[object, Line] = field(default_factory=dict)

    @cached_property
    def notation(self) -> Notation:
        """Names of entries."""
        return Notation(self.family, self.program, self.expansion)

    @cached_property
    def writer(self) -> Writer:
        """Prints formulas in names."""
        return Writer(self.notation, otherwise=self.otherwise)

    @cached_property
    def fractions(self) -> Writer:
        """Prints formulas in names, with every adjoint as a fraction of partials."""
        return Writer(self.notation, otherwise=self.otherwise, delta=False)

    @cached_property
    def figures(self) -> Writer:
        """Prints formulas with the numbers put in."""
        return self.writer.with_numbers(self.numeral)

    def numeral(self, expr: Expr) -> Numeral:
        """The number that stands for an entry: as typed where it is given, else as the rounding policy shows it."""
        if self.environment is None:
            msg = "a sheet with numbers needs a description with numbers"
            raise BpsymError(msg)
        if expr in self.written:
            digits, _, exponent = self.written[expr].lower().partition("e")
            return Numeral(digits, int(exponent or 0), exact=True)
        return self.environment.numeral(expr)

    @property
    def carries_shown(self) -> bool:
        """Whether computing goes on with what is printed."""
        return self.environment is not None and self.environment.rounding.carry == SHOWN

    def carrying(self, shown: Mapping[Expr, Numeral]) -> Work:
        """The same, but going on with other numbers for some entries, as they are printed."""
        if self.environment is None:
            return self
        environment = self.environment.overridden({entry: each.value for entry, each in shown.items()})
        written = {**self.written, **{entry: each.text for entry, each in shown.items()}}
        return replace(self, environment=environment, written=written)

    def step(self, entry: Expr) -> ScalarStep:
        """The equation of an entry that has one."""
        step = self.expansion.step(entry)
        if step is None:
            msg = f"{entry} is given, not computed"
            raise BpsymError(msg)
        return step

    def line(self, entry: Expr) -> Line:
        """The line that computes an entry; each entry has one, so its number stays the same wherever it is shown."""
        if entry not in self.made:
            step = self.step(entry)
            forms = [step.expr, *(form.expr for form in step.forms)]
            self._add(entry, self.writer.name(entry), tuple(map(self.long, dict.fromkeys(forms))), step.simplest, entry)
        return self.made[entry]

    def partial(self, term: Term) -> Line:
        """The line of a local derivative: SymPy's own form first where it differs, then as people write it."""
        key = (term.of, term.wrt)
        if key not in self.made:
            of, wrt = term.of, term.wrt
            forms = [self.writer.formula(term.local)]
            raw = self._raw(of, wrt)
            if raw is not None and raw != term.local:
                forms.insert(0, self.writer.formula(raw))
            self._add(key, self.writer.partial(of, wrt), tuple(forms), term.local, term.local)
        return self.made[key]

    def _raw(self, of: Expr, wrt: Expr) -> Expr | None:
        """The equation differentiated as it stands, where that is instructive: activations with an exponential."""
        rule = self.step(of).step.rule
        if rule not in ("sigmoid", "tanh") or head(of) == head(wrt):
            return None
        return derivative(self.step(of).expr, wrt)

    def path(self, term: Term) -> Line:
        """The line of one path of the chain rule: upstream times local, named by its two partials."""
        key = (term.of, term.wrt, "path")
        if key not in self.made:
            partials = [self.fractions.name(term.upstream), self.fractions.partial(term.of, term.wrt)]
            product = term.upstream * term.local
            self._add(key, self.fractions.dotted(partials), (self.writer.formula(product),), product, product)
        return self.made[key]

    def product(self, entry: Expr, factors: Sequence[Line]) -> Line:
        """The line that multiplies the values of other lines to the value of an entry."""
        key = (entry, "product")
        if key not in self.made:
            names = self.fractions.dotted([factor.name for factor in factors])
            numbers = [_put(factor.value) for factor in factors if factor.value is not None]
            figures = self.fractions.dotted(numbers) if numbers else None
            value = None if self.environment is None else self.numeral(entry)
            self.made[key] = Line(len(self.made) + 1, self.fractions.name(entry), (names,), figures, value, entry)
        return self.made[key]

    def _add(self, key: object, name: Box, forms: tuple[Box, ...], shown: Expr, valued: Expr) -> None:
        number = len(self.made) + 1
        if self.environment is None:
            self.made[key] = Line(number, name, forms, None, None, valued)
            return
        value = self.numeral(valued)
        figures = self.long(shown, numbers=True)
        bare = figures == Number(value) or isinstance(figures, Number)
        told = tuple(form for form in forms if form != Number(value))  # dout/dnet = 1, not 1 = 1
        self.made[key] = Line(number, name, told, None if bare else figures, value, valued)

    def long(self, expr: Expr, *, numbers: bool = False) -> Box:
        """A formula; of a very long sum the first terms, dots, the last."""
        writer = self.figures if numbers else self.writer
        box = writer.formula(expr)
        if not expr.is_Add or len(expr.args) <= LONG or not isinstance(box, Row):
            return box
        signs = [n for n, item in enumerate(box.items) if item in (Sign("plus"), Sign("minus"))]
        return Row((*box.items[: signs[2]], Sign("plus"), Sign("dots"), *box.items[signs[-2] :]))


def _put(value: Numeral) -> Box:
    return Paren(Number(value)) if value.digits.startswith("-") else Number(value)
