"""What is wrong with a description is said in one sentence: file, line, key, what is there, what would be right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpsym.errors import BpsymError, DescriptionError
from bpsym.spec import Description, load, loads
from source import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
title = "A network"
[network]
family = "dense"
inputs = 2
loss = "half-squared-error"
[[network.layers]]
units = 2
activation = "tanh"
bias = "shared"
[[network.layers]]
units = 2
bias = "shared"
[given]
inputs = [0.05, 0.10]
targets = [0.01, 0.99]
weights = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55]
biases = [0.35, 0.60]
[training]
rate = 0.5
[sheet]
digits = 9
"""
WEIGHTS = "weights = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55]"
NAMES = "identity, sigmoid, tanh, relu, leaky-relu, elu, softplus, silu, gelu, softmax"
CASES = [
    # what the schema says
    ("inputs = 2", "inputs = 2.5", "4: network.inputs: needs a whole number or a text in quotes, not a number"),
    ("inputs = 2", "inputs = 0", "4: network.inputs: needs at least 1"),
    ("inputs = 2", "inputs = true", "4: network.inputs: needs a whole number or a text in quotes, not true or false"),
    ("inputs = 2", "inputs = 5000", "4: network.inputs: needs at most 4096"),
    (
        "inputs = 2", "inputs = 'two inputs'",
        "4: network.inputs: 'two inputs' is not possible here; a letter, then up to 11 letters or digits",
    ),
    (
        "inputs = 2", "input = 2",
        ("4: network.input: no key of [network]; known: "
         "inputs, layers, family, loss, samples, steps, taps, reduction, decay"),
    ),
    (
        "inputs = 2\n", "",
        "2: network: the key inputs is missing: How many inputs one sample (recurrent: one time step) has",
    ),
    (
        '"dense"', '"densee"',
        "3: network.family: 'densee' is not possible here; known: dense, recurrent, convolutional",
    ),
    ('"tanh"', '"Tanh"', f"8: network.layers[1].activation: 'Tanh' is not possible here; known: {NAMES}"),
    ('"tanh"', "3", "8: network.layers[1].activation: needs a text in quotes, not a whole number"),
    ("digits = 9", "digits = 99", "21: sheet.digits: needs at most 60"),
    ("digits = 9", "weights = ['w1', 3]", "21: sheet.weights[2]: needs a text in quotes, not a whole number"),
    (
        "[training]", "[traning]",
        "18: traning: no key of the description; known: network, title, sizes, given, training, sheet, vary",
    ),
    ('title = "A network"', "title = { en = 3 }", "1: title.en: needs a text in quotes, not a whole number"),
    (
        WEIGHTS, "weights = { random = { from = 0, to = 1, step = 1, sed = 1 } }",
        "16: given.weights.random.sed: no key of [given.weights.random]; known: from, to, step, seed",
    ),
    # what numbers can be
    ("0.10]", "'0.10']", "14: given.inputs[2]: needs a number or a list, not a text in quotes"),
    ("0.10]", "nan]", "14: given.inputs[2]: NaN is no number to compute with"),
    ("0.10]", "-inf]", "14: given.inputs[2]: -Infinity is no number to compute with"),
    ("0.10]", "1e41]", "14: given.inputs[2]: a number has at most 40 digits and powers of ten up to 40"),
    ("0.10]", "1e99999999999999999999]", "14: given.inputs[2]: Infinity is no number to compute with"),
    ("0.10]", f"{'1' * 41}]", "14: given.inputs[2]: a number has at most 40 digits"),
    ("0.10]", f"{'1' * 5000}]", "14: a number has at most 100 characters"),
    # what networks can be
    (
        '"half-squared-error"', '"cross-entropy"\ndecay = -1', "6: network.decay: a penalty is not negative",
    ),
    (
        'units = 2\nbias = "shared"\n[given]', 'units = 2\nactivation = "relu"\nbias = "shared"\n[given]',
        None,
    ),
    ('"dense"', '"dense"\ntaps = 2', "4: network.taps: only a convolutional network has taps"),
    ('"dense"', '"convolutional"', "2: network: the key taps is missing: how many inputs the kernel covers"),
    ('"dense"', '"convolutional"\ntaps = 3', "4: network.taps: a kernel of 3 taps does not fit into 2 inputs"),
    (
        '"dense"', '"recurrent"\nreduction = "mean"',
        "4: network.reduction: only a dense network averages over samples; known: sum",
    ),
    ('"tanh"', '"softmax"', None),
    (
        'units = 2\nactivation = "tanh"', 'units = 1\nactivation = "softmax"',
        "7: network.layers[1].units: softmax over one unit is always 1; it needs at least 2",
    ),
    (
        "inputs = 2", 'inputs = "n"',
        "4: network.inputs: the size n has no number, which [given] needs; add [sizes] with n = ...",
    ),
    (
        "[training]", "[sizes]\nm = 3\n[training]",
        "19: sizes.m: no size in [network] has this letter; known: none, all sizes are numbers",
    ),
    # what shapes can be
    ("0.05, 0.10]", "0.05]", "14: given.inputs: 2 inputs are needed (2 numbers for inputs), not 1"),
    (
        "0.05, 0.10]", "[0.05, 0.10], [1]]",
        "14: given.inputs[2]: is 1 number, but the item before it is 2 numbers",
    ),
    (
        ", 0.55]", "]",
        ("16: given.weights: 8 weights are needed (2 rows of 2 numbers for hidden, 2 rows of 2 numbers for output), "
         "not 7"),
    ),
    (
        WEIGHTS, "weights = [\n[[1, 2], [3, 4]],\n[[1, 2, 3], [4, 5, 6]],\n]",
        "18: given.weights[2]: output needs 2 rows of 2 numbers, not 2 rows of 3 numbers",
    ),
    (
        WEIGHTS, "weights = [[[1, 2], [3, 4]]]",
        "16: given.weights: 2 items are needed, one each for hidden, output, not 1",
    ),
    (
        WEIGHTS, "weights.hidden = [1, 2, 3, 4]",
        "16: given.weights: nothing is given for output; needed: hidden, output",
    ),
    (
        WEIGHTS, "weights.hiden = [1, 2, 3, 4]",
        "16: given.weights.hiden: no key of [given.weights]; known: hidden, output, random",
    ),
    (
        "biases = [0.35, 0.60]\n", "",
        "13: given.biases: 2 biases are needed (1 number for hidden, 1 number for output), not 0",
    ),
    ("units = 2\nbias", "units = 3\nbias", "15: given.targets: 3 targets are needed (3 numbers for targets), not 2"),
    ("[given]", "[given]\nstart = [1]", "14: given.start: this network needs no start; leave the key out"),
    ("rate = 0.5", "rate = 0", "19: training.rate: a learning rate is more than 0"),
    ("rate = 0.5\n", "", "18: training: the key rate is missing: the learning rate"),
    (
        "digits = 9", "digits = 9\nsignificant = 3",
        "22: sheet.significant: a sheet counts digits after the point or significant ones, not both",
    ),
    # what can be drawn
    (WEIGHTS, "weights = { random = [1] }", "16: given.weights.random: needs a table { from, to, step, seed }"),
    (
        WEIGHTS, "weights.random = { from = 0, to = 1, step = 0.3 }",
        "16: given.weights.random.step: 0.3 does not lead from 0 to 1",
    ),
    (
        WEIGHTS, "weights.random = { from = 0, to = 1, step = 0 }",
        "16: given.weights.random.step: needs to be more than 0",
    ),
    (
        WEIGHTS, "weights.random = { from = 0, to = -1, step = 1 }",
        "16: given.weights.random.to: needs to be at least as large as from",
    ),
    (
        WEIGHTS, "weights.random = { from = 0, to = 1, step = 1e-9 }",
        "16: given.weights.random.step: too small: a range has at most 1000000 steps",
    ),
    # what TOML says
    ("0.10]", "0.10", "15: no TOML: Unclosed array"),
    ("[training]", "[training", "18: no TOML: Expected ']' at the end of a table declaration"),
    ('title = "A network"', "title = 1\ntitle = 2", "2: no TOML: Cannot overwrite a value"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "sentence"), CASES, ids=[f"{new[:40]!r}" for _, new, _ in CASES])
def test_one_sentence(old: str, new: str, sentence: str | None) -> None:
    """Each thing that can be wrong is told with its line, its key and what would be right; what is right is taken."""
    assert TEXT.count(old) >= 1
    text = TEXT.replace(old, new, 1)
    if sentence is None:
        assert isinstance(loads(text), Description)
        return
    with pytest.raises(DescriptionError) as error:
        loads(text, "net.toml")
    assert str(error.value) == f"net.toml:{sentence}"


SOFTMAX = """\
[network]
inputs = 1
loss = "LOSS"
layers = [{ units = 2, activation = "ACTIVATION", bias = "none" }]
[given]
inputs = [[1], [2]]
targets = TARGETS
weights = [1, 2]
"""


@pytest.mark.parametrize(
    ("loss", "activation", "targets", "sentence"),
    [
        ("cross-entropy", "softmax", "[[0.25, 0.75], [0, 1]]", None),
        ("cross-entropy", "sigmoid", "[[1, 1], [0, 0]]", None),
        ("binary-cross-entropy", "sigmoid", "[[1, 0.5], [0, 0]]", None),
        ("huber", "softmax", "[[7, 8], [9, -1]]", None),
        (
            "cross-entropy", "softmax", "[[0.25, 0.75], [0.3, 0.6]]",
            ("7: given.targets: the targets of a softmax are probabilities and add up to 1 in each sample, "
             "unlike 0.3, 0.6"),
        ),
        (
            "cross-entropy", "softmax", "[[2, -1], [0, 1]]",
            "7: given.targets: cross-entropy needs targets from 0 to 1, not 2",
        ),
        (
            "binary-cross-entropy", "sigmoid", "[[1, 1.5], [0, 1]]",
            "7: given.targets: binary-cross-entropy needs targets from 0 to 1, not 1.5",
        ),
        (
            "binary-cross-entropy", "softmax", "[[1, 0], [0, 1]]",
            "4: network.layers[1].activation: binary-cross-entropy does not fit softmax outputs; known: sigmoid",
        ),
        (
            "cross-entropy", "tanh", "[[1, 0], [0, 1]]",
            "4: network.layers[1].activation: cross-entropy does not fit tanh outputs; known: softmax, sigmoid",
        ),
        (
            "huber", "tanh", '"inputs"',
            "7: given.targets: the targets are the inputs only with as many outputs as inputs, not 2 and 1",
        ),
    ],
)  # fmt: skip
def test_losses_and_their_outputs(loss: str, activation: str, targets: str, sentence: str | None) -> None:
    """A loss with logarithms wants outputs between 0 and 1 and targets that are probabilities; others take any."""
    text = SOFTMAX.replace("LOSS", loss).replace("ACTIVATION", activation).replace("TARGETS", targets)
    if sentence is None:
        assert len(loads(text).values) == 8
        return
    with pytest.raises(DescriptionError) as error:
        loads(text, "net.toml")
    assert str(error.value) == f"net.toml:{sentence}"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"title = '\xff'", "1: not UTF-8; save the file as UTF-8"),
        (b"\n\n# \xc4\xe3\xba\xc3", "3: not UTF-8; save the file as UTF-8"),
        (b"#" * (4 * 2**20 + 1), "larger than 4 MB, which is the limit for a description"),
        (b"", "the key network is missing: What the network is"),
        (b"\x00", "1: no TOML: Invalid statement"),
    ],
)
def test_files(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    """A file that is missing, no text, too long or empty is refused in a sentence that names it."""
    path = tmp_path / "net.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DescriptionError) as error:
        load(path)
    assert re.sub(r"^: ?", "", str(error.value).removeprefix(str(path))) == sentence


def test_byte_order_mark(tmp_path: Path) -> None:
    """The mark that Windows editors put in front is no part of the text."""
    path = tmp_path / "net.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert load(path).title("en") == "A network"


EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
PIECES = (*"[]{}=,.\"'\n#0-e\\\x00é", "[[", "9" * 60, "nan", "inf")


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_broken_descriptions_are_refused_cleanly(data: st.DataObject) -> None:
    """Cut, doubled and spoilt examples make a description or one sentence, never another error."""
    text = data.draw(st.sampled_from(EXAMPLES)).read_text("utf-8")
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(start + data.draw(st.integers(0, 12)), len(text))
        text = text[:start] + data.draw(st.sampled_from(PIECES) | st.text(max_size=4)) + text[end:]
    try:
        loads(text)
        sentence = ""
    except BpsymError as error:
        sentence = str(error)
    assert "\n" not in sentence
    assert len(sentence) < 1000
