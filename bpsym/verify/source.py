"""Text with the place of every character.

A reader may take text out of JSON strings, percent signs, block quotes or macros; each character keeps the offsets it
came from, so that every span points into the file as it lies on the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from bpsym.verify.tree import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Source(Struct, frozen=True):
    """`text[k]` was written at `starts[k]` to `ends[k]` of the document."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def __getitem__(self, key: slice) -> Source:
        """A part of it."""
        return Source(self.text[key], self.starts[key], self.ends[key])

    def __len__(self) -> int:
        """Characters."""
        return len(self.text)

    def span(self, start: int, end: int) -> Span:
        """The place of `text[start:end]`; of an empty stretch, the place where it would be."""
        if not self.starts:
            return Span(0, 0)
        if start >= len(self.starts):
            return Span(self.ends[-1], self.ends[-1])
        if end <= start:
            return Span(self.starts[start], self.starts[start])
        return Span(self.starts[start], self.ends[end - 1])

    def stripped(self) -> Source:
        """Without the blanks around it."""
        left = len(self.text) - len(self.text.lstrip())
        return self[left : len(self.text.rstrip())] if self.text.strip() else self[0:0]

    def lines(self) -> Iterator[Source]:
        """Its lines, each with its end."""
        position = 0
        for line in self.text.splitlines(keepends=True):
            yield self[position : position + len(line)]
            position += len(line)


def whole(text: str) -> Source:
    """A document as its own source."""
    return Source(text, range(len(text)), range(1, len(text) + 1))


def joined(parts: Iterable[Source]) -> Source:
    """Sources in a row."""
    kept = [part for part in parts if part.text]
    if len(kept) == 1:
        return kept[0]
    text = "".join(part.text for part in kept)
    starts: list[int] = []
    ends: list[int] = []
    for part in kept:
        starts.extend(part.starts)
        ends.extend(part.ends)
    return Source(text, starts, ends)


def inserted(text: str, at: Span) -> Source:
    """Text that stands for a stretch of the document: each character points to the whole of it."""
    return Source(text, [at.start] * len(text), [at.end] * len(text))
