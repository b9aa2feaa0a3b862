"""Letters that a document uses as functions: s, h, u."""

from __future__ import annotations

import pytest

from transcripts import found, verified

NETWORK = """
z1 = w1*x + b1, a1 = s(z1), z2 = w2*a1 + b2, a2 = s(z2), C = (a2 - y)^2.

dC/dz2 = 2*(a2 - y)*a2*(1 - a2)
da1/dz1 = s'(z1) = a1*(1 - a1)
dC/da1 = 2*(a2 - y)*a2*(1 - a2)*w2

x = 1, y = 0, w1 = 0.5, b1 = 0, w2 = -1, b2 = 0.5

z1 = 0.5*1 + 0 = 0.5
a1 = s(0.5) = 0.6225
z2 = -1*0.6225 + 0.5 = -0.1225
a2 = s(-0.1225) = 0.4694
"""  # 1 / (1 + e^{-0.5}) = 0.62246, 1 / (1 + e^{0.1225}) = 0.46941

SAID = {
    "an equation": "s = sigmoid\n",
    "words": "Here s is the logistic function.\n",
    "French words": "Coût quadratique, s = sigmoïde.\n",
    "its slope": "s'(z) = s(z)*(1 - s(z))\n",
    "its formula": "s(z) = 1/(1 + e^(-z))\n\ns'(z) = s(z)*(1 - s(z))\n",
}

SLIPS = {
    "the slope of another layer": ("da1/dz1 = s'(z1) = a1*(1 - a1)", "da1/dz1 = s'(z1) = a2*(1 - a2)", "a2*(1 - a2)"),
    "another weight": ("(1 - a2)*w2", "(1 - a2)*w1", "2*(a2 - y)*a2*(1 - a2)*w1"),
    "a value": ("0.6225\n", "0.6522\n", "0.6522"),
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID.keys())
def test_a_letter_that_is_said_to_be_an_activation(said: str) -> None:
    """By an equation, in words, by its slope or by its formula: nothing of a right network is open or blamed."""
    judged = verified(said + NETWORK)
    assert found(judged, "wrong") == []
    assert found(judged, "undecided") == []


@pytest.mark.parametrize(("right", "wrong", "blamed"), SLIPS.values(), ids=SLIPS.keys())
@pytest.mark.parametrize("said", SAID.values(), ids=SAID.keys())
def test_a_slip_with_such_a_letter(said: str, right: str, wrong: str, blamed: str) -> None:
    """What does not follow where s is the sigmoid is blamed, and nothing else."""
    judged = verified(said + NETWORK.replace(right, wrong, 1))
    assert [piece in blamed for _, piece, _ in found(judged, "wrong")] == [True]


def test_a_function_of_its_own_formula() -> None:
    """Of s(x) = x σ(x) the slope is s + σ (1 - s); with σ once more in the place of s it is not."""
    text = r"""$s(x) = x\sigma(x)$

$s'(x) = \sigma(x) + x\sigma(x)(1 - \sigma(x)) = s(x) + \sigma(x)(1 - s(x))$
"""
    assert found(verified(text), "wrong") == []
    judged = verified(text.replace("1 - s(x)", "1 - \\sigma(x)"))
    assert [line for line, _, _ in found(judged, "wrong")] == [3]


def test_a_slope_that_is_not_that_of_the_words() -> None:
    """Where u is said to be tanh, u' is 1 - u², not u (1 - u)."""
    text = "Let $u$ be tanh.\n\n$a = u(z)$ and $u'(z) = 1 - u(z)^2$\n"
    assert found(verified(text), "wrong") == []
    judged = verified(text.replace("1 - u(z)^2", "u(z)(1 - u(z))"))
    assert [line for line, _, _ in found(judged, "wrong")] == [3]


@pytest.mark.parametrize(
    "text",
    [
        "s = 0.5, the sigmoid of it is 0.6225. s(1 - s) = 0.25\n",
        "$h = 0.2$ is the output of a sigmoid.\n\n$h(1 - h) = 0.16$\n",
    ],
    ids=["a factor", "a factor beside words"],
)
def test_a_letter_with_a_value_is_a_factor(text: str) -> None:
    """Where a letter has a value a bracket behind it multiplies, whatever functions are spoken of."""
    judged = verified(text)
    assert found(judged, "wrong") == []
    assert found(judged, "undecided") == []
