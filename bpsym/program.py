"""A derivation as data: an immutable, checked list of indexed equations.

A `Program` is the one description of a network, its loss, its gradients and its update from which everything else
is read off. Quantities are tensors with named axes; a step defines one of them by an equation in index notation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from sympy import And, Expr, Indexed, IndexedBase, Integer, Mul, Sum, Symbol

from bpsym.errors import ProgramError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Role(StrEnum):
    """What a quantity is in the field's terms; notations spell names by role."""

    INPUT = "input"
    TARGET = "target"
    WEIGHT = "weight"
    BIAS = "bias"
    STATE = "initial state"
    RATE = "learning rate"
    DECAY = "weight decay"
    NET = "net input"
    OUT = "output"
    UNIT_LOSS = "unit loss"
    LOSS = "loss"
    ADJOINT = "adjoint"
    UPDATED = "updated"


TRAINABLE = (Role.WEIGHT, Role.BIAS)


@dataclass(frozen=True, slots=True)
class Axis:
    """An index and its range, `lower <= index <= upper`; sizes may be symbols."""

    index: Symbol
    upper: Expr
    lower: Expr = Integer(1)

    @property
    def limits(self) -> tuple[Symbol, Expr, Expr]:
        """The triple SymPy's Sum takes."""
        return (self.index, self.lower, self.upper)

    def values(self) -> range:
        """Every value of the index; raises ProgramError where a size is a symbol."""
        if not (self.lower.is_Integer and self.upper.is_Integer):
            msg = f"the size {self.upper} of index {self.index} is a symbol; give it a number to go on"
            raise ProgramError(msg)
        return range(int(self.lower), int(self.upper) + 1)


@dataclass(frozen=True)
class Quantity:
    """A tensor of the derivation: a scalar without axes, a vector with one, a matrix with two."""

    name: str  # unique in the program, never printed: notations make the printed names
    role: Role
    layer: str = ""  # "i", "h", "h2", "o": the layer it belongs to
    axes: tuple[Axis, ...] = ()
    of: str = ""  # for an adjoint or an updated value: the quantity it belongs to
    initial: str = ""  # for a recurrence: the quantity that stands at index lower - 1 of the first axis

    @cached_property
    def base(self) -> IndexedBase | Symbol:
        """The SymPy head of the quantity; a scalar is known to be real, or SymPy takes long over functions of it."""
        return _base(self.name) if self.axes else Symbol(self.name, real=True)

    def __getitem__(self, indices: Sequence[Expr | int]) -> Expr:
        """The entry at these indices; the scalar itself for none. Raises ProgramError where axes and indices differ."""
        if len(indices) != len(self.axes):
            msg = f"{self.name} has {len(self.axes)} axes, not {len(indices)}"
            raise ProgramError(msg)
        return _entry(self.name, tuple(indices)) if self.axes else self.base

    @cached_property
    def generic(self) -> Expr:
        """The entry at the quantity's own index letters."""
        return self[self.indices]

    @cached_property
    def indices(self) -> tuple[Symbol, ...]:
        """The index letters of the axes."""
        return tuple(axis.index for axis in self.axes)


@lru_cache(maxsize=1 << 14)
def _entry(name: str, indices: tuple[Expr | int, ...]) -> Indexed:
    """Always the same object, as SymPy takes long to tell that two are equal."""
    return _base(name)[indices]


@lru_cache(maxsize=1 << 10)
def _base(name: str) -> IndexedBase:
    return IndexedBase(name)


@dataclass(frozen=True, slots=True)
class Term:
    """One family of paths of the chain rule: a sum over `over` of upstream times local, where `where` holds."""

    upstream: Expr  # adjoint of `of`, one step nearer the loss; a number where that is one, as 1 for the loss itself
    local: Expr  # the partial derivative of `of` by `wrt`
    of: Expr  # the entry that is differentiated
    wrt: Expr  # the entry it is differentiated by
    over: tuple[Axis, ...] = ()  # indices summed over: one path each
    where: Expr = And()  # the indices for which a path exists (time steps, positions)

    @property
    def expr(self) -> Expr:
        """The term as one expression."""
        product = Mul(self.upstream, self.local)
        return Sum(product, *(axis.limits for axis in self.over)) if self.over else product


@dataclass(frozen=True, slots=True)
class Form:
    """A step's right-hand side written another way."""

    expr: Expr
    reason: str  # text key: "cross-entropy-softmax", "binary-cross-entropy-sigmoid", "probabilities", ...


@dataclass(frozen=True)
class Step:
    """One equation: `quantity` at its own indices equals `expr`, which uses earlier quantities only."""

    quantity: Quantity
    expr: Expr
    rule: str  # names the text, the mistake rules and the code: "affine", "sigmoid", "chain", ...
    section: str  # forward | loss | backward | update
    terms: tuple[Term, ...] = ()  # of an adjoint: expr is their sum
    forms: tuple[Form, ...] = field(default=(), compare=False)  # equal, simpler ways of writing expr, in order

    @property
    def out(self) -> Expr:
        """The left-hand side."""
        return self.quantity.generic

    @property
    def simplest(self) -> Expr:
        """The last of the forms: the one to compute with."""
        return self.forms[-1].expr if self.forms else self.expr


@lru_cache(maxsize=1 << 14)
def head(entry: Expr) -> str:
    """The name of the quantity an Indexed or Symbol belongs to."""
    return entry.base.label.name if isinstance(entry, Indexed) else entry.name


def entries(expr: Expr) -> Iterator[Expr]:
    """Every Indexed and Symbol that occurs, in SymPy's order, but not those in indices and in the limits of sums.

    These are entries of quantities, symbols of sizes, and index letters where a KroneckerDelta compares them.
    """
    if isinstance(expr, Indexed):
        yield expr
        return
    if isinstance(expr, Symbol):
        yield expr
        return
    if isinstance(expr, Sum):
        yield from entries(expr.function)
        return
    for arg in expr.args:
        yield from entries(arg)


@dataclass(frozen=True)
class Program:
    """Inputs and steps, in reading order, which is evaluation order.

    Raises ProgramError when a name is unbound or bound twice, or when an adjoint is not the sum of its terms.
    """

    inputs: tuple[Quantity, ...]
    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        """Check the program."""
        check(self)

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Every quantity by its name, inputs first."""
        return {q.name: q for q in (*self.inputs, *(step.quantity for step in self.steps))}

    @cached_property
    def by_name(self) -> dict[str, Step]:
        """The step that defines each quantity."""
        return {step.quantity.name: step for step in self.steps}

    @cached_property
    def loss(self) -> Quantity:
        """The scalar that is differentiated; raises ProgramError where the program has none."""
        return self.only(Role.LOSS)

    def only(self, role: Role) -> Quantity:
        """The one quantity of a role; raises ProgramError where there is none or more than one."""
        found = self.all(role)
        if len(found) != 1:
            msg = f"the program has {len(found)} quantities of the role {role}, not one"
            raise ProgramError(msg)
        return found[0]

    def all(self, role: Role) -> list[Quantity]:
        """Every quantity of a role, in reading order."""
        return [q for q in self.quantities.values() if q.role is role]

    def get(self, name: str) -> Quantity:
        """The quantity of that name; raises ProgramError naming those that exist."""
        try:
            return self.quantities[name]
        except KeyError:
            msg = f"the program defines no {name!r}; it has {', '.join(self.quantities)}"
            raise ProgramError(msg) from None

    def adjoint(self, name: str) -> Quantity | None:
        """The derivative of the loss by that quantity, if a pass has added it."""
        return self.quantities.get(f"d_{name}")

    def section(self, name: str) -> list[Step]:
        """The steps of one section."""
        return [step for step in self.steps if step.section == name]

    def extended(self, steps: Iterable[Step], inputs: Iterable[Quantity] = ()) -> Program:
        """A new program with more steps after the present ones, checked as a whole; raises ProgramError."""
        return Program((*self.inputs, *inputs), (*self.steps, *steps))


def check(program: Program) -> None:
    """Raise ProgramError unless every name is bound once and before its use and every adjoint is the sum of its terms.

    A quantity may use itself, and quantities defined later, only at a shifted index: a recurrence.
    """
    bound: dict[str, Quantity] = {}
    for quantity in program.inputs:
        if quantity.name in bound:
            msg = f"{quantity.name} is bound twice"
            raise ProgramError(msg)
        bound[quantity.name] = quantity
    later = {step.quantity.name: step for step in program.steps}
    for step in program.steps:
        name = step.quantity.name
        if name in bound:
            msg = f"{name} is bound twice"
            raise ProgramError(msg)
        for entry in (e for expr in (step.expr, *(f.expr for f in step.forms)) for e in entries(expr)):
            used = head(entry)
            if used in bound or (isinstance(entry, Symbol) and entry in _letters(step)):
                continue
            shifted = used in later and isinstance(entry, Indexed) and _is_shifted(entry, later[used].quantity)
            if not shifted:
                msg = f"step {name} uses {used}, which is not bound before it"
                raise ProgramError(msg)
        if step.terms and not _adds_up(step):
            msg = f"step {name} is not the sum of its terms"
            raise ProgramError(msg)
        bound[name] = step.quantity


def _letters(step: Step) -> set[Symbol]:
    """Index letters and symbolic sizes that a step may use as plain symbols."""
    axes = [*step.quantity.axes, *(axis for term in step.terms for axis in term.over)]
    found: set[Symbol] = set()
    for axis in axes:
        found |= {axis.index} | axis.upper.free_symbols | axis.lower.free_symbols
    for total in step.expr.atoms(Sum):
        for index, lower, upper in total.limits:
            found |= {index} | lower.free_symbols | upper.free_symbols
    return found


def _is_shifted(entry: Indexed, quantity: Quantity) -> bool:
    return any(i != axis.index for i, axis in zip(entry.indices, quantity.axes, strict=True))


def _adds_up(step: Step) -> bool:
    return step.expr == sum((term.expr for term in step.terms), Integer(0))
