"""What is blamed in a document without a description, and what is left open since only its reading speaks for it."""

from __future__ import annotations

import pytest

from transcripts import found, verified

NET = r"""
$x = 2$, $t = 1$, $w = 0.5$, $b = 0.25$, $\eta = 0.1$.

$$y = w x + b = 0.5 \cdot 2 + 0.25 = 1.25$$
$$L = (y - t)^2 = 0.0625$$
$$\frac{\partial L}{\partial w} = 2 (y - t) x = 2 \cdot 0.25 \cdot 2 = 1$$

"""


@pytest.mark.parametrize(
    "line",
    [
        r"$y = 0.4 \cdot 2 + 0.25 = 1.05$",  # with another weight
        r"$L = 0.0324$",
        r"$y = 1.75$ and $L = 0.5625$",
        r"$\frac{\partial L}{\partial w} = 2 \cdot 0.25 \cdot 2 + 0.1 \cdot 0.5 = 1.05$",  # with a penalty
    ],
)
def test_what_holds_by_itself_is_left_open(line: str) -> None:
    """Another number for a name, or another computation that is right, may be of another case: nothing is blamed."""
    judged = verified(NET + line)
    assert found(judged, "wrong") == found(judged, "carried") == []
    assert "reading" in [judgement.details.get("why") for judgement in judged.judgements]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (r"$y = 0.4 \cdot 2 + 0.25 = 1.06$", "1.06"),  # not what stands beside it
        (r"$y = w x + b = 0.4 \cdot 2 + 0.25 = 1.05$", "0.4"),  # the formula says whose number it is
        (r"$L = (y - t)^2 = 0.0324$", "0.0324"),
        (r"$y = -1.25$", "-1.25"),  # slips that are none by chance
        (r"$L = 0.06251$", "0.06251"),
    ],
)
def test_what_the_page_contradicts_is_blamed(line: str, wrong: str) -> None:
    """By a formula or a computation beside it; a likely slip of the pen is blamed, too."""
    assert wrong in [piece for _, piece, _ in found(verified(NET + line), "wrong")]


def test_what_follows_from_it_is_right() -> None:
    """1.05 - 1 = 0.05 is worked out rightly from what the page says; nothing in error stands above it."""
    judged = verified(NET + r"$y = 0.4 \cdot 2 + 0.25 = 1.05$, $y - t = 1.05 - 1 = 0.05$, $L = 0.05^2 = 0.0025$")
    assert judged.counts["carried"] == judged.counts["wrong"] == 0


def test_names_of_one_letter_with_the_other_sign_are_no_slips() -> None:
    """Where δ_1 and δ_2 both are p - t in numbers, the rule t - p beside them is at odds with the page, not they."""
    text = r"""
$s_1 = -0.185$, $s_2 = 0.490$, $t = (0, 1)$

$p_k = \frac{e^{s_k}}{\sum_j e^{s_j}}$, $p_1 = 0.3374$, $p_2 = 0.6626$

$$\delta_k = \frac{\partial E}{\partial s_k} = t_k - p_k$$

$\delta_1 = 0.3374 - 0 = 0.3374$

$\delta_2 = 0.6626 - 1 = -0.3374$
"""
    judged = verified(text)
    assert judged.counts["wrong"] == judged.counts["carried"] == 0
