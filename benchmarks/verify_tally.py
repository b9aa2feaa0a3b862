"""The counts of the mutation bench: those of parts add up."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("visible", "found", "right line", "one line", "named", "named first", "alike")
UNBROKEN, TWO = "unbroken", "two slips"
FAILURES_SHOWN = 100
CAUSES_SHOWN = 60


@dataclass
class Tally:
    """Counts by kind of slip and column, by true cause and the one named first, and what failed."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    causes: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # true, named first, "alike" or "missed"
    failures: list[str] = field(default_factory=list)
    seconds: float = 0

    def add(self, other: Tally) -> None:
        """Both together."""
        self.counts.update(other.counts)
        self.causes.update(other.causes)
        self.failures.extend(other.failures)
        self.seconds += other.seconds

    def save(self, path: Path) -> None:
        """Write everything as JSON, beside the file first: it is whole whenever somebody looks."""
        kept = {
            "counts": [[*key, count] for key, count in sorted(self.counts.items())],
            "causes": [[*key, count] for key, count in sorted(self.causes.items())],
            "failures": self.failures,
            "seconds": self.seconds,
        }
        beside = path.with_name(path.name + ".part")
        beside.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(path)

    @classmethod
    def load(cls, path: Path) -> Tally:
        """What was saved."""
        kept = json.loads(path.read_text(encoding="utf-8"))
        counts = Counter({(kind, column): count for kind, column, count in kept["counts"]})
        causes = Counter({(true, named, how): count for true, named, how, count in kept["causes"]})
        return cls(counts, causes, kept["failures"], kept["seconds"])

    def report(self) -> None:
        """Print the tables."""
        kinds = sorted({kind for kind, _ in self.counts} - {UNBROKEN})
        single = [kind for kind in kinds if not kind.startswith(TWO)]
        print(f"{'slip':38}" + "".join(f"{column:>12}" for column in COLUMNS))
        for kind in single:
            self._row(kind, (kind,))
        visible = self._row("all", single)
        seen = max(visible["visible"], 1)
        percent = {column: 100 * visible[column] / seen for column in COLUMNS}
        print(f"{'of those visible':50}" + "".join(f"{percent[c]:>11.2f}%" for c in COLUMNS[1:]))
        print(f"named first, or what nobody can tell from it: {percent['named first'] + percent['alike']:.2f} %")
        made = sum(self.counts[kind, "made"] for kind in single)
        print(f"\n{made} sheets with a slip, {visible['visible']} of them visible at the digits shown")
        for kind in kinds:
            if kind.startswith(TWO):
                self._row(kind, (kind,))
        unbroken = {column: self.counts[UNBROKEN, column] for column in ("made", "alarm", "undecided", "claims")}
        print(f"\n{unbroken['made']} sheets without a slip, {unbroken['claims']} claims in them:", end=" ")
        print(f"{unbroken['alarm']} with a false alarm, {unbroken['undecided']} with a claim undecided")
        print(f"{self.seconds:.0f} s of one core\n\ntrue cause -> named first")
        for (true, named, how), count in self.causes.most_common(CAUSES_SHOWN):
            print(f"{count:5}  {how:8} {true} -> {named}")
        for failure in self.failures[:FAILURES_SHOWN]:
            print(failure)

    def _row(self, name: str, kinds: list[str] | tuple[str, ...]) -> Counter[str]:
        row = Counter({column: sum(self.counts[kind, column] for kind in kinds) for column in COLUMNS})
        print(f"{name:38}" + "".join(f"{row[column]:>12}" for column in COLUMNS))
        return row
