"""The network of a description, with every name its quantities have: the same for all documents that are read by it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from bpsym.expand import Expansion
from bpsym.program import Role
from bpsym.update import with_update
from bpsym.verify.meaning.described import Table, spellings
from bpsym.verify.meaning.network import Network
from bpsym.verify.meaning.printed import Family, families

if TYPE_CHECKING:
    from bpsym.spec import Description


class Followed(Struct, frozen=True):
    """What documents are read by."""

    network: Network
    families: tuple[Family, ...]  # the names of bpsym's own sheets
    spellings: Table  # those of other people


@lru_cache(maxsize=32)  # all general networks, and some more
def followed(description: Description) -> Followed:
    """A description's network, its update included also where none is described: one may be written down."""
    program = description.program
    if not program.all(Role.UPDATED):
        program = with_update(program)
    expansion = Expansion(program, description.sizes)
    network = Network(expansion, dict(description.values), loss=program.loss.generic)
    return Followed(network, families(expansion), spellings(expansion))
