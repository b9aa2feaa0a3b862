"""STACK questions: the trees, the follow-through in Maxima, no text that Maxima or CASText takes for its own."""

from __future__ import annotations

import subprocess
from fractions import Fraction

import pytest
from defusedxml.ElementTree import fromstring

from bpsym.errors import BpsymError
from bpsym.exports.model import Maths, NumericalKey, WrongAnswer, text
from bpsym.exports.stack import StackQuestion, StackStep, feedback_variables, stack_xml
from exports.samples import HALF, HOSTILE
from tools import require

NET = StackStep(
    "net_h1",
    text(Maths("net_{h1}"), " = "),
    NumericalKey("0.3775", HALF, (WrongAnswer("0.0275", HALF, "no-bias", text("[[input:ans9]] {@x@} ", HOSTILE)),)),
    sane=(Fraction(1, 100), Fraction(10)),
)
OUT = StackStep(
    "out_h1", text("out = "), NumericalKey("0.5933", HALF), "1/(1 + exp(-net_h1))", ("net_h1",), marks=Fraction(1, 2)
)
QUESTION = StackQuestion("v-7", "Step by step", text("A [[block]] "), (NET, OUT), ("A/b",))


def test_the_tree_compares_with_right_follow_through_and_mistakes_in_this_order() -> None:
    """Values, tolerances a hair wider than ours because STACK's are strict, scores, and the next node."""
    tree = fromstring(stack_xml((QUESTION,), "Homework")).findall("question/prt")[0]
    tags = ("tans", "testoptions", "truescore", "truenextnode", "falsenextnode", "trueanswernote")
    assert [[node.findtext(tag) for tag in tags] for node in tree.iterfind("node")] == [
        ["0.3775", "0.0000500001", "1", "-1", "1", "1-0-right"],
        ["0.0275", "0.0000500001", "0", "-1", "-1", "1-1-no-bias"],
    ]
    second = fromstring(stack_xml((QUESTION,), "Homework")).findall("question/prt")[1]
    assert [[node.findtext(tag) for tag in tags] for node in second.iterfind("node")] == [
        ["0.5933", "0.0000500001", "1", "-1", "1", "2-0-right"],
        ["follow", "0.0000500001", "1", "-1", "-1", "2-1-follows"],
    ]
    assert [tree.findtext("value"), second.findtext("value")] == ["1", "0.5"]


def test_what_follows_is_a_formula_of_the_students_own_values() -> None:
    """A blank is replaced by the right value, one out of range switches follow-through off, an error is caught."""
    assert feedback_variables(1, QUESTION) == ""
    assert feedback_variables(2, QUESTION).splitlines() == [
        "own1: if numberp(ans1) then float(ans1) else 0.3775;",
        "found: if abs(own1) >= 0.01 and abs(own1) <= 10 then errcatch(float(1/(1+exp(-own1)))) else [];",
        "follow: if found # [] and numberp(first(found)) then first(found) else 10^30;",
    ]


# sigma(0.38) = 0.5938731029341, sigma(0.3775) = 0.5932699921072 to 13 decimals
@pytest.mark.parametrize(
    ("own", "follow"),
    [
        ("0.38", 0.5938731029341), ("EMPTYANSWER", 0.5932699921072), ("1000", 1e30), ("0", 1e30),
        ("-1/2", 0.3775406687981),
    ],
)
def test_maxima_follows(own: str, follow: float) -> None:
    """Maxima itself gives what follows."""
    maxima = require("maxima")
    statements = f"ans1: {own}$ " + feedback_variables(2, QUESTION).replace(";", "$") + " print(float(follow))$"
    done = subprocess.run(
        [maxima, "--very-quiet", "--batch-string", statements], capture_output=True, text=True, check=True, timeout=60
    )
    assert float(done.stdout.split()[-1]) == pytest.approx(follow, rel=1e-12)


def test_no_text_is_castext() -> None:
    """Brackets and braces of a text open no block, input or variable; our own inputs and trees are there."""
    question = fromstring(stack_xml((QUESTION,), "Homework")).findall("question")[1]
    shown = question.findtext("questiontext/text") or ""
    assert shown.count("[[") == 4
    assert "[[input:ans1]] [[validation:ans1]]" in shown
    said = [each.findtext("text") or "" for each in question.iter("truefeedback")]
    assert not any("[[" in each or "{@" in each or "{#" in each for each in said)
    assert question.findtext("specificfeedback/text") == "<p>[[feedback:prt1]][[feedback:prt2]]</p>"


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("system(net_h1)", "'system' is no earlier step or function; known: net_h1"),
        ("out_h1 + 1", "'out_h1' is no earlier step"),
        ("net_h1; kill(all)", "holds ';'"),
        ("%pi", "holds '%'"),
        ("net_h1 : 3", "holds ':'"),
        ("for net_h1 do 1", "'for' is no earlier step"),
        ('"a"', "holds '\"'"),
        ("1+" * 3000 + "1", "longer than 4000"),
    ],
)
def test_formulas_hold_only_what_is_known(formula: str, said: str) -> None:
    """Earlier steps, a few functions, numbers and signs; nothing that Maxima could run."""
    with pytest.raises(BpsymError, match=said):
        StackQuestion("q", "t", text(), (NET, StackStep("out_h1", text(), OUT.key, formula)))


def test_names_are_not_taken_twice() -> None:
    """Two steps of one name, or one called like a function."""
    for steps, said in (((NET, NET), "taken"), ((StackStep("exp", text(), OUT.key),), "taken"), ((), "no step")):
        with pytest.raises(BpsymError, match=said):
            StackQuestion("q", "t", text(), steps)
