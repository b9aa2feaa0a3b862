"""Worked examples that are copied everywhere: a document that prints their figures works them.

Such documents often leave the numbers to a picture. A description is taken for a document only where many of the
document's own figures are figures of that network and none of its givens disagrees.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from bpsym.verify.check.terms import Kind, Shown, kind_of, leaves, touches
from bpsym.verify.meaning.arrays import Array
from bpsym.verify.meaning.followed import followed
from bpsym.verify.meaning.keys import key
from bpsym.verify.meaning.network import NO_VALUES
from bpsym.verify.tree import Document, Name, Negative, Number, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.spec import Description
    from bpsym.verify.meaning.arrays import Scalar

ENOUGH = 4  # different figures a document shares with an example
DIGITS = 6  # of a figure that tells

# Mazur, A step by step backpropagation example (2015)
MAZUR = """
[network]
inputs = 2
loss = "half-squared-error"
layers = [
    { units = 2, activation = "sigmoid", bias = "shared" },
    { units = 2, activation = "sigmoid", bias = "shared" },
]

[given]
inputs = [0.05, 0.10]
targets = [0.01, 0.99]
weights = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55]
biases = [0.35, 0.60]

[training]
rate = 0.5
"""
EXAMPLES = {"mazur-2015": MAZUR}
SOURCES = {"mazur-2015": "Mazur, A Step by Step Backpropagation Example (2015)"}


def recognized(document: Document) -> tuple[str, Description] | None:
    """The example a document works, and its description; None where it is none of those known."""
    figures = [s.cut() for s in _figures(document) if s.number.digits >= DIGITS]
    if len(figures) < ENOUGH:
        return None
    for name in EXAMPLES:
        description = _example(name, "updated" if _updates_biases(document) else "frozen")
        hits = sum(any(touches(value, figure) for figure in figures) for value in _values(description))
        if hits >= ENOUGH and not _disagrees(document, description):
            return name, description
    return None


def _figures(document: Document) -> list[Shown]:
    found: list[Shown] = []
    for statement in document.statements:
        for term in statement.terms:
            for node in walk(term):
                if isinstance(node, (Number, Negative)):
                    found.extend(s for s in leaves(node) if s is not None)
    return found


def _updates_biases(document: Document) -> bool:
    """Whether a bias has a new value in the document, or a step of its own: most who work an example leave them."""
    for statement in document.statements:
        first, *rest = statement.terms
        if isinstance(first, Name) and first.base == "b" and rest:
            names = {key(node) for term in rest for node in walk(term) if isinstance(node, Name)}
            if key(first).new or key(first) in names:
                return True
    return False


@lru_cache(maxsize=8)
def _example(name: str, biases: str) -> Description:
    from bpsym.spec import loads

    return loads(f'{EXAMPLES[name]}biases = "{biases}"\n', name)


def _values(description: Description) -> Iterator[Scalar]:
    """Every value an example has, as far as it has them."""
    environment = followed(description).network.environment()
    for step in environment.expansion.steps():
        with suppress(*NO_VALUES):
            yield environment[step.out]


def _disagrees(document: Document, description: Description) -> bool:
    """Whether the document gives an input or a parameter another value."""
    table = followed(description).spellings
    for statement in document.statements:
        name, term = statement.terms[0], statement.terms[-1]
        if len(statement.terms) != 2 or not isinstance(name, Name):
            continue
        if kind_of(term) is not Kind.NUMBER or key(name).new or name.base not in ("w", "i", "x", "b", "eta"):
            continue
        shown = [s for s in leaves(term) if s is not None]
        given = [v for v in table.get(key(name), []) if not isinstance(v, Array) and v in description.values]
        if given and len(shown) == 1 and not any(touches(description.values[v], shown[0].half()) for v in given):
            return True
    return False
