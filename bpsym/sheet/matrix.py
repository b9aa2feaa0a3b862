"""The law in matrix notation: which factor is transposed and on which side it stands follows from the indices.

An entry with two indices is a matrix, with one a column; sample and time stay indices. A product summed over an index
is a matrix product with that index in the middle; factors that share all indices are multiplied entry by entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from sympy import Add, Expr, Indexed, Integer, Mul, Pow, Sum, Symbol

from bpsym.notation import Name
from bpsym.primitives import ACTIVATIONS
from bpsym.printing.layout import Atom, BigSum, Box, Call, Formula, Mark, Number, Paren, Partial, Row, Sign, chain, row
from bpsym.program import Role, entries, head
from bpsym.rounding import Numeral

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.printing.writer import Writer
    from bpsym.program import Program, Quantity, Step

LEAD = ("s", "t")  # sample and time: indices of a sequence of columns, not of a matrix
_ONES = Atom(Name("ones"))  # the column of ones
_ONE = Number(Numeral("1", exact=True))


class NoMatrixForm(Exception):
    """An equation that matrices cannot say: a convolution's shifted index."""


class MatrixEquation(Struct, frozen=True):
    """One equation between matrices and the shapes of what is in it."""

    section: str
    layer: int
    formula: Formula
    shapes: tuple[tuple[Formula, Formula], ...]  # each factor with rows x columns, the left-hand side first


def equations(program: Program, writer: Writer) -> list[MatrixEquation]:
    """Every equation of the forward and backward pass and the update that matrices can say."""
    found = []
    for step in program.steps:
        if step.section == "loss":
            continue
        try:
            found.append(_equation(program, step, _Matrices(program, writer)))
        except NoMatrixForm:
            continue
    return found


def _equation(program: Program, step: Step, m: _Matrices) -> MatrixEquation:
    result = tuple(i for i in step.quantity.indices if str(i) not in LEAD)
    right = m.activation(step) or m.slope(step) or m.sum(step.simplest, result)
    left = m.entry(step.out)
    named = {m.entry(e): e for e in _named(program, step.simplest)}
    named |= {_transposed(box): e for box, e in named.items()}
    uses = dict.fromkeys([step.out, *(named[leaf] for leaf in _leaves(right) if leaf in named)])
    layer = m.writer.notation.layers.index(step.quantity.layer) if step.quantity.layer else 0
    return MatrixEquation(
        step.section,
        layer,
        chain(left, right),
        tuple((Formula(m.entry(e)), m.shape(program.get(head(e)))) for e in uses if program.get(head(e)).axes),
    )


class _Matrices(Struct, frozen=True):
    """Writes expressions as matrices."""

    program: Program
    writer: Writer

    def entry(self, entry: Expr) -> Box:
        """The matrix, column or number an entry belongs to."""
        quantity = self.program.get(head(entry))
        lead = tuple(i for i, axis in zip(_indices(entry), quantity.axes, strict=True) if str(axis.index) in LEAD)
        if quantity.role is Role.ADJOINT:
            owner = self.program.get(quantity.of)
            name = self.writer.notation.matrix(owner, lead)
            if owner.role is Role.NET:
                return Atom(Name("delta", name.sub, name.sup))
            return Partial(self.writer.name(self.program.loss.generic), Atom(name))
        return Atom(self.writer.notation.matrix(quantity, lead))

    def shape(self, quantity: Quantity) -> Formula:
        """Rows x columns; raises NoMatrixForm for a tensor of more than two indices."""
        sizes = [axis.upper for axis in quantity.axes if str(axis.index) not in LEAD]
        if len(sizes) > 2:
            raise NoMatrixForm
        boxes = [_closed(self.writer.formula(size)) for size in sizes] + [_ONE] * (2 - len(sizes))
        return Formula(row(boxes[0], Sign("times"), boxes[1]))

    def activation(self, step: Step) -> Box | None:
        """An activation applied to a whole column; None for other equations."""
        if step.section != "forward" or step.rule == "affine":
            return None
        net = next(e for e in entries(step.expr) if e.indices == step.out.indices)
        return self.entry(net) if step.rule == "identity" else Call(step.rule, (self.entry(net),))

    def slope(self, step: Step) -> Box | None:
        """Upstream times f'(net), where the slope of the activation is no short formula in its output."""
        if step.section != "backward" or step.forms or self.program.get(step.quantity.of).role is not Role.NET:
            return None
        (term,) = step.terms
        rule = self.program.by_name[head(term.of)].rule
        if rule in ("identity", "sigmoid", "tanh"):
            return None
        if ACTIVATIONS[rule].couples:  # out_k (dE/dout_k - sum over l of out_l dE/dout_l)
            upstream, out = self.entry(term.upstream), self.entry(term.of)
            mixed = row(_ONES, Sign("thin"), _transposed(out), Sign("thin"), upstream)
            return row(out, Sign("hadamard"), Paren(row(upstream, Sign("minus"), mixed)))
        return row(self.entry(term.upstream), Sign("hadamard"), Call(f"{rule}'", (self.entry(term.wrt),)))

    def sum(self, expr: Expr, result: tuple[Symbol, ...]) -> Box:
        """An expression whose free indices are those of the result."""
        if not isinstance(expr, Add):
            return self.term(expr, result)
        items: list[Box] = []
        for arg in self.writer.terms(expr):
            negative = arg.could_extract_minus_sign()
            if items or negative:
                items.append(Sign("minus" if negative and items else "negative" if negative else "plus"))
            items.append(self.term(-arg if negative else arg, result))
        return row(*items)

    def term(self, expr: Expr, result: tuple[Symbol, ...]) -> Box:
        """One term: a number in front, then a matrix product, an outer product, or a product entry by entry."""
        factors = list(Mul.make_args(expr))
        scalars = [f for f in factors if not _free(f) and not isinstance(f, Sum)]
        others = [f for f in factors if f not in scalars]
        front = [self.writer.formula(Mul(*scalars))] if scalars and Mul(*scalars) != 1 else []
        if not others:
            if expr.is_number or not result:
                return self.writer.formula(expr)
            return row(self.writer.formula(expr), Sign("thin"), _ONES)
        if len(others) == 1 and isinstance(others[0], Sum):
            body = self._contracted(others[0], result)
            return self.writer.dotted([*front, body]) if front else body
        if any(isinstance(f, Sum) for f in others):
            raise NoMatrixForm
        body = self._outer(others, result) if len(result) == 2 else self._by_entry(others, result)
        return self.writer.dotted([*front, _closed(body)]) if front else body

    def _contracted(self, total: Sum, result: tuple[Symbol, ...]) -> Box:
        limits = list(total.limits)
        index, lower, upper = limits[0]
        rest = Sum(total.function, *limits[1:]) if limits[1:] else total.function
        if str(index) in LEAD:
            body = self.sum(rest, result) if not isinstance(rest, Sum) else self._contracted(rest, result)
            return BigSum(self.writer.name(index), self.writer.formula(lower), self.writer.formula(upper), body)
        if limits[1:] or isinstance(rest, Add):
            raise NoMatrixForm
        factors = list(Mul.make_args(rest))
        if len(factors) == 1 and not result:
            return row(_transposed(_ONES), Sign("thin"), self._by_entry(factors, (index,)))
        return self._product(factors, result, index)

    def _product(self, factors: list[Expr], result: tuple[Symbol, ...], middle: Symbol) -> Box:
        """Left factor with the rows of the result, right factor with its columns, the summed index in the middle."""
        rows = result[:1]
        left = [f for f in factors if not rows or rows[0] in _free(f)]
        right = [f for f in factors if f not in left]
        if not left or not right or len(result) > 2:
            raise NoMatrixForm
        first = self._oriented(left, (*rows, middle))
        second = self._oriented(right, (middle, *result[1:]))
        return row(first, Sign("thin"), second)

    def _oriented(self, factors: list[Expr], wanted: tuple[Symbol, ...]) -> Box:
        if len(factors) == 1 and isinstance(factors[0], Indexed):
            own = tuple(i for i in factors[0].indices if not _is_lead(i))
            if own == wanted:
                return self.entry(factors[0])
            if own == wanted[::-1]:
                return _transposed(self.entry(factors[0]))
        raise NoMatrixForm

    def _outer(self, factors: list[Expr], result: tuple[Symbol, ...]) -> Box:
        """A column times a row: each factor belongs to one of the two indices."""
        if all(_free(f) == set(result) for f in factors):
            return self._by_entry(factors, result)
        columns = [f for f in factors if result[0] in _free(f)]
        rows = [f for f in factors if result[1] in _free(f)]
        if len(columns) + len(rows) != len(factors):
            raise NoMatrixForm
        column, other = self._by_entry(columns, result[:1]), self._by_entry(rows, result[1:])
        return row(column, Sign("thin"), _transposed(_closed(other)))

    def _by_entry(self, factors: list[Expr], result: tuple[Symbol, ...]) -> Box:
        items: list[Box] = []
        for factor in self.writer.factors(factors):
            if items:
                items.append(Sign("hadamard"))
            items.append(self._element(factor, result, alone=len(factors) == 1))
        return row(*items)

    def _element(self, factor: Expr, result: tuple[Symbol, ...], *, alone: bool) -> Box:
        if isinstance(factor, Indexed):
            if tuple(i for i in factor.indices if not _is_lead(i)) != result:
                raise NoMatrixForm
            return self.entry(factor)
        if isinstance(factor, Add):
            box = self.sum(factor, result)
            return box if alone else Paren(box)
        if isinstance(factor, Pow) and factor.exp == Integer(2):
            box = self._element(factor.base, result, alone=True)
            return row(_closed(box), Sign("hadamard"), _closed(box))
        raise NoMatrixForm


def _leaves(box: Box) -> Iterator[Box]:
    """The matrices of a formula, from left to right."""
    match box:
        case Row(items) | Call(_, items):
            for item in items:
                yield from _leaves(item)
        case Paren(body) | Mark(body) | BigSum(body=body):
            yield from _leaves(body)
        case _:
            yield box


def _transposed(box: Box) -> Box:
    return Atom(box.name.marked("transpose")) if isinstance(box, Atom) else Mark(box, "transpose")


def _closed(box: Box) -> Box:
    return Paren(box) if isinstance(box, Row) else box


def _indices(entry: Expr) -> tuple[Expr, ...]:
    return tuple(entry.indices) if isinstance(entry, Indexed) else ()


def _named(program: Program, expr: Expr) -> list[Expr]:
    """The quantities in an expression, one entry each."""
    found = {head(entry): entry for entry in entries(expr) if head(entry) in program.quantities}
    return list(found.values())


def _is_lead(index: Expr) -> bool:
    return any(str(symbol) in LEAD for symbol in index.free_symbols)


def _free(expr: Expr) -> set[Symbol]:
    """The free matrix indices of an expression."""
    found = {i for e in expr.atoms(Indexed) for index in e.indices if not _is_lead(index) for i in index.free_symbols}
    bound = {limit[0] for total in expr.atoms(Sum) for limit in total.limits}
    return found - bound
