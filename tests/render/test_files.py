"""Files: the table of formats, several at once, what stands beside them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from defusedxml import ElementTree

from bpsym.errors import BpsymError
from bpsym.fonts import missing_characters
from bpsym.render import render, write
from bpsym.render.companions import folder_of
from bpsym.render.engines import EngineError, tex_pdf
from bpsym.render.environment import templates
from bpsym.render.formats import BY_SUFFIX, FORMATS, format_of
from render.sheets import EXAMPLES, KINDS, example, options, sheet, titled

if TYPE_CHECKING:
    from collections.abc import Callable


def test_every_format_has_its_templates() -> None:
    """A row of the table names templates that exist."""
    for row in FORMATS:
        for folder in ("formats", "pages"):
            assert (templates() / folder / f"{row.templates}.j2").is_file()


@pytest.mark.parametrize(("lang", "said"), [("en", "# Backpropagation by hand"), ("zh", "# 手算反向传播")])
def test_a_sheet_without_a_title_has_one(lang: str, said: str) -> None:
    """The heading stands also where the description says none."""
    description = titled("")
    assert render(description, options(description, lang=lang), "markdown").startswith(f"{said}\n".encode())


def test_formats_by_ending() -> None:
    """The seven endings, whatever their case."""
    assert sorted(BY_SUFFIX) == [".html", ".ipynb", ".md", ".pdf", ".tex", ".txt", ".typ"]
    assert format_of(Path("A.PDF")).name == "pdf"


@pytest.mark.parametrize(("name", "said"), [("a.doc", r"\.doc is no known ending; known: \.md"), ("a", "no ending")])
def test_unknown_ending_lists_the_known_ones(name: str, said: str, tmp_path: Path) -> None:
    """Nothing is derived or written for a name that tells no format."""
    with pytest.raises(BpsymError, match=said):
        write(example(), options(example()), [tmp_path / "a.md", tmp_path / name])
    assert list(tmp_path.iterdir()) == []


def test_unknown_format_lists_the_known_ones() -> None:
    """The same where a format is named."""
    with pytest.raises(BpsymError, match="'docx' is no format; known: markdown"):
        render(example(), options(example()), "docx")


def test_all_formats_share_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven files in one call, one sheet built for them all."""
    from bpsym.sheet import build as module

    built: list[object] = []
    build = module.build

    def counted(*given: Any) -> object:
        built.append(given)
        return build(*given)

    monkeypatch.setattr(module, "build", counted)
    paths = [tmp_path / f"sheet{suffix}" for suffix in BY_SUFFIX]
    write(example(), options(example()), paths)
    assert all(path.stat().st_size > 1000 for path in paths)
    assert len(built) == 1


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A folder that is not there: one sentence with the path."""
    with pytest.raises(BpsymError, match=r"no/sheet\.txt: cannot be written: No such file"):
        write(example(), options(example()), [tmp_path / "no" / "sheet.txt"])


def test_figures_stand_beside_markdown(tmp_path: Path) -> None:
    """Every picture Markdown refers to is a file in the folder named after it: SVG that shows on any background."""
    write(example(), options(example()), [tmp_path / "my sheet.md"])
    text = (tmp_path / "my sheet.md").read_text("utf-8")
    found = re.findall(r"!\[([^]]*)\]\(([^)]*)\)", text)
    assert len(found) >= 3
    for words, address in found:
        assert words
        root = ElementTree.fromstring((tmp_path / address).read_bytes())
        assert root[0].tag.endswith("rect")
        assert root[0].get("fill") == "#fff"
    assert {path.name for path in tmp_path.iterdir()} == {"my sheet.md", "my-sheet_files"}
    assert {f"my-sheet_files/{path.name}" for path in (tmp_path / "my-sheet_files").iterdir()} == {a for _, a in found}


def test_without_a_folder_there_are_no_figure_files() -> None:
    """On standard output a figure is its caption."""
    assert "![" not in sheet("two-by-two", "markdown")
    assert "*The network with its starting values*" in sheet("two-by-two", "markdown")


@pytest.mark.parametrize(
    ("name", "folder"),
    [("a.md", "a_files"), ("a b#%.md", "a-b-_files"), ("手算.tex", "手算_files"), ("../x.md", "x_files")],
)
def test_folder_names_are_safe_in_tex_and_addresses(name: str, folder: str) -> None:
    """Only letters, digits, dots and dashes, whatever the file is called."""
    assert folder_of(Path(name)) == folder


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_in_every_kind(name: str, kind: str) -> None:
    """Each compiles with Typst, in Chinese, and can be written as a page, in English."""
    description = example(name)
    if kind != "law" and not description.values:
        pytest.skip("a description without numbers")
    assert render(description, options(description, kind=kind, lang="zh"), "pdf").startswith(b"%PDF")
    assert len(render(description, options(description, kind=kind, lang="en"), "html")) > 5000


@pytest.mark.parametrize("kind", KINDS)
def test_chinese_sheets_are_chinese(kind: str) -> None:
    """No English sentence is left, and every character is in the font that is shipped."""
    text = sheet("two-by-two", "text", kind, "zh")
    assert set(re.findall(r"[A-Za-z]{4,}", text)) <= {"sigmoid", "target", "total"}
    assert missing_characters(re.sub(r"[∂Σ≈−·×→⊙]", "", text)) == set()


def test_kinds_agree_on_numbers() -> None:
    """The worked, the blank sheet and the key number the same lines alike; the key has the worked one's values."""
    found = {
        kind: re.findall(r"^ *(\d+)  ([^\d\s-]\S*)", sheet("two-by-two", "text", kind), re.MULTILINE) for kind in KINDS
    }
    numbered = {kind: sorted(set(lines), key=lambda line: int(line[0])) for kind, lines in found.items()}
    assert numbered["blank"] == numbered["key"] == numbered["worked"]
    assert [int(number) for number, _ in found["key"]] == list(range(1, len(found["key"]) + 1))
    values = re.findall(r"^ *\d+  .+ [=≈] (-?[\d.]+)$", sheet("two-by-two", "text", "key"), re.MULTILINE)
    assert len(values) == len(numbered["key"])
    assert set(values) <= set(re.findall(r"-?\d[\d.]*\d", sheet("two-by-two", "text")))


def test_fade_leaves_the_first_lines_worked() -> None:
    """With --fade 3 three lines have numbers and the fourth a box."""
    description = example()
    text = render(description, options(description, kind="blank", fade=3), "text").decode()
    boxes = [line for line in text.splitlines() if "[____" in line]
    assert "0.593269992" in text
    assert boxes[0].split()[0] == "4"


def test_pdf_is_the_same_each_time() -> None:
    """Another process makes the same bytes."""
    script = (
        "import sys\nfrom bpsym.options import sheet_options\nfrom bpsym.render import render\n"
        "from bpsym.spec import load\n"
        f"d = load({str(Path(__file__).parents[2] / 'examples' / 'two-by-two.toml')!r})\n"
        "sys.stdout.buffer.write(render(d, sheet_options(d), 'pdf'))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env={"PYTHONHASHSEED": "7"})
    assert done.stdout == render(example(), options(example()), "pdf")


@pytest.mark.optional_tool("pdftotext")
def test_pdf_says_what_the_sheet_says(tool: Callable[[str], str], tmp_path: Path) -> None:
    """Text can be searched in the PDF, Chinese too, and there is no character without a glyph."""
    path = tmp_path / "sheet.pdf"
    write(example(), options(example(), lang="zh"), [path])
    done = subprocess.run([tool("pdftotext"), path, "-"], capture_output=True, text=True, check=True)
    assert "前向传播" in done.stdout
    assert "0.298371109" in done.stdout
    assert "\ufffd" not in done.stdout


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("engine", ["xelatex", "lualatex"])
def test_tex_makes_pdf(engine: str, language: str, tool: Callable[[str], str], tmp_path: Path) -> None:
    """Each engine compiles each language in one run, tables and figures included."""
    tool(engine)
    for kind in ("worked", "law") if language == "zh" else ("worked", "blank"):
        path = tmp_path / f"{kind}.pdf"
        write(example(), options(example(), kind=kind, lang=language, pdf_engine=engine), [path])
        assert path.read_bytes().startswith(b"%PDF")
    assert [each.suffix for each in tmp_path.iterdir()] == [".pdf", ".pdf"]


@pytest.mark.optional_tool("xelatex")
def test_written_latex_compiles_where_it_stands(tool: Callable[[str], str], tmp_path: Path) -> None:
    """A Chinese sheet finds its font in the folder beside it; nothing is too wide, nothing needs a second run."""
    write(example("rnn"), options(example("rnn"), kind="law", lang="zh"), [tmp_path / "sheet.tex"])
    command = [tool("xelatex"), "-interaction=batchmode", "-halt-on-error", "sheet.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    log = (tmp_path / "sheet.log").read_text("utf-8", "replace")
    assert done.returncode == 0, log[-2000:]
    assert [line for line in log.splitlines() if line.startswith("Overfull") or "Rerun" in line] == []


def test_missing_engine_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the package and the way without one."""
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(EngineError, match=r"xelatex is not installed.*texlive-xetex.*Typst comes with bpsym"):
        tex_pdf("xelatex", "", {})


@pytest.mark.optional_tool("xelatex")
def test_tex_stops(tool: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop is stopped after the time there is, an error is quoted, and no command of the shell runs."""
    assert tool("xelatex")
    monkeypatch.setattr("bpsym.render.engines.TEX_SECONDS", 2)
    with pytest.raises(EngineError, match="stopped after 2 seconds"):
        tex_pdf("xelatex", r"\def\x{\x}\x", {})
    with pytest.raises(EngineError, match="Undefined control sequence"):
        tex_pdf("xelatex", r"\documentclass{article}\begin{document}\nothing\end{document}", {})
    with pytest.raises(EngineError, match="failed"):
        tex_pdf(
            "xelatex",
            r"\documentclass{article}\begin{document}\immediate\write18{echo x > y}\input{y}\end{document}",
            {},
        )


def test_title_in_another_script() -> None:
    """A Chinese title of an English sheet gets the Chinese font in LaTeX and stays readable in Typst."""
    description = titled("反向传播")
    assert "BpsymHan" in render(description, options(description, lang="en"), "latex").decode()
    assert "BpsymHan" not in sheet("two-by-two", "latex")


@pytest.mark.parametrize("name", EXAMPLES)
def test_displays_of_markdown_are_short_enough_for_mathjax(name: str) -> None:
    """GitHub's MathJax refuses a formula of more than 5 kB, so long groups of lines are several displays."""
    for kind in ("worked", "blank", "numbered"):
        text = render(example(name), options(example(name), kind=kind), "markdown").decode()
        assert max(map(len, re.findall(r"```math\n(.*?)```", text, re.DOTALL))) < 5 * 1024
