"""The network of a description, with every name its quantities have: the same for all documents that are read by it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from bpsym.expand import Expansion
from bpsym.program import Role
from bpsym.update import with_update
from bpsym.verify.meaning.described import Table, spellings
from bpsym.verify.meaning.network import Network
from bpsym.verify.meaning.printed import Family, families

if TYPE_CHECKING:
    from bpsym.spec import Description


@dataclass(frozen=True)
class Followed:
    """What documents are read by: a network, and its names, made when a document is read by them."""

    network: Network

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """The names of bpsym's own sheets."""
        return families(self.network.expansion)

    @cached_property
    def spellings(self) -> Table:
        """Those of other people."""
        return spellings(self.network.expansion)


@lru_cache(maxsize=32)  # all general networks, and some more
def followed(description: Description) -> Followed:
    """A description's network, its update included also where none is described: one may be written down."""
    program = description.program
    if not program.all(Role.UPDATED):
        program = with_update(program)
    expansion = Expansion(program, description.sizes)
    return Followed(Network(expansion, dict(description.values), loss=program.loss.generic))
