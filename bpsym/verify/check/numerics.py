"""Expressions in numbers: against the subject's value, each operand against what it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import arb, fmpq
from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.check.align import pairs, turned
from bpsym.verify.check.chain import Chain, meet, signed_numerals, why
from bpsym.verify.check.doubts import figure_doubt, is_of_several_methods
from bpsym.verify.check.elided import agrees
from bpsym.verify.check.numbers import as_shown
from bpsym.verify.check.operands import Operands, spread, wide_literal
from bpsym.verify.check.state import State, atoms_of, values
from bpsym.verify.check.terms import Kind, Literal, Shown, kind_of, leaves, touches
from bpsym.verify.check.verdicts import BAD, Judgement, Verdict
from bpsym.verify.effort import TooMuchWork, bounded, spend
from bpsym.verify.meaning.algebra import rational
from bpsym.verify.meaning.arrays import Array, Scalar, ShapeError, Value, aligned, scalars
from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.slips import slips
from bpsym.verify.tree import Expr, Matrix, Name, Negative, Number, Product, Sum, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


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
    if kind_of(first) is Kind.NUMERIC and pairs(row, first) is None:
        return []  # some other sum
    return list(values(row, state, state.truth))[:1]


def numeric(chain: Chain, term: Expr) -> Judgement:
    """Judge an expression in numbers; a wrong one is told by its wrong operand where that can be found."""
    state = chain.state
    verdict, culprit = _numeric_verdict(chain, term)
    if not state.scope.described and culprit is not None and _is(culprit.right, culprit.shown):
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
        state.pending = [row[0] for row in term.rows]
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
    shown, first = state.shown.get(subject), term.terms[0]
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
            if shown is None or any(_is(value, shown) for value in found):
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
                state.moved.update(() if chain.subject is None else [chain.subject])
                return True
    return False


def _is_elsewhere(name: Key, value: fmpq, state: State) -> bool:
    """Whether a name is so much in another row or sample."""
    given = value in state.rows.get(name, ()) or any(sample.get(name) == value for sample in state.samples)
    return given or (name in state.moved and _is_shown(name, value, state))


def _is_shown(name: Key, value: fmpq, state: State) -> bool:
    """Whether a figure is the one last shown for a name, or what ought to have been shown there."""
    known = state.shown.get(name)
    meant = [state.slips[atom] for atom in atoms_of(state.scope, name) if atom in state.slips]
    found = [*meant, *(() if known is None or isinstance(known, Array) else [known])]
    return any(touches(number, (value, value)) for number in found)


def _is_other_computation(chain: Chain, term: Expr, culprit: Operand | None) -> bool:
    """Whether a document's own name, shown before, is now computed in a form none of its formulas has."""
    state = chain.state
    if state.scope.described or not isinstance(chain.subject, Key):
        return False
    if is_of_several_methods(chain):
        return True
    here = chain.statement.context.heading
    if state.headings.get(chain.subject, here) != here:  # v_1 of Adam, then v_1 of momentum
        return culprit is None or not _alike(culprit.right, culprit.shown)
    if culprit is not None or chain.subject not in state.shown:
        return False
    earlier = (*chain.formulas, *(other for other, _ in chain.numerics))
    return all(pairs(turn, term) is None for formula in earlier for turn in turned(formula))


def _numeric_verdict(chain: Chain, term: Expr) -> tuple[Verdict, Operand | None]:
    state = chain.state
    exact, read = list(values(term, state, state.truth)), list(values(term, state, state.as_read()))
    if not exact and not read:
        return (Verdict.RIGHT if agrees(chain, term) else Verdict.UNDECIDED), None
    references = chain.truth or [
        v for other, bad in chain.numerics if not bad for v in values(other, state, state.as_read())
    ]
    if not references:
        begins_wrong = bool(_in_error(term, state))
        return (Verdict.CARRIED if begins_wrong else Verdict.RIGHT), None  # a computation begins
    if any(meet(value, right) for value in exact for right in references):
        return Verdict.RIGHT, None
    if any(meet(value, right) for value in read for right in references):
        stranger = _for_a_given(chain, term)  # 0.54 is no 0.45, though it has few enough digits to hide that
        return (Verdict.RIGHT if stranger is None else Verdict.WRONG), stranger
    if not chain.truth and not any(not bad for _, bad in chain.numerics):
        return Verdict.UNDECIDED, None
    carried = state.carried(chain.subject)
    theirs = [v for formula in (*chain.formulas, *chain.name) for v in values(formula, state, carried)]
    theirs += [v for other, bad in chain.numerics if not bad for v in values(other, state, state.as_read())]
    goes_on_wrong = any(number.digits > 2 for number, _ in _in_error(term, state))
    if not goes_on_wrong and any(meet(value, right) for right in chain.meant() for value in (*exact, *read)):
        return Verdict.DIGIT, None
    for value in (*exact, *read):
        if any(meet(value, right) for right in theirs):
            return (Verdict.CARRIED if state.is_astray or chain.broken else Verdict.DIGIT), None
    for value in spread(term, state, Operands(chain)):
        if any(meet(value, right) for right in (*references, *theirs)):
            return Verdict.DIGIT, None
    for point in state.partly_mended(chain.subject):
        partly = [v for formula in (*chain.formulas, *chain.name) for v in values(formula, state, point)]
        if any(meet(value, right) for right in partly for value in (*exact, *read)):
            return Verdict.CARRIED, None
    try:
        with bounded(limits.OPERAND):
            return Verdict.WRONG, _culprit(chain, term)
    except TooMuchWork:
        spend(1)  # where nothing is left of the statement's own, it is left open
        return Verdict.WRONG, None


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
            return state.as_read().literal(number)
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
            if sign * size in state.wrong_numbers:
                right = state.wrong_numbers[sign * size]
                right = right if right is None or sign > 0 else -right
                if right is None or sign * size == signed or not _is_its_sign(right, node):
                    found.append((node, right))
                    break
    return found


def _is_its_sign(right: Scalar, number: Number) -> bool:
    """Whether nothing but the sign of a figure in error is wrong: then the same digits with the other one are right."""
    size = rational(number.value)
    return bool(abs(arb(abs(right) - size)) <= STEPS_OFF * fmpq(10) ** -max(number.places, 0))


class Operand(Struct, frozen=True):
    """An operand in error, what ought to stand there, and what the document has shown of that."""

    shown: Shown
    right: Scalar
    earlier: tuple[Scalar, ...] = ()


def _culprit(chain: Chain, term: Expr) -> Operand | None:
    """The operand that is not what the formula has in its place; written twice it is one error."""
    state = chain.state
    mended = state.mended(chain.subject)
    points = [state.carried(chain.subject), *([] if mended is None else [mended])]
    for formula in (*reversed(chain.formulas), *(other for other, bad in chain.numerics if not bad)):
        for turn in turned(formula):
            wrong: list[Operand] = []
            for piece, numeral in pairs(turn, term) or ():
                (shown,) = leaves(numeral)
                if shown is None:
                    continue
                truths = [s for v in values(piece, state, state.truth) for s in scalars(v)[:1]]
                theirs = [s for point in points for v in values(piece, state, point) for s in scalars(v)[:1]]
                if truths and not any(_is(v, shown) for v in (*truths, *theirs)):
                    wrong.append(Operand(shown, truths[0], tuple(theirs)))
            if len({operand.shown.number.value for operand in wrong}) == 1:
                return wrong[0]
    return _replaced(chain, term)


def _strangers(term: Expr, own: Sequence[Scalar]) -> list[Shown]:
    """The numerals of an expression that are none of the quantities of its step.

    A quantity that a longer numeral stands for is not what a shorter one means: beside 0.134 there is no other 0.13.
    """
    signed = [shown for shown in _signed(term) if shown.number.places > 0][:MOST_OPERANDS]
    meant = [[shown for shown in signed if _is(shown.sign * size, shown)] for size in own]
    longest = {id(shown) for found in meant for shown in found if shown.ulp == min(other.ulp for other in found)}
    return [shown for shown in signed if id(shown) not in longest]


def _for_a_given(chain: Chain, term: Expr) -> Operand | None:
    """The operand in the place of a given number that its step needs and that stands nowhere in the expression."""
    state, network = chain.state, chain.state.scope.network
    if network is None or not chain.truth:
        return None
    steps = [network.expansion.step(atom) for atom in atoms_of(state.scope, chain.subject)]
    givens = {used for step in steps if step is not None for used in step.uses if used in network.values}
    signed = [shown for shown in _signed(term) if shown.number.places > 0]
    sizes = [abs(network.values[used]) for used in givens]
    typed = [abs(shown.value) for shown in _signed(term)]
    sizes = [size for size in sizes if not any(size == value for value in typed)]
    missing = [size for size in sizes if not any(_is(shown.sign * size, shown) for shown in signed)]
    if not missing:
        return None
    for shown in _strangers(term, [size for _, size, _ in Operands(chain).known]):
        for size in missing:
            is_short = shown.number.digits <= FEW and not state.is_exact(shown.number)
            if is_short and _makes_it_right(chain, term, shown, size):
                return Operand(shown, shown.sign * size)
    return None


def _makes_it_right(chain: Chain, term: Expr, shown: Shown, size: Scalar) -> bool:
    """Whether an expression comes to the subject's value with another number in the place of a numeral."""
    found = _with(term, shown, size, wide_literal(chain.state), chain.state)
    return any(meet(value, right) for value in found for right in chain.truth)


def _replaced(chain: Chain, term: Expr) -> Operand | None:
    """The operand in whose place some known value would make the expression right: of its own step, or any."""
    state = chain.state
    own = [size for _, size, _ in Operands(chain).known]
    for shown in _strangers(term, own):
        for size in own:
            if _makes_it_right(chain, term, shown, size):
                return Operand(shown, shown.sign * size, _as_shown_before(shown, size, state))
    signed = [shown for shown in _signed(term) if shown.number.places > 0][:MOST_OPERANDS]
    known = [value for value in (*state.known(), *state.as_shown()) if not isinstance(value, Array)]
    for shown in signed:
        if shown.number.digits <= 2 or shown.number.places <= 1:
            continue
        for value in known:
            found = _with(term, shown, shown.sign * value, lambda other: rational(other.value), state)
            if any(_near(v, right, shown) for v in found for right in chain.truth) and (
                _alike(value, shown) or next(slips(shown, value), None) is not None
            ):
                return Operand(shown, value, _as_shown_before(shown, abs(value), state))
    return None


def _as_shown_before(like: Shown, size: Scalar, state: State) -> tuple[Scalar, ...]:
    """The figures the document has shown for a value of that size: a slip in copying one is a slip in its digits."""
    near = STEPS_OFF * like.ulp
    return tuple(like.sign * abs(shown) for shown in state.as_shown() if abs(arb(abs(shown) - size)) <= arb(near))


def _is(value: Scalar, shown: Shown) -> bool:
    """Whether a value rounds to a figure or is cut off to it."""
    return touches(value, shown.half()) or shown.is_cut_off(value)


def _signed(term: Expr) -> Iterator[Shown]:
    """The numerals of an expression, each with the minus sign right before it."""
    signs = {id(n.operand): n for n in walk(term) if isinstance(n, Negative) and isinstance(n.operand, Number)}
    for node in walk(term):
        if isinstance(node, Number):
            yield from (shown for shown in leaves(signs.get(id(node), node)) if shown is not None)


def _with(term: Expr, shown: Shown, size: Scalar, literal: Literal, state: State) -> Iterator[Value]:
    """The values of an expression with other digits in the place of a numeral's, the others read as `literal` says."""

    def read(other: Number) -> Scalar:
        return size if (other.value, other.places) == (shown.number.value, shown.number.places) else literal(other)

    return values(term, state, replace(state.truth, literal=read))


MOST_OPERANDS = 8
FEW = 2  # digits of an operand that what is right may hide in
STEPS_OFF = 20  # units of the last digit that rounding at each step may come to


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
