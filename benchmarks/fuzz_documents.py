"""Documents to fuzz the verifier with: each follows from a seed and a number alone.

Sizes are drawn first, by the shares in SIZES, then the family: random bytes, tokens in a heap, tokens repeated, well
formed formulas, real documents damaged, and the hostile families of `fuzz_hostile`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from fuzz_hostile import FAMILIES

from bpsym.options import sheet_options
from bpsym.render.formats import BY_NAME
from bpsym.render.products import Target, products
from bpsym.spec import load

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
SIZES: Final = {  # characters, and of a hundred thousand documents how many are so long
    "tiny": (4, 150, 96_000),
    "small": (150, 1_000, 3_500),
    "medium": (1_000, 10_000, 400),
    "large": (10_000, 100_000, 80),
    "huge": (100_000, 1_500_000, 20),
}
SHARES: Final = {"bytes": 6, "heap": 24, "repeated": 12, "formulas": 16, "damaged": 27, "hostile": 15}
SUFFIXES: Final = (".md", ".md", ".md", ".tex", ".txt", ".html", ".ipynb", ".py", "")
WORDS: Final = (
    *r"""
\frac{ }{ \sqrt{ \partial \Delta \delta \eta \sigma( \sum_{i=1}^{2} \sum_i \prod \cdot \times \left( \right)
\text{ \mathrm{ \begin{align} \end{align} \begin{bmatrix} \end{bmatrix} \begin{cases} \end{cases} \underbrace{
\hat{ \vec{ \bar{ \therefore \textcircled{1} ① \tag{1} \label{a} \newcommand{\a}{ \def\a#1{ \a \\ & \, \quad \to
\Rightarrow \approx \in \mathbb{R}^{2} \log \ln \exp \tanh \max(0, \mid \nabla_ \top ^T \odot \otimes \dots
\cdots \quad \displaystyle \boxed{ \color{red} { } ( ) [ ] | _ ^ _{ ^{ ^2 ^{(1)} _{h1} _{ij} ' + - * / = == := ≈
< > ≤ -> → , ; : . ... ! ? % # ## $ $$ \( \) \[ \] ` ``` 0 1 2 0.5 0.05 0.35 .5 5. 1e-3 1e9 1e999 -0.1 1/2 0,5
1,000 3.0.1 ½ ² ₁ 0.593269992 99999999999999999999 10^{-3} 50% 0x1F 1_000 w w_1 w_{11} w5 w1_new x x_1 x1 b b_1
net_{h1} net_h1 out_{o1} E E_{total} target t_1 y \hat{y} z a^{[1]} dE/dw5 ∂E/∂w₅ ΔE θ σ(z) \eta=0.5 x_1=0.05
w_1=0.15 e^{-x} sigmoid( relu( softmax( np.exp( np.array([ np.dot( self.w1 lambda for in range(10): return 网络 权重
误差 学习率为 其中 ，。 （ ） ： 等于 损失函数 and so is the where then Since after 10000 iterations
Step 1: ٣ 3² _{²} 5E0 {,} \textcircled{ <p> </p> <sub> </sub>
<sup> </sup> <br> <math> <mi>x</mi> <mo>=</mo> <mn>1</mn> </math> <table> <tr> <td> </td> <!-- --> &lt; &amp;
&nbsp; <script> <span> | |---|---| || - ** __ ~~ > [a](b) ![x](y) {"cells":[ {"cell_type":"markdown","source":[
"] }, "\n", \u4e2d \" null
""".split(),
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "\n\n",
    "\t",
    "\r\n",
    "\u200b",
    "\ufeff",
    "\u202e",
    "\x00",
    "é",
    "\U0001d465",
    "e\u0301",
    "\\",
)
NAMES: Final = (
    "w_1",
    "w_{12}",
    "x_1",
    "x_2",
    "b",
    "net_{h1}",
    "out_{h1}",
    r"\eta",
    "t",
    "y",
    r"\hat{y}",
    "z^{(1)}",
    r"\delta_1",
    "E",
    "W",
    "θ",
)
PLAIN: Final = ("w1", "w12", "x1", "x2", "b", "net_h1", "out_h1", "eta", "t", "y", "y_hat", "z1", "d1", "E", "W", "θ")


@dataclass(frozen=True)
class Document:
    """A file to verify, and how."""

    family: str
    size: str
    suffix: str
    data: bytes
    options: tuple[str, ...]


def corpus(folders: Sequence[Path] = ()) -> list[str]:
    """Real documents: the tests' transcripts, sheets of every example in every text format, and those of `folders`."""
    texts = [
        path.read_text("utf-8", errors="replace")
        for folder in (*(ROOT / "tests/data" / name for name in ("derivations", "fresh", "laws", "verify")), *folders)
        for path in sorted(folder.iterdir())
        if path.is_file() and path.suffix != ".toml"
    ]
    forms = [name for name in ("markdown", "latex", "html", "notebook", "text") if name in BY_NAME]
    for k, example in enumerate(sorted((ROOT / "examples").glob("*.toml"))):
        description = load(example)
        options = sheet_options(description, kind="worked", lang=("en", "zh")[k % 2])
        made = products(description, options, [Target(form, "files") for form in forms])
        texts += [product.content.decode() for product in made]
    return texts


def document(seed: int, number: int, texts: Sequence[str], only: tuple[str, str] = ("", "")) -> Document:
    """The document of that number; `only` names a family and a size to draw from, where not empty."""
    random = Random(f"{seed}/{number}")
    size = only[1] or random.choices(list(SIZES), [share for *_, share in SIZES.values()])[0]
    low, high, _ = SIZES[size]
    count = round(low * (high / low) ** random.random())
    family = only[0] or random.choices(list(SHARES), list(SHARES.values()))[0]
    if family == "hostile":
        family = random.choice(list(FAMILIES))
    made = FAMILIES.get(family) or _MAKERS[family]
    data = damaged(random, count, texts) if made is None else made(random, count)
    suffix = random.choice(SUFFIXES)
    return Document(family, size, suffix, data if isinstance(data, bytes) else _encoded(random, data), _options(random))


def _encoded(random: Random, text: str) -> bytes:
    how = random.random()
    if how < 0.9:
        return text.encode("utf-8", errors=random.choice(("replace", "surrogatepass")))
    encoding = random.choice(
        ("gb18030", "gbk", "utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "big5", "cp1251")
    )
    text = text.replace("\n", random.choice(("\n", "\r\n", "\r")))
    return text.encode(encoding, errors="replace")


def _options(random: Random) -> tuple[str, ...]:
    """How it is verified: mostly plainly, now and then in every other way there is."""
    chosen = ["--format", random.choice(("text", "json", "sarif", "html", "md"))]
    for share, option in (
        (0.2, ("--lang", "zh")),
        (0.05, ("--spec", random.choice(("two-by-two", "matrix-form", "softmax", "rnn")))),
        (0.1, ("--given", random.choice(("b_1=0.35", "x=1/3", "w_1=-2", "η=0.5", "t=0")))),
        (0.1, ("--diff",)),
        (0.1, ("--fix",)),
        (0.1, ("--explain-binding",)),
        (0.1, ("--color",)),
        (0.2, ("-o", "report")),
    ):
        if random.random() < share:
            chosen += option
    return tuple(chosen)


def raw(random: Random, count: int) -> bytes | str:
    """Bytes, or characters of all of Unicode."""
    if random.random() < 0.5:
        alphabet = random.choice((range(256), range(32, 127), b"0123456789.=+-*/^_{}()$\\ \n"))
        return bytes(random.choices(alphabet, k=count))
    top = random.choice((0x80, 0x250, 0x3000, 0x10000, 0x110000))
    return "".join(chr(random.randrange(top)) for _ in range(count))


def heap(random: Random, count: int) -> str:
    """Tokens in a heap, some of them more often than others."""
    words = random.sample(WORDS, random.choice((3, 8, 30, len(WORDS))))
    between = random.choice(("", " ", " ", "\n"))
    text = between.join(random.choices(words, k=max(1, count // 4)))
    return random.choice(
        ("{}", "{}", "${}$", "$${}$$", "$x = {}$", "| a | b |\n|---|---|\n| {} |", "<html>{}")
    ).replace("{}", text)


def repeated(random: Random, count: int) -> str:
    """The same few tokens again and again: what costs the square of its length is seen here."""
    piece = random.choice(("", " ")).join(random.choices(WORDS, k=random.choice((1, 1, 2, 2, 3, 5, 9))))
    before, behind = ("".join(random.choices(WORDS, k=random.choice((0, 0, 1, 3)))) for _ in range(2))
    return before + piece * max(1, count // len(piece)) + behind


def _value(random: Random) -> str:
    return random.choice(
        (f"{random.uniform(0, 1):.{random.randint(1, 9)}f}", str(random.randint(0, 12)), "-0.5", "0", "1e-3")
    )


def formula(random: Random, depth: int, *, latex: bool) -> str:
    """A formula that is well formed."""
    if depth <= 0 or random.random() < 0.15:
        return random.choice(NAMES if latex else PLAIN) if random.random() < 0.6 else _value(random)
    a, b = (formula(random, depth - 1, latex=latex) for _ in range(2))
    if latex:
        shapes = (
            f"{a} + {b}",
            f"{a} - {b}",
            rf"{a} \cdot {b}",
            rf"\frac{{{a}}}{{{b}}}",
            f"({a})^2",
            rf"\sigma({a})",
            f"e^{{-{a}}}",
        )
        more = (
            rf"\frac{{\partial {a}}}{{\partial {b}}}",
            rf"\sqrt{{{a}}}",
            f"{a} {b}",
            rf"\left({a} - {b}\right)",
            rf"\sum_{{i=1}}^{{3}} {a}",
        )
        rare = (
            rf"\ln {a}",
            f"({a})({b})",
            rf"\begin{{bmatrix}}{a} \\ {b}\end{{bmatrix}}",
            f"{a}^{{{b}}}",
            rf"\max(0, {a})",
            rf"\tanh({a})",
        )
    else:
        shapes = (f"{a} + {b}", f"{a} - {b}", f"{a}*{b}", f"({a})/({b})", f"({a})^2", f"sigmoid({a})", f"exp(-({a}))")
        more = (
            f"d{random.choice(PLAIN)}/d{random.choice(PLAIN)}",
            f"sqrt({a})",
            f"{a} {b}",
            f"({a} - {b})",
            f"1/(1+exp(-{a}))",
        )
        rare = (f"ln({a})", f"({a})({b})", f"[{a}, {b}]", f"({a})**({b})", f"max(0, {a})", f"tanh({a})")
    return random.choice(random.choice((shapes, shapes, more, rare)))


def formulas(random: Random, count: int) -> str:
    """Well-formed chains in running text, displays, tables and listings, some of them definitions, some givens."""
    latex, lines, length = random.random() < 0.7, [], 0
    names = NAMES if latex else PLAIN
    while length < count:
        parts = [formula(random, random.choice((0, 1, 2, 3)), latex=latex) for _ in range(random.choice((1, 1, 2, 3)))]
        name = random.choice(names)
        left = rf"\frac{{\partial E}}{{\partial {name}}}" if latex and random.random() < 0.3 else name
        chain = " = ".join([left, *parts])
        shapes = (
            "${}$",
            "$${}$$",
            "Then ${}$.",
            "- ${}$",
            "| ${}$ | 0.5 |",
            r"\begin{{align}} {} \end{{align}}",
            "因此 ${}$，",
        )
        lines.append(
            (random.choice(shapes) if latex else random.choice(("{}", "    {}", "so {} .", "`{}`"))).format(chain)
        )
        length += len(lines[-1])
    return random.choice(("\n", "\n\n")).join(lines)


def _accident(random: Random, cut: str, count: int, texts: Sequence[str]) -> str:
    """What stands in a piece's place after an accident."""
    other = random.choice(texts)
    place = random.randint(0, len(other))
    kinds: tuple[Callable[[], str], ...] = (
        str,
        lambda: cut * 2,
        lambda: cut[::-1],
        lambda: cut[:2_000] * random.choice((3, 20)),
        lambda: random.choice(WORDS),
        lambda: "".join(random.choices(WORDS, k=3)),
        lambda: other[place : place + random.choice((5, 50, count))],
        lambda: "9" * random.choice((2, 30, 100, 5_000)),
        lambda: "{" * random.choice((1, 50, 3_000)) + cut,
        lambda: "(" * 30 + cut + ")" * 30,
        lambda: chr(random.randrange(0x3000)),
        cut.upper,
        lambda: cut.replace("0.", "0.0").replace("=", random.choice(("", "==", "≈", ":"))),
    )
    return random.choice(kinds)()


def damaged(random: Random, count: int, texts: Sequence[str]) -> str | bytes:
    """A stretch of a real document with a few accidents."""
    text = random.choice(texts)
    start = random.choice((0, random.randrange(max(1, len(text) - count)) if len(text) > count else 0))
    text = text[start : start + count]
    while len(text) < count and len(text) < 150_000:
        text += text or "\n"
    return accidents(random, text, count, texts)


def accidents(random: Random, text: str, count: int, texts: Sequence[str]) -> str | bytes:
    """A text after a few accidents, at most about twice as long or so many characters longer."""
    most = 2 * max(count, len(text)) + 200
    for _ in range(random.choice((0, 1, 1, 2, 3, 5, 10))):
        first = random.randint(0, len(text))
        second = min(len(text), first + random.choice((0, 1, 1, 3, 10, 60, 10**6)))
        text = text[:first] + _accident(random, text[first:second], count, texts) + text[second:]
    text = text[:most]
    if random.random() < 0.1:
        data = bytearray(text.encode("utf-8", errors="replace"))
        for _ in range(random.randint(1, 8)):
            if data:
                data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        return bytes(data)
    return text


_MAKERS: Final[dict[str, Callable[[Random, int], str | bytes] | None]] = {
    "bytes": raw,
    "heap": heap,
    "repeated": repeated,
    "formulas": formulas,
    "damaged": None,
}
