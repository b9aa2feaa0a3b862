"""A function in pieces, told in a sentence: `f(z) = z` for `z > 0`, and `f(z) = 0.1 z` else."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.canonical import canonical
from bpsym.verify.tree import Call, Case, Cases, Comparison, Name, Number, Span, Statement, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ORDERS = frozenset(["<", ">", "≤", "≥"])
MOST_PIECES = 4
NEAR = 1000  # characters before the last piece in which it is said to be for the rest
_ELSE = re.compile(
    r"\b(?:otherwise|else|sonst|ansonsten|sinon|autrement|si no|en otro caso|de lo contrario|altrimenti|caso contrário"
    r"|senão|inaczej|anders)\b|иначе|в противном случае|否则|否則|其他|其它"
    r"|それ以外|そうでな|아니면|그 외|그렇지 않으면",
    re.IGNORECASE,
)


def with_pieces(statements: Sequence[Statement], text: str) -> list[Statement]:
    """The statements, those of one line that give a name several formulas under conditions joined into one."""
    if not any(_is_condition(statement) for statement in statements):
        return list(statements)
    ends = [position for position, character in enumerate(text) if character == "\n"]
    out: list[Statement] = []
    for _, group in groupby(statements, key=lambda statement: _line(ends, statement)):
        own = list(group)
        out += _joined(own, text) if any(map(_is_condition, own)) else own
    return out


def _line(ends: Sequence[int], statement: Statement) -> int:
    return bisect_right(ends, statement.span.start)


def _joined(line: Sequence[Statement], text: str) -> list[Statement]:
    """The statements of a line with its pieces put together."""
    out: list[Statement] = []
    position = 0
    while position < len(line):
        taken, made = _pieces(line[position : position + 2 * MOST_PIECES], text)
        out.append(made if made is not None else line[position])
        position += taken if made is not None else 1
    return out


def _pieces(line: Sequence[Statement], text: str) -> tuple[int, Statement | None]:
    """How many statements from here on are the pieces of one definition, and the definition; None where none is."""
    before = _is_condition(line[0])  # `if z > 0 then f(z) = z` or `f(z) = z for z > 0`
    found: list[tuple[Statement, Comparison | None]] = []
    taken = 0
    for formula, condition, used in _pairs(line, before=before):
        if not _is_piece(formula) or (found and not _same_subject(found[0][0], formula)):
            break
        between = max(found[-1][0].span.end if found else 0, formula.span.start - NEAR)
        if condition is None and not _ELSE.search(text, between, formula.span.end + 20):
            break
        found.append((formula, condition))
        taken += used
        if condition is None:
            break
    if len(found) < 2:
        return 0, None
    cases = tuple(Case(f.terms[1].span, f.terms[1], condition, "") for f, condition in found)
    span = Span(cases[0].span.start, cases[-1].span.end)
    first = found[0][0]
    return taken, replace(first, span=Span(first.span.start, span.end), terms=(first.terms[0], Cases(span, cases)))


def _pairs(line: Sequence[Statement], *, before: bool) -> Iterator[tuple[Statement, Comparison | None, int]]:
    """Formulas with their conditions, and how many statements each takes."""
    position = 0
    while position < len(line):
        pair = line[position : position + 2]
        if before and len(pair) == 2 and _is_condition(pair[0]):
            yield pair[1], _condition(pair[0]), 2
            position += 2
        elif not before and len(pair) == 2 and _is_condition(pair[1]):
            yield pair[0], _condition(pair[1]), 2
            position += 2
        else:
            yield pair[0], None, 1
            position += 1


def _is_condition(statement: Statement) -> bool:
    """`z > 0`, `|e| ≤ 1`: one comparison with a number."""
    return (
        len(statement.terms) == 2
        and statement.relations[0].kind in ORDERS
        and isinstance(statement.terms[1], (Number, Name))
        and any(isinstance(node, Name) for node in walk(statement.terms[0]))
    )


def _condition(statement: Statement) -> Comparison:
    return Comparison(statement.span, statement.terms, tuple(relation.kind for relation in statement.relations))


def _is_piece(statement: Statement) -> bool:
    return (
        len(statement.terms) == 2
        and statement.relations[0].kind == "="
        and isinstance(statement.terms[0], (Name, Call))
        and not any(isinstance(node, Cases) for node in walk(statement.terms[1]))
    )


def _same_subject(first: Statement, second: Statement) -> bool:
    return canonical(first.terms[0]) == canonical(second.terms[0])
