"""How real pages write: what they suppose, compute on the way or set apart is not held against their formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bpsym.verify.read import read
from bpsym.verify.run import verify
from transcripts import verified

if TYPE_CHECKING:
    from collections import Counter

LISTING = """
```
These conditions agree (unless n_in = n_out).
  n_in = 512, n_out = 256
  But we want: E = C
  E = g * C
  Boundary: p^2 + q^2 = 1
  p = 2, q = 3
  If W is orthogonal (||W|| = 1), states stay bounded.
  W = 0
```
"""
CASES = """
```
  g = +C   if the step is the first
  g = -2C  otherwise
```
"""
BRACKETED = r"""
The page lets $\gamma = 1.5$, $\beta = 0.5$ and $\mu = 5$, and could undo all (if $\gamma = \sigma$, $\beta = \mu$).
"""
START = "The bias is b_0 = log(0.9/0.1) = log(9) ≈ 2.2.\n\n## Balanced classes\n\nThere b_0 = log(0.5) = -0.69."
FRACTION = "Round 1 has w_0 = 1/8 for each example.\n\nThe unit has w_0 = -0.5 and the next has w_0 = 1.5."
RANGES = "Scores lie within 85-115, ~95% within 70-130, ~99.7% within 55-145."
PATHS = "A confounder is A ← B → C, a collider A → B ← C, with A = 1 and C = 2."
DEFAULT = "The strength is $C = 1/\\lambda$, here $\\lambda = 0.01$. The default is $C = 1.0$."
SUMS = "With $b = 3$ and $J = b^2$:\n\n$db = 0$, then for each sample\n\ndb += 2\n"
UPDATED = r"""
$\hat{y} = w x + b$ with $w = 0$, $b = 0$, $x = [10, 20]$.

$$w = 0 - 0.01 \cdot (-300) = 3$$
$$b = 0 - 0.01 \cdot (-17.5) = 0.175$$

The model is now
$$\hat{y} = 3 x + 0.175$$
"""
NUMBERED = r"""
$$
\begin{align*}
h &= u\,p + v\,q \\
∂h/∂u &= p  \ &-(14) \\
∂h/∂v &= q  &-(15)
\end{align*}
$$
"""
CALLS = "a = σ(z), z = [0.51, 1.12]\n\na = [σ(0.51) σ(1.12)] = [0.625 0.754]\n"


def verdicts(text: str) -> Counter[str]:
    """How many claims of a text stand how."""
    return verify(read(text.encode(), "text.md")).counts


@pytest.mark.parametrize(
    "text",
    [LISTING, CASES, BRACKETED, START, FRACTION, RANGES, PATHS, DEFAULT, SUMS, UPDATED, NUMBERED, CALLS],
)
def test_nothing_of_these_is_blamed(text: str) -> None:
    """Suppositions in listings and brackets, cases, figures with their computation, ranges, paths, defaults, sums."""
    found = verdicts(text)
    assert found["wrong"] == found["carried"] == 0


@pytest.mark.parametrize(("text", "count"), [(START, 3), (UPDATED, 7), (NUMBERED, 3), (CALLS, 4)])
def test_what_these_say_is_right(text: str, count: int) -> None:
    """Undecided would be too little where everything is on the page."""
    assert verdicts(text)["right"] >= count


@pytest.mark.parametrize(
    "text",
    [
        START.replace("≈ 2.2", "≈ 2.7"),
        UPDATED.replace("3 x +", "4 x +"),
        NUMBERED.replace("&= p ", "&= q "),
        CALLS.replace("0.754]", "0.774]"),
    ],
)
def test_slips_in_the_same_places_are_blamed(text: str) -> None:
    """A wrong logarithm, an updated weight miscopied, a slope beside an equation's number, one of two activations."""
    assert verdicts(text)["wrong"] > 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            (
                r"$z^{(3)} = w^{(2)} a^{(2)} + b^{(2)}$, $a^{(2)} = \sigma(z^{(2)})$, $z^{(2)} = w^{(1)} x + b^{(1)}$."
                "\n\n"
                r"$$\frac{\delta z^{(3)}}{\delta a^{(2)}} = \frac{\delta}{\delta a^{(2)}} w^{(2)} a^{(2)} + b^{(2)}$$"
            ),
            r"$$\frac{\delta z^{(3)}}{\delta a^{(2)}} = \frac{\delta}{\delta a^{(2)}} x a^{(2)} + b^{(2)}$$",
        ),
        ("The gate flips A: ¬1=0, ¬0=1\n\n2·3 = 6\n", "2·3 = 7\n"),
        (
            (
                "| Option | Layers | Parameters | Total | Depth |\n|---|---|---|---|---|\n"
                "| wide | 8 → 20 → 1 | W¹: 8×20=160, b¹: 20, W²: 20×1=20, b²: 1 | 201 | 2 layers |\n"
            ),
            "| wide | 8 → 20 → 1 | W¹: 8×20=150 | 201 | 2 layers |\n",
        ),
        (
            (
                r"Of a constant function $f(x) = c$ the slope is 0. With $u = g(x)$"
                "\n\n"
                r"$$\frac{d}{dx} f(g(x)) = \frac{df(u)}{du}\frac{du}{dx}$$"
            ),
            r"$y = x^2$" + "\n\n" + r"$$\frac{dy}{dx} = 3x$$",
        ),
    ],
)
def test_general_rules_are_not_blamed(before: str, after: str) -> None:
    """A bracket left out of a derivative, a negation, parameters counted in a cell, the chain rule of any functions."""
    found = verdicts(before)
    assert found["wrong"] == found["carried"] == 0
    assert verdicts(f"{before}\n\n{after}")["wrong"] == 1


DROPPED = """```
Plain dropout: E[output] = (1-p) · a
Inverted dropout: E[output] = (1-p) · a/(1-p) = a
The unit: s = u · v
```
"""


def test_what_is_another_quantity_is_not_blamed() -> None:
    """The mean of the output of another method; a product that is called a sum beside it is blamed."""
    found = verdicts(DROPPED)
    assert found["wrong"] == found["carried"] == 0
    assert verdicts(DROPPED.replace("s = u · v", "s = u · v = u + v"))["wrong"] == 1


def test_a_table_of_old_and_new_values_alone_has_no_rate() -> None:
    """0.7 - 0.12 · 0.7 is near 0.616, 1.5 - 0.12 · 1.5 near 1.32: the old values are no gradients of themselves."""
    given = "$y = u x$, $u = 0.7$, $w = 0.4$, $v = 1.5$.\n\n| weight | before | after |\n|---|---|---|\n"
    judged = verified(given + "| $u$ | 0.7 | 0.6181 |\n| $w$ | 0.4 | 0.3753 |\n| $v$ | 1.5 | 1.3184 |\n")
    assert judged.counts["wrong"] == 0
    rows = "| weight | before | gradient | after |\n|---|---|---|---|\n"
    worked = "| $u$ | 0.7 | 0.2 | 0.68 |\n| $w$ | 0.4 | 0.1 | 0.39 |\n| $v$ | 1.5 | 0.5 | 1.44 |\n"
    assert verified(given.split("|", maxsplit=1)[0] + rows + worked).counts["wrong"] == 1


@pytest.mark.parametrize(("result", "wrong"), [("0.050979", 0), ("0.050989", 1)])
def test_a_power_in_plain_text_is_no_emphasis(result: str, wrong: int) -> None:
    """(0.774215 - 1)**2 is 0.050978866."""
    assert verified(f"Again: L = (0.774215 - 1)**2 = {result}").counts["wrong"] == wrong


@pytest.mark.parametrize(("line", "wrong"), [("the loss: 3 ln 2 = 2.0794", 0), ("the loss: 3 ln 2 = 2.0784", 1)])
def test_a_function_apart_from_its_argument_in_running_text(line: str, wrong: int) -> None:
    """3 · 0.693147 is 2.07944; the line does not say that 2 is 2.0794."""
    assert verified(line).counts["wrong"] == wrong
