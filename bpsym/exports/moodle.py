"""Moodle XML: numerical, multiple choice and cloze questions in categories, written and read back.

The answers of a numerical question are tried in order and the first that fits counts, so the right one stands first.
Moodle's grammar of a cloze blank `{1:NUMERICAL:=0.3775:0.00005#Right~%0%0.42:0.00005#Why not}` ends a feedback at a
bare `}` or `~` and decodes HTML entities in it once; all characters it could trip over are therefore entities.
Numbers have a decimal point whatever the course's language.
"""

from __future__ import annotations

import html
import re
from fractions import Fraction
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError
from bpsym.exports.markup import feedback_html, from_html, to_html
from bpsym.exports.model import (
    EMPTY,
    Blank,
    ChoiceQuestion,
    ClozeQuestion,
    Distractor,
    NumericalKey,
    NumericalQuestion,
    Quiz,
    Text,
    WrongAnswer,
)
from bpsym.exports.numbers import decimal_text, needed_number
from bpsym.exports.xmlfile import Element, add, as_we_write, attribute, child, document, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from bpsym.exports.model import Language, Question

# The only shares of the marks Moodle imports, as it spells them.
GRADES = {
    Fraction(share): name
    for share, name in (
        ("0", "0"), ("1/20", "5"), ("1/10", "10"), ("1/9", "11.11111"), ("1/8", "12.5"), ("1/7", "14.28571"),
        ("1/6", "16.66667"), ("1/5", "20"), ("1/4", "25"), ("3/10", "30"), ("1/3", "33.33333"), ("2/5", "40"),
        ("1/2", "50"), ("3/5", "60"), ("2/3", "66.66667"), ("7/10", "70"), ("3/4", "75"), ("4/5", "80"),
        ("5/6", "83.33333"), ("9/10", "90"), ("1", "100"),
    )
}  # fmt: skip
_SHARES = {name: share for share, name in GRADES.items()}

_EN: Language = "en"
_ANY_NUMBER = ("0", "1e30")  # value and tolerance of a blank's catch-all; `*` stands for no number there
_CLOZE_ENTITIES = str.maketrans({
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "{": "&#123;", "}": "&#125;", "~": "&#126;",
    "#": "&#35;", "\\": "&#92;", "/": "&#47;",
})  # fmt: skip
_BLANK = re.compile(r'<span data-blank="([^"]*)">\{([0-9]{1,9}):NUMERICAL:([^{}]*)\}</span>')
_ALTERNATIVE = re.compile(r"(?:(=)|%([0-9.]+)%)([^:#~]+):([^#~]+)(?:#([^~]*))?")


def moodle_xml(quiz: Quiz) -> bytes:
    """The quiz as a Moodle XML file: a category with the quiz's title, below it those of the questions."""
    root = Element("quiz")
    filed: tuple[str, ...] = ()
    _write_category(root, quiz, filed)
    for question in quiz.questions:
        if question.category != filed:
            filed = question.category
            _write_category(root, quiz, filed)
        _write_question(root, question)
    return document(root)


def _formatted(parent: Element, tag: str, fragment: str) -> None:
    add(add(parent, tag, format="html"), "text", fragment)


def _write_category(root: Element, quiz: Quiz, path: tuple[str, ...]) -> None:
    names = "/".join(name.replace("/", "//") for name in (quiz.title, *path))
    category = add(root, "question", type="category")
    add(add(category, "category"), "text", f"$course$/top/{names}")
    _formatted(category, "info", f'<p lang="{quiz.language}">{html.escape(quiz.title)}</p>')
    if not path:
        add(category, "idnumber", quiz.id)


def _share(marks: Fraction, where: str) -> str:
    if marks not in GRADES:
        allowed = ", ".join(str(share) for share in GRADES)
        raise BpsymError(f"{where}: Moodle knows no answer worth {marks} of the marks; it knows {allowed}")
    return GRADES[marks]


def _write_question(root: Element, question: Question) -> None:
    kind = {NumericalQuestion: "numerical", ChoiceQuestion: "multichoice", ClozeQuestion: "cloze"}[type(question)]
    written = add(root, "question", type=kind)
    add(add(written, "name"), "text", question.title)
    _formatted(
        written,
        "questiontext",
        "".join(_blank(part) if isinstance(part, Blank) else to_html(part) for part in question.parts)
        if isinstance(question, ClozeQuestion)
        else to_html(question.prompt),
    )
    _formatted(written, "generalfeedback", "")
    if not isinstance(question, ClozeQuestion):
        add(written, "defaultgrade", decimal_text(question.marks))
    add(written, "penalty", "0.3333333")
    add(written, "hidden", "0")
    add(written, "idnumber", question.id)
    if isinstance(question, NumericalQuestion):
        _write_numerical(written, question)
    elif isinstance(question, ChoiceQuestion):
        _write_choice(written, question)


def _write_answer(parent: Element, share: str, answer: str, feedback: str, *, form: str) -> Element:
    written = add(parent, "answer", fraction=share, format=form)
    add(written, "text", answer)
    _formatted(written, "feedback", feedback)
    return written


def _write_numerical(written: Element, question: NumericalQuestion) -> None:
    key = question.key
    rows = [("100", key.answer, key.tolerance, to_html(key.feedback_right))]
    rows += [
        (_share(wrong.marks, question.id), wrong.value, wrong.tolerance, feedback_html(wrong.feedback, wrong.rule))
        for wrong in key.wrong
    ]
    if key.feedback_other.runs:
        rows.append(("0", "*", Fraction(0), to_html(key.feedback_other)))
    for share, value, tolerance, feedback in rows:
        answer = _write_answer(written, share, value, feedback, form="moodle_auto_format")
        add(answer, "tolerance", decimal_text(tolerance))
    for tag, setting in (("unitgradingtype", "0"), ("unitpenalty", "0.1"), ("showunits", "3"), ("unitsleft", "0")):
        add(written, tag, setting)


def _write_choice(written: Element, question: ChoiceQuestion) -> None:
    for tag, setting in (("single", "true"), ("shuffleanswers", "true"), ("answernumbering", "abc")):
        add(written, tag, setting)
    for tag in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
        _formatted(written, tag, "")
    for each in question.shuffled():
        if isinstance(each, Distractor):
            _write_answer(written, "0", to_html(each.text), feedback_html(each.feedback, each.rule), form="html")
        else:
            _write_answer(written, "100", to_html(each), to_html(question.feedback_right), form="html")


def _blank(blank: Blank) -> str:
    """`{1:NUMERICAL:=0.3775:0.00005#Right~%0%0.42:0.00005#Why not}`, in a <span> that remembers the blank's id."""
    key = blank.key
    rows = [("=", key.answer, decimal_text(key.tolerance), to_html(key.feedback_right))]
    rows += [
        (
            f"%{_share(wrong.marks, blank.id)}%",
            wrong.value,
            decimal_text(wrong.tolerance),
            feedback_html(wrong.feedback, wrong.rule),
        )
        for wrong in key.wrong
    ]
    if key.feedback_other.runs:
        rows.append(("%0%", *_ANY_NUMBER, to_html(key.feedback_other)))
    alternatives = "~".join(
        f"{share}{value}:{tolerance}" + (f"#{feedback.translate(_CLOZE_ENTITIES)}" if feedback else "")
        for share, value, tolerance, feedback in rows
    )
    return f'<span data-blank="{blank.id}">{{{blank.marks}:NUMERICAL:{alternatives}}}</span>'


# --- reading back -----------------------------------------------------------------------------------------------------


def read_moodle_xml(data: bytes, where: str = "the Moodle file") -> Quiz:
    """The quiz in a file that `moodle_xml` wrote; BpsymError for a file it cannot have written."""
    with as_we_write(where):
        return _read_quiz(parse(data, where), where)


def _read_quiz(root: Element, where: str) -> Quiz:
    name, title, language = "quiz", "quiz", _EN
    questions: list[Question] = []
    path: tuple[str, ...] = ()
    for element in root.iterfind("question"):
        kind = attribute(element, "type", where)
        if kind == "category":
            title, path, language = _read_category(element, where)
            name = element.findtext("idnumber") or name
        elif kind in _READERS:
            questions.append(_READERS[kind](element, path, where))
        else:
            raise BpsymError(f"{where}: questions of type {kind!r} are not read")
    return Quiz(name, title, tuple(questions), language)


def _leaf(element: Element, path: str, where: str) -> str:
    return child(element, path, where).text or ""


def _read_category(element: Element, where: str) -> tuple[str, tuple[str, ...], Language]:
    """The quiz's title, the path below it, the language."""
    names = re.split("(?<!/)/(?!/)", _leaf(element, "category/text", where).removeprefix("$course$/top/"))
    title, *path = [name.replace("//", "/") for name in names]
    return title, tuple(path), "zh" if 'lang="zh"' in _leaf(element, "info/text", where) else "en"


def _read_rows(element: Element, where: str) -> list[tuple[Fraction, str, Fraction, Text, str]]:
    """Share of the marks, answer, tolerance, feedback and rule of every <answer>."""
    rows = []
    for answer in element.iterfind("answer"):
        share = _SHARES[attribute(answer, "fraction", where)]
        feedback, rule = from_html(_leaf(answer, "feedback/text", where))
        tolerance = needed_number(answer.findtext("tolerance") or "0", where)
        rows.append((share, _leaf(answer, "text", where), tolerance, feedback, rule))
    return rows


def _key(rows: list[tuple[Fraction, str, Fraction, Text, str]], where: str) -> NumericalKey:
    """The key in rows of which the first is right and one without a rule is the catch-all."""
    if not rows or rows[0][0] != 1:
        raise BpsymError(f"{where}: the first answer of a numerical question must be the right one")
    (_, answer, tolerance, right, _), *others = rows
    wrong = tuple(WrongAnswer(value, off, rule, said, share) for share, value, off, said, rule in others if rule)
    other = next((said for _, _, _, said, rule in others if not rule), EMPTY)
    return NumericalKey(answer, tolerance, wrong, right, other)


def _read_numerical(element: Element, category: tuple[str, ...], where: str) -> NumericalQuestion:
    return NumericalQuestion(
        _leaf(element, "idnumber", where),
        _leaf(element, "name/text", where),
        from_html(_leaf(element, "questiontext/text", where))[0],
        _key(_read_rows(element, where), where),
        needed_number(_leaf(element, "defaultgrade", where), where),
        category,
    )


def _read_choice(element: Element, category: tuple[str, ...], where: str) -> ChoiceQuestion:
    rows = _read_rows(element, where)
    right = [(from_html(answer)[0], feedback) for share, answer, _, feedback, _ in rows if share == 1]
    if len(right) != 1:
        raise BpsymError(f"{where}: {len(right)} right answers in a question that must have one")
    return ChoiceQuestion(
        _leaf(element, "idnumber", where),
        _leaf(element, "name/text", where),
        from_html(_leaf(element, "questiontext/text", where))[0],
        right[0][0],
        tuple(Distractor(from_html(answer)[0], rule, said) for share, answer, _, said, rule in rows if share != 1),
        right[0][1],
        needed_number(_leaf(element, "defaultgrade", where), where),
        category,
    )


def _read_cloze(element: Element, category: tuple[str, ...], where: str) -> ClozeQuestion:
    pieces = _BLANK.split(_leaf(element, "questiontext/text", where))
    parts: list[Text | Blank] = [from_html(pieces[0])[0]]
    for name, marks, alternatives, after in zip(pieces[1::4], pieces[2::4], pieces[3::4], pieces[4::4], strict=True):
        rows = []
        for match in _ALTERNATIVE.finditer(alternatives):
            right, share, value, tolerance, feedback = match.groups()
            said, rule = from_html(html.unescape(feedback or ""))
            rows.append((_SHARES["100" if right else share], value, needed_number(tolerance, where), said, rule))
        parts += [Blank(name, _key(rows, where), int(marks)), from_html(after)[0]]
    return ClozeQuestion(_leaf(element, "idnumber", where), _leaf(element, "name/text", where), tuple(parts), category)


_READERS: dict[str, Callable[[Element, tuple[str, ...], str], Question]] = {
    "numerical": _read_numerical,
    "multichoice": _read_choice,
    "cloze": _read_cloze,
}
