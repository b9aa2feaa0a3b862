"""Why a claim is wrong: slips of the pen first, then mistakes in the method."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bpsym.verify.check.state import FAILURES, State, atoms_of
from bpsym.verify.check.terms import Shown, touches
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.meaning.arrays import Scalar, scalars
from bpsym.verify.meaning.network import NO_VALUES
from bpsym.verify.slips import slips

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sympy import Expr as Atom

    from bpsym.mistakes.values import Mistakes
    from bpsym.verify.meaning.scope import Subject

GENERIC = frozenset(["value", "operand", "restated", "expression", "formula"])
SHORT = 24  # steps: the derivation of one figure of a network worked by hand
MOST_WRONG = 60  # figures the mistakes are looked for; a document with more has other troubles


@dataclass
class Diagnosis:
    """What is needed to find causes, made when first wanted."""

    state: State
    mistakes: Mistakes | None = None
    looked: int = 0

    def method(self) -> Mistakes | None:
        """Every mistake in the network's derivation."""
        if self.mistakes is None and self.state.scope.described:
            from bpsym.mistakes.values import Mistakes

            self.mistakes = Mistakes.of(self.state.truth.environment)
        return self.mistakes


def diagnosed(judgements: list[Judgement], state: State) -> list[Judgement]:
    """The judgements, each wrong one with its cause."""
    diagnosis = Diagnosis(state)
    return [_with_cause(j, diagnosis) if j.verdict is Verdict.WRONG else j for j in judgements]


def _with_cause(judgement: Judgement, diagnosis: Diagnosis) -> Judgement:
    if judgement.rule not in GENERIC:
        return judgement
    causes = list(dict.fromkeys(_causes(judgement, diagnosis)))
    if not causes:
        return judgement
    (rule, what), *rest = causes
    details = {**judgement.details, "what": what}
    return replace(judgement, rule=rule, details=details, others=tuple(other for other, _ in rest if other != rule))


def _causes(judgement: Judgement, diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    shown = judgement.details.get("shown")
    for right in _rights(judgement):
        if isinstance(shown, Shown):
            yield from slips(shown, right, _others(diagnosis.state, right, judgement.details.get("subject")))
    if diagnosis.looked < MOST_WRONG:
        diagnosis.looked += 1
        yield from _mistakes(judgement, diagnosis)


def _rights(judgement: Judgement) -> Iterator[Scalar]:
    """The values the figure might have been meant to be."""
    place = judgement.details.get("place", 0)
    for key in ("truth", "line", "carried"):
        for value in judgement.details.get(key, ()):
            items = scalars(value)
            if place < len(items):
                yield items[place]


def _others(state: State, right: Scalar, own: Subject | None) -> Iterator[tuple[str, Scalar]]:
    """The document's other figures, as far as they are right."""
    for subject, value in state.shown.items():
        if subject == own or subject in state.wrong:
            continue
        for item in scalars(value):
            if not _same(item, right):
                text = getattr(subject, "text", None)
                yield text if isinstance(text, str) else _spoken(subject), item


def _same(a: Scalar, b: Scalar) -> bool:
    difference = a - b
    return bool(difference == 0 or (not hasattr(difference, "p") and 0 in difference))


def _spoken(subject: Any) -> str:
    """A derivative's name for a message."""
    match subject:
        case ("d", below):
            return f"∂E/∂{below.text}"
        case ("∂", above, below):
            return f"∂{above.text}/∂{below.text}"
    return ""


def _mistakes(judgement: Judgement, diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    subject, shown = judgement.details.get("subject"), judgement.details.get("shown")
    atoms = atoms_of(diagnosis.state.scope, subject)
    place = judgement.details.get("place", 0)
    if place >= len(atoms) or (not isinstance(shown, Shown) and len(atoms) != 1):
        return
    method = diagnosis.method()
    if method is None:
        return
    try:
        if isinstance(shown, Shown) and judgement.rule != "operand":
            interval = shown.half()
            found = _explained(method, atoms[place], lambda value: touches(value, interval))
        else:
            found = _by_formula(judgement, diagnosis.state, atoms[0])
    except FAILURES + NO_VALUES:
        return
    for explanation in found[:4]:
        for rule in explanation.mistake.rules:
            yield rule.id, ""


def _explained(method: Mistakes, atom: Atom, fits: Callable[[Scalar], bool]) -> list[Any]:
    """The mistakes that give a figure; in a long derivation only those at the figure's own step."""
    if len(method.environment.expansion.order((atom,))) <= SHORT:
        return list(method.explanations(atom, fits))
    return [Local(rule) for rule, _, value in method.local(atom) if fits(value)]


@dataclass(frozen=True)
class Local:
    """A mistake at one step, as an explanation."""

    rule: Any

    @property
    def mistake(self) -> Local:
        """Itself: it is but one."""
        return self

    @property
    def rules(self) -> tuple[Any, ...]:
        """The one rule."""
        return (self.rule,)


def _by_formula(judgement: Judgement, state: State, atom: Atom) -> list[Any]:
    """The mistakes that turn the right formula into the written one, told at a random point."""
    from bpsym.mistakes.values import Mistakes
    from bpsym.verify.check.state import values

    term = judgement.details.get("right")
    if term is None or not state.anywhere:
        return []
    point = state.anywhere[0]
    ours = [v for v in values(term, state, point) if len(scalars(v)) == 1]
    if not ours:
        return []
    return _explained(
        Mistakes.of(point.environment), atom, lambda value: any(_same(scalars(v)[0], value) for v in ours)
    )
