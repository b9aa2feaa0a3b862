"""A draw of the grading bench: a simulated class is marked as designed, and its mistakes are called by their names."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def bench() -> Iterator[Any]:
    """The bench as a module."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("bench_grading")
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.mark.slow
def test_marks_are_as_designed_and_causes_named(bench: Any) -> None:
    """Sixty sheets, right, slipped, absurd and garbage: every mark as designed, at least 95 % of the causes named."""
    tally = bench.marked(60, 7)
    kinds = set(bench.KINDS)
    assert {kind for kind, _ in tally.counts} == kinds
    assert all(tally.counts[kind, "marks"] == tally.counts[kind, "sheets"] for kind in kinds), tally.failures
    assert tally.share >= bench.NAMED, tally.failures
    assert tally.counts[bench.GARBAGE, "blamed"] == 0
