"""The general law read as a reader does: names with letters are entries of tensors, letters run over their range."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from bpsym.networks.equations import other
from bpsym.notation import Notation
from bpsym.printing import layout as lay
from bpsym.program import Role
from bpsym.sheet import law
from sheet import paper
from sheet.paper import Paper, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sympy import Expr, Symbol

    from bpsym.notation import Name
    from bpsym.printing.layout import Box
    from bpsym.program import Program, Quantity

Place = tuple[int, ...]


def parts(name: Name) -> tuple[str, ...]:
    """What a name consists of, without the commas between indices."""
    return (name.base, *(part for part in name.sub if part != ","), "^", *name.sup)


def letters_of(part: str) -> list[str]:
    """The letters of an index: p and q of "(p + q - 1)"."""
    return re.findall(r"\b[a-z]\b", part)


@dataclass
class Law:
    """The law of a program as printed, worked out for given tensors, each entry when it is asked for."""

    program: Program
    family: str
    sizes: Mapping[Symbol, int]
    found: dict[tuple[str, Place], Span]  # of the inputs at first

    @cached_property
    def notation(self) -> Notation:
        """The names."""
        return Notation(self.family, self.program)

    @cached_property
    def formulas(self) -> dict[str, list[Box]]:
        """What each quantity is equal to: its formula, then simpler forms."""
        result = {}
        equations = law.equations(self.program, self.family, "otherwise")
        for step, equation in zip(self.program.steps, equations, strict=True):
            assert isinstance(equation.formula.box, lay.Row)
            items = equation.formula.box.items
            last = max(place for place, item in enumerate(items) if item == lay.Sign("equal"))
            forms = [lay.row(*items[last + 1 :])]
            for formula, _ in equation.simplified:
                assert isinstance(formula.box, lay.Row)
                assert formula.box.items[0] == lay.Sign("equal")
                forms.append(lay.row(*formula.box.items[1:]))
            result[step.quantity.name] = forms
        return result

    @cached_property
    def spelled(self) -> dict[str, tuple[str, ...]]:
        """The name of every quantity at its own letters."""
        return {q.name: parts(self.notation.name(q.generic)) for q in self.program.quantities.values()}

    @cached_property
    def size_names(self) -> dict[Name, int]:
        """The sizes by their names."""
        return {self.notation.name(symbol): number for symbol, number in self.sizes.items()}

    @cached_property
    def ranges(self) -> dict[str, Expr]:
        """How far each letter runs."""
        axes = {axis.index: axis.upper for quantity in self.program.quantities.values() for axis in quantity.axes}
        return {other(index).name: upper for index, upper in axes.items()} | {i.name: u for i, u in axes.items()}

    def value(self, quantity: Quantity, place: Place) -> Span:
        """An entry, worked out from its formula; all forms of that must agree."""
        if quantity.initial and place[0] == 0:
            return self.found[quantity.initial, place[1:]]
        if any(not 1 <= at <= self.upper(axis.upper) for at, axis in zip(place, quantity.axes, strict=True)):
            return paper.ZERO  # beyond the last time step nothing comes back
        key = (quantity.name, place)
        if key not in self.found:
            letters = {axis.index.name: at for axis, at in zip(quantity.axes, place, strict=True)}
            values = [Reading(self, letters).value(form).point for form in self.formulas[quantity.name]]
            assert all(abs(value - values[0]) < Fraction(1, 10**40) for value in values), key
            self.found[key] = paper.one(paper.cut(values[0]))
        return self.found[key]

    def upper(self, bound: Expr) -> int:
        """A range's end as a number."""
        return int(bound.subs(dict(self.sizes)))

    def places(self, quantity: Quantity) -> list[Place]:
        """All indices of a quantity."""
        found: list[Place] = [()]
        for axis in quantity.axes:
            found = [(*place, at) for place in found for at in range(1, self.upper(axis.upper) + 1)]
        return found

    def matched(self, quantity: Quantity, name: Name, letters: Mapping[str, int]) -> Place | None:
        """The indices at which the name is the quantity's; None where it is another's."""
        own, given = self.spelled[quantity.name], parts(name)
        if len(own) != len(given) or quantity.role is Role.STATE:
            return None
        at = {}
        mine = {axis.index.name: axis.upper for axis in quantity.axes}
        for ours, theirs in zip(own, given, strict=True):
            if ours.strip("()") in mine:
                used = letters_of(theirs)
                if not used or (len(used) == 1 and self.ranges.get(used[0]) != mine[ours.strip("()")]):
                    return None
                at[ours.strip("()")] = index(theirs, letters)
            elif ours != theirs:
                return None
        return tuple(at[axis.index.name] for axis in quantity.axes)

    def look(self, name: Name, letters: Mapping[str, int]) -> Span:
        """What a name is worth where letters stand for numbers."""
        if not name.sub and not name.sup and name.base in letters:
            return paper.one(letters[name.base])
        if name in self.size_names:
            return paper.one(self.size_names[name])
        quantities = (q for q in self.program.quantities.values() if not self.is_fraction(q))
        matches = [(q, self.matched(q, name, letters)) for q in quantities]
        found = [(quantity, place) for quantity, place in matches if place is not None]
        if not found and name.base == "delta" and len(name.sub) == 2:  # Kronecker's
            first, second = (letters[letter] for letter in name.sub)
            return paper.one(first == second)
        assert len(found) == 1, (name, [quantity.name for quantity, _ in found])  # the name of one thing
        ((quantity, place),) = found
        return self.value(quantity, place)

    def is_fraction(self, quantity: Quantity) -> bool:
        """Whether it is printed as a derivative of the loss, not as an error signal."""
        return quantity.role is Role.ADJOINT and self.program.get(quantity.of).role is not Role.NET

    def slope(self, of: Name, wrt: Name, letters: Mapping[str, int]) -> Span:
        """The derivative of the loss by a name."""
        assert of == self.notation.name(self.program.loss.generic)
        found = [
            (adjoint, place)
            for adjoint in self.program.all(Role.ADJOINT)
            if (place := self.matched(self.program.get(adjoint.of), wrt, letters)) is not None
        ]
        ((quantity, place),) = found
        return self.value(quantity, place)


def index(part: str, letters: Mapping[str, int]) -> int:
    """The value of an index: t, (t - 1), (p + q - 1)."""
    total, sign = 0, 1
    for piece in part.strip("()").split(" "):
        if piece in ("+", "-"):
            sign = 1 if piece == "+" else -1
        else:
            total += sign * (letters[piece] if piece.isalpha() else int(piece))
    return total


class Reading(Paper):
    """A calculator for formulas with letters."""

    def __init__(self, law: Law, letters: Mapping[str, int]) -> None:
        super().__init__(paper.as_printed, self.named, letters)
        object.__setattr__(self, "law", law)

    law: Law

    def named(self, box: Box) -> Span:
        """What a name or a derivative is worth."""
        match box:
            case lay.Atom(name):
                return self.law.look(name, self.letters)
            case lay.Partial(lay.Atom(of), lay.Atom(wrt)):
                return self.law.slope(of, wrt, self.letters)
        raise AssertionError(box)

    def inside(self, letter: str, number: int) -> Paper:
        """The same with one more letter bound."""
        return Reading(self.law, {**self.letters, letter: number})
