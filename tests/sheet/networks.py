"""Networks the laws are tried on: sizes that all differ, every family, activation, loss and kind of bias."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpsym.backprop import backprop
from bpsym.networks import Layer, convolutional, dense, recurrent
from bpsym.primitives import ACTIVATIONS
from bpsym.update import with_update
from core import by_hand
from core.helpers import Worked, drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.program import Program

Sizes = dict[str, int]


def trained(program: Program) -> Program:
    """With its backward pass and update."""
    return with_update(backprop(program))


def dense_network(
    activations: Sequence[str], loss: str = "half-squared-error", bias: str = "unit", **options: Any
) -> tuple[Program, Sizes]:
    """Fully connected layers; no two layers have the same size."""
    names = [*(["h"] if len(activations) == 2 else [f"h{n}" for n in range(1, len(activations))]), "o"]
    layers = [Layer(name, activation, bias) for name, activation in zip(names, activations, strict=True)]
    sizes = dict(zip(["i", *names], (4, 3, 2, 5), strict=False))
    if options.get("batch"):
        sizes["s"] = 2
    return trained(dense(layers, loss, **options)), sizes


NETWORKS: dict[str, tuple[Program, Sizes]] = {
    **{f"dense-{name}": dense_network([name, "identity"]) for name in ACTIVATIONS},
    "perceptron": dense_network(["sigmoid"]),
    "three layers": dense_network(["tanh", "sigmoid", "identity"], bias="shared"),
    "shared bias": dense_network(["sigmoid", "sigmoid"], bias="shared"),
    "no bias": dense_network(["sigmoid", "sigmoid"], bias="none"),
    "mean squared": dense_network(["sigmoid", "tanh"], "mean-squared-error"),
    "absolute": dense_network(["sigmoid", "identity"], "absolute-error"),
    "huber": dense_network(["sigmoid", "identity"], "huber"),
    "binary cross-entropy": dense_network(["tanh", "sigmoid"], "binary-cross-entropy"),
    "softmax": dense_network(["tanh", "softmax"], "cross-entropy"),
    "batch sum": dense_network(["sigmoid", "sigmoid"], bias="shared", batch=True),
    "batch mean": dense_network(["tanh", "identity"], "mean-squared-error", batch=True, reduction="mean"),
    "batch softmax": dense_network(["tanh", "softmax"], "cross-entropy", batch=True),
    "decay": dense_network(["sigmoid", "sigmoid"], decay=True),
    "batch decay": dense_network(["sigmoid", "identity"], batch=True, reduction="mean", decay=True),
    "recurrent": (
        trained(recurrent(Layer("h", "tanh"), Layer("o", "identity"), "half-squared-error")),
        {"i": 4, "h": 3, "o": 2, "t": 3},
    ),
    "recurrent decay": (
        trained(recurrent(Layer("h", "sigmoid", "shared"), Layer("o", "sigmoid", "none"), "huber", decay=True)),
        {"i": 2, "h": 3, "o": 4, "t": 2},
    ),
    "convolution": (
        trained(convolutional(Layer("h", "tanh"), Layer("o", "sigmoid"), "binary-cross-entropy")),
        {"i": 5, "h": 3, "o": 2, "q": 2},
    ),
}


def example(name: str, seed: int = 7) -> Worked:
    """A network with values drawn at random."""
    program, sizes = NETWORKS[name]
    return drawn(program, seed, **sizes)


def hand_loss(worked: Worked, values: dict[Any, Any]) -> Any:
    """The loss written down by hand."""
    program = worked.program
    nested = worked.nested(lambda entry: values[entry])
    rules = {step.quantity.layer: step.rule for step in program.section("forward") if step.quantity.name[:3] == "out"}
    loss = program.section("loss")[0].rule
    if "V_h" in program.quantities:
        return by_hand.recurrent_loss(rules["h"], rules["o"], loss, nested, by_hand.NUMBERS)
    if program.get(f"net_{next(iter(rules))}").axes[0].index.name == "c":
        return by_hand.convolutional_loss(rules["h"], rules["o"], loss, nested, by_hand.NUMBERS)
    batch = len(program.get("x").axes) == 2
    mean = batch and program.by_name["E"].expr.has(program.get("x").axes[0].upper**-1)
    return by_hand.dense_loss(list(rules.items()), loss, nested, by_hand.NUMBERS, batch=batch, mean=mean)
