"""Sheets a person has read, byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bpsym.render import render
from render.sheets import KINDS, example, options

if TYPE_CHECKING:
    from goldens import Goldens

TEXT_FORMATS = {
    "markdown": "md", "latex": "tex", "typst": "typ", "html": "html", "notebook": "ipynb", "text": "txt",
}  # fmt: skip


@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_worked_example_in_every_format(form: str, golden: Goldens) -> None:
    """The network of the documents, step by step."""
    golden(f"sheets/two-by-two.{TEXT_FORMATS[form]}", render(example(), options(example()), form))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_in_both_languages(kind: str, language: str, golden: Goldens) -> None:
    """Each kind of sheet in Markdown."""
    chosen = options(example(), kind=kind, lang=language)
    golden(f"sheets/{kind}.{language}.md", render(example(), chosen, "markdown"))


@pytest.mark.parametrize(("name", "kind"), [("rnn", "law"), ("conv1d", "law"), ("softmax", "worked")])
def test_other_networks(name: str, kind: str, golden: Goldens) -> None:
    """Where paths add up: over time, over positions, over coupled outputs."""
    chosen = options(example(name), kind=kind, lang="en")
    golden(f"sheets/{name}.{kind}.txt", render(example(name), chosen, "text"))
