"""What is worked out once for a network that many documents are read by.

Whatever is found here was counted as work when it was made, and counts as much for every other document: what was
verified before must not decide how much work is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar

from bpsym.verify.effort import bounded, spend_once

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_SERIAL = count()
T = TypeVar("T")


@dataclass
class Kept:
    """Things by what they are asked for with: some for all documents, some for the one in hand."""

    for_all: dict[Hashable, tuple[Any, float]] = field(default_factory=dict)  # each with the work it was
    here: dict[Hashable, Any] = field(default_factory=dict)
    serial: int = field(default_factory=_SERIAL.__next__)

    def for_document(self) -> Kept:
        """The same for one more document."""
        return Kept(self.for_all, {}, self.serial)

    def once(self, wanted: Hashable, make: Callable[[], T], *, for_all: bool) -> T:
        """What is asked for; made, and its work counted, where this document has not asked for it before."""
        found: T
        if wanted in self.here:
            found = self.here[wanted]
            return found
        if for_all and wanted in self.for_all:
            found, units = self.for_all[wanted]
            spend_once((self.serial, wanted), units)
        else:
            with bounded(inf) as work:
                found = make()
            if for_all:
                self.for_all[wanted] = found, work.spent
                spend_once((self.serial, wanted), work.spent, counted=True)
        self.here[wanted] = found
        return found
