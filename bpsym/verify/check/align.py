"""A formula beside the same formula with numbers put in: which number stands for what."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.tree import (
    Absolute,
    Call,
    Expr,
    Negative,
    Norm,
    Power,
    Product,
    Quotient,
    Row,
    Sum,
    is_numeral,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

Pair = tuple[Expr, Expr]  # formula, numeral (perhaps with its sign)


def pairs(formula: Expr, numeric: Expr) -> list[Pair] | None:
    """Each numeral with the piece of the formula in its place; None where the two differ in form."""
    found: list[Pair] = []
    return found if all(_walk(formula, numeric, found)) else None


def _walk(formula: Expr, numeric: Expr, found: list[Pair]) -> Iterator[bool]:
    if is_numeral(numeric):
        found.append((formula, numeric))
        yield True
        return
    match formula, numeric:
        case (
            (Negative(operand=a), Negative(operand=b))
            | (Absolute(operand=a), Absolute(operand=b))
            | (Norm(operand=a), Norm(operand=b))
        ):
            yield from _walk(a, b, found)
        case Sum(), Sum() if len(formula.signs) == len(numeric.signs):
            for a, b, f, n in zip(formula.terms, numeric.terms, formula.signs, numeric.signs, strict=True):
                if f != n and is_numeral(b):
                    found.append((Negative(a.span, a), b))  # + (-0.3) · 0.1739 worked out as - 0.05217
                    yield True
                elif f != n and isinstance(a, Product) and isinstance(b, Product) and is_numeral(b.factors[0]):
                    first = Negative(a.factors[0].span, a.factors[0])  # + w x worked out as - 0.5 · 2
                    yield from _walk(replace(a, factors=(first, *a.factors[1:])), b, found)
                else:
                    yield f == n
                    yield from _walk(a, b, found)
        case Product(), Product() if len(formula.factors) == len(numeric.factors):
            for a, b in zip(formula.factors, numeric.factors, strict=True):
                yield from _walk(a, b, found)
        case Quotient(), Quotient():
            yield from _walk(formula.numerator, numeric.numerator, found)
            yield from _walk(formula.denominator, numeric.denominator, found)
        case Power(), Power():
            yield from _walk(formula.base, numeric.base, found)
            yield from _walk(formula.exponent, numeric.exponent, found)
        case Call(), Call() if len(formula.arguments) == len(numeric.arguments):
            for a, b in zip(formula.arguments, numeric.arguments, strict=True):
                yield from _walk(a, b, found)
        case Row(), Row() if len(formula.items) == len(numeric.items):
            for a, b in zip(formula.items, numeric.items, strict=True):
                yield from _walk(a, b, found)
        case _:
            yield formula == numeric or _same_text(formula, numeric)


def _same_text(formula: Expr, numeric: Expr) -> bool:
    from bpsym.verify.canonical import canonical

    return canonical(formula) == canonical(numeric)


def turned(formula: Expr) -> Iterator[Expr]:
    """The formula with the factors and summands of its outermost operation in other orders: people swap them."""
    yield formula
    if isinstance(formula, Product) and len(formula.factors) <= 4:
        for order in permutations(formula.factors):
            if order != formula.factors:
                yield Product(formula.span, order, formula.operators)
    elif (
        isinstance(formula, Sum)
        and len(formula.terms) <= 4
        and all(isinstance(term, Product) and len(term.factors) == 2 for term in formula.terms[:-1])
    ):
        swapped = tuple(
            Product(t.span, t.factors[::-1], t.operators) if isinstance(t, Product) and len(t.factors) == 2 else t
            for t in formula.terms
        )
        yield Sum(formula.span, swapped, formula.signs)
