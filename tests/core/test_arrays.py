"""The NumPy interpreter against the exact one, entry by entry, and many variants at once against one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from bpsym.arrays import compile_arrays, evaluate_arrays
from bpsym.backprop import backprop
from bpsym.errors import EvaluationError, ProgramError
from bpsym.networks import Layer, convolutional, dense, recurrent
from bpsym.networks.equations import size
from bpsym.primitives import ACTIVATIONS, LOSSES
from bpsym.update import ORDERS, with_update
from core.helpers import Worked, drawn, position

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bpsym.program import Program


def array(worked: Worked, name: str) -> NDArray[np.float64]:
    """The exact interpreter's values of a quantity."""
    result = np.zeros(worked.expansion.shape(worked.program.get(name)))
    for entry in worked.expansion.entries(name):
        result[position(entry)] = float(arb(worked.environment[entry]))
    return result


def inputs(worked: Worked) -> dict[str, NDArray[np.float64]]:
    """The values of all inputs."""
    return {q.name: array(worked, q.name) for q in worked.program.inputs}


def assert_same(worked: Worked) -> None:
    """Every quantity of the program, forward, backward and updated, has the exact interpreter's values."""
    names = [step.quantity.name for step in worked.program.steps]
    found = evaluate_arrays(worked.program, worked.expansion.sizes, inputs(worked), names)
    assert list(found) == names
    for name in names:
        exact = array(worked, name)
        assert found[name].shape == exact.shape
        np.testing.assert_allclose(found[name], exact, rtol=1e-11, atol=1e-13, err_msg=name)


@st.composite
def networks(draw: st.DrawFn) -> Worked:
    """Dense networks of any depth, batch, decay and order of update; outputs lie where the loss is defined."""
    names = [f"h{n}" for n in range(draw(st.integers(0, 4)))] + ["o"]
    biases = st.sampled_from(("shared", "unit", "none"))
    layers = [Layer(name, draw(st.sampled_from(sorted(ACTIVATIONS))), draw(biases)) for name in names]
    loss = draw(st.sampled_from(sorted(LOSSES)))
    if "entropy" in loss:
        layers[-1] = Layer("o", draw(st.sampled_from(["sigmoid", "softmax"])), layers[-1].bias)
    batch = draw(st.booleans())
    reduction = draw(st.sampled_from(("sum", "mean"))) if batch else "sum"
    program = dense(layers, loss, batch=batch, reduction=reduction, decay=draw(st.booleans()))
    program = with_update(backprop(program), draw(st.sampled_from(ORDERS)))
    least = 2 if layers[-1].activation == "softmax" else 1
    sizes = {name: draw(st.integers(least if name == "o" else 1, 4)) for name in ["i", *names, "s"]}
    return drawn(program, draw(st.integers(0, 10**6)), **sizes)


@settings(max_examples=60)
@given(networks())
def test_dense(worked: Worked) -> None:
    """Random fully connected networks."""
    assert_same(worked)


@settings(max_examples=15)
@given(
    st.sampled_from(sorted(ACTIVATIONS)),
    st.sampled_from([("softmax", "cross-entropy"), ("sigmoid", "binary-cross-entropy"), ("tanh", "huber")]),
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(2, 3), st.integers(1, 4)),
    st.booleans(),
    st.sampled_from(ORDERS),
)
def test_recurrent(hidden: str, last: tuple[str, str], shape: tuple[int, ...], decay: bool, order: str) -> None:
    """Recurrent networks: forwards over time, and the error backwards."""
    output, loss = last
    program = with_update(backprop(recurrent(Layer("h", hidden), Layer("o", output), loss, decay=decay)), order)
    i, h, o, t = shape
    assert_same(drawn(program, 1, i=i, h=h, o=o, t=t))


@pytest.mark.parametrize("bias", ["shared", "unit", "none"])
@pytest.mark.parametrize(("taps", "channels"), [(1, 1), (2, 3), (5, 2)])
def test_convolutional(taps: int, channels: int, bias: str) -> None:
    """Convolution layers of several taps and channels, also with as many taps as inputs."""
    program = convolutional(Layer("h", "leaky-relu", bias), Layer("o", "softmax"), "cross-entropy", decay=taps == 2)
    assert_same(drawn(with_update(backprop(program)), 2, i=5, q=taps, h=channels, o=3))


PROGRAMS: dict[str, tuple[Program, dict[str, int]]] = {
    "dense": (
        dense([Layer("h", "gelu"), Layer("o", "softmax")], "cross-entropy", batch=True),
        {"i": 2, "h": 3, "o": 2, "s": 3},
    ),
    "recurrent": (recurrent(Layer("h", "tanh"), Layer("o"), "half-squared-error"), {"i": 2, "h": 3, "o": 2, "t": 3}),
    "convolutional": (convolutional(Layer("h", "relu"), Layer("o"), "huber"), {"i": 6, "q": 3, "h": 2, "o": 2}),
}


@pytest.mark.parametrize("varying", [("x",), ("target",), ("W_h", "b_o"), ("eta",), None])
@pytest.mark.parametrize("name", PROGRAMS)
def test_variants(name: str, varying: tuple[str, ...] | None) -> None:
    """With a leading axis on some inputs, or on all, each variant gets what it gets alone."""
    program, sizes = PROGRAMS[name]
    program = with_update(backprop(program))
    variants = [drawn(program, seed, **sizes) for seed in range(4)]
    each = [inputs(variant) for variant in variants]
    shared = {n: value for n, value in each[0].items() if varying is not None and n not in varying}
    together = {n: shared[n] if n in shared else np.stack([one[n] for one in each]) for n in each[0]}
    names = [step.quantity.name for step in program.steps]
    found = evaluate_arrays(program, variants[0].expansion.sizes, together, names)
    for number, one in enumerate(each):
        alone = evaluate_arrays(program, variants[0].expansion.sizes, {**one, **shared}, names)
        for quantity in names:
            varies = found[quantity].ndim > alone[quantity].ndim
            mine = found[quantity][number] if varies else found[quantity]
            np.testing.assert_allclose(mine, alone[quantity], rtol=1e-12, atol=1e-14, err_msg=quantity)
    assert found["W_h_new"].ndim == 3
    assert found["net_h"].ndim == each[0]["target" if name != "convolutional" else "W_h"].ndim + (
        varying is None or bool({"x", "W_h"} & set(varying))
    )


def test_only_what_is_wanted_is_needed() -> None:
    """The outputs need no targets and no learning rate; results have the axes of their quantities."""
    worked = drawn(with_update(backprop(dense([Layer("h"), Layer("o")], "half-squared-error"))), 3, i=2, h=3, o=1)
    some = {name: value for name, value in inputs(worked).items() if name not in ("target", "eta")}
    found = evaluate_arrays(worked.program, worked.expansion.sizes, some, ["out_o", "W_h"])
    assert {name: value.shape for name, value in found.items()} == {"out_o": (1,), "W_h": (3, 2)}


def test_compiled_once_run_often() -> None:
    """Code is made once for the sizes and run on any values, also with any number of variants."""
    worked = drawn(backprop(dense([Layer("o")], "half-squared-error")), 4, i=2, o=2)
    code = compile_arrays(worked.program, worked.expansion.sizes, ["d_W_o"], varying=["x"])
    one = inputs(worked)
    for count in (1, 7):
        found = code.run({**one, "x": np.broadcast_to(one["x"], (count, 2))})
        np.testing.assert_allclose(found["d_W_o"], np.broadcast_to(array(worked, "d_W_o"), (count, 2, 2)), rtol=1e-12)


def test_wrong_inputs() -> None:
    """A missing input, a wrong shape and a size without a number are one sentence each."""
    worked = drawn(backprop(dense([Layer("o")], "half-squared-error")), 4, i=2, o=2)
    good = inputs(worked)
    sizes = worked.expansion.sizes
    with pytest.raises(EvaluationError, match="b_o has no value"):
        evaluate_arrays(worked.program, sizes, {n: v for n, v in good.items() if n != "b_o"}, ["out_o"])
    with pytest.raises(EvaluationError, match=r"x has the shape \(3,\); it needs \(2,\)"):
        evaluate_arrays(worked.program, sizes, good | {"x": np.zeros(3)}, ["out_o"])
    with pytest.raises(EvaluationError, match=r"x has the shape \(4, 3\); it needs \(2,\) for each variant"):
        evaluate_arrays(worked.program, sizes, good | {"x": np.zeros((4, 3))}, ["out_o"])
    with pytest.raises(ProgramError, match="the size n_o of index k is a symbol"):
        evaluate_arrays(worked.program, {size("i"): 2}, good, ["out_o"])
    with pytest.raises(ProgramError, match="the program defines no 'out_h'"):
        evaluate_arrays(worked.program, sizes, good, ["out_h"])


def test_beyond_floating_point() -> None:
    """What a float cannot hold comes out as inf or nan, without a warning: the caller looks."""
    worked = drawn(dense([Layer("o", "elu", "none")], "cross-entropy"), 5, i=1, o=1)
    huge = inputs(worked) | {"x": np.array([1e6]), "W_o": np.array([[-1e6]])}
    found = evaluate_arrays(worked.program, worked.expansion.sizes, huge, ["out_o", "E"])
    assert found["out_o"] == -1
    assert np.isnan(found["E"])
