"""What `bpsym verify` finds: sheets of random networks with one slip each, and sheets without any.

    python benchmarks/verify_mutants.py [--count 10000] [--processes 2] [--seed 0] [--json FILE]
    python benchmarks/verify_mutants.py --add FILE...

Simulated people derive random networks by hand (see verify_networks, verify_people, verify_papers). A slip is of the
pen (a digit swapped, dropped, doubled, mistyped, the point moved, the sign, another figure copied, an operand mistyped)
or one of the mistakes of `bpsym.mistakes`, each rule drawn as often as any other that the network has a place for; all
that comes after a slip follows from it, or goes on with what was meant. Some sheets are bpsym's own, of every kind and
notation, with a figure changed. Counted are, of the slips visible at the digits shown: found at all, found on the right
line, that line alone blamed, the cause among those named, the cause named first, another cause named first that would
have led the same person to the same line ("alike": nobody can tell them apart); and false alarms on the sheets without
a slip. A row is printed for each kind of slip, and the seeds of whatever failed. What is visible is decided by the
figures an honest person writes, never by the verifier. Of sheets with two slips, which are counted by themselves, both
lines are to be blamed, each with its cause.

One network takes one seed and gives five sheets with a slip and five without. A run of `--count 1000 --seed 600`
takes the seeds 600 to 799; what parts with other seeds wrote with `--json` is added up by `--add`. The file is
written while the run goes on: what a run that is broken off leaves counts as a part.
"""

from __future__ import annotations

import argparse
import gc
import sys
from dataclasses import replace
from multiprocessing import Pool
from pathlib import Path
from random import Random
from time import monotonic, process_time
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

from flint import ctx
from verify_networks import description
from verify_own_sheets import own_sheet
from verify_papers import LAYOUTS, paper
from verify_people import LEFT_OUT, Network, Person, Work, person
from verify_slips import looks_the_same, mutant, pen_slip, visible
from verify_tally import TWO, UNBROKEN, Tally

from bpsym.errors import BpsymError
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.read import read
from bpsym.verify.run import verify

if TYPE_CHECKING:
    from verify_people import Line
    from verify_slips import Mutant

    from bpsym.spec import Description
    from bpsym.verify.run import Verified

PRECISION = 200  # bits people compute with
SHEETS = 5  # of one network: as many with a slip as without
OWN = 0.15  # of the sheets with a slip are bpsym's own
OFTEN = 20  # seconds between two times the counts so far are written down
TWICE = 0.2  # of the people make two more slips in another sheet


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=10_000, help="sheets with a slip, and sheets without")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0, help="of the first network")
    parser.add_argument("--json", type=Path, help="write the counts to this file as well")
    parser.add_argument("--add", type=Path, nargs="+", help="add up what parts of a run wrote, and run nothing")
    options = parser.parse_args()
    total = Tally()
    if options.add:
        for path in options.add:
            total.add(Tally.load(path))
    else:
        networks = range(options.seed, options.seed + -(-options.count // SHEETS))
        with Pool(options.processes, initializer=gc.freeze) as pool:
            saved = monotonic()
            for tally in pool.imap_unordered(one_network, networks, chunksize=2):
                total.add(tally)
                if options.json and monotonic() - saved > OFTEN:
                    total.save(options.json)
                    saved = monotonic()
    if options.json:
        total.save(options.json)
    total.report()


def one_network(seed: int) -> Tally:
    """Several people work the same network, with a slip and without."""
    ctx.prec = PRECISION
    began = process_time()
    tally = Tally()
    random = Random(seed)
    network = Network(description(random))
    for number in range(SHEETS):
        who = person(random, LAYOUTS)
        own = Random(f"{seed}/{number}")
        where = f"{seed}/{number}"
        gone = own.sample(network.order, int(LEFT_OUT * len(network.order))) if who.terse else ()
        try:
            right = Work(network, who, hidden=frozenset(gone))
            lines = right.written()
        except BpsymError:  # a logarithm of 0 after rounding: nobody gets that far
            continue
        _unbroken(right, lines, where, tally)
        if own.random() < OWN:
            _own(network.description, own, where, tally)
            continue
        made = mutant(right, lines, own)
        if made is None:
            continue
        try:
            _broken(right, made, where, tally)
            if own.random() < TWICE:
                _twice(right, made, own, where, tally)
        except BpsymError:
            continue
    tally.seconds = process_time() - began
    return tally


def _unbroken(work: Work, lines: list[Line], where: str, tally: Tally) -> None:
    sheet = paper(work, lines)
    verified = verify(read(sheet.content, sheet.name), work.description)
    counts = verified.counts
    tally.counts[UNBROKEN, "made"] += 1
    tally.counts[UNBROKEN, "claims"] += sum(counts.values())
    alarm = counts[Verdict.WRONG] + counts[Verdict.CARRIED] + counts[Verdict.UNREADABLE] > 0
    alarm = alarm or sum(counts.values()) < len(lines)  # a sheet that isn't read is none without an alarm
    tally.counts[UNBROKEN, "alarm"] += alarm
    tally.counts[UNBROKEN, "undecided"] += counts[Verdict.UNDECIDED] > 0
    if alarm or counts[Verdict.UNDECIDED]:
        tally.failures.append(f"unbroken {where} {_spoken(work.who)}: {dict(counts)} of {len(lines)} lines")


def _broken(right: Work, made: Mutant, where: str, tally: Tally) -> None:
    work = right.again(made.slip)
    tally.counts[made.kind, "made"] += 1
    if not visible([right], work, made.slip):
        return
    sheet = paper(work, work.written())
    verified = verify(read(sheet.content, sheet.name), work.description)
    where = f"{where} {_spoken(right.who)}"
    first = _counted(verified, [(sheet.places[made.slip.entry], made.names)], made.kind, where, tally)
    if first is not None and first.rule not in made.names:
        told = {first.rule, *first.others}
        alike = not told.isdisjoint(made.names) and looks_the_same(right, made, first.rule)
        tally.counts[made.kind, "alike"] += alike
        tally.causes[made.cause, first.rule, "alike" if alike else "missed"] += 1
        if not alike:
            tally.failures.append(f"first {where}: {made.cause} -> {first.rule} {first.others}")


def _counted(
    verified: Verified, slips: list[tuple[range, frozenset[str]]], kind: str, where: str, tally: Tally
) -> Judgement | None:
    """Count what was found of slips, given the lines each stands on and what names it; the first one blamed for."""
    line_of = {j.span: verified.document.place(j.span).line for j in verified.judgements if j.verdict is Verdict.WRONG}
    wrong = [j for j in verified.judgements if j.verdict is Verdict.WRONG]
    here = [[j for j in wrong if line_of[j.span] in place] for place, _ in slips]
    first = [any(j.rule in names for j in found) for found, (_, names) in zip(here, slips, strict=True)]
    if len(slips) == 1:
        first = [any(j.rule in slips[0][1] for j in here[0][:1])]
    listed = [
        any(name in names for j in found for name in (j.rule, *j.others))
        for found, (_, names) in zip(here, slips, strict=True)
    ]
    blamed = sorted(set(line_of.values()))
    results = {
        "visible": True, "found": bool(wrong), "right line": all(here),
        "one line": all(here) and all(any(line in place for place, _ in slips) for line in blamed),
        "named": all(listed), "named first": all(first),
    }  # fmt: skip
    for column, reached in results.items():
        tally.counts[kind, column] += reached
    if not all(results[column] for column in ("right line", "one line", "named")):
        missed = next(column for column, reached in results.items() if not reached)
        told = [sorted({name for j in found for name in (j.rule, *j.others)}) for found in here]
        tally.failures.append(
            f"{kind} {where}: not {missed}; lines {[place.start for place, _ in slips]}, blamed {blamed}, "
            f"named {told}, not {[sorted(names) for _, names in slips]}"
        )
    return next((found[0] for found in here if found), None)


def _twice(right: Work, first: Mutant, random: Random, where: str, tally: Tally) -> None:
    """Two slips in one sheet: in the numbers and in the value of one line, or in two lines."""
    line = right.line(first.slip.entry)
    one = right.again(first.slip)  # a figure copied is one that stands there
    second = pen_slip(line, random) if first.slip.operand is not None else mutant(one, one.written(), random)
    if second is None or (second.slip.entry == line.entry) != (first.slip.operand is not None):
        return
    if first.slip.operand is not None:
        slip = replace(second.slip, operand=first.slip.operand, follows=False)
        both = right.again(slip)
        seen = visible([right], both, first.slip) and visible([right, one], both, second.slip)
    else:
        other, both = right.again(second.slip), right.again(first.slip, second.slip)
        seen = visible([right, other], both, first.slip) and visible([right, one], both, second.slip)
    kind = f"{TWO}, {'one line' if first.slip.operand is not None else 'two lines'}"
    tally.counts[kind, "made"] += 1
    if seen:
        sheet = paper(both, both.written())
        verified = verify(read(sheet.content, sheet.name), both.description)
        slips = [(sheet.places[each.slip.entry], each.names) for each in (first, second)]
        _counted(verified, slips, kind, f"{where} {_spoken(right.who)} {first.cause}, {second.cause}", tally)


def _own(known: Description, random: Random, where: str, tally: Tally) -> None:
    """One of bpsym's own sheets with a figure changed."""
    made = own_sheet(known, random)
    if made is None:
        return
    kind = "own sheet"
    tally.counts[kind, "made"] += 1
    verified = verify(read(made.content, made.name), known)
    slips = [(range(made.line, made.line + 1), made.names)]
    first = _counted(verified, slips, kind, f"{where} {made.said}", tally)
    if first is not None and first.rule not in made.names:
        tally.causes[f"own sheet: {made.cause}", first.rule, "missed"] += 1


def _spoken(who: Person) -> str:
    parts = (who.carry, who.style, f"{who.places} places", who.family, f"{who.paper}/{who.layout}", who.lang)
    return f"({', '.join(parts)}{', terse' if who.terse else ''}{', boxed' if who.boxed else ''})"


if __name__ == "__main__":
    main()
