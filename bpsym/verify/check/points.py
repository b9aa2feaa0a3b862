"""The points a document's terms are taken at: what is true, what it has shown, either with some of it put right."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, TypeVar

from flint import arb, fmpq
from msgspec.structs import replace

from bpsym.lowering import lower
from bpsym.program import Role
from bpsym.verify.check.state import State, atoms_of
from bpsym.verify.check.terms import Shown, interval_literal, middle
from bpsym.verify.effort import spend
from bpsym.verify.meaning.arrays import Scalar, mapped, scalars
from bpsym.verify.meaning.keys import Key
from bpsym.verify.meaning.network import FAILURES
from bpsym.verify.meaning.scope import Point

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sympy import Expr as Atom

    from bpsym.evaluate import Environment
    from bpsym.verify.meaning.subjects import Subject

T = TypeVar("T")
U = TypeVar("U")

# Units of work: an entry of a table copied, a figure in error put right, an entry computed, each operation of it.
COPIED, MENDED, ENTRY, OPERATION = 0.03, 2, 7, 1
MOST_SLIPS = 3  # of which some may have been gone on with and others not


def overridden(state: State, given: Mapping[Atom, Scalar]) -> Environment:
    """The document's numbers with others in the place of some; what is computed from these counts as work."""
    spend(COPIED * len(given))
    return state.truth.environment.overridden(given, _count)


def _count(operations: int) -> None:
    spend(ENTRY + OPERATION * operations)


def _without(table: Mapping[T, U], *gone: T | None) -> dict[T, U]:
    """A table without some of its entries: copied whole, for SymPy is slow to tell which of its atoms are which."""
    spend(COPIED * len(table))
    copy = dict(table)
    for entry in gone:
        if entry is not None:
            copy.pop(entry, None)
    return copy


def as_carried(state: State, without: Subject | None) -> Point:
    """The point at which the document's own figures stand for what it has shown."""
    given = _without(state.said.overrides, *atoms_of(state.scope, without))
    shown = _without(state.said.shown, without)
    return Point(overridden(state, given), shown, interval_literal(state.is_exact, fmpq(1, 2)))


def at_their_word(state: State, without: Subject | None) -> Point:
    """The same with each figure taken for all there is of what it stands for."""
    own = set(atoms_of(state.scope, without))  # SymPy is slow to tell that two atoms differ
    spend(len(state.said.overrides) + len(state.said.shown))
    given = {atom: middle(value) for atom, value in state.said.overrides.items() if atom not in own}
    shown = {subject: mapped(middle, value) for subject, value in state.said.shown.items() if subject != without}
    return Point(overridden(state, given), shown)


def as_mended(state: State, without: Subject | None) -> Point | None:
    """The same with the figures in error put right: for whoever went on from what they meant; None without any."""
    if not state.said.wrong:
        return None
    spend(MENDED * len(state.said.wrong))
    wrong = {atom for subject in state.said.wrong for atom in atoms_of(state.scope, subject)}
    given = _without(_without(state.said.overrides, *wrong) | state.said.meant, *atoms_of(state.scope, without))
    shown = _without(_without(state.said.shown, *state.said.wrong) | state.said.named, without)
    return Point(overridden(state, given), shown, interval_literal(state.is_exact, fmpq(1, 2)))


def as_partly_mended(state: State, without: Subject | None) -> Iterator[Point]:
    """The document's own figures with some of its slips put right: who makes two may go on with one of them."""
    if len(state.said.wrong) > 1:
        own = atoms_of(state.scope, without)
        slips = [*_without(state.said.slips, *own)][-MOST_SLIPS:]
        given = _without(state.said.overrides, *own)
        for count in range(1, len(slips) + 1):
            for mended in combinations(slips, count):
                right = {atom: state.said.slips[atom] for atom in mended}
                yield Point(overridden(state, given | right), {}, interval_literal(state.is_exact, fmpq(1, 2)))


def as_updated(state: State) -> Point | None:
    """The point one update later, by the description or else by the new values shown; None where there are none."""
    network, environment = state.scope.network, state.truth.environment
    if network is None:
        return None
    updated: dict[Atom, Scalar] = {} if state.scope.described else shown_new(state)
    try:
        for quantity in network.expansion.program.all(Role.UPDATED):
            old, new = network.expansion.entries(quantity.of), network.expansion.entries(quantity.name)
            updated |= {was: environment[now] for was, now in zip(old, new, strict=True)}
    except FAILURES:
        return None
    return Point(environment.overridden(updated)) if updated else None


def shown_new(state: State) -> dict[Atom, Scalar]:
    """The new values the document has shown, each for the parameter it is the new value of."""
    found: dict[Atom, Scalar] = {}
    for subject, value in state.said.shown.items():
        if isinstance(subject, Key) and subject.new:
            atoms = atoms_of(state.scope, subject._replace(new=False))
            if len(atoms) == len(scalars(value)):
                found.update(zip(atoms, scalars(value), strict=True))
    return found


def updates_all(state: State, atoms: Iterable[Atom]) -> bool:
    """Whether every parameter that some atoms depend on has a new value, and whatever else they do has a formula."""
    network = state.scope.network
    if network is None or state.scope.described:
        return network is not None
    used = {atom for step in network.expansion.order(tuple(atoms)) for atom in step.uses}
    kept = (used & network.values.keys()) - shown_new(state).keys()
    return not any(network.is_parameter(atom) for atom in kept) and not used & network.opaque


def as_updated_by_hand(state: State, shown: list[Shown]) -> Iterator[Point]:
    """The same for somebody who goes on with rounded numbers: each is as uncertain as the digits shown leave it.

    Once more, where a new value is in error, for whoever went on from what they meant.
    """
    network, later = state.scope.network, as_updated(state)
    if network is None or network.loss is None or later is None or not state.scope.described:
        return
    updated: dict[Atom, Atom] = {}
    for quantity in network.expansion.program.all(Role.UPDATED):
        updated |= zip(*map(network.expansion.entries, (quantity.of, quantity.name)), strict=True)
    written = {was: state.said.overrides[now] for was, now in updated.items() if now in state.said.overrides}
    meant = {was: state.said.meant[now] for was, now in updated.items() if now in state.said.meant}
    fixed = state.said.usual_places() == max(s.number.places for s in shown)  # 12.34 where others are 0.56
    for rounded in (partial(_rounded, like=shown, fixed=every) for every in ((False, True) if fixed else (False,))):
        found = {was: rounded(value) for was, value in later.environment.given.items()}
        for new in (written, written | meant) if meant else (written,):
            point = _computed_by_hand(state, network.loss, found | new, rounded)
            if point is not None:
                yield point


def _computed_by_hand(
    state: State, wanted: Atom, found: dict[Atom, Scalar], rounded: Callable[[Scalar], arb]
) -> Point | None:
    """The point at which whatever leads to an atom is computed from what was found, and rounded as others were."""
    environment = state.truth.environment
    try:
        for step in environment.expansion.order((wanted,)):
            code = lower([], [step.simplest], environment.sizes)
            inputs = [found[used] if used in found else environment[used] for used in code.inputs]
            found[step.out] = rounded(code.run(inputs)[0])
    except FAILURES:
        return None
    return Point(environment.overridden(found))


def as_read(state: State) -> Point:
    """The true values, with numerals as intervals."""
    return replace(state.truth, literal=interval_literal(state.is_exact, fmpq(1, 2)))


def _rounded(value: Scalar, like: list[Shown], *, fixed: bool) -> arb:
    """All that may stand for a value where as many digits are shown as in some figures; of what is not 0, not 0.

    `fixed`: as many places, however large it is.
    """
    unit, digits = max(s.ulp for s in like), max(s.number.digits for s in like)
    size = abs(arb(value))
    while not (fixed or size < 1) and unit < size * fmpq(10) ** -digits:  # 1234 of four digits
        unit *= 10
    around = arb(value) + arb(0, unit / 2)
    if 0 in around and 0 not in size:  # who goes on with its logarithm keeps a digit of it
        largest = size.lower().union(abs(around).upper())
        return largest if arb(value) > 0 else -largest
    return around
