"""Brackets: grouping, lists, matrices, bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bpsym.verify import limits
from bpsym.verify.grammar import names
from bpsym.verify.grammar.cursor import CLOSERS, OPENERS, UnreadError, matching, split
from bpsym.verify.grammar.postfix import postfix
from bpsym.verify.grammar.questions import rectangular, says_something, without_end
from bpsym.verify.grammar.remarks import remark
from bpsym.verify.tree import (
    Absolute,
    Call,
    Expr,
    Matrix,
    Name,
    Norm,
    Product,
    Row,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.grammar.parser import Parser
    from bpsym.verify.lexing.lexer import Token

_ROUNDED: Final = {"⌊": "floor", "⌈": "ceil"}


def bracket(parser: Parser) -> Expr:
    """A parenthesis: grouping, a list, a matrix or a remark."""
    start = parser.position
    token = parser.peek()
    close = matching(parser.found, start, parser.end)
    if close >= parser.end:
        raise parser.fail("a bracket is not closed")
    inside = parser.found[start + 1 : close]
    if says_something(inside):
        remark(parser, None, close)
        return postfix(parser)
    parser.position = close + 1
    return listed(parser, inside, token.text, start)


def listed(parser: Parser, inside: Sequence[Token], sign: str, start: int) -> Expr:
    """What a bracket holds: one expression, a list, or the rows of a matrix."""
    parts = _items(inside, sign)
    if not parts:
        raise parser.fail("empty brackets")
    if len(parts) > limits.MATRIX_CELLS:
        raise parser.fail(f"more than {limits.MATRIX_CELLS} entries")
    items = tuple(parser.part(part) for part in parts)
    if sign in _ROUNDED:
        return Call(parser.since(start), Name(parser.since(start), _ROUNDED[sign], spelled=sign), items)
    if len(items) == 1:
        item = items[0]
        if sign == "[" and isinstance(item, Product) and not parser.reading.tex and _run_together(item):
            raise UnreadError("a matrix flattened by copying", parser.since(start), certain=True)
        if isinstance(item, Row) and item.bracket == sign == "[":
            return Matrix(parser.since(start), (item.items,))
        return item
    if sign == "[" and all(_is_row(item, part) for item, part in zip(items, parts, strict=True)):
        rows = [item.items if isinstance(item, Row) else (item,) for item in items]
        return Matrix(parser.since(start), rectangular(rows, parser.since(start)))
    return Row(parser.since(start), items, sign)


def group(parser: Parser) -> Expr:
    """Braces: TeX's grouping."""
    start = parser.position
    close = matching(parser.found, start, parser.end)
    if close >= parser.end:
        raise parser.fail("a brace is not closed")
    inside = parser.found[start + 1 : close]
    parser.position = close + 1
    halves = split(inside, frozenset(["over"]))
    if len(halves) == 2:
        return parser.quotient(parser.part(halves[0]), parser.part(halves[1]), parser.since(start), bar=True)
    if not inside or all(token.kind == "note" for token in inside):
        if parser.peek().kind in ("sub", "sup") and not inside:
            raise parser.fail("a script on nothing")
        return postfix(parser)
    tree = parser.part(inside)
    if isinstance(tree, Name) and parser.peek().kind in ("sub", "sup", "prime", "open"):
        named = names.scripted(parser, tree, start)
        return names.applied(parser, named, start) if isinstance(named, Name) else named
    return tree


def between_bars(parser: Parser) -> Expr:
    """A norm or an absolute value."""
    start = parser.position
    sign = parser.take().text
    parser.bars.append(sign)
    operand = parser.additive()
    parser.bars.pop()
    if parser.peek().kind != "bar" or parser.peek().text != sign:
        raise parser.fail("a bar is not closed")
    parser.position += 1
    return Norm(parser.since(start), operand) if sign == "‖" else Absolute(parser.since(start), operand)


def _items(inside: Sequence[Token], bracket: str) -> list[Sequence[Token]]:
    """The entries of a list: between commas, or numbers and brackets merely apart (`[0.45 0.25]`)."""
    parts = [without_end(part) for part in split(inside, frozenset(["separator", "space", "row", "amp"]))]
    parts = [part for part in parts if part]
    if bracket != "[" or len(parts) != 1:
        return parts
    cuts = _spaced_items(parts[0])
    return cuts if len(cuts) > 1 else _spaced_calls(parts[0]) or parts


def _spaced_calls(part: Sequence[Token]) -> list[Sequence[Token]]:
    """Cut `σ(0.51) σ(1.12)`, calls of one function merely apart; nothing of anything else."""
    starts: list[int] = []
    position = 0
    while position < len(part) - 1:
        name, sign = part[position], part[position + 1]
        is_same = name.kind == "word" and name.text == part[0].text and (name.gap or not position)
        if not is_same or sign.text != "(" or sign.gap:
            return []
        starts.append(position)
        position = matching(part, position + 1, len(part)) + 1
    if len(starts) < 2 or position != len(part):
        return []
    return [part[start:stop] for start, stop in zip(starts, [*starts[1:], len(part)], strict=True)]


def _spaced_items(part: Sequence[Token]) -> list[Sequence[Token]]:
    """Cut a run of signed numbers or of bracketed rows; anything else stays whole."""
    starts: list[int] = []
    depth = 0
    bracketed = part[0].kind == "open"
    for position, token in enumerate(part):
        if depth == 0:
            previous = part[position - 1] if position else None
            if bracketed:
                if token.kind != "open":
                    return [part]
                starts.append(position)
            elif token.kind == "number":
                if not (previous is not None and previous.kind == "operator"):
                    starts.append(position)
            elif token.kind == "operator" and token.text in "+-":
                following = part[position + 1] if position + 1 < len(part) else None
                if following is None or following.gap or (previous is not None and not token.gap):
                    return [part]
                starts.append(position)
            elif token.kind != "dots":
                return [part]
            else:
                starts.append(position)
        if token.kind in OPENERS:
            depth += 1
        elif token.kind in CLOSERS:
            depth -= 1
    return [part[start:stop] for start, stop in zip(starts, [*starts[1:], len(part)], strict=True)]


def _run_together(product: Product) -> bool:
    """Four names and more in a bracket with nothing between: no product, but entries."""
    return (
        len(product.factors) > 3
        and not any(product.operators)
        and all(isinstance(factor, Name) for factor in product.factors)
    )


def _is_row(item: Expr, part: Sequence[Token]) -> bool:
    """A bracketed row of a matrix: `[a, b]`, `[a]`, `[vdots]`."""
    if isinstance(item, Row):
        return item.bracket == "["
    return part[0].kind == "open" and part[0].text == "[" and matching(part, 0, len(part)) == len(part) - 1
