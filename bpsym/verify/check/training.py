"""Figures after a training run, checked by running it: every gradient at the old weights, and the other way round."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flint import arb

from bpsym.rounding import Rounding
from bpsym.update import SEQUENTIAL, SIMULTANEOUS
from bpsym.verify import limits
from bpsym.verify.check.numbers import as_shown
from bpsym.verify.check.terms import Shown, leaves, touches
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.effort import TooMuchWork, bounded, spend
from bpsym.verify.meaning.network import NO_VALUES
from bpsym.verify.tree import Document, Expr, Negative, Number, Row, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sympy import Expr as Atom

    from bpsym.expand import Expansion
    from bpsym.rounding import Value
    from bpsym.spec import Description

MOST_STEPS = 20_000  # of a run a document asks for: four of them take a second or two
FEW = 16  # updates at the beginning of a run, made without the rest of it where these are all that is asked for
WORDS = r"(?:iterations?|rounds?|epochs?|steps?|updates?|times|passes|Iterationen|iteraciones|épocas|次|轮|回)"
_NUMBER = r"\d[\d,]{0,14}"
_COUNT = re.compile(
    rf"(?<!\d)(?P<a>{_NUMBER})\s*(?:-?\s*){WORDS}"
    rf"|(?:after|round|iteration|epoch|迭代|训练|经过|nach|tras)\s*(?P<b>{_NUMBER})"
    r"|(?P<first>first (?:iteration|round|update|step|pass|epoch)|第一次|一次迭代"
    r"|one (?:iteration|round|update|epoch))",
    re.IGNORECASE,
)
_TRAINING = re.compile(r"iterat|round|epoch|after|迭代|训练|轮|->|→|下降|fell|drop|decreas", re.IGNORECASE)
BITS, MOST_BITS = 64, 128  # a run begins with, and may be made with where its figures are not settled by fewer
STEP = 0.6  # units of work an equation is in each step
DIGITS = 4  # a figure shows at least so many; fewer are counts and names


@dataclass
class Runs:
    """Training runs of a description: one for each order of updates and treatment of biases, for all claims."""

    description: Description
    counts: frozenset[int]  # the numbers of updates that are spoken of
    digits: int  # of the longest figure
    kept: str = ""  # the treatment of biases that a figure has shown to be the document's
    _rows: dict[tuple[str, str, bool], dict[int, dict[str, list[Value]]]] = field(default_factory=dict)

    def figures(self, order: str, biases: str, steps: int) -> dict[str, list[Value]]:
        """The loss and the outputs after so many updates; empty where the run has no such figures.

        Proved for the description's own order. The other is a mistake that none of the figures is printed of.
        """
        run = order, biases, steps <= FEW
        if run not in self._rows:
            counts = sorted(count for count in self.counts if steps > FEW or count <= FEW)
            self._rows[run] = dict(self._run(order, biases, counts))
        return self._rows[run].get(steps, {})

    def _run(self, order: str, biases: str, counts: list[int]) -> Iterator[tuple[int, dict[str, list[Value]]]]:
        from bpsym.training import approximate, outputs, train

        expansion = self._expansion(order, biases)
        equations = sum(1 for _ in expansion.steps())
        values, loss, units = self.description.values, expansion.program.loss.generic, outputs(expansion)
        for some in (counts, *([count] for count in counts)):
            spend(STEP * max(some) * equations)
            found: Mapping[int, Mapping[Atom, Any]]
            try:
                if order == self.order:
                    rows = train(expansion, values, Rounding(None, self.digits), some, precision=BITS, most=MOST_BITS)
                    found = {row.step: row.values for row in rows}
                else:
                    found = approximate(expansion, values, some)
            except NO_VALUES:  # a run that diverges later on has figures until then
                continue
            for step, row in found.items():
                yield step, {"loss": [arb(row[loss])], "outputs": [arb(row[entry]) for entry in units]}
            if len(found) == len(counts):
                return

    def _expansion(self, order: str, biases: str) -> Expansion:
        from bpsym.backprop import backprop
        from bpsym.expand import Expansion
        from bpsym.program import Role
        from bpsym.update import with_update

        if (order, biases) == (self.order, self.policy):
            return self.description.expansion
        base = backprop(self.description.forward)
        weights = frozenset(q.name for q in base.all(Role.WEIGHT))
        return Expansion(with_update(base, order, weights if biases == "frozen" else None), self.description.sizes)

    def policies(self) -> tuple[str, ...]:
        """Both treatments of the biases: the document's before the description's before the other."""
        return tuple(dict.fromkeys(filter(None, (self.kept, self.policy, "updated", "frozen"))))

    @property
    def order(self) -> str:
        """Whether the description's gradients are all taken at the old weights."""
        training = self.description.training
        return SIMULTANEOUS if training is None else training.order

    @property
    def policy(self) -> str:
        """Whether the description's biases learn."""
        training = self.description.training
        return "frozen" if training is None else training.biases


def training_claims(document: Document, description: Description | None) -> tuple[list[Judgement], list[Span]]:
    """What the prose says of training, judged, and the spans that are settled by it."""
    if description is None or description.training is None or not description.values:
        return [], _runs_in(document)
    with bounded(limits.TRAINED):
        return _trained(document, description)


def _trained(document: Document, description: Description) -> tuple[list[Judgement], list[Span]]:
    texts = (sentence.text for sentence in document.prose)
    spoken = {_steps(match) for text in texts for match in _COUNT.finditer(text)}
    shown = [s for sentence in document.prose for value in sentence.values for s in leaves(value) if _is_figure(s)]
    digits = max((s.number.digits for s in shown if s is not None), default=DIGITS)
    runs = Runs(description, frozenset(count for count in spoken | {0, 1} if count <= MOST_STEPS), digits + 1)
    found: list[Judgement] = []
    spans: list[Span] = []
    steps = 0
    line = 0
    for sentence in document.prose:
        place = document.place(sentence.span)
        counts = [_steps(match) for match in _COUNT.finditer(sentence.text)]
        if counts:
            steps = counts[-1]
        elif place.line != line:
            steps = 0
        line = place.line
        if not _TRAINING.search(sentence.text) and not steps:
            continue
        for value in sentence.values:
            judgements = _judged_in_time(value, steps, runs)
            found.extend(judgements)
            spans.extend([value.span] if judgements else [])
        if steps and any(_is_figure(s) for value in sentence.values for s in leaves(value)):
            spans.append(sentence.span)
    return found, spans


def _judged_in_time(value: Expr, steps: int, runs: Runs) -> list[Judgement]:
    try:
        return list(_judged(value, steps, runs))
    except TooMuchWork:
        return [Judgement(value.span, Verdict.UNDECIDED, details={"why": "long-run"})]


def _runs_in(document: Document) -> list[Span]:
    """Sentences about training runs that nobody can make."""
    found: list[Span] = []
    line = 0
    for sentence in document.prose:
        place = document.place(sentence.span)
        counted = any(_steps(match) > 1 for match in _COUNT.finditer(sentence.text))
        if counted or place.line == line:
            line = place.line
            if any(_is_figure(s) for value in sentence.values for s in leaves(value)):
                found.append(sentence.span)
    return found


def _steps(match: re.Match[str]) -> int:
    digits = match["a"] or match["b"]
    return int(digits.replace(",", "")) if digits else 1


def _is_figure(shown: Shown | None) -> bool:
    return shown is not None and shown.number.places > 0 and shown.number.digits >= DIGITS


def _judged(value: Expr, steps: int, runs: Runs) -> Iterator[Judgement]:
    if not isinstance(value, (Number, Negative, Row)):
        return
    numbers = [s for s in leaves(value) if s is not None]
    for place, shown in enumerate(numbers):
        if _is_figure(shown):
            if steps > MOST_STEPS:
                yield Judgement(shown.tree.span, Verdict.UNDECIDED, details={"why": "long-run"})
                continue
            unit = place if isinstance(value, Row) and len(numbers) > 1 else None
            judgement = _figure(shown, unit, steps, runs)
            if judgement is not None:
                yield judgement


def _figure(shown: Shown, unit: int | None, steps: int, runs: Runs) -> Judgement | None:
    """One figure: right by gradient descent, right only with weights already updated, or nothing we can tell.

    The first figure that only one treatment of the biases gives tells that of the whole document.
    """
    counts = list(dict.fromkeys((steps or 1, 1, 0)))
    for policy in runs.policies():
        found = _under(policy, shown, unit, counts, runs)
        if found is not None:
            count, judgement = found
            runs.kept = runs.kept or (policy if count else "")
            return judgement
    for count in counts:
        right = runs.figures(runs.order, runs.policy, count)
        if any(touches(v, shown.cut()) for v in _candidates(right, unit)):
            return Judgement(shown.tree.span, Verdict.DIGIT)
    if unit is None and steps:
        return Judgement(shown.tree.span, Verdict.UNDECIDED, details={"why": "training"})
    return None


def _under(policy: str, shown: Shown, unit: int | None, counts: list[int], runs: Runs) -> tuple[int, Judgement] | None:
    """A figure judged under one treatment of the biases, with the number of updates it is right after."""
    span = shown.tree.span
    for count in counts:
        if any(touches(v, shown.half()) for v in _candidates(runs.figures(runs.order, policy, count), unit)):
            if policy == runs.policy or not count:
                return count, Judgement(span, Verdict.RIGHT)
            return count, Judgement(span, Verdict.NOTE, rule="other-biases", details={"policy": policy})
    for count in counts if runs.order == SIMULTANEOUS else ():
        right, wrong = (runs.figures(order, policy, count) for order in (SIMULTANEOUS, SEQUENTIAL))
        pairs = zip(_candidates(wrong, unit), _candidates(right, unit), strict=True) if right and wrong else ()
        for was, ought in pairs:  # only one of the runs may have come to figures
            if touches(was, shown.half()):
                details = {"shown": shown, "steps": count}
                expected = as_shown(ought, shown)
                return count, Judgement(span, Verdict.WRONG, expected, "already-updated-weights", details)
    return None


def _candidates(figures: dict[str, list[Value]], unit: int | None) -> list[Value]:
    if not figures:
        return []
    if unit is not None and unit < len(figures["outputs"]):
        return [figures["outputs"][unit]]
    return [*figures["loss"], *figures["outputs"]]
