"""The slips simulated people make: of the pen, or one of the mistakes of `bpsym.mistakes`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flint import fmpq
from verify_people import FULL, VALUE, Person, Slip, Work

from bpsym.errors import BpsymError
from bpsym.mistakes import rules, wrongs
from bpsym.mistakes.steps import numbers
from bpsym.rounding import Numeral, ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from random import Random

    from sympy import Expr
    from verify_people import Line

    from bpsym.rounding import Value

BY_CHANCE = fmpq(1, 10**12)  # formulas that differ by less have the same value
NONE = fmpq(0)
POINT = {"decimal-point", "zero-dropped", "zero-added"}


@dataclass(frozen=True)
class Mutant:
    """A slip, what kind it is, the cause that is its own, and all causes that name it."""

    kind: str
    cause: str
    slip: Slip
    names: frozenset[str]


def mutant(work: Work, lines: list[Line], random: Random) -> Mutant | None:
    """A random slip in one of the lines; None where there is no place for any."""
    if random.random() < 0.5:
        return _mistake(work, lines, random)
    for _ in range(20):
        line = random.choice(lines)
        if random.random() < 0.3 and work.who.style != VALUE:
            found = _operand(line, random)
        else:
            found = _value(line, lines, random)
        if found is not None:
            return found
    return None


def _mistake(work: Work, lines: list[Line], random: Random) -> Mutant | None:
    """One of the mistakes the network has a place for; what follows follows from it, or the formula alone is wrong."""
    for rule in random.sample(rules(), len(rules())):
        for line in random.sample(lines, len(lines)):
            step = work.expansion.step(line.entry)
            made = list(rule.wrong(work.expansion, step)) if step is not None else []
            if step is None or not made:
                continue
            found = list(wrongs(work.expansion, step))
            own = [wrong for other, wrong in found if other is rule]
            if own:
                wrong = random.choice(own)
                formula = numbers(work.expansion, wrong.expr)
                same = {other.id for other, each in found if numbers(work.expansion, each.expr) == formula}
                follows = work.who.style != FULL or random.random() < 0.75
                kind = f"mistake: {rule.id}" if follows else "formula alone"
                return Mutant(kind, rule.id, Slip(line.entry, step=wrong.step, follows=follows), frozenset(same))
    return None


def _operand(line: Line, random: Random) -> Mutant | None:
    """A number put in wrongly, with or without the value following."""
    known = [used for used, value in line.operands.items() if len(value.digits.strip("-0.")) > 1]
    if not known:
        return None
    used = random.choice(known)
    for kind, mistyped, names in one_of_each(typed_wrongly(line.operands[used]), random):
        if kind != "sign":
            follows = random.random() < 0.5
            slip = Slip(line.entry, operand=(used, mistyped), follows=follows)
            return Mutant("operand mistyped", f"operand: {kind}", slip, names | {"operand"})
    return None


def _value(line: Line, lines: list[Line], random: Random) -> Mutant | None:
    """A figure written wrongly; what comes after goes on with it or with the right one."""
    follows = random.random() < 0.5
    earlier = [other for other in lines[: lines.index(line)] if other.value.digits != line.value.digits]
    if earlier and random.random() < 0.15:
        other = random.choice(earlier)
        if len(other.value.digits.strip("-0.")) > 2:
            return Mutant(
                "copied", "copied", Slip(line.entry, value=other.value, follows=follows), frozenset({"copied"})
            )
    return pen_slip(line, random, follows=follows)


def pen_slip(line: Line, random: Random, *, follows: bool = False) -> Mutant | None:
    """The value of a line written wrongly; None where it is 0."""
    for kind, written, names in one_of_each(typed_wrongly(line.value), random):
        return Mutant(kind, kind, Slip(line.entry, value=written, follows=follows), names)
    return None


def one_of_each(
    slips: Iterable[tuple[str, Numeral, frozenset[str]]], random: Random
) -> list[tuple[str, Numeral, frozenset[str]]]:
    """One slip of each kind, the kinds in random order."""
    kinds: dict[str, list[tuple[str, Numeral, frozenset[str]]]] = {}
    for slip in slips:
        kinds.setdefault(slip[0], []).append(slip)
    return [random.choice(kinds[kind]) for kind in random.sample(sorted(kinds), len(kinds))]


def typed_wrongly(value: Numeral) -> Iterator[tuple[str, Numeral, frozenset[str]]]:
    """Every slip of the pen in a numeral."""
    if value.exponent:
        return
    sign, digits = ("-", value.digits[1:]) if value.digits.startswith("-") else ("", value.digits)
    whole, _, part = digits.partition(".")
    figures = whole + part
    if not figures.strip("0"):
        return

    def written(text: str, places: int) -> Numeral:
        text = text.rjust(places + 1, "0")
        head = text[: len(text) - places].lstrip("0") or "0"
        return Numeral(f"{sign}{head}.{text[len(text) - places :]}" if places else sign + head)

    places = len(part)
    yield "sign", Numeral(digits if sign else "-" + digits), frozenset({"sign"})
    for by in (-1, 1, 2):
        if places + by > 0:
            yield "point moved", written(figures, places + by), frozenset(POINT)
    first = next(k for k, figure in enumerate(figures) if figure != "0")
    for k in range(max(first, len(whole)), len(figures)):
        if k + 1 < len(figures) and figures[k] != figures[k + 1]:
            swapped = figures[:k] + figures[k + 1] + figures[k] + figures[k + 2 :]
            yield "digits swapped", written(swapped, places), frozenset({"digits-swapped"})
        if len(part) > 2:
            dropped = written(figures[:k] + figures[k + 1 :], places - 1)
            yield "digit dropped", dropped, frozenset({"digit-dropped", *POINT})
        doubled = written(figures[: k + 1] + figures[k:], places + 1)
        yield "digit doubled", doubled, frozenset({"digit-doubled", "digit-inserted"})
        other = str((int(figures[k]) + 3) % 10)
        yield "digit mistyped", written(figures[:k] + other + figures[k + 1 :], places), frozenset({"digit-mistyped"})


def visible(bases: list[Work], work: Work, slip: Slip) -> bool:
    """Whether the line with the slip shows something nobody shows who does not make it: the same people without.

    A figure may be off by two units of the last digit; one that stands alone by one, and by as much as the last digits
    of the rounded numbers it is made from come to: nobody sees whether more of them came in. Where these numbers stand
    on the line, what they come to as they stand is a right figure too, whatever else the writer had: who carries
    -1/0.447184 = -2.23620 and slips to -2.23623 has written what -1/0.44718 is. What rounding leaves of terms that
    cancel is noise, in which no digit is right or wrong.
    """
    right = bases[0]
    theirs = work.line(slip.entry)
    if slip.operand is not None:  # the mistyped number is seen by what it would come to
        used, mistyped = slip.operand
        if not all(_apart(mistyped, base.numeral(used), _exact(base, used)) for base in bases):
            return False
        others = (other for other in work.slips if other != slip)
        theirs = right.again(*others, replace(slip, follows=True)).line(slip.entry)
    exact = [_exact(base, slip.entry) for base in bases]
    if slip.step is not None and right.who.style == FULL:  # a wrong formula is seen where it is not right by chance
        return abs(_exact(right, slip.entry, replace(slip, follows=True)) - exact[0]) > BY_CHANCE
    ours = [base.line(slip.entry).value for base in bases]
    if 0 in exact and any(value.value != 0 for value in ours):
        return False
    if right.who.style == VALUE:
        return _apart(theirs.value, *ours, *exact, reach=_reach(right, slip.entry))
    return _apart(theirs.value, *ours, *exact, *(_of_the_line(base, slip.entry) for base in bases))


def _exact(work: Work, entry: Expr, slip: Slip | None = None) -> fmpq:
    """An entry's value at full precision."""
    slips = work.slips if slip is None else (slip,)
    return Work(work.network, Person("exact", VALUE, 18, work.who.family), slips).numeral(entry).value


def _of_the_line(work: Work, entry: Expr) -> fmpq:
    """What the numbers of a line come to as they stand there."""
    line, step = work.line(entry), work.expansion.step(entry)
    if step is None:
        return line.value.value
    code = work.network.code(step.simplest)
    given = {used: n.value for used, n in line.operands.items()} | work.sizes
    low, high = ends(code.run([given[used] for used in code.inputs])[0])
    return (low + high) / 2


def _reach(work: Work, entry: Expr) -> fmpq:
    """How far a line's value moves where each rounded number it is made from moves by a unit of its last digit."""
    step, numerals = work.expansion.step(entry), work.line(entry).operands
    if step is None:
        return NONE
    code = work.network.code(step.simplest)

    def moved(one: Expr | None) -> Value:
        given = {used: n.value + n.ulp * (used == one) for used, n in numerals.items()} | work.sizes
        return code.run([given[used] for used in code.inputs])[0]

    return ends(sum((abs(moved(used) - moved(None)) for used, n in numerals.items() if not n.exact), start=NONE))[1]


def _apart(written: Numeral, *honest: Numeral | fmpq, reach: fmpq = NONE) -> bool:
    """Whether a figure is two units of its last digit, or one and its reach, from what any honest person writes."""
    unit = max(written.ulp, *(each.ulp for each in honest if isinstance(each, Numeral)))
    values = [each.value if isinstance(each, Numeral) else each for each in honest]
    return all(abs(written.value - value) > max(2 * unit, unit + reach) for value in values)


def looks_the_same(right: Work, made: Mutant, cause: str) -> bool:
    """Whether another cause would have led the same person to the same line, sign by sign: nobody can tell them apart.

    The other cause is made where the slip was made: the mistake of that name instead, or a slip of the pen.
    """
    slip = made.slip
    written = _as_read(right.again(slip), slip.entry)
    ours = right.line(slip.entry)
    if slip.operand is None and any(cause in names for _, _, names in _every_slip(ours.value)):
        others = (numeral for _, numeral, names in _every_slip(ours.value) if cause in names)
        if any(_as_read(right.again(Slip(slip.entry, value=n)), slip.entry) == written for n in others):
            return True
    if slip.operand is not None:
        used, mistyped = slip.operand
        return any(cause in names and n.digits == mistyped.digits for _, n, names in _every_slip(right.numeral(used)))
    if cause == "copied":
        return slip.step is not None and right.who.style == VALUE and any(
            each.value.digits == written[-1] for each in right.lines.values() if each.entry != slip.entry
        )  # fmt: skip
    step = right.expansion.step(slip.entry)
    if step is None:
        return False
    for rule, wrong in wrongs(right.expansion, step):
        if rule.id == cause:
            for follows in (True, False):
                try:
                    if _as_read(right.again(Slip(slip.entry, wrong.step, follows=follows)), slip.entry) == written:
                        return True
                except BpsymError:
                    continue
    return False


def _every_slip(value: Numeral) -> Iterator[tuple[str, Numeral, frozenset[str]]]:
    """Every slip of the pen in a numeral, with any other digit for each."""
    yield from typed_wrongly(value)
    for k, figure in enumerate(value.digits):
        for other in "0123456789" if figure.isdigit() else "":
            if other != figure:
                mistyped = Numeral(value.digits[:k] + other + value.digits[k + 1 :])
                yield "digit mistyped", mistyped, frozenset({"digit-mistyped"})


def _as_read(work: Work, entry: Expr) -> tuple[object, ...]:
    """What stands on the paper of a line: its formula, its numbers, its value, as far as this person writes them."""
    line = work.line(entry)
    shown: list[object] = [line.formula] if work.who.style == FULL else []
    shown += [line.figures] if work.who.style != VALUE else []
    return (*shown, line.value.digits)
