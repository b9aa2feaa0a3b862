"""Equations everybody knows and some documents show as a picture only, supplied where their names occur.

Batch normalisation: where x̂_i is a quotient by √(σ² + ε), and γ, β and y_i stand in the document, y_i = γ·x̂_i + β.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.tree import Call, Expr, Name, Number, Product, Span, Sum, walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    Pattern = tuple[Name, Expr]

_HERE = Span(0, 0)


@lru_cache(maxsize=1)
def _scaled_and_shifted() -> Pattern:
    """`y_i = γ x̂_i + β`."""
    gamma, beta = Name(_HERE, "gamma"), Name(_HERE, "beta")
    normalised = Name(_HERE, "x", ("i",), (), ("hat",))
    return Name(_HERE, "y", ("i",)), Sum(_HERE, (Product(_HERE, (gamma, normalised), ("",)), beta), (1, 1))


def customary(patterns: Iterable[Pattern], names: Collection[Key]) -> Iterator[Pattern]:
    """Equations a document leaves out, told by the rules it has and the names it uses."""
    known = {key(name): formula for name, formula in patterns}
    formula = known.get(Key("xhat", ("i",)))
    wanted = {Key("y", ("i",)), Key("gamma"), Key("beta")}
    if formula is not None and Key("y", ("i",)) not in known and wanted <= set(names) and _divides_by_root(formula):
        yield _scaled_and_shifted()


def _divides_by_root(formula: Expr) -> bool:
    roots = [node for node in walk(formula) if isinstance(node, Call) and node.function.base == "sqrt"]
    halves = [node for node in walk(formula) if isinstance(node, Number) and node.value * 2 == 1]
    epsilon = any(isinstance(node, Name) and node.base == "epsilon" for node in walk(formula))
    return epsilon and bool(roots or halves)
