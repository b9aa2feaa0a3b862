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
