"""TeX's constructions: fractions, derivatives, sums, roots, accents, environments."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.grammar import names, numerals, scripts
from bpsym.verify.grammar.cursor import UnreadError, matching, span_of, split
from bpsym.verify.grammar.postfix import postfix
from bpsym.verify.grammar.questions import STARTS, product, rectangular, without_end
from bpsym.verify.symbols import CASE_ENVIRONMENTS, MATRIX_ENVIRONMENTS, SIGN_WORDS
from bpsym.verify.tree import (
    Annotation,
    BigSum,
    Call,
    Case,
    Cases,
    Comparison,
    Derivative,
    Differential,
    Expr,
    Matrix,
    Missing,
    Name,
    Number,
    Power,
    Product,
    Quotient,
    Row,
    Span,
    Sum,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.grammar.parser import Parser
    from bpsym.verify.lexing.lexer import Token


_CONDITIONS = frozenset(["≠", "<", ">", "≤", "≥"])  # of an index of a sum, beside its bounds


def argument(parser: Parser) -> Expr:
    """An argument of a command: a group or one token."""
    token = parser.peek()
    if token.kind == "begin-group":
        start = parser.position
        close = matching(parser.found, start, parser.end)
        if close >= parser.end:
            raise parser.fail("a brace is not closed")
        parser.position = close + 1
        if close == start + 1:
            raise parser.fail("an empty fraction")
        return parser.part(parser.found[start + 1 : close])
    if token.kind == "word":
        parser.position += 1
        return Name(Span(token.start, token.end), token.text, (token.tail,) if token.tail else (), spelled=token.text)
    return parser.primary()


def fraction(parser: Parser) -> Expr:
    """`\\frac{a}{b}`, `\\frac12`, and the derivatives written so."""
    start = parser.position
    parser.take()
    token = parser.peek()
    if token.kind == "number" and token.text.isdigit() and len(token.text) == 2:  # \frac12
        parser.position += 1
        first, second = (numerals.number(replace(token, text=digit)) for digit in token.text)
        return Quotient(parser.since(start), first, second)
    if token.kind == "number" and token.text.isdigit() and len(token.text) == 1 and parser.peek(1).kind == "number":
        parser.position += 2
        return Quotient(parser.since(start), numerals.number(token), numerals.number(parser.peek(-1)))
    numerator = argument(parser)
    denominator = argument(parser)
    tree = parser.quotient(numerator, denominator, parser.since(start), bar=True)
    if isinstance(tree, Derivative) and isinstance(tree.of, Missing):
        tree = replace(tree, of=parser.operand())
        return replace(tree, span=parser.since(start))
    return tree


def differential(parser: Parser) -> Expr:
    """What begins with ∂, d, Δ or ∇."""
    start = parser.position
    token = parser.take()
    symbol = token.text
    wrt: Expr | None = None
    if parser.peek().kind == "sup" and symbol in "∂d":
        parser.position += 1
        parser.script()
        symbol += "2"
    if parser.peek().kind == "sub":
        parser.position += 1
        part = parser.script()
        wrt = parser.part(part)
        if parser.peek().kind not in STARTS or (symbol != "∇" and parser.peek().kind == "operator"):
            return Differential(parser.since(start), wrt, symbol)  # \partial_{w_5} in a denominator
    if parser.peek().kind not in STARTS and parser.peek().kind != "bar":
        return Differential(parser.since(start), Missing(parser.here()), symbol)
    of = differentiated(parser)
    if symbol == "∇" or wrt is not None:
        return Derivative(parser.since(start), of, wrt, symbol.rstrip("2"))
    return Differential(parser.since(start), of, symbol)


def differentiated(parser: Parser) -> Expr:
    """What stands behind a ∂: a factor; outside TeX also two words (`∂E total`)."""
    tree = postfix(parser)
    following = parser.peek()
    if (
        isinstance(tree, Name)
        and not tree.sub
        and following.kind == "word"
        and following.gap
        and not parser.reading.tex
    ):
        extra = following.text + following.tail
        if following.text == "total" or following.tail:
            parser.position += 1
            tree = replace(tree, sub=(extra,), span=Span(tree.span.start, following.end))
    return tree


def big(parser: Parser) -> Expr:
    """A sum or a product over an index; it reaches to the next plus sign, that of a call to the end of its bracket."""
    start = parser.position
    sign = parser.take()
    symbol = sign.text
    is_call = parser.quote(start) in SIGN_WORDS and parser.peek().kind == "open" and not parser.peek().gap
    lower: Expr | None = None
    upper: Expr | None = None
    index: list[str] = []
    condition: Comparison | None = None
    while parser.peek().kind in ("sub", "sup"):
        below = parser.take().kind == "sub"
        part = parser.script()
        if not part:
            continue
        if below:
            halves = split(part, frozenset(["relation"]))
            index = scripts.words(halves[0]) if halves[0] else []
            if any(token.text in _CONDITIONS for token in part if token.kind == "relation"):
                tree = parser.part(part)
                condition = tree if isinstance(tree, Comparison) else None
                if condition is not None and (ends := _between(condition)) is not None:
                    condition, (lower, letter, upper) = None, ends
                    index = [letter]
                continue
            bounds = halves[1] if len(halves) > 1 else []
            gap = next((k for k, (a, b) in enumerate(pairwise(bounds)) if a.kind == b.kind == "dot"), 0)
            if gap:  # j=1..n
                upper, bounds = parser.part(bounds[gap + 2 :]), bounds[:gap]
            lower = parser.part(bounds) if bounds else None
        else:
            upper = parser.part(part)
    if parser.peek().kind not in STARTS and parser.peek().kind != "bar" and parser.peek().text != "-":
        raise parser.fail("a sum of nothing")
    body = parser.primary() if is_call else parser.multiplicative()
    span = parser.since(start)
    reach = _reach(body, index) if symbol == "Π" and isinstance(body, Product) else 0
    if not reach or not isinstance(body, Product):
        return BigSum(span, tuple(index), lower, upper, body, symbol, condition)
    inside = product(body.span, body.factors[:reach], body.operators[: reach - 1])
    repeated = BigSum(span, tuple(index), lower, upper, inside, symbol, condition)
    return Product(span, (repeated, *body.factors[reach:]), body.operators[reach - 1 :])


def _reach(body: Product, index: list[str]) -> int:
    """How many factors a product over an index repeats: those up to the last one it stands in; 0: all of them."""
    own = [
        k
        for k, factor in enumerate(body.factors)
        for n in walk(factor)
        if isinstance(n, Name) and any(letter in part for part in (n.base, *n.sub, *n.layer) for letter in index)
    ]
    return own[-1] + 1 if own and own[-1] + 1 < len(body.factors) else 0


def _between(condition: Comparison) -> tuple[Expr, str, Expr] | None:
    """Where the letter in the middle of `1 ≤ t ≤ T`, or of `t ≥ i > k`, starts and ends."""
    ascending = set(condition.relations) <= {"≤", "<"}
    if len(condition.terms) != 3 or not (ascending or set(condition.relations) <= {"≥", ">"}):
        return None
    (low, letter, high), strict = condition.terms, [relation in ("<", ">") for relation in condition.relations]
    if not ascending:
        low, high, strict = high, low, strict[::-1]
    if not isinstance(letter, Name) or letter.sub or letter.layer or len(letter.base) != 1:
        return None
    one = Number(condition.span, "1", Fraction(1), 0, 1)
    low = Sum(condition.span, (low, one), (1, 1)) if strict[0] else low
    return low, letter.base, Sum(condition.span, (high, one), (1, -1)) if strict[1] else high


def root(parser: Parser) -> Expr:
    """`\\sqrt{v}`, `\\sqrt[3]{v}`, `√(v)`."""
    start = parser.position
    parser.position += 1
    degree = None
    if parser.peek().kind == "open" and parser.peek().text == "[":
        close = matching(parser.found, parser.position, parser.end)
        degree = parser.part(parser.found[parser.position + 1 : close])
        parser.position = close + 1
    radicand = postfix(parser) if parser.peek().kind == "open" else argument(parser)
    span = parser.since(start)
    if degree is None:
        return Call(span, Name(span, "sqrt", spelled="√"), (radicand,))
    one = Number(span, "1", Fraction(1), 0, 1)
    return Power(span, radicand, Quotient(span, one, degree))


def accent(parser: Parser) -> Expr:
    """`\\hat{y}_1`: a name with a mark."""
    start = parser.position
    mark = parser.take().text
    tree = argument(parser)
    if isinstance(tree, Name):
        tree = replace(tree, marks=tuple(sorted([*tree.marks, mark])))
        named = names.scripted(parser, tree, start)
        return names.applied(parser, named, start) if isinstance(named, Name) else named
    return tree


def braced(parser: Parser) -> Expr:
    """`\\underbrace{x}_{note}`: x, with a remark."""
    parser.position += 1
    tree = argument(parser)
    if parser.peek().kind in ("sub", "sup"):
        parser.position += 1
        part = parser.script()
        formula = None
        if part and not any(token.kind == "note" for token in part):
            try:
                formula = parser.part(part)
            except UnreadError:
                formula = None  # the remark is kept as text
        span = span_of(part)
        text = part[0].text if len(part) == 1 else parser.said(span)
        parser.reading.notes.append(Annotation(span, tree, text, formula))
    return tree


def environment(parser: Parser) -> Expr:
    """A matrix or a case distinction."""
    start = parser.position
    close = matching(parser.found, start, parser.end)
    if close >= parser.end:
        raise parser.fail(f"\\begin{{{parser.peek().text}}} without its end")
    name = parser.peek().text
    inside = parser.found[start + 1 : close]
    parser.position = close + 1
    rows = [row for row in split(inside, frozenset(["row"])) if row]
    if name in CASE_ENVIRONMENTS:
        return Cases(parser.since(start), tuple(case(parser, row) for row in rows))
    cells = [split(row, frozenset(["amp"])) for row in rows]
    if sum(len(row) for row in cells) > limits.MATRIX_CELLS:
        raise parser.fail(f"more than {limits.MATRIX_CELLS} entries")
    if not cells:
        raise parser.fail("an empty matrix")
    if name not in MATRIX_ENVIRONMENTS and len(cells) == 1 and len(cells[0]) == 1:
        return parser.part(cells[0][0])
    grid = [tuple(parser.part(without_end(cell)) for cell in row) for row in cells]
    if all(len(row) == 1 for row in grid) and len(grid) == 1 and isinstance(grid[0][0], (Matrix, Row)):
        return grid[0][0]
    if all(isinstance(row[0], Row) and len(row) == 1 and not row[0].bracket for row in grid):
        return Matrix(
            parser.since(start),
            rectangular([row[0].items for row in grid if isinstance(row[0], Row)], parser.since(start)),
        )
    return Matrix(parser.since(start), rectangular(grid, parser.since(start)))


def case(parser: Parser, row: Sequence[Token]) -> Case:
    """One line of a case distinction."""
    cells = split(row, frozenset(["amp"]))
    if len(cells) == 1:
        cut = next((k for k, token in enumerate(row) if token.kind in ("note", "separator")), len(row))
        cells = [row[:cut], row[cut:]]
    value = parser.part(without_end(cells[0]))
    rest = [token for cell in cells[1:] for token in cell]
    condition: Comparison | None = None
    formula = [token for part in split(rest, frozenset(["note", "separator", "space"])) for token in part]
    if any(token.kind == "relation" for token in formula):
        try:
            tree = parser.part(formula)
            condition = tree if isinstance(tree, Comparison) else None
        except UnreadError:
            condition = None  # the words below still say it
    span = span_of(rest)
    words = " ".join(token.text for token in rest if token.kind == "note")
    if any(token.kind not in ("note", "separator", "space") for token in rest):
        words = parser.said(span)
    return Case(span_of(row), value, condition, words)
