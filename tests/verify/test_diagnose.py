"""Causes are named only where they give the printed digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flint import fmpq
from msgspec.structs import replace

from bpsym import training
from bpsym.spec import Description, loads
from bpsym.verify.check.terms import leaves
from bpsym.verify.diagnosis import mistaken
from bpsym.verify.diagnosis.slips import ranked, slips
from bpsym.verify.read import read
from transcripts import described, found, in_a_row, verified

if TYPE_CHECKING:
    from bpsym.verify.check.terms import Shown


def _shown(text: str) -> Shown:
    statement = read(f"$a = {text}$".encode(), "x.md").statements[0]
    (shown,) = leaves(statement.terms[1])
    assert shown is not None
    return shown


@pytest.mark.parametrize(
    ("written", "right", "cause"),
    [
        ("0.0593269992", "0.5932699921", "zero-added"),
        ("-0.19049119", "-0.0190491183", "zero-dropped"),
        ("0.72928465", "0.772928465321", "digit-dropped"),
        ("1.1059059067", "1.10590596706", "digit-inserted"),
        ("0.18861", "0.18681", "digits-swapped"),
        ("0.47344", "0.047344", "zero-dropped"),
        ("-0.5", "0.5", "sign"),
        ("0.5337", "0.537", "digit-doubled"),
        ("741.365", "0.741365", "decimal-point"),
        ("-0.0113", "-0.1013", "digits-swapped"),
        ("0.18685062", "0.18681560", "digits-mistyped"),
        ("12.3456", "112.3456", "digit-dropped"),
        ("1.22345", "1.2345", "digit-doubled"),
        ("0.09", "0.99", "digit-mistyped"),
        ("0.000", "0.070", "digit-mistyped"),
        ("0.3252", "0.3257", "digit-mistyped"),
    ],
)
def test_slips_of_the_pen(written: str, right: str, cause: str) -> None:
    """Each kind of slip is told from the two numbers alone."""
    whole, _, part = right.partition(".")
    value = fmpq(int(whole + part), 10 ** len(part))
    assert cause in [name for name, _ in slips(_shown(written), value)]


def test_the_particular_slip_comes_first_and_alone() -> None:
    """A zero too many is not also a digit doubled; 1.1904 for 1.18994 is not 1.190 with a 4 inserted."""
    for written, right, causes in (
        ("0.0593269992", fmpq(5932699921, 10**10), ["zero-added"]),
        ("0.18861", fmpq(18681, 10**5), ["digits-swapped"]),
        ("1.1904", fmpq(118994, 10**5), []),
        ("-3.505", fmpq(-3505, 10**4), ["decimal-point"]),
    ):
        assert [name for name, _ in ranked(slips(_shown(written), right))] == causes


def test_no_slip_explains_any_number() -> None:
    """Numbers that have nothing to do with each other get no cause."""
    assert list(slips(_shown("0.8271"), fmpq(31415, 100000))) == []


def test_figures_after_training_are_checked_by_training() -> None:
    """A loss after one round that only comes out with weights already updated is explained so."""
    judged = verified("After 1 iteration the total error fell from 0.298371109 to 0.291027924.\n", described())
    assert found(judged, "wrong") == [(1, "0.291027924", "already-updated-weights")]
    assert [j.expected for j in judged.judgements if j.verdict == "wrong"] == ["0.291027774"]


def test_one_figure_tells_how_a_document_treats_the_biases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a figure shows that the biases stay, no long run is made with the description's that learn."""
    runs: list[int] = []
    train = training.train

    def counted(*args: Any, **options: Any) -> Any:
        runs.append(max(args[3]))
        return train(*args, **options)

    monkeypatch.setattr(training, "train", counted)
    spec = described().spec
    assert spec.training is not None
    learning = Description(replace(spec, training=replace(spec.training, biases="updated")), "network.toml")
    text = "After 1 iteration the error fell to 0.291027924.\n\nAfter 500 iterations the error is 0.00267398.\n"
    judged = verified(text, learning)
    assert [j.expected for j in judged.judgements if j.verdict == "wrong"] == ["0.291027774", "0.00267496"]
    assert sorted(runs) == [1, 1, 500]  # those proved: in the order of the description


def _with_a_constant_loss() -> Description:
    """Two softmax units above their targets: E = a1 - t1 + a2 - t2 = 1 - t1 - t2 moves with the decay alone."""
    return loads(
        """
[network]
family = "dense"
loss = "absolute-error"
inputs = 1
decay = 0.01
[[network.layers]]
units = 2
activation = "softmax"
bias = "none"
[given]
inputs = [0.5]
targets = [0.2, 0.2234586224]
weights = [0.32, 0.32]
[training]
rate = 1
"""
    )


def test_a_run_whose_figures_cannot_be_rounded_leaves_a_figure_open() -> None:
    """E after one step is exactly 0.577545, whose fifth place no ball settles: nothing is said, nothing breaks."""
    judged = verified("After 1 iteration the error is 0.5123.\n", _with_a_constant_loss())
    assert found(judged, "wrong") == found(judged, "right") == []


def test_new_weights_with_all_their_digits_leave_no_room_in_what_follows() -> None:
    """0.32 decays to exactly 0.3168: no rounding of it accounts for 0.577554 in the place of E = 0.577545."""
    text = "$w_1^+ = 0.3168$\n\n$w_2^+ = 0.3168$\n\nAfter the update: $E_{total} = 0.577554$\n"
    assert found(verified(text, _with_a_constant_loss()), "wrong") == [(5, "0.577554", "digits-swapped")]


def test_a_mistake_in_the_method_is_named() -> None:
    """An update with the sign of gradient ascent is told from its figure."""
    judged = verified(r"$w_5^+ = 0.441083520$" + "\n", described())
    ((_, piece, cause),) = found(judged, "wrong")
    assert (piece, cause) == ("0.441083520", "gradient-ascent")


def test_a_slip_in_a_figure_after_the_update_is_told_from_its_own_right_value() -> None:
    """The error after the step is held against the error after the step, not against the one before."""
    judged = verified("After the update: $E_{total} = 0.290127774$\n", described())
    assert found(judged, "wrong") == [(1, "0.290127774", "digits-swapped")]


def test_nobody_is_blamed_for_the_figure_after_an_update_that_was_mistyped() -> None:
    """Whoever writes w5 = 0.63 and goes on from 0.36 has made one slip: 0.29112 is E at 0.36, 0.29103 at 0.35892."""
    text = "$w_5^+ = 0.63$\n\nAfter the update: $E_{total} = 0.29112$\n"
    assert found(verified(text, described()), "wrong") == [(1, "0.63", "digits-swapped")]


def test_a_figure_from_before_the_update_is_told_from_its_own_right_value() -> None:
    """Of two errors in one sentence the one `before the update` is held against the error before it."""
    text = "用新的权重算得 $E_{total} = 0.291027774$；更新之前为 $E_{total} = 0.298731109$。\n"
    assert found(verified(text, described()), "wrong") == [(1, "0.298731109", "digits-swapped")]


def test_a_product_of_names_is_worked_with_their_figures_as_they_stand() -> None:
    """0.7413 * 0.1868 * 0.5932 is 0.08214, at full precision 0.08217: 0.08124 is the first with two digits swapped."""
    text = (
        "$R_1 = out_{o1} - target_{o1} = 0.7413$\n\n$R_2 = out_{o1}(1 - out_{o1}) = 0.1868$\n\n"
        "$R_3 = out_{h1} = 0.5932$\n\n$\\frac{\\partial E}{\\partial w_5} = R_1 \\cdot R_2 \\cdot R_3 = 0.08124$\n"
    )
    assert found(verified(text, described()), "wrong") == [(7, "0.08124", "digits-swapped")]


def test_a_mistake_in_a_sum_that_is_always_zero_is_named() -> None:
    """The error signals of a softmax layer add up to 0 whatever the numbers: one of them is not the bias's gradient."""
    network = loads(
        """
        [network]
        inputs = 1
        loss = "cross-entropy"
        layers = [{ units = 2, activation = "softmax", bias = "shared" }]
        [given]
        inputs = [0.5]
        targets = [0, 1]
        weights = [0.4, 0.6]
        biases = [0.1]
        [training]
        rate = 0.5
        biases = "updated"
        """
    )
    text = r"$\frac{\partial E}{\partial b_1} = \frac{\partial E}{\partial net_{o2}}$"
    assert found(verified(f"{text}\n", network), "wrong") == [
        (1, r"\frac{\partial E}{\partial net_{o2}}", "shared-bias-one-unit")
    ]


def test_places_tell_slips_apart() -> None:
    """Of a digit mistyped and one left out, the number of places the other figures have tells which comes first."""
    causes = [("digit-mistyped", ""), ("digit-dropped", "")]
    assert ranked(causes, 0) == causes
    assert ranked(causes, -1) == ranked(causes) == causes[::-1]


def test_pen_before_method_where_the_numbers_on_the_line_are_right() -> None:
    """A figure of another line beside the right numbers is copied, though a mistake gives it as well."""
    text = "$out_{h1} = 0.593269992$\n\n$out_{o1} = 0.751365070$\n\n"
    line = r"$\delta_{o1} = (0.751365070 - 0.01) \cdot 0.751365070 \cdot (1 - 0.751365070) = 0.751365070$"
    (wrong,) = [j for j in verified(text + line + "\n", described()).judgements if j.verdict == "wrong"]
    assert wrong.rule == "copied"


def test_a_cause_found_counts_where_the_search_for_others_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two digits swapped are named, though no mistake in the method may be followed through any more."""
    monkeypatch.setattr(mistaken, "MOST_IN_ALL", 0)
    assert found(verified("$w_5^+ = 0.359816480$\n", described()), "wrong") == [(1, "0.359816480", "digits-swapped")]


def test_a_new_weight_is_that_of_this_update() -> None:
    """The step goes from 0.5 to 1.1 and would go back to 0.5 again: under "new weights" 0.5 is wrong all the same."""
    network = in_a_row((0.5, "identity"), given=1, target=0.6, rate=0.6, loss="absolute-error")
    assert found(verified("New weights:\n\n$w_1^+ = 1.1$\n", network), "wrong") == []
    assert found(verified("New weights:\n\n$w_1^+ = 0.5$\n", network), "wrong") == [(3, "0.5", "not-updated")]


def test_a_weight_left_as_it_was_is_named_before_a_step_too_small_to_see() -> None:
    """0.50 is the old weight, and 0.5 - 0.01^2 * 4 rounded: of the two the one that gives this figure and no other."""
    network = in_a_row((0.5, "identity"), given=1, target=-3.5, rate=0.01)
    assert found(verified("$w_1^+ = 0.50$\n", network), "wrong") == [(1, "0.50", "not-updated")]
