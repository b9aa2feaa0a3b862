"""Straight-line code, run slot by slot and compiled."""

from __future__ import annotations

import re
import types
from pathlib import Path

import pytest
from flint import arb, fmpq

from bpsym.errors import EvaluationError
from bpsym.expand import Expansion
from bpsym.lowering import Code, lower
from bpsym.program import Role
from bpsym.spec import load

EXAMPLES = Path(__file__).parents[2] / "examples"
SLOT = re.compile(r"values|turns?|[vcf]\d+")  # what compiled code may call its variables


def step_of(example: str) -> tuple[Code, list[fmpq]]:
    """The code of one training step of an example, and the numbers it starts from."""
    description = load(EXAMPLES / f"{example}.toml")
    expansion = Expansion(description.program, description.sizes)
    wanted = expansion.of_role(Role.UPDATED)
    equations = [(step.out, step.simplest) for step in expansion.order(wanted)]
    sizes = {symbol: fmpq(number) for symbol, number in description.sizes.items()}
    code = lower(equations, wanted, sizes)
    return code, [description.values[entry] for entry in code.inputs]


@pytest.mark.parametrize("example", ["two-by-two", "conv1d", "rnn", "softmax"])
def test_compiled_code_computes_the_same(example: str) -> None:
    """The compiled function gives the very balls that running slot by slot gives."""
    code, values = step_of(example)
    assert [str(value) for value in code.compiled()(values)] == [str(value) for value in code.run(values)]


@pytest.mark.parametrize("example", ["two-by-two", "conv1d", "rnn", "softmax"])
def test_code_compiled_for_balls_computes_the_same(example: str) -> None:
    """Constants that are made balls beforehand give the very balls that they give when they are met."""
    code, values = step_of(example)
    balls = [arb(value) for value in values]
    assert [str(value) for value in code.compiled(arb)(balls)] == [str(value) for value in code.run(balls)]


@pytest.mark.parametrize("kind", [None, arb])
def test_repeated_code_goes_on_from_its_own_results(kind: type | None) -> None:
    """The Fibonacci numbers from the twentieth on, by one call and by two; no turn gives back what was put in."""
    from sympy import Symbol

    x, y = Symbol("x"), Symbol("y")
    run = lower([], [y, x + y], {}, [x, y]).repeated(kind)
    start = [arb(0), arb(1)] if kind is arb else [fmpq(0), fmpq(1)]
    assert run(start, range(20)) == run(run(start, range(13)), range(7)) == [6765, 10946]
    assert run(start, ()) == [0, 1]


@pytest.mark.parametrize("kind", [None, arb, float])
@pytest.mark.parametrize("example", ["two-by-two", "conv1d"])
def test_compiled_code_names_nothing(example: str, kind: type | None) -> None:
    """Compiled code has numbered slots and functions for names, and reaches no global and no attribute."""
    code, _ = step_of(example)
    for run in (code.compiled(kind), code.repeated(kind)):
        assert isinstance(run, types.FunctionType)
        assert run.__code__.co_names == ()
        assert run.__globals__.keys() <= {"__builtins__"}
        assert all(SLOT.fullmatch(name) for name in run.__code__.co_varnames)


def test_powers_of_balls() -> None:
    """A square is a number also of a ball around 0, and an exponent may be a ball as every constant then is."""
    from sympy import Symbol

    x = Symbol("x")
    code = lower([], [x**2, x**3], {}, [x])
    for run in (code.run, code.compiled(arb)):
        assert run([arb(-3)]) == [9, -27]
        square, _ = run([arb(0, 0.5)])
        assert isinstance(square, arb)
        assert square.contains(arb(0.25))
        assert square < 0.26


def test_division_by_zero_is_one_sentence() -> None:
    """A formula without a value is a sentence, not a traceback."""
    from sympy import Symbol

    x = Symbol("x")
    with pytest.raises(EvaluationError, match="division by 0"):
        lower([], [1 / x], {}, [x]).run([fmpq(0)])
