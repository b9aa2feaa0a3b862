"""A document of laws with what it leaves open filled in: the last layer is the third, F(x) a name where it is one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bpsym.verify.meaning.mapped import mapped
from bpsym.verify.meaning.wording.plain import NOWHERE
from bpsym.verify.tree import Application, BigSum, Derivative, Name, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.verify.tree import Statement

DEPTH = 3  # layers of an instance
DEEPEST = 4
_LAST = re.compile(r"(?:L|n_?l)(?:([+-])(\d+))?")


def instance(statements: Sequence[Statement]) -> tuple[tuple[Statement, ...], int | None]:
    """The statements with everything of an instance put in, and how many layers there are; None if any."""
    statements = _of_each_sample(statements)
    named = {key for s in statements for key in _defined_of_names(s)}
    statements = mapped(statements, lambda tree: _as_name(tree, named))
    names = [node for node in nodes(statements) if isinstance(node, Name)]
    if not any(_LAST.fullmatch(part) for name in names for part in name.layer):
        return tuple(statements), None
    layered = _only_layered(statements, names)
    depth = _depth(names)
    return mapped(statements, lambda tree: _with_depth(tree, layered, depth)), depth


def _of_each_sample(statements: Sequence[Statement]) -> Sequence[Statement]:
    """With `h_θ(x) = g(θᵀx)` as h_θ^{(i)} = g(θᵀx^{(i)}), where h_θ(x^{(i)}) is summed over the samples."""
    sums = {n.index for n in nodes(statements) if isinstance(n, BigSum)}
    pairs = [pair for node in nodes(statements) if (pair := _made_of_name(node)) is not None]
    made = {head: argument.layer for head, argument in pairs if argument.layer in sums}
    if not any((pair := _made_of_name(s.terms[0])) is not None and pair[0] in made for s in statements):
        return statements

    def change(tree: Any) -> Any:
        pair = _made_of_name(tree)
        if pair is None or made.get(pair[0]) != pair[1].layer:
            return tree
        return replace(pair[0], span=tree.span, layer=pair[1].layer)

    found: list[Statement] = []
    for statement in statements:
        said, pair = statement, _made_of_name(statement.terms[0])
        if pair is not None and pair[0] in made and not pair[1].layer:
            said = _layered(statement, pair[1], made[pair[0]])
        found += mapped([said], change)
    return found


def _made_of_name(tree: Any) -> tuple[Name, Name] | None:
    """The letter of what is made of one name, wherever it stands, and that name: h_θ and x of h_θ(x)."""
    match tree:
        case Application(head=head, arguments=(Name(sub=()) as argument,)):
            return replace(head, span=NOWHERE), argument
    return None


def _layered(statement: Statement, of: Name, layer: tuple[str, ...]) -> Statement:
    """A statement with a superscript at a name, wherever it stands in it."""

    def change(tree: Any) -> Any:
        alike = isinstance(tree, Name) and (tree.base, tree.sub, tree.layer) == (of.base, of.sub, of.layer)
        return replace(tree, layer=layer) if alike else tree

    (found,) = mapped([statement], change)
    return found


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
    below = {id(node.wrt) for node in nodes(statements) if isinstance(node, Derivative) and node.symbol == "∇"}
    whole = {name.base for name in names if not (name.sub or name.layer) and id(name) not in below}
    return frozenset({n.base for n in names if any(_LAST.fullmatch(part) for part in n.layer)} - whole)


def _depth(names: Sequence[Name]) -> int:
    """The last layer of the example a document writes out, if it does."""
    written = [int(part) for n in names for part in n.layer if part.isdecimal() and n.bracketed]
    return max(written) if written and 1 < max(written) <= DEEPEST else DEPTH


def _with_depth(tree: Any, layered: frozenset[str], depth: int) -> Any:
    if isinstance(tree, Name):
        layer = tuple(_number(part, depth) for part in tree.layer)
        return tree if layer == tree.layer else replace(tree, layer=layer)
    if isinstance(tree, Derivative) and tree.symbol == "∇" and isinstance(tree.wrt, Name):
        bare = not (tree.wrt.sub or tree.wrt.layer)
        if bare and tree.wrt.base in layered:
            return replace(tree, wrt=replace(tree.wrt, layer=(str(depth),)))
    return tree


def _number(part: str, depth: int) -> str:
    match = _LAST.fullmatch(part)
    if match is None:
        return part
    shift = int(match[2] or 0)
    return str(depth + (shift if match[1] == "+" else -shift))
