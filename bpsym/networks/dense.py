"""Feed-forward networks of any depth and width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.networks.equations import Equations, Layer, activate, affine, axis, loss, size
from bpsym.program import Program, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

LETTERS = ("j", "p", "q")  # indices of the hidden layers in turn; inputs have m, outputs k, samples s


def dense(
    layers: Sequence[Layer],
    loss_name: str,
    *,
    batch: bool = False,
    reduction: str = "sum",
    decay: bool = False,
) -> Program:
    """Write down a fully connected network and its loss; layer sizes are symbols n_i, n_h, ..., n_o.

    Shapes: input (n_i,), weight of a layer (units, units before), bias () or (units,); with a batch the input, every
    net input and output, and the target carry a leading sample axis of n_s. Raises DescriptionError for an unknown
    activation, loss or reduction.
    Source: Rumelhart, Hinton, Williams, Learning representations by back-propagating errors, Nature 323 (1986).
    """
    samples = (axis("s", size("s")),) if batch else ()
    eq = Equations(samples=samples)
    out = eq.given("x", Role.INPUT, "i", *samples, axis("m", size("i")))
    for number, layer in enumerate(layers):
        letter = "k" if number == len(layers) - 1 else LETTERS[number % len(LETTERS)]
        out = activate(eq, layer, affine(eq, layer, (axis(letter, size(layer.name)),), out))
    loss(eq, out, loss_name, reduction=reduction, decay=decay)
    return eq.program()
