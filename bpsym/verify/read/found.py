"""What one scan of a text collects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from bpsym.verify.grammar.statements import Formula
    from bpsym.verify.tree import CodeCall, Sentence, Table, Unreadable

SAID: Final = 300  # characters of what stands before a formula that are kept
TOO_LONG: Final = "a line too long to be searched for formulas"


class Found(Struct):
    """What stands in a text besides plain words, each kind in reading order."""

    formulas: list[Formula] = []
    prose: list[Sentence] = []
    calls: list[CodeCall] = []
    tables: list[Table] = []
    unreadable: list[Unreadable] = []
