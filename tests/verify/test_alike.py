"""Laws that contradict themselves or all others of a document: an index that is missing, a step with the other sign."""

from __future__ import annotations

import pytest

from bpsym.verify.read import read_text
from bpsym.verify.report.data import DocumentReport, report_of
from bpsym.verify.run import verify

RULES = r"""
# Rules of one hidden layer, w_{ij} leads from i to j

The error signals have the minus sign in them.

$$\delta_k = (t_k - o_k) o_k (1 - o_k)$$

$$\delta_j = h_j (1 - h_j) \sum_k \delta_k w_{jk}$$

$$\frac{\partial E}{\partial w_{jk}} = -\delta_k h_j$$

$$w_{jk} \leftarrow w_{jk} + \eta \delta_k h_j$$

$$w_{ij} \leftarrow w_{ij} + \eta \delta_j x_i$$

$$b_j \leftarrow b_j + \eta \delta_j$$
"""

SLOPES = r"""
# A linear layer

$$u_j = \sum_i w_{ij} h_i$$

$$e_j = \frac{\partial E}{\partial u_j} = y_j - t_j$$

$$\frac{\partial E}{\partial w_{ij}} = \frac{\partial E}{\partial u_j} \frac{\partial u_j}{\partial w_{ij}} = e_j h_i$$

$$\frac{\partial u_j}{\partial w_{ij}} = h_i$$
"""


def _report(text: str) -> DocumentReport:
    return report_of(verify(read_text(text, "rules.md")))


@pytest.mark.parametrize("text", [RULES, SLOPES])
def test_laws_that_agree_raise_no_alarm(text: str) -> None:
    """Nothing is wrong: a slope of a unit by a weight has one index, that of the loss both."""
    assert [f for f in _report(text).findings if f.verdict == "wrong"] == []


@pytest.mark.parametrize(
    ("text", "right", "wrong", "expected"),
    [
        (RULES, r"\sum_k \delta_k w_{jk}", r"\sum_k \delta_j w_{jk}", r"h_j (1 - h_j) \sum_k \delta_k w_{jk}"),
        (RULES, r"w_{ij} + \eta \delta_j x_i", r"w_{ij} + \eta \delta_i x_i", r"\delta_j"),
        (RULES, r"w_{jk} + \eta \delta_k h_j", r"w_{jk} - \eta \delta_k h_j", r"+ \eta \delta_k h_j"),
        (SLOPES, "= e_j h_i", "= e_j h_j", "h_i"),
    ],
)
def test_a_law_that_cannot_be_meant_is_wrong(text: str, right: str, wrong: str, expected: str) -> None:
    """It is blamed on its line, with what it should be."""
    assert right in text
    changed = text.replace(right, wrong, 1)
    line = next(k for k, (a, b) in enumerate(zip(text.split("\n"), changed.split("\n"), strict=True), 1) if a != b)
    found = [f for f in _report(changed).findings if f.verdict in ("wrong", "carried")]
    assert [f.line for f in found] == [line]
    assert found[0].expected in expected


def test_two_steps_of_either_sign_are_no_majority() -> None:
    """One that adds beside one that subtracts: δ may have changed its sign between them."""
    text = RULES.replace(r"w_{jk} + \eta", r"w_{jk} - \eta").replace(r"b_j \leftarrow b_j + \eta \delta_j", "c = 1")
    assert [f for f in _report(text).findings if f.verdict == "wrong"] == []
