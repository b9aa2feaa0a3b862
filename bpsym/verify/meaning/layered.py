"""The layers a document's own equations make, as a description has them.

A document without a description is judged by its own equations, and these do not say which name is a weight or which
unit feeds which. Where they are those of a fully connected network, its program is built, and the document's names get
entries in it. A network is believed only if both compute the same from any numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from flint import arb, fmpq
from sympy import Add, Expr, Mul, Symbol, exp, preorder_traversal

from bpsym import primitives
from bpsym.evaluate import Environment
from bpsym.lowering import lower
from bpsym.networks import Layer, layer_names
from bpsym.networks.equations import NONE, SHARED, UNIT
from bpsym.program import Role
from bpsym.verify.meaning.followed import fully_connected
from bpsym.verify.meaning.network import NO_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpsym.expand import Expansion
    from bpsym.rounding import Value
    from bpsym.verify.meaning.described import Table
    from bpsym.verify.meaning.network import Network

MOST_STEPS = 300  # equations of a document's own network
MOST_LAYERS = 8
MOST_PARTS = 60  # of an equation, looked through for a net input
MOST_LOSSES = 12  # equations tried as the loss
MOST_LEFT_OUT = 3  # times as many equations like those of units as units: a network beside others
SEEDS = (3, 4)
POINTS = (fmpq(-13, 10), fmpq(-2, 5), fmpq(7, 10), fmpq(21, 10))  # on both sides of every kink
_WEIGHTS = frozenset("w W v V u U theta Theta".split())

Equations = dict[Expr, Expr]  # what is defined, and by what
Roots = dict[Expr, frozenset[Expr]]
Pairs = tuple[tuple[Expr, Expr], ...]  # weights beside what they multiply, whichever comes first


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as the document writes it."""

    out: Expr
    net: Expr | None  # None where the net input has no name
    pairs: Pairs
    bias: Expr | None
    activation: str


@dataclass(frozen=True, slots=True)
class Structure:
    """A fully connected network: the weights of each layer's units are in the order of what they multiply."""

    inputs: tuple[Expr, ...]
    layers: tuple[tuple[Unit, ...], ...]
    targets: tuple[Expr, ...]
    loss: Expr

    @property
    def described(self) -> list[Layer]:
        """The layers as the network families take them."""
        return [
            Layer(name, layer[0].activation, _bias_kind(layer) or NONE)
            for name, layer in zip(self.names, self.layers, strict=True)
        ]

    @property
    def names(self) -> list[str]:
        """What a description calls the layers."""
        return layer_names(len(self.layers))


@dataclass(frozen=True, slots=True)
class Layered:
    """The network as a description would have it, and what the document's own atoms are in it."""

    network: Network
    spellings: Table
    entries: Mapping[Expr, Expr]


def layered(own: Network) -> Layered | None:
    """The fully connected network the equations are; None where they are something else."""
    found = {step.out: step.expr for step in islice(own.expansion.steps(), MOST_STEPS)}
    second = {out: expr for out, expr in found.items() if isinstance(expr, Symbol) and expr not in found}  # a_0 = x
    equations = {out: expr.xreplace(second) for out, expr in found.items() if out not in second}
    units = {unit.out: unit for unit in _units(equations)}
    roots = _roots(equations, units)
    weights = frozenset(atom for atom, (name, _) in own.called.items() if name.base in _WEIGHTS)
    losses = [own.loss] if own.loss in equations else [out for out in reversed(equations) if out not in units]
    for loss in losses[:MOST_LOSSES]:
        structure = _structure(loss, equations, roots, units, weights)
        if structure is None or len(units) > MOST_LEFT_OUT * sum(map(len, structure.layers)):
            continue
        for name in primitives.LOSSES:
            made = _made(own, structure, name)
            if made is not None:
                entries = made.entries
                again = {name: entries[source] for name, source in second.items() if source in entries}
                return replace(made, entries={**entries, **again})
    return None


def _made(own: Network, structure: Structure, loss: str) -> Layered | None:
    """The network with that loss, if it computes what the document's equations compute."""
    units = (len(structure.inputs), *map(len, structure.layers))
    known = fully_connected(tuple(structure.described), units, loss)
    expansion, program = known.network.expansion, known.network.expansion.program
    entries = dict(_entries(expansion, structure))
    if not _agree(own, expansion, entries):
        return None
    rates = own.expansion.program.all(Role.RATE)
    if len(rates) == 1:
        entries[rates[0].generic] = program.only(Role.RATE).generic
    values = {entries[atom]: value for atom, value in own.values.items() if atom in entries}
    defined = {step.out for step in expansion.steps()}
    given = {entry: value for entry, value in values.items() if entry not in defined}
    return Layered(known.network.for_document(given), known.spellings, entries)


def _entries(expansion: Expansion, structure: Structure) -> Iterator[tuple[Expr, Expr]]:
    """The document's atoms beside the entries they are."""
    program = expansion.program
    yield from zip(structure.inputs, expansion.entries(program.only(Role.INPUT).name), strict=True)
    yield from zip(structure.targets, expansion.entries(program.only(Role.TARGET).name), strict=True)
    yield structure.loss, program.loss.generic
    for name, layer in zip(structure.names, structure.layers, strict=True):
        weights = [weight for unit in layer for weight, _ in unit.pairs]
        yield from zip(weights, expansion.entries(f"W_{name}"), strict=True)
        outs, nets = expansion.entries(f"out_{name}"), expansion.entries(f"net_{name}")
        biases = expansion.entries(f"b_{name}") if layer[0].bias is not None else ()
        for k, unit in enumerate(layer):
            yield unit.out, outs[k]
            if unit.net is not None:
                yield unit.net, nets[k]
            if unit.bias is not None:
                yield unit.bias, biases[k % len(biases)]


def _agree(own: Network, expansion: Expansion, entries: Mapping[Expr, Expr]) -> bool:
    """Whether everything the document names comes out the same from any inputs."""
    for seed in SEEDS:
        ours = own.anywhere(seed, positive=True)
        given = {entry: ours.values[atom] for atom, entry in entries.items() if atom in ours.values}
        theirs = Environment(expansion, given)
        try:
            if not all(_same(ours[atom], theirs[entry]) for atom, entry in entries.items()):
                return False
        except NO_VALUES:
            return False
    return True


def _same(a: Value, b: Value) -> bool:
    return a == b if isinstance(a, fmpq) and isinstance(b, fmpq) else bool(arb(a).overlaps(arb(b)))


# units


def _units(equations: Equations) -> Iterator[Unit]:
    """Every equation that is an activation of a net input, or a net input that goes on as it is."""
    sums = {out: total for out, expr in equations.items() if (total := _sum(expr)) is not None}
    for out, expr in equations.items():
        nets = sorted(expr.free_symbols & set(sums), key=str)
        if out in sums:
            yield Unit(out, None, *sums[out], "identity")
        elif nets and len(nets) == len(expr.free_symbols):
            for net in nets:
                name = _activation(expr, net, nets)
                if name:
                    yield Unit(out, net, *sums[net], name)
                    break
        else:
            yield from islice(_inside(out, expr), 1)


def _sum(expr: Expr) -> tuple[Pairs, Expr | None] | None:
    """The products and the bias of a net input; None for anything else."""
    pairs: list[tuple[Expr, Expr]] = []
    bias: Expr | None = None
    for part in Add.make_args(expr):
        factors = Mul.make_args(part)
        if not all(isinstance(factor, Symbol) for factor in factors):
            return None
        if len(factors) == 2:
            pairs.append((factors[0], factors[1]))
        elif len(factors) == 1 and bias is None:
            bias = part
        else:
            return None
    return (tuple(pairs), bias) if pairs else None


def _inside(out: Expr, expr: Expr) -> Iterator[Unit]:
    """A unit whose net input has no name of its own: out = 1/(1 + exp(-(w x + b)))."""
    net = Symbol("net")
    for part in islice(preorder_traversal(expr), MOST_PARTS):
        if not isinstance(part, Expr):  # a case of a function in pieces
            continue
        for total, stands in ((part, net), (-part, -net)):
            found = _sum(total) if isinstance(part, Add | Mul) else None
            if found is not None:
                rest = expr.xreplace({part: stands, -part: -stands})
                if rest.free_symbols == {net} and (name := _activation(rest, net, [net])):
                    yield Unit(out, None, *found, name)


def _activation(expr: Expr, net: Expr, nets: Sequence[Expr]) -> str:
    """The name of the activation an expression is of one net input (for softmax, among all); empty for none."""
    if len(nets) > 1:
        above = exp(net) / Add(*(exp(each) for each in nets))
        points = [[POINTS[(k + shift) % len(POINTS)] / (k + 1) for k in range(len(nets))] for shift in range(2)]
        known = {"softmax": [_at(above, nets, point) for point in points]}
    else:
        points, known = [[point] for point in POINTS], _activations()
    try:
        ours = [_at(expr, nets, point) for point in points]
    except NO_VALUES:
        return ""
    return next((name for name, theirs in known.items() if all(map(_same, ours, theirs))), "")


def _at(expr: Expr, symbols: Sequence[Expr], point: Sequence[fmpq]) -> Value:
    return lower([], [expr], {}, symbols).run(point)[0]


@lru_cache(maxsize=1)
def _activations() -> dict[str, list[Value]]:
    """The values of the activations that take one net input, at some points."""
    z = Symbol("z")
    rows = [row for row in primitives.ACTIVATIONS.values() if not row.couples]
    return {row.name: [_at(row.forward(z), [z], [point]) for point in POINTS] for row in rows}


# layers


def _structure(
    loss: Expr, equations: Equations, roots: Roots, units: Mapping[Expr, Unit], weights: frozenset[Expr]
) -> Structure | None:
    """The layers that lead to a loss; None where they are not fully connected."""
    formula = equations[loss]
    atoms = _rests_on(formula, roots)
    layer = tuple(unit for out, unit in units.items() if out in atoms)
    targets = _targets(formula, equations, roots, layer)
    layers: list[tuple[Unit, ...]] = []
    while layer and targets is not None and len(layers) < MOST_LAYERS:
        feeding = _feeding(layer, units, weights)
        ordered = None if feeding is None else [_ordered(unit, feeding, weights) for unit in layer]
        if feeding is None or ordered is None or None in ordered or _bias_kind(layer) is None:
            return None
        layers.insert(0, tuple(unit for unit in ordered if unit is not None))
        layer = tuple(units[source] for source in feeding if source in units)
        if not layer:
            return Structure(feeding, tuple(layers), targets, loss)
        if len(layer) != len(feeding):
            return None
    return None


def _roots(equations: Equations, units: Mapping[Expr, Unit]) -> Roots:
    """What each name that is no unit's comes down to: outputs, targets and whatever else no equation defines."""
    found: Roots = {}
    for out, expr in equations.items():  # each after those it uses
        if out not in units:
            found[out] = _rests_on(expr, found)
    return found


def _rests_on(expr: Expr, roots: Roots) -> frozenset[Expr]:
    return frozenset[Expr]().union(*(roots.get(atom, {atom}) for atom in expr.free_symbols))


def _parts(expr: Expr, equations: Equations, roots: Roots) -> Iterator[Expr]:
    """A formula and all below it, the names between followed; put in, they would be worked out anew by SymPy."""
    seen: set[Expr] = set()
    stack = [expr]
    while stack:
        part = stack.pop()
        yield part
        stack.extend(reversed(part.args))
        if part in roots and part not in seen:
            seen.add(part)
            stack.append(equations[part])


def _targets(loss: Expr, equations: Equations, roots: Roots, outputs: Sequence[Unit]) -> tuple[Expr, ...] | None:
    """The target beside each output in the formula of a loss; None where an output has none."""
    names = {unit.out for unit in outputs}
    found: dict[Expr, Expr] = {}
    for part in islice(_parts(loss, equations, roots), MOST_STEPS):
        atoms = _rests_on(part, roots)
        own, others = atoms & names, atoms - names
        if len(own) == len(others) == 1:
            found.setdefault(*own, *others)
    if set(found) != names or _rests_on(loss, roots) != {*names, *found.values()}:
        return None
    return tuple(found[unit.out] for unit in outputs)


def _feeding(layer: Sequence[Unit], units: Mapping[Expr, Unit], weights: frozenset[Expr]) -> tuple[Expr, ...] | None:
    """What every unit of a layer takes a weighted sum of, in the order of the document or of their numbers."""
    per_unit = [[factor for pair in unit.pairs for factor in pair] for unit in layer]
    before = [out for out in units if out in per_unit[0]]
    if before:
        return tuple(before)
    if len(layer) > 1:  # inputs go to every unit, a weight to one
        shared = [factor for factor in per_unit[0] if all(factor in own for own in per_unit[1:])]
    else:
        shared = [factor for factor in per_unit[0] if factor not in weights]
    return tuple(sorted(dict.fromkeys(shared), key=_numbered)) or None


def _numbered(atom: Expr) -> tuple[str, list[int]]:
    """Names in the order of their numbers: x_2 before x_10."""
    return re.sub(r"\d+", "", str(atom)), [int(number) for number in re.findall(r"\d+", str(atom))]


def _ordered(unit: Unit, feeding: Sequence[Expr], weights: frozenset[Expr]) -> Unit | None:
    """The unit with its weights first in each pair, and in the order of what feeds it; None where it has others."""
    found = {}
    for first, second in unit.pairs:
        if second in feeding and first not in feeding:
            found[second] = first
        elif first in feeding and second not in feeding:
            found[first] = second
    if set(found) != set(feeding) or len(unit.pairs) != len(found):
        return None
    if any(source in weights and weight not in weights for source, weight in found.items()):
        return None  # one weight and many inputs: samples, no units
    return replace(unit, pairs=tuple((found[source], source) for source in feeding))


def _bias_kind(layer: Sequence[Unit]) -> str | None:
    """Whether the units share a bias, have their own, or none; None where some have one and some not."""
    biases = [unit.bias for unit in layer]
    if None in biases:
        return NONE if not any(biases) else None
    if len(layer) > 1 and len(set(biases)) == 1:
        return SHARED
    return UNIT if len(set(biases)) == len(layer) else None
