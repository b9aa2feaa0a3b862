"""The numbered draft: every partial derivative gets a number R1, R2, ..., and later lines refer to the numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import Struct
from sympy import Add, Indexed, Mul, Symbol

from bpsym.notation import Name
from bpsym.printing.layout import Atom, Box, Formula, Number, Sign, chain, row
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sympy import Expr

    from bpsym.expand import ScalarStep
    from bpsym.program import Term
    from bpsym.rounding import Numeral, Value
    from bpsym.sheet.lines import Work


class Block(Struct, frozen=True):
    """The numbered partials of a layer and the gradients made of them."""

    layer: str
    number: int
    is_output: bool
    partials: tuple[Formula, ...]
    gradients: tuple[Formula, ...]
    numerals: Mapping[Expr, Numeral]  # of the gradients; empty where there are no numbers


@dataclass
class _Draft:
    """The numbers given out so far.

    Where computing goes on with what is shown, a product is that of the printed numbers, and R1, R2, ... are values.
    """

    work: Work
    labels: dict[object, Symbol] = field(default_factory=dict)
    shown: dict[Expr, Value] = field(default_factory=dict)  # what is printed for R1, R2, ...
    lines: list[Formula] = field(default_factory=list)

    def number(self, key: object, name: Box, form: Box, value: Expr) -> None:
        """Give a partial the next number and write it down."""
        if key in self.labels:
            return
        self.labels[key] = Symbol(f"R{len(self.labels) + 1}")
        label, numeral = _box(self.labels[key]), self.numeral(value)
        links = [label, name] if form == name else [label, name, form]
        self.lines.append(self.valued(links, numeral))
        if numeral is not None:
            self.shown[self.labels[key]] = numeral.value

    def numeral(self, value: Expr) -> Numeral | None:
        """What is printed for an entry or an expression; None where there are no numbers."""
        environment = self.work.environment
        if environment is None:
            return None
        if value.free_symbols.isdisjoint(self.shown):
            return self.work.numeral(value)
        return environment.overridden(self.shown).numeral(value)

    def valued(self, links: list[Box], numeral: Numeral | None) -> Formula:
        """A chain that ends in a number, where there are numbers."""
        if numeral is None:
            return chain(*links)
        if links[-1] == Number(numeral):
            return chain(*links)
        signs = ("equal",) * (len(links) - 1) + ("equal" if numeral.exact else "approx",)
        return chain(*links, Number(numeral), relations=signs)

    def partial(self, term: Term) -> Symbol:
        """The number of a local derivative."""
        key = (term.of, term.wrt)
        self.number(key, self.work.writer.partial(term.of, term.wrt), self.work.writer.formula(term.local), term.local)
        return self.labels[key]

    def product(self, term: Term) -> list[Symbol]:
        """The numbers whose product is one path; a factor 1 is left out."""
        factors = self.adjoint(term.upstream) if isinstance(term.upstream, Indexed) else []
        return factors if term.local == 1 else [*factors, self.partial(term)]

    def adjoint(self, entry: Expr) -> list[Symbol]:
        """The numbers whose product is an adjoint; a sum over several paths gets a number of its own."""
        if entry in self.labels:
            return [self.labels[entry]]
        step = self.work.step(entry)
        owner = self.work.program.get(step.step.quantity.of)
        if owner.role is Role.NET and len(step.terms) == 1 and not self.direct(step):
            return self.product(step.terms[0])
        form, value = (self.work.writer.formula(step.expr), entry) if self.direct(step) else self.sum(step)
        self.number(entry, self.work.fractions.name(entry), form, value)
        return [self.labels[entry]]

    def direct(self, step: ScalarStep) -> bool:
        """Whether an adjoint is the derivative of the loss itself, not made of others."""
        return not any(isinstance(term.upstream, Indexed) for term in step.terms)

    def sum(self, step: ScalarStep) -> tuple[Box, Expr]:
        """The paths of a step added up, and what their value is of: the entry, or where printed numbers count those."""
        items: list[Box] = []
        values: list[Expr] = []
        for term in step.terms:
            if items:
                items.append(Sign("plus"))
            if isinstance(term.upstream, Indexed):
                numbers = self.product(term)
                items.append(self.work.writer.dotted(map(_box, numbers)))
                values.append(Mul(*numbers))
            else:
                items.append(self.work.writer.formula(term.expr))
                values.append(term.expr)
        return row(*items), Add(*values) if self.work.carries_shown else step.out


def _box(label: Symbol) -> Box:
    return Atom(Name("R", (label.name.removeprefix("R"),)))


def blocks(work: Work) -> list[Block]:
    """The draft, layer by layer from the output back."""
    draft, found = _Draft(work), []
    for layer in reversed(work.notation.layers):
        weights = [q for q in work.program.inputs if q.layer == layer and q.name in _gradients(work)]
        start, gradients, numerals = len(draft.lines), [], {}
        for quantity in weights:
            for entry in work.expansion.entries(f"d_{quantity.name}"):
                box, value = draft.sum(work.step(entry))
                numeral = draft.numeral(value)
                gradients.append(draft.valued([work.fractions.name(entry), box], numeral))
                if numeral is not None:
                    numerals[entry] = numeral
        if weights:
            number = work.notation.layers.index(layer)
            is_output = layer == work.program.only(Role.TARGET).layer
            found.append(Block(layer, number, is_output, tuple(draft.lines[start:]), tuple(gradients), numerals))
    return found


def _gradients(work: Work) -> set[str]:
    """Weights, and the biases that are trained."""
    trained = {q.of for q in work.program.all(Role.UPDATED)}
    weights = {q.name for q in work.program.all(Role.WEIGHT)}
    return {q.of for q in work.program.all(Role.ADJOINT)} & (trained | weights)
