"""Sheets to look at: every example with options put over its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.notation import Name
from bpsym.options import sheet_options
from bpsym.printing.layout import Atom, Box, Partial, Row, Sign
from bpsym.sheet.build import Sheet, build
from bpsym.sheet.lines import Work
from bpsym.spec import load
from sheet import paper
from sheet.paper import Paper, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.sheet.lines import Line
    from bpsym.sheet.worked import Detail
    from bpsym.spec import Description

EXAMPLES = Path(__file__).parents[2] / "examples"


@cache
def description(name: str) -> Description:
    """An example."""
    return load(EXAMPLES / f"{name}.toml")


@cache
def expansion(name: str) -> Expansion:
    """Its scalar equations, shared by all sheets of it."""
    return Expansion(description(name).program, description(name).sizes)


@cache
def sheet(name: str, **options: Any) -> Sheet:
    """A sheet of an example; worked where nothing else is said. Tests share it."""
    described = description(name)
    made = build(described, sheet_options(described, **{"kind": "worked", "lang": "en"} | options))
    shared = expansion(name)
    environment = Environment(shared, described.values, made.rounding)
    made.__dict__["work"] = Work(  # the sheet's own, but for the equations, which take the longest to make
        made.program, shared, environment, made.options.notation, described.written, "otherwise"
    )
    return made


@dataclass
class Reader:
    """Works a sheet through from its givens, with 60 digits, by the formulas in names that stand on it."""

    known: dict[Name | tuple[Name, Name], Span] = field(default_factory=dict)
    forms: dict[Name | tuple[Name, Name], Box] = field(default_factory=dict)  # the first formula of each name

    @property
    def paper(self) -> Paper:
        """The calculator with everything known so far."""
        return Paper(paper.as_printed, paper.named(self.known), {})

    def given(self, shown: Sheet) -> Reader:
        """Copy the givens and the sizes from the sheet."""
        for one in shown.givens:
            for name, typed in one.cells:
                self.known[paper.key(name.box)] = paper.one(Fraction(typed))
        for symbol, number in shown.description.sizes.items():
            self.known[shown.work.notation.name(symbol)] = paper.one(number)
        return self

    def learn(self, name: Box, value: Span) -> None:
        """Remember what a name stands for; an error signal is the derivative of the loss by a net input."""
        if not isinstance(name, (Atom, Partial)):
            return
        self.known[paper.key(name)] = value
        if isinstance(name, Atom) and name.name.base == "delta":
            for base, loss in (("net", Name("E", ("total",))), ("z", Name("L"))):
                self.known[loss, Name(base, name.name.sub, name.name.sup)] = value

    def check(self, detail: Detail) -> None:
        """The chain rule of a weight in full is worth its derivative; one with dots can't be worked out."""
        assert isinstance(detail.chain.box, Row)
        name, sign, *rule = detail.chain.box.items
        assert sign == Sign("equal")
        inner = [found for box in rule for found in paper.boxes(box)]
        if Sign("dots") in inner:
            return
        for box in inner:
            if isinstance(box, Partial) and paper.key(box) not in self.known:
                self.known[paper.key(box)] = self.slope(box.of, box.wrt)
        difference = self.paper.sum(rule) - self.known[paper.key(name)]
        assert abs(difference.point) < Fraction(1, 10**50)

    def slope(self, net: Box, weight: Box) -> Span:
        """How much a net input grows when a weight grows by one: it is linear in it."""
        form, before = self.forms[paper.key(net)], self.known[paper.key(weight)]
        moved = {**self.known, paper.key(weight): before + paper.ONE}
        return Paper(paper.as_printed, paper.named(moved), {}).value(form) - self.known[paper.key(net)]

    def through(self, line: Line) -> Iterator[Span]:
        """The value of each form of a line; then its name is known."""
        value = None if line.value is None else paper.as_printed(line.value)
        for form in line.forms:
            value = self.paper.value(form)
            yield value
        assert value is not None
        if line.forms and isinstance(line.name, Atom):
            self.forms[line.name.name] = line.forms[0]
        self.learn(line.name, Span(paper.cut(value.low), paper.cut(value.high)))
