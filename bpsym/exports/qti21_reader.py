"""Reading back the QTI 2.1 packages that qti21 writes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError
from bpsym.exports.files import unpack
from bpsym.exports.mathml import math_latex
from bpsym.exports.model import (
    EMPTY,
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
)
from bpsym.exports.numbers import needed_number
from bpsym.exports.qti21 import FEEDBACK, MANIFEST, TEST_TYPE, UNFILED
from bpsym.exports.xmlfile import Element, as_we_write, attribute, child, member

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bpsym.exports.model import Question


def read_qti21_package(data: bytes, where: str = "the QTI package") -> Quiz:
    """The quiz in a package that `qti21_package` wrote; BpsymError for one it cannot have written."""
    with as_we_write(where):
        return _read_quiz(unpack(data, where), where)


def _read_quiz(members: Mapping[str, bytes], where: str) -> Quiz:
    manifest = member(members, MANIFEST, where)
    tests = [each for each in manifest.iterfind("resources/resource") if each.get("type") == TEST_TYPE]
    if len(tests) != 1:
        raise BpsymError(f"{where}: {MANIFEST} lists {len(tests)} tests, and one is read")
    test = member(members, attribute(tests[0], "href", where), where)
    title = attribute(test, "title", where)
    part = child(test, "testPart", where)
    questions: list[Question] = []
    language = "en"
    for path, reference in _references(part, ()):
        item = member(members, attribute(reference, "href", where), where)
        language = attribute(item, "{http://www.w3.org/XML/1998/namespace}lang", where)
        questions.append(_read_item(item, path, where))
    return Quiz(
        attribute(test, "identifier", where), title, tuple(questions), "zh" if language.startswith("zh") else "en"
    )


def _references(section: Element, path: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], Element]]:
    for each in section:
        if each.tag == "assessmentItemRef":
            yield path, each
        elif each.tag == "assessmentSection":
            filed = not each.get("identifier", "").startswith(UNFILED)
            yield from _references(each, (*path, each.get("title", "")) if filed else path)


def _read_parts(element: Element) -> list[Text | str]:
    """The texts in an element that mixes text and tags, and the response variables asked for between them."""
    runs: list[Plain | Maths] = [Plain(element.text or "")]
    parts: list[Text | str] = []
    for each in element:
        if each.tag == "br":
            runs.append(Plain("\n"))
        elif each.tag == "math":
            runs.append(Maths(math_latex(each)))
        elif each.tag == "textEntryInteraction":
            parts += [Text(tuple(runs)), each.get("responseIdentifier", "")]
            runs = []
        runs.append(Plain(each.tail or ""))
    return [*parts, Text(tuple(runs))]


def _read_text(element: Element | None) -> Text:
    parts = [EMPTY] if element is None else _read_parts(element)
    return parts[0] if isinstance(parts[0], Text) else EMPTY


def _read_item(item: Element, category: tuple[str, ...], where: str) -> Question:
    identifier = attribute(item, "identifier", where)
    where = f"{where}: item {identifier}"
    title = attribute(item, "title", where)
    spoken = {attribute(each, "identifier", where): _read_text(each) for each in item.iterfind("modalFeedback")}
    highest = child(item, "outcomeDeclaration[@identifier='MAXSCORE']/defaultValue/value", where)
    marks = needed_number(highest.text, where)
    interaction = item.find("itemBody/choiceInteraction")
    if interaction is not None:
        return _read_choice(item, interaction, (identifier, title, marks, category), spoken, where)
    parts = _read_parts(child(item, "itemBody/p", where))
    keys = {}
    for condition in item.iterfind("responseProcessing/responseCondition"):
        response = attribute(child(condition, "responseIf/isNull/variable", where), "identifier", where)
        keys[response] = _read_key(condition, response, spoken, where)
    if "RESPONSE" in keys and isinstance(parts[0], Text):
        return NumericalQuestion(identifier, title, parts[0], keys["RESPONSE"][0], marks, category)
    filled = [
        part if isinstance(part, Text) else Blank(part.removeprefix("RESPONSE-"), keys[part][0], int(keys[part][1]))
        for part in parts
    ]
    return ClozeQuestion(identifier, title, tuple(filled), category)


def _read_key(
    condition: Element, response: str, spoken: Mapping[str, Text], where: str
) -> tuple[NumericalKey, Fraction]:
    """The key of one response variable and the marks of its right answer."""
    rows = []
    for branch in condition.iterfind("responseElseIf"):
        near = child(branch, "equal", where)
        name = child(branch, f"setOutcomeValue[@identifier='{FEEDBACK}']/multiple/baseValue", where).text or ""
        earned = [needed_number(each.text, where) for each in branch.iterfind("setOutcomeValue/sum/divide/baseValue")]
        marks = earned[0] / earned[1] if earned else Fraction(0)
        tolerance = needed_number(attribute(near, "tolerance", where), where)
        rows.append((name, child(near, "baseValue", where).text or "", tolerance, marks))
    _, answer, tolerance, full = rows[0]
    wrong = tuple(
        WrongAnswer(
            value, off, name.removeprefix(f"{response}.").partition(".")[2], spoken.get(name, EMPTY), marks / full
        )
        for name, value, off, marks in rows[1:]
    )
    right, other = (spoken.get(f"{response}.{name}", EMPTY) for name in ("right", "other"))
    return NumericalKey(answer, tolerance, wrong, right, other), full


def _read_choice(
    item: Element,
    interaction: Element,
    head: tuple[str, str, Fraction, tuple[str, ...]],
    spoken: Mapping[str, Text],
    where: str,
) -> ChoiceQuestion:
    identifier, title, marks, category = head
    right_name = child(item, "responseDeclaration/correctResponse/value", where).text
    right, feedback_right = EMPTY, EMPTY
    distractors = []
    named = [each.text or "" for each in item.iterfind(f".//setOutcomeValue[@identifier='{FEEDBACK}']//baseValue")]
    for choice, full_name in zip(interaction.iterfind("simpleChoice"), named, strict=True):
        name = attribute(choice, "identifier", where)
        said = spoken.get(full_name, EMPTY)
        if name == right_name:
            right, feedback_right = _read_text(choice), said
        else:
            distractors.append(Distractor(_read_text(choice), full_name.removeprefix(f"{name}."), said))
    prompt = _read_text(interaction.find("prompt"))
    return ChoiceQuestion(identifier, title, prompt, right, tuple(distractors), feedback_right, marks, category)
