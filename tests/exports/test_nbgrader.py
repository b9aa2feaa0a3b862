"""Notebooks for nbgrader: valid, without a leak, and fair to follow-through."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import nbformat
import pytest

from bpsym.errors import BpsymError
from bpsym.exports.model import Maths, NumericalKey, text
from bpsym.exports.nbgrader import NotebookSheet, NotebookStep, notebook, read_notebook

CHECK = """\
import math

def recompute(name, values):
    if name == "out_h1":
        if abs(values["net_h1"]) > 100:
            return None  # an absurd value that makes the rest trivial
        return 1 / (1 + math.exp(-values["net_h1"]))
    return None
"""
TOLERANCE = Fraction(1, 10_000)
SHEET = NotebookSheet(
    "v-7",
    "Homework *1* <b>",
    text("Weights: $5 & ", Maths("w_{1}=0.15"), "\n1. first"),
    (
        NotebookStep("net_h1", text("Give ", Maths("net_{h1}")), NumericalKey("0.3775", TOLERANCE), Fraction(2)),
        NotebookStep("out_h1", text("Give out"), NumericalKey("0.5933", TOLERANCE), Fraction(3, 2)),
    ),
    CHECK,
)


def cells(*, solutions: bool) -> dict[str, dict[str, Any]]:
    """The sample's cells by grade_id."""
    loaded = json.loads(notebook(SHEET, solutions=solutions))
    return {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in loaded["cells"]}


def fill(**sources: str) -> bytes:
    """The student's notebook with answer cells replaced."""
    loaded = json.loads(notebook(SHEET, solutions=False))
    for cell in loaded["cells"]:
        name = cell["metadata"]["nbgrader"]["grade_id"].removeprefix("answer-")
        if name in sources and cell["metadata"]["nbgrader"]["solution"]:
            cell["source"] = sources[name]
    return json.dumps(loaded).encode()


@pytest.mark.parametrize("solutions", [True, False])
def test_notebooks_are_valid_and_their_metadata_nbgraders(solutions: bool) -> None:
    """nbformat 4.5 with ids; graded cells are locked and have points, answer cells are solutions."""
    nbformat.validate(json.loads(notebook(SHEET, solutions=solutions)))
    shape = {
        name: (c["cell_type"], m["grade"], m["solution"], m["locked"], m.get("points"), m["schema_version"], m["task"])
        for name, c in cells(solutions=solutions).items()
        for m in [c["metadata"]["nbgrader"]]
    }
    assert shape == {
        "title": ("markdown", False, False, True, None, 3, False),
        "prompt-net_h1": ("markdown", False, False, True, None, 3, False),
        "answer-net_h1": ("code", False, True, False, None, 3, False),
        "test-net_h1": ("code", True, False, True, 2, 3, False),
        "prompt-out_h1": ("markdown", False, False, True, None, 3, False),
        "answer-out_h1": ("code", False, True, False, None, 3, False),
        "test-out_h1": ("code", True, False, True, 1.5, 3, False),
    }


def test_the_students_notebook_leaks_nothing() -> None:
    """No answer, no hidden test, no way to recompute one; the same cells otherwise."""
    given = notebook(SHEET, solutions=False).decode()
    for secret in ("0.3775", "0.5933", "HIDDEN", "SOLUTION", "recompute", "_accepts"):
        assert secret not in given
    assert cells(solutions=True).keys() == cells(solutions=False).keys()
    assert "### BEGIN SOLUTION\nnet_h1 = 0.3775\n### END SOLUTION" in "".join(
        cells(solutions=True)["answer-net_h1"]["source"]
    )


def test_plain_text_is_no_markdown() -> None:
    """Stars, dollars, tags and numbers at a line's start are shown as they are; formulas are formulas."""
    assert "".join(cells(solutions=False)["title"]["source"]) == (
        "# Homework \\*1\\* &lt;b&gt;\n\nWeights: \\$5 &amp; $w_{1}=0.15$\n\n1\\. first"
    )


def passes(**values: object) -> list[str]:
    """The steps whose test cell raises nothing for a student's values."""
    namespace: dict[str, object] = {"net_h1": None, "out_h1": None, **values}
    good = []
    for name in ("net_h1", "out_h1"):
        try:
            exec("".join(cells(solutions=True)[f"test-{name}"]["source"]), namespace)  # noqa: S102 # our own test cell
        except AssertionError:
            continue
        good.append(name)
    return good


@pytest.mark.parametrize(
    ("values", "good"),
    [
        ({"net_h1": 0.3775, "out_h1": 0.5933}, ["net_h1", "out_h1"]),
        ({"net_h1": 0.3776, "out_h1": 0.5934}, ["net_h1", "out_h1"]),
        ({"net_h1": 0.3777, "out_h1": 0.5933}, ["out_h1"]),
        # sigma(0.38) = 0.59387...
        ({"net_h1": 0.38, "out_h1": 0.5939}, ["out_h1"]),
        ({"net_h1": 0.38, "out_h1": 0.5942}, []),
        # sigma(1000) = 1 is no work: the check refuses follow-through
        ({"net_h1": 1000.0, "out_h1": 1.0}, []),
        ({"net_h1": None, "out_h1": 0.5933}, ["out_h1"]),
        ({"net_h1": "0.3775", "out_h1": True}, []),
        ({"net_h1": float("nan"), "out_h1": float("inf")}, []),
        ({"net_h1": 10**400, "out_h1": [1]}, []),
        ({"net_h1": Fraction(3775, 10_000), "out_h1": 0.5933}, ["net_h1", "out_h1"]),
    ],
)
def test_hidden_tests_accept_follow_through(values: dict[str, object], good: list[str]) -> None:
    """Right values pass, and what follows from the student's own; absurd, missing and odd values do not."""
    assert passes(**values) == good


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("net_h1 = 0.3775", "0.3775"),
        ("net_h1 = -0.5", "-0.5"),
        ("net_h1 = 1\nnet_h1 = 2  # better", "2"),
        ("net_h1 = '0,3775'", "0,3775"),
        ("net_h1 = 0,3775", "0,3775"),
        ("a = net_h1 = 3e-4", "3e-4"),
        ("net_h1 = 1/3", "1/3"),
        ("net_h1 = open('/etc/passwd')", "open('/etc/passwd')"),
        ("net_h1 = 0.5.3", "net_h1 = 0.5.3"),
        ("net_h1 = None", None),
        ("other = 3", None),
        ("", None),
        ("(" * 5000, "(" * 5000),
    ],
)
def test_values_are_read_as_text(source: str, value: str | None) -> None:
    """The last assignment counts; nothing is run, and what is no Python comes back whole."""
    assert read_notebook(fill(net_h1=source), "x.ipynb")[1].get("net_h1") == value


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"metadata": {}, "cells": 3}', b"\xff", b"[" * 10_000])
def test_what_is_no_notebook_of_ours_is_refused(data: bytes) -> None:
    """One sentence, whatever the bytes."""
    with pytest.raises(BpsymError, match="no notebook that bpsym made"):
        read_notebook(data, "x.ipynb")


def test_check_sources_that_cannot_work_are_refused() -> None:
    """No Python, no function of the name, a marker of nbgrader inside."""
    for source, said in (
        ("def recompute(:", "is no Python"),
        ("x = 1", "defines no function `recompute`"),
        ("### END HIDDEN TESTS\ndef recompute(name, values): ...", "holds a marker"),
    ):
        with pytest.raises(BpsymError, match=said):
            NotebookSheet("v", "t", text(), SHEET.steps, source)


@pytest.mark.parametrize("name", ["class", "print", "1a", "a-b", "_x", "", "recompute", "δ"])
def test_names_that_python_or_the_test_needs_are_refused(name: str) -> None:
    """A variable is the student's alone."""
    with pytest.raises(BpsymError, match="no variable of a notebook"):
        NotebookStep(name, text(), SHEET.steps[0].key, Fraction(1))


def test_chinese_notebooks_speak_chinese() -> None:
    """The placeholder and the messages."""
    chinese = NotebookSheet("v", "作业", text("求"), SHEET.steps, CHECK, "zh")
    assert "net_h1 = None  # 填写你的数值" in notebook(chinese, solutions=False).decode()
