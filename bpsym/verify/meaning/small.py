"""The equations that lead to one atom or formula as a program of its own, with its gradients."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from flint import fmpq
from msgspec import Struct
from msgspec.structs import replace
from sympy import Expr, Symbol, preorder_traversal

from bpsym import primitives
from bpsym.backprop import adjoint_of, backprop
from bpsym.expand import Expansion
from bpsym.lowering import Code, lower
from bpsym.program import Program, Quantity, Role, Step
from bpsym.verify.effort import spend

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpsym.expand import ScalarStep

LOWERED = 45  # units of work an equation is, made code
OPERATION = 4  # what one of its operations is besides
SEED = Symbol("_seed", real=True)  # 1, but not to be simplified away: every adjoint has a name


class Small(Struct, frozen=True):
    """A program of scalars whose loss the atom or formula is."""

    expansion: Expansion
    leaves: frozenset[Expr]  # what no equation of it defines
    named: frozenset[Expr]  # all that occurs on the way, also where only the last equation is taken
    originals: Mapping[Expr, Expr]  # the atoms its symbols stand for
    equations: tuple[Expr, ...]  # what was differentiated

    def slope(self, wrt: Expr) -> Code | fmpq:
        """The derivative by an atom, as code; 0 where it does not occur."""
        name = adjoint_of(Quantity(_plain(wrt).name, Role.WEIGHT)).name
        if name not in self.expansion.program.quantities:
            return fmpq(0)
        wanted = Symbol(name, real=True)
        steps = self.expansion.order((wanted,), "backward")
        spend(sum(LOWERED + OPERATION * sum(1 for _ in preorder_traversal(step.simplest)) for step in steps))
        code = lower([(s.out, s.simplest) for s in steps], [wanted], {SEED: fmpq(1)})
        return replace(code, inputs=tuple(self.originals.get(e, e) for e in code.inputs))


def small_program(
    of: Expr, order: Sequence[ScalarStep], leaves: frozenset[Expr], named: frozenset[Expr], sizes: Mapping[Symbol, int]
) -> Small:
    """The equations `order` and then `of`, which rest on the atoms `leaves`; sizes are put in."""
    numbers: dict[Expr, int] = dict(sizes)
    names = {entry: _plain(entry) for entry in (*(step.out for step in order), *leaves)}
    inputs = tuple(Quantity(name, Role.WEIGHT) for name in sorted(names[entry].name for entry in leaves))
    steps = tuple(
        Step(
            Quantity(names[step.out].name, Role.NET),
            step.expr.xreplace(names).xreplace(numbers),
            _rule(step.step.rule),
            "forward",
        )
        for step in order
    )
    seed = Quantity(SEED.name, Role.WEIGHT)
    last = Step(Quantity("_end", Role.LOSS), SEED * of.xreplace(names), "", "loss")
    expansion = Expansion(backprop(Program((*inputs, seed), (*steps, last))), {})
    originals = {symbol: entry for entry, symbol in names.items()}
    return Small(expansion, leaves, named, originals, (*(step.expr for step in order), of))


@lru_cache(maxsize=1 << 12)
def _plain(atom: Expr) -> Symbol:
    """The symbol that stands for an atom; atoms are many times written out for it."""
    return Symbol(str(atom), real=True)


def _rule(rule: str) -> str:
    """The rule of a step between scalars: activations of one net input keep theirs, and with it their derivative."""
    row = primitives.ACTIVATIONS.get(rule)
    return rule if row is not None and not row.couples else ""
