"""Lists of numbers in prose and in code: restated outputs, targets, weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.verify.check.numbers import as_shown
from bpsym.verify.check.terms import Shown, leaves, touches
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.meaning.network import NO_VALUES
from bpsym.verify.tree import Document, Expr, Matrix, Row, Span, covering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Expr as Atom

    from bpsym.verify.check.state import State
    from bpsym.verify.meaning.arrays import Scalar


def restatements(document: Document, state: State, settled: list[Span]) -> list[Judgement]:
    """Judge lists that restate a vector the document works with."""
    if state.scope.network is None:
        return []
    vectors = list(_vectors(state))
    found: list[Judgement] = []
    seen: set[int] = {span.start for span in settled}
    lists = [a.value for call in document.calls for a in call.arguments if a.value is not None]
    lists += [value for sentence in document.prose for value in sentence.values]
    in_chains = covering(statement.span for statement in document.statements)
    for value in lists:
        if in_chains(value.span.start):
            continue
        for row in _rows(value):
            if row.span.start not in seen:
                seen.add(row.span.start)
                found.extend(_restated(row, vectors, state))
    return found


def _rows(value: Expr) -> Iterator[Row]:
    """The innermost lists of two numbers or more."""
    if isinstance(value, Row) and len(value.items) > 1:
        numbers = list(leaves(value))
        if all(number is not None for number in numbers):
            yield value
        else:
            for item in value.items:
                yield from _rows(item)
    elif isinstance(value, Matrix):
        yield from (Row(Span(row[0].span.start, row[-1].span.end), row, "[") for row in value.rows if len(row) > 1)


def _vectors(state: State) -> Iterator[list[Scalar]]:
    """The values of every vector of the network and of all weights of a layer in a row."""
    network = state.scope.network
    if network is None:
        return
    expansion = network.expansion
    for quantity in (*expansion.program.inputs, *(step.quantity for step in expansion.program.section("forward"))):
        entries: tuple[Atom, ...] = expansion.entries(quantity.name)
        if len(entries) < 2:
            continue
        try:
            yield [state.truth.environment[entry] for entry in entries]
        except NO_VALUES:
            continue


def _restated(row: Row, vectors: list[list[Scalar]], state: State) -> Iterator[Judgement]:
    shown = [s for s in leaves(row) if s is not None]
    best: list[Scalar] | None = None
    matches = 0
    for vector in vectors:
        if len(vector) == len(shown):
            hits = sum(touches(v, s.half()) for v, s in zip(vector, shown, strict=True) if _telling(s))
            if hits > matches:
                best, matches = vector, hits
    if best is None:
        return
    for value, number in zip(best, shown, strict=True):
        if touches(value, number.half()):
            yield Judgement(number.tree.span, Verdict.RIGHT)
        elif touches(value, number.cut()):
            yield Judgement(number.tree.span, Verdict.DIGIT, as_shown(value, number))
        else:
            known = number.value in state.said.wrong_numbers
            state.said.wrong_numbers[number.value] = value
            details = {"shown": number, "truth": [value]}
            verdict = Verdict.CARRIED if known else Verdict.WRONG
            yield Judgement(number.tree.span, verdict, as_shown(value, number), "restated", details)


def _telling(shown: Shown) -> bool:
    return shown.number.places > 1
