"""Numbers for whole tensors at once: the NumPy interpreter of the indexed program, in floating point.

Any input may carry a leading axis of variants; what is computed from it carries it too. Nothing here knows what a
gradient is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Integer

from bpsym.arrays.builder import VARIANT, Builder, Labelled
from bpsym.arrays.order import groups, uses_of
from bpsym.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray
    from sympy import Symbol

    from bpsym.program import Program

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ArrayCode:
    """Straight-line code over arrays: slots hold the inputs, then one result per operation."""

    inputs: tuple[tuple[str, tuple[int, ...], bool], ...]  # name, shape, whether it has the axis of variants
    operations: tuple[tuple[Callable[..., Any], tuple[int, ...]], ...]  # function and the slots of its arguments
    results: Mapping[str, int]

    def run(self, inputs: Mapping[str, ArrayLike]) -> dict[str, Array]:
        """Run on arrays; what floating point cannot hold comes out as inf or nan.

        Raises EvaluationError for an input that is missing or has the wrong shape.
        """
        slots: list[Any] = [_checked(inputs, *wanted) for wanted in self.inputs]
        with np.errstate(all="ignore"):
            for function, arguments in self.operations:
                slots.append(function(*[slots[slot] for slot in arguments]))
        return {name: slots[slot] for name, slot in self.results.items()}


def evaluate_arrays(
    program: Program, sizes: Mapping[Symbol, int], inputs: Mapping[str, ArrayLike], wanted: Iterable[str]
) -> dict[str, Array]:
    """The values of the wanted quantities, each an array with the quantity's axes in their order.

    An input with one axis more than its quantity holds that many variants, and so do the quantities computed from it.
    Raises EvaluationError for an input that is missing or has the wrong shape.
    """
    varying = [name for name, value in inputs.items() if np.ndim(value) == len(program.get(name).axes) + 1]
    return compile_arrays(program, sizes, wanted, varying).run(inputs)


def compile_arrays(
    program: Program, sizes: Mapping[Symbol, int], wanted: Iterable[str], varying: Iterable[str] = ()
) -> ArrayCode:
    """Turn what the wanted quantities need into code; the inputs named in `varying` have an axis of variants."""
    wanted, varying = tuple(wanted), set(varying)
    uses = uses_of(program, wanted)
    given = [quantity for quantity in program.inputs if quantity.name in uses]
    builder = Builder(program, {symbol: Integer(number) for symbol, number in sizes.items()}, len(given))
    shapes = []
    for slot, quantity in enumerate(given):
        varies = quantity.name in varying
        builder.bound[quantity.name] = Labelled(slot, ((VARIANT,) if varies else ()) + quantity.indices)
        shapes.append((quantity.name, tuple(len(builder.range(axis)) for axis in quantity.axes), varies))
    for group in groups(program, uses):
        builder.define(group)
    return ArrayCode(tuple(shapes), tuple(builder.operations), {name: builder.bound[name].slot for name in wanted})


def _checked(inputs: Mapping[str, ArrayLike], name: str, shape: tuple[int, ...], varies: bool) -> Array:  # noqa: FBT001  (a row of a table)
    if name not in inputs:
        msg = f"{name} has no value"
        raise EvaluationError(msg)
    array = np.asarray(inputs[name], dtype=float)
    if array.ndim != len(shape) + varies or array.shape[int(varies) :] != shape:
        msg = f"{name} has the shape {array.shape}; it needs {shape}" + (" for each variant" if varies else "")
        raise EvaluationError(msg)
    return array
