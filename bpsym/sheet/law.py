"""The general law: every equation of the program in index notation, with where its factors come from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from sympy import true

from bpsym.networks.equations import size
from bpsym.notation import Notation
from bpsym.printing.layout import Box, Formula, Number, Sign, chain, row
from bpsym.printing.writer import Writer
from bpsym.program import Role, head
from bpsym.rounding import Numeral
from bpsym.sheet import matrix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sympy import Symbol

    from bpsym.program import Program, Step, Term


class Factor(Struct, frozen=True):
    """A factor of a gradient and the reason it is there."""

    formula: Formula
    reason: str  # text key: error-signal, upstream, weight-multiplies, activation-derivative, ...


class Equation(Struct, frozen=True):
    """One general formula."""

    section: str
    layer: int
    is_output: bool
    rule: str
    role: str  # of what it defines; for an adjoint, of what the loss is differentiated by
    name: Formula
    formula: Formula
    simplified: tuple[tuple[Formula, str], ...]  # equal forms and why they are equal
    factors: tuple[Factor, ...]
    condition: Formula | None  # for which indices a path exists


@dataclass(frozen=True)
class Law:
    """The general law of a program, in index notation and in matrices."""

    program: Program
    writer: Writer  # at index letters
    sizes: Mapping[Symbol, int]  # as far as they are known

    @cached_property
    def equations(self) -> list[Equation]:
        """Every step of the program."""
        return [_equation(self.program, step, self.writer) for step in self.program.steps]

    @cached_property
    def in_short(self) -> list[Formula]:
        """The formulas of the backward pass and the update."""
        return [equation.formula for equation in self.equations if equation.section in ("backward", "update")]

    @cached_property
    def matrices(self) -> list[matrix.MatrixEquation]:
        """The law in matrix notation, as far as matrices can say it."""
        return matrix.equations(self.program, self.writer)

    @property
    def matrices_lack(self) -> bool:
        """Whether matrices cannot say some of the equations."""
        return len(self.matrices) < sum(step.section != "loss" for step in self.program.steps)

    @property
    def matrix_rows(self) -> list[tuple[Formula, Formula | str]]:
        """Formula and shapes of each matrix equation; no shapes between numbers alone."""
        return [(e.formula, _listed(e.shapes) if e.shapes else "") for e in self.matrices]

    def factor_rows(self, reasons: Mapping[str, str]) -> list[tuple[Formula, Formula, str]]:
        """Each derivative's factors and why they are there."""
        return [(e.name, factor.formula, reasons[factor.reason]) for e in self.equations for factor in e.factors]

    def layer_rows(self, activations: Mapping[str, str]) -> list[tuple[str, Formula, str]]:
        """Number, size and activation of each layer."""
        steps = [step for step in self.program.section("forward") if step.quantity.role is Role.OUT]
        rows = []
        for number, step in enumerate(steps, 1):
            symbol = size(step.quantity.layer)
            box, known = self.writer.name(symbol), self.sizes.get(symbol)
            formula = Formula(box) if known is None else chain(box, Number(Numeral(str(known), exact=True)))
            rows.append((str(number), formula, activations[step.rule]))
        return rows


def equations(program: Program, family: str, otherwise: str) -> list[Equation]:
    """Every step of the program in index notation."""
    return Law(program, Writer(Notation(family, program), otherwise=otherwise), {}).equations


def _listed(shapes: tuple[tuple[Formula, Formula], ...]) -> Formula:
    boxes: list[Box] = []
    for name, shape in shapes:
        if boxes:
            boxes.append(Sign("comma"))
        boxes += [name.box, Sign("colon"), shape.box]
    return Formula(row(*boxes))


def _equation(program: Program, step: Step, writer: Writer) -> Equation:
    layers = writer.notation.layers
    layer = layers.index(step.quantity.layer) if step.quantity.layer else len(layers) - 1
    owner = program.get(step.quantity.of) if step.quantity.of else step.quantity
    links: list[Box] = [writer.name(step.out)]
    if owner.role is Role.NET and step.section == "backward":
        links.append(writer.partial(program.loss.generic, owner.generic))
    conditions = [term.where for term in step.terms if term.where != true]
    return Equation(
        step.section,
        layer,
        step.quantity.layer == program.only(Role.TARGET).layer,
        step.rule,
        str(owner.role),
        Formula(links[0]),
        chain(*links, writer.formula(step.expr)),
        tuple((Formula(row(Sign("equal"), writer.formula(form.expr))), form.reason) for form in step.forms),
        tuple(factor for term in step.terms for factor in _factors(program, term, writer)),
        Formula(writer.condition(conditions[0])) if conditions else None,
    )


_REASONS = {
    (Role.NET, Role.WEIGHT): "weight-multiplies",
    (Role.NET, Role.BIAS): "bias-enters",
    (Role.NET, Role.OUT): "weight-of-path",
    (Role.OUT, Role.NET): "activation-derivative",
    (Role.UNIT_LOSS, Role.OUT): "loss-derivative",
    (Role.LOSS, Role.UNIT_LOSS): "reduction",
    (Role.LOSS, Role.WEIGHT): "decay",
}


def _factors(program: Program, term: Term, writer: Writer) -> list[Factor]:
    of, wrt = program.get(head(term.of)).role, program.get(head(term.wrt)).role
    found = []
    if term.upstream.free_symbols and not term.upstream.is_Pow:
        found.append(Factor(Formula(writer.name(term.upstream)), "error-signal" if of is Role.NET else "upstream"))
    if (of, wrt) == (Role.LOSS, Role.WEIGHT):  # the penalty is a part of the loss: its slope is not the loss's
        local = Formula(writer.formula(term.local))
    else:
        local = chain(writer.partial(term.of, term.wrt), writer.formula(term.local))
    found.append(Factor(local, _REASONS.get((of, wrt), "chain")))
    return found
