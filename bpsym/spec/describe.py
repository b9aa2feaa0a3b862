"""A checked description: the network's program, its sizes and its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

import msgspec

from bpsym import networks
from bpsym.backprop import backprop
from bpsym.display import Shown
from bpsym.errors import DescriptionError
from bpsym.expand import Expansion
from bpsym.networks.equations import size
from bpsym.program import Quantity, Role
from bpsym.spec.errors import Wrong
from bpsym.spec.schema import CONVOLUTIONAL, DENSE, FROZEN, RECURRENT, RandomOnly, Sheet, Spec, Training, Vary
from bpsym.spec.values import Entries, Slot, Tensor, assigned, single, value, written
from bpsym.update import with_update

if TYPE_CHECKING:
    from flint import fmpq
    from sympy import Symbol

    from bpsym.program import Program
    from bpsym.spec.errors import Path
    from bpsym.spec.values import Number

ENTRIES_LIMIT = 1_000_000  # given numbers; 784-128-10 has 102 554
COUNTED = {DENSE: ("s", "samples"), RECURRENT: ("t", "steps"), CONVOLUTIONAL: ("q", "taps")}
ROLES = {Role.INPUT: "inputs", Role.TARGET: "targets", Role.WEIGHT: "weights", Role.BIAS: "biases", Role.STATE: "start"}


@dataclass(frozen=True, eq=False)
class Description(Shown):
    """A network description that has been checked; what is read off it is made when asked for."""

    spec: Spec
    name: str  # the file's, for messages

    def title(self, language: str) -> str:
        """The title in a language; in English, then in any, where it has none in that one."""
        title = self.spec.title
        if isinstance(title, str):
            return title
        return title.get(language) or title.get("en") or next(iter(title.values()), "")

    @property
    def whole(self) -> Description:
        """The description whose network it is; another one where only numbers differ."""
        return self

    @property
    def family(self) -> str:
        """Dense, recurrent or convolutional."""
        return self.spec.network.family

    @property
    def training(self) -> Training | None:
        """The table [training]."""
        return self.spec.training

    @property
    def sheet(self) -> Sheet:
        """The table [sheet]."""
        return self.spec.sheet

    @property
    def vary(self) -> Vary | None:
        """The table [vary]; None for a description that is no homework."""
        return self.spec.vary

    @cached_property
    def layers(self) -> tuple[networks.Layer, ...]:
        """The layers as the network families take them."""
        layers = self.spec.network.layers
        names = networks.layer_names(len(layers))
        return tuple(
            networks.Layer(name, layer.activation, layer.bias) for name, layer in zip(names, layers, strict=True)
        )

    @cached_property
    def letters(self) -> dict[Symbol, str]:
        """The sizes the description leaves open, as it calls them: {n_i: "n", n_h: "m"}."""
        return {symbol: given for symbol, given, _ in sizes_of(self.spec) if isinstance(given, str)}

    @cached_property
    def sizes(self) -> dict[Symbol, int]:
        """The numbers of all sizes that have one: units of each layer, samples, time steps, taps."""
        found = {symbol: number_of(self.spec, given) for symbol, given, _ in sizes_of(self.spec)}
        return {symbol: number for symbol, number in found.items() if number is not None}

    @cached_property
    def forward(self) -> Program:
        """The network and its loss."""
        network, layers = self.spec.network, self.layers
        decay = network.decay != 0
        if network.family != DENSE:
            hidden, output = layers
            family = networks.recurrent if network.family == RECURRENT else networks.convolutional
            return family(hidden, output, network.loss, decay=decay)
        batch = any(symbol == size("s") for symbol, _, _ in sizes_of(self.spec))
        return networks.dense(layers, network.loss, batch=batch, reduction=network.reduction, decay=decay)

    @cached_property
    def program(self) -> Program:
        """The whole derivation: forward, backward, and the update where the description trains."""
        program = backprop(self.forward)
        if self.training is None:
            return program
        weights = frozenset(quantity.name for quantity in program.all(Role.WEIGHT))
        return with_update(program, self.training.order, weights if self.training.biases == FROZEN else None)

    @cached_property
    def expansion(self) -> Expansion:
        """The whole derivation entry by entry; an equation is written out once for all who ask for it."""
        return Expansion(self.program, self.sizes)

    @property
    def batch(self) -> str:
        """How contributions of several samples (sum, mean) or time steps (time) make the loss; empty for one sample."""
        letter = self.forward.only(Role.TARGET).axes[0].index.name
        return {"t": "time", "s": self.spec.network.reduction}.get(letter, "")

    @property
    def has_one_output(self) -> bool:
        """Whether the output layer is a single unit."""
        return self.sizes.get(size("o")) == 1

    @cached_property
    def numbers(self) -> dict[str, Tensor[Number]]:
        """The given numbers of every input of the program, by its name; empty without [given]."""
        return _numbers(self) if self.spec.given is not None else {}

    @cached_property
    def values(self) -> Entries[fmpq]:
        """The exact value of every given entry, the learning rate and the decay included."""
        return Entries(
            {
                name: Tensor(tensor.quantity, tensor.shape, tuple(map(value, tensor.flat)))
                for name, tensor in self.numbers.items()
            }
        )

    @cached_property
    def written(self) -> Entries[str]:
        """Every given entry as it was typed: 0.10."""
        return Entries(
            {
                name: Tensor(tensor.quantity, tensor.shape, tuple(map(written, tensor.flat)))
                for name, tensor in self.numbers.items()
            }
        )

    def table(self, steps: int | None = None) -> tuple[int, ...]:
        """After how many updates the table of the training run has a line; `steps` overrides the description's."""
        if self.training is None:
            return ()
        listed = self.training.table
        last = steps or self.training.steps or max(listed, default=0)
        if not last:
            return ()
        chosen = listed or (0, *(10**power for power in range(8)))
        return tuple(sorted({*(step for step in chosen if step < last), last}))

    def with_order(self, order: str) -> Description:
        """The same with the other order of updates; raises DescriptionError where nothing is updated."""
        if self.training is None:
            raise DescriptionError(f"{self.name}: has no [training], so there is no order of updates to choose")
        training = msgspec.structs.replace(self.training, order=order)
        return Description(msgspec.structs.replace(self.spec, training=training), self.name)


def sizes_of(spec: Spec) -> list[tuple[Symbol, int | str, Path]]:
    """Every size of the network: its symbol, what the description says, and where."""
    network = spec.network
    found: list[tuple[Symbol, int | str, Path]] = [(size("i"), network.inputs, ("network", "inputs"))]
    for position, layer in enumerate(Description(spec, "").layers):
        found.append((size(layer.name), network.layers[position].units, ("network", "layers", position, "units")))
    letter, key = COUNTED[network.family]
    said = getattr(network, key) or rows_of(spec)
    if said is not None:
        found.append((size(letter), said, ("network", key)))
    return found


def number_of(spec: Spec, said: int | str) -> int | None:
    """The number of a size; None for a letter without one."""
    return spec.sizes.get(said) if isinstance(said, str) else said


def rows_of(spec: Spec) -> int | None:
    """How many samples or time steps the given inputs are; the time steps may stand in one list."""
    inputs = spec.given.inputs if spec.given is not None else None
    if not isinstance(inputs, list) or not inputs or spec.network.family == CONVOLUTIONAL:
        return None
    if isinstance(inputs[0], list):
        return len(inputs)
    width = number_of(spec, spec.network.inputs) or 1
    return max(len(inputs) // width, 1) if spec.network.family == RECURRENT else None


def _numbers(description: Description) -> dict[str, Tensor[Number]]:
    """Every number the program needs, from [given], [training] and [network]; raises Wrong where they don't fit."""
    spec, program = description.spec, description.forward
    given = spec.given
    if given is None:
        return {}
    slots = slots_of(description)
    found: dict[str, Tensor[Number]] = {}
    for role, key in ROLES.items():
        wanted, said = slots[role], getattr(given, key)
        place: Path = ("given", key)
        if role is Role.STATE and not said:  # nothing has happened before the first step
            said = [0] * sum(shape[0] for _, _, shape in wanted)
        if isinstance(said, str):
            found["target"] = _as_inputs(wanted, found["x"])
            continue
        if isinstance(said, RandomOnly):
            said = {"random": said.random}
        found |= assigned(wanted, said, place, key)
    for quantity in program.all(Role.DECAY):
        found[quantity.name] = single(quantity, spec.network.decay)
    if spec.training is not None:
        if spec.training.rate is None:
            raise Wrong(("training",), "the key rate is missing: the learning rate")
        found["eta"] = single(Quantity("eta", Role.RATE), spec.training.rate)
    return found


def _as_inputs(wanted: list[Slot], inputs: Tensor[Number]) -> Tensor[Number]:
    """The targets of an auto-encoder."""
    ((_, target, shape),) = wanted
    if shape != inputs.shape:
        what = f"the targets are the inputs only with as many outputs as inputs, not {shape[-1]} and {inputs.shape[-1]}"
        raise Wrong(("given", "targets"), what)
    return Tensor(target, shape, inputs.flat)


def slots_of(description: Description) -> dict[Role, list[Slot]]:
    """The quantities that need numbers, by role, with what a description calls each and its shape."""
    called = {layer.name: f"hidden{layer.name[1:]}" for layer in description.layers} | {"i": "inputs", "o": "output"}
    expansion = Expansion(description.forward, description.sizes)
    found: dict[Role, list[Slot]] = {role: [] for role in ROLES}
    for quantity in description.forward.inputs:
        if quantity.role in found:
            name = "recurrent" if quantity.name.startswith("V_") else called[quantity.layer]
            name = "targets" if quantity.role is Role.TARGET else name
            shape = expansion.shape(quantity)
            found[quantity.role].append((name, quantity, shape))
    total = sum(prod(shape) for slots in found.values() for _, _, shape in slots)
    if total > ENTRIES_LIMIT:
        raise Wrong(("given",), f"this network needs {total} numbers; a description gives at most {ENTRIES_LIMIT}")
    return found
