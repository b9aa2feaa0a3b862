"""What of a quiz Canvas can hold.

- A number below 10^-4 typed by a student becomes 0, and its apps keep four decimals: an answer with more than four is
  asked for times a power of ten that leaves four (`canvas_scale`).
- It gives no part of the marks for a wrong number, and has no question with several numbers: a cloze is split into one
  question a blank (`canvas_view`), or asked as texts to be matched to the letter (`spellings`).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError
from bpsym.exports.model import (
    MAX_TITLE,
    Blank,
    ClozeQuestion,
    Maths,
    NumericalKey,
    NumericalQuestion,
    Quiz,
    Text,
    safe_identifier,
    text,
)
from bpsym.exports.numbers import decimal_text

if TYPE_CHECKING:
    from bpsym.exports.model import Language, Question

MAX_PLACES = 4  # decimals Canvas keeps
MAX_SPELLINGS = 400  # of one blank matched to the letter

_SCALED = {
    "en": ("\n(Give the value times ", ".)"),
    "zh": ("\n（请填写该值乘以 ", " 后的结果。）"),
}
_ASKED = {"en": ("Give the number for blank (", "):\n"), "zh": ("请填写空格（", "）中的数：\n")}


def canvas_scale(key: NumericalKey) -> int:
    """The power of ten that leaves a key the four decimals Canvas keeps."""
    return max(0, key.places - MAX_PLACES)


def canvas_view(quiz: Quiz) -> Quiz:
    """The quiz as far as Canvas can hold it: every blank of a cloze a question of its own, no marks for wrong ones."""
    questions: list[Question] = []
    for question in quiz.questions:
        if isinstance(question, ClozeQuestion):
            questions += _split(question, quiz.language)
        elif isinstance(question, NumericalQuestion):
            questions.append(replace(question, key=_without_shares(question.key)))
        else:
            questions.append(question)
    return replace(quiz, questions=tuple(questions))


def _without_shares(key: NumericalKey) -> NumericalKey:
    return replace(key, wrong=tuple(replace(wrong, marks=Fraction(0)) for wrong in key.wrong))


def _split(cloze: ClozeQuestion, language: Language) -> list[NumericalQuestion]:
    """One question a blank: which one is asked for, then the whole text with its blanks numbered."""
    numbers = {blank.id: number for number, blank in enumerate(cloze.blanks, 1)}
    shown = text(*(f"____ ({numbers[part.id]})" if isinstance(part, Blank) else part for part in cloze.parts))
    before, after = _ASKED[language]
    return [
        NumericalQuestion(
            safe_identifier(f"{cloze.id}.{blank.id}"),
            f"{cloze.title[: MAX_TITLE - 10].rstrip()} ({numbers[blank.id]})",
            text(f"{before}{numbers[blank.id]}{after}", shown),
            _without_shares(blank.key),
            Fraction(blank.marks),
            cloze.category,
        )
        for blank in cloze.blanks
    ]


def scale_note(scale: int, language: Language) -> Text:
    """What is asked for instead of the value itself, as the end of a prompt."""
    before, after = _SCALED[language]
    return text(before, Maths(f"10^{{{scale}}}"), after)


def spellings(key: NumericalKey) -> tuple[str, ...]:
    """How a number near enough may be typed: every value with the digits asked for within the tolerance, nearest first,
    with a point or a comma, with and without the 0 before and the zeros after it; BpsymError for more than 400.
    """
    unit = Fraction(1, 10**key.places)
    reach = key.tolerance // unit
    if reach > MAX_SPELLINGS:
        raise BpsymError(f"the tolerance of {key.answer} allows too many values to be matched to the letter")
    found: dict[str, None] = {}
    for step in sorted(range(-reach, reach + 1), key=abs):
        value = Fraction(key.answer) + step * unit
        short = decimal_text(abs(value))
        whole, _, part = short.partition(".")
        full = f"{whole}.{part.ljust(key.places, '0')}" if key.places else whole
        for digits in (full, short):
            for form in (digits, digits.removeprefix("0") if digits.startswith("0.") else digits):
                for sign in ("-", "−") if value < 0 else ("",):
                    found |= dict.fromkeys((sign + form, sign + form.replace(".", ",")))
    if len(found) > MAX_SPELLINGS:
        raise BpsymError(f"the tolerance of {key.answer} allows too many values to be matched to the letter")
    return tuple(found)
