"""Markdown, LaTeX and plain text: where the mathematics stands.

One pass marks the regions (displays, inline formulas, fences, code), a second goes through the lines and reads what is left
as prose, with the formulas and figures in it.  Markdown's own rules stay out of it: a formula is text to Markdown, and what
people write between dollar signs breaks most of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import unquote_plus

from bpsym.verify import limits
from bpsym.verify.grammar.statements import Formula
from bpsym.verify.lexer import Flavour
from bpsym.verify.read import code, macros, prose, scraped, tables
from bpsym.verify.source import Source, inserted, joined
from bpsym.verify.symbols import LAYOUT_ENVIRONMENTS
from bpsym.verify.tree import CodeCall, Context, Sentence, Table, Unreadable

_ENVIRONMENTS: Final = "|".join(
    re.escape(name) for name in sorted(LAYOUT_ENVIRONMENTS | {"array", "cases"}, key=len, reverse=True)
)
_TAGS: Final = "img|a|p|div|br|span|font|center|table|thead|tbody|tr|td|th|b|i|em|strong|u|h[1-6]|li|ul|ol|hr|details|summary|figure|input|code|pre"
_OPENING: Final = re.compile(
    r"(?P<front>\A---[ \t]*\r?\n.{0,4000}?\n---[ \t]*(?=\r?\n|\Z))"
    r"|(?P<definition>^[ \t]*\\(?:(?:re|provide)?newcommand|def|let|DeclareMathOperator|usepackage|documentclass)\b[^\n]*)"
    r"|(?P<fence>^[ \t>]*(?P<ticks>`{3,}|~{3,})[ \t]*(?P<language>[^\n`]*)$)"
    r"|(?P<comment><!--)"
    r"|(?P<address>https?://[^\s\"'<>]+)"
    r"|(?P<display>(?<!\\)\$\$)"
    rf"|(?P<environment>\\{{1,2}}begin\s*\{{(?P<name>{_ENVIRONMENTS})\}})"
    r"|(?P<verbatim>\\begin\{(?P<listing>verbatim|lstlisting|minted|python)\})"
    r"|(?P<bracket>\\{1,2}\[)"
    r"|(?P<round>\\{1,2}\()"
    rf"|(?P<tag></?(?:{_TAGS})(?:\s[^<>\n]*)?/?>)"
    r"|(?P<ticked>\$`)"
    r"|(?P<role>:math:`)"
    r"|(?P<directive>^[ \t]*\.\. math::[^\n]*\n(?:[ \t]*:[^\n]*\n|[ \t]*\n)*)"
    r"|(?P<heading>^[ \t]{0,3}\#{1,6}[ \t]+(?P<title>[^\n]*)|\\(?:sub)*(?:section|paragraph|chapter)\*?\{(?P<section>[^{}\n]*)\})"
    r"|(?P<dollar>(?<![\\$])\$(?!\$))"
    r"|(?P<tick>(?<!`)`(?!`))",
    re.MULTILINE | re.DOTALL,
)
_TEX_COMMAND: Final = re.compile(
    r"\\(?:frac|partial|text|sum|delta|eta|sigma|times|cdot|begin|left|dfrac|mathrm|alpha)\b|_\{"
)
_MARKER: Final = re.compile(r"[ \t>]*(?:[-*+•][ \t]+|\(?\d{1,3}[.)、][ \t]+|[（(]\d{1,2}[)）][ \t]*)?")
_EMPHASIS: Final = re.compile(r"(?<!\*)\*\*(?!\*)|(?<![\w*])\*(?=\w)|(?<=[^\s*])\*(?=\s*$)")
_MONEY: Final = re.compile(r"\d[\d.,]*\s+[A-Za-z]{2,}")
_QUOTE: Final = re.compile(r"^[ \t]*>[ \t>]?", re.MULTILINE)
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+\Z")
_JOINED: Final = 60  # lines of one matrix
_BLANK: Final = re.compile(r"\n[ \t]*\r?\n")


@dataclass(slots=True)
class Region:
    """A stretch that is not prose: what kind, from where to where with and without its delimiters."""

    kind: str  # "display", "inline", "tick", "code", "skip", "heading"
    start: int
    end: int
    first: int
    last: int
    language: str = ""


@dataclass(slots=True)
class Found:
    """What one scan collects, in reading order."""

    formulas: list[Formula] = field(default_factory=list)
    prose: list[Sentence] = field(default_factory=list)
    calls: list[CodeCall] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Style:
    """What holds for a whole document."""

    text: str
    defined: dict[str, macros.Macro] = field(default_factory=dict)
    budget: macros.Budget = field(default_factory=macros.Budget)
    decimal_comma: bool = False
    words: frozenset[str] = frozenset()
    ascii_math: bool = False

    def flavour(self, *, tex: bool = True, ascii_math: bool = False) -> Flavour:
        """The lexer's settings for a formula of it."""
        return Flavour(tex=tex, ascii_math=ascii_math, decimal_comma=self.decimal_comma, words=self.words)


def style(text: str) -> Style:
    """Look a document over once."""
    points = len(re.findall(r"\d\.\d", text))
    commas = len(re.findall(r"(?<![\d.,\[(])-?\d,\d{2,}(?![\d,.])", text))
    named = re.findall(r"(?:^|[\s$,;(&=])([A-Za-z]{2})(?=\s*(?:_\{?\w+\}?)?\s*(?::?=|＝))", text)
    return Style(
        text,
        macros.definitions(text),
        macros.Budget(),
        points == 0 and commas >= 3,  # noqa: PLR2004 - three values with a comma and none with a point settle it
        frozenset(word for word in named if word.isupper() or word in ("in", "lr")),
        bool(re.search(r"`[^`]*(?:\(del |sum_\(|_\(\w)", text)),
    )


def scan(source: Source, how: Style, kind: str = "") -> Found:
    """Everything in a stretch of Markdown, LaTeX or plain text; `kind` says "output" for what a programme printed."""
    scanner = _Scanner(source, how, kind)
    scanner.run()
    return scanner.found


class _Scanner:
    """State of one scan."""

    def __init__(self, source: Source, how: Style, kind: str) -> None:
        self.source = source
        self.text = source.text
        self.how = how
        self.kind = kind
        self.found = Found()
        self.searched = 0
        self.heading = ""
        self.before = ""
        self.cells: dict[int, tuple[str, str]] = {}

    def run(self) -> None:
        regions = list(_regions(self.text))
        self.found.tables, self.cells = tables.tables(
            self.source, regions_free(regions), self.how.text, self.how.flavour()
        )
        position = 0
        line_regions: list[Region] = []
        for region in [*regions, Region("end", len(self.text), len(self.text), len(self.text), len(self.text))]:
            block = region.kind in ("display", "code", "heading", "skip", "end")
            if not block:
                line_regions.append(region)
                continue
            self.lines(position, region.start, line_regions)
            line_regions = []
            position = region.end
            self.block(region)

    def block(self, region: Region) -> None:
        """A heading, a display or a listing."""
        if len(self.found.formulas) > limits.FORMULAS:
            return
        if region.kind == "heading":
            self.heading = self.text[region.first : region.last].strip()
            self.before = ""
            self.lines(region.first, region.last, [])
        elif region.kind == "display":
            after = self.text[region.end : region.end + 200].split("\n", 1)[0]
            self.formula(region, "display", after=after)
        elif region.kind == "code":
            self.code(region)

    # --- formulas ----------------------------------------------------------------------------------------------

    def formula(
        self, region: Region, kind: str, *, after: str = "", alone: bool = True, before: str | None = None
    ) -> None:
        part = self.source[region.first : region.last]
        if kind == "display":
            part = _unquoted(part)
        if self.how.defined:
            part = macros.expand(part, self.how.defined, self.how.budget)
        if region.language == "percent":
            part = decoded(part)
        row, column = self.cells.get(region.start, ("", ""))
        context = Context(
            "cell" if column or row else kind,
            self.heading,
            (self.before if before is None else before).strip()[-300:],
            after.strip()[:200],
            row,
            column,
        )
        ticked = region.kind == "tick" or region.language == "ascii"
        flavour = self.how.flavour(
            tex=not ticked, ascii_math=ticked and (self.how.ascii_math or region.language == "ascii")
        )
        self.found.formulas.append(
            Formula(part, context, flavour, alone, guessed=region.kind == "tick" and not self.how.ascii_math)
        )

    def code(self, region: Region) -> None:
        part = self.source[region.first : region.last]
        language = region.language.strip("{} .").lower().split(" ", 1)[0]
        if language in ("mermaid", "dot", "svg", "html", "css", "bash", "sh", "console"):
            return
        if language in ("math", "latex", "tex", "katex"):
            self.formula(region, "display")
            return
        if language in ("asciimath", "am"):
            self.formula(replace(region, language="ascii"), "display")
            return
        self.found.calls.extend(code.calls(part))
        programme = language not in ("", "text", "txt", "plain", "none", "markdown", "md") or code.is_programme(
            part.text
        )
        position = 0
        for _, line in _logical_lines(_LINE.findall(part.text), frozenset()):
            piece = part[position : position + len(line)]
            position += len(line)
            self.code_line(piece, programme=programme)

    def code_line(self, line: Source, *, programme: bool) -> None:
        stripped = line.stripped()
        if not len(stripped) or len(stripped) > limits.LINE_CHARACTERS:
            return
        context = Context("code", self.heading, self.before[-300:])
        if programme:
            match = re.match(r"[A-Za-z_]\w*\s*=\s*(?:np\.array\()?[\[\d.(-][\[\](),.\d\seE+-]*$", stripped.text)
            if match and "(" not in match.group().replace("np.array(", ""):
                flavour = Flavour(tex=False, code=True)
                self.found.formulas.append(Formula(stripped, context, flavour, alone=False, guessed=True))
            return
        if "\\" in stripped.text and _TEX_COMMAND.search(stripped.text):
            self.found.formulas.append(Formula(stripped, context, self.how.flavour()))
            return
        pieces = list(_code_formulas(stripped, self.how))
        for piece in pieces:
            self.found.formulas.append(Formula(piece, context, self.how.flavour(tex=False), guessed=True))
        if not pieces:
            self.found.prose.extend(prose.sentences(stripped, self.how.text))

    # --- prose -------------------------------------------------------------------------------------------------

    def lines(self, start: int, end: int, regions: list[Region]) -> None:
        """The lines between two blocks, with the inline formulas in them."""
        if start >= end:
            return
        stretch = self.text[start:end]
        raw = _LINE.findall(stretch)
        letters, sources = scraped.columns(raw)
        lines = list(_logical_lines(raw, letters | sources))
        waiting = list(regions)
        following = done = start
        for number, line in lines:
            if len(self.found.formulas) > limits.FORMULAS:
                return
            position, following = max(following, done), following + len(line)
            if following <= done:  # a formula that began above reaches over this line
                continue
            stop = following
            here: list[Region] = []
            while waiting and waiting[0].start < stop:
                here.append(waiting.pop(0))
                if here[-1].end > stop:
                    newline = self.text.find("\n", here[-1].end)
                    stop = done = end if newline < 0 or newline > end else newline + 1
            if number in letters and number not in sources and not here:
                continue
            if number in sources:
                self.formula(Region("inline", position, stop, position, stop), "inline", alone=False)
            elif stop - position <= limits.LINE_CHARACTERS:
                self.line(position, stop, here)
            else:
                self.found.unreadable.append(
                    Unreadable(self.source.span(position, stop), "a line too long to be searched for formulas")
                )

    def line(self, start: int, stop: int, regions: list[Region]) -> None:
        text = self.text
        marker = _MARKER.match(text, start, stop)
        first = marker.end() if marker and not text[start:stop].lstrip().startswith(("- ", "-\t")) or marker else start
        if not regions and self.whole_line(first, stop):
            return
        position = first
        alone = "".join(_outside(text, first, stop, regions)).strip(" \t\r\n.,;，。：:|") == ""
        covered = 0
        for region in regions:
            covered += self.plain(position, region.start)
            if region.kind == "tag":
                position = max(position, region.end)
                continue
            after = text[region.end : max(stop, region.end)].split("\n", 1)[0]
            said = text[first : region.start]
            kind = "inline"
            self.formula(self.widened(region, stop), kind, after=after, alone=alone, before=said or self.before)
            position = max(position, region.end)
        covered += self.plain(position, stop)
        if text[first:stop].strip():
            line = self.source[first : max(stop, regions[-1].end if regions else stop)]
            whole = covered > 0.8 * len(text[first:stop].strip()) or (
                alone and any(region.kind != "tag" for region in regions)
            )
            if not whole and len(self.found.prose) < limits.FIGURES:
                self.found.prose.extend(prose.sentences(line, self.how.text))
            if "(" in line.text:
                self.found.calls.extend(code.calls(line))
            self.before = text[first:stop].strip()

    def widened(self, region: Region, stop: int) -> Region:
        """`$i_1$ = 0.05` is one formula."""
        if region.kind == "tick":
            line = self.text.rfind("\n", 0, region.start) + 1
            named = re.search(r"(?<![\w.])[A-Za-z_]\w{0,30}\s*(?::?=|≈)\s*$", self.text[line : region.start])
            return replace(region, first=line + named.start()) if named else region
        if region.kind != "inline":
            return region
        more = re.compile(r"\s*(?:=|≈|＝)\s*-?\d[\d.]*\d(?!\w)").match(self.text, region.end, stop)
        return replace(region, end=more.end(), last=more.end()) if more else region

    def whole_line(self, start: int, stop: int) -> bool:
        """A line that is LaTeX without its dollar signs, or a formula twice; true if it was taken."""
        line = self.text[start:stop].rstrip()
        body = line.strip()
        if not body:
            return False
        twice = scraped.doubled(body)
        if twice > 0:
            first = start + line.index(body) + twice
            self.formula(Region("inline", start, stop, first, start + len(line)), "inline")
            return True
        if (
            _TEX_COMMAND.search(body)
            and "\\" in body
            and not re.search(r"[A-Za-z]{3,}\s+[A-Za-z]{3,}\s+[A-Za-z]{3,}\s", re.sub(r"\\[A-Za-z]+", "", body))
        ):
            region = Region("inline", start, start + len(line), start, start + len(line))
            self.formula(region, "inline")
            return True
        return False

    def plain(self, start: int, stop: int) -> int:
        """Formulas written in plain text; returns how many characters they take."""
        if stop - start < 3 or self.searched > limits.PROSE_CHARACTERS:  # noqa: PLR2004 - a name, a relation and a value
            return 0
        self.searched += stop - start
        covered = 0
        piece = self.source[start:stop]
        if "**" in piece.text or "*" in piece.text:
            piece = Source(_EMPHASIS.sub(lambda match: " " * len(match.group()), piece.text), piece.starts, piece.ends)
        alone = piece.text.strip() == self.text[start:stop].strip()
        row, column = "", ""
        for part in prose.formulas(piece, self.how.words, decimal_comma=self.how.decimal_comma):
            kind = self.kind or ("output" if self.text[start:stop].lstrip().startswith(("OUT", ">>>")) else "prose")
            said = piece.text[: max(0, part.starts[0] - piece.starts[0])]
            context = Context(kind, self.heading, said.strip()[-300:] or self.before[-300:], "", row, column)
            lone = alone and part.text.strip() == piece.text.strip(" \t\r\n.。,，;")
            self.found.formulas.append(Formula(part, context, self.how.flavour(tex=False), lone, guessed=True))
            covered += len(part)
        return covered


def regions_free(regions: list[Region]) -> list[tuple[int, int]]:
    """Blocks a table cannot stand in."""
    return [(region.start, region.end) for region in regions if region.kind in ("display", "code", "skip")]


def _outside(text: str, start: int, stop: int, regions: list[Region]) -> Iterator[str]:
    for region in regions:
        yield text[start : region.start]
        start = max(start, region.end)
    yield text[start:stop]


def _regions(text: str) -> Iterator[Region]:
    """Every region, in order; a delimiter without its partner is text."""
    position = 0
    misses: Counter[str] = Counter()
    search = _OPENING.search
    while True:
        match = search(text, position)
        if match is None:
            return
        region = _region(text, match, misses)
        if region is None:
            position = match.end() if match.end() > match.start() else match.start() + 1
            continue
        yield region
        position = max(region.end, match.start() + 1)


def _region(text: str, match: re.Match[str], misses: Counter[str]) -> Region | None:
    kind, start, first = match.lastgroup, match.start(), match.end()
    if match.group("front") or match.group("definition"):
        return Region("skip", start, first, start, first)
    if match.group("fence"):
        close = re.compile(
            rf"^[ \t>]*{match.group('ticks')[0]}{{{len(match.group('ticks'))},}}[ \t]*\r?$", re.MULTILINE
        ).search(text, first)
        last, end = (close.start(), close.end()) if close else (len(text), len(text))
        return Region("code", start, end, min(first + 1, last), last, match.group("language"))
    if match.group("comment"):
        return _until(text, start, first, "-->", "skip", 20_000, misses)
    if match.group("tag"):
        return Region("tag", start, first, start, first)
    if match.group("address"):
        return _address(text, start, first)
    if match.group("display"):
        return _until(text, start, first, "$$", "display", limits.FORMULA_CHARACTERS, misses)
    if match.group("environment"):
        end = _environment_end(text, match) if misses["begin"] <= limits.SEARCHES else 0
        misses["begin"] += not end
        return Region("display", start, end, start, end) if end else None
    if match.group("verbatim"):
        return _until(text, start, first, f"\\end{{{match.group('listing')}}}", "code", 100_000, misses)
    if match.group("bracket") or match.group("round"):
        opening = match.group("bracket") or match.group("round")
        if (
            match.group("bracket")
            and len(opening) == 3
            and re.match(r"-?[\d.]+\s*(?:pt|em|ex|mm|cm)\]", text[first : first + 12])
        ):  # noqa: PLR2004
            return None
        closing = opening[:-1] + ("]" if opening.endswith("[") else ")")
        display = "display" if opening.endswith("[") else "inline"
        region = _until(
            text, start, first, closing, display, limits.FORMULA_CHARACTERS if display == "display" else 2_000, misses
        )
        return region if region is not None and _bracketed(text, region) else None
    if match.group("ticked"):
        return _until(text, start, first, "`$", "inline", 2_000, misses)
    if match.group("role"):
        return _until(text, start, first, "`", "inline", 2_000, misses)
    if match.group("directive"):
        return _directive(text, match)
    if match.group("heading"):
        name = "title" if match.group("title") is not None else "section"
        return Region("heading", start, first, match.start(name), match.end(name))
    if kind is not None and match.group("dollar"):
        return _dollar(text, start)
    return _tick(text, start)


def _bracketed(text: str, region: Region) -> bool:
    """Do `\\( … \\)` or `\\[ … \\]` hold a formula?  Markdown escapes brackets the same way."""
    inside = text[region.first : region.last]
    if region.kind == "inline" and (_BLANK.search(inside) or "$$" in inside or "\\(" in inside):
        return False
    return (
        bool(re.search(r"[=\\^_+<>\d]|^\s*[A-Za-z]\s*$", inside))
        and text[max(0, region.start - 1) : region.start] != "["
    )


def _address(text: str, start: int, end: int) -> Region | None:
    """An address whose query is LaTeX: images drawn by a service."""
    if text[max(0, start - 2) : start] == "](":
        closed = re.compile(r"\)(?=[!,.;)\[]|$)").search(text, start, end)
        end = closed.start() if closed else end
    match = re.compile(r"[^?]{0,120}(?:codecogs|latex|math|equation|tex)[^?]{0,120}\?").match(text, start, end)
    if match is None:
        return Region("tag", start, end, start, end)
    named = re.compile(r"[^\s]*?(?:latex|tex|eq|math)=([^&]*)").match(text, match.end(), end)
    first, last = named.span(1) if named else (match.end(), end)
    return Region("inline", _image_start(text, start), end, first, last, "percent")


def _image_start(text: str, start: int) -> int:
    """Where `![the same formula again](` before an address begins."""
    if text[max(0, start - 2) : start] != "](":
        return start
    mark = text.rfind("![", max(0, start - 2_000), start)
    return mark if mark >= 0 and "\n" not in text[mark:start] else start


def _until(
    text: str, start: int, first: int, closing: str, kind: str, reach: int, misses: Counter[str]
) -> Region | None:
    if misses[closing] > limits.SEARCHES:
        return None
    last = text.find(closing, first, first + reach)
    if last < 0:
        misses[closing] += 1
        return None
    return Region(kind, start, last + len(closing), first, last)


def _environment_end(text: str, match: re.Match[str]) -> int:
    """Behind the \\end that belongs to this \\begin, 0 if there is none in reach."""
    name = re.escape(match.group("name"))
    depth = 0
    for found in re.compile(rf"\\(begin|end)\s*\{{{name}\}}").finditer(
        text, match.start(), match.start() + limits.FORMULA_CHARACTERS
    ):
        depth += 1 if found.group(1) == "begin" else -1
        if depth == 0:
            return found.end()
    return 0


def _directive(text: str, match: re.Match[str]) -> Region:
    """reStructuredText: `.. math:: a = b`, or the indented block below."""
    line = match.group().split("::", 1)[1].split("\n", 1)[0]
    if line.strip():
        first = match.start() + match.group().index("::") + 2
        return Region("display", match.start(), first + len(line), first, first + len(line))
    end = match.end()
    for found in re.compile(r"(?:[ \t]+[^\n]*\n?|[ \t]*\n)").finditer(text, end):
        if found.start() != end:
            break
        end = found.end()
    return Region("display", match.start(), end, match.end(), end)


def _dollar(text: str, start: int) -> Region | None:
    """`$…$`: closed within its paragraph, and no amount of money."""
    last = start + 1
    while True:
        last = text.find("$", last, start + 3_000)
        if last < 0:
            return None
        if text[last - 1] != "\\":
            break
        last += 1
    inside = text[start + 1 : last]
    if not inside.strip() or _BLANK.search(inside) or (_MONEY.match(inside) and not re.search(r"[=\\_^]", inside)):
        return None
    return Region("inline", start, last + 1, start + 1, last)


def _tick(text: str, start: int) -> Region | None:
    last = text.find("`", start + 1, start + 6_000)
    if last < 0 or _BLANK.search(text[start + 1 : last]):
        return None
    return Region("tick", start, last + 1, start + 1, last)


def _unquoted(part: Source) -> Source:
    """A display inside a block quote without the `>` before each line."""
    lines = [line for line in part.text.splitlines()[1:] if line.strip()]
    if not lines or not all(line.lstrip().startswith(">") for line in lines):
        return part
    kept: list[Source] = []
    position = 0
    for match in _QUOTE.finditer(part.text):
        kept.append(part[position : match.start()])
        position = match.end()
    return joined([*kept, part[position:]])


def decoded(part: Source) -> Source:
    """Percent signs, `+` and HTML entities of an address taken back, places kept."""
    kept: list[Source] = []
    position = 0
    for match in re.finditer(r"(?:%[0-9A-Fa-f]{2})+|&plus;|&space;|&amp;|\+", part.text):
        kept.append(part[position : match.start()])
        written = match.group()
        plain = {"&plus;": "+", "&space;": " ", "&amp;": "&", "+": " "}.get(written) or unquote_plus(
            written, errors="replace"
        )
        kept.append(inserted(plain, part.span(match.start(), match.end())))
        position = match.end()
    return joined([*kept, part[position:]])


def _code_formulas(line: Source, how: Style) -> Iterator[Source]:
    """A line of formulas in a fence: the whole of it, less an arrow in front."""
    if len(re.findall(r"[A-Za-z]{4,}", line.text)) <= 1 + line.text.count("=") and "=" in line.text:
        arrow = re.match(r"(?:=>|->|→|⇒|>|-|\*)\s*", line.text)
        comment = re.search(r"\s(?:#|//)\s", line.text)
        yield line[arrow.end() if arrow else 0 : comment.start() if comment else len(line)]
    else:
        yield from prose.formulas(line, how.words, decimal_comma=how.decimal_comma)


def _logical_lines(raw: Sequence[str], fixed: AbstractSet[int]) -> Iterator[tuple[int, str]]:
    """Lines with their ends and the number of their first one.

    A line that stops inside a matrix, or at `=` before one, is joined with those below; those in `fixed` stand alone.
    """
    pending = ""
    first = 0
    for number, line in enumerate(raw):
        if not pending:
            first = number
        pending += line
        last = number + 1 >= len(raw) or not (line.strip() or raw[number + 1].lstrip().startswith("["))
        if number not in fixed and number - first < _JOINED and not last and _waits(pending):
            continue
        yield first, pending
        pending = ""
    if pending:
        yield first, pending


def _waits(pending: str) -> bool:
    """Does a line go on below?"""
    if len(pending) > 3_000:  # noqa: PLR2004 - no matrix is longer
        return False
    stripped = pending.rstrip()
    if stripped.endswith("=") and not stripped.endswith("==") and len(stripped) < 200:  # noqa: PLR2004 - a rule, not a formula
        return True
    return pending.count("[") > pending.count("]") and re.search(r"\[\s*\[|\[\s*[-\d.]", pending) is not None


def code_block(source: Source, how: Style) -> Found:
    """A code cell of a notebook."""
    scanner = _Scanner(source, how, "code")
    scanner.code(Region("code", 0, len(source), 0, len(source), "python"))
    return scanner.found
