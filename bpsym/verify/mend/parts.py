"""Edits of whole factors and terms: one missing, one too much, a sum over nothing."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.canonical import canonical
from bpsym.verify.meaning.keys import RATES, key
from bpsym.verify.mend.around import Around, Edit, Patch
from bpsym.verify.mend.forms import constant, fraction, number, without_factor
from bpsym.verify.tree import BigSum, Call, Derivative, Expr, Name, Negative, Product, Quotient, Span, Sum, equals_one

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.verify.check.state import State

_LETTER = re.compile(r"[^\W\d]\}?\s*\Z")  # at the end of a factor
_BRACKET = re.compile(r"\s*(?:\\left\s*)?[(\[]")
PLAIN = (Fraction(2), Fraction(1, 2), Fraction(4), Fraction(3), Fraction(1, 4))


def sums(around: Around) -> Iterator[Edit]:
    """What stands under the sign of a sum, without it."""
    for node in around.nodes:
        if isinstance(node, BigSum):
            patch = Patch(Span(node.span.start, node.body.span.start), "")
            yield Edit("sum-too-much", node, node.body, node.span, (patch,))


def constants_left_out(around: Around) -> Iterator[Edit]:
    """The formula without one of its constant factors."""
    for node in around.nodes:
        for k, factor in enumerate(node.factors) if isinstance(node, Product) else ():
            if isinstance(node, Product) and constant(factor) is not None:
                yield from _without_factor(around, node, k, factor)


def left_out(around: Around) -> Iterator[Edit]:
    """The formula without one of its factors, divisors or terms."""
    for node in around.nodes:
        if isinstance(node, Product):
            for k, factor in enumerate(node.factors):
                yield from _without_factor(around, node, k, factor)
        elif isinstance(node, Quotient):
            patch = Patch(node.span, around.quote(node.numerator))
            what = around.quote(node.denominator)
            yield Edit("divisor-too-much", node, node.numerator, node.span, (patch,), what)
    for node in around.nodes:
        if isinstance(node, Sum):
            yield from (_without_term(around, node, k) for k in range(len(node.terms)))


def upside_down(around: Around) -> Iterator[Edit]:
    """A factor that should divide, a divisor that should multiply."""
    for node in around.nodes:
        if isinstance(node, Product):
            for factor in node.factors:
                one = Quotient(factor.span, number(factor.span, Fraction(1)), factor)
                written = around.quote(factor)
                text = f"\\frac{{1}}{{{written}}}" if around.tex else f"(1/{written})"
                yield Edit("divisor", factor, one, around.outer(factor), (Patch(around.outer(factor), text),), written)
        elif isinstance(node, Quotient):
            below, above = around.quote(node.denominator), node.numerator
            factors, joins = (above.factors, above.operators) if isinstance(above, Product) else ((above,), ())
            new = Product(node.span, (*factors, node.denominator), (*joins, ""))
            text = f"{around.quote(node.numerator)} {f'({below})' if isinstance(node.denominator, Sum) else below}"
            yield Edit("multiplier", node, new, node.span, (Patch(node.span, text),), below)


def _without_factor(around: Around, tree: Product, place: int, factor: Expr) -> Iterator[Edit]:
    first = Span(around.outer(factor).start, around.outer(tree.factors[1]).start)
    gap = first if place == 0 else _behind(around, tree, place)
    rule = "learning-rate-twice" if isinstance(factor, Name) and factor.base in RATES else "factor-too-much"
    yield Edit(rule, tree, without_factor(tree, place), tree.span, (Patch(gap, ""),), around.quote(factor))


def _behind(around: Around, tree: Product, place: int) -> Span:
    """A factor with what stands between it and the one before."""
    return Span(around.outer(tree.factors[place - 1]).end, around.outer(tree.factors[place]).end)


def _without_term(around: Around, tree: Sum, place: int) -> Edit:
    terms = tree.terms[:place] + tree.terms[place + 1 :]
    signs = tree.signs[:place] + tree.signs[place + 1 :]
    new: Expr = replace(tree, terms=terms, signs=signs)
    if len(terms) == 1:
        new = terms[0] if signs[0] > 0 else Negative(tree.span, terms[0])
    gap = Span(tree.span.start, around.outer(tree.terms[1]).start)
    if place:
        gap = Span(around.outer(tree.terms[place - 1]).end, around.outer(tree.terms[place]).end)
    patches = (Patch(gap, ""),) if place or signs[0] > 0 else ()
    return Edit("term-too-much", tree, new, tree.span, patches, around.quote(tree.terms[place]))


def missing_numbers(around: Around, state: State) -> Iterator[Edit]:
    """A factor 2 or ½, the number of something or one by it, missing."""
    sizes = [name for name in around.names if not name.sub and not name.layer and state.scope.count(key(name))]
    for term in _places(around.right):
        for value in PLAIN:
            written = fraction(value, bar=around.tex)
            factor = number(term.span, value)
            yield _times(around, term, factor, written, "factor-missing")
        for size in sizes:
            one = Quotient(term.span, number(term.span, Fraction(1)), size)
            name = around.quote(size)
            written = f"\\frac{{1}}{{{name}}}" if around.tex else f"(1/{name})"
            yield _times(around, term, one, written, "factor-missing")
            yield _times(around, term, size, name, "factor-missing")


def missing_factors(around: Around) -> Iterator[Edit]:
    """A factor of the document missing, or the slope of one of its functions."""
    for term in _places(around.right, 1):
        for factor in _slopes_and_factors(around):
            rule = "factor-missing"
            if isinstance(factor, Call) and "prime" in factor.function.marks:
                rule = "activation-derivative-forgotten"
            elif isinstance(factor, Name) and factor.base in RATES:
                rule = "learning-rate-forgotten"
            yield _times(around, term, factor, _spelled(around, factor), rule)


def _spelled(around: Around, factor: Expr) -> str:
    written = around.quote(factor)
    if isinstance(factor, Call) and "prime" in factor.function.marks and "'" not in written and "prime" not in written:
        at = len(around.head(factor.function))
        return f"{written[:at]}'{written[at:]}"
    return f"({written})" if isinstance(factor, Sum) else written


def _slopes_and_factors(around: Around) -> Iterator[Expr]:
    told = {canonical(factor) for factor in around.factors}
    yield from around.factors
    for call in around.calls:
        if len(call.arguments) == 1 and not call.function.marks:
            slope = replace(call, function=replace(call.function, marks=("prime",)))
            if canonical(slope) not in told:
                yield slope


def _places(tree: Expr, depth: int = 3) -> Iterator[Expr]:
    """What a factor may be missing from: all of a formula, its terms, those of a sum in brackets."""
    yield tree
    match tree:
        case Sum():
            inner: tuple[Expr, ...] = tree.terms
        case BigSum():
            inner = tree.body.terms if isinstance(tree.body, Sum) else ()
        case Quotient():
            inner = tree.numerator.terms if isinstance(tree.numerator, Sum) else ()
        case Product():
            inner = tuple(t for f in tree.factors if isinstance(f, Sum) for t in f.terms)
        case _:
            inner = ()
    for term in inner if depth else ():
        yield from _places(term, depth - 1)


def _times(around: Around, term: Expr, factor: Expr, written: str, rule: str) -> Edit:
    sign = _sign_between(term)
    for one in term.factors if isinstance(term, Product) else (term,):
        if equals_one(one):
            return Edit(rule, one, factor, one.span, (Patch(one.span, written),), written)
    inner, joins = (term.factors, term.operators) if isinstance(term, Product) else ((term,), ())
    was = around.quote(term)
    if isinstance(term, Sum):
        was = f"({was})" if not around.tex else f"\\left({was}\\right)"
    joint = {"": " ", "⊙": " \\odot " if around.tex else " ⊙ "}.get(sign, f" {sign} ")
    is_call = not sign and _LETTER.search(written) is not None and _BRACKET.match(was) is not None  # x(a - t)
    if is_call and not isinstance(term, Sum):
        new: Expr = Product(term.span, (*inner, factor), (*joins, sign))
        text = f"{was}{joint}{written}"
    else:
        new = Product(term.span, (factor, *inner), (sign, *joins))
        text = f"{written}{joint}{was}"
    return Edit(rule, term, new, term.span, (Patch(term.span, text),), written)


def _sign_between(term: Expr) -> str:
    """How factors are joined in a term."""
    if isinstance(term, Product):
        return "*" if "*" in term.operators else "⊙" if "⊙" in term.operators else ""
    return ""


def missing_terms(around: Around) -> Iterator[Edit]:
    """A term missing: a path by which the loss depends on something, or a term of the document."""
    right = around.right
    terms = right.terms if isinstance(right, Sum) else (right,)
    signs = right.signs if isinstance(right, Sum) else (1,)
    known = {canonical(term): around.quote(term) for term in reversed(around.terms)}
    told = {canonical(term) for term in (*terms, around.left)}
    for term in (*_paths(around), *around.terms):
        name = canonical(term)
        if name in told:
            continue
        told.add(name)
        written = known.get(name, "")  # how the document writes it
        for sign in (1, -1):
            new = Sum(right.span, (*terms, term), (*signs, sign))
            end = Span(right.span.end, right.span.end)
            patches = (Patch(end, f" {'+' if sign > 0 else '-'} {written}"),) if written else ()
            yield Edit("term-missing", right, new, right.span, patches, written or name)


def _paths(around: Around) -> Iterator[Expr]:
    """∂E/∂y and ∂E/∂y · ∂y/∂x, for every y of the document."""
    left = around.left
    if not isinstance(left, Derivative) or not isinstance(left.wrt, Name) or left.order != 1:
        return
    for name in around.names:
        if canonical(name) not in (canonical(left.wrt), canonical(left.of)):
            outer, inner = replace(left, wrt=name), replace(left, of=name)
            yield outer
            yield Product(left.span, (outer, inner), ("",))
