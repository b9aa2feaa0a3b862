"""Every link of every chain is judged on its own, and one slip is blamed once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bpsym.spec import load
from transcripts import RIGHT, changed, described, found, verified

if TYPE_CHECKING:
    from bpsym.spec import Description

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def network() -> Description:
    """The description of the 2-2-2 network."""
    return described()


def test_a_right_derivation_has_nothing_wrong(network: Description) -> None:
    """Every claim of a derivation without a slip is right to the digit or in its last digit."""
    judged = verified(RIGHT, network)
    assert len(judged.judgements) > 20
    assert set(judged.counts) <= {"right", "last-digit"}


def test_a_right_derivation_needs_no_description() -> None:
    """The document's own givens and definitions are a network, too: nothing in it is called wrong."""
    assert found(verified(RIGHT), "wrong") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.59327$$", "0.59326$$"),  # cut off
        ("= 0.082167$$", "= 0.08217$$"),  # fewer digits
        ("0.741365 \\cdot 0.186816 \\cdot 0.59327 = 0.082167$$", "0.7414 \\cdot 0.1868 \\cdot 0.5933 = 0.0822$$"),
        ("w_1 i_1 + w_2 i_2 + b_1", "i_1 \\times w_1 + i_2 \\times w_2 + b_1 \\times 1"),
        ("\\sigma(net_{o1})", "\\frac{1}{1+e^{-net_{o1}}}"),
        ("out_{o1} - target_{o1} =", "-(target_{o1} - out_{o1}) ="),
    ],
)
def test_people_write_the_same_in_many_ways(network: Description, old: str, new: str) -> None:
    """Cut-off digits, digits left out and other forms of a formula are no errors."""
    assert found(verified(changed(old, new), network), "wrong") == []


@pytest.mark.parametrize(
    ("old", "new", "piece", "cause"),
    [
        ("0.3775$$", "0.3575$$", "0.3575", "digit-mistyped"),
        ("0.59327$$", "0.059327$$", "0.059327", "zero-added"),
        ("= 0.186816", "= 0.186861", "0.186861", "digits-swapped"),
        ("= 0.741365$$", "= -0.741365$$", "-0.741365", "sign"),
        ("= 0.751365$$", "= 7.51365$$", "7.51365", "decimal-point"),
        ("0.751365 - 0.01", "0.757365 - 0.01", "0.757365", "digit-mistyped"),
        ("i_1 = 0.05", "i_1 = 0.06", "0.06", "digit-mistyped"),  # a given one off in its last digit: nothing was cut
    ],
)
def test_a_slip_is_found_quoted_and_named(network: Description, old: str, new: str, piece: str, cause: str) -> None:
    """One slip gives one finding, which quotes the piece and names what happened to it."""
    (wrong,) = found(verified(changed(old, new), network), "wrong")
    assert wrong[1:] == (piece, cause)


def test_what_follows_from_an_error_is_carried(network: Description) -> None:
    """A later value computed rightly from an earlier wrong one is not a second error."""
    text = changed("= 0.186816$$", "= 0.286816$$").replace(
        "0.741365 \\cdot 0.186816 \\cdot 0.59327 = 0.082167$$", "0.741365 \\cdot 0.286816 \\cdot 0.59327 = 0.126150$$"
    )
    judged = verified(
        text.replace("0.4 - 0.5 \\cdot 0.082167 = 0.3589165", "0.4 - 0.5 \\cdot 0.126150 = 0.336925"), network
    )
    assert [piece for _, piece, _ in found(judged, "wrong")] == ["0.286816"]
    assert len(found(judged, "carried")) == 4


def test_a_formula_right_at_these_numbers_alone_is_wrong(network: Description) -> None:
    """|target - out| equals the derivative where out is the larger; other numbers show that it is not it."""
    text = changed("out_{o1} - target_{o1} =", "|target_{o1} - out_{o1}| =")
    assert [piece for _, piece, _ in found(verified(text, network), "wrong")] == ["|target_{o1} - out_{o1}|"]


def test_a_path_of_another_unit_is_wrong(network: Description) -> None:
    """The chain rule along a path that does not lead to the weight is no derivative by it."""
    text = changed("\\frac{\\partial net_{o1}}{\\partial w_5} =", "\\frac{\\partial net_{o2}}{\\partial w_5} =")
    assert len(found(verified(text, network), "wrong")) == 1


def test_the_bound_of_a_hostile_power() -> None:
    """A tower of powers is not computed: it is undecided, at once."""
    judged = verified("$$x = 9^{9^{9^{9}}} = 3$$\n")
    assert set(judged.counts) <= {"undecided", "right", "unreadable"}


def test_the_ways_of_an_influence_claim_nothing(network: Description) -> None:
    """`w_1 → net_h1 → out_h1 → E_o1, E_o2 → E_total` is a path: no arrow of it says that two quantities are equal."""
    path = "$$w_1 \\to net_{h1} \\to out_{h1} \\to E_{o1}, E_{o2} \\to E_{total}$$\n"
    assert len(verified(RIGHT + path, network).judgements) == len(verified(RIGHT, network).judgements)


def test_a_size_is_no_quantity() -> None:
    """`S = 2` beside a batch of two in bpsym's own names counts the samples, whatever else people call S."""
    description = load(EXAMPLES / "autoencoder.toml")
    names = "$x_{1,1} + x_{2,1}$, $z_{1,1}^{(1)}$, $a_{1,1}^{(1)}$"
    assert verified(f"{names}, $S = 2$\n", description).counts == {"right": 1}
    assert verified(f"{names}, $S = 3$\n", description).counts == {"wrong": 1}


def test_the_error_function_and_pi() -> None:
    """Values of GELU's pieces, from a table of the normal distribution."""
    text = "$x = \\operatorname{erf}(1) = 0.8427$, $y = \\frac{1}{\\sqrt{2\\pi}} = 0.3989$, `z = 1/sqrt(pi) = 0.5640`\n"
    judged = verified(text)
    assert judged.counts == {"right": 5, "wrong": 1}
    assert [piece for _, piece, _ in found(judged, "wrong")] == ["0.5640"]
