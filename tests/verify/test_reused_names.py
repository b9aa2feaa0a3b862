"""Texts whose sections, tables and rules use one letter for several things."""

from __future__ import annotations

import pytest

from bpsym.verify.read import read_text
from bpsym.verify.report.data import DocumentReport, report_of
from bpsym.verify.run import verify
from transcripts import found, verified


def _report(name: str, text: str) -> DocumentReport:
    return report_of(verify(read_text(text, name)))


_TWO_NORMS = r"""
## Over the batch

$$\mu = \frac{1}{m} \sum_{i=1}^m x_i, \qquad \sigma^2 = \frac{1}{m} \sum_{i=1}^m (x_i - \mu)^2$$

$$\hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad y_i = \gamma \hat{x}_i + \beta$$

$$\frac{\partial \ell}{\partial \hat{x}_i} = \frac{\partial \ell}{\partial y_i} \gamma$$

$$\frac{\partial \ell}{\partial \sigma^2} = \sum_{i=1}^m \frac{\partial \ell}{\partial \hat{x}_i} (x_i - \mu) \frac{-1}{2} (\sigma^2 + \epsilon)^{-3/2}$$

$$\frac{\partial \ell}{\partial \mu} = \sum_{i=1}^m \frac{\partial \ell}{\partial \hat{x}_i} \frac{-1}{\sqrt{\sigma^2 + \epsilon}}$$

## Over the features

$$\mu = \frac{1}{H} \sum_{k=1}^H a_k, \qquad \sigma^2 = \frac{1}{H} \sum_{k=1}^H (a_k - \mu)^2$$

$$\hat{a}_k = \frac{a_k - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad h_k = g_k \hat{a}_k + b_k$$

$$\frac{\partial \ell}{\partial g_k} = \frac{\partial \ell}{\partial h_k} \hat{a}_k$$
"""  # noqa: E501 - formulas as people write them
_TABLE = r"""
| name | function | derivative |
|---|---|---|
| arctan | $f(x) = \tan^{-1}(x)$ | $f'(x) = \frac{1}{1 + x^2}$ |
| softplus | $f(x) = \ln(1 + e^x)$ | $f'(x) = \frac{1}{1 + e^{-x}}$ |

$$f(x) = \begin{cases} \alpha (e^x - 1) & x < 0 \\ x & x \ge 0 \end{cases}$$

$$f'(x) = \begin{cases} \alpha e^x & x < 0 \\ 1 & x \ge 0 \end{cases}$$
"""
_RIDGE = r"""
$$J(W) = \frac{1}{2m} \|XW - Y\|^2 + \frac{\lambda}{2} \|W\|^2$$

$$\nabla_W J = \frac{1}{m} X^T (XW - Y) + \lambda W$$

The best choice is $W^* = (X^T X + m \lambda I)^{-1} X^T Y$.

$m = 2$, $\lambda = 0.1$, $X = \begin{bmatrix} 1 & 2 \\ 0 & 1 \end{bmatrix}$, $W = \begin{bmatrix} 0.5 \\ 1 \end{bmatrix}$, $Y = \begin{bmatrix} 2 \\ 0 \end{bmatrix}$

$$XW - Y = \begin{bmatrix} 0.5 \\ 1 \end{bmatrix}$$

$$\nabla_W J = \begin{bmatrix} 0.30 \\ 1.10 \end{bmatrix}$$
"""  # noqa: E501 - formulas as people write them
_SMOOTHED = r"""
Targets
=======

For :math:`K` classes :math:`L = -\sum_{k=1}^{K} q_k \log p_k` with

.. math::

   q_i = (1 - \varepsilon) y_i + \frac{\varepsilon}{K}

.. math::

   p_i = \frac{e^{z_i}}{\sum_{k=1}^{K} e^{z_k}}

   \frac{\partial L}{\partial z_i} = p_i - q_i

:math:`y = (1, 0)`, :math:`\varepsilon = 0.2`, :math:`K = 2`, so :math:`q = (0.9, 0.1)`.
"""
_REPLACED = r"""
Targets
=======

.. math::

   p_i = \frac{e^{z_i}}{\sum_{k=1}^{3} e^{z_k}}

   L = -\sum_i y_i \log p_i

   \frac{\partial L}{\partial z_j} = p_j - y_j

Label smoothing replaces the targets:

.. math::

   q_i = (1 - \varepsilon) y_i + \frac{\varepsilon}{3}

   \frac{\partial L}{\partial z_j} = p_j - q_j

For example :math:`y = (1, 0, 0)` and :math:`\varepsilon = 0.1`.
"""
_ENERGY = r"""
$$E_{\rm graph} = E_{\rm edges} + E_{\rm nodes}$$

with $E_{{\rm node}_i} = -\theta_i s_i$ for each node, so that

$$E_{\rm nodes} = \sum_{i=1}^n E_{{\rm node}_i} = -\sum_{i=1}^n \theta_i s_i$$
"""
_TOTAL = r"""$u = x^2$, $v = x + u$, so

$$\frac{dv}{dx} = \frac{\partial v}{\partial x} + \frac{\partial v}{\partial u} \frac{du}{dx} = 1 + 2x$$
"""
_STEPS = r"""
Momentum: $v_{t+1} = \beta v_t + \eta g_t$ and $\theta_{t+1} = \theta_t - v_{t+1}$.

RMSprop: $\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{s_{t+1}} + \epsilon} g_t$.

$\theta_0 = 1$, $\eta = 0.1$, $s_1 = 0.16$, $g_0 = 2$

$$\theta_1 = 1 - \frac{0.1 \cdot 2}{\sqrt{0.16}} = 0.5$$
"""


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("norms.md", _TWO_NORMS, []),
        ("norms.md", _TWO_NORMS.replace(r"\frac{-1}{2}", r"\frac{1}{2}"), [10]),
        ("table.md", _TABLE, []),
        ("table.md", _TABLE.replace(r"\alpha e^x", r"\alpha (e^x + 1)"), [9]),
        ("ridge.md", _RIDGE, []),
        ("ridge.md", _RIDGE.replace("1.10", "0.10"), [12]),
        ("smoothed.rst", _SMOOTHED, []),
        ("smoothed.rst", _SMOOTHED.replace("p_i - q_i", "q_i - p_i"), [15]),
        ("steps.md", _STEPS, []),
        ("steps.md", _STEPS.replace("= 0.5$$", "= 0.7$$"), [8]),
        ("replaced.rst", _REPLACED, []),
        ("replaced.rst", _REPLACED.replace("p_j - q_j", "p_j + p_j"), [19]),
        ("energy.md", _ENERGY, []),
        ("energy.md", _ENERGY.replace(r"= -\sum", r"= \sum"), [6]),
        ("total.md", _TOTAL, []),
        ("total.md", _TOTAL.replace("1 + 2x", "1 + x"), [3]),
        ("hinge.md", "$L = \\max(0, 1 - y w x)$. On the slope $\\frac{\\partial L}{\\partial w} = -y x$.", []),
    ],
)
def test_names_that_mean_several_things(name: str, text: str, lines: list[int]) -> None:
    """Sections, tables and rules that reuse their letters raise no alarm, and a slip in them is found on its line."""
    assert sorted({f.line for f in _report(name, text).findings if f.verdict == "wrong"}) == lines


@pytest.mark.parametrize(("jacobian", "wrong"), [("I", 0), ("2", 1)])
def test_vectors_that_were_taken_for_numbers(jacobian: str, wrong: int) -> None:
    """A matrix beside a slope between names taken for numbers says that these are vectors; another number is wrong."""
    text = rf"""$J = \begin{{bmatrix}} 6yx & 3x^2 \\ 2 & 8y^7 \end{{bmatrix}}$. The function $f(x) = x$ has $J = I$.

$$\frac{{\partial (w + x)}}{{\partial w}} = {jacobian}$$
"""
    assert _report("jacobian.md", text).counts["wrong"] == wrong


_CORRECTED = r"""
$G_t = \sum_{k=1}^t g_k^2$ for one method; for another, with $\beta_1 = 0.9$,

$$m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t, \qquad \hat{m}_t = \frac{m_t}{1 - \beta_1^t}$$

$m_1 = 0.9 \cdot 0 + 0.1 \cdot 2 = 0.2$, so $\hat{m}_1 = 0.2 / (1 - 0.9^1) = 2.0$.
"""
_MEANS = r"""
## One

$p = (0.9, 0.2, 0.4)$, $t = (1, 0, 1)$

$$L = \frac{1}{m} \sum_{i=1}^m (t_i - p_i)^2 = \frac{1}{3}(0.01 + 0.04 + 0.36) = 0.1367$$

## Two

$e = (0.1, 0.3)$

$$J = \frac{1}{m} \sum_i e_i^2 = \frac{1}{2} (0.01 + 0.09) = 0.05$$
"""


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (_CORRECTED, 0),
        (r"$x = (1, 2)$, $f(z) = \begin{cases} z & 0 > x \\ 2 z & 0 \le x \end{cases}$, $f(3) = 6$", 0),
        (_MEANS, 0),
        (_MEANS.replace("0.05$$", "0.08$$"), 1),
        (r"$H = -\sum_i p_i \log_2 p_i$ with $p = (0.5, 0.25, 0.25)$, so $H = 1.5$.", 0),
        (r"$H = -\sum_i p_i \log_2 p_i$ with $p = (0.5, 0.25, 0.25)$, so $H = 1.04$.", 1),
    ],
)
def test_letters_of_sizes_and_bases(text: str, wrong: int) -> None:
    """The m of a mean is as long as the list at hand, the t of a step no size; a logarithm has its base."""
    assert _report("sizes.md", text).counts["wrong"] == wrong


# z = 0.6·0.5 + 0.2·(-0.1) = 0.28 and 0.6·0.2 + 0.2·0.9 = 0.3, σ(0.28) = 0.569546, σ(0.3) = 0.574443;
# m = 0.569546·0.4 + 0.574443·(-0.3) = 0.055486 and 0.569546·0.1 + 0.574443·0.8 = 0.516509, the outputs are σ of these,
# 0.513868 and 0.626331, and E = (0.486132² + 0.626331²)/2 = 0.314307.
COUNT_AND_VECTOR = r"""
Row vectors, sigmoid in both layers.

    x = [0.6 0.2]      y = [1 0]

    W = [ 0.5  0.2]    V = [ 0.4  0.1]
        [−0.1  0.9]        [−0.3  0.8]

    n = x W,   h = σ(n),   m = h V,   o = σ(m)

$ E = \frac{1}{n} \sum_{k=1}^{n} (y_k - o_k)^2 $ over the n = 2 outputs, so that
$ \frac{\partial E}{\partial o_k} = -\frac{2}{n}(y_k - o_k) = -(y_k - o_k) $.

n₁ = 0.6·0.5 + 0.2·(−0.1) = 0.28
n₂ = 0.6·0.2 + 0.2·0.9 = 0.30

h₁ = σ(0.28) = 0.56955
h₂ = σ(0.30) = 0.57444

m₁ = 0.56955·0.4 + 0.57444·(−0.3) = 0.05549
m₂ = 0.56955·0.1 + 0.57444·0.8 = 0.51651

o₁ = σ(0.05549) = 0.51387
o₂ = σ(0.51651) = 0.62633

E = ½[(1 − 0.51387)² + (0 − 0.62633)²] = 0.31431
"""


def test_a_count_that_is_a_vector_elsewhere() -> None:
    """2/n is 1 where n = 2 counts the outputs, though n = x W: a vector divides nothing."""
    judged = verified(COUNT_AND_VECTOR)
    assert found(judged, "wrong") == found(judged, "carried") == []


def test_what_a_vector_makes_that_is_also_a_count() -> None:
    """V_21 is -0.3: with 0.3 put in, the operand is blamed and not the sum, that of -0.3."""
    judged = verified(COUNT_AND_VECTOR.replace("0.57444·(−0.3)", "0.57444·0.3"))
    assert [piece for _, piece, _ in found(judged, "wrong")] == ["0.56955·0.4 + 0.57444·0.3"]
    assert found(judged, "carried") == []


def test_a_list_of_entries_may_lie() -> None:
    """m = h V of a row h, whose entries are worked out one by one, is right; m = h Vᵀ is not."""
    rows = COUNT_AND_VECTOR.replace("n = x W,   h = σ(n)", "z = x W,   h = σ(z)")
    rows = rows.replace("n₁", "z₁").replace("n₂", "z₂")
    assert found(verified(rows), "wrong") == []
    assert found(verified(rows.replace("m = h V", "m = h Vᵀ")), "wrong") != []


@pytest.mark.parametrize("net", ["n", "z"])
def test_a_row_by_the_name_of_its_formula(net: str) -> None:
    """h = σ(z) of z = x W with a row x, of a network with linear outputs: E = (0.944514² + 0.516509²)/2 = 0.579444."""
    linear = COUNT_AND_VECTOR.replace(",   o = σ(m)", "").replace("o_k", "m_k")
    linear = linear.replace("both layers", "the hidden layer")
    above, _ = linear.split("o₁ = ")
    text = above.replace("n = x W,   h = σ(n)", f"{net} = x W,   h = σ({net})").replace("n₁", f"{net}₁")
    judged = verified(text.replace("n₂", f"{net}₂") + "E = ½[(1 − 0.05549)² + (0 − 0.51651)²] = 0.57944")
    assert found(judged, "wrong") == found(judged, "carried") == []
