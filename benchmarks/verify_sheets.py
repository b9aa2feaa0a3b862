"""The closed loop: every sheet bpsym makes of the examples is verified against its own description.

    python benchmarks/verify_sheets.py [--alone] [--example NAME]... [--format NAME]... [--random N] [--processes 2]

Every example, kind, notation, language and text format; with --random, a sheet of each of N random networks instead, at
random options in one format. A row for each example and format says how many claims stand how, and every claim that is
not right is listed. Ends with status 1 where one is not.

With --alone the verifier is not given the description. Then a claim may stay undecided, and only what it calls wrong
counts.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from functools import partial
from itertools import product
from multiprocessing import Pool
from pathlib import Path
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

import verify_networks

from bpsym.options import KINDS, LANGUAGES, NOTATIONS, sheet_options
from bpsym.render.formats import BY_NAME
from bpsym.render.products import Target, products
from bpsym.spec import load
from bpsym.verify.read import read
from bpsym.verify.run import verify

if TYPE_CHECKING:
    from bpsym.spec import Description

EXAMPLES = Path(__file__).parents[1] / "examples"
FORMATS = ("markdown", "latex", "html", "notebook", "text")
FINE = frozenset(["right", "last-digit", "note"])  # a short run of the last digit follows from rounded operands
Sheet = tuple[str, str, str, str]  # example, kind, notation, language
Found = tuple[str, dict[str, Counter[str]], list[str]]  # a name, how claims stand in each format, those not right


def main() -> None:
    """Run and print the table."""
    names = sorted(path.stem for path in EXAMPLES.glob("*.toml"))
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--example", action="append", choices=names)
    parser.add_argument("--format", action="append", choices=FORMATS)
    parser.add_argument("--alone", action="store_true", help="without the description")
    parser.add_argument("--random", type=int, default=0, help="so many random networks, not the examples")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    began = perf_counter()
    examples: list[Sheet] = list(product(options.example or names, KINDS, NOTATIONS, LANGUAGES))
    forms = tuple(options.format or FORMATS)
    count = options.random or len(examples) * len(forms)
    rows: dict[tuple[str, str], Counter[str]] = {}
    failures: list[str] = []
    with Pool(options.processes) as pool:
        make = partial(random_sheet if options.random else one_sheet, forms=forms, alone=options.alone)
        found_in = pool.imap(make, range(options.random) if options.random else examples)
        for name, counts, missed in found_in:
            for form, found in counts.items():
                rows.setdefault((name, form), Counter()).update(found)
            failures += missed
    verdicts = ("claims", "right", "last-digit", "carried", "undecided", "unreadable", "wrong")
    print(f"{'example':14}{'format':10}" + "".join(f"{verdict:>12}" for verdict in verdicts))
    for (example, form), found in sorted(rows.items()):
        print(f"{example:14}{form:10}" + "".join(f"{found[verdict]:>12}" for verdict in verdicts))
    total = sum(rows.values(), Counter())
    print(f"{'all':24}" + "".join(f"{total[verdict]:>12}" for verdict in verdicts))
    print(f"{count} sheets, {perf_counter() - began:.0f} s")
    print("\n".join(failures))
    sys.exit(bool(failures))


def one_sheet(sheet: Sheet, *, forms: tuple[str, ...], alone: bool) -> Found:
    """A sheet in these formats: how its claims stand, and those that are not right."""
    example, kind, notation, language = sheet
    options = {"kind": kind, "notation": notation, "lang": language}
    return example, *checked(load(EXAMPLES / f"{example}.toml"), options, forms, " ".join(sheet), alone=alone)


def random_sheet(seed: int, *, forms: tuple[str, ...], alone: bool) -> Found:
    """The same for a sheet of a random network, in one format."""
    random = Random(seed)
    description, options = verify_networks.description(random), verify_networks.options(random)
    training = description.spec.training
    if alone and training is not None and training.order == "sequential":
        return "random", {}, []  # no gradient descent: wrong, if nobody says that it is meant so
    form = forms[seed % len(forms)]
    return "random", *checked(description, options, (form,), f"seed {seed} {options}", alone=alone)


def checked(
    description: Description, chosen: dict[str, Any], forms: tuple[str, ...], name: str, *, alone: bool
) -> tuple[dict[str, Counter[str]], list[str]]:
    """Sheets of one description made and verified."""
    options = sheet_options(description, **chosen)
    fine = FINE | {"undecided"} if alone else FINE
    counts: dict[str, Counter[str]] = {}
    missed: list[str] = []
    for form, made in zip(forms, products(description, options, [Target(f, "files") for f in forms]), strict=True):
        verified = verify(read(made.content, f"sheet{BY_NAME[form].suffix}"), None if alone else description)
        counts[form] = Counter({"claims": len(verified.judgements), **verified.counts})
        for judgement in verified.judgements:
            if judgement.verdict not in fine:
                line = verified.document.place(judgement.span).line
                written = verified.document.text[judgement.span.start : judgement.span.end]
                missed.append(f"{name} {form}:{line}: {judgement.verdict} {written[:80]!r}")
    return counts, missed


if __name__ == "__main__":
    main()
