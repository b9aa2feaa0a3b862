"""Documents of other networks: descriptions give the figures their authors printed, and slips are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.rounding import Rounding
from bpsym.spec import load
from bpsym.verify.report.data import report_of
from bpsym.verify.report.text import written
from transcripts import found, verified

DOCUMENTS = Path(__file__).parents[1] / "data" / "documents"


@pytest.mark.parametrize(
    ("name", "quantity", "indices", "figure"),
    [
        ("08-four-layers-codecogs", "out_h1", (1,), "0.802184"),
        ("08-four-layers-codecogs", "net_h2", (1,), "0.242218"),
        ("12-relu-vectors-es", "net_o", (1,), "0.15"),
        ("15-bce-1-1-1", "out_o", (1,), "0.562177"),
        ("19-notebook-3-2-2", "net_o", (1,), "2.086159"),
        ("19-notebook-3-2-2", "d_net_h", (2,), "0.000404"),
        ("20-deep-relu", "net_o", (2,), "0.1739"),
    ],
)
def test_descriptions_give_the_printed_figures(name: str, quantity: str, indices: tuple[int, ...], figure: str) -> None:
    """The forward and backward values their authors printed come out of the descriptions."""
    description = load(DOCUMENTS / f"{name}.toml")
    environment = Environment(Expansion(description.program, description.sizes), description.values)
    entry = description.program.get(quantity)[indices]
    assert environment.numeral(entry, Rounding(6)).text == figure


ROWS = r"""
$x = [1, 4, 5]$

$$z_1 = x W_1 + b_1^T = \begin{bmatrix} 1 & 4 & 5 \end{bmatrix}
\begin{bmatrix} 0.1 & 0.2 \\ 0.3 & 0.4 \\ 0.5 & 0.6 \end{bmatrix}
+ \begin{bmatrix} 0.5 & 0.5 \end{bmatrix} = \begin{bmatrix} 4.3 & 5.3 \end{bmatrix}$$

$$a_1 = f_1(z_1) = \begin{bmatrix} 0.9866 & 0.9950 \end{bmatrix}$$

$$\frac{\partial J}{\partial W_2} = a_1^T \delta_2 = \begin{bmatrix} 0.0765 & 0.1183 \\ 0.0772 & 0.1193 \end{bmatrix}$$
"""


def test_row_vectors() -> None:
    """A document that writes z = xW is read so: its matrices lie the other way round."""
    judged = verified(ROWS, load(DOCUMENTS / "19-notebook-3-2-2.toml"))
    assert found(judged, "wrong") == []
    assert judged.counts["right"] == len(judged.judgements) == 8


def test_an_entry_of_a_matrix_is_blamed_alone() -> None:
    """Of four entries the wrong one is quoted."""
    judged = verified(ROWS.replace("0.0772", "0.0727"), load(DOCUMENTS / "19-notebook-3-2-2.toml"))
    assert [(piece, cause) for _, piece, cause in found(judged, "wrong")] == [("0.0727", "digits-swapped")]


SUMS = r"""
$$p = \begin{bmatrix} 0.5 \cdot 0.2 + 0.3 \cdot 0.7 \\ 0.1 \cdot 0.2 - 0.4 \cdot 0.7 \end{bmatrix}$$

$0.1 + 0.21 = 0.31$

$0.02 - 0.28 = -0.26$
"""


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (r"$x = 2$ and $y = \sum_{i=1}^{100} i = 5050$, so $z = y + 1 = 5051$.", []),
        (r"$x = 2$ and $y = \sum_{i=1}^{100} i = 5150$.", ["5150"]),
        (r"$$\sum_{k=1}^{10} k^2 = 385$$", []),
        (r"$x = 2$ and $y = \sum_{i=1}^{10000000} \sum_{j=1}^{10000000} x = 3$.", []),
    ],
)
def test_a_sum_runs_to_its_bound_and_its_letter_is_a_number(text: str, wrong: list[str]) -> None:
    """1 + 2 + ... + 100 is 5050 and the squares up to 10 come to 385; a sum nobody can write out is left open."""
    assert [piece for _, piece, _ in found(verified(text), "wrong")] == wrong


def test_sums_worked_out_below_a_matrix() -> None:
    """Each line below a matrix of products is held against its row."""
    assert found(verified(SUMS), "wrong") == []
    wrong = found(verified(SUMS.replace("0.02 - 0.28 = -0.26", "0.02 - 2.8 = -2.78")), "wrong")
    assert [(piece, cause) for _, piece, cause in wrong] == [("2.8", "decimal-point")]


def test_the_dropped_activation_of_the_output() -> None:
    """The output taken for its net input is wrong; the error signal that follows from it is carried."""
    text = (
        "$$A[4] = Z[4]$$\n\n$$dZ[4] = A[4] - Y = \\begin{bmatrix} -0.9471 \\\\ 0.1739 \\\\ -0.0075 \\end{bmatrix}$$\n"
    )
    judged = verified(text, load(DOCUMENTS / "20-deep-relu.toml"))
    assert [piece for _, piece, _ in found(judged, "wrong")] == ["Z[4]"]
    assert len(found(judged, "carried")) == 1


def test_the_shortcut_for_a_factor() -> None:
    """With cross-entropy, a - y is the derivative by the net input, not by the output."""
    text = "$$\\frac{dL}{da_2} = a_2 - y$$\n\n$$\\frac{dL}{dz_2} = a_2 - y$$\n"
    judged = verified(text, load(DOCUMENTS / "15-bce-1-1-1.toml"))
    assert [(line, cause) for line, _, cause in found(judged, "wrong")] == [(1, "shortcut-for-factor")]


def test_the_most_copied_example_needs_no_description() -> None:
    """A document that prints the well-known figures without its inputs is checked against that example."""
    text = "\n\n".join(
        f"${name} = {value}$"
        for name, value in (
            ("out_{h1}", "0.593269992"),
            ("out_{h2}", "0.596884378"),
            ("out_{o1}", "0.75136507"),
            ("out_{o2}", "0.772928465"),
            ("E_{total}", "0.298317109"),
        )
    )
    wrong = found(verified(text), "wrong")
    assert [(piece, cause) for _, piece, cause in wrong] == [("0.298317109", "digits-swapped")]


def test_a_chapter_works_the_most_copied_example_in_one_section() -> None:
    """Elsewhere in the chapter its names mean something else: a stride S, a softmax, w of three inputs."""
    worked = "\n\n".join(
        f"$$out_{{{unit}}} = {figure}$$"
        for unit, figure in (("h1", "0.593269992"), ("h2", "0.596884378"), ("o1", "0.751365070"), ("o2", "0.772928465"))
    )
    error = "$$E_{total} = 0.297371109$$"  # 0.298371109
    others = [
        "The sum is $w_1 i_1 + w_2 i_2 + w_3 i_3$ with $w_1 = 1$.",
        "The stride is $S = 2$.",
        "$$out_i = \\frac{e^{V_i}}{\\sum_j e^{V_j}}$$",
        *(f"Then $a_{k} = {k}$." for k in range(8)),
    ]
    rest = "\n\n".join(f"## Topic {k}\n\n{text}" for k, text in enumerate(others))
    text = f"{rest}\n\n## An example\n\n{worked}\n\n{error}\n\n## More\n\nLet $b_1 = 5$.\n"
    judged = verified(text)
    assert judged.example == "mazur-2015"
    assert [piece for _, piece, _ in found(judged, "wrong")] == ["0.297371109"]


def test_definitions_that_contradict_each_other() -> None:
    """Two formulas for one name that differ at any values cannot both be right: the later one is blamed."""
    text = "$$y_i = \\frac{x_i - m}{\\sqrt{v + c}}$$\n\n$$y_i = (x_i - m)(\\sqrt{v + c})^{-0.5}$$\n"
    assert [line for line, _, _ in found(verified(text), "wrong")] == [3]


UPDATES = """| weight | old | gradient | new |
|---|---|---|---|
| w1 | 0.15 | 0.000439 | {} |
| w2 | 0.20 | 0.000877 | {} |
| w3 | 0.25 | 0.000498 | {} |
| w4 | 0.30 | 0.000995 | 0.299502 |
"""


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        (("0.149781", "0.199562", "0.249751"), []),  # 0.15 - 0.5 * 0.000439 = 0.1497805, and so on
        (("0.149781", "0.199651", "0.249571"), [4, 5]),
        (("0.149871", "0.199562", "0.249571"), [3, 5]),
    ],
)
def test_a_table_with_half_its_rows_broken_is_one_of_updates(written: tuple[str, ...], wrong: list[int]) -> None:
    """Titles say what the columns are; the rows that agree say the learning rate, 0.5."""
    judged = verified(UPDATES.format(*written))
    assert [line for line, *_ in found(judged, "wrong")] == wrong
    assert len(judged.judgements) >= 4


def test_a_general_network_is_named_where_it_decided() -> None:
    """Rules stated for no network are held against a general one, which the report discloses."""
    text = """
$z^l_j = \\sum_k w^l_{jk} a^{l-1}_k + b^l_j$, $a^l_j = \\sigma(z^l_j)$, $C = \\frac{1}{2} \\sum_j (y_j - a^L_j)^2$

$\\delta^L_j = \\frac{\\partial C}{\\partial a^L_j} \\sigma'(z^L_j)$

$\\delta^l_j = \\sum_k w^{l+1}_{kj} \\delta^{l+1}_k \\sigma'(z^l_j)$

$\\frac{\\partial C}{\\partial b^l_j} = \\delta^l_j$

$\\frac{\\partial C}{\\partial w^l_{jk}} = a^{l-1}_k \\delta^l_j$

$\\frac{\\partial C}{\\partial w^L_{jk}} = a^{L-1}_k \\delta^L_j$

$\\frac{\\partial C}{\\partial b^L_j} = \\delta^L_j$

$\\frac{\\partial C}{\\partial a^{L-1}_k} = \\sum_j w^L_{jk} \\delta^L_j$
"""
    judged = verified(text)
    assert judged.typical is not None
    assert found(judged, "wrong") == []
    said = written([report_of(judged)], "en", color=False)
    assert "general network (2-3-2-2, sigmoid, half-squared-error)" in said
