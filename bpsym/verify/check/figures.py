"""A printed number or a list of them, against every honest way to its digits."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from flint import fmpq
from msgspec.structs import replace

from bpsym.verify.check import numbers, symbols
from bpsym.verify.check.afresh import of_another_sample
from bpsym.verify.check.chain import Chain, is_constant, meet
from bpsym.verify.check.doubts import figure_doubt, is_condition, is_setting, leads_nowhere
from bpsym.verify.check.later import after_update
from bpsym.verify.check.numbers import Printed, Way, as_shown
from bpsym.verify.check.points import as_carried
from bpsym.verify.check.routes import Routes
from bpsym.verify.check.state import State, atoms_of
from bpsym.verify.check.terms import Shown, ball, is_fraction, leaves, shape_of, touches
from bpsym.verify.check.values import values
from bpsym.verify.check.verdicts import BAD, FORMULA, Judgement, Verdict, worst
from bpsym.verify.disclaimed import is_case
from bpsym.verify.meaning.arrays import Scalar, scalars
from bpsym.verify.meaning.keys import Key
from bpsym.verify.meaning.subjects import subject_of
from bpsym.verify.tree import (
    Derivative,
    Differential,
    Expr,
    Missing,
    Name,
    walk,
)

if TYPE_CHECKING:
    from bpsym.verify.meaning.subjects import Subject


def _says_again(state: State, shown: Shown, rights: list[Scalar]) -> bool:
    """Whether a figure is one blamed before, in the place of the same right one: another name for it."""
    if shown.value not in state.said.wrong_numbers:
        return False
    blamed = state.said.wrong_numbers[shown.value]
    if shown.number.digits <= 2:  # many figures are as short
        return blamed is not None and any(meet(blamed, right) for right in rights)
    return blamed is None or not rights or any(meet(blamed + ball(-shown.ulp, shown.ulp), right) for right in rights)


def figure(chain: Chain, term: Expr, *, is_first: bool) -> Judgement:
    """Judge a printed number, or a list or matrix of them."""
    constant = _constant_slope(chain, term)
    if constant is not None:
        return constant
    shown = [s for s in leaves(term) if s is not None]
    unit = max((s.ulp for s in shown), default=fmpq(0))
    printed = Printed(term, shown, shape_of(term), Routes.of(chain, unit))
    verdicts = numbers.judged(printed)
    if verdicts is None:
        return _alone(chain, printed, is_first=is_first)
    only_names = all(isinstance(before, Name) for before in takewhile(lambda t: t is not term, chain.statement.terms))
    excused = _excused(chain, printed, verdicts, is_first=is_first or only_names)  # d_1 = e_1 = 0.3
    if excused is not None:
        return excused
    state, subject = chain.state, chain.subject
    if term.span in state.unlike:
        verdicts = [Verdict.WRONG if v is Verdict.DIGIT else v for v in verdicts]
    is_restated = worst(verdicts) is Verdict.WRONG and _is_restated(state, subject, shown)
    verdicts = [
        Verdict.CARRIED if v is Verdict.WRONG and _says_again(state, s, printed.expected(k)) else v
        for k, (v, s) in enumerate(zip(verdicts, shown, strict=True))
    ]
    verdict = Verdict.CARRIED if is_restated else worst(verdicts)
    if verdict in (Verdict.WRONG, Verdict.DIGIT) and (doubt := figure_doubt(chain, term)):
        if subject is not None:
            state.record(subject, shown, printed.shape, Verdict.RIGHT)
        return Judgement(term.span, Verdict.UNDECIDED, details={"why": doubt})
    if verdict is Verdict.WRONG and _is_without_an_unchecked(chain, printed):
        return Judgement(term.span, Verdict.UNDECIDED, details={"why": "alone"})
    if verdict is Verdict.WRONG and not chain.state.scope.described and is_condition(chain, term):
        return Judgement(term.span, Verdict.UNDECIDED, details={"why": "condition"})
    if verdict is Verdict.WRONG and _in_a_table_of_parameters(chain):
        return Judgement(term.span, Verdict.UNDECIDED, details={"why": "a table that does not say what of it this is"})
    way = printed.way() if state.scope.described and verdict in (Verdict.RIGHT, Verdict.DIGIT) else None
    _remember(chain, printed, verdicts, verdict)
    if verdict is Verdict.RIGHT:
        return Judgement(term.span, verdict, details={} if way is None else {"way": way})
    return _found(subject, printed, verdicts, verdict, way)


def _constant_slope(chain: Chain, term: Expr) -> Judgement | None:
    """A number for a derivative that is the same everywhere: ∂net_k/∂b_k = 1, for every k."""
    reference = chain.reference
    if chain.truth or reference is None or isinstance(reference, Missing):
        return None
    if not chain.state.scope.described and leads_nowhere(reference, chain.state, {}):
        return None
    same = symbols.equal(reference, term, chain.state)
    details = {"left": reference, "right": term}
    if same:
        return Judgement(term.span, Verdict.RIGHT, details=details)
    if same is False and isinstance(reference, Derivative) and is_constant(reference, chain.state):
        return Judgement(term.span, Verdict.WRONG, rule=FORMULA, details=details)
    return None


def _alone(chain: Chain, printed: Printed, *, is_first: bool) -> Judgement:
    """A figure of which nothing is known but what the document has said itself."""
    state, subject, span = chain.state, chain.subject, printed.term.span
    if chain.reference is not None and symbols.equal(chain.reference, printed.term, state):
        return Judgement(span, Verdict.RIGHT)  # net_p is a layer and a unit: ∂net_p/∂b_p = 1
    if subject is not None:
        known = state.said.shown.get(subject)
        state.record(subject, printed.shown, printed.shape, Verdict.RIGHT)
        if known is not None and len(scalars(known)) == len(printed.shown):
            agrees = all(touches(v, s.cut()) for v, s in zip(scalars(known), printed.shown, strict=True))
            return Judgement(span, Verdict.RIGHT if agrees else Verdict.UNDECIDED)
    given = is_first and isinstance(subject, Key)
    if subject is not None and not given:
        state.said.unchecked.add(subject)
    return Judgement(span, Verdict.RIGHT if given else Verdict.UNDECIDED, details={"why": "alone"})


def _excused(chain: Chain, printed: Printed, verdicts: list[Verdict], *, is_first: bool) -> Judgement | None:
    """A figure that looks wrong because it is about something else: a law, the network after its update, new givens."""
    state, span, is_wrong = chain.state, printed.term.span, Verdict.WRONG in verdicts
    if not is_wrong and Verdict.DIGIT not in verdicts:
        return None
    if is_wrong and chain.reference is not None and symbols.printed_equal(chain.reference, printed.term, state):
        return Judgement(span, Verdict.RIGHT)  # as bpsym's sheets write ∂net_p/∂b_2 = 1, p no output
    if not is_first:
        return None
    if is_wrong and (later := after_update(chain, printed) or of_another_sample(chain, printed)) is not None:
        return later
    given = _own_given(chain)
    if is_case(chain.statement) and (is_wrong or given is None):
        return Judgement(span, Verdict.UNDECIDED, details={"why": "case"})
    if given is not None:  # of another example
        state.record(given, printed.shown, printed.shape, Verdict.RIGHT)
        return Judgement(span, Verdict.RIGHT)
    if is_wrong and is_setting(chain):
        return Judgement(span, Verdict.UNDECIDED, details={"why": "setting"})
    return None


def _remember(chain: Chain, printed: Printed, verdicts: list[Verdict], verdict: Verdict) -> None:
    """Note what a figure is, so that what follows from it is judged by it."""
    state, places = chain.state, range(len(verdicts))
    bad = [v in BAD for v in verdicts]
    for k in places:
        if bad[k]:
            state.said.wrong_numbers[printed.shown[k].value] = printed.right_value(k)
    if chain.subject is not None:
        units = [_unit_meant(state, shown, printed.right_value(k)) for k, shown in enumerate(printed.shown)]
        meant = tuple(printed.meant(k, units[k]) if bad[k] else None for k in places)
        slipped = tuple(printed.from_before(k, units[k]) if verdicts[k] is Verdict.WRONG else None for k in places)
        if verdict is Verdict.RIGHT and printed.by_chance:
            verdict = Verdict.DIGIT  # behind the last digit stands what follows from a slip
        state.record(chain.subject, printed.shown, printed.shape, verdict, meant, slipped, printed.exact_places())


def _unit_meant(state: State, shown: Shown, right: Scalar | None) -> fmpq:
    """One unit of the last digit a figure has without its slip, which may have added one."""
    usual = state.said.usual_places()
    if usual is None:  # nothing has been rounded before: a point moved by one place is told by what ought to stand here
        added = right is not None and shown.value != 0 and touches(right / 10, shown.near())
    else:
        added = shown.number.places == usual + 1
    return shown.ulp * 10 if added else shown.ulp


def _found(
    subject: Subject | None, printed: Printed, verdicts: list[Verdict], verdict: Verdict, way: Way | None
) -> Judgement:
    """The first of the worst figures of a term, with what it ought to be and all that may explain it."""
    shown, routes = printed.shown, printed.routes
    at = next(k for k, v in enumerate(verdicts) if v is worst(verdicts))
    tainted = routes.tainted and routes.line and not routes.line_is_wrong
    known = (*routes.line, *routes.truth) if tainted else (*routes.truth, *routes.line, *routes.carried)
    if verdict is Verdict.CARRIED:  # what else is known follows from the same error
        known = tuple(routes.truth)
    rights = [items[at] for items in printed.items(known)]
    if verdict is Verdict.DIGIT:  # of several ways to it, the one it is near to
        rights = [right for right in rights if touches(right, shown[at].near())]
    expected = next((as_shown(right, shown[at]) for right in rights), "")
    details = {
        "shown": shown[at],
        "place": at,
        "subject": subject,
        "all": shown,
        "verdicts": verdicts,
        "truth": routes.truth[:1],
        "line": routes.line[:1],
        "line is right": bool(routes.line) and not routes.line_is_wrong,
        "carried": routes.carried[:1],
        "way": way,
    }
    return Judgement(shown[at].tree.span, verdict, expected, "value" if verdict is Verdict.WRONG else "", details)


def _is_without_an_unchecked(chain: Chain, printed: Printed) -> bool:
    """Whether a figure is right where another, of which nothing is known, is 0: a dead unit's, most often."""
    state = chain.state
    if chain.truth or state.scope.described or not chain.formulas:
        return False
    formula, carried = chain.formulas[-1], as_carried(state, None)
    named = {subject_of(node) for node in walk(formula) if isinstance(node, (Name, Derivative, Differential))}
    for unchecked in named & state.said.unchecked:
        dead = replace(carried, shown={**carried.shown, unchecked: fmpq(0)})
        for value in values(formula, state, dead):
            found = scalars(value)
            if len(found) == len(printed.shown) and all(map(touches, found, (s.cut() for s in printed.shown))):
                return True
    return False


def _in_a_table_of_parameters(chain: Chain) -> bool:
    """A number beside a weight in a table: its value, its gradient or its new value."""
    atoms = atoms_of(chain.state.scope, chain.subject)
    network = chain.state.scope.network
    return (
        chain.statement.context.kind == "cell"
        and network is not None
        and bool(atoms)
        and all(network.expansion.step(atom) is None for atom in atoms)
    )


def _own_given(chain: Chain) -> Key | None:
    """The subject, where it is a quantity the document itself hands out and has no formula for."""
    state, subject = chain.state, chain.subject
    network = state.scope.network
    if state.scope.described or network is None or not isinstance(subject, Key) or chain.numerics:
        return None
    if any(not isinstance(formula, Name) for formula in chain.formulas):  # but w_1 = w_2 = 1
        return None
    atoms = atoms_of(state.scope, subject)
    is_given = bool(atoms) and all(network.expansion.step(a) is None and a not in network.opaque for a in atoms)
    return subject if is_given else None


def is_given_fraction(chain: Chain, term: Expr) -> bool:
    """`w_0 = 1/8`, of another example: people hand out fractions as much as decimals."""
    return len(chain.statement.terms) == 2 and is_fraction(term) and _own_given(chain) is not None


def _is_restated(state: State, subject: Subject | None, shown: list[Shown]) -> bool:
    """Whether figures in error are said once more, digit for digit."""
    if subject not in state.said.wrong or subject not in state.said.shown:
        return False
    known = scalars(state.said.shown[subject])
    return len(known) == len(shown) and all(touches(v, (s.value, s.value)) for v, s in zip(known, shown, strict=True))
