"""A simulated class is marked: right, one slip of each rule, two slips, absurd values, garbage."""

from __future__ import annotations

import csv
import random
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bpsym.cli import main
from bpsym.errors import BpsymError, EvaluationError
from bpsym.grading.marks import Marker, Verdict
from bpsym.options import sheet_options
from bpsym.render import render
from bpsym.variants.store import opened
from bpsym.variants.work import Course, Shard, homework_of, make
from variants.homework_by_hand import answers as by_hand
from variants.samples import HOMEWORK

if TYPE_CHECKING:
    from pathlib import Path

    from bpsym.mistakes.candidates import Mistake
    from bpsym.variants.store import Record

UNIT = Fraction(1, 10**8)
COURSE = Course(HOMEWORK, "homework.toml", 21, b"", ())


@pytest.fixture(scope="module")
def marker() -> Marker:
    """The example's marker."""
    return Marker(homework_of(COURSE))


@pytest.fixture(scope="module")
def records() -> tuple[Record, ...]:
    """Sixty students."""
    return make(Shard(COURSE, tuple((n, f"s{n}", "") for n in range(1, 61)))).records


def key(record: Record) -> dict[str, Fraction]:
    """The right answers."""
    return {name: Fraction(text) for name, text in record.answers.items()}


def rounded(value: float) -> Fraction:
    """A float at eight places, as a student writes it."""
    return Fraction(f"{value:.8f}")


def slipped(marker: Marker, record: Record, mistakes: tuple[Mistake, ...]) -> dict[str, Fraction] | None:
    """What a student with these mistakes hands in; None where a mistake has no value or shows nowhere."""
    asked = marker.homework.structures[record.structure].asked
    environment = marker.environment(record)
    steps = [step for mistake in mistakes for step in mistake.steps.values()]
    world = type(environment)(environment.expansion.rewritten(steps), environment.values, environment.rounding)
    try:
        found = {each.name: Fraction(world.numeral(each.entry).text) for each in asked}
    except (BpsymError, EvaluationError):
        return None
    right = key(record)
    return found if any(abs(found[name] - right[name]) > UNIT for name in right) else None


def test_right_answers_have_full_marks(marker: Marker, records: tuple[Record, ...]) -> None:
    """Twelve of twelve, also for a last digit that is cut off instead of rounded."""
    for record in records[:5]:
        assert marker.mark(record, key(record)).total == 12
        cut = {name: value + (UNIT if value < 0 else -UNIT) for name, value in key(record).items()}
        assert marker.mark(record, cut).total == 12


def test_a_wrong_value_loses_its_own_mark_once(marker: Marker, records: tuple[Record, ...]) -> None:
    """By hand: delta_o1 doubled and carried on; both hidden error signals and six weights follow and count."""
    for record in records[:8]:
        given = {name: float(number) for name, number in record.numbers.items()}
        right = {name: float(value) for name, value in by_hand(given, __import__("math").exp).items()}
        own = dict(right)
        own["delta_o1"] = 1.7 * right["delta_o1"]
        for unit, (w_o1, w_o2, w_a, w_b) in enumerate(
            (("W_o[1, 1]", "W_o[2, 1]", "w1_new", "w2_new"), ("W_o[1, 2]", "W_o[2, 2]", "w3_new", "w4_new")), 1
        ):
            slope = right[f"delta_h{unit}"] / (given[w_o1] * right["delta_o1"] + given[w_o2] * right["delta_o2"])
            own[f"delta_h{unit}"] = slope * (given[w_o1] * own["delta_o1"] + given[w_o2] * right["delta_o2"])
            own[w_a] = given[f"W_h[{unit}, 1]"] - given["eta"] * own[f"delta_h{unit}"] * given["x[1]"]
            own[w_b] = given[f"W_h[{unit}, 2]"] - given["eta"] * own[f"delta_h{unit}"] * given["x[2]"]
        for name, weight in (("w5_new", "W_o[1, 1]"), ("w6_new", "W_o[1, 2]")):
            own[name] = given[weight] + 1.7 * (right[name] - given[weight])
        marking = marker.mark(record, {name: rounded(value) for name, value in own.items()})
        verdicts = {value.asked.name: value.verdict for value in marking.values}
        assert marking.total == 11
        assert verdicts["delta_o1"] is Verdict.WRONG
        assert all(verdicts[name] is Verdict.FOLLOWS for name in ("delta_h1", "delta_h2", "w1_new", "w4_new", "w5_new"))
        assert verdicts["w7_new"] is Verdict.RIGHT


def one_slip_each(marker: Marker, record: Record, seed: int) -> list[Mistake]:
    """One mistake of each rule that can be made in the derivation, at a step drawn."""
    structure = marker.homework.structures[record.structure]
    candidates = marker.homework.numbers[record.structure].candidates
    by_rule: dict[str, list[Mistake]] = {}
    for step in structure.expansion.order(tuple(asked.entry for asked in structure.asked)):
        for mistake in candidates.at(step.out):
            by_rule.setdefault(mistake.rules[0].id, []).append(mistake)
    rng = random.Random(seed)
    return [rng.choice(found) for found in by_rule.values()]


def same(marker: Marker, record: Record, one: Mistake, other: Mistake) -> bool:
    """Whether two mistakes give the same answers: no marker can tell them apart."""
    return slipped(marker, record, (one,)) == slipped(marker, record, (other,))


@pytest.mark.slow
def test_one_slip_of_each_rule(marker: Marker, records: tuple[Record, ...]) -> None:
    """One slip costs one mark, and its rule is named (or one that gives the very same answers) in at least 95 %."""
    tried = named = 0
    for record in records[:14]:
        for mistake in one_slip_each(marker, record, int(record.id[1:])):
            own = slipped(marker, record, (mistake,))
            if own is None:
                continue
            marking = marker.mark(record, own)
            assert marking.total == 11, (mistake.key, [(v.asked.name, v.verdict) for v in marking.values])
            (wrong,) = [value for value in marking.values if value.verdict is Verdict.WRONG]
            tried += 1
            found = [] if wrong.mistake is None else [wrong.mistake, *wrong.others]
            rules = {rule.id for each in found for rule in each.rules}
            named += mistake.rules[0].id in rules or any(same(marker, record, mistake, each) for each in found)
    assert tried > 300
    assert named >= 0.95 * tried, (named, tried)


@pytest.mark.slow
def test_two_slips(marker: Marker, records: tuple[Record, ...]) -> None:
    """Two slips at different steps cost one or two marks in nearly all cases, never more than three."""
    rng = random.Random(2)
    lost = []
    for record in records[:30]:
        first, second = rng.sample(one_slip_each(marker, record, 1000 + int(record.id[1:])), 2)
        if set(first.steps) & set(second.steps):
            continue
        own = slipped(marker, record, (first, second))
        if own is not None:
            lost.append(12 - marker.mark(record, own).total)
    assert len(lost) > 20
    assert sum(each in (1, 2) for each in lost) >= 0.9 * len(lost), lost


@pytest.mark.parametrize(("value", "guard"), [(Fraction(0), "zero"), (Fraction(10**6), "far-off")])
def test_absurd_values_earn_nothing_after_them(
    marker: Marker, records: tuple[Record, ...], value: Fraction, guard: str
) -> None:
    """With delta_o1 absurd and carried on correctly, w5 and w6 earn nothing, and the rule is named."""
    record = records[0]
    environment = marker.environment(record)
    asked = {each.name: each.entry for each in marker.homework.structures[0].asked}
    own = key(record) | {"delta_o1": value}
    from flint import fmpq

    world = environment.overridden({asked["delta_o1"]: fmpq(value.numerator, value.denominator)})
    for name in ("w5_new", "w6_new"):
        own[name] = Fraction(world.numeral(asked[name]).text)
    marking = marker.mark(record, own)
    verdicts = {each.asked.name: each for each in marking.values}
    assert marking.total == 9
    for name in ("w5_new", "w6_new"):
        assert verdicts[name].verdict is Verdict.WRONG
        found = verdicts[name].guard
        assert found is not None
        assert found.name == guard


def test_garbage_has_no_marks_and_no_cause(marker: Marker, records: tuple[Record, ...]) -> None:
    """Numbers out of the air are wrong; hardly any of them is taken for a known mistake."""
    rng = random.Random(5)
    blamed = 0
    for record in records[:3]:
        own = {name: Fraction(rng.randrange(-10**8, 10**8), 10**8) for name in record.answers}
        marking = marker.mark(record, own)
        assert marking.total == 0
        blamed += sum(1 for value in marking.values if value.mistake is not None)
    assert blamed <= 3


@pytest.mark.parametrize(
    ("change", "slip"),
    [(lambda v: -v, "sign"), (lambda v: v / 10, "decimal-point")],
)
def test_slips_of_the_pen(marker: Marker, records: tuple[Record, ...], change: object, slip: str) -> None:
    """A weight with the wrong sign or point is named as that."""
    own = key(records[1])
    own["w8_new"] = change(own["w8_new"])  # type: ignore[operator]
    (wrong,) = [value for value in marker.mark(records[1], own).values if value.verdict is Verdict.WRONG]
    assert wrong.slip is not None
    assert wrong.slip.id == slip


def test_swapped_digits(marker: Marker, records: tuple[Record, ...]) -> None:
    """Two neighbouring digits the other way round."""
    text = records[2].answers["w7_new"]
    place = next(n for n in range(len(text) - 1, 3, -1) if text[n] != text[n - 1])
    own = key(records[2]) | {"w7_new": Fraction(text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :])}
    (wrong,) = [value for value in marker.mark(records[2], own).values if value.verdict is Verdict.WRONG]
    assert wrong.slip is not None
    assert wrong.slip.id in ("digits-swapped", "sign")


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A class of six in a folder."""
    (tmp_path / "homework.toml").write_text(HOMEWORK, "utf-8")
    roster = "id,name,email\n1,Ada,a@x\n2,李明,b@x\n3,=cmd,c@x\n4,Kurt,d@x\n5,Emmy,e@x\n6,Alan,f@x\n"
    (tmp_path / "roster.csv").write_text(roster, "utf-8")
    arguments = ["--roster", str(tmp_path / "roster.csv"), "-o", str(tmp_path / "out"), "--format", "md,ipynb"]
    result = CliRunner().invoke(main, ["variants", str(tmp_path / "homework.toml"), *arguments])
    assert result.exit_code == 0, result.output
    return tmp_path / "out"


def rows(path: Path) -> list[dict[str, str]]:
    """A CSV file's rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_answers_of_every_kind(course: Path, tmp_path: Path) -> None:
    """A table with odd numbers, a notebook, a written derivation, a Moodle report: all are marked."""
    with opened(course) as store:
        found = {record.id: record for record in store.records()}
    steps = list(found["1"].answers)
    table = ["学号;" + ";".join(steps)]
    typed = [found["1"].answers[step].replace(".", ",").replace("-", "\N{MINUS SIGN}") for step in steps]
    table += [f"{found['1'].code.lower()};" + ";".join(typed), "9;" + ";".join("1" for _ in steps), "6;abc" + ";" * 11]
    (tmp_path / "answers.csv").write_text("\n".join(table), "utf-8")
    notebook = (course / "sheets" / "2.ipynb").read_text("utf-8")
    for step, answer in found["2"].answers.items():
        notebook = notebook.replace(f'"{step} = None', f'"{step} = {answer}')
    (tmp_path / "2.ipynb").write_text(notebook, "utf-8")
    marker = Marker(homework_of(Course((tmp_path / "homework.toml").read_text("utf-8"), "homework.toml", 0)))
    described = marker.description(found["3"])
    (tmp_path / "3.md").write_bytes(render(described, sheet_options(described, kind="worked", weights="all")))
    parts = "; ".join(f"part {n}: {found['4'].answers[step]}" for n, step in enumerate(steps, 1))
    moodle = '"ID number","Email address",State,Completed,"Response 1"\n'
    moodle += f'4,d@x,Finished,"21 November 2026  9:47 AM","{parts}"\n'
    (tmp_path / "moodle.csv").write_text(moodle, "utf-8")
    sent = [str(tmp_path / name) for name in ("answers.csv", "2.ipynb", "3.md", "moodle.csv")]
    result = CliRunner().invoke(main, ["grade", str(course), *sent, "--deadline", "2026-11-21T09:00+00:00"])
    assert result.exit_code == 0, result.output
    marks = {row["id"]: row for row in rows(course / "graded" / "marks.csv")}
    assert [marks[each]["marks"] for each in "12346"] == ["12", "12", "12", "12", ""]
    assert marks["5"]["marks"] == ""
    assert marks["3"]["name"] == "'=cmd"
    problems = {(row["problem"], row["student"]) for row in rows(course / "graded" / "problems.csv")}
    assert {("unknown student", "9"), ("missing", "5"), ("unreadable", "6"), ("late", "4")} <= problems
    report = (course / "graded" / "report.html").read_text("utf-8")
    assert "4 of 6 students" in report
    assert "<svg" in report
    assert (course / "graded" / "pages" / "1.html").is_file()
    moodle_rows = rows(course / "graded" / "moodle-grades.csv")
    assert [row["bpsym"] for row in moodle_rows] == ["12", "12", "12", "12", "", ""]
    assert CliRunner().invoke(main, ["variants", "--check", str(course)]).exit_code == 0


def test_feedback_names_the_mistake_in_both_languages(course: Path, tmp_path: Path) -> None:
    """A student who climbs instead of descending reads so, in English and in Chinese."""
    with opened(course) as store:
        record = next(store.records())
    given = Fraction(record.numbers["W_o[1, 1]"])
    answers = dict(record.answers) | {"w5_new": f"{float(2 * given - Fraction(record.answers['w5_new'])):.8f}"}
    lines = [",".join(["id", *answers]), ",".join(["1", *answers.values()])]
    (tmp_path / "answers.csv").write_text("\n".join(lines), "utf-8")
    for language, words in (("en", "gradient"), ("zh", "梯度")):
        target = tmp_path / language
        arguments = ["grade", str(course), str(tmp_path / "answers.csv"), "-o", str(target), "--lang", language]
        assert CliRunner().invoke(main, arguments).exit_code == 0
        row = rows(target / "marks.csv")[0]
        assert (row["marks"], row["w5_new"]) == ("11", "wrong")
        assert words in row["feedback"]
        assert words in (target / "pages" / "1.html").read_text("utf-8")


@pytest.mark.parametrize("arguments", [["nowhere", "a.csv"], ["{out}", "{out}/variants.sqlite"], ["{tmp}", "{csv}"]])
def test_bad_arguments_are_one_sentence(course: Path, tmp_path: Path, arguments: list[str]) -> None:
    """A folder without an index, a file of no kind that is read, a folder that is not there: exit status 2."""
    table = tmp_path / "a.csv"
    table.write_text("id,delta_o1\n1,2\n", "utf-8")
    filled = [each.format(out=course, tmp=tmp_path, csv=table) for each in arguments]
    result = CliRunner().invoke(main, ["grade", *filled])
    assert result.exit_code == 2
    assert "Traceback" not in result.output


