"""What a document's network ends in: a loss it writes down, or one nobody does.

Of the latter ∂L/∂y_i is handed in from above, and the chain rule below it holds for any L. It is taken to be Σ g_k·y_k
over the document's last quantities, with a number of its own for every g_k: to first order, every function of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Integer

from bpsym.verify.check.terms import ball, leaves
from bpsym.verify.meaning.arrays import Array, scalars
from bpsym.verify.meaning.keys import LOSS_NAMES, Called, Key, key
from bpsym.verify.meaning.reach import places
from bpsym.verify.meaning.unexplained import SHORT

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Iterable, Mapping

    from flint import fmpq
    from sympy import Expr as Atom

    from bpsym.verify.meaning.equations import Equations
    from bpsym.verify.meaning.scope import Scope
    from bpsym.verify.meaning.sources import Sources

OFTEN = 3  # derivatives of a letter that is no usual name of a loss
MOST_SINKS = 64
_ANY_LOSS = Key("L_")  # of a document that writes dW for ∂L/∂W and names no L


def own_loss(sources: Sources, scope: Scope, made: Equations, *, shaped: bool) -> Atom | None:
    """What the document differentiates most, among the names of losses; `shaped`: it speaks of vectors and matrices."""
    told = [wanted for wanted, _ in sources.losses.most_common()]
    for wanted in told or list(sources.formulas):
        value = scope.atoms(wanted)
        if wanted.base in LOSS_NAMES and not wanted.sub and value is not None and not isinstance(value, Array):
            below = [atom for n in sources.changed for atom in scalars(scope.atoms(key(n)) or ())] if shaped else []
            is_reached = not below or made.reaches(value, below)  # the Z of dZ, which names no loss
            return value if made.has(value) and is_reached else None
    return None


def loss_from_above(sources: Sources, scope: Scope, made: Equations, *, shaped: bool) -> Atom | None:
    """A loss the document differentiates and nowhere defines."""
    patterns = {key(pattern) for pattern, _ in sources.patterns}
    reckoned = {name for name in sources.numbers if name in sources.computed}  # in numbers alone
    defined = {*sources.formulas, *patterns} | set(sources.numbers) - reckoned
    name = _without_formula(sources.losses, defined, sources.used - (reckoned - sources.entering))
    if (name is None or name in scope.table) and shaped and sources.changed:
        name = _ANY_LOSS
    if name is None:
        return None
    below = [
        scope.atoms(key(n, at)) for n in sources.below.get(name, ()) for at in places(n, sources.fixed, scope.units)
    ]
    wrt = [atom for atoms in below if atoms is not None for atom in scalars(atoms)]
    loss = _any_loss(name, made, wrt, _handed_in(name, sources, scope))
    if loss is not None:
        scope.table[name] = [loss]
    return loss


def _handed_in(loss: Key, sources: Sources, scope: Scope) -> dict[Atom, fmpq]:
    """The derivatives of a loss that a document gives as numbers and nothing else."""
    found: dict[Atom, fmpq] = {}
    for (above, below), tree in sources.upstream.items():
        atoms = scope.atoms(below) if above == loss else None
        shown = [s for s in leaves(tree) if s is not None]
        if atoms is not None and len(shown) == len(scalars(atoms)):
            for atom, number in zip(scalars(atoms), shown, strict=True):
                exact = number.number.places <= SHORT
                found[atom] = number.value if exact else ball(*number.cut())  # type: ignore[assignment]  # or a ball
    return found


def _without_formula(differentiated: Counter[Key], defined: Collection[Key], used: Collection[Key]) -> Key | None:
    """What a document differentiates most and nowhere defines, nor uses for anything else."""
    for wanted, count in differentiated.most_common(1):
        plain = not wanted.sub and not wanted.layer and not wanted.new and wanted not in defined
        if plain and wanted not in used and (wanted.base in LOSS_NAMES or count >= OFTEN):
            return wanted
    return None


def _any_loss(name: Key, made: Equations, wrt: Iterable[Atom], handed: Mapping[Atom, fmpq]) -> Atom | None:
    """A loss of the last quantities: of those the document differentiates it by, if there are any, else of all."""
    last = made.last()
    chosen = [atom for atom in dict.fromkeys(wrt) if atom in last] or last
    if not 0 < len(chosen) <= MOST_SINKS:
        return None
    if not set(handed) <= set(chosen):
        handed = {}  # more is handed in than what the document says the loss goes through
    loss = made.symbol(Called(name))
    total = sum((made.slope(loss.name, atom, handed.get(atom)) * atom for atom in chosen), Integer(0))
    return made.ends_in(loss, total)
