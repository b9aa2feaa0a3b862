"""What a formula looks like, independent of any format: a tree of boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpsym.display import Shown

if TYPE_CHECKING:
    from bpsym.notation import Name
    from bpsym.rounding import Numeral


@dataclass(frozen=True, slots=True)
class Atom:
    """A name."""

    name: Name


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number."""

    numeral: Numeral


@dataclass(frozen=True, slots=True)
class Sign:
    """An operator or a relation, by its key: plus, minus, dot, equal, approx, arrow, comma, dots, ..."""

    key: str


@dataclass(frozen=True, slots=True)
class Words:
    """Words inside a formula."""

    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """Boxes side by side."""

    items: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Paren:
    """A box in parentheses."""

    body: Box


@dataclass(frozen=True, slots=True)
class Bars:
    """A box between bars: an absolute value."""

    body: Box


@dataclass(frozen=True, slots=True)
class Frac:
    """A fraction."""

    above: Box
    below: Box


@dataclass(frozen=True, slots=True)
class Partial:
    """A partial derivative, written as a fraction of partials."""

    of: Box
    wrt: Box


@dataclass(frozen=True, slots=True)
class Power:
    """A base with an exponent; the base is already in parentheses where it needs them."""

    base: Box
    exponent: Box


@dataclass(frozen=True, slots=True)
class Root:
    """A square root."""

    body: Box


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its argument in parentheses: ln, tanh, max, ..."""

    function: str
    arguments: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class BigSum:
    """A sum over an index."""

    index: Box
    lower: Box
    upper: Box
    body: Box


@dataclass(frozen=True, slots=True)
class Cases:
    """A case distinction: value and condition; the last condition is None for "otherwise"."""

    rows: tuple[tuple[Box, Box | None], ...]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of boxes in brackets."""

    rows: tuple[tuple[Box, ...], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A box with something above it to the right: a transpose, a prime, a circle."""

    body: Box
    mark: str


Box = (
    Atom | Number | Sign | Words | Row | Paren | Bars | Frac | Partial | Power | Root | Call | BigSum | Cases | Matrix
    | Mark
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Formula(Shown):
    """A finished formula: the only object templates print without escaping."""

    box: Box


def row(*items: Box) -> Box:
    """Boxes side by side, rows inside rows laid flat."""
    flat: list[Box] = []
    for item in items:
        flat.extend(item.items if isinstance(item, Row) else (item,))
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


def chain(*links: Box, relations: tuple[str, ...] = ()) -> Formula:
    """A = B = C; `relations` names the signs (all "equal" by default)."""
    signs = relations or ("equal",) * (len(links) - 1)
    items: list[Box] = [links[0]]
    for sign, link in zip(signs, links[1:], strict=True):
        items += [Sign(sign), link]
    return Formula(row(*items))
