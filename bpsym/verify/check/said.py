"""What a document has said so far, of its quantities and of itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bpsym.verify.check.terms import middle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flint import fmpq
    from sympy import Expr as Atom

    from bpsym.verify.meaning.arrays import Scalar, Value
    from bpsym.verify.meaning.keys import Key
    from bpsym.verify.meaning.subjects import Subject
    from bpsym.verify.tree import Expr

MOST_ALIKE = 0.6  # of the figures: so many places are the usual number


@dataclass
class Said:
    """The figures and formulas of what stands above the line being read."""

    shown: dict[Subject, Value] = field(default_factory=dict)
    doubtful: set[Subject] = field(default_factory=set)  # shown, but not right to the digit
    wrong: set[Subject] = field(default_factory=set)
    unchecked: set[Subject] = field(default_factory=set)  # shown, and nothing else is known of it
    moved: set[Subject] = field(default_factory=set)  # what has been worked out for another sample than the first
    updated: set[Key] = field(default_factory=set)
    overrides: dict[Atom, Scalar] = field(default_factory=dict)
    meant: dict[Atom, Scalar] = field(default_factory=dict)  # of figures in error: whatever would have been right there
    named: dict[Subject, Scalar] = field(default_factory=dict)  # the same of names for what is no entry: R_9
    slips: dict[Atom, Scalar] = field(default_factory=dict)  # of figures blamed: what follows from those before them
    formulas: dict[Subject, list[Expr]] = field(default_factory=dict)
    numerics: dict[Subject, list[tuple[Expr, bool]]] = field(default_factory=dict)
    sections: dict[Subject, str] = field(default_factory=dict)  # under which heading a name got its formula
    headings: dict[Subject, str] = field(default_factory=dict)  # under which heading a name was last worked out
    rounded: set[tuple[fmpq, int]] = field(default_factory=set)  # figures of what has more digits, their places
    places: Counter[int] = field(default_factory=Counter)  # of the figures that do not end where they are shown
    wrong_numbers: dict[fmpq, Scalar | None] = field(default_factory=dict)  # figures in error, and what is right
    wrong_formulas: set[tuple[str, str]] = field(default_factory=set)  # subject and formula, as already blamed
    before: Expr | None = None  # the left-hand side of the statement before
    pending: list[Expr] = field(default_factory=list)  # rows of a matrix whose sums are worked out below it

    def copied(self) -> Said:
        """The same, to go back to."""
        return Said(**{name: _copied(value) for name, value in vars(self).items()})

    @property
    def is_astray(self) -> bool:
        """Whether the document has gone wrong somewhere."""
        return bool(self.wrong or self.wrong_numbers)

    def usual_places(self) -> int | None:
        """How many places most figures have that do not end where they are shown; None where these differ."""
        if not self.places:
            return None
        usual, count = max(self.places.items(), key=lambda item: item[1])
        return usual if count >= MOST_ALIKE * self.places.total() else None

    def as_shown(self) -> Iterator[Scalar]:
        """What the document has shown, at its word."""
        yield from map(middle, self.overrides.values())


def _copied(value: Any) -> Any:
    """A container of its own; the lists in a table too."""
    if isinstance(value, dict) and not isinstance(value, Counter):
        return {key: [*item] if isinstance(item, list) else item for key, item in value.items()}
    return value.copy() if isinstance(value, (set, list, Counter)) else value
