"""What the numerals of a line stand for, and all that the line may come to."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from flint import arb, fmpq
from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify.check.chain import meet
from bpsym.verify.check.points import as_carried, as_mended
from bpsym.verify.check.state import atoms_of
from bpsym.verify.check.terms import interval_literal
from bpsym.verify.check.values import values
from bpsym.verify.meaning.algebra import rational
from bpsym.verify.meaning.arrays import Array, Scalar, Value
from bpsym.verify.meaning.network import FAILURES
from bpsym.verify.meaning.subjects import subject_of
from bpsym.verify.tree import Call, Derivative, Differential, Expr, Name, Number, children, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sympy import Expr as Atom

    from bpsym.verify.check.chain import Chain
    from bpsym.verify.check.state import State
    from bpsym.verify.check.terms import Literal
    from bpsym.verify.meaning.subjects import Subject
    from bpsym.verify.tree import Node

CERTAIN = fmpq(1, 10**9)  # of a unit of its last digit, as far as a value is known that stands behind a numeral
NARROW = fmpq(1, 1000)  # of their numerals, all intervals of an expression together


def wide_literal(state: State) -> Literal:
    """Read numerals as all that rounds to them or is cut off to them."""
    return interval_literal(state.is_exact, fmpq(1))


class Operands(Struct, dict=True):
    """Reads the numerals of a line as its writer may have had them: as they stand, or unrounded.

    A numeral that is none of the quantities the subject is worked out from stands for all that rounds to it or is cut
    off to it; so does one whose quantity was itself worked out from rounded values.
    """

    chain: Chain
    strangers: bool = False  # whether a numeral was met that is none of them

    @cached_property
    def known(self) -> list[tuple[Atom | None, Scalar, Scalar]]:
        """What the subject is worked out from, the size of each, and all that a writer may have had for it.

        Of the derivatives it takes on its way there is only the size.
        """
        state, network = self.chain.state, self.chain.state.scope.network
        vague = {atom for subject in state.said.doubtful for atom in atoms_of(state.scope, subject)}
        environment, mended = state.truth.environment, as_mended(state, self.chain.subject)
        carried = as_carried(state, self.chain.subject).environment
        known: list[tuple[Atom | None, Scalar, Scalar]] = []
        for atom in atoms_of(state.scope, self.chain.subject):
            step = network.expansion.step(atom) if network is not None else None
            if step is None:
                continue
            try:
                for used in step.uses:
                    right = environment[used]
                    is_unseen = used not in state.said.overrides  # nobody has rounded it yet
                    known.append((used, abs(right), abs(carried[used] if is_unseen or used in vague else right)))
                    if is_unseen and mended is not None:
                        known.append((used, abs(right), abs(mended.environment[used])))
                for term in step.terms:
                    size = abs(environment.of(term.local))
                    known.append((None, size, size))
            except FAILURES:
                continue
        return known

    def __call__(self, number: Number) -> Scalar:
        """Every value a numeral may stand for."""
        if self.chain.state.is_exact(number):
            return rational(number.value)
        meant = self._meant(number)
        if not meant:
            self.strangers = True
            return wide_literal(self.chain.state)(number)
        every = arb(rational(number.value))
        for _, value in meant:
            every = every.union(arb(value))
        return every

    def unrounded(self, number: Number) -> Scalar | None:
        """What a numeral is before it is rounded or cut off, where it can be of one quantity only that is known."""
        if self.chain.state.is_exact(number):
            return rational(number.value)
        meant = [value for _, value in self._meant(number)]
        first = meant[0] if meant else None
        is_one = first is not None and all(meet(first, value) for value in meant)
        least = CERTAIN / 10 ** max(number.places, 0)
        is_known = all(isinstance(value, fmpq) or value.rad() < least for value in meant)
        return first if is_one and is_known else None

    def stands_for(self, number: Number) -> object:
        """What a numeral is of: the same wherever it stands, unless several quantities are written like it."""
        one = self.chain.state.is_exact(number) or len({of for of, _ in self._meant(number)} - {None}) <= 1
        return (number.value, number.places) if one else number.span

    def are_exact(self, tree: Expr) -> bool:
        """Whether no numeral of an expression is a rounded quantity, as far as one knows what they are of."""
        figures = (node for node in walk(tree) if isinstance(node, Number) and not self.chain.state.is_exact(node))
        return all(had == abs(rational(n.value)) for n in figures for _, had in self._meant(n))

    def _meant(self, number: Number) -> list[tuple[Atom | None, Scalar]]:
        """The quantities a numeral may be of, each with all that a writer may have had for it."""
        wide = wide_literal(self.chain.state)(number)
        return [(of, had) for of, right, had in self.known if meet(wide, right) or meet(wide, had)]


def spread(tree: Expr, state: State, operands: Operands) -> Iterator[Value]:
    """Every value of an expression whose numerals stand for intervals.

    The sum of what each numeral moves the value by, from the middle of its interval to its ends. All of them at their
    ends move a product a little further, which counts where the intervals are narrow and the sum is all there is; or
    where the ends are what the numerals are before they are rounded.
    """
    figures = {n: operands.stands_for(n) for n in walk(tree) if isinstance(n, Number)}
    unrounded = {number: value for number in figures if (value := operands.unrounded(number)) is not None}
    if len(unrounded) == len(figures):
        yield from values(tree, state, replace(state.truth, literal=unrounded.__getitem__))
    numerals = {of: operands(number) for number, of in figures.items()}
    middle = {place: arb(value).mid() if isinstance(value, arb) else value for place, value in numerals.items()}

    def at(moved: Mapping[object, Scalar]) -> list[Value]:
        having = {**middle, **moved}
        return list(values(tree, state, replace(state.truth, literal=lambda number: having[figures[number]])))

    parts = sum((i.rad() / abs(i.mid()) for i in numerals.values() if isinstance(i, arb) and i.mid() != 0), arb(0))
    for reading, value in enumerate(at({})):
        reach = arb(0)
        for place, interval in numerals.items():
            if isinstance(interval, arb) and not isinstance(value, Array):
                ends = [at({place: interval.mid() + sign * interval.rad()}) for sign in (-1, 1)]
                reach += max((abs(arb(e[reading] - value)).upper() for e in ends if len(e) > reading), default=arb(0))
        if isinstance(value, Array):
            yield from values(tree, state, replace(state.truth, literal=operands))
            return
        reach *= 1 + parts / 2 if parts < NARROW else 1
        yield value + arb(0, reach.upper()) if reach != 0 else value


def is_certain(chain: Chain) -> bool:
    """Whether the statement has a formula of its own for what is shown, and all before it, or all in it, is right."""
    own, said = chain.own_formula, chain.state.said
    if chain.broken or own is None or own not in chain.formulas:
        return False
    return not said.is_astray or all(
        used in said.shown and used not in said.wrong and used not in said.doubtful for used in _used(own)
    )


def follows_from_wrong(chain: Chain) -> bool:
    """Whether the statement's own formula goes on with a figure in error."""
    own = chain.own_formula
    return own is not None and own in chain.formulas and any(used in chain.state.said.wrong for used in _used(own))


def _used(tree: Expr) -> Iterator[Subject | None]:
    """The names and derivatives a formula is made of."""
    stack: list[Node] = [tree]
    while stack:
        top = stack.pop()
        if isinstance(top, (Name, Derivative, Differential)):
            yield subject_of(top)
        else:
            stack += top.arguments if isinstance(top, Call) else children(top)
