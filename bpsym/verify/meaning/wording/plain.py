"""What the ways of rewording share: nodes of formulas, letters by themselves, names of losses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

from bpsym.verify.meaning.keys import LOSS_NAMES
from bpsym.verify.tree import Name, Span

if TYPE_CHECKING:
    from bpsym.verify.tree import Statement

Statements = tuple["Statement", ...]
NOWHERE = Span(0, 0)  # of what no document says, and which is no claim of it


def is_plain(tree: Any, letter: str | None = None) -> TypeGuard[Name]:
    """Whether it is a letter by itself, or this one."""
    return isinstance(tree, Name) and not (tree.sub or tree.layer or tree.marks) and letter in (None, tree.base)


def is_loss(tree: Any) -> TypeGuard[Name]:
    """Whether it is called as losses are."""
    return isinstance(tree, Name) and tree.base in LOSS_NAMES
