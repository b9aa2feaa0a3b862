"""Worked examples that are copied everywhere: a document that prints their figures works them.

Such documents often leave the numbers to a picture. A description is taken for a document only where many of the
document's own figures are figures of that network and none of its givens disagrees.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from bpsym.verify.check.terms import Kind, Shown, kind_of, leaves, touches
from bpsym.verify.meaning.arrays import Array
from bpsym.verify.meaning.followed import followed
from bpsym.verify.meaning.keys import key
from bpsym.verify.meaning.network import NO_VALUES
from bpsym.verify.tree import Document, Name, Negative, Number, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bpsym.spec import Description
    from bpsym.verify.meaning.arrays import Scalar
    from bpsym.verify.tree import Statement

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


class Recognized(NamedTuple):
    """An example a document works, its description, and the statements that work it."""

    name: str
    description: Description
    statements: tuple[Statement, ...]


def recognized(document: Document) -> Recognized | None:
    """The example a document works, all of it or a chapter in some of its sections; None where it is none known."""
    sections = [tuple(group) for _, group in groupby(document.statements, key=lambda s: s.context.heading)]
    figures = [[s.cut() for s in figures_of(section) if s.number.digits >= DIGITS] for section in sections]
    if sum(map(len, figures)) < ENOUGH:
        return None
    for name in EXAMPLES:
        description = _example(name, "updated" if _updates_biases(document) else "frozen")
        values = tuple(_values(description))
        hits = [{k for k, value in enumerate(values) if any(touches(value, f) for f in found)} for found in figures]
        if len(set().union(*hits)) < ENOUGH:
            continue
        statements = _worked(sections, hits)
        if not _disagrees(statements, description):
            return Recognized(name, description, statements)
    return None


def _worked(sections: Sequence[tuple[Statement, ...]], hits: Sequence[set[int]]) -> tuple[Statement, ...]:
    """The statements from the first section with hits to the last; where that is half of the document, all of it."""
    places = [k for k, found in enumerate(hits) if found]
    within = [s for section in sections[places[0] : places[-1] + 1] for s in section]
    every = [s for section in sections for s in section]
    return tuple(every if 2 * len(within) >= len(every) else within)


def figures_of(statements: Iterable[Statement]) -> Iterator[Shown]:
    """Every number that is printed."""
    for statement in statements:
        for term in statement.terms:
            for node in walk(term):
                if isinstance(node, (Number, Negative)):
                    yield from (s for s in leaves(node) if s is not None)


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


def _disagrees(statements: Iterable[Statement], description: Description) -> bool:
    """Whether a document gives an input or a parameter another value."""
    table = followed(description).spellings
    for statement in statements:
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
