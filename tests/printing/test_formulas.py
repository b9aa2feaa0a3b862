"""Formulas of all examples in LaTeX, Typst, MathML and plain text."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

import mpmath
import pytest
import typst
from latex2mathml.converter import convert

from bpsym.notation import NOTATIONS
from bpsym.printing import LATEX, PLAIN, TYPST
from bpsym.printing.layout import Cases
from bpsym.verify import tree
from bpsym.verify.canonical import statement
from bpsym.verify.read import read_text
from printing.formulas import NAMES, double_script, formulas
from sheet import paper
from sheet.made import sheet

if TYPE_CHECKING:
    from pathlib import Path

    from bpsym.printing import Syntax


@pytest.mark.parametrize(
    ("latex", "place"),
    [("x^{2}^{3}", "x^{2}^"), ("w_{1}_{2}", "w_{1}_"), ("f^{2}'", "f^{2}'")],
)
def test_double_scripts_are_found(latex: str, place: str) -> None:
    """The check of the next test sees what TeX refuses, and lets pass what TeX takes."""
    assert double_script(latex) == place
    assert double_script("x_{1}^{2} + (x^{2})^{3} y^{a^{b}_{c}} f'^{2} w^{(1)+}") == ""


@pytest.mark.parametrize("name", NAMES)
def test_latex_is_well_formed(name: str) -> None:
    """Braces and delimiters come in pairs, no script is doubled, environments are closed, no character is unescaped."""
    for formula in formulas(name):
        latex = LATEX.write(formula)
        assert double_script(latex) == "", latex
        depths = [latex[:end].count("{") - latex[:end].count("}") for end in range(len(latex) + 1)]
        assert min(depths) == depths[-1] == 0, latex
        assert latex.count(r"\left") == latex.count(r"\right"), latex
        assert re.findall(r"\\begin{(\w+)}", latex) == re.findall(r"\\end{(\w+)}", latex), latex
        assert latex.isascii(), latex
        assert not re.search(r"[#$%~\"<]", latex), latex


@pytest.mark.parametrize("name", NAMES)
def test_mathml_has_every_digit(name: str) -> None:
    """latex2mathml takes every formula, and the digits in what it makes are those of the plain text, in order."""
    for formula in formulas(name)[::7]:
        text = re.sub(r"<[^>]*>|&#x[0-9A-F]*;", "", convert(LATEX.write(formula)))
        if "sum" not in LATEX.write(formula):  # plain text puts a sum's ends in another order
            assert re.findall(r"\d", text) == re.findall(r"\d", LATEX.write(formula)), LATEX.write(formula)


def test_typst_compiles_every_formula() -> None:
    """One Typst document with all formulas of all examples compiles, and no formula is empty."""
    every = dict.fromkeys(TYPST.write(formula) for name in NAMES for formula in formulas(name))
    assert all(text.strip() for text in every)
    lines = ["#set page(width: auto, height: auto)", *(f"$ {text} $" for text in every)]
    assert typst.compile("\n".join(lines).encode(), format="svg")


def value(expr: tree.Expr) -> mpmath.mpf:
    """What a formula without names, as the verifier reads it, is worth."""
    match expr:
        case tree.Number():
            return mpmath.mpf(expr.value.numerator) / expr.value.denominator
        case tree.Negative():
            return -value(expr.operand)
        case tree.Sum():
            return mpmath.fsum(sign * value(term) for sign, term in zip(expr.signs, expr.terms, strict=True))
        case tree.Product():
            return mpmath.fprod(map(value, expr.factors))
        case tree.Quotient():
            return value(expr.numerator) / value(expr.denominator)
        case tree.Power(base=tree.Name(base="e")):
            return mpmath.exp(value(expr.exponent))
        case tree.Power():
            return value(expr.base) ** value(expr.exponent)
        case tree.Call() if expr.function.base in ("ln", "tanh", "max"):
            function = {"ln": mpmath.log, "tanh": mpmath.tanh, "max": max}[expr.function.base]
            return function(*map(value, expr.arguments))
    raise AssertionError(expr)


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("syntax", [PLAIN, LATEX], ids=["plain", "latex"])
def test_numbers_are_read_back(example_path: Path, notation: str, syntax: Syntax) -> None:
    """The verifier's reader finds in the text of a line the numbers and operations that were put there."""
    known = paper.Paper(paper.as_printed, paper.named({}), {})
    made = sheet(example_path.stem, notation=notation)
    for line in made.lines:
        if line.figures is None or any(isinstance(box, Cases) for box in paper.boxes(line.figures)):
            continue  # cases have no plain spelling that is read
        text = syntax.write(line.formula)
        (found,) = read_text(text if syntax is PLAIN else f"${text}$", "sheet.txt").statements
        with mpmath.workdps(30):
            *_, figures, last = found.terms
            exact = known.value(line.figures).point
            assert abs(value(figures) - mpmath.mpf(exact.numerator) / exact.denominator) < mpmath.mpf(10) ** -25, text
            assert line.value is not None
            assert abs(paper.fraction(value(last)) - paper.printed(line.value)) < Fraction(1, 10**25)


def without_dots(text: str) -> str:
    """A reading without the sign between factors, which each syntax writes in its own way."""
    return re.sub(r" [·*] ", " ", text)


@pytest.mark.parametrize("notation", NOTATIONS)
def test_names_are_read_alike_from_plain_text_and_latex(example_path: Path, notation: str) -> None:
    """A line reads the same from plain text and from LaTeX: same names, indices, layers, marks, derivatives."""
    made = sheet(example_path.stem, notation=notation)
    for line in made.lines:
        if any(isinstance(box, Cases) for form in line.forms for box in paper.boxes(form)):
            continue
        plain = read_text(PLAIN.write(line.asked), "sheet.txt")
        latex = read_text(f"${LATEX.write(line.asked)}$")
        if not line.forms:
            continue  # a name alone states nothing
        (first,), (second,) = plain.statements, latex.statements
        assert without_dots(statement(first)) == without_dots(statement(second))
        assert not plain.unreadable
        assert not latex.unreadable
