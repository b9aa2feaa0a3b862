"""Reading and verifying in a process of its own, which is refused memory beyond a bound."""

from __future__ import annotations

import resource
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bpsym.verify.read import read_text
from bpsym.verify.run import verify

# The aim is 2, which benchmarks measure; the rest is for slow and busy machines: tests look for what never ends.
SECONDS = 10


def confined(megabytes: int) -> ProcessPoolExecutor:
    """A process with so much address space beyond what Python and bpsym take; more is a MemoryError."""
    return ProcessPoolExecutor(1, get_context("spawn"), _confine, (megabytes,))


def _confine(megabytes: int) -> None:
    verify(read_text("$x = 0.5 * 0.3 = 0.15$"))  # imports what is needed
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    bound = pages * resource.getpagesize() + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))


def reading_seconds(text: str) -> float:
    """The processor time of reading a text."""
    start = time.process_time()
    read_text(text)
    return time.process_time() - start


def verifying_seconds(text: str) -> float:
    """The processor time of reading a text and judging it."""
    start = time.process_time()
    verify(read_text(text))
    return time.process_time() - start
