"""The figures mistakes lead to in many variants at once, and whether they can be told apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bpsym.arrays.scalars import ColumnCode, on_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from sympy import Expr

    from bpsym.arrays.scalars import Array
    from bpsym.expand import Expansion
    from bpsym.lowering import Code
    from bpsym.mistakes.candidates import Mistake
    from bpsym.mistakes.values import Plans

SAME = 1e-12  # relative difference below which two formulas count as one, if it stays so in every variant


def columns(expansion: Expansion, tensors: Mapping[str, Array]) -> dict[Expr, Array]:
    """The columns of single entries in tensors of the shape (variants, *shape of the quantity), by quantity.

    A tensor without the axis of variants, one that is the same in all, gives columns of shape ().
    """
    found: dict[Expr, Array] = {}
    for name, tensor in tensors.items():
        entries = expansion.entries(name)
        shape = expansion.shape(expansion.program.get(name))
        lead = tensor.shape[: tensor.ndim - len(shape)]
        found |= dict(zip(entries, np.moveaxis(tensor.reshape(*lead, len(entries)), -1, 0), strict=True))
    return found


@dataclass(frozen=True)
class Columns:
    """What mistakes give in all variants; `right` holds a column of every entry, of the shape (variants,)."""

    plans: Plans
    right: Mapping[Expr, Array]
    _codes: dict[int, tuple[Code, ColumnCode]] = field(default_factory=dict, repr=False, compare=False)

    def elsewhere(self, right: Mapping[Expr, Array]) -> Columns:
        """The same for other variants."""
        return Columns(self.plans, right, self._codes)

    def values(self, mistake: Mistake, wanted: Sequence[Expr]) -> dict[Expr, Array]:
        """The wanted entries with the mistake; nan or inf where a wrong step has no value."""
        return self.plans.follow(mistake, tuple(wanted), self.right.__getitem__, self._run)

    def table(self, mistakes: Sequence[Mistake], entry: Expr) -> Array:
        """One row for each mistake, one column for each variant."""
        right = self.right[entry]
        rows = [np.broadcast_to(self.values(mistake, [entry])[entry], right.shape) for mistake in mistakes]
        return np.array(rows).reshape(len(rows), *right.shape)

    def _run(self, code: Code, inputs: list[Array]) -> Array:
        if id(code) not in self._codes:
            self._codes[id(code)] = (code, on_columns(code))  # the code is kept, so that its id stays its own
        return self._codes[id(code)][1].run(inputs)[0]


def twins(table: Array, right: Array) -> list[list[int]]:
    """The rows of a table that are the same formula, told by their values; without rows that are right in each variant.

    It takes a few variants to tell: with one or two, different formulas may agree.
    """
    groups: list[list[int]] = []
    for row, values in enumerate(table):
        if _alike(values, right):
            continue
        known = next((group for group in groups if _alike(values, table[group[0]])), None)
        groups.append([row]) if known is None else known.append(row)
    return groups


def _alike(a: Array, b: Array) -> bool:
    return bool(np.allclose(a, b, rtol=SAME, atol=0, equal_nan=True))


def apart(table: Array, right: Array, unit: float) -> NDArray[np.bool_]:
    """For each variant whether the right figure and all wrong ones differ by more than a unit of the last digit asked.

    Rows that are twins of each other must be left out before; figures that have no value are no matter.
    """
    every = np.vstack([right[np.newaxis], table])
    every = np.sort(np.where(np.isfinite(every), every, np.inf), axis=0)
    with np.errstate(invalid="ignore"):
        gaps = np.diff(every, axis=0)
    return np.all((gaps > unit) | np.isnan(gaps), axis=0)
