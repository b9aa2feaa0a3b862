"""The general law: every equation of the program in index notation, with where its factors come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sympy import true

from bpsym.notation import Notation
from bpsym.printing.layout import Box, Formula, Sign, chain, row
from bpsym.printing.writer import Writer
from bpsym.program import Role, head

if TYPE_CHECKING:
    from bpsym.program import Program, Step, Term


@dataclass(frozen=True)
class Factor:
    """A factor of a gradient and the reason it is there."""

    formula: Formula
    reason: str  # text key: error-signal, upstream, weight-multiplies, activation-derivative, ...


@dataclass(frozen=True)
class Equation:
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


def equations(program: Program, family: str, otherwise: str) -> list[Equation]:
    """Every step of the program."""
    writer = Writer(Notation(family, program), otherwise=otherwise)
    return [_equation(program, step, writer) for step in program.steps]


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
    local = chain(writer.partial(term.of, term.wrt), writer.formula(term.local))
    found.append(Factor(local, _REASONS.get((of, wrt), "chain")))
    return found
