"""The networks of the tests, as bpsym describes them, with their numbers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from flint import fmpq

from bpsym.backprop import backprop
from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.mistakes.values import Mistakes
from bpsym.networks import Layer, convolutional, dense, recurrent
from bpsym.networks.equations import size
from bpsym.update import with_update

if TYPE_CHECKING:
    from sympy import Expr

    from bpsym.program import Program
    from bpsym.rounding import Value

SHARED = {"bias": "shared"}
WH, WO = "0.15 0.20 0.25 0.30", "0.40 0.45 0.50 0.55"
DENSE = {"x": "0.05 0.10", "target": "0.01 0.99", "W_h": WH, "W_o": WO, "b_h": "0.35", "b_o": "0.60", "eta": "0.5"}
WIDE = {**DENSE, "target": "0 1 0", "W_o": WO + " -0.30 0.20"}
SOFT = {**WIDE, "target": "0.1 0.7 0.2"}
BATCH = {**DENSE, "x": "0.05 0.10 0.10 0.05", "target": "0.01 0.99 0.99 0.01"}
SIZES = {"i": 2, "h": 2, "o": 2}


def two_layers(hidden: str, output: str, loss: str, **options: bool | str) -> Program:
    """A network with a shared bias in each layer."""
    return dense([Layer("h", hidden, **SHARED), Layer("o", output, **SHARED)], loss, **options)  # type: ignore[arg-type]  # options are dense's own


# name -> program, sizes, given values in the order of their indices
DESCRIBED: dict[str, tuple[Program, dict[str, int], dict[str, str]]] = {
    "2-2-2": (two_layers("sigmoid", "sigmoid", "half-squared-error"), SIZES, DENSE),
    "cross-entropy": (two_layers("sigmoid", "sigmoid", "binary-cross-entropy"), SIZES, DENSE),
    "softmax": (two_layers("sigmoid", "softmax", "cross-entropy"), {**SIZES, "o": 3}, SOFT),
    "three-outputs": (two_layers("sigmoid", "sigmoid", "half-squared-error"), {**SIZES, "o": 3}, WIDE),
    "tanh": (two_layers("tanh", "identity", "mean-squared-error"), SIZES, DENSE),
    "batch": (
        two_layers("sigmoid", "sigmoid", "half-squared-error", batch=True, reduction="mean"),
        {**SIZES, "s": 2},
        BATCH,
    ),
    "decay": (two_layers("sigmoid", "sigmoid", "half-squared-error", decay=True), SIZES, {**DENSE, "lambda": "0.1"}),
    "recurrent": (
        recurrent(Layer("h", "tanh", **SHARED), Layer("o", "identity", **SHARED), "half-squared-error"),
        {"i": 1, "h": 1, "o": 1, "t": 3},
        {
            "x": "0.5 0.1 0.9", "target": "0.2 0.4 0.6", "W_h": "0.3", "V_h": "-0.4", "W_o": "0.7",
            "b_h": "0.1", "b_o": "0.2", "start_h": "0.3", "eta": "0.5",
        },
    ),
    "convolution": (
        convolutional(Layer("h", "relu", **SHARED), Layer("o", "sigmoid", **SHARED), "mean-squared-error"),
        {"i": 4, "h": 1, "q": 2, "o": 1},
        {"x": "0.1 0.2 0.3 0.4", "target": "1", "W_h": "0.5 -0.2", "W_o": "0.4 0.3 0.2", "b_h": "0.1", "b_o": "0.2",
         "eta": "0.5"},
    ),
}  # fmt: skip


@cache
def network(name: str) -> Mistakes:
    """The mistakes of one network with its numbers."""
    program, sizes, given = DESCRIBED[name]
    expansion = Expansion(with_update(backprop(program)), {size(layer): n for layer, n in sizes.items()})
    values: dict[Expr, fmpq] = {}
    for quantity, numbers in given.items():
        digits = [fmpq(int(n.replace(".", "")), 10 ** len(n.partition(".")[2])) for n in numbers.split()]
        values |= dict(zip(expansion.entries(quantity), digits, strict=True))
    return Mistakes.of(Environment(expansion, values))


def entry(name: str, written: str) -> Expr:
    """The entry a test writes as `W_o[1, 2]`."""
    head, _, indices = written.partition("[")
    places = tuple(int(index) for index in indices.rstrip("]").split(",")) if indices else ()
    return network(name).environment.expansion.program.get(head)[places]


def shown(value: Value) -> str:
    """Nine places."""
    return f"{float(value):.9f}"
