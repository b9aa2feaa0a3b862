"""Numbers put into formulas, names that get their numbers later, and values worked out once more after an update."""

from __future__ import annotations

from transcripts import found, verified

UPSTREAM = """
Scores $s_j = k_j^\\top q$, weights $\\alpha = \\mathrm{softmax}(s)$, output $o = \\sum_j \\alpha_j v_j$.

Given $g = \\partial L/\\partial o$: $\\frac{\\partial L}{\\partial \\alpha_j} = v_j^\\top g$.

k1 = [1, 1], k2 = [0, 2], v1 = [1, 0], v2 = [3, 2].

- α1 = 2.0281/3.0281 = 0.6698, α2 = 1/3.0281 = 0.3302

Let g = [1, -1].

- Σ α_i dL/dα_i = 0.6698·1 + 0.3302·1 = 1
- dL/ds1 = 0.6698·(1 - 1) = 0

If instead g = [1, 0]:

- Σ α_i dL/dα_i = 0.6698 + 0.9906 = 1.6604
- dL/ds1 = 0.6698·(1 - 1.6604) = -0.4423
"""

PUT_IN = r"""
$y = w_2 w_1 x$, $E = \frac12 (y - t)^2$.

$\frac{\partial E}{\partial w_1} = (y - t) w_2 x$, $\frac{\partial E}{\partial w_2} = (y - t) w_1 x$

With $x = 1$, $t = 2$: $\frac{\partial E}{\partial w_1} = (w_1 w_2 - 2) w_2$ and
$\frac{\partial E}{\partial w_2} = (w_1 w_2 - 2) w_1$.

From $w_1 = 1$, $w_2 = 0.5$: $y = 0.5$, $E = \frac12 (0.5 - 2)^2 = 1.125$.
"""

CALLED = r"""
$J(\theta) = 2 \sigma(\theta) + 1 - \sigma(\theta)$.

For $\theta = 0$: $\sigma(0) = 0.5$, $J(0) = 1.5$.

After one step with $\eta = 1$: $\theta = 0 + 0.25 = 0.25$, $\sigma(0.25) = 0.5622$,
$J = 0.5622\cdot 2 + 0.4378 = 1.5622$.
"""


def test_a_name_for_a_derivative_is_given_numbers_twice() -> None:
    """0.6698 + 3 · 0.3302 is 1.6604: for the second upstream gradient, as the text says."""
    counts = verified(UPSTREAM).counts
    assert counts["wrong"] == counts["carried"] == 0
    wrong = found(verified(UPSTREAM.replace("= -0.4423", "= -0.4243")), "wrong")
    assert [piece for _, piece, _ in wrong] == ["-0.4243"]


def test_givens_put_into_a_formula() -> None:
    """With x = 1 and t = 2 the slope is (w₁w₂ - 2) w₂, not (w₁w₂ - 3) w₂."""
    counts = verified(PUT_IN).counts
    assert counts["wrong"] == counts["carried"] == 0
    wrong = found(verified(PUT_IN.replace("(w_1 w_2 - 2) w_2", "(w_1 w_2 - 3) w_2")), "wrong")
    assert [piece for _, piece, _ in wrong] == ["(w_1 w_2 - 3) w_2"]


def test_a_function_worked_out_at_a_number_and_again_after_the_step() -> None:
    """σ(0.25) = 0.5622, hence J = 0.5622 · 2 + 0.4378 = 1.5622, not 1.5662."""
    counts = verified(CALLED).counts
    assert counts["wrong"] == counts["carried"] == 0
    wrong = found(verified(CALLED.replace("= 1.5622", "= 1.5662")), "wrong")
    assert [piece for _, piece, _ in wrong] == ["1.5662"]


EXERCISE = r"""
# A convolution

Let $y_i = \sum_{k=1}^{2} w_k x_{i+k-1}$ for $i = 1, 2, 3$; we write $g_i = \frac{\partial L}{\partial y_i}$.

$\frac{\partial L}{\partial w_k} = \sum_{i=1}^{3} g_i x_{i+k-1}$

$\frac{\partial L}{\partial x_2} = g_1 w_2 + g_2 w_1,\quad \frac{\partial L}{\partial x_4} = g_3 w_2$

Take $x = (1, 2, 0, -1)$ and $w = (1, -1)$. Then $y_1 = 1 - 2 = -1$, $y_2 = 2 - 0 = 2$, $y_3 = 0 + 1 = 1$.

With $L = \frac12 \sum_i y_i^2$ we have $g_i = y_i$, hence $g = (-1, 2, 1)$ and $L = \frac12 (1 + 4 + 1) = 3$.

# Exercise

The same with stride $2$: $y_1 = w_1 x_1 + w_2 x_2$, $y_2 = w_1 x_3 + w_2 x_4$.
"""

PROBLEMS = r"""
**Problem 1.** For $f(x, y) = (x + y)^2 x$, find both partial derivatives at $(1, 2)$.

*Answer.* $\frac{\partial f}{\partial x} = 2(x+y)x + (x+y)^2 = (x + y)(3x + y)$,
$\frac{\partial f}{\partial y} = 2(x+y)x$.
At $(1, 2)$: $\frac{\partial f}{\partial x} = 3 \cdot 5 = 15$, $\frac{\partial f}{\partial y} = 2\cdot 3\cdot 1 = 6$.

**Problem 2.** A neuron $a = \sigma(wx + b)$ with $w = 1$, $b = -1$, $x = 1$, target $y = 1$.

*Answer.* $z = 0$, $a = 0.5$, $a - y = -0.5$.
"""


def test_an_exercise_further_down_gives_a_name_another_formula() -> None:
    """Above it y_2 = w_1 x_2 + w_2 x_3, so that ∂L/∂x_2 = g_1 w_2 + g_2 w_1, not g_1 w_1 + g_2 w_1."""
    counts = verified(EXERCISE).counts
    assert counts["wrong"] == counts["carried"] == 0
    wrong = found(verified(EXERCISE.replace("g_1 w_2 + g_2 w_1", "g_1 w_1 + g_2 w_1")), "wrong")
    assert "g_1 w_1 + g_2 w_1" in [piece for _, piece, _ in wrong]


def test_numbers_of_a_later_problem() -> None:
    """At (1, 2) the slopes are 3 · 5 = 15 and 6, whatever y is in the next problem; 3 · 5 is not 16."""
    counts = verified(PROBLEMS).counts
    assert counts["wrong"] == counts["carried"] == 0
    wrong = found(verified(PROBLEMS.replace("= 15", "= 16")), "wrong")
    assert [piece for _, piece, _ in wrong] == ["16"]


METHODS = r"""
$J(w) = \frac{1}{2}(wx - y)^2 + \frac{\lambda}{2} w^2$, so $\frac{dJ}{dw} = (wx - y)x + \lambda w$
and $J''(w) = x^2 + \lambda$.

Take $x = 2$, $y = 3$, $\lambda = 0.5$, $w = 1$: $\frac{dJ}{dw} = (2 - 3) \times 2 + 0.5 \times 1 = -1.5$.

Newton's method: $w = 1 - \frac{-1.5}{4.5} = 1.3333$.

Gradient descent with $\eta = 0.1$: $w = 1 + 0.15 = 1.15$. There the slope is
$(2.3 - 3) \times 2 + 0.575 = -0.825$.
"""


def test_two_methods_step_from_the_same_place() -> None:
    """1 + 0.1 · 1.5 = 1.15, wherever Newton's step went; it is not 1.25."""
    counts = verified(METHODS).counts
    assert counts["wrong"] == counts["carried"] == 0
    wrong = found(verified(METHODS.replace("= 1.15$", "= 1.25$")), "wrong")
    assert [piece for _, piece, _ in wrong] == ["1.25"]


OTHERWISE = r"""
Soit $y_1 = w_1 x_1 + w_2 x_2$ et $y_2 = w_1 x_2 + w_2 x_3$, avec $L = \frac12 (y_1^2 + y_2^2)$.

$\frac{\partial L}{\partial y_1} = y_1$

Si au contraire $L = y_1 + y_2$, alors $\frac{\partial L}{\partial x_1} = w_1$.
"""


def test_a_loss_taken_otherwise_in_french() -> None:
    """Two losses are no contradiction where the words say "si au contraire"; ∂L/∂y_1 is y_1, not y_2."""
    counts = verified(OTHERWISE).counts
    assert counts["wrong"] == counts["carried"] == 0
    wrong = found(verified(OTHERWISE.replace("_1} = y_1$", "_1} = y_2$")), "wrong")
    assert [piece for _, piece, _ in wrong] == ["y_2"]


LOST_MINUS = r"""
$x_1 = 0.5$, $w_1 = 0.8$, $b = -0.1$, $w_2 = 0.6$, $c = 0.2$

$z = w_1 x_1 + b = 0.8 \cdot 0.5 - 0.1 = 0.3$

$h = \frac{1}{1 + e^{z}} = \frac{1}{1 + e^{-0.3}} = 0.574443$

$\frac{\partial h}{\partial z} = h (1 - h) = 0.574443 \cdot 0.425557 = 0.244458$

$y = w_2 h + c = 0.6 \cdot 0.574443 + 0.2 = 0.544666$
"""


def test_a_sigmoid_without_its_minus_is_not_what_the_figures_come_from() -> None:
    """1/(1 + e^{-0.3}) = 0.574443, and 0.574443 · 0.425557 = 0.244458 is its slope."""
    wrong = found(verified(LOST_MINUS), "wrong")
    assert [(line, rule) for line, _, rule in wrong] == [(6, "exponent-sign")]
    assert verified(LOST_MINUS).counts["carried"] == 0


ROWS = r"""
| step | formula | calculation | result |
|---|---|---|---|
| $z_1$ | $w_{11}x_1+w_{12}x_2+b_1$ | $0.4*1.0-0.2*0.5+0.1$ | $0.40$ |
| $z_2$ | $w_{21}x_1+w_{22}x_2+b_2$ | $-0.3*1.0+0.6*0.5-0.1$ | $0.10$ |

# After the step

| weight | old | gradient | new |
|---|---|---|---|
| $w_{21}$ | -0.3 | 0.1 | -0.35 |
"""


def test_a_result_of_a_table_is_compared_though_nothing_else_is_known_there() -> None:
    """-0.3 · 1.0 + 0.6 · 0.5 - 0.1 is -0.10."""
    wrong = found(verified(ROWS), "wrong")
    assert [(line, piece) for line, piece, _ in wrong] == [(5, "0.10")]


def test_a_figure_near_the_right_operand_is_not_what_was_copied() -> None:
    """σ(0.22) is 0.5548: -0.30 stands for -0.22, and is no other -0.3 with a digit dropped."""
    text = (
        "$w_1 = 0.3$, $w_2 = -0.3$, $x_1 = 1.2$, $x_2 = 0.8$, $b = 0.1$\n\n"
        "$z = w_1 x_1 + w_2 x_2 + b = 0.36 - 0.24 + 0.1 = 0.22$\n\n"
        "$y = \\sigma(z) = \\frac{1}{1 + e^{-0.30}} = 0.5548$\n"
    )
    assert [(piece, rule) for _, piece, rule in found(verified(text), "wrong")] == [("-0.30", "operand")]
