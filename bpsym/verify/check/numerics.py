"""Expressions in numbers: against the subject's value, each operand against what it stands for."""

from __future__ import annotations

from dataclasses import replace

from flint import arb, fmpq

from bpsym.verify.check.align import pairs, turned
from bpsym.verify.check.chain import Chain, meet, signed_numerals, why, wide_literal
from bpsym.verify.check.numbers import as_shown
from bpsym.verify.check.state import values
from bpsym.verify.check.terms import Kind, Shown, kind_of, leaves, touches
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.meaning.algebra import rational
from bpsym.verify.meaning.arrays import Array, Scalar, ShapeError, Value, aligned, scalars
from bpsym.verify.slips import slips
from bpsym.verify.tree import Expr, Matrix, Negative, Number, walk


def worked_row(chain: Chain, first: Expr) -> list[Judgement]:
    """`-0.47355 - 0.05217 - 0.0015` below `0.5 · -0.9471 + …`: each number against the product it stands for."""
    state = chain.state
    if chain.subject is not None or not state.pending or kind_of(first) is not Kind.NUMERIC:
        return []
    row = state.pending[0]
    ours, theirs = list(values(first, state, state.as_read())), list(values(row, state, state.as_read()))
    if not ours or not theirs:
        return []
    if meet(ours[0], theirs[0]):
        if any(value in state.wrong_numbers for value, number in signed_numerals(row) if number.digits > 1):
            chain.numerics, chain.truth = [(first, True)], []  # worked out rightly, from figures that are wrong
        return []
    for piece, tree in pairs(row, first) or ():
        (shown,) = leaves(tree)
        found = [s for v in values(piece, state, state.truth) for s in scalars(v)[:1]]
        if shown is not None and found and not touches(found[0], shown.cut()):
            chain.numerics = [(first, True)]
            chain.truth = theirs
            return [
                Judgement(
                    shown.tree.span,
                    Verdict.WRONG,
                    as_shown(found[0], shown),
                    "operand",
                    {"shown": shown, "truth": found[:1]},
                )
            ]
    return []


def row_below(chain: Chain, first: Expr) -> list[Value]:
    """A sum without a left-hand side, right below a matrix of sums: the next of them."""
    state = chain.state
    if not state.pending or kind_of(first) is Kind.NUMBER:
        return []
    row = state.pending[0]
    found = list(values(row, state, state.truth))
    return found[:1]


def numeric(chain: Chain, term: Expr) -> Judgement:
    """Judge an expression in numbers; a wrong one is told by its wrong operand where that can be found."""
    state = chain.state
    verdict, culprit = _numeric_verdict(chain, term)
    if verdict is Verdict.WRONG and (chain.broken or _follows_from_wrong_number(chain, term)):
        verdict = Verdict.CARRIED
    chain.numerics.append((term, verdict in (Verdict.WRONG, Verdict.CARRIED)))
    if isinstance(term, Matrix) and all(len(row) == 1 for row in term.rows):
        state.pending = [row[0] for row in term.rows]
    if verdict is not Verdict.WRONG:
        return Judgement(term.span, verdict, details={"why": why(chain, term)})
    if culprit is not None:
        shown, expected, right = culprit
        details = {"shown": shown, "truth": [right], "right": term, "subject": chain.subject}
        return Judgement(shown.tree.span, Verdict.WRONG, expected, "operand", details)
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
        begins_wrong = any(value in state.wrong_numbers for value, _ in signed_numerals(term))
        return (Verdict.CARRIED if begins_wrong else Verdict.RIGHT), None  # a computation begins
    for value in (*exact, *read):
        if any(meet(value, right) for right in references):
            return Verdict.RIGHT, None
    if not chain.truth and not any(not bad for _, bad in chain.numerics):
        return Verdict.UNDECIDED, None
    carried = state.carried(chain.subject)
    theirs = [v for formula in (*chain.formulas, *chain.name) for v in values(formula, state, carried)]
    theirs += [v for other, bad in chain.numerics if not bad for v in values(other, state, state.as_read())]
    for value in (*exact, *read):
        if any(meet(value, right) for right in theirs):
            return (Verdict.CARRIED if state.is_astray or chain.broken else Verdict.DIGIT), None
    wider = list(values(term, state, replace(state.truth, literal=wide_literal(state))))
    for value in wider:
        if any(meet(value, right) for right in (*references, *theirs)):
            return Verdict.DIGIT, None
    return Verdict.WRONG, _culprit(chain, term)


def _follows_from_wrong_number(chain: Chain, term: Expr) -> bool:
    """Whether figures the document got wrong before explain an expression: with the right ones it would be right."""
    state = chain.state
    wrong = {
        id(number): value
        for value, number in signed_numerals(term)
        if number.digits > 2 and value in state.wrong_numbers
    }
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
    return any(meet(value, right) for value in found for right in chain.truth)


def _sign_before(term: Expr, number: Number) -> int:
    return -1 if any(isinstance(n, Negative) and n.operand is number for n in walk(term)) else 1


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
    known = [value for value in (*state.known(), *state.as_shown()) if not isinstance(value, Array)]
    candidates = [n for n in walk(term) if isinstance(n, Number) and n.digits > 2 and n.places > 1]
    for number in candidates[:MOST_OPERANDS]:
        (shown,) = leaves(number)
        if shown is None:
            continue
        for value in known:
            if not _alike(value, shown) and next(slips(shown, value), None) is None:
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
