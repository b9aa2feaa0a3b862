"""Descriptions: what is read out of TOML, and that every way of writing it says the same."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import jsonschema
import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from bpsym.errors import BpsymError, DescriptionError
from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.networks.equations import size
from bpsym.options import SheetOptions, sheet_options
from bpsym.program import Role
from bpsym.rounding import Rounding
from bpsym.spec import Description, Network, json_schema, load, loads
from bpsym.spec.values import value, written
from source import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TWO_BY_TWO = ROOT / "examples" / "two-by-two.toml"

HEAD = """
[network]
inputs = 2
layers = [{ units = 2, bias = "shared" }, { units = 2, bias = "shared" }]
"""
# The weights of the 2-2-2 network, in the ways a description can write them.
WEIGHTS = {
    "flat": "weights = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55]",
    "matrices": "weights = [[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]]",
    "flat for each layer": "weights = [[0.15, 0.20, 0.25, 0.30], [0.40, 0.45, 0.50, 0.55]]",
    "table": "weights.hidden = [[0.15, 0.20], [0.25, 0.30]]\nweights.output = [0.40, 0.45, 0.50, 0.55]",
}


def numbers(description: Description) -> dict[str, list[Fraction]]:
    """Every given number by quantity."""
    return {name: [Fraction(number) for number in tensor.flat] for name, tensor in description.numbers.items()}


def test_two_by_two() -> None:
    """The documents' network comes out of its file with the documents' numbers, exactly, and as they are typed."""
    description = load(TWO_BY_TWO)
    by_name = {str(entry): (str(number), description.written[entry]) for entry, number in description.values.items()}
    assert by_name == {
        "x[1]": ("1/20", "0.05"), "x[2]": ("1/10", "0.10"),
        "target[1]": ("1/100", "0.01"), "target[2]": ("99/100", "0.99"),
        "W_h[1, 1]": ("3/20", "0.15"), "W_h[1, 2]": ("1/5", "0.20"),
        "W_h[2, 1]": ("1/4", "0.25"), "W_h[2, 2]": ("3/10", "0.30"),
        "W_o[1, 1]": ("2/5", "0.40"), "W_o[1, 2]": ("9/20", "0.45"),
        "W_o[2, 1]": ("1/2", "0.50"), "W_o[2, 2]": ("11/20", "0.55"),
        "b_h": ("7/20", "0.35"), "b_o": ("3/5", "0.60"), "eta": ("1/2", "0.5"),
    }  # fmt: skip
    assert {str(symbol): number for symbol, number in description.sizes.items()} == {"n_i": 2, "n_h": 2, "n_o": 2}
    assert [quantity.name for quantity in description.program.all(Role.UPDATED)] == ["W_h_new", "W_o_new"]
    assert description.title("zh").startswith("手算")
    assert description.title("fr") == description.title("en")
    assert description.table() == (0, 1, 2, 10, 100, 1000, 10000)


@pytest.mark.parametrize(("order", "loss"), [("simultaneous", "0.291027774"), ("sequential", "0.291027924")])
def test_orders(order: str, loss: str) -> None:
    """Both orders of the update give their published error after one step."""
    description = load(TWO_BY_TWO).with_order(order)
    here = Environment(Expansion(description.program, description.sizes), description.values)
    updates = [step.out for step in here.expansion.steps("update")]
    olds = {e: o for q in description.program.all(Role.UPDATED) for e, o in zip(
        here.expansion.entries(q.name), here.expansion.entries(q.of), strict=True
    )}  # fmt: skip
    after = here.overridden({olds[out]: here[out] for out in updates})
    assert after.numeral(description.program.loss.generic).text == loss


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS.keys())
def test_weights_in_every_form(weights: str) -> None:
    """A flat list, matrices, lists for each layer and a table by layer are the same weights."""
    text = f"{HEAD}[given]\ninputs = [1, 2]\ntargets = [0, 1]\nbiases = [0.35, 0.60]\n{weights}"
    assert {name: [*map(str, flat)] for name, flat in numbers(loads(text)).items() if name.startswith("W")} == {
        "W_h": ["3/20", "1/5", "1/4", "3/10"],
        "W_o": ["2/5", "9/20", "1/2", "11/20"],
    }


@pytest.mark.parametrize(
    ("bias", "biases", "expected"),
    [
        ("shared", "[1, 2]", {"b_h": [1], "b_o": [2]}),
        ("unit", "[[1, 2], [3, 4]]", {"b_h": [1, 2], "b_o": [3, 4]}),
        ("unit", "[1, 2, 3, 4]", {"b_h": [1, 2], "b_o": [3, 4]}),
        ("unit", "{ hidden = [1, 2], output = [3, 4] }", {"b_h": [1, 2], "b_o": [3, 4]}),
        ("shared", "{ hidden = 1, output = 2 }", {"b_h": [1], "b_o": [2]}),
        ("none", "[]", {}),
    ],
)
def test_biases_in_every_form(bias: str, biases: str, expected: dict[str, list[int]]) -> None:
    """Shared biases are one number a layer, those of units one number a unit; flat, nested or by name."""
    text = f"{HEAD}[given]\ninputs = [1, 2]\ntargets = [0, 1]\n{WEIGHTS['flat']}\nbiases = {biases}"
    found = numbers(loads(text.replace('"shared"', f'"{bias}"')))
    assert {name: flat for name, flat in found.items() if name.startswith("b")} == expected


def test_samples_and_time() -> None:
    """Rows of inputs are samples of a dense network and time steps of a recurrent one; an initial state is 0."""
    rows = "[given]\ninputs = [[1, 2], [3, 4], [5, 6]]\ntargets = [0, 1, 0]\nbiases = [0, 0]\n"
    layers = HEAD.replace('units = 2, bias = "shared" }]', 'units = 1, bias = "shared" }]')
    dense = loads(f"{layers}{rows}weights = [1, 2, 3, 4, 5, 6]")
    assert dense.sizes[size("s")] == 3
    assert dense.numbers["target"].shape == (3, 1)
    recurrent = loads(f'{layers}family = "recurrent"\n{rows}weights = [1, 2, 3, 4, 11, 12, 13, 14, 5, 6]')
    assert recurrent.sizes[size("t")] == 3
    assert numbers(recurrent)["start_h"] == [0, 0]
    assert numbers(recurrent)["V_h"] == [11, 12, 13, 14]
    assert numbers(recurrent)["W_o"] == [5, 6]


def test_letters_and_their_numbers() -> None:
    """Sizes left as letters keep them for the law, and take their numbers from [sizes] for the worked sheet."""
    description = load(ROOT / "examples" / "matrix-form.toml")
    assert description.letters == {size("i"): "d", size("h"): "m", size("o"): "n"}
    assert [description.sizes[size(layer)] for layer in "iho"] == [3, 4, 2]
    law = loads('[network]\ninputs = "d"\nlayers = [{ units = "m" }, { units = "n" }]\n[training]\n')
    assert (law.sizes, len(law.values), len(law.program.all(Role.UPDATED))) == ({}, 0, 4)


def test_drawn_numbers() -> None:
    """Drawn numbers lie on their grid and are the same in every version: these were computed with sha256sum and bc."""
    draw = "{ random = { from = -0.50, to = 0.50, step = 0.05, seed = 7 } }"
    text = f"{HEAD}[given]\ninputs = [1, 2]\ntargets = [0, 1]\nbiases = [0, 0]\nweights = {draw}"
    drawn = loads(text).numbers["W_h"].flat
    assert [str(number) for number in drawn] == ["-0.10", "0.00", "-0.25", "-0.35"]
    assert loads(text).numbers["W_h"].flat == drawn
    assert loads(text.replace("seed = 7", "seed = 8")).numbers["W_h"].flat != drawn


def test_wide_network_is_quick() -> None:
    """The 101 770 parameters of a 784-128-10 network are drawn, and none becomes a SymPy object unasked."""
    draw = {"random": {"from": -0.5, "to": 0.5, "step": 0.01}}
    description = Network(
        784, 128, 10, given={"inputs": draw, "targets": [0] * 9 + [1], "weights": draw, "biases": draw},
    )  # fmt: skip
    assert sum(len(tensor.flat) for name, tensor in description.numbers.items() if name[0] in "Wb") == 101_770
    weight = description.program.get("W_h")
    assert description.values[weight[128, 784]] == value(description.numbers["W_h"].flat[-1])
    with pytest.raises(KeyError):
        description.values[weight[129, 1]]


def test_python_says_the_same() -> None:
    """`Network` in Python, with floats, tuples and arrays, makes what the TOML file makes."""
    file = load(TWO_BY_TWO)
    python = Network(
        2, 2, 2, bias="shared",
        given={
            "inputs": (0.05, 0.1), "targets": np.array([0.01, 0.99]), "biases": [0.35, Decimal("0.60")],
            "weights": [np.array([[0.15, 0.2], [0.25, 0.3]]), np.array([[0.4, 0.45], [0.5, 0.55]])],
        },
        training={"rate": 0.5, "biases": "frozen"},
    )  # fmt: skip
    assert numbers(python) == numbers(file)
    assert python.program == file.program
    assert python.sizes == file.sizes


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"loss": "mse"}, "network.loss: 'mse' is not possible here; known: half-squared-error, "),
        ({"momentum": 0.9}, "network.momentum: no key of [network]; known: inputs, layers, "),
        ({"activation": ["relu"]}, "2 layers need 2 names, not 1: relu"),
    ],
)
def test_python_is_checked(arguments: dict[str, object], sentence: str) -> None:
    """A description from Python is refused with the same sentences, without a line."""
    with pytest.raises(DescriptionError) as error:
        Network(2, 2, 2, **arguments)  # type: ignore[arg-type]  # wrong on purpose
    assert str(error.value).startswith(sentence)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=-1000, max_value=1000) | st.integers())
def test_numbers_stay_as_typed(number: Decimal | int) -> None:
    """What is shown of a given number is the number, with every digit that was typed."""
    text = written(number)
    assert fmpq(Fraction(text).numerator, Fraction(text).denominator) == value(number)
    assert "e" not in text.lower()
    assert isinstance(number, int) or len(text.partition(".")[2]) == 12


@pytest.mark.parametrize(
    ("typed", "shown"), [("0.10", "0.10"), ("1e-3", "0.001"), ("-2.50", "-2.50"), ("3", "3"), ("1_000.5", "1000.5"),
                         ("5E2", "500"), ("-0.0", "0.0"), ("+.5", None), ("1e-7", "0.0000001")],
)  # fmt: skip
def test_spellings_of_numbers(typed: str, shown: str | None) -> None:
    """Underscores and powers of ten are written out; zeros at the end stay; what TOML doesn't allow is refused."""
    text = f"{HEAD}[given]\ninputs = [{typed}, 1]\ntargets = [0, 1]\nbiases = [0, 0]\n{WEIGHTS['flat']}"
    if shown is None:
        with pytest.raises(DescriptionError, match=r"^description:6: no TOML"):
            loads(text)
        return
    description = loads(text)
    assert description.written[description.program.get("x")[1,]] == shown


# examples


def test_examples_fit_the_schema(example_path: Path) -> None:
    """Every example is what an editor with the JSON Schema takes for right, and loads with its numbers and a run."""
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tomllib.loads(example_path.read_text("utf-8")), schema)
    description = load(example_path)
    assert len(description.values) > 0
    assert description.title("en") != description.title("zh")
    assert description.vary is not None or len(description.table()) >= 5


def test_schema_explains_every_key() -> None:
    """Every key of the schema says what it means."""
    schema = json_schema()
    unexplained = [
        f"{table}.{key}"
        for table, node in schema["$defs"].items()
        for key, each in node["properties"].items()
        if "description" not in each
    ]
    assert unexplained == []


@pytest.mark.parametrize(
    ("change", "right"),
    [
        ({}, True),
        ({"network": {"inputs": 2, "layers": []}}, False),
        ({"network": {"inputs": 2.5, "layers": [{"units": 1}]}}, False),
        ({"network": {"inputs": 2, "layers": [{"units": 1, "activation": "sigmoidal"}]}}, False),
        ({"sheet": {"colour": "red"}}, False),
        ({"sheet": {"digits": 0}}, False),
        ({"given": {"inputs": ["a"], "targets": [1], "weights": [1]}}, False),
        ({"given": {"inputs": [1.5], "targets": "inputs", "weights": {"hidden": [1], "output": [[1]]}}}, True),
        ({"given": {"inputs": [1.5], "targets": [1], "weights": {"random": {"from": 0, "to": 1, "step": 1}}}}, True),
    ],
)
def test_schema_refuses(change: dict[str, object], right: bool) -> None:
    """The schema takes what is right and refuses what a description may not say."""
    data = {"network": {"inputs": 1, "layers": [{"units": 1}]}, **change}
    assert jsonschema.Draft202012Validator(json_schema()).is_valid(data) == right


# options


def test_options_over_the_description() -> None:
    """What a caller says goes over what [sheet] says; the rest stays."""
    description = load(TWO_BY_TWO)
    assert sheet_options(description) == SheetOptions(rounding=Rounding(9))
    chosen = sheet_options(description, lang="zh", significant=5, tie="half-even", weights="w1, w5", steps=7)
    assert chosen == SheetOptions(
        lang="zh", weights=("w1", "w5"), rounding=Rounding(None, 5, tie="half-even"), steps=7
    )
    assert sheet_options(description, weights="all").weights == ("all",)
    assert sheet_options(description, weights="one").weights == ()


def test_options_that_would_do_nothing() -> None:
    """Steps and an order of updates are refused for a description that updates nothing."""
    with pytest.raises(BpsymError, match=r"^description: has no \[training\], so there are no steps to run$"):
        sheet_options(loads(HEAD), steps=3)
    with pytest.raises(BpsymError, match=r"^description: has no \[training\], so there is no order of updates"):
        loads(HEAD).with_order("sequential")


def test_tables_of_a_run() -> None:
    """Another number of steps cuts the table off there; without a table it has powers of ten."""
    description = load(TWO_BY_TWO)
    assert description.table(50) == (0, 1, 2, 10, 50)
    text = f"{HEAD}[training]\nrate = 1\nsteps = 250"
    assert loads(text).table() == (0, 1, 10, 100, 250)
    assert loads(HEAD).table() == ()


def test_loading_loads_no_renderer() -> None:
    """Reading a description imports neither Jinja nor Typst nor NumPy."""
    code = "import sys, bpsym.spec; print(*sorted({'jinja2', 'typst', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
