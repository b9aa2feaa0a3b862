"""Each row of the tables of activations and losses against SymPy's own derivative."""

from __future__ import annotations

import mpmath
import pytest
from sympy import Expr, Piecewise, Rational, Symbol, exp, simplify

from bpsym.errors import DescriptionError
from bpsym.primitives import ACTIVATIONS, LOSSES, activation, loss
from core.by_hand import NUMBERS, activations, unit_losses

Z, T, O, N = (Symbol(name, real=True) for name in "zton")
POINTS = [Rational(p, 8) for p in range(-29, 30, 2)]  # no kink among them


def value(expr: Expr, point: dict[Symbol, Rational]) -> mpmath.mpf:
    """The number an expression has at a point, at 50 digits; exact values decide its cases."""
    with mpmath.workdps(60):
        return mpmath.mpf(str(expr.xreplace(point).evalf(50)))


def close(a: mpmath.mpf, b: mpmath.mpf) -> bool:
    """Whether two numbers agree to 45 digits."""
    with mpmath.workdps(50):
        return abs(a - b) <= mpmath.mpf(10) ** -45 * max(1, abs(a))


@pytest.mark.parametrize("name", [name for name, row in ACTIVATIONS.items() if not row.couples])
def test_activation(name: str) -> None:
    """The derivative in terms of the output is SymPy's derivative of the forward formula, at 30 points to 45 digits."""
    row = ACTIVATIONS[name]
    derivative = row.forward(Z).rewrite(Piecewise).diff(Z)
    written = row.derivative(Z, row.forward(Z))
    for point in POINTS:
        assert close(value(derivative, {Z: point}), value(written, {Z: point})), point


@pytest.mark.parametrize("name", ["identity", "sigmoid", "tanh", "softplus", "silu", "gelu"])
def test_smooth_activation_symbolically(name: str) -> None:
    """For those without cases the difference to SymPy's derivative simplifies to 0."""
    row = ACTIVATIONS[name]
    difference = row.derivative(Z, row.forward(Z)) - row.forward(Z).diff(Z)
    assert simplify(difference.rewrite(exp)) == 0


@pytest.mark.parametrize("name", [name for name, row in ACTIVATIONS.items() if not row.couples])
def test_activation_is_the_one_of_that_name(name: str) -> None:
    """The forward formula has the values of the function written out by hand."""
    for point in POINTS:
        with mpmath.workdps(50):
            (expected,) = activations(name, [mpmath.mpf(point.p) / point.q], NUMBERS)
        assert close(value(ACTIVATIONS[name].forward(Z), {Z: point}), expected)


def test_softmax_is_normalised_over_the_layer() -> None:
    """The one activation that couples units gives numerators; out(1 - out) is its derivative along the diagonal."""
    row = ACTIVATIONS["softmax"]
    assert [name for name, each in ACTIVATIONS.items() if each.couples] == ["softmax"]
    others = Symbol("c", positive=True)
    out = row.forward(Z) / (row.forward(Z) + others)
    assert simplify(out.diff(Z) - row.derivative(Z, out)) == 0


@pytest.mark.parametrize("name", LOSSES)
def test_loss(name: str) -> None:
    """The derivative by the output is SymPy's, for targets and outputs on both sides of each other."""
    row = LOSSES[name]
    unit = row.forward(T, O, N).rewrite(Piecewise)
    outs = [Rational(p, 16) for p in (1, 5, 11, 15)] if "entropy" in name else POINTS[::3]
    for target in (Rational(0), Rational(1, 3), Rational(1)):
        for out in outs:
            point = {T: target, O: out, N: Rational(3)}
            assert close(value(unit.diff(O), point), value(row.derivative(T, O, N), point)), point


@pytest.mark.parametrize("name", LOSSES)
def test_loss_is_the_one_of_that_name(name: str) -> None:
    """The formula has the values of the loss written out by hand, for each of three units."""
    targets, outs = [Rational(1, 4), Rational(1, 2), Rational(3)], [Rational(1, 8), Rational(7, 8), Rational(3, 4)]
    with mpmath.workdps(50):
        t, o = ([mpmath.mpf(each.p) / each.q for each in row] for row in (targets, outs))
        expected = unit_losses(name, t, o, NUMBERS)
    for target, out, number in zip(targets, outs, expected, strict=True):
        assert close(value(LOSSES[name].forward(T, O, N), {T: target, O: out, N: Rational(3)}), number)


@pytest.mark.parametrize("name", [name for name, row in ACTIVATIONS.items() if not row.couples])
def test_kinks_of_activations_are_named(name: str) -> None:
    """Left and right slope at 0 differ for exactly those that name a kink; the value taken there is one of them."""
    forward, derivative = activation(name).forward, activation(name).derivative
    slope = forward(Z).rewrite(Piecewise).diff(Z)
    tiny = Rational(1, 10**60)
    left, right = (value(slope, {Z: side}) for side in (-tiny, tiny))
    assert bool(activation(name).kink) == (not close(left, right))
    at_zero = value(derivative(Z, forward(Z)), {Z: Rational(0)})
    assert close(at_zero, left) or close(at_zero, right)
    assert {"": True, "zero": at_zero == 0, "left": close(at_zero, left)}[activation(name).kink]


@pytest.mark.parametrize("name", LOSSES)
def test_kinks_of_losses_are_named(name: str) -> None:
    """The absolute error alone has a kink, where output and target are equal; its derivative there is taken as 0."""
    assert loss(name).kink == ("sign" if name == "absolute-error" else "")
    if name == "absolute-error":
        assert value(loss(name).derivative(T, O, N), {T: Rational(1), O: Rational(1), N: Rational(1)}) == 0


def test_unknown_name() -> None:
    """A name that is in no table is answered with those that are."""
    with pytest.raises(DescriptionError, match=r"'sigmoyd' is no activation; known: identity, .*softmax"):
        activation("sigmoyd")
    with pytest.raises(DescriptionError, match=r"'mse' is no loss; known: half-squared-error, .*cross-entropy"):
        loss("mse")
