"""What a document says is wrong, it does not claim."""

from __future__ import annotations

import pytest

from bpsym.verify.read import read
from bpsym.verify.run import verify

NEURON = r"""
Given $x = 0.5$, $w = 0.4$, $b = 0.1$, $t = 1$.

$$z = wx + b = 0.4 \cdot 0.5 + 0.1 = 0.3$$
$$a = \frac{1}{1+e^{-z}} = 0.5744$$
$$E = \frac12 (t-a)^2 = 0.0905$$

"""
SLIP = r"$\frac{\partial E}{\partial w} = (a-t)\,x = -0.2128$"  # a(1 - a) is missing


def wrong_lines(text: str) -> list[int]:
    """The lines blamed in a text."""
    verified = verify(read(text.encode(), "text.md"))
    return sorted({verified.document.place(j.span).line for j in verified.judgements if str(j.verdict) == "wrong"})


@pytest.mark.parametrize(
    "text",
    [
        f"A common mistake: {SLIP}.",
        f"Students often write {SLIP}, which leaves out a factor.",
        f"❌ {SLIP}",
        f"Wrong: {SLIP}",
        f"If you take {SLIP}, this is not correct.",
        f"It is not {SLIP}",
        f"## Common mistakes\n\n$${SLIP[1:-1]}$$",
        f"| Wrong |\n|---|\n| {SLIP} |",
        f"常见错误：写成 {SLIP}，少了激活函数的导数。",
        f"注意不要写成 {SLIP}。",
        f"有同学误以为 {SLIP}。",
        f"若写成 {SLIP} 则是错误的。",
        f"Häufiger Fehler: {SLIP}",
        f"Falsch wäre {SLIP}.",
        f"Erreur fréquente : {SLIP}.",
        f"Error común: {SLIP}.",
        f"Частая ошибка: {SLIP}.",
        f"よくある間違い：{SLIP}",
    ],
)
def test_a_formula_shown_as_a_mistake_is_not_blamed(text: str) -> None:
    """In a sentence, under a heading, in a table; with its figure."""
    assert wrong_lines(NEURON + text) == []


@pytest.mark.parametrize(
    "text",
    [
        SLIP,
        f"So {SLIP}.",
        f"Don't forget the chain rule: {SLIP}.",
        f"别忘了链式法则：{SLIP}。",
        f"Students often ask why. Here {SLIP}.",
        f"总误差对权重求导：{SLIP}。",
    ],
)
def test_other_words_take_no_blame_away(text: str) -> None:
    """The same formula where nothing says that it is wrong."""
    assert wrong_lines(NEURON + text) == [8]


def test_what_is_shown_as_a_mistake_defines_nothing() -> None:
    """A net input without its bias, shown before the right one, leaves the right one right."""
    text = NEURON.replace("$$z =", "Common mistake: $z = w x$.\n\n$$z =")
    assert wrong_lines(text) == []


def test_what_holds_because_something_is_zero_is_no_law() -> None:
    """Since b is zero, z is w x there; without these words the bias is missing."""
    assert wrong_lines(NEURON + "Since the bias is zero here, $z = w x$.\n") == []
    assert wrong_lines(NEURON + "Then $z = w x$.\n") != []
