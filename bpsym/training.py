"""N steps of gradient descent, in balls: every figure of the run is proved to its last digit."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

from flint import arb, ctx
from msgspec import Struct

from bpsym.errors import EvaluationError, Undecided
from bpsym.evaluate import EXACT_BITS, PRECISION, PRECISION_LIMIT, Environment
from bpsym.lowering import as_kind, lower
from bpsym.program import Role
from bpsym.rounding import Numeral, Rounding, numeral, numeral_at_last

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flint import fmpq
    from sympy import Expr

    from bpsym.expand import Expansion
    from bpsym.lowering import Code
    from bpsym.rounding import Value

CHECKED = 16  # steps made at once between two looks at whether the run diverges
STEPS_LIMIT = 10**7
LARGEST = arb(10) ** 1000  # a parameter beyond that has diverged


class Row(Struct, frozen=True):
    """The state before step `step` + 1, that is, after `step` updates."""

    step: int
    loss: Numeral
    outputs: tuple[Numeral, ...]
    values: Mapping[Expr, Value]  # of the trained parameters, the outputs and the loss


def train(
    expansion: Expansion,
    values: Mapping[Expr, fmpq],
    rounding: Rounding,
    at: Sequence[int],
    progress: Callable[[int], None] | None = None,
    precision: int = PRECISION,
    most: int = PRECISION_LIMIT,
) -> list[Row]:
    """Run gradient descent and record the loss and the outputs after each number of updates in `at`.

    The program must have its update steps. The `precision` is raised, up to `most` bits, until every recorded figure is
    settled; `progress` is called every few updates with the number of them done, from the start again each time. Raises
    EvaluationError for a number of updates out of range, an entry without a value, and a run that diverges; Undecided
    where a digit stays open.
    """
    wanted = sorted(set(at))
    if wanted and not 0 <= wanted[0] <= wanted[-1] <= STEPS_LIMIT:
        msg = f"training steps are counted from 0 to {STEPS_LIMIT}"
        raise EvaluationError(msg)
    while True:
        try:
            return _run(expansion, values, rounding, wanted, precision, progress)
        except Undecided:
            if precision >= most:
                raise
            precision *= 2


def approximate(expansion: Expansion, values: Mapping[Expr, fmpq], at: Sequence[int]) -> dict[int, dict[Expr, float]]:
    """The same run in floating point: the loss and the outputs after each number of updates in `at`.

    Several times as fast, and proves nothing. Raises EvaluationError for an entry without a value and for an overflow.
    """
    descent = _Descent.of(expansion, values)
    state: list[float] = [as_kind(float, value) for value in descent.start]
    found: dict[int, dict[Expr, float]] = {}
    try:
        look, advance, done = descent.look.compiled(float), descent.code.repeated(float), 0
        for step in sorted(at):
            state, done = advance(state, range(done, step)), step
            figures = look(state)
            if not all(map(math.isfinite, figures)):
                raise OverflowError
            found[step] = dict(zip(descent.shown, figures, strict=True))
    except (ArithmeticError, ValueError):
        msg = "training in floating point comes to numbers it does not have"
        raise EvaluationError(msg) from None
    return found


class _Descent(Struct, frozen=True):
    """What a run computes: code from the trained parameters, in their order, to the figures and to the next ones."""

    old: list[Expr]
    shown: list[Expr]
    start: list[fmpq]  # the values of `old`
    look: Code
    code: Code

    @classmethod
    def of(cls, expansion: Expansion, values: Mapping[Expr, fmpq]) -> _Descent:
        program = expansion.program
        trained = program.all(Role.UPDATED)
        old = [entry for q in trained for entry in expansion.entries(q.of)]
        new = [entry for q in trained for entry in expansion.entries(q.name)]
        shown = [*outputs(expansion), program.loss.generic]
        known = Environment(expansion, values).sizes | {e: v for e, v in values.items() if e not in set(old)}
        missing = [entry for entry in old if entry not in values]
        if missing:
            msg = f"training needs a value for {', '.join(map(str, missing))}"
            raise EvaluationError(msg)
        look, code = _code(expansion, old, shown, known), _code(expansion, old, new, known)
        return cls(old, shown, [values[entry] for entry in old], look, code)


def _run(
    expansion: Expansion,
    values: Mapping[Expr, fmpq],
    rounding: Rounding,
    at: list[int],
    precision: int,
    progress: Callable[[int], None] | None,
) -> list[Row]:
    rows: list[Row] = []
    before, ctx.prec = ctx.prec, precision
    try:
        descent = _Descent.of(expansion, values)
        state: list[Value] = list(descent.start)
        balls = cache(lambda: descent.code.repeated(arb))  # not where there is one step alone
        exact, done = True, 0
        for step in at:
            while done < step:
                if exact:
                    state, done = descent.code.run(state), done + 1
                    exact = not any(isinstance(v, arb) or v.height_bits() > EXACT_BITS for v in state)
                    state = state if exact else [arb(value) for value in state]
                else:
                    turns = range(done, min(done + CHECKED, step))
                    state, done = balls()(state, turns), turns.stop
                if any(value > LARGEST or value < -LARGEST for value in state):
                    msg = f"training diverges: after {done} steps a parameter is larger than 10 to the power 1000"
                    raise EvaluationError(msg)
                if progress is not None:
                    progress(done)
            names = [*descent.old, *descent.shown]
            values_now = dict(zip(names, [*state, *descent.look.run(state)], strict=True))
            rows.append(_row(step, values_now, descent.shown, rounding))
    finally:
        ctx.prec = before
    return rows


def outputs(expansion: Expansion) -> tuple[Expr, ...]:
    """The entries of the output layer."""
    target = expansion.program.only(Role.TARGET)
    return expansion.entries(f"out_{target.layer}")


def _code(expansion: Expansion, old: list[Expr], wanted: list[Expr], known: Mapping[Expr, Value]) -> Code:
    """Code from exactly the trained parameters, in their order, to the wanted entries."""
    equations = [(step.out, step.simplest) for step in expansion.order(tuple(wanted))]
    code = lower(equations, wanted, known, inputs=old)
    missing = [entry for entry in code.inputs if entry not in set(old)]
    if missing:
        msg = f"training needs a value for {', '.join(map(str, missing))}"
        raise EvaluationError(msg)
    return code


def _row(step: int, values: dict[Expr, Value], shown: list[Expr], rounding: Rounding) -> Row:
    printed = numeral_at_last if ctx.prec >= PRECISION_LIMIT else numeral
    *out, loss = (printed(values[entry], rounding) for entry in shown)
    return Row(step, loss, tuple(out), values)
