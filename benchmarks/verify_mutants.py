"""What `bpsym verify` finds: sheets of random networks with one slip each, and sheets without any.

    python benchmarks/verify_mutants.py [--count 10000] [--processes 2] [--seed 0]

Simulated people derive random networks by hand (see verify_networks and verify_people). A slip is of the pen (a digit
swapped, dropped, doubled, mistyped, the point moved, the sign, another figure copied, an operand mistyped) or one of
the mistakes of `bpsym.mistakes`, each rule drawn as often as any other that the network has a place for; all that
comes after a slip follows from it. Counted are, of the slips visible at the digits shown: found at all, found on the
right line, that line alone blamed, the cause among those named, the cause named first; and false alarms on the sheets
without a slip. A row is printed for each kind of slip, and the seeds of whatever failed. What is visible is decided by
the figures an honest person writes, never by the verifier.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from multiprocessing import Pool
from pathlib import Path
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

from flint import ctx, fmpq
from verify_networks import description
from verify_people import Line, Network, Person, Slip, Work, document, person

from bpsym.errors import BpsymError
from bpsym.mistakes import rules, wrongs
from bpsym.mistakes.steps import numbers
from bpsym.rounding import Numeral
from bpsym.verify.check.verdicts import Verdict
from bpsym.verify.read import read
from bpsym.verify.run import verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sympy import Expr

PRECISION = 200  # bits people compute with
BY_CHANCE = fmpq(1, 10**12)  # formulas that differ by less have the same value
SHEETS = 5  # of one network: as many with a slip as without
SEEDS_SHOWN = 12
PAPER = {"latex": "sheet.md", "plain": "sheet.txt"}
POINT = {"decimal-point", "zero-dropped", "zero-added"}


@dataclass(frozen=True)
class Mutant:
    """A slip, what kind it is, and which causes name it."""

    kind: str
    slip: Slip
    names: frozenset[str]


@dataclass
class Tally:
    """Counts, and the seeds of failures."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Both together."""
        self.counts.update(other.counts)
        self.failures.extend(other.failures)


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=10_000, help="sheets with a slip, and sheets without")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0, help="of the first network")
    options = parser.parse_args()
    began = perf_counter()
    total = Tally()
    networks = range(options.seed, options.seed + -(-options.count // SHEETS))
    with Pool(options.processes) as pool:
        for tally in pool.imap_unordered(one_network, networks, chunksize=4):
            total.add(tally)
    report(total, perf_counter() - began)


def report(total: Tally, seconds: float) -> None:
    """Print the table."""
    kinds = sorted({kind for kind, _ in total.counts} - {"unbroken"})
    columns = ("visible", "found", "right line", "one line", "named", "named first")
    print(f"{'slip':34}" + "".join(f"{column:>13}" for column in columns))
    sums: Counter[str] = Counter()
    for kind in kinds:
        row = {column: total.counts[kind, column] for column in columns}
        sums.update(row)
        print(f"{kind:34}" + "".join(f"{row[column]:>13}" for column in columns))
    print(f"{'all':34}" + "".join(f"{sums[column]:>13}" for column in columns))
    seen = max(sums["visible"], 1)
    print(f"{'of those visible':34}{'':>13}" + "".join(f"{100 * sums[c] / seen:>12.2f}%" for c in columns[1:]))
    made = sum(total.counts[kind, "made"] for kind in kinds)
    print(f"\n{made} sheets with a slip, {sums['visible']} of them visible at the digits shown")
    unbroken, alarms = total.counts["unbroken", "made"], total.counts["unbroken", "alarm"]
    undecided = total.counts["unbroken", "undecided"]
    print(f"{unbroken} sheets without a slip: {alarms} with a false alarm, {undecided} with a claim undecided")
    print(f"{total.counts['unbroken', 'claims']} claims in them; {seconds:.0f} s")
    for failure in total.failures[: SEEDS_SHOWN * 5]:
        print(failure)


def one_network(seed: int) -> Tally:
    """Several people work the same network, with a slip and without."""
    ctx.prec = PRECISION
    tally = Tally()
    random = Random(seed)
    network = Network(description(random))
    for number in range(SHEETS):
        who = person(random)
        own = Random(f"{seed}/{number}")
        try:
            right = Work(network, who)
            lines = right.written()
        except BpsymError:  # a logarithm of 0 after rounding: nobody gets that far
            continue
        _unbroken(right, lines, f"{seed}/{number}", tally)
        mutant = _mutant(right, lines, own)
        if mutant is None:
            continue
        try:
            _broken(right, mutant, f"{seed}/{number}", tally)
        except BpsymError:
            continue
    return tally


def _unbroken(work: Work, lines: list[Line], where: str, tally: Tally) -> None:
    text, _ = document(work, lines)
    verified = verify(read(text.encode(), PAPER[work.who.medium]), work.description)
    counts = verified.counts
    tally.counts["unbroken", "made"] += 1
    tally.counts["unbroken", "claims"] += sum(counts.values())
    alarm = counts[Verdict.WRONG] + counts[Verdict.CARRIED] + counts[Verdict.UNREADABLE] > 0
    tally.counts["unbroken", "alarm"] += alarm
    tally.counts["unbroken", "undecided"] += counts[Verdict.UNDECIDED] > 0
    if alarm or counts[Verdict.UNDECIDED]:
        tally.failures.append(f"unbroken {where} {_spoken(work.who)}: {dict(counts)}")


def _broken(right: Work, mutant: Mutant, where: str, tally: Tally) -> None:
    work = Work(right.network, right.who, mutant.slip)
    text, places = document(work, work.written())
    tally.counts[mutant.kind, "made"] += 1
    if not _visible(right, work, mutant):
        return
    verified = verify(read(text.encode(), PAPER[work.who.medium]), work.description)
    wrong = [j for j in verified.judgements if j.verdict is Verdict.WRONG]
    blamed = {verified.document.place(j.span).line for j in wrong}
    line = places[mutant.slip.entry]
    here = [j for j in wrong if verified.document.place(j.span).line == line]
    named_first = any(j.rule in mutant.names for j in here[:1])
    named = named_first or any(name in mutant.names for j in here for name in (j.rule, *j.others))
    results = {
        "visible": True, "found": bool(wrong), "right line": bool(here), "one line": blamed == {line},
        "named": named, "named first": named_first,
    }  # fmt: skip
    for column, reached in results.items():
        tally.counts[mutant.kind, column] += reached
    if not all(results[column] for column in ("right line", "one line", "named")):
        missed = next(column for column, reached in results.items() if not reached)
        told = sorted({name for j in here for name in (j.rule, *j.others)})
        tally.failures.append(
            f"{mutant.kind} {where} {_spoken(right.who)}: not {missed}; "
            f"line {line}, blamed {sorted(blamed)}, named {told}"
        )


def _spoken(who: Person) -> str:
    return f"({who.carry}, {who.style}, {who.places} places, {who.family}, {who.medium})"


def _visible(right: Work, work: Work, mutant: Mutant) -> bool:
    """Whether the line with the slip shows something nobody shows who makes none."""
    slip = mutant.slip
    ours, theirs = right.line(slip.entry), work.line(slip.entry)
    if slip.operand is not None:  # the mistyped number is seen by what it would come to
        used, mistyped = slip.operand
        if not _apart(mistyped, right.numeral(used), _exact(right, used)):
            return False
        theirs = Work(right.network, right.who, replace(slip, follows=True)).line(slip.entry)
    exact = _exact(right, slip.entry)
    if slip.step is not None and right.who.style == "full":  # a wrong formula is seen where it is not right by chance
        return abs(_exact(right, slip.entry, replace(slip, follows=True)) - exact) > BY_CHANCE
    return _apart(theirs.value, ours.value, exact)


def _exact(work: Work, entry: Expr, slip: Slip | None = None) -> fmpq:
    """An entry's value at full precision."""
    return Work(work.network, Person("exact", "value", 18, work.who.family), slip).numeral(entry).value


def _apart(written: Numeral, *honest: Numeral | fmpq | None) -> bool:
    """Whether a figure is more than two units of its last digit from whatever an honest person writes."""
    unit = max(written.ulp, *(each.ulp for each in honest if isinstance(each, Numeral)))
    values = [each.value if isinstance(each, Numeral) else each for each in honest if each is not None]
    return all(abs(written.value - value) > 2 * unit for value in values)


# --- slips ---------------------------------------------------------------------------------------------------------


def _mutant(work: Work, lines: list[Line], random: Random) -> Mutant | None:
    if random.random() < 0.5:
        return _mistake(work, lines, random)
    for _ in range(20):
        line = random.choice(lines)
        if random.random() < 0.3 and work.who.style != "value":
            mutant = _operand(line, random)
        else:
            mutant = _value(line, lines, random)
        if mutant is not None:
            return mutant
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
                follows = work.who.style != "full" or random.random() < 0.75
                kind = f"mistake: {rule.id}" if follows else "formula alone"
                return Mutant(kind, Slip(line.entry, step=wrong.step, follows=follows), frozenset(same))
    return None


def _operand(line: Line, random: Random) -> Mutant | None:
    """A number put in wrongly, with or without the value following."""
    known = [used for used, value in line.operands.items() if len(value.digits.strip("-0.")) > 1]
    if not known:
        return None
    used = random.choice(known)
    for kind, mistyped, names in _one_of_each(_typed_wrongly(line.operands[used]), random):
        if kind != "sign":
            follows = random.random() < 0.5
            slip = Slip(line.entry, operand=(used, mistyped), follows=follows)
            return Mutant("operand mistyped", slip, names | {"operand"})
    return None


def _value(line: Line, lines: list[Line], random: Random) -> Mutant | None:
    """A figure written wrongly; what comes after goes on with it or with the right one."""
    follows = random.random() < 0.5
    earlier = [other for other in lines[: lines.index(line)] if other.value.digits != line.value.digits]
    if earlier and random.random() < 0.15:
        other = random.choice(earlier)
        if len(other.value.digits.strip("-0.")) > 2:
            return Mutant("copied", Slip(line.entry, value=other.value, follows=follows), frozenset({"copied"}))
    for kind, written, names in _one_of_each(_typed_wrongly(line.value), random):
        return Mutant(kind, Slip(line.entry, value=written, follows=follows), names)
    return None


def _one_of_each(
    slips: Iterable[tuple[str, Numeral, frozenset[str]]], random: Random
) -> list[tuple[str, Numeral, frozenset[str]]]:
    """One slip of each kind, the kinds in random order."""
    kinds: dict[str, list[tuple[str, Numeral, frozenset[str]]]] = {}
    for slip in slips:
        kinds.setdefault(slip[0], []).append(slip)
    return [random.choice(kinds[kind]) for kind in random.sample(sorted(kinds), len(kinds))]


def _typed_wrongly(value: Numeral) -> Iterator[tuple[str, Numeral, frozenset[str]]]:
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


if __name__ == "__main__":
    main()
