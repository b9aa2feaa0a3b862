"""The equations families are made of: affine map, activation, loss.

Every function appends to an `Equations` list and returns the quantity it defined, so that a family reads like the
network it describes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct
from sympy import Expr, Integer, KroneckerDelta, Sum, Symbol, exp

from bpsym import primitives
from bpsym.errors import DescriptionError
from bpsym.program import Axis, Program, Quantity, Role, Step

Pair = tuple[Expr, Expr]  # two indices
SHARED, UNIT, NONE = "shared", "unit", "none"
REDUCTIONS = ("sum", "mean")


class Layer(Struct, frozen=True):
    """A layer as described: its name, which activation, which kind of bias. How many units it has is not said here."""

    name: str
    activation: str = "sigmoid"
    bias: str = UNIT  # shared: one for the layer; unit: one per unit; none


@dataclass
class Equations:
    """The equations written down so far."""

    inputs: list[Quantity] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    samples: tuple[Axis, ...] = ()  # leading axes every value of a unit carries: sample, time

    def given(self, name: str, role: Role, layer: str, *axes: Axis) -> Quantity:
        """Declare an input of the program."""
        quantity = Quantity(name, role, layer, axes)
        self.inputs.append(quantity)
        return quantity

    def define(self, quantity: Quantity, expr: Expr, rule: str, section: str = "forward") -> Quantity:
        """Write down one equation."""
        self.steps.append(Step(quantity, expr, rule, section))
        return quantity

    def program(self) -> Program:
        """Everything written down, checked."""
        return Program(tuple(self.inputs), tuple(self.steps))


def axis(letter: str, size: Expr) -> Axis:
    """An index axis 1..size."""
    return Axis(Symbol(letter, integer=True, positive=True), size)


def layer_names(count: int) -> list[str]:
    """What layers are called: hidden ones h, or h1, h2, ... where there are several, the last one o."""
    hidden = count - 1
    return [*(["h"] if hidden == 1 else [f"h{number}" for number in range(1, hidden + 1)]), "o"]


def size(layer: str) -> Symbol:
    """The number of units of a layer (also: "s" samples, "t" time steps, "q" taps of a kernel), as a symbol."""
    return Symbol(f"n_{layer}", integer=True, positive=True)


def other(index: Symbol) -> Symbol:
    """A second letter for the same range, for sums inside a layer."""
    return Symbol(_OTHER.get(index.name, index.name + "'"), integer=True, positive=True)


_OTHER = {"k": "l", "j": "n", "m": "r", "s": "u", "p": "g", "c": "d", "q": "v"}


def affine(eq: Equations, layer: Layer, own: tuple[Axis, ...], source: Quantity) -> Quantity:
    """Net input of a layer: net[k] = sum_j W[k, j] source[j] + b (a weighted sum over every unit of the source)."""
    feeding = source.axes[len(eq.samples) :]
    weight = eq.given(f"W_{layer.name}", Role.WEIGHT, layer.name, *own, *feeding)
    total = Sum(weight.generic * source.generic, *(a.limits for a in feeding))
    expr = total + bias(eq, layer, own)
    return eq.define(Quantity(f"net_{layer.name}", Role.NET, layer.name, (*eq.samples, *own)), expr, "affine")


def bias(eq: Equations, layer: Layer, own: tuple[Axis, ...]) -> Expr:
    """The bias of a unit: shared by the layer, one per unit (per channel), or 0."""
    if layer.bias == NONE:
        return Integer(0)
    axes = own[:1] if layer.bias == UNIT else ()
    return eq.given(f"b_{layer.name}", Role.BIAS, layer.name, *axes).generic


def activate(eq: Equations, layer: Layer, net: Quantity, initial: str = "") -> Quantity:
    """Output of a layer: the activation of each net input; softmax is normalised over the layer's units.

    Raises DescriptionError for an unknown activation.
    """
    row = primitives.activation(layer.activation)
    expr = row.forward(net.generic)
    if row.couples:
        unit = net.axes[-1]
        twin = Axis(other(unit.index), unit.upper)
        expr /= Sum(exp(net[(*net.indices[:-1], twin.index)]), twin.limits)
    out = Quantity(f"out_{layer.name}", Role.OUT, layer.name, net.axes, initial=initial)
    return eq.define(out, expr, row.name)


def squared_weights(eq: Equations) -> Expr:
    """Half the sum of all squared weights; biases are not decayed (Goodfellow, Bengio, Courville 2016, section 7.1)."""
    weights = [q for q in eq.inputs if q.role is Role.WEIGHT]
    return sum((Sum(q.generic**2, *(a.limits for a in q.axes)) for q in weights), Integer(0)) / 2


def loss(eq: Equations, out: Quantity, name: str, *, reduction: str = "sum", decay: bool = False) -> Quantity:
    """The loss: one contribution per output unit, sample and time step, added up, and the L2 penalty.

    With the reduction "mean" the sum is divided by the number of samples, never by that of units. Raises
    DescriptionError for an unknown loss or reduction.
    """
    if reduction not in REDUCTIONS:
        msg = f"{reduction!r} is no way to reduce over the batch; known: {', '.join(REDUCTIONS)}"
        raise DescriptionError(msg)
    row = primitives.loss(name)
    target = eq.given("target", Role.TARGET, out.layer, *out.axes)
    units = out.axes[-1].upper
    unit = Quantity("E_unit", Role.UNIT_LOSS, out.layer, out.axes)
    eq.define(unit, row.forward(target.generic, out.generic, units), row.name, "loss")
    total: Expr = Sum(unit.generic, *(a.limits for a in unit.axes))
    if reduction == "mean" and out.axes[:-1]:
        total /= out.axes[0].upper
    if decay:
        total += eq.given("lambda", Role.DECAY, "").generic * squared_weights(eq)
    return eq.define(Quantity("E", Role.LOSS), total, "total-loss", "loss")


def local_derivative(step: Step, wrt: Quantity, at: tuple[Expr, ...]) -> tuple[Expr, tuple[Pair, ...]] | None:
    """The derivative of an activation's or loss's step by its argument at the indices `at`, as the tables have it.

    With it the indices that have to be equal, in pairs. None for other equations: SymPy differentiates those.
    """
    indices = step.quantity.indices
    if step.rule in primitives.ACTIVATIONS and step.section == "forward":
        row = primitives.ACTIVATIONS[step.rule]
        out = step.out
        if row.couples:
            own = KroneckerDelta(indices[-1], at[-1])
            local = out * (own - step.quantity[(*indices[:-1], at[-1])])
            return local, tuple(zip(indices[:-1], at[:-1], strict=True))
        return row.derivative(wrt[indices], out), tuple(zip(indices, at, strict=True))
    if step.rule in primitives.LOSSES and wrt.role is Role.OUT:
        target = Quantity("target", Role.TARGET, wrt.layer, wrt.axes)
        units = wrt.axes[-1].upper
        local = primitives.LOSSES[step.rule].derivative(target[indices], wrt[indices], units)
        return local, tuple(zip(indices, at, strict=True))
    return None
