"""Numbers a document shows for names whose formula it leaves out: figures, and no givens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import arb, fmpq

from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.program import Program
from bpsym.verify.check.terms import interval_literal, leaves
from bpsym.verify.meaning.algebra import rational
from bpsym.verify.meaning.arrays import Array, Scalar
from bpsym.verify.meaning.denote import denote
from bpsym.verify.meaning.keys import is_parameter
from bpsym.verify.meaning.network import FAILURES
from bpsym.verify.meaning.reading import reading
from bpsym.verify.meaning.scope import Point, Scope
from bpsym.verify.tree import Name, Number, walk

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from bpsym.verify.check.terms import Shown
    from bpsym.verify.meaning.keys import Key
    from bpsym.verify.meaning.sources import Sources
    from bpsym.verify.tree import Expr

SHORT = 2  # places of a number that is given rather than worked out
_NOWHERE = Environment(Expansion(Program((), ()), {}), {})  # for expressions in numbers


def is_figure(name: Key, sources: Sources) -> bool:
    """Whether a number is worked out: for out_o2 where out_o1 has a formula, it has one too, only nobody wrote it."""
    if name.sub[-1:] in (("0",), ("t-1",)):
        return name in sources.results  # h_0: where a recurrence starts; unless it is worked out there, as b_0 = log 9
    if name in sources.computed:
        return True
    if name in sources.formulas and not is_short(name, sources):
        return True  # by a formula nobody can make anything of
    alike = [k for k in sources.formulas if k.base == name.base and k != name and not k.new]
    if is_short(name, sources):  # y = 0.5, the target, beside the units y_1 and y_2
        alike = [k for k in alike if (len(k.sub), len(k.layer)) == (len(name.sub), len(name.layer))]
    return any(_is_worked(k, sources) for k in alike)


def has_figures(formulas: Sequence[Expr]) -> bool:
    """Whether all that is said of a name has figures put in for names; 0.5 may be the ½ of a formula."""
    return bool(formulas) and all(
        any(isinstance(n, Number) and (n.value * 2).denominator != 1 for n in walk(formula)) for formula in formulas
    )


def _is_worked(name: Key, sources: Sources) -> bool:
    """Whether a name has a formula that is more than another name: x_1 = x_2 = 1 works nothing out."""
    return any(not isinstance(formula, Name) for formula in sources.formulas[name])


def is_short(name: Key, sources: Sources) -> bool:
    """Whether a name is given as few digits as people hand out."""
    shown = [s for s in leaves(sources.numbers[name]) if s is not None] if name in sources.numbers else []
    return bool(shown) and all(s.number.places <= SHORT for s in shown)


def is_rounded(shown: Sequence[Shown]) -> bool:
    """Whether a list is of numbers printed to more places than some need, `[0.0000, -0.5345]`: nobody gives it so."""
    places = {s.number.places for s in shown if s.value != 0 or s.number.places > 0}  # a dead unit's 0
    return len(shown) > 1 and len(places) == 1 and min(places) > SHORT and any(s.number.text[-1] == "0" for s in shown)


def is_unexplained(name: Key, shown: Sequence[Shown], sources: Sources) -> bool:
    """Whether a number that nothing is said of has as many places as a rounded one: `p_3 = 0.3809`.

    A weight is given so, too, but not after an update.
    """
    digits = min(shown[0].number.places, shown[0].number.digits) if len(shown) == 1 else 0
    return digits > SHORT + 1 and (name in sources.several or not is_parameter(name.base))


def given_figures(sources: Sources) -> frozenset[fmpq]:
    """The figures of all numbers but those a formula works out, without their signs."""
    worked = {k for k in sources.numbers if k in sources.formulas and not is_short(k, sources)}
    stated = (tree for k, tree in sources.numbers.items() if k not in worked)
    return frozenset(abs(s.value) for tree in stated for s in leaves(tree) if s is not None)


def recomputed(name: Key, shown: Scalar, sources: Sources, givens: Container[fmpq], scope: Scope) -> Scalar | None:
    """What the computation before a figure comes to, where the figure does not follow from it; else None.

    `givens` are the figures that stand for themselves, not for all that rounds to them.
    """
    numeric = sources.numerics.get(name)
    if numeric is None:
        return None
    read = interval_literal(lambda n: n.places <= 0 or n.digits <= 1 or rational(n.value) in givens, fmpq(1, 2))
    try:
        found = denote(numeric, reading(scope, Point(_NOWHERE, literal=read)))
    except FAILURES:  # a name without a number among them
        return None
    if isinstance(found, Array) or not arb(found).is_finite():
        return None
    return found if isinstance(found, fmpq) or not arb(found).overlaps(arb(shown)) else None
