"""What quantities are called: the one place where printed names are made.

Two families of names are in daily use: net/out/E/target ("net-out", weights numbered through as w1, w2, ...) and
z/a/L/y ("z-a", layers in superscripts). At index letters the letter tells the layer, as in Bishop (2006), section 5.3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from sympy import Expr, Indexed, Integer, Symbol

from bpsym.errors import BpsymError, choices
from bpsym.program import Program, Quantity, Role, head

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpsym.expand import Expansion

NET_OUT, Z_A = "net-out", "z-a"
NOTATIONS = (NET_OUT, Z_A)


class Name(Struct, frozen=True):
    """A printed name: a base, what stands below it and above it. Parts are joined without a sign unless one is long."""

    base: str  # "net", "w", "delta"
    sub: tuple[str, ...] = ()
    sup: tuple[str, ...] = ()

    def marked(self, *marks: str) -> Name:
        """The name with more above it."""
        return Name(self.base, self.sub, (*self.sup, *marks))


# role -> base, in each family; what is not listed is made of what it belongs to
_BASES: dict[str, dict[Role, str]] = {
    NET_OUT: {
        Role.INPUT: "i",
        Role.TARGET: "target",
        Role.WEIGHT: "w",
        Role.BIAS: "b",
        Role.STATE: "out",
        Role.RATE: "eta",
        Role.DECAY: "lambda",
        Role.NET: "net",
        Role.OUT: "out",
        Role.UNIT_LOSS: "E",
        Role.LOSS: "E",
    },
    Z_A: {
        Role.INPUT: "x",
        Role.TARGET: "y",
        Role.WEIGHT: "w",
        Role.BIAS: "b",
        Role.STATE: "a",
        Role.RATE: "eta",
        Role.DECAY: "lambda",
        Role.NET: "z",
        Role.OUT: "a",
        Role.UNIT_LOSS: "L",
        Role.LOSS: "L",
    },
}


@dataclass(frozen=True)
class Notation:
    """Names for the entries of one program."""

    family: str
    program: Program
    expansion: Expansion | None = None  # with it, weights of a dense network are numbered through in net-out
    own: Mapping[Expr, Name] = field(default_factory=dict)  # what somebody else calls some of the entries

    def __post_init__(self) -> None:
        """Raise BpsymError for a family that does not exist."""
        if self.family not in NOTATIONS:
            raise BpsymError(choices("notation", self.family, NOTATIONS))

    def name(self, entry: Expr) -> Name:
        """The name of an entry; the adjoint of a net input is delta, any other a fraction the printer makes."""
        if entry in self.own:
            return self.own[entry]
        quantity = self.program.quantities.get(head(entry))
        if quantity is None:
            return self._letter(entry)
        if quantity.role is Role.UPDATED:
            return self.owner(entry).marked("+")
        if quantity.role is Role.ADJOINT:
            own = self.owner(entry)
            return Name("delta", own.sub, own.sup)
        return self._spelled(quantity, _indices(entry))

    def owner(self, entry: Expr) -> Name:
        """The name of what an adjoint or an updated value belongs to."""
        owner, indices = self.program.get(self.program.get(head(entry)).of), _indices(entry)
        return self.own.get(owner[indices]) or self._spelled(owner, indices)

    def matrix(self, quantity: Quantity, lead: tuple[Expr, ...] = ()) -> Name:
        """The name of a whole tensor: a matrix has a capital letter, a column the name of its entries.

        `lead` are the indices that stay with it: of the sample, of the time step.
        """
        if quantity.role is Role.UPDATED:
            return self.matrix(self.program.get(quantity.of), lead).marked("+")
        own = self._spelled(quantity, (*lead, *(axis.index for axis in quantity.axes[len(lead) :])))
        base = own.base.upper() if quantity.role is Role.WEIGHT else own.base
        if not quantity.axes or quantity.role in (Role.RATE, Role.DECAY):
            return own
        places = _spelled(lead)
        if self.family == Z_A:
            return Name(base, places, own.sup)
        layer = () if quantity.role is Role.INPUT else (quantity.layer,)
        return Name(base, layer, tuple(f"({place})" for place in places))

    def _spelled(self, quantity: Quantity, indices: tuple[Expr, ...]) -> Name:
        base = _BASES[self.family][quantity.role]
        if quantity.role in (Role.RATE, Role.DECAY):
            return Name(base)
        if quantity.role is Role.LOSS:
            return Name(base, ("total",)) if self.family == NET_OUT else Name(base)
        if quantity.role is Role.WEIGHT:
            return self._weight(quantity, indices)
        if quantity.role is Role.BIAS and not quantity.axes and self.family == NET_OUT:
            return Name(base, (str(self.layers.index(quantity.layer)),))
        lead, own = self._split(quantity, indices)
        if quantity.role is Role.STATE:
            lead = ("0",)
        if self.family == Z_A:
            layer = () if quantity.role in (Role.INPUT, Role.TARGET, Role.UNIT_LOSS) else (self._number(quantity),)
            return Name(base, (*lead, ",", *_listed(own)) if lead else _listed(own), layer)
        unit = own if quantity.role is Role.INPUT else self._unit(quantity.layer, own)
        return Name(base, unit, tuple(f"({index})" for index in lead))

    def _weight(self, quantity: Quantity, indices: tuple[Expr, ...]) -> Name:
        places = _spelled(indices)
        if self.family == Z_A:
            base = "v" if quantity.name.startswith("V_") else "w"
            return Name(base, _listed(places), (self._number(quantity),))
        if not self._is_dense:
            return Name(self._letters[quantity.name], _listed(places))
        if self.expansion is not None and all(index.is_Integer for index in indices):
            return Name("w", (str(self._numbers(quantity.name)[indices]),))
        return Name("w", (quantity.layer, ",", *_listed(places)) if self._letters_return else _listed(places))

    @cached_property
    def _letters_return(self) -> bool:
        """Whether layers share an index letter, as the fourth hidden layer does with the first."""
        letters = [q.axes[-1].index for q in self.program.all(Role.OUT)]
        return len(set(letters)) < len(letters)

    @cached_property
    def layers(self) -> list[str]:
        """Names of the layers, the input first."""
        return list(dict.fromkeys(q.layer for q in self.program.quantities.values() if q.layer))

    def _number(self, quantity: Quantity) -> str:
        return f"({self.layers.index(quantity.layer)})"

    @cached_property
    def _weights(self) -> list[Quantity]:
        return self.program.all(Role.WEIGHT)

    @cached_property
    def _is_dense(self) -> bool:
        return (
            all(len(q.axes) == 2 and q.name.startswith("W_") for q in self._weights)
            and not any(q.initial for q in self.program.quantities.values())
            and self._weights[0].axes[1].index.name == "m"
        )

    @cached_property
    def _letters(self) -> Mapping[str, str]:
        """Letters for the weights of other families: u, v, w (recurrent); k, w (convolutional)."""
        recurrent = any(q.initial for q in self.program.quantities.values())
        first = self._weights[0].name
        letters = {first: "u" if recurrent else "k"}
        return {q.name: letters.get(q.name, "v" if q.name.startswith("V_") else "w") for q in self._weights}

    @cached_property
    def _offsets(self) -> dict[str, int]:
        """How many weights stand before those of each layer."""
        offsets, total = {}, 0
        for quantity in self._weights:
            offsets[quantity.name] = total
            rows, columns = self.expansion.shape(quantity) if self.expansion else (0, 0)
            total += rows * columns
        return offsets

    def _numbers(self, name: str) -> _Numbering:
        columns = self.expansion.shape(self.program.get(name))[1] if self.expansion else 0
        return _Numbering(self._offsets[name], columns)

    def _split(self, quantity: Quantity, indices: tuple[Expr, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Sample or time indices, and those of the unit."""
        lead = sum(1 for axis in quantity.axes if axis.index.name in ("s", "t"))
        return _spelled(indices[:lead]), _spelled(indices[lead:])

    def _unit(self, layer: str, own: tuple[str, ...]) -> tuple[str, ...]:
        """The unit an entry belongs to: h1; h1,2 in the first of several hidden layers; of a letter the letter."""
        if not own:
            return (layer,)
        if all(not part.isdigit() for part in own):
            return (layer, ",", *_listed(own)) if self._letters_return else _listed(own)
        if len(layer) > 1 or len(own) > 1:
            return (layer, ",", *_listed(own))
        return (layer, *own)

    def _letter(self, entry: Expr) -> Name:
        """An index letter, or the size of a layer."""
        text = str(entry)
        if isinstance(entry, Symbol) and text.startswith("n_"):
            layer = text.removeprefix("n_")
            if layer == "t":
                return Name("T")
            if layer == "s":
                return Name("S")
            if self.family == Z_A and layer in self.layers:
                return Name("n", (str(self.layers.index(layer)),))
            return Name("n", (layer,))
        return Name(text)


class _Numbering(Struct, frozen=True):
    """Weights numbered unit by unit: the last index runs fastest."""

    before: int
    columns: int

    def __getitem__(self, indices: tuple[Integer, ...]) -> int:
        row, column = map(int, indices)
        return self.before + (row - 1) * self.columns + column


def _indices(entry: Expr) -> tuple[Expr, ...]:
    return entry.indices if isinstance(entry, Indexed) else ()


def _spelled(indices: tuple[Expr, ...]) -> tuple[str, ...]:
    """Indices as text; SymPy's printer would take most of the time a name takes."""
    return tuple(str(index.p) if isinstance(index, Integer) else str(index) for index in indices)


def _listed(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Indices side by side, with commas as soon as one is longer than a letter or digit."""
    if len(parts) < 2 or all(len(part) == 1 for part in parts):
        return parts
    spread: list[str] = []
    for part in parts:
        spread += [",", part]
    return tuple(spread[1:])
