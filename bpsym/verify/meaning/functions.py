"""Functions and names a document defines for itself."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, TypeGuard

from msgspec.structs import replace

from bpsym.verify.meaning.activations import is_activation
from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.meaning.subjects import has_derivatives, subject_of
from bpsym.verify.meaning.symbolic import Definition
from bpsym.verify.symbols import FUNCTION_LETTERS
from bpsym.verify.tree import (
    Call,
    Case,
    Cases,
    Comparison,
    Document,
    Expr,
    Name,
    Number,
    Product,
    Span,
    Statement,
    walk,
)

if TYPE_CHECKING:
    from bpsym.verify.meaning.indices import Indices
    from bpsym.verify.meaning.scope import Scope

_LEAK = re.compile(
    r"leaky[\s_-]{0,3}relu\b[^\n;]{0,80}?(?:slope|leak|coefficient|steigung|pente|pendiente|наклон|斜率|傾き|기울기"
    r"|\\?alpha|α|a)\b[^\n;\d]{0,20}(0?[.,]\d+)",
    re.IGNORECASE,
)


def definitions_of(document: Document, scope: Scope, position: int | None = None) -> None:
    """Functions the document writes down, and names of its own for formulas: the first, or the last before a place."""
    before = [s for s in document.statements if position is not None and s.span.start < position]
    for statement in (*reversed(before), *document.statements[len(before) :]):
        if not statement.may_define:
            continue
        first, second = statement.terms[:2]
        if isinstance(first, Call):
            _function(scope, first, statement)
        elif _is_function_of_layer(first) and is_activation(second):
            scope.called.setdefault(key(first), second)
        elif isinstance(first, Name):
            _macro(scope, key(first), second)
    _leaky(document.text, scope)


def by_its_name(call: Call, at: Indices, scope: Scope) -> Call:
    """A call with the function a document says it is: of `g^{[1]} = tanh` the call `g^{[1]}(z)` is tanh(z)."""
    if not scope.called:
        return call
    marks = call.function.marks
    said = scope.called.get(key(replace(call.function, marks=()), at))
    return call if said is None else replace(call, function=replace(said, span=call.function.span, marks=marks))


def _is_function_of_layer(tree: Expr) -> TypeGuard[Name]:
    """Whether it is the letter of a function with one index, `f_2` or `g^{[2]}`."""
    if not isinstance(tree, Name) or tree.marks:
        return False
    return tree.base in FUNCTION_LETTERS and len((*tree.sub, *tree.layer)) == 1


def _leaky(text: str, scope: Scope) -> None:
    """The leaky ReLU with the slope the words give it: "Leaky ReLU with slope α = 0.1"."""
    said = _leak(text)
    if said is None or "leaky_relu" in scope.functions:
        return
    nowhere, digits = said
    z = Name(nowhere, "z")
    slope = Number(nowhere, digits, Fraction(digits), 0, 1)  # exact, as givens are
    above = Case(nowhere, z, Comparison(nowhere, (z, Number(nowhere, "0", Fraction(0), 0, 0)), (">",)), "")
    below = Case(nowhere, Product(nowhere, (slope, z), ("",)), None, "")
    scope.functions["leaky_relu"] = Definition(key(z), Cases(nowhere, (above, below)))


@lru_cache(maxsize=1)  # asked for with each scope of a document
def _leak(text: str) -> tuple[Span, str] | None:
    """Where the words give the slope of the leaky ReLU, and the slope."""
    said = _LEAK.search(text) if "eaky" in text or "EAKY" in text else None
    return None if said is None else (Span(said.start(1), said.end(1)), said.group(1).replace(",", "."))


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
        constants = names - {parameter}  # a of 1/(1 + e^{-a v})
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
