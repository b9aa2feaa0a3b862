"""A homework as STACK questions, read back and run through Maxima as STACK would run them."""

from __future__ import annotations

import math
import re
import subprocess
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner
from defusedxml.ElementTree import fromstring

from bpsym.cli import main
from bpsym.variants.store import opened
from tools import require
from variants.homework_by_hand import answers as by_hand
from variants.samples import HOMEWORK, changed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bpsym.variants.store import Record


def exported(folder: Path, text: str) -> tuple[Record, Any]:
    """A student's record and question, as they stand in the files of the command."""
    (folder / "homework.toml").write_text(text, "utf-8")
    arguments = ["variants", str(folder / "homework.toml"), "--count", "2", "-o", str(folder / "out")]
    result = CliRunner().invoke(main, [*arguments, "--format", "stack"])
    assert result.exit_code == 0, result.output
    with opened(folder / "out") as store:
        record = next(store.records())
    questions = fromstring((folder / "out" / "stack.xml").read_bytes()).findall("question[@type='stack']")
    assert len(questions) == 2
    return record, next(q for q in questions if q.findtext("name/text") == record.code)


def graded(question: Any, own: Mapping[str, str]) -> list[tuple[str, str]]:
    """Note and score of every tree in Maxima; `own` is what stands in each input."""
    lines = [f"{name}: {text}$" for name, text in own.items()]
    trees = question.findall("prt")
    for tree in trees:
        lines.append((tree.findtext("feedbackvariables/text") or "").replace(";", "$"))
        nodes = tree.findall("node")
        tests = [
            f"if numberp({n.findtext('sans')}) and abs({n.findtext('sans')} - ({n.findtext('tans')}))"
            f" < {n.findtext('testoptions')} then {place}"
            for place, n in enumerate(nodes)
        ]
        lines.append(f"print(\"at\", {' else '.join(tests)} else {len(nodes)})$")
    command = [require("maxima"), "--very-quiet", "--batch-string", "\n".join(lines)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    places = [int(each) for each in re.findall(r"^at (\d+) *$", done.stdout, re.MULTILINE)]
    assert len(places) == len(trees)
    found = []
    for tree, place in zip(trees, places, strict=True):
        nodes = tree.findall("node")
        side = "true" if place < len(nodes) else "false"
        node = nodes[min(place, len(nodes) - 1)]
        found.append((node.findtext(f"{side}answernote"), node.findtext(f"{side}score")))
    return found


def typed(values: Mapping[str, Any], names: list[str]) -> dict[str, str]:
    """Values at eight places in the inputs of a question."""
    return {f"ans{n}": f"{float(values[name]):.8f}" for n, name in enumerate(names, 1)}


def carried_on(record: Record, change: float) -> dict[str, float]:
    """By hand: delta_o1 times `change`, and everything that follows from it."""
    given = {name: float(number) for name, number in record.numbers.items()}
    right = {name: float(value) for name, value in by_hand(given, math.exp).items()}
    own = dict(right)
    own["delta_o1"] = change * right["delta_o1"]
    for unit, weights in enumerate((("w1_new", "w2_new"), ("w3_new", "w4_new")), 1):
        above = given[f"W_o[1, {unit}]"], given[f"W_o[2, {unit}]"]
        slope = right[f"delta_h{unit}"] / (above[0] * right["delta_o1"] + above[1] * right["delta_o2"])
        own[f"delta_h{unit}"] = slope * (above[0] * own["delta_o1"] + above[1] * right["delta_o2"])
        for place, name in enumerate(weights, 1):
            step = given["eta"] * own[f"delta_h{unit}"] * given[f"x[{place}]"]
            own[name] = given[f"W_h[{unit}, {place}]"] - step
    for unit, name in enumerate(("w5_new", "w6_new"), 1):
        own[name] = given[f"W_o[1, {unit}]"] + change * (right[name] - given[f"W_o[1, {unit}]"])
    return own


def test_right_answers_end_at_the_first_node(tmp_path: Path) -> None:
    """The index's own key has full marks in Maxima, tree by tree, as the question's own test says."""
    record, question = exported(tmp_path, HOMEWORK)
    names = list(record.answers)
    found = graded(question, typed(record.answers, names))
    assert found == [(f"{n}-0-right", "1") for n in range(1, 13)]
    test = question.find("qtest")
    assert [each.findtext("value") for each in test.iter("testinput")] == list(record.answers.values())
    assert [each.findtext("expectedanswernote") for each in test.iter("expected")] == [note for note, _ in found]
    assert question.findtext("defaultgrade") == "12"


def test_what_follows_from_an_own_value_counts(tmp_path: Path) -> None:
    """With delta_o1 wrong and carried on by hand one mark is lost; with 0 all that follows is lost as well."""
    record, question = exported(tmp_path, HOMEWORK)
    names = list(record.answers)
    notes = dict(zip(names, graded(question, typed(carried_on(record, 1.7), names)), strict=True))
    assert notes["delta_o1"][1] == "0"
    assert [score for _, score in notes.values()].count("1") == 11
    for name in ("delta_h1", "delta_h2", "w1_new", "w4_new", "w5_new", "w6_new"):
        assert notes[name][0].endswith("-follows")
    nothing = dict(zip(names, graded(question, typed(carried_on(record, 0.0), names)), strict=True))
    assert {name for name, (_, score) in nothing.items() if score == "1"} == {"delta_o2", "w7_new", "w8_new"}


def test_a_mistake_has_its_note_and_a_blank_takes_nothing_along(tmp_path: Path) -> None:
    """Climbing instead of descending is noted as that; an empty delta_h1 leaves the weights after it to their key."""
    record, question = exported(tmp_path, HOMEWORK)
    names = list(record.answers)
    old = float(record.numbers["W_o[2, 2]"])
    own = {name: float(text) for name, text in record.answers.items()}
    own["w8_new"] = 2 * old - own["w8_new"]
    notes = graded(question, typed(own, names) | {"ans3": "EMPTYANSWER"})
    assert notes[11][0].endswith("-gradient-ascent")
    assert [score for _, score in notes] == ["1", "1", "0", *["1"] * 8, "0"]


def test_relu_and_the_forward_pass_are_carried_too(tmp_path: Path) -> None:
    """With every intermediate value asked for, formulas hold a maximum, a case and an exponential: all are right."""
    asked = '["net inputs", "outputs", "loss", "error signals", "updated"]'
    text = changed(asked=asked, waive='["equal answers"]')  # where a unit is on, its output is its net input
    text = text.replace('activation = "sigmoid"', 'activation = "relu"', 1)
    record, question = exported(tmp_path, text)
    names = list(record.answers)
    notes = graded(question, typed(record.answers, names))
    assert all(note.endswith("-0-right") for note, _ in notes), notes
    # the first net input a tenth too large: only its own mark is lost where what follows is worked out in floats
    shifted = {name: float(value) for name, value in record.answers.items()}
    shifted["net_h1"] += 0.1
    shifted["out_h1"] += 0.1
    later = dict(zip(names, graded(question, typed(shifted, names)), strict=True))
    assert later["net_h1"][1] == "0"
    assert later["out_h1"] == (f"{names.index('out_h1') + 1}-1-follows", "1")
