"""QTI 2.1 packages: read back, held to the schema, and marked by a response processor of our own making."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from lxml import etree

from bpsym.errors import BpsymError
from bpsym.exports.files import pack, unpack
from bpsym.exports.model import Maths, NumericalKey, NumericalQuestion, Quiz, text
from bpsym.exports.qti21 import qti21_package
from bpsym.exports.qti21_reader import read_qti21_package
from bpsym.exports.xmlfile import without_namespaces
from exports.qti21_tables import faults
from exports.samples import HALF, QUIZ, quizzes
from exports.schemas import xsd

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


@given(quizzes)
def test_any_quiz_comes_back(quiz: Quiz) -> None:
    """Writing and reading gives the same quiz, and every file keeps to the tables of the specification."""
    package = qti21_package(quiz)
    assert read_qti21_package(package) == quiz
    for name, data in unpack(package).items():
        if name != "imsmanifest.xml":
            assert faults(without_namespaces(fromstring(data))) == []


def test_the_hostile_quiz_comes_back() -> None:
    """Braces, tags, delimiters and formulas in every text survive."""
    assert read_qti21_package(qti21_package(QUIZ)) == QUIZ


def test_items_and_test_are_valid_by_the_published_schema() -> None:
    """imsqti_v2p1.xsd (final, 2012) with MathML 2 finds nothing wrong in any file."""
    schema = xsd("imsqti_v2p1.xsd")
    for name, data in unpack(qti21_package(QUIZ)).items():
        if name != "imsmanifest.xml":
            assert schema.validate(etree.fromstring(data)), (name, schema.error_log)


def test_the_manifest_is_valid_by_the_published_schema() -> None:
    """imscp_v1p1.xsd finds nothing wrong, and every file of the package is listed."""
    schema = xsd("imscp_v1p1.xsd")
    members = unpack(qti21_package(QUIZ))
    manifest = etree.fromstring(members["imsmanifest.xml"])
    assert schema.validate(manifest), schema.error_log
    listed = {each.get("href") for each in manifest.iter("{*}file")}
    assert listed == set(members) - {"imsmanifest.xml"}


def test_the_tables_notice_what_the_schema_would() -> None:
    """An element out of order, an attribute too many and one too few are each named."""
    root = fromstring("<responseCondition><responseElse/><responseIf x='1'><equal/></responseIf></responseCondition>")
    assert faults(root) == [
        "<responseCondition> holds 'responseElse responseIf '",
        "<responseIf x='1'>",
        "<equal> holds ''",
        "<equal> lacks toleranceMode",
        "<equal> lacks tolerance",
    ]


# --- marking ----------------------------------------------------------------------------------------------------------

Value = Fraction | str | None


def mark(item: Element, responses: dict[str, Value]) -> tuple[Fraction, list[str]]:
    """SCORE and FEEDBACK after response processing, by the semantics of section 15 of the specification."""
    values: dict[str, object] = {**responses, "SCORE": Fraction(0), "FEEDBACK": []}

    def evaluate(node: Element) -> object:
        parts = [evaluate(each) for each in node]
        if node.tag == "variable":
            return values.get(node.attrib["identifier"])
        if node.tag == "baseValue":
            return Fraction(node.text or "") if node.get("baseType") == "float" else node.text
        if node.tag == "isNull":
            return parts[0] is None
        if node.tag == "match":
            return parts[0] == parts[1]
        if node.tag == "equal":  # NULL where either is NULL; both bounds belong to the interval
            first, second = parts
            if not isinstance(first, Fraction) or not isinstance(second, Fraction):
                return None
            return abs(first - second) <= Fraction(node.attrib["tolerance"])
        if node.tag == "sum":
            return sum((part for part in parts if isinstance(part, Fraction)), Fraction(0))
        if node.tag == "divide":
            first, second = parts
            assert isinstance(first, Fraction)
            assert isinstance(second, Fraction)
            return first / second
        assert node.tag == "multiple"
        joined: list[object] = []
        for part in parts:
            joined += part if isinstance(part, list) else [part]
        return joined

    for condition in item.iterfind("responseProcessing/responseCondition"):
        for branch in condition:
            rules = list(branch)
            if branch.tag != "responseElse" and evaluate(rules.pop(0)) is not True:
                continue
            for rule in rules:
                values[rule.attrib["identifier"]] = evaluate(rule[0])
            break
    score, feedback = values["SCORE"], values["FEEDBACK"]
    assert isinstance(score, Fraction)
    assert isinstance(feedback, list)
    return score, feedback


def item(identifier: str) -> Element:
    """One item of the sample package."""
    return without_namespaces(fromstring(unpack(qti21_package(QUIZ))[f"items/{identifier}.xml"]))


@pytest.mark.parametrize(
    ("given_answer", "score", "feedback"),
    [
        ("0.3775", "5/2", ["RESPONSE.right"]),
        ("0.37755", "5/2", ["RESPONSE.right"]),
        ("0.37745", "5/2", ["RESPONSE.right"]),
        ("0.377551", "0", ["RESPONSE.other"]),
        ("0.42134", "0", ["RESPONSE.1.forgot-derivative"]),
        ("-0.3775", "5/6", ["RESPONSE.2.sign"]),
        ("7", "0", ["RESPONSE.other"]),
        (None, "0", []),
    ],
)
def test_a_number_is_marked_by_its_tolerance(given_answer: str | None, score: str, feedback: list[str]) -> None:
    """The bounds belong to the interval, the mistake is named, a third of 5/2 marks is exactly 5/6."""
    response = None if given_answer is None else Fraction(given_answer)
    assert mark(item("net_h1"), {"RESPONSE": response}) == (Fraction(score), feedback)


def test_blanks_are_marked_one_by_one() -> None:
    """One blank right and one empty: the marks of the right one, its feedback alone."""
    responses: dict[str, Value] = {"RESPONSE-d_o1": Fraction("0.0000123"), "RESPONSE-w5": None}
    assert mark(item("all"), responses) == (Fraction(2), ["RESPONSE-d_o1.right"])


def test_a_choice_is_marked_and_its_mistake_named() -> None:
    """Of three choices one earns the marks; another tells its rule."""
    question = item("sign")
    choices = [each.attrib["identifier"] for each in question.iterfind("itemBody/choiceInteraction/simpleChoice")]
    marked = [mark(question, {"RESPONSE": choice}) for choice in choices]
    assert sorted(score for score, _ in marked) == [0, 0, 1]
    assert {names[0].partition(".")[2] for _, names in marked} == {"right", "sign", "other-rule"}


# --- packages ---------------------------------------------------------------------------------------------------------


def test_the_package_has_the_same_bytes_every_time() -> None:
    """Nothing in it depends on the clock or on the order of a set."""
    assert qti21_package(QUIZ) == qti21_package(QUIZ)


def test_a_formula_without_mathml_is_named() -> None:
    """What the converter cannot read stops the export with the formula in the sentence."""
    quiz = Quiz("q", "q", (NumericalQuestion("n", "n", text(Maths(r"a & b")), NumericalKey("1", HALF)),))
    with pytest.raises(BpsymError, match="the formula 'a & b'"):
        qti21_package(quiz)


def test_packages_that_are_not_ours_are_refused() -> None:
    """No zip, no manifest, no test in the manifest, no item: one sentence each."""
    for data, said in (
        (b"no zip", "no readable zip"),
        (pack({"a.xml": b""}), "lacks imsmanifest.xml"),
        (pack({"imsmanifest.xml": b"<manifest/>"}), "lists 0 tests"),
        (pack({k: v for k, v in unpack(qti21_package(QUIZ)).items() if k != "items/tiny.xml"}), "lacks items/tiny.xml"),
    ):
        with pytest.raises(BpsymError, match=said):
            read_qti21_package(data)
