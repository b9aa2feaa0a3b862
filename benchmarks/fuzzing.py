"""The machinery of the fuzzers: cases by number, run by a command in worker processes that are bounded and watched.

A fuzzer is a `Fuzz`: what makes its cases, and what runs one. Seconds are of the processor and begin when everything is
imported; a case that takes too many is run again when all others are done, alone and in a new worker, for it is not at
fault for what else the machine does. Memory is what the process takes at its most, less what it took before. The system
refuses each case more memory than the bound, and one that keeps it busy for ten seconds is cut short. A case that
breaks a bound, raises anything else than a refusal, or dies, is kept beside its options and its traceback. An
interrupted run tells what was done so far.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bpsym.cli import Refusal
from bpsym.cli import main as command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from multiprocessing.connection import Connection

ROOT = Path(__file__).resolve().parent.parent
SECONDS, MEGABYTES = 2.0, 500
CANNOT = 2  # exit status of a refusal
CUT_SHORT = 10  # seconds of the processor after which a case is given up
AGAIN = 3  # times a case is run at most that took too many seconds
HUNG = 300  # seconds by the clock after which a worker is ended
SWEPT = 2_000  # cases of a worker after which garbage is looked for everywhere
FRAMES = 700  # of Python's stack a case may use; Python grants a thousand
IN_MEMORY = Path("/dev/shm")  # noqa: S108  (where a file costs nothing; the folder in it is ours alone)
VERDICTS, REFUSED = "verdicts", "refused"
SAID = io.TextIOWrapper(io.BytesIO(), "utf-8")  # what the command prints: click keeps every stream it has written to


class Endless(BaseException):
    """A case that keeps the processor busy beyond all bounds."""


@dataclass(frozen=True)
class Case:
    """Files, and the arguments the command is called with where they lie."""

    family: str
    size: str
    files: Mapping[str, bytes]  # by their names
    arguments: tuple[str, ...]
    bound: float = SECONDS

    @property
    def length(self) -> int:
        """Bytes of all files."""
        return sum(map(len, self.files.values()))


@dataclass(frozen=True)
class Fuzz:
    """What a fuzzer is: each is a function of its script, for workers are started afresh."""

    cases: Callable[[argparse.Namespace], Callable[[int], Case]]  # the case of each number
    run: Callable[[Case], str]  # what became of it, in the folder we are in: `VERDICTS`, `REFUSED` or what went wrong
    warm: Callable[[], object]  # imports everything


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a case."""

    number: int
    family: str
    size: str
    length: int
    seconds: float
    megabytes: float
    outcome: str
    bound: float = SECONDS
    trace: str = ""
    again: bool = False

    @property
    def is_slow(self) -> bool:
        """Whether it only took too long."""
        return self.outcome in {VERDICTS, REFUSED} and self.seconds > self.bound

    @property
    def fault(self) -> str:
        """What is wrong with it, or nothing."""
        if self.outcome not in {VERDICTS, REFUSED}:
            return self.outcome
        if self.seconds > self.bound:
            return f"{self.seconds:.1f} s"
        return f"{self.megabytes:.0f} MB" if self.megabytes > MEGABYTES else ""


# --- a worker ------------------------------------------------------------------------------------------------------


def called(arguments: Sequence[str], good: Sequence[int | None] = (0, 1, None)) -> tuple[str, str]:
    """Call the command; what became of it and what it printed. A refusal is one sentence and exit status 2."""
    SAID.seek(0)
    SAID.truncate()
    try:
        with contextlib.redirect_stdout(SAID), contextlib.redirect_stderr(io.StringIO()):
            status = command.main(list(arguments), prog_name="bpsym", standalone_mode=False)
    except (Refusal, click.UsageError) as error:
        one_line = bool(error.message) and "\n" not in error.message
        return REFUSED if error.exit_code == CANNOT and one_line else f"refused badly: {error.message!r}", ""
    SAID.seek(0)
    return VERDICTS if status in good else f"ends with status {status}", SAID.read()


def work(pipe: Connection, numbers: range, options: argparse.Namespace, fuzz: Fuzz) -> None:
    """Run the cases of these numbers; tells each result, and which case is next."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stderr = io.StringIO()  # what the command says to its user
    case_of = fuzz.cases(options)
    signal.signal(signal.SIGPROF, _endless)
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        os.chdir(folder)
        fuzz.warm()
        _swept()
        sys.setrecursionlimit(FRAMES)
        for number in numbers:
            case = case_of(number)
            if number // options.processes % SWEPT == 0:
                _swept()
            pipe.send((number, case.family, case.size, case.length))
            pipe.send(_one(number, case, fuzz.run))
    pipe.send(None)


def _swept() -> None:
    """Without garbage; what is imported, and what the command keeps for all, is not searched again and again."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _endless(*_: object) -> None:
    raise Endless


def _one(number: int, case: Case, run: Callable[[Case], str]) -> Result:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # the most so far is now
    resource.setrlimit(resource.RLIMIT_AS, (_memory("VmSize") + MEGABYTES * 2**20, resource.RLIM_INFINITY))
    before, start, trace = _memory("VmRSS"), time.process_time(), ""
    signal.setitimer(signal.ITIMER_PROF, CUT_SHORT)
    try:
        outcome = run(case)
    except Endless:
        outcome, trace = f"more than {CUT_SHORT} s", traceback.format_exc()
    except BaseException as error:  # noqa: BLE001  (whatever it is, it is told)
        outcome, trace = type(error).__name__, traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    seconds, grown = time.process_time() - start, (_memory("VmHWM") - before) / 2**20
    about = number, case.family, case.size, case.length
    return Result(*about, seconds, grown, outcome, case.bound, trace[-6_000:])


def _memory(what: str) -> int:
    """Bytes, of the kind that Linux calls so."""
    for line in Path("/proc/self/status").read_text("ascii", errors="replace").splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1]) * 1024
    raise LookupError(what)


def write(case: Case) -> None:
    """Put a case's files where we are."""
    for name, data in case.files.items():
        path = Path(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


# --- all of them ---------------------------------------------------------------------------------------------------


def results(options: argparse.Namespace, fuzz: Fuzz) -> Iterator[Result]:
    """What became of every case; a worker that dies is told as the fault of the case it had in hand."""
    context = get_context("spawn")
    running: dict[Connection, tuple[Any, range, tuple[Any, ...], float]] = {}

    def start(numbers: range) -> None:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=work, args=(theirs, numbers, options, fuzz), daemon=True)
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
                    raise SystemExit("a worker died before its first case") from None
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


def alone(result: Result, options: argparse.Namespace, fuzz: Fuzz) -> Result:
    """What becomes of a slow case where nothing else is run, each time in a new worker: nothing is kept from before."""
    only = argparse.Namespace(**{**vars(options), "first": result.number, "count": 1, "processes": 1})
    for _ in range(AGAIN):
        (another,) = results(only, fuzz)
        if not another.is_slow or another.seconds < result.seconds:
            result = replace(another, again=True)
        if not result.is_slow:
            break
    return result


def keep(result: Result, case: Case, options: argparse.Namespace) -> None:
    """A case at fault, how it was run, and what was raised."""
    folder = options.keep / f"{options.seed}-{result.number}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in case.files.items():
        (folder / Path(name).name).write_bytes(data)
    about = f"{result.fault}; {result.family}, {result.size}\nbpsym {' '.join(case.arguments)}"
    (folder / "about.txt").write_text(f"{about}\n{result.trace}", "utf-8", errors="replace")


def report(found: list[Result], seconds: float, slowest: int) -> None:
    """Print the tables, and the numbers of the slowest cases."""
    for heading, key in (("family", "family"), ("size", "size")):
        print(
            f"\n{heading:24}{'cases':>10}{'kB':>10}{'verdicts':>10}{'refused':>9}{'faults':>8}{'in all s':>10}", end=""
        )
        print(f"{'mean ms':>9}{'median':>8}{'99.9 %':>9}{'most s':>8}{'most MB':>9}")
        rows: dict[str, list[Result]] = defaultdict(list)
        for result in found:
            rows[getattr(result, key)].append(result)
        for name in [*sorted(rows), "all"] if found else ():
            _row(name, found if name == "all" else rows[name])
    for result in sorted(found, key=lambda result: -result.seconds)[:slowest]:
        print(f"{result.seconds:8.2f} s  {result.number:>8}  {result.family}, {result.size}, {result.length} bytes")
    again = sum(r.again for r in found)
    print(f"{len(found)} cases, {sum(r.seconds for r in found):.0f} s of the processor, {seconds:.0f} s in all", end="")
    print(f"; {again} were faster when run again" * bool(again))


def _row(name: str, of: list[Result]) -> None:
    took = sorted(result.seconds for result in of)
    counts = Counter(result.outcome for result in of)
    faults = sum(bool(result.fault) for result in of)
    print(f"{name:24}{len(of):>10}{sum(r.length for r in of) / 1000:>10.0f}{counts[VERDICTS]:>10}", end="")
    print(f"{counts[REFUSED]:>9}{faults:>8}{sum(took):>10.1f}{1000 * sum(took) / len(took):>9.1f}", end="")
    print(f"{1000 * took[len(took) // 2]:>8.1f}{1000 * took[int(len(took) * 0.999)]:>9.1f}{took[-1]:>8.2f}", end="")
    print(f"{max(r.megabytes for r in of):>9.0f}", flush=True)


def arguments(about: str, count: int, families: Sequence[str]) -> argparse.ArgumentParser:
    """The options of every fuzzer."""
    parser = argparse.ArgumentParser(description=about.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--family", choices=families, default="", help="cases of this family only")
    parser.add_argument("--slowest", type=int, default=10, help="how many of the slowest cases are named at the end")
    parser.add_argument("--keep", type=Path, default=ROOT / "build" / "fuzz", help="where cases at fault are kept")
    return parser


def run(options: argparse.Namespace, fuzz: Fuzz) -> None:
    """Run all cases and print the tables; ends with status 1 where one was at fault."""
    began, found, slow = time.monotonic(), list[Result](), list[Result]()
    case_of = cache(lambda: fuzz.cases(options))  # only where one is at fault

    def done(result: Result) -> None:
        found.append(result)
        if result.fault:
            keep(result, case_of()(result.number), options)
            print(f"{result.number}: {result.fault} ({result.family}, {result.length} bytes)", flush=True)
        if len(found) % 10_000 == 0:
            print(f"{len(found)} cases, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        for result in results(options, fuzz):
            if result.is_slow:
                slow.append(result)
                print(f"{result.number}: {result.seconds:.1f} s, run again at the end", file=sys.stderr, flush=True)
            else:
                done(result)
        while slow:
            done(alone(slow[-1], options, fuzz))
            slow.pop()
    for result in slow:
        done(result)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    report(found, time.monotonic() - began, options.slowest)
    sys.exit(any(result.fault for result in found))
