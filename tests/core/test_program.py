"""The checks a program runs on itself."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest
from sympy import Integer, Sum, Symbol

from bpsym.backprop import backprop
from bpsym.errors import BpsymError, ProgramError
from bpsym.networks import Layer, dense, recurrent
from bpsym.networks.equations import axis, size
from bpsym.program import Axis, Program, Quantity, Role, Step, entries, head

K, J = axis("k", size("o")), axis("j", size("h"))
X = Quantity("x", Role.INPUT, "i", (J,))
W = Quantity("W", Role.WEIGHT, "o", (K, J))
NET = Quantity("net", Role.NET, "o", (K,))
AFFINE = Step(NET, Sum(W.generic * X.generic, J.limits), "affine", "forward")


def test_a_program_that_is_in_order() -> None:
    """Inputs and steps bound once and before their use make a program; its quantities keep their order."""
    program = Program((X, W), (AFFINE,))
    assert list(program.quantities) == ["x", "W", "net"]
    assert program.by_name["net"] is AFFINE
    assert sorted(head(entry) for entry in entries(AFFINE.expr)) == ["W", "x"]


def test_unbound() -> None:
    """A step that uses what nothing defines is refused, by its name."""
    with pytest.raises(ProgramError, match="step net uses W, which is not bound before it"):
        Program((X,), (AFFINE,))


def test_used_before_it_is_bound() -> None:
    """Order counts: the equation of a layer cannot stand after the one that uses it."""
    out = Step(Quantity("out", Role.OUT, "o", (K,)), NET.generic**2, "square", "forward")
    with pytest.raises(ProgramError, match="step out uses net, which is not bound before it"):
        Program((X, W), (out, AFFINE))


def test_used_in_a_form_only() -> None:
    """The simpler forms of a step are checked like its formula."""
    program = backprop(dense([Layer("o", "softmax")], "cross-entropy"))
    step = program.by_name["d_net_o"]
    wrong = replace(step, forms=(replace(step.forms[0], expr=Symbol("unknown")),))
    with pytest.raises(ProgramError, match="step d_net_o uses unknown"):
        Program(program.inputs, tuple(wrong if each is step else each for each in program.steps))


@pytest.mark.parametrize(
    ("inputs", "steps"), [((X, X), ()), ((X, W, NET), (AFFINE,)), ((X, W), (AFFINE, AFFINE))], ids=range(3)
)
def test_bound_twice(inputs: tuple[Quantity, ...], steps: tuple[Step, ...]) -> None:
    """A name has one meaning: two inputs, an input and a step, or two steps of one name are refused."""
    with pytest.raises(ProgramError, match="is bound twice"):
        Program(inputs, steps)


@pytest.mark.parametrize("name", ["d_out_h", "d_W_h", "d_b_h", "d_net_h"])
def test_terms_that_do_not_add_up(name: str) -> None:
    """An adjoint whose formula is not the sum of its terms is refused: a factor 2, a missing or a changed path."""
    program = backprop(dense([Layer("h"), Layer("o")], "half-squared-error", decay=True))
    step = program.by_name[name]
    changed = [
        replace(step, expr=2 * step.expr),
        replace(step, terms=(*step.terms, step.terms[0])),
        replace(step, terms=(replace(step.terms[0], local=Integer(2)), *step.terms[1:])),
    ]
    if step.terms[1:]:
        changed.append(replace(step, terms=step.terms[1:]))
    for wrong in changed:
        with pytest.raises(ProgramError, match=f"step {name} is not the sum of its terms"):
            Program(program.inputs, tuple(wrong if each is step else each for each in program.steps))


def test_recurrence_needs_a_shift() -> None:
    """A quantity may use itself at another time step, not at the same one."""
    program = recurrent(Layer("h", "tanh"), Layer("o"), "half-squared-error")
    (net,) = (step for step in program.steps if step.quantity.name == "net_h")
    state = program.get("out_h")
    time, unit = state.indices
    now = {state[time - 1, Symbol("p", integer=True, positive=True)]: state[time, unit]}
    with pytest.raises(ProgramError, match="step net_h uses out_h, which is not bound before it"):
        Program(program.inputs, (replace(net, expr=net.expr.xreplace(now).doit(deep=False)), *program.steps[1:]))


def test_questions_that_have_no_answer() -> None:
    """What a program lacks is named, with what it has."""
    program = dense([Layer("h"), Layer("o")], "half-squared-error")
    with pytest.raises(ProgramError, match="the program defines no 'net_h3'; it has x, W_h"):
        program.get("net_h3")
    with pytest.raises(ProgramError, match="2 quantities of the role weight, not one"):
        program.only(Role.WEIGHT)
    with pytest.raises(ProgramError, match="W_h has 2 axes, not 1"):
        program.get("W_h")[(1,)]
    with pytest.raises(ProgramError, match="0 quantities of the role loss"):
        _ = Program((X,)).loss
    assert program.adjoint("W_h") is None
    assert program.loss.name == "E"


def test_symbolic_size_has_no_values() -> None:
    """The range of an index whose size is a symbol is asked for in one sentence."""
    with pytest.raises(ProgramError, match="the size n_o of index k is a symbol; give it a number"):
        K.values()
    assert list(Axis(Symbol("k"), Integer(3)).values()) == [1, 2, 3]


def test_immutable() -> None:
    """A program is never changed: extending it makes another one, and its errors are errors a user can read."""
    program = Program((X, W))
    longer = program.extended([AFFINE])
    assert (len(program.steps), len(longer.steps)) == (0, 1)
    with pytest.raises(FrozenInstanceError):
        program.steps = ()  # type: ignore[misc]  # that is the test
    assert issubclass(ProgramError, BpsymError)
