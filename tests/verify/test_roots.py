"""Laws blamed for what follows from them: an index exchanged in an error signal, not in the slopes that use it."""

from __future__ import annotations

import pytest

from bpsym.verify.read import read_text
from bpsym.verify.report.data import DocumentReport, report_of
from bpsym.verify.run import verify

LAWS = r"""
# Two layers with letters of their own

$$p_j = \sum_{i} a_{ji} x_i + b_j, \qquad h_j = f(p_j)$$

$$q_k = \sum_{j} c_{kj} h_j + e_k, \qquad y_k = f(q_k)$$

$$f(u) = \frac{1}{1+\exp(-u)}, \qquad f'(u) = f(u)\,(1 - f(u))$$

$$E = \frac{1}{2} \sum_{k} (y_k - t_k)^2$$

With $\delta_k := \partial E/\partial q_k$

$$\delta_k = (y_k - t_k)\, y_k (1-y_k), \qquad \frac{\partial E}{\partial c_{kj}} = \delta_k h_j$$

$$\delta_j = f'(p_j) \sum_{k} \delta_k c_{kj}$$

$$\frac{\partial E}{\partial a_{ji}} = \delta_j x_i, \qquad \frac{\partial E}{\partial b_j} = \delta_j$$
"""
NUMBERS = r"""
# Numbers

$x = (1, 2)$, $t = (1, 0)$

$$a = \begin{pmatrix} 0.3 & -0.1 \\ 0.2 & 0.4 \end{pmatrix}, \quad b = \begin{pmatrix} 0 \\ 0.1 \end{pmatrix}$$

$$c = \begin{pmatrix} 0.2 & -0.3 \\ 0.6 & 0.1 \end{pmatrix}, \quad e = \begin{pmatrix} 0.1 \\ 0 \end{pmatrix}$$

$p_1 = 0.3 \cdot 1 - 0.1 \cdot 2 + 0 = 0.1$, $p_2 = 0.2 \cdot 1 + 0.4 \cdot 2 + 0.1 = 1.1$

$h_1 = f(0.1) = 0.5250$, $h_2 = f(1.1) = 0.7503$
"""


def _report(text: str) -> DocumentReport:
    return report_of(verify(read_text(text, "laws.md")))


@pytest.mark.parametrize("text", [LAWS, LAWS + NUMBERS])
def test_signals_of_two_layers_raise_no_alarm(text: str) -> None:
    """Nothing is wrong: δ_k is by q_k, as it is said, and δ_j by p_j, for there is no q_j."""
    assert [(f.line, f.written) for f in _report(text).findings if f.verdict in ("wrong", "carried")] == []


@pytest.mark.parametrize("text", [LAWS, LAWS + NUMBERS])
def test_the_law_is_blamed_and_not_what_uses_it(text: str) -> None:
    """∂E/∂p_j is Σ_k δ_k ∂q_k/∂p_j with ∂q_k/∂h_j = c_kj; the slopes by a and b are δ_j x_i and δ_j."""
    report = _report(text.replace(r"\delta_k c_{kj}$$", r"\delta_k c_{jk}$$"))
    wrong = [f for f in report.findings if f.verdict in ("wrong", "carried")]
    assert [(f.written, f.expected, f.rule) for f in wrong] == [("c_{jk}", "c_{kj}", "indices-swapped")]


@pytest.mark.parametrize("text", [LAWS, LAWS + NUMBERS])
def test_a_slope_of_its_own_is_blamed_itself(text: str) -> None:
    """Where the law is right, the slope that lacks the input is what is wrong."""
    report = _report(text.replace(r"\delta_j x_i, ", r"\delta_j x_i^2, "))
    wrong = [f for f in report.findings if f.verdict == "wrong"]
    assert all(f.written != "c_{kj}" for f in wrong)
