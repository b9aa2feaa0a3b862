"""The simple recurrent network: time is one more index."""

from __future__ import annotations

from sympy import Sum

from bpsym.networks.equations import Equations, Layer, activate, affine, axis, bias, loss, size
from bpsym.program import Program, Quantity, Role


def recurrent(hidden: Layer, output: Layer, loss_name: str, *, decay: bool = False) -> Program:
    """Write down h[t] = f(W x[t] + V h[t-1] + b), o[t] = g(W' h[t] + c) and the loss summed over time.

    Shapes: input (n_t, n_i), W (n_h, n_i), V (n_h, n_h), initial state (n_h,), output weights (n_o, n_h), target
    (n_t, n_o), biases () or (units,). Raises DescriptionError for an unknown activation or loss.
    Source: Elman, Finding structure in time, Cognitive Science 14 (1990).
    """
    time = axis("t", size("t"))
    eq = Equations(samples=(time,))
    x = eq.given("x", Role.INPUT, "i", time, axis("m", size("i")))
    unit, before = axis("j", size(hidden.name)), axis("p", size(hidden.name))
    w = eq.given(f"W_{hidden.name}", Role.WEIGHT, hidden.name, unit, x.axes[1])
    v = eq.given(f"V_{hidden.name}", Role.WEIGHT, hidden.name, unit, before)
    start = eq.given(f"start_{hidden.name}", Role.STATE, hidden.name, unit)
    state = Quantity(f"out_{hidden.name}", Role.OUT, hidden.name, (time, unit), initial=start.name)
    net = eq.define(
        Quantity(f"net_{hidden.name}", Role.NET, hidden.name, (time, unit)),
        Sum(w.generic * x.generic, x.axes[1].limits)
        + Sum(v.generic * state[time.index - 1, before.index], before.limits)
        + bias(eq, hidden, (unit,)),
        "affine",
    )
    activate(eq, hidden, net, initial=start.name)
    out = activate(eq, output, affine(eq, output, (axis("k", size(output.name)),), state))
    loss(eq, out, loss_name, decay=decay)
    return eq.program()
