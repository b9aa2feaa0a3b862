"""What names stand for at one place of a document, and the numbers they have at some point.

A `Scope` knows names; a `Point` knows numbers. `reading` makes of both how formulas are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import Struct

from bpsym.verify.meaning.algebra import rational
from bpsym.verify.meaning.ambiguous import Ambiguous
from bpsym.verify.meaning.arrays import Array, Scalar, Value, is_vector, scalars, transposed
from bpsym.verify.meaning.families import family
from bpsym.verify.meaning.keys import IDENTITY, LOSS_NAMES, Key, cases, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sympy import Expr as Atom

    from bpsym.evaluate import Environment
    from bpsym.verify.meaning.families import NameFamily
    from bpsym.verify.meaning.network import Network
    from bpsym.verify.meaning.printed import Family
    from bpsym.verify.meaning.subjects import Subject
    from bpsym.verify.meaning.symbolic import Definition
    from bpsym.verify.tree import Expr, Name, Number, Span

ANY_SIZE = 3  # what a size nobody gives is taken to be: any would do for formulas
_TARGETS = ("target", "t", "y", "label")
_SYNONYMS = (
    ("net", "z", "Net", "NET", "Z"),
    ("out", "a", "Out", "A", "OUT"),
    ("out", "h", "H"),
    ("E", "L", "J", "C", "Loss", "loss", "Error", "error", "cost"),
    _TARGETS,
    ("x", "i", "I", "X"),
    ("eta", "alpha", "lr"),
    ("yhat", "out"),
)
_FOLDED = frozenset("wWxXzZaAbBiIhHyYvVuU")  # letters whose case people change
_BASES = frozenset(["z", "a", "h", "y", "t", "i", "x", "out", "net"])  # letters a description has a meaning for


@dataclass
class Scope:
    """Names and what they stand for."""

    network: Network | None = None
    table: dict[Key, list[Value]] = field(default_factory=dict)  # atoms of the network
    macros: dict[Subject, Expr] = field(default_factory=dict)  # names for a formula the document gives
    functions: dict[str, Definition] = field(default_factory=dict)
    restated: dict[str, Definition] = field(default_factory=dict)  # wrong definitions, for what follows from them
    called: dict[Key, Name] = field(default_factory=dict)  # functions by other names: g^{[1]} = tanh
    sizes: dict[str, int] = field(default_factory=dict)  # n, m
    described: bool = False
    worked: frozenset[Key] = frozenset()  # names with formulas: none is a target
    entering: frozenset[Key] = frozenset()  # names with formulas from which something else is worked out
    timed: bool = False  # t is an index
    rate: Atom | None = None  # of a document's own updates, where they are plain steps down the gradient
    apart: set[frozenset[str]] = field(default_factory=set)  # letters of one statement: none stands for another
    printed: Family | None = None  # the names of bpsym's own sheets, where the document uses these
    letters: frozenset[str] = frozenset()  # sizes a description calls by letters: as indices they mean the last one
    kronecker: bool = False  # δ_{ij} with two index letters is 1 where they are equal, else 0
    said_equal: frozenset[frozenset[str]] = frozenset()  # pairs of index letters, as in "for i = j"
    outrun: frozenset[Span] = frozenset()  # formulas a programme of the document contradicts
    columns: bool = False  # the softmax of a matrix is that of each column
    laws: frozenset[NameFamily] = frozenset()  # the names of a document of laws: none of them stands for another
    units: int = ANY_SIZE  # of a document of laws: how many an index letter runs over
    mean: bool = False  # of a document of laws: dW is of the mean over the samples, dZ of their sum
    ambiguous: Ambiguous = field(default_factory=Ambiguous)  # of a document that is its own description
    vague_letters: set[str] = field(default_factory=set)  # functions met that nobody defines
    summed: frozenset[str] = frozenset()  # variables a programme adds to: what it sets them to is only a part
    from_zero: frozenset[str] = frozenset()  # lists whose first entry has the index 0
    samples: frozenset[str] = frozenset()  # the x of x^(i), the i-th sample in X

    def atoms(self, wanted: Key) -> Value | None:
        """The atoms a key stands for: by itself, as a component, by another spelling."""
        found = self.own_atoms(wanted)
        if found is not None or wanted.new or self.size(wanted) is not None:
            return found
        if self.laws and family(wanted) in self.laws:
            return None
        return next((found[0] for other in self._spellings(wanted) if (found := self.table.get(other))), None)

    def own_atoms(self, wanted: Key) -> Value | None:
        """The atoms a key stands for by itself or as a component."""
        if wanted.new:
            return self._updated(wanted)
        if self.size(wanted) is not None:
            return None
        found = self.table.get(wanted)
        return found[0] if found else self._component(wanted)

    def _spellings(self, wanted: Key) -> Iterator[Key]:
        """What else the same may be called: by another letter, `H_11` for `out_{h1}`, `W` for `w`."""
        base = wanted.base
        if wanted == IDENTITY and not self.described:
            return
        if not self.described or base in LOSS_NAMES or base not in _BASES:
            for group in _SYNONYMS:
                if base in group:
                    for other in (Key(letter, *wanted[1:]) for letter in group if letter != base):
                        if {base, other.base} not in self.apart and not (group is _TARGETS and other in self.worked):
                            yield other
        if base in "hHoO" and len(wanted.sub) == 1 and wanted.sub[0].isdecimal():
            yield wanted._replace(base="out", sub=(base.lower() + wanted.sub[0],))
        if base in _FOLDED:
            yield wanted._replace(base=base.swapcase())

    def size(self, wanted: Key) -> int | None:
        """The length of a layer or the number of samples, by the name bpsym's own sheets have for it."""
        return None if self.printed is None else self.printed.sizes.get(wanted)

    def count(self, wanted: Key) -> int | None:
        """The number a letter of counts stands for: the n a sum runs up to, the m of 1/m."""
        return None if wanted.sub or wanted.layer else self.sizes.get(wanted.base)

    def divisor(self, name: Name) -> int | None:
        """The number of terms a letter stands for below a bar, though it is the name of a vector elsewhere."""
        wanted = key(name)
        count = self.count(wanted)
        return count if count is not None and isinstance(self.atoms(wanted), Array) else None

    def _updated(self, wanted: Key) -> Value | None:
        """The atoms of a parameter after the update."""
        old = self.atoms(wanted._replace(new=False))
        if old is None or self.network is None:
            return None
        new = [self.network.updated(atom) for atom in scalars(old)]
        if any(atom is None for atom in new):
            return None
        return Array(old.shape, tuple(new)) if isinstance(old, Array) else new[0]

    def _component(self, wanted: Key) -> Value | None:
        """`x_1` of x, `w_{12}` or `W_{1,2}` of W."""
        if wanted.base in self.samples and wanted.layer and wanted.layer[-1].isdecimal():
            return self._of_sample(wanted)
        if not wanted.sub or not wanted.sub[-1].isdecimal():
            return None
        base, (*front, last), layer, new = wanted
        for spelled in cases(base):
            whole = self.table.get(Key(spelled, tuple(front), layer, new))
            if whole and isinstance(whole[0], Array):
                from_zero = spelled in self.from_zero or Key(spelled, (*front, "0"), layer, new) in self.table
                item = _item(whole[0], str(int(last) + from_zero))
                if item is not None:
                    return item
            if front and front[-1].isdecimal():
                whole = self.table.get(Key(spelled, tuple(front[:-1]), layer, new))
                if whole and isinstance(whole[0], Array):
                    item = _cell(whole[0], front[-1], last)
                    if item is not None:
                        return item
        return None

    def _of_sample(self, wanted: Key) -> Value | None:
        """`x^{(2)}` or `x_1^{(2)}` of X, in which the samples stand side by side, or lie below each other."""
        whole, at = self._all_samples(wanted.base, wanted.layer[:-1]), int(wanted.layer[-1])
        if whole is None or (is_vector(whole) and not 0 < at <= len(whole.items)) or len(wanted.sub) > 1:
            return None
        if is_vector(whole):
            return None if wanted.sub else whole.items[at - 1]
        others = (self._all_samples(base, ()) for base in self.samples)
        if any(other is not None and other.shape[1:] == (1,) for other in others):
            whole = transposed(whole)
        rows = [str(row) for row in range(1, whole.shape[0] + 1)]
        if wanted.sub:
            return _cell(whole, wanted.sub[0], str(at)) if wanted.sub[0] in rows else None
        found = [_cell(whole, row, str(at)) for row in rows]
        return None if None in found else Array((len(rows), 1), tuple(found))

    def sample_count(self) -> int:
        """How many samples a document has that writes x^{(i)} for one of those in X, 1 of any other."""
        lists = [whole for base in self.samples if (whole := self._all_samples(base, ())) is not None]
        return next((len(whole.items) for whole in lists if is_vector(whole)), 1)

    def _all_samples(self, base: str, layer: tuple[str, ...]) -> Array | None:
        """X, of which x^{(i)} is the i-th sample."""
        found = self.table.get(Key(base.upper(), (), layer))
        return found[0] if found and isinstance(found[0], Array) else None


def _item(whole: Array, place: str) -> Scalar | None:
    if is_vector(whole) and 0 < int(place) <= len(whole.items):
        return whole.items[int(place) - 1]
    return _cell(whole, place[0], place[1]) if len(place) == 2 else None


def _cell(whole: Array, row: str, column: str) -> Scalar | None:
    if len(whole.shape) != 2:
        return None
    r, c = int(row), int(column)
    if 0 < r <= whole.shape[0] and 0 < c <= whole.shape[1]:
        return whole.items[(r - 1) * whole.shape[1] + c - 1]
    return None


class Point(Struct, frozen=True):
    """Numbers for the atoms, for what a document shows in their place, and for literals."""

    environment: Environment
    shown: Mapping[Subject, Value] = {}
    literal: Callable[[Number], Scalar] = lambda number: rational(number.value)
    flipped: bool = False  # read every error signal with the other sign
    own_functions: bool = False  # take functions as the document (wrongly) defines them
    choice: tuple[str, int] = ("", 0)  # which reading of an ambiguous letter to take
    total: bool = False  # differentiate through everything, also where an equation uses the variable itself
    straight: bool = False  # differentiate through everything where that is written d, not ∂
    with_old: bool = False  # differentiate through the old weights also where a description has updated them by then
    plain: bool = False  # read σ as the sigmoid, whatever the layer
    printed: Family | None = None  # read index letters as bpsym's own sheets mean them
