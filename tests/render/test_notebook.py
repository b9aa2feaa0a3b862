"""Notebooks: valid, the same each time, and running from top to bottom to the sheet's own numbers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from bpsym.render import render
from bpsym.render.notebook import CODE, CUT, notebook
from bpsym.sheet.build import build
from render.sheets import EXAMPLES, example, options

if TYPE_CHECKING:
    from pathlib import Path


def cells(name: str, **chosen: Any) -> list[dict[str, Any]]:
    """The cells of an example's notebook."""
    description = example(name)
    return json.loads(render(description, options(description, **chosen), "notebook"))["cells"]


@pytest.mark.parametrize("kind", ["worked", "blank", "law"])
def test_notebook_is_valid(kind: str) -> None:
    """nbformat's own schema accepts it, ids and attachments included."""
    text = render(example(), options(example(), kind=kind), "notebook").decode()
    made = json.loads(text)
    nbformat.validate(made)
    assert (made["nbformat"], made["nbformat_minor"]) == (4, 5)
    assert text == render(example(), options(example(), kind=kind), "notebook").decode()


def test_pictures_are_attached() -> None:
    """Every picture a cell shows is attached to that cell."""
    shown = 0
    for cell in cells("two-by-two"):
        if cell["cell_type"] == "markdown":
            names = re.findall(r"\(attachment:([^)]+)\)", "".join(cell["source"]))
            assert sorted(names) == sorted(cell.get("attachments", {}))
            shown += len(names)
    assert shown >= 3


def run(code: str, folder: Path) -> dict[str, float]:
    """What a notebook's code prints: the names and numbers."""
    script = folder / "cells.py"
    script.write_text(code, "utf-8")
    done = subprocess.run([sys.executable, "-I", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pairs = (line.split(" = ") for line in done.stdout.splitlines())
    return {name: float(number) for name, number in pairs}


def code_of(name: str, **chosen: Any) -> str:
    """The code cells of a notebook in one script."""
    return "\n".join("".join(cell["source"]) for cell in cells(name, **chosen) if cell["cell_type"] == "code")


@pytest.mark.parametrize("name", EXAMPLES)
def test_code_cells_run_to_the_sheets_numbers(name: str, tmp_path: Path) -> None:
    """Run in order with plain Python, the cells print every value of the sheet, to the last digit but one unit."""
    description = example(name)
    if not description.values:
        pytest.skip("a description without numbers")
    chosen = options(description, kind="worked", weights="all")
    found = run(code_of(name, kind="worked", weights="all"), tmp_path)
    lines = [line for line in build(description, chosen).lines if line.value is not None]
    values = sorted(found.values())
    assert len(found) >= len({line.name for line in lines}) * 0.9
    for line in lines:
        assert line.value is not None
        digits = float(line.value.text)
        unit = float(str(line.value.ulp.p)) / float(str(line.value.ulp.q))
        assert any(abs(value - digits) <= 1.01 * unit for value in values), line


def test_values_known_from_elsewhere(tmp_path: Path) -> None:
    """The headline figures of the 2-2-2 network, as the literature has them."""
    found = run(code_of("two-by-two"), tmp_path)
    assert found["E_total"] == 0.298371109
    assert found["w5_new"] == 0.35891648
    assert found["dE_total_dw1"] == 0.000438568


def test_rounded_values_are_carried_where_the_sheet_carries_them(tmp_path: Path) -> None:
    """With carry = shown the code rounds each value before it goes on, and so gives the sheet's digits."""
    found = run(code_of("two-by-two", digits=3, carry="shown"), tmp_path)
    sheet = build(example(), options(example(), digits=3, carry="shown"))
    total = next(line for line in sheet.loss if line.expr == sheet.program.loss.generic)
    assert total.value is not None
    assert found["E_total"] == float(total.value.text)


def test_code_stands_after_the_text_of_its_section() -> None:
    """Marks between the cells: Markdown first, then one cell with all code of the section."""
    source = f"# Title{CUT}## A\ntext{CODE}x = 1{CODE}more{CODE}y = 2{CODE}{CUT}## B"
    made = json.loads(notebook(source, {}))["cells"]
    assert [(cell["cell_type"], "".join(cell["source"])) for cell in made] == [
        ("markdown", "# Title"),
        ("markdown", "## A\ntextmore"),
        ("code", "x = 1\ny = 2"),
        ("markdown", "## B"),
    ]
    assert [cell["id"] for cell in made] == ["cell-1", "cell-2", "cell-3", "cell-4"]
