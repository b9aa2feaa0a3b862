"""How well a formula fits together when its names have certain shapes: what it comes to, and what is odd about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpsym.verify.constants import is_exponential
from bpsym.verify.meaning.families import COLUMN, MATRIX, SCALAR, NameFamily, Shape, family
from bpsym.verify.meaning.keys import key
from bpsym.verify.tree import (
    BigSum,
    Call,
    Derivative,
    Differential,
    Expr,
    Name,
    Negative,
    Norm,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MISFIT = 3.0  # the cost of a link whose sides do not fit
ODD = 1.0  # of a transpose, an element-wise product or a norm of plain numbers
SQUARED = 0.3  # of a matrix, entry by entry
STRETCHED = 0.15  # of a vector added to every row or column
LOOSE = 0.4  # of a product taken element by element with no sign saying so


class Fit:
    """The shape of a formula under an assignment, and what is odd about it; None where it cannot be told."""

    def __init__(self, known: Mapping[NameFamily, Shape], wholes: Mapping[NameFamily, NameFamily]) -> None:
        self.known, self.wholes, self.cost = known, wholes, 0.0

    def of(self, tree: Expr) -> Shape | None:
        """The shape of a formula."""
        way = _WAYS.get(type(tree))
        return None if way is None else way(self, tree)


def _name(fit: Fit, tree: Name) -> Shape | None:
    wanted = family(key(tree))
    whole = fit.wholes.get(wanted)
    if whole is None:
        return fit.known.get(wanted)
    shape = fit.known.get(whole)
    return SCALAR if shape is None or shape != MATRIX or len(wanted.sub) - len(whole.sub) == 2 else None


def _sum(fit: Fit, tree: Sum) -> Shape | None:
    found: Shape | None = SCALAR
    shapes = [fit.of(term) for term in tree.terms]
    for shape in shapes:
        found = _together(fit, found, shape)
    if found == MATRIX and _lies(tree) and COLUMN in shapes:
        fit.cost += ODD  # X W + b has the samples in its rows, and b is one
    return found


def _together(fit: Fit, left: Shape | None, right: Shape | None) -> Shape | None:
    """The shape of a sum or an element-wise product."""
    if left is None or right is None:
        return None
    if right in (left, SCALAR):
        return left
    if left == SCALAR:
        return right
    if MATRIX in (left, right):
        fit.cost += STRETCHED
        return MATRIX
    fit.cost += MISFIT
    return None


def _product(fit: Fit, tree: Product) -> Shape | None:
    found = fit.of(tree.factors[0])
    for sign, factor in zip(tree.operators, tree.factors[1:], strict=True):
        found = _times(fit, found, sign, fit.of(factor))
    return found


def _times(fit: Fit, left: Shape | None, sign: str, right: Shape | None) -> Shape | None:
    if left is None or right is None:
        return None
    if sign in ("⊙", "∘"):
        fit.cost += ODD if left == right == SCALAR else 0.0
        return _together(fit, left, right)
    if SCALAR in (left, right):
        return right if left == SCALAR else left
    if sign == "⊗":
        return MATRIX
    if left[1] == right[0] and not (sign and sign not in ("@", "") and left == right):
        return left[0], right[1]
    if left == right:
        fit.cost += 0.0 if sign else LOOSE
        return left
    fit.cost += MISFIT
    return None


def _quotient(fit: Fit, tree: Quotient) -> Shape | None:
    return _together(fit, fit.of(tree.numerator), fit.of(tree.denominator))


def _power(fit: Fit, tree: Power) -> Shape | None:
    base, exponent = fit.of(tree.base), fit.of(tree.exponent)
    if is_exponential(tree):
        return exponent
    fit.cost += SQUARED if base == MATRIX else 0.0
    return base


def _transpose(fit: Fit, tree: Transpose) -> Shape | None:
    shape = fit.of(tree.operand)
    fit.cost += ODD if shape == SCALAR else 0.0
    return None if shape is None else shape[::-1]


def _call(fit: Fit, tree: Call) -> Shape | None:
    shapes = [fit.of(argument) for argument in tree.arguments]
    base = tree.function.base
    if base == "diag":
        fit.cost += ODD if shapes == [SCALAR] else 0.0
        return MATRIX
    if base in ("sum", "mean") or len(shapes) != 1:
        return None
    fit.cost += ODD if base.lower() == "softmax" and shapes[0] == SCALAR else 0.0
    return shapes[0]


def _derivative(fit: Fit, tree: Derivative) -> Shape | None:
    if tree.wrt is None:
        return None
    above, below = fit.of(tree.of), fit.of(tree.wrt)
    if above == SCALAR:
        return below
    if below == SCALAR:
        return above
    return MATRIX if above is not None and below is not None and MATRIX not in (above, below) else None


def _big_sum(fit: Fit, tree: BigSum) -> Shape | None:
    shape = fit.of(tree.body)
    named = any(isinstance(n, Name) and set(tree.index) & {*n.sub, *n.layer} for n in walk(tree.body))
    return shape if named or shape != MATRIX else None  # over the samples of a matrix, which nobody tells apart


def _norm(fit: Fit, tree: Norm) -> Shape | None:
    fit.cost += ODD if fit.of(tree.operand) == SCALAR else 0.0
    return SCALAR


def _lies(tree: Sum) -> bool:
    """Whether a weight stands behind what it is multiplied with: X W."""
    lasts = (term.factors[-1] for term in tree.terms if isinstance(term, Product))
    return any(isinstance(last, Name) and last.base in ("W", "w", "V", "U", "Theta") for last in lasts)


_WAYS: dict[type, Callable[[Fit, Any], Shape | None]] = {  # each of its own kind of node
    Name: _name,
    Number: lambda _reading, _tree: SCALAR,
    Negative: lambda reading, tree: reading.of(tree.operand),
    Sum: _sum,
    Product: _product,
    Quotient: _quotient,
    Power: _power,
    Transpose: _transpose,
    Call: _call,
    Derivative: _derivative,
    Differential: lambda reading, tree: reading.of(tree.of),
    BigSum: _big_sum,
    Norm: _norm,
}
