"""From a sheet to a document: the leaves of a format, the kind's template, the page around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jinja2 import TemplateError
from msgspec import Struct

from bpsym.render.environment import GLUE, environment, problem
from bpsym.render.writer import Writer, markup

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bpsym.render.formats import Format
    from bpsym.sheet.build import Sheet

_GLUE = re.compile(rf"\s*{re.escape(GLUE)}\s*")
_BLANK_LINES = re.compile(r"\n{3,}")
_LINE_ENDS = re.compile(r"[ \t]+\n")


class Document(Struct, frozen=True):
    """A document's source and the files it refers to, by name."""

    source: str
    files: Mapping[str, bytes]


def document(sheet: Sheet, format: Format, *, beside: str = "", users: Path | None = None) -> Document:  # noqa: A002  (the field's word)
    """The sheet in a format, as text; `beside` is how the document addresses its files, `users` a folder of templates.

    TemplateProblem: a template that breaks off, with its file and line.
    """
    writer = Writer(format, sheet.options.lang, sheet, beside)
    jinja = environment(writer, users)
    try:
        leaves = jinja.get_template(f"formats/{format.templates}.j2").make_module({"sheet": sheet})
        body = jinja.get_template(f"kinds/{sheet.kind}.j2").render(sheet=sheet, f=leaves)
        page = jinja.get_template(f"pages/{format.page or format.templates}.j2")
        title = sheet.title or writer.say("Backpropagation by hand")
        language = sheet.options.lang
        source = page.render(sheet=sheet, language=language, title=title, beside=markup(beside), body=markup(body))
    except TemplateError as error:
        raise problem(error) from None
    return Document(tidy(source), writer.files)


def tidy(source: str) -> str:
    """The text without spaces at line ends, with at most one empty line in a row and one line end at its end."""
    return _BLANK_LINES.sub("\n\n", _LINE_ENDS.sub("\n", _GLUE.sub("\n", source))).strip() + "\n"
