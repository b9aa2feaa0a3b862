"""Letters that are numbers wherever a document says nothing else of them: e, the base of the exponential, and π."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bpsym.verify.meaning.mapped import mapped
from bpsym.verify.tree import Call, Expr, Name, Number, Power, nodes, walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.tree import Node, Statement

CONSTANTS = frozenset(["e", "pi"])


def is_e_or_pi(name: Name) -> bool:
    """Whether a name is one of these numbers: with an index, e_1 is an error."""
    return name.base in CONSTANTS and not (name.sub or name.layer or name.marks or name.own)


def is_exponential(tree: Node) -> bool:
    """Whether a power is `e^x`."""
    return isinstance(tree, Power) and isinstance(tree.base, Name) and tree.base.base == "e" and is_e_or_pi(tree.base)


def with_own_letters(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements, with e for a quantity if they say what it is: an error, a node of a graph, not 2.71828….

    e^{-x} stays what it is; ½ e² is the square of an error.
    """
    if not any(map(_has_own_e, statements)):
        return statements
    powers = [node for node in nodes(statements) if isinstance(node, Power) and not _is_whole(node.exponent)]
    kept = {id(power.base) for power in powers if is_exponential(power)}

    def change(node: Any) -> Any:
        is_quantity = isinstance(node, Name) and node.base == "e" and is_e_or_pi(node) and id(node) not in kept
        return replace(node, own=True) if is_quantity else node

    return mapped(statements, change)


def _has_own_e(statement: Statement) -> bool:
    """Whether it says of e that it is a formula, or a number that e is not."""
    first, *rest = statement.terms
    if not (rest and isinstance(first, Name) and first.base == "e" and is_e_or_pi(first)):
        return False
    named = any(isinstance(n, Name) and n.base != "e" for n in walk(rest[0]))
    other = isinstance(rest[0], Number) and int(rest[0].value) != int(math.e)
    return (named or other) and not any(isinstance(n, Call) for n in walk(rest[0]))


def _is_whole(tree: Expr) -> bool:
    return isinstance(tree, Number) and tree.places <= 0
