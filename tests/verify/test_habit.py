"""Where every figure keeps to one way of rounding, a figure that does not is a slip of the last digits."""

from __future__ import annotations

from math import exp

import pytest

from transcripts import found, in_a_row, verified

WEIGHTS = (0.9, -0.8, 1.1, -0.7, 0.6, -1.2, 0.8, 1.3, -0.4, 0.7, -0.9, 0.5, 1.2, -1.4, 0.3, 0.6, -0.2, 1.1, -0.6, -1.4)


def _sheet(last: str, *, lines: int, top: str = "") -> list[tuple[int, str, str]]:
    """What is blamed in the last lines of a forward pass, cut off after four places, that ends with ∂L/∂a = -1/a.

    `top`: what the box of results on top says of it.
    """
    network = in_a_row(*((w, "sigmoid") for w in WEIGHTS), given=0.5, target=1, loss="binary-cross-entropy")
    a, written = 0.5, []
    for layer, weight in enumerate(WEIGHTS, 1):
        z = weight * a
        a = 1 / (1 + exp(-z))
        written += [f"$z^{{({layer})}} = {_cut_off(z)}$", f"$a^{{({layer})}} = {_cut_off(a)}$"]
    slope = f"\\frac{{\\partial L}}{{\\partial a^{{({len(WEIGHTS)})}}}} ="
    box = [f"$a^{{({len(WEIGHTS)})}} = 0.361$", f"${slope} {top}$"] if top else []
    text = "\n".join([*box, *written[-lines:], f"${slope} {last}$", ""])
    return found(verified(text.replace("\n", "\n\n"), network), "wrong")


def _cut_off(value: float) -> str:
    whole, _, part = f"{value:.9f}".partition(".")
    return f"{whole}.{part[:4]}"


@pytest.mark.parametrize("right", ["-2.7681", "-2.7685"])
def test_who_goes_on_with_either_is_right(right: str) -> None:
    """-1/0.3612568 is -2.7681, -1/0.3612 is -2.7685: one with full precision, one with what stands on the paper."""
    assert _sheet(right, lines=40) == []


def test_a_figure_between_is_blamed_where_all_others_keep_to_one_way() -> None:
    """-1/0.36131 is -2.7677; nobody has 0.36131 who cuts 0.3612568 off to 0.3612 and whose other figures all are so."""
    assert [(line, piece) for line, piece, _ in _sheet("-2.7677", lines=40)] == [(81, "-2.7677")]


def test_a_few_figures_tell_nothing_of_how_somebody_rounds() -> None:
    """Below four figures alone -2.7677 may be the last digit of somebody who rounds here and there."""
    assert _sheet("-2.7677", lines=4) == []


def _blamed(top: str, last: str) -> list[tuple[int, str]]:
    below = f"-\\frac{{1}}{{a^{{({len(WEIGHTS)})}}}} = -\\frac{{1}}{{0.3612}} = {last}"
    return [(line, piece) for line, piece, _ in _sheet(below, lines=40, top=top)]


def test_a_result_on_top_is_rounded_as_its_derivation() -> None:
    """-1/0.3612 is -2.7685 on top, too, where nobody has read more of 0.3612 than 0.361 yet."""
    assert _blamed("-2.7685", "-2.7685") == []


def test_a_result_on_top_follows_from_a_slip_of_the_last_digits_below() -> None:
    """-2.7677 is what nobody comes to who has 0.3612: blamed is the line that says so."""
    assert _blamed("-2.7677", "-2.7677") == [(85, "-2.7677")]


def test_a_slip_of_the_last_digits_in_a_result_on_top_alone() -> None:
    """-2.7677 is blamed where its derivation comes to something else."""
    assert _blamed("-2.7677", "-2.7685") == [(3, "-2.7677")]
