"""Edits of transposes, of the order of a product's factors, and of the kind of product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.mend.around import Around, Edit, Patch
from bpsym.verify.mend.forms import BRACKETS, exchanged
from bpsym.verify.tree import Derivative, Differential, Expr, Matrix, Name, Product, Row, Span, Transpose

if TYPE_CHECKING:
    from collections.abc import Iterator


def layouts(around: Around) -> Iterator[Edit]:
    """A transpose missing or too much, factors in the wrong order, one product for the other."""
    for node in around.nodes:
        if isinstance(node, Product):
            yield from _of_product(around, node)
    inside = {id(node.operand) for node in around.nodes if isinstance(node, Transpose)}
    for node in around.nodes:
        if isinstance(node, Transpose):
            end = around.unmarked(node).end
            mark = around.text[end : node.span.end]
            kept = mark[: len(mark) - len(mark.lstrip(")]} "))]
            patch = Patch(Span(end, node.span.end), kept)
            yield Edit("transposed", node, node.operand, node.span, (patch,))
        elif isinstance(node, (Name, Matrix, Row, Derivative, Differential)) and id(node) not in inside:
            written = around.quote(node)
            plain = isinstance(node, Matrix) or (isinstance(node, Name) and "^" not in written)
            place = around.place(node)
            patch = Patch(place, (written if plain else f"({written})") + around.transpose)
            yield Edit("transposed", node, Transpose(node.span, node), place, (patch,))


def _of_product(around: Around, tree: Product) -> Iterator[Edit]:
    for k, (a, b) in enumerate(zip(tree.factors, tree.factors[1:], strict=False)):
        if isinstance(b, Transpose) and not isinstance(a, Transpose):
            turned = (b.operand, replace(b, operand=a))
            new = replace(tree, factors=(*tree.factors[:k], *turned, *tree.factors[k + 2 :]))
            bare = around.unmarked(b)
            first, second = around.outer(a), Span(around.place(b.operand).start, bare.end)
            piece = Span(first.start, around.outer(b).end)
            yield Edit("outer-product-transposed", tree, new, piece, exchanged(around, first, second))
        new = replace(tree, factors=(*tree.factors[:k], b, a, *tree.factors[k + 2 :]))
        first, second = around.outer(a), around.outer(b)
        piece = Span(first.start, second.end)
        yield Edit("factors-swapped", tree, new, piece, exchanged(around, first, second))
        if (other_way := _other_transposed(around, tree, k)) is not None:
            yield other_way
        other = "" if tree.operators[k] == "⊙" else "⊙"
        new = replace(tree, operators=(*tree.operators[:k], other, *tree.operators[k + 1 :]))
        between = Span(first.end, second.start)
        plain = around.text[between.start : between.end].strip(" \\,;:!") == ""
        patches: tuple[Patch, ...] = ()
        if other and plain:
            patches = (Patch(between, " \\odot " if around.tex else " ⊙ "),)
        elif not other and not BRACKETS.search(around.text, between.start, between.end):
            patches = (Patch(between, " "),)
        yield Edit("elementwise", tree, new, piece, patches)


def _other_transposed(around: Around, tree: Product, k: int) -> Edit | None:
    """`x^T δ` for `x δ^T`, `X^T dZ` for `dZ^T X`: the mark on the first of two factors, where it belongs."""
    a, b = tree.factors[k : k + 2]
    first, second = around.outer(a), around.outer(b)
    if isinstance(a, Differential) and isinstance(a.of, Transpose):
        a = Transpose(a.span, replace(a, of=a.of.operand))
    if isinstance(a, Transpose) is isinstance(b, Transpose):
        return None
    pair = (Transpose(b.span, b), a.operand) if isinstance(a, Transpose) else (Transpose(a.span, a), _bare(b))
    new = replace(tree, factors=(*tree.factors[:k], *pair, *tree.factors[k + 2 :]))
    patches: tuple[Patch, ...] = ()
    if isinstance(b, Transpose) and isinstance(a, Name) and "^" not in around.quote(a):
        mark = Span(around.unmarked(b).end, b.span.end)
        patches = (Patch(first, around.cut(first) + around.transpose), Patch(mark, ""))
    return Edit("outer-product-transposed", tree, new, Span(first.start, second.end), patches)


def _bare(tree: Expr) -> Expr:
    return tree.operand if isinstance(tree, Transpose) else tree
