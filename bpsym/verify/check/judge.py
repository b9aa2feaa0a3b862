"""One statement judged: each term against what its subject is.

A chain `A = B = C = 0.3775` is read from the left. Formulas are held against the one before them; expressions in numbers
and numbers against the subject's value, and against each other where it has none. The first term that departs from the
truth is the one to blame; what follows from it is carried.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from flint import arb, fmpq

from bpsym.verify.check import numbers, symbols
from bpsym.verify.check.align import pairs, turned
from bpsym.verify.check.numbers import Routes, as_shown
from bpsym.verify.check.state import State, atoms_of, values, why_not
from bpsym.verify.check.terms import Kind, Shown, kind_of, leaves, touches
from bpsym.verify.check.verdicts import Judgement, Verdict, worst
from bpsym.verify.meaning.arrays import Array, Scalar, ShapeError, Value, aligned, scalars
from bpsym.verify.meaning.algebra import rational
from bpsym.verify.meaning.keys import NO_TIME, UPDATABLE, Key, free_letters, key
from bpsym.verify.meaning.scope import Definition, Subject, subject_of
from bpsym.verify.canonical import canonical
from bpsym.verify.meaning.patterns import substituted
from bpsym.verify.symbols import GREEK, WORDS
from bpsym.verify.tree import (
    Application,
    Call,
    Derivative,
    Ellipsis,
    Expr,
    Matrix,
    Missing,
    Name,
    Negative,
    Number,
    Power,
    Row,
    Statement,
    Sum,
    walk,
)

EQUALITIES = frozenset(["=", "≈", ":=", "←", "→"])
ORDERS = frozenset(["<", ">", "≤", "≥", "≠"])


@dataclass
class Chain:
    """A statement on its way through the judge."""

    statement: Statement
    state: State
    subject: Subject | None
    formulas: list[Expr]  # names and operations, of this chain and of earlier ones with its subject
    numerics: list[tuple[Expr, bool]]  # expressions in numbers, and whether they are wrong
    truth: list[Value]
    reference: Expr | None  # the formula the next formula is held against
    broken: bool = False  # a formula before this term is wrong: what follows from it is carried


def judge(statement: Statement, state: State) -> list[Judgement]:
    """One judgement a link; nothing for a formula merely shown."""
    if not statement.relations or all(r.kind not in EQUALITIES | ORDERS for r in statement.relations):
        return []
    if _declares_index(statement) or _is_words(statement.terms[0]) or _is_path(statement):
        return []
    subject = _subject(statement, state)
    chain = Chain(statement, state, subject, [], [], [], None)
    first = statement.terms[0]
    _open(chain, first)
    found: list[Judgement] = _worked_row(chain, first)
    for _, relation, term in statement.links():
        if relation.kind in ORDERS:
            order = _order(chain, relation.kind, statement.terms[-2], term)
            found += [order] if order is not None else []
        elif relation.kind in EQUALITIES and not _is_range(statement):
            found.append(_term(chain, term, is_first=not found))
    _close(chain, found)
    return found


def _is_path(statement: Statement) -> bool:
    """`w_5 → net_o1 → out_o1 → E`: the way an influence takes."""
    return all(r.kind == "→" for r in statement.relations) and all(
        isinstance(term, (Name, Application)) for term in statement.terms
    )


def _is_words(first: Expr) -> bool:
    """`Answer = 6.9`: a word, no quantity."""
    return isinstance(first, Name) and len(first.base) > 3 and first.base.isalpha() and first.base not in WORDS | set(
        GREEK.values()
    )


_INDEX_LETTERS = frozenset("l L N M i j k t n m p q K T".split())


def _declares_index(statement: Statement) -> bool:
    """`l = 1, 2, …, L` and `L = N + 1` say what letters run over; they claim nothing."""
    first = statement.terms[0]
    if not isinstance(first, Name) or first.base not in _INDEX_LETTERS or first.sub or first.layer or first.marks:
        return False
    for term in statement.terms[1:]:
        for node in walk(term):
            if isinstance(node, Number) and node.places > 0:
                return False
            if isinstance(node, Name) and (node.base not in _INDEX_LETTERS or node.sub):
                return False
            if not isinstance(node, (Number, Name, Ellipsis, Row, Sum, Negative)):
                return False
    return len(statement.terms) > 1


def _is_range(statement: Statement) -> bool:
    """`w_1 ~ w_4`: from the one to the other."""
    left, right = statement.terms[:2]
    return (
        statement.relations[0].kind == "≈"
        and isinstance(left, Name)
        and isinstance(right, Name)
        and left.base == right.base
    )


def _subject(statement: Statement, state: State) -> Subject | None:
    first = statement.terms[0]
    subject = subject_of(first)
    if isinstance(subject, Key) and not subject.new:
        names = [node for term in statement.terms[1:] for node in walk(term) if isinstance(node, Name)]
        if subject.base in UPDATABLE and any(subject_of(name) == subject for name in names):  # w = w − η ∂E/∂w
            return subject._replace(new=True)
        if subject in state.updated and not _fits_old(statement, subject, state):
            return subject._replace(new=True)
    return subject


def _fits_old(statement: Statement, subject: Key, state: State) -> bool:
    """Whether the numbers of a line are the values before the update."""
    shown = list(leaves(statement.terms[-1])) if kind_of(statement.terms[-1]) is Kind.NUMBER else []
    known = state.shown.get(subject)
    olds = [known] if known is not None else list(values(statement.terms[0], state, state.truth))
    return any(
        len(scalars(old)) == len(shown)
        and all(s is not None and touches(v, s.half()) for s, v in zip(shown, scalars(old), strict=True))
        for old in olds
        if shown
    )


def _open(chain: Chain, first: Expr) -> None:
    """Take the left-hand side: what it is, and what it has been said to be."""
    state, subject = chain.state, chain.subject
    if isinstance(first, Missing) or subject is None:
        if kind_of(first) in (Kind.SYMBOLIC, Kind.MIXED):
            chain.reference = first
            chain.formulas.append(first)
            chain.truth = list(values(first, state, state.truth))
        elif kind_of(first) in (Kind.NUMERIC, Kind.NUMBER):
            chain.truth = _row_below(chain, first)
            chain.numerics.append((first, _judge_row(chain, first)))
        return
    if subject == subject_of(first):
        chain.reference = first
        chain.truth = list(values(first, state, state.truth))
        if subject[0] == "formula":
            chain.formulas.append(first)
        network = state.scope.network
        if network is not None and network.opaque & set(atoms_of(state.scope, subject)):
            chain.truth = []  # known by this very number alone
    elif isinstance(subject, Key):
        chain.reference = replace(first, marks=("new",)) if isinstance(first, Name) else first
        chain.truth = list(values(chain.reference, state, state.truth))
    chain.formulas.extend(state.formulas.get(subject, ()))
    chain.numerics.extend(state.numerics.get(subject, ()))


def _worked_row(chain: Chain, first: Expr) -> list[Judgement]:
    """`-0.47355 - 0.05217 - 0.0015` below `0.5 · -0.9471 + …`: each number against the product it stands for."""
    state = chain.state
    if chain.subject is not None or not state.pending or kind_of(first) is not Kind.NUMERIC:
        return []
    row = state.pending[0]
    ours, theirs = list(values(first, state, state.as_read())), list(values(row, state, state.as_read()))
    if not ours or not theirs:
        return []
    if _meet(ours[0], theirs[0]):
        if any(value in state.wrong_numbers for value, number in _signed(row) if number.digits > 1):
            chain.numerics, chain.truth = [(first, True)], []  # worked out rightly, from figures that are wrong
        return []
    for piece, tree in pairs(row, first) or ():
        (shown,) = leaves(tree)
        found = [s for v in values(piece, state, state.truth) for s in scalars(v)[:1]]
        if shown is not None and found and not touches(found[0], shown.cut()):
            chain.numerics = [(first, True)]
            chain.truth = theirs
            return [
                Judgement(shown.tree.span, Verdict.WRONG, as_shown(found[0], shown), "operand", {"shown": shown, "truth": found[:1]})
            ]
    return []


def _row_below(chain: Chain, first: Expr) -> list[Value]:
    """A sum without a left-hand side, right below a matrix of sums: the next of them."""
    state = chain.state
    if not state.pending or kind_of(first) is Kind.NUMBER:
        return []
    row = state.pending[0]
    found = list(values(row, state, state.truth))
    return found[:1]


def _judge_row(chain: Chain, first: Expr) -> bool:
    return False


def _term(chain: Chain, term: Expr, *, is_first: bool) -> Judgement:
    kind = kind_of(term)
    if kind is Kind.UNREAD:
        return Judgement(term.span, Verdict.UNREADABLE)
    if kind is Kind.NUMBER:
        return _number(chain, term, is_first=is_first)
    if kind is Kind.NUMERIC:
        return _numeric(chain, term)
    return _formula(chain, term, mixed=kind is Kind.MIXED)


# --- formulas ------------------------------------------------------------------------------------------------------


def _formula(chain: Chain, term: Expr, *, mixed: bool) -> Judgement:
    state, subject = chain.state, chain.subject
    if isinstance(term, Application) and subject_of(term.head) == subject and all(isinstance(a, Name) for a in term.arguments):
        return Judgement(term.span, Verdict.RIGHT)  # L = L(a, y)
    if isinstance(term, Name) and _names_result(chain, term):
        return Judgement(term.span, Verdict.RIGHT)
    before = chain.reference
    if before is None:
        _adopt(chain, term)
        return Judgement(
            term.span, Verdict.RIGHT if chain.truth else Verdict.UNDECIDED, details={"why": _why(chain, term)}
        )
    same = symbols.equal(before, term, state)
    if same is not True and (mixed or same is None):
        here = _same_here(chain, term) if mixed or not _loose(term) else same
        same = here if here is not None or not _only_halves(term) else same
    if same is False:
        return _unequal(chain, before, term)
    if same is None:
        found = _elsewhere(chain, before, term)
        if found is not None:
            return found
    if same is None and subject is not None and state.scope.macros.get(subject) is term:
        _adopt(chain, term)
        return Judgement(term.span, Verdict.RIGHT)
    _adopt(chain, term)
    if same is None:
        return Judgement(term.span, Verdict.UNDECIDED, details={"why": _why(chain, term)})
    return Judgement(term.span, Verdict.RIGHT)


def _beyond(tree: Expr, state: State) -> Name | None:
    """A name whose index, at the sizes described, lies outside: `w_{1(m,l)}` of a matrix with l rows."""
    scope = state.scope
    if not scope.letters:
        return None
    place = {letter: str(scope.sizes[letter]) for letter in scope.letters}
    for node in walk(tree):
        if isinstance(node, Name) and sum(part in place for part in node.sub) > 1:
            wanted = key(node, place)
            first = wanted._replace(sub=tuple("1" if part in place else part for part in node.sub))
            if scope.atoms(first) is not None and not _in_order(scope.atoms(wanted), wanted):
                return node
    return None


def _in_order(atom: Value | None, wanted: Key) -> bool:
    """Whether a name means the entry its last indices say, rows first."""
    indices = tuple(str(index) for index in getattr(atom, "indices", ()))
    return bool(indices) and indices == wanted.sub[-len(indices) :]


def _only_halves(term: Expr) -> bool:
    """Whether every decimal is a way to write ½: a number of the formula, not a value put in."""
    return all((n.value * 2).denominator == 1 for n in walk(term) if isinstance(n, Number))


def _elsewhere(chain: Chain, before: Expr, term: Expr) -> Judgement | None:
    """A claim about other names than the network's: judged by the document's own, or as the rule of a single layer."""
    state = chain.state
    beyond = _beyond(before, state) or _beyond(term, state)
    if beyond is not None:
        return Judgement(beyond.span, Verdict.WRONG, "", "index-out-of-range", {"right": term})
    moved = _subscript_moved(term)
    if moved is not None and symbols.equal(before, moved, state):
        chain.formulas.append(moved)
        return Judgement(term.span, Verdict.WRONG, "", "misplaced-subscript", {"right": term})
    own = state.own() if state.scope.described else None
    if own is not None and symbols.equal(before, term, own):
        _adopt(chain, term)
        return Judgement(term.span, Verdict.RIGHT)
    single = state.shallower(1)
    if single is not None:
        verdict = symbols.equal(before, term, single)
        if not verdict and symbols.by_another_reading(before, term, single):
            verdict = True
        if verdict or (verdict is False and isinstance(chain.subject, Key) and chain.subject.new):
            _adopt(chain, term)
            right = Verdict.RIGHT if verdict else Verdict.WRONG
            return Judgement(term.span, right, "", "" if verdict else "formula", {"left": before, "right": term})
    return None


def _subscript_moved(tree: Expr) -> Expr | None:
    """`e^{-net}_{h1}` as `e^{-net_{h1}}`."""
    for node in walk(tree):
        if isinstance(node, Power) and isinstance(node.base, Name) and node.base.base == "e" and node.base.sub:
            bare = [n for n in walk(node.exponent) if isinstance(n, Name) and not n.sub]
            if len(bare) == 1:
                inner = substituted(node.exponent, bare[0], replace(bare[0], sub=node.base.sub))
                return substituted(tree, node, Power(node.span, replace(node.base, sub=()), inner))
    return None


def _loose(term: Expr) -> bool:
    return not isinstance(term, (Call, Name))


def _adopt(chain: Chain, term: Expr) -> None:
    """Go on from this formula."""
    chain.reference = term if chain.reference is None or isinstance(chain.reference, Missing) else chain.reference
    chain.formulas.append(term)
    if not chain.truth:
        chain.truth = list(values(term, chain.state, chain.state.truth))


def _names_result(chain: Chain, term: Name) -> bool:
    """`… = R_5`: a label for what stands before it, if the name means nothing yet."""
    subject = subject_of(term)
    scope = chain.state.scope
    if not isinstance(subject, Key) or chain.reference is None:
        return False
    if scope.atoms(subject) is not None or subject in chain.state.shown:
        return False
    known = scope.macros.get(subject)
    if known is not None and known is not chain.reference:
        return False
    scope.macros[subject] = chain.reference
    return True


def _same_here(chain: Chain, term: Expr) -> bool | None:
    """Whether a formula with numbers in it comes to the subject's value."""
    state = chain.state
    truth = chain.truth or list(values(chain.reference, state, state.truth)) if chain.reference else chain.truth
    told = None
    for point in (state.truth, state.as_read()):
        for value in values(term, state, point):
            for right in truth:
                if _meet(value, right):
                    return True
                told = False
    return told


def _unequal(chain: Chain, before: Expr, term: Expr) -> Judgement:
    state = chain.state
    flips = any(isinstance(node, Name) and node.base == "delta" for node in walk(term))
    if flips and symbols.equal(before, term, state, flipped=True):
        return Judgement(term.span, Verdict.NOTE, rule="opposite-delta")
    if symbols.by_another_reading(before, term, state) or _right_when_shallower(before, term, state):
        return Judgement(term.span, Verdict.RIGHT)
    if not state.scope.described and isinstance(chain.subject, Key) and _goes_on_from(chain, term):
        chain.truth = list(values(term, state, state.truth))
        chain.formulas.append(term)
        return Judgement(term.span, Verdict.RIGHT)  # a name defined afresh
    if symbols.follows_from_own_function(before, term, state):
        return Judgement(term.span, Verdict.CARRIED)
    carried = state.carried(chain.subject)
    ours = list(values(before, state, state.truth))
    if state.wrong and kind_of(term) is Kind.MIXED:
        for value in values(term, state, carried):
            if any(_meet(value, other) for formula in chain.formulas for other in values(formula, state, carried)):
                return Judgement(term.span, Verdict.CARRIED)
    said = (str(chain.subject), canonical(term))
    if said in state.wrong_formulas:
        chain.broken = True
        chain.formulas.append(term)
        return Judgement(term.span, Verdict.CARRIED)
    state.wrong_formulas.add(said)
    if chain.broken and symbols.equal(chain.formulas[-1], term, state):
        chain.formulas.append(term)
        return Judgement(term.span, Verdict.CARRIED)
    expected = ""
    chain.broken = True
    chain.formulas.append(term)
    return Judgement(term.span, Verdict.WRONG, expected, "formula", {"left": before, "right": term, "truth": ours[:1], "subject": chain.subject})


def _goes_on_from(chain: Chain, term: Expr) -> bool:
    """Whether the numbers behind a formula are its values."""
    state = chain.state
    ours = list(values(term, state, state.truth))
    numbers_behind = [t for t in chain.statement.terms if kind_of(t) in (Kind.NUMERIC, Kind.NUMBER)]
    theirs = [v for t in numbers_behind for v in values(t, state, state.as_read())]
    return any(_meet(a, b) for a in ours for b in theirs)


def _right_when_shallower(before: Expr, term: Expr, state: State) -> bool:
    """A rule stated for a network with fewer layers, beside an example with more."""
    numbers_of = [int(part) for tree in (before, term) for n in walk(tree) if isinstance(n, Name) for part in n.layer if part.isdigit()]
    other = state.shallower(max(numbers_of)) if numbers_of else None
    return other is not None and symbols.equal(before, term, other) is True


# --- expressions in numbers ----------------------------------------------------------------------------------------


def _numeric(chain: Chain, term: Expr) -> Judgement:
    state = chain.state
    verdict, culprit = _numeric_verdict(chain, term)
    if verdict is Verdict.WRONG and (chain.broken or _follows_from_wrong_number(chain, term)):
        verdict = Verdict.CARRIED
    chain.numerics.append((term, verdict in (Verdict.WRONG, Verdict.CARRIED)))
    if isinstance(term, Matrix) and all(len(row) == 1 for row in term.rows):
        state.pending = [row[0] for row in term.rows]
    if verdict is not Verdict.WRONG:
        return Judgement(term.span, verdict, details={"why": _why(chain, term)})
    if culprit is not None:
        shown, expected, right = culprit
        return Judgement(shown.tree.span, Verdict.WRONG, expected, "operand", {"shown": shown, "truth": [right]})
    return Judgement(
        term.span, Verdict.WRONG, "", "expression", {"right": term, "truth": chain.truth[:1], "subject": chain.subject}
    )


def _numeric_verdict(chain: Chain, term: Expr) -> tuple[Verdict, tuple[Shown, str, Scalar] | None]:
    state = chain.state
    exact, read = list(values(term, state, state.truth)), list(values(term, state, state.as_read()))
    if not exact and not read:
        return Verdict.UNDECIDED, None
    references = chain.truth or [
        v for other, bad in chain.numerics if not bad for v in values(other, state, state.as_read())
    ]
    if not references:
        begins_wrong = any(value in state.wrong_numbers for value, _ in _signed(term))
        return (Verdict.CARRIED if begins_wrong else Verdict.RIGHT), None  # a computation begins
    for value in (*exact, *read):
        if any(_meet(value, right) for right in references):
            return Verdict.RIGHT, None
    if not chain.truth and not any(not bad for _, bad in chain.numerics):
        return Verdict.UNDECIDED, None
    carried = state.carried(chain.subject)
    theirs = [v for formula in chain.formulas for v in values(formula, state, carried)]
    theirs += [v for other, bad in chain.numerics if not bad for v in values(other, state, state.as_read())]
    for value in (*exact, *read):
        if any(_meet(value, right) for right in theirs):
            return (Verdict.CARRIED if state.doubtful or chain.broken else Verdict.DIGIT), None
    wider = list(values(term, state, replace(state.truth, literal=_wide(state))))
    for value in wider:
        if any(_meet(value, right) for right in (*references, *theirs)):
            return Verdict.DIGIT, None
    return Verdict.WRONG, _culprit(chain, term)


def _follows_from_wrong_number(chain: Chain, term: Expr) -> bool:
    """Whether figures the document got wrong before explain an expression: with the right ones it would be right."""
    state = chain.state
    wrong = {id(number): value for value, number in _signed(term) if number.digits > 2 and value in state.wrong_numbers}
    if not wrong:
        return False
    rights = {place: state.wrong_numbers[value] for place, value in wrong.items()}
    if any(right is None for right in rights.values()):
        return True
    signs = {place: 1 if value >= 0 else -1 for place, value in wrong.items()}

    def read(number: Number) -> Scalar:
        right = rights.get(id(number))
        if right is None:
            return state.as_read().literal(number)
        return right * _sign_before(term, number) if signs[id(number)] else right

    found = values(term, state, replace(state.truth, literal=read))
    return any(_meet(value, right) for value in found for right in chain.truth)


def _signed(term: Expr) -> list[tuple[Scalar, Number]]:
    """The numerals of an expression with the minus signs right before them."""
    minus = {id(n.operand) for n in walk(term) if isinstance(n, Negative) and isinstance(n.operand, Number)}
    return [
        (-rational(n.value) if id(n) in minus else rational(n.value), n) for n in walk(term) if isinstance(n, Number)
    ]


def _sign_before(term: Expr, number: Number) -> int:
    return -1 if any(isinstance(n, Negative) and n.operand is number for n in walk(term)) else 1


def _right_value(routes: Routes, shape: tuple[int, ...] | None, count: int, place: int) -> Scalar | None:
    """What a figure ought to be, where that is known."""
    for value in routes.truth:
        items = numbers.items_like(value, shape, count)
        if items is not None:
            return items[place]
    return None


def _wide(state: State):  # noqa: ANN202
    from flint import fmpq

    from bpsym.verify.check.terms import interval_literal

    return interval_literal(state.is_exact, fmpq(1))


def _culprit(chain: Chain, term: Expr) -> tuple[Shown, str, Scalar] | None:
    """The operand that is not what the formula has in its place."""
    state = chain.state
    carried = state.carried(chain.subject)
    for formula in (*reversed(chain.formulas), *(other for other, bad in chain.numerics if not bad)):
        for turn in turned(formula):
            found = pairs(turn, term)
            if not found:
                continue
            wrong = []
            for piece, numeral in found:
                (shown,) = leaves(numeral)
                if shown is None:
                    continue
                truths = [s for v in values(piece, state, state.truth) for s in scalars(v)[:1]]
                theirs = [s for v in values(piece, state, carried) for s in scalars(v)[:1]]
                if truths and not any(touches(v, shown.cut()) for v in (*truths, *theirs)):
                    wrong.append((shown, as_shown(truths[0], shown), truths[0]))
            if len(wrong) == 1:
                return wrong[0]
    return _replaced(chain, term)


def _replaced(chain: Chain, term: Expr) -> tuple[Shown, str, Scalar] | None:
    """The operand in whose place some known value would make the expression right."""
    state = chain.state
    known = [value for value in state.known() if not isinstance(value, Array)]
    candidates = [n for n in walk(term) if isinstance(n, Number) and n.digits > 2 and n.places > 1]
    for number in candidates[:MOST_OPERANDS]:
        (shown,) = leaves(number)
        if shown is None:
            continue
        for value in known:
            if not _alike(value, shown):
                continue

            def read(other: Number, number: Number = number, value: Scalar = value) -> Scalar:
                return value if other is number else rational(other.value)

            found = values(term, state, replace(state.truth, literal=read))
            if any(_near(v, right, shown) for v in found for right in chain.truth):
                return shown, as_shown(value, shown), value
    return None


MOST_OPERANDS = 8


def _alike(value: Scalar, shown: Shown) -> bool:
    """Whether a number may be a slip for a value: of its size, give or take a power of ten."""
    ratio = abs(arb(value) / arb(shown.value)) if shown.value != 0 else arb(0)
    return not touches(value, shown.cut()) and any(abs(ratio * 10**k - 1) < 0.2 for k in (-1, 0, 1))


def _near(value: Value, right: Value, shown: Shown) -> bool:
    """Whether values agree to nearly as many digits as are shown."""
    try:
        digits = fmpq(10) ** -(shown.number.digits - 2)
        return all(bool(abs(arb(a - b)) <= arb(digits) * abs(arb(b))) for a, b in aligned(value, right))
    except ShapeError:
        return False


# --- numbers -------------------------------------------------------------------------------------------------------


def _number(chain: Chain, term: Expr, *, is_first: bool) -> Judgement:
    state, subject = chain.state, chain.subject
    if not chain.truth and chain.reference is not None and not isinstance(chain.reference, Missing):
        same = symbols.equal(chain.reference, term, state)  # ∂net_k/∂b_k = 1, for every k
        if same or (same is False and isinstance(chain.reference, Derivative)):
            verdict = Verdict.RIGHT if same else Verdict.WRONG
            return Judgement(term.span, verdict, "", "" if same else "formula", {"left": chain.reference, "right": term})
    shown = [s for s in leaves(term) if s is not None]
    shape = shape_of(term)
    routes = _routes(chain)
    verdicts = numbers.judged(shown, shape, routes)
    if verdicts is not None and is_first and Verdict.WRONG in verdicts and _holds_after_update(chain, shown, shape):
        return Judgement(term.span, Verdict.RIGHT)
    if verdicts is not None and is_first and Verdict.WRONG in verdicts and _is_own_given(chain):
        state.record(subject, shown, shape, Verdict.RIGHT)
        return Judgement(term.span, Verdict.RIGHT)  # given afresh: another example
    if verdicts is None:
        given = is_first and subject is not None and isinstance(subject, Key)
        if subject is not None:
            known = state.shown.get(subject)
            state.record(subject, shown, shape, Verdict.RIGHT)
            if known is not None and len(scalars(known)) == len(shown):
                agrees = all(touches(v, s.cut()) for v, s in zip(scalars(known), shown, strict=True))
                return Judgement(term.span, Verdict.RIGHT if agrees else Verdict.UNDECIDED)
        return Judgement(term.span, Verdict.RIGHT if given else Verdict.UNDECIDED, details={"why": "alone"})
    verdict = worst(verdicts)
    if verdict is Verdict.WRONG and subject is not None and subject in state.shown and _restated(state, subject, shown):
        verdict = Verdict.CARRIED
    verdicts = [
        Verdict.CARRIED if v is Verdict.WRONG and s.value in state.wrong_numbers and s.number.digits > 2 else v
        for v, s in zip(verdicts, shown, strict=True)
    ]
    verdict = Verdict.CARRIED if verdict is Verdict.CARRIED else worst(verdicts)
    if verdict is Verdict.WRONG and _in_a_table_of_parameters(chain):
        return Judgement(term.span, Verdict.UNDECIDED, details={"why": "a table that does not say what of it this is"})
    for k, (v, s) in enumerate(zip(verdicts, shown, strict=True)):
        if v in (Verdict.WRONG, Verdict.CARRIED):
            state.wrong_numbers[s.value] = _right_value(routes, shape, len(shown), k)
    if subject is not None:
        state.record(subject, shown, shape, verdict)
    if verdict is Verdict.RIGHT:
        return Judgement(term.span, verdict)
    at = next(k for k, v in enumerate(verdicts) if v is worst(verdicts))
    tainted = routes.tainted and routes.line and not routes.line_is_wrong
    known = (*routes.line, *routes.truth) if tainted else (*routes.truth, *routes.line, *routes.carried)
    expected = ""
    for value in known:
        items = numbers.items_like(value, shape, len(shown))
        if items is not None:
            expected = as_shown(items[at], shown[at])
            break
    details = {
        "shown": shown[at],
        "place": at,
        "subject": subject,
        "all": shown,
        "verdicts": verdicts,
        "truth": routes.truth[:1],
        "line": routes.line[:1],
        "carried": routes.carried[:1],
    }
    return Judgement(shown[at].tree.span, verdict, expected, "value" if verdict is Verdict.WRONG else "", details)


_AFTER = re.compile(r"\bafter\b|\bnew\b|updated|once more|again|更新|新的|之后|以后", re.IGNORECASE)


def _holds_after_update(chain: Chain, shown: list[Shown], shape: tuple[int, ...] | None) -> bool:
    """Whether a figure the words place after the update is right there: `after the step E = 0.29`."""
    state, first, context = chain.state, chain.statement.terms[0], chain.statement.context
    if not isinstance(chain.subject, Key) or not _AFTER.search(f"{context.heading} {context.before}"):
        return False
    point = state.after_update()
    for value in values(first, state, point) if point is not None else ():
        items = numbers.items_like(value, shape, len(shown))
        if items is not None and all(touches(item, s.half()) for item, s in zip(items, shown, strict=True)):
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


def _is_own_given(chain: Chain) -> bool:
    """Whether the subject is a quantity the document itself hands out."""
    state = chain.state
    network = state.scope.network
    if state.scope.described or network is None or not isinstance(chain.subject, Key) or chain.formulas or chain.numerics:
        return False
    atoms = atoms_of(state.scope, chain.subject)
    return bool(atoms) and all(network.expansion.step(a) is None and a not in network.opaque for a in atoms)


def _restated(state: State, subject: Subject, shown: list[Shown]) -> bool:
    known = scalars(state.shown[subject])
    return (
        subject in state.wrong
        and len(known) == len(shown)
        and all(touches(v, (s.value, s.value)) for v, s in zip(known, shown, strict=True))
    )


def shape_of(term: Expr) -> tuple[int, ...] | None:
    """Rows and columns of a term that is a list or a matrix."""
    match term:
        case Matrix(rows=rows):
            return (len(rows), len(rows[0]))
        case Row(items=items):
            if items and all(isinstance(item, Row) for item in items):
                return (len(items), len(items[0].items))
            return (len(items),)
    return None


def _routes(chain: Chain) -> Routes:
    state = chain.state
    good = [tree for tree, bad in chain.numerics if not bad]
    last = chain.numerics[-1:]
    line_is_wrong = bool(last and last[0][1])
    sources = good[-2:] if not line_is_wrong else [last[0][0]]
    line = [v for tree in sources for v in values(tree, state, state.truth)]
    rounded = [v for tree in sources for v in values(tree, state, replace(state.truth, literal=_wide(state)))]
    carried_at = state.carried(chain.subject)
    carried = [v for tree in chain.formulas[-4:] for v in values(tree, state, carried_at)]
    return Routes(tuple(chain.truth), tuple(line), tuple(rounded), tuple(carried), bool(state.doubtful) or chain.broken, line_is_wrong)


def has_free_letters(tree: Expr) -> bool:
    """Whether a name speaks of any layer or unit."""
    return any(True for node in walk(tree) if isinstance(node, Name) for _ in free_letters(node, NO_TIME))


def _meet(left: Value, right: Value) -> bool:
    """Whether two values may be the same."""
    try:
        return all(_overlap(a, b) for a, b in aligned(left, right))
    except ShapeError:
        return False


def _overlap(a: Scalar, b: Scalar) -> bool:
    difference = a - b
    return bool(difference == 0 or (not hasattr(difference, "p") and 0 in difference))


# --- the rest ------------------------------------------------------------------------------------------------------


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


def _why(chain: Chain, term: Expr) -> str:
    error = why_not(term, chain.state, chain.state.truth)
    return "" if error is None else str(error)


def _follow_own_formula(chain: Chain) -> None:
    """After a wrong formula the document goes on with what it says."""
    state, first = chain.state, chain.statement.terms[0]
    wrong = chain.formulas[-1]
    if isinstance(first, Call) and len(first.arguments) == 1 and isinstance(first.arguments[0], Name):
        letter = first.function.base + "_".join(("", *first.function.sub))
        state.scope.restated[letter] = Definition(key(first.arguments[0]), wrong)
    elif chain.subject is not None and chain.subject not in state.shown and not has_free_letters(first):
        found = list(values(wrong, state, state.carried(chain.subject)))
        if found:
            state.assume(chain.subject, found[0])


def _close(chain: Chain, found: list[Judgement]) -> None:
    """Remember what the statement said."""
    state, subject, statement = chain.state, chain.subject, chain.statement
    if chain.broken:
        _follow_own_formula(chain)
    if subject is None:
        if state.pending and chain.numerics and kind_of(statement.terms[0]) is Kind.NUMERIC:
            state.pending.pop(0)
        return
    known = state.formulas.setdefault(subject, [])
    known.extend(t for t in chain.formulas if t not in known)
    if chain.numerics:
        state.numerics[subject] = chain.numerics[-1:]
    if (
        isinstance(subject, Key)
        and subject.new
        and not any("new" in getattr(t, "marks", ()) for t in statement.terms[:1])
    ):
        state.updated.add(subject._replace(new=False))
    if statement.label and not isinstance(statement.terms[0], Missing):
        state.scope.macros[Key(statement.label)] = statement.terms[0]
