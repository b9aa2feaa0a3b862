"""Names a document defines more than once: `C = (y - a)²/2`, and pages later `C = -[y ln a + (1 - y) ln(1 - a)]`.

A letter without an index that is given another formula, of further names, is defined afresh; from there on the new
formula is meant. So is any name behind "let" or "令". The same name given another formula of the same names, or a name
with an index, contradicts itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpsym.verify.canonical import canonical
from bpsym.verify.meaning.activations import known_function
from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.meaning.subjects import has_derivatives, subject_of
from bpsym.verify.tree import Call, Document, Expr, Name, Span, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

_LETTING = re.compile(r"(?:令|改为|换成|重新定义|\b(?:let|redefine|now take|instead take))[\s$,，:：]*$", re.IGNORECASE)


@dataclass(frozen=True)
class Redefinitions:
    """Where names and functions are defined afresh, in reading order."""

    spans: tuple[Span, ...] = ()  # of the formulas
    names: frozenset[object] = frozenset()

    def era(self, position: int) -> int:
        """How many of them stand before a place."""
        return bisect_right([span.start for span in self.spans], position)

    def latest_first(self, formulas: list[Expr], position: int | None) -> list[Expr]:
        """Formulas of one name with the one in effect at a place before the others."""
        chosen = [f for f in formulas if position is not None and f.span in self.spans and f.span.start < position]
        return [chosen[-1], *(f for f in formulas if f is not chosen[-1])] if chosen else formulas


def redefinitions(document: Document) -> Redefinitions:
    """Every formula that gives a letter or a function a new meaning."""
    spans: list[Span] = []
    names: set[object] = set()
    known: dict[object, list[tuple[frozenset[object], Span]]] = {}
    for subject, meaning, span in _definitions(document):
        found = known.setdefault(subject, [])
        if found and not any(meaning <= other for other, _ in found):
            names.add(subject)
        found.append((meaning, span))
    for subject in names:
        spans += [span for _, span in known[subject]]
    return Redefinitions(tuple(sorted(spans)), frozenset(names))


def _definitions(document: Document) -> Iterator[tuple[object, frozenset[object], Span]]:
    """Letters and functions that are given a formula, with what tells one meaning from another."""
    for statement in document.statements:
        if not statement.may_define:
            continue
        first, formula = statement.terms[:2]
        names = {key(node) for node in walk(formula) if isinstance(node, Name)}
        if not names or has_derivatives(formula):
            continue
        bare = isinstance(first, Name) and not (first.sub or first.layer or first.marks)
        bare = bare or _LETTING.search(statement.context.before) is not None
        if isinstance(first, Name) and bare and key(first) not in names:
            functions = {node.function.base for node in walk(formula) if isinstance(node, Call)}
            yield key(first), frozenset(names | {Key(base) for base in functions}), formula.span
        elif isinstance(first, Call) and not first.function.marks and known_function(first) is None:
            yield subject_of(first), frozenset([canonical(formula)]), formula.span
