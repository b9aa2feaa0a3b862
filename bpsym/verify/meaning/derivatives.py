"""Derivatives a document writes, and formulas over a network's atoms to take them of."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify.effort import spend
from bpsym.verify.meaning.algebra import NoValueError
from bpsym.verify.meaning.arrays import Array, Scalar, Value, is_vector, mapped, scalars, transposed
from bpsym.verify.meaning.denote import Reading, denote
from bpsym.verify.meaning.functions import by_its_name
from bpsym.verify.meaning.indices import kronecker
from bpsym.verify.meaning.keys import LOSS_NAMES, Key, is_parameter, key
from bpsym.verify.meaning.over_sympy import symbolic
from bpsym.verify.meaning.scope import ANY_SIZE, Point, Scope
from bpsym.verify.meaning.subjects import subject_of
from bpsym.verify.meaning.symbolic import symbolic_function
from bpsym.verify.tree import Application, Call, Derivative, Differential, Expr, Name, Number, Transpose

if TYPE_CHECKING:
    from collections.abc import Callable

    from sympy import Expr as Atom

    from bpsym.verify.meaning.choices import Choices
    from bpsym.verify.meaning.indices import Indices, Range
    from bpsym.verify.meaning.network import Network

DERIVATIVE = 15  # units of work a written derivative is, where what it is has been found before


class Context(Struct):
    """Where a formula is read: among which names, at which numbers, by which choices."""

    scope: Scope
    point: Point
    choices: Choices

    def network(self) -> Network:
        """The network; raises NoValueError where there is none."""
        if self.scope.network is None:
            raise NoValueError("there is no network to differentiate")
        return self.scope.network

    def atoms(self, name: Name, indices: Indices) -> Value | None:
        """The atoms a name stands for."""
        found = self.point.printed.atoms(name, indices) if self.point.printed is not None else None
        return self.scope.atoms(key(name, indices)) if found is None else found

    def laid(self, atoms: Value) -> Value:
        """A vector as a column, or as a row where that is the reading."""
        if not isinstance(atoms, Array) or len(atoms.shape) != 1:
            return atoms
        size = len(atoms.items)
        return Array((1, size) if self.choices.ask("rows") else (size, 1), atoms.items)

    def activation(self, call: Call, indices: Indices) -> str | None:
        """The activation of the layer whose net input is the argument, or whose number is the function's index."""
        network = self.scope.network
        if network is None or not self.scope.described:
            return None
        number = call.function.sub
        if len(number) == 1 and number[0].isdecimal():
            return _activation_of(network, int(number[0]))
        argument = call.arguments[0] if call.arguments else None
        atoms = self.atoms(argument, indices) if isinstance(argument, Name) else None
        return None if atoms is None else _activation_after(network, scalars(atoms)[0])


def _activation_after(network: Network, net: Atom) -> str | None:
    """The activation that is taken of a net input."""
    expansion = network.expansion
    for step in expansion.program.steps:
        if step.section == "forward" and step.rule != "affine":
            for entry in expansion.entries(step.quantity.name):
                scalar = expansion.step(entry)
                if scalar is not None and net in scalar.uses:
                    return step.rule
    return None


def _activation_of(network: Network, number: int) -> str | None:
    """The activation of a layer by its number."""
    nets = [step for step in network.expansion.program.steps if step.section == "forward" and step.rule != "affine"]
    return nets[number - 1].rule if 0 < number <= len(nets) else None


def derivative(tree: Derivative | Differential, context: Context, indices: Indices, values: Range) -> Value:
    """The value of `∂a/∂b`, or of `db` for the derivative of the loss by b; `values` is what indices of sums run over.

    Raises NoValueError for what is no derivative between quantities of the network.
    """
    spend(DERIVATIVE)
    if isinstance(tree, Differential):
        network = context.network()
        if tree.symbol not in ("d", "∇") or network.loss is None:
            raise NoValueError("a change nobody defines")
        found = slopes(network.loss, _quantity(tree.of, context, indices), context)
        of_parameter = isinstance(tree.of, Name) and is_parameter(tree.of.base)
        if context.scope.mean and of_parameter:
            return mapped(lambda item: item / ANY_SIZE, found)
        return found if of_parameter else _of_each(found, context)
    if tree.wrt is None or tree.order != 1:
        raise NoValueError("a derivative of higher order")
    if context.point.straight and tree.symbol == "d":
        context = replace(context, point=replace(context.point, total=True))
    below = _quantity(tree.wrt, context, indices)
    try:
        above = _quantity(tree.of, context, indices)
    except NoValueError:
        above = denote(tree.of, over_atoms(context, values), indices)
    found = slopes(above, below, context)
    is_other_loss = isinstance(tree.of, Name) and tree.of.base in LOSS_NAMES and key(tree.of) not in context.scope.table
    return _of_each(found, context) if is_other_loss else found


def _of_each(slope: Value, context: Context) -> Value:
    """A slope of the loss, or of each sample's own loss, of which that is the mean."""
    count = context.scope.sample_count()
    return mapped(lambda item: item * count, slope) if count > 1 and context.choices.ask("each") else slope


def slopes(above: Value, below: Value, context: Context) -> Value:
    """The derivatives of atoms, or of formulas in them, by atoms: of one by many, of many by one, or a Jacobian.

    A Jacobian that is diagonal is a vector: `∂a/∂z = σ'(z)`, entry by entry.
    """
    network, point = context.network(), context.point
    pairs = product(scalars(above), scalars(below)) if context.scope.laws else ()  # y = W x: entry by entry or none
    direct = any(network.uses(of, wrt) for of, wrt in pairs)

    def one(of: Atom, wrt: Atom) -> Scalar:
        local = not point.total and of != network.loss and (direct or network.uses(of, wrt))
        return network.slope(of, wrt, point.environment, local=local, with_old=point.with_old)

    if not isinstance(above, Array) or len(above.items) == 1:
        (of,) = scalars(above)
        return mapped(lambda wrt: one(of, wrt), below)
    if not isinstance(below, Array) or len(below.items) == 1:
        (wrt,) = scalars(below)
        return mapped(lambda of: one(of, wrt), above)
    if not is_vector(above) or not is_vector(below):
        raise NoValueError("a derivative of a vector by a matrix has more than two indices")
    rows = [[one(of, wrt) for wrt in below.items] for of in above.items]
    count = len(rows)
    if count == len(below.items) and all(rows[r][c] == 0 for r in range(count) for c in range(count) if r != c):
        return Array(below.shape, tuple(rows[k][k] for k in range(count)))
    if context.choices.ask("denominator"):
        rows = [list(column) for column in zip(*rows, strict=True)]
    return Array((len(rows), len(rows[0])), tuple(item for row in rows for item in row))


def over_atoms(context: Context, values: Range) -> Reading:
    """How to read formulas over the network's atoms instead of numbers."""
    scope, algebra = context.scope, symbolic()

    def name_of(name: Name, at: Indices) -> Value:
        known = kronecker(name, at) if scope.kronecker else None
        atoms = context.atoms(name, at) if known is None else None
        if atoms is not None:
            return context.laid(atoms)
        known = scope.count(key(name, at)) if known is None else known
        if known is None:
            text = key(name, at).text
            raise NoValueError(f"{text} is no quantity of the network", text)
        return algebra.number(Fraction(known))

    def no_derivative(_tree: Derivative | Differential, _at: Indices) -> Value:
        raise NoValueError("a derivative of a derivative")

    def called(call: Call, at: Indices) -> Callable[[Value], Value]:
        call = by_its_name(call, at, scope)
        return symbolic_function(call, scope.functions, scope.vague_letters, over, context.activation(call, at))

    def literal(number: Number) -> Scalar:
        return algebra.number(number.value)

    over = Reading(algebra, name_of, no_derivative, called, values, literal, context.choices, columns=scope.columns)
    return over


def _quantity(tree: Expr, context: Context, indices: Indices) -> Value:
    """The atoms a derivative is taken of or by; raises NoValueError for what is no quantity of the network."""
    if isinstance(tree, Transpose):  # dS^T
        return transposed(_quantity(tree.operand, context, indices))
    atoms = context.atoms(tree, indices) if isinstance(tree, Name) else None
    if atoms is not None:
        return atoms
    subject = subject_of(tree, indices)
    if isinstance(subject, Key):
        atoms = context.scope.atoms(subject)
    if atoms is None and isinstance(tree, Application):
        atoms = context.scope.atoms(key(tree.head, indices))
    if atoms is None:
        text = subject.text if isinstance(subject, Key) else "this"
        raise NoValueError(f"{text} is no quantity of the network", text)
    return atoms
