"""Markdown, LaTeX and plain text: where the mathematics stands.

One pass marks the regions (displays, inline formulas, fences, code), a second goes through the lines and reads what
is left as prose, with the formulas and figures in it.  Markdown's own rules stay out of it: a formula is text to
Markdown, and what people write between dollar signs breaks most of them.
"""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.effort import TooMuchWork
from bpsym.verify.grammar.statements import Formula
from bpsym.verify.read import code, macros, prose, scraped, session, tables
from bpsym.verify.read.drawn import flattened
from bpsym.verify.read.found import SAID, TOO_LONG, Found
from bpsym.verify.read.listings import WORD, Listings
from bpsym.verify.read.regions import Region, blocks, equations_in, outside, regions, with_name, with_sessions
from bpsym.verify.read.style import TEX_COMMAND
from bpsym.verify.read.unwrap import LINE, columns, decoded, lines_of, unquoted, with_spaces
from bpsym.verify.source import Source
from bpsym.verify.tree import Context, Unreadable

if TYPE_CHECKING:
    from bpsym.verify.read.style import Style

_MARKER: Final = re.compile(
    r"[ \t>]*(?:[-*+•][ \t]+|\(?\d{1,3}[.)、][ \t]+|[（(]\d{1,2}[)）][ \t]*"
    r"|\d{1,3}[ \t]{2,}(?=[^\W\d][^\n=]{0,60}[=≈]|∂))?"  # a column of line numbers
)
_THAT_IS: Final = re.compile(r"\b(?:i\. ?e|e\. ?g|d\. ?h|z\. ?B|w\. ?r\. ?t|s\. ?t)\.")  # no letters of a formula
_CASE: Final = re.compile(r"=\s*[-−+]?[01]$")
_IF: Final = re.compile(r"\s*,?\s*(?:if|when|si|wenn|falls)\b", re.IGNORECASE)  # `Y = 1 if x > 0, else 0`
_EMPHASIS: Final = re.compile(r"(?<!\*)(?!(?<=[\w)\]}])\*\*\d)\*\*(?!\*)|(?<![\w*)\]}])\*(?=\w)|(?<=[^\s*])\*(?=\s*$)")
_ENDED: Final = re.compile(r"[.;:](?=\s)|[。；：]")  # else a line goes on with the words of the one before
_SHAPE: Final = re.compile(r"\(\s*\d+\s*[x×]\s*\d+\s*\)")  # the remark (2x1) behind a matrix
_VALUE: Final = re.compile(r"\s*(?:=|≈|＝)\s*-?\d[\d.]*\d(?!\w)")
_SENTENCE: Final = re.compile(r"\b[A-Za-z]{3,}\s{1,9}[A-Za-z]{3,}\s{1,9}[A-Za-z]{3,}\s")  # three words in a row
_NO_FORMULAS: Final = ("mermaid", "dot", "svg", "html", "css", "bash", "sh", "console")  # languages of a fence


def scan(source: Source, how: Style, kind: str = "") -> Found:
    """Everything in a stretch of Markdown, LaTeX or plain text; `kind` says "output" for what a programme printed."""
    scanner = _Scanner(flattened(source), how, kind)
    try:
        scanner.run()
    except TooMuchWork:
        rest = scanner.source.span(scanner.position, len(scanner.source))
        scanner.found.unreadable.append(Unreadable(rest, "the document is too long; the rest was not read"))
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
        self.position = 0  # of what is looked at
        self.heading = ""
        self.before = ""
        self.cells: dict[int, tuple[str, str]] = {}
        self.listings = Listings(self.found, how)

    def run(self) -> None:
        """Go through all of the text, block by block, and line by line between them."""
        found = with_sessions(list(regions(self.text)), list(session.blocks(self.text)))
        self.found.tables, self.cells = tables.tables(self.source, blocks(found), self.how.text, self.how.flavour())
        position = 0
        line_regions: list[Region] = []
        for region in [*found, Region("end", len(self.text), len(self.text), len(self.text), len(self.text))]:
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
        self.position = region.start
        if len(self.found.formulas) > limits.FORMULAS:
            return
        if region.kind == "heading":
            self.heading = self.text[region.first : region.last].strip()
            self.before = ""
            self.lines(region.first, region.last, equations_in(self.text, region))
        elif region.kind == "display":
            after = self.text[region.end : region.end + 200].split("\n", 1)[0]
            self.formula(region, "inline" if self.in_sentence(region) else "display", after=after)
        elif region.kind == "code":
            self.code(region)

    # --- formulas ----------------------------------------------------------------------------------------------

    def formula(
        self, region: Region, kind: str, *, after: str = "", alone: bool = True, before: str | None = None
    ) -> None:
        """A formula between delimiters, with what stands around it."""
        part = self.source[region.first : region.last]
        if kind == "display":
            part = unquoted(part)
        if self.how.defined:
            part = macros.expand(part, self.how.defined, self.how.budget)
        if region.language == "percent":
            part = decoded(part)
        elif region.language == "chat":
            part = with_spaces(part)
        row, column = self.cells.get(region.start, ("", ""))
        context = Context(
            "cell" if column or row else kind,
            self.heading,
            (self.before if before is None else before).strip()[-SAID:],
            after.strip()[:200],
            row,
            column,
        )
        bare = region.language == "chat" and "\\" not in self.text[region.first : region.last]  # no command
        ticked = region.kind == "tick" or region.language == "ascii"
        flavour = self.how.flavour(
            tex=not (ticked or bare), ascii_math=ticked and (self.how.ascii_math or region.language == "ascii")
        )
        self.found.formulas.append(
            Formula(part, context, flavour, alone, guessed=region.kind == "tick" and not self.how.ascii_math)
        )

    def in_sentence(self, region: Region) -> bool:
        """Does a `$$…$$` stand within a line, words before and behind it?"""
        before = self.text[max(0, region.start - SAID) : region.start].rsplit("\n", 1)[-1]
        after = self.text[region.end : region.end + SAID].split("\n", 1)[0]
        inside = self.text[region.start : region.end]
        return "\n" not in inside and all(map(WORD.search, (before, after)))

    def code(self, region: Region) -> None:
        """A fence, by the language it names."""
        part = self.source[region.first : region.last]
        language = region.language.strip("{} .").lower().split(" ", 1)[0]
        if language in _NO_FORMULAS:
            return
        if language in ("math", "latex", "tex", "katex"):
            self.formula(region, "display")
            return
        if language in ("asciimath", "am"):
            self.formula(replace(region, language="ascii"), "display")
            return
        self.listings.read(part, language, Context("code", self.heading, self.before[-SAID:]))

    # --- prose -------------------------------------------------------------------------------------------------

    def lines(self, start: int, end: int, regions: list[Region]) -> None:
        """The lines between two blocks, with the inline formulas in them."""
        if start >= end:
            return
        stretch = self.text[start:end]
        raw = LINE.findall(stretch)
        letters, sources = scraped.columns(raw)
        lines = list(lines_of(raw, letters | sources))
        waiting = list(regions)
        following = done = start
        for number, line in lines:
            if len(self.found.formulas) > limits.FORMULAS:
                return
            position, following = max(following, done), following + len(line)
            if following <= done:  # a formula that began above reaches over this line
                continue
            stop = following
            self.position = position
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
                self.found.unreadable.append(Unreadable(self.source.span(position, stop), TOO_LONG))

    def line(self, start: int, stop: int, regions: list[Region]) -> None:
        """One line, or several with a formula that reaches over them: its formulas, and else its words and calls."""
        text = self.text
        marker = _MARKER.match(text, start, stop)
        first = marker.end() if marker else start
        if not regions:
            twice = scraped.glued(text[first:stop])
            regions = [Region("inline", first + eye, first + end, first + tex, first + end) for eye, tex, end in twice]
            if not regions and self.whole_line(first, stop):
                return
        position = first
        alone = _SHAPE.sub("", "".join(outside(text, first, stop, regions))).strip(" \t\r\n.,;，。：:|") == ""
        covered = 0
        goes_on = first == start and not text.endswith(("\n\n", "\r\n\r\n"), 0, start)
        for region in regions:
            covered += self.plain(position, region.start)
            goes_on = goes_on and not _ENDED.search(text, position, region.start)
            if region.kind == "tag":
                position = max(position, region.end)
                continue
            after = text[region.end : max(stop, region.end)].split("\n", 1)[0]
            said = f"{self.before} {text[first : region.start]}"[-SAID:] if goes_on else text[first : region.start]
            self.formula(self.widened(region, stop), "inline", after=after, alone=alone, before=said or self.before)
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
            return with_name(region, self.text)
        if region.kind != "inline":
            return region
        more = _VALUE.match(self.text, region.end, stop)
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
        if TEX_COMMAND.search(body) and "\\" in body and not _SENTENCE.search(re.sub(r"\\[A-Za-z]+", "", body)):
            if body.startswith("|") and body.endswith("|") and body.count("|") > 2:
                bars = [start + match.start() for match in re.finditer(r"(?<!\\)\|", line)]
                for left, right in pairwise(bars):
                    if not self.whole_line(left + 1, right):
                        self.plain(left + 1, right)
                return True
            region = Region("inline", start, start + len(line), start, start + len(line))
            self.formula(region, "inline")
            return True
        return False

    def plain(self, start: int, stop: int) -> int:
        """Formulas written in plain text; returns how many characters they take."""
        if stop - start < 3 or self.searched > limits.PROSE_CHARACTERS:
            return 0
        self.searched += stop - start
        covered = 0
        piece = self.source[start:stop]
        if "**" in piece.text or "*" in piece.text:
            piece = Source(_EMPHASIS.sub(lambda match: " " * len(match.group()), piece.text), piece.starts, piece.ends)
        if "." in piece.text:
            piece = Source(_THAT_IS.sub(lambda m: ":".ljust(len(m.group())), piece.text), piece.starts, piece.ends)
        alone = piece.text.strip() == self.text[start:stop].strip()
        row, column = "", ""
        for part in chain.from_iterable(
            prose.formulas(beside, self.how.words, decimal_comma=self.how.decimal_comma) for beside in columns(piece)
        ):
            kind = self.kind or ("output" if self.text[start:stop].lstrip().startswith(("OUT", ">>>")) else "prose")
            said = prose.words_before(part, piece)
            if _CASE.search(part.text) and _IF.match(piece.text, part.ends[-1] - piece.starts[0]):
                continue  # one case of several
            context = Context(kind, self.heading, said.strip()[-SAID:] or self.before[-SAID:], "", row, column)
            lone = alone and part.text.strip() == piece.text.strip(" \t\r\n.。,，;")
            self.found.formulas.append(Formula(part, context, self.how.flavour(tex=False), lone, guessed=True))
            covered += len(part)
        return covered


def code_block(source: Source, how: Style) -> Found:
    """A code cell of a notebook."""
    scanner = _Scanner(source, how, "code")
    with suppress(TooMuchWork):
        scanner.code(Region("code", 0, len(source), 0, len(source), "python"))
    return scanner.found
