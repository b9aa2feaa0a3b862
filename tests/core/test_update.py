"""The update of the parameters: which, in which order, against an implementation in plain floating point."""

from __future__ import annotations

import math
import random

import pytest
from flint import arb

from bpsym.backprop import backprop
from bpsym.errors import DescriptionError
from bpsym.networks import Layer, dense
from bpsym.program import Role
from bpsym.update import with_update
from core.helpers import Worked, drawn, position

Matrix = list[list[float]]


def step_by_hand(
    weights: list[Matrix], biases: list[list[float]], x: list[float], target: list[float], eta: float, order: str
) -> tuple[list[Matrix], list[list[float]]]:
    """One step for a network of sigmoid layers with half squared error, layer by layer from the last to the first.

    In sequential order the error passes back through the weights that have just been updated.
    """
    outs = [x]
    for w, b in zip(weights, biases, strict=True):
        net = [sum(a * o for a, o in zip(row, outs[-1], strict=True)) + s for row, s in zip(w, b, strict=True)]
        outs.append([1 / (1 + math.exp(-z)) for z in net])
    delta = [(o - t) * o * (1 - o) for o, t in zip(outs[-1], target, strict=True)]
    new_weights, new_biases = list(weights), list(biases)
    for layer in reversed(range(len(weights))):
        before = outs[layer]
        new_weights[layer] = [
            [w - eta * d * o for w, o in zip(row, before, strict=True)]
            for row, d in zip(weights[layer], delta, strict=True)
        ]
        new_biases[layer] = [b - eta * d for b, d in zip(biases[layer], delta, strict=True)]
        through = new_weights[layer] if order == "sequential" else weights[layer]
        back = [sum(row[j] * d for row, d in zip(through, delta, strict=True)) for j in range(len(before))]
        delta = [b * o * (1 - o) for b, o in zip(back, before, strict=True)]
    return new_weights, new_biases


@pytest.mark.parametrize("shape", [(2, 2, 2), (3, 4, 2, 3), (1, 2, 3, 2, 1)])
@pytest.mark.parametrize("order", ["simultaneous", "sequential"])
def test_one_step(order: str, shape: tuple[int, ...]) -> None:
    """Both orders, for two to four layers, agree with the step written in plain floating point."""
    random_numbers = random.Random(sum(shape))
    names = [f"l{n}" for n in range(1, len(shape))]
    program = with_update(backprop(dense([Layer(n) for n in names], "half-squared-error")), order)
    worked = drawn(program, random_numbers.randrange(1000), **dict(zip(["i", *names], shape, strict=True)))
    floats = worked.nested(lambda entry: float(arb(worked.values[entry])))
    expected_weights, expected_biases = step_by_hand(
        [floats[f"W_{n}"] for n in names],
        [floats[f"b_{n}"] for n in names],
        floats["x"],
        floats["target"],
        floats["eta"],
        order,
    )
    for kind, expected in (("W", expected_weights), ("b", expected_biases)):
        for name, numbers in zip(names, expected, strict=True):
            for entry in worked.expansion.entries(f"{kind}_{name}_new"):
                number: object = numbers
                for index in position(entry):
                    number = number[index]  # type: ignore[index]  # nested lists
                assert float(arb(worked.environment[entry])) == pytest.approx(number, rel=1e-13)


def test_orders_differ_before_the_last_layer_only() -> None:
    """The slip changes the hidden layer's new weights and leaves the output layer's alone."""
    values = {}
    for order in ("simultaneous", "sequential"):
        program = with_update(backprop(dense([Layer("h"), Layer("o")], "half-squared-error")), order)
        worked = drawn(program, 7, i=2, h=2, o=2)
        values[order] = {
            name: [float(arb(worked.environment[e])) for e in worked.expansion.entries(name)]
            for name in ("W_h_new", "b_h_new", "W_o_new", "b_o_new")
        }
    a, b = values.values()
    assert {name for name in a if a[name] != b[name]} == {"W_h_new", "b_h_new"}


def test_trained_parameters() -> None:
    """Only the parameters named are updated; the gradients of the others are still there."""
    program = backprop(dense([Layer("h"), Layer("o")], "half-squared-error"))
    some = with_update(program, "simultaneous", frozenset({"W_h", "W_o"}))
    assert [q.name for q in some.all(Role.UPDATED)] == ["W_h_new", "W_o_new"]
    assert [q.name for q in with_update(program).all(Role.UPDATED)] == ["W_h_new", "b_h_new", "W_o_new", "b_o_new"]
    assert some.adjoint("b_h") is not None
    assert [q.of for q in some.all(Role.UPDATED)] == ["W_h", "W_o"]


def test_sequential_equations() -> None:
    """In sequential order the updated weights stand in the equation of the next error, and are defined before it."""
    program = with_update(backprop(dense([Layer("h"), Layer("o")], "half-squared-error")), "sequential")
    names = [step.quantity.name for step in program.steps]
    assert names.index("W_o_new") < names.index("d_out_h") < names.index("W_h_new")
    assert "W_o_new" in str(program.by_name["d_out_h"].expr)
    assert "W_o_new" not in str(program.by_name["d_W_o"].expr)


def test_decay_in_the_update() -> None:
    """With an L2 penalty a weight shrinks by eta·lambda of itself beside the gradient of the data; a bias does not."""
    with_decay, without = (
        with_update(backprop(dense([Layer("o")], "half-squared-error", decay=decay))) for decay in (True, False)
    )
    decayed = drawn(with_decay, 8, i=2, o=2)
    shared = {e: v for e, v in decayed.values.items() if "lambda" not in str(e)}
    plain = Worked(drawn(without, 8, i=2, o=2).expansion, shared)
    eta, rate = (decayed.values[decayed.program.get(name).generic] for name in ("eta", "lambda"))
    for new, old in (("W_o_new", "W_o"), ("b_o_new", "b_o")):
        for entry, weight in zip(decayed.expansion.entries(new), decayed.expansion.entries(old), strict=True):
            shrunk = eta * rate * decayed.values[weight] if old == "W_o" else 0
            assert arb(plain.environment[entry] - decayed.environment[entry]).overlaps(arb(shrunk))


def test_unknown_order() -> None:
    """An order that doesn't exist is answered with those that do."""
    program = backprop(dense([Layer("o")], "half-squared-error"))
    with pytest.raises(DescriptionError, match="'random' is no order of the update; known: simultaneous, sequential"):
        with_update(program, "random")
