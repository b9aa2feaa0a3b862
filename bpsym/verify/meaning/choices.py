"""How formulas are read that can be read in several ways."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Choices:
    """How to read what can be read in several ways, and which of these questions a formula has raised."""

    elementwise: bool = False  # what *, × and · mean between arrays that fit both ways
    rows: bool = False  # whether a vector lies
    swaps: int = 0  # which order and transposes to try first where only the shapes decide
    each: bool = False  # whether dZ is of each sample's own loss, where J is the mean of these
    denominator: bool = False  # whether a Jacobian has a row for each of what it is differentiated by
    met: set[str] = field(default_factory=set, compare=False)

    def ask(self, question: str) -> int:
        """The answer to a question, by the name of its field."""
        self.met.add(question)
        return int(getattr(self, question))

    def again(self) -> Choices:
        """The same choices, before anything is asked."""
        return Choices(self.elementwise, self.rows, self.swaps, self.each, self.denominator)

    def settles(self, other: Choices) -> bool:
        """Whether the other choices would read the formula just read in the same way."""
        return all(getattr(self, question) == getattr(other, question) for question in self.met)
