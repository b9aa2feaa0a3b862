"""Tables whose rows are samples or steps: `| x1 | x2 | net | o | δ |`, each cell against the formula of its column.

A column is judged only where most of its rows come out right by what stands beside them: then the formula is the one
the table was worked with, and what departs from it is a slip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.check.numbers import as_shown
from bpsym.verify.check.terms import Kind, Shown, ball, kind_of, leaves, touches
from bpsym.verify.check.values import values
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.meaning.arrays import Array
from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.meaning.network import FAILURES
from bpsym.verify.tree import Expr, Name, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flint import fmpq
    from sympy import Expr as Atom

    from bpsym.verify.check.state import State
    from bpsym.verify.meaning.arrays import Scalar, Value
    from bpsym.verify.meaning.subjects import Subject
    from bpsym.verify.tree import Document, Span, Table

LEAST = 3  # rows of a table
MOST_ROWS = 200
WITNESSES = 2  # rows whose figure comes out right to two digits or more


@dataclass(frozen=True)
class _Column:
    """What stands above a column, its atom where that has one, and its figures."""

    head: Expr
    name: Key | None
    atom: Atom | None
    cells: tuple[Shown, ...]


def sampled(document: Document, state: State, judged: Sequence[Span]) -> list[Judgement]:
    """The cells of all tables of samples; a table of which anything is judged already is left alone."""
    found: list[Judgement] = []
    if state.scope.network is None or state.scope.described:
        return found
    for table in document.tables:
        if LEAST <= len(table.rows) <= MOST_ROWS and table.rows[0]:
            first = table.rows[0][0].span.start
            if not any(first <= span.start < table.span.end for span in judged):
                columns = list(_columns(table, state))
                for column in columns:
                    found.extend(_judged(column, columns, state))
    return found


def rows_of(document: Document) -> dict[Key, frozenset[fmpq]]:
    """What names are in the rows of tables of steps, of those that are not the same in all."""
    found: dict[Key, frozenset[fmpq]] = {}
    for table in document.tables:
        if not LEAST <= len(table.rows) <= MOST_ROWS:
            continue
        for k, cell in enumerate(table.head):
            cells = [row[k].expr for row in table.rows if k < len(row)]
            figures = frozenset(s.value for tree in cells if tree is not None for s in leaves(tree) if s is not None)
            if isinstance(cell.expr, Name) and len(figures) > 1:
                name = key(cell.expr)
                found[name] = found.get(name, frozenset()) | figures
    return found


def _columns(table: Table, state: State) -> Iterator[_Column]:
    for k, cell in enumerate(table.head):
        if cell.expr is None:
            continue
        figures = []
        for row in table.rows:
            tree = row[k].expr if k < len(row) else None
            shown = list(leaves(tree)) if tree is not None and kind_of(tree) is Kind.NUMBER else []
            if len(shown) == 1 and shown[0] is not None:
                figures.append(shown[0])
        if len(figures) == len(table.rows):
            name = key(cell.expr) if isinstance(cell.expr, Name) else None
            found = None if name is None else state.scope.atoms(name)
            yield _Column(cell.expr, name, None if isinstance(found, Array) else found, tuple(figures))


def _judged(column: _Column, columns: Sequence[_Column], state: State) -> list[Judgement]:
    """The cells of a column, where its formula is certain."""
    others = [other for other in columns if other is not column and other.name is not None]
    if not _is_worked(column, others, state):
        return []
    found: list[Judgement] = []
    witnesses = 0
    for row, shown in enumerate(column.cells):
        value = _value(column, others, row, state)
        if value is None:
            return []
        if touches(value, shown.half()):
            found.append(Judgement(shown.tree.span, Verdict.RIGHT))
            witnesses += shown.number.digits > 1
        elif shown.is_cut_off(value):
            found.append(Judgement(shown.tree.span, Verdict.DIGIT, as_shown(value, shown)))
        else:
            details = {"shown": shown, "truth": [value]}
            found.append(Judgement(shown.tree.span, Verdict.WRONG, as_shown(value, shown), "value", details))
    wrong = [j for j in found if j.verdict is Verdict.WRONG]
    return found if witnesses >= WITNESSES and 3 * len(wrong) <= len(found) else []


def _is_worked(column: _Column, others: Sequence[_Column], state: State) -> bool:
    """Whether a column follows from others of its table."""
    network = state.scope.network
    if network is None:
        return False
    if column.name is None:
        names = {key(node) for node in walk(column.head) if isinstance(node, Name)}
        return len(names) > 1 and names <= {other.name for other in others}
    if column.atom is None or network.expansion.step(column.atom) is None:
        return False
    used = {atom for step in network.expansion.order((column.atom,)) for atom in step.uses}
    return len(used & {other.atom for other in others}) > 1


def _value(column: _Column, others: Sequence[_Column], row: int, state: State) -> Scalar | None:
    """What a cell comes to from the others of its row, each worth all that rounds to it."""
    given: dict[Atom, Scalar] = {}
    shown: dict[Subject, Value] = {}
    for other in others:
        figure = other.cells[row]
        value = figure.value if state.is_exact(figure.number) else ball(*figure.half())
        if other.name is not None:
            shown[other.name] = value
        if other.atom is not None and other.atom != column.atom:
            given[other.atom] = value
    environment = state.truth.environment.overridden(given)
    try:
        if column.atom is not None:
            return environment[column.atom]
        found = next(values(column.head, state, replace(state.truth, environment=environment, shown=shown)), None)
    except FAILURES:
        return None
    return None if isinstance(found, Array) else found
