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
from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.meaning.activations import known_function
from bpsym.verify.meaning.families import NameFamily, family
from bpsym.verify.meaning.keys import LOSS_NAMES, Key, key
from bpsym.verify.meaning.subjects import has_derivatives, subject_of
from bpsym.verify.tree import Application, Call, Document, Expr, Name, Power, Span, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY = 3  # meanings of one name that make it one of cases
_TRAINED = frozenset(["w", "W", "b", "theta"])  # which have another number after each step
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


def contested(document: Document) -> dict[NameFamily, dict[str, tuple[Expr, Expr]]]:
    """Names that sections of a document define in ways of their own: ŷ = f(z), and later ŷ = σ(W a + b).

    With each stand its name and formula under each heading that defines it.
    """
    said: dict[NameFamily, dict[str, tuple[Expr, Expr]]] = {}
    known: dict[NameFamily, dict[str, frozenset[object]]] = {}
    found: set[NameFamily] = set()
    losses: dict[NameFamily, set[frozenset[str]]] = {}
    for subject, first, formula, heading in _formulas(document):
        said.setdefault(subject, {}).setdefault(heading, (first, formula))
        named = frozenset(family(key(node)) for node in walk(formula) if isinstance(node, Name)) - {subject}
        if subject.base in LOSS_NAMES:
            losses.setdefault(subject, set()).add(_means(formula))
        sections = known.setdefault(subject, {})
        if named and subject.base not in LOSS_NAMES and any(
            other != heading and not named <= theirs and not theirs <= named for other, theirs in sections.items()
        ):
            found.add(subject)
        sections.setdefault(heading, named)
    found |= {loss for loss, kinds in losses.items() if len(kinds - {frozenset()}) > 1}
    return {name: said[name] for name in found}


def _means(formula: Expr) -> frozenset[str]:
    """What a loss is made with: squares, logarithms."""
    return frozenset(
        "^" if isinstance(n, Power) else n.function.base for n in walk(formula) if isinstance(n, (Call, Power))
    )


def several_functions(document: Document) -> frozenset[NameFamily]:
    """The letters of functions a document defines more than once: each example has its own f."""
    bodies: dict[NameFamily, set[str]] = {}
    for statement in document.statements:
        first = statement.terms[0]
        if statement.may_define and isinstance(first, (Application, Call)) and (head := _head(first)) is not None:
            bodies.setdefault(family(key(head)), set()).add(canonical(statement.terms[1]))
    return frozenset(subject for subject, formulas in bodies.items() if len(formulas) > 1)


def restless(document: Document) -> frozenset[NameFamily]:
    """Names a document gives one number after another, outside its tables: `a = 5`, `a = 2`, `a = 2.001`."""
    values: dict[NameFamily, set[str]] = {}
    for statement in document.statements:
        first, *rest = statement.terms
        if isinstance(first, Name) and len(rest) == 1 and statement.context.kind != "cell":
            is_bare = not (first.sub or first.layer) and kind_of(rest[0]) is Kind.SYMBOLIC
            if first.base not in _TRAINED and (kind_of(rest[0]) is Kind.NUMBER or is_bare):
                named = key(first)
                values.setdefault(NameFamily(named.base, named.sub, named.layer), set()).add(canonical(rest[0]))
    return frozenset(name for name, meanings in values.items() if len(meanings) >= MANY)


def _head(tree: Application | Call) -> Name | None:
    """The letter of a function of names, if it is no function everybody knows."""
    if not all(isinstance(argument, Name) for argument in tree.arguments):
        return None
    if isinstance(tree, Application):
        return tree.head
    return None if tree.function.marks or known_function(tree) is not None else tree.function


def _formulas(document: Document) -> Iterator[tuple[NameFamily, Expr, Expr, str]]:
    """What a document gives its names as formulas, and under which heading."""
    for statement in document.statements:
        first = statement.terms[0]
        name = _head(first) if isinstance(first, (Application, Call)) else first
        if statement.may_define and isinstance(name, Name) and not has_derivatives(statement.terms[1]):
            yield family(key(name)), first, statement.terms[1], statement.context.heading


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
