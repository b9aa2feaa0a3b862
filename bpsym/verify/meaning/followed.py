"""The network of a description, with every name its quantities have: the same for all documents that are read by it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from bpsym.backprop import backprop
from bpsym.expand import Expansion
from bpsym.networks import dense
from bpsym.networks.equations import size
from bpsym.program import Role, head
from bpsym.update import with_update
from bpsym.verify.meaning.arrays import scalars
from bpsym.verify.meaning.described import Table, spellings
from bpsym.verify.meaning.network import Network
from bpsym.verify.meaning.printed import Family, families

if TYPE_CHECKING:
    from flint import fmpq

    from bpsym.networks import Layer
    from bpsym.spec import Description
    from bpsym.verify.meaning.arrays import Value

_SINGLE = {"h": "net", "y": "out"}  # the delta rule's letters: h is the net input, t the target beside the output y


@dataclass(frozen=True)
class Followed:
    """What documents are read by: a network, and its names, made when a document is read by them.

    None of it is changed by a document; each takes the network `for_document`, and a copy of the spellings.
    """

    network: Network
    is_single: bool = False  # one layer, of a network that has more

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """The names of bpsym's own sheets."""
        return self.network.expansion.found(families)

    @cached_property
    def spellings(self) -> Table:
        """Those of other people."""
        table = self.network.expansion.found(spellings)
        if self.is_single:
            for wanted, values in table.items():
                first = _SINGLE.get(wanted.base)
                if first is not None:
                    values.sort(key=lambda value: role_of(value) != first)
        return table

    @cached_property
    def loosely(self) -> Table:
        """Those that only the numbers of a document tell."""
        from bpsym.verify.meaning.loosely import loosely

        return loosely(self.network.expansion, self._layers)

    @cached_property
    def by_output(self) -> Table:
        """Names that may number the outputs alone."""
        from bpsym.verify.meaning.loosely import by_output

        return by_output(self.network.expansion, self._layers)

    @property
    def _layers(self) -> list[str]:
        return [q.layer for q in self.network.expansion.program.all(Role.NET)]

    @cached_property
    def exact(self) -> frozenset[fmpq]:
        """Every value that is known exactly."""
        return self.network.exact_values()


@lru_cache(maxsize=32)  # all general networks, and some more
def followed(description: Description) -> Followed:
    """A description's network, its update included also where none is described: one may be written down."""
    expansion = _expansion(description.whole)
    return Followed(Network(expansion, dict(description.values), loss=expansion.program.loss.generic))


@lru_cache(maxsize=32)
def _expansion(description: Description) -> Expansion:
    own = description.expansion
    return own if own.program.all(Role.UPDATED) else Expansion(with_update(own.program), description.sizes)


@lru_cache(maxsize=64)
def fully_connected(layers: tuple[Layer, ...], units: tuple[int, ...], loss: str) -> Followed:
    """A dense network without numbers; of how many units its input and its layers are."""
    program = with_update(backprop(dense(layers, loss)))
    sizes = {size(name): count for name, count in zip(("i", *(layer.name for layer in layers)), units, strict=True)}
    return Followed(Network(Expansion(program, sizes), {}, loss=program.loss.generic))


@lru_cache(maxsize=64)
def shallower(description: Description, depth: int) -> Followed | None:
    """The same kind of network with fewer hidden layers: rules are often stated for one before the example has more."""
    layers = description.layers
    if not 0 < depth < len(layers) or description.family != "dense":
        return None
    forward = dense((*layers[: depth - 1], layers[-1]), description.spec.network.loss)
    expansion = Expansion(with_update(backprop(forward)), description.sizes)
    return Followed(Network(expansion, {}, loss=forward.loss.generic), depth == 1)


def role_of(value: Value) -> str:
    """The kind of quantity an atom of a described network is: `net`, `out`, `W`."""
    return str(head(scalars(value)[0])).split("_")[0]
