"""Laws held to the shapes a document writes its vectors and matrices with: `x δ^T` where x and δ are rows.

Elsewhere a vector stands or lies as its neighbour needs it, for most who write do not care. One who prints rows as rows
and whose other products all fit has a layout, and a product that does not fit is a slip, if one transpose mends it.
"""

from __future__ import annotations

from contextlib import suppress
from functools import reduce
from itertools import islice
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from bpsym.verify import limits
from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.check.verdicts import Verdict
from bpsym.verify.disclaimed import is_aside
from bpsym.verify.effort import TooMuchWork, bounded, spend
from bpsym.verify.meaning.keys import LOSS_NAMES, RATES, Key, key
from bpsym.verify.mend.around import Around
from bpsym.verify.mend.layouts import layouts
from bpsym.verify.mend.search import LARGEST, blamed, changed
from bpsym.verify.tree import (
    Call,
    Derivative,
    Differential,
    Expr,
    Matrix,
    Name,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpsym.verify.check.state import State
    from bpsym.verify.check.verdicts import Judgement
    from bpsym.verify.tree import Document, Statement

Shape = tuple[int, ...]  # rows and columns; () of a number
PASSES = 3  # over the definitions of a document
CONFIRMED = 2  # laws whose products fit, for each that does not
NODE = 2  # units of work a node of a formula is
MOST_EDITS = 60
NUMBER: Shape = ()
_ELEMENTWISE = frozenset(["⊙", "∘"])
_COUNTS = frozenset(["n", "m", "N", "B", *RATES])
_QUIET = (Verdict.RIGHT, Verdict.UNDECIDED, Verdict.NOTE)


class _MisfitError(Exception):
    """Shapes that do not go together as they are written."""


class _Law(Struct, frozen=True):
    statement: Statement
    left: Expr
    right: Expr
    fits: bool


def held_to_layout(found: Sequence[Judgement], document: Document, state: State) -> list[Judgement]:
    """The judgements, with the laws blamed that do not fit as they lie, where all the others do."""
    wrong: dict[Any, Judgement] = {}
    with suppress(TooMuchWork), bounded(limits.LAID):
        shapes = _shapes(document.statements)
        quiet = {j.span for j in found if j.verdict in _QUIET}
        laws = list(_laws(document.statements, shapes)) if len(shapes) > 1 else []
        misfits = [law for law in laws if not law.fits]
        if len(laws) - len(misfits) >= CONFIRMED * max(len(misfits), 1):
            for law in misfits:
                misfit = _blamed(law, document, state, shapes) if law.right.span in quiet else None
                if misfit is None:
                    return list(found)  # perhaps it is none of the layouts people have
                wrong[law.right.span] = misfit
    return [wrong.get(j.span, j) for j in found]


def _blamed(law: _Law, document: Document, state: State, shapes: Mapping[Key, Shape]) -> Judgement | None:
    """A law with the transpose, or the order of factors, by which it fits."""
    if sum(1 for _ in walk(law.right)) > LARGEST:
        return None
    around = Around(law.left, law.right, law.statement, document.statements, document.text)
    wanted = _of_left(law.left, shapes)
    for edit, tree in islice(changed(around, layouts(around)), MOST_EDITS):
        try:
            shape = _shape(tree, shapes)
        except _MisfitError:
            continue
        if edit.rule != "elementwise" and shape is not None and shape == (wanted or shape):
            return blamed(around, edit, tree, state)
    return None


def _laws(statements: Sequence[Statement], shapes: Mapping[Key, Shape]) -> Iterator[_Law]:
    """The formulas with a product of vectors or matrices whose shapes are known, and whether they fit."""
    for statement in statements:
        left = statement.terms[0]
        if is_aside(statement):
            continue
        for relation, right in zip(statement.relations, statement.terms[1:], strict=True):
            if relation.kind in "=←" and kind_of(right) is Kind.SYMBOLIC and _multiplies(right, shapes):
                wanted = _of_left(left, shapes)
                with suppress(_MisfitError):
                    shape = _shape(right, shapes)
                    if shape is not None:
                        yield _Law(statement, left, right, wanted in (None, shape))
                    continue
                yield _Law(statement, left, right, fits=False)


def _multiplies(tree: Expr, shapes: Mapping[Key, Shape]) -> bool:
    """Whether it has a matrix product in it, of two arrays of known shapes."""
    for node in walk(tree):
        for k, sign in enumerate(node.operators if isinstance(node, Product) else ()):
            pair = node.factors[k : k + 2] if isinstance(node, Product) else ()
            if sign not in _ELEMENTWISE and all(_known(factor, shapes) for factor in pair):
                return True
    return False


def _known(tree: Expr, shapes: Mapping[Key, Shape]) -> bool:
    try:
        return bool(_shape(tree, shapes))
    except _MisfitError:
        return True


def _shapes(statements: Sequence[Statement]) -> dict[Key, Shape]:
    """The shapes of a document's names: as they are printed, of what is printed in one way only; as defined."""
    printed: dict[Key, set[Shape]] = {}
    for statement in statements:
        last, name = statement.terms[-1], _name(statement.terms[0])
        if name is not None and kind_of(last) is Kind.NUMBER:
            shape = _literal(last)
            printed.setdefault(name, set()).update(() if shape is None else (shape,))
    shapes = {name: next(iter(found)) for name, found in printed.items() if len(found) == 1}
    for _ in range(PASSES):
        before = len(shapes)
        for statement in statements:
            name = _name(statement.terms[0])
            if name is None or name in printed or name in shapes:
                continue
            for term in statement.terms[1:]:
                with suppress(_MisfitError):
                    shape = _shape(term, shapes)
                    if shape is not None:
                        shapes[name] = shape
                        break
        if len(shapes) == before:
            break
    return shapes


def _literal(tree: Expr) -> Shape | None:
    """The shape of a matrix in numbers, or of one number; a plain list stands or lies."""
    if isinstance(tree, Transpose):
        inner = _literal(tree.operand)
        return None if inner is None else inner[::-1]
    if isinstance(tree, Matrix):
        shape = (len(tree.rows), len(tree.rows[0]))
        return NUMBER if shape == (1, 1) else shape
    inside = tree.operand if isinstance(tree, Negative) else tree
    return NUMBER if isinstance(inside, Number) else None


def _name(tree: Expr) -> Key | None:
    """What a left-hand side is about: a name, or the slope of one, which is as large."""
    if isinstance(tree, Name):
        return key(tree)._replace(new=False)
    if isinstance(tree, Differential) and tree.symbol == "d" and isinstance(tree.of, Name):
        return key(tree.of)
    is_of_loss = isinstance(tree, Derivative) and isinstance(tree.of, Name) and tree.of.base in LOSS_NAMES
    if isinstance(tree, Derivative) and is_of_loss and isinstance(tree.wrt, Name) and tree.order == 1:
        return key(tree.wrt)
    return None


def _of_left(tree: Expr, shapes: Mapping[Key, Shape]) -> Shape | None:
    name = _name(tree)
    return None if name is None else shapes.get(name)


def _shape(tree: Expr, shapes: Mapping[Key, Shape]) -> Shape | None:
    """The shape of a formula as it is written; None where one of its names has none."""
    spend(NODE)
    match tree:
        case Number():
            return NUMBER
        case Matrix():
            return _literal(tree)
        case Name() if tree.base in _COUNTS and not tree.sub:
            return NUMBER
        case Name() | Derivative() | Differential(of=Name()):
            return _of_left(tree, shapes)
        case Differential(of=Transpose(operand=of)):
            return _turned(_of_left(of, shapes))
        case Transpose(operand=operand):
            return _turned(_shape(operand, shapes))
        case Negative(operand=operand) | Call(arguments=(operand,)):
            return _shape(operand, shapes)
        case Power(base=base):
            return _shape(base, shapes) if _shape(tree.exponent, shapes) == NUMBER else None
        case Quotient(numerator=above, denominator=below):
            return _shape(above, shapes) if _shape(below, shapes) == NUMBER else None
        case Sum(terms=terms):
            return reduce(_added, [_shape(term, shapes) for term in terms])
        case Product():
            return _multiplied(tree, shapes)
    return None


def _turned(shape: Shape | None) -> Shape | None:
    return None if shape is None else shape[::-1]


def _added(left: Shape | None, right: Shape | None) -> Shape | None:
    """The shape of a sum, or of a product of entries: a row goes along a matrix, and a column; a number with all."""
    if left is None or right is None:
        return None
    if left == right or NUMBER in (left, right):
        return left or right
    if all(a == b or 1 in (a, b) for a, b in zip(left, right, strict=True)) and max(left) > 1 < max(right):
        whole = (max(left[0], right[0]), max(left[1], right[1]))
        if whole in (left, right):
            return whole
    raise _MisfitError


def _multiplied(tree: Product, shapes: Mapping[Key, Shape]) -> Shape | None:
    """The shape of a product: those written side by side first, then those of entries."""
    groups: list[Shape | None] = [_shape(tree.factors[0], shapes)]
    for sign, factor in zip(tree.operators, tree.factors[1:], strict=True):
        shape = _shape(factor, shapes)
        if sign in _ELEMENTWISE:
            groups.append(shape)
        elif sign in ("", "·", "@"):
            groups[-1] = _times(groups[-1], shape)
        else:
            groups[-1] = _scaled(groups[-1], shape)
    return reduce(_added, groups)


def _times(left: Shape | None, right: Shape | None) -> Shape | None:
    if left is None or right is None:
        return None
    if NUMBER in (left, right):
        return left or right
    if left[1] != right[0]:
        if left == right:  # entry by entry, a(1 - a)
            return left
        raise _MisfitError
    shape = (left[0], right[1])
    return NUMBER if shape == (1, 1) else shape


def _scaled(left: Shape | None, right: Shape | None) -> Shape | None:
    """Of `×` and `*`, which are of numbers, of entries or of matrices."""
    return left or right if left is not None and right is not None and NUMBER in (left, right) else None
