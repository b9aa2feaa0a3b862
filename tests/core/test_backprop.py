"""Gradients against SymPy's own derivative of the loss written out by hand, and against central differences."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import mpmath
import pytest
from flint import arb
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Add, Integer, KroneckerDelta, Rational, Sum, Symbol

from bpsym.backprop import backprop
from bpsym.networks import Layer, convolutional, dense, recurrent
from bpsym.networks.equations import size
from bpsym.primitives import ACTIVATIONS, LOSSES
from bpsym.program import Program, Role
from core.by_hand import (
    NUMBERS,
    Arithmetic,
    Values,
    convolutional_loss,
    dense_loss,
    formulas,
    number_of,
    recurrent_loss,
)
from core.helpers import Worked, drawn, gradient_of, rational

if TYPE_CHECKING:
    from collections.abc import Callable

    from sympy import Expr

BIASES = ("shared", "unit", "none")


def derivatives_by_sympy(worked: Worked, loss: Callable[[Values, Arithmetic], Any]) -> dict[Expr, mpmath.mpf]:
    """SymPy's derivative of the whole loss by each parameter, evaluated at 50 digits."""
    parameters = {entry: Symbol(f"p{n}", real=True) for n, entry in enumerate(worked.parameters())}

    numbers = {entry: Rational(int(value.p), int(value.q)) for entry, value in worked.values.items()}
    point = {symbol: numbers[entry] for entry, symbol in parameters.items()}
    expanded = loss(worked.nested(lambda entry: parameters.get(entry, numbers[entry])), formulas(point))
    with mpmath.workdps(50):
        found = {symbol: rational(worked.values[entry]) for entry, symbol in parameters.items()}
        return {entry: number_of(expanded.diff(symbol), found) for entry, symbol in parameters.items()}


def differences(worked: Worked, loss: Callable[[Values, Arithmetic], Any], entry: Expr) -> mpmath.mpf:
    """The central difference of the loss by one parameter, with a step of 1e-20 at 60 digits."""
    step = mpmath.mpf(10) ** -20

    def shifted(by: mpmath.mpf) -> mpmath.mpf:
        return loss(worked.nested(lambda e: rational(worked.values[e]) + (by if e == entry else 0)), NUMBERS)

    return (shifted(step) - shifted(-step)) / (2 * step)


def assert_equal(worked: Worked, expected: dict[Expr, mpmath.mpf], tolerance: str = "1e-36") -> None:
    """Each gradient is the expected number; nothing is missing."""
    with mpmath.workdps(50):
        for parameter, value in expected.items():
            gradient = worked.precise(gradient_of(worked, parameter))
            assert abs(gradient - value) <= mpmath.mpf(tolerance) * max(1, abs(value)), parameter


WAYS = list(product((False, True), ((False, "sum"), (True, "sum"), (True, "mean"))))  # decay, (batch, reduction)


def small_network(
    activation: str, loss: str, bias: str, way: int
) -> tuple[Worked, Callable[[Values, Arithmetic], Any]]:
    """A 1-2-2 network, one of the WAYS; its outputs lie between 0 and 1 where the loss takes their logarithm."""
    decay, (batch, reduction) = WAYS[way]
    layers = [Layer("h", activation, bias), Layer("o", activation, bias)]
    program = backprop(dense(layers, loss, batch=batch, reduction=reduction, decay=decay))
    low, high = (-90, 90) if "entropy" not in loss else (-90, -5) if activation == "softplus" else (5, 60)
    seed = 0
    while True:
        worked = drawn(program, seed, low, high, i=1, h=2, o=2, s=2)
        if "entropy" not in loss or all(0 < worked.precise(out) < 1 for out in worked.expansion.entries("out_o")):
            break
        seed += 1

    def by_hand(values: Values, arithmetic: Arithmetic) -> Any:
        named = [(layer.name, layer.activation) for layer in layers]
        return dense_loss(named, loss, values, arithmetic, batch=batch, mean=reduction == "mean")

    return worked, by_hand


@pytest.mark.parametrize(("activation", "loss"), list(product(ACTIVATIONS, LOSSES)))
def test_every_combination(activation: str, loss: str) -> None:
    """Activation × loss × bias kind, each in another way: SymPy's derivative of the whole loss."""
    turn = list(ACTIVATIONS).index(activation) + list(LOSSES).index(loss)
    for bias, way in (("shared", 0), ("unit", 3), ("none", (1, 2, 4, 5)[turn % 4])):
        worked, by_hand = small_network(activation, loss, bias, way)
        assert_equal(worked, derivatives_by_sympy(worked, by_hand))


@pytest.mark.parametrize("way", range(len(WAYS)))
@pytest.mark.parametrize(("activation", "loss"), [("sigmoid", "half-squared-error"), ("softmax", "cross-entropy")])
def test_every_way(activation: str, loss: str, way: int) -> None:
    """Each combination of decay, batch, sum and mean, for the two most used networks."""
    worked, by_hand = small_network(activation, loss, "unit", way)
    assert_equal(worked, derivatives_by_sympy(worked, by_hand))


@pytest.mark.parametrize(
    ("hidden", "output", "loss", "bias", "decay", "steps"),
    [
        ("tanh", "identity", "half-squared-error", "unit", False, 3),
        ("sigmoid", "softmax", "cross-entropy", "shared", True, 2),
        ("softmax", "sigmoid", "binary-cross-entropy", "none", False, 2),
        ("relu", "identity", "huber", "unit", True, 4),
    ],
)
def test_recurrent(hidden: str, output: str, loss: str, bias: str, decay: bool, steps: int) -> None:
    """Backpropagation through two to four time steps: SymPy's derivative of the loss of the unrolled network."""
    program = backprop(recurrent(Layer("h", hidden, bias), Layer("o", output, bias), loss, decay=decay))
    worked = drawn(program, 1, i=2, h=2, o=2, t=steps)
    assert_equal(worked, derivatives_by_sympy(worked, lambda v, a: recurrent_loss(hidden, output, loss, v, a)))


@pytest.mark.parametrize(
    ("hidden", "output", "loss", "bias", "taps", "channels"),
    [
        ("relu", "identity", "half-squared-error", "unit", 3, 2),
        ("tanh", "softmax", "cross-entropy", "shared", 2, 3),
        ("leaky-relu", "sigmoid", "binary-cross-entropy", "none", 1, 1),
        ("softplus", "tanh", "huber", "unit", 5, 2),  # as many taps as inputs: one position
    ],
)
def test_convolutional(hidden: str, output: str, loss: str, bias: str, taps: int, channels: int) -> None:
    """Several taps and channels: SymPy's derivative of the loss with every window written out."""
    program = backprop(convolutional(Layer("h", hidden, bias), Layer("o", output, bias), loss, decay=taps == 2))
    worked = drawn(program, 2, i=5, q=taps, h=channels, o=2)
    assert_equal(worked, derivatives_by_sympy(worked, lambda v, a: convolutional_loss(hidden, output, loss, v, a)))


def test_autoencoder() -> None:
    """Target equal to input: the gradients are those of the loss with the target held fixed."""
    program = backprop(dense([Layer("h"), Layer("o")], "half-squared-error"))
    worked = drawn(program, 3, 5, i=3, h=2, o=3)
    for entry, x in zip(worked.expansion.entries("target"), worked.expansion.entries("x"), strict=True):
        worked.values[entry] = worked.values[x]
    layers = [("h", "sigmoid"), ("o", "sigmoid")]
    assert_equal(worked, derivatives_by_sympy(worked, lambda v, a: dense_loss(layers, "half-squared-error", v, a)))


SMOOTH = [row.name for row in ACTIVATIONS.values() if not row.kink]


@st.composite
def random_networks(draw: st.DrawFn) -> tuple[Worked, Callable[[Values, Arithmetic], Any], int]:
    """Networks of any depth up to three hidden layers, any widths up to 3, and a parameter to look at."""
    names = [f"h{n}" for n in range(draw(st.integers(0, 3)))] + ["o"]
    layers = [Layer(name, draw(st.sampled_from(sorted(ACTIVATIONS))), draw(st.sampled_from(BIASES))) for name in names]
    loss = draw(st.sampled_from(sorted(row for row in LOSSES if "entropy" not in row)))
    batch, decay = draw(st.booleans()), draw(st.booleans())
    reduction = draw(st.sampled_from(("sum", "mean"))) if batch else "sum"
    program = backprop(dense(layers, loss, batch=batch, reduction=reduction, decay=decay))
    sizes = {name: draw(st.integers(1, 3)) for name in ["i", *names, "s"]}
    worked = drawn(program, draw(st.integers(0, 10**6)), **sizes)

    def by_hand(values: Values, arithmetic: Arithmetic) -> Any:
        named = [(layer.name, layer.activation) for layer in layers]
        return dense_loss(named, loss, values, arithmetic, batch=batch, mean=reduction == "mean")

    return worked, by_hand, draw(st.integers(0, 10**6))


@settings(max_examples=60)
@given(random_networks())
def test_central_differences(network: tuple[Worked, Callable[[Values, Arithmetic], Any], int]) -> None:
    """On random networks three gradients at a time agree with central differences at 60 digits."""
    worked, by_hand, first = network
    assume(not list(worked.environment.kinks()))
    outputs = zip(worked.expansion.entries("out_o"), worked.expansion.entries("target"), strict=True)
    assume(all(abs(worked.precise(out) - worked.precise(target)) > 1e-9 for out, target in outputs))
    parameters = worked.parameters()
    with mpmath.workdps(60):
        chosen = {parameters[(first + n) % len(parameters)] for n in (0, 1, len(parameters) // 2)}
        assert_equal(worked, {entry: differences(worked, by_hand, entry) for entry in chosen}, "1e-18")


@settings(max_examples=15)
@given(
    st.sampled_from(SMOOTH),
    st.sampled_from(["identity", "softmax", "tanh"]),
    st.tuples(*(st.integers(1, 3) for _ in range(3)), st.integers(1, 5)),
    st.integers(0, 10**6),
)
def test_central_differences_in_time(hidden: str, output: str, shape: tuple[int, ...], seed: int) -> None:
    """The same for recurrent networks over up to five time steps."""
    i, h, o, t = shape
    program = backprop(recurrent(Layer("h", hidden), Layer("o", output), "half-squared-error"))
    worked = drawn(program, seed, i=i, h=h, o=o, t=t)
    parameters = worked.parameters()
    with mpmath.workdps(60):
        chosen = {parameters[(seed + n) % len(parameters)] for n in (0, 1, len(parameters) // 2)}
        loss = "half-squared-error"
        expected = {
            entry: differences(worked, lambda v, a: recurrent_loss(hidden, output, loss, v, a), entry)
            for entry in chosen
        }
        assert_equal(worked, expected, "1e-18")


PROGRAMS: dict[str, Program] = {
    "deep": dense([Layer("h1", "tanh"), Layer("h2", "softmax"), Layer("o")], "huber", batch=True, decay=True),
    "softmax": dense([Layer("h"), Layer("o", "softmax")], "cross-entropy", batch=True, reduction="mean"),
    "recurrent": recurrent(Layer("h", "tanh"), Layer("o", "softmax"), "cross-entropy", decay=True),
    "convolutional": convolutional(Layer("h", "relu"), Layer("o"), "half-squared-error"),
}
SIZES = {
    "deep": {"i": 2, "h1": 2, "h2": 3, "o": 2, "s": 2},
    "softmax": {"i": 2, "h": 2, "o": 3, "s": 2},
    "recurrent": {"i": 2, "h": 2, "o": 2, "t": 3},
    "convolutional": {"i": 5, "q": 2, "h": 2, "o": 2},
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_adjoint_is_the_sum_of_its_terms(name: str) -> None:
    """In index notation and written out, an adjoint's formula is the sum of upstream times local over its paths."""
    worked = drawn(backprop(PROGRAMS[name]), 4, **SIZES[name])
    for step in worked.program.section("backward"):
        assert step.terms
        total = Integer(0)
        for term in step.terms:
            path = term.upstream * term.local
            total += Sum(path, *((a.index, a.lower, a.upper) for a in term.over)) if term.over else path
        assert step.expr == total
    for scalar in worked.expansion.steps("backward"):
        assert scalar.expr == Add(*(term.upstream * term.local for term in scalar.terms))
        assert all(term.wrt == scalar.out.func(*_of(scalar, worked)) for term in scalar.terms)
        assert not scalar.expr.has(Sum, KroneckerDelta)


def _of(scalar: Any, worked: Worked) -> tuple[Any, ...]:
    quantity = worked.program.get(scalar.step.quantity.of)
    return (quantity.base, *scalar.out.args[1:]) if scalar.out.args else (quantity.name,)


@pytest.mark.parametrize("name", PROGRAMS)
def test_forms_equal_the_chain(name: str) -> None:
    """Each simpler way of writing an error signal has the value of the chain rule's sum; targets are probabilities."""
    worked = drawn(backprop(PROGRAMS[name]), 5, **SIZES[name])
    forms = 0
    for scalar in worked.expansion.steps("backward"):
        for form in scalar.forms:
            forms += 1
            chain, simple = worked.environment.of(scalar.expr), worked.environment.of(form.expr)
            assert isinstance(chain, arb)
            assert isinstance(simple, arb)
            assert chain.overlaps(simple)
            assert min(chain.rel_accuracy_bits(), simple.rel_accuracy_bits()) > 90
    assert (forms > 0) == (name in ("softmax", "recurrent"))


def test_softmax_with_cross_entropy_is_out_minus_target() -> None:
    """The last form of softmax with cross-entropy is out - target, and of sigmoid with binary cross-entropy too."""
    for output, loss in (("softmax", "cross-entropy"), ("sigmoid", "binary-cross-entropy")):
        program = backprop(dense([Layer("o", output)], loss))
        out, target = program.get("out_o").generic, program.get("target").generic
        assert program.by_name["d_net_o"].simplest == out - target


def test_matrix_form_of_the_documents() -> None:
    """One hidden layer, mean squared error: the index notation of -2/n (Y - a)·a(1 - a) and what follows from it."""
    program = backprop(dense([Layer("h"), Layer("o")], "mean-squared-error"))
    m, j, k = (Symbol(letter, integer=True, positive=True) for letter in "mjk")
    out_o, out_h, target, w_o, x = (program.get(name).base for name in ("out_o", "out_h", "target", "W_o", "x"))
    d_out, d_o, d_out_h, d_h = (program.get(f"d_{name}").base for name in ("out_o", "net_o", "out_h", "net_h"))
    n = size("o")
    expected = {
        "d_out_o": -2 * (target[k] - out_o[k]) / n,
        "d_net_o": d_out[k] * out_o[k] * (1 - out_o[k]),
        "d_W_o": d_o[k] * out_h[j],
        "d_b_o": d_o[k],
        "d_out_h": Sum(w_o[k, j] * d_o[k], (k, 1, n)),
        "d_net_h": d_out_h[j] * out_h[j] * (1 - out_h[j]),
        "d_W_h": d_h[j] * x[m],
        "d_b_h": d_h[j],
    }
    assert [step.quantity.name for step in program.section("backward")] == list(expected)
    for name, formula in expected.items():
        assert (program.by_name[name].expr - formula).expand() == 0


def test_number_of_equations_does_not_grow_with_the_network() -> None:
    """With symbolic sizes there is one equation for each tensor, however large they are."""
    program = backprop(dense([Layer("h"), Layer("o")], "half-squared-error"))
    assert [q.role for q in program.quantities.values()].count(Role.ADJOINT) == 8
    assert len(program.steps) == 6 + 8
