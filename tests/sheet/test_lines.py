"""Every line of every worked sheet, recomputed from what stands on it."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import mpmath
import pytest

from bpsym.options import sheet_options
from bpsym.printing.layout import Atom, Number, Partial, Row, Sign
from bpsym.program import Role
from bpsym.sheet.build import build
from bpsym.spec import Network
from core import by_hand
from core.helpers import Worked, gradient_of
from sheet import paper
from sheet.made import Reader, description, expansion, sheet
from sheet.paper import Paper, Span

if TYPE_CHECKING:
    from pathlib import Path

    from bpsym.printing.layout import Box
    from bpsym.rounding import Rounding
    from bpsym.sheet.build import Sheet
    from bpsym.sheet.lines import Line
    from bpsym.spec import Description

TIES = ("half-up", "half-even")
DIGITS = ({"digits": 4}, {"digits": 6}, {"digits": 9}, {"significant": 5})
POLICIES = [  # both notations with each of the other options; what is computed doesn't depend on the notation
    {"tie": tie, "notation": ("net-out", "z-a")[(turn + which) % 2], **count}
    for turn, count in enumerate(DIGITS)
    for which, tie in enumerate(TIES)
]
IDS = ["-".join(map(str, policy.values())) for policy in POLICIES]


def relation(line: Line) -> tuple[Sign, Number]:
    """The sign before the value, and the value."""
    assert isinstance(line.formula.box, Row)
    sign, value = line.formula.box.items[-2:]
    assert isinstance(sign, Sign)
    assert isinstance(value, Number)
    return sign, value


def figures(line: Line) -> list[Box]:
    """What the value is computed from on the line: the numbers put in, or the formula where it has numbers alone."""
    if line.figures is not None:
        return [line.figures]
    return [form for form in line.forms if not any(isinstance(box, (Atom, Partial)) for box in paper.boxes(form))]


def check_digits(line: Line, exact: Fraction, policy: Rounding) -> None:
    """The value of a line is a number rounded as the policy says, with all its digits, and the sign tells the truth."""
    sign, shown = relation(line)
    assert shown.numeral == line.value
    printed = paper.printed(shown.numeral)
    assert printed == paper.rounded(exact, policy), (line.number, float(exact))
    assert (sign == Sign("equal")) == shown.numeral.exact, line.number
    assert printed == exact or not shown.numeral.exact, line.number
    if not shown.numeral.exact:
        last = paper.last_place(shown.numeral)
        grown = paper.places(printed, policy) == paper.places(exact, policy) - 1  # 9.996 became 10.00
        assert last == paper.places(exact, policy) - grown, line.number


@pytest.mark.parametrize("policy", POLICIES, ids=IDS)
def test_carried_as_shown_every_line_recomputes(example_path: Path, policy: dict[str, str]) -> None:
    """Carried as shown, the value of a line is the rounding of its formula on exactly the numbers printed in it."""
    shown = sheet(example_path.stem, carry="shown", **policy)
    known = Paper(paper.as_printed, paper.named({}), {})
    for line in shown.lines:
        for form in figures(line):
            exact = known.value(form).point
            check_digits(line, exact, shown.rounding)
            assert relation(line)[1].numeral.exact == (paper.printed(relation(line)[1].numeral) == exact)


@pytest.mark.parametrize("policy", POLICIES, ids=IDS)
def test_carried_exactly_every_line_agrees(example_path: Path, policy: dict[str, str]) -> None:
    """With full precision a value is what the printed numbers, each good to half a unit of its last digit, allow."""
    shown = sheet(example_path.stem, carry="exact", **policy)
    known = Paper(paper.as_rounded, paper.named({}), {})
    for line in shown.lines:
        assert line.value is not None
        value = paper.as_rounded(line.value)
        for form in figures(line):
            found = known.value(form)
            assert found.low <= value.high, line.number
            assert value.low <= found.high, line.number


def read_through(shown: Sheet) -> dict[int, list[Span]]:
    """Every form of every line, worked out from the givens by the formulas in names, with 60 digits."""
    reader = Reader().given(shown)
    found = {line.number: list(reader.through(line)) for line in shown.lines}
    for layer in shown.backward:
        for detail in layer.details:
            reader.check(detail)
    return found


@pytest.mark.parametrize("notation", ["net-out", "z-a"])
def test_every_formula_worked_out_from_the_givens(example_path: Path, notation: str) -> None:
    """Every name on a line has been computed before, all forms of a line are equal, and its digits are those of them.

    The formulas are worked out with 60 digits by a reader who knows arithmetic and nothing else.
    """
    shown = sheet(example_path.stem, carry="exact", notation=notation, significant=12)
    spans = read_through(shown)
    for line in shown.lines:
        points = [span.point for span in spans[line.number]]
        assert all(abs(point - points[0]) < Fraction(1, 10**50) for point in points), line.number
        if points and any(span == points[0] for span in points):
            check_digits(line, nearest(points, line), shown.rounding)


def nearest(points: list[Fraction], line: Line) -> Fraction:
    """The value of the forms; where they differ in the sixtieth digit, the exact number that the line claims."""
    assert line.value is not None
    claimed = paper.printed(line.value)
    if line.value.exact and abs(points[0] - claimed) < Fraction(1, 10**50):
        return claimed
    return points[0]


@pytest.mark.parametrize("weights", ["all", "first"])
def test_nothing_is_used_before_its_line(example_path: Path, weights: str) -> None:
    """Whichever weights are shown in full, a reader who goes down the sheet never meets a name without a value."""
    shown = sheet(example_path.stem)
    chosen = "all" if weights == "all" else shown._typed(shown.work.expansion.entries("W_h")[-1])
    assert read_through(sheet(example_path.stem, weights=chosen))


OTHERS: dict[str, dict[str, Any]] = {
    "decay": {"units": (3, 2), "decay": 0.01},
    "batch, softmax": {"units": (3, 3), "activation": ["tanh", "softmax"], "loss": "cross-entropy", "samples": 3},
    "softmax inside": {"units": (3, 2), "activation": ["softmax", "sigmoid"]},
    "softmax, no cancelling": {"units": (2, 3), "activation": ["sigmoid", "softmax"]},
    "batch, decay": {"units": (2, 2), "decay": 0.1, "samples": 2, "reduction": "mean", "bias": "shared"},
    "four layers": {"units": (2, 3, 2, 1), "activation": ["gelu", "silu", "elu", "softplus"], "loss": "huber"},
    "kinks": {"units": (3, 2), "activation": ["leaky-relu", "identity"], "loss": "absolute-error", "bias": "none"},
    "recurrent softmax": {
        "units": (2, 3),
        "activation": ["softmax", "softmax"],
        "loss": "cross-entropy",
        "family": "recurrent",
        "steps": 3,
    },
}


@pytest.mark.parametrize("weights", ["all", "last"])
@pytest.mark.parametrize("name", OTHERS)
def test_other_networks_can_be_read_through(name: str, weights: str) -> None:
    """Penalties, batches, coupled outputs, depth, kinks: nothing is used before its line, and forms are equal."""
    described = network(**OTHERS[name])
    made = build(described, sheet_options(described, kind="worked", weights="all" if weights == "last" else weights))
    if weights == "last":
        chosen = made._typed(made.work.expansion.entries(made.program.all(Role.WEIGHT)[0].name)[-1])
        made = build(described, sheet_options(described, kind="worked", weights=chosen))
    for number, spans in read_through(made).items():
        assert all(abs(span.point - spans[0].point) < Fraction(1, 10**40) for span in spans), number


def network(units: tuple[int, ...], **options: Any) -> Description:
    """A network with two inputs and numbers of one or two digits."""
    rng = random.Random(5)
    rows = options.get("samples") or options.get("steps")

    def drawn(*shape: int) -> Any:
        return [drawn(*shape[1:]) for _ in range(shape[0])] if shape else rng.randint(1, 9) * rng.choice((1, -1)) / 10

    def table(width: int, *, one: bool = False) -> Any:
        filled = [[float(place == 0) if one else drawn() for place in range(width)] for _ in range(rows or 1)]
        return filled if rows else filled[0]

    shapes = zip((2, *units), units, strict=False)
    weights = {key: drawn(after, before) for key, (before, after) in zip(keys(units), shapes, strict=True)}
    if options.get("family") == "recurrent":
        weights["recurrent"] = drawn(units[0], units[0])
    kind = options.get("bias", "unit")
    counts = {key: drawn(1 if kind == "shared" else count) for key, count in zip(keys(units), units, strict=True)}
    given = {"inputs": table(2), "targets": table(units[-1], one=True), "weights": weights}
    if kind != "none":
        given["biases"] = counts
    return Network(2, *units, given=given, training={"rate": 0.5}, **options)


def keys(units: tuple[int, ...]) -> list[str]:
    """What a description calls the layers."""
    hidden = ["hidden"] if len(units) == 2 else [f"hidden{n}" for n in range(1, len(units))]
    return [*hidden, "output"]


def test_the_gradients_are_those_of_the_loss(example_path: Path) -> None:
    """The derivatives on the sheet are central differences, at 90 digits, of the loss written down by hand."""
    name = example_path.stem
    described = description(name)
    shown = sheet(name, significant=20)
    worked = Worked(expansion(name), dict(described.values))
    lines = {line.expr: line for line in shown.lines}
    with mpmath.workdps(90):
        values = {entry: mpmath.mpf(int(value.p)) / int(value.q) for entry, value in described.values.items()}
        step = mpmath.mpf(10) ** -30
        total = loss(name, worked, values)
        assert close(lines[shown.program.loss.generic], total)
        for parameter in shown.parameters():
            line = lines.get(gradient_of(worked, parameter))
            if line is None:
                continue  # a frozen bias
            higher, lower = ({**values, parameter: values[parameter] + way * step} for way in (1, -1))
            slope = (loss(name, worked, higher) - loss(name, worked, lower)) / (2 * step)
            assert close(line, slope), line.number


def close(line: Line, value: mpmath.mpf) -> bool:
    """Whether a line's 20 digits are those of a value."""
    assert line.value is not None
    exact = paper.fraction(mpmath.mpf(value))
    return abs(paper.printed(line.value) - exact) <= abs(exact) * Fraction(1, 10**19) + Fraction(1, 10**40)


def loss(name: str, worked: Worked, values: dict[object, mpmath.mpf]) -> mpmath.mpf:
    """The loss of an example, by hand."""
    nested = worked.nested(lambda entry: values[entry])
    network = description(name).spec.network
    layers = [(layer.name, layer.activation) for layer in description(name).layers]
    if network.family == "recurrent":
        return by_hand.recurrent_loss(layers[0][1], layers[1][1], network.loss, nested, by_hand.NUMBERS)
    if network.family == "convolutional":
        return by_hand.convolutional_loss(layers[0][1], layers[1][1], network.loss, nested, by_hand.NUMBERS)
    batch, mean = bool(worked.program.get("x").axes[1:]), network.reduction == "mean"
    return by_hand.dense_loss(layers, network.loss, nested, by_hand.NUMBERS, batch=batch, mean=batch and mean)


def test_exact_numbers_have_no_digits_too_many() -> None:
    """The two-by-two sheet says 0.3775, not 0.377500000, behind an equals sign; 0.593269992 stands behind the other."""
    lines = sheet("two-by-two").lines
    assert [relation(line)[0].key + " " + relation(line)[1].numeral.text for line in lines[:2]] == [
        "equal 0.3775",
        "approx 0.593269992",
    ]


def test_carried_as_shown_a_rounded_number_stays_a_rounded_one() -> None:
    """Carried as shown with four places: out_h1 is about 0.5933, and 0.7514 - 0.01 is 0.7414 exactly."""
    lines = sheet("two-by-two", carry="shown", digits=4).lines
    keys = {relation(line)[1].numeral.text: relation(line)[0].key for line in lines}
    assert (keys["0.5933"], keys["0.7414"], keys["0.3775"]) == ("approx", "equal", "equal")


def test_after_the_step_numbers_are_carried_as_on_the_lines(example_path: Path) -> None:
    """The loss before the step, quoted after it, is the one on the line of the loss, however numbers are carried."""
    for carry in ("exact", "shown"):
        shown = sheet(example_path.stem, carry=carry, digits=4, steps=1)
        (line,) = (line for line in shown.loss if line.expr == shown.program.loss.generic)
        assert shown.before.loss == line.value
        outs = {each.expr: each.value for layer in shown.forward if layer.is_output for each in layer.lines}
        values = [outs[entry] for entry in shown.work.expansion.of_role(Role.OUT) if entry in outs]
        assert list(shown.before.outputs) == values
