"""One statement judged: each term against what its subject is.

A chain `A = B = C = 0.3775` is read from the left. Formulas are held against the one before; expressions in numbers
and numbers against the subject's value, and against each other where it has none. The first term that departs from the
truth is the one to blame; what follows from it is carried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.check import symbols
from bpsym.verify.check.arrows import moved
from bpsym.verify.check.chain import (
    ARROWS,
    EQUALITIES,
    ORDERS,
    Chain,
    declares_index,
    has_free_letters,
    is_assigned_to_itself,
    is_counted_up,
    is_of_shapes,
    is_passing,
    is_path,
    is_range,
    is_words,
    meet,
    subject_at,
)
from bpsym.verify.check.doubts import leads_nowhere
from bpsym.verify.check.figures import figure, is_given_fraction
from bpsym.verify.check.formulas import formula
from bpsym.verify.check.numerics import numeric, row_below, worked_row
from bpsym.verify.check.points import as_carried, as_read
from bpsym.verify.check.state import State, atoms_of
from bpsym.verify.check.terms import Kind, kind_of, leaves
from bpsym.verify.check.values import values
from bpsym.verify.check.verdicts import BAD, Judgement, Verdict
from bpsym.verify.disclaimed import is_disclaimed, is_of_another_case, is_other_error, is_without, supposes
from bpsym.verify.effort import TooMuchWork, bounded, spend
from bpsym.verify.meaning.arrays import scalars
from bpsym.verify.meaning.keys import LOSS_NAMES, Key, key
from bpsym.verify.meaning.subjects import subject_of
from bpsym.verify.meaning.symbolic import Definition
from bpsym.verify.tree import Call, Derivative, Differential, Expr, Matrix, Missing, Name, Number, Row, Statement, Sum

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sympy import Expr as Atom

    from bpsym.verify.meaning.arrays import Scalar

PLAIN = frozenset(["code", "output", "prose"])  # where an equals sign may be a programme's
BEGUN = 150  # units of work a statement is at least


def judge(statement: Statement, state: State) -> list[Judgement]:
    """One judgement a link; nothing for a formula merely shown, shown as a mistake, or supposed.

    Once the work granted to a statement or a document is used up, nothing more is decided.
    """
    try:
        with bounded(limits.STATEMENT):
            spend(BEGUN)
            return _as_programmed(statement, _judged_or_denied(statement, state))
    except TooMuchWork:
        links = [term for _, relation, term in statement.links() if relation.kind in EQUALITIES]
        return [Judgement(term.span, Verdict.UNDECIDED, details={"why": "effort"}) for term in links]


def is_cut_short(found: Iterable[Iterable[Judgement]]) -> bool:
    """Whether the work granted did not suffice for some statements."""
    return any(judgement.details.get("why") == "effort" for judgements in found for judgement in judgements)


def _judged_or_denied(statement: Statement, state: State) -> list[Judgement]:
    again = subject_of(statement.terms[0]) in state.said.shown
    is_denied = is_disclaimed(statement) or (again and is_without(statement))
    if not is_denied and (state.scope.described or not is_of_another_case(statement)):
        return _judged(statement, state)
    before = state.said.copied()
    found = _judged(statement, state)
    if all(j.verdict is not Verdict.WRONG for j in found):
        return found
    state.said = before
    return [] if is_denied else [_as_another_case(judgement) for judgement in found]


def _as_programmed(statement: Statement, found: list[Judgement]) -> list[Judgement]:
    """What a line of a programme came to is the value of its formula: not wrong where nothing tells what that is."""
    is_open = any(j.verdict is Verdict.UNDECIDED and j.span == statement.terms[1].span for j in found)
    if statement.context.kind != "code" or not is_open or kind_of(statement.terms[1]) is Kind.NUMBER:
        return found
    return [j if j.verdict not in BAD else Judgement(j.span, Verdict.UNDECIDED) for j in found]


def _as_another_case(judgement: Judgement) -> Judgement:
    """A figure of another case than the document works, which nothing in it decides."""
    if judgement.verdict not in BAD:
        return judgement
    return Judgement(judgement.span, Verdict.UNDECIDED, details={"why": "case"})


def _as_new_value(statement: Statement, state: State) -> Statement:
    """`b ← (0.19, 0.13)` as what b is after its first step, in a document that steps down the gradient."""
    is_figure = len(statement.terms) == 2 and kind_of(statement.terms[1]) is Kind.NUMBER
    if not is_figure or statement.relations[0].kind != "←" or state.scope.described or state.scope.rate is None:
        return statement
    subject = subject_at(statement, state)
    if not isinstance(subject, Key) or not subject.new or subject._replace(new=False) in state.said.updated:
        return statement
    first = statement.terms[0]
    named = replace(first, marks=(*first.marks, "new")) if isinstance(first, Name) else first
    return replace(statement, terms=(named, statement.terms[1]), relations=(replace(statement.relations[0], kind="="),))


def _judged(statement: Statement, state: State) -> list[Judgement]:
    statement = _as_new_value(statement, state)
    if not statement.relations or all(r.kind not in EQUALITIES | ORDERS for r in statement.relations):
        return []
    if (
        declares_index(statement)
        or (is_words(statement.terms[0]) and not _is_worked(statement, state))
        or is_path(statement)
        or is_counted_up(statement)
        or is_of_shapes(statement)
        or (statement.context.kind in PLAIN and (is_assigned_to_itself(statement) or _is_part(statement, state)))
        or (_is_part(statement, state) and _is_zero(statement.terms[-1]))
    ):
        return []
    if not state.scope.described and (supposes(statement) or is_passing(statement)):
        return []
    if is_other_error(statement):
        statement = replace(statement, terms=(Missing(statement.terms[0].span), *statement.terms[1:]))
    statement, *rest = _at_orders(_joined(statement, state))
    if rest:
        return [judgement for piece in (statement, *rest) for judgement in _judged(piece, state)]
    subject = subject_at(statement, state)
    chain = Chain(statement, state, subject, [], [], [], None)
    first = statement.terms[0]
    _open(chain, first)
    found: list[Judgement] = worked_row(chain, first)
    for before, relation, term in statement.links():
        if relation.kind in ARROWS and subject is None and kind_of(before) is kind_of(term) is Kind.NUMBER:
            found.append(moved(before, term, state))
        elif relation.kind in ORDERS:
            order = _order(chain, relation.kind, statement.terms[-2], term)
            found += [order] if order is not None else []
        elif relation.kind in EQUALITIES and not is_range(statement):
            found.append(_term(chain, term, is_first=not found))
    _close(chain)
    return found


def _at_orders(statement: Statement) -> list[Statement]:
    """`a < b = c` as `a < b`, `b = c`: what follows an order is about the term before it, not about the first."""
    ends = [k for k, relation in enumerate(statement.relations) if relation.kind in ORDERS]
    starts = [0, *(k + 1 for k in ends if k + 1 < len(statement.relations))]
    return [
        replace(statement, terms=statement.terms[start : end + 1], relations=statement.relations[start:end])
        for start, end in zip(starts, [*starts[1:], len(statement.relations)], strict=True)
    ]


def _is_part(statement: Statement, state: State) -> bool:
    """`dx = 1 * dnum`, to which a programme adds the rest later."""
    first = statement.terms[0]
    spelled = (
        "d" + getattr(first.of, "spelled", "") if isinstance(first, Differential) else getattr(first, "spelled", "")
    )
    return spelled in state.scope.summed


def _is_zero(tree: Expr) -> bool:
    """Whether it is the 0 that a sum begins with: `db = 0`."""
    return isinstance(tree, Number) and tree.value == 0


def _is_worked(statement: Statement, state: State) -> bool:
    """Whether a long name is worked out in numbers, or has a formula and the document goes on with it: `ddot`."""
    worked_out = any(kind_of(term) is Kind.NUMERIC for term in statement.terms[1:-1])
    return worked_out or statement.context.kind == "code" or subject_of(statement.terms[0]) in state.scope.entering


def _joined(statement: Statement, state: State) -> Statement:
    """A chain that goes on behind words, `= out_k - target_k`, with the left-hand side before them where that holds."""
    first, second, *_ = statement.terms
    before = state.said.before
    if not isinstance(first, Missing):
        state.said.before = first
    elif before is not None and kind_of(second) is Kind.SYMBOLIC and symbols.equal(before, second, state):
        return replace(statement, terms=(before, *statement.terms[1:]))
    return statement


def _open(chain: Chain, first: Expr) -> None:
    """Take the left-hand side: what it is, and what it has been said to be."""
    state, subject = chain.state, chain.subject
    if isinstance(first, Missing) or subject is None:
        if isinstance(first, (Matrix, Row)) and _begins_with(first, chain.statement.terms[1], state):
            return  # [w; b] = [0.5; 0] - …: what is moved, and where it is before that
        if kind_of(first) in (Kind.SYMBOLIC, Kind.MIXED):
            chain.reference = first
            chain.formulas.append(first)
            chain.truth = list(values(first, state, state.truth))
        elif kind_of(first) in (Kind.NUMERIC, Kind.NUMBER):
            chain.truth = row_below(chain, first)
            chain.numerics.append((first, False))
        return
    if subject == subject_of(first):
        chain.reference = first
        chain.truth = list(values(first, state, state.truth))
        network = state.scope.network
        if network is not None and network.passed_after_update:
            chain.truth.extend(values(first, state, replace(state.truth, with_old=True)))
        if subject[0] == "formula":
            chain.formulas.append(first)
        if isinstance(first, Derivative) and _is_nowhere(first, chain):
            chain.truth = []  # read as what does not depend on it: ∂a/∂z where nothing says that a is made of z
        if network is not None and network.opaque & set(atoms_of(state.scope, subject)):
            chain.truth = []  # known by this very number alone
        if network is not None and _is_its_own_source(chain, network.values):
            chain.truth = []
    elif isinstance(subject, Key):
        chain.reference = replace(first, marks=("new",)) if isinstance(first, Name) else first
        chain.truth = list(values(chain.reference, state, state.truth))
    is_afresh = subject in state.scope.ambiguous.redefined.names
    if is_afresh and chain.statement.relations[0].kind in ARROWS:
        chain.truth = []  # a step from what it was last, which is none of its formulas
    elif is_afresh and (other := state.in_effect(chain.statement.span.end)) is not None:
        chain.truth = list(values(first, other, other.truth))
    chain.formulas.extend(state.said.formulas.get(subject, ()))
    if _is_moved_by_several(chain):
        chain.truth = []
    else:
        chain.numerics.extend(state.said.numerics.get(subject, ()))


def _is_moved_by_several(chain: Chain) -> bool:
    """Whether it is a step of a parameter from where it was at first, in a document with several losses."""
    losses = any(isinstance(k, Key) and k.base in LOSS_NAMES for k in chain.state.scope.ambiguous.redefined.names)
    return losses and isinstance(chain.subject, Key) and chain.subject.new


def _is_nowhere(first: Derivative, chain: Chain) -> bool:
    """Whether a derivative is 0 as its names were read, at every point."""
    every = [item for value in chain.truth for item in scalars(value)]
    is_read_so = not chain.state.scope.described and bool(every) and all(item == 0 for item in every)
    return is_read_so and leads_nowhere(first, chain.state, {})


def _is_its_own_source(chain: Chain, given: Mapping[Atom, Scalar]) -> bool:
    """Whether a quantity is given as the very figure the statement works out: `a_0 = σ(1 · 1.5) = 0.8176`."""
    *_, worked, last = chain.statement.terms
    if chain.state.scope.described or kind_of(worked) is not Kind.NUMERIC or kind_of(last) is not Kind.NUMBER:
        return False
    known = [given.get(atom) for atom in atoms_of(chain.state.scope, chain.subject)]
    return bool(known) and known == [shown.value for shown in leaves(last) if shown is not None]


def _begins_with(left: Expr, right: Expr, state: State) -> bool:
    """Whether a sum begins with the very values of the names it is said to be."""
    if not isinstance(right, Sum) or kind_of(right.terms[0]) is not Kind.NUMBER:
        return False
    before = values(right.terms[0], state, as_read(state))
    return any(meet(ours, theirs) for theirs in before for ours in values(left, state, state.truth))


def _term(chain: Chain, term: Expr, *, is_first: bool) -> Judgement:
    kind = kind_of(term)
    if kind is Kind.UNREAD:
        return Judgement(term.span, Verdict.UNREADABLE)
    if kind is Kind.NUMBER:
        return figure(chain, term, is_first=is_first)
    if kind is Kind.NUMERIC:
        return Judgement(term.span, Verdict.RIGHT) if is_given_fraction(chain, term) else numeric(chain, term)
    return formula(chain, term, mixed=kind is Kind.MIXED)


def _order(chain: Chain, relation: str, left: Expr, right: Expr) -> Judgement | None:
    """`z > 0`: checked where both sides have one value; elsewhere it is a condition, not a claim."""
    from bpsym.verify.meaning.algebra import BALLS

    state = chain.state
    for a in values(left, state, state.truth):
        for b in values(right, state, state.truth):
            pairs_of = list(zip(scalars(a), scalars(b), strict=False))
            if len(scalars(a)) == len(scalars(b)) == 1:
                held = BALLS.chosen(*pairs_of[0][:1], relation, pairs_of[0][1], 1, 0)
                return Judgement(right.span, Verdict.RIGHT if held else Verdict.UNDECIDED)
    return None


def _follow_own_formula(chain: Chain) -> None:
    """After a wrong formula the document goes on with what it says."""
    state, first = chain.state, chain.statement.terms[0]
    wrong = chain.formulas[-1]
    if isinstance(first, Call) and len(first.arguments) == 1 and isinstance(first.arguments[0], Name):
        state.scope.restated[first.letter] = Definition(key(first.arguments[0]), wrong)
    elif chain.subject is not None and chain.subject not in state.said.shown and not has_free_letters(first):
        found = list(values(wrong, state, as_carried(state, chain.subject)))
        if found:
            state.assume(chain.subject, found[0])


def _close(chain: Chain) -> None:
    """Remember what the statement said."""
    state, subject, statement = chain.state, chain.subject, chain.statement
    if chain.broken:
        _follow_own_formula(chain)
    if subject is None:
        if state.said.pending and chain.numerics and kind_of(statement.terms[0]) is Kind.NUMERIC:
            state.said.pending.pop(0)
        return
    note_section(statement, state)
    known = state.said.formulas.setdefault(subject, [])
    same = {id(t) for t in known}  # most came from there
    known.extend([t for t in chain.formulas if id(t) not in same and t not in known])
    if chain.numerics:
        state.said.numerics[subject] = chain.numerics[-1:]
    if (
        isinstance(subject, Key)
        and subject.new
        and not any("new" in getattr(t, "marks", ()) for t in statement.terms[:1])
    ):
        state.said.updated.add(subject._replace(new=False))
    if statement.label and not isinstance(statement.terms[0], Missing):
        state.scope.macros[Key(statement.label)] = statement.terms[0]


def note_section(statement: Statement, state: State) -> None:
    """Remember under which heading a name got its formula, and under which it was worked out in numbers."""
    subject, kinds = subject_of(statement.terms[0]), {kind_of(term) for term in statement.terms[1:]}
    if subject is not None and Kind.SYMBOLIC in kinds:
        state.said.sections[subject] = statement.context.heading
    if subject is not None and kinds & {Kind.NUMERIC, Kind.NUMBER}:
        state.said.headings[subject] = statement.context.heading
