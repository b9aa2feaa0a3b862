"""Cross-entropies with label and prediction exchanged, `-Σ p_i log y_i` of a label y that is (0, 0, 1).

The logarithm of 0 is none. Read as it stands, such a loss puts all its derivatives in error, which are right: the
document is read with the two names in their places, and only the loss is blamed.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.disclaimed import is_aside
from bpsym.verify.meaning.keys import LOSS_NAMES
from bpsym.verify.meaning.patterns import substituted
from bpsym.verify.mend.around import Around, Edit, Patch
from bpsym.verify.mend.search import blamed
from bpsym.verify.tree import Call, Matrix, Name, Negative, Number, Product, Row, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.verify.check.state import State
    from bpsym.verify.check.verdicts import Judgement
    from bpsym.verify.tree import Document, Expr, Statement

RULE = "other-name"
_LOGARITHMS = frozenset(["log", "ln"])


def with_labels_in_place(document: Document) -> Document:
    """The document with its names where they belong; itself where they are there."""
    pairs = {id(s): pair for s in document.statements if (pair := _exchanged(s, document.statements)) is not None}
    if not pairs:
        return document
    meant = tuple(_meant(s, *pairs[id(s)]) if id(s) in pairs else s for s in document.statements)
    return replace(document, statements=meant)


def with_losses_blamed(found: Sequence[Judgement], document: Document, state: State) -> list[Judgement]:
    """The judgements of the document read so, with the losses blamed."""
    wrong: dict[Any, Judgement] = {}
    for statement in document.statements:
        pair = _exchanged(statement, document.statements)
        if pair is None:
            continue
        right, (first, second) = pair
        around = Around(statement.terms[0], right, statement, document.statements, document.text)
        a, b = around.place(first), around.place(second)
        patches = Patch(a, around.quote(second)), Patch(b, around.quote(first))
        tree = _turned(right, first, second)
        wrong[right.span] = blamed(around, Edit(RULE, right, tree, around.span, patches), tree, state)
    return [wrong.get(j.span, j) for j in found]


def _meant(statement: Statement, right: Expr, pair: tuple[Name, Name]) -> Statement:
    terms = tuple(_turned(term, *pair) if term is right else term for term in statement.terms)
    return replace(statement, terms=terms)


def _turned(tree: Expr, first: Name, second: Name) -> Expr:
    """A formula with two names, each in the other's place."""
    held = replace(second, span=first.span)
    turned: Expr = substituted(tree, second, replace(first, span=second.span))
    return substituted(turned, first, held)


def _exchanged(statement: Statement, every: Sequence[Statement]) -> tuple[Expr, tuple[Name, Name]] | None:
    """The formula of a loss with the name before the logarithm and the one in it, where the latter is a label."""
    left = statement.terms[0]
    if not isinstance(left, Name) or left.base not in LOSS_NAMES or is_aside(statement):
        return None
    for right in statement.terms[1:]:
        pairs = list(_logarithms(right)) if kind_of(right) is Kind.SYMBOLIC else []
        if len(pairs) == 1 and _is_label(pairs[0][1], every) and _is_worked_out(pairs[0][0], every):
            return right, pairs[0]
    return None


def _logarithms(tree: Expr) -> Iterator[tuple[Name, Name]]:
    """`p log y`: the names before a logarithm and in it."""
    for node in walk(tree):
        factors = node.factors if isinstance(node, Product) else ()
        for first, call in pairwise(factors):
            is_log = isinstance(call, Call) and call.function.base in _LOGARITHMS and len(call.arguments) == 1
            if is_log and isinstance(call, Call) and isinstance(first, Name):
                inside = call.arguments[0]
                if isinstance(inside, Name) and inside.base != first.base and inside.sub == first.sub:
                    yield first, inside


def _said(name: Name, every: Sequence[Statement]) -> Statement | None:
    """What a document says first of a name, whole or of one of its entries."""
    same = (s for s in every if isinstance(s.terms[0], Name) and _letter(s.terms[0]) == _letter(name) and s.relations)
    return next(same, None)


def _letter(name: Name) -> tuple[str, tuple[str, ...]]:
    return name.base, name.marks


def _is_label(name: Name, every: Sequence[Statement]) -> bool:
    """Whether a name is given as a list of zeros and a one."""
    said = _said(name, every)
    if said is None or len(said.terms) != 2:
        return False
    last = said.terms[1]
    cells = [c for row in last.rows for c in row] if isinstance(last, Matrix) else getattr(last, "items", ())
    if not isinstance(last, (Matrix, Row)) or not all(isinstance(c, (Number, Negative)) for c in cells):
        return False
    values = sorted(c.value if isinstance(c, Number) else -1 for c in cells)
    return len(values) > 1 and values == [0] * (len(values) - 1) + [1]


def _is_worked_out(name: Name, every: Sequence[Statement]) -> bool:
    """Whether the first thing said of a name is a formula."""
    said = _said(name, every)
    return said is not None and kind_of(said.terms[1]) in (Kind.SYMBOLIC, Kind.MIXED, Kind.NUMERIC)
