"""Every spelling people use for the quantities of a described network.

A spelling may stand for several things (`o_1` for a target or an output, `z_1` for a unit or a layer); all are listed,
the usual one first, and the document's own numbers choose.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from bpsym.program import Quantity, Role, head
from bpsym.verify.meaning.arrays import Array, Value
from bpsym.verify.meaning.keys import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion

NETS = ("net", "z", "Net", "NET", "Z", "in", "s", "u", "v", "a", "h", "n")
OUTS = ("out", "a", "A", "h", "H", "y", "o", "Out", "OUT", "s", "g")
OUTPUTS = ("yhat", "output", "Output", "o", "p", "pred", "y", "Y", "Yhat", "O", "ahat", "yp")
INPUTS = ("x", "i", "X", "I", "input", "in")
TARGETS = ("target", "t", "y", "T", "Y", "o", "label", "ideal", "Target", "d", "ytrue", "ystar")
LOSSES = ("E", "L", "J", "C", "Loss", "loss", "Error", "error", "cost", "Cost", "MSE", "S")
RATES = ("eta", "alpha", "lr", "epsilon", "learning rate", "mu", "gamma", "LR")
DELTAS = ("delta", "d", "Delta", "e", "zeta", "sensitivity")
WEIGHTS = ("w", "W", "theta", "Theta", "weight")
BIASES = ("b", "B", "bias", "Bias", "theta", "c")

RARE = {  # spellings that usually stand for something else
    Role.NET: frozenset("a h n s u v".split()),
    Role.OUT: frozenset("y Y o s g p O".split()),
    Role.INPUT: frozenset("h H z out".split()),
    Role.ADJOINT: frozenset("d e".split()),
    Role.UNIT_LOSS: frozenset("l S".split()),
}

Table = dict[Key, list[Value]]


def spellings(expansion: Expansion) -> Table:
    """Keys and what they may stand for, the most usual reading first."""
    usual: dict[Key, dict[int, Value]] = {}
    rare: dict[Key, dict[int, Value]] = {}
    quantities = expansion.program.quantities
    equals: dict[Value, Value] = {}
    known: dict[int, tuple[Value, Value, Role]] = {}  # by place in memory: to hash a matrix takes long
    for key, value in _all(expansion):
        found = known.get(id(value))
        if found is None:
            entry = value.items[0] if isinstance(value, Array) else value
            found = known[id(value)] = value, equals.setdefault(value, value), quantities[head(entry)].role
        _, same, role = found
        numbered = key.base in ("W", "Theta") and not isinstance(value, Array) and len(key.sub) == 1 and not key.layer
        table = rare if numbered or key.base in RARE.get(role, ()) else usual
        table.setdefault(key, {})[id(same)] = same
    for key, values in rare.items():
        usual.setdefault(key, {}).update(values)
    return {key: list(values.values()) for key, values in usual.items()}


def _all(expansion: Expansion) -> Iterator[tuple[Key, Value]]:
    program = expansion.program
    nets = list(program.all(Role.NET))
    inputs, targets = program.all(Role.INPUT), program.all(Role.TARGET)
    for q in inputs:
        yield from _input(expansion, q)
    for number, net in enumerate(nets, 1):
        labels = _labels(net.layer, number, len(nets))
        out = program.quantities.get(f"out_{net.layer}")
        last = number == len(nets)
        yield from _vector(expansion, net, NETS, number, labels)
        if out is not None:
            yield from _vector(expansion, out, OUTS, number, labels)
            if last:
                yield from _plain(expansion, out, OUTPUTS)
                final = expansion.entries(out.name)
                for base in ("a", "A"):
                    yield Key(base), whole(expansion, out)
                    yield from ((Key(base, (str(k),)), entry) for k, entry in enumerate(final, 1))
            if len(nets) == 2 and not last:
                yield from _plain(expansion, out, ("h", "H"))
        if len(nets) == 1:
            yield from _plain(expansion, net, NETS)
            if out is not None:
                yield from _plain(expansion, out, OUTS)
        adjoint = program.adjoint(net.name)
        if adjoint is not None:
            yield from _vector(expansion, adjoint, DELTAS, number, labels)
    for q in targets:
        yield from _vector(expansion, q, TARGETS, 0, ("o", "t"))
        yield from _plain(expansion, q, TARGETS)
    yield from _losses(expansion)
    yield from _parameters(expansion, [q.layer for q in nets])
    for q in program.all(Role.RATE):
        yield from ((Key(base), q.generic) for base in RATES)
    for q in program.all(Role.DECAY):
        yield Key("lambda"), q.generic


def _labels(layer: str, number: int, depth: int) -> tuple[str, ...]:
    """How units of a layer are labelled: h1, h11, o1."""
    if number == depth:
        return ("o", "p")
    return ("h",) if depth == 2 else (f"h{number}", f"h{number}_", layer)


def whole(expansion: Expansion, quantity: Quantity) -> Value:
    """All entries of a quantity as one value; a vector stands."""
    entries = expansion.entries(quantity.name)
    shape = expansion.shape(quantity)
    if not shape:
        return entries[0]
    return Array(shape if len(shape) <= 2 else (len(entries),), entries)


def _input(expansion: Expansion, q: Quantity) -> Iterator[tuple[Key, Value]]:
    value = whole(expansion, q)
    entries = expansion.entries(q.name)
    for base in INPUTS:
        for k, entry in enumerate(entries, 1):
            yield Key(base, (str(k),)), entry
            yield Key(base, (f"i{k}",)), entry
        yield Key(base), value
    for base in (*OUTS, "z"):
        yield Key(base, (), ("0",)), value
        for k, entry in enumerate(entries, 1):
            yield Key(base, (str(k),), ("0",)), entry
    for base in ("a", "A", "h", "H", "out", "z"):
        yield Key(base, ("0",)), value
    yield Key("out", ("i",)), value


def _vector(
    expansion: Expansion, q: Quantity, bases: tuple[str, ...], number: int, labels: tuple[str, ...]
) -> Iterator[tuple[Key, Value]]:
    entries, value = expansion.entries(q.name), whole(expansion, q)
    for base in bases:
        for k, entry in enumerate(entries, 1):
            for label in labels:
                yield Key(base, (f"{label}{k}",)), entry
                yield Key(base, (label, str(k))), entry
            yield Key(base, (str(k),), (str(number),)), entry
            yield Key(base, (str(number), str(k))), entry
            yield Key(base, (f"{number}{k}",)), entry
        for label in labels:
            yield Key(base, (label,)), value
        yield Key(base, (), (str(number),)), value
        yield Key(base, (str(number),)), value


def _plain(expansion: Expansion, q: Quantity, bases: tuple[str, ...]) -> Iterator[tuple[Key, Value]]:
    entries, value = expansion.entries(q.name), whole(expansion, q)
    for base in bases:
        yield Key(base), value
        yield from ((Key(base, (str(k),)), entry) for k, entry in enumerate(entries, 1))


def _losses(expansion: Expansion) -> Iterator[tuple[Key, Value]]:
    program = expansion.program
    for q in program.all(Role.LOSS):
        yield from ((Key(base), q.generic) for base in LOSSES)
    for q in program.all(Role.UNIT_LOSS):
        yield from _vector(expansion, q, LOSSES, 0, ("o",))
        yield from _plain(expansion, q, tuple(base for base in LOSSES if base != "C"))


def _parameters(expansion: Expansion, layers: list[str]) -> Iterator[tuple[Key, Value]]:
    program = expansion.program
    running = count(1)
    for number, layer in enumerate(layers, 1):
        labels = _labels(layer, number, len(layers))
        before = ("i",) if number == 1 else _labels(layers[number - 2], number - 1, len(layers))
        weight, bias = program.quantities.get(f"W_{layer}"), program.quantities.get(f"b_{layer}")
        for old, name in ((weight, f"W_{layer}_new"), (bias, f"b_{layer}_new")):
            if old is None:
                continue
            versions = [(old, False)]
            if name in program.quantities:
                versions.append((program.get(name), True))
            start = next(running) if old is weight else 0
            for quantity, new in versions:
                if old is weight and len(old.axes) == 2:
                    yield from _matrix(expansion, quantity, number, start, labels, before, new=new)
                elif old is bias:
                    yield from _bias(expansion, quantity, number, labels, new=new)
            if old is weight:
                running = count(start + len(expansion.entries(old.name)))


def _matrix(
    expansion: Expansion, q: Quantity, number: int, start: int, labels: tuple[str, ...], before: tuple[str, ...],
    *, new: bool,
) -> Iterator[tuple[Key, Value]]:  # fmt: skip
    value = whole(expansion, q)
    rows, columns = expansion.shape(q)
    turned = Array((columns, rows), tuple(value.items[r * columns + c] for c in range(columns) for r in range(rows)))
    for base in WEIGHTS:
        for place, entry in enumerate(value.items):
            k, j = str(place // columns + 1), str(place % columns + 1)
            yield Key(base, (str(start + place),), (), new), entry
            for label in labels:
                for source in before:
                    yield Key(base, (f"{label}{k}", f"{source}{j}"), (), new), entry
                    yield Key(base, (f"{source}{j}", f"{label}{k}"), (), new), entry
        for first, second in (("k", "j"), ("j", "k")):
            for place, entry in enumerate(value.items):
                at = {"k": str(place // columns + 1), "j": str(place % columns + 1)}
                a, b = at[first], at[second]
                layer = (str(number),)
                yield Key(base, (a, b), layer, new), entry
                yield Key(base, (a + b,), layer, new), entry
                yield Key(base, (str(number), a, b), (), new), entry
                if first == "k":
                    zero = (str(int(a) - 1), str(int(b) - 1))
                    yield Key(base, (str(number), *zero), (), new), entry
        names = [Key(base, (), (str(number),), new), Key(base, (str(number),), (), new)]
        names += [Key(base, (pair,), (), new) for pair in _pairs_of(labels, before)]
        names += [Key(base, (label,), (), new) for label in labels]
        for name in names:
            yield name, value
            yield name, turned
    if before == ("i",) and labels[0] == "o":  # one layer: nobody numbers it
        for base in WEIGHTS:
            yield Key(base, (), (), new), value
            for place, entry in enumerate(value.items):
                k, j = str(place // columns + 1), str(place % columns + 1)
                yield Key(base, (k, j), (), new), entry
                yield Key(base, (j, k), (), new), entry
    if number <= 2:
        name = Key("V" if number == 2 else "W", (), (), new)
        yield name, value
        yield name, turned


def _pairs_of(labels: tuple[str, ...], before: tuple[str, ...]) -> list[str]:
    return [pair for label in labels for source in before for pair in (source + label, label + source)]


def _bias(
    expansion: Expansion, q: Quantity, number: int, labels: tuple[str, ...], *, new: bool
) -> Iterator[tuple[Key, Value]]:
    entries, value = expansion.entries(q.name), whole(expansion, q)
    before = "i" if number == 1 else "h"
    for base in BIASES:
        if number == 1 and labels[0] == "o":
            yield Key(base, (), (), new), value
        for name in (
            Key(base, (str(number),), (), new),
            Key(base, (), (str(number),), new),
            *(Key(base, (label,), (), new) for label in labels),
            *(Key(base, (pair,), (), new) for pair in _pairs_of(labels, (before,))),
        ):
            yield name, value
        if q.axes:
            for k, entry in enumerate(entries, 1):
                for label in labels:
                    yield Key(base, (f"{label}{k}",), (), new), entry
                yield Key(base, (str(k),), (str(number),), new), entry
                yield Key(base, (str(number), str(k)), (), new), entry
                yield Key(base, (f"{number}{k}",), (), new), entry
        else:
            for label in labels:
                for k in range(1, 9):
                    yield Key(base, (f"{label}{k}",), (), new), entries[0]


def is_turned(wanted: Key, value: Value) -> int:
    """1 for the entry of a matrix in column 2 and row 1 as w_21, -1 for that in row 2 and column 1, else 0."""
    indices = [str(index) for index in getattr(value, "indices", ())]
    written = "".join(wanted.sub)
    if len(indices) != 2 or indices[0] == indices[1]:
        return 0
    return written.endswith("".join(indices[::-1])) - written.endswith("".join(indices))
