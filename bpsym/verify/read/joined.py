"""A formula in a cell of a table beside its value, and what in the row it is the formula of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flint import fmpq
from msgspec.structs import replace

from bpsym.verify.constants import is_e_or_pi
from bpsym.verify.tree import (
    BigSum,
    Call,
    Cell,
    Context,
    Derivative,
    Differential,
    Expr,
    Name,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Span,
    Statement,
    Sum,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpsym.verify.tree import Node

_VALUE: Final = re.compile(
    r"^\s*(?:numerical\s+)?(?:values?|results?|numbers?|数值|值|结果|計算値|valor(?:es)?|resultados?|ergebnis(?:se)?"
    r"|werte?|r[ée]sultats?|valeurs?|risultat[oi]|valor[ei]|значени[ея]|результат|=)\s*$",
    re.IGNORECASE,
)
_RULE: Final = re.compile(
    r"formula|rule|equation|expression|symbol|definition|公式|法则|式|f[oó]rmula|regla|formel|formule|формула",
    re.IGNORECASE,
)
_WORKED: Final = re.compile(
    r"calculat|comput|number|numeric|substitut|working|plug|计算|代入|数値|c[aá]lculo|rechnung|zahlen|calcul|вычисл|числ",
    re.IGNORECASE,
)
SHORT: Final = 3  # letters of a name
MOST_PLACES: Final = 36  # of a figure
LARGEST: Final = 10**30
Row = tuple[Cell, ...]
Figure = tuple[fmpq, fmpq]  # a number and half a unit of its last digit
Identity = tuple[str, tuple[str, ...], tuple[str, ...]]  # base, indices and layer of a name


def figure_of(tree: Node | None) -> Figure | None:
    """A figure and half a unit of its last digit."""
    sign, tree = (-1, tree.operand) if isinstance(tree, Negative) else (1, tree)
    if not isinstance(tree, Number) or abs(tree.places) > MOST_PLACES or tree.value > LARGEST:
        return None
    return fmpq(sign * tree.value.numerator, tree.value.denominator), fmpq(1, 2) / fmpq(10) ** tree.places


def is_figure(tree: Expr | None) -> bool:
    """Whether a cell holds a number."""
    return figure_of(tree) is not None


def given_numbers(statements: Sequence[Statement]) -> dict[Identity, list[Expr]]:
    """The numbers a document sets each name to, in its order: `w = 0.4`."""
    found: dict[Identity, list[Expr]] = {}
    for statement in statements:
        first, *rest = statement.terms
        if isinstance(first, Name) and len(rest) == 1 and is_figure(rest[0]):
            found.setdefault(identity(first), []).append(rest[0])
    return found


def identity(name: Name) -> Identity:
    """What tells a name from others in a table."""
    return name.base + "".join(mark for mark in name.marks if mark == "hat"), name.sub, name.layer


def _is_about(subject: Expr | None, formula: Expr, value: Expr, given: Mapping[Identity, Sequence[Expr]]) -> bool:
    """Whether a formula beside a name says what the name is.

    Beside a weight that has another number, `δ x` or `-0.104 · 0.5` is its gradient; its new value starts from the old.
    """
    name = identity(subject) if isinstance(subject, Name) else None
    numbers = {figure[0] for tree in given.get(name, ()) if (figure := figure_of(tree))} if name is not None else set()
    own = figure_of(value)
    if not numbers or own is None or own[0] in numbers:
        return True
    parts = walk(formula)
    return any(isinstance(part, Name) and identity(part) == name for part in parts) or any(
        figure[0] in numbers for part in parts if (figure := figure_of(part)) is not None
    )


def join(row: Row, head: Row, found: list[Statement], given: Mapping[Identity, Sequence[Expr]]) -> None:
    """`| z | w x + b | 0.8 |`: a chain over the cells of a row."""
    numbers = [k for k, cell in enumerate(row) if is_figure(cell.expr)]
    if len(numbers) != 1 or numbers[0] == 0:
        return
    place = numbers[0]
    value = row[place].expr
    title = head[place].text if place < len(head) else ""
    named = bool(_VALUE.match(title))
    cells = [cell for cell in row[:place] if cell.text] or [row[0]]
    before, further = cells[-1], cells[-2] if len(cells) > 1 else None
    inside = [k for k, s in enumerate(found) if before.span.start <= s.span.start < before.span.end]
    if value is None:
        return
    relation = Relation(Span(value.span.start, value.span.start), "=")
    if inside:
        last = found[inside[-1]]
        is_slope = further is not None and isinstance(_subject(further), Derivative)
        if len(last.terms) == 1 and isinstance(last.terms[0], Name) and not (named or is_slope):
            return  # a weight and some number: nobody says which
        if any(map(is_figure, (last.terms[-1], *getattr(last.terms[-1], "items", ())[:1]))) and not named:
            return  # the cell has its value, or lists several: the other number is something else
        if further is not None and _by_its_formula(cells, head, last, value, found, given):
            return
        subject = _subject(further) if further is not None and len(inside) == 1 else None
        if not _is_about(subject, last.terms[-1], value, given):
            subject = None
        terms, relations = (*last.terms, value), (*last.relations, relation)
        if subject is not None and (len(last.terms) == 1 or not isinstance(last.terms[0], (Name, Derivative))):
            terms, relations = (subject, *terms), (replace(relation, span=last.span), *relations)
            _drop(found, subject.span)
            inside = [k for k, s in enumerate(found) if s is last]
        found[inside[-1]] = replace(
            last, span=Span(terms[0].span.start, value.span.end), terms=terms, relations=relations
        )
        return
    subject = _subject(before)
    formula = isinstance(before.expr, (Derivative, Differential, Sum, Product)) or (
        named and isinstance(before.expr, (Name, Quotient, Power, Call, BigSum))
    )
    if before.expr is None or not formula:
        return
    terms = (before.expr, value)
    first = _subject(further) if further is not None and subject is None else None
    if first is not None and _is_about(first, before.expr, value, given):
        terms = (first, *terms)
    found.append(
        Statement(
            Span(terms[0].span.start, value.span.end),
            terms,
            (relation,) * (len(terms) - 1),
            Context("cell", column=title),
        )
    )


def _by_its_formula(
    cells: Sequence[Cell],
    head: Row,
    last: Statement,
    value: Expr,
    found: list[Statement],
    given: Mapping[Identity, Sequence[Expr]],
) -> bool:
    """Join `| z | w x + b | 0.4·0.5 + 0.1 | 0.3 |`: a formula, the same in numbers, and what that comes to."""
    titles = [cell.text for cell in head][: len(cells)]
    told = len(titles) > 2 and _RULE.search(titles[-2]) and _WORKED.search(titles[-1])
    rule = [s for s in found if cells[-2].span.start <= s.span.start < cells[-2].span.end]
    if not told or len(rule) != 1 or len(rule[0].terms) != 1 or not _is_numeric(last) or _is_numeric(rule[0]):
        return False
    first = [s for s in found if cells[-3].span.start <= s.span.start < cells[-3].span.end]
    subject = _subject(cells[-3])
    heads = first[0].terms if len(first) == 1 else () if subject is None else (subject,)
    if not heads or not isinstance(heads[0], (Name, Derivative, Differential)):
        return False
    if not _is_about(heads[0], rule[0].terms[0], value, given):
        heads = ()
    terms = (*heads, *rule[0].terms, *last.terms)
    terms = terms if is_figure(last.terms[-1]) else (*terms, value)
    joins = tuple(Relation(Span(term.span.start, term.span.start), "=") for term in terms[1:])
    place = found.index(last)
    found[place] = replace(last, span=Span(terms[0].span.start, value.span.end), terms=terms, relations=joins)
    found[:] = [s for s in found if s not in (rule[0], *first)]
    return True


def _is_numeric(statement: Statement) -> bool:
    """Whether it is made of numbers alone."""
    called = {id(n.function) for term in statement.terms for n in walk(term) if isinstance(n, Call)}
    names = (n for term in statement.terms for n in walk(term) if isinstance(n, Name) and id(n) not in called)
    return all(is_e_or_pi(name) for name in names)


def _drop(found: list[Statement], cell: Span) -> None:
    """A name shown in a cell of its own is now the left-hand side of the chain."""
    found[:] = [s for s in found if not (cell.start <= s.span.start < cell.end and len(s.terms) == 1)]


def _subject(cell: Cell) -> Expr | None:
    """A name or a derivative in a cell of its own; a longer word is one of the text."""
    if isinstance(cell.expr, Name) and len(cell.expr.base) > SHORT and not cell.expr.sub:
        return None
    return cell.expr if isinstance(cell.expr, (Name, Derivative, Differential)) else None
