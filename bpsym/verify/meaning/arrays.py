"""Vectors and matrices over any scalars: balls, exact fractions or SymPy expressions.

A vector of rank 1 is a bracketed list of which nobody said whether it stands or lies; it takes the side that fits. What
does not fit raises `ShapeError`: broadcast are only a scalar, and a row or column along a matrix.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from flint import fmpq
from msgspec import Struct
from sympy import Add, Basic

from bpsym.verify.effort import spend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LARGEST_INVERSE = 4  # sides of a matrix that is inverted
FORMAL = 20  # units of work a product of SymPy expressions is
ENTRY = 1  # and an entry of a product, besides those of its items

Scalar = Any  # flint.arb, flint.fmpq or a SymPy expression


class ShapeError(Exception):
    """Operands whose shapes do not go together."""


class Array(Struct, frozen=True):
    """Items in reading order; `shape` has one or two numbers."""

    shape: tuple[int, ...]
    items: tuple[Scalar, ...]

    def __post_init__(self) -> None:
        """Refuse rows of different length, and nothing at all."""
        if not self.items or len(self.items) != prod(self.shape):
            raise ShapeError(f"{len(self.items)} items as {self.shape}")

    def row(self, number: int) -> tuple[Scalar, ...]:
        """One row of a matrix, counted from 0."""
        width = self.shape[1]
        return self.items[number * width : (number + 1) * width]


Value = Scalar | Array


def is_finite(value: Value) -> bool:
    """Whether every entry has a value: none is the root of a negative number."""
    return all(isinstance(item, fmpq) or bool(item.is_finite()) for item in scalars(value))


def scalars(value: Value) -> tuple[Scalar, ...]:
    """The items, of a scalar itself."""
    return value.items if isinstance(value, Array) else (value,)


def inner(left: Array, right: Array) -> Scalar:
    """The inner product of two vectors."""
    if len(left.items) != len(right.items):
        raise ShapeError("vectors of different length")
    return _dot(left.items, right.items)


def mapped(function: Callable[[Scalar], Scalar], value: Value) -> Value:
    """A function of each item."""
    if isinstance(value, Array):
        return Array(value.shape, tuple(function(item) for item in value.items))
    return function(value)


def is_vector(value: Array) -> bool:
    """Whether it is a list, a row or a column."""
    return len(value.shape) == 1 or 1 in value.shape


def transposed(value: Value) -> Value:
    """The transpose; a list that neither stands nor lies stays what it is."""
    if not isinstance(value, Array) or len(value.shape) == 1:
        return value
    rows, columns = value.shape
    return Array((columns, rows), tuple(value.items[r * columns + c] for c in range(columns) for r in range(rows)))


def elementwise(function: Callable[[Scalar, Scalar], Scalar], left: Value, right: Value) -> Value:
    """A function of the items in the same places; a scalar goes with every item, a vector with one as long."""
    if not isinstance(left, Array) and not isinstance(right, Array):
        return function(left, right)
    if not isinstance(left, Array):
        return mapped(lambda item: function(left, item), right)
    if not isinstance(right, Array):
        return mapped(lambda item: function(item, right), left)
    if len(left.items) == 1:
        return elementwise(function, left.items[0], right)
    if len(right.items) == 1:
        return elementwise(function, left, right.items[0])
    if is_vector(right) and not is_vector(left):
        right = _repeated(right, left.shape)
    elif is_vector(left) and not is_vector(right):
        left = _repeated(left, right.shape)
    if left.shape != right.shape and not (is_vector(left) and is_vector(right) and len(left.items) == len(right.items)):
        raise ShapeError(f"{left.shape} with {right.shape}")
    shape = left.shape if len(left.shape) == 2 else right.shape
    return Array(shape, tuple(map(function, left.items, right.items)))


def by_rows(function: Callable[[tuple[Scalar, ...]], tuple[Scalar, ...]], value: Array) -> Array:
    """A function of a whole vector; of each row of a matrix."""
    if is_vector(value):
        return Array(value.shape, function(value.items))
    rows, columns = value.shape
    lines = (value.items[k * columns : (k + 1) * columns] for k in range(rows))
    return Array(value.shape, tuple(item for line in lines for item in function(line)))


def _repeated(vector: Array, shape: tuple[int, ...]) -> Array:
    """A row in every row of a matrix, a column in every column: a bias for each sample of a batch."""
    rows, columns = shape
    lies = vector.shape == (1, columns) or (vector.shape == (columns,) and rows != columns)
    if lies:
        return Array(shape, vector.items * rows)
    if vector.shape == (rows, 1) or (vector.shape == (rows,) and rows != columns):
        return Array(shape, tuple(item for item in vector.items for _ in range(columns)))
    return vector


def multiplied(left: Value, right: Value) -> Value:
    """The matrix product; with a scalar, the multiple. Lists of rank 1 stand or lie as the other factor needs it."""
    if not isinstance(left, Array) or not isinstance(right, Array):
        return elementwise(lambda a, b: a * b, left, right)
    if len(left.items) == 1 or len(right.items) == 1:
        one, other = (left, right) if len(left.items) == 1 else (right, left)
        return mapped(lambda item: one.items[0] * item, other)
    for lying in _orientations(left):
        for standing in _orientations(right):
            if lying[1] == standing[0]:
                return _product(left.items, lying, right.items, standing)
    raise ShapeError(f"{left.shape} times {right.shape}")


def inverse(matrix: Array) -> Array:
    """The inverse of a small square matrix, by cofactors, which asks of no scalar whether it is 0."""
    side, *_ = matrix.shape
    if matrix.shape != (side, side) or not 1 < side <= LARGEST_INVERSE:
        raise ShapeError(f"no inverse of {matrix.shape}")
    rows = [matrix.items[k * side : (k + 1) * side] for k in range(side)]
    whole = _determinant(rows)
    if whole == 0:
        raise ShapeError("a matrix without an inverse")
    places = product(range(side), repeat=2)
    return Array(matrix.shape, tuple((-1) ** (r + c) * _determinant(_minor(rows, c, r)) / whole for r, c in places))


def _determinant(rows: Sequence[Sequence[Scalar]]) -> Scalar:
    if len(rows) == 1:
        return rows[0][0]
    total = rows[0][0] * _determinant(_minor(rows, 0, 0))
    for column in range(1, len(rows)):
        total = total + (-1) ** column * rows[0][column] * _determinant(_minor(rows, 0, column))
    return total


def _minor(rows: Sequence[Sequence[Scalar]], row: int, column: int) -> list[Sequence[Scalar]]:
    return [[*r[:column], *r[column + 1 :]] for k, r in enumerate(rows) if k != row]


def _orientations(value: Array) -> Iterator[tuple[int, int]]:
    if len(value.shape) == 2:
        yield value.shape[0], value.shape[1]
        return
    yield 1, value.shape[0]
    yield value.shape[0], 1


def _product(
    left: tuple[Scalar, ...], lying: tuple[int, int], right: tuple[Scalar, ...], standing: tuple[int, int]
) -> Value:
    rows, inner = lying
    columns = standing[1]
    spend(rows * columns * (ENTRY + inner * _cost(left[0] * right[0])))
    across, down = [left[r * inner : (r + 1) * inner] for r in range(rows)], [right[c::columns] for c in range(columns)]
    items = tuple(_dot(row, column) for row in across for column in down)
    return items[0] if len(items) == 1 else Array((rows, columns), items)


def correlated(left: Array, right: Array) -> Array:
    """The smaller array slid over the larger one, at each place the sum of the products; no padding, steps of one."""
    (rows, columns), (height, width) = (a.shape if len(a.shape) == 2 else (1, *a.shape) for a in (left, right))
    down, across = rows - height + 1, columns - width + 1
    if len(left.shape) != len(right.shape) or down < 1 or across < 1:
        raise ShapeError(f"{right.shape} slid over {left.shape}")
    spend(down * across * height * width)
    items = tuple(
        _dot(
            [left.items[(r + i) * columns + c + j] for i in range(height) for j in range(width)],
            list(right.items),
        )
        for r in range(down)
        for c in range(across)
    )
    return Array((down, across) if len(left.shape) == 2 else (across,), items)


def diagonal(value: Value) -> Array:
    """The matrix with these items on its diagonal."""
    items = scalars(value)
    size = len(items)
    spend(size**2)
    zero = items[0] - items[0]
    return Array((size, size), tuple(items[r] if r == c else zero for r in range(size) for c in range(size)))


def outer(left: Value, right: Value) -> Value:
    """Every item of the left with every item of the right."""
    a, b = scalars(left), scalars(right)
    spend(len(a) * len(b) * _cost(a[0]))
    return Array((len(a), len(b)), tuple(x * y for x in a for y in b))


def kronecker(left: Array, right: Array) -> Array:
    """A block of the right for every item of the left; vectors are columns."""
    (m, n), (p, q) = ((*array.shape, 1)[:2] for array in (left, right))
    spend(m * n * p * q * _cost(left.items[0]))
    items = tuple(
        left.items[i * n + k] * right.items[r * q + c]
        for i in range(m)
        for r in range(p)
        for k in range(n)
        for c in range(q)
    )
    return Array((m * p, n * q), items)


def _cost(item: Scalar) -> int:
    """Units of work it is to multiply an item."""
    return FORMAL if isinstance(item, Basic) else 1


def _dot(left: Sequence[Scalar], right: Sequence[Scalar]) -> Scalar:
    products = [a * b for a, b in zip(left, right, strict=True)]
    if isinstance(products[0], Basic):  # added one by one, each sum would go through all terms before
        return Add(*products)
    return sum(products[1:], products[0])


def aligned(left: Value, right: Value) -> Iterator[tuple[Scalar, Scalar]]:
    """The items of two values that are said to be equal, pair by pair; raises ShapeError where they cannot be.

    A vector equals one as long, whether it stands or lies; a matrix of other than square shape equals its transpose's
    transpose: gradients are written in either layout.
    """
    if not isinstance(left, Array) or not isinstance(right, Array):
        a, b = scalars(left), scalars(right)
        if len(a) == 1 or len(b) == 1:
            yield from ((x, y) for x in a for y in b)
            return
        raise ShapeError("a number beside a matrix")
    if left.shape == right.shape or (is_vector(left) and is_vector(right) and len(left.items) == len(right.items)):
        yield from zip(left.items, right.items, strict=True)
        return
    if left.shape == right.shape[::-1]:
        turned = transposed(right)
        yield from zip(left.items, scalars(turned), strict=True)
        return
    raise ShapeError(f"{left.shape} beside {right.shape}")
