"""Where the mathematics stands: displays, inline formulas, fences, code, and what to pass over."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.symbols import LAYOUT_ENVIRONMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENVIRONMENTS: Final = "|".join(
    re.escape(name) for name in sorted(LAYOUT_ENVIRONMENTS | {"array", "cases"}, key=lambda name: (-len(name), name))
)
_TAGS: Final = (
    "img|a|p|div|br|span|font|center|table|thead|tbody|tr|td|th|b|i|em|strong|u|h[1-6]|li|ul|ol|hr|details|summary|figure"
    "|input|code|pre|svg|g|line|rect|circle|ellipse|path|polygon|polyline|text"
)
_OPENING: Final = re.compile(
    r"(?P<preamble>^[ \t]*\\documentclass\b.{0,40000}?\\begin\{document\})"
    r"|(?P<front>\A(?P<bars>---|\+\+\+)[ \t]*\r?\n.{0,4000}?\n(?P=bars)[ \t]*(?=\r?\n|\Z))"
    r"|(?P<definition>^[ \t]*\\(?:(?:re|provide)?newcommand|def|let|DeclareMathOperator|usepackage|documentclass)\b"
    r"[^\n]*)"
    r"|(?P<fence>^[ \t>]*(?P<ticks>`{3,}|~{3,})[ \t]*(?P<language>[^\n`]*)$)"
    r"|(?P<comment><!--)"
    r"|(?P<drawing>\\begin\{(?P<drawn>tikzpicture|pgfpicture|picture)\})"
    r"|(?P<address>https?://[^\s\"'<>]+)"
    r"|(?P<display>(?<!\\)\$\$)"
    rf"|(?P<environment>\\{{1,2}}begin\s*\{{(?P<name>{_ENVIRONMENTS})\}})"
    r"|(?P<verbatim>\\begin\{(?P<listing>verbatim|lstlisting|minted|python)\})"
    r"|(?P<bracket>\\{1,2}\[)"
    r"|(?P<round>\\{1,2}\()"
    r"|(?P<chat>^[ \t]*\[[ \t]*\r?$)"
    rf"|(?P<tag></?(?:{_TAGS})(?:\s[^<>\n]*)?/?>)"
    r"|(?P<ticked>\$`)"
    r"|(?P<role>:math:`)"
    r"|(?P<directive>^[ \t]*\.\. math::[^\n]*\n(?:[ \t]*:[^\n]*\n|[ \t]*\n)*)"
    r"|(?P<heading>^[ \t]{0,3}\#{1,6}[ \t]+(?P<title>[^\n]*)"
    r"|\\(?:sub)*(?:section|paragraph|chapter)\*?\{(?P<section>[^{}\n]*)\}"
    r"|^[ \t]{0,3}(?:\*\*|__)?(?P<numbered>(?:(?:Worked )?Example|Part|Problem|Exercise|Question|Case|Ejemplo|Ejercicio"
    r"|Beispiel|Aufgabe|Exemple|Exercice|例题?|习题|练习|问题|案例)[ \t]{0,2}"
    r"(?:\d{1,2}|[IVX]{1,4}|[A-H]|[一二三四五六七八九])"
    r"(?=[.:)：、。（( *_\n\t–—-]|\r))(?!\s{0,3}[=≈])"
    r"|^[ \t]{0,3}\*\*(?P<enumerated>\(?\d{1,2}[.)])\*\*(?=[ \t]))"
    r"|(?P<stepped>^[ \t]{0,3}\*\*(?P<step>(?:Step|Iteration|Epoch|Round|Sample|第|步骤|迭代|样本|Paso|Schritt)[ \t]?"
    r"(?:\d{1,2}|[一二三四五六七八九])[ \t]?(?:步|轮|次迭代)?)[.:：]?\*\*[ \t]*[.:：]?[ \t]*\r?$)"
    r"|(?P<dollar>(?<![\\$])\$(?!\$))"
    r"|(?P<tick>(?<![`\\])`(?!`))",
    re.MULTILINE | re.DOTALL,
)
_MONEY: Final = re.compile(r"\d[\d.,]*\s+[A-Za-z]{2,}")
_BLANK: Final = re.compile(r"\n[ \t]*\r?\n")
_FORMULA: Final = re.compile(r"\\[a-z]{2}|[_^]\{|\w[_^]\w|\w =[ ]*[\w\[(-]")
_NAMED: Final = re.compile(r"(?<![\w.])[A-Za-z_]\w{0,30}\s*(?::?=|≈)\s*$")
_NEAR: Final = 80  # characters before a formula in which its name stands
_CHAT: Final = 4_000  # characters of a display without its backslashes
_ASIDE_OPENING: Final = r"(?P<aside>\((?=[^()\n]{0,80}(?:\\[A-Za-z]|[_^])))"
_ASIDE: Final = 300  # characters of a formula in a line of text without them
_CHATTED: Final = re.compile(r"^[ \t]*\[[ \t]*\r?\n[^\n]*\\[A-Za-z]", re.MULTILINE)


class Region(Struct):
    """A stretch that is not prose: what kind, from where to where with and without its delimiters."""

    kind: str  # "display", "inline", "tick", "code", "skip", "heading"
    start: int
    end: int
    first: int
    last: int
    language: str = ""


def regions(text: str) -> Iterator[Region]:
    """Every region, in order; a delimiter without its partner is text."""
    position = 0
    misses: Counter[str] = Counter()
    search = (_opening_in_a_chat() if _CHATTED.search(text) else _OPENING).search
    while True:
        match = search(text, position)
        if match is None:
            return
        region = _region(text, match, misses)
        if region is None:
            position = match.end() if match.end() > match.start() else match.start() + 1
            continue
        yield from _equations(text, region) if match.group("directive") else (region,)
        position = max(region.end, match.start() + 1)


@cache
def _opening_in_a_chat() -> re.Pattern[str]:
    return re.compile(rf"{_OPENING.pattern}|{_ASIDE_OPENING}", _OPENING.flags)


def equations_in(text: str, heading: Region) -> list[Region]:
    """The inline equations of a heading; a name alone is a title."""
    found: list[Region] = []
    by = heading.first
    for part in regions(text[by : heading.last]):
        if "=" in text[by + part.first : by + part.last]:
            places = {name: getattr(part, name) + by for name in ("start", "end", "first", "last")}
            found.append(replace(part, **places))
    return found


def _region(text: str, match: re.Match[str], misses: Counter[str]) -> Region | None:
    kind, start, first = match.lastgroup, match.start(), match.end()
    if match.group("preamble") or match.group("front") or match.group("definition"):
        return Region("skip", start, first, start, first)
    if match.group("fence") and match.group("ticks")[0] == "~" and _is_underline(text, start, match.group()):
        return Region("skip", start, first, start, first)
    if match.group("fence"):
        close = re.compile(
            rf"^[ \t>]*{match.group('ticks')[0]}{{{len(match.group('ticks'))},}}[ \t]*\r?$", re.MULTILINE
        ).search(text, first)
        last, end = (close.start(), close.end()) if close else (len(text), len(text))
        return Region("code", start, end, min(first + 1, last), last, match.group("language").rstrip())
    if match.group("comment"):
        return _until(text, start, first, "-->", "skip", 20_000, misses)
    if match.group("drawing"):
        return _until(text, start, first, f"\\end{{{match.group('drawn')}}}", "skip", limits.DRAWING_CHARACTERS, misses)
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
        ):
            return None
        closing = opening[:-1] + ("]" if opening.endswith("[") else ")")
        display = "display" if opening.endswith("[") else "inline"
        region = _until(
            text, start, first, closing, display, limits.FORMULA_CHARACTERS if display == "display" else 2_000, misses
        )
        return region if region is not None and _bracketed(text, region) else None
    if match.group("chat"):
        return _without_backslashes(text, start, first)
    if kind == "aside":
        return _aside(text, start, first)
    if match.group("ticked"):
        return _until(text, start, first, "`$", "inline", 2_000, misses)
    if match.group("role"):
        return _until(text, start, first, "`", "inline", 2_000, misses)
    if match.group("directive"):
        return _directive(text, match)
    if match.group("heading") or match.group("stepped"):
        names = ("title", "section", "numbered", "enumerated", "step")
        name = next(name for name in names if match.group(name) is not None)
        return Region("heading", start, first, match.start(name), match.end(name))
    if kind is not None and match.group("dollar"):
        return _dollar(text, start)
    return _tick(text, start)


def _without_backslashes(text: str, start: int, first: int) -> Region | None:
    r"""A display copied from a chat: its `\[` and `\]`, each on its own line, lost their backslashes."""
    close = re.compile(r"^[ \t]*\][ \t]*[.,;]?[ \t]*\r?$", re.MULTILINE).search(text, first, first + _CHAT)
    inside = text[first : close.start()] if close else ""
    if close is None or _BLANK.search(inside) or not _FORMULA.search(inside):
        return None
    return Region("display", start, close.end(), first, close.start(), "chat")


def _aside(text: str, start: int, first: int) -> Region | None:
    r"""A formula in a line copied from a chat: its `\(` and `\)` lost their backslashes."""
    depth = 1
    for position in range(first, min(first + _ASIDE, len(text))):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return Region("inline", start, position + 1, first, position)
        if text[position] == "\n":
            break
    return None


def _is_underline(text: str, start: int, line: str) -> bool:
    """Whether tildes underline the heading above them: as many as it has letters."""
    above = text[text.rfind("\n", 0, max(0, start - 1)) + 1 : max(0, start - 1)].strip()
    return bool(above) and len(above) <= len(line.strip()) <= 2 * len(above)


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


def _equations(text: str, block: Region) -> Iterator[Region]:
    """The equations of a reStructuredText block, which stand apart by blank lines."""
    start, first = block.start, block.first
    for blank in re.compile(r"\n(?:[ \t]*\n)+(?=[ \t]*\S)").finditer(text, block.first, block.last):
        if text[first : blank.start()].strip():
            yield Region("display", start, blank.end(), first, blank.start())
            start = first = blank.end()
    yield replace(block, start=start, first=first)


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


def blocks(found: list[Region]) -> list[tuple[int, int]]:
    """Blocks a table cannot stand in."""
    return [(region.start, region.end) for region in found if region.kind in ("display", "code", "skip")]


def with_sessions(found: list[Region], typed: list[tuple[int, int]]) -> list[Region]:
    """The regions with sessions that stand in none of them."""
    taken = blocks(found)
    free = [(a, b) for a, b in typed if not any(start < b and a < end for start, end in taken)]
    if not free:
        return found
    kept = [region for region in found if not any(region.start < b and a < region.end for a, b in free)]
    listings = [Region("code", a, b, a, b, "session") for a, b in free]
    return sorted([*kept, *listings], key=lambda region: region.start)


def outside(text: str, start: int, stop: int, regions: list[Region]) -> Iterator[str]:
    """What of a stretch of text stands in no region."""
    for region in regions:
        yield text[start : region.start]
        start = max(start, region.end)
    yield text[start:stop]


def with_name(region: Region, text: str) -> Region:
    """A region with the name before it, of which it is said to be the value."""
    line = text.rfind("\n", 0, region.start) + 1
    named = _NAMED.search(text, max(line, region.start - _NEAR), region.start)
    return replace(region, first=named.start()) if named else region
