"""A small draw of the mutation bench: slips are found where they are, people without one are left in peace."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from bpsym.mistakes import rules

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


def test_every_mistake_can_be_drawn(bench: Any) -> None:
    """The networks of the bench have a place for every mistake there is a rule for."""
    waiting = {rule.id: rule for rule in rules()}
    for seed in range(60):
        expansion = bench.Network(bench.description(Random(seed))).expansion
        for step in expansion.steps():
            waiting = {k: rule for k, rule in waiting.items() if next(iter(rule.wrong(expansion, step)), None) is None}
        if not waiting:
            break
    assert not waiting


def test_counts_of_parts_add_up(bench: Any, tmp_path: Path) -> None:
    """What two runs have saved comes to the same as one run over both."""
    first, second = bench.one_network(1), bench.one_network(7)
    both = bench.Tally()
    for number, part in enumerate((first, second)):
        part.save(tmp_path / f"{number}.json")
        both.add(bench.Tally.load(tmp_path / f"{number}.json"))
    assert both.counts == first.counts + second.counts
    assert both.counts["unbroken", "made"] == 10


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
