"""A one-dimensional convolution layer before a dense output layer: a shifted index."""

from __future__ import annotations

from sympy import Sum

from bpsym.networks.equations import Equations, Layer, activate, affine, axis, bias, loss, size
from bpsym.program import Program, Quantity, Role


def convolutional(hidden: Layer, output: Layer, loss_name: str, *, decay: bool = False) -> Program:
    """Write down net[c, p] = sum_q K[c, q] x[p + q - 1] + b[c], its activation, and a dense layer over all of it.

    Stride 1, no padding, one input channel, the kernel not flipped; the hidden layer's size is its number of channels.
    Shapes: input (n_i,), K (n_h, n_q), net (n_h, n_i - n_q + 1), output weights (n_o, n_h, n_i - n_q + 1), target
    (n_o,), biases () or (units,). Raises DescriptionError for an unknown activation or loss.
    Source: LeCun et al., Backpropagation applied to handwritten zip code recognition, Neural Computation 1 (1989).
    """
    eq = Equations()
    x = eq.given("x", Role.INPUT, "i", axis("m", size("i")))
    channel, tap = axis("c", size(hidden.name)), axis("q", size("q"))
    position = axis("p", size("i") - size("q") + 1)
    kernel = eq.given(f"W_{hidden.name}", Role.WEIGHT, hidden.name, channel, tap)
    net = eq.define(
        Quantity(f"net_{hidden.name}", Role.NET, hidden.name, (channel, position)),
        Sum(kernel.generic * x[(position.index + tap.index - 1,)], tap.limits) + bias(eq, hidden, (channel,)),
        "affine",
    )
    out = activate(eq, hidden, net)
    out = activate(eq, output, affine(eq, output, (axis("k", size(output.name)),), out))
    loss(eq, out, loss_name, decay=decay)
    return eq.program()
