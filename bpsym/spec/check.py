"""Whether a description makes sense as a whole: what the schema cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.primitives import ACTIVATIONS, LOSSES
from bpsym.spec.describe import Description, number_of, rows_of, sizes_of
from bpsym.spec.errors import Wrong
from bpsym.spec.schema import CONVOLUTIONAL, DENSE, RECURRENT
from bpsym.spec.values import value
from bpsym.spec.vary import check_vary

if TYPE_CHECKING:
    from bpsym.spec.errors import Path
    from bpsym.spec.schema import Spec


def checked(spec: Spec, name: str) -> Description:
    """The description; raises Wrong for whatever makes no network, or for numbers that don't fit it."""
    _check_network(spec)
    _check_activations(spec)
    _check_sizes(spec)
    _check_sheet(spec)
    check_vary(spec)
    if spec.training is not None and spec.training.rate is not None and spec.training.rate <= 0:
        raise Wrong(("training", "rate"), "a learning rate is more than 0")
    description = Description(spec, name)
    if spec.given is not None:
        _check_targets(description)
    return description


def _check_network(spec: Spec) -> None:
    network = spec.network
    here: Path = ("network",)
    if network.family != DENSE and len(network.layers) != 2:
        what = f"a {network.family} network has one hidden layer and an output layer, not {len(network.layers)} layers"
        raise Wrong((*here, "layers"), what)
    for key, family in (("samples", DENSE), ("steps", RECURRENT), ("taps", CONVOLUTIONAL)):
        if getattr(network, key) is not None and network.family != family:
            raise Wrong((*here, key), f"only a {family} network has {key}")
    if network.family == CONVOLUTIONAL and network.taps is None:
        raise Wrong(here, "the key taps is missing: how many inputs the kernel covers")
    if network.family == RECURRENT and rows_of(spec) is None and network.steps is None:
        raise Wrong(here, "the key steps is missing: how many time steps, a number or a letter")
    if network.reduction == "mean" and network.family != DENSE:
        raise Wrong((*here, "reduction"), "only a dense network averages over samples; known: sum")
    if network.decay < 0:
        raise Wrong((*here, "decay"), "a penalty is not negative")


def _check_activations(spec: Spec) -> None:
    network = spec.network
    for position, layer in enumerate(network.layers):
        place: Path = ("network", "layers", position)
        if not ACTIVATIONS[layer.activation].couples:
            continue
        if layer.units == 1:
            raise Wrong((*place, "units"), f"{layer.activation} over one unit is always 1; it needs at least 2")
        if network.family == CONVOLUTIONAL and position == 0:
            raise Wrong((*place, "activation"), f"{layer.activation} is no activation of a convolution layer")
    output, last = network.layers[-1].activation, len(network.layers) - 1
    fitting = LOSSES[network.loss].cancels  # a loss with logarithms needs outputs between 0 and 1
    if fitting and output not in fitting:
        what = f"{network.loss} does not fit {output} outputs; known: {', '.join(fitting)}"
        raise Wrong(("network", "layers", last, "activation"), what)


def _check_sizes(spec: Spec) -> None:
    sizes = sizes_of(spec)
    letters = {said: path for _, said, path in sizes if isinstance(said, str)}
    for letter in spec.sizes:
        if letter not in letters:
            known = ", ".join(letters) or "none, all sizes are numbers"
            raise Wrong(("sizes", letter), f"no size in [network] has this letter; known: {known}")
    for letter, path in letters.items():
        if spec.given is not None and letter not in spec.sizes:
            raise Wrong(path, f"the size {letter} has no number, which [given] needs; add [sizes] with {letter} = ...")
    if spec.network.family == CONVOLUTIONAL:
        numbers = {path: number_of(spec, said) for _, said, path in sizes}
        inputs, taps = numbers["network", "inputs"], numbers["network", "taps"]
        if inputs is not None and taps is not None and taps > inputs:
            raise Wrong(("network", "taps"), f"a kernel of {taps} taps does not fit into {inputs} inputs")


def _check_targets(description: Description) -> None:
    """Targets that a loss with logarithms can have, and that make the derivation's simple forms true."""
    network = description.spec.network
    targets = description.numbers["target"]
    place: Path = ("given", "targets")
    if not LOSSES[network.loss].cancels:
        return
    for number in targets.flat:
        if not 0 <= number <= 1:
            raise Wrong(place, f"{network.loss} needs targets from 0 to 1, not {number}")
    if ACTIVATIONS[network.layers[-1].activation].couples:
        width = targets.shape[-1]
        for start in range(0, len(targets.flat), width):
            row = targets.flat[start : start + width]
            if sum(map(value, row)) != 1:
                listed = ", ".join(map(str, row))
                what = f"the targets of a softmax are probabilities and add up to 1 in each sample, unlike {listed}"
                raise Wrong(place, what)


def _check_sheet(spec: Spec) -> None:
    sheet = spec.sheet
    if sheet.digits is not None and sheet.significant is not None:
        raise Wrong(("sheet", "significant"), "a sheet counts digits after the point or significant ones, not both")
