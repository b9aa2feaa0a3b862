"""`1.2 → 1.1852`: a number that becomes another, of which nobody says what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.verify.check.terms import Shown, leaves, touches
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.meaning.arrays import Scalar, scalars
from bpsym.verify.meaning.keys import RATES, UPDATABLE, Key
from bpsym.verify.meaning.network import FAILURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.verify.check.state import State
    from bpsym.verify.tree import Expr


def moved(old: Expr, new: Expr, state: State) -> Judgement:
    """Right where a step down some gradient leads from the one number to the other; wrong it is never called."""
    befores, afters = ([s for s in leaves(term) if s is not None] for term in (old, new))
    rates = [scalars(state.scope.table[Key(base)][0]) for base in RATES if state.scope.table.get(Key(base))]
    if len(befores) != 1 or len(afters) != 1 or len(rates) != 1 or len(rates[0]) != 1:
        return Judgement(new.span, Verdict.UNDECIDED)
    try:
        rate = state.truth.environment[rates[0][0]]
    except FAILURES:
        return Judgement(new.span, Verdict.UNDECIDED)
    found = Verdict.UNDECIDED
    for slope in _slopes_at(befores[0], state):
        after = befores[0].value - rate * slope
        if touches(after, afters[0].half()):
            return Judgement(new.span, Verdict.RIGHT)
        found = Verdict.DIGIT if afters[0].is_cut_off(after) else found
    return Judgement(new.span, found)


def _slopes_at(old: Shown, state: State) -> Iterator[Scalar]:
    """The gradients the document has shown, and those of its parameters that have a certain value."""
    for subject, value in state.said.shown.items():
        if not isinstance(subject, Key) and subject[0] == "d":
            yield from scalars(value)
    network, environment = state.scope.network, state.truth.environment
    if network is None or network.loss is None:
        return
    for wanted, atoms in state.scope.table.items():
        for atom in scalars(atoms[0]) if wanted.base in UPDATABLE else ():
            if network.values.get(atom) == old.value:
                try:
                    yield network.slope(network.loss, atom, environment)
                except FAILURES:
                    continue
