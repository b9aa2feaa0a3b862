"""The Pratt parser: signs, products, quotients, powers.

What an operand may begin with is a table handed in (`Rules`), one rule for each kind of token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.grammar import numerals, scripts
from bpsym.verify.grammar.cursor import Reading, UnreadError, has_relation, matching, span_of
from bpsym.verify.grammar.questions import (
    STARTS,
    TIMES,
    as_differential,
    as_factor,
    is_one,
    juxtaposed,
    lone_differential,
    only_words,
    product,
    says_something,
    standing,
)
from bpsym.verify.grammar.walker import END, Walker
from bpsym.verify.tree import (
    Annotation,
    Application,
    Comparison,
    Derivative,
    Expr,
    Indexed,
    Matrix,
    Missing,
    Name,
    Negative,
    Norm,
    Number,
    Power,
    Product,
    Quotient,
    Row,
    Span,
    Sum,
    Transpose,
)

if TYPE_CHECKING:
    from bpsym.verify.lexer import Token

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
                self.note()
                continue
            elif token.kind == "bar" and self.peek(1).kind == "sub" and not self.bars:
                self.position += 2  # evaluated at: `\\right|_{w = 0.5}`
                part = self.script()
                text = self.reading.text[span_of(part).start : span_of(part).end]
                self.reading.notes.append(Annotation(span_of(part), factors[-1], text))
                continue
            elif token.kind == "open" and self.is_remark(factors[-1]):
                self.remark(factors[-1], matching(self.found, self.position, self.end))
                continue
            elif self.joins(token, factors[-1]):
                here = self.position
                right = self.unary()
                if isinstance(right, Comparison):
                    factors[-1] = self.conditioned(factors[-1], right)
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
        return self.postfix()

    def divisor(self) -> Expr:
        """What a slash divides by: one factor, and what is written tight against a number (`1/2m`)."""
        start = self.position
        left = self.unary()
        factors = [left]
        while isinstance(left, Number) and self.peek().kind == "word" and not self.peek().gap:
            left = self.postfix()
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

    def postfix(self) -> Expr:
        """A primary with the scripts behind it."""
        start = self.position
        tree = self.primary()
        while True:
            token = self.peek()
            if token.kind == "sup":
                tree = self.raised(tree, start)
            elif token.kind == "sub":
                self.position += 1
                part = self.script()
                if isinstance(tree, Name):
                    tree = replace(tree, sub=scripts.with_subscript(tree, part).sub, span=self.since(start))
                elif isinstance(tree, Indexed):
                    tree = replace(tree, sub=(*tree.sub, *scripts.words(part)), span=self.since(start))
                elif isinstance(tree, Norm):
                    tree = replace(tree, sub=tuple(scripts.words(part)), span=self.since(start))
                elif isinstance(tree, (Number, Missing)):
                    raise self.fail("a subscript on a number")
                else:
                    tree = Indexed(self.since(start), tree, tuple(scripts.words(part)))
            elif token.kind == "prime" and not isinstance(tree, (Number, Missing)):
                self.position += 1
                if isinstance(tree, Name):
                    tree = replace(tree, marks=tuple(sorted([*tree.marks, "prime"])), span=self.since(start))
                elif isinstance(tree, Application):
                    head = replace(tree.head, marks=tuple(sorted([*tree.head.marks, "prime"])))
                    tree = replace(tree, head=head, span=self.since(start))
                else:
                    tree = Indexed(self.since(start), tree, ("'",))
            elif token.kind == "dot" and self.peek(1).kind == "word" and self.peek(1).text == "T" and not token.gap:
                self.position += 2
                tree = Transpose(self.since(start), tree)
            else:
                return tree

    def raised(self, tree: Expr, start: int) -> Expr:
        """A superscript: layer, mark, transpose or exponent."""
        name = tree if isinstance(tree, Name) else None
        self.position += 1
        first = self.position
        token = self.peek()
        if token.kind == "operator" and token.text == "-":
            self.position += 1
            exponent: Expr = self.tight_exponent()
            return Power(self.since(start), tree, Negative(self.since(first), exponent))
        if token.kind == "operator" and token.text == "+" and self.peek(1).kind == "number" and not self.peek(1).gap:
            self.position += 1
            return Power(self.since(start), tree, self.tight_exponent())
        bracketed_plainly = token.kind == "open"
        part = self.script()
        if bracketed_plainly and self.reading.tex is False and name is not None and name.base == "e":
            return Power(self.since(start), tree, self.part(part))
        whole = self.found[first : self.position] if bracketed_plainly else part
        kind = scripts.superscript(name, whole, self.reading)
        if kind.power or (name is None and kind.layer):
            if not self.reading.tex and token.kind == "word" and not bracketed_plainly:
                self.position = first
                return Power(self.since(start), tree, self.tight_exponent())
            return Power(self.since(start), tree, self.part(part))
        if isinstance(tree, Name):
            is_whole = kind.transposed and not (kind.layer or kind.marks)  # the mark of a transpose is no part of it
            tree = replace(
                tree,
                layer=(*tree.layer, *kind.layer),
                bracketed=kind.bracketed or tree.bracketed,
                marks=tuple(sorted([*tree.marks, *kind.marks])),
                span=tree.span if is_whole else self.since(start),
            )
        elif kind.marks:
            tree = Indexed(self.since(start), tree, tuple("'" if mark == "prime" else mark for mark in kind.marks))
        return standing(self.since(start), tree) if kind.transposed else tree

    def tight_exponent(self) -> Expr:
        """`e^-0.3775`, `e^-net_h1`: the factor right behind the sign."""
        self.enter()
        tree = self.postfix()
        self.leave()
        return tree

    def note(self) -> None:
        """Words outside brackets are a remark on what stands before them."""
        token = self.take()
        self.reading.notes.append(Annotation(Span(token.start, token.end), None, token.text))

    def is_dot_product(self) -> bool:
        """`W^T . \\delta`: a full stop between two factors, with blanks around it."""
        token, after = self.peek(), self.peek(1)
        if token.kind != "dot" or not (token.gap and after.gap and self.reading.tex):
            return False
        return after.kind in STARTS and after.kind != "number"

    def conditioned(self, factor: Expr, condition: Comparison) -> Expr:
        """A 1 under a condition is an indicator; behind anything else a condition is a remark."""
        if is_one(factor):
            return as_factor(condition)
        self.reading.notes.append(Annotation(condition.span, factor, self.said(condition.span), condition))
        return factor

    def is_remark(self, factor: Expr | None = None) -> bool:
        """Does the bracket at the cursor hold words, or a value in passing?"""
        if factor is not None and is_one(factor):
            return False
        close = matching(self.found, self.position, self.end)
        inside = self.found[self.position + 1 : close]
        if close >= self.end or self.peek().text != "(":
            return False
        return (
            says_something(inside)
            or has_relation(inside)
            or (self.peek().gap and not self.reading.tex and only_words(inside))
        )

    def remark(self, target: Expr | None, close: int) -> None:
        """A bracket that holds words, or a value in passing: `(0.01和0.99是预期值)`, `(=0.7803)`."""
        start = self.position
        inside = self.found[start + 1 : close]
        self.position = min(close + 1, self.end)
        span = self.since(start)
        formula = None
        try:
            if inside and inside[0].kind == "relation":
                formula = self.part(inside[1:])
            elif has_relation(inside):
                formula = self.part(inside)
        except UnreadError:
            formula = None  # the remark is kept as text
        self.reading.notes.append(Annotation(span, target, self.reading.text[span.start : span.end], formula))
