"""QTI 2.1: an IMS content package with one item a question and a test that holds them; qti21_reader reads it back.

A numerical answer is compared by <equal toleranceMode="absolute">, a known mistake is told by its own modal feedback.
Source of the format: IMS Question and Test Interoperability 2.1 (final, 2012), Assessment Test, Section and Item
Information Model, sections 8 (response processing) and 15 (expressions); IMS Content Packaging 1.1.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

from bpsym.exports.files import pack
from bpsym.exports.mathml import math_element
from bpsym.exports.model import ChoiceQuestion, ClozeQuestion, Distractor, Maths, NumericalQuestion, Text
from bpsym.exports.numbers import decimal_text
from bpsym.exports.xmlfile import Element, add, document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpsym.exports.model import NumericalKey, Question, Quiz

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGING = "http://www.imsglobal.org/xsd/imscp_v1p1"
MANIFEST, TEST = "imsmanifest.xml", "test.xml"

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
ITEM_TYPE, TEST_TYPE = "imsqti_item_xmlv2p1", "imsqti_test_xmlv2p1"  # types of resources
_LANGUAGES = {"en": "en", "zh": "zh-CN"}
_MIXED = frozenset({"p", "prompt", "simpleChoice", "modalFeedback"})
FEEDBACK = "FEEDBACK"  # outcome: names of the rules that gave the answers, and what is shown for them
UNFILED = "unfiled"  # section of questions in no category


def qti21_package(quiz: Quiz) -> bytes:
    """The quiz as a zip that platforms import: imsmanifest.xml, test.xml, items/*.xml."""
    members = {f"items/{question.id}.xml": document(_item(question, quiz), _MIXED) for question in quiz.questions}
    return pack({**members, TEST: document(_test(quiz)), MANIFEST: document(_manifest(quiz))})


def _root(tag: str, namespace: str, schema: str, **attributes: str) -> Element:
    return Element(
        tag,
        {
            "xmlns": namespace,
            "xmlns:xsi": _XSI,
            "xsi:schemaLocation": f"{namespace} {schema}",
            **attributes,
        },
    )


def _manifest(quiz: Quiz) -> Element:
    root = _root("manifest", PACKAGING, "http://www.imsglobal.org/xsd/imscp_v1p1.xsd", identifier=f"manifest-{quiz.id}")
    metadata = add(root, "metadata")
    add(metadata, "schema", "QTIv2.1 Package")
    add(metadata, "schemaversion", "1.0.0")
    add(root, "organizations")
    resources = add(root, "resources")
    test = add(resources, "resource", identifier=f"test-{quiz.id}", type=TEST_TYPE, href=TEST)
    add(test, "file", href=TEST)
    for question in quiz.questions:
        href = f"items/{question.id}.xml"
        item = add(resources, "resource", identifier=f"item-{question.id}", type=ITEM_TYPE, href=href)
        add(item, "file", href=href)
        add(test, "dependency", identifierref=f"item-{question.id}")
    return root


def _test(quiz: Quiz) -> Element:
    root = _qti_root("assessmentTest", identifier=quiz.id, title=quiz.title)
    _declare_outcome(root, "SCORE", "float", "0")
    part = add(root, "testPart", identifier="part", navigationMode="nonlinear", submissionMode="simultaneous")
    number = 0
    for path, questions in groupby(quiz.questions, key=lambda question: question.category):
        section = part
        for title in path or (quiz.title,):
            number += 1
            name = f"section-{number}" if path else f"{UNFILED}-{number}"
            section = add(section, "assessmentSection", identifier=name, title=title, visible="true")
        for question in questions:
            add(section, "assessmentItemRef", identifier=question.id, href=f"items/{question.id}.xml")
    total = add(add(add(root, "outcomeProcessing"), "setOutcomeValue", identifier="SCORE"), "sum")
    add(total, "testVariables", variableIdentifier="SCORE")
    return root


def _qti_root(tag: str, **attributes: str) -> Element:
    return _root(tag, NAMESPACE, "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd", **attributes)


# --- items ------------------------------------------------------------------------------------------------------------


def _item(question: Question, quiz: Quiz) -> Element:
    language = {"xml:lang": _LANGUAGES[quiz.language]}
    head = {"identifier": question.id, "title": question.title, "adaptive": "false", "timeDependent": "false"}
    root = _qti_root("assessmentItem", **head, **language)
    if isinstance(question, ChoiceQuestion):
        _choice_item(root, question)
    else:
        _numerical_item(root, question)
    return root


def _declare_outcome(root: Element, name: str, kind: str, default: str | None, cardinality: str = "single") -> None:
    declared = add(root, "outcomeDeclaration", identifier=name, cardinality=cardinality, baseType=kind)
    if default is not None:
        add(add(declared, "defaultValue"), "value", default)


def _declare_outcomes(root: Element, marks: Fraction) -> None:
    _declare_outcome(root, "SCORE", "float", "0")
    _declare_outcome(root, "MAXSCORE", "float", decimal_text(marks))
    _declare_outcome(root, FEEDBACK, "identifier", None, "multiple")


def _declare_response(root: Element, name: str, kind: str, right: str) -> None:
    declared = add(root, "responseDeclaration", identifier=name, cardinality="single", baseType=kind)
    add(add(declared, "correctResponse"), "value", right)


def _write_text(parent: Element, content: Text) -> None:
    """Append `content` to an element that mixes text and tags."""
    for run in content.runs:
        if isinstance(run, Maths):
            parent.append(math_element(run.latex))
            continue
        for index, line in enumerate(run.text.split("\n")):
            if index:
                add(parent, "br")
            if len(parent):
                parent[-1].tail = (parent[-1].tail or "") + line
            else:
                parent.text = (parent.text or "") + line


def _write_feedback(root: Element, name: str, content: Text) -> None:
    if not content.runs:
        return
    shown = {"outcomeIdentifier": FEEDBACK, "identifier": name, "showHide": "show"}
    _write_text(add(root, "modalFeedback", **shown), content)


def _base_value(parent: Element, kind: str, value: str) -> None:
    add(parent, "baseValue", value, baseType=kind)


def _earn(branch: Element, marks: Fraction, feedback: str) -> None:
    """Add `marks` to the score and `feedback` to what is shown."""
    if marks:
        total = add(add(branch, "setOutcomeValue", identifier="SCORE"), "sum")
        add(total, "variable", identifier="SCORE")
        quotient = add(total, "divide")  # shares such as 1/3 are no decimals
        _base_value(quotient, "float", decimal_text(Fraction(marks.numerator)))
        _base_value(quotient, "float", decimal_text(Fraction(marks.denominator)))
    shown = add(add(branch, "setOutcomeValue", identifier=FEEDBACK), "multiple")
    add(shown, "variable", identifier=FEEDBACK)
    _base_value(shown, "identifier", feedback)


def _blanks(question: NumericalQuestion | ClozeQuestion) -> tuple[tuple[str, NumericalKey, Fraction], ...]:
    """Response variable, key and marks of every number asked for."""
    if isinstance(question, NumericalQuestion):
        return (("RESPONSE", question.key, question.marks),)
    return tuple((f"RESPONSE-{blank.id}", blank.key, Fraction(blank.marks)) for blank in question.blanks)


def _numerical_item(root: Element, question: NumericalQuestion | ClozeQuestion) -> None:
    blanks = _blanks(question)
    for response, key, _ in blanks:
        _declare_response(root, response, "float", key.answer)
    _declare_outcomes(root, question.marks)
    paragraph = add(add(root, "itemBody"), "p")
    responses = iter(response for response, _, _ in blanks)
    for part in question.parts if isinstance(question, ClozeQuestion) else (question.prompt, None):
        if isinstance(part, Text):
            _write_text(paragraph, part)
        else:
            add(paragraph, "textEntryInteraction", responseIdentifier=next(responses), expectedLength="12")
    processing = add(root, "responseProcessing")
    for response, key, marks in blanks:
        _compare(add(processing, "responseCondition"), response, key, marks)
    for response, key, _ in blanks:
        for name, _, _, _, feedback in _rows(response, key):
            _write_feedback(root, name, feedback)
        if key.feedback_other.runs:
            _write_feedback(root, f"{response}.other", key.feedback_other)


def _rows(response: str, key: NumericalKey) -> Iterable[tuple[str, str, Fraction, Fraction, Text]]:
    """Name of the feedback, value, tolerance, share of the marks and feedback of the answers known by value."""
    yield f"{response}.right", key.answer, key.tolerance, Fraction(1), key.feedback_right
    for number, wrong in enumerate(key.wrong, 1):
        yield f"{response}.{number}.{wrong.rule}", wrong.value, wrong.tolerance, wrong.marks, wrong.feedback


def _compare(condition: Element, response: str, key: NumericalKey, marks: Fraction) -> None:
    """Nothing for no answer; otherwise the first row that fits, the right one first."""
    add(add(add(condition, "responseIf"), "isNull"), "variable", identifier=response)
    for name, value, tolerance, share, _ in _rows(response, key):
        branch = add(condition, "responseElseIf")
        near = add(branch, "equal", toleranceMode="absolute", tolerance=decimal_text(tolerance))
        add(near, "variable", identifier=response)
        _base_value(near, "float", value)
        _earn(branch, share * marks, name)
    if key.feedback_other.runs:
        _earn(add(condition, "responseElse"), Fraction(0), f"{response}.other")


def _choice_item(root: Element, question: ChoiceQuestion) -> None:
    choices = [(f"choice-{number}", each) for number, each in enumerate(question.shuffled(), 1)]
    right = next(name for name, each in choices if isinstance(each, Text))
    _declare_response(root, "RESPONSE", "identifier", right)
    _declare_outcomes(root, question.marks)
    body = add(
        add(root, "itemBody"), "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true", maxChoices="1"
    )
    _write_text(add(body, "prompt"), question.prompt)
    condition = add(add(root, "responseProcessing"), "responseCondition")
    for number, (name, each) in enumerate(choices):
        shown, rule = (each.text, f".{each.rule}") if isinstance(each, Distractor) else (each, "")
        _write_text(add(body, "simpleChoice", identifier=name), shown)
        branch = add(condition, "responseElseIf" if number else "responseIf")
        match = add(branch, "match")
        add(match, "variable", identifier="RESPONSE")
        _base_value(match, "identifier", name)
        _earn(branch, Fraction(0) if rule else question.marks, f"{name}{rule or '.right'}")
    for name, each in choices:
        if isinstance(each, Distractor):
            _write_feedback(root, f"{name}.{each.rule}", each.feedback)
        else:
            _write_feedback(root, f"{name}.right", question.feedback_right)
