"""Laws beside numbers: a general formula that the example below it contradicts, though the numbers are right."""

from __future__ import annotations

import pytest

from bpsym.verify.read import read_text
from bpsym.verify.report.data import DocumentReport, report_of
from bpsym.verify.run import verify

UNITS = r"""
# Two inputs, units 3 and 4, output 5

| $x_{1}$ | $x_{2}$ | $w_{13}$ | $w_{14}$ | $w_{23}$ | $w_{24}$ | $w_{35}$ | $w_{45}$ | $b_{3}$ | $b_{4}$ | $b_{5}$ |
|---|---|---|---|---|---|---|---|---|---|---|
| 0.9 | -0.4 | 0.3 | -0.6 | 0.7 | 0.2 | 0.5 | -0.8 | 0.1 | -0.2 | 0.25 |

A unit receives and sends

$$S_j = \sum_i w_{ij} O_i + b_j$$

$$O_j = \frac{1}{1 + e^{-S_j}}$$

and a hidden unit has the error

$$\operatorname{Err}_j = O_j (1 - O_j) \sum_k \operatorname{Err}_k w_{jk}$$

## Numbers

$$O_3 = \frac{1}{1 + e^{-0.09}} = 0.52248$$

$$O_4 = \frac{1}{1 + e^{0.82}} = 0.30576$$

$$S_5 = 0.5 \cdot 0.52248 - 0.8 \cdot 0.30576 + 0.25 = 0.26663$$

$$O_5 = \frac{1}{1 + e^{-0.26663}} = 0.56627$$

$$\operatorname{Err}_5 = 0.56627 (1 - 0.56627)(1 - 0.56627) = 0.10653$$

$$\operatorname{Err}_3 = 0.52248 (1 - 0.52248) \cdot 0.10653 \cdot 0.5 = 0.01329$$

$$\operatorname{Err}_4 = 0.30576 (1 - 0.30576) \cdot 0.10653 \cdot (-0.8) = -0.01809$$
"""

VECTORS = r"""
# tanh, then a linear output

x = (1.5, -0.5)^T, y = 1

$W^{(2)} = [0.5, -0.7]$, $b^{(2)} = 0.2$

$z^{(1)} = (0.6, 0.65)^T$

$a^{(1)} = \tanh(z^{(1)}) = (0.5370, 0.5717)^T$

$z^{(2)} = W^{(2)} a^{(1)} + b^{(2)} = 0.0684$

$\delta^{(2)} = z^{(2)} - y = -0.9316$

$\delta^{(1)} = (W^{(2)T} \delta^{(2)}) \odot (1 - a^{(1)} \odot a^{(1)})$

$\delta^{(1)}_1 = 0.5 \cdot (-0.9316) \cdot (1 - 0.5370^2) = -0.3315$

$\delta^{(1)}_2 = -0.7 \cdot (-0.9316) \cdot (1 - 0.5717^2) = 0.4390$
"""

STEPS = r"""
# A cell with one gate, two steps

$$f_t = \sigma(w_f s_t + u_f c_{t-1})$$

$$g_t = \tanh(w_g s_t + u_g c_{t-1})$$

$$c_t = f_t \odot c_{t-1} + (1 - f_t) \odot g_t$$

$$dc_t = c_t - label_t$$

$$df_t = dc_t \odot (c_{t-1} - g_t) \odot f_t \odot (1 - f_t)$$

$$dg_t = dc_t \odot (1 - f_t) \odot (1 - g_t^2)$$

## Numbers

$c_0 = 0$

$f_1 = \sigma(0.4 \cdot 0.8 + 0.3 \cdot 0) = \sigma(0.32) = 0.57932$

$g_1 = \tanh(-0.5 \cdot 0.8 + 0.6 \cdot 0) = \tanh(-0.4) = -0.37995$

$c_1 = 0.57932 \cdot 0 + (1 - 0.57932) \cdot (-0.37995) = -0.15984$

$f_2 = \sigma(0.4 \cdot (-0.3) + 0.3 \cdot (-0.15984)) = \sigma(-0.16795) = 0.45811$

$g_2 = \tanh(-0.5 \cdot (-0.3) + 0.6 \cdot (-0.15984)) = \tanh(0.05410) = 0.05405$

$c_2 = 0.45811 \cdot (-0.15984) + (1 - 0.45811) \cdot 0.05405 = -0.04394$

$dc_1 = -0.15984 - 0.5 = -0.65984$

$dc_2 = -0.04394 - 0.2 = -0.24394$

$df_2 = -0.24394 \cdot (-0.15984 - 0.05405) \cdot 0.45811 \cdot (1 - 0.45811) = 0.01295$

$dg_2 = -0.24394 \cdot (1 - 0.45811) \cdot (1 - 0.05405^2) = -0.13180$

$df_1 = -0.65984 \cdot (0 + 0.37995) \cdot 0.57932 \cdot (1 - 0.57932) = -0.06110$

$dg_1 = -0.65984 \cdot (1 - 0.57932) \cdot (1 - 0.37995^2) = -0.23751$
"""

OUTPUTS = r"""
# Softmax outputs, weights $v_{kj}$ from input $j$ to output $k$

$x = (0.5, -1.5)$, $t = (0, 1)$, $\eta = 0.2$

| $k$ | $v_{k1}$ | $v_{k2}$ |
|---|---|---|
| 1 | 0.6 | -0.2 |
| 2 | -0.4 | 0.3 |

$$s_k = \sum_j v_{kj} x_j$$

$s_1 = 0.6 \cdot 0.5 - 0.2 \cdot (-1.5) = 0.6$

$s_2 = -0.4 \cdot 0.5 + 0.3 \cdot (-1.5) = -0.65$

$p_1 = \frac{e^{s_1}}{e^{s_1} + e^{s_2}} = 0.77730$

$p_2 = \frac{e^{s_2}}{e^{s_1} + e^{s_2}} = 0.22270$

$$\delta_k = \frac{\partial E}{\partial s_k} = p_k - t_k$$

$\delta_1 = 0.77730 - 0 = 0.77730$

$\delta_2 = 0.22270 - 1 = -0.77730$

$$\frac{\partial E}{\partial v_{kj}} = \delta_k x_j$$

$$\frac{\partial E}{\partial V} = \begin{pmatrix} 0.38865 & -1.16595 \\ -0.38865 & 1.16595 \end{pmatrix}$$
"""

TABLES = r"""
# Units 1, 2 send to 3, 4; these to 5

| $O_{1}$ | $O_{2}$ | $w_{13}$ | $w_{23}$ | $w_{14}$ | $w_{24}$ |
|---|---|---|---|---|---|
| 0.9 | -0.4 | 0.3 | 0.7 | -0.6 | 0.2 |

| $w_{35}$ | $w_{45}$ | $b_{3}$ | $b_{4}$ | $b_{5}$ |
|---|---|---|---|---|
| 0.5 | -0.8 | 0.1 | -0.2 | 0.25 |

$$S_j = \sum_i w_{ij} O_i + b_j$$

$$O_j = \frac{1}{1 + e^{-S_j}}$$

$$\operatorname{Err}_j = O_j (1 - O_j) \sum_k \operatorname{Err}_k w_{jk}$$

$O_3 = \frac{1}{1 + e^{-0.09}} = 0.52248$, $O_4 = \frac{1}{1 + e^{0.82}} = 0.30576$

$S_5 = 0.5 \cdot 0.52248 - 0.8 \cdot 0.30576 + 0.25 = 0.26663$

$O_5 = \frac{1}{1 + e^{-0.26663}} = 0.56627$

$\operatorname{Err}_5 = 0.56627 (1 - 0.56627)(1 - 0.56627) = 0.10653$

$\operatorname{Err}_3 = 0.52248 (1 - 0.52248) \cdot 0.10653 \cdot 0.5 = 0.01329$

$\operatorname{Err}_4 = 0.30576 (1 - 0.30576) \cdot 0.10653 \cdot (-0.8) = -0.01809$
"""

PATH = r"""
# One path

$x = 1.5$, $t = 2$, $w = 0.8$, $v = 0.7$

$z = w x = 1.2$

$a = \tanh(z) = 0.83365$

$y = v a = 0.58356$

$e = y - t = -1.41644$

$d = e \cdot v \cdot (1 - \tanh^2(z))$

$d = -1.41644 \cdot 0.7 \cdot (1 - 0.83365^2) = -0.30244$
"""


def _report(text: str) -> DocumentReport:
    return report_of(verify(read_text(text, "laws.md")))


@pytest.mark.parametrize("text", [UNITS, VECTORS, STEPS, OUTPUTS, TABLES, PATH])
def test_laws_their_example_follows_raise_no_alarm(text: str) -> None:
    """Nothing is wrong where the numbers are what the laws come to."""
    assert [f for f in _report(text).findings if f.verdict in ("wrong", "carried")] == []


@pytest.mark.parametrize(
    ("text", "right", "wrong", "rule"),
    [
        (UNITS, r"\operatorname{Err}_k w_{jk}", r"\operatorname{Err}_k w_{kj}", "indices-swapped"),
        (VECTORS, r"1 - a^{(1)} \odot a^{(1)}", r"1 - z^{(1)} \odot z^{(1)}", "other-name"),
        (STEPS, r"(c_{t-1} - g_t) \odot", r"(c_{t} - g_t) \odot", "layer-or-step"),
        (STEPS, r"(1 - g_t^2)", r"(1 - f_t^2)", "other-name"),
        (STEPS, r"(1 - g_t^2)", r"(1 + g_t^2)", "sign"),
        (PATH, r"1 - \tanh^2(z)", r"1 - \tanh(z)", "square-forgotten"),
        (OUTPUTS, "p_k - t_k", "t_k - p_k", "sign"),
        (OUTPUTS, r"\delta_k x_j", r"\delta_j x_k", "indices-swapped"),
        (TABLES, r"\operatorname{Err}_k w_{jk}", r"\operatorname{Err}_k w_{kj}", "indices-swapped"),
    ],
)
def test_a_law_its_example_contradicts_is_wrong(text: str, right: str, wrong: str, rule: str) -> None:
    """It is blamed on its line, and no number is."""
    assert right in text
    changed = text.replace(right, wrong, 1)
    line = next(k for k, (a, b) in enumerate(zip(text.split("\n"), changed.split("\n"), strict=True), 1) if a != b)
    found = [f for f in _report(changed).findings if f.verdict in ("wrong", "carried")]
    assert [(f.line, f.rule) for f in found] == [(line, rule)]


def test_the_law_of_a_network_with_other_functions_is_not_blamed() -> None:
    """A chapter says g for any function, and its example has the tanh."""
    text = VECTORS.replace(r"$z^{(1)} = (0.6", "$a^{(l)} = g(z^{(l)})$\n\n$z^{(1)} = (0.6", 1)
    assert [f for f in _report(text).findings if f.verdict == "wrong"] == []


def test_another_figure_of_the_same_name_is_held_against_the_law_beside_it() -> None:
    """Each problem has its own x and y: a law is about the figures before it."""
    text = "Problem 1. $x = (1.25, 2.5)$, $m = 1.875$, $y = x - m = (-0.625, 0.625)$\n\n"
    text += "Problem 2. $x = (3.5, 1.1)$, $m = 2.3$, $y = x - m = (1.2, -1.2)$\n"
    assert [f for f in _report(text).findings if f.verdict == "wrong"] == []
