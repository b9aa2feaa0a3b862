"""N steps of gradient descent: exact where it can be, proved digits everywhere else."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from flint import arb, fmpq

from bpsym.backprop import backprop
from bpsym.errors import EvaluationError
from bpsym.networks import Layer, dense, recurrent
from bpsym.rounding import Rounding, numeral
from bpsym.training import STEPS_LIMIT, approximate, train
from bpsym.update import with_update
from core.by_hand import NUMBERS, dense_loss
from core.helpers import Worked, drawn, expansion, number, rational


def trainable(activation: str = "sigmoid", **sizes: int) -> Worked:
    """A network with one hidden layer and an update, with random values."""
    layers = [Layer("h", activation), Layer("o", activation)]
    return drawn(with_update(backprop(dense(layers, "half-squared-error"))), 4, **(sizes or {"i": 2, "h": 2, "o": 2}))


def test_rational_network_stays_exact() -> None:
    """A linear network's weights after three steps are the fractions that Python's own arithmetic gives."""
    program = with_update(backprop(dense([Layer("o", "identity")], "half-squared-error")))
    worked = drawn(program, 5, i=2, o=1)
    weights, x, (bias, target, eta) = (
        [Fraction(int(worked.values[e].p), int(worked.values[e].q)) for e in entries]
        for entries in (
            worked.expansion.entries("W_o"),
            worked.expansion.entries("x"),
            [worked.expansion.entries(name)[0] for name in ("b_o", "target", "eta")],
        )
    )
    rows = train(worked.expansion, worked.values, Rounding(), [0, 1, 2, 3])
    for row in rows:
        out = sum((w * v for w, v in zip(weights, x, strict=True)), bias)
        (entry,) = worked.expansion.entries("out_o")
        assert row.values[entry] == fmpq(out.numerator, out.denominator)
        assert [row.values[e] for e in worked.expansion.entries("W_o")] == [
            fmpq(w.numerator, w.denominator) for w in weights
        ]
        weights = [w - eta * (out - target) * v for w, v in zip(weights, x, strict=True)]
        bias -= eta * (out - target)


def test_loss_falls_to_the_loss_at_the_trained_weights() -> None:
    """The recorded loss is the loss, by hand in 50 digits, of the recorded weights; and it has fallen."""
    worked = trainable("tanh")
    rows = train(worked.expansion, worked.values, Rounding(None, 25), [0, 50])
    for row in rows:
        now = {entry: numeral(value, Rounding(None, 30)).value for entry, value in row.values.items()}
        trained = Worked(worked.expansion, {**worked.values, **now})
        with mpmath.workdps(50):
            numbers = {entry: rational(value) for entry, value in trained.values.items()}
            values = trained.nested(numbers.__getitem__)
            loss = dense_loss([("h", "tanh"), ("o", "tanh")], "half-squared-error", values, NUMBERS)
            assert abs(loss - rational(row.loss.value)) < mpmath.mpf(10) ** -24
    assert rows[1].loss.value < rows[0].loss.value


def test_rows_are_those_asked_for() -> None:
    """Rows come in order, each once; step 0 is the state before any update; progress counts the steps to each."""
    worked = trainable()
    seen: list[int] = []
    rows = train(worked.expansion, worked.values, Rounding(), [3, 0, 3, 1], seen.append)
    assert [row.step for row in rows] == [0, 1, 3]
    assert seen == [1, 3]
    outs = [worked.environment.numeral(e).text for e in worked.expansion.entries("out_o")]
    assert [n.text for n in rows[0].outputs] == outs
    assert train(worked.expansion, worked.values, Rounding(), []) == []


def test_digits_asked_for_are_settled() -> None:
    """40 digits after 200 steps begin with the 15 digits asked for alone: the precision was raised as needed."""
    worked = trainable()
    (short,) = train(worked.expansion, worked.values, Rounding(None, 15), [200])
    (long,) = train(worked.expansion, worked.values, Rounding(None, 40), [200])
    assert abs(short.loss.value - long.loss.value) <= short.loss.ulp / 2
    assert len(long.loss.digits.replace(".", "").lstrip("0")) == 40


def test_a_loss_of_exactly_zero() -> None:
    """A softmax of one unit has the loss 0 at every step, although its logarithm is taken of a ball around 1."""
    program = with_update(backprop(dense([Layer("o", "softmax")], "cross-entropy")))
    worked = drawn(program, 8, i=1, o=1)
    rows = train(worked.expansion, worked.values, Rounding(None, 6), [0, 3])
    assert [row.loss.value for row in rows] == [0, 0]
    assert [row.outputs[0].value for row in rows] == [1, 1]


def test_one_step_is_the_update_step() -> None:
    """After one step the parameters are the updated values of the derivation itself."""
    program = with_update(backprop(recurrent(Layer("h", "tanh"), Layer("o", "softmax"), "cross-entropy")))
    worked = drawn(program, 6, i=1, h=2, o=2, t=3)
    (row,) = train(worked.expansion, worked.values, Rounding(), [1])
    for name in ("W_h", "V_h", "b_h", "W_o", "b_o"):
        for old, new in zip(worked.expansion.entries(name), worked.expansion.entries(f"{name}_new"), strict=True):
            assert arb(row.values[old]).overlaps(arb(worked.environment[new]))


def test_nothing_trained() -> None:
    """With every parameter frozen the state stays what it is."""
    program = with_update(backprop(dense([Layer("o")], "half-squared-error")), "simultaneous", frozenset())
    worked = drawn(program, 7, i=1, o=1)
    first, last = train(worked.expansion, worked.values, Rounding(), [0, 5])
    assert first.loss == last.loss


def test_missing_values() -> None:
    """A weight or an input without a value is named."""
    worked = trainable()
    for name in ("W_h", "x"):
        missing = worked.expansion.entries(name)[0]
        values = {entry: value for entry, value in worked.values.items() if entry != missing}
        with pytest.raises(EvaluationError, match=rf"training needs a value for {name}\[1"):
            train(worked.expansion, values, Rounding(), [1])


def test_divergence() -> None:
    """A learning rate that is far too large ends in one sentence, not in numbers that fill the memory."""
    worked = trainable("identity")
    worked.values[worked.program.get("eta").generic] = fmpq(50)
    with pytest.raises(EvaluationError, match=r"training diverges: after [0-9]+ steps"):
        train(worked.expansion, worked.values, Rounding(), [1000])


@pytest.mark.parametrize("at", [[-1], [STEPS_LIMIT + 1]])
def test_number_of_steps(at: list[int]) -> None:
    """A negative number of steps and one beyond the limit are refused."""
    worked = trainable()
    with pytest.raises(EvaluationError, match="training steps are counted from 0 to 10000000"):
        train(worked.expansion, worked.values, Rounding(), at)


def test_batch() -> None:
    """Training on the four samples of XOR at once: outputs of all samples are recorded, sample by sample."""
    layers = [Layer("h", "tanh"), Layer("o")]
    program = with_update(backprop(dense(layers, "half-squared-error", batch=True, reduction="mean")))
    scalars = expansion(program, i=2, h=2, o=1, s=4)
    given = {
        "x": "0 0 0 1 1 0 1 1",
        "target": "0 1 1 0",
        "W_h": "1 -1 -1 1",
        "b_h": "0.5 0.5",
        "W_o": "1 1",
        "b_o": "-1",
        "eta": "2",
    }
    values = {
        e: number(t) for name, texts in given.items() for e, t in zip(scalars.entries(name), texts.split(), strict=True)
    }
    first, last = train(scalars, values, Rounding(4), [0, 500])
    assert len(first.outputs) == 4
    assert last.loss.value < first.loss.value / 10
    assert [out.value > fmpq(1, 2) for out in last.outputs] == [False, True, True, False]


def test_floating_point_comes_near() -> None:
    """A run in floating point agrees with the proved one to twelve digits after twenty updates."""
    worked = trainable()
    (row,) = train(worked.expansion, worked.values, Rounding(None, 15), [20])
    (found,) = approximate(worked.expansion, worked.values, [20]).values()
    assert len(found) == 3
    for entry, value in found.items():
        assert abs(arb(value) / row.values[entry] - 1) < 1e-12


def test_floating_point_that_overflows_is_one_sentence() -> None:
    """A run that leaves the numbers floating point has is refused, not a traceback."""
    worked = trainable("identity")
    with pytest.raises(EvaluationError, match="floating point"):
        approximate(worked.expansion, {e: v * 100 for e, v in worked.values.items()}, [500])
