"""Slopes of the function just defined: `f_a(x) = a x → df/dx = a`, where a document has one f after the other."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from bpsym.verify.tree import Application, Call, Derivative, Expr, Name, Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP: Final = 120  # characters between a function and its slope, arrows and blanks
_LETTERS: Final = frozenset("fghFGqsuy")


def with_nearest(statements: Sequence[Statement], text: str) -> list[Statement]:
    """The statements with `df/dx` as the slope of what f was said to be right before it."""
    heads = [_head(statement) for statement in statements]
    several = Counter(head.base for head in heads if head is not None)
    if not any(count > 1 for count in several.values()):
        return list(statements)
    found: list[Statement] = []
    body: Statement | None = None
    end = 0
    for statement, head in zip(statements, heads, strict=True):
        gap = text[end : statement.span.start]
        if head is not None:
            body = statement if several[head.base] > 1 else None
        elif body is not None and (len(gap) > _GAP or "\n\n" in gap or "\r\n\r\n" in gap):
            body = None
        end = statement.span.end
        found.append(statement if body is None or head is not None else _of_body(statement, body))
    return found


def _head(statement: Statement) -> Name | None:
    """The f of a statement that says what f(x) is."""
    first = statement.terms[0]
    if len(statement.terms) < 2 or not isinstance(first, (Application, Call)):
        return None
    head = first.head if isinstance(first, Application) else first.function
    plain = head.base in _LETTERS and not head.marks and all(isinstance(a, Name) for a in first.arguments)
    return head if plain else None


def _of_body(statement: Statement, body: Statement) -> Statement:
    """A statement about `df/dx` as one about `d(a x)/dx`."""
    slope, function = statement.terms[0], body.terms[0]
    head = _head(body)
    if not isinstance(slope, Derivative) or not isinstance(slope.of, Name) or head is None or slope.order != 1:
        return statement
    arguments = function.arguments if isinstance(function, (Application, Call)) else ()
    is_argument = any(_same(slope.wrt, argument) for argument in arguments)
    is_it = slope.of.base == head.base and slope.of.sub in ((), head.sub) and not slope.of.marks
    if not is_argument or not is_it:
        return statement
    return replace(statement, terms=(replace(slope, of=body.terms[-1]), *statement.terms[1:]))


def _same(left: Expr | None, right: Expr) -> bool:
    return isinstance(left, Name) and isinstance(right, Name) and (left.base, left.sub) == (right.base, right.sub)
