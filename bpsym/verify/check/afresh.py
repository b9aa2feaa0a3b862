"""Documents that work one sample after the other: the inputs and targets of each, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import fmpq

from bpsym.verify.check.points import shown_new
from bpsym.verify.check.state import atoms_of
from bpsym.verify.check.terms import Kind, interval_literal, kind_of, leaves, touches
from bpsym.verify.check.values import values
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.meaning.keys import Key, is_parameter, key
from bpsym.verify.meaning.scope import Point
from bpsym.verify.tree import Name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bpsym.verify.check.chain import Chain
    from bpsym.verify.check.numbers import Printed
    from bpsym.verify.check.state import State
    from bpsym.verify.meaning.arrays import Scalar
    from bpsym.verify.meaning.subjects import Subject
    from bpsym.verify.tree import Document

MOST_SAMPLES = 8


def samples_of(document: Document) -> tuple[Mapping[Key, Scalar], ...]:
    """What the samples of a document are, where it gives the inputs and targets of one after those of the other.

    The first figures of all names that are given several are the first sample, the second ones the second.
    """
    found: dict[Key, list[Scalar]] = {}
    for statement in document.statements:
        first, *rest = statement.terms
        if isinstance(first, Name) and len(rest) == 1 and kind_of(rest[0]) is Kind.NUMBER:
            figures = [shown.value for shown in leaves(rest[0]) if shown is not None]
            if len(figures) == 1 and not is_parameter(key(first).base):
                found.setdefault(key(first), []).extend(figures)
    varied = {name: figures for name, figures in found.items() if len(set(figures)) > 1}
    most = min(max(map(len, varied.values()), default=0), MOST_SAMPLES)
    return tuple({name: figures[k] for name, figures in varied.items() if k < len(figures)} for k in range(most))


def of_another_sample(chain: Chain, printed: Printed) -> Judgement | None:
    """A figure that the inputs and targets of another sample of the document come to; None for any other."""
    state, subject = chain.state, chain.subject
    formulas = (*chain.formulas[-4:], *chain.name)
    if not state.samples or not formulas or all(shown.number.digits < 2 for shown in printed.shown):  # by chance
        return None
    for point in _at_samples(state, subject):
        for items in printed.items(value for tree in formulas for value in values(tree, state, point)):
            if all(touches(item, shown.half()) for item, shown in zip(items, printed.shown, strict=True)):
                if subject is not None:
                    state.record(subject, printed.shown, printed.shape, Verdict.RIGHT)
                    state.said.moved.add(subject)
                return Judgement(printed.term.span, Verdict.RIGHT)
    return None


def _at_samples(state: State, without: Subject | None) -> Iterator[Point]:
    """The points of the samples: with what the document has shown, and at full precision with old or new weights."""
    own = set(atoms_of(state.scope, without))
    shown = {atom: value for atom, value in state.said.overrides.items() if atom not in own}
    for sample in state.samples:
        given = {atom: value for name, value in sample.items() for atom in atoms_of(state.scope, name)}
        for known in (shown, {}, shown_new(state)):
            environment = state.truth.environment.overridden({**known, **given})
            yield Point(environment, {}, interval_literal(state.is_exact, fmpq(1, 2)))
