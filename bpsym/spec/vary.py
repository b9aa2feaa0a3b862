"""What the table [vary] comes to: for every varied number the options it is drawn from."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from bpsym.spec.errors import Wrong, spelled
from bpsym.spec.schema import Range
from bpsym.spec.values import Number, grid, value, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bpsym.spec.errors import Path
    from bpsym.spec.schema import Spec

NUMBERS = ("inputs", "targets", "weights", "biases", "start", "rate", "decay")  # keys of [vary] that hold numbers
FIXED = "fixed"
OPTIONS_LIMIT = 10_000  # of one number: homework has nice numbers
_RANGE = frozenset({"from", "to", "step"})
_EXACT = Context(prec=200)


class Options(Struct, frozen=True):
    """What is drawn from: numbers, of which each entry takes one, or lists that fill all entries at once."""

    numbers: tuple[Number, ...] = ()
    lists: tuple[tuple[Number, ...], ...] = ()


def options(said: Any, path: Path) -> Options | None:
    """The options of a range, a set or a list of lists; None for "fixed". Raises Wrong."""
    if said == FIXED:
        return None
    if isinstance(said, Range):
        return Options(_range(said, path))
    if not said:
        raise Wrong(path, "needs at least one number to draw")
    if all(isinstance(item, list) for item in said):
        return _distinct(Options(lists=tuple(tuple(_flat(item)) for item in said)), path)
    if any(isinstance(item, list) for item in said):
        raise Wrong(path, "mixes numbers and lists; a set has numbers only, or lists of which one is drawn as a whole")
    return _distinct(Options(tuple(said)), path)


def by_layer(said: Any, path: Path) -> Mapping[str, Options | None] | None:
    """The options of each layer in a table hidden = ..., output = ...; None for anything else. Raises Wrong."""
    if not isinstance(said, dict) or _is_range(said):
        return None
    found = {}
    for name, each in said.items():
        if not isinstance(each, Range | list):
            raise Wrong((*path, name), "needs a range { from, to, step } or a list of numbers")
        found[name] = options(each, (*path, name))
    return found


def everywhere(said: Any, path: Path) -> Options | None:
    """The options that hold for all entries of a key."""
    return options(msgspec.convert(said, Range) if isinstance(said, dict) else said, path)


def check_vary(spec: Spec) -> None:
    """Raise Wrong where a range has no steps, a set is empty, or the saturation makes no sense."""
    vary = spec.vary
    if vary is None:
        return
    if spec.given is None:
        raise Wrong(("vary",), "homework needs numbers to start from, and the description has no [given]")
    for key in NUMBERS:
        said, path = getattr(vary, key), ("vary", key)
        if isinstance(said, dict) and _is_range(said) and set(said) != _RANGE:
            raise Wrong(path, f"a range has the keys from, to and step, not {', '.join(said)}")
        if by_layer(said, path) is None:
            everywhere(said, path)
    if not 0 <= vary.saturation <= Decimal("0.2"):
        raise Wrong(("vary", "saturation"), f"needs a number from 0 to 0.2, not {vary.saturation}")


def _is_range(said: dict[str, Any]) -> bool:
    return not _RANGE.isdisjoint(said)


def _range(said: Range, path: Path) -> tuple[Number, ...]:
    count = grid(said.low, said.high, said.step, path) + 1
    if count > OPTIONS_LIMIT:
        what = f"{written(said.step)} gives {count} numbers; a range has at most {OPTIONS_LIMIT}"
        raise Wrong((*path, "step"), what)
    low, step = Decimal(said.low), Decimal(said.step)
    return tuple(_EXACT.fma(step, number, low) for number in range(count))


def _flat(items: list[Any]) -> Iterator[Number]:
    for item in items:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def _distinct(found: Options, path: Path) -> Options:
    """The options, none of them twice: what is there twice would be drawn twice as often."""
    seen: dict[Any, int] = {}
    for place, option in enumerate(found.lists or found.numbers):
        key = tuple(map(value, option)) if isinstance(option, tuple) else value(option)
        if key in seen:
            raise Wrong((*path, place), f"is the same as item {seen[key] + 1} of {spelled(path)}")
        seen[key] = place
    if len({len(each) for each in found.lists}) > 1:
        raise Wrong(path, "holds lists of different lengths")
    return found
