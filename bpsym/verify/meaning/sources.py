"""What a document says of its own names, before anything is made of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bpsym.verify.check.terms import shape_of
from bpsym.verify.meaning.keys import Key
from bpsym.verify.meaning.scope import ANY_SIZE
from bpsym.verify.tree import Number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpsym.verify.meaning.activated import Figures
    from bpsym.verify.meaning.ambiguous import Ambiguous
    from bpsym.verify.tree import Document, Expr, Name, Span

MOST_SUMMED = 64  # of a sum whose end the document tells
COUNTS = frozenset("l L N M i j k n m p q K T R".split())  # letters of numbers of things, and of places among them


@dataclass
class Sources:
    """What a document says of its names, before anything is made of it."""

    formulas: dict[Key, list[Expr]] = field(default_factory=dict)
    patterns: list[tuple[Name, Expr]] = field(default_factory=list)  # a^l = σ(z^l)
    alike: list[tuple[Name, Expr]] = field(default_factory=list)  # w_j = 0.5, for every j
    overall: list[tuple[Key, Expr]] = field(default_factory=list)  # f(x, y) = …: what is said of f elsewhere goes first
    numbers: dict[Key, Expr] = field(default_factory=dict)  # the first number each name is given
    several: set[Key] = field(default_factory=set)  # names given other numbers later, or before
    figures: Figures = field(default_factory=dict)  # which name each figure was shown for
    sizes: dict[str, set[Key]] = field(default_factory=dict)  # letters sums run up to, and the names summed over
    computed: set[Key] = field(default_factory=set)  # names with a computation in numbers
    numerics: dict[Key, Expr] = field(default_factory=dict)  # the first of them
    results: set[Key] = field(default_factory=set)  # names whose first number ends a computation in numbers
    moved: dict[Key, Expr] = field(default_factory=dict)  # what the last update made of a parameter
    bare: dict[Name, None] = field(default_factory=dict)  # letters of counts that stand for numbers, as in 1/n
    names: dict[Name, None] = field(default_factory=dict)  # every name that stands for something, in order
    losses: Counter[Key] = field(default_factory=Counter)  # what is differentiated
    below: dict[Key, list[Name]] = field(default_factory=dict)  # and by which names
    upstream: dict[tuple[Key, Key], Expr] = field(default_factory=dict)  # derivatives given as numbers, nothing else
    changed: list[Name] = field(default_factory=list)  # the W of every dW
    used: set[Key] = field(default_factory=set)  # names that stand elsewhere than in a derivative
    entering: set[Key] = field(default_factory=set)  # names something else is worked out from
    kronecker: bool = False  # δ_{ij} is no quantity
    fixed: Mapping[str, str] = field(default_factory=dict)  # letters that are no indices here
    columns: bool = False  # the softmax of a matrix is that of each column

    def states(self, name: Key) -> bool:
        """Whether there is a formula or a number for this very name."""
        return name in self.formulas or name in self.numbers


@dataclass(frozen=True)
class Said:
    """What a document says of its names, the same wherever in it one asks."""

    document: Document
    timed: bool  # whether t is an index
    sources: Sources
    ambiguous: Ambiguous
    apart: set[frozenset[str]]  # letters of one statement
    equal: frozenset[frozenset[str]]  # pairs of index letters
    outrun: frozenset[Span] = frozenset()  # formulas a programme of the document contradicts, with the figures it shows


def size_of(letter: str, sources: Sources) -> int | None:
    """How many a letter counts: as the document says, or as long as the list that is summed over.

    None where it is taken for the lengths of several.
    """
    said = sources.numbers.get(Key(letter))
    if isinstance(said, Number) and said.value.denominator == 1 and 0 < said.value <= MOST_SUMMED:
        return int(said.value)
    lists = [shape_of(sources.numbers[k]) for k in sources.sizes[letter] if k in sources.numbers]
    lengths = {max(shape) for shape in lists if shape is not None}
    if len(lengths) > 1:
        return None
    return lengths.pop() if lengths else ANY_SIZE


def is_count(letter: str, sources: Sources) -> bool:
    """Whether a letter a sum runs up to is a number of terms and nothing else: no name, no index, the t of h_t."""
    if letter in COUNTS:
        return True
    is_index = letter.islower() and any(letter in part for name in sources.names for part in (*name.sub, *name.layer))
    return len(letter) == 1 and not is_index and not {Key(letter)} & {*sources.formulas, *sources.computed}
