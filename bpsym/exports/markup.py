"""Text as HTML with `\\(LaTeX\\)`, the form Moodle and Canvas show, and back.

Plain text keeps its meaning: a backslash or a dollar sign in it stands in a <span> of its own, where no maths filter
looks for delimiters, and a brace is an entity, so that no cloze begins in it.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from bpsym.errors import BpsymError
from bpsym.exports.model import Maths, Plain, Text

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "{": "&#123;", "}": "&#125;", "\n": "<br>"}
_FENCED = {"\\": "<span>&#92;</span>", "$": "<span>$</span>"}
_PLAIN = str.maketrans(_ENTITIES | _FENCED)
_CLOZE_START = re.compile(r"\{(?=#|[0-9]*:)")
_MATHS = re.compile(r"\\\((.*?)\\\)", re.DOTALL)


def to_html(text: Text) -> str:
    """`text` as an HTML fragment."""
    return "".join(
        run.text.translate(_PLAIN)
        if isinstance(run, Plain)
        else rf"\({_CLOZE_START.sub('&#123;', html.escape(run.latex))}\)"
        for run in text.runs
    )


class _Fragment(HTMLParser):
    """Collects runs; text directly in the fragment may hold maths, text in a <span> may not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.runs: list[Plain | Maths] = []
        self.rule = ""
        self.fenced = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.runs.append(Plain("\n"))
        self.fenced += tag == "span"
        self.rule = dict(attrs).get("data-rule") or self.rule

    def handle_endtag(self, tag: str) -> None:
        self.fenced -= tag == "span"

    def handle_data(self, data: str) -> None:
        if self.fenced:
            self.runs.append(Plain(data))
            return
        for index, piece in enumerate(_MATHS.split(data)):
            self.runs.append(Maths(piece) if index % 2 else Plain(piece))


def from_html(fragment: str) -> tuple[Text, str]:
    """The text of a fragment that `to_html` wrote or a person edited, and the mistake rule noted in it, or ""."""
    if "\x00" in fragment:
        raise BpsymError("an HTML fragment holds a null character")
    parser = _Fragment()
    parser.feed(fragment)
    parser.close()
    return Text(tuple(parser.runs)), parser.rule


def feedback_html(feedback: Text, rule: str) -> str:
    """Feedback that remembers which mistake rule it speaks of."""
    return f'<div data-rule="{html.escape(rule)}">{to_html(feedback)}</div>'


_MARKDOWN = re.compile(r"[\\`*_{}\[\]#|~$!+-]|(?m:(?<=^[0-9])[.)])")


def to_markdown(text: Text) -> str:
    """`text` as Markdown with `$LaTeX$`, as Jupyter shows it; a newline starts a paragraph."""
    return "".join(
        _MARKDOWN.sub(r"\\\g<0>", html.escape(run.text, quote=False)).replace("\n", "\n\n")
        if isinstance(run, Plain)
        else f"${run.latex}$"
        for run in text.runs
    )
