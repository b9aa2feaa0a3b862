"""Moving over the tokens of one formula: what every rule of the grammar needs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

from bpsym.verify import limits
from bpsym.verify.grammar.cursor import CLOSERS, Reading, UnreadError, matching
from bpsym.verify.lexing.lexer import Token
from bpsym.verify.tree import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.tree import Expr

END: Final = Token("end-of-formula", "", 0, 0)


class Walker(ABC):
    """One slice of tokens and a position in it; what expressions they make is the parser's to say."""

    def __init__(self, found: Sequence[Token], reading: Reading, depth: int) -> None:
        self.found = found
        self.end = len(found)
        self.position = 0
        self.reading = reading
        self.depth = depth
        self.bars: list[str] = []

    @abstractmethod
    def part(self, part: Sequence[Token]) -> Expr:
        """A slice as an expression of its own."""

    @abstractmethod
    def primary(self) -> Expr:
        """One operand, with nothing that stands behind it."""

    def enter(self) -> None:
        """One level deeper; raises UnreadError at the cap."""
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise self.fail(f"nested more than {limits.DEPTH} deep")

    def leave(self) -> None:
        """One level up."""
        self.depth -= 1

    def peek(self, ahead: int = 0) -> Token:
        """The token at the position, or one further on."""
        position = self.position + ahead
        return self.found[position] if position < self.end else END

    def take(self) -> Token:
        """The token at the position, which moves on."""
        token = self.peek()
        self.position += 1
        return token

    def quote(self, position: int) -> str:
        """What was written at a token, for messages."""
        token = self.found[min(position, self.end - 1)]
        return self.reading.text[token.start : token.end][:30]

    def here(self) -> Span:
        """The place of the next token, or the end of the last."""
        if self.position < self.end:
            token = self.found[self.position]
            return Span(token.start, token.end)
        if self.found:
            return Span(self.found[-1].end, self.found[-1].end)
        return Span(0, 0)

    def since(self, start: int) -> Span:
        """From the token at index `start` to the last one taken."""
        last = max(start, min(self.position, self.end) - 1)
        return Span(self.found[start].start, self.found[last].end) if self.found else Span(0, 0)

    def fail(self, why: str) -> UnreadError:
        """The error that says why the formula ends here."""
        return UnreadError(why, self.here())

    def script(self) -> Sequence[Token]:
        """The tokens of a script: a group, a bracket outside TeX, or one token."""
        token = self.peek()
        if token.kind in ("begin-group", "open") and (
            token.kind == "begin-group" or not self.reading.tex or token.text == "("
        ):
            start = self.position
            close = matching(self.found, start, self.end)
            self.position = close + 1
            return self.found[start + 1 : close]
        if token.kind in ("frac", "sqrt", "accent"):
            start = self.position
            self.position += 1
            for _ in range(2 if token.kind == "frac" else 1):
                opens = self.peek().kind == "begin-group"
                self.position = (matching(self.found, self.position, self.end) if opens else self.position) + 1
            self.position = min(self.position, self.end)
            return self.found[start : self.position]
        if token.kind in CLOSERS or token is END:
            return ()
        self.position += 1
        return (token,)

    def said(self, span: Span) -> str:
        """The source text of a span."""
        return self.reading.text[span.start : span.end]
