"""Products as people write them: which of the products that fit two arrays a sign, or none, stands for."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from bpsym.verify.meaning import arrays
from bpsym.verify.meaning.arrays import Array, ShapeError, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from bpsym.verify.meaning.choices import Choices


def times(left: Value, sign: str, right: Value, choices: Choices, *, inner: bool) -> Value:
    """The product of two values with a sign between them: the first of the ways it may be meant that fits.

    `inner`: whether a product of two columns, or of two rows, may be their inner product. Raises ShapeError where no
    way fits.
    """
    if not isinstance(left, Array) or not isinstance(right, Array) or sign in ("⊙", "∘"):
        return arrays.elementwise(operator.mul, left, right)
    if sign == "⊗":
        if arrays.is_vector(left) and arrays.is_vector(right):
            return arrays.outer(left, right)
        same = left.shape == right.shape
        return arrays.elementwise(operator.mul, left, right) if same else arrays.kronecker(left, right)
    error = ShapeError("no product")
    for way in _ways(left, sign, right, choices, inner=inner):
        try:
            return way()
        except ShapeError as misfit:
            error = misfit
    raise error


_STARS = frozenset(["*", "∗", "⋆", "★", "⊛"])  # of a convolution, that is a cross-correlation in networks


def _ways(left: Array, sign: str, right: Array, choices: Choices, *, inner: bool) -> list[Callable[[], Value]]:
    """Every way to multiply two arrays, the likeliest first; a sign that begins with • leaves their order open."""
    swaps, is_open = choices.ask("swaps"), sign.startswith("•")
    vectors = arrays.is_vector(left), arrays.is_vector(right)
    ways: list[Callable[[], Value]] = [
        lambda: arrays.multiplied(left, right),
        lambda: arrays.elementwise(operator.mul, left, right),
    ]
    together = not sign and not any(vectors)  # A B beside C * D
    if not together and choices.ask("elementwise") and sign != "@" and not is_open:
        ways.reverse()
    elif inner and left.shape == right.shape and vectors[0]:
        ways.insert(1, lambda: arrays.inner(left, right))
    ways = ways[:1] if is_open else ways
    if is_open or swaps:
        turned: list[Callable[[], Value]] = [
            lambda: arrays.multiplied(arrays.transposed(right), left),
            lambda: arrays.multiplied(left, arrays.transposed(right)),
            lambda: arrays.multiplied(right, left),
            lambda: arrays.multiplied(right, arrays.transposed(left)),
            lambda: arrays.multiplied(arrays.transposed(left), right),
        ]
        ways = [*turned[swaps - 1 :], *ways, *turned[: swaps - 1]] if swaps else [*ways, *turned]
    if sign in _STARS:
        lists = len(left.shape) == len(right.shape) == 1 and left.shape > right.shape
        first = lists and choices.ask("elementwise")
        ways.insert(0 if first else len(ways), lambda: arrays.correlated(left, right))
    if all(vectors):
        ways.append(lambda: arrays.outer(left, right))  # of different length: nothing else fits
    return ways
