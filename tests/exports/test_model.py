"""What a question may hold, checked where it is made."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpsym.errors import BpsymError
from bpsym.exports.model import (
    Blank,
    ChoiceQuestion,
    ClozeQuestion,
    Distractor,
    Maths,
    NumericalKey,
    NumericalQuestion,
    Plain,
    Quiz,
    Text,
    WrongAnswer,
    half_unit,
    safe_identifier,
    text,
)
from exports.samples import KEY, QUIZ

if TYPE_CHECKING:
    from collections.abc import Callable

_D = Distractor(text("b"), "r", text())
REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: Plain("a\x00"), r"U\+0000"),
    (lambda: Plain("a\r\n"), r"U\+000D"),
    (lambda: Maths("\ufffe"), r"U\+FFFE"),
    (lambda: NumericalKey("1e5", Fraction(0)), "the right answer is '1e5'; a plain decimal"),
    (lambda: NumericalKey("1", Fraction(-1)), "below 0"),
    (lambda: NumericalKey("1", Fraction(1, 3)), "no finite decimal expansion"),
    (lambda: WrongAnswer("1", Fraction(0), "Rule", text()), "'Rule' is no name of a mistake rule"),
    (lambda: WrongAnswer("1", Fraction(0), "r", text(), Fraction(1)), "a share from 0 up to"),
    (
        lambda: NumericalKey("1.0", Fraction(1, 10), (WrongAnswer("1.05", Fraction(0), "r", text()),)),
        "1.05 of rule 'r' lies within the tolerance 0.1 of the right answer 1.0",
    ),
    (lambda: NumericalQuestion("1a", "t", text(), KEY), "'1a' is no id of a question"),
    (lambda: NumericalQuestion("a.", "t", text(), KEY), "'a.' is no id"),
    (lambda: NumericalQuestion("a" * 65, "t", text(), KEY), "is no id"),
    (lambda: NumericalQuestion("a", " t", text(), KEY), "' t' is no title"),
    (lambda: NumericalQuestion("a", "t" * 201, text(), KEY), "is no title"),
    (lambda: NumericalQuestion("a", "t", text(), KEY, Fraction(0)), "marks are above 0"),
    (lambda: NumericalQuestion("a", "t", text(), KEY, Fraction(1), ("/",)), "is no title"),
    (lambda: ChoiceQuestion("a", "t", text(), text("b"), ()), "at least two choices"),
    (lambda: ChoiceQuestion("a", "t", text(), text("b"), (_D,)), "no two of them alike"),
    (lambda: ClozeQuestion("a", "t", (text("x"),)), "has no blank"),
    (lambda: ClozeQuestion("a", "t", (Blank("b", NumericalKey("1", Fraction(0))),) * 2), "two blanks .* the id 'b'"),
    (lambda: Blank("b", NumericalKey("1", Fraction(0)), 0), "marks are a natural number"),
    (lambda: Quiz("q", "q", ()), "has no question"),
    (lambda: Quiz("q", "q", (QUIZ.questions[0], QUIZ.questions[0])), "two questions have the id 'net_h1'"),
]


@pytest.mark.parametrize(("make", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_no_platform_could_hold_is_refused(make: Callable[[], object], said: str) -> None:
    """One sentence with the thing and what would be right."""
    with pytest.raises(BpsymError, match=said):
        make()


def test_runs_are_joined() -> None:
    """Neighbouring plain runs are one, empty ones none, so that equal texts are equal."""
    assert text("a", "", Plain("b"), Maths("x"), text("c", "d")) == Text((Plain("ab"), Maths("x"), Plain("cd")))
    assert text() == text("") == Text()
    assert text("a").is_plain
    assert not text(Maths("a")).is_plain


def test_places_are_those_of_the_answer() -> None:
    """The digits asked for are the digits written."""
    assert [NumericalKey(answer, Fraction(0)).places for answer in ("0.3775", "-12", "1.0")] == [4, 0, 1]
    assert half_unit(4) == Fraction("0.00005")


@given(st.text())
def test_any_text_gives_an_identifier_of_its_own(name: str) -> None:
    """What it gives is an id, is given back unchanged, and differs where the text does."""
    made = safe_identifier(name)
    NumericalQuestion(made, "t", text(), KEY)
    assert safe_identifier(made) == made
    assert made == name or made != safe_identifier(name + "x")


def test_the_right_choice_stands_at_different_places() -> None:
    """Where platforms do not shuffle, the first choice is not always the right one; the order is the id's alone."""
    wrong = tuple(Distractor(text(str(n)), "r", text()) for n in range(3))
    places = [
        ChoiceQuestion(f"q{n}", "t", text(), text("right"), wrong).shuffled().index(text("right")) for n in range(40)
    ]
    assert {place: places.count(place) > 3 for place in places} == {0: True, 1: True, 2: True, 3: True}
