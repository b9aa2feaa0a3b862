"""What stands behind an operand: subscripts, superscripts, primes, and `.T`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.grammar import scripts
from bpsym.verify.grammar.questions import standing
from bpsym.verify.tree import Application, Expr, Indexed, Missing, Name, Negative, Norm, Number, Power, Transpose

if TYPE_CHECKING:
    from bpsym.verify.grammar.walker import Walker


def postfix(parser: Walker) -> Expr:
    """A primary with the scripts behind it."""
    start = parser.position
    tree = parser.primary()
    while True:
        token = parser.peek()
        if token.kind == "sup":
            tree = superscripted(parser, tree, start)
        elif token.kind == "sub":
            parser.position += 1
            part = parser.script()
            if isinstance(tree, Name):
                tree = replace(tree, sub=scripts.with_subscript(tree, part).sub, span=parser.since(start))
            elif isinstance(tree, Indexed):
                tree = replace(tree, sub=(*tree.sub, *scripts.words(part)), span=parser.since(start))
            elif isinstance(tree, Norm):
                tree = replace(tree, sub=tuple(scripts.words(part)), span=parser.since(start))
            elif isinstance(tree, (Number, Missing)):
                raise parser.fail("a subscript on a number")
            else:
                tree = Indexed(parser.since(start), tree, tuple(scripts.words(part)))
        elif token.kind == "prime" and not isinstance(tree, (Number, Missing)):
            parser.position += 1
            if isinstance(tree, Name):
                tree = replace(tree, marks=tuple(sorted([*tree.marks, "prime"])), span=parser.since(start))
            elif isinstance(tree, Application):
                head = replace(tree.head, marks=tuple(sorted([*tree.head.marks, "prime"])))
                tree = replace(tree, head=head, span=parser.since(start))
            else:
                tree = Indexed(parser.since(start), tree, ("'",))
        elif token.kind == "dot" and parser.peek(1).kind == "word" and parser.peek(1).text == "T" and not token.gap:
            parser.position += 2
            tree = Transpose(parser.since(start), tree)
        else:
            return tree


def superscripted(parser: Walker, tree: Expr, start: int) -> Expr:
    """A superscript: layer, mark, transpose or exponent."""
    name = tree if isinstance(tree, Name) else None
    parser.position += 1
    first = parser.position
    token = parser.peek()
    if token.kind == "operator" and token.text == "-":
        parser.position += 1
        exponent: Expr = _tight_exponent(parser)
        return Power(parser.since(start), tree, Negative(parser.since(first), exponent))
    if token.kind == "operator" and token.text == "+" and parser.peek(1).kind == "number" and not parser.peek(1).gap:
        parser.position += 1
        return Power(parser.since(start), tree, _tight_exponent(parser))
    bracketed_plainly = token.kind == "open"
    part = parser.script()
    if bracketed_plainly and parser.reading.tex is False and name is not None and name.base == "e":
        return Power(parser.since(start), tree, parser.part(part))
    whole = parser.found[first : parser.position] if bracketed_plainly else part
    kind = scripts.superscript(name, whole, parser.reading)
    if kind.power or (name is None and kind.layer):
        if not parser.reading.tex and token.kind == "word" and not bracketed_plainly:
            parser.position = first
            return Power(parser.since(start), tree, _tight_exponent(parser))
        return Power(parser.since(start), tree, parser.part(part))
    if isinstance(tree, Name):
        is_whole = kind.transposed and not (kind.layer or kind.marks)  # the mark of a transpose is no part of it
        tree = replace(
            tree,
            layer=(*tree.layer, *kind.layer),
            bracketed=kind.bracketed or tree.bracketed,
            marks=tuple(sorted([*tree.marks, *kind.marks])),
            span=tree.span if is_whole else parser.since(start),
        )
    elif kind.marks:
        tree = Indexed(parser.since(start), tree, tuple("'" if mark == "prime" else mark for mark in kind.marks))
    return standing(parser.since(start), tree) if kind.transposed else tree


def _tight_exponent(parser: Walker) -> Expr:
    """`e^-0.3775`, `e^-net_h1`: the factor right behind the sign."""
    parser.enter()
    tree = postfix(parser)
    parser.leave()
    return tree
