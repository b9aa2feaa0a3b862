"""The network a document itself sets up: an atom for each name, an equation for each formula, made when asked for."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import structs
from sympy import Integer

from bpsym.errors import BpsymError
from bpsym.verify import limits
from bpsym.verify.check.terms import ball, leaves, shape_of
from bpsym.verify.effort import TooMuchWork, bounded, spend
from bpsym.verify.meaning.algebra import NoValueError
from bpsym.verify.meaning.arrays import Array, Scalar, ShapeError, Value, scalars
from bpsym.verify.meaning.choices import Choices
from bpsym.verify.meaning.denote import Reading, denote
from bpsym.verify.meaning.equations import Equations
from bpsym.verify.meaning.families import MATRIX, SCALAR, Instance, Shape, family
from bpsym.verify.meaning.functions import by_its_name
from bpsym.verify.meaning.indices import Indices, kronecker
from bpsym.verify.meaning.keys import IDENTITY, LOSS_NAMES, Called, Key, is_off, key
from bpsym.verify.meaning.nesting import Nested
from bpsym.verify.meaning.over_sympy import symbolic
from bpsym.verify.meaning.reach import (
    Reach,
    are_of_several_methods,
    matched,
    places,
    wholes,
)
from bpsym.verify.meaning.symbolic import symbolic_function
from bpsym.verify.meaning.unexplained import (
    given_figures,
    has_figures,
    is_figure,
    is_rounded,
    is_short,
    is_unexplained,
    recomputed,
)
from bpsym.verify.meaning.upstream import loss_from_above, own_loss
from bpsym.verify.tree import Application, BigSum, Call, Derivative, Differential, Expr, Name, Number, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flint import fmpq

    from bpsym.verify.givens import Givens
    from bpsym.verify.meaning.scope import Scope
    from bpsym.verify.meaning.sources import Sources

_FEW = ("1", "2", "3")  # entries of a vector nobody lists
MOST_NAMES = 1500  # atoms made for names that only occur
MOST_ATOMS = 3000  # of a document's own network
_DEEPER = Nested(3)  # a definition met inside another one
SYMBOLIC = 15  # units of work a node of an equation is
PLACE = 6  # units of work a name is at each of its indices
ENTRIES = 30  # one of an equation between matrices
_FAILURES = (NoValueError, ShapeError, BpsymError, ValueError, TypeError)


@dataclass
class Builder:
    """Makes atoms and equations out of what was collected, each name when it is first asked for."""

    sources: Sources
    scope: Scope
    given: Givens
    instance: Instance
    reach: Reach
    made: Equations = field(default_factory=Equations)
    building: set[Key] = field(default_factory=set)
    cyclic: set[Key] = field(default_factory=set)  # names asked for while they were being built
    refused: set[tuple[Key, bool]] = field(default_factory=set)  # names nothing defines, and whether strictly
    strict: int = 0  # while positive, a formula with a name nobody defines is no definition

    def build(self) -> None:
        """Everything the document defines, as the network of the scope."""
        for wanted in (*self.sources.numbers, *self.sources.formulas):
            self.wanted(wanted)
        for name in self.sources.names:
            for place in places(name, self.sources.fixed, self.scope.units):
                spend(PLACE)
                wanted = key(name, place)
                if (place and is_off(name, wanted)) or self._is_size(wanted):
                    continue
                if wanted == IDENTITY and not self.instance.shapes:
                    continue
                is_open = len(self.made) < MOST_NAMES and not wanted.new and self.wanted(wanted) is None
                beyond = place and self.reach.ends_before(wanted)
                if is_open and not beyond and not self.instance.is_beyond(wanted):
                    self._leaf(wanted)
        self._gather_vectors()
        shaped = bool(self.instance.shapes)
        own = own_loss(self.sources, self.scope, self.made, shaped=shaped)
        loss = loss_from_above(self.sources, self.scope, self.made, shaped=shaped) if own is None else own
        self.scope.network = self.made.network(loss, any_loss=own is not loss, of_matrices=shaped)

    def _is_size(self, name: Key) -> bool:
        """Whether a name of a document of laws counts something, the H of 1/H."""
        return bool(self.instance.shapes) and name.base in self.scope.sizes and not (name.sub or name.layer)

    def _gather_vectors(self) -> None:
        """x̂ without an index is all of x̂_1, x̂_2, …, where only these are defined."""
        for pattern, formula in self.sources.patterns:
            whole = key(pattern)._replace(sub=())
            if len(pattern.sub) == 1 and not pattern.layer and not self.sources.states(whole):
                wanted = [whole._replace(sub=(k,)) for k in self.reach.entries(whole, pattern, formula)]
                found = [values[0] for name in wanted[: len(_FEW)] if (values := self.scope.table.get(name))]
                found += [value for name in wanted[len(_FEW) :] if (value := self.wanted(name)) is not None]
                entries = tuple(entry for entry in found if not isinstance(entry, Array))
                if len(entries) == len(wanted):
                    self.scope.table[whole] = [Array((len(entries),), entries)]

    def wanted(self, name: Key) -> Value | None:
        """The atoms of a name, made if need be."""
        known = self.scope.own_atoms(name) if self.sources.states(name) else self.scope.atoms(name)
        if known is None and self.instance.shapes and (whole := self._shaped_whole(name)) is not None:
            is_start, is_beyond = self.instance.is_start(whole), self.instance.is_beyond(whole)
            is_open = not self.strict and (is_start or not (self.reach.has_rule(whole) or is_beyond))
            if self.wanted(whole) is None and whole not in self.building and is_open:
                self._leaf(whole)
            known = self.scope.atoms(name)
        if known is not None:
            return known
        if name in self.building:
            self.cyclic.add(name)
            return None
        if self.instance.is_beyond(name):
            return None
        asked = name, self.strict > 0
        if asked in self.refused or len(self.made) > MOST_ATOMS:
            return None
        self.building.add(name)
        try:
            found = next((value for way in _WAYS if (value := way(self, name)) is not None), None)
        finally:
            self.building.discard(name)
        self.cyclic.discard(name)
        if found is None and not self.cyclic:  # in a circle, it may have a meaning elsewhere
            self.refused.add(asked)
        return found

    def by_strict_formula(self, name: Key) -> Value | None:
        """By its formula, or a number's name by a rule, only from names that are defined.

        A formula with figures put in, `s_3 = 0.8 w + U h_2`, goes behind a rule for the name or its entries.
        """
        if has_figures(self.sources.formulas.get(name, ())):
            value = self.by_rule(name, strict=True)
            value = self.by_listed_entries(name) if value is None else value
            if value is not None:
                return value
        value = self.by_formula(name, strict=True)
        return self.by_rule(name, strict=True) if value is None and name in self.sources.numbers else value

    def by_formula(self, name: Key, *, strict: bool = False) -> Value | None:
        """By one of its formulas; strict: only from names that are defined."""
        for formula in self.sources.formulas.get(name, ()):
            value = self._of_unknown_function(name, formula) if self.instance.shapes else None
            value = self._defined(name, formula, {}, strict=strict) if value is None else value
            if value is not None:
                return value
        return None

    def by_rule(self, name: Key, *, strict: bool = False) -> Value | None:
        """`a_3` by the rule for a_j; strict: only from names that are defined."""
        if self.instance.is_start(name):
            return None
        tried = ((matched(pattern, name, self.sources.fixed), formula) for pattern, formula in self.reach.rules(name))
        rules = [(indices, formula) for indices, formula in tried if indices is not None]
        if are_of_several_methods(rules, name.base):
            return None
        for indices, formula in rules:
            value = self._defined(name, formula, indices, strict=strict)
            if value is not None:
                return value
        return None

    def by_listed_entries(self, name: Key) -> Value | None:
        """`s = (0.66, 0.24, 0.10)` by the rule `s_i = e^{z_i} / Σ_k e^{z_k}` for its entries."""
        shape = shape_of(self.sources.numbers[name]) if name in self.sources.numbers else None
        if shape is None or min((*shape, 1)) != 1 or max(shape) == 1:
            return None
        if name.sub and is_short(name, self.sources):
            return None
        return self._by_entries(name, shape, [(str(k),) for k in range(1, max(shape) + 1)], strict=True)

    def by_entries(self, name: Key) -> Value | None:
        """`z^3` by the rule for z^l_j."""
        rows, columns = shape = self._shape(name)
        if shape == SCALAR:
            return None
        at = [(r, c) for r in range(1, rows + 1) for c in range(1, columns + 1)]
        places = [(str(r), str(c)) if shape == MATRIX else (str(max(r, c)),) for r, c in at]
        return self._by_entries(name, shape, places)

    def _by_entries(
        self, name: Key, shape: tuple[int, ...], places: Sequence[tuple[str, ...]], *, strict: bool = False
    ) -> Value | None:
        entries = [self.by_rule(name._replace(sub=(*name.sub, *place)), strict=strict) for place in places]
        scalar = tuple(entry for entry in entries if entry is not None and not isinstance(entry, Array))
        return self._entered(name, Array(shape, scalar)) if len(scalar) == len(places) else None

    def by_entry(self, name: Key) -> Value | None:
        """`z_1 = 0.4·1 + 0.1 = 0.5` as an entry of `z = W x + b`, where that is made of names that are defined."""
        if name.new or self.instance.shapes or name not in self.sources.computed or name in self.sources.formulas:
            return None
        for whole in wholes(name):
            self.strict += 1
            try:
                found = self.wanted(whole) if whole in self.sources.formulas else None
            finally:
                self.strict -= 1
            if isinstance(found, Array):
                return self.scope.own_atoms(name)
        return None

    def by_number(self, name: Key) -> Value | None:
        """By the number that was given from outside, or that the document shows."""
        if self.given.get(name) is not None:
            return self._leaf(name)
        return self._shown(name, self.sources.numbers[name]) if name in self.sources.numbers else None

    def by_likeness(self, name: Key) -> Value | None:
        """`w_3` by the number for every w_j."""
        alike = [t for p, t in self.sources.alike if p.base == name.base and self.reach.stands_for(p, name)]
        return self._shown(name, alike[0]) if len(alike) == 1 else None

    def by_whole(self, name: Key) -> Value | None:
        """`x_1` where the document gives all of x."""
        if name.new or not all(part.isdecimal() for part in name.sub[-2:]):
            return None
        for whole in wholes(name, self.scope.samples):
            if self.sources.states(whole) and self.wanted(whole) is not None:
                return self.scope.atoms(name)
        return None

    def _of_unknown_function(self, name: Key, formula: Expr) -> Value | None:
        """`L = l(o, y)`, of which nobody says what l is: to first order, a sum with numbers of its own."""
        if not isinstance(formula, Application) or not all(isinstance(a, Name) for a in formula.arguments):
            return None
        if formula.head.base in self.scope.functions or self._shape(name) != SCALAR:
            return None
        names = [key(a) for a in formula.arguments if isinstance(a, Name)]
        if not any(name in self.sources.formulas or self.reach.has_rule(name) for name in names):
            return None
        below = [atom for n in names for atom in scalars(self.wanted(n) or self._leaf(n))]
        total = sum((self.made.slope(name.text, atom, None) * atom for atom in below), Integer(0))
        return self._entered(name, self.made.defined(Called(name), total))

    def _shape(self, name: Key) -> Shape:
        return self.instance.shapes.get(family(name), SCALAR)

    def _shaped_whole(self, name: Key) -> Key | None:
        """The vector or matrix an entry belongs to, where the document's formulas make it one."""
        if self._shape(name) != SCALAR:
            return None
        return next((whole for whole in wholes(name) if self._shape(whole) != SCALAR), None)

    def _entered(self, name: Key, atoms: Value) -> Value:
        """The atoms, from now on those of a name."""
        self.scope.table[name] = [atoms]
        self.refused.clear()
        return atoms

    def _leaf(self, name: Key) -> Value:
        """A name nobody defines: a number of its own, or as many as it has entries; I is the identity."""
        rows, columns = shape = self._shape(name)
        if shape == SCALAR:
            return self._entered(name, self.made.input(Called(name), self.given.get(name)))
        at = [(r, c) for r in range(1, rows + 1) for c in range(1, columns + 1)]
        if name.base == "I" and shape == MATRIX:
            items = [self.made.defined(Called(name), Integer(r == c)) for r, c in at]
        else:
            items = [self.made.input(Called(name, place), None) for place in at]
        return self._entered(name, Array(shape, tuple(items)))

    def _shown(self, name: Key, tree: Expr) -> Value:
        """A name by the number or the list of numbers the document shows for it."""
        shown = [s for s in leaves(tree) if s is not None]
        shape = shape_of(tree)
        atoms: Value
        if shape is None or len(shown) <= 1:
            atoms = self.made.input(Called(name), shown[0].value if shown else self.given.get(name))
        else:
            atoms = Array(shape, tuple(self.made.input(Called(name, (k,)), s.value) for k, s in enumerate(shown, 1)))
        self._entered(name, atoms)
        figure = is_figure(name, self.sources)
        if figure or is_rounded(shown) or is_unexplained(name, shown, self.sources):
            values = self.made.values
            for atom, number in zip(scalars(atoms), shown, strict=True):
                values[atom] = ball(*number.cut())  # type: ignore[assignment]  # printed, so a ball
        if figure:
            self.made.opaque.update(scalars(atoms))
            if not isinstance(atoms, Array):
                found = recomputed(name, values[atoms], self.sources, self._givens, self.scope)
                values[atoms] = values[atoms] if found is None else found
        return atoms

    @cached_property
    def _givens(self) -> frozenset[fmpq]:
        """The figures that stand for themselves."""
        return given_figures(self.sources)

    def _defined(self, name: Key, formula: Expr, indices: Indices, *, strict: bool) -> Value | None:
        """A name by a formula, as far as all in it has a meaning; strict: only from names that are defined."""
        outer, self.scope.vague_letters = self.scope.vague_letters, set()
        self.strict += strict
        try:
            with bounded(limits.DEFINED):
                spend((ENTRIES if self.instance.shapes else SYMBOLIC) * sum(1 for _ in walk(formula)))
                with _DEEPER:
                    value = denote(formula, self.reading, indices)
        except (*_FAILURES, TooMuchWork):
            return None
        finally:
            self.strict -= strict
            letters, self.scope.vague_letters = self.scope.vague_letters, outer
        if not isinstance(value, Array) and self._is_list(name):
            apart = structs.replace(self.reading, choices=Choices(elementwise=True))
            with suppress(*_FAILURES):
                value = denote(formula, apart, indices)
        if len(scalars(value)) + len(self.made) > MOST_ATOMS:
            return None
        is_loss = name.base in LOSS_NAMES and self._shape(name) == SCALAR
        if self.instance.shapes and isinstance(value, Array) and is_loss:
            value = sum(value.items[1:], value.items[0])  # over the outputs, or the samples
        elif isinstance(value, Array) and is_loss and any(isinstance(node, BigSum) for node in walk(formula)):
            return None  # the entries that are summed were taken for whole matrices
        if not isinstance(value, Array):
            return self._entered(name, self.made.defined(Called(name), value, letters))
        items = [self.made.defined(Called(name, (k,)), item, letters) for k, item in enumerate(value.items, 1)]
        return self._entered(name, Array(value.shape, tuple(items)))

    def _is_list(self, name: Key) -> bool:
        """Whether a name is given as several numbers."""
        shape = shape_of(self.sources.numbers[name]) if name in self.sources.numbers else None
        return shape is not None and max(shape) > 1

    @cached_property
    def reading(self) -> Reading:
        """How to read the formulas of definitions: over SymPy, names made when they are met."""
        algebra, scope = symbolic(), self.scope

        def name_of(name: Name, at: Indices) -> Value:
            delta = kronecker(name, at) if scope.kronecker else None
            if delta is not None:
                return algebra.number(Fraction(delta))
            wanted = key(name, at)
            value = self.wanted(wanted)
            count = scope.count(wanted)
            if count is not None and not isinstance(value, Array):
                return algebra.number(Fraction(count))
            return self._left_open(wanted, at) if value is None else value

        def no_derivative(_tree: Derivative | Differential, _at: Indices) -> Value:
            raise NoValueError("a derivative inside a definition")

        def literal(number: Number) -> Scalar:
            return algebra.number(number.value)

        def values(letter: str, lower: Expr | None, upper: Expr | None, at: Indices, body: Expr) -> list[str]:
            return self.reach.values(letter, (lower, upper), at, body, lambda name: self.wanted(name) is not None)

        def called(call: Call, at: Indices) -> Callable[[Value], Value]:
            return symbolic_function(by_its_name(call, at, scope), scope.functions, scope.vague_letters, over)

        over = Reading(algebra, name_of, no_derivative, called, values, literal, columns=scope.columns)
        over = structs.replace(over, count=scope.divisor)
        return over

    def _left_open(self, name: Key, at: Indices) -> Value:
        """A name in a formula that nobody defines; raises NoValueError where that is no name to be left open."""
        is_further = at and not self.instance.is_start(name) and self.reach.ends_before(name)
        if name in self.building or self.strict or self.instance.is_beyond(name) or is_further:
            raise NoValueError(f"{name.text} is defined by itself, or not at all")
        return self._leaf(name)


# How a name comes by its atoms, the surest way first.
_WAYS: tuple[Callable[[Builder, Key], Value | None], ...] = (
    Builder.by_strict_formula,
    Builder.by_formula,
    Builder.by_listed_entries,
    Builder.by_entry,
    Builder.by_number,
    Builder.by_rule,
    Builder.by_entries,
    Builder.by_likeness,
    Builder.by_whole,
)
