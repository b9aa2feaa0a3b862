"""One indexed equation after the other as NumPy operations on arrays whose axes are labelled by index letters.

A sum of products is an `einsum`, a shifted index a gather, a recurrence is written out over its one index.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from string import ascii_letters
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import (
    Abs,
    Add,
    And,
    Expr,
    Indexed,
    Integer,
    KroneckerDelta,
    Max,
    Mul,
    Piecewise,
    Pow,
    Sum,
    Symbol,
    erf,
    exp,
    false,
    log,
    sign,
    tanh,
    true,
)
from sympy.core.relational import GreaterThan, LessThan, StrictGreaterThan, StrictLessThan

from bpsym.arrays.order import is_partial, parts
from bpsym.errors import EvaluationError
from bpsym.program import Axis, entries, head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import ArrayLike

    from bpsym.program import Program, Quantity, Step

VARIANT = Symbol("variant")  # the label of the leading axis that variants have


@dataclass(frozen=True, slots=True)
class Labelled:
    """A slot and the index letters of its array's axes."""

    slot: int
    labels: tuple[Symbol, ...] = ()


@dataclass
class Builder:
    """Emits operations. Within one equation a letter has one range, and the axes of arrays stand in one order."""

    program: Program
    sizes: dict[Symbol, Integer]
    first: int  # the slot of the first operation
    operations: list[tuple[Callable[..., Any], tuple[int, ...]]] = field(default_factory=list)
    bound: dict[str, Labelled] = field(default_factory=dict)
    rows: dict[tuple[str, int], Labelled] = field(default_factory=dict)  # of recurrences: one value of the index
    ranges: dict[Symbol, range] = field(default_factory=dict)  # of the letters in the equation at hand, in order
    found: dict[Expr, Labelled] = field(default_factory=dict)  # its subexpressions

    def range(self, axis: Axis) -> range:
        """The values of an index."""
        return Axis(axis.index, axis.upper.xreplace(self.sizes), axis.lower.xreplace(self.sizes)).values()

    def emit(self, function: Callable[..., Any], arguments: Iterable[Labelled], labels: tuple[Symbol, ...]) -> Labelled:
        """Append an operation."""
        self.operations.append((function, tuple(argument.slot for argument in arguments)))
        return Labelled(self.first + len(self.operations) - 1, labels)

    def constant(self, value: ArrayLike, labels: tuple[Symbol, ...] = ()) -> Labelled:
        """An array that is known beforehand."""
        array = np.asarray(value)
        return self.emit(lambda: array, (), labels)

    # Equations

    def define(self, group: list[Step]) -> None:
        """Compute one equation, or those of a recurrence together, for one value of their shifted index at a time."""
        names = {step.quantity.name for step in group}
        own = {entry for step in group for part in parts(step) for entry in entries(part) if head(entry) in names}
        shifts = {entry.indices[0] - self.program.get(head(entry)).axes[0].index for entry in own} - {Integer(0)}
        if not own:
            (step,) = group
            self.bound[step.quantity.name] = self.full(self.equation(step, {}), step.quantity.axes)
            return
        if any(not shift.is_Integer for shift in shifts) or len({shift > 0 for shift in shifts}) != 1:
            msg = f"{', '.join(sorted(names))} cannot be computed one index after the other"
            raise EvaluationError(msg)
        values = self.range(group[0].quantity.axes[0])
        for value in reversed(values) if shifts.pop() > 0 else values:
            for quantity, step in ((step.quantity, step) for step in group):
                row = self.equation(step, {quantity.axes[0].index: Integer(value)})
                self.rows[quantity.name, value] = self.full(row, quantity.axes[1:])
        for quantity in (step.quantity for step in group):
            self.ranges = {axis.index: self.range(axis) for axis in quantity.axes}
            self.bound[quantity.name] = self.stacked(quantity, quantity.indices, 0)

    def equation(self, step: Step, at: dict[Symbol, Integer]) -> Labelled:
        """The right-hand side of a step, with the index of a recurrence fixed."""
        self.ranges = {axis.index: self.range(axis) for axis in step.quantity.axes if axis.index not in at}
        self.found = {}
        if not is_partial(step):
            return self.value(step.simplest.xreplace(at))
        paths = []
        for term in step.terms:
            where = term.where.xreplace(self.sizes | at)
            if where == false:
                continue
            self.ranges |= {axis.index: self.range(axis) for axis in term.over}
            factors = [self.value(factor.xreplace(at)) for factor in (term.upstream, *Mul.make_args(term.local))]
            path = self.contracted([*factors, self.value(where)], [axis.index for axis in term.over])
            paths.append(path)
        return self.accumulated(np.add, paths) if paths else self.constant(0.0)

    def value(self, expr: Expr) -> Labelled:
        """The array of an expression; equal subexpressions are computed once."""
        if expr not in self.found:
            self.found[expr] = self.computed(expr)
        return self.found[expr]

    def computed(self, expr: Expr) -> Labelled:
        """Emit what computes an expression."""
        if isinstance(expr, Indexed):
            return self.entry(expr)
        if isinstance(expr, Symbol) and expr.name in self.bound:
            return self.bound[expr.name]
        if expr in self.ranges:
            return self.constant(list(self.ranges[expr]), (expr,))
        if expr in self.sizes or expr.is_number or expr in (true, false):
            return self.constant(float(self.sizes.get(expr, expr == true or expr)))
        for kind, computed in _COMPOUND.items():
            if isinstance(expr, kind):
                return computed(self, expr)
        arguments = [self.value(arg) for arg in expr.args]
        if expr.func in _REPEATED:
            return self.accumulated(_REPEATED[expr.func], arguments)
        if expr.func not in _FUNCTIONS:
            msg = f"no way to compute {expr.func.__name__}"
            raise EvaluationError(msg)
        return self.folded(_FUNCTIONS[expr.func], arguments)

    # Arrays with labels

    def sorted(self, arrays: Iterable[Labelled]) -> tuple[Symbol, ...]:
        """The labels of some arrays, each once, in their one order: variants, then as the equation brings them in."""
        present = {label for array in arrays for label in array.labels}
        return tuple(label for label in (VARIANT, *self.ranges) if label in present)

    def arranged(self, array: Labelled, labels: tuple[Symbol, ...]) -> Labelled:
        """The array with its axes in the order of `labels`, and an axis of length 1 for each label it has not got."""
        if array.labels == labels:
            return array
        order = tuple(array.labels.index(label) for label in labels if label in array.labels)
        cut = tuple(slice(None) if label in array.labels else np.newaxis for label in labels)
        return self.emit(lambda a: np.transpose(a, order)[cut], (array,), labels)

    def folded(self, function: Callable[..., Any], arrays: list[Labelled]) -> Labelled:
        """A function applied entry by entry."""
        labels = self.sorted(arrays)
        return self.emit(function, [self.arranged(array, labels) for array in arrays], labels)

    def accumulated(self, function: Callable[..., Any], arrays: list[Labelled]) -> Labelled:
        """A function of two arguments over any number of arrays, small ones first."""
        total, *rest = sorted(arrays, key=lambda array: len(array.labels))
        for array in rest:
            total = self.folded(function, [total, array])
        return total

    def contracted(self, factors: list[Labelled], over: list[Symbol]) -> Labelled:
        """The product of arrays, summed over some labels."""
        present = {label for factor in factors for label in factor.labels}
        factors += [self.constant(np.ones(len(self.ranges[label])), (label,)) for label in over if label not in present]
        letter = dict(zip(self.sorted(factors), ascii_letters, strict=False))
        labels = tuple(label for label in letter if label not in over)
        operands = ",".join("".join(letter[label] for label in factor.labels) for factor in factors)
        subscripts = f"{operands}->{''.join(letter[label] for label in labels)}"
        optimize = bool(over) and len(factors) > 1  # as matrix products; for anything else the search costs more
        return self.emit(lambda *arrays: np.einsum(subscripts, *arrays, optimize=optimize), factors, labels)

    def full(self, array: Labelled, axes: tuple[Axis, ...]) -> Labelled:
        """The array with exactly the axes of a quantity, repeated along those it does not depend on."""
        lead = (VARIANT,) if VARIANT in array.labels else ()
        labels = (*lead, *(axis.index for axis in axes))
        if array.labels == labels:
            return array
        shape = tuple(len(self.range(axis)) for axis in axes)
        wide = self.arranged(array, labels)
        return self.emit(lambda a: np.broadcast_to(a, a.shape[: len(lead)] + shape), (wide,), labels)

    # Entries

    def entry(self, entry: Indexed) -> Labelled:
        """The array of an entry with its indices: a view where they are plain letters, else a gather."""
        quantity = self.program.get(head(entry))
        first, *rest = entry.indices
        if first.is_Integer and (quantity.initial or quantity.name not in self.bound):
            return self.read(self.row(quantity, int(first)), rest, quantity.axes[1:])
        if quantity.initial and first != quantity.axes[0].index:
            (letter,) = first.free_symbols
            return self.stacked(quantity, (letter, *rest), int(first - letter))
        return self.read(self.bound[quantity.name], [first, *rest], quantity.axes)

    def row(self, quantity: Quantity, value: int) -> Labelled:
        """A recurrent quantity at one value of its first index, or its initial state."""
        if quantity.initial and value == self.range(quantity.axes[0]).start - 1:
            return self.bound[quantity.initial]
        return self.rows[quantity.name, value]

    def stacked(self, quantity: Quantity, indices: tuple[Expr, ...], shift: int) -> Labelled:
        """A recurrent quantity with its first index shifted."""
        letter, *rest = indices
        each = [self.read(self.row(quantity, n + shift), rest, quantity.axes[1:]) for n in self.ranges[letter]]
        labels = self.sorted(each)
        place = int(VARIANT in labels)
        rows = self.emit(
            lambda *arrays: np.stack(np.broadcast_arrays(*arrays), axis=place),
            [self.arranged(row, labels) for row in each],
            (*labels[:place], letter, *labels[place:]),
        )
        return self.arranged(rows, self.sorted([rows]))

    def read(self, source: Labelled, indices: list[Expr], axes: tuple[Axis, ...]) -> Labelled:
        """An array read at its indices.

        Where a shifted index leads out of the range the nearest entry stands in: no path exists there, and the term
        counts 0.
        """
        lead = source.labels[: len(source.labels) - len(axes)]
        limits = [self.range(axis) for axis in axes]
        if all(self.ranges.get(i) == limit for i, limit in zip(indices, limits, strict=True)) and _differ(indices):
            same = Labelled(source.slot, (*lead, *indices))
            return self.arranged(same, self.sorted([same]))
        letters = tuple(letter for letter in self.ranges if any(index.has(letter) for index in indices))
        grid = dict(zip(letters, np.meshgrid(*(self.ranges[i] for i in letters), indexing="ij"), strict=True))
        places = [
            np.clip(_position(index, grid) - limit.start, 0, len(limit) - 1)
            for index, limit in zip(indices, limits, strict=True)
        ]
        cut = (*(slice(None) for _ in lead), *places)
        return self.emit(lambda array: array[cut], (source,), (*lead, *letters))


def _differ(indices: list[Expr]) -> bool:
    return len(set(indices)) == len(indices)


def _position(index: Expr, grid: dict[Symbol, Any]) -> Any:
    """The values of an index that is a sum of letters and numbers."""
    constant, rest = index.as_coeff_Add()
    parts = (part.as_coeff_Mul() for part in Add.make_args(rest) if part != 0)
    return sum((int(factor) * grid[letter] for factor, letter in parts), int(constant))


def _sum(to: Builder, expr: Sum) -> Labelled:
    body, over = expr.function, []
    for index, lower, upper in expr.limits:
        values = to.range(Axis(index, upper, lower))
        letter = index if to.ranges.get(index, values) == values else Symbol(f"{index.name}_{len(to.ranges)}")
        to.ranges[letter] = values
        body = body.xreplace({index: letter})
        over.append(letter)
    return to.contracted([to.value(factor) for factor in Mul.make_args(body)], over)


def _mul(to: Builder, expr: Mul) -> Labelled:
    above, below = ([arg for arg in expr.args if _is_inverse(arg) is inverse] for inverse in (False, True))
    product = to.contracted([to.value(arg) for arg in above], []) if above else to.constant(1.0)
    return to.folded(np.divide, [product, to.value(Mul(*(1 / arg for arg in below)))]) if below else product


def _pow(to: Builder, expr: Pow) -> Labelled:
    if _is_inverse(expr):
        return to.folded(np.divide, [to.constant(1.0), to.value(1 / expr)])
    return to.folded(np.power, [to.value(expr.base), to.constant(float(expr.exp))])


def _is_inverse(expr: Expr) -> bool:
    return isinstance(expr, Pow) and expr.exp.is_negative is True


def _piecewise(to: Builder, expr: Piecewise) -> Labelled:
    result = to.constant(np.nan)
    for branch, condition in reversed(expr.args):
        chosen = to.value(branch)
        result = chosen if condition == true else to.folded(np.where, [to.value(condition), chosen, result])
    return result


_COMPOUND: dict[type, Callable[[Builder, Any], Labelled]] = {Sum: _sum, Mul: _mul, Pow: _pow, Piecewise: _piecewise}

_REPEATED: dict[type, np.ufunc] = {Add: np.add, And: np.logical_and, Max: np.maximum}

_FUNCTIONS: dict[type, Callable[..., Any]] = {
    Abs: np.abs,
    KroneckerDelta: np.equal,
    erf: np.vectorize(math.erf, otypes=[float]),  # NumPy has none
    exp: np.exp,
    log: np.log,
    sign: np.sign,
    tanh: np.tanh,
    GreaterThan: np.greater_equal,
    LessThan: np.less_equal,
    StrictGreaterThan: np.greater,
    StrictLessThan: np.less,
}
