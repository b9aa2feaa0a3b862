"""Edits of signs, exponents and numbers, of the usual forms of a slope, and of the order and layout of a product."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.constants import is_exponential
from bpsym.verify.meaning.patterns import substituted
from bpsym.verify.mend.around import Around, Edit, Patch
from bpsym.verify.symbols import PREFIX_FUNCTIONS
from bpsym.verify.tree import (
    Call,
    Expr,
    Name,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Span,
    Sum,
    one_less,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGN = re.compile(r"[+\-−–]")
BRACKETS = re.compile(r"[()\[\]{}]|\\[lr]vert|\\left|\\right")
TWO = Fraction(2)


def signs(around: Around) -> Iterator[Edit]:
    """One term with the other sign; the sign of an exponent."""
    for node in around.nodes:
        if isinstance(node, Sum):
            for place in range(1, len(node.terms)):
                flipped = tuple(-sign if k == place else sign for k, sign in enumerate(node.signs))
                yield Edit("sign", node, replace(node, signs=flipped), *_flip(around, node, place))
        elif isinstance(node, Negative) and node is not around.right and (patches := _unsigned(around, node)):
            yield Edit("sign", node, node.operand, node.span, patches)
        elif isinstance(node, Power) and is_exponential(node):
            yield from _negated(around, node, node.exponent, "exponent-sign")
        elif isinstance(node, Call) and node.function.base == "exp" and len(node.arguments) == 1:
            yield from _negated(around, node, node.arguments[0], "exponent-sign")


def of_negative_powers(around: Around) -> Iterator[Edit]:
    """The constant factor before a negative power with the other sign: -½ (v + ε)^{-3/2} is what a root leaves."""
    for node in around.nodes:
        powers = [constant(n.exponent) for n in walk(node) if isinstance(n, Power)]
        is_negative = any(value is not None and value < 0 for value in powers)
        for factor in node.factors if isinstance(node, Product) and is_negative else ():
            if isinstance(factor, (Number, Quotient)) and constant(factor) is not None:
                place = around.place(factor)
                yield Edit("sign", factor, Negative(factor.span, factor), place, (_before(factor, "-"),))


def differences(around: Around) -> Iterator[Edit]:
    """`y - p` for `p - y`."""
    turned_last = [n for n in around.nodes if isinstance(n, Sum) and one_less(n) is not None]
    others = [n for n in around.nodes if isinstance(n, Sum) and one_less(n) is None]
    for node in (*others, *turned_last):
        if sorted(node.signs) == [-1, 1] and node.signs[0] > 0:
            a, b = node.terms
            turned = replace(node, terms=(b, a))
            if not isinstance(b, Sum) and not isinstance(a, Sum):
                yield Edit("sign", node, turned, node.span, exchanged(around, around.outer(a), around.outer(b)))


def first_sign(around: Around) -> Iterator[Edit]:
    """The first term of a sum with the other sign."""
    for node in around.nodes:
        if isinstance(node, Sum):
            flipped = (-node.signs[0], *node.signs[1:])
            yield Edit("sign", node, replace(node, signs=flipped), *_flip(around, node, 0))


def minus_too_much(around: Around) -> Iterator[Edit]:
    """The formula without the minus it begins with."""
    right = around.right
    if isinstance(right, Negative):
        yield Edit("sign", right, right.operand, around.span, _unsigned(around, right))
    if isinstance(right, Product) and isinstance(right.factors[0], Negative):
        first = right.factors[0]
        new: Expr = replace(right, factors=(first.operand, *right.factors[1:]))
        yield Edit("sign", right, new, around.span, _unsigned(around, first))


def whole_sign(around: Around) -> Iterator[Edit]:
    """The formula with the other sign."""
    right = around.right
    if isinstance(right, Sum):
        patches = [p for k in range(len(right.terms)) for p in _flip(around, right, k)[1]]
        complete = tuple(patches) if len(patches) == len(right.terms) else ()
        yield Edit("sign", right, replace(right, signs=tuple(-s for s in right.signs)), around.span, complete)
    else:
        yield Edit("sign", right, Negative(right.span, right), around.span, (_before(right, "-"),))


def _flip(around: Around, tree: Sum, place: int) -> tuple[Span, tuple[Patch, ...]]:
    """The stretch of a term with its sign, and the sign as it should be; all of the sum where brackets are between."""
    term = tree.terms[place]
    sign = "-" if tree.signs[place] > 0 else "+"
    if place == 0:
        between = around.text[tree.span.start : term.span.start]
        if not _SIGN.search(between):
            return Span(tree.span.start, term.span.end), (_before(tree, "-"),) if sign == "-" else ()
        sign = "" if sign == "+" else sign
        start = tree.span.start
    else:
        start = tree.terms[place - 1].span.end
        between = around.text[start : term.span.start]
    found = list(_SIGN.finditer(between))
    if len(found) != 1:
        return tree.span, ()
    at = start + found[0].start()
    piece = tree.span if BRACKETS.search(between) else Span(at, term.span.end)
    return piece, (Patch(Span(at, at + 1), sign),)


def _unsigned(around: Around, tree: Negative) -> tuple[Patch, ...]:
    match = _SIGN.match(around.text, tree.span.start)
    return (Patch(Span(match.start(), match.end()), ""),) if match else ()


def _before(tree: Expr, text: str) -> Patch:
    return Patch(Span(tree.span.start, tree.span.start), text)


def _negated(around: Around, node: Expr, exponent: Expr, rule: str) -> Iterator[Edit]:
    if isinstance(exponent, Negative):
        new, patches = exponent.operand, _unsigned(around, exponent)
    else:
        new, patches = Negative(exponent.span, exponent), _scaled_exponent(around, exponent, "-")
    yield Edit(rule, node, substituted(node, exponent, new), node.span, patches)


def _scaled_exponent(around: Around, exponent: Expr, factor: str) -> tuple[Patch, ...]:
    """A factor before an exponent, in braces or brackets where it had none."""
    written = around.quote(exponent)
    behind = around.text[: exponent.span.start].rstrip()[-1:]
    if behind == "^":
        return (Patch(exponent.span, f"{{{factor}{written}}}" if around.tex else f"({factor}{written})"),)
    if isinstance(exponent, Sum):
        return (Patch(exponent.span, f"{factor}({written})"),)
    return (_before(exponent, factor),)


def exchanged(around: Around, first: Span, second: Span) -> tuple[Patch, ...]:
    """Two pieces, each in the place of the other."""
    return Patch(first, around.cut(second)), Patch(second, around.cut(first))


def exponents(around: Around) -> Iterator[Edit]:
    """A power off by one or by a half, a square forgotten, the inner factor of an exponent."""
    inside = {id(node.base) for node in around.nodes if isinstance(node, Power)}
    for node in around.nodes:
        if isinstance(node, Power):
            yield from _of_power(around, node)
        elif isinstance(node, Call) and node.function.base == "sqrt" and len(node.arguments) == 1:
            patch = Patch(node.span, around.quote(node.arguments[0]))
            yield Edit("exponent", node, node.arguments[0], node.span, (patch,))
    for node in around.nodes:
        if isinstance(node, (Name, Call)) and id(node) not in inside:
            square = Power(node.span, node, number(node.span, TWO))
            yield Edit("square-forgotten", node, square, node.span, (Patch(node.span, squared(around, node)),))


def _of_power(around: Around, power: Power) -> Iterator[Edit]:
    value = constant(power.exponent)
    if value is not None:
        for other in dict.fromkeys((value - 1, value + 1, -value, value / 2, value * 2, value + 2, value - 2)):
            new = replace(power, exponent=number(power.exponent.span, other))
            text = fraction(other, bar=around.tex, tight=True)
            behind = around.text[: power.exponent.span.start].rstrip()[-1:]
            if behind == "^" and len(text) > 1:
                text = f"{{{text}}}" if around.tex else f"({text})"
            yield Edit("exponent", power, new, power.span, (Patch(power.exponent.span, text),))
        base = power.base
        if value == TWO:
            patch = Patch(power.span, around.quote(base))
            yield Edit("exponent", power, base, power.span, (patch,))
        return
    for factor in (TWO, 1 / TWO):
        scaled = Product(power.exponent.span, (number(power.exponent.span, factor), power.exponent), ("",))
        text = fraction(factor, bar=around.tex) + ("" if around.tex else " * ")
        new = replace(power, exponent=scaled)
        yield Edit("exponent", power, new, power.span, _scaled_exponent(around, power.exponent, text))


def numbers(around: Around) -> Iterator[Edit]:
    """A constant twice or half of what it should be, or one more or less."""
    skipped = {id(node.exponent) for node in around.nodes if isinstance(node, Power)}
    for node in around.nodes:
        if isinstance(node, Quotient) and (value := constant(node)) is not None:
            skipped |= {id(node.numerator), id(node.denominator)}
            for other in (value * 2, value / 2, -value):
                new, text = number(node.span, other), fraction(other, bar=around.tex)
                yield Edit("factor", node, new, node.span, (Patch(node.span, text),))
        if isinstance(node, Number) and id(node) not in skipped and node.places == 0:
            value = node.value
            for other in dict.fromkeys((value * 2, value / 2, value + 1, value - 1)):
                if other != value and other:
                    patch = Patch(node.span, fraction(other, bar=around.tex))
                    yield Edit("factor", node, number(node.span, other), node.span, (patch,))


def without_factor(tree: Product, place: int) -> Expr:
    """A product without one of its factors."""
    factors = tree.factors[:place] + tree.factors[place + 1 :]
    cut = max(place - 1, 0)
    operators = tree.operators[:cut] + tree.operators[cut + 1 :]
    return factors[0] if len(factors) == 1 else replace(tree, factors=factors, operators=operators)


def constant(tree: Expr) -> Fraction | None:
    """The number a formula without names is, as far as it is a plain one."""
    match tree:
        case Number():
            return tree.value
        case Negative(operand=operand):
            value = constant(operand)
            return None if value is None else -value
        case Quotient(numerator=above, denominator=below):
            up, down = constant(above), constant(below)
            return up / down if up is not None and down else None
        case Sum():
            values = [value for value in map(constant, tree.terms) if value is not None]
            products = [sign * value for sign, value in zip(tree.signs, values, strict=False)]
            return sum(products, Fraction(0)) if len(values) == len(tree.terms) else None
    return None


def number(span: Span, value: Fraction) -> Expr:
    """A number as a tree."""
    size = abs(value)
    tree: Expr = Number(span, str(size.numerator), Fraction(size.numerator), 0, len(str(size.numerator)))
    if size.denominator != 1:
        below = Number(span, str(size.denominator), Fraction(size.denominator), 0, len(str(size.denominator)))
        tree = Quotient(span, tree, below)
    return Negative(span, tree) if value < 0 else tree


def fraction(value: Fraction, *, bar: bool, tight: bool = False) -> str:
    """A number as a document writes it."""
    sign = "-" if value < 0 else ""
    up, down = abs(value.numerator), value.denominator
    if down == 1:
        return f"{sign}{up}"
    if bar and not tight:
        return f"{sign}\\frac{{{up}}}{{{down}}}"
    return f"{sign}{up}/{down}" if tight else f"{sign}({up}/{down})"


def squared(around: Around, tree: Expr) -> str:
    """How the square of a piece is written."""
    written = around.quote(tree)
    if isinstance(tree, Call) and tree.function.base in PREFIX_FUNCTIONS and written[-1:] == ")":
        head = around.cut(tree.function.span)
        return f"{head}^2{written[len(head) :]}" if written.startswith(head) and head != written else f"({written})^2"
    return f"{written}^2" if isinstance(tree, Name) and not tree.layer and not tree.marks else f"({written})^2"
