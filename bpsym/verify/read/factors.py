"""`f_1 (1 - f_1)` where f_1 is a quantity: a product, no call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.meaning.activations import is_activation
from bpsym.verify.meaning.patterns import substituted
from bpsym.verify.symbols import FUNCTION_LETTERS
from bpsym.verify.tree import Call, Expr, Name, Product, Statement, walk

if TYPE_CHECKING:
    from collections.abc import Sequence

Spelling = tuple[str, tuple[str, ...], tuple[str, ...]]


def with_factors(statements: Sequence[Statement]) -> list[Statement]:
    """Statements in which a letter that is given a value somewhere is no function."""
    said = [s for s in statements if len(s.terms) > 1 and not is_activation(s.terms[1])]
    given = {_spelling(s.terms[0]) for s in said if isinstance(s.terms[0], Name)}
    given = {spelling for spelling in given if spelling[0] in FUNCTION_LETTERS}
    if not given:
        return list(statements)
    return [replace(s, terms=tuple(_with_factors(term, given) for term in s.terms)) for s in statements]


def _with_factors(tree: Expr, given: set[Spelling]) -> Expr:
    while True:
        call = next((n for n in walk(tree) if isinstance(n, Call) and _is_product(n, given)), None)
        if call is None:
            return tree
        tree = substituted(tree, call, Product(call.span, (call.function, call.arguments[0]), ("",)))


def _is_product(call: Call, given: set[Spelling]) -> bool:
    if _spelling(call.function) not in given or call.function.marks or len(call.arguments) != 1:
        return False
    itself = any(isinstance(n, Name) and _spelling(n) == _spelling(call.function) for n in walk(call.arguments[0]))
    return itself or bool(call.function.sub and call.function.sub[-1].isdigit())


def _spelling(name: Name) -> Spelling:
    return name.base, name.sub, name.layer
