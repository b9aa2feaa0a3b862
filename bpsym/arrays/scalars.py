"""Code over slots on arrays: one entry of all variants at once, in floating point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bpsym.lowering import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray
    from sympy import Expr

    from bpsym.lowering import Code

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ColumnCode:
    """What `Code` is for exact values and balls, for arrays of the shape (variants,)."""

    inputs: tuple[Expr, ...]
    operations: tuple[tuple[Callable[[Any, Any], Any], int, int], ...]
    constants: tuple[float, ...]
    results: tuple[int, ...]

    def run(self, values: Iterable[Array]) -> list[Array]:
        """Run on arrays for the inputs; what floating point cannot hold comes out as inf or nan."""
        slots: list[Any] = [*values, *self.operations, *self.constants]
        with np.errstate(all="ignore"):
            for slot, (function, left, right) in enumerate(self.operations, len(self.inputs)):
                slots[slot] = function(slots[left], slots[right])
        return [slots[slot] for slot in self.results]


def on_columns(code: Code) -> ColumnCode:
    """The same code for arrays: the arithmetic is theirs anyway, functions are NumPy's."""
    operations = tuple((_COLUMNS.get(function, function), left, right) for function, left, right in code.operations)
    return ColumnCode(code.inputs, operations, tuple(map(float, code.constants)), code.results)


_erf = np.vectorize(math.erf, otypes=[float])  # NumPy has none

_COLUMNS: dict[Callable[[Any, Any], Any], Callable[[Any, Any], Any]] = {
    OPERATIONS["exp"]: lambda x, _: np.exp(x),
    OPERATIONS["log"]: lambda x, _: np.log(x),
    OPERATIONS["tanh"]: lambda x, _: np.tanh(x),
    OPERATIONS["sin"]: lambda x, _: np.sin(x),
    OPERATIONS["cos"]: lambda x, _: np.cos(x),
    OPERATIONS["erf"]: lambda x, _: _erf(x),
    OPERATIONS["sqrt"]: lambda x, _: np.sqrt(x),
    OPERATIONS["power"]: np.power,
    OPERATIONS["pi"]: lambda _x, _y: np.pi,
    OPERATIONS["abs"]: lambda x, _: np.abs(x),
    OPERATIONS["max"]: np.maximum,
    OPERATIONS["sign"]: lambda x, _: np.sign(x),
    OPERATIONS["greater"]: np.greater,
    OPERATIONS["at most"]: np.less_equal,
    OPERATIONS["choose"]: lambda condition, branches: np.where(condition, *branches),
}
