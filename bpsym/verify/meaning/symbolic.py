"""Formulas over SymPy: for the equations of a document's own network, and for derivatives of whole formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bpsym.primitives import ACTIVATIONS
from bpsym.verify.meaning.activations import WITH_SLOPE, known_function, normalised
from bpsym.verify.meaning.algebra import Algebra, NoValueError
from bpsym.verify.meaning.arrays import Array, Scalar, Value, by_rows, mapped, transposed
from bpsym.verify.meaning.denote import Reading, denote
from bpsym.verify.meaning.keys import key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bpsym.verify.meaning.indices import Indices
    from bpsym.verify.meaning.keys import Key
    from bpsym.verify.tree import Call, Expr, Name


class Definition(Struct, frozen=True):
    """A function a document writes down: `f(z) = 1/(1 + e^{-z})`."""

    parameter: Key
    body: Expr


def symbolic_function(
    call: Call, functions: Mapping[str, Definition], vague: set[str], reading: Reading, layer: str | None = None
) -> Callable[[Value], Value]:
    """A function over SymPy expressions; primes are for the checker, not for definitions.

    `functions` are those the document writes down; letters of functions nobody defines are put into `vague`. `layer` is
    the activation of the layer whose net input is the argument, where that is known.
    """
    if "prime" in call.function.marks:
        raise NoValueError("a derivative inside a definition")
    algebra = reading.algebra
    own = functions.get(call.letter)
    rule = known_function(call) or layer
    if (rule is None or rule in WITH_SLOPE) and own is not None:
        return lambda value: mapped(lambda item: applied(own, item, reading), value)
    if rule is None:
        if call.function.base not in ("sigma", "Sigma"):
            vague.add(call.letter)
        rule = "sigmoid"  # any smooth function will do for a formula
    if rule == "softmax":
        if reading.columns:
            return lambda value: transposed(_softmax(transposed(value), algebra))
        return lambda value: _softmax(value, algebra)
    one = algebra.functions.get(rule.replace("-", "_")) or algebra.functions.get(rule)
    if one is None and rule in ACTIVATIONS:
        row = ACTIVATIONS[rule]
        return lambda value: mapped(row.forward, value)
    if one is None:
        raise NoValueError(f"the function {call.function.base} is not defined", call.function.base)
    return lambda value: mapped(one, value)


def applied(own: Definition, item: Scalar, reading: Reading) -> Scalar:
    """What a function a document writes down makes of an expression; raises NoValueError where that is a vector."""

    def name_of(name: Name, at: Indices) -> Value:
        return item if key(name, at) == own.parameter else reading.name(name, at)

    value = denote(own.body, replace(reading, name=name_of))
    if isinstance(value, Array):
        raise NoValueError("a function of one number that is a vector")
    return value


def _softmax(value: Value, algebra: Algebra) -> Value:
    if not isinstance(value, Array):
        raise NoValueError("softmax of a single number")
    return by_rows(lambda items: normalised([algebra.functions["exp"](item) for item in items]), value)
