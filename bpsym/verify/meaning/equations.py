"""The network of a document in the making: atoms, their equations, and numbers for those that have none."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sympy import Expr as Atom
from sympy import Symbol

from bpsym.expand import Expansion
from bpsym.program import Program, Quantity, Role, Step
from bpsym.verify.meaning.keys import RATES, Called, Key
from bpsym.verify.meaning.network import Network

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from flint import fmpq


@dataclass
class Equations:
    """Atoms in the order they are made, each with an equation or, if need be, a number."""

    inputs: list[Quantity] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    values: dict[Atom, fmpq] = field(default_factory=dict)  # of inputs; of an opaque one a ball
    opaque: set[Atom] = field(default_factory=set)  # inputs that are figures without their formula
    vague: dict[Atom, frozenset[str]] = field(default_factory=dict)  # atoms whose formula has a function nobody defines
    called: dict[Atom, Called] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        """How many atoms there are."""
        return len(self._names)

    def symbol(self, called: Called) -> Symbol:
        """A symbol of that name: with a prime where something else has it."""
        text = called.text
        while text in self._names:
            text += "'"
        self._names.add(text)
        symbol = Symbol(text, real=True)
        self.called[symbol] = called
        return symbol

    def input(self, called: Called, value: fmpq | None) -> Atom:
        """An atom without an equation."""
        atom = self.symbol(called)
        self.inputs.append(Quantity(atom.name, Role.RATE if called.text in RATES else Role.WEIGHT))
        if value is not None:
            self.values[atom] = value
        return atom

    def slope(self, loss: str, below: Atom, value: fmpq | None) -> Atom:
        """A number of its own for the derivative of what has no formula."""
        return self.input(Called(Key(f"∂{loss}/∂{below}")), value)

    def defined(self, called: Called, expr: Atom, vague: Collection[str] = ()) -> Atom:
        """An atom with an equation; `vague` are the letters of functions in it that nobody defines."""
        atom = self.symbol(called)
        if vague:
            self.vague[atom] = frozenset(vague)
        self.steps.append(Step(Quantity(atom.name, Role.NET), expr, "document", "forward"))
        return atom

    def ends_in(self, loss: Symbol, expr: Atom) -> Atom:
        """The loss, an atom whose equation is the last of all."""
        self.steps.append(Step(Quantity(loss.name, Role.LOSS), expr, "document", "loss"))
        return loss

    def has(self, atom: Atom) -> bool:
        """Whether an atom has an equation."""
        return any(step.out == atom for step in self.steps)

    def reaches(self, last: Atom, some: Iterable[Atom]) -> bool:
        """Whether an atom is worked out from any of some others."""
        used = {step.out: step.expr.free_symbols for step in self.steps}
        stack, seen = [last], {last}
        while stack:
            new = used.get(stack.pop(), set()) - seen
            seen |= new
            stack.extend(new)
        return not seen.isdisjoint(some)

    def last(self) -> list[Atom]:
        """The atoms from which nothing else is worked out."""
        used = {symbol for step in self.steps for symbol in step.expr.free_symbols}
        return [step.out for step in self.steps if step.out not in used]

    def network(self, loss: Atom | None, *, any_loss: bool, of_matrices: bool) -> Network:
        """All of it as a network that ends in a loss, if it has one."""
        steps = tuple(
            replace(s, quantity=replace(s.quantity, role=Role.LOSS)) if s.out == loss else s for s in self.steps
        )
        return Network(
            Expansion(Program(tuple(self.inputs), steps), {}),
            self.values,
            frozenset(self.opaque),
            loss,
            any_loss,
            of_matrices=of_matrices,
            vague=self.vague,
            called=self.called,
        )
