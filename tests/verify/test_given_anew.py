"""Names that stand for other numbers further down: moved in place, lists given again, exercises under bold numbers."""

from __future__ import annotations

from transcripts import found, verified

NUDGED = """
Our graph is `L = (a*b + c) * f` with a = 3.0, b = -2.0, c = 8.0, f = -1.0.

```
e = a*b = 3.0 * -2.0 = -6.0
d = e + c = -6.0 + 8.0 = 2.0
L = d*f = 2.0 * -1.0 = -2.0
```

- dL/da = f * b = -1.0 * -2.0 = 2.0
- dL/db = f * a = -1.0 * 3.0 = -3.0
- dL/dc = f = -1.0
- dL/df = d = 2.0

Every leaf goes a little along its gradient:

- a = 3.0 + 0.01 * 2.0 = 3.02
- b = -2.0 + 0.01 * (-3.0) = -2.03
- c = 8.0 + 0.01 * (-1.0) = 7.99
- f = -1.0 + 0.01 * 2.0 = -0.98

Then L = (3.02 * (-2.03) + 7.99) * (-0.98) = -1.8222
"""

ATTENTION = """
q = [1, 0], k1 = [1, 1], k2 = [0, 2], v1 = [1, 0], v2 = [3, 2].

- α1 = 2.0281/3.0281 = 0.6698, α2 = 1/3.0281 = 0.3302

Let g = [1, -1].

- dL/dα1 = 1·1 + 0·(-1) = 1
- dL/dα2 = 3·1 + 2·(-1) = 1
- Σ α_i dL/dα_i = 0.6698·1 + 0.3302·1 = 1
- dL/ds1 = 0.6698·(1 - 1) = 0

Now take g = [1, 0].

- dL/dα1 = 1, dL/dα2 = 3
- Σ α_i dL/dα_i = 0.6698 + 0.9906 = 1.6604
- dL/ds1 = 0.6698·(1 - 1.6604) = -0.4423
"""

EXERCISES = r"""
**1.** Differentiate $f(x, y) = x^2 y + \sin(xy)$ at $(1.5, 0.8)$.

Put $p = x^2$, $q = py$, $r = xy$, $s = \sin r$, $f = q + s$.
In figures $r = 1.2$, $\sin 1.2 = 0.9320$, $f = 1.8 + 0.9320 = 2.7320$.

**2.** Maximise $xy$ subject to $x + y = 10$.

$\frac{\partial \mathcal L}{\partial x} = y - \lambda = 0$, hence $x = y = \lambda = 5$.
"""


def test_leaves_moved_in_place() -> None:
    """(3.02 · (-2.03) + 7.99) · (-0.98) = -1.82221: the loss of the new values, whatever letters they have."""
    counts = verified(NUDGED).counts
    assert counts["wrong"] == counts["carried"] == 0


def test_a_slip_in_a_leaf_moved_in_place() -> None:
    """-2.0 - 0.03 is -2.03, not -2.30."""
    wrong = found(verified(NUDGED.replace("= -2.03\n", "= -2.30\n")), "wrong")
    assert [piece for _, piece, _ in wrong] == ["-2.30"]


def test_a_slip_in_the_loss_of_the_new_values() -> None:
    """It is -1.8222, not -1.8822."""
    wrong = found(verified(NUDGED.replace("-1.8222", "-1.8822")), "wrong")
    assert [piece for _, piece, _ in wrong] == ["-1.8822"]


def test_a_list_given_once_more() -> None:
    """With g = (1, 0) the slopes are v_1·g = 1 and v_2·g = 3, their mean 0.6698 + 3 · 0.3302 = 1.6604."""
    counts = verified(ATTENTION).counts
    assert counts["wrong"] == counts["carried"] == 0


def test_a_slip_behind_a_list_given_once_more() -> None:
    """0.6698 + 0.9906 is 1.6604, not 1.6064."""
    wrong = found(verified(ATTENTION.replace("0.9906 = 1.6604", "0.9906 = 1.6064")), "wrong")
    assert wrong


def test_exercises_under_bold_numbers() -> None:
    """The x and y of one exercise are not those of the next: 1.5 · 0.8 = 1.2."""
    counts = verified(EXERCISES).counts
    assert counts["wrong"] == counts["carried"] == 0


def test_a_slip_in_an_exercise_under_a_bold_number() -> None:
    """1.8 + 0.9320 is 2.7320, not 2.3720, and nothing else is blamed."""
    wrong = found(verified(EXERCISES.replace("2.7320", "2.3720")), "wrong")
    assert [piece for _, piece, _ in wrong] == ["2.3720"]


def test_a_slope_set_to_zero_is_no_claim() -> None:
    """2 (2 · 1 - 3) is -2: the slope is 0 elsewhere, at w = 1.5; that 2 · (2 - 3) is 0 is an error."""
    start = "Minimise $J = \\frac12 (x w - y)^2$ where $x = 2$, $y = 3$, $w = 1$.\n\n"
    condition = "$\\frac{\\partial J}{\\partial w} = x (x w - y) = 0$ at the minimum."
    assert verified(start + condition).counts["wrong"] == 0
    worked = "$\\frac{\\partial J}{\\partial w} = x (x w - y) = 2 \\cdot (2 - 3) = 0$."
    assert [piece for _, piece, _ in found(verified(start + worked), "wrong")] == ["0"]


def test_an_exponent_at_the_end_of_a_sentence() -> None:
    """0.5^20 is 9.5e-7; 9.5e-6. is blamed."""
    assert verified("The product is\n\n0.5^20 = 9.5e-7.\n").counts["wrong"] == 0
    assert verified("The product is\n\n0.5^20 = 9.5e-6.\n").counts["wrong"] == 1


def test_a_sentence_about_another_network() -> None:
    """max(0, -0.5) is 0, and 2.5 stays; with a slope of 0.1 below zero it would be 2.4."""
    net = "$z = w x$, $h = \\max(0, z)$, $s = 2.5 + 2 h$, $w = -0.5$, $x = 1$.\n\n$z = -0.5$, $h = 0$, $s = 2.5$.\n\n"
    imagined = "If ReLU is replaced by a leaky unit, then $h = 0.1 \\cdot (-0.5) = -0.05$ and $s = 2.5 - 0.1 = 2.4$."
    claimed = "Therefore $h = \\max(0, z) = 0.1 \\cdot (-0.5) = -0.05$."
    assert verified(net + imagined).counts["wrong"] == 0
    assert verified(net + claimed).counts["wrong"] == 1


def test_what_is_another_without_something() -> None:
    """8 / 6 is 1.3333, without the penalty 8 / 5 = 1.6; said to be the same formula, 8 / 5 is in error."""
    given = "With $s = 8$, $n = 5$ and $\\lambda = 1$: $w = \\frac{s}{n + \\lambda} = \\frac{8}{6} = 1.3333$; "
    assert verified(given + "without the penalty $w = \\frac{8}{5} = 1.6$.").counts["wrong"] == 0
    assert verified(given + "once more $w = \\frac{s}{n + \\lambda} = \\frac{8}{5} = 1.6$.").counts["wrong"] == 1


LOSSES = r"""
$z = wx + b$, $a = \sigma(z)$, $y = 1$, $x = 1$, $w = -2$, $b = -1$.

Squared error: $L = \frac12(a - y)^2$, $\frac{\partial L}{\partial w} = (a - y) a(1-a) x$.

Cross-entropy: $L = -y\ln a - (1-y)\ln(1-a)$, $\frac{\partial L}{\partial w} = (a - y)x$.

$z = -2 \cdot 1 - 1 = -3$, $a = \sigma(-3) = 0.0474$.

- squared error: $w \leftarrow -2 + 0.0430 = -1.9570$
- cross-entropy: $w \leftarrow -2 + 0.9526 = -1.0474$
"""


def test_a_step_by_each_of_two_losses() -> None:
    """0.9526 · 0.0474 · 0.9526 = 0.0430: each step is by the slope of its own loss, at rate 1."""
    assert verified(LOSSES).counts["wrong"] == 0
    assert verified(LOSSES.replace("= -1.0474", "= -1.4074")).counts["wrong"] == 1


def test_a_function_at_a_number_is_no_product() -> None:
    """J(0) = 0.5 · 2 + 0.5 · 1 = 1.5 is not J times 0; J(0) is none of its own."""
    text = r"$J(\theta) = \sigma(\theta) r + (1-\sigma(\theta)) s$ with $\theta = 0$, $r = 2$, $s = 1$: $J(0) = 1.5$."
    assert verified(text).counts["wrong"] == 0
    assert verified(text.replace("J(0) = 1.5", "J = 1.6")).counts["wrong"] == 1


def test_the_largest_of_four() -> None:
    """Of 1, 5, 2 and 3 it is 5, not 6."""
    text = "y = max(a, b, c, d) with a = 1, b = 5, c = 2, d = 3.\n\ny = {}\n"
    assert verified(text.format("5.0")).counts["wrong"] == 0
    assert verified(text.format("6.0")).counts["wrong"] == 1


def test_the_slopes_of_a_loss_are_not_the_loss() -> None:
    """2 + 0.1192 / 0.1050 = 3.135: a step of Newton's, L' and L'' no other names of L."""
    start = "Let $L = \\ln(1 + e^z) - yz$ with $z = 2$, $y = 1$. "
    step = "One step is $z - \\frac{L'}{L''} = 2 + \\frac{0.1192}{0.1050} = 3.135$."
    assert verified(start + step).counts["wrong"] == 0
    assert verified(start + step.replace("3.135", "3.315")).counts["wrong"] == 1
