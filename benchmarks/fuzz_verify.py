"""What no document may do to `bpsym verify`: raise, take two seconds, or half a gigabyte.

    python benchmarks/fuzz_verify.py [--count 1000000] [--seed 0] [--processes 2] [--first 0] [--size NAME]
                                     [--family NAME] [--slowest 10] [--documents FOLDER]...

Every document is written to a file and verified by the command of the command line, in worker processes: in every
report format, now and then with --fix, --diff, --spec, --given, in Chinese.

A row is printed for each family and each size. A document that breaks a bound, raises anything else than a refusal, or
leaves a report that cannot be read, is kept in --keep. The same seed makes the same documents; --first goes on where
another run ended.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

import fuzz_documents
from fuzz_documents import SHARES, SIZES
from fuzz_hostile import FAMILIES
from fuzzing import ROOT, VERDICTS, Case, Fuzz, arguments, called, run, write

import bpsym.spec

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

TOLD = 1_000_000  # of a report's characters are read back
READ_BACK = {"json": json.loads, "sarif": json.loads}
WARM = ("$x = 0.5 * 0.3 = 0.15$", "$$\\frac{\\partial E}{\\partial w_5} = x$$")


def cases(options: argparse.Namespace) -> Callable[[int], Case]:
    """The documents, each with its options."""
    texts = fuzz_documents.corpus(options.documents)

    def case(number: int) -> Case:
        document = fuzz_documents.document(options.seed, number, texts, (options.family, options.size))
        name = f"document{document.suffix}"
        return Case(document.family, document.size, {name: document.data}, ("verify", name, *document.options))

    return case


def verified(case: Case) -> str:
    """Run the command on a document in the folder we are in; what became of it."""
    write(case)
    given = list(case.arguments)
    if "--spec" in given:
        place = given.index("--spec") + 1
        given[place] = str(ROOT / "examples" / f"{given[place]}.toml")
    outcome, said = called(given)
    if outcome != VERDICTS:
        return outcome
    report = Path("report").read_text("utf-8") if "-o" in given else said
    read_back = READ_BACK.get(given[given.index("--format") + 1])
    if read_back is not None and "--diff" not in given and len(report) < TOLD:
        read_back(report)
    return VERDICTS


def warm() -> None:
    """Import all that any document needs; descriptions are read once, as one call reads them for all its documents."""
    bpsym.spec.load = cache(bpsym.spec.load)
    for text in WARM:
        for form in ("text", "json", "sarif", "html", "md"):
            options = ("--format", form, "--diff", "--explain-binding")
            verified(Case("", "", {"document.md": text.encode()}, ("verify", "document.md", *options)))


def main() -> None:
    """Run and print the tables."""
    parser = arguments(__doc__ or "", 1_000_000, [*SHARES, *FAMILIES])
    parser.add_argument("--size", choices=SIZES, default="", help="documents of this size only")
    parser.add_argument(
        "--documents", type=Path, action="append", default=[], help="a folder of documents to damage, too"
    )
    options = parser.parse_args()
    options.documents = [folder.resolve() for folder in options.documents]
    run(options, Fuzz(cases, verified, warm))


if __name__ == "__main__":
    main()
