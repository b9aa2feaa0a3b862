"""A heading in place of a left-hand side: `### $z_1$`, then `= w_{11} x_1 + …`.

Or `### $z_1$`, then `w_{11} x_1 + … = 0.3775`, where that is all that stands below it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from bpsym.verify.grammar.cursor import Reading, UnreadError
from bpsym.verify.grammar.expressions import expression
from bpsym.verify.lexing.lexer import Flavour, tokens
from bpsym.verify.source import inserted
from bpsym.verify.tree import Derivative, Missing, Name, Relation, Span, Statement, is_numeral

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.tree import Expr

_FORMULA: Final = re.compile(r"^[^$]{0,40}?\$([^$]{1,120})\$[^$\w]{0,10}$")
_NAME: Final = re.compile(r"^\W{0,3}([A-Za-zδΔσ]{1,4}[_\d][\w{}]{0,8})\W{0,3}$")
# nothing but a name, or the new value of one
_WHOLE: Final = re.compile(
    r"^[\W\d]{0,8}(?P<new>(?:(?:new|updated)\s+(?:value\s+of\s+)?|新的?\s*|更新后的?\s*)?)"
    r"(?:\$[^$]{1,120}\$|[A-Za-zδΔσθ]{1,4}[_\d][\w{}]{0,8})\W{0,10}$",
    re.IGNORECASE,
)


def with_headings(statements: Sequence[Statement]) -> list[Statement]:
    """The statements, those that begin with a sign of equality under a heading that is a name given that name.

    So are those that begin with what a number comes from, where a heading stands above nothing else.
    """
    out: list[Statement] = []
    named: set[str] = set()
    below = Counter(statement.context.heading for statement in statements)
    for statement in statements:
        heading = statement.context.heading
        if statement.continued and heading not in named and isinstance(statement.terms[0], Missing):
            first = _name(heading, statement.span)
            if first is not None:
                out.append(replace(statement, terms=(first, *statement.terms[1:]), continued=False))
                named.add(heading)
                continue
        named.add(heading)
        out.append(_named(statement) if below[heading] == 1 and _is_worked(statement) else statement)
    return out


def _named(statement: Statement) -> Statement:
    """What is worked out as the value of what its heading names, if that is all the heading says."""
    heading = statement.context.heading
    whole = _WHOLE.match(heading)
    first = None if whole is None else _name(heading[whole.end("new") :], statement.span)
    if whole is None or first is None:
        return statement
    if whole["new"] and isinstance(first, Name):
        first = replace(first, marks=("new",))
    return replace(
        statement,
        terms=(first, *statement.terms),
        relations=(Relation(first.span, "="), *statement.relations),
        context=replace(statement.context, heading=""),  # which begins no section
    )


def _is_worked(statement: Statement) -> bool:
    """Whether a display works out a number without saying what that is."""
    first, last = statement.terms[0], statement.terms[-1]
    named = isinstance(first, (Name, Derivative, Missing)) or is_numeral(first)
    return statement.context.kind == "display" and not named and is_numeral(last)


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
