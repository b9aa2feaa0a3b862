"""Numbers given in tables: below their names, `| w1 | w2 |` above `| 0.3 | -0.2 |`, or lists beside lists of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.verify.meaning.keys import RATES, is_parameter
from bpsym.verify.read.joined import identity, is_figure
from bpsym.verify.tree import Context, Name, Relation, Span, Statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpsym.verify.read.joined import Identity
    from bpsym.verify.tree import Cell, Expr, Table

LEAST = 2  # numbers
_GIVEN = frozenset(["x", "i", "t", "T", "target", "y", *RATES])


def given_below(table: Table, given: Mapping[Identity, Sequence[Expr]]) -> list[Statement]:
    """What such a table gives; nothing where it has more than what people give, or a name was given a number before."""
    if len(table.rows) != 1:
        return []
    found: list[Statement] = []
    for head, cell in zip(table.head, table.rows[0], strict=False):
        name, number = head.expr, cell.expr
        if number is None or not is_figure(number):
            continue
        if not isinstance(name, Name) or not _is_given(name):
            return []
        if any(tree.span.start < table.span.start for tree in given.get(identity(name), ())):
            return []
        found.append(_equation(name, number))
    return found if len(found) >= LEAST else []


def given_beside(row: Sequence[Cell]) -> list[Statement]:
    """What `| w_1, w_2, b | into neuron 1 | 0.6, -0.1, 0.05 |` gives: as many numbers as names, nothing else."""
    lists = [cell.items for cell in row if cell.items]
    if len(lists) != 2 or any(is_figure(cell.expr) for cell in row):
        return []
    names, numbers = lists
    if len(names) != len(numbers) or not all(map(is_figure, numbers)) or not all(map(_is_given, names)):
        return []
    return [_equation(name, number) for name, number in zip(names, numbers, strict=True)]


def _is_given(tree: Expr) -> bool:
    return isinstance(tree, Name) and (is_parameter(tree.base) or tree.base in _GIVEN)


def _equation(name: Expr, number: Expr) -> Statement:
    joint = Relation(Span(number.span.start, number.span.start), "=")
    return Statement(number.span, (name, number), (joint,), Context("cell"))
