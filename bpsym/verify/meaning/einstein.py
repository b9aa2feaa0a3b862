"""Sums nobody writes: an index that stands twice in a product and nowhere on the left is summed over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bpsym.verify.meaning.keys import free_letters
from bpsym.verify.tree import BigSum, Expr, Name, Negative, Node, Sum, children

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def names_outside_sums(tree: Node, inside: frozenset[str] = frozenset()) -> Iterator[tuple[Name, frozenset[str]]]:
    """Every name with the letters of the sums around it."""
    if isinstance(tree, Name):
        yield tree, inside
    if isinstance(tree, BigSum):
        inside |= set(tree.index)
    for child in children(tree):
        yield from names_outside_sums(child, inside)


def unit_letters(tree: Expr, bound: Mapping[str, str]) -> list[str]:
    """The index letters of units that no sum binds, once for each name they stand on."""
    return [
        letter
        for name, inside in names_outside_sums(tree)
        for letter in dict.fromkeys(k for k, counts_layers in free_letters(name, bound) if not counts_layers)
        if letter not in inside
    ]


def repeated(left: Expr, right: Expr, bound: Mapping[str, str]) -> list[str]:
    """Letters that stand on two names of the right-hand side or more, and not on the left."""
    ours, theirs = set(unit_letters(left, bound)), unit_letters(right, bound)
    return [letter for letter in dict.fromkeys(theirs) if letter not in ours and theirs.count(letter) > 1]


def summed(tree: Expr, letters: list[str], bound: Mapping[str, str]) -> Expr:
    """The formula with the sums over these letters written, in each term by itself."""
    if isinstance(tree, Sum):
        return replace(tree, terms=tuple(summed(term, letters, bound) for term in tree.terms))
    if isinstance(tree, Negative):
        return replace(tree, operand=summed(tree.operand, letters, bound))
    here = unit_letters(tree, bound)
    own = tuple(letter for letter in letters if here.count(letter) > 1)
    return BigSum(tree.span, own, None, None, tree) if own else tree
