"""The table of formats. A format is a row here, leaves in templates/formats and a page in templates/pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bpsym.errors import BpsymError
from bpsym.printing import LATEX, PLAIN, TYPST
from bpsym.render import text
from bpsym.render.rows import Measure, width

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bpsym.figures import Drawing
    from bpsym.printing import Syntax
    from bpsym.printing.layout import Box

PAGE = Measure(row=41, width=width, indent=2, answer=8)  # a page of A4, beside the line numbers
PAGE_WIDTH = 465  # points
PHONE = Measure(row=17, width=width, indent=0, answer=6)  # a row a phone shows whole


def _characters(box: Box) -> float:
    return len(PLAIN.write(box))


TERMINAL = Measure(row=72, width=_characters, indent=4, answer=16)

# A bar would end the cell of a Markdown table.
MARKDOWN = replace(LATEX, bars=r"\left\vert %s\right\vert ")
# Names of several letters are text: latex2mathml makes one element of it instead of one for each letter.
MATHML = replace(LATEX, word=r"\text{%s}", letters={**LATEX.letters, "total": r"\text{total}"})


# What only some formats need is loaded when a document in one of them is made.


def _mathml(latex: str) -> str:
    from bpsym.render.mathml import element

    return element(latex, display=False)


def _svg(drawing: Drawing) -> str:
    from bpsym.figures import to_svg

    return to_svg(drawing)


def _tikz(drawing: Drawing) -> str:
    from bpsym.figures import fitted, to_tikz

    return to_tikz(fitted(drawing, PAGE_WIDTH))


def _typst(drawing: Drawing) -> str:
    from bpsym.figures import fitted, to_typst

    return to_typst(fitted(drawing, PAGE_WIDTH))


def _words(drawing: Drawing) -> str:
    return drawing.description


class Format(Struct, frozen=True):
    """A format: what it is called, which templates write it, and how formulas, text and figures are spelled in it."""

    name: str
    suffix: str
    about: str  # for `bpsym formats`
    templates: str  # templates/formats/<this>.j2 and, without a page of its own, templates/pages/<this>.j2
    syntax: Syntax
    inline: Callable[[str], str]  # a formula in a sentence, from its spelling in the syntax
    escape: Callable[[str], str]
    measure: Measure
    picture: Callable[[Drawing], str]
    display: tuple[str, str] = ("", "")  # what a formula on a line of its own stands between
    apart: bool = False  # formulas keep a space from their neighbours
    marks: bool = False  # a dash or number at the start of a line would begin a list
    quote: Callable[[str], str] | None = None  # for strings inside commands, where they are not escaped like text
    page: str = ""
    bare: bool = True  # numbers beside text are characters, not formulas


_TYPST = Format(
    "typst", ".typ", "Typst without packages", "typst", TYPST,
    "${}$".format, text.typst, PAGE, _typst, bare=False, marks=True, quote=text.typst_string,
)  # fmt: skip
FORMATS = (
    Format(
        "markdown", ".md", "Markdown with GitHub's mathematics; figures are SVG files beside it", "markdown", MARKDOWN,
        "$`{}`$".format, text.markdown, PAGE, _svg, ("```math", "```"), apart=True, marks=True, quote=text.notebook,
    ),
    Format(
        "latex", ".tex", "LaTeX for XeLaTeX and LuaLaTeX; figures in TikZ", "latex", LATEX,
        "${}$".format, text.latex, PAGE, _tikz, bare=False,
    ),
    _TYPST,
    replace(_TYPST, name="pdf", suffix=".pdf", about="PDF, made by Typst, or by TeX with --pdf-engine"),
    Format(
        "html", ".html", "one HTML page that needs nothing else; formulas in MathML", "html", MATHML,
        _mathml, text.html, PHONE, _svg,
    ),
    Format(
        "notebook", ".ipynb", "Jupyter notebook with cells that compute the sheet again", "notebook", MARKDOWN,
        "${}$".format, text.notebook, PAGE, _svg, ("$$", "$$"), marks=True,
    ),
    Format(
        "text", ".txt", "plain text, formulas as people type them", "text", PLAIN,
        str, text.plain, TERMINAL, _words,
    ),
)  # fmt: skip
BY_NAME = {row.name: row for row in FORMATS}
BY_SUFFIX = {row.suffix: row for row in FORMATS}

# A document shown in a notebook stands on a page that is there already.
IN_JUPYTER = {
    "markdown": replace(BY_NAME["notebook"], templates="markdown"),
    "html": replace(BY_NAME["html"], page="fragment"),
}


def format_of(path: Path) -> Format:
    """The format a file's name asks for; raises BpsymError naming those there are."""
    found = BY_SUFFIX.get(path.suffix.lower())
    if found is None:
        ending = f"{path.suffix} is no known ending" if path.suffix else "the name has no ending that tells the format"
        raise BpsymError(f"{path}: {ending}; known: {', '.join(BY_SUFFIX)}")
    return found
