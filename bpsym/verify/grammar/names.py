"""Names: their scripts, their indices, and what a parenthesis behind them means.

Only what is safe without knowing the network is decided: `a(1 - a)` is a product, `f(z)` a call, `E(total)` a name;
`y(x)` stays an Application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from bpsym.verify.grammar import scripts
from bpsym.verify.grammar.cursor import UnreadError, has_relation, matching, split
from bpsym.verify.grammar.postfix import postfix, superscripted
from bpsym.verify.grammar.questions import (
    STARTS,
    contains,
    names_function,
    only_remark,
    only_words,
    says_something,
    unit,
)
from bpsym.verify.grammar.remarks import remark
from bpsym.verify.symbols import (
    ACTIVATIONS,
    FUNCTION_LETTERS,
    FUNCTIONS,
    INVERSES,
    MARK_WORDS,
    PREFIX_FUNCTIONS,
    UNIT,
    UNIT_NAMES,
)
from bpsym.verify.tree import (
    Application,
    Call,
    Derivative,
    Differential,
    Expr,
    Name,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Span,
    Transpose,
)

if TYPE_CHECKING:
    from bpsym.verify.grammar.parser import Parser

_FUNCTIONS: Final = frozenset(FUNCTIONS.values()) | FUNCTION_LETTERS
_RATES: Final = frozenset(["eta", "alpha", "lr", "w", "W", "delta", "lambda"])


def word(parser: Parser) -> Expr:
    """A name with its scripts and what is applied to it."""
    start = parser.position
    token = parser.take()
    base = FUNCTIONS.get(token.text, token.text)
    name = Name(parser.since(start), base, (token.tail,) if token.tail else ())
    plain = not parser.reading.tex
    following = parser.peek()
    behind = following.text + following.tail
    if plain and base in UNIT_NAMES and following.kind == "word" and following.gap and UNIT.fullmatch(behind):
        parser.take()  # `net h1`
        name = replace(name, sub=(*name.sub, behind))
    if base == "d" and not token.tail and following.kind == "accent" and not following.gap:
        return Differential(parser.since(start), postfix(parser), "d")  # d\hat{y}
    if parser.reading.delta_is_d and base == "delta" and not token.tail and parser.peek().kind == "word":
        return Differential(parser.since(start), postfix(parser), "d")
    tree = scripted(parser, name, start)
    following = parser.peek()
    if plain and base == "e" and isinstance(tree, Name) and following.kind == "word" and not following.gap:
        raise UnreadError("an exponent flattened by copying", parser.since(start), certain=True)
    return applied(parser, tree, start) if isinstance(tree, Name) else tree


def scripted(parser: Parser, name: Name, start: int) -> Expr:
    """The scripts, primes and index brackets of a name."""
    while True:
        token = parser.peek()
        if token.kind == "sub":
            parser.position += 1
            name = scripts.with_subscript(name, parser.script())
        elif token.kind == "prime":
            parser.position += 1
            name = replace(name, marks=tuple(sorted([*name.marks, *(["prime"] * len(token.text))])))
        elif token.kind == "sup":
            if name.base in PREFIX_FUNCTIONS and is_power(parser):
                return function_power(parser, name, start)
            if name.base in INVERSES and (end := minus_one(parser)):
                parser.position, name = end, replace(name, base=INVERSES[name.base])
                continue
            tree = superscripted(parser, replace(name, span=parser.since(start)), start)
            if not isinstance(tree, Name):
                return settled(parser, tree, name, start)
            name = tree
        elif token.kind == "open" and token.text == "[" and not token.gap and is_index(parser):
            name = indexed(parser, name)
        else:
            break
    span = parser.since(start)
    return Name(span, name.base, name.sub, name.layer, name.marks, name.bracketed, parser.said(span))


def settled(parser: Parser, raised: Expr, name: Name, start: int) -> Expr:
    """Give the name under a power or a transpose its spelling; scripts behind an exponent belong to the name too."""
    if not isinstance(raised, (Power, Transpose)):
        return raised
    while parser.peek().kind == "sub":
        parser.position += 1
        name = scripts.with_subscript(name, parser.script())
        raised = _over(raised, name, parser.since(start))
    inner = raised.base if isinstance(raised, Power) else raised.operand
    if isinstance(inner, Name):
        span = parser.since(start)
        raised = _over(raised, replace(inner, spelled=parser.said(span)), span)
    return raised


def _over(raised: Power | Transpose, name: Name, span: Span) -> Power | Transpose:
    """The same power or transpose of another name."""
    if isinstance(raised, Power):
        return replace(raised, base=name, span=span)
    return replace(raised, operand=name, span=span)


def is_power(parser: Parser) -> bool:
    """Is the script at the cursor a number: `^2`, `^{2}`, `²`?"""
    kinds = [parser.peek(ahead).kind for ahead in (1, 2, 3)]
    return kinds[0] == "number" or kinds == ["begin-group", "number", "end-group"]


def function_power(parser: Parser, name: Name, start: int) -> Expr:
    """`\\tanh^2(x)` is the square of the value."""
    parser.position += 1
    part = parser.script()
    exponent = parser.part(part)
    return Power(parser.since(start), applied(parser, name, start), exponent)


def minus_one(parser: Parser) -> int:
    """Where the exponent -1 of `\\tan^{-1}` ends; 0 for any other."""
    part = [parser.peek(k) for k in range(1, 5)]
    plain = part[1:] if part[0].kind == "begin-group" else part
    inverse = [token.text for token in plain[:2]] == ["-", "1"]
    return parser.position + (5 if part[0].kind == "begin-group" else 3) if inverse else 0


def is_index(parser: Parser) -> bool:
    """Does a tight bracket hold a plain index: `W[1]`, `dZ[l+1]`?"""
    close = matching(parser.found, parser.position, parser.end)
    part = parser.found[parser.position + 1 : close]
    if close >= parser.end or not 1 <= len(part) <= 3:
        return False
    if any(token.kind not in ("number", "word", "operator", "colon") for token in part):
        return False
    if part[0].kind == "operator" or not any(token.kind in ("number", "word") for token in part):
        return False  # W[-1], W[:]
    return not any(token.kind == "number" and not token.text.isdigit() for token in part)


def indexed(parser: Parser, name: Name) -> Name:
    """One bracket is a layer, two are a row and a column; behind a subscript all are subscripts."""
    indices: list[str] = []
    while parser.peek().kind == "open" and parser.peek().text == "[" and is_index(parser):
        close = matching(parser.found, parser.position, parser.end)
        indices.extend(scripts.words(parser.found[parser.position + 1 : close]))
        parser.position = close + 1
    if name.sub or len(indices) == 2:
        return replace(name, sub=(*name.sub, *indices), bracketed=name.bracketed or "[")
    return replace(name, layer=(indices[0],), sub=tuple(indices[1:]), bracketed="[")


def applied(parser: Parser, name: Name, start: int) -> Expr:
    """What a parenthesis behind a name means."""
    token = parser.peek()
    function = name.base in _FUNCTIONS or names_function(name)
    if name.base == "sum" and token.kind != "open":
        function = False
    if token.kind == "open" and (token.text == "(" or (token.text == "{" and name.base in ("max", "min"))):
        if function or ("prime" in name.marks and name.base not in ("w", "b", "W")):
            called = call(parser, name, start)
            if len(called.arguments) == 1 and contains(called.arguments[0], name):  # σ(1 - σ)
                return Product(called.span, (name, called.arguments[0]), ("",))
            return called
        return application(parser, name, start)
    if token.kind == "begin-group" and name.base in ("max", "min", "exp", "log") and function:
        return call(parser, name, start)
    if token.kind == "dot" and parser.peek(1).kind == "word" and not parser.peek(1).gap and not parser.reading.tex:
        return method(parser, name, start)
    if (
        function
        and name.base in PREFIX_FUNCTIONS
        and not (name.sub and name.base in ACTIVATIONS and token.kind == "operator")  # sigmoid_o - target
        and (token.kind in STARTS or (token.kind, token.text) == ("operator", "-"))
    ):
        argument = parser.unary()
        if isinstance(argument, Number) and parser.peek().kind == "word":
            argument = Product(parser.since(start), (argument, postfix(parser)), ("",))
        return Call(parser.since(start), name, (argument,))
    return name


def call(parser: Parser, name: Name, start: int) -> Call:
    """The function applied to the bracketed list at the cursor."""
    values = arguments(parser)
    return Call(parser.since(start), name, values)


def method(parser: Parser, name: Name, start: int) -> Expr:
    """`np.exp(x)`: the last word is the function."""
    while parser.peek().kind == "dot" and parser.peek(1).kind == "word":
        if parser.peek(1).text == "T" and parser.peek(2).kind != "open":
            parser.position += 2
            return Transpose(parser.since(start), name)
        parser.position += 1
        token = parser.take()
        name = Name(parser.since(start), FUNCTIONS.get(token.text, token.text), (token.tail,) if token.tail else ())
    if parser.peek().kind == "open":
        return call(parser, name, start)
    raise parser.fail("a dotted name from a programme")


def arguments(parser: Parser) -> tuple[Expr, ...]:
    """The bracketed list at the cursor."""
    close = matching(parser.found, parser.position, parser.end)
    part = parser.found[parser.position + 1 : close]
    if close >= parser.end:
        raise parser.fail("a bracket is not closed")
    parser.position = close + 1
    items = [item for item in split(part, frozenset(["separator"])) if item]
    if not items:
        raise parser.fail("empty brackets")
    if any(token.kind == "note" for token in part) and len(items) == 1 and only_remark(part):
        raise parser.fail("words where an argument belongs")
    return tuple(parser.part(item) for item in items)


def application(parser: Parser, name: Name, start: int) -> Expr:
    """A name and a parenthesis, and nothing that says which: unit, product or call."""
    token = parser.peek()
    close = matching(parser.found, parser.position, parser.end)
    inside = parser.found[parser.position + 1 : close]
    if name.base in ("P", "p", "Pr") and has_relation(inside) and close < parser.end:
        parser.position = close + 1  # P(y = 1 | x): another number for each event
        return replace(name, sub=(*name.sub, "".join(token.text + token.tail for token in inside)))
    if says_something(inside) or has_relation(inside) or (token.gap and not parser.reading.tex and only_words(inside)):
        remark(parser, name, close)
        return name
    if close >= parser.end:
        raise parser.fail("a bracket is not closed")
    if len(inside) == 1 and inside[0].text in MARK_WORDS:  # `w_5 (new)`
        parser.position = close + 1
        return scripted(parser, replace(name, marks=tuple(sorted([*name.marks, MARK_WORDS[inside[0].text]]))), start)
    values = arguments(parser)
    first = values[0]
    named = unit(name, values)
    if named:
        return scripted(parser, replace(name, sub=(*name.sub, named)), start)
    if name.base == "d" and isinstance(first, Quotient) and not name.sub:
        return Derivative(parser.since(start), first.numerator, first.denominator, "d")
    is_raised = parser.peek().kind == "sup" and not isinstance(first, Name)  # x(∂J/∂z)^T
    if len(values) == 1 and (
        isinstance(first, (Number, Negative)) or contains(first, name) or name.base in _RATES or is_raised
    ):
        return product_of(parser, name, first, start, close)
    return Application(parser.since(start), name, values)


def product_of(parser: Parser, name: Name, first: Expr, start: int, close: int) -> Expr:
    """Juxtaposition after all; a power behind the parenthesis belongs to the parenthesis."""
    right = first
    while parser.peek().kind == "sup":
        right = superscripted(parser, right, close)
    return Product(parser.since(start), (name, right), ("",))
