"""All that a printed number may have been computed from."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from flint import fmpq
from msgspec import Struct

from bpsym.verify.check.chain import Chain, meet
from bpsym.verify.check.operands import Operands, follows_from_wrong, is_certain, spread
from bpsym.verify.check.points import as_carried, as_partly_mended, at_their_word
from bpsym.verify.check.terms import Kind, ball, kind_of, leaves
from bpsym.verify.check.values import values
from bpsym.verify.meaning.arrays import Scalar, Value, mapped, scalars
from bpsym.verify.tree import (
    Case,
    Cases,
    Expr,
    Matrix,
    Name,
    Negative,
    Number,
    Product,
    Row,
    Sum,
    children,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bpsym.verify.check.state import State
    from bpsym.verify.meaning.scope import Point
    from bpsym.verify.tree import Node


class Routes(Struct, frozen=True, dict=True):
    """The values a printed number may have been computed from, one for each reading; most are made when wanted."""

    chain: Chain  # as far as the number
    sources: tuple[Expr, ...]  # the expressions in numbers right before it
    unit: fmpq  # of its last digit
    truth: tuple[Value, ...]  # at full precision
    line: tuple[Value, ...]  # from the operands printed on the line, taken at their word
    line_is_wrong: bool  # the operands of the line are themselves in error
    tainted: bool  # some of what the document printed earlier is wrong
    certain: bool  # the formula on the line itself says what it comes to, from nothing but right figures
    from_wrong: bool  # that formula goes on with a figure in error

    @classmethod
    def of(cls, chain: Chain, unit: fmpq) -> Routes:
        """The routes to what stands next in a chain, a number whose last digit is worth `unit`."""
        state = chain.state
        line_is_wrong = bool(chain.numerics) and chain.numerics[-1][1]
        right = tuple(tree for tree, is_wrong in chain.numerics if not is_wrong)
        sources = (chain.numerics[-1][0],) if line_is_wrong else right[-2:]
        line = _at(sources, state, state.truth)
        tainted = state.said.is_astray or chain.broken
        certain, from_wrong = is_certain(chain), follows_from_wrong(chain)
        return cls(chain, sources, unit, tuple(chain.truth), line, line_is_wrong, tainted, certain, from_wrong)

    @cached_property
    def rounded(self) -> tuple[Value, ...]:
        """From the operands of the line, each standing for all that rounds to it."""
        found = tuple(value for value in self.line if any(meet(value, right) for right in self.truth))
        if not found or not all(map(self._operands.are_exact, self.sources)):  # else nothing on the line is rounded
            found = tuple(value for tree in self.sources for value in spread(tree, self.chain.state, self._operands))
        rounded_off = max((_roundings(tree, self.chain.state, self.unit) for tree in self.sources), default=0)
        if rounded_off:
            slack = rounded_off * self.unit / 2
            found = tuple(mapped(lambda item: item + ball(-slack, slack), value) for value in found)
        return (*found, *(left for tree in self.sources for left in _cancelled(tree)))

    @cached_property
    def carried(self) -> tuple[Value, ...]:
        """From what the document printed earlier."""
        state = self.chain.state
        return _at(self._formulas, state, as_carried(state, self.chain.subject)) if self._formulas else ()

    @cached_property
    def at_their_word(self) -> tuple[Value, ...]:
        """From the line and from what the document printed earlier, where no digit is behind those shown."""
        state = self.chain.state
        return (*self.line, *_at(self._formulas, state, at_their_word(state, self.chain.subject)))

    @cached_property
    def meant(self) -> tuple[Value, ...]:
        """From the same with what is wrong in it put right."""
        return tuple(self.chain.meant()) if self.tainted else ()

    @cached_property
    def partly_meant(self) -> tuple[Value, ...]:
        """From the same with some of the slips in it put right."""
        points = as_partly_mended(self.chain.state, self.chain.subject) if self.tainted else ()
        return tuple(value for point in points for value in _at(self._formulas, self.chain.state, point))

    def settles(self) -> bool:
        """Whether the operands of the line are all known, so that nothing else counts."""
        return bool(self.sources) and not self._operands.strangers and bool(self._operands.known)

    @cached_property
    def _operands(self) -> Operands:
        return Operands(self.chain)

    @cached_property
    def _formulas(self) -> tuple[Expr, ...]:
        return (*self.chain.formulas[-4:], *self.chain.name)


def _at(trees: Iterable[Expr], state: State, point: Point) -> tuple[Value, ...]:
    return tuple(value for tree in trees for value in values(tree, state, point))


def _roundings(tree: Expr, state: State, unit: fmpq) -> int:
    """How often somebody who rounds after each operation within the line may have rounded before the last one."""
    if isinstance(tree, (Matrix, Row)):
        cells = tree.items if isinstance(tree, Row) else tuple(cell for row in tree.rows for cell in row)
        return max((_roundings(cell, state, unit) for cell in cells), default=0)
    done = list(_worked(tree))
    steps = sum(isinstance(n, Number) and n.places > 0 for n in done) - 2
    if steps <= 0:
        return 0
    rounded = [
        n for n in done if not isinstance(n, (Case, Negative, Name, Number, Sum)) and not _ends_at(n, state, unit)
    ]
    return min(steps, sum(len(n.factors) - 1 if isinstance(n, Product) else 1 for n in rounded))


def _worked(tree: Expr) -> Iterator[Node]:
    """What of an expression somebody works out: of cases the longest, and no condition."""
    stack: list[Node] = [tree]
    while stack:
        top = stack.pop()
        if isinstance(top, Cases):
            longest = max(
                (case.value for case in top.cases), key=lambda value: sum(1 for _ in walk(value)), default=None
            )
            stack += [] if longest is None else [longest]
        else:
            yield top
            stack += children(top)


def _cancelled(tree: Expr) -> Iterator[Scalar]:
    """What digits nobody sees may leave of a sum of figures that cancel to the last one shown."""
    if not isinstance(tree, Sum):
        return
    figures = [s for term in tree.terms for s in leaves(term) if s is not None]
    if len(figures) == len(tree.terms) and all(kind_of(term) is Kind.NUMBER for term in tree.terms):
        total = sum((sign * s.value for sign, s in zip(tree.signs, figures, strict=True)), fmpq(0))
        reach = sum((s.ulp for s in figures if s.number.places > 0), fmpq(0)) / 2  # a whole number hides nothing
        if abs(total) <= reach:
            yield total + ball(-reach, reach)


def _ends_at(tree: Expr, state: State, unit: fmpq) -> bool:
    """Whether a value has no digits behind the last one shown: nothing of it is ever rounded away."""
    found = next(iter(values(tree, state, state.truth)), None)
    if found is None:
        return False
    return all(isinstance(item, fmpq) and (item / unit).q == 1 for item in scalars(found))
