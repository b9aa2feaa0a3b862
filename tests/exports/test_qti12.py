"""QTI 1.2 packages: read back, held to the published DTD, and imported the way Canvas does it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from lxml import etree

from bpsym.errors import BpsymError
from bpsym.exports.canvas import canvas_scale, canvas_view, spellings
from bpsym.exports.files import unpack
from bpsym.exports.model import NumericalKey, NumericalQuestion, Quiz, text
from bpsym.exports.numbers import read_number
from bpsym.exports.qti12 import qti12_package
from bpsym.exports.qti12_reader import read_qti12_package
from bpsym.exports.xmlfile import without_namespaces
from exports.samples import HALF, KEY, PLAIN_KEY, QUIZ, quizzes
from exports.schemas import find, xsd

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


@given(quizzes)
def test_any_quiz_comes_back_as_canvas_holds_it(quiz: Quiz) -> None:
    """Reading gives the canvas_view: clozes split into numbers, no marks for wrong ones, all else the same."""
    assert read_qti12_package(qti12_package(quiz)) == canvas_view(quiz)


def assessment(*, as_texts: bool = False) -> bytes:
    """The questions of the sample package."""
    return unpack(qti12_package(QUIZ, as_texts=as_texts))["hw-1/hw-1.xml"]


@pytest.mark.parametrize("as_texts", [False, True])
def test_questions_are_valid_by_the_published_dtd(as_texts: bool) -> None:
    """ims_qtiasiv1p2p1.dtd (final, 2003) finds nothing wrong; it knows no namespaces, so they are taken off."""
    dtd = etree.DTD(str(find("ims_qtiasiv1p2p1.dtd")))
    plain = assessment(as_texts=as_texts).replace(b' xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"', b"")
    assert dtd.validate(etree.fromstring(plain)), dtd.error_log


def test_the_manifest_is_valid_by_the_published_schema() -> None:
    """imscp_v1p1.xsd finds nothing wrong."""
    schema = xsd("imscp_v1p1.xsd")
    assert schema.validate(etree.fromstring(unpack(qti12_package(QUIZ))["imsmanifest.xml"])), schema.error_log


# --- what Canvas makes of it ------------------------------------------------------------------------------------------


def classic_answers(item: Element) -> list[tuple[Fraction, Fraction]]:
    """Right answer and margin of each condition that the importer of Classic Quizzes takes for a right answer.

    It looks at every condition, whatever it scores: one with <or> around a <varequal> is an answer with a margin, one
    with <and> and no such <or> a range.
    """
    found = []
    for condition in item.iterfind("resprocessing/respcondition"):
        either, both = condition.find(".//or"), condition.find(".//and")
        if either is not None:
            exact, high = either.find(".//varequal"), either.find(".//and//varlte")
            if exact is not None and high is not None:
                found.append((Fraction(exact.text or ""), Fraction(high.text or "") - Fraction(exact.text or "")))
        elif both is not None:
            low, far = (Fraction(both.findtext(f".//{tag}") or "") for tag in ("vargte", "varlte"))
            found.append(((low + far) / 2, (far - low) / 2))
    return found


def new_answers(item: Element) -> list[tuple[Fraction, Fraction]]:
    """The same for New Quizzes, which looks at the conditions that set SCORE."""
    found = []
    for condition in item.iterfind("resprocessing/respcondition"):
        if condition.find("setvar[@varname='SCORE']") is not None:
            exact, low = (Fraction(condition.findtext(f".//{tag}") or "") for tag in ("varequal", "vargte"))
            found.append((exact, exact - low))
    return found


@pytest.mark.parametrize("importer", [classic_answers, new_answers])
def test_no_mistake_is_imported_as_a_right_answer(importer: type) -> None:
    """Of three conditions with intervals Canvas takes one for right, with the right margin."""
    root = without_namespaces(fromstring(assessment()))
    item = next(each for each in root.iter("item") if each.get("ident") == "net_h1")
    assert importer(item) == [(Fraction("0.3775"), HALF)]


def test_numbers_canvas_would_zero_are_asked_for_scaled() -> None:
    """0.00001230 has eight decimals: asked for times 10^4 it is 0.1230, and the tolerance, the mistakes and the prompt
    follow.
    """
    root = without_namespaces(fromstring(assessment()))
    item = next(each for each in root.iter("item") if each.get("ident") == "tiny")
    assert classic_answers(item) == [(Fraction("0.123"), Fraction("0.0001"))]
    assert item.findtext(".//varequal") == "0.1230"
    assert item.findtext("presentation/material/mattext") == (
        r"Give \(\delta\)<br>（请填写该值乘以 \(10^{4}\) 后的结果。）"
    )
    assert "<p>0.210: " in (item.findtext("itemfeedback[@ident='general_incorrect_fb']/material/mattext") or "")


@pytest.mark.parametrize(
    ("answer", "scale"), [("0.3775", 0), ("0.00001", 1), ("-0.00001230", 4), ("12", 0), ("0.0000", 0)]
)
def test_the_scale_leaves_four_decimals(answer: str, scale: int) -> None:
    """No answer asked for has more than the four decimals Canvas keeps."""
    assert canvas_scale(NumericalKey(answer, Fraction(0))) == scale


def test_the_known_mistakes_are_listed_for_a_wrong_answer() -> None:
    """Canvas shows one feedback for all wrong numbers: it says which figure comes of which mistake."""
    quiz = Quiz("q", "q", (NumericalQuestion("n", "n", text("?"), replace(KEY, feedback_other=text("No."))),))
    root = without_namespaces(fromstring(unpack(qti12_package(quiz))["q/q.xml"]))
    shown = root.findtext(".//itemfeedback[@ident='general_incorrect_fb']/material/mattext") or ""
    assert shown.startswith(r"No.<hr><p>0.4213: You left out \(\sigma&#x27;(x)&lt;1 ")


def test_a_cloze_is_split_or_matched_to_the_letter() -> None:
    """Split: one number a blank, told apart by its title. As texts: one question with a list of spellings a blank."""
    titles = [question.title for question in canvas_view(QUIZ).questions]
    assert titles == ["]]> <b>", "tiny", "Which sign?", "All of it (1)", "All of it (2)"]
    root = without_namespaces(fromstring(assessment(as_texts=True)))
    item = next(each for each in root.iter("item") if each.get("ident") == "all")
    texts = [each.text for each in item.iterfind("presentation/response_lid[@ident='response_w5']//mattext")]
    assert texts == ["w5", "-12", "−12"]
    assert "[d_o1]" in (item.findtext("presentation/material/mattext") or "")
    assert [each.text for each in item.iterfind(".//setvar")] == ["66.67", "33.33"]


def test_spellings_hold_every_value_near_enough() -> None:
    """0.5 ± 0.1 with one place: 0.4, 0.5, 0.6, with point or comma, with or without the zero; all read as numbers."""
    found = spellings(NumericalKey("0.5", Fraction(1, 10)))
    assert found[:4] == ("0.5", "0,5", ".5", ",5")
    assert {read_number(each) for each in found} == {Fraction(4, 10), Fraction(5, 10), Fraction(6, 10)}
    with pytest.raises(BpsymError, match="too many values"):
        spellings(NumericalKey("0.5000", Fraction(1)))


def test_the_package_has_the_same_bytes_every_time() -> None:
    """Nothing in it depends on the clock or on the order of a set."""
    assert qti12_package(QUIZ) == qti12_package(QUIZ)
    assert PLAIN_KEY.places == 8
