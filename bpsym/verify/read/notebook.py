"""Jupyter notebooks: the text of their cells, each character with its place in the JSON file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bpsym.verify.source import Source, inserted, joined
from bpsym.verify.tree import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_JSON: Final = re.compile(r'"(?:[^"\\]|\\.)*"|["{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_PLAIN: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_DEPTH: Final = 40


def is_notebook(text: str, name: str) -> bool:
    """By its name or by how it begins."""
    head = text[:20_000].lstrip()
    return head.startswith("{") and (name.endswith(".ipynb") or ('"cells"' in text and '"cell_type"' in text))


def cells(source: Source) -> Iterator[tuple[str, Source]]:
    """Each cell's text as ("", Markdown), ("code", programme) or ("output", what it printed)."""
    kinds: dict[str, str] = {}
    texts: dict[str, list[tuple[str, list[Source]]]] = {}
    order: list[str] = []
    for path, value in _strings(source):
        if len(path) < 3 or path[0] != "cells":
            continue
        cell, key = path[1], path[2]
        if cell not in texts:
            texts[cell] = []
            order.append(cell)
        if key == "cell_type":
            kinds[cell] = value.text
        elif key == "source" or (key == "outputs" and ("text" in path or "text/plain" in path)):
            slot = "source" if key == "source" else "output" + path[3]
            if not texts[cell] or texts[cell][-1][0] != slot:
                texts[cell].append((slot, []))
            texts[cell][-1][1].append(value)
    for cell in order:
        for slot, parts in texts[cell]:
            kind = (
                "output" if slot != "source" else {"markdown": "", "raw": ""}.get(kinds.get(cell, "markdown"), "code")
            )
            yield kind, joined(parts)


def _strings(source: Source) -> Iterator[tuple[list[str], Source]]:
    """Every string value of the JSON with the keys and positions that lead to it."""
    path: list[str] = []
    arrays: list[bool] = []
    counts: list[int] = []
    key = ""
    expects_value = False
    for match in _JSON.finditer(source.text):
        piece = match.group()
        if piece == '"':  # a string that never ends
            return
        if piece in "{[":
            if len(arrays) >= _DEPTH:
                return
            if arrays:
                path.append(str(counts[-1]) if arrays[-1] else key)
            arrays.append(piece == "[")
            counts.append(0)
            expects_value = piece == "["
        elif piece in "}]":
            if not arrays:
                return
            arrays.pop()
            counts.pop()
            if path:
                path.pop()
        elif piece == ",":
            if counts:
                counts[-1] += 1
            expects_value = bool(arrays) and arrays[-1]
        elif piece == ":":
            expects_value = True
        elif piece.startswith('"') and arrays:
            if expects_value:
                last = str(counts[-1]) if arrays[-1] else key
                yield [*path, last], _unescaped(source[match.start() + 1 : match.end() - 1])
            else:
                key = piece[1:-1]


def _unescaped(part: Source) -> Source:
    """A JSON string's characters."""
    if "\\" not in part.text:
        return part
    kept: list[Source] = []
    position = 0
    for match in _ESCAPE.finditer(part.text):
        kept.append(part[position : match.start()])
        code, letter = match.groups()
        plain = chr(int(code, 16)) if code else _PLAIN.get(letter, letter)
        kept.append(inserted(plain, part.span(match.start(), match.end())))
        position = match.end()
    return joined([*kept, part[position:]]) if part.text else inserted("", Span(0, 0))
