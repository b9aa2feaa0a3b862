"""Index letters: what they stand for at one place, conditions on them, and names that are about nothing else."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from bpsym.verify.meaning.algebra import NoValueError
from bpsym.verify.tree import Comparison, Expr, Name, Number

Indices = Mapping[str, str]  # index letter -> what it stands for here: "j" -> "2", "o" -> "o1"
# What the letter of a sum runs over: of the letter, its bounds, the indices around the sum, and what is summed.
Range = Callable[[str, Expr | None, Expr | None, Indices, Expr], list[str]]


def holds(condition: Comparison, place: Indices) -> bool:
    """Whether index letters at their values fulfil `k ≠ i`; raises NoValueError for a condition on anything else."""
    sides = [index_value(term, place) for term in condition.terms]
    if any(side is None for side in sides):
        raise NoValueError("a condition that is not about indices")
    return all(
        _INDEX_RELATIONS[relation](left, right)
        for (left, right), relation in zip(pairwise(sides), condition.relations, strict=True)
    )


def index_value(tree: Expr, place: Indices) -> int | str | None:
    """What an index letter or a whole number stands for here; None for anything else."""
    if isinstance(tree, Number) and tree.value.denominator == 1:
        return int(tree.value)
    if isinstance(tree, Name) and not (tree.sub or tree.layer or tree.marks) and tree.base in place:
        value = place[tree.base]
        return int(value) if value.isdecimal() else value
    return None


_INDEX_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "≠": operator.ne, "<": operator.lt, ">": operator.gt, "≤": operator.le, "≥": operator.ge,
}  # fmt: skip


def kronecker_pair(name: Name) -> str | None:
    """The two index letters of a δ_{ij}; None for any other name."""
    pair = "".join(name.sub)
    plain = name.base == "delta" and not name.layer and not name.marks
    return pair if plain and len(pair) == 2 and pair.isalpha() and pair.islower() else None


def kronecker(name: Name, indices: Indices) -> int | None:
    """The value of a δ_{ij} at its two indices, 1 where they are equal, else 0; None for any other name."""
    pair = kronecker_pair(name)
    if pair is None or not all(letter in indices for letter in pair):
        return None
    return int(indices[pair[0]] == indices[pair[1]])
