"""Mistakes in the method that explain a wrong claim: a step of the derivation gone wrong gives what is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flint import fmpq
from msgspec.structs import replace

from bpsym.verify.check.chain import meet
from bpsym.verify.check.points import as_read
from bpsym.verify.check.state import State, atoms_of
from bpsym.verify.check.terms import Kind, Shown, interval_literal, kind_of, middle, touches
from bpsym.verify.check.values import values
from bpsym.verify.effort import TooMuchWork
from bpsym.verify.meaning.arrays import Scalar, Value, scalars
from bpsym.verify.meaning.keys import Key
from bpsym.verify.meaning.network import FAILURES
from bpsym.verify.tree import Missing, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sympy import Expr as Atom

    from bpsym.evaluate import Environment
    from bpsym.mistakes.rule import Rule, Wrong
    from bpsym.mistakes.values import Explanation as Explained
    from bpsym.mistakes.values import Mistakes
    from bpsym.verify.check.verdicts import Judgement
    from bpsym.verify.meaning.indices import Indices
    from bpsym.verify.meaning.scope import Scope
    from bpsym.verify.meaning.subjects import Subject

SHORT = 24  # steps: the derivation of one figure of a network worked by hand
MOST_ENTRIES = 24  # of a vector or a matrix given by a formula
MOST_LETTERS = 3  # of a name
NOWHERE: Indices = {}
MOST_NAMED = 12  # mistakes that explain one figure
MOST_IN_ALL = 3500  # mistakes followed through in a document
MOST_TRIED = 2500  # mistakes followed through before those elsewhere than at a figure's own step are let be
_NOTHING = Missing(Span(0, 0))


@dataclass(frozen=True)
class Cause:
    """What explains a wrong figure: a slip, with what it speaks of, or steps gone wrong."""

    rule: str
    what: str = ""
    made: tuple[tuple[Rule, Wrong], ...] = field(default=(), compare=False)
    at: Indices = field(default_factory=dict, compare=False)  # what index letters stood for


@dataclass
class Diagnosis:
    """What is needed to find causes, made when first wanted."""

    state: State
    mistakes: Mistakes | None = None
    looked: int = 0
    tried: int = 0

    def at_their_word(self, judgement: Judgement) -> Environment:
        """The network worked with the figures the document shows, but for the one judged."""
        own = set(atoms_of(self.state.scope, judgement.details.get("subject")))
        shown = {atom: middle(value) for atom, value in self.state.said.overrides.items() if atom not in own}
        return self.state.truth.environment.overridden(shown)

    def beyond(self, judgement: Judgement) -> int | None:
        """How many more places a figure has than most of the document's; None where these have no common number."""
        shown, usual = judgement.details.get("shown"), self.state.said.usual_places()
        return shown.number.places - usual if isinstance(shown, Shown) and usual is not None else None

    def method(self) -> Mistakes | None:
        """Every mistake in the network's derivation."""
        if self.mistakes is None and self.state.scope.described:
            from bpsym.mistakes.values import Mistakes

            self.mistakes = Mistakes.of(self.state.truth.environment)
        return self.mistakes


def mistakes(judgement: Judgement, diagnosis: Diagnosis, *, local: bool) -> Iterator[Cause]:
    """Mistakes in the method that give what is written: at its own step, or anywhere on the way to it."""
    subject, shown = judgement.details.get("subject"), judgement.details.get("shown")
    atoms, indices = atoms_of(diagnosis.state.scope, subject), NOWHERE
    if not atoms and not isinstance(shown, Shown):
        atoms, indices = _somewhere(diagnosis.state.scope, subject)
    place = judgement.details.get("place", 0)
    if place >= len(atoms):
        return
    method = diagnosis.method()
    if method is None:
        return
    try:
        if isinstance(shown, Shown) and judgement.rule != "operand":
            found = _by_figure(judgement, diagnosis, method, atoms[place], shown, local=local)
        elif kind_of(judgement.details.get("right", _NOTHING)) is Kind.NUMERIC:
            found = _by_expression(judgement, diagnosis, method, atoms[0]) if local and len(atoms) == 1 else []
        elif len(atoms) > 1:
            found = _by_array(judgement, diagnosis, method, atoms) if local else []
        else:
            found = _by_formula(judgement, diagnosis, method, atoms[0], indices, local=local)
    except FAILURES:
        return
    for explanation in found[:MOST_NAMED]:
        yield Cause(explanation.mistake.rules[0].id, made=explanation.mistake.made, at=indices)


def _explained(
    diagnosis: Diagnosis, method: Mistakes, atom: Atom, fits: Callable[[Scalar], bool], *, local: bool
) -> list[Explained]:
    """The mistakes that give a figure, at its own step or, in a short derivation, anywhere."""
    from bpsym.mistakes.candidates import Mistake
    from bpsym.mistakes.values import Explanation as Explained

    def counted(value: Scalar) -> bool:
        diagnosis.tried += 1
        if not local and diagnosis.tried > MOST_IN_ALL:
            raise TooMuchWork
        return fits(value)

    if not local:
        short = len(method.environment.expansion.order((atom,))) <= SHORT
        return list(method.explanations(atom, counted)) if short and diagnosis.tried < MOST_TRIED else []
    found = ((Mistake(((rule, wrong),)), value) for rule, wrong, value in method.local(atom))
    fitting = [Explained(mistake, value) for mistake, value in found if fits(value)]
    return sorted(fitting, key=lambda explained: -explained.mistake.specificity)


def _one_of(written: Sequence[Value]) -> Callable[[Scalar], bool]:
    """Whether a number may be one of those written."""
    return lambda value: any(meet(other, value) for other in written)


def _by_figure(
    judgement: Judgement, diagnosis: Diagnosis, method: Mistakes, atom: Atom, shown: Shown, *, local: bool
) -> list[Explained]:
    """The mistakes that give a figure: rounded, cut off, or made with the document's own figures."""
    found = _explained(diagnosis, method, atom, lambda value: touches(value, shown.cut()), local=local)
    if local:
        own = method.elsewhere(diagnosis.at_their_word(judgement))
        told = {explained.mistake.key for explained in found}
        theirs = _explained(diagnosis, own, atom, lambda value: touches(value, shown.cut()), local=True)
        found += [explained for explained in theirs if explained.mistake.key not in told]
    return sorted(found, key=lambda explained: not touches(explained.value, shown.half()))


def _by_expression(judgement: Judgement, diagnosis: Diagnosis, method: Mistakes, atom: Atom) -> list[Explained]:
    """The mistakes whose numbers, put in, are the written ones."""
    state = diagnosis.state
    cut_off = replace(state.truth, literal=interval_literal(state.is_exact, fmpq(1)))
    own = method.elsewhere(diagnosis.at_their_word(judgement))
    for point in (as_read(state), cut_off):
        written = [v for v in values(judgement.details["right"], state, point) if len(scalars(v)) == 1]
        for made in (own, method):
            found = _explained(
                diagnosis,
                made,
                atom,
                _one_of(written),
                local=True,
            )
            if found:
                return found
    return []


def _somewhere(scope: Scope, subject: Subject | None) -> tuple[tuple[Atom, ...], Indices]:
    """The entry a name with index letters stands for at some indices, and these; different ones where possible."""
    keys = [part for part in ((subject,) if isinstance(subject, Key) else subject or ()) if isinstance(part, Key)]
    letters = sorted({part for k in keys for part in (*k.sub, *k.layer) if len(part) == 1 and part.islower()})
    for numbers in ("123", "211", "111") if 0 < len(letters) <= MOST_LETTERS else ():
        at = dict(zip(letters, numbers, strict=False))
        atoms = atoms_of(scope, _at(subject, at))
        if len(atoms) == 1:
            return atoms, at
    return (), {}


def _at(subject: Any, at: Indices) -> Any:
    """A subject with indices put in for its letters."""
    if isinstance(subject, Key):
        sub, layer = (tuple(at.get(part, part) for part in parts) for parts in (subject.sub, subject.layer))
        return subject._replace(sub=sub, layer=layer)
    return tuple(_at(part, at) for part in subject) if isinstance(subject, tuple) else subject


def _by_formula(
    judgement: Judgement, diagnosis: Diagnosis, method: Mistakes, atom: Atom, indices: Indices, *, local: bool
) -> list[Explained]:
    """The mistakes that turn the right formula into the written one, told at a random point."""
    state, term = diagnosis.state, judgement.details.get("right")
    kept: list[Explained] = []
    if term is None:
        return []
    for point in (*state.anywhere, *state.nearby, state.truth):
        right = _or_nothing(point.environment, atom)
        ours = [v for v in values(term, state, point, indices) if len(scalars(v)) == 1]
        if right is None or not ours or (meet(right, fmpq(0)) and any(meet(v, right) for v in ours)):
            continue  # a dead unit makes all formulas alike
        found = _explained(
            diagnosis,
            method.elsewhere(point.environment),
            atom,
            _one_of(ours),
            local=local,
        )
        told = {explained.mistake.key for explained in found}
        kept = [explained for explained in kept if explained.mistake.key in told] or kept or found
        if len(kept) <= 1:  # what no mistake gives here, none gives elsewhere
            break
    return kept


def _by_array(judgement: Judgement, diagnosis: Diagnosis, method: Mistakes, atoms: Sequence[Atom]) -> list[Explained]:
    """The mistakes that, made in every entry of a vector or a matrix, turn the right formula into the written one."""
    state, term = diagnosis.state, judgement.details.get("right")
    if term is None or len(atoms) > MOST_ENTRIES:
        return []
    found: list[Explained] = []
    for point in state.anywhere:
        made = method.elsewhere(point.environment)
        rights = [point.environment[atom] for atom in atoms]
        readings = [scalars(value) for value in values(term, state, point)]
        told = [
            each
            for ours in readings
            if len(ours) == len(atoms)
            for each in _in_every_entry(diagnosis, made, list(zip(atoms, rights, ours, strict=True)))
        ]
        kinds = {_kind(each) for each in told}
        found = [each for each in found if _kind(each) in kinds] if found else told
        if len(found) <= 1:
            break
    return found


def _in_every_entry(
    diagnosis: Diagnosis, method: Mistakes, entries: Sequence[tuple[Atom, Scalar, Scalar]]
) -> list[Explained]:
    """The mistakes that explain each entry that is not right, as they are made in the first of them."""
    found: list[Explained] | None = None
    for atom, right, ours in entries:
        if not meet(right, ours):
            here = _explained(diagnosis, method, atom, _one_of([ours]), local=True)
            kinds = {_kind(each) for each in here}
            found = here if found is None else [each for each in found if _kind(each) in kinds]
    return found or []


def _kind(explained: Explained) -> tuple[str, str]:
    """The rule that was broken, and in which way."""
    rule, wrong = explained.mistake.made[0]
    return rule.id, wrong.kind


def _or_nothing(environment: Environment, atom: Atom) -> Scalar | None:
    try:
        return environment[atom]
    except FAILURES:
        return None
