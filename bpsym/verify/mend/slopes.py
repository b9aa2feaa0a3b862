"""Edits of the usual forms of an activation's slope: `1 - a²`, `a (1 - a)` and `1 - a` mixed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.canonical import canonical
from bpsym.verify.mend.around import Around, Edit, Patch
from bpsym.verify.mend.forms import TWO, constant, number, squared, without_factor
from bpsym.verify.tree import Expr, Power, Product, Span, Sum, one_less

if TYPE_CHECKING:
    from collections.abc import Iterator


def slopes(around: Around) -> Iterator[Edit]:
    """`1 - a²`, `a (1 - a)` and `1 - a` mixed up."""
    for node in around.nodes:
        if isinstance(node, Sum) and (of := one_less(node)) is not None:
            yield from _of_one_less(around, node, of)
        if isinstance(node, Product):
            yield from _of_both(around, node)


def _of_one_less(around: Around, tree: Sum, of: Expr) -> Iterator[Edit]:
    place = around.outer(tree)
    if isinstance(of, Power) and constant(of.exponent) == TWO:
        base, written = of.base, around.quote(of.base)
        less = replace(tree, terms=(tree.terms[0], base))
        both = Product(tree.span, (base, less), ("",))
        yield Edit("wrong-activation-derivative", tree, both, place, (Patch(place, f"{written} (1 - {written})"),))
        yield Edit("wrong-activation-derivative", tree, less, tree.span, (Patch(of.span, written),))
        return
    square = replace(tree, terms=(tree.terms[0], Power(of.span, of, number(of.span, TWO))))
    yield Edit("square-forgotten", tree, square, tree.span, (Patch(of.span, squared(around, of)),))
    written = around.quote(of)
    both = Product(tree.span, (of, tree), ("",))
    yield Edit("derivative-incomplete", tree, both, place, (Patch(place, f"{written} (1 - {written})"),))


def _of_both(around: Around, tree: Product) -> Iterator[Edit]:
    """`a (1 - a)`, wherever in a product."""
    for k, factor in enumerate(tree.factors):
        less = one_less(factor) if isinstance(factor, Sum) else None
        if less is None or not isinstance(factor, Sum):
            continue
        square = replace(factor, terms=(factor.terms[0], Power(less.span, less, number(less.span, TWO))))
        changed = replace(tree, factors=(*tree.factors[:k], square, *tree.factors[k + 1 :]))
        for j, other in enumerate(tree.factors):
            if canonical(other) == canonical(less):
                first, second = around.outer(other), around.outer(factor)
                gap = Span(first.start, second.start) if j + 1 == k else first
                patches = (Patch(gap, ""), Patch(less.span, squared(around, less))) if j + 1 == k else ()
                piece = Span(first.start, second.end) if patches else tree.span
                yield Edit("wrong-activation-derivative", tree, without_factor(changed, j), piece, patches)
