"""How much work a document may be.

Counted are the nodes of formulas that are visited and evaluated, not seconds, so that the same document is given the
same verdicts on every machine. Where nobody has set a bound there is none.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from threading import local
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator


class TooMuchWork(Exception):
    """The work granted is used up."""


ENDLESS = 2.0**50  # units nobody has done, so few that each still counts


class _Meter(local):
    left: float = math.inf
    beside: float = 0  # what was done for the document in hand where it is not counted
    done: set[Hashable] | None = None  # for the document in hand, of what is kept for all; None where there is none


_METER = _Meter()


def spend(units: float) -> None:
    """Count work about to be done; one unit is about a microsecond."""
    left = _METER.left - units
    if left < 0:
        _METER.left = 0
        raise TooMuchWork
    _METER.left = left


def spend_once(what: Hashable, units: float, *, counted: bool = False) -> None:
    """Count work a document needs done, where it was not counted before; `counted`: where it has just been."""
    if _METER.done is None or what not in _METER.done:
        if not counted:
            spend(units)
        if _METER.done is not None:
            _METER.done.add(what)


@contextmanager
def one_document() -> Iterator[None]:
    """What is done inside is done for one document."""
    before, _METER.done, _METER.beside = _METER.done, set(), 0
    try:
        yield
    finally:
        _METER.done = before


class Grant:
    """What was granted, and afterwards how much of it was `spent`."""

    spent: float = 0


@contextmanager
def bounded(units: float) -> Iterator[Grant]:
    """What is done inside may come to so many units, and to no more than are left outside."""
    before, grant = _METER.left, Grant()
    granted = max(0, min(units, before))
    _METER.left = granted
    try:
        yield grant
    finally:
        grant.spent = granted - _METER.left
        _METER.left = before - grant.spent


@contextmanager
def unbounded() -> Iterator[Grant]:
    """What is done inside is not counted outside: little that has to be done, or bounded by itself."""
    before, grant = _METER.left, Grant()
    _METER.left = ENDLESS
    try:
        yield grant
    finally:
        grant.spent = ENDLESS - _METER.left
        _METER.left = before
        _METER.beside += grant.spent


def left() -> float:
    """What is left of the work granted."""
    return _METER.left


def beside() -> float:
    """What has been spent for the document in hand where it is not counted outside."""
    return _METER.beside
