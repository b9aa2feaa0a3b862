"""What objects show of themselves in Jupyter."""

from __future__ import annotations

import bpsym.render  # noqa: F401  (it puts in what draws)
from bpsym.display import Shown
from bpsym.sheet.build import build
from render.sheets import example, options


def test_formula_shows_itself() -> None:
    """A formula is LaTeX between dollars."""
    formula = build(example(), options(example())).lines[0].formula
    assert formula._repr_latex_() == (
        r"$\displaystyle \mathrm{net}_{h1} = w_{1} \cdot i_{1} + w_{2} \cdot i_{2} + b_{1}"
        r" = 0.15 \cdot 0.05 + 0.20 \cdot 0.10 + 0.35 = 0.3775$"
    )
    assert formula._repr_html_() is None


def test_sheet_and_description_show_the_same() -> None:
    """A description shows the sheet it asks for: a piece of HTML with its style, and Markdown for Jupyter's dollars."""
    made = build(example(), options(example()))
    assert made._repr_html_() == example()._repr_html_()
    assert made._repr_markdown_() == example()._repr_markdown_()
    html, markdown = made._repr_html_(), made._repr_markdown_()
    assert html is not None
    assert markdown is not None
    assert html.startswith('<div class="sheet" lang="en">')
    assert "<html" not in html
    assert "$$\n\\begin{align}" in markdown
    assert "```" not in markdown


def test_what_nobody_can_draw_shows_nothing() -> None:
    """Jupyter then prints the object as it always does."""
    assert Shown()._repr_html_() is None
