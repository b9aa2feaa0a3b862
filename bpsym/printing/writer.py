"""One walk over the expressions of a program: what is a product, what needs parentheses, in which order terms stand.

The order is the field's, not SymPy's: numbers first, w before i, biases last, the target before the output, a positive
term before a negative one. With an environment the same walk puts the numbers in.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sympy import (
    Abs,
    Add,
    And,
    Expr,
    Indexed,
    Integer,
    KroneckerDelta,
    Max,
    Mul,
    Piecewise,
    Pow,
    Rational,
    Sum,
    Symbol,
    erf,
    exp,
    log,
    pi,
    sign,
    tanh,
    true,
)
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan

from bpsym.errors import BpsymError
from bpsym.expand import is_size
from bpsym.notation import Name, Notation
from bpsym.printing.layout import (
    Atom,
    Bars,
    BigSum,
    Box,
    Call,
    Cases,
    Frac,
    Number,
    Paren,
    Partial,
    Power,
    Root,
    Row,
    Sign,
    row,
)  # fmt: skip
from bpsym.program import Role, head
from bpsym.rounding import Numeral

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# where a factor or term stands, by the role of its first name
_RANK = {
    Role.RATE: 0,
    Role.DECAY: 0,
    Role.TARGET: 1,
    Role.ADJOINT: 2,
    Role.WEIGHT: 3,
    Role.UPDATED: 3,
    Role.INPUT: 4,
    Role.STATE: 4,
    Role.OUT: 5,
    Role.NET: 6,
    Role.UNIT_LOSS: 7,
    Role.LOSS: 8,
    Role.BIAS: 9,
}
_INDEX = 10  # index letters and sizes: after everything else, but before a bare number
_FUNCTIONS = {log: "ln", tanh: "tanh", erf: "erf", sign: "sgn"}
_RELATIONS = {StrictGreaterThan: "greater", LessThan: "at-most", GreaterThan: "at-least"}
ONE = Integer(1)
OTHERWISE = {"en": "otherwise", "zh": "其他"}  # beside the last case


@dataclass(frozen=True)
class Writer:
    """Turns expressions in entries of a program into layout."""

    notation: Notation
    numerals: Callable[[Expr], Numeral] | None = None  # given: the number of each entry is put in for its name
    otherwise: str = "otherwise"
    delta: bool = True  # the adjoint of a net input is written as an error signal, not as a fraction
    _order: dict[Expr, tuple[int, tuple[int, ...]]] = field(default_factory=dict, repr=False, compare=False)
    _boxes: dict[Expr, Box] = field(default_factory=dict, repr=False, compare=False)

    def with_numbers(self, numerals: Callable[[Expr], Numeral]) -> Writer:
        """The same, with numbers put in."""
        return replace(self, numerals=numerals)

    def formula(self, expr: Expr) -> Box:
        """The layout of an expression; raises BpsymError for a function there is no way to print."""
        return self._sum(expr)

    def name(self, entry: Expr) -> Box:
        """The layout of an entry's name, never its number."""
        if entry not in self._boxes:
            self._boxes[entry] = self._named(entry)
        return self._boxes[entry]

    def _named(self, entry: Expr) -> Box:
        if not self._is_fraction(entry):
            return Atom(self.notation.name(entry))
        loss = self.notation.program.loss.generic
        return Partial(Atom(self.notation.name(loss)), Atom(self.notation.owner(entry)))

    def partial(self, of: Expr, wrt: Expr) -> Box:
        """The partial derivative of one entry by another."""
        return Partial(Atom(self.notation.name(of)), Atom(self.notation.name(wrt)))

    def _is_fraction(self, entry: Expr) -> bool:
        quantity = self.notation.program.quantities.get(head(entry))
        if quantity is None or quantity.role is not Role.ADJOINT:
            return False
        return not (self.delta and self.notation.program.get(quantity.of).role is Role.NET)

    def _leaf(self, entry: Expr) -> Box:
        if self.numerals is None or (isinstance(entry, Symbol) and entry.is_integer and not is_size(entry)):
            return self.name(entry)
        return Number(self.numerals(entry))

    # sums

    def _sum(self, expr: Expr) -> Box:
        """A box that may be a sum without parentheses."""
        if not isinstance(expr, Add):
            return self._product(expr)
        terms = self.terms(expr)
        items: list[Box] = [self._product(terms[0])]
        for term in terms[1:]:
            negative = _is_negative(term)
            box = self._product(-term if negative else term)
            items += [Sign("minus" if negative else "plus"), Paren(box) if _is_signed(box) else box]
        return row(*items)

    def terms(self, expr: Add) -> list[Expr]:
        """The terms of a sum in the order they are written: one that is not negative first."""
        terms = sorted(expr.args, key=self._term_key)
        first = next((n for n, term in enumerate(terms) if not _is_negative(term)), 0)
        terms.insert(0, terms.pop(first))
        return terms

    def factors(self, factors: Iterable[Expr]) -> list[Expr]:
        """Factors in the order they are written."""
        return sorted(factors, key=self._factor_key)

    def _term_key(self, term: Expr) -> tuple[object, ...]:
        found = sorted(self._entry_key(entry) for entry in _names(term))
        if not found:
            return (1, (0, ()), [])
        composed = any(factor.is_Add for factor in term.args)  # y ln a comes before (1 - y) ln(1 - a)
        return (0 if found[-1][0] >= _INDEX else 2, found[0], found, composed)

    def _entry_key(self, entry: Expr) -> tuple[int, tuple[int, ...]]:
        if entry not in self._order:
            quantity = self.notation.program.quantities.get(head(entry))
            rank = _INDEX if quantity is None else _RANK[quantity.role]
            indices = entry.indices if isinstance(entry, Indexed) else ()
            layer = self.notation.layers.index(quantity.layer) if quantity is not None and quantity.layer else 0
            recurrent = quantity is not None and quantity.name.startswith("V_")
            places = tuple(int(i) if i.is_Integer else 0 for i in indices)
            self._order[entry] = (rank, (layer, int(recurrent), *places))
        return self._order[entry]

    # products

    def _product(self, expr: Expr) -> Box:
        """A box that may stand beside plus and minus."""
        if _is_negative(expr) and not expr.is_Atom:
            box = self._factor(-expr) if isinstance(-expr, Add) else self._product(-expr)
            return row(Sign("negative"), Paren(box) if _is_signed(box) else box)
        if not isinstance(expr, Mul):
            return self._power(expr)
        above, below = _fraction(expr)
        coefficient, rest = _split_coefficient(above)
        coefficient, rest, below = _rooted(coefficient, rest, below)
        sized = _one_root([factor for factor in below if all(is_size(s) for s in factor.free_symbols)])
        under = [factor for factor in below if not all(is_size(s) for s in factor.free_symbols)]
        if coefficient == 1 and len(rest) == 1 and sized and all(factor.is_number for factor in below):
            return Frac(self._times(rest), self._times(sized))  # z / sqrt(2)
        items: list[Box] = []
        if coefficient.q != 1 or sized:
            denominator = [Integer(coefficient.q)] * (coefficient.q != 1) + sized
            items.append(Frac(self._integer(coefficient.p), self._times(denominator)))
        elif coefficient != 1:
            items.append(self._integer(coefficient.p))
        if under:
            items.append(Frac(self._times(rest), self._times(under)))
        else:
            items += [self._factor(factor) for factor in sorted(rest, key=self._factor_key)]
        return self.dotted(items)

    def dotted(self, items: Iterable[Box]) -> Box:
        """A product: factors with dots between them; a name before a parenthesis needs none."""
        result: list[Box] = []
        for item in items:
            if result:
                bracketed = isinstance(item, Paren) or (isinstance(item, Power) and isinstance(item.base, Paren))
                close = bracketed and not isinstance(result[-1], (Number, Partial, Paren))
                result.append(Sign("thin" if close else "dot"))
            result.append(item)
        return row(*result)

    def _times(self, factors: list[Expr]) -> Box:
        if not factors:
            return self._integer(1)
        if len(factors) == 1:
            return self._sum(factors[0])
        return self.dotted([self._factor(factor) for factor in sorted(factors, key=self._factor_key)])

    def _factor_key(self, factor: Expr) -> tuple[object, ...]:
        if factor.is_number:
            return (0, (0, ()), [])
        found = sorted(self._entry_key(entry) for entry in _names(factor))
        plain = isinstance(factor, (Indexed, Symbol))
        sort = 1 if plain else 2 if isinstance(factor, (Add, Pow, Piecewise, KroneckerDelta)) else 3
        first = found[0] if found else (10, ())
        if isinstance(factor, Add) and any(self._entry_key(e)[0] == _RANK[Role.TARGET] for e in _names(factor)):
            sort = 1  # the error (out - target) comes before out(1 - out)
        return (sort, first, found)

    def _factor(self, expr: Expr) -> Box:
        """A box that may stand beside a dot."""
        nested = isinstance(expr, Mul) and (_is_negative(expr) or self.numerals is not None)
        if nested or isinstance(expr, (Add, Sum)):
            return Paren(self._sum(expr))
        box = self._power(expr)
        return Paren(box) if _is_signed(box) else box

    # powers and functions

    def _power(self, expr: Expr) -> Box:
        if isinstance(expr, (Indexed, Symbol)):
            return self._leaf(expr)
        if isinstance(expr, Rational):
            if expr.q == 1:
                return self._integer(expr.p)
            return Frac(self._integer(expr.p), self._integer(expr.q))
        if isinstance(expr, exp):
            return Power(Atom(Name("e")), self._sum(expr.args[0]))
        if isinstance(expr, Pow):
            return self._raised(expr)
        if isinstance(expr, Mul):
            return self._product(expr)
        if type(expr) in _FUNCTIONS:
            return Call(_FUNCTIONS[type(expr)], (self._sum(expr.args[0]),))
        if isinstance(expr, Max):
            return Call("max", tuple(self._sum(arg) for arg in sorted(expr.args, key=self._factor_key)))
        if isinstance(expr, Abs):
            return Bars(self._sum(expr.args[0]))
        if isinstance(expr, Sum):
            return self._big_sum(expr)
        if isinstance(expr, Piecewise):
            branches = [(self._sum(value), None if test == true else self.condition(test)) for value, test in expr.args]
            return Cases(tuple(branches), self.otherwise)
        if isinstance(expr, KroneckerDelta):
            return Atom(Name("delta", tuple(map(str, sorted(expr.args, key=str)))))
        if expr == pi:
            return Atom(Name("pi"))
        msg = f"no way to print {type(expr).__name__}"
        raise BpsymError(msg)

    def _raised(self, expr: Pow) -> Box:
        base, exponent = expr.base, expr.exp
        if exponent == Rational(1, 2):
            return Root(self._sum(base))
        if exponent == Rational(-1, 2):
            return Frac(self._integer(1), Root(self._sum(base)))
        if exponent.is_negative:
            return Frac(self._integer(1), self._sum(1 / expr))
        box = self._factor(base)
        if not isinstance(box, (Atom, Number, Paren, Bars)) or (isinstance(box, Atom) and box.name.sup):
            box = Paren(box)
        return Power(box, self._sum(exponent))

    def _big_sum(self, total: Sum) -> Box:
        body: Box = self._product(total.function)
        if isinstance(total.function, Add):
            body = Paren(self._sum(total.function))
        for index, lower, upper in reversed(total.limits):
            names = Writer(self.notation, None, self.otherwise, self.delta)
            body = BigSum(names.name(index), names.formula(lower), names.formula(upper), body)
        return body

    def condition(self, test: Relational | And) -> Box:
        """The layout of a condition on indices or values."""
        if isinstance(test, And):
            first, *others = (self.condition(arg) for arg in sorted(test.args, key=str))
            return row(first, *(box for other in others for box in (Sign("comma"), other)))
        return row(self._sum(test.lhs), Sign(_RELATIONS[type(test)]), self._sum(test.rhs))

    def _integer(self, number: int) -> Box:
        return Number(Numeral(str(number), exact=True))


def _is_signed(box: Box) -> bool:
    """Whether a box would begin with a minus or needs parentheses beside a dot or under a power."""
    if isinstance(box, Number):
        return box.numeral.digits.startswith("-")
    return isinstance(box, Row) and (box.items[0] == Sign("negative") or Sign("plus") in box.items)


def _is_negative(expr: Expr) -> bool:
    if isinstance(expr, Mul):
        return bool(expr.args[0].is_Number and expr.args[0].is_negative)
    return bool(expr.is_Number and expr.is_negative)


def _fraction(expr: Mul) -> tuple[list[Expr], list[Expr]]:
    above, below = [], []
    for factor in expr.args:
        if isinstance(factor, Pow) and factor.exp.is_Rational and factor.exp.is_negative:
            below.append(1 / factor)
        else:
            above.append(factor)
    return above, below


def _split_coefficient(factors: list[Expr]) -> tuple[Rational, list[Expr]]:
    numbers = [factor for factor in factors if isinstance(factor, Rational)]
    return (numbers[0] if numbers else ONE), [factor for factor in factors if not isinstance(factor, Rational)]


def _rooted(
    coefficient: Rational,
    above: list[Expr],
    below: list[Expr],
) -> tuple[Rational, list[Expr], list[Expr]]:
    """Write sqrt(2)/2 as 1/sqrt(2)."""
    for factor in above:
        if isinstance(factor, Pow) and factor.exp == Rational(1, 2) and factor.base == coefficient.q:
            others = [kept for kept in above if kept is not factor]
            return coefficient * factor.base, others, [*below, factor]
    return coefficient, above, below


def _one_root(factors: list[Expr]) -> list[Expr]:
    """Write sqrt(2) sqrt(pi) as sqrt(2 pi)."""
    roots = [factor for factor in factors if isinstance(factor, Pow) and factor.exp == Rational(1, 2)]
    if len(roots) < 2:
        return factors
    joined = Pow(Mul(*(root.base for root in roots)), Rational(1, 2), evaluate=False)
    return [*(factor for factor in factors if factor not in roots), joined]


def _names(expr: Expr) -> Iterable[Expr]:
    if isinstance(expr, (Indexed, Symbol)):
        yield expr
        return
    args = expr.args[:1] if isinstance(expr, Sum) else expr.args
    for arg in args:
        yield from _names(arg)
