"""The numbers of a description: their shapes, numbers drawn from a grid, and a mapping from entries to values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from flint import fmpq

from bpsym.program import Quantity, head
from bpsym.spec.errors import Wrong, spelled
from bpsym.spec.schema import DRAW_LIMIT, Random

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sympy import Expr

    from bpsym.spec.errors import Path

Number = int | Decimal
T = TypeVar("T")

_EXACT = Context(prec=200)  # more digits than a product and a sum of two numbers of a description can have


@dataclass(frozen=True, slots=True)
class Tensor(Generic[T]):
    """The entries of one quantity, the last index running fastest."""

    quantity: Quantity
    shape: tuple[int, ...]
    flat: tuple[T, ...]

    def at(self, indices: tuple[Expr, ...]) -> T:
        """The entry at indices counted from 1; raises KeyError where there is none."""
        position = 0
        if len(indices) != len(self.shape):
            raise KeyError(indices)
        for index, length in zip(indices, self.shape, strict=True):
            if not (index.is_Integer and 1 <= index <= length):
                raise KeyError(indices)
            position = position * length + int(index) - 1
        return self.flat[position]


@dataclass(frozen=True)
class Entries(Mapping["Expr", T]):
    """A mapping from entries to numbers; nothing is made for an entry nobody asks for."""

    tensors: Mapping[str, Tensor[T]]  # by the quantity's name

    def __getitem__(self, entry: Expr) -> T:
        if not (entry.is_Indexed or entry.is_Symbol):
            raise KeyError(entry)
        return self.tensors[head(entry)].at(entry.indices if entry.is_Indexed else ())

    def __iter__(self) -> Iterator[Expr]:
        for tensor in self.tensors.values():
            for indices in product(*(range(1, length + 1) for length in tensor.shape)):
                yield tensor.quantity[indices]

    def __len__(self) -> int:
        return sum(len(tensor.flat) for tensor in self.tensors.values())


def single(quantity: Quantity, number: Number) -> Tensor[Number]:
    """A scalar."""
    return Tensor(quantity, (), (number,))


def value(number: Number) -> fmpq:
    """The number, exactly."""
    return fmpq(*number.as_integer_ratio())


def written(number: Number) -> str:
    """The number as people write it, all typed digits kept: 0.10 stays 0.10, 1e-3 becomes 0.001."""
    sign, digits, exponent = Decimal(number).as_tuple()
    text = "".join(map(str, digits)) + "0" * max(int(exponent), 0)
    places = max(-int(exponent), 0)
    text = text.rjust(places + 1, "0")
    text = f"{text[:-places]}.{text[-places:]}" if places else text
    return f"-{text}" if sign and number else text


Slot = tuple[str, Quantity, tuple[int, ...]]  # how a description calls it ("hidden"), the quantity, its shape


def assigned(slots: Sequence[Slot], given: Any, path: Path, what: str) -> dict[str, Tensor[Number]]:
    """Numbers for several quantities, given in any of the ways a description allows; raises Wrong.

    `given` is one flat list for all of them, a list with an item for each, or a table by their names.
    """
    if given and not slots:
        raise Wrong(path, f"this network needs no {what}; leave the key out")
    if isinstance(given, dict):
        return _from_table(slots, given, path)
    total = sum(prod(shape) for _, _, shape in slots)
    if all(isinstance(item, (int, Decimal)) for item in given):
        if len(given) != total:
            parts = ", ".join(f"{_shape(shape)} for {name}" for name, _, shape in slots)
            raise Wrong(path, f"{total} {what} are needed ({parts}), not {len(given)}")
        found, start = {}, 0
        for _, quantity, shape in slots:
            found[quantity.name] = Tensor(quantity, shape, tuple(given[start : start + prod(shape)]))
            start += prod(shape)
        return found
    if len(slots) == 1:  # a matrix alone need not stand in a list of its own
        ((name, quantity, shape),) = slots
        if len(given) != 1 or shape[:1] == (1,):
            return {quantity.name: _fitted(name, quantity, shape, given, path)}
    if len(given) != len(slots):
        names = ", ".join(name for name, _, _ in slots)
        raise Wrong(path, f"{len(slots)} items are needed, one each for {names}, not {len(given)}")
    return {
        quantity.name: _fitted(name, quantity, shape, item, (*path, position))
        for position, ((name, quantity, shape), item) in enumerate(zip(slots, given, strict=True))
    }


def _from_table(slots: Sequence[Slot], given: dict[str, Any], path: Path) -> dict[str, Tensor[Number]]:
    random = given.get("random")
    if random is not None and len(given) == 1:
        if not isinstance(random, Random):
            raise Wrong((*path, "random"), "needs a table { from, to, step, seed }")
        return {q.name: _drawn(q, shape, random, (*path, "random")) for _, q, shape in slots}
    names = [name for name, _, _ in slots]
    for name in given:
        if name not in names:
            raise Wrong((*path, name), f"no key of [{spelled(path)}]; known: {', '.join([*names, 'random'])}")
    found = {}
    for name, quantity, shape in slots:
        if name not in given:
            raise Wrong(path, f"nothing is given for {name}; needed: {', '.join(names)}")
        found[quantity.name] = _fitted(name, quantity, shape, given[name], (*path, name))
    return found


def _fitted(name: str, quantity: Quantity, shape: tuple[int, ...], given: Any, path: Path) -> Tensor[Number]:
    """Numbers for one quantity: nested as its shape is, or flat with as many."""
    if isinstance(given, Random):
        return _drawn(quantity, shape, given, path)
    found, flat = _flattened(given, path)
    if found != shape and found != (prod(shape),):
        raise Wrong(path, f"{name} needs {_shape(shape)}, not {_shape(found)}")
    return Tensor(quantity, shape, tuple(flat))


def _flattened(node: Any, path: Path) -> tuple[tuple[int, ...], list[Number]]:
    """Shape and numbers of a nested list; raises Wrong where its rows differ."""
    if not isinstance(node, list):
        return (), [node]
    first: tuple[int, ...] | None = None
    flat: list[Number] = []
    for position, item in enumerate(node):
        shape, numbers = _flattened(item, (*path, position))
        if first is not None and shape != first:
            raise Wrong((*path, position), f"is {_shape(shape)}, but the item before it is {_shape(first)}")
        first = shape
        flat += numbers
    return (len(node), *(first or ())), flat


def _shape(shape: tuple[int, ...]) -> str:
    if len(shape) == 2:
        return f"{shape[0]} rows of {_shape(shape[1:])}"
    return f"{' × '.join(map(str, shape)) or '1'} number{'' if prod(shape) == 1 else 's'}"


def _drawn(quantity: Quantity, shape: tuple[int, ...], random: Random, path: Path) -> Tensor[Number]:
    """Numbers from the grid: entry n of a quantity takes the first 8 bytes of SHA-256 of "seed/name/n".

    The hash, not a library's generator, makes the numbers the same with every version of everything.
    """
    from hashlib import sha256

    steps = grid(random.low, random.high, random.step, path)
    low, step = Decimal(random.low), Decimal(random.step)
    flat = []
    for position in range(prod(shape)):
        digest = sha256(f"{random.seed}/{quantity.name}/{position}".encode()).digest()
        flat.append(_EXACT.fma(step, int.from_bytes(digest[:8], "big") * (steps + 1) >> 64, low))
    return Tensor(quantity, shape, tuple(flat))


def grid(low: Number, high: Number, step: Number, path: Path) -> int:
    """How many steps lead from low to high; raises Wrong where that is no whole number, or too many."""
    if step <= 0:
        raise Wrong((*path, "step"), "needs to be more than 0")
    if high < low:
        raise Wrong((*path, "to"), "needs to be at least as large as from")
    steps = (value(high) - value(low)) / value(step)
    if steps.denominator != 1:
        raise Wrong((*path, "step"), f"{written(step)} does not lead from {written(low)} to {written(high)}")
    if steps > DRAW_LIMIT:
        raise Wrong((*path, "step"), f"too small: a range has at most {DRAW_LIMIT} steps")
    return int(steps.numerator)
