"""Two inputs of a unit are multiplied by each other's weights.

On the network 2-2-2:
    Good: net_h[1] = 0.377500000
    Bad: net_h[1] = 0.375000000
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import few, makes, weighted, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.NET:
        pairs = weighted(expansion, step)
        for (weight, source), (_, other) in combinations(few(pairs), 2):
            details = {"weight": weight, "source": source, "other": other}
            yield Wrong(with_entries(step, {source: other, other: source}), details, f"{source} {other}")


RULE = Rule(
    id="inputs-swapped",
    specificity=50,
    wrong=_wrong,
    texts={
        "en": Text(
            "inputs swapped",
            "{source} and {other} were swapped: each was multiplied by the other's weight.",
            "{weight} belongs to {source}.",
        ),
        "zh": Text(
            "输入与权值配错",
            "{source} 与 {other} 互换了，各自乘上了对方的权值。",
            "与 {source} 相乘的权值是 {weight}。",
        ),
    },
)
