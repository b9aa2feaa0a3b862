"""Sums with dots, `w_1 x_1 + w_2 x_2 + … + b`, against the equation of what they are said to be."""

from __future__ import annotations

from itertools import islice
from operator import neg
from typing import TYPE_CHECKING

from sympy import Add

from bpsym.verify.check.chain import Chain, meet
from bpsym.verify.check.points import as_carried, as_read
from bpsym.verify.check.state import atoms_of
from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.check.values import values
from bpsym.verify.meaning.arrays import Value, mapped
from bpsym.verify.meaning.network import FAILURES
from bpsym.verify.tree import Ellipsis, Expr, Sum  # noqa: A004 - the sign of something left out

if TYPE_CHECKING:
    from bpsym.verify.meaning.scope import Point

MOST_TERMS = 400  # of an equation


def agrees(chain: Chain, term: Expr) -> bool:
    """Whether every term written beside the dots is one of the equation's; the terms left out are taken on trust."""
    state, network = chain.state, chain.state.scope.network
    if not isinstance(term, Sum) or not any(isinstance(part, Ellipsis) for part in term.terms) or network is None:
        return False
    atoms = atoms_of(state.scope, chain.subject)
    step = network.expansion.step(atoms[0]) if len(atoms) == 1 else None
    if step is None:
        return False
    parts = list(islice(Add.make_args(step.expr), MOST_TERMS))
    signed = zip(term.signs, term.terms, strict=True)
    written = [(sign, part) for sign, part in signed if not isinstance(part, Ellipsis)]
    points = [as_read(state), as_carried(state, chain.subject)] if kind_of(term) is Kind.NUMERIC else state.anywhere[:1]

    def ours(part: Expr, sign: int, point: Point) -> list[Value]:
        return [value if sign > 0 else mapped(neg, value) for value in values(part, state, point)]

    for point in points:
        try:
            left = [point.environment.of(part) for part in parts]
        except FAILURES:
            continue
        for sign, part in written:
            found = next((k for k, v in enumerate(left) for value in ours(part, sign, point) if meet(value, v)), None)
            if found is None:
                break
            del left[found]
        else:
            return True
    return False
