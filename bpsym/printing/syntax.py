"""The three syntaxes formulas are written in: LaTeX, Typst, plain text. A syntax is a table of spellings.

Typst: a fraction of partials is bracketed, since `partial x / partial y` would bind as partial (x/partial) y; names of
several letters are quoted, since they would be calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from bpsym.display import show
from bpsym.printing import layout as lay

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Syntax(Struct, frozen=True):
    """How each box is spelled; %s stands for what is inside."""

    name: str
    letters: Mapping[str, str]  # names with a sign of their own
    signs: Mapping[str, str]  # operators and relations, with the space around them
    functions: Mapping[str, str]  # functions with a sign of their own, or spelled unlike their key
    function: str  # any other function
    marks: Mapping[str, str]
    word: str  # a name of several letters
    words: str  # words inside a formula
    escape: Callable[[str], str]  # of such words
    sub: str
    sup: str
    between: str  # between the letters and digits of a subscript
    paren: str
    tall: str  # parentheses around something tall
    bars: str
    frac: str
    partial: str
    power: str
    root: str
    total: str  # index, lower, upper, body
    scientific: str  # digits, exponent
    case: str  # %(value)s and %(test)s, in the order the syntax has them
    other: str  # value, the word for otherwise
    cases: str
    case_end: str
    matrix: str
    cell_end: str
    line_end: str
    flat: bool = False  # fractions are on one line: what is not a single thing needs parentheses

    def write(self, box: lay.Formula | lay.Box) -> str:
        """The formula as text."""
        return _write(self, box.box if isinstance(box, lay.Formula) else box)


def _write(s: Syntax, box: lay.Box) -> str:
    match box:
        case lay.Atom(name):
            return _name(s, name.base, name.sub, name.sup)
        case lay.Number(numeral):
            return s.scientific % (numeral.digits, numeral.exponent) if numeral.exponent else numeral.digits
        case lay.Sign(key):
            return s.signs[key]
        case lay.Words(text):
            return s.words % s.escape(text)
        case lay.Row(items):
            return "".join(_write(s, item) for item in items)
        case lay.Paren(body):
            return (s.tall if _is_tall(body) else s.paren) % _write(s, body)
        case lay.Bars(body):
            return s.bars % _write(s, body)
        case lay.Frac(above, below):
            return s.frac % (_part(s, above), _part(s, below))
        case lay.Partial(of, wrt):
            return s.partial % (_write(s, of), _write(s, wrt))
        case lay.Power(base, exponent):
            return s.power % (_write(s, base), _grouped(s, _write(s, exponent)))
        case lay.Root(body):
            return s.root % _write(s, body)
        case lay.Call(function, arguments):
            inner = s.signs["comma"].join(_write(s, argument) for argument in arguments)
            wrapped = (s.tall if any(map(_is_tall, arguments)) else s.paren) % inner
            key = function.removesuffix("'")
            return s.functions.get(key, s.function % key) + "'" * function.endswith("'") + wrapped
        case lay.BigSum(index, lower, upper, body):
            return s.total % (_write(s, index), _write(s, lower), _write(s, upper), _write(s, body))
        case lay.Cases(rows, otherwise):
            lines = [
                s.other % (_write(s, value), s.escape(otherwise))
                if test is None
                else s.case % {"value": _write(s, value), "test": _write(s, test)}
                for value, test in rows
            ]
            return s.cases % s.case_end.join(lines)
        case lay.Matrix(rows):
            return s.matrix % s.line_end.join(s.cell_end.join(_write(s, cell) for cell in cells) for cells in rows)
        case lay.Mark(body, mark):
            return _write(s, body) + s.marks[mark]


def _name(s: Syntax, base: str, sub: tuple[str, ...], sup: tuple[str, ...]) -> str:
    text = _letter(s, base)
    if sub:
        text += s.sub % _grouped(s, _script(s, sub))
    if sup:
        text += "".join(s.sup % _script(s, (part,)) for part in sup) if s.flat else s.sup % _script(s, sup)
    return text


def _grouped(s: Syntax, text: str) -> str:
    """What stands above or below on one line, in parentheses where it is more than one thing."""
    return s.paren % text if s.flat and not text.isalnum() else text


def _letter(s: Syntax, base: str) -> str:
    if base in s.letters:
        return s.letters[base]
    return base if len(base) == 1 else s.word % base


def _script(s: Syntax, parts: tuple[str, ...]) -> str:
    spelled = [s.letters.get(part, s.word % part if len(part) > 1 and part.isalpha() else part) for part in parts]
    return s.between.join(spelled)


def _part(s: Syntax, box: lay.Box) -> str:
    text = _write(s, box)
    single = isinstance(box, (lay.Atom, lay.Number, lay.Call, lay.Paren, lay.Bars, lay.Root)) and text[0] != "-"
    return text if single or not s.flat else s.paren % text


def _is_tall(box: lay.Box) -> bool:
    """Whether ordinary parentheses would look too small."""
    match box:
        case lay.Frac() | lay.Partial() | lay.BigSum() | lay.Cases() | lay.Matrix():
            return True
        case lay.Row(items):
            return any(map(_is_tall, items))
        case lay.Paren(body) | lay.Bars(body) | lay.Root(body) | lay.Mark(body, _):
            return _is_tall(body)
        case lay.Power(base, _):
            return _is_tall(base)
        case lay.Call(_, arguments):
            return any(map(_is_tall, arguments))
    return False


def _escape_latex(text: str) -> str:
    return "".join(_LATEX_ESCAPES.get(character, character) for character in text)


_LATEX_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "^": r"\^{}", "_": r"\_",
    "~": r"\~{}", "%": r"\%",
}  # fmt: skip


def _escape_typst(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


LATEX = Syntax(
    name="latex",
    letters={
        "delta": r"\delta",
        "eta": r"\eta",
        "lambda": r"\lambda",
        "pi": r"\pi",
        "total": r"\mathrm{total}",
        "transpose": r"\mathsf{T}",
        "ones": r"\mathbf{1}",
    },
    signs={
        "plus": " + ",
        "minus": " - ",
        "negative": "-",
        "dot": r" \cdot ",
        "times": r" \times ",
        "hadamard": r" \odot ",
        "thin": r"\,",
        "equal": " = ",
        "approx": r" \approx ",
        "arrow": r" \;\Rightarrow\; ",
        "feeds": r" \to ",
        "greater": " > ",
        "at-most": r" \le ",
        "at-least": r" \ge ",
        "comma": ", ",
        "colon": r"\colon ",
        "dots": r" \cdots ",
        "quad": r"\qquad ",
    },
    functions={
        "ln": r"\ln",
        "tanh": r"\tanh",
        "max": r"\max",
        "sigmoid": r"\sigma",
        "relu": r"\operatorname{ReLU}",
        "leaky-relu": r"\operatorname{LReLU}",
        "elu": r"\operatorname{ELU}",
        "silu": r"\operatorname{SiLU}",
        "gelu": r"\operatorname{GELU}",
    },
    function=r"\operatorname{%s}",
    marks={"transpose": r"^{\mathsf{T}}", "prime": "'"},
    word=r"\mathrm{%s}",
    words=r"\text{%s}",
    escape=_escape_latex,
    sub="_{%s}",
    sup="^{%s}",
    between="",
    paren="(%s)",
    tall=r"\left(%s\right)",
    bars=r"\left|%s\right|",
    frac=r"\frac{%s}{%s}",
    partial=r"\frac{\partial %s}{\partial %s}",
    power="%s^{%s}",
    root=r"\sqrt{%s}",
    total=r"\sum_{%s=%s}^{%s} %s",
    scientific=r"%s \times 10^{%s}",
    case="%(value)s & %(test)s",
    other=r"%s & \text{%s}",
    cases=r"\begin{cases} %s \end{cases}",
    case_end=r" \\ ",
    matrix=r"\begin{bmatrix} %s \end{bmatrix}",
    cell_end=" & ",
    line_end=r" \\ ",
)

TYPST = Syntax(
    name="typst",
    letters={name: name for name in ("delta", "eta", "lambda", "pi")}
    | {"total": '"total"', "transpose": "sans(T)", "ones": "bold(1)"},
    signs={
        "plus": " + ",
        "minus": " - ",
        "negative": "-",
        "dot": " dot ",
        "times": " times ",
        "hadamard": " dot.o ",
        "thin": " thin ",
        "equal": " = ",
        "approx": " approx ",
        "arrow": " quad => quad ",
        "feeds": " -> ",
        "greater": " > ",
        "at-most": " <= ",
        "at-least": " >= ",
        "comma": ", ",
        "colon": ": ",
        "dots": " dots.c ",
        "quad": " quad quad ",
    },
    functions={
        "ln": "ln",
        "tanh": "tanh",
        "max": "max",
        "sigmoid": "sigma",
        "relu": 'op("ReLU")',
        "leaky-relu": 'op("LReLU")',
        "elu": 'op("ELU")',
        "silu": 'op("SiLU")',
        "gelu": 'op("GELU")',
    },
    function='op("%s")',
    marks={"transpose": "^upright(T)", "prime": "'"},
    word='upright("%s")',
    words='"%s"',
    escape=_escape_typst,
    sub="_(%s)",
    sup="^(%s)",
    between=" ",
    paren="(%s)",
    tall="(%s)",
    bars="abs(%s)",
    frac="(%s)/(%s)",
    partial="(partial %s)/(partial %s)",
    power="%s^(%s)",
    root="sqrt(%s)",
    total="sum_(%s=%s)^(%s) %s",
    scientific="%s times 10^(%s)",
    case="%(value)s quad & %(test)s",
    other='%s quad & "%s"',
    cases="cases(%s)",
    case_end=", ",
    matrix='mat(delim: "[", %s)',
    cell_end=", ",
    line_end="; ",
)

PLAIN = Syntax(
    name="plain",
    letters={"delta": "δ", "eta": "η", "lambda": "λ", "pi": "π", "transpose": "T", "ones": "1"},
    signs={
        "plus": " + ",
        "minus": " - ",
        "negative": "-",
        "dot": " * ",
        "times": " × ",
        "hadamard": " ⊙ ",
        "thin": " * ",
        "equal": " = ",
        "approx": " ≈ ",
        "arrow": "  =>  ",
        "feeds": " → ",
        "greater": " > ",
        "at-most": " <= ",
        "at-least": " >= ",
        "comma": ", ",
        "colon": ": ",
        "dots": "...",
        "quad": "   ",
    },
    functions={"sigmoid": "σ", "relu": "ReLU", "leaky-relu": "LReLU", "elu": "ELU", "silu": "SiLU", "gelu": "GELU"},
    function="%s",
    marks={"transpose": "^T", "prime": "'"},
    word="%s",
    words="%s",
    escape=str,
    sub="_%s",
    sup="^%s",
    between="",
    paren="(%s)",
    tall="(%s)",
    bars="|%s|",
    frac="%s/%s",
    partial="∂%s/∂%s",
    power="%s^%s",
    root="sqrt(%s)",
    total="Σ_{%s=%s..%s} %s",
    scientific="%se%s",
    case="%(value)s if %(test)s",
    other="%s %s",
    cases="{%s}",
    case_end="; ",
    matrix="[%s]",
    cell_end=", ",
    line_end="; ",
    flat=True,
)

show("Formula", "latex", lambda formula: rf"$\displaystyle {LATEX.write(formula)}$")
