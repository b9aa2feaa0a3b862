"""Random networks of the sizes people work by hand: dense, with several samples, recurrent, convolutional."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.spec import Description, loads

if TYPE_CHECKING:
    from random import Random

FAMILIES = {"dense": 14, "batch": 2, "recurrent": 2, "convolutional": 2}  # how often each is drawn
HIDDEN = ("sigmoid", "sigmoid", "tanh", "relu", "leaky-relu", "elu", "softplus", "silu", "gelu")
OUTPUT = ("sigmoid", "sigmoid", "tanh", "identity", "relu", "softplus")
LOSSES = {  # how often each is drawn
    "half-squared-error": 6, "mean-squared-error": 3, "absolute-error": 1, "huber": 1,
    "binary-cross-entropy": 3, "cross-entropy": 3,
}  # fmt: skip
BIASES = ("shared", "unit", "none")
DECAYED = 0.1  # networks with weight decay


def description(random: Random) -> Description:
    """A random network with given numbers."""
    (family,) = random.choices(list(FAMILIES), list(FAMILIES.values()))
    (loss,) = random.choices(list(LOSSES), list(LOSSES.values()))
    last = {"binary-cross-entropy": "sigmoid", "cross-entropy": "softmax"}.get(loss, random.choice(OUTPUT))
    outputs = random.randint(2 if last == "softmax" else 1, 3 if family == "dense" else 2)
    inputs = random.randint(1, 3)
    depth = random.choice((1, 1, 1, 2, 2, 3)) if family == "dense" else 1
    sizes = [*(random.randint(1, 3 if family == "dense" else 2) for _ in range(depth)), outputs]
    activations = [*(random.choice(HIDDEN) for _ in range(depth)), last]
    biases = [random.choice(BIASES) for _ in sizes]
    kernel = random.randint(1, 2)
    if family == "convolutional":
        inputs = kernel + random.randint(1, 2)
    rows = random.randint(2, 3) if family in ("batch", "recurrent") else 0
    text = ["[network]", f'family = "{"dense" if family == "batch" else family}"', f'loss = "{loss}"']
    text += [f"inputs = {inputs}"]
    text += [f"taps = {kernel}"] if family == "convolutional" else []
    text += [f'reduction = "{random.choice(("sum", "mean"))}"'] if family == "batch" else []
    text += [f"decay = {random.choice(('0.01', '0.1'))}"] if random.random() < DECAYED else []
    text += [
        f'[[network.layers]]\nunits = {units}\nactivation = "{activation}"\nbias = "{bias}"'
        for units, activation, bias in zip(sizes, activations, biases, strict=True)
    ]
    text += ["[given]", f"inputs = {_rows(random, rows, inputs)}"]
    targets = [_targets(random, loss, outputs) for _ in range(max(rows, 1))]
    text += [f"targets = [{', '.join(targets)}]" if rows else f"targets = {targets[0]}"]
    text += [f"start = {_row(random, sizes[0])}"] if family == "recurrent" else []
    text += ["[given.weights]", *_weights(random, family, inputs, sizes, kernel)]
    given = [
        f"{layer} = {_row(random, units if bias == 'unit' else 1)}"
        for layer, units, bias in zip(_layers(depth), sizes, biases, strict=True)
        if bias != "none"
    ]
    text += ["[given.biases]", *given] if given else []
    text += ["[training]", f"rate = {random.choice(('0.1', '0.5', '0.25', '0.01'))}"]
    text += [f'biases = "{random.choice(("updated", "frozen"))}"']
    return loads("\n".join(text), "a random network")


def _layers(depth: int) -> list[str]:
    return [*(["hidden"] if depth == 1 else [f"hidden{k}" for k in range(1, depth + 1)]), "output"]


def _weights(random: Random, family: str, inputs: int, sizes: list[int], kernel: int) -> list[str]:
    """The matrices, a row for each unit."""
    if family == "convolutional":
        every = sizes[1] * sizes[0] * (inputs - kernel + 1)
        return [f"hidden = {_rows(random, sizes[0], kernel)}", f"output = {_row(random, every)}"]
    feeding = [inputs, *sizes]
    found = [
        f"{layer} = {_rows(random, units, before)}"
        for layer, units, before in zip(_layers(len(sizes) - 1), sizes, feeding[:-1], strict=True)
    ]
    if family == "recurrent":
        found.append(f"recurrent = {_rows(random, sizes[0], sizes[0])}")
    return found


def _rows(random: Random, rows: int, count: int) -> str:
    return f"[{', '.join(_row(random, count) for _ in range(rows))}]" if rows else _row(random, count)


def _row(random: Random, count: int) -> str:
    """Numbers of one or two decimals, none of them 0."""
    numbers = (f"{random.choice((-1, 1, 1)) * random.randint(5, 95) / 100:.2f}" for _ in range(count))
    return f"[{', '.join(numbers)}]"


def _targets(random: Random, loss: str, outputs: int) -> str:
    if loss == "cross-entropy":
        hot = random.randrange(outputs)
        return str([int(k == hot) for k in range(outputs)])
    if loss == "binary-cross-entropy":
        return f"[{', '.join(random.choice(('0', '1', '0.8')) for _ in range(outputs))}]"
    return _row(random, outputs).replace("-", "")
