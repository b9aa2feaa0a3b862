"""Tables with a row or a column for each unit: under `h_j`, in the row of unit 2, stands what h_2 is.

Also rows that hold names and their values in turn, `| w_1 | 0.1 | w_2 | 0.4 |`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bpsym.verify.tree import (
    Call,
    Cell,
    Context,
    Derivative,
    Expr,
    Matrix,
    Name,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Row,
    Span,
    Statement,
    Sum,
    Table,
    is_numeral,
    walk,
    with_parts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_ROWS = 64
_INDEX = re.compile(r"\d*[ijklmn]|[ijkmn]{2}")
_TIMES = re.compile(
    r"epoch|iter|step|round|次|步|轮|回|эпох|итер|шаг|época|paso|époque|schritt|pas\b|時|반복", re.IGNORECASE
)
_LETTERS = frozenset("ijklmn")
_ENTITLED = (Name, Derivative, Power, Call, Product, Quotient, Sum)  # what a column can be headed by


def unit_claims(table: Table, own: Sequence[Statement]) -> tuple[list[Statement], set[int]]:
    """What a table says of units, and the ids of those of its `own` statements that this replaces."""
    if len(table.rows) > MOST_ROWS:
        return [], set()
    found: list[Statement] = []
    replaced: set[int] = set()
    for row in table.rows:
        found.extend(_in_turn(row))
    by_row = _numbered_by_row(table, own)
    heads = [_headed(cell, own) for cell in table.head]
    for row, number in by_row:
        for cell, subject in zip(row[1:], heads[1:], strict=False):
            letter = None if subject is None else _letter(subject)
            if subject is None or letter is None:
                continue
            unit = at_index(subject, letter, number)
            if is_numeral(cell.expr):
                found.append(_claim((unit, cell.expr), table, cell))
            else:
                replaced |= _named(cell, unit, own, found)
    if not found:
        found.extend(_by_column(table, own, replaced))
    return found, replaced


def _in_turn(row: Sequence[Cell]) -> Iterator[Statement]:
    """`| w_1 | 0.1 | w_2 | 0.4 |`: two names or more with their values."""
    pairs = list(zip(row[::2], row[1::2], strict=False))
    pairs = [(name, value) for name, value in pairs if name.text or value.text]
    if len(pairs) < 2 or not all(isinstance(n.expr, Name) and _is_value(v.expr) for n, v in pairs):
        return
    for name, value in pairs:
        if name.expr is not None and value.expr is not None:
            yield _statement((name.expr, value.expr), value, "")


def _numbered_by_row(table: Table, own: Sequence[Statement]) -> list[tuple[tuple[Cell, ...], str]]:
    """The rows that begin with the number of a unit: no two have the same."""
    found = []
    title = table.head[0] if table.head else None
    if title is not None and _TIMES.search(title.text):
        return []  # a row for each epoch
    if title is not None and isinstance(title.expr, _ENTITLED) and _letters(title.expr):
        return []  # the values of z_i
    for row in table.rows:
        first = row[0].expr if row else None
        if isinstance(first, Number) and first.places == 0 and first.value.denominator == 1 and first.value > 0:
            found.append((row, str(first.value)))
        elif row and (number := _index_in(row[0], own)) is not None:
            found.append((row, number[1]))
    numbers = [number for _, number in found]
    return found if len(set(numbers)) == len(numbers) else []


def _by_column(table: Table, own: Sequence[Statement], replaced: set[int]) -> Iterator[Statement]:
    """`| | j = 1 | j = 2 |`, and below `∂L/∂w_j = x δ_j` its values; the rule is told at each."""
    heads = [_index_in(cell, own) for cell in table.head]
    if sum(head is not None for head in heads) < 2:
        return
    for row in table.rows:
        label = _headed(row[0], own) if row else None
        if label is None:
            continue
        rule = next((s for s in own if _inside(s, row[0]) and s.relations and s.terms[0] is label), None)
        for cell, head in zip(row[1:], heads[1:], strict=False):
            if head is not None and is_numeral(cell.expr) and head[0] in _letters(label):
                terms = tuple(at_index(term, *head) for term in (label, *(rule.terms[1:] if rule is not None else ())))
                if not _letters(terms[0]):
                    replaced |= {id(rule)}
                    yield _claim((*terms, cell.expr), table, cell)


def _index_in(cell: Cell, own: Sequence[Statement]) -> tuple[str, str] | None:
    """`j = 2` in a cell of its own."""
    for statement in own:
        if _inside(statement, cell) and len(statement.terms) == 2 and statement.relations[0].kind == "=":
            letter, number = statement.terms
            if not isinstance(letter, Name) or letter.sub or letter.layer or letter.marks:
                continue
            if letter.base in _LETTERS and isinstance(number, Number) and number.places == 0:
                return letter.base, str(number.value)
    return None


def _headed(cell: Cell, own: Sequence[Statement]) -> Expr | None:
    """What a head is about: its formula, the left-hand side of its equation, the formula behind its words."""
    if isinstance(cell.expr, _ENTITLED):
        return cell.expr
    first = next((s for s in own if _inside(s, cell)), None)
    return first.terms[0] if first is not None and isinstance(first.terms[0], _ENTITLED) else None


def _named(cell: Cell, unit: Expr, own: Sequence[Statement], found: list[Statement]) -> set[int]:
    """The computation in a cell, of what its column and row say; the id of the statement without them."""
    inside = [s for s in own if _inside(s, cell)]
    if not isinstance(unit, Name) or len(inside) != 1 or not inside[0].relations:
        return set()
    (statement,) = inside
    if any(isinstance(node, Name) and node.base != "e" for node in walk(statement.terms[0])):
        return set()
    relation = Relation(Span(statement.span.start, statement.span.start), "=")
    found.append(replace(statement, terms=(unit, *statement.terms), relations=(relation, *statement.relations)))
    return {id(statement)}


def _inside(statement: Statement, cell: Cell) -> bool:
    return cell.span.start <= statement.span.start < cell.span.end


def _letter(tree: Expr) -> str | None:
    """The one index letter of a tree."""
    found = _letters(tree)
    return found.pop() if len(found) == 1 else None


def _letters(tree: Expr) -> set[str]:
    names = [node for node in walk(tree) if isinstance(node, Name)]
    parts = [part for name in names for part in (*name.sub, *name.layer)]
    return {letter for part in parts if _INDEX.fullmatch(part) for letter in re.findall(r"[a-z]", part)}


def at_index(tree: Any, letter: str, number: str) -> Any:
    """The tree with a number in the place of an index letter: `w_{1j}` at j = 2 is `w_{12}`."""
    if isinstance(tree, Name):
        sub, layer = (
            tuple(re.sub(rf"(?<![A-Za-z]){letter}(?![A-Za-z])", number, part) for part in parts)
            for parts in (tree.sub, tree.layer)
        )
        return tree if (sub, layer) == (tree.sub, tree.layer) else replace(tree, sub=sub, layer=layer, spelled="")
    return with_parts(tree, lambda part: at_index(part, letter, number))


def _claim(terms: tuple[Expr, ...], table: Table, cell: Cell) -> Statement:
    title = next((h.text for h in table.head if h.text), "")
    return _statement(terms, cell, title)


def _statement(terms: tuple[Expr, ...], cell: Cell, title: str) -> Statement:
    joins = tuple(Relation(Span(cell.span.start, cell.span.start), "=") for _ in terms[1:])
    return Statement(cell.span, terms, joins, Context("cell", column=title))


def _is_value(tree: Expr | None) -> bool:
    if isinstance(tree, Row):
        return all(is_numeral(item) for item in tree.items)
    if isinstance(tree, Matrix):
        return all(is_numeral(item) for row in tree.rows for item in row)
    return is_numeral(tree)
