"""Which names of a document without numbers are numbers, vectors and matrices, told by how its formulas use them.

All sides are taken as long as each other: an identity that holds for every size holds there, and one with a transpose
or a factor in the wrong place fails by its values. What is to be told is only which sides are 1. That assignment is
taken under which the formulas fit together at the least cost; one that does not fit, a slip perhaps, decides nothing.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from bpsym.verify.effort import spend
from bpsym.verify.meaning.families import COLUMN, MATRIX, ROW, SCALAR, SIDE, UNITS, NameFamily, Shape, family
from bpsym.verify.meaning.fitting import MISFIT, Fit
from bpsym.verify.meaning.keys import LOSS_NAMES, key
from bpsym.verify.meaning.wording.plain import NOWHERE
from bpsym.verify.tree import (
    BigSum,
    Call,
    Derivative,
    Expr,
    Name,
    Number,
    Power,
    Product,
    Statement,
    nodes,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

SEARCHED = 30  # units of work an assignment is, tried on a statement
MOST_KEPT = 16  # assignments carried from statement to statement
MOST_NEW = 96  # assignments of the names new in one
MOST_NAMES = 60
MOST_TRIED = 2  # assignments a claim has to be wrong under
NEAR = 1.0  # in cost to the best: an assignment people may have in mind

# what letters usually are: cost by shape
_UPPER = {MATRIX: 0.0, COLUMN: 0.4, ROW: 0.6, SCALAR: 1.0}
_LOWER = {COLUMN: 0.0, SCALAR: 0.1, ROW: 0.6, MATRIX: 0.8}
_WEIGHT = {MATRIX: 0.1, COLUMN: 0.2, SCALAR: 0.6, ROW: 0.7}
_BIAS = {COLUMN: 0.0, ROW: 0.1, SCALAR: 0.3}
_LAST = {SCALAR: 0.0, COLUMN: 0.3, ROW: 0.6, MATRIX: 0.8}
_INDEXED = {SCALAR: 0.0, COLUMN: 0.7}
_PLAIN = {SCALAR: 0.0}
_NUMBERS = frozenset(["eta", "alpha", "lambda", "epsilon", "lr", "e", "pi", "m", "n", "N", "T", "L"])
_SPACES = frozenset(["R", "ℝ"])


def shapes_of(statements: Sequence[Statement]) -> list[dict[NameFamily, Shape]]:
    """The shape of every family of names: the likeliest, then those hardly less likely."""
    return _Shapes(statements).found()


class _Shapes:
    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = [s for s in statements if s.relations]
        self.names: dict[NameFamily, Name] = {}
        parameters = set(_parameters(self.statements))
        for statement in self.statements:
            for term in _claimed(statement):
                for name in _quantities(term):
                    if id(name) not in parameters:
                        self.names.setdefault(family(key(name)), name)
        self.wholes = {f: whole for f in self.names if (whole := self._whole(f)) is not None}
        self.said = dict(_said(self.statements))
        tops = {id(n.of): n.of for n in nodes(self.statements) if isinstance(n, Derivative) and isinstance(n.of, Name)}
        used = (n for s in self.statements for t in s.terms[1:] for n in _quantities(t) if id(n) not in tops)
        self.tops = {family(key(top)) for top in tops.values()}
        self.last = self.tops - {family(key(n)) for n in used}  # nothing is made of it: ℓ, perhaps
        self.ends = {
            node.upper.base
            for s in self.statements
            for term in s.terms
            for node in walk(term)
            if isinstance(node, BigSum) and isinstance(node.upper, Name)
        }

    def _whole(self, part: NameFamily) -> NameFamily | None:
        """The vector or matrix a name is an entry of, where the document speaks of that too; C_0 is no entry of C."""
        if part.base in LOSS_NAMES or part.sub[-1:] != ("#",) or not UNITS.fullmatch(self.names[part].sub[-1]):
            return None
        for kept in (len(part.sub) - 1, len(part.sub) - 2):
            if kept >= 0 and set(part.sub[kept:]) == {"#"}:
                for base in dict.fromkeys((part.base, part.base.upper(), part.base.lower())):
                    whole = NameFamily(base, part.sub[:kept], part.layer)
                    if whole in self.names and whole != part:
                        return whole
        return None

    def domain(self, wanted: NameFamily) -> dict[Shape, float]:
        """The shapes a family may have, and what each costs."""
        if wanted in self.said:
            return {self.said[wanted]: 0.0}
        name = self.names[wanted]
        entries = [part for part, whole in self.wholes.items() if whole == wanted]
        if entries:
            count = max(len(part.sub) - len(wanted.sub) for part in entries)
            large = 0.6 if wanted.base.isupper() else 1.2
            return {MATRIX: 0.0} if count == 2 else {COLUMN: 0.0, ROW: 0.5, MATRIX: large}
        plain = not wanted.sub and not wanted.layer
        if (plain and wanted.base in _NUMBERS | self.ends) or wanted.base in LOSS_NAMES - {"C", "E"}:
            return _PLAIN
        if wanted.base in LOSS_NAMES and wanted in self.tops:
            return _PLAIN
        if wanted.base in LOSS_NAMES and plain:
            return {SCALAR: 0.0, MATRIX: 0.5}
        if len(wanted.sub) > 1 and wanted.sub[-2:] == ("#", "#"):
            return _PLAIN
        unit = wanted.sub == ("#",) and UNITS.fullmatch(name.sub[0]) and not name.sub[0].isdecimal()
        if unit and not self._is_gate(wanted):
            return _INDEXED
        if wanted in self.last:
            return _LAST
        if wanted.base in ("b", "bias"):
            return _BIAS
        if wanted.base in ("w", "v", "u"):
            return _WEIGHT
        letter = wanted.base.removesuffix("star").removesuffix("hat").removesuffix("bar")
        return _UPPER if len(letter) == 1 and letter.isupper() else _LOWER

    def _is_gate(self, wanted: NameFamily) -> bool:
        """Whether an index letter is a word: W_i beside W_f and W_o."""
        return any(other.base == wanted.base and other.sub != ("#",) and len(other.sub) == 1 for other in self.names)

    def found(self) -> list[dict[NameFamily, Shape]]:
        """The cheapest assignment, and those that cost little more."""
        if len(self.names) > MOST_NAMES:
            return []
        kept: list[tuple[float, dict[NameFamily, Shape]]] = [(0.0, {})]
        for statement in self.statements:
            families = {family(key(n)) for t in _claimed(statement) for n in _quantities(t)} & set(self.names)
            needed = sorted({self.wholes.get(f, f) for f in families} - set(kept[0][1]))
            asked = self._asked(statement)
            costs: dict[tuple[Shape | None, ...], float] = {}  # many assignments differ in other names alone
            extended = []
            for new in self._new(needed):
                price = sum(cost for _, (_, cost) in new)
                more = {f: shape for f, (shape, _) in new}
                spend(SEARCHED * len(kept))
                for cost, before in kept:
                    known = before | more
                    here = tuple(map(known.get, asked))
                    if here not in costs:
                        costs[here] = self.cost(statement, known)
                    extended.append((cost + price + costs[here], known))
            kept = sorted(extended, key=lambda entry: entry[0])[:MOST_KEPT]
        parts = dict.fromkeys(self.wholes, SCALAR)
        return [shapes | parts for cost, shapes in kept[:MOST_TRIED] if cost - kept[0][0] < NEAR]

    def _asked(self, statement: Statement) -> list[NameFamily]:
        """The families on whose shapes the cost of a statement rests."""
        named = {family(key(n)) for n in nodes([statement]) if isinstance(n, Name)}
        return list(named | {self.wholes[f] for f in named if f in self.wholes})

    def _new(self, needed: Sequence[NameFamily]) -> list[tuple[tuple[NameFamily, tuple[Shape, float]], ...]]:
        """The assignments of some names, the likeliest first, few of them."""
        domains = [sorted(self.domain(f).items(), key=lambda entry: entry[1]) for f in needed]
        while domains and _size(domains) > MOST_NEW:
            longest = max(domains, key=len)
            longest.pop()
        return [tuple(zip(needed, choice, strict=True)) for choice in product(*domains)]

    def cost(self, statement: Statement, known: Mapping[NameFamily, Shape]) -> float:
        """How badly the sides of a statement fit."""
        total = 0.0
        before: Shape | None = None
        first = statement.terms[0]
        is_summed = statement.span == NOWHERE and isinstance(first, Name) and first.base in LOSS_NAMES
        for place, term in enumerate(statement.terms):
            if place and statement.relations[place - 1].kind not in ("=", ":=", "←", "≈", "≡"):
                return total
            reading = Fit(known, self.wholes)
            shape = reading.of(term)
            total += reading.cost
            fits = None in (before, shape) or shape == before or is_summed
            if place and not fits and not _is_slope(first, known):
                total += MISFIT
            before = shape if shape is not None else before
        return total


def _size(domains: Sequence[Sequence[object]]) -> int:
    size = 1
    for domain in domains:
        size *= len(domain)
    return size


def _is_slope(tree: Expr, known: Mapping[NameFamily, Shape]) -> bool:
    """Whether it is a derivative of something that may be a vector: layouts differ."""
    if not isinstance(tree, Derivative):
        return False
    return not isinstance(tree.of, Name) or known.get(family(key(tree.of)), COLUMN) != SCALAR


def _claimed(statement: Statement) -> Sequence[Expr]:
    """The terms that speak of quantities: the n and d_m of `X ∈ R^{n × d_m}` are sizes."""
    return statement.terms[:1] if statement.relations[0].kind == "∈" else statement.terms


def _quantities(tree: Expr) -> Iterator[Name]:
    """The names in a formula that are no functions."""
    functions = {id(node.function) for node in walk(tree) if isinstance(node, Call)}
    for node in walk(tree):
        if isinstance(node, Name) and id(node) not in functions and node.base not in ("e", "pi"):
            yield node


def _parameters(statements: Iterable[Statement]) -> Iterator[int]:
    """The names that only stand for the argument of a function the document defines."""
    for statement in statements:
        first = statement.terms[0]
        if isinstance(first, Call) and len(first.arguments) == 1 and isinstance(first.arguments[0], Name):
            wanted = key(first.arguments[0])
            if wanted.sub or wanted.layer:
                continue
            for term in statement.terms:
                yield from (id(name) for name in _quantities(term) if key(name) == wanted)


def _said(statements: Iterable[Statement]) -> Iterator[tuple[NameFamily, Shape]]:
    """`W ∈ R^{m × n}`."""
    for statement in statements:
        if [relation.kind for relation in statement.relations] != ["∈"]:
            continue
        shape = _space(statement.terms[1])
        if shape is not None:
            yield from ((family(key(name)), shape) for name in _quantities(statement.terms[0]))


def _space(tree: Expr) -> Shape | None:
    if isinstance(tree, Name) and tree.base in _SPACES:
        return COLUMN if tree.layer and tree.layer != ("1",) else SCALAR
    if isinstance(tree, Power) and isinstance(tree.base, Name) and tree.base.base in _SPACES:
        if isinstance(tree.exponent, Product):
            sides = [1 if isinstance(side, Number) and side.value == 1 else SIDE for side in tree.exponent.factors]
            return (sides[0], sides[1]) if len(sides) == 2 else None
        return COLUMN
    return None
