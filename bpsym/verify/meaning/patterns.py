"""Formulas with something left to the reader: `a_1 + … + a_n` written out."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bpsym.verify.meaning.algebra import NoValueError
from bpsym.verify.tree import Ellipsis, Expr, Name, Span, Sum, walk, with_parts  # noqa: A004  (the node for dots)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def filled_in(tree: Sum, values: Callable[[str], list[str]]) -> Sum:
    """The sum with the terms between those beside the `…`; raises NoValueError where no pattern shows."""
    at = next(k for k, term in enumerate(tree.terms) if isinstance(term, Ellipsis))
    if at == 0 or at == len(tree.terms) - 1:
        raise NoValueError("an ellipsis at the end of a sum")
    first, last = tree.terms[0], tree.terms[at + 1]
    changes = list(_changes(first, last))
    letters = {letter for _, letter in changes}
    if not letters:
        raise NoValueError("an ellipsis without a pattern")
    numbers = [values(letter) for letter in sorted(letters)]
    if any(len(found) != len(numbers[0]) for found in numbers):
        raise NoValueError("an ellipsis whose indices run over different ranges")
    terms = _terms(first, frozenset(start for start, _ in changes), tuple(numbers[0]))
    rest = tree.terms[at + 2 :]
    return Sum(tree.span, (*terms, *rest), (*(tree.signs[0] for _ in terms), *tree.signs[at + 2 :]))


@lru_cache(maxsize=256)  # asked for at each point a formula is tried at
def _terms(first: Expr, places: frozenset[tuple[Span, int]], numbers: tuple[str, ...]) -> tuple[Expr, ...]:
    return tuple(_at(first, places, number) for number in numbers)


def _changes(first: Expr, last: Expr) -> Iterator[tuple[tuple[Span, int], str]]:
    """Where an index 1 of the first term is a letter in the last: ((place of the name, which subscript), letter)."""
    names = [node for node in walk(first) if isinstance(node, Name)]
    others = [node for node in walk(last) if isinstance(node, Name)]
    if len(names) != len(others):
        raise NoValueError("an ellipsis between terms of different form")
    for name, other in zip(names, others, strict=True):
        for place, (a, b) in enumerate(zip(name.sub, other.sub, strict=False)):
            if a != b and a.endswith("1") and b[: len(a) - 1] == a[:-1] and b[len(a) - 1 :].isalpha():
                yield (name.span, place), b[len(a) - 1 :]


def _at(tree: Any, places: frozenset[tuple[Span, int]], number: str) -> Any:
    """The tree with the number for the index 1 in some places."""
    if isinstance(tree, Name):
        sub = tuple(part[:-1] + number if (tree.span, k) in places else part for k, part in enumerate(tree.sub))
        return replace(tree, sub=sub)
    return with_parts(tree, lambda part: _at(part, places, number))


def substituted(tree: Any, old: Any, new: Any) -> Any:
    """The tree with one node in the place of another."""
    return new if tree is old else with_parts(tree, lambda part: substituted(part, old, new))
