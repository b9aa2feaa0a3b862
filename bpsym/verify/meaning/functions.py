"""Functions and names a document defines for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.meaning.subjects import has_derivatives, subject_of
from bpsym.verify.meaning.symbolic import Definition
from bpsym.verify.tree import Call, Document, Expr, Name, Number, Statement, walk

if TYPE_CHECKING:
    from bpsym.verify.meaning.scope import Scope


def definitions_of(document: Document, scope: Scope, position: int | None = None) -> None:
    """Functions the document writes down, and names of its own for formulas: the first, or the last before a place."""
    before = [s for s in document.statements if position is not None and s.span.start < position]
    for statement in (*reversed(before), *document.statements[len(before) :]):
        if not statement.may_define:
            continue
        first, second = statement.terms[:2]
        if isinstance(first, Call):
            _function(scope, first, statement)
        elif isinstance(first, Name):
            _macro(scope, key(first), second)


def _function(scope: Scope, call: Call, statement: Statement) -> None:
    """`f(z) = 1/(1 + e^{-z})`."""
    if len(call.arguments) != 1 or not isinstance(call.arguments[0], Name) or call.function.marks:
        return
    parameter = key(call.arguments[0])
    kinds = [relation.kind for relation in statement.relations]
    end = kinds.index("→") + 1 if "→" in kinds else len(statement.terms)  # what follows an arrow is another matter
    for body in reversed(statement.terms[1:end]):
        if any(isinstance(node, Call) and node.function.base == call.function.base for node in walk(body)):
            continue
        names = {key(node) for node in walk(body) if isinstance(node, Name) and not _is_function_name(body, node)}
        names -= {Key("e"), Key("pi")}
        constants = names - {parameter} if scope.laws else set()  # a of 1/(1 + e^{-a v})
        if parameter in names and all(not (n.sub or n.layer) for n in constants) and names == {parameter} | constants:
            scope.functions.setdefault(call.letter, Definition(parameter, body))
            return


def _is_function_name(tree: Expr, name: Name) -> bool:
    return any(isinstance(node, Call) and node.function is name for node in walk(tree))


def _macro(scope: Scope, wanted: Key, formula: Expr) -> None:
    """A name the network does not have, for something it can compute."""
    if scope.atoms(wanted) is not None or wanted in scope.macros or isinstance(formula, Number):
        return
    own = {subject_of(node) for node in walk(formula) if isinstance(node, Name)}
    if wanted in own:
        return
    if has_derivatives(formula) or own:
        scope.macros[wanted] = formula
