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

TELLING = 3  # digits by which a figure is known again anywhere; one worked out by a formula, at the same unit

Figures = dict["Fraction", tuple[Name, int] | None]  # the name a figure was shown for, with its sign; None for several


def note_figure(name: Name, shown: Expr, figures: Figures, *, worked: bool) -> None:
    """Remember which name a figure was shown for; one of few digits only where it was worked out by a formula."""
    sign, number = (-1, shown.operand) if isinstance(shown, Negative) else (1, shown)
    if not isinstance(number, Number) or (number.digits < TELLING and not worked) or number.places <= 0:
        return
    before = figures.get(number.value, (name, sign))
    same = before is not None and (key(before[0]), before[1]) == (key(name), sign)
    figures[number.value] = (name, sign) if same else None


def activated(by: Name, term: Expr, figures: Mapping[Fraction, tuple[Name, int] | None]) -> Expr | None:
    """An activation in numbers, said of `by`, with the names these were shown for; None where one is not known again.

    A figure of few digits is known again in what is said of the same unit: `h_1 = tanh(0.45)` behind `z_1 = 0.45`.
    """
    numbers = [node for node in walk(term) if isinstance(node, Number) and node.places > 0]
    applies = any(isinstance(n, Call) or is_exponential(n) for n in walk(term))
    if not numbers or not applies:
        return None
    for number in numbers:
        found = figures.get(number.value)
        if found is None:
            return None
        name, sign = found
        if number.digits < TELLING and (name.sub, name.layer) != (by.sub, by.layer):
            return None
        here = Name(number.span, name.base, name.sub, name.layer, name.marks, name.bracketed, name.spelled)
        term = substituted(term, number, here if sign > 0 else Negative(number.span, here))
    return term
