"""How expressions are written: the order of terms and factors, and parentheses exactly where they are needed."""

from __future__ import annotations

import pytest
from sympy import Abs, Expr, Integer, Max, Rational, Symbol, exp, log, sqrt, tanh

from bpsym.backprop import backprop
from bpsym.errors import BpsymError
from bpsym.networks import Layer, dense
from bpsym.notation import Notation
from bpsym.printing import LATEX, PLAIN, TYPST, Writer
from bpsym.printing.layout import Call, Paren, Words
from bpsym.rounding import Numeral
from bpsym.update import with_update
from core.helpers import expansion

PROGRAM = with_update(backprop(dense([Layer("h"), Layer("o")], "half-squared-error")))
SCALARS = expansion(PROGRAM, i=2, h=2, o=2)
WRITER = Writer(Notation("net-out", PROGRAM, SCALARS))
W5, W6, *_ = SCALARS.entries("W_o")
OUT1, OUT2 = SCALARS.entries("out_o")
H1, H2 = SCALARS.entries("out_h")
T1, T2 = SCALARS.entries("target")
B1, _ = SCALARS.entries("b_o")
DELTA, _ = SCALARS.entries("d_net_o")
ETA = PROGRAM.get("eta").generic
SLOPE, _ = SCALARS.entries("d_out_o")


@pytest.mark.parametrize(
    ("expr", "latex", "typst", "plain"),
    [
        (
            B1 + H2 * W6 + H1 * W5,
            r"w_{5} \cdot \mathrm{out}_{h1} + w_{6} \cdot \mathrm{out}_{h2} + b_{o1}",
            'w_(5) dot upright("out")_(h 1) + w_(6) dot upright("out")_(h 2) + b_(o 1)',
            "w_5 * out_h1 + w_6 * out_h2 + b_o1",
        ),
        (
            Rational(1, 2) * (T1 - OUT1) ** 2,
            r"\frac{1}{2}\,(\mathrm{target}_{o1} - \mathrm{out}_{o1})^{2}",
            '(1)/(2) thin (upright("target")_(o 1) - upright("out")_(o 1))^(2)',
            "1/2 * (target_o1 - out_o1)^2",
        ),
        (
            1 / (1 + exp(-OUT1)),
            r"\frac{1}{1 + e^{-\mathrm{out}_{o1}}}",
            '(1)/(1 + e^(-upright("out")_(o 1)))',
            "1/(1 + e^(-out_o1))",
        ),
        (
            SLOPE * W5 * (1 - W6),
            r"\frac{\partial E_{\mathrm{total}}}{\partial \mathrm{out}_{o1}} \cdot w_{5}\,(1 - w_{6})",
            '(partial E_("total"))/(partial upright("out")_(o 1)) dot w_(5) thin (1 - w_(6))',
            "∂E_total/∂out_o1 * w_5 * (1 - w_6)",
        ),
    ],
)
def test_formulas_in_three_syntaxes(expr: Expr, latex: str, typst: str, plain: str) -> None:
    """LaTeX, Typst and plain text of the formulas every sheet has."""
    box = WRITER.formula(expr)
    assert [syntax.write(box) for syntax in (LATEX, TYPST, PLAIN)] == [latex, typst, plain]


@pytest.mark.parametrize(
    ("expr", "plain"),
    [
        (OUT1 - T1, "out_o1 - target_o1"),  # the positive term first
        (T1 - OUT1, "target_o1 - out_o1"),
        (-T1 * log(OUT1) - (1 - T1) * log(1 - OUT1), "-target_o1 * ln(out_o1) - (1 - target_o1) * ln(1 - out_o1)"),
        (H1 * DELTA, "δ_o1 * out_h1"),
        (W5 - ETA * DELTA, "w_5 - η * δ_o1"),
        (-(W5 + W6), "-w_5 - w_6"),
        (W5 * (W6 + B1), "w_5 * (w_6 + b_o1)"),
        ((W5 + B1) * (W6 + B1), "(w_5 + b_o1) * (w_6 + b_o1)"),
        (W5**2, "w_5^2"),
        ((-W5) ** 3, "-w_5^3"),
        ((W5 * W6) ** 2, "w_5^2 * w_6^2"),
        (tanh(W5) ** 2, "(tanh(w_5))^2"),
        (exp(W5) ** 2, "e^(2 * w_5)"),
        (W5 / W6, "w_5/w_6"),
        (W5 / (W6 * B1), "w_5/(w_6 * b_o1)"),
        (-W5 / W6, "-w_5/w_6"),
        ((OUT1 - T1) * (2 / Symbol("n_o", integer=True, positive=True)), "2/n_o * (out_o1 - target_o1)"),
        (Abs(OUT1 - T1), "|out_o1 - target_o1|"),
        (Max(0, W5), "max(0, w_5)"),
        (sqrt(W5 + 1), "sqrt(1 + w_5)"),
        (W5 / sqrt(2), "w_5/sqrt(2)"),
        (Integer(-3), "-3"),
    ],
    ids=str,
)
def test_order_and_parentheses(expr: Expr, plain: str) -> None:
    """Numbers, then w before its input, biases last; no parenthesis too many and none too few."""
    assert PLAIN.write(WRITER.formula(expr)) == plain


@pytest.mark.parametrize(
    ("expr", "plain"),
    [
        (W5 * H1 + B1, "(-2) * (-2) + (-2)"),
        (W5 - ETA * DELTA, "-2 - (-2) * (-2)"),
        (-W5, "-(-2)"),
        (1 - OUT1, "1 - (-2)"),
        (W5**2, "(-2)^2"),
        (exp(-OUT1), "e^(-(-2))"),
        (log(OUT1), "ln(-2)"),
        (W5 / H1, "(-2)/(-2)"),
        (Abs(OUT1), "|-2|"),
        (Max(0, W5), "max(0, -2)"),
    ],
    ids=str,
)
def test_negative_numbers_are_put_in_parentheses(expr: Expr, plain: str) -> None:
    """With -2 put in for every name: never two signs in a row, never a power or a product of a bare minus."""
    numbers = WRITER.with_numbers(lambda _: Numeral("-2", exact=True))
    assert PLAIN.write(numbers.formula(expr)) == plain


def test_scientific_numbers_keep_together() -> None:
    """A number with a power of ten is one factor in every syntax."""
    numbers = WRITER.with_numbers(lambda _: Numeral("1.5", -12))
    box = numbers.formula(W5 * H1)
    assert LATEX.write(box) == r"1.5 \times 10^{-12} \cdot 1.5 \times 10^{-12}"
    assert PLAIN.write(box) == "1.5e-12 * 1.5e-12"


def test_words_are_escaped_for_each_syntax() -> None:
    """Words in a formula cannot leave it, in LaTeX or in Typst."""
    words = Words(r'50% of $x_1$ \input{a} "b" #c')
    assert LATEX.write(words) == r'\text{50\% of \$x\_1\$ \textbackslash{}input\{a\} "b" \#c}'
    assert TYPST.write(words) == r'"50% of $x_1$ \\input{a} \"b\" #c"'


def test_a_function_of_a_fraction_has_tall_parentheses() -> None:
    """In LaTeX parentheses grow with what is in them."""
    half = WRITER.formula(Rational(1, 2))
    assert LATEX.write(Paren(half)) == r"\left(\frac{1}{2}\right)"
    assert LATEX.write(Call("tanh", (half,))) == r"\tanh\left(\frac{1}{2}\right)"
    assert LATEX.write(Paren(WRITER.formula(W5))) == "(w_{5})"


def test_what_cannot_be_written_is_refused() -> None:
    """An expression no network has is an error with a sentence, never garbage."""
    from sympy import sin

    with pytest.raises(BpsymError, match="no way to print sin"):
        WRITER.formula(sin(W5))
