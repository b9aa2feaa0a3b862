"""What bpsym is compared with: SymPy's derivative of the whole loss, and a backward pass written by hand in NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sympy import Expr, Symbol, exp, latex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[np.float64]]


def expanded_loss(shape: Sequence[int]) -> tuple[Expr, list[Symbol]]:
    """The loss of a sigmoid network as one expression in its inputs and parameters, and the parameters."""
    out: list[Expr] = [Symbol(f"x{m}") for m in range(shape[0])]
    parameters: list[Symbol] = []
    for layer, units in enumerate(shape[1:]):
        following: list[Expr] = []
        for k in range(units):
            weights = [Symbol(f"w{layer}_{k}_{j}") for j in range(len(out))]
            bias = Symbol(f"b{layer}_{k}")
            parameters += [*weights, bias]
            following.append(1 / (1 + exp(-(sum(w * o for w, o in zip(weights, out, strict=True)) + bias))))
        out = following
    return sum((Symbol(f"t{k}") - o) ** 2 for k, o in enumerate(out)) / 2, parameters


def differentiate(shape: Sequence[int], every: int, *, printed: bool) -> int:
    """SymPy's derivative of the whole loss by every so many-th parameter; the number of characters printed."""
    loss, parameters = expanded_loss(shape)
    derivatives = [loss.diff(parameter) for parameter in parameters[::every]]
    return sum(len(latex(derivative)) for derivative in derivatives) if printed else 0


def numpy_gradients(a: Arrays) -> Arrays:
    """All gradients of a network with one hidden layer: sigmoid, half squared error, one sample or a batch."""
    x, target = a["x"], a["target"]
    hidden = 1 / (1 + np.exp(-(x @ a["W_h"].T + a["b_h"])))
    out = 1 / (1 + np.exp(-(hidden @ a["W_o"].T + a["b_o"])))
    d_out = (out - target) * out * (1 - out)
    d_hidden = (d_out @ a["W_o"]) * hidden * (1 - hidden)
    if x.ndim == 1:
        return {"d_W_h": np.outer(d_hidden, x), "d_b_h": d_hidden, "d_W_o": np.outer(d_out, hidden), "d_b_o": d_out}
    return {"d_W_h": d_hidden.T @ x, "d_b_h": d_hidden.sum(0), "d_W_o": d_out.T @ hidden, "d_b_o": d_out.sum(0)}
