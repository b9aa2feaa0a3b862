"""HTML pages: whole in themselves, and looked at in a browser at the width of a desk and of a phone."""

from __future__ import annotations

import json
import re
import subprocess
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from bpsym.render.mathml import element
from render.sheets import sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHEETS = [
    ("two-by-two", "worked", "en"), ("two-by-two", "blank", "zh"), ("rnn", "worked", "zh"), ("rnn", "law", "en"),
    ("softmax", "key", "en"), ("conv1d", "numbered", "zh"), ("xor", "worked", "en"),
]  # fmt: skip
WIDTHS = {"desk": 1280, "phone": 390}

# Measures the page in a frame of the width in question, once it is laid out.
MEASURE = """
const page = document.getElementById("page").contentDocument, width = page.documentElement.clientWidth;
const boxes = [...page.querySelectorAll("math")].map(m => [m, m.getBoundingClientRect()]);
const scrolls = e => e && (["auto", "scroll"].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
const out = [...page.body.querySelectorAll("*")].filter(
  e => !e.closest("svg") && e.getBoundingClientRect().right > width + 1 && !scrolls(e.parentElement));
const scrolled = [...page.querySelectorAll(".line, .display")].filter(e => e.scrollWidth > e.clientWidth + 1);
document.getElementById("result").textContent = JSON.stringify({
  formulas: boxes.length,
  empty: boxes.filter(([m, b]) => b.width < 1 || b.height < 1).map(([m]) => m.textContent),
  page: page.documentElement.scrollWidth - width,
  out: out.map(e => e.outerHTML.slice(0, 120)),
  cut: scrolled.filter(e => e.scrollHeight > e.clientHeight + 1).length,
  scrolled: scrolled.length,
  answers: page.querySelectorAll("input.answer").length,
});
"""
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
    "--disable-background-networking", "--disable-sync", "--virtual-time-budget=2000",
)  # fmt: skip


def measured(page: str, width: int, chromium: str, folder: Path) -> dict[str, Any]:
    """What a browser says of the page at a width."""
    frame = f'<iframe id="page" width="{width}" height="900" style="border:0" srcdoc="{escape(page)}"></iframe>'
    script = f'<script>document.getElementById("page").onload = () => {{{MEASURE}}};</script>'
    (folder / "frame.html").write_text(f'<!DOCTYPE html><pre id="result"></pre>{frame}{script}', "utf-8")
    command = [chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", "--window-size=1400,1000", "--dump-dom"]
    done = subprocess.run(
        [*command, (folder / "frame.html").as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    result = re.search(r'<pre id="result">(.+?)</pre>', done.stdout, re.DOTALL)
    assert result, done.stderr[-2000:]
    return json.loads(result[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


@pytest.mark.slow
@pytest.mark.optional_tool("chromium")
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize(("name", "kind", "language"), SHEETS, ids=["-".join(each) for each in SHEETS])
def test_page_in_a_browser(
    name: str, kind: str, language: str, width: int, tool: Callable[[str], str], tmp_path: Path
) -> None:
    """Every formula has a box of its own, and nothing stands out of the page: what is wider scrolls in its own box."""
    page = sheet(name, "html", kind, language)
    seen = measured(page, width, tool("chromium"), tmp_path)
    assert seen["formulas"] == page.count("<math") > 20
    assert seen["empty"] == []
    assert seen["page"] <= 0
    assert seen["out"] == []
    assert seen["cut"] == 0
    if width == WIDTHS["desk"]:
        assert seen["scrolled"] == 0
    assert (seen["answers"] > 0) == (kind == "blank")


@pytest.mark.parametrize(("name", "kind", "language"), SHEETS, ids=["-".join(each) for each in SHEETS])
def test_page_is_whole_in_itself(name: str, kind: str, language: str) -> None:
    """No script, nothing fetched from elsewhere, a language, one main heading, and no rank of headings left out."""
    page = sheet(name, "html", kind, language)
    assert "<script" not in page
    assert re.findall(r"(?:src|href)=|url\(|@import", page) == []
    assert re.search(r'<html lang="(.+?)"', page)[1] == ("zh-Hans" if language == "zh" else "en")  # type: ignore[index]
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
    ranks = [int(rank) for rank in re.findall(r"<h([1-6])", page)]
    assert ranks.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(ranks))
    for rule in ("prefers-color-scheme|light-dark", "@media print", "@media \\(max-width"):
        assert re.search(rule, page)


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("-0.5", "<mo>−</mo><mn>0.5</mn>"),
        ("a - 0.5", "<mi>a</mi><mo>−</mo><mn>0.5</mn>"),
        ("a = -0.5", '<mo form="prefix">−</mo><mn>0.5</mn>'),
        (r"a \cdot (-0.5)", '<mo form="prefix">−</mo><mn>0.5</mn>'),
        (r"\approx 0.5", '<mo form="infix">≈</mo><mn>0.5</mn>'),
        (r"\text{net}_{h1}", "<msub><mtext>net</mtext>"),
    ],
)
def test_signs_in_mathml(latex: str, expected: str) -> None:
    """A minus that is a sign has no space around it; a sign that goes on with a formula has."""
    assert expected in element(latex, display=True)


def test_rest_of_a_formula_in_mathml() -> None:
    """A plus or minus at the start of the rest of a formula stands between two things."""
    assert '<mo form="infix">−</mo><mi>a</mi>' in element("- a", display=True, continued=True)
