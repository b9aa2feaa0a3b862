"""Descriptions of random networks of every family, with every activation, loss, bias and way of updating."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpsym.options import KINDS, LANGUAGES, NOTATIONS
from bpsym.primitives import ACTIVATIONS, LOSSES
from bpsym.rounding import CARRIES, TIES
from bpsym.spec import Description, loads
from bpsym.update import ORDERS

if TYPE_CHECKING:
    from random import Random

LAST = {"binary-cross-entropy": "sigmoid", "cross-entropy": "softmax"}  # what these losses ask of the outputs


def description(random: Random) -> Description:
    """A small network with its numbers."""
    family = random.choice(("dense", "dense", "dense", "recurrent", "convolutional"))
    loss = random.choice(list(LOSSES))
    last = LAST.get(loss) or random.choice(list(ACTIVATIONS))
    hidden = [random.randint(1, 3) for _ in range(random.choice((0, 1, 1, 2, 3)) if family == "dense" else 1)]
    units = [*hidden, random.randint(2 if last == "softmax" else 1, 3)]
    activations = [*(random.choice([name for name in ACTIVATIONS if name != "softmax"]) for _ in hidden), last]
    taps = random.randint(2, 3)
    inputs = random.randint(taps, 5) if family == "convolutional" else random.randint(1, 3)
    biases = [random.choice(("shared", "unit", "none")) for _ in units]
    rows = {"dense": random.choice((1, 1, 2, 3)), "recurrent": random.randint(2, 3), "convolutional": 1}[family]
    lines = ["[network]", f'family = "{family}"', f'loss = "{loss}"', f"inputs = {inputs}"]
    lines += [f"taps = {taps}"] * (family == "convolutional")
    lines += [f'reduction = "{random.choice(("sum", "mean"))}"'] * (family == "dense" and rows > 1)
    lines += ["decay = 0.01"] * (random.random() < 0.15)
    layers = zip(units, activations, biases, strict=True)
    lines += [f'[[network.layers]]\nunits = {n}\nactivation = "{a}"\nbias = "{b}"' for n, a, b in layers]
    lines.append("[given]")
    samples = [[_number(random) for _ in range(inputs)] for _ in range(rows)]
    targets = [_targets(random, loss, units[-1]) for _ in range(rows)]
    one = rows == 1
    lines += [f"inputs = {_written(samples[0] if one else samples)}"]
    lines += [f"targets = {_written(targets[0] if one else targets)}"]
    counts = {"shared": lambda _units: 1, "unit": lambda units: units, "none": lambda _units: 0}
    count = sum(counts[bias](n) for n, bias in zip(units, biases, strict=True))
    lines += [f"biases = {_written([_number(random) for _ in range(count)])}"] * bool(count)
    lines.append(f"weights = {_written([_number(random) for _ in range(_weights(family, inputs, taps, units))])}")
    learned, rate = random.choice(("updated", "frozen")), random.choice(("0.1", "0.5", "1"))
    lines.append(f'[training]\nrate = {rate}\nbiases = "{learned}"\norder = "{random.choice(ORDERS)}"')
    return loads("\n".join(lines))


def options(random: Random) -> dict[str, Any]:
    """Options of a sheet."""
    digits: dict[str, int] = random.choice(
        ({}, {"digits": random.randint(2, 12)}, {"significant": random.randint(2, 10)})
    )
    return {
        "kind": random.choice(KINDS),
        "notation": random.choice(NOTATIONS),
        "lang": random.choice(LANGUAGES),
        "weights": random.choice(("one", "one", "all")),
        "carry": random.choice(CARRIES),
        "tie": random.choice(TIES),
        "fade": random.choice((0, 3, 10)),
        **digits,
    }


def _weights(family: str, inputs: int, taps: int, units: list[int]) -> int:
    """How many weights a network has."""
    if family == "convolutional":
        return units[0] * taps + units[1] * units[0] * (inputs - taps + 1)
    dense = sum(a * b for a, b in zip([inputs, *units], units, strict=False))
    return dense + units[0] ** 2 * (family == "recurrent")


def _number(random: Random) -> str:
    """A decimal of two places, not 0."""
    return f"{random.choice((-1, 1, 1)) * random.randint(5, 95) / 100:.2f}"


def _targets(random: Random, loss: str, count: int) -> list[str]:
    if loss == "cross-entropy":
        hot = random.randrange(count)
        return [str(int(k == hot)) for k in range(count)]
    if loss == "binary-cross-entropy":
        return [random.choice(("0", "1")) for _ in range(count)]
    return [_number(random).lstrip("-") for _ in range(count)]


def _written(numbers: list[str] | list[list[str]]) -> str:
    """A list, or a list of lists, in TOML."""
    items = (_written(item) if isinstance(item, list) else item for item in numbers)
    return f"[{', '.join(items)}]"
