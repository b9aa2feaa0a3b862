"""New values worked out in numbers: a step up a slope printed before, where the document goes down."""

from __future__ import annotations

import pytest

from transcripts import found, verified

NET = r"""
$x = 2$, $t = {t}$, $w = 0.5$, $b = 0.25$. We learn with the rate 0.1.

$$y = w x + b = 0.5 \cdot 2 + 0.25 = 1.25$$
$$\frac{\partial L}{\partial w} = 2 (y - t) x = {slope}$$
$$\frac{\partial L}{\partial b} = 2 (y - t) = {half}$$
"""


def net(t: str, slope: str, half: str) -> str:
    """One unit with L = (y - t)²."""
    return NET.replace("{t}", t).replace("{slope}", slope).replace("{half}", half)


BELOW, ABOVE = net("1", "1", "0.5"), net("2", "-3", "-1.5")


@pytest.mark.parametrize(
    ("text", "line", "wrong", "right"),
    [
        (BELOW, r"$w = 0.5 + 0.1 \cdot 1 = 0.6$", r"0.5 + 0.1 \cdot 1", "0.4"),
        (ABOVE, r"$w = 0.5 - 0.1 \cdot 3 = 0.2$", r"0.5 - 0.1 \cdot 3", "0.8"),  # the sign of the slope is lost
        (ABOVE, r"$w' = 0.5 + 0.1 \cdot (-3) = 0.2$", r"0.5 + 0.1 \cdot (-3)", "0.8"),
    ],
)
def test_a_step_up_the_slope_is_blamed(text: str, line: str, wrong: str, right: str) -> None:
    """What follows from it is carried."""
    judged = verified(text + line)
    assert [(piece, rule) for _, piece, rule in found(judged, "wrong")] == [(wrong, "gradient-ascent")]
    assert [judgement.expected for judgement in judged.judgements if judgement.verdict == "wrong"] == [right]
    assert len(found(judged, "carried")) == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (BELOW, r"$w = 0.5 - 0.1 \cdot 1 = 0.4$"),
        (ABOVE, r"$w = 0.5 + 0.1 \cdot 3 = 0.8$"),
        (ABOVE, r"$w = 0.5 - 0.1 \cdot (-3) = 0.8$"),
        (BELOW, r"Gradient ascent: $w = 0.5 + 0.1 \cdot 1 = 0.6$"),
        (BELOW, "$w = 0.5 + 0.1 \\cdot 1 = 0.6$\n\n$b = 0.25 + 0.1 \\cdot 0.5 = 0.3$"),  # it means to go up
        (BELOW, r"$w \leftarrow w + \eta \frac{\partial L}{\partial w}$, so $w = 0.5 + 0.1 \cdot 1 = 0.6$"),
    ],
)
def test_what_goes_down_or_means_to_climb_is_not(text: str, line: str) -> None:
    """A document that climbs more than once, or says so, has turned its signs."""
    assert r"0.5 + 0.1 \cdot 1" not in [piece for _, piece, _ in found(verified(text + line), "wrong")]
    assert not any("0.5 - 0.1" in piece for _, piece, _ in found(verified(text + line), "wrong"))


def test_a_slope_in_error_leads_nowhere() -> None:
    """The sign of 2 (1.25 - 1) · 2 is blamed; the step down from what it ought to be is right."""
    judged = verified(net("1", "-1", "0.5") + r"$w = 0.5 - 0.1 \cdot 1 = 0.4$")
    assert [piece for _, piece, _ in found(judged, "wrong")] == ["-1"]
