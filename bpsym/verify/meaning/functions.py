"""Functions and names a document defines for itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bpsym.verify.meaning.activations import known_function
from bpsym.verify.meaning.algebra import Algebra, NoValueError
from bpsym.verify.meaning.arrays import Array, Scalar, Value, mapped
from bpsym.verify.meaning.denote import Reading, denote
from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.meaning.scope import Definition, Scope, has_derivatives, subject_of
from bpsym.verify.tree import Call, Document, Expr, Name, Number, Statement, walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from bpsym.verify.meaning.denote import Indices


def definitions_of(document: Document, scope: Scope) -> None:
    """Functions the document writes down, and names of its own for formulas."""
    for statement in document.statements:
        if not statement.relations or statement.relations[0].kind not in ("=", ":=", "≈"):
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
    letter = call.function.base + "_".join(("", *call.function.sub))
    for body in reversed(statement.terms[1:]):
        names = {key(node) for node in walk(body) if isinstance(node, Name) and not _is_function_name(body, node)}
        names -= {Key("e"), Key("pi")}
        if names == {parameter}:
            scope.functions.setdefault(letter, Definition(parameter, body))
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


def symbolic_function(call: Call, scope: Scope, algebra: Algebra, reading: Reading) -> Callable[[Value], Value]:
    """A function over SymPy expressions; primes are for the checker, not for definitions."""
    if "prime" in call.function.marks:
        raise NoValueError("a derivative inside a definition")
    letter = call.function.base + "_".join(("", *call.function.sub))
    own = scope.functions.get(letter)
    rule = known_function(call)
    if rule is None and own is not None:
        return lambda value: mapped(lambda item: _applied(own, item, reading), value)
    if rule is None:
        if call.function.base not in ("sigma", "Sigma"):
            scope.vague_letters.add(letter)
        rule = "sigmoid"  # any smooth function will do for a formula
    if rule == "softmax":
        return lambda value: _softmax(value, algebra)
    one = algebra.functions.get(rule.replace("-", "_")) or algebra.functions.get(rule)
    if one is None:
        raise NoValueError(f"the function {call.function.base} is not defined", call.function.base)
    return lambda value: mapped(one, value)


def _applied(own: Definition, item: Scalar, reading: Reading) -> Scalar:
    def name_of(name: Name, at: Indices) -> Value:
        return item if key(name, at) == own.parameter else reading.name(name, at)

    return denote(own.body, replace(reading, name=name_of))


def _softmax(value: Value, algebra: Algebra) -> Value:
    if not isinstance(value, Array):
        raise NoValueError("softmax of a single number")
    above = [algebra.functions["exp"](item) for item in value.items]
    total = above[0]
    for item in above[1:]:
        total = total + item
    return Array(value.shape, tuple(item / total for item in above))
