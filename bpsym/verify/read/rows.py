"""What the rows of a table claim: a formula beside its value, an old weight beside its gradient and its new value."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import combinations, product
from typing import TYPE_CHECKING, Final

from flint import fmpq
from msgspec.structs import replace

from bpsym.rounding import fraction
from bpsym.verify.read.joined import Figure, Identity, Row, figure_of, given_numbers, identity, is_figure, join
from bpsym.verify.read.listed import given_below, given_beside
from bpsym.verify.read.nodes import of_nodes
from bpsym.verify.read.units import unit_claims
from bpsym.verify.tree import (
    Cell,
    Context,
    Expr,
    Name,
    Negative,
    Number,
    Product,
    Quotient,
    Relation,
    Span,
    Statement,
    Sum,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_TITLES: Final = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"old|before|current|initial|旧|原|更新前|当前",
        r"grad|slope|deriv|∂|\\partial|\\nabla|\bd\w+/d|梯度|导数",
        r"new|after|updated|next|\^\{?\+|新|更新[后後]",
    )
)
MADE: Final = frozenset(["cell", "node"])  # kinds of statements that are made here
MOST_COLUMNS: Final = 8  # of numbers, searched for an update
_NOTHING: Final = (fmpq(0), fmpq(0))


def with_rows(statements: Sequence[Statement], tables: Sequence[Table]) -> list[Statement]:
    """The statements of a document with what its tables say, in reading order."""
    if not tables:
        return sorted(statements, key=lambda statement: statement.span)
    rest = sorted(statements, key=lambda statement: statement.span)
    starts = [statement.span.start for statement in rest]
    found: list[Statement] = []
    given = given_numbers(rest)
    done = 0  # so many of the statements are dealt with
    for table in tables:
        updates = of_nodes(table) or list(_updates(table)) or list(_updates(_with_old(table, given)))
        if updates:
            found.extend(updates)
            continue
        if listed := given_below(table, given):
            found.extend(listed)
            given = {**given_numbers(listed), **given}
            continue
        low, high = (bisect_left(starts, place) for place in (table.span.start, table.span.end))
        units, replaced = unit_claims(table, rest[low:high])
        if units:
            found += [*rest[done:low], *(s for s in rest[max(done, low) : high] if id(s) not in replaced), *units]
            done = max(done, high)
            continue
        for row in (row for row in table.rows if row):
            first = max(done, bisect_left(starts, row[0].span.start))
            last = max(first, bisect_left(starts, row[-1].span.end))
            own = rest[first:last]
            if beside := given_beside(row):
                own = beside
            else:
                join(row, table.head, own, given)
            found += [*rest[done:first], *own]
            done = last
    return list(_under_headings(sorted([*found, *rest[done:]], key=lambda statement: statement.span)))


def _under_headings(statements: Sequence[Statement]) -> Iterator[Statement]:
    """What a table says stands under the heading of what stands before it."""
    heading = ""
    for statement in statements:
        context = statement.context
        if not context.heading and context.kind in MADE:
            yield replace(statement, context=replace(context, heading=heading))
        else:
            heading = context.heading
            yield statement


# --- updates -------------------------------------------------------------------------------------------------------


def _with_old(table: Table, given: Mapping[Identity, Sequence[Expr]]) -> Table:
    """A table with one more column behind the first: the number the document has given each name there before."""

    def widened(row: Row) -> Row:
        first = row[0].expr if row else None
        numbers = given.get(identity(first)) if isinstance(first, Name) else None
        old = None if numbers is None else replace(numbers[0], span=row[0].span)
        return (*row[:1], Cell(row[0].span, "", old), *row[1:]) if row else row

    return replace(table, rows=tuple(map(widened, table.rows)), head=())


def _updates(table: Table) -> Iterator[Statement]:
    """Rows of a weight, its gradient, the step and the new value, told by most figures; under titles by some."""
    if any(row and is_figure(row[0].expr) for row in table.rows):
        return  # rows that begin with a number are samples or steps, no parameters
    columns, least = _columns(table.rows), -(-2 * len(table.rows) // 3)
    head = table.head or next((row for row in table.rows[:1] if not any(is_figure(cell.expr) for cell in row)), ())
    titles = {k: head[k].text for k in columns if k < len(head)}
    if all(any(wanted.search(title) for title in titles.values()) for wanted in _TITLES):
        roles = {k: next((n for n, wanted in enumerate(_TITLES) if wanted.search(titles[k])), 1) for k in titles}
        columns, least = sorted(titles, key=roles.__getitem__), -(-len(table.rows) // 3)
    figures = [[figure_of(cell.expr) for cell in row] for row in table.rows]
    found = _with_step(figures, columns, least) or _without_step(figures, columns, least)
    if found is None:
        return
    old, gradient, step, new, rate, sign = found
    for row in table.rows:
        cells = [row[k].expr if 0 <= k < len(row) else None for k in (old, gradient, step, new)]
        before, slope, change, after = cells
        if before is None or after is None or not (is_figure(before) and is_figure(after)):
            continue
        before = _sharp(before, after)
        if slope is not None and is_figure(slope) and rate is not None:
            times = Product(slope.span, (_rate(rate, slope.span), slope), ("×",))
            was, grade, by, now = (figure_of(tree) or _NOTHING for tree in (before, slope, change, after))
            if step < 0 or change is None or not is_figure(change):
                change = times
            elif _is_times(rate, grade, by):
                yield _claim((times, change))
            elif _adds_up(was, by, now, sign):
                yield _claim((Quotient(change.span, change, _rate(rate, change.span)), slope))  # its row has another
            else:
                yield _claim((times, change))
                change = times
        if change is not None:
            yield _claim(
                (
                    *_updated(row[0].expr),
                    Sum(Span(before.span.start, change.span.end), (before, change), (1, sign)),
                    after,
                )
            )


def _adds_up(old: Figure, step: Figure, new: Figure, sign: int) -> bool:
    """Whether a new value comes of the old one and the step."""
    (a, ra), (b, rb), (c, rc) = old, step, new
    return bool(abs(a + sign * b - c) <= ra + rb + rc)


def _is_times(rate: fmpq, slope: Figure, change: Figure) -> bool:
    """Whether a step is its gradient times the rate."""
    (s, rs), (c, rc) = slope, change
    return bool(abs(rate * s - c) <= rate * rs + rc)


def _sharp(before: Expr, after: Expr) -> Expr:
    """An old value with as many places as the new one: it is exact."""
    if isinstance(before, Negative):
        return replace(before, operand=_sharp(before.operand, after))
    shown = after.operand if isinstance(after, Negative) else after
    if isinstance(before, Number) and isinstance(shown, Number) and before.places < shown.places:
        return replace(before, places=shown.places)
    return before


def _claim(terms: tuple[Expr, ...]) -> Statement:
    joins = tuple(Relation(Span(t.span.start, t.span.start), "=") for t in terms[1:])
    last = [term.span for term in terms[-2:]]
    span = Span(min(span.start for span in last), max(span.end for span in last))
    return Statement(span, terms, joins, Context("cell"))


def _updated(tree: Expr | None) -> tuple[Expr, ...]:
    """The name of the new value, unless it counts from zero."""
    if isinstance(tree, Name) and "[" not in tree.spelled:
        return (replace(tree, marks=("new",)),)
    return ()


def _rate(value: fmpq, span: Span) -> Number:
    return Number(span, "", fraction(value), 0, 1)


def _columns(rows: Sequence[Row]) -> list[int]:
    """Columns of numbers."""
    width = max((len(row) for row in rows), default=0)
    return [
        k
        for k in range(1, width)
        if 3 * sum(len(row) > k and is_figure(row[k].expr) for row in rows) >= 2 * len(rows) > 0
    ][:MOST_COLUMNS]


Figures = Sequence[Sequence[Figure | None]]  # row by row
Moved = Callable[[Sequence[Figure | None]], Figure | None]
_Found = tuple[int, int, int, int, fmpq | None, int]


def _triples(columns: list[int]) -> Iterator[tuple[int, int, int]]:
    """Columns that may be the old value, the change or the gradient, and the new value, those in this order first."""
    yield from combinations(columns, 3)
    yield from ((old, change, new) for change, old, new in combinations(columns, 3))


def _with_step(rows: Figures, columns: list[int], least: int) -> _Found | None:
    """Columns old, step and new with new = old - step or old + step, and one more the step is a multiple of."""
    for (old, step, new), sign in product(_triples(columns), (-1, 1)):
        hits = moved = 0
        for row in rows:
            figures = [row[k] if k < len(row) else None for k in (old, step, new)]
            if None not in figures:
                (a, ra), (b, rb), (c, rc) = (figure for figure in figures if figure is not None)
                rb = _off(rb, rc) if sign > 0 else rb
                good = _adds_up((a, _off(ra, rc)), (b, rb), (c, rc), sign)
                hits += good
                moved += good and b != 0
        if moved >= 2 and hits >= least:
            for gradient in columns:
                if gradient not in (old, step, new):
                    rate = _ratio(rows, gradient, partial(_cell, step), least)
                    if rate is not None:
                        return old, gradient, step, new, rate, sign
            return old, -1, step, new, None, sign
    return None


def _without_step(rows: Figures, columns: list[int], least: int) -> _Found | None:
    """Columns old, gradient and new with new = old - rate · gradient for one short rate."""
    if len(rows) < 3:
        return None
    for old, gradient, new in _triples(columns):
        if all(_cell(old, row) == _cell(gradient, row) for row in rows):
            continue  # the old values, once more

        def moved(row: Sequence[Figure | None], old: int = old, new: int = new) -> Figure | None:
            before, after = (row[k] if k < len(row) else None for k in (old, new))
            if before is None or after is None:
                return None
            return before[0] - after[0], _off(before[1], after[1]) + after[1]

        rate = _ratio(rows, gradient, moved, least)
        if rate is not None:
            return old, gradient, -1, new, rate, -1
    return None


def _off(old: fmpq, new: fmpq) -> fmpq:
    """What an old value may be off by: one with fewer places than the new one is exact, 0.15 before 0.149781."""
    return fmpq(0) if old > new else old


def _ratio(rows: Figures, gradient: int, moved: Moved, least: int) -> fmpq | None:
    """The short decimal that most steps are of their gradients, and at least so many."""
    pairs = []
    for row in rows:
        slope, change = row[gradient] if gradient < len(row) else None, moved(row)
        if slope is not None and change is not None:
            pairs.append((slope, change))
    telling = [(s, c) for s, c in pairs if s[0] != 0 and c[0] != 0]
    best, most = None, least - 1
    largest = sorted(telling, key=lambda pair: -abs(pair[1][0]))[:6]
    for rate in dict.fromkeys(_short(c[0] / s[0], digits) for s, c in largest for digits in (1, 2, 3)):
        if rate > 0:
            hits = sum(_is_times(rate, *pair) for pair in pairs)
            agree = sum(_is_times(rate, *pair) for pair in telling)
            if agree >= 2 and hits > most:
                best, most = rate, hits
    return best


def _cell(place: int, row: Sequence[Figure | None]) -> Figure | None:
    return row[place] if place < len(row) else None


def _short(value: fmpq, digits: int) -> fmpq:
    """The value to so many significant digits."""
    above, below = Fraction(f"{float(value):.{digits}g}").as_integer_ratio()
    return fmpq(above, below)
