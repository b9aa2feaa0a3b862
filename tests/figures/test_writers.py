"""The three writers: the same picture, everything escaped, compiled by the real programs."""

import subprocess
from collections.abc import Callable
from pathlib import Path as File

import pytest
import typst
from defusedxml import ElementTree

from bpsym.figures import (
    Drawing,
    Edge,
    Label,
    Layer,
    Run,
    Unit,
    fitted,
    loss_drawing,
    network_drawing,
    to_svg,
    to_tikz,
    to_typst,
)
from bpsym.figures.layout import SCRIPT, Circle, Path, Rect, Text, label_width, text_width
from bpsym.figures.style import COLOURS, STYLES
from bpsym.fonts import font_directory
from figures.samples import convolution, dense, symbol, unrolled, with_loops
from goldens import Goldens

HOSTILE = '\\input{x} $#_^~&% "\'<b>]]>&amp;\u0000\n ${}$ #read("x") \\u{41} */ // −× 熵'
SVG = "{http://www.w3.org/2000/svg}"


def hostile() -> Drawing:
    """Return a drawing whose every text is full of signs that mean something to a format."""
    label = Label(HOSTILE)
    layers = [Layer(HOSTILE, (Unit("a", label, HOSTILE, label),)), Layer(HOSTILE, (Unit("b", label, HOSTILE, label),))]
    return network_drawing(layers, [Edge("a", "b", label, HOSTILE)], title=HOSTILE, description=HOSTILE)


def pictures() -> dict[str, Drawing]:
    """Return a drawing of each kind."""
    networks = {
        "two-by-two": dense(2, 2, 2, unit_value="0.593269992"),
        "error-path": dense(2, 2, 2, unit_value="0.59", path=frozenset({1, 5, 7})),
        "elided": dense(20, 9, 10, unit_value="", edge_value=""),
        "pills": dense(2, 2, unit_value="-0.593269992751"),
        "recurrent": unrolled(3),
        "convolution": convolution(6, 3),
        "loops": with_loops(),
    }
    drawings = {name: network_drawing(*parts, title=name, description="its layers") for name, parts in networks.items()}
    run = [(step, 0.3 / (step + 1), "0.30") for step in (0, 1, 10, 100, 1000)]
    steps, error = Label("训练步数"), symbol("E", "total")
    drawings["loss"] = loss_drawing(run, title="loss", description="falls", step_label=steps, loss_label=error)
    return drawings


@pytest.mark.parametrize("kind", ["svg", "tikz", "typ"])
@pytest.mark.parametrize("name", ["error-path", "loss"])
def test_goldens(name: str, kind: str, golden: Goldens) -> None:
    """The pictures a person has looked at come out byte for byte."""
    write = {"svg": to_svg, "tikz": to_tikz, "typ": to_typst}[kind]
    golden(f"figures/{name}.{kind}", write(pictures()[name]))


def test_svg_holds_every_shape_once() -> None:
    """Each shape is one element, and what is written reads as the drawing's own labels."""
    for name, drawing in pictures().items():
        root = ElementTree.fromstring(to_svg(drawing))
        for kind, tag in ((Circle, "circle"), (Rect, "rect"), (Path, "path"), (Text, "text")):
            assert len(root.findall(f".//{SVG}{tag}")) == sum(isinstance(shape, kind) for shape in drawing.shapes), name
        written = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
        assert written == [
            "".join(run.text for label, _ in shape.parts for run in label.runs or (Run(label.plain),))
            for shape in drawing.shapes
            if isinstance(shape, Text)
        ]


def test_svg_for_readers_and_screens() -> None:
    """The picture has a name and a description, scales with its surroundings and takes the page's text colour."""
    root = ElementTree.fromstring(to_svg(pictures()["two-by-two"]))
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root.findtext(f"{SVG}title") == "two-by-two"
    assert root.findtext(f"{SVG}desc") == "its layers"
    assert "max-width:100%" in root.get("style", "")
    assert root.get("viewBox", "").startswith("0 0 ")
    (circle, *_) = root.findall(f".//{SVG}g[@class='unit']")
    assert circle.get("stroke") == "currentColor"
    assert "Canvas" in (root.findtext(f"{SVG}style") or ""), "the paper under labels follows the colour scheme"
    assert not [element for element in root.iter() if element.get("id")], "several figures share a page"


def test_subscripts_return_to_the_line() -> None:
    """A subscript goes down, the name after it comes up again by the same way."""
    parts = ((symbol("w", "1"), "name"), (Label("0.15"), "value"))
    drawing = Drawing(50, 20, (Text(25, 12, parts, 10),), "", "")
    spans = ElementTree.fromstring(to_svg(drawing)).findall(f".//{SVG}tspan")
    assert [span.text for span in spans] == ["w", "1", "0.15"]
    assert [span.get("dy") for span in spans] == [None, "2", "-2"]
    assert [span.get("font-size") for span in spans] == [None, "7.2", None]
    assert spans[0].get("font-style") == "italic"


def test_hostile_text_stays_text_in_svg() -> None:
    """No label can add an element: the tree has the same tags as that of a harmless figure."""
    root = ElementTree.fromstring(to_svg(hostile()))
    allowed = {"svg", "title", "desc", "style", "g", "circle", "rect", "path", "text", "tspan"}
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= allowed
    assert root.findtext(f"{SVG}title") == HOSTILE.replace("\u0000\n", "  ")


def compile_typst(folder: File, source: str) -> bytes:
    """Return the PDF of a Typst document set in no fonts but Typst's and ours."""
    (folder / "figure.typ").write_text(source, encoding="utf-8")
    fonts = [font_directory()]
    pdf = typst.compile(folder / "figure.typ", ignore_system_fonts=True, font_paths=fonts)
    assert isinstance(pdf, bytes)
    return pdf


TYPST_PAGE = '#set page(width: auto, height: auto, margin: 1pt)\n#set text(font: ("Libertinus Serif", "Bpsym Han"))\n'


def test_typst_compiles_every_picture(tmp_path: File) -> None:
    """All kinds of pictures compile, whatever the document around them has set, each on one page of its own size."""
    settings = "#set text(size: 14pt, weight: 700)\n#set par(justify: true, leading: 2em, first-line-indent: 2em)\n"
    for name, drawing in {**pictures(), "hostile": hostile()}.items():
        pdf = compile_typst(tmp_path, TYPST_PAGE + settings + to_typst(fitted(drawing, 460)))
        assert pdf.startswith(b"%PDF"), name
        assert pdf.count(b"/MediaBox") == 1, name


@pytest.mark.optional_tool("pdftotext")
def test_hostile_text_is_printed_by_typst(tmp_path: File) -> None:
    """Every sign of a hostile label is printed as itself."""
    text = Text(150, 12, ((Label(HOSTILE), "name"),), 8)
    pdf = compile_typst(tmp_path, TYPST_PAGE + to_typst(Drawing(300, 20, (text,), "", "")))
    read = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert "".join(read.split()) == "".join(HOSTILE.replace("\u0000", " ").split())


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["xelatex", "lualatex"])
def test_tikz_compiles_every_picture(engine: str, tmp_path: File, tool: Callable[[str], str]) -> None:
    """All kinds of pictures go through LaTeX with nothing but tikz and a Chinese font, hostile text printed as text."""
    font = f"[Path={font_directory()}/,Extension=.otf]{{BpsymHan-Regular}}"
    bodies = [to_tikz(fitted(drawing, 440, 600)) for drawing in (*pictures().values(), hostile())]
    source = (
        r"\documentclass{article}\usepackage{fontspec}\usepackage{tikz}"
        rf"\setmainfont{font}\begin{{document}}" + "\n\n".join(bodies) + r"\end{document}"
    )
    (tmp_path / "figures.tex").write_text(source, encoding="utf-8")
    command = [tool(engine), "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "figures.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=300)
    log = (tmp_path / "figures.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, log[-2000:]
    assert "Missing character" not in log
    assert "Font shape" not in log, "no font is asked for at a size it doesn't have"


@pytest.mark.parametrize("font", ["Libertinus Serif", "New Computer Modern"])
def test_widths_are_not_underestimated(font: str, tmp_path: File) -> None:
    """What Typst measures is never wider than what the layout reckons with, margin included, and rarely half of it."""
    labels = [
        symbol("w", "128"),
        symbol("δ", "o1"),
        symbol("E", "total"),
        Label("0.593269992", "0.593269992", "0.593269992"),
        Label("−12.0305", "-12.0305", "-12.0305"),
        Label("Hidden layer"),
        Label("MMWW mmww @%"),
        Label("隐藏层（第二步）"),
    ]
    for label in labels:
        content = f"${label.typst}$" if label.typst else f'"{label.plain}"'
        source = (
            f'#set text(font: ("{font}", "Bpsym Han"), size: 10pt)\n'
            f"#context [#metadata(measure({content}).width.pt()) <width>]"
        )
        (tmp_path / "width.typ").write_text(source, encoding="utf-8")
        found = typst.query(
            tmp_path / "width.typ", "<width>", field="value", one=True, ignore_system_fonts=True,
            font_paths=[font_directory()],
        )  # fmt: skip
        assert float(found) <= label_width(label, 10) + 0.5, label.plain
        assert float(found) >= 0.5 * label_width(label, 10), label.plain


def test_width_of_scripts() -> None:
    """A subscript counts at its own size."""
    assert label_width(symbol("w", "12"), 10) == text_width("w", 10) + text_width("12", 10 * SCRIPT)


def test_fitted_scales_everything() -> None:
    """Scaling to half the width halves places, sizes and text; a drawing that fits is left alone."""
    drawing = pictures()["pills"]
    half = fitted(drawing, drawing.width / 2)
    assert half.height == pytest.approx(drawing.height / 2)
    for small, large in zip(half.shapes, drawing.shapes, strict=True):
        assert type(small) is type(large)
        if isinstance(small, Text) and isinstance(large, Text):
            assert (small.x, small.y, small.size) == pytest.approx((large.x / 2, large.y / 2, large.size / 2))
    assert fitted(drawing, 1000, 1000) == drawing


def contrast(colour: str, paper: float) -> float:
    """Return WCAG's contrast ratio between a colour RRGGBB and a grey of the given relative luminance."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return (max(light, paper) + 0.05) / (min(light, paper) + 0.05)


def test_text_has_contrast() -> None:
    """Text is dark enough on white paper: 4.5 to 1 as WCAG asks of small text, the bold path's vermilion 3.8 to 1."""
    for role in ("name", "value", "caption", "name-faded", "value-faded"):
        assert contrast(COLOURS[STYLES[role].fill].printed, 1.0) >= 4.5, role
    assert contrast(COLOURS["vermilion"].printed, 1.0) >= 3.8
