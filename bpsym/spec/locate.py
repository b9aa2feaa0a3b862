"""Where in a TOML text each key and each list item stands, which `tomllib` doesn't say; and bounds it doesn't have."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.spec.errors import Path

DEPTH_LIMIT = 16  # lists and tables inside each other
PARTS_LIMIT = 16  # parts of a dotted key
NUMBER_LIMIT = 100  # characters of a number

_TOKEN = re.compile(
    r'''(?P<comment>\#[^\n]*)
    |(?P<string>"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    |(?P<bare>[\w+\-.:]+)
    |(?P<mark>[\[\]{}=,])
    |(?P<newline>\n)''',
    re.VERBOSE | re.DOTALL,
)
_OPENING, _CLOSING = "[{", "]}"


class Token(Struct, frozen=True):
    """A piece of TOML."""

    kind: str  # string | bare | mark | newline
    text: str
    line: int  # counted from 1


def tokens(text: str) -> Iterator[Token]:
    """The text in pieces; whatever is no TOML is left out, for tomllib to complain about."""
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "comment":
            yield Token(kind, match.group(), line)
        line += match.group().count("\n")


def excess(text: str) -> tuple[int, str] | None:
    """The line and the bound of the first thing too big for tomllib to read in good time; None where all is well."""
    depth = parts = 0
    for token in tokens(text):
        if token.kind in ("bare", "string"):
            parts += 1 + (token.text.count(".") if token.kind == "bare" else 0)
            if parts > PARTS_LIMIT:
                return token.line, f"a key has at most {PARTS_LIMIT} parts"
            if len(token.text) > NUMBER_LIMIT and token.text[0] in "+-.0123456789":
                return token.line, f"a number has at most {NUMBER_LIMIT} characters"
            continue
        parts = 0
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if depth > DEPTH_LIMIT:
            return token.line, f"lists and tables are nested at most {DEPTH_LIMIT} deep"
    return None


def locate(text: str) -> dict[Path, int]:
    """The line of every table, key and list item of a text that tomllib has read without complaint."""
    reader = _Reader(list(tokens(text)))
    reader.document()
    return reader.lines


@dataclass
class _Reader:
    """Reads well-formed TOML for its places alone."""

    tokens: list[Token]
    position: int = 0
    lines: dict[Path, int] = field(default_factory=dict)
    counts: dict[Path, int] = field(default_factory=dict)  # of the tables in each array of tables

    @property
    def next(self) -> str:
        """The mark that comes next; empty for anything else and at the end."""
        token = self.tokens[self.position] if self.position < len(self.tokens) else None
        return token.text if token and token.kind in ("mark", "newline") else ""

    def take(self) -> Token:
        self.position += 1
        return self.tokens[self.position - 1]

    def skip(self, marks: str) -> None:
        while self.next and self.next in marks:
            self.position += 1

    def document(self) -> None:
        table: Path = ()
        while self.position < len(self.tokens):
            if self.next == "\n":
                self.take()
            elif self.next == "[":
                table = self.header()
            else:
                self.entry(table)

    def header(self) -> Path:
        line = self.take().line
        is_array = self.next == "["
        self.skip("[")
        path: Path = ()
        for part in self.key():
            path += (part,)
            if path in self.counts:
                path += (self.counts[path] - 1,)
        if is_array:
            path = path[:-1] if isinstance(path[-1], int) else path
            self.lines.setdefault(path, line)
            self.counts[path] = self.counts.get(path, 0) + 1
            path += (self.counts[path] - 1,)
        self.lines[path] = line
        self.skip("]")
        return path

    def key(self) -> list[str]:
        parts: list[str] = []
        while not self.next:
            token = self.take()
            parts += [token.text[1:-1]] if token.kind == "string" else [part for part in token.text.split(".") if part]
        return parts

    def entry(self, table: Path) -> None:
        line = self.tokens[self.position].line
        path = (*table, *self.key())
        for length in range(len(table) + 1, len(path)):
            self.lines.setdefault(path[:length], line)
        self.skip("=")
        self.value(path)

    def value(self, path: Path) -> None:
        self.lines[path] = self.tokens[self.position].line
        if self.next == "[":
            self.take()
            self.skip("\n")
            item = 0
            while self.next != "]":
                self.value((*path, item))
                self.skip(",\n")
                item += 1
            self.take()
        elif self.next == "{":
            self.take()
            self.skip("\n")
            while self.next != "}":
                self.entry(path)
                self.skip(",\n")
            self.take()
        else:
            while self.position < len(self.tokens) and not self.next:
                self.take()
