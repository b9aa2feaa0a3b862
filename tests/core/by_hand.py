"""The forward passes written out by hand, for any kind of number: the second engine the core is held against.

Nothing here comes from bpsym. Values are nested lists; a loss comes out as mpmath number or SymPy expression.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mpmath
import sympy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Number = Any
Values = dict[str, Any]


@dataclass(frozen=True)
class Arithmetic:
    """What a forward pass asks of a kind of number."""

    exp: Callable[[Number], Number]
    log: Callable[[Number], Number]
    tanh: Callable[[Number], Number]
    erf: Callable[[Number], Number]
    sqrt: Callable[[Number], Number]
    absolute: Callable[[Number], Number]
    below: Callable[[Number, int, Number, Number], Number]  # (x, c, a, b): a where x <= c, else b


NUMBERS = Arithmetic(
    mpmath.exp, mpmath.log, mpmath.tanh, mpmath.erf, mpmath.sqrt, abs, lambda x, c, a, b: a if x <= c else b
)


def formulas(point: dict[sympy.Symbol, sympy.Rational]) -> Arithmetic:
    """Expressions; of a case distinction the branch that holds around the point."""

    def below(x: Number, c: int, a: Number, b: Number) -> Number:
        return a if sympy.sympify(x).evalf(30, subs=point) <= c else b

    return Arithmetic(sympy.exp, sympy.log, sympy.tanh, sympy.erf, sympy.sqrt, sympy.Abs, below)


def number_of(expr: sympy.Expr, found: dict[sympy.Expr, mpmath.mpf]) -> mpmath.mpf:
    """The value of an expression at mpmath's precision; `found` has the symbols' values and keeps what it computes."""
    if expr not in found:
        if expr.is_Rational:
            found[expr] = mpmath.mpf(expr.p) / expr.q
        elif expr == sympy.pi:
            found[expr] = +mpmath.pi
        else:
            found[expr] = FUNCTIONS[expr.func](*(number_of(arg, found) for arg in expr.args))
    return found[expr]


FUNCTIONS: dict[type, Callable[..., mpmath.mpf]] = {
    sympy.Add: lambda *args: mpmath.fsum(args),
    sympy.Mul: lambda *args: mpmath.fprod(args),
    sympy.Pow: mpmath.power,
    sympy.exp: mpmath.exp,
    sympy.log: mpmath.log,
    sympy.tanh: mpmath.tanh,
    sympy.erf: mpmath.erf,
    sympy.sign: mpmath.sign,
    sympy.Abs: mpmath.fabs,
}


def activations(name: str, z: list[Number], a: Arithmetic) -> list[Number]:
    """The outputs of a layer from its net inputs."""
    if name == "softmax":
        total = sum(a.exp(each) for each in z)
        return [a.exp(each) / total for each in z]
    one: dict[str, Callable[[Number], Number]] = {
        "identity": lambda x: x,
        "sigmoid": lambda x: 1 / (1 + a.exp(-x)),
        "tanh": a.tanh,
        "relu": lambda x: a.below(x, 0, 0 * x, x),
        "leaky-relu": lambda x: a.below(x, 0, x / 100, x),
        "elu": lambda x: a.below(x, 0, a.exp(x) - 1, x),
        "softplus": lambda x: a.log(1 + a.exp(x)),
        "silu": lambda x: x / (1 + a.exp(-x)),
        "gelu": lambda x: x * (1 + a.erf(x / a.sqrt(2))) / 2,
    }
    return [one[name](each) for each in z]


def unit_losses(name: str, target: list[Number], out: list[Number], a: Arithmetic) -> list[Number]:
    """The contribution of each output unit."""
    n = len(out)
    one: dict[str, Callable[[Number, Number], Number]] = {
        "half-squared-error": lambda t, o: (t - o) ** 2 / 2,
        "mean-squared-error": lambda t, o: (t - o) ** 2 / n,
        "absolute-error": lambda t, o: a.absolute(t - o),
        "huber": lambda t, o: a.below(a.absolute(t - o), 1, (t - o) ** 2 / 2, a.absolute(t - o) - HALF),
        "binary-cross-entropy": lambda t, o: -(t * a.log(o) + (1 - t) * a.log(1 - o)),
        "cross-entropy": lambda t, o: -t * a.log(o),
    }
    return [one[name](t, o) for t, o in zip(target, out, strict=True)]


HALF = sympy.Rational(1, 2)


def bias(values: Values, layer: str, unit: int) -> Number:
    """The bias of a unit: a number for the whole layer, a list of one per unit, or nothing."""
    b = values.get(f"b_{layer}", 0)
    return b[unit] if isinstance(b, list) else b


def affine(values: Values, layer: str, source: list[Number], weights: str = "W") -> list[Number]:
    """W source, row by row."""
    rows = values[f"{weights}_{layer}"]
    return [sum(w * s for w, s in zip(row, source, strict=True)) for row in rows]


def layer_out(values: Values, layer: str, activation: str, source: list[Number], a: Arithmetic) -> list[Number]:
    """The outputs of a dense layer."""
    net = [z + bias(values, layer, k) for k, z in enumerate(affine(values, layer, source))]
    return activations(activation, net, a)


def flat(nested: Any) -> list[Number]:
    """The numbers of a nested list, in order."""
    return [each for part in nested for each in flat(part)] if isinstance(nested, list) else [nested]


def penalty(values: Values) -> Number:
    """Half of lambda times the sum of all squared weights."""
    weights = [w for name, value in values.items() if name[:2] in ("W_", "V_") for w in flat(value)]
    return values["lambda"] * sum(w * w for w in weights) / 2


def dense_loss(
    layers: Sequence[tuple[str, str]],  # name, activation
    loss: str,
    values: Values,
    a: Arithmetic,
    *,
    batch: bool = False,
    mean: bool = False,
) -> Number:
    """The loss of a fully connected network; `values` has a lambda where weights are decayed."""
    samples = list(zip(values["x"], values["target"], strict=True)) if batch else [(values["x"], values["target"])]
    total: Number = 0
    for x, target in samples:
        out = x
        for name, activation in layers:
            out = layer_out(values, name, activation, out, a)
        total += sum(unit_losses(loss, target, out, a))
    if mean:
        total = total / len(samples)
    return total + penalty(values) if "lambda" in values else total


def recurrent_loss(hidden: str, output: str, loss: str, values: Values, a: Arithmetic) -> Number:
    """The loss of a simple recurrent network, summed over time."""
    total, state = 0, values["start_h"]
    for x, target in zip(values["x"], values["target"], strict=True):
        pairs = zip(affine(values, "h", x), affine(values, "h", state, "V"), strict=True)
        state = activations(hidden, [w + v + bias(values, "h", j) for j, (w, v) in enumerate(pairs)], a)
        total += sum(unit_losses(loss, target, layer_out(values, "o", output, state, a), a))
    return total + penalty(values) if "lambda" in values else total


def convolutional_loss(hidden: str, output: str, loss: str, values: Values, a: Arithmetic) -> Number:
    """The loss of a one-dimensional convolution layer followed by a dense layer over all channels and positions."""
    x, kernels = values["x"], values["W_h"]
    taps = len(kernels[0])
    windows = [x[p : p + taps] for p in range(len(x) - taps + 1)]
    out = []
    for c, kernel in enumerate(kernels):
        net = [sum(k * v for k, v in zip(kernel, window, strict=True)) + bias(values, "h", c) for window in windows]
        out.append(activations(hidden, net, a))
    net = [
        sum(w * o for w, o in zip(flat(rows), flat(out), strict=True)) + bias(values, "o", k)
        for k, rows in enumerate(values["W_o"])
    ]
    total = sum(unit_losses(loss, values["target"], activations(output, net, a), a))
    return total + penalty(values) if "lambda" in values else total
