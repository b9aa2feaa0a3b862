"""Why a claim is wrong: slips of the pen first, then mistakes in the method."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bpsym.verify.check.chain import meet
from bpsym.verify.check.state import State, atoms_of
from bpsym.verify.check.terms import Shown, middle, touches
from bpsym.verify.check.verdicts import FORMULA, Judgement, Verdict
from bpsym.verify.diagnosis.explain import Explanation
from bpsym.verify.diagnosis.mistaken import Cause, Diagnosis, mistakes
from bpsym.verify.diagnosis.slips import FEW, MOVES, ONE_FEWER, ONE_MORE, VAGUE, ranked, slips, two_slips
from bpsym.verify.effort import TooMuchWork, spend
from bpsym.verify.meaning.arrays import Scalar, scalars
from bpsym.verify.meaning.network import FAILURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.verify.meaning.subjects import Subject

GENERIC = frozenset(["value", "operand", "restated", "expression", FORMULA])
COMPARED = 300  # units of work it is to look for the slips of the pen that give a figure for another
MOST_WRONG = 60  # figures the mistakes are looked for; a document with more has other troubles


def diagnosed(judgements: list[Judgement], state: State) -> list[Judgement]:
    """The judgements, each wrong one with its cause."""
    diagnosis = Diagnosis(state)
    return [_with_cause(j, diagnosis) if j.verdict is Verdict.WRONG else j for j in judgements]


def _with_cause(judgement: Judgement, diagnosis: Diagnosis) -> Judgement:
    if judgement.rule not in GENERIC:
        return judgement
    causes: dict[Cause, None] = {}
    with suppress(TooMuchWork):  # those found by then count
        for found in _causes(judgement, diagnosis):
            causes.setdefault(found)
    if not causes:
        return judgement
    cause, *rest = causes
    details = {**judgement.details, "what": cause.what}
    try:
        if cause.made:
            details["explanation"] = Explanation.of(cause.made, diagnosis.state, cause.at)
    except TooMuchWork:
        return judgement
    others = dict.fromkeys(other.rule for other in rest if other.rule != cause.rule)
    return replace(judgement, rule=cause.rule, details=details, others=tuple(others))


def _causes(judgement: Judgement, diagnosis: Diagnosis) -> Iterator[Cause]:
    """Slips of the pen, then mistakes at the claim's own step; vague slips and mistakes further away come last."""
    beyond = diagnosis.beyond(judgement)
    pen = [Cause(slip, what) for slip, what in ranked(_of_the_pen(judgement, diagnosis), beyond)]
    unlikely = VAGUE if beyond != 0 else VAGUE | MOVES | ONE_FEWER | ONE_MORE  # a figure has as many places as others
    if isinstance(shown := judgement.details.get("shown"), Shown) and shown.number.digits < FEW:
        unlikely = frozenset(cause.rule for cause in pen)
    vague = [cause for cause in pen if cause.rule in unlikely] or ([] if pen else _two_at_once(judgement, diagnosis))
    particular = [cause for cause in pen if cause.rule not in unlikely]
    looks = diagnosis.looked < MOST_WRONG
    diagnosis.looked += looks
    local = list(mistakes(judgement, diagnosis, local=True)) if looks else []
    if judgement.details.get("line is right") or judgement.details.get("formula is right"):
        yield from (*particular, *vague, *local)  # who makes a mistake puts its numbers in, and writes its formula
    elif judgement.rule == "operand":  # what stands there is what a mistake puts there: no slip is likelier
        yield from (*local, *particular, *vague)
    else:
        yield from (*particular, *local, *vague)
    if looks:
        yield from mistakes(judgement, diagnosis, local=False)


def _of_the_pen(judgement: Judgement, diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    shown = judgement.details.get("shown")
    if isinstance(shown, Shown):
        for right in _rights(judgement, diagnosis):
            if touches(right, shown.half()):
                continue  # what was copied from elsewhere is no slip of the pen there
            spend(COMPARED)
            yield from slips(shown, right, _others(diagnosis.state, right, judgement.details.get("subject")))


def _two_at_once(judgement: Judgement, diagnosis: Diagnosis) -> list[Cause]:
    shown = judgement.details.get("shown")
    if not isinstance(shown, Shown):
        return []
    return [Cause(*slip) for right in _rights(judgement, diagnosis) for slip in two_slips(shown, right)]


def _rights(judgement: Judgement, diagnosis: Diagnosis) -> Iterator[Scalar]:
    """The values the figure might have been meant to be."""
    place = judgement.details.get("place", 0)
    for key in ("truth", "line", "carried"):
        for value in judgement.details.get(key, ()):
            items = scalars(value)
            if place < len(items):
                yield items[place]
                yield middle(items[place])  # with the figures it comes from at their word
    atoms = atoms_of(diagnosis.state.scope, judgement.details.get("subject"))
    if judgement.rule != "operand" and place < len(atoms):
        try:
            yield diagnosis.at_their_word(judgement)[atoms[place]]
        except FAILURES:
            return


def _others(state: State, right: Scalar, own: Subject | None) -> Iterator[tuple[str, Scalar]]:
    """The document's other figures, as far as they are right."""
    for subject, value in state.said.shown.items():
        if subject == own or subject in state.said.wrong:
            continue
        for item in scalars(value):
            if not meet(item, right):
                text = getattr(subject, "text", None)
                yield text if isinstance(text, str) else _spoken(subject), item


def _spoken(subject: Any) -> str:
    """A derivative's name for a message."""
    match subject:
        case ("d", below):
            return f"∂E/∂{below.text}"
        case ("∂", above, below):
            return f"∂{above.text}/∂{below.text}"
    return ""
