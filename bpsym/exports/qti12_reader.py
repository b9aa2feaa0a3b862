"""Reading back the QTI 1.2 packages that qti12 writes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError
from bpsym.exports.canvas import scale_note
from bpsym.exports.files import unpack
from bpsym.exports.markup import from_html, to_html
from bpsym.exports.model import (
    EMPTY,
    ChoiceQuestion,
    Distractor,
    NumericalKey,
    NumericalQuestion,
    Quiz,
    WrongAnswer,
)
from bpsym.exports.numbers import needed_number, shift_decimal
from bpsym.exports.qti12 import MANIFEST, QUIZ_TYPE, RULE_LINE
from bpsym.exports.xmlfile import Element, as_we_write, attribute, child, member

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from bpsym.exports.model import Language, Question, Text


MAX_SCALE = 100  # more decimals than any number has


def read_qti12_package(data: bytes, where: str = "the QTI package") -> Quiz:
    """The quiz in a package that `qti12_package` wrote, which is its `canvas_view`; BpsymError for any other."""
    with as_we_write(where):
        return _read_quiz(unpack(data, where), where)


def _read_quiz(members: Mapping[str, bytes], where: str) -> Quiz:
    manifest = member(members, MANIFEST, where)
    listed = child(manifest, f"resources/resource[@type='{QUIZ_TYPE}']/file", where)
    assessment = child(member(members, attribute(listed, "href", where), where), "assessment", where)
    spoken = attribute(assessment, "{http://www.w3.org/XML/1998/namespace}lang", where)
    language: Language = "zh" if spoken.startswith("zh") else "en"
    questions = tuple(_read_item(item, language, where) for item in assessment.iterfind("section/item"))
    return Quiz(attribute(assessment, "ident", where), attribute(assessment, "title", where), questions, language)


def _html(element: Element, where: str) -> str:
    return child(element, "material/mattext", where).text or ""


def _read_item(item: Element, language: Language, where: str) -> Question:
    identifier, title = attribute(item, "ident", where), attribute(item, "title", where)
    where = f"{where}: item {identifier}"
    notes = {row.findtext("fieldlabel"): row.findtext("fieldentry", "") for row in item.iterfind(".//qtimetadatafield")}
    marks = needed_number(notes.get("points_possible", ""), where)
    path = notes.get("bpsym_category", "")
    category = tuple(name.replace("//", "/") for name in re.split("(?<!/)/(?!/)", path)) if path else ()
    spoken = {attribute(each, "ident", where): _html(each, where) for each in item.iterfind("itemfeedback")}
    prompt = _html(child(item, "presentation", where), where)
    kind = notes.get("question_type")
    if kind == "numerical_question":
        scale = int(needed_number(notes.get("bpsym_scale", "0"), where))
        if not 0 <= scale <= MAX_SCALE:
            raise BpsymError(f"{where}: {scale} is no power of ten a number is asked for times")
        asked = from_html(prompt.removesuffix(to_html(scale_note(scale, language))))[0]
        return NumericalQuestion(identifier, title, asked, _read_key(item, spoken, scale, where), marks, category)
    if kind == "multiple_choice_question":
        return _read_choice(item, (identifier, title, from_html(prompt)[0], marks, category), spoken, where)
    raise BpsymError(f"{where}: questions of type {kind!r} are not read")


def _read_key(item: Element, spoken: Mapping[str, str], scale: int, where: str) -> NumericalKey:
    values = {each.get("ident"): each.get("title") for each in item.iterfind("itemfeedback")}
    right, *others = item.iterfind("resprocessing/respcondition")
    answer = child(right, "conditionvar/or/varequal", where).text or ""
    high = needed_number(child(right, "conditionvar/or/and/varlte", where).text, where)
    wrong = []
    for condition in others:
        outside = condition.find("conditionvar/not/or")
        if outside is not None:
            name = attribute(child(condition, "displayfeedback", where), "linkrefid", where)
            low, far = (needed_number(child(outside, tag, where).text, where) for tag in ("varlt", "vargt"))
            said, rule = from_html(spoken.get(name, ""))[0], name.partition(".")[2]
            wrong.append(WrongAnswer(values.get(name) or "", (far - low) / 2 / 10**scale, rule, said))
    other = spoken.get("general_incorrect_fb", "").partition(RULE_LINE)[0]
    return NumericalKey(
        shift_decimal(answer, -scale),
        (high - needed_number(answer, where)) / 10**scale,
        tuple(wrong),
        from_html(spoken.get("correct_fb", ""))[0],
        from_html(other)[0],
    )


def _read_choice(
    item: Element, head: tuple[str, str, Text, Fraction, tuple[str, ...]], spoken: Mapping[str, str], where: str
) -> ChoiceQuestion:
    identifier, title, prompt, marks, category = head
    right = feedback_right = EMPTY
    distractors = []
    labels = item.iterfind("presentation/response_lid/render_choice/response_label")
    for label, condition in zip(labels, item.iterfind("resprocessing/respcondition"), strict=True):
        shown = from_html(_html(label, where))[0]
        name = attribute(child(condition, "displayfeedback", where), "linkrefid", where)
        said = from_html(spoken.get(name, ""))[0]
        if condition.find("setvar") is not None:
            right, feedback_right = shown, said
        else:
            distractors.append(Distractor(shown, name.partition(".")[2].removesuffix("_fb"), said))
    return ChoiceQuestion(identifier, title, prompt, right, tuple(distractors), feedback_right, marks, category)
