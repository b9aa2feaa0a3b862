"""Written mathematics as plain data.

What a person wrote, before anybody asks what it means: nothing here knows a network, nothing is evaluated, and no two
spellings are merged that might mean different things.  Every node carries the span it was written at, as character
offsets into the decoded text of its file; `Document.place` turns a span into line and column.

Parentheses, `\\left`/`\\right`, colour, boxes and bold type leave no node behind: the tree already says what they said.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard, get_args

from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify.effort import spend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from fractions import Fraction


class Span(NamedTuple):
    """A stretch of the document: half-open character offsets into `Document.text`."""

    start: int
    end: int


def covering(spans: Iterable[Span]) -> Callable[[int], bool]:
    """Whether an offset lies in one of many spans, answered in the time it takes to look up a word."""
    ordered = sorted(spans)
    starts = [span.start for span in ordered]
    ends = list(accumulate((span.end for span in ordered), max))

    def covered(offset: int) -> bool:
        before = bisect_right(starts, offset)
        return before > 0 and offset < ends[before - 1]

    return covered


class Place(NamedTuple):
    """Where a span stands; lines and columns count from 1, the end is one past the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


# --- atoms ---------------------------------------------------------------------------------------------------------


class Number(Struct, frozen=True):
    """A numeral without its sign."""

    span: Span
    text: str  # as written, thin spaces and all: "0.75136", "1.5 \\times 10^{-5}", "10 000"
    value: Fraction
    places: int  # the last digit shown stands for 10**-places: 3 for 0.354, 6 for 1.5e-5, 0 for 12
    digits: int  # significant digits shown: 5 for 0.75136, 3 for 0.0100; leading zeros do not count
    open_ended: bool = False  # 0.75136... : more digits exist and are cut off


class Name(Struct, frozen=True):
    """A name with everything that hangs on it.

    `base` is the letter or word: "w", "net", "E", "target"; a Greek letter by its LaTeX name ("delta", "eta"); a
    circled label is its own character ("①").  Letters set apart by OCR are joined (`n e t_{h 1}` has base "net", sub
    ("h1",)).

    `sub` are the subscripts, split at commas, dots and brackets: `w_{H21.H11}` has ("H21", "H11"), `w_{1(j,i)}` has
    ("1", "j", "i"), `out_{o_1}` and `out_{o1}` both have ("o1",), `out_{01}` keeps its zero.  Digits written right
    behind a word are a subscript (`w5` reads like `w_5`, `h1` like `h_1`), so are zero-based indices `W₂[2][0]`:
    ("2", "2", "0").

    `layer` are superscripts that count something: `W^{(2)}`, `a^{[1]}`, `W[1]`, `a^{l-1}`, `a^{x,l-1}`.  `bracketed`
    tells which delimiter showed it: "" for a bare superscript, "(" or "[".

    `marks` is a sorted tuple out of "+", "prime" (once for each), "new", "old", "hat", "bar", "tilde", "star", "vec".
    """

    span: Span
    base: str
    sub: tuple[str, ...] = ()
    layer: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    bracketed: str = ""
    spelled: str = ""  # the source text
    own: bool = False  # a quantity of the document whose letter is a constant elsewhere: e, an error


class Ellipsis(Struct, frozen=True):  # noqa: A001 - the mathematical term; nobody needs Python's here
    """`\\dots`, `…`, `\\vdots`: something left to the reader."""

    span: Span


class Missing(Struct, frozen=True):
    """The left-hand side nobody wrote: a line that starts with `=` and continues nothing."""

    span: Span


class Unknown(Struct, frozen=True):
    """A piece of text inside a formula that is no mathematics we know; the rest of the formula stands."""

    span: Span
    text: str


# --- operations ----------------------------------------------------------------------------------------------------


class Negative(Struct, frozen=True):
    """Unary minus: `-x`, `* -1`, `+ -0.019`."""

    span: Span
    operand: Expr


class Sum(Struct, frozen=True):
    """Signed terms: `signs[k]` is +1 or -1 and belongs to `terms[k]`; two or more terms."""

    span: Span
    terms: tuple[Expr, ...]
    signs: tuple[int, ...]


class Product(Struct, frozen=True):
    """Factors and what stood between them: `operators[k]` joins factor k and k+1.

    One of "" (juxtaposition), "*", "×", "·", "x", "⊙" (also \\odot, \\circ, a bullet, AsciiMath's `@`), "@", "⊗",
    "•×".  What an operator means (scalar, matrix, elementwise) is for the binder.
    """

    span: Span
    factors: tuple[Expr, ...]
    operators: tuple[str, ...]


class Quotient(Struct, frozen=True):
    """`\\frac{a}{b}`, `a/b`, `a \\over b`; `bar` is true for a fraction with a bar, false for a slash."""

    span: Span
    numerator: Expr
    denominator: Expr
    bar: bool = True


class Power(Struct, frozen=True):
    """`base^exponent`; e^x is Power(Name e, x)."""

    span: Span
    base: Expr
    exponent: Expr


class Transpose(Struct, frozen=True):
    """`A^T`, `A^\\top`, `A^t`, `A.T`, `Aᵀ`."""

    span: Span
    operand: Expr


class Indexed(Struct, frozen=True):
    """A component of something bracketed: `[Y - T]_1`, `(u \\odot v)_i`."""

    span: Span
    operand: Expr
    sub: tuple[str, ...]


class Call(Struct, frozen=True):
    """A function surely applied: `sigmoid(z)`, `\\max(0, z)`, `\\log x`, `f'(z)`, `g_{ReLU}(Z)`, `\\sqrt{v}`.

    Function names are canonical where they have several spellings: "sigmoid", "relu", "tanh", "softmax", "exp",
    "log", "ln", "sqrt", "max", "min", "sum", "mean", "diag"; `\\sigma(z)` keeps the base "sigma".
    """

    span: Span
    function: Name
    arguments: tuple[Expr, ...]

    @property
    def letter(self) -> str:
        """What the function is called, with its index and without its primes: `g_ReLU`."""
        return "_".join((self.function.base, *self.function.sub))


class Application(Struct, frozen=True):
    """A name followed by a parenthesis: a call `y(x)`, a name `E(total)`, or a product `w(a - y)`; the binder knows."""

    span: Span
    head: Name
    arguments: tuple[Expr, ...]


class Derivative(Struct, frozen=True):
    """`\\frac{\\partial E}{\\partial w_5}`, `dE/dw5`, `ΔE/Δw5`, `(del E)/(del w)`, `\\nabla_a C`.

    `symbol` is "∂", "d", "Δ" or "∇".  `wrt` is None for a gradient with respect to everything.
    """

    span: Span
    of: Expr
    wrt: Expr | None
    symbol: str
    order: int = 1


class Differential(Struct, frozen=True):
    """A differential on its own: `dZ[4]`, `dW2` (short for a derivative of the loss), `\\Delta w_{ji}` (a change)."""

    span: Span
    of: Expr
    symbol: str


class BigSum(Struct, frozen=True):
    """`\\sum_{i=1}^n body`, `\\sum_k body`, `\\sum body`; `symbol` is "Σ" or "Π".

    `condition` says which values of the index count, as in `\\sum_{k \\neq i}`.
    """

    span: Span
    index: tuple[str, ...]
    lower: Expr | None
    upper: Expr | None
    body: Expr
    symbol: str = "Σ"
    condition: Comparison | None = None


class Row(Struct, frozen=True):
    """A bracketed list, of which nobody said whether it stands or lies: `[0.05, 0.1]`, `(a, b)`, `{x_1, x_2}`."""

    span: Span
    items: tuple[Expr, ...]
    bracket: str  # "[", "(", "{"


class Matrix(Struct, frozen=True):
    """`bmatrix`, `[[a, b], [c, d]]`: rows of equal length (a short row is filled with Missing)."""

    span: Span
    rows: tuple[tuple[Expr, ...], ...]


class Case(Struct, frozen=True):
    """One line of a Cases: a value and the condition beside it, if one could be read."""

    span: Span
    value: Expr
    condition: Comparison | None
    words: str  # the condition as text: "if z > 0", "otherwise"


class Cases(Struct, frozen=True):
    """`\\begin{cases} … \\end{cases}`."""

    span: Span
    cases: tuple[Case, ...]


class Comparison(Struct, frozen=True):
    """A chain of relations inside an expression: a condition, `(a = 3)`; `relations[k]` joins term k and k+1."""

    span: Span
    terms: tuple[Expr, ...]
    relations: tuple[str, ...]


class Norm(Struct, frozen=True):
    """`\\|v\\|`, `||v||`."""

    span: Span
    operand: Expr
    sub: tuple[str, ...] = ()


class Absolute(Struct, frozen=True):
    """`|x|`."""

    span: Span
    operand: Expr


Expr = (
    Number
    | Name
    | Ellipsis
    | Missing
    | Unknown
    | Negative
    | Sum
    | Product
    | Quotient
    | Power
    | Transpose
    | Indexed
    | Call
    | Application
    | Derivative
    | Differential
    | BigSum
    | Row
    | Matrix
    | Cases
    | Comparison
    | Norm
    | Absolute
)

Node = Expr | Case
_LINE_END = re.compile(r"\r\n|\n|\r")


_DEPTHS = {"Expr": 0, "Name": 0, "Expr | None": 0, "Comparison | None": 0}
_DEPTHS |= {"tuple[Expr, ...]": 1, "tuple[Case, ...]": 1, "tuple[tuple[Expr, ...], ...]": 2}


def _below(kind: type) -> Callable[[Any], Sequence[Node]] | None:
    """How the nodes directly below a node of this kind are found; None where there can be none."""
    fields = {name: said for name, said in kind.__annotations__.items() if said in _DEPTHS}
    if not fields:
        return None
    get: Callable[[Any], Any] = attrgetter(*fields)
    match list(fields.values()):
        case ["tuple[Expr, ...]"]:
            return get
        case ["Expr"]:
            return lambda node: (get(node),)
        case [*said] if set(said) <= {"Expr", "Name"} and len(said) > 1:
            return get

    def found(node: Any) -> list[Node]:
        parts: list[Node] = []
        for name, said in fields.items():
            value = getattr(node, name)
            if _DEPTHS[said] == 1:
                parts.extend(value)
            elif _DEPTHS[said] == 2:
                parts.extend(cell for row in value for cell in row)
            elif value is not None:
                parts.append(value)
        return parts

    return found


_BELOW = {kind: _below(kind) for kind in (*get_args(Expr), Case)}


def children(node: Node) -> Sequence[Node]:
    """The nodes directly below one, in the order they were written."""
    below = _BELOW[type(node)]
    return below(node) if below else ()


def height(node: Node) -> int:
    """How many nodes stand one in the other at most."""
    level, count = [node], 0
    while level:
        level, count = [below for above in level for below in children(above)], count + 1
    return count


VISIT = 1  # units of work a node is that has others below it


def walk(node: Node) -> list[Node]:
    """The node and everything below it, parents before children."""
    found = [node]
    below = _BELOW[type(node)]
    if below:
        _walk_below(below(node), found)
        spend(VISIT * (len(found) - 1))
    return found


def _walk_below(parts: Sequence[Node], found: list[Node]) -> None:
    """Add the parts of a node and everything below them."""
    for part in parts:
        found.append(part)
        below = _BELOW[type(part)]
        if below:
            _walk_below(below(part), found)


def nodes(statements: Iterable[Statement]) -> Iterator[Node]:
    """Every node of every formula."""
    for statement in statements:
        for term in statement.terms:
            yield from walk(term)


def is_numeral(tree: Node | None) -> TypeGuard[Number | Negative]:
    """Whether it is a number with or without its sign."""
    return isinstance(tree.operand if isinstance(tree, Negative) else tree, Number)


def equals_one(tree: Node | None) -> bool:
    """Whether a tree is the number 1."""
    return isinstance(tree, Number) and tree.value == 1


def one_less(tree: Sum) -> Expr | None:
    """The a of `1 - a`."""
    one, *rest = tree.terms
    return rest[0] if tree.signs == (1, -1) and equals_one(one) else None


_NAMED = {
    kind: tuple(name for name, said in kind.__annotations__.items() if said == "Name") for kind in get_args(Expr)
}


def with_parts(node: Any, change: Callable[[Any], Any]) -> Any:
    """A node with a change made to each node directly below it; itself where nothing changes.

    A function's name stays where it would become something else.
    """

    def part(value: Any) -> Any:
        if isinstance(value, Span) or not isinstance(value, (Struct, tuple)):
            return value
        if not isinstance(value, tuple):
            return change(value)
        items = tuple(part(item) for item in value)
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items

    found = {name: getattr(node, name) for name in node.__struct_fields__}
    parts = {name: part(value) for name, value in found.items()}
    parts |= {name: found[name] for name in _NAMED.get(type(node), ()) if not isinstance(parts[name], Name)}
    return node if all(parts[name] is found[name] for name in found) else replace(node, **parts)


# --- statements ----------------------------------------------------------------------------------------------------


class Relation(Struct, frozen=True):
    """What stands between two expressions.

    `kind` is "=", "≈", ":=", "←", "→", "<", ">", "≤", "≥", "≠", "∈", "∝", "~" (a range, `w_1 \\sim w_4`; before a
    number it reads "≈"), "+=" or "-=".  (`⇒`, `,` and `;` end a statement and
    are no relations; `\\equiv`, `==`, `＝` read "=", `~=` reads "≈".)
    """

    span: Span
    kind: str


class Annotation(Struct, frozen=True):
    """A remark on part of a formula: an underbrace, words, a value in passing (`h_2\\ (=0.7803)`, then `formula`)."""

    span: Span
    target: Expr | None
    text: str
    formula: Expr | None = None


class Context(Struct, frozen=True):
    """What stands around a statement."""

    kind: str  # "display", "inline", "prose", "code", "output", "cell"
    heading: str = ""  # the nearest heading above
    before: str = ""  # the words before it on its line or, for a display, the line above it
    after: str = ""  # the words behind it on its line
    row: str = ""  # of a table cell: the first cell of its row
    column: str = ""  # of a table cell: the head of its column


class Statement(Struct, frozen=True):
    """A chain `term0 rel0 term1 rel1 term2 …`; with one term and no relation, a formula merely shown.

    A chain broken over several lines or displays is one statement; each term keeps its own span.  Where the left-hand
    side is missing altogether, the first term is Missing and `continued` is true.
    """

    span: Span
    terms: tuple[Expr, ...]
    relations: tuple[Relation, ...]
    context: Context
    label: str = ""  # "①", "BP1", "(12)", "R1": what this line is called here
    continued: bool = False
    condition: str = ""  # words that restrict it: "同理", "if", "where"
    annotations: tuple[Annotation, ...] = ()

    @property
    def may_define(self) -> bool:
        """Whether it begins as a definition does, `y = …`."""
        return bool(self.relations) and self.relations[0].kind in ("=", ":=", "≈")

    def links(self) -> Iterator[tuple[Expr, Relation, Expr]]:
        """Each neighbouring pair with its relation."""
        yield from zip(self.terms, self.relations, self.terms[1:], strict=False)


class Unreadable(Struct, frozen=True):
    """Mathematics that could not be read, and why."""

    span: Span
    why: str


class Sentence(Struct, frozen=True):
    """Words outside formulas, with the numbers and lists of numbers in them (also those of its inline formulas)."""

    span: Span
    text: str
    values: tuple[Number | Negative | Row, ...]


class Argument(Struct, frozen=True):
    """An argument of a call in code: its keyword ("" when positional) and its literal value, if it is one."""

    span: Span
    keyword: str
    value: Expr | None
    text: str


class CodeCall(Struct, frozen=True):
    """A call in a code listing with at least one literal argument: `nn.train([0.05, 0.1], [0.01, 0.09])`."""

    span: Span
    function: str
    arguments: tuple[Argument, ...]


class Cell(Struct, frozen=True):
    """A table cell: its text and, where it is one expression or a list of them, that."""

    span: Span
    text: str
    expr: Expr | None
    items: tuple[Expr, ...] = ()


class Table(Struct, frozen=True):
    """A table; `head` is empty when it has none."""

    span: Span
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Document(Struct, frozen=True, dict=True):
    """A whole document, every list in reading order."""

    path: str
    text: str  # decoded, otherwise untouched: spans count its characters
    encoding: str
    statements: tuple[Statement, ...]
    unreadable: tuple[Unreadable, ...]
    prose: tuple[Sentence, ...]
    calls: tuple[CodeCall, ...]
    tables: tuple[Table, ...]
    work: float = 0  # units of `effort` it was to read: so much less is left for judging it

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset at which each line begins; \\n, \\r\\n and \\r end a line."""
        return (0, *(end.end() for end in _LINE_END.finditer(self.text)))

    def place(self, span: Span) -> Place:
        """Line and column of a span."""
        line = bisect_right(self.line_starts, span.start)
        end_line = bisect_right(self.line_starts, span.end)
        return Place(
            line, span.start - self.line_starts[line - 1] + 1, end_line, span.end - self.line_starts[end_line - 1] + 1
        )

    def quote(self, span: Span) -> str:
        """The source text of a span."""
        return self.text[span.start : span.end]
