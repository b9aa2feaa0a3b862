"""Small questions about tokens and trees, asked by several rules of the grammar."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from bpsym.verify.symbols import FUNCTION_LETTERS, FUNCTIONS, UNIT_NAMES
from bpsym.verify.tree import (
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
    Negative,
    Number,
    Power,
    Product,
    Row,
    Span,
    Transpose,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.lexing.lexer import Token

TIMES: Final = frozenset(["*", "×", "·", "x", "⊙", "@", "⊗", "•"])
STARTS: Final = frozenset(
    "number word open begin-group begin diff big frac sqrt accent brace label dots set unknown".split(),
)


def as_differential(tree: Expr) -> Differential | None:
    """A differential, also one spelled with a lone d or δ: `d E`, `\\delta E`."""
    if isinstance(tree, Differential):
        return tree
    if isinstance(tree, Derivative) and tree.symbol == "∂" and tree.wrt is None:
        return Differential(tree.span, tree.of, "∂")
    if isinstance(tree, Power) and isinstance(tree.base, Differential):
        return replace(tree.base, of=Power(tree.span, tree.base.of, tree.exponent))
    if isinstance(tree, Product) and len(tree.factors) == 2 and tree.operators == ("",):
        head, of = tree.factors
        if isinstance(head, Name) and head.base in ("d", "delta") and not (head.sub or head.layer or head.marks):
            return Differential(tree.span, of, "d" if head.base == "d" else "δ")
    if isinstance(tree, Name) and tree.base == "d" and tree.sub and tree.spelled.startswith("d_"):
        letters = tree.sub[0].rstrip("0123456789")  # d_loss / d_w1
        if letters.isalpha():
            rest = tuple(part for part in (tree.sub[0][len(letters) :], *tree.sub[1:]) if part)
            return Differential(tree.span, replace(tree, base=letters, sub=rest, spelled=tree.spelled[2:]), "d")
    if isinstance(tree, Name) and tree.base in ("d", "delta") and not tree.sub:
        return Differential(tree.span, Missing(tree.span), "d" if tree.base == "d" else "δ")
    return None


def lone_differential(factors: Sequence[Expr], operators: Sequence[str], divisor: Expr) -> bool:
    """Whether the last two factors are a d and what it stands before, above another differential: `d ŷ / dz`."""
    if len(factors) < 2 or operators[-1] or as_differential(divisor) is None:
        return False
    head = factors[-2]
    return isinstance(head, Name) and head.base == "d" and not (head.sub or head.layer or head.marks)


def is_one(tree: Expr) -> bool:
    """The 1 of an indicator: `\\mathbb{1}[z > 0]`."""
    return isinstance(tree, Number) and tree.text == "1"


def as_factor(condition: Expr) -> Expr:
    """A condition among factors is 1 where it holds, else 0: `\\mathbb{1}[z > 0]`, `dh * (z > 0)`."""
    if not isinstance(condition, Comparison):
        return condition
    one, none = (Number(condition.span, text, Fraction(int(text)), 0, 1) for text in "10")
    return Cases(condition.span, (Case(condition.span, one, condition, ""), Case(condition.span, none, None, "")))


def standing(span: Span, tree: Expr) -> Expr:
    """The transpose; a list of numbers stood upright, `(0.5, 0.3)^T`, is a column."""
    if isinstance(tree, Row) and tree.items and all(isinstance(item, (Number, Negative)) for item in tree.items):
        return Matrix(span, tuple((item,) for item in tree.items))
    return Transpose(span, tree)


def names_function(name: Name) -> bool:
    """`\\sigma_{softmax}`, `g_{ReLU}`: a subscript that is a function makes the name one."""
    return any(part in FUNCTIONS for part in name.sub) and name.base in FUNCTION_LETTERS | {"h", "a"}


def unit(name: Name, arguments: tuple[Expr, ...]) -> str:
    """`E(total)`, `out(h1)`: the unit in the parentheses, or nothing."""
    if name.base not in UNIT_NAMES or name.sub or len(arguments) != 1:
        return ""
    only = arguments[0]
    if not isinstance(only, Name) or only.marks or only.layer or len(only.sub) > 1:
        return ""
    if only.base == "total" and not only.sub:
        return "total"
    number = only.sub[0] if only.sub else ""
    if only.base in ("h", "o", "H", "O") and number.isdigit():
        return only.base + number
    return ""


def contains(tree: Expr, name: Name) -> bool:
    """Does the name occur in it again (`a(1 - a)`)?"""
    key = (name.base, name.sub, name.layer, name.marks)
    functions = {id(node.function) for node in walk(tree) if isinstance(node, Call)}
    return any(
        isinstance(node, Name) and (node.base, node.sub, node.layer, node.marks) == key and id(node) not in functions
        for node in walk(tree)
    )


def says_something(inside: Sequence[Token]) -> bool:
    """Words beside something else, or a value in passing."""
    if not inside:
        return False
    return inside[0].kind == "relation" or any(token.kind == "note" for token in inside)


def juxtaposed(tree: Product, first: Token) -> bool:
    """`a(1 - a)`, read as one operand though it is two factors."""
    return not any(tree.operators) and first.kind in ("word", "begin-group", "accent")


def only_words(inside: Sequence[Token]) -> bool:
    """Plain words, one of them long: `y (true label)`."""
    return (
        bool(inside)
        and all(token.kind == "word" and not token.tail for token in inside)
        and any(len(token.text) > 3 for token in inside)
        and not (len(inside) == 1 and inside[0].text == "total")
    )


def only_remark(part: Sequence[Token]) -> bool:
    """Nothing but words marked as words."""
    return all(token.kind == "note" for token in part)


def without_end(cell: Sequence[Token]) -> Sequence[Token]:
    """A cell without the comma or full stop behind it."""
    while cell and cell[-1].kind in ("separator", "space", "dot"):
        cell = cell[:-1]
    while cell and cell[0].kind == "space":
        cell = cell[1:]
    return cell


def rectangular(rows: Sequence[tuple[Expr, ...]], span: Span) -> tuple[tuple[Expr, ...], ...]:
    """Rows of one length; what was not written is Missing."""
    width = max(len(row) for row in rows)
    return tuple(row + (Missing(span),) * (width - len(row)) for row in rows)


def product(span: Span, factors: Sequence[Expr], operators: Sequence[str]) -> Expr:
    """Factors multiplied; a gradient reaches on to its last variable: `∇_x xᵀ A x` is the gradient of xᵀ A x."""
    first, *_ = factors
    if isinstance(first, Derivative) and first.symbol == "∇" and isinstance(first.wrt, Name):
        together = next((k for k, operator in enumerate(operators) if operator), len(operators)) + 1
        of = (first.of, *factors[1:together])
        reached = [k for k, factor in enumerate(of) if _names(factor, first.wrt)]
        if reached[:1] == [0] and len(reached) > 1 and not isinstance(first.of, Call):
            end = reached[-1] + 1
            inner = Product(Span(of[0].span.start, of[end - 1].span.end), of[:end], ("",) * (end - 1))
            whole = replace(first, of=inner, span=Span(first.span.start, inner.span.end))
            factors, operators = (whole, *factors[end:]), operators[end - 1 :]
    return factors[0] if len(factors) == 1 else Product(span, tuple(factors), tuple(operators))


def _names(tree: Expr, name: Name) -> bool:
    """Whether a tree names something with the same letters and indices."""
    spelled = (name.base, name.sub, name.layer)
    return any(isinstance(node, Name) and (node.base, node.sub, node.layer) == spelled for node in walk(tree))
