"""A chain that says several things, as a statement for each."""

from __future__ import annotations

from itertools import pairwise

from msgspec.structs import replace

from bpsym.verify.symbols import ACTIVATIONS
from bpsym.verify.tree import (
    Annotation,
    Call,
    Derivative,
    Differential,
    Name,
    Node,
    Row,
    Span,
    Statement,
    is_numeral,
    with_parts,
)

_EQUALS = frozenset(["=", "≈", ":="])


def said(whole: Statement) -> list[Statement]:
    """What a chain says, each by itself."""
    whole = _with_argument(whole)
    return _assignments(whole) or _at_arrow(whole) or [whole]


def _with_argument(whole: Statement) -> Statement:
    """`tanh' = 1 - tanh²`: functions, of which one holds at every place what the other does, as calls of one letter."""
    first = whole.terms[0]
    if not isinstance(first, Name) or first.base not in ACTIVATIONS or first.marks != ("prime",) or first.sub:
        return whole

    def called(node: Node) -> Node:
        if isinstance(node, Name) and node.base == first.base and not (node.sub or node.layer):
            return Call(node.span, node, (Name(node.span, "z", spelled="z"),))
        return node if isinstance(node, Call) else with_parts(node, called)

    return replace(whole, terms=tuple(called(term) for term in whole.terms))


def _at_arrow(whole: Statement) -> list[Statement]:
    """`σ(x) = 1/(1 + e^{-x}) → dσ/dx = …` and `z = 0.51 → a = 0.625` say two things, `3 → 3·3 = 9 → 9·3 = 27` three."""
    cuts = [0]
    for place, relation in enumerate(whole.relations[:-1], 1):
        if relation.kind != "→" or whole.relations[place].kind not in _EQUALS:
            continue
        begun, ended = isinstance(whole.terms[place], (Derivative, Differential)), place > cuts[-1] + 1
        if ended or (not begun and is_numeral(whole.terms[place - 1])):
            cuts.append(place)
    if len(cuts) == 1:
        return []
    return [
        replace(
            whole,
            span=Span(
                whole.terms[start].span.start if start else whole.span.start,
                whole.terms[end - 1].span.end if end < len(whole.terms) else whole.span.end,
            ),
            terms=whole.terms[start:end],
            relations=whole.relations[start : end - 1],
            annotations=() if start else whole.annotations,
        )
        for start, end in pairwise([*cuts, len(whole.terms)])
        if end > start + 1
    ]


def _assignments(whole: Statement) -> list[Statement]:
    """`[w_1, w_2, b_1] = [0.15, 0.20, 0.35]` as three statements; nothing if it is no such list."""
    rows = [term for term in whole.terms if isinstance(term, Row)]
    if len(rows) != len(whole.terms) or len(rows) < 2:
        return []
    names, length = rows[0].items, len(rows[0].items)
    if not all(isinstance(item, Name) for item in names) or any(len(row.items) != length for row in rows):
        return []
    return [
        replace(
            whole,
            span=Span(names[k].span.start, rows[-1].items[k].span.end),
            terms=tuple(row.items[k] for row in rows),
            annotations=_only(whole.annotations, k),
        )
        for k in range(length)
    ]


def _only(annotations: tuple[Annotation, ...], position: int) -> tuple[Annotation, ...]:
    """Remarks go with the first of a list."""
    return annotations if position == 0 else ()
