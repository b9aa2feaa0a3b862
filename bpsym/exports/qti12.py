"""QTI 1.2 as Canvas imports it; qti12_reader reads it back.

Canvas imports every condition of a numerical question that holds <and>, or <or> with <varequal>, as a right answer,
whatever its score: a mistake's interval is therefore written <not><or><varlt/><vargt/></or></not>. It shows no
feedback for a wrong number: the feedback for all wrong answers lists which figure comes of which mistake.
Source of the format: IMS Question and Test Interoperability, ASI XML Binding 1.2 (2002).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from bpsym.exports.canvas import canvas_scale, canvas_view, scale_note, spellings
from bpsym.exports.files import pack
from bpsym.exports.markup import to_html
from bpsym.exports.model import Blank, ChoiceQuestion, ClozeQuestion, Distractor, NumericalQuestion, Quiz, text
from bpsym.exports.numbers import decimal_text, shift_decimal
from bpsym.exports.xmlfile import Element, add, document

if TYPE_CHECKING:
    from bpsym.exports.model import Language, Question

NAMESPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PACKAGING = "http://www.imsglobal.org/xsd/imscp_v1p1"
CANVAS = "http://canvas.instructure.com/xsd/cccv1p0"
MANIFEST = "imsmanifest.xml"
QUIZ_TYPE = "imsqti_xmlv1p2"  # type of resource
RULE_LINE = "<hr>"  # between the feedback for unknown wrong answers and the list of known ones

_RESPONSE = "response1"
_LANGUAGES = {"en": "en", "zh": "zh-CN"}


def qti12_package(quiz: Quiz, *, as_texts: bool = False) -> bytes:
    """The quiz as a zip Canvas imports: imsmanifest.xml, the questions, the quiz's settings.

    `as_texts` keeps each cloze one question, whose numbers Canvas compares to the letter.
    """
    shown = quiz if as_texts else canvas_view(quiz)
    return pack(
        {
            MANIFEST: document(_manifest(quiz)),
            f"{quiz.id}/{quiz.id}.xml": document(_assessment(shown)),
            f"{quiz.id}/assessment_meta.xml": document(_settings(quiz)),
        }
    )


def _manifest(quiz: Quiz) -> Element:
    root = Element("manifest", {"xmlns": PACKAGING, "identifier": f"manifest-{quiz.id}"})
    metadata = add(root, "metadata")
    add(metadata, "schema", "IMS Content")
    add(metadata, "schemaversion", "1.1.3")
    add(root, "organizations")
    resources = add(root, "resources")
    assessment = add(resources, "resource", identifier=quiz.id, type=QUIZ_TYPE)
    add(assessment, "file", href=f"{quiz.id}/{quiz.id}.xml")
    add(assessment, "dependency", identifierref=f"settings-{quiz.id}")
    href = f"{quiz.id}/assessment_meta.xml"
    kind = "associatedcontent/imscc_xmlv1p1/learning-application-resource"
    settings = add(resources, "resource", identifier=f"settings-{quiz.id}", type=kind, href=href)
    add(settings, "file", href=href)
    return root


def _settings(quiz: Quiz) -> Element:
    root = Element("quiz", {"xmlns": CANVAS, "identifier": quiz.id})
    add(root, "title", quiz.title)
    add(root, "shuffle_answers", "true")
    add(root, "quiz_type", "assignment")
    add(root, "points_possible", decimal_text(sum((question.marks for question in quiz.questions), Fraction(0))))
    return root


# --- questions --------------------------------------------------------------------------------------------------------


def _assessment(quiz: Quiz) -> Element:
    root = Element("questestinterop", {"xmlns": NAMESPACE})
    language = {"xml:lang": _LANGUAGES[quiz.language]}
    assessment = add(root, "assessment", ident=quiz.id, title=quiz.title, **language)
    section = add(assessment, "section", ident="root_section")
    for question in quiz.questions:
        item = add(section, "item", ident=question.id, title=question.title)
        if isinstance(question, NumericalQuestion):
            _write_numerical(item, question, quiz.language)
        elif isinstance(question, ChoiceQuestion):
            _write_choice(item, question)
        else:
            _write_texts(item, question)
    return root


def _write_head(item: Element, question: Question, kind: str, **notes: str) -> None:
    """What Canvas must know of a question, and what only our reader asks for."""
    fields = add(add(item, "itemmetadata"), "qtimetadata")
    category = "/".join(name.replace("/", "//") for name in question.category)
    entries = {"question_type": kind, "points_possible": decimal_text(question.marks), "bpsym_category": category}
    for label, entry in {**entries, **notes}.items():
        if entry:
            row = add(fields, "qtimetadatafield")
            add(row, "fieldlabel", label)
            add(row, "fieldentry", entry)


def _write_html(parent: Element, fragment: str) -> None:
    add(add(parent, "material"), "mattext", fragment, texttype="text/html")


def _write_outcomes(item: Element) -> Element:
    processing = add(item, "resprocessing")
    score = {"maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"}
    add(add(processing, "outcomes"), "decvar", **score)
    return processing


def _condition(processing: Element, feedback: str, *, last: bool, score: str = "") -> Element:
    """A condition's empty <conditionvar>, followed by what it earns and shows."""
    condition = add(processing, "respcondition", continue_="No" if last else "Yes")
    compared = add(condition, "conditionvar")
    if score:
        add(condition, "setvar", score, action="Set", varname="SCORE")
    if feedback:
        add(condition, "displayfeedback", feedbacktype="Response", linkrefid=feedback)
    return compared


def _write_feedback(item: Element, name: str, fragment: str) -> None:
    if fragment:
        _write_html(add(item, "itemfeedback", ident=name), fragment)


def _write_numerical(item: Element, question: NumericalQuestion, language: Language) -> None:
    key = question.key
    scale = canvas_scale(key)
    prompt = text(question.prompt, scale_note(scale, language)) if scale else question.prompt
    _write_head(item, question, "numerical_question", bpsym_scale=str(scale) if scale else "")
    presentation = add(item, "presentation")
    _write_html(presentation, to_html(prompt))
    response = add(presentation, "response_str", ident=_RESPONSE, rcardinality="Single")
    add(add(response, "render_fib", fibtype="Decimal"), "response_label", ident="answer1")
    processing = _write_outcomes(item)
    bounds = _bounds(key.answer, key.tolerance, scale)
    either = add(_condition(processing, "correct_fb", last=True, score="100"), "or")
    add(either, "varequal", shift_decimal(key.answer, scale), respident=_RESPONSE)
    both = add(either, "and")
    add(both, "vargte", bounds[0], respident=_RESPONSE)
    add(both, "varlte", bounds[1], respident=_RESPONSE)
    names = [f"mistake-{number}.{wrong.rule}" for number, wrong in enumerate(key.wrong, 1)]
    for name, wrong in zip(names, key.wrong, strict=True):
        outside = add(add(_condition(processing, name, last=True), "not"), "or")
        low, high = _bounds(wrong.value, wrong.tolerance, scale)
        add(outside, "varlt", low, respident=_RESPONSE)
        add(outside, "vargt", high, respident=_RESPONSE)
    add(_condition(processing, "general_incorrect_fb", last=True), "other")
    _write_feedback(item, "correct_fb", to_html(key.feedback_right))
    lines = [
        f"<p>{shift_decimal(wrong.value, scale)}: {to_html(wrong.feedback)}</p>"
        for wrong in key.wrong
        if wrong.feedback.runs
    ]
    _write_feedback(item, "general_incorrect_fb", RULE_LINE.join([to_html(key.feedback_other), *lines]))
    for name, wrong in zip(names, key.wrong, strict=True):
        _write_html(add(item, "itemfeedback", ident=name, title=wrong.value), to_html(wrong.feedback))


def _bounds(value: str, tolerance: Fraction, scale: int) -> tuple[str, str]:
    return (
        decimal_text((Fraction(value) - tolerance) * 10**scale),
        decimal_text((Fraction(value) + tolerance) * 10**scale),
    )


def _write_choice(item: Element, question: ChoiceQuestion) -> None:
    _write_head(item, question, "multiple_choice_question")
    presentation = add(item, "presentation")
    _write_html(presentation, to_html(question.prompt))
    response = add(presentation, "response_lid", ident=_RESPONSE, rcardinality="Single")
    choices = add(response, "render_choice")
    processing = _write_outcomes(item)
    for number, each in enumerate(question.shuffled(), 1):
        wrong = isinstance(each, Distractor)
        shown, said = (each.text, each.feedback) if isinstance(each, Distractor) else (each, question.feedback_right)
        name = f"choice-{number}"
        feedback = f"{name}.{each.rule}_fb" if isinstance(each, Distractor) else f"{name}_fb"
        _write_html(add(choices, "response_label", ident=name), to_html(shown))
        compared = _condition(processing, feedback, last=True, score="" if wrong else "100")
        add(compared, "varequal", name, respident=_RESPONSE)
        _write_html(add(item, "itemfeedback", ident=feedback), to_html(said))


def _write_texts(item: Element, question: ClozeQuestion) -> None:
    """A cloze whose numbers are matched to the letter: `[blank]` in the text, its spellings as choices."""
    _write_head(item, question, "fill_in_multiple_blanks_question")
    presentation = add(item, "presentation")
    shown = "".join(
        f"[{part.id}]" if isinstance(part, Blank) else to_html(part).replace("[", "&#91;") for part in question.parts
    )
    _write_html(presentation, shown)
    processing = _write_outcomes(item)
    for blank in question.blanks:
        response = add(presentation, "response_lid", ident=f"response_{blank.id}")
        add(add(response, "material"), "mattext", blank.id)
        choices = add(response, "render_choice")
        for number, spelling in enumerate(spellings(blank.key), 1):
            add(
                add(add(choices, "response_label", ident=f"{blank.id}-{number}"), "material"),
                "mattext",
                spelling,
                texttype="text/plain",
            )
        share = decimal_text(Fraction(round(Fraction(100_00 * blank.marks) / question.marks), 100))
        condition = add(processing, "respcondition")
        add(add(condition, "conditionvar"), "varequal", f"{blank.id}-1", respident=f"response_{blank.id}")
        add(condition, "setvar", share, action="Add", varname="SCORE")
