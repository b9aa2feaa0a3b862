"""A notebook a student, graded by nbgrader: answer cells and hidden tests that accept follow-through.

The sheet builder gives `check_source`, plain Python that defines

    def recompute(name: str, values: dict[str, float]) -> float | None

the value of step `name` from those of the steps before it, or None where wrong earlier values earn no follow-through.
A hidden test accepts the right value, and what follows from the student's own earlier values.
Source of the metadata: nbgrader's notebook format, schema version 3; the notebook is nbformat 4.5.
"""

from __future__ import annotations

import ast
import builtins
import json
import keyword
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bpsym.errors import BpsymError
from bpsym.exports.markup import to_markdown
from bpsym.exports.model import NumericalKey, Text, text
from bpsym.exports.numbers import decimal_text

if TYPE_CHECKING:
    from fractions import Fraction

    from bpsym.exports.model import Language

SCHEMA_VERSION = 3
MAX_BYTES = 16 * 2**20
MAX_SOURCE = 100_000  # characters of an answer cell that are read

_MARKERS = re.compile("(BEGIN|END) (HIDDEN TESTS|SOLUTION)")
_WORDS = {
    "en": ("your value", "{} has no value yet", "{} is not right, nor does it follow from your earlier values"),
    "zh": ("填写你的数值", "{} 还没有数值", "{} 不正确，也不能由你前面的数值推出"),
}
_HARNESS = """\
import math as _math


def _number(value):
    if value is None or isinstance(value, (bool, str)):
        return None
    try:
        value = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return value if _math.isfinite(value) else None


def _accepts(name, values):
    given = _number(values.get(name))
    if given is None:
        return False
    right, tolerance = _KEY[name]
    own = {}
    for earlier in _KEY:
        if earlier == name:
            break
        own[earlier] = _number(values.get(earlier))
        if own[earlier] is None:
            own[earlier] = _KEY[earlier][0]
    try:
        followed = recompute(name, own)
    except (ArithmeticError, ValueError):
        followed = None
    expected = [right] if _number(followed) is None else [right, followed]
    return any(abs(given - value) <= tolerance + 1e-12 * abs(value) for value in expected)
"""


@dataclass(frozen=True)
class NotebookStep:
    """One number the student gives a Python variable."""

    name: str  # of the variable
    prompt: Text
    key: NumericalKey
    marks: Fraction

    def __post_init__(self) -> None:
        reserved = keyword.iskeyword(self.name) or hasattr(builtins, self.name) or self.name in {"math", "recompute"}
        if not re.fullmatch("[A-Za-z][A-Za-z0-9_]{0,49}", self.name) or reserved:
            raise BpsymError(f"{self.name!r} is no variable of a notebook: letters, digits, _, no word of Python's own")
        decimal_text(self.marks)


@dataclass(frozen=True)
class NotebookSheet:
    """What one student's notebook asks."""

    id: str  # leads back to the variant
    title: str
    intro: Text
    steps: tuple[NotebookStep, ...]  # in the order in which they follow from each other
    check_source: str  # defines `recompute`, see the module
    language: Language = "en"

    def __post_init__(self) -> None:
        names = [step.name for step in self.steps]
        if not names or len(set(names)) < len(names):
            raise BpsymError(f"the notebook {self.id!r} has no step or two of one name")
        if _MARKERS.search(self.check_source):
            raise BpsymError(f"the check source of {self.id!r} holds a marker of nbgrader's regions")
        try:
            body = ast.parse(self.check_source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise BpsymError(f"the check source of {self.id!r} is no Python: {error}") from error
        if not any(isinstance(node, ast.FunctionDef) and node.name == "recompute" for node in body):
            raise BpsymError(f"the check source of {self.id!r} defines no function `recompute`")


def notebook(sheet: NotebookSheet, *, solutions: bool) -> bytes:
    """The notebook as a file: for the students, or with solutions and hidden tests for nbgrader's `source` folder."""
    cells = [_cell("markdown", "title", _title(sheet), locked=True)]
    harness = _harness(sheet)
    placeholder, missing, wrong = _WORDS[sheet.language]
    for step in sheet.steps:
        answer = f"{step.name} = None  # {placeholder}"
        test = f"assert {step.name} is not None, {missing.format(step.name)!r}"
        if solutions:
            answer += f"\n### BEGIN SOLUTION\n{step.name} = {step.key.answer}\n### END SOLUTION"
            check = f"assert _accepts({step.name!r}, globals()), {wrong.format(step.name)!r}"
            test += f"\n### BEGIN HIDDEN TESTS\n{harness}\n\n{check}\n### END HIDDEN TESTS"
        cells += [
            _cell("markdown", f"prompt-{step.name}", to_markdown(step.prompt), locked=True),
            _cell("code", f"answer-{step.name}", answer, solution=True),
            _cell("code", f"test-{step.name}", test, locked=True, points=step.marks),
        ]
    written = {
        "cells": cells,
        "metadata": {
            "bpsym": {"sheet": sheet.id},
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _title(sheet: NotebookSheet) -> str:
    return f"# {to_markdown(text(sheet.title))}\n\n{to_markdown(sheet.intro)}"


def _harness(sheet: NotebookSheet) -> str:
    rows = "".join(f"    {s.name!r}: ({s.key.answer}, {decimal_text(s.key.tolerance)}),\n" for s in sheet.steps)
    return f"{sheet.check_source.rstrip()}\n\n\n_KEY = {{\n{rows}}}\n{_HARNESS}"


def _cell(
    kind: str, name: str, source: str, *, solution: bool = False, locked: bool = False, points: Fraction | None = None
) -> dict[str, Any]:
    """A cell with nbgrader's metadata; `points` makes it a test."""
    graded: dict[str, Any] = {
        "grade": points is not None,
        "grade_id": name,
        "locked": locked,
        "schema_version": SCHEMA_VERSION,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        graded["points"] = int(points) if points.denominator == 1 else float(points)
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": name,
        "metadata": {"nbgrader": graded},
        "source": source.splitlines(keepends=True),
    }
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


# --- reading what students filled in ----------------------------------------------------------------------------------


def read_notebook(data: bytes, where: str) -> tuple[str, dict[str, str]]:
    """The sheet's id and, by variable, the Python text of the value the student gave it; nothing is run.

    A variable left at None is absent; a cell that is no Python gives its whole text. BpsymError for what is no notebook
    of ours.
    """
    if len(data) > MAX_BYTES:
        raise BpsymError(f"{where} is longer than {MAX_BYTES} bytes, the most that is read")
    try:
        loaded = json.loads(data)
        sheet, cells = loaded["metadata"]["bpsym"]["sheet"], loaded["cells"]
        found = {
            cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
            for cell in cells
            if cell.get("metadata", {}).get("nbgrader", {}).get("solution")
        }
        names = {name.removeprefix("answer-"): source for name, source in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BpsymError(f"{where} is no notebook that bpsym made") from error
    if not isinstance(sheet, str):
        raise BpsymError(f"{where} names no sheet")
    given = {name: _given(name, source[:MAX_SOURCE]) for name, source in names.items()}
    return sheet, {name: value for name, value in given.items() if value is not None}


def _given(name: str, source: str) -> str | None:
    """The text of the last value assigned to `name` at the top of a cell."""
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    value: str | None = None
    for statement in statements:
        if not isinstance(statement, ast.Assign) or not any(
            isinstance(target, ast.Name) and target.id == name for target in statement.targets
        ):
            continue
        assigned = statement.value
        if isinstance(assigned, ast.Constant) and isinstance(assigned.value, str | None):
            value = assigned.value
        elif isinstance(assigned, ast.Tuple):  # a decimal comma: 0,3775
            value = source.splitlines()[statement.lineno - 1].partition("=")[2].partition("#")[0].strip()
        else:
            value = ast.get_source_segment(source, assigned)
    return value
