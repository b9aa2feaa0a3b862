"""Expressions: a Pratt parser over tokens.

It decides only what is safe without knowing the network.  `a(1 - a)` is a product, `f(z)` a call, `E(total)` a name;
`y(x)` stays an Application.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from bpsym.verify import limits
from bpsym.verify.grammar import numerals, scripts
from bpsym.verify.grammar.cursor import CLOSERS, OPENERS, Reading, UnreadError, has_relation, matching, span_of, split
from bpsym.verify.lexer import Token
from bpsym.verify.symbols import (
    CASE_ENVIRONMENTS,
    FUNCTION_LETTERS,
    FUNCTIONS,
    MATRIX_ENVIRONMENTS,
    PREFIX_FUNCTIONS,
    UNIT_NAMES,
)
from bpsym.verify.tree import (
    Absolute,
    Annotation,
    Application,
    BigSum,
    Call,
    Case,
    Cases,
    Comparison,
    Derivative,
    Differential,
    Ellipsis,
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
    Unknown,
    walk,
)

_TIMES: Final = frozenset(["*", "×", "·", "x", "⊙", "@", "⊗", "•"])
_STARTS: Final = frozenset(
    ["number", "word", "open", "begin-group", "begin", "diff", "big", "frac", "sqrt", "accent", "brace", "label", "dots", "set",
     "unknown"],
)  # fmt: skip
_END: Final = Token("end-of-formula", "", 0, 0)
_ROUNDED: Final = {"⌊": "floor", "⌈": "ceil"}
_UNIT: Final = re.compile(r"[hoHOi]\d{1,3}|total")
_RATES: Final = frozenset(["eta", "alpha", "lr", "w", "W", "delta", "lambda"])


def expression(found: Sequence[Token], reading: Reading, depth: int = 0) -> Expr:
    """The whole of some tokens as one expression, or a Comparison; raises UnreadError."""
    parser = _Parser(found, reading, depth)
    tree = parser.comparison()
    if parser.position < parser.end:
        raise UnreadError(f"“{parser.quote(parser.position)}” does not follow here", span_of(found[parser.position :]))
    return tree


class _Parser:
    """One slice of tokens and a position in it."""

    def __init__(self, found: Sequence[Token], reading: Reading, depth: int) -> None:
        self.found = found
        self.end = len(found)
        self.position = 0
        self.reading = reading
        self.depth = depth
        self.bars: list[str] = []
        self.last_span = Span(0, 0)

    # --- moving ------------------------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> Token:
        position = self.position + ahead
        return self.found[position] if position < self.end else _END

    def take(self) -> Token:
        token = self.peek()
        self.position += 1
        return token

    def quote(self, position: int) -> str:
        token = self.found[min(position, self.end - 1)]
        return self.reading.text[token.start : token.end][:30]

    def here(self) -> Span:
        """The place of the next token, or the end of the last."""
        if self.position < self.end:
            token = self.found[self.position]
            return Span(token.start, token.end)
        if self.found:
            return Span(self.found[-1].end, self.found[-1].end)
        return Span(0, 0)

    def since(self, start: int) -> Span:
        """From the token at index `start` to the last one taken."""
        last = max(start, min(self.position, self.end) - 1)
        return Span(self.found[start].start, self.found[last].end) if self.found else Span(0, 0)

    def fail(self, why: str) -> UnreadError:
        return UnreadError(why, self.here())

    def inside(self, start: int, end: int) -> Sequence[Token]:
        return self.found[start:end]

    def sub_expression(self, part: Sequence[Token]) -> Expr:
        """A slice as an expression of its own; an empty one is Missing."""
        if not part:
            return Missing(self.here())
        return expression(part, self.reading, self.depth + 1)

    # --- chains ------------------------------------------------------------------------------------------------

    def comparison(self) -> Expr:
        """Sums joined by relations."""
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise self.fail(f"nested more than {limits.DEPTH} deep")
        start = self.position
        terms = [self.additive()]
        relations: list[str] = []
        while self.peek().kind == "relation":
            relations.append(self.take().text)
            terms.append(self.additive())
        self.depth -= 1
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
        if isinstance(first, Product) and _juxtaposed(first, self.found[start]):  # a(1 - a) among other factors
            factors, operators = list(first.factors), list(first.operators)
        starts = [start] * len(factors)
        while True:
            token = self.peek()
            if token.kind == "operator" and token.text in _TIMES:
                operator = self.times()
                here = self.position
                right = self.unary()
                operators.append(operator)
            elif token.kind == "operator" and token.text == "/":
                self.position += 1
                divisor = self.divisor()
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
            elif token.kind == "open" and self.is_remark():
                self.remark(factors[-1], matching(self.found, self.position, self.end))
                continue
            elif self.joins(token, factors[-1]):
                here = self.position
                right = self.unary()
                if isinstance(right, Comparison):
                    self.reading.notes.append(_remark(self, right, factors[-1]))
                    continue
                operators.append("")
            else:
                break
            scaled = self.scaled(factors[-1], operators[-1], right, starts[-1])
            if scaled is not None:
                operators.pop()
                factors[-1] = scaled
                continue
            if isinstance(right, Product) and _juxtaposed(right, self.found[here]):
                factors += right.factors
                operators += right.operators
                starts += [here] * len(right.factors)
                continue
            factors.append(right)
            starts.append(here)
        if len(factors) == 1:
            return factors[0]
        return Product(self.since(start), tuple(factors), tuple(operators))

    def joins(self, token: Token, left: Expr) -> bool:
        """May the next token begin a factor with no sign before it?"""
        if token.kind == "bar":
            return not self.bars or self.bars[-1] != token.text
        if token.kind not in _STARTS:
            return False
        if token.kind == "number":
            return not isinstance(left, Number) and (self.reading.tex or isinstance(left, (Row, Matrix)))
        if token.kind == "unknown":
            return token.text.startswith("\\")
        return True

    def times(self) -> str:
        """An operator; `•×` is one, a doubled sign is taken once."""
        operator = self.take().text
        while self.peek().kind == "operator" and self.peek().text in _TIMES:
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
        if left.value >= 10 or len(whole.text) > 4:  # noqa: PLR2004 - a mantissa has one digit before the point
            return None
        span = self.since(start)
        return numerals.scaled(left, sign * int(whole.text), span, self.reading.text[span.start : span.end])

    def unary(self) -> Expr:
        """A factor with its own sign: `* -1`, `+ -0.019`."""
        start = self.position
        token = self.peek()
        if token.kind == "operator" and token.text in "+-":
            self.depth += 1
            if self.depth > limits.DEPTH:
                raise self.fail(f"nested more than {limits.DEPTH} deep")
            self.position += 1
            operand = self.unary()
            self.depth -= 1
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
        if self.peek().kind in _STARTS or self.peek().kind == "bar":
            return self.multiplicative()
        return Missing(self.here())

    def quotient(self, numerator: Expr, denominator: Expr, span: Span, *, bar: bool) -> Expr:
        """A fraction, or the derivative it spells."""
        above, below = _as_differential(numerator), _as_differential(denominator)
        if above is not None and below is not None and not isinstance(below.of, Missing):
            order = 1
            wrt: Expr = below.of
            of = above.of
            if isinstance(wrt, Power) and isinstance(wrt.exponent, Number) and above.symbol.endswith("2"):
                order, wrt = int(wrt.exponent.value), wrt.base
            return Derivative(span, of, wrt, above.symbol.rstrip("2"), order)
        return Quotient(span, numerator, denominator, bar)

    # --- primaries ---------------------------------------------------------------------------------------------

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

    def script(self) -> Sequence[Token]:
        """The tokens of a script: a group, a bracket outside TeX, or one token."""
        token = self.peek()
        if token.kind in ("begin-group", "open") and (
            token.kind == "begin-group" or not self.reading.tex or token.text == "("
        ):
            start = self.position
            close = matching(self.found, start, self.end)
            self.position = close + 1
            return self.found[start + 1 : close]
        if token.kind in ("frac", "sqrt", "accent"):
            start = self.position
            self.position += 1
            for _ in range(2 if token.kind == "frac" else 1):
                opens = self.peek().kind == "begin-group"
                self.position = (matching(self.found, self.position, self.end) if opens else self.position) + 1
            self.position = min(self.position, self.end)
            return self.found[start : self.position]
        if token.kind in CLOSERS or token is _END:
            return ()
        self.position += 1
        return (token,)

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
            return Power(self.since(start), tree, self.sub_expression(part))
        whole = self.found[first : self.position] if bracketed_plainly else part
        kind = scripts.superscript(name, whole, self.reading)
        if kind.power or (name is None and kind.layer):
            if not self.reading.tex and token.kind == "word" and not bracketed_plainly:
                self.position = first
                return Power(self.since(start), tree, self.tight_exponent())
            return Power(self.since(start), tree, self.sub_expression(part))
        if isinstance(tree, Name):
            tree = replace(
                tree,
                layer=(*tree.layer, *kind.layer),
                bracketed=kind.bracketed or tree.bracketed,
                marks=tuple(sorted([*tree.marks, *kind.marks])),
                span=self.since(start),
            )
        elif kind.marks:
            tree = Indexed(self.since(start), tree, tuple("'" if mark == "prime" else mark for mark in kind.marks))
        return Transpose(self.since(start), tree) if kind.transposed else tree

    def tight_exponent(self) -> Expr:
        """`e^-0.3775`, `e^-net_h1`: the factor right behind the sign."""
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise self.fail(f"nested more than {limits.DEPTH} deep")
        tree = self.postfix()
        self.depth -= 1
        return tree

    def primary(self) -> Expr:
        """One operand."""
        token = self.peek()
        start = self.position
        kind = token.kind
        if kind == "number":
            self.position += 1
            return numerals.number(token)
        if kind == "word":
            return self.word()
        if kind == "open":
            return self.bracket()
        if kind == "begin-group":
            return self.group()
        if kind == "frac":
            self.position += 1
            return self.fraction(start)
        if kind == "diff":
            return self.differential()
        if kind == "big":
            return self.big()
        if kind == "sqrt":
            return self.root()
        if kind == "accent":
            return self.accent()
        if kind == "brace":
            return self.braced()
        if kind == "begin":
            return self.environment()
        if kind == "bar":
            return self.between_bars()
        if kind == "label":
            self.position += 1
            return Name(Span(token.start, token.end), token.text, spelled=token.text)
        if kind == "dots":
            self.position += 1
            return Ellipsis(Span(token.start, token.end))
        if kind == "note":
            self.note()
            return self.postfix_after_note()
        if kind == "set":
            self.position += 1
            self.script()
            return self.postfix()
        if kind == "unknown" and token.text.startswith("\\"):
            self.position += 1
            return Unknown(Span(token.start, token.end), token.text)
        if token is _END:
            raise self.fail("the formula breaks off")
        raise self.fail(f"“{self.quote(self.position)}” cannot stand here")

    def postfix_after_note(self) -> Expr:
        """A note before an operand says something of it and is no factor."""
        return self.postfix()

    def note(self) -> None:
        token = self.take()
        self.reading.notes.append(Annotation(Span(token.start, token.end), None, token.text))

    # --- names and calls ---------------------------------------------------------------------------------------

    def word(self) -> Expr:
        start = self.position
        token = self.take()
        base = FUNCTIONS.get(token.text, token.text)
        name = Name(self.since(start), base, (token.tail,) if token.tail else ())
        unit = self.peek()
        if (
            not self.reading.tex
            and base in UNIT_NAMES
            and unit.kind == "word"
            and unit.gap
            and _UNIT.fullmatch(unit.text + unit.tail)
        ):
            self.position += 1  # `net h1`
            name = replace(name, sub=(*name.sub, unit.text + unit.tail))
        scripted = self.scripted(name, start)
        following = self.peek()
        if (
            base == "e"
            and isinstance(scripted, Name)
            and not self.reading.tex
            and following.kind == "word"
            and not following.gap
        ):
            raise UnreadError("an exponent flattened by copying", self.since(start), certain=True)
        return self.applied(scripted, start) if isinstance(scripted, Name) else scripted

    def scripted(self, name: Name, start: int) -> Expr:
        """The scripts, primes and index brackets of a name."""
        while True:
            token = self.peek()
            if token.kind == "sub":
                self.position += 1
                name = scripts.with_subscript(name, self.script())
            elif token.kind == "prime":
                self.position += 1
                name = replace(name, marks=tuple(sorted([*name.marks, *(["prime"] * len(token.text))])))
            elif token.kind == "sup":
                if name.base in PREFIX_FUNCTIONS and self.peek(1).kind == "number":
                    return self.function_power(name, start)
                raised = self.raised(name, start)
                if not isinstance(raised, Name):
                    return self.settled(raised, name, start)
                name = raised
            elif token.kind == "open" and token.text == "[" and not token.gap and self.is_index():
                name = self.indexed(name)
            else:
                break
        span = self.since(start)
        return replace(name, span=span, spelled=self.reading.text[span.start : span.end])

    def settled(self, raised: Expr, name: Name, start: int) -> Expr:
        """Give the name under a power or a transpose its spelling; scripts behind an exponent belong to the name too."""
        while self.peek().kind == "sub" and isinstance(raised, (Power, Transpose)):
            self.position += 1
            name = scripts.with_subscript(name, self.script())
            raised = replace(raised, span=self.since(start), **_below(raised, name))
        inner = raised.base if isinstance(raised, Power) else raised.operand if isinstance(raised, Transpose) else None
        if isinstance(inner, Name):
            spelled = self.reading.text[self.since(start).start : self.since(start).end]
            raised = replace(raised, **_below(raised, replace(inner, spelled=spelled)))
        return raised

    def function_power(self, name: Name, start: int) -> Expr:
        """`\\tanh^2(x)` is the square of the value."""
        self.position += 1
        part = self.script()
        exponent = self.sub_expression(part)
        return Power(self.since(start), self.applied(name, start), exponent)

    def is_index(self) -> bool:
        """Does a tight bracket hold a plain index: `W[1]`, `dZ[l+1]`?"""
        close = matching(self.found, self.position, self.end)
        part = self.found[self.position + 1 : close]
        if close >= self.end or not 1 <= len(part) <= 3:
            return False
        if any(token.kind not in ("number", "word", "operator", "colon") for token in part):
            return False
        return (
            not any(token.kind == "number" and not token.text.isdigit() for token in part)
            and part[0].kind != "operator"
        )

    def indexed(self, name: Name) -> Name:
        indices: list[str] = []
        while self.peek().kind == "open" and self.peek().text == "[" and self.is_index():
            close = matching(self.found, self.position, self.end)
            indices.extend(scripts.words(self.found[self.position + 1 : close]))
            self.position = close + 1
        if name.sub or len(indices) == 2:  # noqa: PLR2004 - two brackets are a row and a column
            return replace(name, sub=(*name.sub, *indices), bracketed=name.bracketed or "[")
        return replace(name, layer=(indices[0],), sub=tuple(indices[1:]), bracketed="[")

    def applied(self, name: Name, start: int) -> Expr:
        """What a parenthesis behind a name means."""
        token = self.peek()
        function = name.base in FUNCTIONS.values() or name.base in FUNCTION_LETTERS or _names_function(name)
        if name.base == "sum" and token.kind != "open":
            function = False
        if token.kind == "open" and (token.text == "(" or (token.text == "{" and name.base in ("max", "min"))):
            if function or "prime" in name.marks and not name.base[:1] in ("w", "b", "W"):
                return Call(*self.call(name, start))
            return self.application(name, start)
        if token.kind == "begin-group" and name.base in ("max", "min", "exp", "log") and function:
            return Call(*self.call(name, start))
        if token.kind == "dot" and self.peek(1).kind == "word" and not self.peek(1).gap and not self.reading.tex:
            return self.method(name, start)
        if (
            function
            and name.base in PREFIX_FUNCTIONS
            and (token.kind in _STARTS or (token.kind, token.text) == ("operator", "-"))
        ):
            argument = self.unary()
            if isinstance(argument, Number) and self.peek().kind == "word":
                argument = Product(self.since(start), (argument, self.postfix()), ("",))
            return Call(self.since(start), name, (argument,))
        return name

    def method(self, name: Name, start: int) -> Expr:
        """`np.exp(x)`: the last word is the function."""
        while self.peek().kind == "dot" and self.peek(1).kind == "word":
            if self.peek(1).text == "T" and self.peek(2).kind != "open":
                self.position += 2
                return Transpose(self.since(start), name)
            self.position += 1
            token = self.take()
            name = Name(self.since(start), FUNCTIONS.get(token.text, token.text), (token.tail,) if token.tail else ())
        if self.peek().kind == "open":
            return Call(*self.call(name, start))
        raise self.fail("a dotted name from a programme")

    def call(self, name: Name, start: int) -> tuple[Span, Name, tuple[Expr, ...]]:
        arguments = self.arguments()
        return self.since(start), name, arguments

    def arguments(self) -> tuple[Expr, ...]:
        """The bracketed list at the cursor."""
        close = matching(self.found, self.position, self.end)
        part = self.found[self.position + 1 : close]
        if close >= self.end:
            raise self.fail("a bracket is not closed")
        self.position = close + 1
        items = [item for item in split(part, frozenset(["separator"])) if item]
        if not items:
            raise self.fail("empty brackets")
        if any(token.kind == "note" for token in part) and len(items) == 1 and _only_remark(part):
            raise self.fail("words where an argument belongs")
        return tuple(self.sub_expression(item) for item in items)

    def application(self, name: Name, start: int) -> Expr:
        """A name and a parenthesis, and nothing that says which: unit, product or call."""
        token = self.peek()
        close = matching(self.found, self.position, self.end)
        inside = self.found[self.position + 1 : close]
        if _is_remark(inside) or has_relation(inside) or (token.gap and not self.reading.tex and _only_words(inside)):
            self.remark(name, close)
            return name
        if close >= self.end:
            raise self.fail("a bracket is not closed")
        arguments = self.arguments()
        first = arguments[0]
        unit = _unit(name, arguments)
        if unit:
            span = self.since(start)
            tree: Expr = replace(
                name, span=span, sub=(*name.sub, unit), spelled=self.reading.text[span.start : span.end]
            )
            return self.scripted_again(tree, start)
        if name.base == "d" and isinstance(first, Quotient) and not name.sub:
            return Derivative(self.since(start), first.numerator, first.denominator, "d")
        if len(arguments) == 1 and (
            isinstance(first, (Number, Negative)) or _contains(first, name) or name.base in _RATES
        ):
            after = self.position
            self.position = close + 1
            self.position = after
            return self.product_of(name, first, start, close)
        return Application(self.since(start), name, arguments)

    def scripted_again(self, tree: Expr, start: int) -> Expr:
        return self.scripted(tree, start) if isinstance(tree, Name) else tree

    def product_of(self, name: Name, first: Expr, start: int, close: int) -> Expr:
        """Juxtaposition after all; a power behind the parenthesis belongs to the parenthesis."""
        right = first
        while self.peek().kind == "sup":
            right = self.raised(right, close)
        return Product(self.since(start), (name, right), ("",))

    def is_remark(self) -> bool:
        """Does the bracket at the cursor hold words, or a value in passing?"""
        close = matching(self.found, self.position, self.end)
        inside = self.found[self.position + 1 : close]
        if close >= self.end or self.peek().text != "(":
            return False
        return (
            _is_remark(inside)
            or has_relation(inside)
            or (self.peek().gap and not self.reading.tex and _only_words(inside))
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
                formula = self.sub_expression(inside[1:])
            elif has_relation(inside):
                formula = self.sub_expression(inside)
        except UnreadError:
            formula = None  # the remark is kept as text
        self.reading.notes.append(Annotation(span, target, self.reading.text[span.start : span.end], formula))

    # --- brackets ----------------------------------------------------------------------------------------------

    def bracket(self) -> Expr:
        """A parenthesis: grouping, a list, a matrix or a remark."""
        start = self.position
        token = self.peek()
        close = matching(self.found, start, self.end)
        if close >= self.end:
            raise self.fail("a bracket is not closed")
        inside = self.found[start + 1 : close]
        if _is_remark(inside):
            self.remark(None, close)
            return self.postfix()
        self.position = close + 1
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise self.fail(f"nested more than {limits.DEPTH} deep")
        tree = self.listed(inside, token.text, start)
        self.depth -= 1
        return tree

    def listed(self, inside: Sequence[Token], bracket: str, start: int) -> Expr:
        parts = _items(inside, bracket)
        if not parts:
            raise self.fail("empty brackets")
        if len(parts) > limits.MATRIX_CELLS:
            raise self.fail(f"more than {limits.MATRIX_CELLS} entries")
        items = tuple(self.sub_expression(part) for part in parts)
        self.last_span = self.since(start)
        if bracket in _ROUNDED:
            return Call(self.since(start), Name(self.since(start), _ROUNDED[bracket], spelled=bracket), items)
        if len(items) == 1:
            item = items[0]
            if bracket == "[" and isinstance(item, Product) and not self.reading.tex and _run_together(item):
                raise UnreadError("a matrix flattened by copying", self.since(start), certain=True)
            nested = isinstance(item, Row) and item.bracket == "[" and bracket == "["
            return Matrix(self.since(start), (item.items,)) if nested and isinstance(item, Row) else item
        if bracket == "[" and all(_is_row(item, part) for item, part in zip(items, parts, strict=True)):
            rows = [item.items if isinstance(item, Row) else (item,) for item in items]
            return Matrix(self.since(start), _rectangular(rows, self.since(start)))
        return Row(self.since(start), items, bracket)

    def group(self) -> Expr:
        """Braces: TeX's grouping."""
        start = self.position
        close = matching(self.found, start, self.end)
        if close >= self.end:
            raise self.fail("a brace is not closed")
        inside = self.found[start + 1 : close]
        self.position = close + 1
        halves = split(inside, frozenset(["over"]))
        if len(halves) == 2:  # noqa: PLR2004 - above and below
            return self.quotient(
                self.sub_expression(halves[0]), self.sub_expression(halves[1]), self.since(start), bar=True
            )
        if not inside or all(token.kind == "note" for token in inside):
            if self.peek().kind in ("sub", "sup") and not inside:
                raise self.fail("a script on nothing")
            return self.postfix()
        tree = self.sub_expression(inside)
        if isinstance(tree, Name) and self.peek().kind in ("sub", "sup", "prime", "open"):
            scripted = self.scripted(tree, start)
            return self.applied(scripted, start) if isinstance(scripted, Name) else scripted
        return tree

    def between_bars(self) -> Expr:
        start = self.position
        sign = self.take().text
        self.bars.append(sign)
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise self.fail(f"nested more than {limits.DEPTH} deep")
        operand = self.additive()
        self.depth -= 1
        self.bars.pop()
        if self.peek().kind != "bar" or self.peek().text != sign:
            raise self.fail("a bar is not closed")
        self.position += 1
        return Norm(self.since(start), operand) if sign == "‖" else Absolute(self.since(start), operand)

    # --- TeX's constructions -----------------------------------------------------------------------------------

    def argument(self) -> Expr:
        """An argument of a command: a group or one token."""
        token = self.peek()
        if token.kind == "begin-group":
            start = self.position
            close = matching(self.found, start, self.end)
            if close >= self.end:
                raise self.fail("a brace is not closed")
            self.position = close + 1
            if close == start + 1:
                raise self.fail("an empty fraction")
            return self.sub_expression(self.found[start + 1 : close])
        if token.kind == "word":
            self.position += 1
            return Name(
                Span(token.start, token.end), token.text, (token.tail,) if token.tail else (), spelled=token.text
            )
        return self.primary()

    def fraction(self, start: int) -> Expr:
        token = self.peek()
        if token.kind == "number" and token.text.isdigit() and len(token.text) == 2:  # \frac12
            self.position += 1
            first, second = (numerals.number(token._replace(text=digit)) for digit in token.text)
            return Quotient(self.since(start), first, second)
        if token.kind == "number" and token.text.isdigit() and len(token.text) == 1 and self.peek(1).kind == "number":
            self.position += 2
            return Quotient(self.since(start), numerals.number(token), numerals.number(self.peek(-1)))
        numerator = self.argument()
        denominator = self.argument()
        tree = self.quotient(numerator, denominator, self.since(start), bar=True)
        if isinstance(tree, Derivative) and isinstance(tree.of, Missing):
            tree = replace(tree, of=self.operand())
            return replace(tree, span=self.since(start))
        return tree

    def differential(self) -> Expr:
        start = self.position
        token = self.take()
        symbol = token.text
        wrt: Expr | None = None
        if self.peek().kind == "sup" and symbol in "∂d":
            self.position += 1
            self.script()
            symbol += "2"
        if self.peek().kind == "sub":
            self.position += 1
            part = self.script()
            wrt = self.sub_expression(part)
            if self.peek().kind not in _STARTS or (symbol != "∇" and self.peek().kind == "operator"):
                return Differential(self.since(start), wrt, symbol)  # \partial_{w_5} in a denominator
        if self.peek().kind not in _STARTS and self.peek().kind != "bar":
            return Differential(self.since(start), Missing(self.here()), symbol)
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise self.fail(f"nested more than {limits.DEPTH} deep")
        of = self.differentiated()
        self.depth -= 1
        if symbol == "∇" or wrt is not None:
            return Derivative(self.since(start), of, wrt, symbol.rstrip("2"))
        return Differential(self.since(start), of, symbol)

    def differentiated(self) -> Expr:
        """What stands behind a ∂: a factor; outside TeX also two words (`∂E total`)."""
        tree = self.postfix()
        following = self.peek()
        if (
            isinstance(tree, Name)
            and not tree.sub
            and following.kind == "word"
            and following.gap
            and not self.reading.tex
        ):
            extra = following.text + following.tail
            if following.text == "total" or following.tail:
                self.position += 1
                tree = replace(tree, sub=(extra,), span=Span(tree.span.start, following.end))
        return tree

    def big(self) -> Expr:
        start = self.position
        symbol = self.take().text
        lower: Expr | None = None
        upper: Expr | None = None
        index: list[str] = []
        while self.peek().kind in ("sub", "sup"):
            below = self.take().kind == "sub"
            part = self.script()
            if not part:
                continue
            if below:
                halves = split(part, frozenset(["relation"]))
                index = scripts.words(halves[0]) if halves[0] else []
                lower = self.sub_expression(halves[1]) if len(halves) > 1 and halves[1] else None
            else:
                upper = self.sub_expression(part)
        if self.peek().kind not in _STARTS and self.peek().kind != "bar" and self.peek().text != "-":
            raise self.fail("a sum of nothing")
        body = self.multiplicative()
        return BigSum(self.since(start), tuple(index), lower, upper, body, symbol)

    def root(self) -> Expr:
        start = self.position
        self.position += 1
        degree = None
        if self.peek().kind == "open" and self.peek().text == "[":
            close = matching(self.found, self.position, self.end)
            degree = self.sub_expression(self.found[self.position + 1 : close])
            self.position = close + 1
        radicand = self.postfix() if self.peek().kind == "open" else self.argument()
        span = self.since(start)
        if degree is None:
            return Call(span, Name(span, "sqrt", spelled="√"), (radicand,))
        one = Number(span, "1", Fraction(1), 0, 1)
        return Power(span, radicand, Quotient(span, one, degree))

    def accent(self) -> Expr:
        start = self.position
        mark = self.take().text
        tree = self.argument()
        if isinstance(tree, Name):
            tree = replace(tree, marks=tuple(sorted([*tree.marks, mark])))
            scripted = self.scripted(tree, start)
            return self.applied(scripted, start) if isinstance(scripted, Name) else scripted
        return tree

    def braced(self) -> Expr:
        """`\\underbrace{x}_{note}`: x, with a remark."""
        self.position += 1
        tree = self.argument()
        if self.peek().kind in ("sub", "sup"):
            self.position += 1
            part = self.script()
            formula = None
            if part and not any(token.kind == "note" for token in part):
                try:
                    formula = self.sub_expression(part)
                except UnreadError:
                    formula = None  # the remark is kept as text
            span = span_of(part)
            text = part[0].text if len(part) == 1 else self.reading.text[span.start : span.end]
            self.reading.notes.append(Annotation(span, tree, text, formula))
        return tree

    def environment(self) -> Expr:
        start = self.position
        close = matching(self.found, start, self.end)
        if close >= self.end:
            raise self.fail(f"\\begin{{{self.peek().text}}} without its end")
        name = self.peek().text
        inside = self.found[start + 1 : close]
        self.position = close + 1
        rows = [row for row in split(inside, frozenset(["row"])) if row]
        if name in CASE_ENVIRONMENTS:
            return Cases(self.since(start), tuple(self.case(row) for row in rows))
        cells = [split(row, frozenset(["amp"])) for row in rows]
        if sum(len(row) for row in cells) > limits.MATRIX_CELLS:
            raise self.fail(f"more than {limits.MATRIX_CELLS} entries")
        if not cells:
            raise self.fail("an empty matrix")
        if name not in MATRIX_ENVIRONMENTS and len(cells) == 1 and len(cells[0]) == 1:
            return self.sub_expression(cells[0][0])
        grid = [tuple(self.sub_expression(_without_end(cell)) for cell in row) for row in cells]
        if all(len(row) == 1 for row in grid) and len(grid) == 1 and isinstance(grid[0][0], (Matrix, Row)):
            return grid[0][0]
        if all(isinstance(row[0], Row) and len(row) == 1 and row[0].bracket == "" for row in grid):
            return Matrix(
                self.since(start),
                _rectangular([row[0].items for row in grid if isinstance(row[0], Row)], self.since(start)),
            )
        return Matrix(self.since(start), _rectangular(grid, self.since(start)))

    def case(self, row: Sequence[Token]) -> Case:
        cells = split(row, frozenset(["amp"]))
        if len(cells) == 1:
            cut = next((k for k, token in enumerate(row) if token.kind in ("note", "separator")), len(row))
            cells = [row[:cut], row[cut:]]
        value = self.sub_expression(_without_end(cells[0]))
        rest = [token for cell in cells[1:] for token in cell]
        condition: Comparison | None = None
        formula = [token for token in rest if token.kind not in ("note", "separator", "space")]
        if any(token.kind == "relation" for token in formula):
            try:
                tree = self.sub_expression(formula)
                condition = tree if isinstance(tree, Comparison) else None
            except UnreadError:
                condition = None  # the words below still say it
        span = span_of(rest)
        words = " ".join(token.text for token in rest if token.kind == "note")
        if any(token.kind not in ("note", "separator", "space") for token in rest):
            words = self.reading.text[span.start : span.end]
        return Case(span_of(row), value, condition, words)


# --- small questions ---------------------------------------------------------------------------------------------------


def _below(raised: Expr, name: Name) -> dict[str, Expr]:
    """The field of a power or transpose that holds its name."""
    return {"base": name} if isinstance(raised, Power) else {"operand": name}


def _as_differential(tree: Expr) -> Differential | None:
    """A differential, also one spelled with a lone d or δ: `d E`, `\\delta E`."""
    if isinstance(tree, Differential):
        return tree
    if isinstance(tree, Derivative) and tree.symbol == "∂" and tree.wrt is None:
        return Differential(tree.span, tree.of, "∂")
    if isinstance(tree, Power) and isinstance(tree.base, Differential):
        return replace(tree.base, of=Power(tree.span, tree.base.of, tree.exponent))
    if isinstance(tree, Product) and len(tree.factors) == 2 and tree.operators == ("",):  # noqa: PLR2004 - d and what it is of
        head, of = tree.factors
        if isinstance(head, Name) and head.base in ("d", "delta") and not (head.sub or head.layer or head.marks):
            return Differential(tree.span, of, "d" if head.base == "d" else "δ")
    if isinstance(tree, Name) and tree.base == "d" and not tree.sub:
        return Differential(tree.span, Missing(tree.span), "d")
    return None


def _names_function(name: Name) -> bool:
    """`\\sigma_{softmax}`, `g_{ReLU}`: a subscript that is a function makes the name one."""
    return any(part in FUNCTIONS for part in name.sub) and name.base in FUNCTION_LETTERS | {"h", "a"}


def _unit(name: Name, arguments: tuple[Expr, ...]) -> str:
    """`E(total)`, `out(h1)`: the unit in the parentheses, or nothing."""
    if name.base not in UNIT_NAMES or name.sub or len(arguments) != 1:
        return ""
    only = arguments[0]
    if not isinstance(only, Name) or only.marks or only.layer or len(only.sub) > 1:
        return ""
    if only.base == "total" and not only.sub:
        return "total"
    number = only.sub[0] if only.sub else ""
    if only.base in ("h", "o", "H", "O") and number.isdigit():
        return only.base + number
    return ""


def _contains(tree: Expr, name: Name) -> bool:
    """Does the name occur in it again (`a(1 - a)`)?"""
    key = (name.base, name.sub, name.layer, name.marks)
    return any(isinstance(node, Name) and (node.base, node.sub, node.layer, node.marks) == key for node in walk(tree))


def _is_remark(inside: Sequence[Token]) -> bool:
    """Words beside something else, or a value in passing."""
    if not inside:
        return False
    return inside[0].kind == "relation" or any(token.kind == "note" for token in inside)


def _juxtaposed(tree: Product, first: Token) -> bool:
    """`a(1 - a)`, read as one operand though it is two factors."""
    return not any(tree.operators) and first.kind in ("word", "begin-group", "accent")


def _only_words(inside: Sequence[Token]) -> bool:
    """Plain words, one of them long: `y (true label)`."""
    return (
        bool(inside)
        and all(token.kind == "word" and not token.tail for token in inside)
        and any(len(token.text) > 3 for token in inside)  # noqa: PLR2004 - no name in use is that long, but total
        and not (len(inside) == 1 and inside[0].text == "total")
    )


def _only_remark(part: Sequence[Token]) -> bool:
    return all(token.kind == "note" for token in part)


def _remark(parser: _Parser, tree: Comparison, target: Expr) -> Annotation:
    return Annotation(tree.span, target, parser.reading.text[tree.span.start : tree.span.end], tree)


def _without_end(cell: Sequence[Token]) -> Sequence[Token]:
    """A cell without the comma or full stop behind it."""
    while cell and cell[-1].kind in ("separator", "space", "dot"):
        cell = cell[:-1]
    while cell and cell[0].kind == "space":
        cell = cell[1:]
    return cell


def _items(inside: Sequence[Token], bracket: str) -> list[Sequence[Token]]:
    """The entries of a list: between commas, or numbers and brackets merely apart (`[0.45 0.25]`)."""
    parts = [_without_end(part) for part in split(inside, frozenset(["separator", "space", "row", "amp"]))]
    parts = [part for part in parts if part]
    if bracket != "[" or len(parts) != 1:
        return parts
    cuts = _spaced_items(parts[0])
    return cuts if len(cuts) > 1 else parts


def _spaced_items(part: Sequence[Token]) -> list[Sequence[Token]]:
    """Cut a run of signed numbers or of bracketed rows; anything else stays whole."""
    starts: list[int] = []
    depth = 0
    bracketed = part[0].kind == "open"
    for position, token in enumerate(part):
        if depth == 0:
            previous = part[position - 1] if position else None
            if bracketed:
                if token.kind != "open":
                    return [part]
                starts.append(position)
            elif token.kind == "number":
                if not (previous is not None and previous.kind == "operator"):
                    starts.append(position)
            elif token.kind == "operator" and token.text in "+-":
                following = part[position + 1] if position + 1 < len(part) else None
                if following is None or following.gap or (previous is not None and not token.gap):
                    return [part]
                starts.append(position)
            elif token.kind != "dots":
                return [part]
            else:
                starts.append(position)
        if token.kind in OPENERS:
            depth += 1
        elif token.kind in CLOSERS:
            depth -= 1
    return [part[start:stop] for start, stop in zip(starts, [*starts[1:], len(part)], strict=True)]


def _run_together(product: Product) -> bool:
    """Four names and more in a bracket with nothing between: no product, but entries."""
    return (
        len(product.factors) > 3
        and not any(product.operators)
        and all(isinstance(factor, Name) for factor in product.factors)
    )  # noqa: PLR2004


def _is_row(item: Expr, part: Sequence[Token]) -> bool:
    """A bracketed row of a matrix: `[a, b]`, `[a]`, `[vdots]`."""
    if isinstance(item, Row):
        return item.bracket == "["
    return part[0].kind == "open" and part[0].text == "[" and matching(part, 0, len(part)) == len(part) - 1


def _rectangular(rows: Sequence[tuple[Expr, ...]], span: Span) -> tuple[tuple[Expr, ...], ...]:
    """Rows of one length; what was not written is Missing."""
    width = max(len(row) for row in rows)
    return tuple(row + (Missing(span),) * (width - len(row)) for row in rows)
