"""Reading: a file in, its written mathematics out.

Every format becomes text with places (`Source`) and goes through the same scan; only HTML and notebooks have to be
taken out of their wrapping first.

text
    `decode`, `html`, `notebook`; `style`: what holds for all of a document, its `macros` among it.
scan
    `scan` finds the `regions` and reads what is between them as lines of `prose`; `listings` (`code`, `session`,
    `rewritten`), `tables`, matrices that are `drawn`, what was `scraped` badly; `unwrap` takes off what stands in the
    way. `found` is what comes of it.
statements
    Of what the grammar makes of the formulas, some say more: below `headings`, in the `rows` of a table (`joined`,
    `listed`, `nodes`, `units`), in `pieces`, as `factors` or as a function `called`, of `iterations`, of the `nearest`
    function.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.errors import BpsymError
from bpsym.verify import limits
from bpsym.verify.constants import with_own_letters
from bpsym.verify.effort import bounded
from bpsym.verify.grammar.statements import statements
from bpsym.verify.read import html, notebook
from bpsym.verify.read.called import with_calls
from bpsym.verify.read.decode import decode
from bpsym.verify.read.factors import with_factors
from bpsym.verify.read.found import Found
from bpsym.verify.read.headings import with_headings
from bpsym.verify.read.iterations import with_iterations
from bpsym.verify.read.nearest import with_nearest
from bpsym.verify.read.pieces import with_pieces
from bpsym.verify.read.rows import with_rows
from bpsym.verify.read.scan import code_block, scan
from bpsym.verify.read.style import Style, style
from bpsym.verify.source import Source, joined, whole
from bpsym.verify.tree import Document, Span, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def read(source: Path | str | bytes, name: str | None = None) -> Document:
    """Everything a document states, with places.

    `source` is a path or a file's bytes; `name` is what to call it.  Raises BpsymError if there is no such file or it
    is no text; what cannot be understood in a text is listed in `Document.unreadable`.
    """
    if isinstance(source, bytes):
        data, name = source, name or "document"
    else:
        path = Path(source)
        name = name or str(source)
        try:
            if path.stat().st_size > limits.FILE_BYTES:
                raise BpsymError(f"{name}: longer than the {limits.FILE_BYTES} bytes that are read")
            data = path.read_bytes()
        except OSError as error:
            raise BpsymError(f"{name}: {error.strerror or error}") from None
    text, encoding = decode(data, name)
    return read_text(text, name, encoding)


def read_text(text: str, name: str = "document", encoding: str = "utf-8") -> Document:
    """Likewise for text already decoded."""
    unreadable: list[Unreadable] = []
    origin = whole(text)
    if len(text) > limits.TEXT_CHARACTERS:
        origin = _without_pictures(origin)
    if len(origin) > limits.TEXT_CHARACTERS:
        rest = Span(origin.starts[limits.TEXT_CHARACTERS], len(text))
        unreadable.append(Unreadable(rest, "the document is too long; the rest was not read"))
        origin = origin[: limits.TEXT_CHARACTERS]
    with bounded(limits.SCANNED) as scanned:
        found = _found(origin, name)
    with bounded(limits.STATED) as stated:
        chains, more = statements(found.formulas, text)
    chains = with_factors(with_pieces(with_rows(with_headings(chains), found.tables), text))
    chains = with_nearest(with_iterations(with_calls(chains, text)), text)
    unreadable = sorted([*found.unreadable, *more, *unreadable], key=lambda place: place.span)[: limits.WARNINGS]
    return Document(
        name,
        text,
        encoding,
        tuple(with_own_letters(chains)),
        tuple(unreadable),
        tuple(found.prose),
        tuple(found.calls),
        tuple(found.tables),
        scanned.spent + stated.spent + limits.CHARACTER * len(origin),
    )


# in base64, in a string or behind `base64,`, and how a drawing begins that TeX makes
_PICTURE = re.compile(
    r"""(?<=[",])(?:[A-Za-z0-9+/=]|\\n){1000,}+|\\begin\{(?P<drawn>tikzpicture|pgfpicture|picture)\}"""
)
_COMMENT = re.compile(r"(?<!\\)%[^\r\n]*")
# a line that goes on below, set in and begun with a sign
_CONTINUED = re.compile(r"(?<=[^\s])[ \t]*\r?\n[ \t]{6,}(?=(?:[=≈+*·×/]|-(?=[ \t]))[ \t])")
# `5\*5`, so that Markdown sees no emphasis
_ESCAPED = re.compile(r"(?:(?<=[\w)\]])|(?<=[\w)\]][ \t]))\\\*(?=[ \t]?[\w(-])")
# `w_1: 0.4 → 0.36`, `c: 0.4 → 0.4 - 0.1·0.4`: what stands before the colon is what moves
_PARAMETER = r"(?:[wWbBvVuUθ]|bias)(?:_?[a-z]?\d{1,2}|_\{\w{1,4}\})?"
_STEPPED = r"[A-Za-z](?:_?\d)?(?=[^>➔→➜\n]{1,40}[>➔→➜][^=\n]{0,60}\d[ \t]*[-−+])"  # with a sum behind it
_MOVES = re.compile(
    rf"^(?P<name>[ \t>*-]*(?:{_PARAMETER}|{_STEPPED}))"
    r"(?P<old>[ \t]*:[ \t]*[-−]?\d+(?:\.\d+)?)(?=[ \t]*(?:->|→|➜|➔)[ \t]*[-−(]?\d)",
    re.MULTILINE,
)
_HEADING = re.compile(r"^#{1,6}[ \t]+(\S.*?)[ \t]*#*[ \t]*\r?$", re.MULTILINE)
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u00ad\u202a\u202b\u202c\u202d\u202e")


def _without_pictures(origin: Source) -> Source:
    """The beginning of a document without the pictures that lie in it, as long as a document may be."""
    kept: list[Source] = []
    left, position = limits.TEXT_CHARACTERS + 1, 0
    for start, end in _pictures(origin.text):
        kept.append(origin[position : min(start, position + left)])
        left, position = left - len(kept[-1]), end
        if left == 0:
            break
    return joined([*kept, origin[position : position + left]])


def _pictures(text: str) -> Iterator[tuple[int, int]]:
    """Where pictures stand in a text, one behind the other."""
    position = misses = 0
    for match in _PICTURE.finditer(text):
        start, end = match.span()
        if match["drawn"] is not None and start >= position:
            closing = f"\\end{{{match['drawn']}}}"
            end = -1 if misses > limits.SEARCHES else text.find(closing, end, end + limits.DRAWING_CHARACTERS)
            misses += end < 0
            end += len(closing) if end >= 0 else 0
        if start >= position and end >= 0:
            yield start, end
            position = end


def _on_one_line(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _moving(match: re.Match[str]) -> str:
    return match["name"] + " " * len(match["old"])


def _visible(origin: Source) -> Source:
    """Without the characters nobody sees, which may stand in the middle of a number."""
    if not _INVISIBLE & set(origin.text):
        return origin
    kept = [position for position, character in enumerate(origin.text) if character not in _INVISIBLE]
    return Source("".join(origin.text[position] for position in kept), kept, [position + 1 for position in kept])


def _found(origin: Source, name: str) -> Found:
    origin = _visible(origin)
    if name.endswith((".tex", ".ltx", ".sty")) or "\\begin{document}" in origin.text:
        origin = Source(_COMMENT.sub(lambda match: " " * len(match.group()), origin.text), origin.starts, origin.ends)
    how = style(origin.text)
    if notebook.is_notebook(origin.text, name):
        return _joined(_under_headings(_cells(origin, how)))
    if html.is_html(origin.text, name):
        origin = html.markdown(origin)
        return scan(origin, style(origin.text))  # of what a reader sees: sizes in points are no numbers of it
    plain = _MOVES.sub(_moving, _CONTINUED.sub(_on_one_line, _ESCAPED.sub("* ", origin.text)))
    origin = Source(plain, origin.starts, origin.ends)
    if "<sub>" in origin.text or "<sup>" in origin.text or "&" in origin.text:
        origin = html.inline(origin)
    return scan(origin, how)


def _cells(origin: Source, how: Style) -> Iterator[tuple[str, Found]]:
    """What each cell of a notebook says, and the last heading in it."""
    for kind, part in notebook.cells(origin):
        heads = [] if kind else _HEADING.findall(part.text)
        yield heads[-1] if heads else "", code_block(part, how) if kind == "code" else scan(part, how, kind)


def _under_headings(parts: Iterable[tuple[str, Found]]) -> Iterator[Found]:
    """Cells without a heading stand below the last one."""
    heading = ""
    for last, found in parts:
        for place, formula in enumerate(found.formulas):
            if not formula.context.heading:
                found.formulas[place] = replace(formula, context=replace(formula.context, heading=heading))
        heading = last or heading
        yield found


def _joined(parts: Iterable[Found]) -> Found:
    out = Found()
    for part in parts:
        for slot in Found.__struct_fields__:
            getattr(out, slot).extend(getattr(part, slot))
    return out
