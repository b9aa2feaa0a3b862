"""From index notation to scalars: sums written out, paths counted, and nothing built that nobody asks for."""

from __future__ import annotations

import pytest
from sympy import IndexedBase, Rational, Symbol, exp

from bpsym.backprop import backprop
from bpsym.errors import ProgramError
from bpsym.networks import Layer, convolutional, dense, recurrent
from bpsym.program import Role
from bpsym.update import with_update
from core.helpers import expansion

X, T, WH, WO, BH, NETH, OUTH, NETO, OUTO, EU, DO, DOH, V, START, DNH = (
    IndexedBase(name)
    for name in "x target W_h W_o b_h net_h out_h net_o out_o E_unit d_net_o d_out_h V_h start_h d_net_h".split()
)


def test_equations_of_a_small_network() -> None:
    """Each kind of equation of a 2-2-2 network is the one a person writes down."""
    program = with_update(backprop(dense([Layer("h", bias="shared"), Layer("o", bias="none")], "mean-squared-error")))
    scalars = expansion(program, i=2, h=2, o=2)
    expected = {
        NETH[1]: WH[1, 1] * X[1] + WH[1, 2] * X[2] + Symbol("b_h", real=True),
        OUTH[2]: 1 / (1 + exp(-NETH[2])),
        NETO[2]: WO[2, 1] * OUTH[1] + WO[2, 2] * OUTH[2],
        EU[1]: (T[1] - OUTO[1]) ** 2 / Symbol("n_o", integer=True, positive=True),
        Symbol("E", real=True): EU[1] + EU[2],
        DOH[1]: WO[1, 1] * DO[1] + WO[2, 1] * DO[2],
        Symbol("d_b_h", real=True): DNH[1] + DNH[2],
        IndexedBase("W_h_new")[2, 1]: WH[2, 1] - Symbol("eta", real=True) * IndexedBase("d_W_h")[2, 1],
    }
    for entry, formula in expected.items():
        step = scalars.step(entry)
        assert step is not None
        assert (step.expr - formula).expand() == 0
    assert scalars.step(X[1]) is None


def test_reading_order() -> None:
    """Steps come section by section, units in order; entries of a matrix row by row."""
    program = with_update(backprop(dense([Layer("h"), Layer("o")], "half-squared-error")))
    scalars = expansion(program, i=2, h=2, o=1)
    assert scalars.entries("W_h") == (WH[1, 1], WH[1, 2], WH[2, 1], WH[2, 2])
    assert [step.out for step in scalars.steps("forward")] == [
        NETH[1], NETH[2], OUTH[1], OUTH[2], NETO[1], OUTO[1],
    ]  # fmt: skip
    assert {step.step.section for step in scalars.steps()} == {"forward", "loss", "backward", "update"}
    assert scalars.of_role(Role.TARGET) == (T[1],)
    assert scalars.shape(program.get("W_h")) == (2, 2)


def test_one_path_for_each_unit_it_feeds() -> None:
    """An output that feeds three units has three paths, each upstream times the weight it goes through."""
    scalars = expansion(backprop(dense([Layer("h"), Layer("o")], "half-squared-error")), i=1, h=2, o=3)
    step = scalars.step(DOH[2])
    assert step is not None
    assert [(path.upstream, path.local, path.of, path.wrt) for path in step.terms] == [
        (DO[k], WO[k, 2], NETO[k], OUTH[2]) for k in (1, 2, 3)
    ]


def test_order_has_each_equation_after_those_it_uses() -> None:
    """What a gradient needs comes in an order in which it can be computed, each equation once, nothing else."""
    scalars = expansion(backprop(dense([Layer("h"), Layer("o")], "half-squared-error")), i=2, h=2, o=2)
    gradient = IndexedBase("d_W_o")[1, 2]
    order = scalars.order((gradient,))
    seen: set[object] = set()
    for step in order:
        assert all(used in seen or scalars.step(used) is None for used in step.uses)
        assert step.out not in seen
        seen.add(step.out)
    assert order[-1].out == gradient
    assert seen == {NETH[1], NETH[2], OUTH[1], OUTH[2], NETO[1], OUTO[1], IndexedBase("d_out_o")[1], DO[1], gradient}


def test_lazy() -> None:
    """The error signal and gradient of one weight of a 784-128-10 network are written out without the others."""
    scalars = expansion(backprop(dense([Layer("h"), Layer("o")], "half-squared-error")), i=784, h=128, o=10)
    for entry in (IndexedBase("d_W_h")[7, 300], DNH[7], DOH[7], NETH[7]):
        step = scalars.step(entry)
        assert step is not None
    assert len(scalars._steps) == 4
    net = scalars.step(NETH[7])
    assert net is not None
    assert len(net.uses) == 2 * 784 + 1


def test_recurrence() -> None:
    """The first time step uses the initial state; the last has no path through the next; t-1 and t+1 are integers."""
    scalars = expansion(
        backprop(recurrent(Layer("h", "tanh", "none"), Layer("o"), "half-squared-error")), i=1, h=1, o=1, t=2
    )
    formulas = {entry: scalars.step(entry) for entry in (NETH[1, 1], NETH[2, 1], DOH[1, 1], DOH[2, 1])}
    expected = [
        WH[1, 1] * X[1, 1] + V[1, 1] * START[1],
        WH[1, 1] * X[2, 1] + V[1, 1] * OUTH[1, 1],
        WO[1, 1] * DO[1, 1] + V[1, 1] * DNH[2, 1],
        WO[1, 1] * DO[2, 1],
    ]
    for step, formula in zip(formulas.values(), expected, strict=True):
        assert step is not None
        assert step.expr == formula
    shared = scalars.step(IndexedBase("d_V_h")[1, 1])
    assert shared is not None
    assert shared.expr == DNH[1, 1] * START[1] + DNH[2, 1] * OUTH[1, 1]


def test_convolution() -> None:
    """A tap's gradient sums over the positions it is used at, each with the input it met there."""
    scalars = expansion(
        backprop(convolutional(Layer("h", "tanh"), Layer("o"), "half-squared-error")), i=4, q=2, h=1, o=1
    )
    net, tap = scalars.step(NETH[1, 3]), scalars.step(IndexedBase("d_W_h")[1, 2])
    assert net is not None
    assert tap is not None
    assert net.expr == WH[1, 1] * X[3] + WH[1, 2] * X[4] + BH[1]
    assert tap.expr == DNH[1, 1] * X[2] + DNH[1, 2] * X[3] + DNH[1, 3] * X[4]
    assert scalars.entries("net_h") == (NETH[1, 1], NETH[1, 2], NETH[1, 3])


def test_simplest_form_is_the_one_computed_with() -> None:
    """Softmax with cross-entropy: the scalar step carries the sum over paths and the simple form beside it."""
    scalars = expansion(backprop(dense([Layer("o", "softmax")], "cross-entropy")), i=1, o=2)
    step = scalars.step(DO[1])
    assert step is not None
    assert len(step.terms) == 2
    assert step.simplest == OUTO[1] - T[1]
    assert set(step.uses) == {OUTO[1], T[1]}


def test_half_the_squared_weights() -> None:
    """The penalty is written out weight by weight."""
    program = dense([Layer("o", bias="none")], "half-squared-error", decay=True)
    step = expansion(program, i=2, o=1).step(Symbol("E", real=True))
    assert step is not None
    squares = WO[1, 1] ** 2 + WO[1, 2] ** 2
    assert (step.expr - EU[1] - Symbol("lambda", real=True) * squares * Rational(1, 2)).expand() == 0


def test_a_size_that_is_missing() -> None:
    """A size that has no number is named."""
    scalars = expansion(dense([Layer("h"), Layer("o")], "half-squared-error"), i=2, h=2)
    with pytest.raises(ProgramError, match="W_o has the size n_o, which is a symbol; give it a number"):
        scalars.entries("W_o")
    with pytest.raises(ProgramError, match="the program defines no 'W_x'"):
        scalars.entries("W_x")
