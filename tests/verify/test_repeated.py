"""Figures that words repeat: copied, carried, or copied wrong."""

from __future__ import annotations

import pytest

from transcripts import found, verified

RNN = r"""
$$h_t = \tanh(a x_t + c h_{t-1})$$

Given: $x_1 = 1.0$, $x_2 = 2.0$, $h_0 = 0$, $a = 0.5$, $c = 0.4$

$$h_1 = \tanh(0.5 \times 1.0 + 0.4 \times 0) = \tanh(0.5) \approx 0.4621$$
$$h_2 = \tanh(0.5 \times 2.0 + 0.4 \times 0.4621) = \tanh(1.1848) \approx {h_2}$$

"""
RIGHT, WRONG = RNN.replace("{h_2}", "0.8290"), RNN.replace("{h_2}", "0.8275")


@pytest.mark.parametrize(
    ("text", "line", "verdict"),
    [
        (RIGHT, "The final state $h_2$ is approximately 0.8290.", "right"),
        (RIGHT, "最后的状态 $h_2$ 约为 0.829。", "right"),
        (WRONG, "The final state $h_2$ is approximately 0.8275.", "carried"),
        (RIGHT, "The final state $h_2$ is approximately 0.8260.", "wrong"),
    ],
)
def test_what_is_repeated_is_judged(text: str, line: str, verdict: str) -> None:
    """By the figure worked out before, or with it: tanh(1.18484) = 0.8290."""
    judged = verified(text + line)
    last = judged.judgements[-1]
    assert (last.verdict, last.expected) == (verdict, "0.8290" if verdict == "wrong" else "")
    assert last.span.start > len(text)


@pytest.mark.parametrize(
    "line",
    [
        "After the update $h_2$ is 0.8260.",
        "If $a$ were less, $h_2$ is 0.8260.",
        "The final state $h_2$ is 0.7.",
        "The final state $h_3$ is 0.9052.",
    ],
)
def test_what_may_be_another_figure_is_not(line: str) -> None:
    """Of another step, of another case, or of a name without a figure."""
    assert found(verified(RIGHT + line), "wrong") == []
