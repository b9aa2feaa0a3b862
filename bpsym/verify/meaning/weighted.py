"""A weighted sum in numbers, `net = 0.6·0.2913 - 0.9·(-0.8005) - 0.15`, with the names its numbers were given for.

Taken only where each number is known again as one weight, one input or one bias, all of one letter, and no weight is
known again in another sum.
"""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from bpsym.verify.meaning.keys import RATES, UPDATABLE, Key, key
from bpsym.verify.tree import Expr, Matrix, Name, Negative, Number, Product, Row, Span, Sum, Transpose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

MOST_TERMS: Final = 12
_BIASES = frozenset(["b", "B", "bias", "Bias", "theta"])

_Known = dict["Fraction", list[Name]]  # by value, the names it was given for
_Weighed = tuple[Expr, list[Name]]  # a formula, and its weights


def weighted_sums(worked: Mapping[Key, Expr], given: Mapping[Key, Expr]) -> dict[Key, Expr]:
    """The formulas of names that are worked out as weighted sums of numbers the document has given names.

    `worked` has computations in numbers, `given` the numbers of names.
    """
    known = _known(given) if worked else {}
    found = {name: made for name, tree in worked.items() if (made := _weighed(tree, known, name)) is not None}
    used = Counter(key(weight) for _, weights in found.values() for weight in weights)
    return {name: tree for name, (tree, weights) in found.items() if all(used[key(weight)] == 1 for weight in weights)}


def _known(given: Mapping[Key, Expr]) -> _Known:
    """The names each number was given for, entries of lists and matrices too."""
    known: _Known = {}
    for name, tree in given.items():
        if name.new or name.base in RATES:
            continue
        whole = Name(tree.span, name.base, name.sub, name.layer)
        for place, (sign, number) in _entries(tree):
            known.setdefault(sign * number.value, []).append(replace(whole, sub=(*whole.sub, *place)))
    return known


def _entries(tree: Expr) -> Iterator[tuple[tuple[str, ...], tuple[int, Number]]]:
    """The numbers in a number, a list or a matrix, each with its place."""
    inside = tree.operand if isinstance(tree, Transpose) else tree
    places: list[tuple[tuple[str, ...], Expr]]
    if isinstance(inside, Matrix):
        height, width = len(inside.rows), len(inside.rows[0])
        lists = height == 1 or width == 1
        cells = [(r, c, cell) for r, row in enumerate(inside.rows, 1) for c, cell in enumerate(row, 1)]
        places = [((str(max(r, c)),) if lists else (str(r), str(c)), cell) for r, c, cell in cells]
    elif isinstance(inside, Row):
        places = [((str(k),), cell) for k, cell in enumerate(inside.items, 1)]
    else:
        places = [((), inside)]
    for place, cell in places:
        if (signed := _signed(cell)) is not None:
            yield place, signed


def _signed(tree: Expr) -> tuple[int, Number] | None:
    """A number and its sign."""
    sign, inside = (-1, tree.operand) if isinstance(tree, Negative) else (1, tree)
    return (sign, inside) if isinstance(inside, Number) else None


def _weighed(tree: Expr, known: _Known, own: Key) -> _Weighed | None:
    """A sum of products in the names of its numbers."""
    if not isinstance(tree, Sum) or not 1 < len(tree.terms) <= MOST_TERMS:
        return None
    terms: list[Expr] = []
    weights: list[Name] = []
    inputs: list[Name] = []
    for sign, term in zip(tree.signs, tree.terms, strict=True):
        pair = _pair(term, sign, known, own) if isinstance(term, Product) else None
        alone = _bias(term, sign, known) if pair is None else None
        if pair is not None:
            weights.append(pair[0])
            inputs.append(pair[1])
            terms.append(Product(term.span, pair, ("·",)))
        elif alone is not None:
            terms.append(alone)
        else:
            return None
    letters = {(name.base, name.layer, len(name.sub)) for name in inputs}
    if not inputs or len({weight.base for weight in weights}) != 1 or len(letters) != 1:
        return None
    if len({key(name) for name in (*weights, *inputs)}) != 2 * len(weights):
        return None
    return replace(tree, terms=tuple(terms), signs=(1,) * len(terms)), weights


def _pair(term: Product, sign: int, known: _Known, own: Key) -> tuple[Name, Name] | None:
    """The weight and the input a product of two numbers is of, where they can be only these."""
    signed = [_signed(factor) for factor in term.factors]
    if len(signed) != 2 or None in signed:
        return None
    (s, left), (t, right) = (each for each in signed if each is not None)
    found: dict[tuple[Key, Key], tuple[Name, Name]] = {}
    for moved in {(sign, 1), (1, sign)}:
        values = moved[0] * s * left.value, moved[1] * t * right.value
        for a, b in product(*(known.get(value, ()) for value in values)):
            weight, entering = (a, b) if _is_weight(a) else (b, a)
            if _is_weight(weight) and entering.base not in UPDATABLE and own not in (key(a), key(b)):
                found[key(weight), key(entering)] = (_at(weight, left.span), _at(entering, right.span))
    return next(iter(found.values())) if len(found) == 1 else None


def _bias(term: Expr, sign: int, known: Mapping[Fraction, list[Name]]) -> Name | None:
    """The bias a number of its own is."""
    signed = _signed(term)
    names = known.get(sign * signed[0] * signed[1].value, []) if signed is not None else []
    biases = {key(name): name for name in names if name.base in _BIASES}
    return _at(next(iter(biases.values())), term.span) if len(biases) == 1 else None


def _is_weight(name: Name) -> bool:
    return name.base in UPDATABLE and name.base not in _BIASES


def _at(name: Name, span: Span) -> Name:
    return replace(name, span=span)
