"""How far an index runs in a document that is its own description: as far as it speaks of entries, or rules reach."""

from __future__ import annotations

from itertools import combinations, product, takewhile
from typing import TYPE_CHECKING

from msgspec import Struct, field

from bpsym.verify.check.terms import shape_of
from bpsym.verify.meaning.algebra import NoValueError
from bpsym.verify.meaning.arrays import Array
from bpsym.verify.meaning.families import COLUMN, ROW
from bpsym.verify.meaning.indices import Indices, kronecker_pair
from bpsym.verify.meaning.keys import Key, cases, free_letters, key
from bpsym.verify.meaning.scope import ANY_SIZE
from bpsym.verify.tree import BigSum, Expr, Name, Number, nodes, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from bpsym.verify.meaning.families import Instance
    from bpsym.verify.meaning.scope import Scope
    from bpsym.verify.meaning.sources import Sources
    from bpsym.verify.tree import Document

MOST_VALUES = 64  # of one index
MOST_TERMS = 400  # of a sum whose bounds are written down
MOST_LETTERS = 3  # of one name


def places(name: Name, fixed: Mapping[str, str], units: int) -> list[dict[str, str]]:
    """What the index letters of a name may stand for, `units` of each; `fixed` are letters that are no indices."""
    letters = list(dict.fromkeys(letter for letter, _ in free_letters(name, fixed)))
    if len(letters) > MOST_LETTERS:
        return []
    values = [str(k) for k in range(1, units + 1)]
    return [dict(zip(letters, place, strict=True)) for place in product(values, repeat=len(letters))]


def matched(pattern: Name, wanted: Key, fixed: Mapping[str, str]) -> dict[str, str] | None:
    """The indices under which `a^l` is a^3."""
    if len(pattern.sub) != len(wanted.sub) or len(pattern.layer) != len(wanted.layer):
        return None
    if key(pattern).base != wanted.base:
        return None
    letters = {letter for letter, _ in free_letters(pattern, fixed)}
    pairs = zip((*pattern.sub, *pattern.layer), (*wanted.sub, *wanted.layer), strict=True)
    found: dict[str, str] = {}
    for written, value in pairs:
        letter, _, shift = written.partition("+")
        if written in letters:
            found[written] = value
        elif letter in letters and shift.isdecimal() and value.isdecimal() and int(value) >= int(shift):
            found.setdefault(letter, str(int(value) - int(shift)))
    return found if key(pattern, found) == wanted else None


def are_of_several_methods(rules: Sequence[tuple[Indices, Expr]], base: str) -> bool:
    """Whether steps from what a quantity was are taken in several ways: θ_{t+1} by momentum, and by Adam."""
    named = [{key(n) for n in walk(formula) if isinstance(n, Name)} for indices, formula in rules if "t" in indices]
    steps = [names for names in named if any(name.base == base for name in names)]
    return any(not (a <= b or b <= a) for a, b in combinations(steps, 2))


def from_zero(sources: Sources) -> frozenset[str]:
    """The names of lists that are counted from 0: `k = [0.5, -0.2, 0.8]`, then k_0; and with one all others."""
    found, others = set[str](), set[str]()
    spoken = {key(name) for name in sources.names} | set(sources.numbers) | set(sources.formulas)
    for whole, tree in sources.numbers.items():
        shape = shape_of(tree)
        if whole.sub or whole.layer or shape is None or min((*shape, 1)) != 1 or max(shape) == 1:
            continue
        first = Key(whole.base, ("0",))
        if Key(whole.base, (str(max(shape)),)) not in spoken and first not in sources.numbers:
            (found if first in spoken else others).add(whole.base)
    return frozenset(found | others if found else ())


def lists_from_zero(sources: Sources, instance: Instance) -> frozenset[str]:
    """The vectors of a document of laws, all of them, where one of them has an entry with the index 0: θ_0."""
    vectors = {wanted.base for wanted, shape in instance.shapes.items() if shape in (COLUMN, ROW) and not wanted.sub}
    starts = any(name.base in vectors and name.sub == ("0",) for name in sources.names)
    return frozenset(vectors if starts else ())


def sampled(document: Document, sources: Sources) -> frozenset[str]:
    """The letters of samples that a matrix holds: the y of Σ_i y^{(i)} beside Y."""
    wholes = {name.base for name in (*sources.formulas, *sources.numbers) if not (name.sub or name.layer)}
    stated = {name.base for name in (*sources.formulas, *sources.numbers) if name.layer}
    stated |= {pattern.base for pattern, _ in sources.patterns}
    found = {
        name.base
        for node in nodes(document.statements)
        if isinstance(node, BigSum) and len(node.index) == 1
        for name in walk(node.body)
        if isinstance(name, Name) and name.layer[-1:] == node.index
    }
    return frozenset(base for base in found - stated if base.upper() in wholes and base.upper() != base)


def wholes(name: Key, samples: Collection[str] = ()) -> Iterator[Key]:
    """The vectors and matrices a name may be an entry of: `w_{1,2}` of w_1 and w, in either case; X of a sample x."""
    if name.base in samples and name.layer:
        yield Key(name.base.upper(), (), name.layer[:-1], name.new)
    for kept in range(len(name.sub) - 1, max(-1, len(name.sub) - 3), -1):
        if all(part.isdecimal() for part in name.sub[kept:]):
            for base in cases(name.base):
                yield name._replace(base=base, sub=name.sub[:kept])


class Reach(Struct):
    """Which entries of a name there are."""

    sources: Sources
    scope: Scope
    kept: dict[tuple[str, int, int], list[tuple[Name, Expr]]] = field(default_factory=dict)  # rules by letter, indices

    def rules(self, name: Key) -> Sequence[tuple[Name, Expr]]:
        """The rules for names of the same letter with as many indices."""
        if not self.kept:
            for pattern, formula in self.sources.patterns:
                alike = key(pattern).base, len(pattern.sub), len(pattern.layer)
                self.kept.setdefault(alike, []).append((pattern, formula))
        return self.kept.get((name.base, len(name.sub), len(name.layer)), ())

    def has_rule(self, name: Key) -> bool:
        """Whether a name has a rule, which may not reach so far."""
        return any(matched(pattern, name, self.sources.fixed) is not None for pattern, _ in self.rules(name))

    def is_stated(self, name: Key) -> bool:
        """Whether the document speaks of this very entry: by its name, or in a list."""
        return self.sources.states(name) or (self._is_listed(name) and self.scope.atoms(name) is not None)

    def is_beyond(self, name: Key) -> bool:
        """Whether `x_3` is none of the x there are: a list of two, or x_1 and x_2 by themselves."""
        return self._is_listed(name) or any(
            other.base == name.base
            and other.layer == name.layer
            and len(other.sub) == len(name.sub)
            and all(part.isdecimal() for part in other.sub)
            for other in (*self.sources.numbers, *self.sources.formulas)
        )

    def ends_before(self, name: Key) -> bool:
        """Whether a name nobody defines is one too many, rather than one left open."""
        return self.is_beyond(name) or self.has_rule(name)

    def _is_listed(self, name: Key) -> bool:
        """Whether a list or a matrix is given of which a name would be an entry."""
        lists = (self.scope.table.get(name._replace(sub=name.sub[:kept])) for kept in range(len(name.sub)))
        return any(found and isinstance(found[0], Array) for found in lists)

    def entries(self, whole: Key, pattern: Name, formula: Expr) -> list[str]:
        """The indices under which a rule makes the entries of a vector: as many as the list has it takes them from."""
        if self.scope.from_zero and whole._replace(sub=("0",)) in self.scope.table:
            return list(takewhile(lambda k: whole._replace(sub=(k,)) in self.scope.table, map(str, range(MOST_VALUES))))
        lists = {Key(n.base, (), n.layer) for n in walk(formula) if isinstance(n, Name) and n.sub == pattern.sub}
        shapes = [shape_of(self.sources.numbers[name]) for name in lists if name in self.sources.numbers]
        lengths = {max(shape) for shape in shapes if shape is not None and min((*shape, 1)) == 1}
        size = lengths.pop() if len(lengths) == 1 and 1 < min(lengths) <= MOST_VALUES else ANY_SIZE
        return [str(k) for k in range(1, size + 1)]

    def values(
        self,
        letter: str,
        bounds: tuple[Expr | None, Expr | None],
        at: Indices,
        body: Expr,
        exists: Callable[[Key], bool],
    ) -> list[str]:
        """What the letter of a sum runs over; `exists` makes the entry of a name, if it can be made.

        Raises NoValueError where neither a bound nor a name under the sum says how far, and where that is too far.
        """
        lower, upper = bounds
        last = at.get(upper.base, "") if isinstance(upper, Name) else ""  # of G_t, a sum up to t
        if isinstance(lower, Number) and (isinstance(upper, Number) or last.isdecimal()):
            start, end = int(lower.value), int(upper.value) if isinstance(upper, Number) else int(last)
            if end - start > MOST_TERMS:
                raise NoValueError("a sum of too many terms")
            return [str(k) for k in range(start, end + 1)]
        names = [node for node in walk(body) if isinstance(node, Name) and any(letter in part for part in node.sub)]
        if self.scope.kronecker:
            names = [name for name in names if kronecker_pair(name) is None]
        size = self.scope.sizes.get(upper.base, self.scope.units) if isinstance(upper, Name) else self.scope.units
        for form in ("{}", letter + "{}"):
            found: list[str] = []
            for k in range(1, MOST_VALUES):
                wanted = [key(name, {**at, letter: form.format(k)}) for name in names]
                if not wanted or (k > size and not any(self.is_stated(name) for name in wanted)):
                    break  # rules alone reach as far as one likes
                if not all(exists(name) for name in wanted):
                    break
                found.append(form.format(k))
            if found:
                further = range(len(found) + 1, size + 1) if form == "{}" else ()
                return [*found, *self._left_open(({**at, letter: str(k)} for k in further), letter, names, exists)]
        if upper is None and not names:
            raise NoValueError(f"what {letter} runs over is not said", letter)
        return [str(k) for k in range(1, size + 1)]  # any size will do for formulas

    def _left_open(
        self, further: Iterator[dict[str, str]], letter: str, names: list[Name], exists: Callable[[Key], bool]
    ) -> Iterator[str]:
        """Further values of an index, where nothing says the names under it end before."""
        for place in further:
            wanted = [key(name, place) for name in names]
            if any(not exists(name) and self.is_beyond(name) for name in wanted):
                return
            yield place[letter]

    def stands_for(self, pattern: Name, name: Key) -> bool:
        """Whether `w_j` is w_3, and no name of its own beside w_f."""
        found = matched(pattern, name, self.sources.fixed)
        others = (k for k in self.sources.numbers if k.base == pattern.base and k != key(pattern))
        return (
            found is not None
            and all(value.isdecimal() for value in found.values())
            and not any(part.isalpha() for other in others for part in (*other.sub, *other.layer))
        )
