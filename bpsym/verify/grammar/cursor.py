"""Walking over tokens: matching brackets, splitting, depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from bpsym.errors import BpsymError
from bpsym.verify.tree import Annotation, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.verify.lexing.lexer import Token

OPENERS = frozenset(["open", "begin-group", "begin"])
CLOSERS = frozenset(["close", "end-group", "end"])


class UnreadError(BpsymError):
    """A formula that follows no rule we have; caught where the formula began and reported as unreadable."""

    def __init__(self, why: str, span: Span, *, certain: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.certain = certain  # surely mathematics, not a guess at prose
        self.span = span


class Reading(Struct, frozen=True):
    """What a formula's parser knows of the document around it."""

    text: str  # the document
    layers: frozenset[str] = frozenset()  # bases whose bare superscripts count layers: W^2 is no square
    tex: bool = True
    delta_is_d: bool = False  # `δ a_t` is a differential, not a product
    notes: list[Annotation] = []


def span_of(found: Sequence[Token]) -> Span:
    """From the first token to the last."""
    return Span(found[0].start, found[-1].end) if found else Span(0, 0)


def matching(found: Sequence[Token], start: int, end: int) -> int:
    """The index of the token that closes the one at `start`, or `end` if nothing does."""
    depth = 0
    for position in range(start, end):
        kind = found[position].kind
        if kind in OPENERS:
            depth += 1
        elif kind in CLOSERS:
            depth -= 1
            if depth <= 0:
                return position
    return end


def outside(found: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """The tokens that stand outside all brackets, with their places."""
    depth = 0
    for position, token in enumerate(found):
        if token.kind in OPENERS:
            depth += 1
        elif token.kind in CLOSERS:
            depth -= 1
        elif depth <= 0:
            yield position, token


def split(found: Sequence[Token], kinds: frozenset[str]) -> list[Sequence[Token]]:
    """Cut at tokens of some kinds that stand outside all brackets."""
    parts: list[Sequence[Token]] = []
    start = 0
    for position, token in outside(found):
        if token.kind in kinds:
            parts.append(found[start:position])
            start = position + 1
    parts.append(found[start:])
    return parts


def has_relation(found: Sequence[Token]) -> bool:
    """A relation outside all brackets."""
    return any(token.kind == "relation" for _, token in outside(found))
