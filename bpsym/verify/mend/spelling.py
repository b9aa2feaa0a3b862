"""Whether a patched formula says what is meant: it is read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.errors import BpsymError
from bpsym.verify.grammar.cursor import CLOSERS, OPENERS, Reading
from bpsym.verify.grammar.expressions import expression
from bpsym.verify.lexing.lexer import Flavour, tokens
from bpsym.verify.source import Source
from bpsym.verify.tree import Expr, Name, Unknown, walk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

_LAYOUT = frozenset(["space", "tag", "amp", "row"])


def reread(text: str, start: int, layers: AbstractSet[str], *, tex: bool) -> Expr | None:
    """A formula read by itself, its spans counted from a `start`; None where it is none.

    `layers`: the letters whose superscripts count layers.
    """
    source = Source(text, range(start, start + len(text)), range(start + 1, start + len(text) + 1))
    reading = Reading(text, frozenset(layers), tex, notes=[])
    found, depth = [], 0
    for token in tokens(source, Flavour(tex=tex)):
        depth += (token.kind in OPENERS) - (token.kind in CLOSERS)
        if depth or token.kind not in _LAYOUT:
            found.append(token)
    try:
        tree = expression(found, reading)
    except BpsymError:
        return None
    return None if any(isinstance(node, Unknown) for node in walk(tree)) else tree


def form(tree: Expr) -> Sequence[str]:
    """The kinds of a formula's nodes, and the letters of its names."""
    return [node.base if isinstance(node, Name) else type(node).__name__ for node in walk(tree)]
