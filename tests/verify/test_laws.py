"""Documents of laws, without a number: textbook rules in the usual notations, unbroken and each with one slip."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from bpsym.options import sheet_options
from bpsym.render.products import Target, products
from bpsym.spec import load
from bpsym.verify.meaning.families import COLUMN, MATRIX, ROW, SCALAR, NameFamily
from bpsym.verify.meaning.shapes import shapes_of
from bpsym.verify.read import read, read_text
from bpsym.verify.report.data import DocumentReport, report_of
from bpsym.verify.run import verify

FOLDER = Path(__file__).parent.parent / "data" / "laws"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.iterdir()) if path.suffix != ".toml"}
SLIPS = tomllib.loads((FOLDER / "slips.toml").read_text(encoding="utf-8"))["slip"]
EXAMPLES = Path(__file__).parents[2] / "examples"
JUDGED = 0.7  # of a text's claims


def _report(name: str, text: str) -> DocumentReport:
    return report_of(verify(read_text(text, name)))


@pytest.mark.parametrize("name", TEXTS)
def test_right_laws_raise_no_alarm(name: str) -> None:
    """Nothing in a right text is called wrong, and most of its claims are judged."""
    report = _report(name, TEXTS[name])
    assert [f for f in report.findings if f.verdict in ("wrong", "carried")] == []
    assert report.counts["undecided"] + report.counts["unreadable"] <= (1 - JUDGED) * report.claims


@pytest.mark.parametrize("example", ["two-by-two", "autoencoder"])
def test_laws_with_the_sizes_of_an_example_raise_no_alarm(example: str) -> None:
    """A sheet of general rules, with sizes for numbers and letters for layers, samples and units, is all right."""
    description = load(EXAMPLES / f"{example}.toml")
    options = sheet_options(description, kind="law", notation="net-out")
    (sheet,) = products(description, options, [Target("markdown", "files")])
    report = report_of(verify(read(sheet.content, "sheet.md")))
    assert [f for f in report.findings if f.verdict in ("wrong", "carried")] == []
    assert report.counts["undecided"] + report.counts["unreadable"] <= (1 - JUDGED) * report.claims


@pytest.mark.parametrize("slip", SLIPS, ids=[f"{s['file']}:{s['line']}" for s in SLIPS])
def test_one_slip_is_found_on_its_line(slip: dict[str, Any]) -> None:
    """A transpose, factor, sign, index or derivative that is wrong is reported on its line and on no other.

    Where no small change is found that would make it right, and nothing else is blamed, it is left open.
    """
    text = TEXTS[slip["file"]]
    assert slip["right"] in text
    report = _report(slip["file"], text.replace(slip["right"], slip["wrong"], 1))
    blamed = {f.line for f in report.findings if f.verdict == "wrong"}
    assert blamed == (set() if slip.get("left_open") else {slip["line"]})
    assert slip["line"] in {f.line for f in report.findings}


PROBLEMS = r"""
## The loss of softmax

$$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$

$$L = -\sum_i t_i \log p_i$$

$$\frac{\partial p_i}{\partial z_i} = p_i (1 - p_i)$$

$$\frac{\partial L}{\partial p_i} = -\frac{t_i}{p_i}$$

## A layer of any network

$$Y = X W$$

$$\frac{\partial L}{\partial X} = \frac{\partial L}{\partial Y} W^T$$

$$\frac{\partial L}{\partial W} = X^T \frac{\partial L}{\partial Y}$$
"""


def test_each_section_may_be_a_problem_of_its_own() -> None:
    """L is the loss of softmax in one section and any function of Y in the next; a wrong order is not proved."""
    right = r"X^T \frac{\partial L}{\partial Y}"
    assert right in PROBLEMS
    report = _report("problems.md", PROBLEMS)
    assert (report.counts["right"], report.claims) == (7, 7)
    report = _report("problems.md", PROBLEMS.replace(right, r"\frac{\partial L}{\partial Y} X^T"))
    assert report.counts["right"] == 6


@pytest.mark.parametrize(
    ("formulas", "shapes"),
    [
        (["Y = X W + b", r"W \in \mathbb{R}^{d \times h}"], {"W": MATRIX, "X": MATRIX, "Y": MATRIX, "b": ROW}),
        (["Z = W X + b", r"dW = dZ X^T"], {"W": MATRIX, "X": MATRIX, "Z": MATRIX, "b": COLUMN}),
        ([r"z = w^T x + b", r"L = \frac{1}{2} (z - t)^2"], {"w": COLUMN, "x": COLUMN, "L": SCALAR}),
    ],
)
def test_names_have_the_shapes_their_formulas_ask_for(formulas: list[str], shapes: dict[str, tuple[int, int]]) -> None:
    """Columns, rows and matrices are told apart by what they are multiplied with and added to."""
    found, *_ = shapes_of(read_text("\n\n".join(f"$${formula}$$" for formula in formulas), "laws.md").statements)
    assert {base: found[NameFamily(base, (), ())] for base in shapes} == shapes


GATES = r"""
$$i = \sigma(W_i x + U_i h_{t-1} + b_i)$$

$$f = \sigma(W_f x + U_f h_{t-1} + b_f)$$

$$o = \sigma(W_o x + U_o h_{t-1} + b_o)$$

$$g = \tanh(W_g x + U_g h_{t-1} + b_g)$$

$$c_t = f \odot c_{t-1} + i \odot g$$

$$h_t = o \odot \tanh(c_t)$$

$$\frac{\partial L}{\partial o} = \frac{\partial L}{\partial h_t} \odot \tanh(c_t)$$

$$\frac{\partial L}{\partial c_t} = \frac{\partial L}{\partial h_t} \odot o \odot (1 - \tanh^2(c_t))$$

$$\frac{\partial L}{\partial i} = \frac{\partial L}{\partial c_t} \odot g$$

$$\frac{\partial L}{\partial c_{t-1}} = \frac{\partial L}{\partial c_t} \odot f$$

$$\frac{\partial L}{\partial \hat{i}} = \frac{\partial L}{\partial i} \odot i \odot (1 - i)$$

$$\frac{\partial L}{\partial \hat{g}} = \frac{\partial L}{\partial g} \odot (1 - g^2)$$

$$\frac{\partial L}{\partial W_i} = \frac{\partial L}{\partial \hat{i}} x^T$$

$$\frac{\partial L}{\partial U_f} = \frac{\partial L}{\partial \hat{f}} h_{t-1}^T$$
"""


def test_one_step_of_a_cell_takes_the_state_before_as_given() -> None:
    """Gates without an index are those of the step spoken of; hats stand for what goes into them."""
    report = _report("gates.md", GATES)
    assert (report.counts["right"], report.claims) == (14, 14)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"(1 - \tanh^2(c_t))", "(1 - c_t^2)"),
        (r"\frac{\partial L}{\partial c_t} \odot f$$", r"\frac{\partial L}{\partial c_t} \odot i$$"),
        (r"\odot (1 - g^2)", r"\odot g \odot (1 - g)"),
    ],
)
def test_a_slip_in_one_step_of_a_cell_is_told(right: str, wrong: str) -> None:
    """The slope of tanh at its value, the wrong gate, the slope of σ for that of tanh."""
    assert right in GATES
    assert _report("gates.md", GATES.replace(right, wrong)).counts["wrong"] == 1


def test_a_matrix_and_a_vector_of_one_letter_are_no_square() -> None:
    """Targets that are a matrix under one name and a number under another are drawn, and a definition stands."""
    text = "so E = W .\n`out_h1 = ln(z1) = y = sigmoid(E)`\nW = z1\ny_hat = y_hat\nso y_hat = dt/dt .\n    x2 = w1"
    judged = verify(read_text(text)).judgements
    assert [str(j.verdict) for j in judged if text[j.span.start : j.span.end] == "z1"] == ["right"]


EXAMPLE = r"""

## An example in numbers

$q_1 = 0.5 \cdot 0.3 + 0.2 = 0.35$

$p_1 = \frac{1}{1 + e^{-0.35}} = 0.5866$

$q_2 = 0.4 \cdot 0.5866 - 0.1 = 0.1346$

$p_2 = \frac{1}{1 + e^{-0.1346}} = 0.5336$

$r = (0.5336 - 1)^2 = 0.2175$
"""


@pytest.mark.parametrize("name", ["recurrent-vectors.md", "decay-columns.md", "softmax-zh.md", "letters-are-layers.md"])
def test_slips_in_laws_are_found_where_numbers_are_worked_below(name: str) -> None:
    """An example of something else behind them takes nothing from what the laws prove of each other."""
    text = TEXTS[name]
    assert [f for f in _report(name, text + EXAMPLE).findings if f.verdict in ("wrong", "carried")] == []
    slips = [slip for slip in SLIPS if slip["file"] == name and not slip.get("left_open")]
    assert slips
    for slip in slips:
        report = _report(name, text.replace(slip["right"], slip["wrong"], 1) + EXAMPLE)
        assert {f.line for f in report.findings if f.verdict == "wrong"} == {slip["line"]}
