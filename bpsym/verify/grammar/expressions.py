"""Expressions: the table of what an operand may begin with, and the one function that reads one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bpsym.verify import limits
from bpsym.verify.effort import spend
from bpsym.verify.grammar import brackets, constructs, names, numerals
from bpsym.verify.grammar.cursor import UnreadError, span_of
from bpsym.verify.grammar.parser import Parser, Rules
from bpsym.verify.grammar.postfix import postfix
from bpsym.verify.grammar.remarks import note
from bpsym.verify.tree import (
    Ellipsis,  # noqa: A004 - as in tree
    Expr,
    Name,
    Span,
    Unknown,
    height,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.grammar.cursor import Reading
    from bpsym.verify.lexing.lexer import Token


def expression(found: Sequence[Token], reading: Reading) -> Expr:
    """The whole of some tokens as one expression, or a Comparison; raises UnreadError."""
    spend(BEGUN + PARSED * len(found))
    before = len(reading.notes)
    tree = Parser(found, reading, 0, RULES).whole()
    for each in (tree, *(said.formula for said in reading.notes[before:] if said.formula is not None)):
        if height(each) > limits.HEIGHT:
            del reading.notes[before:]
            raise UnreadError(f"more than {limits.HEIGHT} operations one in the other", span_of(found), certain=True)
    return tree


def _number(parser: Parser) -> Expr:
    return numerals.number(parser.take())


def _label(parser: Parser) -> Expr:
    token = parser.take()
    return Name(Span(token.start, token.end), token.text, spelled=token.text)


def _dots(parser: Parser) -> Expr:
    token = parser.take()
    return Ellipsis(Span(token.start, token.end))


def _note(parser: Parser) -> Expr:
    """Words before an operand say something of it and are no factor."""
    note(parser)
    return postfix(parser)


def _set(parser: Parser) -> Expr:
    r"""`\overset{a}{b}` is b."""
    parser.take()
    parser.script()
    return postfix(parser)


def _unknown(parser: Parser) -> Expr:
    """A command nobody told us of is kept as a piece of text; any other sign is not."""
    token = parser.peek()
    if not token.text.startswith("\\"):
        raise parser.fail(f"“{token.text}” cannot stand here")
    parser.take()
    return Unknown(Span(token.start, token.end), token.text)


BEGUN, PARSED = 25, 6  # units of work an expression is, and each of its tokens
RULES: Final[Rules] = {
    "number": _number,
    "word": names.word,
    "label": _label,
    "dots": _dots,
    "open": brackets.bracket,
    "begin-group": brackets.group,
    "bar": brackets.between_bars,
    "frac": constructs.fraction,
    "diff": constructs.differential,
    "big": constructs.big,
    "sqrt": constructs.root,
    "accent": constructs.accent,
    "brace": constructs.braced,
    "begin": constructs.environment,
    "note": _note,
    "set": _set,
    "unknown": _unknown,
}
