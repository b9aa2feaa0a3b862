"""`out = σ(0.3775)` behind `net = 0.3775` says that out is σ(net)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.verify.constants import is_exponential
from bpsym.verify.meaning.keys import key
from bpsym.verify.meaning.patterns import substituted
from bpsym.verify.tree import Call, Expr, Name, Negative, Number, walk

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

TELLING = 3  # digits by which a figure is known again

Figures = dict["Fraction", tuple[Name, int] | None]  # the name a figure was shown for, with its sign; None for several


def note_figure(name: Name, shown: Expr, figures: Figures) -> None:
    """Remember which name a figure was shown for."""
    sign, number = (-1, shown.operand) if isinstance(shown, Negative) else (1, shown)
    if not isinstance(number, Number) or number.digits < TELLING or number.places <= 0:
        return
    before = figures.get(number.value, (name, sign))
    same = before is not None and (key(before[0]), before[1]) == (key(name), sign)
    figures[number.value] = (name, sign) if same else None


def activated(term: Expr, figures: Mapping[Fraction, tuple[Name, int] | None]) -> Expr | None:
    """An activation in numbers with the names these were shown for; None where one is not known again."""
    numbers = [node for node in walk(term) if isinstance(node, Number) and node.places > 0]
    applies = any(isinstance(n, Call) or is_exponential(n) for n in walk(term))
    if not numbers or not applies:
        return None
    for number in numbers:
        found = figures.get(number.value)
        if found is None:
            return None
        name, sign = found
        here = Name(number.span, name.base, name.sub, name.layer, name.marks, name.bracketed, name.spelled)
        term = substituted(term, number, here if sign > 0 else Negative(number.span, here))
    return term
