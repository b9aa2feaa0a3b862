"""Expressions in numbers: against the subject's value, each operand against what it stands for."""

from __future__ import annotations

from flint import arb, fmpq
from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.check.align import pairs, turned
from bpsym.verify.check.chain import Chain, meet, signed_numerals, why
from bpsym.verify.check.culprit import STEPS_OFF, Culprit, culprit_in, in_place_of_given, is_alike, stands_for
from bpsym.verify.check.doubts import figure_doubt, is_of_several_methods
from bpsym.verify.check.elided import agrees
from bpsym.verify.check.numbers import as_shown
from bpsym.verify.check.operands import Operands, spread
from bpsym.verify.check.points import as_carried, as_partly_mended, as_read
from bpsym.verify.check.state import State, atoms_of
from bpsym.verify.check.terms import Kind, kind_of, leaves, touches
from bpsym.verify.check.values import values
from bpsym.verify.check.verdicts import BAD, Judgement, Verdict
from bpsym.verify.effort import TooMuchWork, bounded, spend
from bpsym.verify.meaning.algebra import rational
from bpsym.verify.meaning.arrays import Array, Scalar, ShapeError, Value, aligned, scalars
from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.tree import Expr, Matrix, Name, Negative, Number, Product, Sum

NEARLY = fmpq(1, 10_000)  # of a value: what people leave out behind ≈


def worked_row(chain: Chain, first: Expr) -> list[Judgement]:
    """`-0.47355 - 0.05217 - 0.0015` below `0.5 · -0.9471 + …`: each number against the product it stands for."""
    state = chain.state
    if chain.subject is not None or not state.said.pending or kind_of(first) is not Kind.NUMERIC:
        return []
    row = state.said.pending[0]
    ours, theirs = list(values(first, state, as_read(state))), list(values(row, state, as_read(state)))
    if not ours or not theirs:
        return []
    if meet(ours[0], theirs[0]):
        if any(value in state.said.wrong_numbers for value, number in signed_numerals(row) if number.digits > 1):
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
    if not state.said.pending or kind_of(first) is Kind.NUMBER:
        return []
    row = state.said.pending[0]
    if kind_of(first) is Kind.NUMERIC and pairs(row, first) is None:
        return []  # some other sum
    return list(values(row, state, state.truth))[:1]


def numeric(chain: Chain, term: Expr) -> Judgement:
    """Judge an expression in numbers; a wrong one is told by its wrong operand where that can be found."""
    state = chain.state
    verdict, culprit = _numeric_verdict(chain, term)
    if not state.scope.described and culprit is not None and stands_for(culprit.right, culprit.shown):
        verdict, culprit = Verdict.DIGIT, None  # as far as its digits go, it is what ought to stand there
    off = verdict not in (Verdict.RIGHT, Verdict.UNDECIDED)
    if off and (_is_next_step(chain, term) or _is_of_another_row(chain, term)):
        chain.begin_with(term)
        return Judgement(term.span, Verdict.RIGHT)
    if verdict is Verdict.WRONG and _is_other_computation(chain, term, culprit):
        chain.begin_with(term)
        return Judgement(term.span, Verdict.UNDECIDED, details={"why": "computed in another way than before"})
    if verdict in (Verdict.WRONG, Verdict.DIGIT) and (doubt := figure_doubt(chain, term)):
        chain.begin_with(term)
        return Judgement(term.span, Verdict.UNDECIDED, details={"why": doubt})
    if verdict is Verdict.WRONG and (chain.broken or _follows_from_wrong_number(chain, term)):
        verdict = Verdict.CARRIED
    chain.numerics.append((term, verdict in BAD))
    if isinstance(term, Matrix) and all(len(row) == 1 for row in term.rows):
        state.said.pending = [row[0] for row in term.rows]
    if verdict is not Verdict.WRONG:
        return Judgement(term.span, verdict, details={"why": why(chain, term)})
    if culprit is not None:
        shown, right = culprit.shown, culprit.right
        details = {"shown": shown, "truth": [right], "carried": culprit.earlier, "right": term}
        details["subject"] = chain.subject
        symbolic = any(kind_of(other) is Kind.SYMBOLIC for other in chain.statement.terms[1:])
        details["formula is right"] = symbolic and not chain.broken
        return Judgement(shown.tree.span, Verdict.WRONG, as_shown(right, shown), "operand", details)
    return Judgement(
        term.span, Verdict.WRONG, "", "expression", {"right": term, "truth": chain.truth[:1], "subject": chain.subject}
    )


def _is_next_step(chain: Chain, term: Expr) -> bool:
    """`w = 1.6 - 0.1 · 6.8` behind `w = 2 - 0.1 · 4 = 1.6`, `v = 0.9 · 3 - 2` behind `v = 3`: the step after that."""
    state, subject = chain.state, chain.subject
    if state.scope.described or not isinstance(subject, Key) or not isinstance(term, Sum):
        return False
    shown, first = state.said.shown.get(subject), term.terms[0]
    known = scalars(shown) if shown is not None else ()
    if isinstance(first, Product) and not subject.new and not chain.formulas:
        first = first.factors[-1]
    elif not subject.new:
        return False
    begins = [s for s in leaves(first) if s is not None] if kind_of(first) is Kind.NUMBER else ()
    return len(begins) == len(known) == 1 and touches(known[0], (begins[0].value, begins[0].value))


def _is_of_another_row(chain: Chain, term: Expr) -> bool:
    """Whether the operands are those of another sample, or of another row of a table of steps, than the first.

    The weights may have moved meanwhile.
    """
    state = chain.state
    for formula in chain.formulas if state.rows or state.samples else ():
        elsewhere = 0
        for piece, numeral in pairs(formula, term) or ():
            (shown,) = leaves(numeral)
            found = [s for v in values(piece, state, state.truth) for s in scalars(v)[:1]]
            if shown is None or any(stands_for(value, shown) for value in found):
                continue
            name, value = (piece.operand, -shown.value) if isinstance(piece, Negative) else (piece, shown.value)
            if not isinstance(name, Name):
                break
            if _is_elsewhere(key(name), value, state):
                elsewhere += 1
            elif not _is_shown(key(name)._replace(new=True), value, state):
                break
        else:
            if elsewhere:
                state.said.moved.update(() if chain.subject is None else [chain.subject])
                return True
    return False


def _is_elsewhere(name: Key, value: fmpq, state: State) -> bool:
    """Whether a name is so much in another row or sample."""
    given = value in state.rows.get(name, ()) or any(sample.get(name) == value for sample in state.samples)
    return given or (name in state.said.moved and _is_shown(name, value, state))


def _is_shown(name: Key, value: fmpq, state: State) -> bool:
    """Whether a figure is the one last shown for a name, or what ought to have been shown there."""
    known = state.said.shown.get(name)
    meant = [state.said.slips[atom] for atom in atoms_of(state.scope, name) if atom in state.said.slips]
    found = [*meant, *(() if known is None or isinstance(known, Array) else [known])]
    return any(touches(number, (value, value)) for number in found)


def _is_other_computation(chain: Chain, term: Expr, culprit: Culprit | None) -> bool:
    """Whether a document's own name, shown before, is now computed in a form none of its formulas has."""
    state = chain.state
    if state.scope.described or not isinstance(chain.subject, Key):
        return False
    if is_of_several_methods(chain):
        return True
    here = chain.statement.context.heading
    if state.said.headings.get(chain.subject, here) != here:  # v_1 of Adam, then v_1 of momentum
        return culprit is None or not is_alike(culprit.right, culprit.shown)
    if culprit is not None or chain.subject not in state.said.shown:
        return False
    earlier = (*chain.formulas, *(other for other, _ in chain.numerics))
    return all(pairs(turn, term) is None for formula in earlier for turn in turned(formula))


def _numeric_verdict(chain: Chain, term: Expr) -> tuple[Verdict, Culprit | None]:
    state = chain.state
    exact, read = list(values(term, state, state.truth)), list(values(term, state, as_read(state)))
    if not exact and not read:
        return (Verdict.RIGHT if agrees(chain, term) else Verdict.UNDECIDED), None
    references = chain.truth or [
        v for other, bad in chain.numerics if not bad for v in values(other, state, as_read(state))
    ]
    if not references:
        begins_wrong = bool(_in_error(term, state))
        return (Verdict.CARRIED if begins_wrong else Verdict.RIGHT), None  # a computation begins
    if any(meet(value, right) for value in exact for right in references):
        return Verdict.RIGHT, None
    if any(meet(value, right) for value in read for right in references):
        stranger = in_place_of_given(chain, term)  # 0.54 is no 0.45, though it has few enough digits to hide that
        return (Verdict.RIGHT if stranger is None else Verdict.WRONG), stranger
    if not chain.truth and not any(not bad for _, bad in chain.numerics):
        return Verdict.UNDECIDED, None
    carried = as_carried(state, chain.subject)
    theirs = [v for formula in (*chain.formulas, *chain.name) for v in values(formula, state, carried)]
    theirs += [v for other, bad in chain.numerics if not bad for v in values(other, state, as_read(state))]
    goes_on = any(meet(value, right) for value in (*exact, *read) for right in theirs)
    goes_on_wrong = any(
        number.digits > 2 and (goes_on or not _is_behind_a_minus(number, state)) for number, _ in _in_error(term, state)
    )
    meant = [] if goes_on_wrong else chain.meant()
    if any(meet(value, right) for right in meant for value in (*exact, *read)):
        return Verdict.DIGIT, None
    if goes_on:
        return (Verdict.CARRIED if state.said.is_astray or chain.broken else Verdict.DIGIT), None
    for value in spread(term, state, Operands(chain)):
        if any(meet(value, right) for right in (*references, *theirs, *meant)):
            return Verdict.DIGIT, None
    for point in as_partly_mended(state, chain.subject):
        partly = [v for formula in (*chain.formulas, *chain.name) for v in values(formula, state, point)]
        if any(meet(value, right) for right in partly for value in (*exact, *read)):
            return Verdict.CARRIED, None
    if _is_rounded_to(chain, term) and any(_is_nearly(v, right) for v in (*exact, *read) for right in references):
        return Verdict.RIGHT, None
    try:
        with bounded(limits.OPERAND):
            return Verdict.WRONG, culprit_in(chain, term)
    except TooMuchWork:
        spend(1)  # where nothing is left of the statement's own, it is left open
        return Verdict.WRONG, None


def _is_rounded_to(chain: Chain, term: Expr) -> bool:
    """Whether a term stands behind ≈."""
    return any(relation.kind == "≈" and after is term for _, relation, after in chain.statement.links())


def _is_nearly(value: Value, right: Value) -> bool:
    """Whether what was left out is next to nothing: 1/(1 + 0) for 1/(1 + e^-70), 1 · (1 - 1) for e^-70."""
    try:
        return all(abs(a - b) <= NEARLY * (abs(b) if a != 0 else 1) for a, b in aligned(value, right))
    except ShapeError:
        return False


def _follows_from_wrong_number(chain: Chain, term: Expr) -> bool:
    """Whether figures the document got wrong before explain an expression: with the right ones it would be right."""
    state = chain.state
    rights = {id(number): right for number, right in _in_error(term, state) if number.digits > 2}
    if not rights:
        return False
    if any(right is None for right in rights.values()):
        return True

    def read(number: Number) -> Scalar:
        right = rights.get(id(number))
        if right is None:
            return as_read(state).literal(number)
        reach = fmpq(10) ** -max(number.places, 0)  # whoever had it right had it with as few digits
        return right + arb(0, reach)

    found = values(term, state, replace(state.truth, literal=read))
    return any(meet(value, right) for value in found for right in chain.truth)


def _in_error(term: Expr, state: State) -> list[tuple[Number, Scalar | None]]:
    """The numerals the document got wrong before, and what each ought to be, both without the sign before it."""
    found: list[tuple[Number, Scalar | None]] = []
    for signed, node in signed_numerals(term):
        size = rational(node.value)
        for sign in (1, -1):
            if sign * size in state.said.wrong_numbers:
                right = state.said.wrong_numbers[sign * size]
                right = right if right is None or sign > 0 else -right
                if right is None or sign * size == signed or not _is_its_sign(right, node):
                    found.append((node, right))
                    break
    return found


def _is_behind_a_minus(number: Number, state: State) -> bool:
    """Whether only the sign of a negative figure was wrong: behind the minus of its formula it is right without it."""
    size = rational(number.value)
    right = None if size in state.said.wrong_numbers else state.said.wrong_numbers.get(-size)
    return right is not None and right > 0 and _is_its_sign(right, number)


def _is_its_sign(right: Scalar, number: Number) -> bool:
    """Whether nothing but the sign of a figure in error is wrong: then the same digits with the other one are right."""
    size = rational(number.value)
    return bool(abs(arb(abs(right) - size)) <= STEPS_OFF * fmpq(10) ** -max(number.places, 0))
