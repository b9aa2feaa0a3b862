"""Code listings: calls with literal arguments, and whether a listing is code at all."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from bpsym.verify.effort import spend
from bpsym.verify.grammar.cursor import Reading, UnreadError
from bpsym.verify.grammar.expressions import expression
from bpsym.verify.lexing.lexer import Flavour, tokens
from bpsym.verify.source import Source, inserted, joined
from bpsym.verify.tree import Argument, CodeCall, Expr

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE: Final = Flavour(tex=False, code=True)
_CALL: Final = re.compile(r"([A-Za-z_][\w.]*)\s*\(")
_LITERAL: Final = re.compile(r"[\[\](),.\d\seE+-]+")
_BRACKET: Final = re.compile(r"[(\[{)\]}]")
_KEYWORD: Final = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)\s*")
_PROGRAMME: Final = re.compile(
    r"\b(?:def|import|class|return|self|print|while|elif|lambda|range|const|let|var|function|void|float|double|int|puts|end|np)\b"
    r"|\bfor\b.*\bin\b|[;{}]\s*$|^\s*(?:#include|using)\b",
    re.MULTILINE,
)
_NUMBER: Final = r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_PROMPT: Final = re.compile(rf"(?:>>>|Out\[\d+\]:|#\s*(?:=>|->|→|=))\s*({_NUMBER})")
_BECOMES: Final = re.compile(rf"(?:#|becomes|=>?|->|→|≈)\s*({_NUMBER})\s*$")
_ASSIGNED: Final = re.compile(r"[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*\s*=(?!=)\s*[\w\s.,+*/()-]+")
_ARRAY: Final = re.compile(
    r"^([A-Za-z_]\w*)[ \t]*=[ \t]*(?:\w+\.)?(?:array|asarray|matrix|tensor|Tensor|FloatTensor|constant)\(", re.MULTILINE
)
_VALUE: Final = re.compile(r"\s*(\[[\[\],.\d\seE+-]*\])\s*(?:,\s*dtype\s*=\s*[\w.]+\s*)?(?=\))")
_FUNCTION: Final = re.compile(r"([A-Za-z_][\w.]*)\s*\(")
_KNOWN: Final = frozenset(["exp", "log", "sigmoid", "tanh", "relu", "max", "sqrt", "abs"])
_REACH: Final = 1_500
_CALLS: Final = 400
_TRIES: Final = 1_500  # brackets followed to their end
CALL: Final = 50  # units of work one of them is


def is_programme(text: str) -> bool:
    """Is a listing written in a programming language?"""
    lines = [line for line in text.splitlines() if line.strip()]
    return len(_PROGRAMME.findall(text)) * 6 >= max(len(lines), 1)


def worked(source: Source) -> list[Source]:
    """Assignments of a listing that shows what they come to: `q = x + y  # q becomes 3`, or `>>> 0.68` below.

    Nothing for a listing that shows no such value.
    """
    out: list[Source] = []
    shown = 0
    for line in (written.stripped() for written in source.lines()):
        match = _PROMPT.fullmatch(line.text)
        if match and out:
            shown += 1
            out[-1] = joined([out[-1], inserted(" = ", line.span(0, 1)), line[match.start(1) : match.end(1)]])
            continue
        body, comment = line, None
        if "#" in line.text:
            cut = line.text.index("#")
            body, comment = line[:cut].stripped(), _BECOMES.search(line.text, cut)
        before = len(out)
        for piece in _split(body, ";"):
            if _ASSIGNED.fullmatch(piece.text) and _calls_only_known(piece.text):
                out.extend(_unpacked(piece))
        if comment and len(out) > before:
            shown += 1
            out[-1] = joined([out[-1], inserted(" = ", line.span(0, 1)), line[comment.start(1) : comment.end(1)]])
    return out if shown else []


def _calls_only_known(text: str) -> bool:
    """Whether it has no function of the programme's own."""
    return all(name.rsplit(".", 1)[-1] in _KNOWN for name in _FUNCTION.findall(text))


def arrays(source: Source) -> Iterator[Source]:
    """`W = np.array([[1, 2], [3, 4]])`, over several lines too, as `W = [[1, 2], [3, 4]]`."""
    for match in islice(_ARRAY.finditer(source.text), _CALLS):
        close = _closing(source.text, match.end() - 1)
        if close < 0 or source.text[close + 1 : close + 2] in (".", "["):
            continue
        value = _VALUE.match(source.text, match.end(), close + 1)
        if value is None or not any(character.isdigit() for character in value.group(1)):
            continue
        name, kept = source[match.start(1) : match.end(1)], source[value.start(1) : value.end(1)]
        flat = Source(" ".join(kept.text.splitlines()) if "\r" not in kept.text else kept.text, kept.starts, kept.ends)
        yield joined([name, inserted(" = ", name.span(0, 1)), flat])


def _split(line: Source, sign: str) -> Iterator[Source]:
    start = 0
    for position in [*(k for k, c in enumerate(line.text) if c == sign), len(line)]:
        piece = line[start:position].stripped()
        start = position + 1
        if len(piece):
            yield piece


def _unpacked(line: Source) -> list[Source]:
    """`a, b = 1, 2` as two."""
    left, _, right = line.text.partition("=")
    if "," not in left:
        return [line]
    names = list(_split(line[: len(left)], ","))
    values = list(_split(line[len(left) + 1 :], ","))
    if len(names) != len(values) or "(" in right:
        return []
    return [joined([name, inserted(" = ", name.span(0, 1)), value]) for name, value in zip(names, values, strict=True)]


def calls(source: Source) -> Iterator[CodeCall]:
    """Calls with a list, or a keyword's number, written out as an argument."""
    text = source.text
    if "(" not in text or not ("[" in text or "=" in text):
        return
    found = 0
    for match in islice(_CALL.finditer(text), _TRIES):
        spend(CALL)
        close = -1 if match.group(1).endswith("_") else _closing(text, match.end() - 1)
        if close < 0:
            continue
        arguments = tuple(_arguments(source, match.end(), close))
        if any(argument.value is not None and (argument.keyword or "[" in argument.text) for argument in arguments):
            found += 1
            yield CodeCall(source.span(match.start(), close + 1), match.group(1), arguments)
            if found >= _CALLS:
                return


def _arguments(source: Source, start: int, end: int) -> Iterator[Argument]:
    text = source.text
    depth = 0
    first = start
    for position in range(start, end + 1):
        character = text[position]
        if character in "([{":
            depth += 1
        elif character in ")]}" and position < end:
            depth -= 1
        if position == end or (character == "," and depth == 0):
            if text[first:position].strip():
                yield _argument(source, first, position)
            first = position + 1


def _argument(source: Source, start: int, end: int) -> Argument:
    keyword = _KEYWORD.match(source.text, start, end)
    name = keyword.group(1) if keyword else ""
    start = keyword.end() if keyword else start
    part = source[start:end].stripped()
    return Argument(part.span(0, len(part)), name, _value(part), part.text)


def _value(part: Source) -> Expr | None:
    """The literal an argument is, None for anything else."""
    if not _LITERAL.fullmatch(part.text) or not any(character.isdigit() for character in part.text):
        return None
    try:
        return expression(tokens(part, CODE), Reading(part.text, tex=False))
    except UnreadError:
        return None


def _closing(text: str, start: int) -> int:
    depth = 0
    for bracket in _BRACKET.finditer(text, start, start + _REACH):
        if bracket.group() in "([{":
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                return bracket.start()
    return -1
