"""A table that has the parameters in its first column need not say what they are: it may hold their gradients."""

from __future__ import annotations

import pytest

from transcripts import found, verified

NEURON = r"""
A neuron $z = w x + b$, $o = \sigma(z)$ with $w = 0.4$, $b = 0.1$, $x = 0.5$, $t = 1$, $E = \frac12 (o-t)^2$, $\eta = 0.5$.

$z = 0.4 \cdot 0.5 + 0.1 = 0.3$, $o = \sigma(0.3) = 0.5744$, $\delta = (o - t) o (1 - o) = -0.1040$.

| Weight | Calculation | Value |
|---|---|---|
| $w$ | FIRST | GRADIENT |
| $b$ | SECOND | -0.1040 |

$w^{+} = 0.4 - 0.5 \cdot (-0.0520) = 0.4260$
"""  # noqa: E501 - one line of the text


def _written(first: str, second: str, gradient: str = "-0.0520") -> str:
    return NEURON.replace("FIRST", first).replace("SECOND", second).replace("GRADIENT", gradient)


@pytest.mark.parametrize(
    ("first", "second"),
    [(r"$\delta x$", r"$\delta$"), (r"$-0.1040 \cdot 0.5$", r"$-0.1040 \cdot 1$"), ("-0.1040 * 0.5", "-0.1040 * 1")],
    ids=["formulas", "numbers in TeX", "numbers"],
)
def test_gradients_beside_their_parameters(first: str, second: str) -> None:
    """σ(0.3) is 0.57444, (o - t) o (1 - o) is -0.10403: nothing is in error, least of all the given w = 0.4."""
    assert set(+verified(_written(first, second)).counts) == {"right"}


def test_a_wrong_gradient_beside_its_parameter() -> None:
    """-0.1040 · 0.5 is -0.0520: -0.0502 is in error, and nothing else."""
    wrong = found(verified(_written(r"$\delta x$", r"$\delta$", "-0.0502")), "wrong")
    assert [piece for _, piece, _ in wrong] == ["-0.0502"]


@pytest.mark.parametrize("formula", [r"$w - \eta \delta x$", r"$0.4 - 0.5 \cdot (-0.0520)$"])
def test_new_values_beside_their_parameters(formula: str) -> None:
    """A formula that begins from the old value says what the parameter is afterwards: 0.4 + 0.0260 is no 0.3740."""
    table = f"\n| parameter | formula | value |\n|---|---|---|\n| $w$ | {formula} | FIGURE |\n"
    text = _written(r"$\delta x$", r"$\delta$") + table
    assert found(verified(text.replace("FIGURE", "0.4260")), "wrong") == []
    assert [piece for _, piece, _ in found(verified(text.replace("FIGURE", "0.3740")), "wrong")] == ["0.3740"]
