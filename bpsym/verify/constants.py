"""Letters that are numbers wherever a document says nothing else of them: e, the base of the exponential, and π."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.verify.tree import Name, Power

if TYPE_CHECKING:
    from bpsym.verify.tree import Node

CONSTANTS = frozenset(["e", "pi"])


def is_e_or_pi(name: Name) -> bool:
    """Whether a name is one of these numbers: with an index, e_1 is an error."""
    return name.base in CONSTANTS and not (name.sub or name.layer)


def is_exponential(tree: Node) -> bool:
    """Whether a power is `e^x`."""
    return isinstance(tree, Power) and isinstance(tree.base, Name) and tree.base.base == "e" and is_e_or_pi(tree.base)
