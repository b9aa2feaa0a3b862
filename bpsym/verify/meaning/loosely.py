"""Names of quantities that tell only beside the numbers of a document what they stand for.

Units counted through all layers, weights counted by where they come from, and a letter of its own for each of two
layers: with a description a name is taken so only where its numbers are known, the network's own.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from bpsym.verify.meaning.arrays import scalars, transposed
from bpsym.verify.meaning.described import whole
from bpsym.verify.meaning.keys import Key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.expand import Expansion
    from bpsym.program import Quantity
    from bpsym.verify.meaning.arrays import Value
    from bpsym.verify.meaning.described import Table

COUNTED = {"net": ("z", "net", "s"), "out": ("a", "h", "out", "o"), "d_net": ("delta",), "b": ("b",)}
COUNTED_UNITS = frozenset(base for kind, bases in COUNTED.items() if kind != "b" for base in bases)
LETTERS = (
    (("w", "W"), ("b",)),
    (("v", "V", "u", "U"), ("c",)),
)  # of the weights and biases of the first layer, and the second


def loosely(expansion: Expansion, layers: Sequence[str]) -> Table:
    """What such names may stand for."""
    table: Table = {}
    for name, value in (*_counted(expansion, layers), *_lettered(expansion, layers)):
        table.setdefault(name, []).append(value)
    return table


def by_output(expansion: Expansion, layers: Sequence[str]) -> Table:
    """δ_1 and δ_2 of the outputs, where no error signal of a hidden unit has the name."""
    return {
        Key(base, (str(k),)): [entry]
        for q in (_quantities(expansion, "d_net", layers[-1:]) if len(layers) > 1 else ())
        for k, entry in enumerate(expansion.entries(q.name) if q.axes else (), 1)
        for base in COUNTED["d_net"]
    }


def _quantities(expansion: Expansion, kind: str, layers: Sequence[str], new: str = "") -> list[Quantity]:
    known = expansion.program.quantities
    return [known[name] for layer in layers if (name := f"{kind}_{layer}{new}") in known]


def _counted(expansion: Expansion, layers: Sequence[str]) -> Iterator[tuple[Key, Value]]:
    """z_3 of the output behind two hidden units; w_1 and w_2 from the first of two inputs."""
    for new in ("", "_new"):
        for kind, bases in COUNTED.items():
            found = _quantities(expansion, kind, layers, new)
            entries = [entry for q in found if q.axes for entry in expansion.entries(q.name)]
            for base in bases:
                yield from ((Key(base, (str(k),), (), bool(new)), entry) for k, entry in enumerate(entries, 1))
        matrices = [transposed(whole(expansion, q)) for q in _quantities(expansion, "W", layers, new)]
        by_source = [entry for matrix in matrices for entry in scalars(matrix)]
        for base in ("w", "W"):
            yield from ((Key(base, (str(k),), (), bool(new)), entry) for k, entry in enumerate(by_source, 1))


def _lettered(expansion: Expansion, layers: Sequence[str]) -> Iterator[tuple[Key, Value]]:
    """W and b of the first layer, V and c of the second."""
    for new in ("", "_new") if len(layers) == len(LETTERS) else ():
        for layer, (weights, biases) in zip(layers, LETTERS, strict=True):
            for q in _quantities(expansion, "W", [layer], new):
                for base in weights:
                    yield from _of_matrix(Key(base, new=bool(new)), whole(expansion, q), expansion.shape(q))
            for q in _quantities(expansion, "b", [layer], new):
                for base in biases:
                    yield Key(base, (), (), bool(new)), whole(expansion, q)
                    for number, entry in enumerate(expansion.entries(q.name), 1):
                        yield Key(base, (str(number),), (), bool(new)), entry


def _of_matrix(name: Key, value: Value, shape: tuple[int, ...]) -> Iterator[tuple[Key, Value]]:
    """All of a matrix, either way round; v_2 of one with one row, else v_12 or v_21."""
    rows, columns = shape
    yield name, value
    yield name, transposed(value)
    places = product(range(1, rows + 1), range(1, columns + 1))
    at = [((str(k), str(j)), entry) for (k, j), entry in zip(places, scalars(value), strict=True)]
    for turned in (False, True):
        for place, entry in at:
            sub = place[::-1] if turned else place
            yield name._replace(sub=sub), entry
            yield name._replace(sub=("".join(sub),)), entry
    if rows == 1:
        yield from ((name._replace(sub=(j,)), entry) for (_, j), entry in at)
