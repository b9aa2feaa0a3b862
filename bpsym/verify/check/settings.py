"""Names a document sets to one thing here and to another there.

`σ = 1.0` for one network, `σ = 0.02` for the next: such a figure is nobody's result. It is not held against a formula
the document has for the name elsewhere, unless that explains one of the figures: then the others are slips. `θ_t` moved
by plain descent, then by Adam: a page on optimizers has a rule of other names for each.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bpsym.verify.check.terms import Kind, Shown, kind_of, leaves, touches
from bpsym.verify.meaning.arrays import Scalar, Value, scalars
from bpsym.verify.meaning.keys import RATES, UPDATABLE, Key, key
from bpsym.verify.tree import Name, walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpsym.verify.meaning.subjects import Subject
    from bpsym.verify.tree import Document, Statement

_KEPT = frozenset(["m", "v", "s", "S", "G", "r", "mhat", "vhat", "shat"])  # by an optimizer
_STEP = re.compile(r"t([+-]\d)?|\d")
MANY = 4  # different figures, of which a formula explains one by chance or in one example only


def settings_of(document: Document) -> dict[Subject, frozenset[Shown]]:
    """The figures a document gives to each name, without a word of where they come from."""
    found: dict[Key, list[Shown]] = {}
    for statement in document.statements:
        shown = set_to(statement)
        if shown is not None:
            found.setdefault(key(statement.terms[0]), []).append(shown)  # type: ignore[arg-type]  # a name, as asked
    return {
        name: frozenset(figures) for name, figures in found.items() if len({figure.value for figure in figures}) > 1
    }


def set_to(statement: Statement) -> Shown | None:
    """The figure a statement gives a name, if it says no more."""
    first, *rest = statement.terms
    if not isinstance(first, Name) or len(rest) != 1 or kind_of(rest[0]) is not Kind.NUMBER:
        return None
    shown = list(leaves(rest[0]))
    return shown[0] if len(shown) == 1 else None


def methods_of(document: Document) -> frozenset[object]:
    """What is moved or kept from step to step by rules of different names."""
    rules: dict[tuple[object, ...], set[frozenset[str]]] = {}
    for statement in document.statements:
        first, *rest = statement.terms
        step = step_of(key(first)) if isinstance(first, Name) else None
        formula = next((term for term in rest if kind_of(term) is Kind.SYMBOLIC), None)
        if step is not None and formula is not None and not first.sub[-1].isdigit():  # type: ignore[union-attr]  # as asked
            names = frozenset(node.base for node in walk(formula) if isinstance(node, Name))
            rules.setdefault(step, set()).add(names)
    return frozenset(step for step, found in rules.items() if len(found) > 1)


def step_of(name: Key) -> tuple[object, ...] | None:
    """A parameter, a rate or what an optimizer keeps, at step t, t + 1 or 1; None for anything else."""
    kept = name.base in _KEPT or name.base in UPDATABLE or name.base in RATES
    return (name.base, len(name.sub)) if kept and name.sub and _STEP.fullmatch(name.sub[-1]) else None


def is_varied(figures: frozenset[Shown], truth: Iterable[Value]) -> bool:
    """Whether figures of one name are settings, as far as what it ought to be explains none of them."""
    rights: list[Scalar] = [item for value in truth for item in scalars(value)]
    explained = any(touches(right, figure.cut()) for figure in figures for right in rights)
    return not explained or len({figure.value for figure in figures}) >= MANY
