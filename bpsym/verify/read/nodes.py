"""Tables of a computational graph: a row for each node, with its formula, its value, and its gradient.

`| e | a·b | -6 | -2 |` under `node, formula, value, grad` says e = a·b = -6, and ∂L/∂e = -2, where L is the node whose
gradient is 1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bpsym.verify.tree import Context, Derivative, Name, Relation, Span, Statement, equals_one, is_numeral

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.verify.tree import Cell, Expr, Table

_FORMULA: Final = re.compile(
    r"formula|expression|operation|equation|comput|definition|公式|运算|表达式|计算|fórmula", re.IGNORECASE
)
_VALUE: Final = re.compile(
    r"^\W*(?:forward\s*)?(?:value|data|val|forward|forward pass|值|数值|前向值?|valor)\W*$", re.IGNORECASE
)
_SLOPE: Final = re.compile(
    r"^\W*(?:(?:global )?grad(?:ient)?|backward(?: pass)?|adjoint|upstream|梯度|反向(?:梯度)?|伴随|gradiente)\W*$",
    re.IGNORECASE,
)
MOST_NODES = 200


def of_nodes(table: Table) -> list[Statement]:
    """What a table of nodes says; nothing where it is none."""
    titles = [cell.text for cell in table.head]
    value = next((k for k, title in enumerate(titles) if _VALUE.match(title)), 0)
    slope = next((k for k, title in enumerate(titles) if _SLOPE.match(title)), 0)
    if not value or not slope or len(table.rows) > MOST_NODES:
        return []
    formula = next((k for k, title in enumerate(titles) if k and _FORMULA.search(title)), 0)
    rows = [row for row in table.rows if len(row) > max(value, slope) and isinstance(row[0].expr, Name)]
    last = [row[0].expr for row in rows if equals_one(row[slope].expr)]
    return [claim for row in rows for claim in _claims(row, formula, value, slope, last[0] if len(last) == 1 else None)]


def _claims(row: Sequence[Cell], formula: int, value: int, slope: int, last: Expr | None) -> Iterator[Statement]:
    name, shown, grad = row[0].expr, row[value].expr, row[slope].expr
    if name is None:
        return
    worked = row[formula].expr if formula else None
    if worked is not None and is_numeral(shown):
        yield _claim(name, worked, shown)
    elif is_numeral(shown):
        yield _claim(name, shown)
    if last is not None and name != last and is_numeral(grad):
        yield _claim(Derivative(name.span, last, name, "∂", 1), grad)


def _claim(*terms: Expr | None) -> Statement:
    said = tuple(term for term in terms if term is not None)
    joins = tuple(Relation(Span(term.span.start, term.span.start), "=") for term in said[1:])
    return Statement(Span(said[-1].span.start, said[-1].span.end), said, joins, Context("node"))
