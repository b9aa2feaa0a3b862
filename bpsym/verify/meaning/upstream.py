"""A loss nobody writes down: ∂L/∂y_i is handed in from above, and the chain rule below it holds for any L.

Such an L is taken to be Σ g_k·y_k over the document's last quantities, with a number of its own for every g_k: to first
order, that is every function of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Integer

from bpsym.verify.meaning.keys import LOSS_NAMES, Called

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Iterable, Mapping

    from flint import fmpq
    from sympy import Expr as Atom

    from bpsym.verify.meaning.equations import Equations
    from bpsym.verify.meaning.keys import Key

OFTEN = 3  # derivatives of a letter that is no usual name of a loss
MOST_SINKS = 64


def loss_without_formula(differentiated: Counter[Key], defined: Collection[Key], used: Collection[Key]) -> Key | None:
    """What a document differentiates most and nowhere defines, nor uses for anything else."""
    for wanted, count in differentiated.most_common(1):
        plain = not wanted.sub and not wanted.layer and not wanted.new and wanted not in defined
        if plain and wanted not in used and (wanted.base in LOSS_NAMES or count >= OFTEN):
            return wanted
    return None


def any_loss(name: Key, made: Equations, wrt: Iterable[Atom], handed: Mapping[Atom, fmpq]) -> Atom | None:
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
