"""The networks a description lets students draw: each a description of its own, with what is drawn and asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import msgspec
from sympy import Symbol

from bpsym.errors import DescriptionError
from bpsym.expand import Expansion
from bpsym.notation import Notation
from bpsym.spec.check import checked
from bpsym.spec.describe import ROLES, slots_of
from bpsym.spec.errors import Wrong, sentence
from bpsym.spec.schema import Given, Random, RandomOnly
from bpsym.spec.vary import by_layer, everywhere, options
from bpsym.variants.asked import Asked, asked_entries, asked_items

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sympy import Expr

    from bpsym.program import Program, Quantity
    from bpsym.rounding import Rounding
    from bpsym.spec import Description
    from bpsym.spec.errors import Path
    from bpsym.spec.schema import Spec, Vary
    from bpsym.spec.values import Number, Slot
    from bpsym.spec.vary import Options

STRUCTURES_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Draw:
    """Entries that are drawn together: option n gives each of them its number."""

    entries: tuple[Expr, ...]
    options: tuple[tuple[Number, ...], ...]


@dataclass(frozen=True)
class Work:
    """How much a student has to do: steps to work out, paths of the chain rule, numbers put into formulas."""

    steps: int
    paths: int
    numbers: int

    def __str__(self) -> str:
        return f"{self.steps} steps, {self.paths} paths and {self.numbers} numbers"


@dataclass(frozen=True, eq=False)
class Structure:
    """One network of the homework; its description's numbers stand where nothing is drawn."""

    number: int
    description: Description
    draws: tuple[Draw, ...]
    asked: tuple[Asked, ...]
    choice: str  # what was chosen to come to it, for messages: "hidden = 3, loss = huber"

    @property
    def program(self) -> Program:
        """The derivation."""
        return self.description.program

    @cached_property
    def rounding(self) -> Rounding:
        """How answers are rounded."""
        return self.description.sheet.rounding

    @cached_property
    def expansion(self) -> Expansion:
        """The derivation in scalars; everything that is kept for it is kept once."""
        return Expansion(self.program, self.description.sizes)

    @cached_property
    def numbers(self) -> Mapping[Expr, Number]:
        """The description's own number of every entry."""
        tensors = self.description.numbers.values()
        return {e: n for t in tensors for e, n in zip(_entries(self.expansion, t.quantity), t.flat, strict=True)}

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many options each draw has."""
        return tuple(len(draw.options) for draw in self.draws)

    def drawn(self, indices: tuple[int, ...]) -> dict[Expr, Number]:
        """The numbers of a variant by entry, given which option each draw took."""
        found = list(self.numbers.values())
        for draw, places, index in zip(self.draws, self._places, indices, strict=True):
            for place, number in zip(places, draw.options[index], strict=True):
                found[place] = number
        return dict(zip(self.numbers, found, strict=True))

    @cached_property
    def _places(self) -> tuple[tuple[int, ...], ...]:
        """Where the entries of each draw stand among all numbers: looking them up takes SymPy long."""
        place = {entry: number for number, entry in enumerate(self.numbers)}
        return tuple(tuple(place[entry] for entry in draw.entries) for draw in self.draws)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all given entries, for storing."""
        return tuple(map(str, self.numbers))

    @cached_property
    def work(self) -> Work:
        """What the asked values take."""
        steps = self.expansion.order(tuple(asked.entry for asked in self.asked))
        paths = sum(len(step.terms) for step in steps)
        return Work(len(steps), paths, sum(len(step.uses) for step in steps))


def structures(description: Description) -> tuple[Structure, ...]:
    """Every network the description lets students draw; raises DescriptionError for one that cannot be."""
    vary = description.vary
    if vary is None:
        raise DescriptionError(f"{description.name}: homework needs the table [vary]: what differs between students")
    try:
        return tuple(_structures(description, vary))
    except Wrong as wrong:
        raise DescriptionError(f"{description.name}: {sentence(wrong)}") from None


def _structures(description: Description, vary: Vary) -> Iterator[Structure]:
    axes: list[list[tuple[Path, Any]]] = []
    if isinstance(vary.activation, dict):
        axes += [[(("activation", name), each) for each in names] for name, names in vary.activation.items() if names]
    elif vary.activation:
        axes.append([(("activation",), each) for each in vary.activation])
    axes += [[((key,), each) for each in said] for key, said in (("loss", vary.loss), ("hidden", vary.hidden)) if said]
    axes += [[(("asked", place), each) for each in item] for place, item in asked_items(vary) if isinstance(item, list)]
    total = prod(map(len, axes))
    if total > STRUCTURES_LIMIT:
        raise Wrong(("vary",), f"the choices make {total} different networks; {STRUCTURES_LIMIT} is the most")
    for number, chosen in enumerate(product(*axes)):
        choice = ", ".join(f"{'.'.join(map(str, path))} = {value}" for path, value in chosen if path[0] != "asked")
        try:
            spec = _chosen(description, dict(chosen))
            here = checked(spec, description.name)
            asked = [dict(chosen).get(("asked", place), item) for place, item in asked_items(vary)]
            notation = Notation(here.sheet.notation, here.program, Expansion(here.program, here.sizes))
            yield Structure(number, here, tuple(_draws(here)), asked_entries(notation, asked), choice)
        except Wrong as wrong:
            if not choice:
                raise
            raise Wrong(wrong.path, f"{wrong.what} (with {choice})") from None


def _chosen(description: Description, chosen: dict[Path, Any]) -> Spec:
    """The description with a choice made for its structure."""
    spec, network = description.spec, description.spec.network
    names = {layer.name: f"hidden{layer.name[1:]}" for layer in description.layers} | {"o": "output"}
    layers = []
    for layer, said in zip(description.layers, network.layers, strict=True):
        hidden = layer.name != "o"
        activation = chosen.get(("activation", names[layer.name]))
        activation = activation or (chosen.get(("activation",)) if hidden else None) or said.activation
        units = chosen.get(("hidden",), said.units) if hidden else said.units
        layers.append(msgspec.structs.replace(said, activation=activation, units=units))
    for path in chosen:
        if path[0] == "activation" and len(path) == 2 and path[1] not in names.values():
            raise Wrong(("vary", *path), f"no layer of this network; known: {', '.join(names.values())}")
    network = msgspec.structs.replace(network, layers=layers, loss=chosen.get(("loss",), network.loss))
    given = spec.given
    if ("hidden",) in chosen and given is not None and spec.vary is not None:
        given = _resized(given, spec.vary)
    return msgspec.structs.replace(spec, network=network, given=given)


def _resized(given: Given, vary: Vary) -> Given:
    """Numbers that fit any number of hidden units, to be drawn over."""
    for key in ("weights", "biases"):
        if getattr(given, key) and getattr(vary, key) == "fixed":
            raise Wrong(("vary", key), "must be drawn too where the number of hidden units is")
    zero = RandomOnly(Random(low=0, high=0, step=1))
    return msgspec.structs.replace(
        given, weights={"random": zero.random}, biases={"random": zero.random} if given.biases else []
    )


def _draws(description: Description) -> Iterator[Draw]:
    """What is drawn, in the order of the inputs of the program."""
    vary, expansion = description.vary, Expansion(description.forward, description.sizes)
    if vary is None:
        return
    slots = slots_of(description)
    for role, key in ROLES.items():
        said, path = getattr(vary, key), ("vary", key)
        layered = by_layer(said, path)
        if layered is None:
            yield from _draws_of(description, expansion, slots[role], everywhere(said, path), path)
            continue
        known = [name for name, _, _ in slots[role]]
        for name, each in layered.items():
            if name not in known:
                raise Wrong((*path, name), f"no {key} of this network have this name; known: {', '.join(known)}")
            found = [slot for slot in slots[role] if slot[0] == name]
            yield from _draws_of(description, expansion, found, each, (*path, name))
    for key, name in (("rate", "eta"), ("decay", "lambda")):
        said, path = getattr(vary, key), ("vary", key)
        each = everywhere(said, path) if not isinstance(said, list) else options(said, path)
        if each is None:
            continue
        if name not in description.program.quantities or each.lists:
            raise Wrong(path, "no such number in this network" if not each.lists else "needs numbers, not lists")
        if min(each.numbers) <= 0:
            raise Wrong(path, "needs numbers above 0")
        yield Draw((Symbol(name),), tuple((number,) for number in each.numbers))


def _draws_of(
    description: Description, expansion: Expansion, slots: list[Slot], said: Options | None, path: Path
) -> Iterator[Draw]:
    if said is None:
        return
    entries = [entry for _, quantity, _ in slots for entry in _entries(expansion, quantity)]
    if not entries:
        raise Wrong(path, "no such numbers in this network")
    twins = _twins(description, expansion)
    if said.lists:
        if len(said.lists[0]) != len(entries):
            raise Wrong(path, f"lists of {len(entries)} numbers are needed, not of {len(said.lists[0])}")
        if all(entry in twins for entry in entries):
            yield Draw((*entries, *(twins[entry] for entry in entries)), tuple((*each, *each) for each in said.lists))
        else:
            yield Draw(tuple(entries), said.lists)
        return
    for entry in entries:
        together = (entry, twins[entry]) if entry in twins else (entry,)
        yield Draw(together, tuple((number,) * len(together) for number in said.numbers))


def _twins(description: Description, expansion: Expansion) -> dict[Expr, Expr]:
    """The target that equals each input, in an auto-encoder."""
    given = description.spec.given
    if given is None or given.targets != "inputs":
        return {}
    return dict(zip(expansion.entries("x"), expansion.entries("target"), strict=True))


def _entries(expansion: Expansion, quantity: Quantity) -> tuple[Expr, ...]:
    return expansion.entries(quantity.name) if quantity.name in expansion.program.quantities else (quantity.generic,)


def variant_description(structure: Structure, numbers: Mapping[Expr, Number]) -> Description:
    """The description of one variant: the structure's, with the variant's own numbers as given."""
    spec = structure.description.spec
    slots = slots_of(structure.description)
    found: dict[str, Any] = {}
    for role, key in ROLES.items():
        lists = {
            name: _nested([numbers[e] for e in _entries(structure.expansion, quantity)], shape)
            for name, quantity, shape in slots[role]
        }
        if not lists or (key == "targets" and spec.given is not None and spec.given.targets == "inputs"):
            continue
        found[key] = lists if key in ("weights", "biases") else next(iter(lists.values()))
    given = msgspec.structs.replace(spec.given, **found) if spec.given is not None else None
    training = spec.training
    if training is not None and Symbol("eta") in numbers:
        training = msgspec.structs.replace(training, rate=numbers[Symbol("eta")])
    network = spec.network
    if Symbol("lambda") in numbers:
        network = msgspec.structs.replace(network, decay=numbers[Symbol("lambda")])
    made = msgspec.structs.replace(spec, given=given, training=training, network=network, vary=None)
    return checked(made, structure.description.name)


def _nested(flat: list[Number], shape: tuple[int, ...]) -> Any:
    """Numbers in lists as a description has them: one number for an empty shape."""
    if not shape:
        return flat[0]
    if len(shape) == 1:
        return flat
    size = len(flat) // shape[0]
    return [_nested(flat[size * n : size * (n + 1)], shape[1:]) for n in range(shape[0])]
