"""Products of vectors and matrices that do not fit as the document lays them, where all its others do."""

from __future__ import annotations

import pytest

from bpsym.verify.read import read_text
from bpsym.verify.report.data import DocumentReport, report_of
from bpsym.verify.run import verify

ROWS = r"""
# Two linear layers, vectors are rows

$$x = \begin{bmatrix} 1 & 2 \end{bmatrix}, \quad y = \begin{bmatrix} 4 & 4 \end{bmatrix}$$

$$W_1 = \begin{bmatrix} 1 & 0 & 2 \\ 0 & 1 & -1 \end{bmatrix}, \quad
W_2 = \begin{bmatrix} 1 & 0 \\ 2 & 1 \\ 0 & 3 \end{bmatrix}$$

$$h = x W_1 = \begin{bmatrix} 1 & 2 & 0 \end{bmatrix}$$

$$z = h W_2 = \begin{bmatrix} 5 & 2 \end{bmatrix}$$

$$L = \frac{1}{2} \sum_k (z_k - y_k)^2 = 2.5$$

$$\delta_2 = z - y = \begin{bmatrix} 1 & -2 \end{bmatrix}$$

$$\delta_1 = \delta_2 W_2^T = \begin{bmatrix} 1 & 0 & -6 \end{bmatrix}$$

$$\frac{\partial L}{\partial W_2} = h^T \delta_2 = \begin{bmatrix} 1 & -2 \\ 2 & -4 \\ 0 & 0 \end{bmatrix}$$

$$\frac{\partial L}{\partial W_1} = x^T \delta_1 = \begin{bmatrix} 1 & 0 & -6 \\ 2 & 0 & -12 \end{bmatrix}$$
"""


def _report(text: str) -> DocumentReport:
    return report_of(verify(read_text(text, "layout.md")))


def test_products_that_fit_raise_no_alarm() -> None:
    """Nothing is wrong where rows are rows throughout."""
    assert [f for f in _report(ROWS).findings if f.verdict == "wrong"] == []


@pytest.mark.parametrize(
    ("right", "wrong", "written", "expected"),
    [
        (r"x^T \delta_1", r"x \delta_1^T", r"x \delta_1^T", r"x^T \delta_1"),
        (r"x^T \delta_1", r"\delta_1^T x", r"\delta_1^T x", ""),
        (r"\delta_2 W_2^T", r"\delta_2 W_2", "W_2", "W_2^T"),
    ],
)
def test_a_product_that_does_not_fit_is_wrong(right: str, wrong: str, written: str, expected: str) -> None:
    """It is blamed, and nothing else."""
    assert right in ROWS
    found = [f for f in _report(ROWS.replace(right, wrong, 1)).findings if f.verdict in ("wrong", "carried")]
    assert [(f.written, f.expected) for f in found] == [(written, expected)]


@pytest.mark.parametrize(
    "sloppy",
    [
        ROWS.replace(r"x^T \delta_1", r"x \delta_1^T").replace(r"h^T \delta_2", r"h \delta_2^T"),
        ROWS.replace(r"\begin{bmatrix} 1 & 2 \end{bmatrix}", "(1, 2)").replace(r"x^T \delta_1", r"x \delta_1^T"),
    ],
)
def test_where_vectors_lie_as_they_are_needed_nothing_is_said(sloppy: str) -> None:
    """Two products out of four that do not fit are a habit; a plain list stands or lies."""
    assert [f for f in _report(sloppy).findings if f.verdict == "wrong"] == []
