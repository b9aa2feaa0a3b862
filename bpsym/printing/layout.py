"""What a formula looks like, independent of any format: a tree of boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import Struct

from bpsym.display import Shown

if TYPE_CHECKING:
    from bpsym.notation import Name
    from bpsym.rounding import Numeral


class Atom(Struct, frozen=True):
    """A name."""

    name: Name


class Number(Struct, frozen=True):
    """A printed number."""

    numeral: Numeral


class Sign(Struct, frozen=True):
    """An operator or a relation, by its key: plus, minus, dot, equal, approx, arrow, comma, dots, ..."""

    key: str


class Words(Struct, frozen=True):
    """Words inside a formula."""

    text: str


class Row(Struct, frozen=True):
    """Boxes side by side."""

    items: tuple[Box, ...]


class Paren(Struct, frozen=True):
    """A box in parentheses."""

    body: Box


class Bars(Struct, frozen=True):
    """A box between bars: an absolute value."""

    body: Box


class Frac(Struct, frozen=True):
    """A fraction."""

    above: Box
    below: Box


class Partial(Struct, frozen=True):
    """A partial derivative, written as a fraction of partials."""

    of: Box
    wrt: Box


class Power(Struct, frozen=True):
    """A base with an exponent; the base is already in parentheses where it needs them."""

    base: Box
    exponent: Box


class Root(Struct, frozen=True):
    """A square root."""

    body: Box


class Call(Struct, frozen=True):
    """A function with its argument in parentheses: ln, tanh, max, ..."""

    function: str
    arguments: tuple[Box, ...]


class BigSum(Struct, frozen=True):
    """A sum over an index."""

    index: Box
    lower: Box
    upper: Box
    body: Box


class Cases(Struct, frozen=True):
    """A case distinction: value and condition; the last condition is None for "otherwise"."""

    rows: tuple[tuple[Box, Box | None], ...]
    otherwise: str


class Matrix(Struct, frozen=True):
    """Rows of boxes in brackets."""

    rows: tuple[tuple[Box, ...], ...]


class Mark(Struct, frozen=True):
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
