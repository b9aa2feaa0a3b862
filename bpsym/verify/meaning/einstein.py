"""Sums nobody writes: an index that stands on two factors of a product and nowhere on the left is summed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.meaning.keys import free_letters
from bpsym.verify.tree import Application, BigSum, Call, Expr, Name, Negative, Node, Product, Sum, children

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


def with_sums(left: Expr, right: Expr, bound: Mapping[str, str]) -> Expr:
    """The right-hand side with the sums written that only repeated index letters tell; itself where there are none."""
    return _summed(right, _letters(left, bound), bound)


def multiplied_out(right: Expr, meant: Expr) -> Expr | None:
    """`-z_k δ_{ik} + z_k y_i` of z_k (y_i - δ_{ik}): a sum over k, as of one of its terms, of all of it.

    `meant` is the right-hand side with its sums; None where it is not a sum, or none of its terms is one.
    """
    if not isinstance(right, Sum) or not isinstance(meant, Sum):
        return None
    bare = [term.operand if isinstance(term, Negative) else term for term in meant.terms]
    letters = sorted({letter for term in bare if isinstance(term, BigSum) and not term.lower for letter in term.index})
    return BigSum(right.span, tuple(letters), None, None, right) if letters else None


def _letters(tree: Expr, bound: Mapping[str, str]) -> frozenset[str]:
    """The index letters of units that no sum binds."""
    return frozenset(
        letter
        for name, inside in names_outside_sums(tree)
        for letter, counts_layers in free_letters(name, bound)
        if not counts_layers and letter not in inside
    )


def _summed(tree: Expr, fixed: frozenset[str], bound: Mapping[str, str]) -> Expr:
    match tree:
        case Sum():
            terms = tuple(_summed(term, fixed, bound) for term in tree.terms)
            return tree if terms == tree.terms else replace(tree, terms=terms)
        case Negative():
            operand = _summed(tree.operand, fixed, bound)
            return tree if operand is tree.operand else replace(tree, operand=operand)
        case Call():
            arguments = tuple(_summed(argument, fixed, bound) for argument in tree.arguments)
            return tree if arguments == tree.arguments else replace(tree, arguments=arguments)
        case Product() | Application():
            factors = tree.factors if isinstance(tree, Product) else (tree.head, *tree.arguments)
            found = [_letters(factor, bound) - fixed for factor in factors]
            every = sorted(frozenset().union(*found))
            twice = tuple(letter for letter in every if sum(letter in letters for letters in found) > 1)
            return BigSum(tree.span, twice, None, None, tree) if twice else tree
    return tree
