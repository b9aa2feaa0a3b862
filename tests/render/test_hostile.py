"""Titles and templates that try to be more than text."""

from __future__ import annotations

import json
import os
import time
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from bpsym.errors import BpsymError
from bpsym.render import render, write
from bpsym.render.engines import EngineError, tex_pdf, typst_pdf
from render.sheets import example, options, titled

if TYPE_CHECKING:
    from pathlib import Path

TITLES = [
    r"\input{/etc/passwd}",
    r"\write18{id} \csname end\endcsname \end{document}",
    '#read("/etc/passwd")',
    '#import "@preview/x:1.0.0"',
    "<script>alert(1)</script>",
    "$x$ $`y`$ $$",
    "`code` ```math\n\\alpha\n```",
    "]]> --> </title><svg onload=alert(1)>",
    "*a* _b_ # c\n# d\n\n- e\n\n1. f",
    "[a](javascript:alert(1)) ![b](http://example.org/x.png)",
    "{% if x %} << y >> <% z %> %(weight)s {0}",
    "\" ' \\ & % ~ ^ { } < > | /* // */",
    "bell \u0007 and \u202e turned",
    "用户 $标题$ #中文",
]


@pytest.mark.parametrize("title", TITLES)
def test_typst_shows_a_hostile_title_as_text(title: str) -> None:
    """The sheet compiles, so nothing of the title was read as code."""
    description = titled(title)
    assert render(description, options(description), "pdf").startswith(b"%PDF")


@pytest.mark.optional_tool("xelatex")
@pytest.mark.optional_tool("pdftotext")
def test_latex_shows_hostile_titles_as_text(tool: object, tmp_path: Path) -> None:
    """All titles, one after the other in one sheet: TeX sets them, and the page shows their backslashes and dollars."""
    import subprocess

    shown = [title for title in TITLES if title.isascii() and "\n" not in title]
    description = titled(" ".join(shown))
    source = render(description, options(description), "latex").decode()
    path = tmp_path / "sheet.pdf"
    path.write_bytes(tex_pdf("xelatex", source, {}))
    assert callable(tool)
    done = subprocess.run([tool("pdftotext"), path, "-"], capture_output=True, text=True, check=True)
    found = "".join(done.stdout.split())
    for title in shown:
        for word in title.replace("'", "’").split():
            assert word.replace('"', "") in found.replace('"', "").replace("”", ""), word


class Reader(HTMLParser):
    """The elements of a page and the text of its title and first heading."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: dict[str, str] = {"title": "", "h1": ""}
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)
        self.attributes += attrs
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Collect the text of the title and the heading."""
        for name in {"title", "h1"} & set(self.inside[-1:]):
            self.text[name] += data if "svg" not in self.inside else ""


@pytest.mark.parametrize("title", TITLES)
def test_html_shows_a_hostile_title_as_text(title: str) -> None:
    """The page has no script and no handler, and its title and heading say what the description says."""
    description = titled(title)
    page = Reader()
    page.feed(render(description, options(description), "html").decode())
    assert "script" not in page.tags
    assert [name for name, _ in page.attributes if name.startswith("on")] == []
    readable = "".join(
        "" if character == "\u202e" else " " if ord(character) < 32 else character for character in title
    )
    assert page.text["title"] == page.text["h1"] == readable


@pytest.mark.parametrize("title", TITLES)
def test_markdown_shows_a_hostile_title_as_text(title: str) -> None:
    """One heading of the first rank, in it text alone: no link, no picture, no code, no emphasis."""
    description = titled(title)
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(render(description, options(description)).decode())
    opened = [n for n, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h1"]
    assert opened == [0]
    inline = tokens[1].children or []
    assert {child.type for child in inline} <= {"text", "text_special", "html_inline"}
    assert {child.content for child in inline if child.type == "html_inline"} <= {"<span>", "</span>"}


def test_notebook_shows_a_hostile_title_as_text() -> None:
    """A title is in no code cell, and the notebook stays JSON."""
    for title in TITLES:
        description = titled(title)
        cells = json.loads(render(description, options(description), "notebook"))["cells"]
        code = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        assert "passwd" not in code
        assert "alert" not in code


def test_typst_reads_nothing_outside() -> None:
    """A Typst source, were it hostile, has no file of the machine to read."""
    with pytest.raises(EngineError, match="Typst"):
        typst_pdf('#read("/../../../../../../etc/passwd")')


TEMPLATES = {
    "<< sheet.program.steps[0].expr.subs(\"__import__('os').getpid()\", 1) >>": "subs.*unsafe",
    "<< ''.__class__.__mro__ >>": "__class__.*unsafe",
    "<< sheet.description.spec.__init__.__globals__ >>": "unsafe",
    "<< sheet.name('x') >>": "name.*unsafe",
    "<< sheet.lines[0].expr.func >>": "func.*unsafe",
    "<< sheet.work >>": "prints a Work",
    "<< nothing >>": "'nothing' is undefined",
    "<< sheet.nothing >>": "no attribute 'nothing'",
    "<% if %>": "worked.j2:1: ",
    "<% include '../../pyproject.toml' %>": "not found|pyproject",
    "<< f.line(3) >>": "breaks off",
    "<% macro m() %><< m() >><% endmacro %><< m() >>": "too much",
}


@pytest.mark.parametrize(("template", "said"), TEMPLATES.items(), ids=range(len(TEMPLATES)))
def test_a_users_template_is_kept_in(template: str, said: str, tmp_path: Path) -> None:
    """Nothing behind the sheet can be called, and each attempt ends in a sentence."""
    with pytest.raises(BpsymError, match=said):
        filled(template, tmp_path)


BOMBS = (
    "<< 'a' * 10**11 >>",
    "<% for a in range(99999) %><% for b in range(99999) %><% endfor %><% endfor %>",
    "<% set n = namespace(x='aaaaaaaa') %><% for a in range(60) %><% set n.x = n.x ~ n.x %><% endfor %>",
)


@pytest.mark.slow
@pytest.mark.parametrize("template", BOMBS, ids=("product", "loop", "doubling"))
def test_a_bomb_is_stopped(template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A template that takes all memory or for ever is stopped with its process."""
    monkeypatch.setattr("bpsym.render.engines.WORKER_SECONDS", 6)
    began = time.monotonic()
    with pytest.raises(BpsymError, match=r"stopped|memory|too much"):
        filled(template, tmp_path)
    assert time.monotonic() - began < 30


def test_a_users_template_is_used(tmp_path: Path) -> None:
    """What DIR has replaces bpsym's own, file by file; strings in it are escaped, formulas are not."""
    text = filled("<< f.para('a *b*') >><< f.para(say('%(E)s!', E=sheet.loss_name)) >>", tmp_path)
    assert text == ("# Backpropagation by hand: a 2-2-2 network\n\na \\*b\\*\n\n$`E_{\\mathrm{total}}`$!\n")


def filled(template: str, folder: Path) -> str:
    """The Markdown that a user's template for worked sheets gives."""
    own = folder / "own"
    (own / "kinds").mkdir(parents=True)
    (own / "kinds" / "worked.j2").write_text(template)
    description, path = example(), folder / "sheet.md"
    write(description, options(description, template_dir=own), [path])
    return path.read_text("utf-8")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_no_process_is_left_behind(tmp_path: Path) -> None:
    """What a worker leaves in its folder is the sheet alone."""
    filled("<< f.para('x') >>", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["own", "sheet.md"]
