"""`w_5(1) = 0.717`: a parameter after a step, where the document gives `w_5 = 0.7` before the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.meaning.keys import UPDATABLE, Key, key
from bpsym.verify.tree import Expr, Name, Number, Product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.tree import Statement


def with_iterations(statements: Sequence[Statement]) -> list[Statement]:
    """The first step's value is the new one, those of later steps have names of their own."""
    alone = {key(s.terms[0]) for s in statements if s.relations and isinstance(s.terms[0], Name)}
    return [
        replace(s, terms=(_after_step(s.terms[0], alone), *s.terms[1:])) if s.relations and s.terms else s
        for s in statements
    ]


def _after_step(first: Expr, alone: set[Key]) -> Expr:
    """The name a parameter has at a step, where the first term is one; else the term itself."""
    if not isinstance(first, Product) or first.operators != ("",):
        return first
    name, step = first.factors
    if not isinstance(name, Name) or name.base not in UPDATABLE or key(name) not in alone:
        return first
    if not isinstance(step, Number) or step.places > 0:
        return first
    if step.value == 0:
        return replace(name, span=first.span)
    if step.value == 1:
        return replace(name, span=first.span, marks=tuple(sorted({*name.marks, "new"})))
    return replace(name, span=first.span, sub=(*name.sub, f"({step.text})"))
