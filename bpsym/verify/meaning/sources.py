"""What a document says of its own names, gathered in one pass over it, before anything is made of it."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

from bpsym.verify.canonical import canonical
from bpsym.verify.check.align import pairs, turned
from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.disclaimed import is_shown_as_mistake, supposes
from bpsym.verify.meaning.activated import Figures, activated, note_figure
from bpsym.verify.meaning.customary import customary
from bpsym.verify.meaning.einstein import with_sums
from bpsym.verify.meaning.indices import kronecker_pair
from bpsym.verify.meaning.keys import NO_TIME, UPDATABLE, Key, free_letters, key
from bpsym.verify.meaning.redefined import Redefinitions, redefinitions
from bpsym.verify.meaning.scope import ANY_SIZE
from bpsym.verify.meaning.subjects import has_derivatives, subject_of
from bpsym.verify.symbols import CIRCLED
from bpsym.verify.tree import (
    Application,
    BigSum,
    Call,
    Cases,
    Derivative,
    Differential,
    Document,
    Expr,
    Matrix,
    Name,
    Negative,
    Number,
    Statement,
    Sum,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


MOST_SUMMED = 64  # of a sum whose end the document tells
MOST_LETTERS = 24  # of one statement


@dataclass
class Sources:
    """What a document says of its names, before anything is made of it."""

    formulas: dict[Key, list[Expr]] = field(default_factory=dict)
    patterns: list[tuple[Name, Expr]] = field(default_factory=list)  # a^l = σ(z^l)
    alike: list[tuple[Name, Expr]] = field(default_factory=list)  # w_j = 0.5, for every j
    numbers: dict[Key, Expr] = field(default_factory=dict)  # the first number each name is given
    figures: Figures = field(default_factory=dict)  # which name each figure was shown for
    sizes: dict[str, set[Key]] = field(default_factory=dict)  # letters sums run up to, and the names summed over
    computed: set[Key] = field(default_factory=set)  # names with a computation in numbers
    numerics: dict[Key, Expr] = field(default_factory=dict)  # the first of them
    bare: dict[Name, None] = field(default_factory=dict)  # letters of counts that stand for numbers, as in 1/n
    names: dict[Name, None] = field(default_factory=dict)  # every name that stands for something, in order
    losses: Counter[Key] = field(default_factory=Counter)  # what is differentiated
    below: dict[Key, list[Name]] = field(default_factory=dict)  # and by which names
    changed: list[Name] = field(default_factory=list)  # the W of every dW
    used: set[Key] = field(default_factory=set)  # names that stand elsewhere than in a derivative
    entering: set[Key] = field(default_factory=set)  # names something else is worked out from
    kronecker: bool = False  # δ_{ij} is no quantity
    fixed: Mapping[str, str] = field(default_factory=dict)  # letters that are no indices here
    own: frozenset[str] = frozenset()  # letters of constants that are quantities here
    columns: bool = False  # the softmax of a matrix is that of each column


@dataclass(frozen=True)
class Said:
    """What a document says of its names, the same wherever in it one asks."""

    document: Document
    timed: bool  # whether t is an index
    sources: Sources
    again: Redefinitions
    apart: set[frozenset[str]]  # letters of one statement
    equal: frozenset[frozenset[str]]  # pairs of index letters


def said_in(document: Document) -> Said:
    """Everything a document says of its names."""
    timed = counts_time(document)
    return Said(
        document,
        timed,
        _sources_of(document, timed=timed),
        redefinitions(document),
        letters_apart(document),
        said_equal(document),
    )


def _sources_of(document: Document, *, timed: bool) -> Sources:
    sources = Sources(fixed={} if timed else NO_TIME, kronecker=has_kronecker(document), own=_own(document))
    sources.columns = softmax_by_columns(document)
    for statement in document.statements:
        _collect(statement, sources)
    sources.patterns += customary(sources.patterns, {key(name) for name in sources.names})
    return sources


def has_kronecker(document: Document) -> bool:
    """Whether δ_{ij} compares two indices: it stands somewhere, and is nowhere said to be a derivative or a formula."""
    found = False
    for statement in document.statements:
        first = statement.terms[0]
        is_defined = bool(statement.relations) and isinstance(first, Name) and kronecker_pair(first) is not None
        if is_defined and not isinstance(statement.terms[1], (Cases, Number)):
            return False
        found = found or any(isinstance(n, Name) and kronecker_pair(n) for t in statement.terms for n in walk(t))
    return found


_EQUAL = re.compile(r"(?<![\w\\}^{.])([i-np-t])\s*=\s*([i-np-t])(?![\w({^_.'])")


def _own(document: Document) -> frozenset[str]:
    """`e` where the document says what its e is: an error, a node of a graph, not 2.71828…."""
    for statement in document.statements:
        first, *rest = statement.terms
        if isinstance(first, Name) and first.base == "e" and not (first.sub or first.layer or first.marks):
            named = any(isinstance(n, Name) and n.base != "e" for n in walk(rest[0])) if rest else False
            other = rest and isinstance(rest[0], Number) and int(rest[0].value) != int(math.e)
            if (named or other) and not any(isinstance(n, Call) for n in walk(rest[0])):
                return frozenset("e")
    return frozenset()


def softmax_by_columns(document: Document) -> bool:
    """Whether the columns of the matrices a softmax comes to sum to 1, rather than the rows."""
    score = 0
    for statement in document.statements:
        last = statement.terms[-1]
        called = any(isinstance(n, Call) and n.function.base == "softmax" for t in statement.terms for n in walk(t))
        if called and isinstance(last, Matrix) and len(last.rows) > 1 and len(last.rows[0]) > 1:
            score += _sums_to_one(list(zip(*last.rows, strict=True))) - _sums_to_one(last.rows)
    return score > 0


def _sums_to_one(lines: Sequence[Sequence[Expr]]) -> int:
    """How many lists of numbers sum to 1, to the digits shown."""
    found = 0
    for line in lines:
        numbers = [cell for cell in line if isinstance(cell, Number)]
        if len(numbers) == len(line):
            reach = len(numbers) * Fraction(1, 10 ** max(n.places for n in numbers))
            found += abs(sum((n.value for n in numbers), Fraction(-1))) <= reach
    return found


def said_equal(document: Document) -> frozenset[frozenset[str]]:
    """Pairs of index letters a document speaks of as equal: "for i = j"."""
    return _said_equal(document.text)


@lru_cache(maxsize=1)
def _said_equal(text: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair) for pair in _EQUAL.findall(text) if pair[0] != pair[1])


def counts_time(document: Document) -> bool:
    """Whether t is an index: somewhere a name has t - 1 beside it, and no step t is worked in numbers."""
    names = {n for s in document.statements for term in s.terms for n in walk(term) if isinstance(n, Name)}
    if not any(part.startswith(("t-", "t+")) for name in names for part in (*name.sub, *name.layer)):
        return False
    bases = {name.base for name in names if any(part.isdigit() for part in (*name.sub[-1:], *name.layer[-1:]))}
    given = {s.terms[0] for s in document.statements if kind_of(s.terms[-1]) is Kind.NUMBER and s.terms[1:]}
    return not any(
        isinstance(n, Name) and n.base not in bases and (n.sub[-1:] in _STEPS or n.layer[-1:] in _STEPS) for n in given
    )


_STEPS = (("t",), ("t-1",))


def size_of(letter: str, sources: Sources) -> int:
    """How many a letter counts: as the document says, or as long as the list that is summed over."""
    said = sources.numbers.get(Key(letter))
    if isinstance(said, Number) and said.value.denominator == 1 and 0 < said.value <= MOST_SUMMED:
        return int(said.value)
    lists = [stated_shape(sources.numbers[k]) for k in sources.sizes[letter] if k in sources.numbers]
    lengths = {max(shape) for shape in lists if shape is not None}
    return lengths.pop() if len(lengths) == 1 else ANY_SIZE


def letters_apart(document: Document) -> set[frozenset[str]]:
    """Letters that stand in one statement, two by two: `½(y - t)²` has two quantities."""
    found: set[frozenset[str]] = set()
    for statement in document.statements:
        letters = {key(n).base for term in statement.terms for n in walk(term) if isinstance(n, Name)}
        found |= {frozenset(pair) for pair in combinations(sorted(letters)[:MOST_LETTERS], 2)}
    return found


def _collect(statement: Statement, sources: Sources) -> None:
    for term in statement.terms:
        functions = {id(node.function) for node in walk(term) if isinstance(node, Call)}
        slopes = {id(node.of) for node in walk(term) if isinstance(node, Derivative)}
        if len(statement.terms) > 1:
            spoken = {key(node) for node in walk(term) if isinstance(node, Name) and id(node) not in slopes}
            sources.used |= spoken
            sources.entering |= set() if term is statement.terms[0] else spoken
        for node in walk(term):
            if (
                isinstance(node, Name)
                and id(node) not in functions
                and (_is_quantity(node) or node.base in sources.own)
                and not (sources.kronecker and kronecker_pair(node))
            ):
                sources.names[node] = None
            if isinstance(node, Name) and node.base in COUNTS and not (node.sub or node.layer or node.marks):
                sources.bare[node] = None
            if isinstance(node, BigSum) and isinstance(node.upper, Name) and not node.upper.sub:
                under = sources.sizes.setdefault(node.upper.base, set())
                under |= {Key(n.base) for n in walk(node.body) if isinstance(n, Name) and set(n.sub) & set(node.index)}
            if isinstance(node, Differential) and node.symbol == "d" and isinstance(node.of, Name):
                sources.changed.append(node.of)
            if isinstance(node, Derivative):
                above = subject_of(node.of)
                if isinstance(above, Key):
                    sources.losses[above] += 1
                    if isinstance(node.wrt, Name):
                        sources.below.setdefault(above, []).append(node.wrt)
    if not statement.may_define or supposes(statement):
        return
    if is_shown_as_mistake(statement) and kind_of(statement.terms[1]) is not Kind.NUMBER:
        return
    first = statement.terms[0]
    if (
        isinstance(first, Application)
        and all(isinstance(a, Name) for a in first.arguments)
        and len(first.arguments) > 1
    ):
        first = first.head  # L(a, y) = …
    if not isinstance(first, Name) or "new" in first.marks or "+" in first.marks:
        return
    if sources.kronecker and kronecker_pair(first):
        return
    wanted = key(first)
    if not (first.sub or first.layer) and first.base in COUNTS and _is_index(statement.terms[1]):
        return  # i = j, l = L - 1
    own = [n for term in statement.terms[1:] for n in walk(term) if isinstance(n, Name) and key(n) == wanted]
    if own or _is_update(statement, wanted, sources):
        return
    _links_of_names(statement, sources)
    free = list(free_letters(first, sources.fixed))
    for term in statement.terms[1:]:
        kind = kind_of(term)
        meant = with_sums(first, term, sources.fixed)
        if meant is not term and not any(isinstance(n, Name) and key(n) in sources.numbers for n in walk(term)):
            term = meant  # noqa: PLW2901 - with the sums nobody writes
        if kind in (Kind.SYMBOLIC, Kind.MIXED) and not has_derivatives(term) and not _primed(term):
            if list(free_letters(first, sources.fixed)):
                sources.patterns.append((first, term))
            elif term not in sources.formulas.setdefault(wanted, []):
                sources.formulas[wanted].append(term)
        elif kind in (Kind.SYMBOLIC, Kind.MIXED):
            sources.computed.add(wanted)
        elif kind is Kind.NUMBER:
            sources.numbers.setdefault(wanted, term)
            if free and _is_alike(term):
                sources.alike.append((first, term))
        elif kind is Kind.NUMERIC:
            sources.computed.add(wanted)
            sources.numerics.setdefault(wanted, term)
            if wanted in sources.formulas:
                _infer(sources, sources.formulas[wanted][-1], term)
            elif not free and (named := activated(term, sources.figures)) is not None:
                sources.formulas[wanted] = [named]
    if not free:
        note_figure(first, statement.terms[-1], sources.figures)


def _is_index(tree: Expr) -> bool:
    """Whether it is an index letter, or one with a number: `j`, `L - 1`."""
    names = [node for node in walk(tree) if isinstance(node, Name)]
    return bool(names) and all(n.base in COUNTS and not (n.sub or n.layer) for n in names)


def _is_update(statement: Statement, wanted: Key, sources: Sources) -> bool:
    """`w := 0.4 - 0.5 · 0.082 = 0.359` behind `w = 0.4`."""
    old, second = sources.numbers.get(wanted), statement.terms[1]
    if old is None or wanted.base not in UPDATABLE or not isinstance(second, Sum):
        return False
    return kind_of(second) is Kind.NUMERIC and any(canonical(term) == canonical(old) for term in _signed(second))


def _signed(tree: Sum) -> Iterator[Expr]:
    for sign, term in zip(tree.signs, tree.terms, strict=True):
        yield term if sign > 0 else Negative(term.span, term)


def _is_quantity(name: Name) -> bool:
    if name.base in ("e", "E") and not name.sub:
        return name.base == "E"
    if name.base in CIRCLED or name.marks.count("prime"):
        return False
    return bool(name.sub or name.layer) or name.base not in COUNTS


COUNTS = frozenset("l L N M i j k n m p q K T R".split())


def _is_alike(term: Expr) -> bool:
    """A plain number: a list would be one number for each index."""
    return isinstance(term, Number) or (isinstance(term, Negative) and isinstance(term.operand, Number))


def _links_of_names(statement: Statement, sources: Sources) -> None:
    """`z_0 = a_0 = x` says what a_0 is, too."""
    for left, right in zip(statement.terms[1:], statement.terms[2:], strict=False):
        if isinstance(left, Name) and isinstance(right, Name) and not list(free_letters(left, sources.fixed)):
            known = sources.formulas.setdefault(key(left), [])
            known.append(right)
    middle, last = statement.terms[-2:]
    if isinstance(middle, Name) and kind_of(last) is Kind.NUMBER and not list(free_letters(middle, sources.fixed)):
        sources.numbers.setdefault(key(middle), last)  # a_0 = x = 1


def _primed(term: Expr) -> bool:
    return any(isinstance(node, Name) and "prime" in node.marks for node in walk(term))


def _infer(sources: Sources, formula: Expr, numeric: Expr) -> None:
    """`w_1 i_1 + …` beside `0.15 * 0.05 + …`: what stands for what."""
    for turn in turned(formula):
        found = pairs(turn, numeric)
        if found:
            for piece, tree in found:
                if isinstance(piece, Name) and key(piece) not in sources.formulas:
                    sources.numbers.setdefault(key(piece), tree)
            return


def stated_shape(tree: Expr) -> tuple[int, ...] | None:
    """The shape of a list or matrix as written; None for what is neither."""
    from bpsym.verify.check.chain import shape_of

    return shape_of(tree)
