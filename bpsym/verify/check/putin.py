"""Formulas with some givens put in: with x = 1 and t = 2, `∂E/∂w_1 = (w_1 w_2 - 2) w_2`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import fmpq
from msgspec.structs import replace

from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.meaning.algebra import rational
from bpsym.verify.meaning.keys import is_parameter, key
from bpsym.verify.tree import Name, Number, walk

if TYPE_CHECKING:
    from bpsym.verify.check.state import State
    from bpsym.verify.meaning.scope import Point
    from bpsym.verify.tree import Expr


def with_givens(term: Expr, state: State) -> list[Point]:
    """Anywhere, but with the givens whose numbers stand in a formula and whose names do not.

    Givens of 0 and 1 leave no number behind. Where there is no other, nothing was put in.
    """
    network = state.scope.network
    if state.scope.described or network is None or kind_of(term) is not Kind.SYMBOLIC:
        return []
    numerals = {rational(node.value) for node in walk(term) if isinstance(node, Number)} - {fmpq(0), fmpq(1)}
    named = {key(node).base for node in walk(term) if isinstance(node, Name)}
    bases = {atom: called.name.base for atom, called in network.called.items() if called.name.base not in named}
    given = {
        atom: value
        for atom, value in network.values.items()
        if isinstance(value, fmpq)  # type: ignore[redundant-expr]  # balls occur
        if value in (0, 1) or value in numerals
        if atom in bases and not is_parameter(bases[atom])
    }
    if not numerals & set(given.values()):
        return []
    return [replace(point, environment=point.environment.overridden(given)) for point in state.anywhere]
