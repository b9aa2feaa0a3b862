"""Statements with a change made to every node of their formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify.tree import Call, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bpsym.verify.tree import Statement


def mapped(statements: Sequence[Statement], change: Callable[[Any], Any]) -> tuple[Statement, ...]:
    """The statements with each node of their formulas changed, from the top."""
    return tuple(replace(s, terms=tuple(changed(term, change) for term in s.terms)) for s in statements)


def changed(tree: Any, change: Callable[[Any], Any]) -> Any:
    """A formula with each node changed, from the top."""
    if isinstance(tree, Span) or not isinstance(tree, (Struct, tuple)):
        return tree
    if isinstance(tree, tuple):
        items = tuple(changed(item, change) for item in tree)
        return tree if all(a is b for a, b in zip(items, tree, strict=True)) else items
    tree = change(tree)
    own = tree.function if isinstance(tree, Call) else None  # the letter of a function is no quantity
    found = {name: getattr(tree, name) for name in tree.__struct_fields__}
    parts = {name: part if part is own else changed(part, change) for name, part in found.items()}
    return tree if all(parts[name] is found[name] for name in found) else replace(tree, **parts)
