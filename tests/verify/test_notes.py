"""What people write into their notes beside formulas: drawings, numbered lists, ticks, other spellings."""

from __future__ import annotations

import pytest

from transcripts import found, verified

SOUND = {
    "a drawing whose edges carry names": """
```
h0=0 --[W_hh]--> h1=0.537 --[W_hh]--> h2=0.910
  h1 <---W_hh--- h2 <---W_hh--- h3
```
""",
    "a drawing of operations in brackets": """
z1 = w1 x + b1, h = ReLU(z1), ŷ = w2 h + b2, L = ½(ŷ - y)²

x = 3, y = 2, w1 = 0.5, b1 = 0, w2 = 2, b2 = 0

```
x=3 ──▶ [×w1 +b1] ──▶ z1=1.5 ──▶ [ReLU] ──▶ h=1.5 ──▶ [×w2 +b2] ──▶ ŷ=3.0 ──▶ [½(ŷ-y)²] ──▶ L=0.5
```
""",
    "what is next to nothing left out": """
σ(40.5) = 1/(1+e^{-40.5}) ≈ 1/(1+0) ≈ **1**

σ'(40.5) = σ(40.5)(1 - σ(40.5)) ≈ 1 × (1 - 1) = 0
""",
    "two figures of a line with an arrow between": """
```
z1 = 0.1*1 + 0.2*2 + 0.01 = 0.51
a1 = sigmoid(z1) = 0.625
z1 = 0.51  --> a1 = 0.625
```
""",
    "one multiplication after the other": r"$$3.0\to 3.0\times3.0=9.0\to 9.0\times3.0=27\to27\times3.0=81$$",
    "a list in a fence": """
```
Y = 0.9
ŷ = 0.6785
1. Y - ŷ = 0.9 - 0.6785 = 0.2215
2. -(Y - ŷ) = -0.2215
3. ŷ(1 - ŷ) = 0.6785 × (1 - 0.6785) = 0.6785 × 0.3215 = 0.2181
```
""",
    "ticked off": "$a = 2$, $b = 3$\n\n```\nc = a * b + 1 = 6 + 1 = 7 ✓\n```\n",
    "a law of functions, without their argument": r"Since \( \tanh' = 1 - \tanh^2 \), and \( \tanh^{2}(0) = 0 \).",
    "a square in plain text": "| Derivative | tanh'(z) = 1 − tanh²(z) |\n|---|---|\n",
    "δ for ∂ in an operator": r"""
$$\frac{\delta}{\delta x} \sigma(x) = \frac{\delta}{\delta x} (1 + e^{-x})^{-1}
= -(1 + e^{-x})^{-2} \frac{\delta}{\delta x}(1 + e^{-x}).$$
""",
    "words within a product": "Let $c = 3$: with 3 neurons × 4 ≈ 12 operations.",
    "a number rounded to thousands": r"$3^{10} = (3^5)^2 = 243^2 \approx 59{,}000$",
    "a setting here, another there": """
# One network

$a = 2$, $b = 3$, $\\beta = a b$ for now, but $\\beta = 0.9$ is usual.

# Another

With $\\beta = 0.99$ it forgets later.
""",
    "several optimizers": r"""
# Momentum

$$v_t = \beta v_{t-1} + g_t$$
$$\theta_{t+1} = \theta_t - \eta v_t$$

# Decay

$$\theta_{t+1} = \theta_t - \frac{\eta}{1 - \beta} v_t - \lambda \theta_t$$
""",
    "what chance does": r"""
$W = \begin{bmatrix} 1 & 2 \\ 0 & 1 \end{bmatrix}$, $x = [1, 2]$, $w = 0.5$

`Var(z) = 2 · Var(w) · Var(x)`, and `‖Wx‖₂ = ‖x‖₂` where W is orthogonal.
""",
    "near, not equal": r"$$\frac{\kappa - 1}{\kappa + 1} \approx 1 - \frac{2}{\kappa}$$",
    "an order of magnitude": r"$4^{20} \approx 10^{12}$ and $(1/2)^{50} \approx 10^{-15}$",
    "the number of a class": "* $a = 2$\n* Probability of class 0 = 0.119\n* Probability of class 1 = 0.881\n",
    "two columns of formulas": "```\nz = [0.14, -1.16]      a = [0.14, 0.00]\n```\n",
    "words behind an arrow": "```\nd = 1 - (1.0)² = 0.0   ← zero gradient!\n```\n",
    "a bracket left out": r"$y = w x + b$: $\frac{\partial y}{\partial x} = \frac{\partial}{\partial x} w x + b = w$",
    "front matter of another kind": "+++\ndate: 2024-03-31T20:50\nweight = 2\n+++\n\n$weight = 3$\n",
}


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND.keys())
def test_nothing_is_wrong_with_it(text: str) -> None:
    """Nobody is blamed for how notes are laid out."""
    judged = verified(text)
    assert found(judged, "wrong") == []
    assert judged.document.statements


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("```\nh0=0 --[W]--> h1 = 0.5 + 0.2 = 0.6\n```\n", ["0.6"]),
        ("```\nz = 0.4 + 0.3 = 0.8 → a = 0.69\n```\n", ["0.8"]),
        ("```\nx=3 ──▶ [×2 +1] ──▶ z=3*2+1=8 ──▶ [ReLU] ──▶ h=8\n```\n", ["8"]),
        ("σ(2.5) = 1/(1+e^{-2.5}) ≈ 1/(1+0.0281) ≈ 0.973", ["0.0281"]),  # e^-2.5 = 0.0821
        (r"$$3\to 3\times3=9\to 9\times3=28$$", ["28"]),
        ("```\n2. c = 0.5 - 0.2 = 0.4\n```\n", ["0.4"]),
        ("```\nc = 0.12 + 0.42 + 0.1 = 0.64 + 0.1 = 0.74 ✓\n```\n", ["0.64 + 0.1"]),
        (r"Since \( \tanh' = 1 + \tanh^2 \).", [r"+ \tanh^2"]),
        (r"$243^2 \approx 58{,}000$", ["58{,}000"]),
        (r"$a = 2$, $b = 3$, $c = a b = 6$. Here $c = 6$, and again $c = a b = 7$.", ["7"]),
        ("```\nx = 2      y = 3 * 2 = 7\n```\n", ["7"]),
    ],
)
def test_slips_beside_them_are_found(text: str, wrong: list[str]) -> None:
    """What looks the same and does not come out is blamed."""
    assert [piece for _, piece, _ in found(verified(text), "wrong")] == wrong
