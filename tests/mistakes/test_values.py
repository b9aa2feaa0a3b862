"""Mistakes followed through: to later entries, as habits, in pairs, in whole trainings and in many variants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from flint import fmpq

from bpsym.arrays import compile_arrays
from bpsym.backprop import backprop
from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.mistakes import rules
from bpsym.mistakes.candidates import LARGE, Mistake, procedure
from bpsym.mistakes.columns import Columns, apart, columns, twins
from bpsym.mistakes.values import Mistakes, wrong_values
from bpsym.networks import Layer, dense
from bpsym.networks.equations import size
from bpsym.rounding import SHOWN, Rounding
from bpsym.training import train
from bpsym.update import with_update
from mistakes.by_hand import NETWORKS, WH, WO, T, sigmoid, squared
from mistakes.described import entry, network, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from bpsym.rounding import Value

TWO = NETWORKS["2-2-2"]


def showing(text: str) -> Callable[[Value], bool]:
    """Whether a value is shown by these digits."""
    return lambda value: f"{float(value):.{len(text.partition('.')[2])}f}" == text


def named(written: str, figure: float | str) -> list[tuple[str, ...]]:
    """The rules that explain a figure of the 2-2-2 network, the first to be named first."""
    text = figure if isinstance(figure, str) else f"{figure:.9f}"
    found = network("2-2-2").explanations(entry("2-2-2", written), showing(text))
    return [tuple(rule.id for rule in explanation.mistake.rules) for explanation in found]


def test_right_figure_is_no_mistake() -> None:
    """What is right at the entry itself is never taken for a mistake."""
    there = network("2-2-2")
    for step in there.environment.expansion.steps():
        figures = {shown(value) for _, _, value in there.local(step.out)}
        assert shown(there.environment[step.out]) not in figures


def test_mistake_on_the_way() -> None:
    """A derivative forgotten in the error signal is recognised in the gradient of a weight, and in its new value."""
    gradient = (TWO.o[0] - TWO.t[0]) * TWO.h[0]
    assert named("d_W_o[1, 1]", gradient) == [("activation-derivative-forgotten",)]
    assert named("W_o_new[1, 1]", 0.40 - 0.5 * gradient) == [("activation-derivative-forgotten",)]


def test_own_step_is_named_first() -> None:
    """w + η g is gradient ascent first; an error signal of the wrong sign gives the same figure and comes second."""
    assert named("W_o_new[1, 1]", 0.40 + 0.5 * TWO.gwo[0][0])[:2] == [("gradient-ascent",), ("error-signal-sign",)]


def test_habit() -> None:
    """target − out at both outputs turns the sign of a hidden weight's gradient: one habit explains it."""
    assert named("d_W_h[1, 1]", -TWO.gwh[0][0])[0] == ("error-signal-sign",)


def test_habit_in_every_layer() -> None:
    """The derivative forgotten in both layers is one mistake, not three."""
    signal = sum(WO[k][0] * (TWO.o[k] - TWO.t[k]) for k in range(2))
    assert named("d_W_h[1, 1]", signal * 0.05)[0] == ("activation-derivative-forgotten",)


def test_two_at_once() -> None:
    """Two slips are named only where no single one gives the figure."""
    figure = -(TWO.o[0] - TWO.t[0]) * TWO.h[0]
    assert [set(each) for each in named("d_W_o[1, 1]", figure)] == [
        {"error-signal-sign", "activation-derivative-forgotten"}
    ]


def test_two_in_one_step() -> None:
    """The learning rate forgotten while going up the gradient: both stand in the one step of the update."""
    both = {"gradient-ascent", "learning-rate-forgotten"}
    assert both in [set(each) for each in named("W_o_new[1, 1]", 0.40 + TWO.gwo[0][0])]


def test_unexplained() -> None:
    """A figure no rule leads to is left unexplained."""
    assert named("d_W_o[1, 1]", "0.123456789") == []


def test_follows_what_was_written() -> None:
    """A person's own earlier value counts, and does not hide a mistake made between it and the figure."""
    there = network("2-2-2")
    given = {entry("2-2-2", "out_h[1]"): fmpq(6, 10), entry("2-2-2", "d_net_o[1]"): fmpq(1385, 10000)}
    elsewhere = there.elsewhere(there.environment.overridden(given))
    output = sigmoid(WO[0][0] * 0.6 + WO[0][1] * TWO.h[1] + 0.60)
    (found,) = elsewhere.explanations(entry("2-2-2", "d_W_o[1, 1]"), showing(f"{(output - TWO.t[0]) * 0.6:.9f}"))
    assert [rule.id for rule in found.mistake.rules] == ["activation-derivative-forgotten"]


def test_rounding_on_the_way() -> None:
    """Who goes on with four places makes the same mistake with other digits."""
    environment = network("2-2-2").environment
    rounded = Environment(environment.expansion, environment.values, Rounding(4, carry=SHOWN))
    (mistake,) = [
        mistake
        for mistake in network("2-2-2").candidates.at(entry("2-2-2", "d_net_o[1]"))
        if mistake.rules[0].id == "activation-derivative-forgotten"
    ]
    value = Mistakes.of(rounded).value(mistake, entry("2-2-2", "d_W_o[1, 1]"))
    assert value == fmpq(4399, 10000)  # 0.7514 − 0.01 times 0.5933 is 0.43987


def test_no_value() -> None:
    """A mistake that takes the logarithm of 0 has no figure and is passed over."""
    there = network("softmax")
    elsewhere = there.elsewhere(there.environment.overridden({entry("softmax", "target[1]"): fmpq(0)}))
    swapped = "target-output-swapped"
    assert swapped in [rule.id for rule, _, _ in there.local(entry("softmax", "E_unit[1]"))]
    assert swapped not in [rule.id for rule, _, _ in elsewhere.local(entry("softmax", "E_unit[1]"))]


def test_one_factor() -> None:
    """A factor of the chain rule written by itself is recognised: net(1 − net) for the derivative of a sigmoid."""
    found = {rule.id: shown(value) for rule, _, value in network("2-2-2").factor(entry("2-2-2", "d_net_o[1]"), 0)}
    assert found["derivative-at-net"] == f"{TWO.no[0] * (1 - TWO.no[0]):.9f}"
    assert found["activation-for-derivative"] == f"{TWO.o[0]:.9f}"
    assert "error-signal-sign" not in found


def test_one_path() -> None:
    """A path of the chain rule written by itself is recognised: w8 for w7 in what output 2 passes back."""
    found = network("2-2-2").factor(entry("2-2-2", "d_out_h[1]"), 1, path=True)
    assert ("wrong-weight", f"{WO[1][1] * TWO.do[1]:.9f}") in [(rule.id, shown(value)) for rule, _, value in found]


def test_wrong_values_of_one_entry() -> None:
    """The plain function gives rule, wrong step and figure."""
    found = wrong_values(network("2-2-2").environment, entry("2-2-2", "d_b_o"))
    assert ("shared-bias-one-unit", f"{TWO.do[0]:.9f}") in [(rule.id, shown(value)) for rule, _, value in found]


def test_already_updated_weights_in_training() -> None:
    """Training with weights updated too early gives the figures so many documents print: 0.291027924, 0.000035085."""
    environment = network("2-2-2").environment
    layers = [Layer("h", bias="shared"), Layer("o", bias="shared")]
    program = with_update(backprop(dense(layers, "half-squared-error")), trained=frozenset({"W_h", "W_o"}))
    right = Expansion(program, environment.expansion.sizes)
    (rule,) = [rule for rule in rules() if rule.id == "already-updated-weights"]
    after, later = train(procedure(right, rule), environment.values, Rounding(9), [1, 10_000])
    assert after.loss.text == "0.291027924"
    assert later.loss.text == "0.000035085"
    assert [numeral.text for numeral in later.outputs] == ["0.015912196", "0.984065734"]


def test_gradient_ascent_in_training() -> None:
    """Going up the gradient, the error grows: the first step by hand."""
    environment = network("2-2-2").environment
    (rule,) = [rule for rule in rules() if rule.id == "gradient-ascent"]
    (row,) = train(procedure(environment.expansion, rule), environment.values, Rounding(9), [1])
    wo = [[w + 0.5 * g for w, g in zip(*rows, strict=True)] for rows in zip(WO, TWO.gwo, strict=True)]
    wh = [[w + 0.5 * g for w, g in zip(*rows, strict=True)] for rows in zip(WH, TWO.gwh, strict=True)]
    after = squared(wo, T, wh=wh, biases=(0.35 + 0.5 * sum(TWO.dh), 0.60 + 0.5 * sum(TWO.do)))
    assert row.loss.text == f"{sum(after.e):.9f}"


def test_steps_of_a_large_layer_are_passed_over() -> None:
    """Nobody slips in a sum of a hundred products: earlier steps of that size are not searched."""
    layers = [Layer("h"), Layer("o")]
    program = with_update(backprop(dense(layers, "half-squared-error")))
    expansion = Expansion(program, {size("i"): 100, size("h"): 2, size("o"): 1})
    candidates = Mistakes.of(Environment(expansion, {})).candidates
    asked = program.get("d_W_h")[1, 5]
    assert candidates.at(asked)
    assert all(len(step.uses) <= LARGE for mistake in candidates.before(asked) for step in mistake.steps.values())


INPUTS = np.array([[0.05, 0.10], [0.30, 0.20], [0.15, 0.45], [0.60, 0.35]])


@pytest.fixture(scope="module")
def variants() -> Columns:
    """The 2-2-2 network for four pairs of inputs."""
    there = network("2-2-2")
    expansion = there.environment.expansion
    tensors = {
        quantity.name: np.array([float(there.environment[e]) for e in expansion.entries(quantity.name)]).reshape(
            expansion.shape(quantity)
        )
        for quantity in expansion.program.inputs
    }
    tensors["x"] = INPUTS
    computed = [step.quantity.name for step in expansion.program.steps]
    tensors |= compile_arrays(expansion.program, expansion.sizes, computed, ["x"]).run(tensors)
    return Columns(there.plans, columns(expansion, tensors))


def single(rule: str, written: str) -> Mistake:
    """The first mistake of a rule at an entry of the 2-2-2 network."""
    found = network("2-2-2").candidates.at(entry("2-2-2", written))
    return next(mistake for mistake in found if mistake.rules[0].id == rule)


def test_variants_at_once(variants: Columns) -> None:
    """A mistake in all variants is the mistake by hand in each of them."""
    asked = entry("2-2-2", "d_W_o[1, 1]")
    table = variants.table([single("derivative-at-net", "d_net_o[1]"), single("input-forgotten", "d_W_o[1, 1]")], asked)
    each = [squared(WO, T, list(x)) for x in INPUTS]
    assert table[0] == pytest.approx([n.dout[0] * n.no[0] * (1 - n.no[0]) * n.h[0] for n in each], rel=1e-12)
    assert table[1] == pytest.approx([n.do[0] for n in each], rel=1e-12)


def test_other_variants(variants: Columns) -> None:
    """Other variants of the same network reuse the code."""
    asked = entry("2-2-2", "d_W_o[1, 1]")
    mistake = single("input-forgotten", "d_W_o[1, 1]")
    first = {e: np.ravel(column)[:1] for e, column in variants.right.items()}
    assert variants.elsewhere(first).table([mistake], asked).shape == (1, 1)


def test_twins(variants: Columns) -> None:
    """The transposed matrix and the one weight it exchanges give the same figures; a dropped path does not."""
    asked = entry("2-2-2", "d_out_h[1]")
    every = network("2-2-2").candidates.at(asked)
    mistakes = [
        single("weights-transposed", "d_out_h[1]"),
        single("path-dropped", "d_out_h[1]"),
        next(mistake for mistake in every if mistake.made[0][1].kind == "W_o[2, 1] W_o[1, 2]"),
    ]
    assert twins(variants.table(mistakes, asked), variants.right[asked]) == [[0, 2], [1]]


def test_apart() -> None:
    """Two wrong figures closer than the last digit asked, or a wrong one beside the right one, cannot be told apart."""
    right = np.array([0.5, 0.5, 0.5, 0.5])
    table = np.array([[0.7, 0.7, 0.7, np.nan], [0.9, 0.7004, 0.5003, np.nan]])
    assert apart(table, right, 1e-3).tolist() == [True, False, False, True]


def test_one_of_each_rule() -> None:
    """Homework has to tell the rules apart: each is listed once, the nearest mistake first."""
    asked = entry("2-2-2", "W_o_new[1, 1]")
    found = list(network("2-2-2").candidates.one_of_each(asked))
    names = [mistake.rules[0].id for mistake in found]
    assert len(names) == len(set(names))
    assert list(found[0].steps) == [asked]
    assert {"gradient-ascent", "activation-derivative-forgotten", "bias-forgotten"} <= set(names)
