"""The sizes of the fully connected networks a document's givens fill, and which entry each name stands for."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any, NamedTuple

from bpsym.networks import Layer, layer_names
from bpsym.networks.equations import NONE, SHARED, UNIT
from bpsym.program import Role
from bpsym.verify.check.terms import Shown, leaves, shape_of
from bpsym.verify.effort import spend
from bpsym.verify.meaning.arrays import Array, scalars
from bpsym.verify.meaning.described import BIASES, INPUTS, TARGETS, WEIGHTS
from bpsym.verify.meaning.followed import fully_connected
from bpsym.verify.meaning.keys import SIGNALS, Key, is_parameter
from bpsym.verify.meaning.loosely import LETTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from flint import fmpq
    from sympy import Expr

    from bpsym.verify.meaning.described import Table
    from bpsym.verify.meaning.followed import Followed
    from bpsym.verify.meaning.sources import Sources

MOST_UNITS = 6  # of a layer
MOST_HIDDEN = 3  # layers
MOST_WEIGHTS = 60
NETWORK = 20_000  # units of work to build one
SHORT = 3  # places of a target
MOST_NUMBERED = 9  # units, where w_35 leads from the third to the fifth
THRESHOLDS = ("theta", "Theta")  # beside weights that are w
NETS, OUTS = ("s", "net", "I", "in", "n"), ("o", "O", "out", "y", "h")  # of units that are numbered through
(FIRST, FIRST_BIASES), (SECOND, SECOND_BIASES) = LETTERS
ROLES = (Role.INPUT, Role.TARGET, Role.WEIGHT, Role.BIAS)


class Given(NamedTuple):
    """Numbers a document gives for a name, and how they are laid out; one number has no shape."""

    numbers: tuple[Shown, ...]
    shape: tuple[int, ...]


class Structure(NamedTuple):
    """Inputs and units of each layer, the kind of biases, the numbers as a description has them, and their names."""

    units: tuple[int, ...]
    bias: str
    numbers: dict[str, Any]
    names: Table
    through: bool = False  # its units are numbered through


class Filled(NamedTuple):
    """The numbers of a network's entries, and the entries a document's names stand for."""

    entries: dict[Expr, Shown]
    names: Table


def given_as(name: Key, sources: Sources) -> Given | None:
    """The numbers of a name that is nowhere worked out, or is a parameter that is moved from there on."""
    worked_out = name in sources.computed and (name in sources.results or not is_parameter(name.base))
    if name.new or worked_out or name in sources.formulas:
        return None
    tree = sources.numbers[name]
    shown = tuple(leaves(tree))
    if any(s is None for s in shown):
        return None
    shape = shape_of(tree) or ()
    return Given(tuple(s for s in shown if s is not None), shape if len(shown) > 1 else ())


def without_entries(given: Mapping[Key, Given]) -> dict[Key, Given]:
    """Without x_1 and x_2 where all of x is given, and w_11, w_12 … where the rows of W_1 are these."""
    wholes = {(name.base, name.layer) for name, found in given.items() if found.shape and not name.sub}
    lists = {_values((found,)) for found in given.values() if found.shape}
    single: dict[str, list[Given]] = {}
    for name, found in given.items():
        if not found.shape:
            single.setdefault(name.base, []).append(found)
    again = {base for base, entries in single.items() if len(entries) > 1 and _values(entries) in lists}
    return {
        name: found
        for name, found in given.items()
        if not (name.sub and (name.base, name.layer) in wholes) and (found.shape or name.base not in again)
    }


def _values(given: Iterable[Given]) -> tuple[fmpq, ...]:
    return tuple(shown.value for found in given for shown in found.numbers)


def decimal(shown: Shown) -> Decimal:
    """A number as a description has it."""
    return Decimal(int(shown.value.p)) / Decimal(int(shown.value.q))


def structures(given: Mapping[Key, Given]) -> Iterator[Structure]:
    """Networks whose inputs, targets, weights and biases are just those that are given, with these numbers."""
    inputs, targets = _count(given, INPUTS), _count(given, TARGETS)
    thresholds = THRESHOLDS if any(name.base in FIRST for name in given) else ()  # else they are parameters of any kind
    weights = _scalars(given, [base for base in (*WEIGHTS, *SECOND) if base not in thresholds])
    biases = _scalars(given, BIASES)
    if not inputs or not targets or not 1 <= weights <= MOST_WEIGHTS:
        return
    for units in _sizes(inputs, targets, weights):
        depth = len(units) - 1
        for kind, count in ((UNIT, sum(units[1:])), (SHARED, depth), (NONE, 0)):
            if count == biases:
                layers = tuple(Layer(name, "sigmoid", kind) for name in layer_names(depth))
                spend(NETWORK)
                known = fully_connected(layers, units, "half-squared-error")
                done: list[Filled] = []
                for turned, counted in ((False, False), (False, True), (True, True)):
                    numbers = _filled(known, given, {}, turned=turned, counted=counted)
                    if numbers is not None and numbers not in done:
                        done.append(numbers)
                        yield Structure(units, kind, _tables(known, layers, numbers.entries), numbers.names)
                through = _numbered_through(known, layers, units, given)
                numbers = _filled(known, given, through) if through else None
                if numbers is not None and numbers not in done:
                    names = {**_signals(known, layers, units), **numbers.names}
                    yield Structure(units, kind, _tables(known, layers, numbers.entries), names, through=True)


def _count(given: Mapping[Key, Given], bases: Sequence[str]) -> int:
    """How many inputs or targets there are: of the letter that has most numbers."""
    return max((_scalars(given, (base,)) for base in bases), default=0)


def _scalars(given: Mapping[Key, Given], bases: Sequence[str]) -> int:
    return sum(len(found.numbers) for name, found in given.items() if name.base in bases)


def _sizes(inputs: int, targets: int, weights: int) -> Iterator[tuple[int, ...]]:
    """Sizes of layers that have so many weights between them, the fewest layers first."""
    for hidden in range(MOST_HIDDEN + 1):
        for between in product(range(1, MOST_UNITS + 1), repeat=hidden):
            units = (inputs, *between, targets)
            if sum(a * b for a, b in pairwise(units)) == weights:
                yield units


def _numbered_through(
    known: Followed, layers: Sequence[Layer], units: Sequence[int], given: Mapping[Key, Given]
) -> Table:
    """What names mean whose indices number all units from the first input to the last output: w_35, θ_5, t_5.

    A weight leads from the lower number to the higher one, whichever is written first. Nothing where one does not.
    """
    place = {str(n): at for n, at in enumerate(((k, i) for k, size in enumerate(units) for i in range(size)), 1)}
    if len(place) > MOST_NUMBERED:
        return {}
    expansion = known.network.expansion
    table: Table = {}
    weights = {name: "".join(name.sub) for name in given if name.base in (*FIRST, *SECOND) and name.sub}
    for name, digits in weights.items():
        ends = sorted(place[digit] for digit in digits if digit in place)
        if len(ends) != 2 or len(digits) != 2 or ends[1][0] != ends[0][0] + 1:
            return {}
        (below, column), (layer, row) = ends
        table[name] = [expansion.entries(f"W_{layers[layer - 1].name}")[row * units[below] + column]]
    for name in given:
        layer, unit = place.get("".join(name.sub), (0, 0))
        if layer and name.base in BIASES and name not in weights and layers[layer - 1].bias == UNIT:
            table[name] = [expansion.entries(f"b_{layers[layer - 1].name}")[unit]]
        elif layer == len(layers) and name.base in TARGETS:
            table[name] = [expansion.entries(expansion.program.only(Role.TARGET).name)[unit]]
    return table if weights else {}


def _signals(known: Followed, layers: Sequence[Layer], units: Sequence[int]) -> Table:
    """What is worked out of units that are numbered through: s_3, o_3, δ_3."""
    entries, number = known.network.expansion.entries, units[0]
    table: Table = {}
    for layer in layers:
        of_each = zip(*(entries(f"{kind}_{layer.name}") for kind in ("net", "out", "d_net")), strict=True)
        for net, out, signal in of_each:
            number += 1
            table |= {Key(base, (str(number),)): [net] for base in NETS}
            table |= {Key(base, (str(number),)): [out] for base in OUTS}
            table |= {Key(base, (str(number),)): [signal] for base in SIGNALS}
    return table


def _filled(
    known: Followed, given: Mapping[Key, Given], through: Table, *, turned: bool = False, counted: bool = False
) -> Filled | None:
    """The number of each entry and the meaning of each name; None where an entry has none, or two.

    `through`: what names mean that are numbered through; `turned`: w_2 leads from the first input to the second unit;
    `counted`: b_2 is the second unit's, not the layer's.
    """
    expansion = known.network.expansion
    roles = {entry: q.role for q in expansion.program.inputs if q.role in ROLES for entry in expansion.entries(q.name)}
    found: dict[Expr, Shown] = {}
    names: Table = {}
    alone = () if any(name.base in FIRST_BIASES for name in given) else SECOND_BIASES  # c_1, c_2 and c, no b
    for name, (numbers, shape) in given.items():
        fitting = []
        as_first = known.loosely.get(name._replace(base=FIRST_BIASES[0]), ()) if name.base in alone and name.sub else ()
        usual = (*(as_first or known.spellings.get(name, ())), *known.loosely.get(name, ()))
        for value in through.get(name, usual):
            items = scalars(value)
            role = roles.get(items[0])
            fits = len(items) == len(numbers) and (not isinstance(value, Array) or _same_shape(value.shape, shape))
            if fits and role and (role is not Role.TARGET or all(s.number.places <= SHORT for s in numbers)):
                fitting.append(value)
        if not fitting:
            continue
        meant = fitting[-1 if (counted if name.base in BIASES else turned) else 0]
        names[name] = [meant]
        if isinstance(meant, Array) and shape and max(shape) == len(numbers):  # v_1 of v
            parts = (name._replace(sub=(*name.sub, str(k))) for k in range(1, len(numbers) + 1))
            names |= {part: [item] for part, item in zip(parts, meant.items, strict=True) if part not in given}
        for item, number in zip(scalars(meant), numbers, strict=True):
            if found.setdefault(item, number).value != number.value:
                return None
    return Filled(found, names) if len(found) == len(roles) else None


def _same_shape(ours: tuple[int, ...], theirs: tuple[int, ...]) -> bool:
    """Whether a matrix has as many rows and columns; a vector may lie or stand."""
    return ours == theirs if min(ours) > 1 and len(ours) == 2 else max(ours) == max(theirs or (1,))


def _tables(known: Followed, layers: Sequence[Layer], numbers: Mapping[Expr, Shown]) -> dict[str, Any]:
    """The numbers as a description has them."""
    expansion = known.network.expansion

    def listed(name: str) -> Any:
        entries = [decimal(numbers[entry]) for entry in expansion.entries(name)]
        shape = expansion.shape(expansion.program.get(name))
        if len(shape) == 2:
            return [entries[at : at + shape[1]] for at in range(0, len(entries), shape[1])]
        return entries if shape else entries[0]

    tables = {"inputs": listed("x"), "weights": [listed(f"W_{layer.name}") for layer in layers]}
    tables["targets"] = listed(expansion.program.only(Role.TARGET).name)
    if layers[0].bias != NONE:
        tables["biases"] = [listed(f"b_{layer.name}") for layer in layers]
    return tables
