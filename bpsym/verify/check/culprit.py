"""Which operand of an expression in numbers is to blame, and what ought to stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import arb, fmpq
from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify.check.align import pairs, turned
from bpsym.verify.check.chain import Chain, meet
from bpsym.verify.check.operands import Operands, wide_literal
from bpsym.verify.check.points import as_carried, as_mended
from bpsym.verify.check.state import State, atoms_of
from bpsym.verify.check.terms import Literal, Shown, leaves, touches
from bpsym.verify.check.values import values
from bpsym.verify.diagnosis.slips import slips
from bpsym.verify.meaning.algebra import rational
from bpsym.verify.meaning.arrays import Array, Scalar, ShapeError, Value, aligned, scalars
from bpsym.verify.tree import Expr, Negative, Number, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_OPERANDS = 8
FEW = 2  # digits of an operand that what is right may hide in
ALIKE = 50  # a figure and a value are the same quantity's within a part in so many, at most
STEPS_OFF = 20  # units of the last digit that rounding at each step may come to


class Culprit(Struct, frozen=True):
    """An operand in error, what ought to stand there, and what the document has shown of that."""

    shown: Shown
    right: Scalar
    earlier: tuple[Scalar, ...] = ()


def culprit_in(chain: Chain, term: Expr) -> Culprit | None:
    """The operand that is not what the formula has in its place; written twice it is one error."""
    state = chain.state
    mended = as_mended(state, chain.subject)
    points = [as_carried(state, chain.subject), *([] if mended is None else [mended])]
    for formula in (*reversed(chain.formulas), *(other for other, bad in chain.numerics if not bad)):
        for turn in turned(formula):
            wrong: list[Culprit] = []
            for piece, numeral in pairs(turn, term) or ():
                (shown,) = leaves(numeral)
                if shown is None:
                    continue
                truths = [s for v in values(piece, state, state.truth) for s in scalars(v)[:1]]
                theirs = [s for point in points for v in values(piece, state, point) for s in scalars(v)[:1]]
                if truths and not any(stands_for(v, shown) for v in (*truths, *theirs)):
                    wrong.append(Culprit(shown, truths[0], tuple(theirs)))
            if len({operand.shown.number.value for operand in wrong}) == 1:
                return wrong[0]
    return _replaced(chain, term)


def _strangers(term: Expr, own: Sequence[Scalar]) -> list[Shown]:
    """The numerals of an expression that are none of the quantities of its step.

    A quantity that a longer numeral stands for is not what a shorter one means: beside 0.134 there is no other 0.13.
    """
    signed = [shown for shown in _signed(term) if shown.number.places > 0][:MOST_OPERANDS]
    meant = [[shown for shown in signed if stands_for(shown.sign * size, shown)] for size in own]
    longest = {id(shown) for found in meant for shown in found if shown.ulp == min(other.ulp for other in found)}
    return [shown for shown in signed if id(shown) not in longest]


def in_place_of_given(chain: Chain, term: Expr) -> Culprit | None:
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
    missing = [size for size in sizes if not any(stands_for(shown.sign * size, shown) for shown in signed)]
    if not missing:
        return None
    for shown in _strangers(term, [size for _, size, _ in Operands(chain).known]):
        for size in missing:
            is_short = shown.number.digits <= FEW and not state.is_exact(shown.number)
            if is_short and _makes_it_right(chain, term, shown, size):
                return Culprit(shown, shown.sign * size)
    return None


def _makes_it_right(chain: Chain, term: Expr, shown: Shown, size: Scalar) -> bool:
    """Whether an expression comes to the subject's value with another number in the place of a numeral."""
    found = _with(term, shown, size, wide_literal(chain.state), chain.state)
    return any(meet(value, right) for value in found for right in chain.truth)


def _replaced(chain: Chain, term: Expr) -> Culprit | None:
    """The operand in whose place some known value would make the expression right: of its own step, or any."""
    state = chain.state
    own = [size for _, size, _ in Operands(chain).known]
    for shown in _strangers(term, own):
        for size in own:
            if _makes_it_right(chain, term, shown, size):
                return Culprit(shown, shown.sign * size, _as_shown_before(shown, size, state))
    signed = [shown for shown in _signed(term) if shown.number.places > 0][:MOST_OPERANDS]
    known = [value for value in (*state.known(), *state.said.as_shown()) if not isinstance(value, Array)]
    for shown in signed:
        if shown.number.digits <= 2 or shown.number.places <= 1:
            continue
        for value in known:
            found = _with(term, shown, shown.sign * value, lambda other: rational(other.value), state)
            if any(_near(v, right, shown) for v in found for right in chain.truth) and (
                is_alike(value, shown) or next(slips(shown, value), None) is not None
            ):
                return Culprit(shown, value, _as_shown_before(shown, abs(value), state))
    return None


def _as_shown_before(like: Shown, size: Scalar, state: State) -> tuple[Scalar, ...]:
    """The figures the document has shown for a value of that size: a slip in copying one is a slip in its digits."""
    near = (arb(STEPS_OFF * like.ulp), abs(arb(size)) / ALIKE)
    figures = ((abs(shown), abs(arb(abs(shown) - size))) for shown in state.said.as_shown())
    return tuple(like.sign * figure for figure, off in figures if all(off <= most for most in near))


def stands_for(value: Scalar, shown: Shown) -> bool:
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


def is_alike(value: Scalar, shown: Shown) -> bool:
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
