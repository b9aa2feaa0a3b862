"""What no document may do to `bpsym verify`: raise, take two seconds, or half a gigabyte.

    python benchmarks/fuzz_verify.py [--count 1000000] [--seed 0] [--processes 2] [--first 0] [--size NAME]
                                     [--family NAME] [--documents FOLDER]...

Every document is written to a file and verified by the command of the command line, in worker processes: in every
report format, now and then with --fix, --diff, --spec, --given, in Chinese. Seconds are of the processor and begin when
everything is imported; memory is what the process takes at its most, less what it took before. The system refuses each
worker more memory than the bound, and a document that keeps it busy for ten seconds is cut short.

A row is printed for each family and each size. A document that breaks a bound, raises anything else than a refusal, or
leaves a report that cannot be read, is kept in --keep beside its options and its traceback. Ends with status 1 where
one was. The same seed makes the same documents; --first goes on where another run ended.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

import click
import fuzz_documents
from fuzz_documents import ROOT, SHARES, SIZES, Document
from fuzz_hostile import FAMILIES

from bpsym.cli import Refusal
from bpsym.cli import main as command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

SECONDS, MEGABYTES = 2.0, 500
CANNOT = 2  # exit status of a refusal
CUT_SHORT = 10  # seconds of the processor after which a document is given up
HUNG = 300  # seconds by the clock after which a worker is ended
TOLD = 1_000_000  # of a report's characters are read back
READ_BACK = {"json": json.loads, "sarif": json.loads}
WARM = ("$x = 0.5 * 0.3 = 0.15$", "$$\\frac{\\partial E}{\\partial w_5} = x$$")


class Endless(BaseException):
    """A document that keeps the processor busy beyond all bounds."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a document."""

    number: int
    family: str
    size: str
    length: int
    seconds: float
    megabytes: float
    outcome: str  # "verdicts", "refused", or what went wrong
    trace: str = ""

    @property
    def fault(self) -> str:
        """What is wrong with it, or nothing."""
        if self.outcome not in {"verdicts", "refused"}:
            return self.outcome
        if self.seconds > SECONDS:
            return f"{self.seconds:.1f} s"
        return f"{self.megabytes:.0f} MB" if self.megabytes > MEGABYTES else ""


# --- a worker ------------------------------------------------------------------------------------------------------


def work(pipe: Connection, numbers: range, options: argparse.Namespace) -> None:
    """Verify the documents of these numbers; tells each result, and which document is next."""
    sys.stderr = io.StringIO()  # what the command says to its user
    texts = fuzz_documents.corpus(options.documents)
    signal.signal(signal.SIGPROF, _endless)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for text in WARM:
            for form in ("text", "json", "sarif", "html", "md"):
                verified(Document("", "", ".md", text.encode(), ("--format", form, "--diff", "--explain-binding")))
        gc.collect()
        bound = _memory("VmSize") + MEGABYTES * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
        for number in numbers:
            document = fuzz_documents.document(options.seed, number, texts, (options.family, options.size))
            if number // options.processes % 50 == 0:
                gc.collect()
            pipe.send((number, document.family, document.size, len(document.data)))
            pipe.send(_one(number, document))
    pipe.send(None)


def _endless(*_: object) -> None:
    raise Endless


def _one(number: int, document: Document) -> Result:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # the most so far is now
    before, start, trace = _memory("VmRSS"), time.process_time(), ""
    signal.setitimer(signal.ITIMER_PROF, CUT_SHORT)
    try:
        outcome = verified(document)
    except Endless:
        outcome, trace = f"more than {CUT_SHORT} s", traceback.format_exc()
    except BaseException as error:  # noqa: BLE001  (whatever it is, it is told)
        outcome, trace = type(error).__name__, traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    seconds, grown = time.process_time() - start, (_memory("VmHWM") - before) / 2**20
    return Result(number, document.family, document.size, len(document.data), seconds, grown, outcome, trace[-6_000:])


def _memory(what: str) -> int:
    """Bytes, of the kind that Linux calls so."""
    for line in Path("/proc/self/status").read_text("ascii", errors="replace").splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1]) * 1024
    raise LookupError(what)


def verified(document: Document) -> str:
    """Run the command on a document in the folder we are in; what became of it."""
    name = Path("document" + document.suffix)
    name.write_bytes(document.data)
    said = io.TextIOWrapper(io.BytesIO(), "utf-8")
    arguments = ["verify", str(name), *document.options]
    if "--spec" in arguments:
        place = arguments.index("--spec") + 1
        arguments[place] = str(ROOT / "examples" / f"{arguments[place]}.toml")
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
            status = command.main(arguments, prog_name="bpsym", standalone_mode=False)
    except (Refusal, click.UsageError) as error:
        one_line = bool(error.message) and "\n" not in error.message
        return "refused" if error.exit_code == CANNOT and one_line else f"refused badly: {error.message!r}"
    if status not in {0, 1, None}:
        return f"ends with status {status}"
    said.seek(0)
    report = Path("report").read_text("utf-8") if "-o" in arguments else said.read()
    read_back = READ_BACK.get(arguments[arguments.index("--format") + 1])
    if read_back is not None and "--diff" not in arguments and len(report) < TOLD:
        read_back(report)
    return "verdicts"


# --- all of them ---------------------------------------------------------------------------------------------------


def results(options: argparse.Namespace) -> Iterator[Result]:
    """What became of every document; a worker that dies is told as the fault of the document it had in hand."""
    context = get_context("spawn")
    running: dict[Connection, tuple[Any, range, tuple[Any, ...], float]] = {}

    def start(numbers: range) -> None:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=work, args=(theirs, numbers, options))
        process.start()
        theirs.close()
        running[ours] = (process, numbers, (), time.monotonic())

    for k in range(options.processes):
        start(range(options.first + k, options.first + options.count, options.processes))
    while running:
        ready = wait(list(running), timeout=30)
        for pipe in list(running):
            process, numbers, at, since = running[pipe]
            if pipe not in ready:
                if time.monotonic() - since > HUNG:
                    process.kill()
                continue
            try:
                told = pipe.recv()
            except EOFError:
                process.join()
                del running[pipe]
                if not at:
                    raise SystemExit("a worker died before its first document") from None
                yield Result(*at, float(HUNG), 0.0, f"the process ended with {process.exitcode}")
                rest = range(at[0] + options.processes, numbers.stop, options.processes)
                if rest:
                    start(rest)
                continue
            if told is None:
                del running[pipe]
                process.join()
            elif isinstance(told, Result):
                yield told
            else:
                running[pipe] = (process, numbers, told, time.monotonic())


def keep(result: Result, options: argparse.Namespace, texts: list[str]) -> None:
    """A document at fault, how it was verified, and what was raised."""
    document = fuzz_documents.document(options.seed, result.number, texts, (options.family, options.size))
    options.keep.mkdir(parents=True, exist_ok=True)
    name = options.keep / f"{options.seed}-{result.number}"
    name.with_suffix(document.suffix or ".bin").write_bytes(document.data)
    about = f"{result.fault}; {result.family}, {result.size}\nbpsym verify {' '.join(document.options)}"
    name.with_suffix(".about").write_text(f"{about}\n{result.trace}", "utf-8", errors="replace")


def report(found: list[Result], seconds: float) -> None:
    """Print the tables."""
    for heading, key in (("family", "family"), ("size", "size")):
        print(f"\n{heading:24}{'documents':>10}{'kB':>10}{'verdicts':>10}{'refused':>9}{'faults':>8}", end="")
        print(f"{'median ms':>11}{'99.9 % ms':>11}{'most s':>8}{'most MB':>9}")
        rows: dict[str, list[Result]] = defaultdict(list)
        for result in found:
            rows[getattr(result, key)].append(result)
        order = list(SIZES) if key == "size" else sorted(rows)
        for name in [*(name for name in order if name in rows), "all"]:
            of = found if name == "all" else rows[name]
            _row(name, of)
    ends = ", ".join(f"{name} {low} to {high}" for name, (low, high, _) in SIZES.items())
    print(f"\nsizes in characters: {ends}")
    print(f"{len(found)} documents, {sum(r.seconds for r in found):.0f} s of the processor, {seconds:.0f} s in all")


def _row(name: str, of: list[Result]) -> None:
    took = sorted(result.seconds for result in of)
    counts = Counter(result.outcome for result in of)
    faults = sum(bool(result.fault) for result in of)
    print(f"{name:24}{len(of):>10}{sum(r.length for r in of) / 1000:>10.0f}{counts['verdicts']:>10}", end="")
    print(f"{counts['refused']:>9}{faults:>8}{1000 * took[len(took) // 2]:>11.1f}", end="")
    print(
        f"{1000 * took[int(len(took) * 0.999)]:>11.1f}{took[-1]:>8.2f}{max(r.megabytes for r in of):>9.0f}", flush=True
    )


def main() -> None:
    """Run and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first document")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--size", choices=SIZES, default="", help="documents of this size only")
    parser.add_argument("--family", choices=[*SHARES, *FAMILIES], default="", help="documents of this family only")
    parser.add_argument(
        "--documents", type=Path, action="append", default=[], help="a folder of documents to damage, too"
    )
    parser.add_argument("--keep", type=Path, default=ROOT / "build" / "fuzz", help="where documents at fault are kept")
    options = parser.parse_args()
    options.documents = [folder.resolve() for folder in options.documents]
    texts = fuzz_documents.corpus(options.documents)
    began, found = time.monotonic(), []
    for result in results(options):
        found.append(result)
        if result.fault:
            keep(result, options, texts)
            print(f"{result.number}: {result.fault} ({result.family}, {result.length} bytes)", flush=True)
        if len(found) % 10_000 == 0:
            print(f"{len(found)} documents, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    report(found, time.monotonic() - began)
    sys.exit(any(result.fault for result in found))


if __name__ == "__main__":
    main()
