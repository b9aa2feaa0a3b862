"""What bpsym prints, bpsym verifies: every claim of its own sheets is right."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bpsym.options import KINDS, LANGUAGES, NOTATIONS, sheet_options
from bpsym.render import render
from bpsym.render.formats import BY_NAME
from bpsym.spec import Description, load, loads
from bpsym.verify.check.verdicts import Verdict
from bpsym.verify.read import read
from bpsym.verify.run import verify

EXAMPLES = Path(__file__).parents[2] / "examples"
FORMATS = ("markdown", "latex", "html", "notebook", "text")
ROUNDINGS: dict[str, dict[str, Any]] = {
    "as-described": {},
    "four-digits-carried": {"digits": 4, "carry": "shown"},
    "three-significant": {"significant": 3, "tie": "half-even"},
}
# One sheet of every example and kind; notation, language, format and rounding go round, so that every pair of choices
# occurs.
# The long ones are left to benchmarks/verify_sheets.py, which makes them all.
LONG = {("xor", "worked"), ("xor", "numbered"), ("rnn", "worked"), ("autoencoder", "worked")}
SHEETS = [
    (example, kind, NOTATIONS[place % 2], LANGUAGES[place // 2 % 2], FORMATS[place % 5], [*ROUNDINGS][place % 3])
    for place, (example, kind) in enumerate(product(sorted(path.stem for path in EXAMPLES.glob("*.toml")), KINDS))
    if (example, kind) not in LONG
]

# What the examples do not have: other activations and losses, a penalty, weights updated on the way, rounding at each
# step, formulas over several rows.
ODD = {
    "gelu, sequential, numbers carried as shown": (
        """
        [network]
        inputs = 2
        layers = [{ units = 2, activation = "gelu", bias = "shared" }, { units = 2, activation = "elu", bias = "none" }]
        [given]
        inputs = [0.5, -0.7]
        targets = [0.3, 0.9]
        weights = [0.15, -0.2, 0.65, 0.3, 0.41, -0.45, 0.5, 0.75]
        biases = [0.35]
        [training]
        rate = 0.5
        order = "sequential"
        """,
        {"kind": "worked", "digits": 4, "carry": "shown"},
        "latex",
    ),
    "softmax without cross-entropy, two samples": (
        """
        [network]
        inputs = 1
        loss = "absolute-error"
        reduction = "mean"
        layers = [{ units = 1, activation = "silu" }, { units = 2, activation = "softmax", bias = "none" }]
        [given]
        inputs = [[0.5], [-0.7]]
        targets = [[0.3, 0.9], [0.8, 0.1]]
        weights = [0.15, -0.2, 0.65]
        biases = [0.35]
        [training]
        rate = 0.5
        """,
        {"kind": "worked", "digits": 12, "notation": "z-a", "lang": "zh"},
        "markdown",
    ),
    "a shared bias that learns, in matrices": (
        """
        [network]
        inputs = 1
        layers = [{ units = 1, activation = "silu" }, { units = 3, activation = "elu", bias = "shared" }]
        [training]
        rate = 0.1
        """,
        {"kind": "law", "notation": "z-a"},
        "html",
    ),
    "sums with dots": (
        """
        [network]
        family = "convolutional"
        inputs = 5
        taps = 3
        layers = [{ units = 3, activation = "relu", bias = "none" }, { units = 1, activation = "sigmoid" }]
        [given]
        inputs = [0.52, -0.4, 0.35, 0.7, 0.15]
        targets = [0.9]
        biases = [0.35]
        [given.weights]
        hidden = [[0.5, -0.4, 0.3], [-0.3, 0.7, 0.6], [0.2, 0.25, -0.15]]
        output = [0.4, -0.2, 0.7, -0.5, 0.3, 0.1, 0.45, 0.65, -0.35]
        """,
        {"kind": "numbered", "digits": 3},
        "notebook",
    ),
    "Huber's loss with a penalty, the letter p for a layer": (
        """
        [network]
        inputs = "d"
        loss = "huber"
        decay = 0.01
        layers = [{ units = "p", activation = "leaky-relu" }, { units = 1, activation = "softplus" }]
        [sizes]
        d = 2
        p = 3
        """,
        {"kind": "law"},
        "text",
    ),
}


@pytest.mark.parametrize(("example", "kind", "notation", "language", "form", "rounding"), SHEETS)
def test_own_sheets_verify(example: str, kind: str, notation: str, language: str, form: str, rounding: str) -> None:
    """A sheet read back has claims, and each of them is right, none undecided or unreadable."""
    options = {"kind": kind, "notation": notation, "lang": language, "fade": 6, **ROUNDINGS[rounding]}
    all_right(load(EXAMPLES / f"{example}.toml"), options, form)


@pytest.mark.parametrize(("description", "options", "form"), ODD.values(), ids=ODD.keys())
def test_sheets_of_odd_networks_verify(description: str, options: dict[str, Any], form: str) -> None:
    """The same with what the examples do not have."""
    all_right(loads(description), options, form)


def all_right(description: Description, options: dict[str, Any], form: str) -> None:
    """Fail with the claims of a sheet that are not right."""
    content = render(description, sheet_options(description, **options), form)
    verified = verify(read(content, f"sheet{BY_NAME[form].suffix}"), description)
    assert len(verified.judgements) >= 15
    found = [
        (str(j.verdict), verified.document.place(j.span).line, verified.document.text[j.span.start : j.span.end])
        for j in verified.judgements
        if j.verdict not in (Verdict.RIGHT, Verdict.DIGIT)
    ]
    assert found == []
