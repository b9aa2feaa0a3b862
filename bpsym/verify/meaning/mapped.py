"""Statements with a change made to every node of their formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bpsym.verify.tree import Call, with_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bpsym.verify.tree import Statement


def mapped(statements: Sequence[Statement], change: Callable[[Any], Any]) -> tuple[Statement, ...]:
    """The statements with each node of their formulas changed, from the top."""
    return tuple(replace(s, terms=tuple(changed(term, change) for term in s.terms)) for s in statements)


def changed(tree: Any, change: Callable[[Any], Any]) -> Any:
    """A formula with each node changed, from the top."""
    tree = change(tree)
    own = tree.function if isinstance(tree, Call) else None  # the letter of a function is no quantity
    return with_parts(tree, lambda part: part if part is own else changed(part, change))
