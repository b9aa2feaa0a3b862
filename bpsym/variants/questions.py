"""A variant as questions for learning platforms: the key, figures of known mistakes, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError, Undecided
from bpsym.exports.model import (
    Blank,
    ChoiceQuestion,
    ClozeQuestion,
    Distractor,
    Maths,
    NumericalKey,
    NumericalQuestion,
    Text,
    WrongAnswer,
    text,
)
from bpsym.exports.nbgrader import NotebookSheet, NotebookStep, notebook
from bpsym.exports.numbers import is_decimal
from bpsym.exports.stack import StackQuestion, StackStep
from bpsym.mistakes.values import Mistakes
from bpsym.mistakes.words import say
from bpsym.notation import Notation
from bpsym.printing import LATEX, PLAIN
from bpsym.printing.writer import OTHERWISE, Writer
from bpsym.render.code import PYTHON
from bpsym.rounding import fraction, numeral
from bpsym.variants.follow import FAR, GUARD, MAXIMA, followed
from bpsym.variants.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpsym.evaluate import Environment
    from bpsym.exports.model import Language, Question
    from bpsym.mistakes.candidates import Mistake
    from bpsym.rounding import Numeral
    from bpsym.variants.asked import Asked
    from bpsym.variants.homework import Homework, Variant
    from bpsym.variants.sheets import Filling
    from bpsym.variants.structure import Structure

MOST_WRONG = 12  # wrong answers known by name of one value
MOST_CHOICES = 4  # distractors of a multiple choice


@dataclass(frozen=True, eq=False)
class Questions:
    """The questions of one variant."""

    homework: Homework
    variant: Variant
    filling: Filling
    language: Language

    @property
    def structure(self) -> Structure:
        """The network."""
        return self.homework.structures[self.variant.structure]

    @property
    def id(self) -> str:
        """The code as platforms take identifiers: with a letter in front."""
        return f"v-{self.variant.code}"

    @cached_property
    def _writer(self) -> Writer:
        sheet = self.structure.description.sheet
        notation = Notation(sheet.notation, self.structure.program, self.structure.expansion)
        return Writer(notation, otherwise=OTHERWISE[self.language])

    @cached_property
    def _mistakes(self) -> Mistakes:
        here = self.homework.numbers[self.variant.structure]
        environment = here.environment(self.homework.values(self.variant))
        return Mistakes(environment, here.candidates, here.plans)

    @property
    def _environment(self) -> Environment:
        return self._mistakes.environment

    @cached_property
    def _answers(self) -> dict[Asked, Numeral]:
        return dict(zip(self.structure.asked, self.filling.answers, strict=True))

    @cached_property
    def given(self) -> Text:
        """What is given: names and numbers."""
        words = Words(self.language)
        parts: list[Text | str | Maths] = [words.given]
        for place, (entry, number) in enumerate(self.filling.given.items()):
            name = LATEX.write(self._writer.name(entry))
            parts += [", " if place else "", Maths(f"{name} = {number}")]
        return text(*parts, "\n", words.network(self.structure.description), "\n")

    @cached_property
    def keys(self) -> Mapping[Asked, NumericalKey]:
        """The key of each value that is asked for."""
        return {each: self._key(each, answer) for each, answer in self._answers.items()}

    def _key(self, asked: Asked, answer: Numeral) -> NumericalKey:
        right, tolerance = decimal(answer), fraction(answer.ulp)
        wrong: list[WrongAnswer] = []
        taken = [Fraction(right)]
        mistakes = self.homework.numbers[self.variant.structure].mistakes(asked.entry)
        for mistake in mistakes:
            if len(wrong) == MOST_WRONG:
                break
            figure = self._wrong(mistake, asked)
            if figure is None:
                continue
            value = Fraction(figure)
            if all(abs(value - other) > tolerance for other in taken):
                taken.append(value)
                rule, _ = mistake.made[0]
                wrong.append(WrongAnswer(figure, tolerance / 2, rule.id, text(self.said(mistake))))
        return NumericalKey(right, tolerance, tuple(wrong))

    def _wrong(self, mistake: Mistake, asked: Asked) -> str | None:
        value = self._mistakes.value(mistake, asked.entry)
        try:
            return None if value is None else decimal(numeral(value, self.structure.rounding))
        except Undecided:
            return None

    def said(self, mistake: Mistake) -> str:
        """What was done and what is right, in plain characters."""
        rule, wrong = mistake.made[0]
        step = self.structure.expansion.step(wrong.step.out)
        if step is None:
            raise BpsymError(f"{wrong.step.out} is given, not computed")
        said = say(
            rule, wrong, step, self.language,
            lambda expr: PLAIN.write(self._writer.formula(expr)),
            lambda expr: self._environment.numeral(expr).text,
        )  # fmt: skip
        return f"{said.title}: {said.done} {said.fix}"

    def cloze(self) -> ClozeQuestion:
        """All values in one question."""
        words = Words(self.language)
        parts: list[Text | Blank] = [text(self.given, words.asked(self.structure.description), "\n")]
        for asked, key in self.keys.items():
            name = LATEX.write(self._writer.name(asked.entry))
            parts += [text(Maths(f"{name} ="), " "), Blank(asked.name, key), text("\n")]
        return ClozeQuestion(self.id, self.variant.code, tuple(parts), (words.whole,))

    def numerical(self) -> list[NumericalQuestion]:
        """Every value in a question of its own."""
        words = Words(self.language)
        before, after = words.find
        return [
            NumericalQuestion(
                f"{self.id}.{asked.name}", f"{self.variant.code} {asked.name}",
                text(self.given, before, Maths(LATEX.write(self._writer.name(asked.entry))), f"{after} ",
                     words.asked(self.structure.description)),
                key, category=(words.single, asked.name),
            )
            for asked, key in self.keys.items()
        ]  # fmt: skip

    def choice(self) -> list[ChoiceQuestion]:
        """One value to be chosen among the figures of mistakes."""
        words = Words(self.language)
        asked, key = next(iter(self.keys.items()))
        distractors = [
            Distractor(text(Maths(wrong.value)), wrong.rule, wrong.feedback) for wrong in key.wrong[:MOST_CHOICES]
        ]
        if not distractors:
            return []
        name = Maths(LATEX.write(self._writer.name(asked.entry)))
        before, after = words.which
        return [
            ChoiceQuestion(
                f"{self.id}.choice", f"{self.variant.code} {asked.name}",
                text(self.given, before, name, after), text(Maths(key.answer)), tuple(distractors),
                category=(words.choice,),
            )
        ]  # fmt: skip

    def all(self, *, whole: bool = True) -> tuple[Question, ...]:
        """Every kind of question; `whole`: also all values in one."""
        return (*([self.cloze()] if whole else ()), *self.numerical(), *self.choice())

    def notebooks(self) -> tuple[bytes, bytes]:
        """The notebook for the student and the one with solutions and hidden tests."""
        words = Words(self.language)
        steps = tuple(
            NotebookStep(asked.name, text(Maths(LATEX.write(self._writer.name(asked.entry)))), key, Fraction(1))
            for asked, key in self.keys.items()
        )
        intro = text(self.given, words.asked(self.structure.description))
        title = self.structure.description.title(self.language) or self.variant.code
        sheet = NotebookSheet(self.variant.code, title, intro, steps, self.check_source(), self.language)
        return notebook(sheet, solutions=False), notebook(sheet, solutions=True)

    def check_source(self) -> str:
        """Python that computes a value from the student's own earlier ones; nothing where one of those is absurd."""
        lines = ["from math import e, erf, log, pi, sqrt, tanh", "", "def sign(x):", "    return (x > 0) - (x < 0)", ""]
        lines += [GUARD, "def recompute(name, values):"]
        rights = {asked: decimal(answer) for asked, answer in self._answers.items()}
        for each in followed(self.structure, self._environment, PYTHON):
            lines.append(f"    if name == {each.asked.name!r}:")
            if not each.used:
                lines.append(f"        return {rights[each.asked]}")
                continue
            right = ", ".join(f"{asked.name!r}: {rights[asked]}" for asked in each.rests)
            names = ", ".join(f"{asked.name!r}" for asked in each.used)
            lines += [
                f"        rights = {{{right}}}",
                "        if any(absurd(values[key], right) for key, right in rights.items()):",
                "            return None",
                f"        {', '.join(asked.name for asked in each.used)}, = (values[key] for key in ({names},))",
                f"        return {each.formula}",
            ]
        return "\n".join(lines) + "\n"

    def stack(self) -> StackQuestion:
        """All values in one question, each with what follows from the student's own earlier ones."""
        words = Words(self.language)
        steps = []
        for each in followed(self.structure, self._environment, MAXIMA):
            right = abs(Fraction(decimal(self._answers[each.asked])))
            label = text(Maths(f"{LATEX.write(self._writer.name(each.asked.entry))} ="))
            rests = tuple(asked.name for asked in each.rests)
            sane = (right / FAR, FAR * max(right, Fraction(1)))
            steps.append(StackStep(each.asked.name, label, self.keys[each.asked], each.formula, rests, sane))
        prompt = text(self.given, words.asked(self.structure.description))
        return StackQuestion(self.id, self.variant.code, prompt, tuple(steps), (words.whole,))


def notebooks(homework: Homework, variant: Variant, filling: Filling, language: Language = "en") -> tuple[bytes, bytes]:
    """The two notebooks of a student."""
    return Questions(homework, variant, filling, language).notebooks()


def decimal(number: Numeral) -> str:
    """A printed number as a plain decimal with the same digits."""
    if not number.exponent and is_decimal(number.text):
        return number.text
    value, places = fraction(number.value), max(0, -_power(number))
    units = value * 10**places
    digits = str(abs(int(units))).rjust(places + 1, "0")
    whole = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{whole}" if units < 0 else whole


def _power(number: Numeral) -> int:
    """The power of ten of the last digit."""
    return number.exponent - len(number.digits.partition(".")[2])


def quiz_questions(made: Sequence[Questions], *, whole: bool = True) -> tuple[Question, ...]:
    """The questions of several variants; Canvas has none with several numbers, so `whole` is not for it."""
    return tuple(question for each in made for question in each.all(whole=whole))
