"""Fair variants: what is refused, what is said beforehand, and keys recomputed by independent routes."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import mpmath
import numpy as np
import pytest
from flint import arb

from bpsym.errors import BpsymError, DescriptionError
from bpsym.evaluate import Environment
from bpsym.mistakes.values import Mistakes
from bpsym.spec import loads
from bpsym.variants.constraints import CONSTRAINTS, holds
from bpsym.variants.homework import Homework
from bpsym.variants.structure import structures, variant_description
from variants.homework_by_hand import answers as by_hand
from variants.samples import HOMEWORK, changed

STUDENTS = [f"s{number}" for number in range(200)]


@pytest.fixture(scope="module")
def homework() -> Homework:
    """The example, seed 11."""
    return Homework(loads(HOMEWORK), 11)


def test_keys_against_floats_and_fifty_digits(homework: Homework) -> None:
    """Every digit of 200 keys is that of a derivation by hand in 50-digit mpmath, and agrees with NumPy's float64."""
    for variant in homework.variants(STUDENTS):
        values = {str(entry): str(number) for entry, number in homework.values(variant).items()}
        names = [asked.name for asked in homework.structures[0].asked]
        key = dict(zip(names, (answer.text for answer in homework.answers(variant)), strict=True))
        floats = by_hand({name: np.float64(text) for name, text in values.items()}, np.exp)
        with mpmath.workdps(50):
            sharp = by_hand({name: mpmath.mpf(text) for name, text in values.items()}, mpmath.exp)
            for name, text in key.items():
                scaled = sharp[name] * 10**8
                expected = int(mpmath.floor(abs(scaled) + mpmath.mpf("0.5"))) * (1 if scaled > 0 else -1)
                assert Fraction(text) == Fraction(expected, 10**8)
                assert abs(float(text) - floats[name]) <= 0.5e-8 + 1e-15


def test_accepted_variants_are_fair_by_other_means(homework: Homework) -> None:
    """In 25 variants every mistake's figure, in balls, differs by three units from the right one and all others."""
    structure, numbers = homework.structures[0], homework.numbers[0]
    for variant in homework.variants(STUDENTS[:25]):
        environment = numbers.environment(homework.values(variant))
        every = Mistakes.of(environment)
        for asked in structure.asked:
            wrong = [every.value(mistake, asked.entry) for mistake in numbers.mistakes(asked.entry)]
            figures = [float(arb(value).mid()) for value in (environment[asked.entry], *wrong) if value is not None]
            for one, other in combinations(figures, 2):
                assert abs(one - other) > 3e-8 * (1 - 1e-6)
        for name in ("out_h", "out_o"):
            assert all(0.02 < float(arb(environment[e]).mid()) < 0.98 for e in structure.expansion.entries(name))


def test_floats_and_fractions_judge_alike(homework: Homework) -> None:
    """Of 60 variants as they are drawn, fair or not, every constraint says the same in float64 and exactly."""
    from bpsym.variants.draw import Stream, indices_of

    numbers, structure = homework.numbers[0], homework.structures[0]
    indices = indices_of([Stream(b"test", attempt) for attempt in range(60)], structure.sizes)
    figures = numbers.figures(numbers.columns(indices), len(indices))
    for constraint in CONSTRAINTS:
        fine, open_ = holds(constraint, figures)
        for row in np.flatnonzero(~open_):
            assert holds(constraint, numbers.exact(structure.drawn(tuple(indices[row]))))[0][0] == fine[row]


def test_no_two_students_share(homework: Homework) -> None:
    """Two hundred students have two hundred keys and codes."""
    variants = homework.variants(STUDENTS)
    assert len({tuple(answer.text for answer in homework.answers(variant)) for variant in variants}) == len(STUDENTS)
    assert len({variant.code for variant in variants}) == len(STUDENTS)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ({"weights": "{ from = 20, to = 30, step = 1 }"}, ("'saturation'", "no unit is saturated", "100%")),
        ({"inputs": "[0.2, 0.7]", "weights": '"fixed"', "biases": '"fixed"', "targets": '"fixed"'}, ("too few",)),
        ({"asked": '["gradients", "w9_new"]'}, ("'w9_new'", "w8_new")),
        ({"hidden": "[2, 3]", "biases": "{ from = 0.1, to = 0.2, step = 0.1 }"}, ("not equal work", "equal work")),
        ({"waive": '["mistake"]'}, ("'mistake'", "mistakes")),
        ({"weights": "{ inner = [0.1, 0.2] }"}, ("inner", "hidden, output")),
        ({"targets": "[[0.1, 0.9, 0.5]]"}, ("lists of 2 numbers",)),
        ({"weights": "{ from = 0, to = 1, step = 0.3 }"}, ("does not lead from 0 to 1",)),
    ],
)  # fmt: skip
def test_impossible_descriptions_are_said_beforehand(lines: dict[str, str], words: tuple[str, ...]) -> None:
    """One sentence names the constraint in the way, its share, or the key that makes no sense."""
    with pytest.raises(DescriptionError) as error:
        Homework(loads(changed(**lines)), 1).check(300)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_too_few_digits_are_said() -> None:
    """With three digits the mistakes cannot be told apart, and the sentence advises more digits."""
    with pytest.raises(DescriptionError, match=r"'mistakes' .* ask for more digits"):
        Homework(loads(HOMEWORK.replace("digits = 8", "digits = 3")), 1).check(1)


def test_a_description_without_vary_is_no_homework() -> None:
    """The error names the table that is missing."""
    with pytest.raises(DescriptionError, match=r"\[vary\]"):
        structures(loads(HOMEWORK.partition("\n[vary]\n")[0]))


def test_structure_varies_too() -> None:
    """Activation, number of hidden units and the weight asked for are drawn, and all of them come up."""
    text = changed(
        activation='["sigmoid", "tanh"]', hidden="[2, 3]", asked='["error signals", ["w1_new", "w2_new"]]',
        waive='["equal work"]',
    )  # fmt: skip
    homework = Homework(loads(text), 5)
    assert len(homework.structures) == 8
    variants = homework.variants(STUDENTS[:80])
    assert {variant.structure for variant in variants} == set(range(8))
    for variant in variants[:10]:
        structure = homework.structures[variant.structure]
        assert len(homework.answers(variant)) == len(structure.asked) == (5 if "hidden = 2" in structure.choice else 6)


def test_relu_units_are_alive_and_away_from_the_kink() -> None:
    """With ReLU every hidden net input is above 0.01 in every variant."""
    text = HOMEWORK.replace('activation = "sigmoid"', 'activation = "relu"', 1)
    homework = Homework(loads(text), 3)
    for variant in homework.variants(STUDENTS[:40]):
        values = {str(entry): float(number) for entry, number in homework.values(variant).items()}
        for row in (1, 2):
            net = values[f"W_h[{row}, 1]"] * values["x[1]"] + values[f"W_h[{row}, 2]"] * values["x[2]"] + values["b_h"]
            assert net > 0.01


def test_a_variant_is_a_description(homework: Homework) -> None:
    """The description made of a variant gives the variant's key when it is evaluated as any other."""
    (variant,) = homework.variants(["x"])
    structure = homework.structures[0]
    made = variant_description(structure, homework.values(variant))
    environment = Environment(structure.expansion, made.values, made.sheet.rounding)
    assert [environment.numeral(a.entry) for a in structure.asked] == list(homework.answers(variant))


def test_numbers_are_on_the_step(homework: Homework) -> None:
    """Drawn numbers are exact multiples of the step, written with its places."""
    (variant,) = homework.variants(["y"])
    for entry, number in homework.values(variant).items():
        if str(entry).startswith("W_"):
            assert Fraction(number) * 20 % 1 == 0
            assert Decimal(number).as_tuple().exponent == -2


def test_hopeless_students_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no variant is found for a student the error names student and seed."""
    monkeypatch.setattr("bpsym.variants.homework.ATTEMPTS_LIMIT", 8)
    homework = Homework(loads(changed(weights="{ from = 20, to = 30, step = 1 }")), 4)
    with pytest.raises(BpsymError, match=r"student ada \(seed 4\)"):
        homework.variants(["ada"])
