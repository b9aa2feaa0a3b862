"""The Pratt parser: relations, sums, signs, products, quotients.

What an operand may begin with is a table handed in (`Rules`), one rule for each kind of token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.grammar import numerals
from bpsym.verify.grammar.cursor import Reading, UnreadError, matching, span_of
from bpsym.verify.grammar.postfix import postfix
from bpsym.verify.grammar.questions import (
    STARTS,
    TIMES,
    as_differential,
    as_factor,
    juxtaposed,
    lone_differential,
    product,
)
from bpsym.verify.grammar.remarks import conditioned, evaluated_at, is_remark, note, remark
from bpsym.verify.grammar.walker import END, Walker
from bpsym.verify.tree import (
    Comparison,
    Derivative,
    Expr,
    Matrix,
    Missing,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Row,
    Span,
    Sum,
)

if TYPE_CHECKING:
    from bpsym.verify.lexing.lexer import Token

Rules = Mapping[str, Callable[["Parser"], Expr]]


class Parser(Walker):
    """A walk over one slice of tokens that makes a tree of it."""

    def __init__(self, found: Sequence[Token], reading: Reading, depth: int, rules: Rules) -> None:
        super().__init__(found, reading, depth)
        self.rules = rules

    def whole(self) -> Expr:
        """All tokens as one expression, or a Comparison; raises UnreadError."""
        tree = self.comparison()
        if self.position < self.end:
            raise UnreadError(
                f"“{self.quote(self.position)}” does not follow here", span_of(self.found[self.position :])
            )
        return tree

    def part(self, part: Sequence[Token]) -> Expr:
        """A slice as an expression of its own; an empty one is Missing."""
        if not part:
            return Missing(self.here())
        return Parser(part, self.reading, self.depth + 1, self.rules).whole()

    def comparison(self) -> Expr:
        """Sums joined by relations."""
        start = self.position
        terms = [self.additive()]
        relations: list[str] = []
        while self.peek().kind == "relation":
            relations.append(self.take().text)
            terms.append(self.additive())
        if not relations:
            return terms[0]
        return Comparison(self.since(start), tuple(terms), tuple(relations))

    def additive(self) -> Expr:
        """Signed terms."""
        start = self.position
        terms: list[Expr] = []
        signs: list[int] = []
        sign = self.sign()
        while True:
            terms.append(self.multiplicative())
            signs.append(sign or 1)
            if not (self.peek().kind == "operator" and self.peek().text in "+-"):
                break
            sign = -1 if self.take().text == "-" else 1
        if len(terms) == 1:
            return Negative(self.since(start), terms[0]) if signs[0] < 0 else terms[0]
        return Sum(self.since(start), tuple(terms), tuple(signs))

    def sign(self) -> int:
        """A leading sign, 0 if there is none."""
        token = self.peek()
        if token.kind == "operator" and token.text in "+-":
            self.position += 1
            return -1 if token.text == "-" else 1
        return 0

    def multiplicative(self) -> Expr:
        """Factors, with or without a sign between them."""
        start = self.position
        first = self.unary()
        factors: list[Expr] = [first]
        operators: list[str] = []
        if isinstance(first, Product) and juxtaposed(first, self.found[start]):  # a(1 - a) among other factors
            factors, operators = list(first.factors), list(first.operators)
        starts = [start] * len(factors)
        while True:
            token = self.peek()
            if (token.kind == "operator" and token.text in TIMES) or self.is_dot_product():
                operator = self.times()
                here = self.position
                right = as_factor(self.unary())
                operators.append(operator)
            elif token.kind == "operator" and token.text == "/":
                self.position += 1
                divisor = self.divisor()
                if lone_differential(factors, operators, divisor):  # d ŷ / dz
                    factors[-2:] = [Product(self.since(starts[-2]), (factors[-2], factors[-1]), ("",))]
                    operators.pop()
                    starts.pop()
                factors[-1] = self.quotient(factors[-1], divisor, self.since(starts[-1]), bar=False)
                if isinstance(factors[-1], Derivative) and isinstance(factors[-1].of, Missing):
                    factors[-1] = replace(factors[-1], of=self.operand(), span=self.since(starts[-1]))
                continue
            elif token.kind == "note":
                note(self)
                continue
            elif token.kind == "bar" and self.peek(1).kind == "sub" and not self.bars:
                evaluated_at(self, factors[-1])
                continue
            elif token.kind == "open" and is_remark(self, factors[-1]):
                remark(self, factors[-1], matching(self.found, self.position, self.end))
                continue
            elif self.joins(token, factors[-1]):
                here = self.position
                right = self.unary()
                if isinstance(right, Comparison):
                    factors[-1] = conditioned(self, factors[-1], right)
                    continue
                operators.append("")
            else:
                break
            scaled = self.scaled(factors[-1], operators[-1], right, starts[-1])
            if scaled is not None:
                operators.pop()
                factors[-1] = scaled
                continue
            if isinstance(right, Product) and juxtaposed(right, self.found[here]):
                factors += right.factors
                operators += right.operators
                starts += [here] * len(right.factors)
                continue
            factors.append(right)
            starts.append(here)
        return product(self.since(start), factors, operators)

    def joins(self, token: Token, left: Expr) -> bool:
        """May the next token begin a factor with no sign before it?"""
        if token.kind == "bar":
            return not self.bars or self.bars[-1] != token.text
        if token.kind not in STARTS:
            return False
        if token.kind == "number":
            if isinstance(left, Power) and not token.gap:  # what is left of a fraction: 1+e^{-x}1
                return False
            return not isinstance(left, Number) and (self.reading.tex or isinstance(left, (Row, Matrix)))
        if token.kind == "unknown":
            return token.text.startswith("\\")
        return True

    def times(self) -> str:
        """An operator; `•×` is one, a doubled sign is taken once."""
        operator = self.take().text.replace(".", "·")
        while self.peek().kind == "operator" and self.peek().text in TIMES:
            following = self.take().text
            operator = "•×" if operator in "•·" and following == "×" else operator
        return "⊙" if operator == "•" else operator

    def scaled(self, left: Expr, operator: str, right: Expr, start: int) -> Number | None:
        """`1.5 × 10^{-5}` is one number."""
        if not (isinstance(left, Number) and isinstance(right, Power) and operator in ("×", "·", "*", "x")):
            return None
        base, exponent = right.base, right.exponent
        sign = -1 if isinstance(exponent, Negative) else 1
        whole = exponent.operand if isinstance(exponent, Negative) else exponent
        if not (isinstance(base, Number) and base.text == "10" and isinstance(whole, Number) and whole.text.isdigit()):
            return None
        if left.value >= 10 or len(whole.text) > 4:
            return None
        span = self.since(start)
        return numerals.scaled(left, sign * int(whole.text), span, self.reading.text[span.start : span.end])

    def unary(self) -> Expr:
        """A factor with its own sign: `* -1`, `+ -0.019`."""
        start = self.position
        token = self.peek()
        if token.kind == "operator" and token.text in "+-":
            self.enter()
            self.position += 1
            operand = self.unary()
            self.leave()
            return Negative(self.since(start), operand) if token.text == "-" else operand
        return postfix(self)

    def divisor(self) -> Expr:
        """What a slash divides by: one factor, and what is written tight against a number (`1/2m`)."""
        start = self.position
        left = self.unary()
        factors = [left]
        while isinstance(left, Number) and self.peek().kind == "word" and not self.peek().gap:
            left = postfix(self)
            factors.append(left)
        if len(factors) == 1:
            return factors[0]
        return Product(self.since(start), tuple(factors), ("",) * (len(factors) - 1))

    def operand(self) -> Expr:
        """What an operator such as ∂/∂w is applied to: the product behind it."""
        if self.peek().kind in STARTS or self.peek().kind == "bar":
            self.enter()
            tree = self.multiplicative()
            self.leave()
            return tree
        return Missing(self.here())

    def quotient(self, numerator: Expr, denominator: Expr, span: Span, *, bar: bool) -> Expr:
        """A fraction, or the derivative it spells."""
        above, below = as_differential(numerator), as_differential(denominator)
        if above is not None and above.symbol == "δ" and isinstance(above.of, Missing):  # δ is an error, but for δ/δx
            above = above if below is not None and below.symbol == "δ" else None
        if above is not None and below is not None and not isinstance(below.of, Missing):
            order = 1
            wrt: Expr = below.of
            of = above.of
            if isinstance(wrt, Power) and isinstance(wrt.exponent, Number) and above.symbol.endswith("2"):
                order, wrt = int(wrt.exponent.value), wrt.base
            return Derivative(span, of, wrt, above.symbol.rstrip("2"), order)
        return Quotient(span, numerator, denominator, bar)

    def primary(self) -> Expr:
        """One operand, by the rule for its first token."""
        token = self.peek()
        rule = self.rules.get(token.kind)
        if rule is not None:
            self.enter()
            tree = rule(self)
            self.leave()
            return tree
        raise self.fail(
            "the formula breaks off" if token is END else f"“{self.quote(self.position)}” cannot stand here"
        )

    def is_dot_product(self) -> bool:
        """`W^T . \\delta`: a full stop between two factors, with blanks around it."""
        token, after = self.peek(), self.peek(1)
        if token.kind != "dot" or not (token.gap and after.gap and self.reading.tex):
            return False
        return after.kind in STARTS and after.kind != "number"
