"""A student's notebook, filled in, run by Jupyter with the key's tests, as nbgrader runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from bpsym.variants.questions import notebooks
from bpsym.variants.work import Course, filling_of, homework_of
from variants.samples import HOMEWORK

if TYPE_CHECKING:
    from bpsym.variants.homework import Homework, Variant

nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed (pip install nbclient ipykernel)")
pytest.importorskip("ipykernel", reason="ipykernel is not installed (pip install nbclient ipykernel)")


@pytest.fixture(scope="module")
def made() -> tuple[Homework, Variant, bytes, bytes]:
    """A variant, the student's notebook and the key with its hidden tests."""
    homework = homework_of(Course(HOMEWORK, "homework.toml", 17, b"", ()))
    (variant,) = homework.variants(["ada"])
    filling = filling_of(homework, variant, "Ada", homework.answers(variant))
    return homework, variant, *notebooks(homework, variant, filling)


def failed(sheet: bytes, key: bytes, sources: dict[str, str]) -> set[str]:
    """The tests that fail where the answer cells hold these sources; the tests are the key's, as nbgrader puts back."""
    hidden = {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in json.loads(key)["cells"]}
    loaded = json.loads(sheet)
    for cell in loaded["cells"]:
        name = cell["metadata"]["nbgrader"]["grade_id"]
        if cell["metadata"]["nbgrader"]["grade"]:
            cell["source"] = hidden[name]["source"]
        elif name.removeprefix("answer-") in sources:
            cell["source"] = sources[name.removeprefix("answer-")]
    notebook: Any = nbformat.reads(json.dumps(loaded), 4)  # type: ignore[no-untyped-call]  # nbformat has no types
    nbclient.NotebookClient(notebook, timeout=60, allow_errors=True).execute()
    outputs = ((c.id, out) for c in notebook.cells if c.cell_type == "code" for out in c.outputs)
    return {name.removeprefix("test-") for name, out in outputs if out.output_type == "error"}


@pytest.mark.slow
def test_jupyter_accepts_what_is_right_and_what_follows(made: tuple[Homework, Variant, bytes, bytes]) -> None:
    """With the key nothing fails; a wrong delta_h1 carried on by formula fails alone; 0 takes what follows along."""
    homework, variant, sheet, key = made
    names = [asked.name for asked in homework.structures[0].asked]
    right = dict(zip(names, (answer.text for answer in homework.answers(variant)), strict=True))
    given = {str(entry): str(number) for entry, number in homework.values(variant).items()}
    own = {name: f"{name} = {text}" for name, text in right.items()}
    assert failed(sheet, key, own) == set()
    carried = {
        name: f"{name} = {given[f'W_h[1, {place}]']} - {given['eta']} * delta_h1 * {given[f'x[{place}]']}"
        for place, name in enumerate(("w1_new", "w2_new"), 1)
    }
    own |= carried | {"delta_h1": f"delta_h1 = 1.5 * {right['delta_h1']}"}
    assert failed(sheet, key, own) == {"delta_h1"}
    own["delta_h1"] = "delta_h1 = 0"
    assert failed(sheet, key, own) == {"delta_h1", "w1_new", "w2_new"}
