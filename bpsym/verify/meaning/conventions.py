"""What letters are for in one document: whether t counts time, whether δ_{ij} compares indices."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.meaning.indices import kronecker_pair
from bpsym.verify.meaning.keys import LOSS_NAMES, key
from bpsym.verify.tree import Call, Cases, Document, Expr, Matrix, Name, Number, Product, Statement, nodes, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_LETTERS = 24  # of one statement
SHORT = 2  # digits of a rate
_STEPS = (("t",), ("t-1",))
_EQUAL = re.compile(r"(?<![\w\\}^{.])([i-np-t])\s*=\s*([i-np-t])(?![\w({^_.'])")


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


def counts_time(document: Document) -> bool:
    """Whether t is an index: somewhere a name has t - 1 beside it, and no step t is worked in numbers."""
    names = {n for n in nodes(document.statements) if isinstance(n, Name)}
    if not any(part.startswith(("t-", "t+")) for name in names for part in (*name.sub, *name.layer)):
        return False
    bases = {name.base for name in names if any(part.isdecimal() for part in (*name.sub[-1:], *name.layer[-1:]))}
    given = {s.terms[0] for s in document.statements if kind_of(s.terms[-1]) is Kind.NUMBER and s.terms[1:]}
    return not any(
        isinstance(n, Name) and n.base not in bases and (n.sub[-1:] in _STEPS or n.layer[-1:] in _STEPS) for n in given
    )


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


def letters_apart(document: Document) -> set[frozenset[str]]:
    """Letters that stand in one statement, two by two: `½(y - t)²` has two quantities."""
    found: set[frozenset[str]] = set()
    for statement in document.statements:
        letters = {key(n).base for term in statement.terms for n in walk(term) if isinstance(n, Name)}
        found |= {frozenset(pair) for pair in combinations(sorted(letters)[:MOST_LETTERS], 2)}
    return found | set(_given_losses(document))


def _given_losses(document: Document) -> Iterator[frozenset[str]]:
    """`E = 0.7`, a rate in `E * grad`, beside `Error = (t - o)²`: what is handed out as a factor is no loss."""
    firsts: dict[str, Statement] = {}
    factors: set[str] = set()
    for statement in document.statements:
        first = statement.terms[0]
        is_bare = isinstance(first, Name) and not (first.sub or first.layer) and statement.may_define
        if is_bare and isinstance(first, Name) and first.base in LOSS_NAMES:
            firsts.setdefault(first.base, statement)
        products = (n for term in statement.terms[1:] for n in walk(term) if isinstance(n, Product))
        factors |= {f.base for product in products for f in product.factors if isinstance(f, Name)}
    for base, statement in firsts.items():
        number = statement.terms[1]
        is_short = isinstance(number, Number) and number.digits <= SHORT
        if is_short and len(statement.terms) == 2 and base in factors:
            yield from (frozenset((base, other)) for other in LOSS_NAMES - {base})


def said_equal(document: Document) -> frozenset[frozenset[str]]:
    """Pairs of index letters a document speaks of as equal: "for i = j"."""
    return _said_equal(document.text)


@lru_cache(maxsize=1)
def _said_equal(text: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair) for pair in _EQUAL.findall(text) if pair[0] != pair[1])
