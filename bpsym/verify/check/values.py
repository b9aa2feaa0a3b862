"""The values a written term can have at a point, read in each way it can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.verify.check.terms import Facts
from bpsym.verify.effort import spend
from bpsym.verify.meaning.algebra import NoValueError
from bpsym.verify.meaning.arrays import Array, Value
from bpsym.verify.meaning.choices import Choices
from bpsym.verify.meaning.denote import denote
from bpsym.verify.meaning.keys import key
from bpsym.verify.meaning.network import FAILURES
from bpsym.verify.meaning.reading import reading
from bpsym.verify.tree import BigSum, Expr, Matrix, Name, Product, Row, Transpose, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.verify.check.state import State
    from bpsym.verify.meaning.indices import Indices
    from bpsym.verify.meaning.scope import Point

READ = 35  # units of work a term is, read in one way, before what its parts are
VARIANTS = tuple(Choices(elementwise, rows) for rows in (False, True) for elementwise in (False, True))
_EACH = tuple(Choices(elementwise, each=True) for elementwise in (False, True))
_LAYOUTS = (Choices(denominator=True),)  # where the shapes fit either way
_SWAPPED = tuple(Choices(swaps=swaps) for swaps in range(1, 6))  # where a bullet says: transpose as the shapes need it
WAYS = (*VARIANTS, *_EACH, *_LAYOUTS, *_SWAPPED)


def values(tree: Expr, state: State, point: Point, indices: Indices | None = None) -> Iterator[Value]:
    """Every value a term can have at a point, the usual reading first; none where it has no value."""
    tried: list[Choices] = []
    last: Value | None = None
    for way in WAYS:
        if any(earlier.settles(way) for earlier in tried) or (tried and not _is_open(tree, way, last, state)):
            continue
        spend(READ)
        choices = way.again()
        tried.append(choices)
        try:
            last = denote(tree, reading(state.scope, point, choices), indices)
        except FAILURES:
            pass
        else:
            yield last
        if not choices.met:
            return


def _is_open(tree: Expr, way: Choices, last: Value | None, state: State) -> bool:
    """Whether a term that has been read is worth reading in another way too; `last` is the value it had, if any."""
    products, sums, bullets, arrays = _facts(tree, state)
    if way.each and not way.elementwise:
        return True
    if way.swaps and not bullets:
        return False
    return last is None or ((products or sums) and (isinstance(last, Array) or arrays))


def why_not(tree: Expr, state: State, point: Point, indices: Indices | None = None) -> NoValueError | None:
    """Why a term has no value at a point; None where it has one."""
    try:
        denote(tree, reading(state.scope, point), indices)
    except NoValueError as error:
        return error
    except FAILURES as error:
        return NoValueError(str(error))
    return None


def _facts(tree: Expr, state: State) -> Facts:
    """What in a term can be read in several ways, looked for once."""
    kept = state.facts.get(id(tree))
    if kept is not None:
        return kept[1]
    products = sums = bullets = arrays = False
    for node in walk(tree):
        if isinstance(node, Product):
            products = True
            bullets = bullets or any(sign.startswith("•") for sign in node.operators)
        elif isinstance(node, BigSum):
            sums = sums or not node.index
        elif isinstance(node, Name) and (macro := state.scope.macros.get(key(node))) is not None:  # z, for x W
            arrays, products = True, products or any(isinstance(inner, Product) for inner in walk(macro))
        elif isinstance(node, (Matrix, Row, Transpose, Name)):
            arrays = True
    found = Facts(products, sums, bullets, arrays)
    state.facts[id(tree)] = tree, found
    return found
