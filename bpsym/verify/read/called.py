"""Letters a document uses as functions: `s(z_1)` is no product where it says what s is, or what `s'(z)` is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bpsym.verify.meaning.keys import LOSS_NAMES
from bpsym.verify.meaning.mapped import mapped
from bpsym.verify.symbols import ACTIVATIONS, FUNCTION_LETTERS
from bpsym.verify.tree import (
    Application,
    Call,
    Expr,
    Name,
    Negative,
    Number,
    Power,
    Product,
    Statement,
    Sum,
    nodes,
    one_less,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_COUNTED = frozenset("ijklmntT")  # arguments that are indices: w(t) is w at a time
_NONE = frozenset("deipP") | FUNCTION_LETTERS | LOSS_NAMES  # letters that are none, or are called functions anyway
_WORDS = (
    r"(?P<sigmoid>sigmo[iï]d\w*|logisti\w+|сигмоид\w*|シグモイド|시그모이드)"
    r"|(?P<tanh>tanh|hyperbolic tangent|tangente? hyperboli\w+|双曲正切)"
    r"|(?P<relu>relu\b|rectifi\w+)|(?P<softplus>softplus)"
)
_SAID = re.compile(  # `s = sigmoid`, "where $s$ is the logistic function"
    rf"(?<![A-Za-z\\])([A-Za-z])(?:\([A-Za-z]\))?\s?\$?\s?(?:=|:|\b(?:is|be|denotes|ist|sei|est|es|é|è)\b|—|为|是|表示)"
    rf"\s?(?:\\text\{{\s?)?(?:[\w'’-]{{1,12}}\s){{0,3}}[\w'’]{{0,2}}?(?:{_WORDS})(?!\w*\s*[({{\\$])",
    re.IGNORECASE,
)


def with_calls(statements: Sequence[Statement], text: str) -> list[Statement]:
    """The statements, with such letters read as what they are said to be."""
    functions = _functions(statements, text)
    if not functions:
        return list(statements)

    def change(tree: Any) -> Any:
        if isinstance(tree, Product):
            tree = _with_numbers(tree, functions)
        if isinstance(tree, Application) and len(tree.arguments) == 1 and tree.head.base in functions:
            tree = Call(tree.span, tree.head, tree.arguments)
        if isinstance(tree, Call) and tree.function.base in functions:
            return replace(tree, function=replace(tree.function, base=functions[tree.function.base]))
        return tree

    return list(mapped(statements, change))


def _functions(statements: Sequence[Statement], text: str) -> dict[str, str]:
    """What such letters are: themselves, where the document has a formula for them, or an activation."""
    primed, applied = _letters(statements)
    if not applied:
        return {}
    said = {found[1]: found.lastgroup or "" for found in _SAID.finditer(text)}
    own = {_head(s.terms[0]) for s in statements if _is_formula(s)}
    functions = {letter: letter for letter in primed & applied & own}
    functions |= {letter: said[letter] for letter in applied & said.keys() - own}
    slopes = ((letter, _by_slope(letter, statements)) for letter in (primed & applied) - own - said.keys())
    return functions | {letter: name for letter, name in slopes if name}


def _letters(statements: Sequence[Statement]) -> tuple[set[str], set[str]]:
    """Letters that are differentiated as functions, and those that are applied to something and given no value."""
    primed: set[str] = set()
    applied: set[str] = set()
    for node in nodes(statements):
        if isinstance(node, Call) and "prime" in node.function.marks:
            primed.add(node.function.base)
        elif isinstance(node, Application) and len(node.arguments) == 1 and not node.head.sub and not node.head.marks:
            only = node.arguments[0]
            if not isinstance(only, Name) or (only.base not in _COUNTED and len(only.base) == 1):
                applied.add(node.head.base)
    given = {
        s.terms[0].base for s in statements if s.relations and isinstance(s.terms[0], Name) and not _is_activation(s)
    }
    return primed, {letter for letter in applied - given - _NONE if len(letter) == 1}


def _is_activation(statement: Statement) -> bool:
    """`s = sigmoid`: a letter for a function, no quantity."""
    return len(statement.terms) == 2 and isinstance(last := statement.terms[1], Name) and last.base in ACTIVATIONS


def _head(tree: Expr) -> str:
    """The letter of `s(z)`, where that is all there is."""
    return tree.head.base if isinstance(tree, Application) and not (tree.head.sub or tree.head.marks) else ""


def _is_formula(statement: Statement) -> bool:
    """`s(z) = 1/(1 + e^{-z})`: said of any argument."""
    first, *others = statement.terms
    only = first.arguments[0] if isinstance(first, Application) else None
    if not isinstance(only, Name) or not others:
        return False
    return any(isinstance(node, Name) and node.base == only.base for node in nodes([replace(statement, terms=others)]))


def _by_slope(letter: str, statements: Sequence[Statement]) -> str | None:
    """The activation whose slope a letter is said to have."""
    for statement in statements:
        first = statement.terms[0]
        if isinstance(first, Call) and first.function.base == letter and "prime" in first.function.marks:
            found = next((name for term in statement.terms[1:] if (name := _of_slope(term, letter))), None)
            if found is not None:
                return found
    return None


def _of_slope(tree: Expr, letter: str) -> str | None:
    """s (1 - s) is the slope of the sigmoid, 1 - s² that of tanh."""
    factors = tree.factors if isinstance(tree, Product) else (tree,)
    *before, last = factors
    own = one_less(last) if isinstance(last, Sum) else None
    if own is None:
        return None
    if not before and isinstance(own, Power) and _head(own.base) == letter:
        return "tanh" if isinstance(own.exponent, Number) and own.exponent.value == 2 else None
    return "sigmoid" if len(before) == 1 and _head(before[0]) == _head(own) == letter else None


def _with_numbers(tree: Product, functions: Mapping[str, str]) -> Expr:
    """`s(0.5)`, read as a product, as a call."""
    factors: list[Expr] = [tree.factors[0]]
    operators: list[str] = []
    for operator, factor in zip(tree.operators, tree.factors[1:], strict=True):
        before = factors[-1]
        is_called = operator == "" and isinstance(factor, (Number, Negative))
        if is_called and isinstance(before, Name) and before.base in functions and not (before.sub or before.layer):
            factors[-1] = Call(before.span._replace(end=factor.span.end), before, (factor,))
        else:
            factors.append(factor)
            operators.append(operator)
    if len(factors) == 1:
        return factors[0]
    return replace(tree, factors=tuple(factors), operators=tuple(operators))
