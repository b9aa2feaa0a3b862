"""A table that has the parameters in its first column need not say what they are: it may hold their gradients."""

from __future__ import annotations

import pytest

from bpsym.verify.read import read_text
from bpsym.verify.run import verify
from transcripts import found, verified

NEURON = r"""
A neuron $z = w x + b$, $o = \sigma(z)$ with $w = 0.4$, $b = 0.1$, $x = 0.5$, $t = 1$, $E = \frac12 (o-t)^2$, $\eta = 0.5$.

$z = 0.4 \cdot 0.5 + 0.1 = 0.3$, $o = \sigma(0.3) = 0.5744$, $\delta = (o - t) o (1 - o) = -0.1040$.

| Weight | Calculation | Value |
|---|---|---|
| $w$ | FIRST | GRADIENT |
| $b$ | SECOND | -0.1040 |

$w^{+} = 0.4 - 0.5 \cdot (-0.0520) = 0.4260$
"""  # noqa: E501 - one line of the text


def _written(first: str, second: str, gradient: str = "-0.0520") -> str:
    return NEURON.replace("FIRST", first).replace("SECOND", second).replace("GRADIENT", gradient)


@pytest.mark.parametrize(
    ("first", "second"),
    [(r"$\delta x$", r"$\delta$"), (r"$-0.1040 \cdot 0.5$", r"$-0.1040 \cdot 1$"), ("-0.1040 * 0.5", "-0.1040 * 1")],
    ids=["formulas", "numbers in TeX", "numbers"],
)
def test_gradients_beside_their_parameters(first: str, second: str) -> None:
    """σ(0.3) is 0.57444, (o - t) o (1 - o) is -0.10403: nothing is in error, least of all the given w = 0.4."""
    assert set(+verified(_written(first, second)).counts) == {"right"}


def test_a_wrong_gradient_beside_its_parameter() -> None:
    """-0.1040 · 0.5 is -0.0520: -0.0502 is in error, and nothing else."""
    wrong = found(verified(_written(r"$\delta x$", r"$\delta$", "-0.0502")), "wrong")
    assert [piece for _, piece, _ in wrong] == ["-0.0502"]


@pytest.mark.parametrize("formula", [r"$w - \eta \delta x$", r"$0.4 - 0.5 \cdot (-0.0520)$"])
def test_new_values_beside_their_parameters(formula: str) -> None:
    """A formula that begins from the old value says what the parameter is afterwards: 0.4 + 0.0260 is no 0.3740."""
    table = f"\n| parameter | formula | value |\n|---|---|---|\n| $w$ | {formula} | FIGURE |\n"
    text = _written(r"$\delta x$", r"$\delta$") + table
    assert found(verified(text.replace("FIGURE", "0.4260")), "wrong") == []
    assert [piece for _, piece, _ in found(verified(text.replace("FIGURE", "0.3740")), "wrong")] == ["0.3740"]


ROWS = (
    ("$v_1$", "0.2", "-0.0242", "0.2121"),
    ("$v_2$", "-0.5", "0.0068", "-0.5034"),
    ("$v_3$", "0.75", "0.0258", "0.7371"),
)
GIVEN = "We start from $v_1 = 0.2$, $v_2 = -0.5$, $v_3 = 0.75$ with $\\eta = 0.5$.\n\n"
CHANGES = ("0.0121", "-0.0034", "-0.0129")
ORDERS = [(0, 2, 1, 3), (0, 1, 2, 3), (0, 2, 3)]


def _table(columns: tuple[int, ...], rows: tuple[tuple[str, ...], ...] = ROWS) -> str:
    lines = [["." for _ in columns], ["---" for _ in columns], *([row[k] for k in columns] for row in rows)]
    return GIVEN + "".join(f"| {' | '.join(line)} |\n" for line in lines)


@pytest.mark.parametrize("columns", ORDERS, ids=["gradient first", "old value first", "no old value"])
def test_the_columns_of_an_update_in_any_order(columns: tuple[int, ...]) -> None:
    """0.2 + 0.5 · 0.0242 = 0.2121 and so on: told by the figures, the old value where it was given before the table."""
    assert +verified(_table(columns)).counts == {"right": 10}
    slip = (*ROWS[:2], (*ROWS[2][:3], "0.7629"))  # 0.75 + 0.5 · 0.0258
    assert [piece for _, piece, _ in found(verified(_table(columns, slip)), "wrong")] == ["0.7629"]


def test_changes_that_are_added() -> None:
    """A table of the changes Δv = -η ∂E/∂v: the new value is the old one and the change."""
    rows = tuple((name, old, change, new) for (name, old, _, new), change in zip(ROWS, CHANGES, strict=True))
    assert +verified(_table((0, 2, 3), rows)).counts == {"right": 10}
    slip = (*rows[:2], (*rows[2][:3], "0.7629"))
    assert [piece for _, piece, _ in found(verified(_table((0, 2, 3), slip)), "wrong")] == ["0.7629"]


GIVENS = """
| weight | w1 | w2 | b1 |
|---|---|---|---|
| value | 0.3 | -0.2 | 0.1 |

With $i_1 = 0.2$ and $i_2 = 0.5$:

$$net_{h1} = w_1 * i_1 + w_2 * i_2 + b_1 = RESULT$$
"""


def test_a_row_of_numbers_below_their_names_is_given() -> None:
    """0.3 · 0.2 - 0.2 · 0.5 + 0.1 = 0.06, with weights that stand in a table alone."""
    assert +verified(GIVENS.replace("RESULT", "0.06")).counts == {"right": 7}
    wrong = found(verified(GIVENS.replace("RESULT", "0.16")), "wrong")
    assert [piece for _, piece, _ in wrong] == ["0.16"]


def test_a_row_of_results_is_not_given() -> None:
    """A table of one epoch, or of names that have numbers already, says nothing of what the names stand for."""
    rows = "| epoch | w1 | w2 |\n|---|---|---|\n| 1 | 0.35 | -0.21 |\n"
    assert +verified(GIVENS.replace("RESULT", "0.06") + "\n" + rows).counts == {"right": 7}
    rows = "| | w1 | w2 |\n|---|---|---|\n| then | 0.35 | -0.21 |\n"
    assert +verified(GIVENS.replace("RESULT", "0.06") + "\n" + rows).counts == {"right": 7}


STEPS = """
| | old | gradient | η × gradient | new |
|---|---|---|---|---|
| w1 | 0.20 | 0.03475 | 0.02780 | 0.17220 |
| w2 | -0.50 | 0.01390 | 0.01112 | -0.51112 |
| w3 | -0.30 | 0.05260 | 0.04208 | -0.34208 |
| w4 | 0.90 | 0.00175 | 0.00140 | 0.89860 |
"""


@pytest.mark.parametrize(
    ("right", "written", "should"),
    [
        ("| 0.01390 |", "| 0.03475 |", "0.01390"),  # the step and the new value are of another gradient
        ("| 0.00140 |", "| 0.01403 |", "0.00140"),  # the new value is of the gradient in its row
        ("| -0.34208 |", "| -0.34280 |", "-0.34208"),
    ],
)
@pytest.mark.parametrize("markup", ["md", "html"])
def test_the_one_cell_of_a_row_of_an_update_that_does_not_go_with_the_others(
    markup: str, right: str, written: str, should: str
) -> None:
    """0.8 · 0.01390 = 0.01112, 0.8 · 0.00175 = 0.00140 and -0.30 - 0.04208 = -0.34208: one cell is to blame."""
    table = STEPS.replace(right, written)
    if markup == "html":
        rows = [line.strip("|").split("|") for line in table.strip().split("\n") if "--" not in line]
        cells = ["".join(f"<td>{cell.strip()}</td>" for cell in row) for row in rows]
        table = "<table>\n" + "".join(f"<tr>{row}</tr>\n" for row in cells) + "</table>\n"
    judged = verify(read_text(table, f"sheet.{markup}"))
    assert [piece for _, piece, _ in found(judged, "wrong")] == [written.strip("| ")]
    assert [j.expected for j in judged.judgements if j.verdict == "wrong"] == [should]
