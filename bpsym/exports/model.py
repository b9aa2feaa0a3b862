"""Questions as plain data, before any platform's format.

A platform is told decimals: what is asked for, how far off it may be, and which wrong values are known by name.
Every field here is checked where it is made, so that the writers only write.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from bpsym.errors import BpsymError
from bpsym.exports.numbers import decimal_text, is_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_IDENTIFIER = 64
MAX_TITLE = 200  # Moodle cuts names at 255

_IDENTIFIER = re.compile(rf"(?=.{{1,{MAX_IDENTIFIER}}}\Z)[A-Za-z_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_RULE = re.compile(rf"[a-z][a-z0-9-]{{0,{MAX_IDENTIFIER - 1}}}")
# What XML 1.0 cannot hold, and a carriage return, which no parser gives back.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# What ends inline mathematics, and what begins or ends displayed mathematics where it is no line break `\\\\[2pt]`.
_MATHS_DELIMITER = re.compile(r"\\[()]|(?<!\\)(?:\\\\)*\\[\[\]]")


def _printable(text: str, where: str) -> None:
    """Refuse characters that no question file can hold."""
    if found := _UNPRINTABLE.search(text):
        raise BpsymError(f"{where} holds the control character U+{ord(found[0]):04X}, which no XML file can hold")


@dataclass(frozen=True)
class Plain:
    """A run of plain text; a newline is a line break."""

    text: str

    def __post_init__(self) -> None:
        _printable(self.text, "a text")


@dataclass(frozen=True)
class Maths:
    """A run of inline mathematics in LaTeX, without delimiters: `\\delta_{o1}`."""

    latex: str

    def __post_init__(self) -> None:
        _printable(self.latex, "a formula")
        if not self.latex.strip() or self.latex != self.latex.strip():
            raise BpsymError(f"the formula {self.latex!r} is empty or starts or ends with a space")
        if _MATHS_DELIMITER.search(self.latex) or self.latex.endswith("\\"):
            raise BpsymError(f"the formula {self.latex!r} would end its own \\(...\\)")


@dataclass(frozen=True)
class Text:
    """Text with mathematics: runs in reading order, neighbouring plain runs joined, empty ones dropped."""

    runs: tuple[Plain | Maths, ...] = ()

    def __post_init__(self) -> None:
        joined: list[Plain | Maths] = []
        for run in self.runs:
            if isinstance(run, Plain) and joined and isinstance(joined[-1], Plain):
                joined[-1] = Plain(joined[-1].text + run.text)
            elif not isinstance(run, Plain) or run.text:
                joined.append(run)
        object.__setattr__(self, "runs", tuple(joined))

    @property
    def is_plain(self) -> bool:
        """Whether no run is mathematics."""
        return all(isinstance(run, Plain) for run in self.runs)


def text(*parts: str | Plain | Maths | Text) -> Text:
    """`text("Give ", Maths("\\\\delta"), " to 4 places.")`."""
    runs: list[Plain | Maths] = []
    for part in parts:
        runs += part.runs if isinstance(part, Text) else [Plain(part) if isinstance(part, str) else part]
    return Text(tuple(runs))


EMPTY = Text()


@dataclass(frozen=True)
class WrongAnswer:
    """A figure that a known mistake gives."""

    value: str  # a plain decimal, as `NumericalKey.answer`
    tolerance: Fraction  # absolute, >= 0, a finite decimal
    rule: str  # the mistake rule that gives it: lower-case letters, digits, hyphens
    feedback: Text  # names the mistake
    marks: Fraction = Fraction(0)  # share of the question's marks it still earns, 0 <= marks < 1

    def __post_init__(self) -> None:
        _check_number(self.value, self.tolerance, f"the wrong answer of rule {self.rule!r}")
        _check_rule(self.rule)
        if not 0 <= self.marks < 1:
            raise BpsymError(f"rule {self.rule!r}: a wrong answer earns a share from 0 up to, not including, 1")


@dataclass(frozen=True)
class NumericalKey:
    """The right answer, how far off it may be, and the wrong ones known by name."""

    answer: str  # a plain decimal with exactly the digits asked for: "0.3775"
    tolerance: Fraction  # absolute, >= 0, a finite decimal; an answer this far off still counts
    wrong: tuple[WrongAnswer, ...] = ()
    feedback_right: Text = EMPTY
    feedback_other: Text = EMPTY  # for a wrong answer that no rule gives
    exact: Fraction | None = field(default=None, compare=False)  # for the sheets; no platform's file carries it

    def __post_init__(self) -> None:
        _check_number(self.answer, self.tolerance, "the right answer")
        for wrong in self.wrong:
            if abs(Fraction(wrong.value) - Fraction(self.answer)) <= self.tolerance:
                raise BpsymError(
                    f"the wrong answer {wrong.value} of rule {wrong.rule!r} lies within the tolerance"
                    f" {decimal_text(self.tolerance)} of the right answer {self.answer}"
                )

    @property
    def places(self) -> int:
        """Decimal places asked for."""
        return len(self.answer.partition(".")[2])


@dataclass(frozen=True)
class NumericalQuestion:
    """One number is asked for."""

    id: str  # unique in the quiz: letters, digits, `_ . -`, at most 64
    title: str
    prompt: Text
    key: NumericalKey
    marks: Fraction = Fraction(1)
    category: tuple[str, ...] = ()  # path of the category it is filed under, from the quiz down

    def __post_init__(self) -> None:
        _check_head(self.id, self.title, self.marks, self.category)


@dataclass(frozen=True)
class Distractor:
    """A wrong choice that a known mistake gives."""

    text: Text
    rule: str
    feedback: Text

    def __post_init__(self) -> None:
        _check_rule(self.rule)


@dataclass(frozen=True)
class ChoiceQuestion:
    """One of several choices is right."""

    id: str
    title: str
    prompt: Text
    right: Text
    distractors: tuple[Distractor, ...]
    feedback_right: Text = EMPTY
    marks: Fraction = Fraction(1)
    category: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_head(self.id, self.title, self.marks, self.category)
        shown = [self.right, *(each.text for each in self.distractors)]
        if len(shown) < 2 or len(set(shown)) < len(shown):
            raise BpsymError(f"question {self.id!r} needs at least two choices, no two of them alike")

    def shuffled(self) -> tuple[Text | Distractor, ...]:
        """All choices; the right one stands where the question's id puts it, the same on every machine."""
        place = hashlib.sha256(self.id.encode()).digest()[0] % (len(self.distractors) + 1)
        return (*self.distractors[:place], self.right, *self.distractors[place:])


@dataclass(frozen=True)
class Blank:
    """A number asked for inside a text."""

    id: str  # unique in its question
    key: NumericalKey
    marks: int = 1  # whole marks: Moodle weighs blanks by natural numbers

    def __post_init__(self) -> None:
        _check_identifier(self.id, "blank")
        if self.marks < 1:
            raise BpsymError(f"blank {self.id!r}: marks are a natural number, not {self.marks}")
        spoken = (self.key.feedback_right, self.key.feedback_other, *(wrong.feedback for wrong in self.key.wrong))
        if not all(each.is_plain for each in spoken):
            raise BpsymError(f"blank {self.id!r}: feedback inside a cloze is plain text; put formulas around the blank")


@dataclass(frozen=True)
class ClozeQuestion:
    """Many numbers are asked for in one text."""

    id: str
    title: str
    parts: tuple[Text | Blank, ...]  # in reading order; neighbouring texts are joined, empty ones dropped
    category: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        joined: list[Text | Blank] = []
        for part in self.parts:
            if isinstance(part, Text) and joined and isinstance(joined[-1], Text):
                joined[-1] = text(joined[-1], part)
            elif not isinstance(part, Text) or part.runs:
                joined.append(part)
        object.__setattr__(self, "parts", tuple(joined))
        _check_head(self.id, self.title, Fraction(1), self.category)
        _check_unique((blank.id for blank in self.blanks), f"blanks of question {self.id!r}")
        if not self.blanks:
            raise BpsymError(f"question {self.id!r} has no blank")

    @property
    def blanks(self) -> tuple[Blank, ...]:
        """The blanks in reading order."""
        return tuple(part for part in self.parts if isinstance(part, Blank))

    @property
    def marks(self) -> Fraction:
        """The marks of all blanks together."""
        return Fraction(sum(blank.marks for blank in self.blanks))


Question: TypeAlias = NumericalQuestion | ChoiceQuestion | ClozeQuestion
Language: TypeAlias = Literal["en", "zh"]


@dataclass(frozen=True)
class Quiz:
    """What one file holds."""

    id: str
    title: str
    questions: tuple[Question, ...]
    language: Language = "en"

    def __post_init__(self) -> None:
        _check_head(self.id, self.title, Fraction(1), ())
        _check_unique((question.id for question in self.questions), "questions")
        if not self.questions:
            raise BpsymError(f"the quiz {self.title!r} has no question")


def safe_identifier(name: str) -> str:
    """An identifier made of any text: itself where it is one, otherwise its letters and a hash that keeps it unique."""
    if _IDENTIFIER.fullmatch(name):
        return name
    kept = re.sub("[^A-Za-z0-9]+", "-", name).strip("-")[:40]
    return f"q-{kept}{'-' if kept else ''}{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:12]}"


def half_unit(places: int) -> Fraction:
    """Half a unit of the last of `places` decimal places: what rounding the exact answer can change."""
    return Fraction(1, 2 * 10**places)


# --- checks -----------------------------------------------------------------------------------------------------------


def _check_number(value: str, tolerance: Fraction, where: str) -> None:
    if not is_decimal(value):
        raise BpsymError(f"{where} is {value!r}; a plain decimal such as -0.3775 is needed")
    if tolerance < 0:
        raise BpsymError(f"{where} has the tolerance {tolerance}, which is below 0")
    decimal_text(tolerance)


def _check_rule(rule: str) -> None:
    if not _RULE.fullmatch(rule):
        raise BpsymError(f"{rule!r} is no name of a mistake rule: lower-case letters, digits and hyphens")


def _check_identifier(identifier: str, kind: str) -> None:
    if not _IDENTIFIER.fullmatch(identifier):
        raise BpsymError(
            f"{identifier!r} is no id of a {kind}: a letter or _, then letters, digits, `_ . -`, at most"
            f" {MAX_IDENTIFIER}, no sign at the end; exports.model.safe_identifier makes one"
        )


def _check_head(identifier: str, title: str, marks: Fraction, category: tuple[str, ...]) -> None:
    _check_identifier(identifier, "question")
    for name in (title, *category):
        _printable(name, f"a title of {identifier!r}")
        if not name or len(name) > MAX_TITLE or name != " ".join(name.split()) or name != name.strip("/"):
            raise BpsymError(
                f"{name!r} is no title: one line of at most {MAX_TITLE} characters, single spaces, no slash at its ends"
            )
    if marks <= 0:
        raise BpsymError(f"question {identifier!r}: marks are above 0, not {marks}")
    decimal_text(marks)


def _check_unique(identifiers: Iterable[str], kind: str) -> None:
    """Case does not count: ids become names of files."""
    seen: set[str] = set()
    for each in identifiers:
        if each.casefold() in seen:
            raise BpsymError(f"two {kind} have the id {each!r}")
        seen.add(each.casefold())
