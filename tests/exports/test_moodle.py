"""Moodle XML, read by our reader and by Moodle's own grammar of a cloze."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from fractions import Fraction

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given

from bpsym.errors import BpsymError
from bpsym.exports.markup import from_html
from bpsym.exports.model import Blank, ClozeQuestion, Maths, NumericalQuestion, Quiz, text
from bpsym.exports.moodle import moodle_xml, read_moodle_xml
from exports.samples import HOSTILE, KEY, PLAIN_KEY, QUIZ, quizzes


@given(quizzes)
def test_any_quiz_comes_back(quiz: Quiz) -> None:
    """Writing and reading gives the same quiz, whatever characters it holds."""
    assert read_moodle_xml(moodle_xml(quiz)) == quiz


def test_the_hostile_quiz_comes_back() -> None:
    """Braces, CDATA ends, tags, entities and formulas in every text survive."""
    assert read_moodle_xml(moodle_xml(QUIZ)) == QUIZ


def test_numerical_answers_are_decimals_with_absolute_tolerances() -> None:
    """The right answer stands first at 100 %, the mistakes follow with their share, `*` catches the rest."""
    root = fromstring(moodle_xml(QUIZ))
    question = next(each for each in root if each.findtext("idnumber") == "net_h1")
    rows = [(a.get("fraction"), a.findtext("text"), a.findtext("tolerance")) for a in question.iterfind("answer")]
    assert rows == [
        ("100", "0.3775", "0.00005"),
        ("0", "0.4213", "0.00005"),
        ("33.33333", "-0.3775", "0.00005"),
        ("0", "*", "0"),
    ]
    assert question.findtext("defaultgrade") == "2.5"


def test_categories_are_paths() -> None:
    """A slash in a category's name is doubled, as Moodle splits at single ones."""
    named = re.findall(r"<text>(\$course\$[^<]*)</text>", moodle_xml(QUIZ).decode())
    assert named[1] == "$course$/top/Homework 1//2: 反向传播 ]]&gt; {1:NM:=1} =1+1/A//b/c"


# Moodle's grammar: an answer ends at # ~ } not preceded by a backslash or an ampersand, a feedback at ~ } not preceded
# by a backslash; entities in a feedback are decoded once, then \} and \# lose their backslash.
_ALTERNATIVE = r"(=|%(-?[0-9]+(?:[.,][0-9]*)?)%)?(.+?(?<!\\)(?<!&)(?<!&amp;)(?=[~#}]|$))(#(.*?(?<!\\)(?=[~}]|$)))?"
_START = r"\{([0-9]*):(?:NUMERICAL|NM|MULTICHOICE|MC|SHORTANSWER|SA|MW|MULTIRESPONSE|MR)(?:_?[A-Z]{1,2})?:"
_CLOZE = re.compile(f"{_START}((?:{_ALTERNATIVE})(?:~{_ALTERNATIVE})*)" + r"\}", re.DOTALL)
_NUMBER = r"-?(?:(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?)"


def moodle_reads(source: str) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    """Marks and (share, value, tolerance, HTML feedback) of each blank Moodle finds in a question's text."""
    blanks = []
    for found in _CLOZE.finditer(source):
        rows = []
        for alternative in re.finditer("~?" + _ALTERNATIVE, found[2], re.DOTALL):
            share, percent, answer, _, feedback = alternative.groups()
            number = re.fullmatch(f"({_NUMBER})(?::({_NUMBER}))?", answer)
            assert number, answer
            said = html.unescape(feedback or "").replace(r"\}", "}").replace(r"\#", "#")
            rows.append(("100" if share == "=" else percent, number[1], number[2], said))
        blanks.append((found[1], rows))
    return blanks


def test_moodle_finds_the_blanks_and_nothing_else() -> None:
    """By Moodle's own grammar: two blanks, their numbers, and each feedback to the last hostile character."""
    root = fromstring(moodle_xml(QUIZ))
    source = next(each for each in root if each.findtext("idnumber") == "all").findtext("questiontext/text")
    assert source is not None
    blanks = moodle_reads(source)
    assert [(marks, [row[:3] for row in rows]) for marks, rows in blanks] == [
        ("2", [("100", "0.00001230", "0.00000001"), ("0", "0.0000210", "0"), ("0", "0", "1e30")]),
        ("1", [("100", "-12", "0")]),
    ]
    said = [from_html(row[3]) for row in blanks[0][1]]
    assert said == [(text("Right } ~"), ""), (text(HOSTILE), "swapped-digits"), (text(HOSTILE), "")]


@given(quizzes)
def test_moodle_finds_as_many_blanks_as_there_are(quiz: Quiz) -> None:
    """No text of any kind of question opens a blank of its own, and none closes one."""
    root = fromstring(moodle_xml(quiz))
    for question in quiz.questions:
        written = next(
            each for each in root if each.findtext("idnumber") == question.id and each.find("name") is not None
        )
        found = moodle_reads(written.findtext("questiontext/text") or "")
        blanks = question.blanks if isinstance(question, ClozeQuestion) else ()
        assert [rows[0][1] for _, rows in found] == [blank.key.answer for blank in blanks]
        assert not re.search(r"\{#[0-9]+\}", written.findtext("questiontext/text") or "")


def test_maths_has_moodles_delimiters_and_stays_outside_the_braces() -> None:
    """A formula is `\\(...\\)` around the blanks; inside them the model refuses one."""
    source = moodle_xml(QUIZ).decode()
    assert r"\(\delta_{o1}\) = &lt;span data-blank=\"d_o1\"&gt;{2:NUMERICAL:=".replace('\\"', '"') in source
    with pytest.raises(BpsymError, match="feedback inside a cloze is plain text"):
        Blank("b", KEY)


def test_a_dollar_or_backslash_in_plain_text_is_no_maths() -> None:
    """Delimiters that a name or a feedback happens to hold stand in a <span>, where MathJax does not look."""
    source = fromstring(moodle_xml(Quiz("q", "q", (NumericalQuestion("n", "n", text(r"\(x\) $$"), PLAIN_KEY),))))
    assert source.findtext("question/questiontext/text") == (
        "<span>&#92;</span>(x<span>&#92;</span>) <span>$</span><span>$</span>"
    )


def test_a_share_moodle_does_not_know_is_refused() -> None:
    """Moodle stops an import at an answer worth 2/7 of the marks; we stop before it."""
    wrong = replace(KEY.wrong[0], marks=Fraction(2, 7))
    quiz = Quiz("q", "q", (NumericalQuestion("n", "n", text(), replace(KEY, wrong=(wrong,))),))
    with pytest.raises(BpsymError, match="Moodle knows no answer worth 2/7"):
        moodle_xml(quiz)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"<quiz>", "no well-formed XML"),
        (b'<!DOCTYPE q [<!ENTITY a "b">]><quiz>&a;</quiz>', "is not read"),
        (b"<quiz/>", "has no question"),
        (b'<quiz><question type="essay"/></quiz>', "'essay' are not read"),
        (b'<quiz><question type="numerical"/></quiz>', "lacks"),
        (b"\xff\xfe\x00", "no"),
    ],
)
def test_files_that_are_not_ours_are_refused(source: bytes, said: str) -> None:
    """Broken XML, a DTD, other types of question: one sentence."""
    with pytest.raises(BpsymError, match=said):
        read_moodle_xml(source)


def test_formulas_that_would_end_themselves_are_refused() -> None:
    """`\\)` inside a formula would close it on the page."""
    for latex in (r"a\)b", r"\(a", "", " a", "a\\"):
        with pytest.raises(BpsymError, match="formula"):
            Maths(latex)
    assert Maths(r"a\\[2pt]b").latex == r"a\\[2pt]b"
