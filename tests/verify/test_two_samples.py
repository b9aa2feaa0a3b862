"""One sample after the other, the weights moved in between: the same names come to other figures, none in error."""

from __future__ import annotations

from transcripts import found, verified

PERCEPTRON = r"""
The unit is $s = u_1 p + u_2 q$, $g = \sigma(s)$, and after each sample $u_1 \leftarrow u_1 - \rho (g - r) p$, with
$\rho = 2$. Sample one: $p = 0.4$, $q = 1$, $r = 1$. Sample two: $p = 0.9$, $q = -1$, $r = 0$. $u_1 = 0.3$, $u_2 = 0.2$.

With sample one

$$s = 0.3 \cdot 0.4 + 0.2 \cdot 1 = 0.32, \quad g = \sigma(0.32) = 0.5793, \quad g - r = -0.4207$$

$$u_1 = 0.3 - 2 \cdot (-0.4207) \cdot 0.4 = 0.6366, \quad u_2 = 0.2 - 2 \cdot (-0.4207) \cdot 1 = 1.0414$$

With sample two

$$s = 0.6366 \cdot 0.9 + 1.0414 \cdot (-1) = -0.4685, \quad g = \sigma(-0.4685) = 0.3850, \quad g - r = 0.3850$$

$$u_1 = 0.6366 - 2 \cdot 0.3850 \cdot 0.9 = -0.0564$$
"""


def test_the_second_sample_is_judged_by_its_own_givens() -> None:
    """σ(0.32) = 0.57932, σ(-0.4685) = 0.38497; each step begins from the weights the one before has left."""
    counts = verified(PERCEPTRON).counts
    assert counts["wrong"] == counts["carried"] == counts["last-digit"] == 0


def test_a_slip_in_the_second_sample() -> None:
    """0.6366 · 0.9 - 1.0414 is -0.4685, not -0.4865."""
    wrong = found(verified(PERCEPTRON.replace("(-1) = -0.4685", "(-1) = -0.4865")), "wrong")
    assert [piece for _, piece, _ in wrong] == ["-0.4865"]


def test_the_first_samples_input_in_the_second() -> None:
    """0.4 · 0.3 with q = 0.9 is neither sample: 0.9 is no q."""
    wrong = found(
        verified(PERCEPTRON.replace(r"0.3 \cdot 0.4 + 0.2 \cdot 1 =", r"0.3 \cdot 0.4 + 0.2 \cdot 0.9 =")), "wrong"
    )
    assert len(wrong) == 1
