"""A small draw of the mutation bench: slips are found where they are, people without one are left in peace."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
NETWORKS = (1, 3, 7, 16)  # seeds, of small networks


@pytest.fixture(scope="module")
def bench() -> Iterator[Any]:
    """The bench as a module."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("verify_mutants")
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.mark.parametrize("seed", NETWORKS)
def test_slips_are_found_and_honest_people_are_right(bench: Any, seed: int) -> None:
    """Five people with a slip are told the line, that one alone; five without one are told nothing."""
    counts = bench.one_network(seed).counts
    kinds = {kind for kind, _ in counts} - {"unbroken"}
    visible = sum(counts[kind, "visible"] for kind in kinds)
    assert visible >= 2
    assert sum(counts[kind, "right line"] for kind in kinds) == visible
    assert sum(counts[kind, "one line"] for kind in kinds) == visible
    assert counts["unbroken", "made"] == 5
    assert counts["unbroken", "alarm"] == counts["unbroken", "undecided"] == 0
