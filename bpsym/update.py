"""The update pass: append one step of gradient descent to a differentiated program."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sympy import Expr, Indexed

from bpsym.errors import DescriptionError, choices
from bpsym.program import TRAINABLE, Program, Quantity, Role, Step, Term, head

if TYPE_CHECKING:
    from collections.abc import Iterator

SIMULTANEOUS, SEQUENTIAL = "simultaneous", "sequential"
ORDERS = (SIMULTANEOUS, SEQUENTIAL)


@lru_cache(maxsize=64)
def with_update(program: Program, order: str = SIMULTANEOUS, trained: frozenset[str] | None = None) -> Program:
    """Append w_new = w - eta dE/dw for every parameter named in `trained` (None: all of them).

    The program must be differentiated; it gains the input eta, and a parameter W the quantity W_new of the same shape.
    Raises DescriptionError for an unknown order.

    With the order "simultaneous" every gradient is taken at the old weights. With "sequential" a layer is updated as
    soon as its own gradient is known, and the gradients of the layers before it then pass through the new weights:
    a common slip, not gradient descent; it is offered because published figures rest on it.
    """
    if order not in ORDERS:
        raise DescriptionError(choices("order of the update", order, ORDERS))
    parameters = [q for q in program.inputs if q.role in TRAINABLE and (trained is None or q.name in trained)]
    rate = Quantity("eta", Role.RATE)
    updates = {q.name: _update(program, q, rate) for q in parameters if program.adjoint(q.name)}
    if order == SIMULTANEOUS:
        return program.extended(updates.values(), (rate,))
    return Program((*program.inputs, rate), tuple(_interleaved(program, updates)))


def updated(quantity: Quantity) -> Quantity:
    """The value of a parameter after the step."""
    return Quantity(f"{quantity.name}_new", Role.UPDATED, quantity.layer, quantity.axes, of=quantity.name)


def _update(program: Program, parameter: Quantity, rate: Quantity) -> Step:
    gradient = program.get(f"d_{parameter.name}")
    expr = parameter.generic - rate.generic * gradient.generic
    return Step(updated(parameter), expr, "gradient-descent", "update")


def _interleaved(program: Program, updates: dict[str, Step]) -> Iterator[Step]:
    """Each parameter is updated right after its gradient; what is derived later sees the new value."""
    done: dict[str, Quantity] = {}
    for step in program.steps:
        yield _renamed(step, done) if done else step
        update = updates.get(step.quantity.of)
        if update is not None:
            yield update
            done[step.quantity.of] = update.quantity


def _renamed(step: Step, done: dict[str, Quantity]) -> Step:
    """The step with the updated parameters in place of the old ones, in every upstream path but not in the update."""

    def put(expr: Expr) -> Expr:
        stale = {e: done[head(e)][e.indices] for e in expr.atoms(Indexed) if head(e) in done}
        return expr.xreplace(stale)

    terms = tuple(Term(t.upstream, put(t.local), t.of, t.wrt, t.over, t.where) for t in step.terms)
    return Step(step.quantity, put(step.expr), step.rule, step.section, terms, step.forms)
