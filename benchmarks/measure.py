"""Timing: processor time inside this process, with every cache emptied; elapsed time for whole commands."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sympy.core.cache import clear_cache

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parent.parent
BPSYM = Path(sys.executable).with_name("bpsym")
# Bytecode is kept, as it is wherever bpsym is installed: only the first of several runs may have to compile.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    seconds: float
    peer: str = ""  # what it is compared with, measured in the same run
    peer_seconds: float = 0.0
    least: float | None = None  # how many times faster than the peer it has to be
    most: float | None = None  # how many times the peer's time it may take
    limit: float | None = None  # seconds it may take
    over: float = 0.0  # what the limit comes on top of, in seconds

    @property
    def target(self) -> str:
        """The target in words."""
        if self.least is not None:
            return f"{self.least:g} times faster"
        if self.most is not None:
            return f"at most {self.most:g} times"
        return f"under {self.limit:g} s more" if self.over else f"under {self.limit:g} s"

    @property
    def ratio(self) -> str:
        """The peer's time in ours, or ours in the peer's."""
        if not self.peer_seconds:
            return ""
        if self.least is not None:
            return f"{self.peer_seconds / self.seconds:.0f} times faster"
        return f"{self.seconds / self.peer_seconds:.2f} times"

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        if self.least is not None:
            return self.peer_seconds >= self.least * self.seconds
        if self.most is not None:
            return self.seconds <= self.most * self.peer_seconds
        return self.limit is not None and self.seconds - self.over <= self.limit


def cold() -> None:
    """Empty every cache, bpsym's and SymPy's, that would make a second run cheaper than the first."""
    for name, module in list(sys.modules.items()):
        if name.startswith("bpsym"):
            for value in vars(module).values():
                getattr(value, "cache_clear", lambda: None)()
    clear_cache()


def fastest(work: Callable[[], object], repeat: int = 5, *, once: bool = False) -> float:
    """The least processor time of some runs in seconds; with `once`, caches stay as they are between the runs."""
    times = []
    for _ in range(repeat):
        if not once:
            cold()
        gc.collect()
        gc.disable()  # as timeit does: a collection walks SymPy's whole heap, whoever happens to set it off
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
        gc.enable()
    return min(times)


def many(work: Callable[[], object], number: int = 50) -> float:
    """The least time in seconds of short work, over batches of runs."""
    work()
    batches = []
    for _ in range(7):
        start = time.process_time()
        for _ in range(number):
            work()
        batches.append((time.process_time() - start) / number)
    return min(batches)


def commands(calls: Sequence[Sequence[str]], repeat: int = 7) -> list[float]:
    """The least elapsed time in seconds of each of several programs, run in turn so that all meet the same machine."""
    best = [float("inf")] * len(calls)
    for _ in range(repeat):
        for number, call in enumerate(calls):
            start = time.perf_counter()
            subprocess.run(call, cwd=ROOT, env=ENVIRONMENT, check=True, capture_output=True)
            best[number] = min(best[number], time.perf_counter() - start)
    return best
