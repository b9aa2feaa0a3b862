"""Tables of one row of numbers below their names: `| w1 | w2 |` above `| 0.3 | -0.2 |` says what is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.verify.meaning.keys import RATES, is_parameter
from bpsym.verify.read.joined import identity, is_figure
from bpsym.verify.tree import Context, Name, Relation, Span, Statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpsym.verify.read.joined import Identity
    from bpsym.verify.tree import Expr, Table

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
        if not isinstance(name, Name) or not (is_parameter(name.base) or name.base in _GIVEN):
            return []
        if any(tree.span.start < table.span.start for tree in given.get(identity(name), ())):
            return []
        joint = Relation(Span(number.span.start, number.span.start), "=")
        found.append(Statement(number.span, (name, number), (joint,), Context("cell")))
    return found if len(found) >= LEAST else []
