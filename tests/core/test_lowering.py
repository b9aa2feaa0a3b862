"""Straight-line code, run slot by slot and compiled."""

from __future__ import annotations

import re
import types
from pathlib import Path

import pytest
from flint import fmpq

from bpsym.errors import EvaluationError
from bpsym.expand import Expansion
from bpsym.lowering import Code, lower
from bpsym.program import Role
from bpsym.spec import load

EXAMPLES = Path(__file__).parents[2] / "examples"
SLOT = re.compile(r"values|[vc]\d+|_[a-z_]+")  # what compiled code may call its variables


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


@pytest.mark.parametrize("example", ["two-by-two", "conv1d"])
def test_compiled_code_names_nothing(example: str) -> None:
    """Compiled code has numbered slots and our own operations for names, and reaches no global and no attribute."""
    code, _ = step_of(example)
    run = code.compiled()
    assert isinstance(run, types.FunctionType)
    assert run.__code__.co_names == ()
    assert run.__globals__.keys() <= {"__builtins__"}
    assert all(SLOT.fullmatch(name) for name in run.__code__.co_varnames)


def test_division_by_zero_is_one_sentence() -> None:
    """A formula without a value is a sentence, not a traceback."""
    from sympy import Symbol

    x = Symbol("x")
    with pytest.raises(EvaluationError, match="division by 0"):
        lower([], [1 / x], {}, [x]).run([fmpq(0)])
