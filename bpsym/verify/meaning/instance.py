"""A document of laws with what it leaves open filled in: the last layer is the third, F(x) a name where it is one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify.tree import Application, Call, Derivative, Name, Span, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bpsym.verify.tree import Statement

DEPTH = 3  # layers of an instance
_LAST = re.compile(r"L(?:([+-])(\d+))?")


def instance(statements: Sequence[Statement]) -> tuple[tuple[Statement, ...], int | None]:
    """The statements with everything of an instance put in, and how many layers there are; None if any."""
    named = {key for s in statements for key in _defined_of_names(s)}
    statements = _mapped(statements, lambda tree: _as_name(tree, named))
    names = list(_names(statements))
    if not any(_LAST.fullmatch(part) for name in names for part in name.layer):
        return tuple(statements), None
    layered = _only_layered(statements, names)
    return _mapped(statements, lambda tree: _with_depth(tree, layered)), DEPTH


def _names(statements: Sequence[Statement]) -> Iterator[Name]:
    for statement in statements:
        for term in statement.terms:
            yield from (node for node in walk(term) if isinstance(node, Name))


def _defined_of_names(statement: Statement) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """`J(w) = …`, `y = x + F(x)`: what is a quantity, only written with what it depends on."""
    first = statement.terms[0]
    if statement.relations and isinstance(first, Application):
        plain = all(isinstance(a, Name) for a in first.arguments)
        if plain and (len(first.arguments) > 1 or first.head.base.isupper()):
            yield first.head.base, first.head.sub, first.head.layer


def _as_name(tree: Any, named: set[tuple[str, tuple[str, ...], tuple[str, ...]]]) -> Any:
    if isinstance(tree, Application) and all(isinstance(a, Name) for a in tree.arguments):
        head = tree.head
        if (head.base, head.sub, head.layer) in named:
            return replace(head, span=tree.span)
    return tree


def _only_layered(statements: Sequence[Statement], names: Sequence[Name]) -> frozenset[str]:
    """Letters without a layer only where the loss is differentiated: the a of ∇_a C is that of the outputs."""
    below = {
        id(node.wrt)
        for s in statements
        for term in s.terms
        for node in walk(term)
        if isinstance(node, Derivative) and node.symbol == "∇"
    }
    whole = {name.base for name in names if not (name.sub or name.layer) and id(name) not in below}
    return frozenset({n.base for n in names if any(_LAST.fullmatch(part) for part in n.layer)} - whole)


def _with_depth(tree: Any, layered: frozenset[str]) -> Any:
    if isinstance(tree, Name):
        layer = tuple(_number(part) for part in tree.layer)
        return tree if layer == tree.layer else replace(tree, layer=layer)
    if isinstance(tree, Derivative) and tree.symbol == "∇" and isinstance(tree.wrt, Name):
        bare = not (tree.wrt.sub or tree.wrt.layer)
        if bare and tree.wrt.base in layered:
            return replace(tree, wrt=replace(tree.wrt, layer=(str(DEPTH),)))
    return tree


def _number(part: str) -> str:
    match = _LAST.fullmatch(part)
    if match is None:
        return part
    shift = int(match[2] or 0)
    return str(DEPTH + (shift if match[1] == "+" else -shift))


def _mapped(statements: Sequence[Statement], change: Callable[[Any], Any]) -> tuple[Statement, ...]:
    return tuple(replace(s, terms=tuple(_changed(term, change) for term in s.terms)) for s in statements)


def _changed(tree: Any, change: Callable[[Any], Any]) -> Any:
    """A tree with a change made to each node, from the top."""
    if isinstance(tree, Span) or not isinstance(tree, (Struct, tuple)):
        return tree
    if isinstance(tree, tuple):
        items = tuple(_changed(item, change) for item in tree)
        return tree if all(a is b for a, b in zip(items, tree, strict=True)) else items
    tree = change(tree)
    own = tree.function if isinstance(tree, Call) else None  # the letter of a function is no quantity
    found = {name: getattr(tree, name) for name in tree.__struct_fields__}
    changed = {name: part if part is own else _changed(part, change) for name, part in found.items()}
    return tree if all(changed[name] is found[name] for name in found) else replace(tree, **changed)
