"""A cross-entropy with label and prediction exchanged: it is wrong, and the slopes below it are right."""

from __future__ import annotations

import pytest

from bpsym.verify.read import read_text
from bpsym.verify.report.data import DocumentReport, report_of
from bpsym.verify.run import verify

TEXT = r"""
# One layer, softmax

$$s = W x$$

$$p_i = \frac{e^{s_i}}{\sum_j e^{s_j}}$$

$$L = -\sum_i y_i \log p_i$$

$$\delta = \frac{\partial L}{\partial s} = p - y$$

$$\frac{\partial L}{\partial W} = \delta x^T$$

$x = \begin{bmatrix} 2 \\ -1 \end{bmatrix}$, $y = \begin{bmatrix} 0 \\ 1 \end{bmatrix}$

$W = \begin{bmatrix} 0.5 & 0.2 \\ 0.1 & -0.3 \end{bmatrix}$

$s = \begin{bmatrix} 0.8 \\ 0.5 \end{bmatrix}$

$p = \begin{bmatrix} 0.5744 \\ 0.4256 \end{bmatrix}$

$L = -\log 0.4256 = 0.8543$

$\delta = \begin{bmatrix} 0.5744 \\ -0.5744 \end{bmatrix}$
"""


def _report(text: str) -> DocumentReport:
    return report_of(verify(read_text(text, "entropy.md")))


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT.replace(r"y = \begin{bmatrix} 0 \\ 1", r"y = \begin{bmatrix} 0.1 \\ 0.9"),  # no label: nothing is told
    ],
)
def test_the_loss_as_it_should_be_raises_no_alarm(text: str) -> None:
    """Nothing in its formulas is wrong."""
    assert [f for f in _report(text).findings if f.verdict == "wrong" and "L" in f.written] == []


def test_label_and_prediction_exchanged() -> None:
    """The loss alone is blamed, with what it should be."""
    changed = TEXT.replace(r"y_i \log p_i", r"p_i \log y_i")
    found = [f for f in _report(changed).findings if f.verdict in ("wrong", "carried")]
    assert [(f.written, f.expected) for f in found] == [(r"-\sum_i p_i \log y_i", r"-\sum_i y_i \log p_i")]
