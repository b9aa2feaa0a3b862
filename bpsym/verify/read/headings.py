"""A heading in place of a left-hand side: `### $z_1$`, then `= w_{11} x_1 + …`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from bpsym.verify.grammar.cursor import Reading, UnreadError
from bpsym.verify.grammar.expressions import expression
from bpsym.verify.lexing.lexer import Flavour, tokens
from bpsym.verify.source import inserted
from bpsym.verify.tree import Derivative, Missing, Name, Span, Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.tree import Expr

_FORMULA: Final = re.compile(r"^[^$]{0,40}?\$([^$]{1,120})\$[^$\w]{0,10}$")
_NAME: Final = re.compile(r"^\W{0,3}([A-Za-zδΔσ]{1,4}[_\d][\w{}]{0,8})\W{0,3}$")


def with_headings(statements: Sequence[Statement]) -> list[Statement]:
    """The statements, those that begin with a sign of equality under a heading that is a name given that name."""
    out: list[Statement] = []
    named: set[str] = set()
    for statement in statements:
        heading = statement.context.heading
        if statement.continued and heading not in named and isinstance(statement.terms[0], Missing):
            first = _name(heading, statement.span)
            if first is not None:
                out.append(replace(statement, terms=(first, *statement.terms[1:]), continued=False))
                named.add(heading)
                continue
        named.add(heading)
        out.append(statement)
    return out


def _name(heading: str, at: Span) -> Expr | None:
    match = _FORMULA.match(heading) or _NAME.match(heading)
    if match is None:
        return None
    source = inserted(match.group(1), Span(at.start, at.start))
    try:
        found = tokens(source, Flavour(tex=True))
        tree = expression(found, Reading(match.group(1), tex=True)) if found else None
    except UnreadError:
        return None
    return tree if isinstance(tree, (Name, Derivative)) else None
