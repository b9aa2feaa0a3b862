"""Numbers of lines on the worked, the blank and the key sheet, and the choice of weights shown in full."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bpsym.errors import BpsymError
from bpsym.options import sheet_options
from bpsym.printing import PLAIN
from bpsym.printing.layout import Atom
from bpsym.program import Role
from bpsym.sheet.build import build
from bpsym.spec import Network
from sheet.made import description, sheet

if TYPE_CHECKING:
    from pathlib import Path

    from bpsym.sheet.build import Sheet


def all_shown(made: Sheet) -> list[int]:
    """The numbers of the lines in the order in which the worked template shows them."""
    found = [line.number for layer in made.forward for line in layer.lines] + [line.number for line in made.loss]
    for layer in made.backward:
        for detail in layer.details:
            lines = [*detail.paths, *detail.outer, *detail.slopes, detail.inner, detail.product, detail.delta]
            lines += [*detail.signals, detail.gradient, detail.update]
            found += [line.number for line in lines if line is not None]
        found += [line.number for line in (*layer.signals, *layer.gradients, *layer.biases)]
    return found + [line.number for line in made.updates]


@pytest.mark.parametrize("weights", ["one", "all"])
def test_lines_are_numbered_as_they_are_met(example_path: Path, weights: str) -> None:
    """Going down the sheet the numbers count 1, 2, 3, ...; a line shown again keeps its number."""
    met = all_shown(sheet(example_path.stem, weights=weights))
    assert list(dict.fromkeys(met)) == list(range(1, len(set(met)) + 1))


@pytest.mark.parametrize("weights", ["one", "all"])
def test_blank_and_key_have_the_numbers_of_the_worked_sheet(example_path: Path, weights: str) -> None:
    """Line by line, the three sheets have the same number, name and value."""
    kinds = [sheet(example_path.stem, kind=kind, weights=weights).lines for kind in ("worked", "blank", "key")]
    described = [[(line.number, line.name, line.value) for line in lines] for lines in kinds]
    assert described[0] == described[1] == described[2]


def test_every_parameter_has_its_derivative_and_update_once(example_path: Path) -> None:
    """With one weight in full or all, each trained parameter's derivative and new value has exactly one line."""
    for weights in ("one", "all"):
        made = sheet(example_path.stem, weights=weights)
        lines = [line.expr for line in made.lines]
        for quantity in made.program.quantities.values():
            if quantity.of and made.program.get(quantity.of).role is Role.WEIGHT:
                for entry in made.work.expansion.entries(quantity.name):
                    product = made.work.made.get((entry, "product"))
                    assert lines.count(entry) == 1 + (product is not None), entry


def test_fade_leaves_the_first_lines_worked() -> None:
    """--fade 5 shows five lines worked; the worked sheet shows all, the key none."""
    for kind, fade, count in (("blank", 5, 5), ("blank", 0, 0), ("worked", 0, 43), ("key", 5, 0), ("blank", 99, 43)):
        made = sheet("two-by-two", kind=kind, fade=fade)
        assert sum(map(made.shows, made.lines)) == count


def test_chosen_weights_are_shown_in_full() -> None:
    """One of each layer without a choice, all of them for all, those named in the network's order."""
    for weights, names in (
        ("one", ["5", "1"]),
        ("all", ["5", "6", "7", "8", "1", "2", "3", "4"]),
        ("w2,w8", ["8", "2"]),
        (("w8", "w2"), ["8", "2"]),
        ("w3", ["3"]),
    ):
        made = sheet("two-by-two", weights=weights)
        shown = [detail.name.box for layer in made.backward for detail in layer.details]
        assert [box.name.sub for box in shown if isinstance(box, Atom)] == [(name,) for name in names]


@pytest.mark.parametrize(
    ("name", "notation", "typed"),
    [
        ("two-by-two", "net-out", "w8"),
        ("softmax", "net-out", "w15"),
        ("rnn", "net-out", "v21"),
        ("rnn", "net-out", "u11"),
        ("rnn", "z-a", "v211"),
        ("conv1d", "net-out", "k21"),
        ("conv1d", "z-a", "w1232"),
    ],
)
def test_weights_are_typed_as_they_are_printed(name: str, notation: str, typed: str) -> None:
    """Base, subscripts and layer side by side: w8; v21; in z-a the layer last."""
    made = sheet(name, notation=notation, weights=typed)
    assert sum(len(layer.details) for layer in made.backward) == 1


def test_every_weight_can_be_named(example_path: Path) -> None:
    """No two weights of an example are typed alike, in either notation."""
    for notation in ("net-out", "z-a"):
        made = sheet(example_path.stem, notation=notation, weights="all")
        count = sum(len(made.work.expansion.entries(quantity.name)) for quantity in made.program.all(Role.WEIGHT))
        assert len(made._chosen or ()) == count


def test_an_unknown_weight_gets_one_sentence() -> None:
    """It names what was asked and the names there are."""
    with pytest.raises(BpsymError) as caught:
        _ = sheet("two-by-two", weights="w1,w9").backward
    assert re.fullmatch(r"'w9' is no weight of this network; known: w1, w2, w3, w4, w5, w6, w7, w8", str(caught.value))


def test_an_unknown_kind_and_missing_numbers_get_one_sentence() -> None:
    """A worked sheet of a network without numbers is refused with the way out."""
    bare = Network(2, 3, 1)
    with pytest.raises(BpsymError, match="a worked sheet needs numbers, and the description has no"):
        build(bare, sheet_options(bare, kind="worked"))
    with pytest.raises(BpsymError, match="'poster' is no kind of sheet; known: worked"):
        sheet_options(description("two-by-two"), kind="poster")


def test_long_sums_leave_their_middle_out() -> None:
    """Of a sum of 20 terms the first three and the last two stand on the line; the value is that of all of them."""
    wide = Network(20, 1, bias="none", given={"inputs": [1] * 20, "targets": [0], "weights": [[1] * 20]})
    made = build(wide, sheet_options(wide, kind="worked"))
    first = made.lines[0]
    assert first.value is not None
    assert first.value.text == "20"
    assert PLAIN.write(first.formula) == (
        "net_o1 = w_1 * i_1 + w_2 * i_2 + w_3 * i_3 + ... + w_19 * i_19 + w_20 * i_20"
        " = 1 * 1 + 1 * 1 + 1 * 1 + ... + 1 * 1 + 1 * 1 = 20"
    )
