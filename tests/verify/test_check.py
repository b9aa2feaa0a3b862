"""Every link of every chain is judged on its own, and one slip is blamed once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bpsym.spec import load, loads
from bpsym.verify import limits
from transcripts import RIGHT, changed, described, found, in_a_row, verified

if TYPE_CHECKING:
    from bpsym.spec import Description

EXAMPLES = Path(__file__).parents[2] / "examples"


HUBER = """
[network]
inputs = 3
loss = "huber"
layers = [{ units = 1, activation = "softplus", bias = "none" }]
[given]
inputs = [0.49, 0.91, 0.11]
targets = [0.7]
weights = [-0.14, -0.39, -0.138]
[training]
rate = 0.5
"""


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


def test_exact_values_stay_short() -> None:
    """A value squared line by line goes on as a ball before it fills the memory."""
    squares = "".join(f"$z_{{{k + 1}}} = z_{{{k}}} \\cdot z_{{{k}}}$\n\n" for k in range(60))
    assert verified(f"$z_0 = 1.37$\n\n{squares}").counts == {"right": 61}


@pytest.mark.parametrize(
    "power", ["9^{9^{9^{9}}}", "9^9^9^9^9^9^9^9^9^9", "(((0.9^{999})^{999})^{999})^{999}", "w (9^60)^60^60^60^60"]
)
def test_the_bound_of_a_hostile_power(power: str) -> None:
    """A tower of powers is not computed: it is undecided, at once."""
    judged = verified(f"$$x = {power} = 3$$\n")
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


TWO_PLACES = """
$out_{o1} = 0.75$

$\\frac{{\\partial E}}{{\\partial out_{{o1}}}} = 0.75 - 0.01 = 0.74$

$\\frac{{\\partial out_{{o1}}}}{{\\partial net_{{o1}}}} = 0.75 (1 - 0.75) = 0.19$

$\\delta_{{o1}} = 0.74 \\cdot 0.19 = {}$
""".replace("_{o1} = 0.75$", "_{{o1}} = 0.75$", 1)


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        ("0.14", "right"),  # 0.1406 from what is written, 0.1385 from 0.741365 and 0.186816
        ("0.13", "last-digit"),  # 0.1385 cut off
        ("0.15", "wrong"),  # from neither
        ("0.12", "wrong"),
    ],
)
def test_two_places_are_no_excuse(network: Description, written: str, verdict: str) -> None:
    """A product of rounded numbers follows from them as written or from what was rounded, from nothing in between."""
    last = verified(TWO_PLACES.format(written), network).judgements[-1]
    assert last.verdict == verdict
    assert last.expected == ("" if verdict == "right" else "0.14")


def test_a_figure_rounded_to_more_places_leaves_a_given_exact() -> None:
    """Beside a computed 0.1500 the given 0.15 is exact: no digit behind it makes -0.0388 of the right -0.03978."""
    network = in_a_row((-11.564, "sigmoid"), (0.4, "identity"), given=0.15, target=0.84)
    text = "$out_{h1} = 0.1500$\n\n$\\frac{\\partial E}{\\partial w_1} = (-0.03978) \\cdot 0.15 = -0.005967$\n"
    assert found(verified(text, network), "wrong") == []
    assert [line for line, *_ in found(verified(text.replace("0.03978", "0.0388"), network), "wrong")] == [3]


def test_a_figure_of_two_values_is_not_taken_for_the_exact_one() -> None:
    """net is 0.0496 and ends there, its tanh is 0.04956: -0.26628 · 0.04956 is -0.013197, not -0.013208."""
    network = in_a_row((0.0992, "tanh"), (0.4, "identity"), given=0.5, target=0.2861)
    text = "$\\frac{\\partial E}{\\partial w_2} = (-0.2663) \\cdot 0.0496 = -0.0132$\n"
    assert found(verified(text, network), "wrong") == []


def test_the_slope_of_a_leaky_unit_is_no_rounded_number() -> None:
    """Of the products R1 · 0.01 · 0.15, with R1 = -0.3120 and the exact slope 0.01, -0.000568 is not one."""
    network = in_a_row((-0.9, "leaky-relu"), (0.4, "identity"), given=0.15, target=0.77946)
    text = (
        "$R_1 = \\frac{\\partial E}{\\partial out_{h1}} = -0.3120$\n\n"
        "$R_2 = \\frac{\\partial out_{h1}}{\\partial net_{h1}} = 0.01$\n\n"
        "$\\frac{\\partial E}{\\partial w_1} = R_1 \\cdot R_2 \\cdot 0.15 = -0.000468$\n"
    )
    assert found(verified(text, network), "wrong") == []
    slips = verified(text.replace("-0.000468", "-0.000568"), network)
    assert [(line, piece) for line, piece, _ in found(slips, "wrong")] == [(5, "-0.000568")]


@pytest.mark.parametrize(
    ("inside", "slope"),
    [("\\sqrt{w x + b}", "0.300"), ("\\sqrt{w x + b} - t", "-0.300"), ("\\frac{t}{w} - (w x)^{3/2}", "-4.174")],
)
def test_the_slope_of_an_absolute_value_with_a_root_in_it(inside: str, slope: str) -> None:
    """0.3/(2 √0.25) is 0.3; -1/0.25 - 1.5 √0.15 · 0.3 is -4.1743: |z| goes as z does where that is above 0."""
    text = f"$w = 0.5$, $x = 0.3$, $b = 0.1$, $t = 1$\n\n$$E = |{inside}|$$\n\n$\\frac{{\\partial E}}{{\\partial w}} = "
    assert set(verified(f"{text}{slope}$\n").counts) == {"right"}
    assert [line for line, _, _ in found(verified(f"{text}0.205$\n"), "wrong")] == [5]


def test_nobody_is_blamed_for_the_last_digit_after_a_slip(network: Description) -> None:
    """Whoever writes a digit wrongly and goes on with the right, cut-off figure has made one slip.

    0.5932, cut off from 0.59327, is written 0.9532; 0.4 * 0.5932 + 0.45 * 0.5968 + 0.6 is 1.10584, its sigmoid 0.75135.
    """
    text = "$out_{h1} = 0.9532$\n\n$out_{h2} = 0.5968$\n\n$net_{o1} = 1.1058$\n\n$out_{o1} = 0.7513$\n"
    assert found(verified(text, network), "wrong") == [(1, "0.9532", "digits-swapped")]
    assert found(verified(text, network), "carried") == []


def test_a_lost_sign_nobody_goes_on_with_is_one_slip(network: Description) -> None:
    """Whoever has 0.7512 from the cut-off 1.105, writes -0.7512 and goes on with the right one has made one slip."""
    text = "$net_{o1} = 1.105$\n\n$out_{o1} = -0.7512$\n\n$E_{o1} = \\frac12 (0.01 - 0.7512)^2 = 0.2746$\n"
    assert found(verified(text, network), "wrong") == [(3, "-0.7512", "sign")]
    assert found(verified(text, network), "carried") == []


def test_a_sum_on_three_rows_is_one(network: Description) -> None:
    """A row that begins with a minus right of its `&` belongs to the row above, which may itself do so."""
    text = r"$$\begin{aligned} out_{o1} &= 0.9 \\ &\qquad - 0.1 \\ &\qquad - 0.048634930 = 0.751365070 \end{aligned}$$"
    judged = verified(f"{text}\n", network)
    assert [j.verdict for j in judged.judgements] == ["right", "right"]


def test_a_heading_is_no_sentence(network: Description) -> None:
    """Under `New weights` a step of the way back is held against the network as it is, and what follows is carried."""
    text = (
        "# New weights\n\n$\\delta_{o1} = 0.138948562$\n\n"
        "$\\frac{\\partial E}{\\partial w_5} = \\delta_{o1} \\cdot out_{h1} = 0.0824340117$\n"
    )
    assert found(verified(text, network), "wrong") == [(3, "0.138948562", "digits-swapped")]
    assert [line for line, *_ in found(verified(text, network), "carried")] == [5]


def test_rows_of_cases_that_do_not_hold_round_nothing() -> None:
    """In a Huber loss only the case that holds is worked out: its two steps leave no room for three units.

    (0.70 - 0.497671756)^2 / 2 is 0.02046835916.
    """
    text = (
        r"$E = \begin{cases} \frac12 (0.70 - 0.497671756)^2 & |0.497671756 - 0.70| \le 1 \\"
        r" |0.497671756 - 0.70| - \frac12 & \text{otherwise} \end{cases} = 0.020468356$"
    )
    judged = verified(f"$out_{{o1}} = 0.497671756$\n\n{text}\n", loads(HUBER))
    assert found(judged, "wrong") == [(3, "0.020468356", "digit-mistyped")]


def test_what_follows_from_a_cut_off_slip_is_carried(network: Description) -> None:
    """net_h1 without its bias is 0.0275; its sigmoid 0.506874 is cut off, and so is all that follows from it."""
    text = (
        "$net_{h1} = 0.0275$\n\n$out_{h1} = 0.506874$\n\n$out_{h2} = 0.596884$\n\n"
        "$net_{o1} = 1.071347$\n\n$out_{o1} = 0.744852$\n"
    )
    judged = verified(text, network)
    assert found(judged, "wrong") == [(1, "0.0275", "bias-forgotten")]
    assert [piece for _, piece, _ in found(judged, "carried")] == ["0.506874", "1.071347", "0.744852"]


def test_a_mistyped_operand_is_found_by_its_own_step(network: Description) -> None:
    """Two-digit operands count as well, with the formula on the line or without it, once or twice in it."""
    text = "$w_5^+ = 0.04 - 0.5 \\cdot 0.082167 = 0.358916$\n"
    assert found(verified(text, network), "wrong") == [(1, "0.04", "zero-added")]
    text = "$\\frac{\\partial out_{o1}}{\\partial net_{o1}} = 0.715365 (1 - 0.715365) = 0.186816$\n"
    assert found(verified(text, network), "wrong") == [(1, "0.715365", "digits-swapped")]


def test_an_expression_is_wrong_though_nobody_looks_for_its_operand(
    network: Description, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where looking for the operand in error would cost too much, the whole expression is blamed, not left open."""
    monkeypatch.setattr(limits, "OPERAND", 0)
    text = "$w_5^+ = 0.04 - 0.5 \\cdot 0.082167 = 0.358916$\n"
    assert found(verified(text, network), "wrong")[0] == (1, "0.04 - 0.5 \\cdot 0.082167", "expression")


def test_a_given_mistyped_in_two_digits_is_no_rounded_number() -> None:
    """0.30 in the place of the target 0.70 is wrong, though what rounds to 0.30 may come to the right error."""
    text = r"$E_{o1} = \frac12 (0.30 - 0.497671756)^2 = 0.019537062$"
    judged = verified(f"{text}\n", loads(HUBER))
    assert found(judged, "wrong") == [(1, "0.30", "digit-mistyped")]
    assert [piece for _, piece, _ in found(judged, "carried")] == ["0.019537062"]


def test_a_short_operand_is_no_rounding_of_a_longer_one_beside_it() -> None:
    """The weight 0.31 written 0.13 is found beside a gradient of 0.1325 that could be cut off to it."""
    network = in_a_row((0.31, "identity"), given=0.5, target=0.42, rate=1)
    text = r"$w_1^+ = 0.13 - 1 \cdot (-0.1325) = 0.2625$"
    assert found(verified(f"{text}\n", network), "wrong") == [(1, "0.13", "digits-swapped")]


def test_a_dead_unit_hides_no_wrong_formula() -> None:
    """A rule is held against the description's own numbers too: where units are dead nearly any formula is right."""
    relu = in_a_row((0.4, "relu"), (0.6, "relu"), given=0.5, target=0.9)
    assert found(verified("$w_2^+ = w_2 - \\frac{\\partial E}{\\partial w_2}$\n", relu), "wrong")
    assert not found(verified("$w_2^+ = w_2 - \\eta \\frac{\\partial E}{\\partial w_2}$\n", relu), "wrong")


TWO_SLIPS = """$out_{o1} = 0.757365070$

$out_{o2} = 0.772928465$

$E_{o1} = 0.279277274$

$E_{o2} = 0.032560026$

$E = 0.302837300$
"""


def test_who_makes_two_slips_may_go_on_with_one_of_them(network: Description) -> None:
    """Both are blamed, each with its cause; a total of the one gone on with and the other put right is carried."""
    judged = verified(TWO_SLIPS, network)
    assert found(judged, "wrong") == [(1, "0.757365070", "digit-mistyped"), (7, "0.032560026", "digits-swapped")]
    assert [(line, piece) for line, piece, _ in found(judged, "carried")] == [(5, "0.279277274"), (9, "0.302837300")]


def test_two_slips_on_one_line_are_two_errors(network: Description) -> None:
    """A mistyped operand, and digits swapped in a result that does not follow from it: each is quoted and named."""
    judged = verified("$E_{o1} = \\tfrac{1}{2} (0.01 - 0.757365070)^2 = 0.274811038$\n", network)
    assert found(judged, "wrong") == [(1, "0.757365070", "digit-mistyped"), (1, "0.274811038", "digits-swapped")]


def test_a_figure_in_error_under_another_name_is_carried_only_where_it_stands_for_the_same(
    network: Description,
) -> None:
    """The derivative forgotten in a later line is a second error, though its figure is the one blamed before."""
    text = "$\\frac{\\partial E}{\\partial out_{o1}} = 0.747365$\n\n"
    judged = verified(text + "$\\frac{\\partial E}{\\partial net_{o1}} = 0.747365$\n", network)
    assert [(line, cause) for line, _, cause in found(judged, "wrong")] == [
        (1, "digit-mistyped"), (3, "activation-derivative-forgotten"),
    ]  # fmt: skip


def test_a_rule_for_vectors_names_no_vector_of_vectors() -> None:
    """`x_i = 2 u_i` of lists u_1, u_2, u_3 leaves x alone undecided: it is no vector of three numbers."""
    lists = "$u_1 = [1, 2]$, $u_2 = [3, 4]$, $u_3 = [5, 6]$\n\n"
    judged = verified(lists + "$$x_i = 2 u_i$$\n\n$$y = x + b$$\n\n$$y = 2 x$$\n")
    assert found(judged, "wrong") == []
    assert judged.counts["undecided"] == 1


def test_a_whole_number_hides_no_digits() -> None:
    """Nothing of 0.49199 - 0 cancels, though 0 shows no digit behind the point."""
    assert [j.verdict for j in verified(r"$d = 0.49199 - 0 \approx 0.94199$").judgements][-1] == "wrong"


@pytest.mark.parametrize(
    ("written", "verdict"),
    [("-0.000000000259", "last-digit"), ("0.00000000094", "last-digit"), ("0.0000000042", "wrong")],
)
def test_what_is_left_of_figures_that_cancel(written: str, verdict: str) -> None:
    """Digits nobody sees may leave anything up to half a unit of each figure's last digit, and no more."""
    text = rf"$\delta_1 = 0.163709856$, $\delta_2 = -0.163709856$, $b = 0.163709856 + (-0.163709856) \approx {written}$"
    judged = verified(text)
    (judgement,) = [j for j in judged.judgements if judged.document.quote(j.span) == written]
    assert judgement.verdict == verdict


STEP = r"""
Given $x = 0.5$, $w = 0.4$, $b = 0.1$, $t = 1$, $\eta = 0.5$.

$$z = wx + b = 0.4 \times 0.5 + 0.1 = 0.3$$
$$a = \frac{1}{1+e^{-z}} = 0.5744$$
$$E = \frac12 (t-a)^2 = 0.0905$$
$$\frac{\partial E}{\partial w} = (a-t)\,a(1-a)\,x = -0.0520$$
$$w^+ = w - \eta \frac{\partial E}{\partial w} = 0.4 + 0.5 \times 0.0520 = 0.4260$$
"""
BIAS_TOO = r"""$$b^+ = b - \eta (a-t)\,a(1-a) = 0.1 + 0.5 \times 0.1040 = 0.1520$$
"""


@pytest.mark.parametrize(
    ("step", "error", "verdict"),
    [
        (STEP + BIAS_TOO, "0.0839", "right"),  # z = 0.426 · 0.5 + 0.152 = 0.365, a = 0.59025
        (STEP + BIAS_TOO, "0.0892", "wrong"),
        (STEP, "0.0892", "right"),  # the bias kept: z = 0.313, a = 0.57762
        (STEP, "0.0839", "undecided"),  # the bias may have been updated, and not been shown
        ("", "0.0839", "right"),  # a value given
    ],
)
def test_a_figure_after_the_step_is_computed_with_the_new_values_shown(step: str, error: str, verdict: str) -> None:
    """Without a description the document's own new values are all that is known of the step."""
    judged = verified(step + f"\nOne forward pass with the new values gives $E = {error}$.\n")
    assert judged.judgements[-1].verdict == verdict


def test_what_follows_an_order_is_about_the_term_before_it() -> None:
    """`w x < T = 3`: T is 3, not the product; `0 < z = w x` says what z is."""
    given = "$x = 0.5$, $w = 0.4$\n\n"
    assert found(verified(given + "$w x < T = 3$, $0 < z = w x = 0.2$"), "wrong") == []
    judged = verified(given + "$0 < z = w x = 0.3$")
    assert [judged.document.quote(j.span) for j in judged.judgements if j.verdict == "wrong"] == ["0.3"]


@pytest.mark.parametrize(
    ("gradient", "wrong"),
    [
        (r"\nabla_x x^\top A x = (A + A^\top) x", False),
        (r"\nabla_x \|x\|^2 = \nabla_x x^\top x = 2 x", False),
        (r"\nabla_x \|x\|^2 = \nabla_x x^\top x = 3 x", True),
    ],
)
def test_a_gradient_reaches_to_its_last_variable(gradient: str, *, wrong: bool) -> None:
    """`∇_x xᵀ A x` is the gradient of the quadratic form, not that of xᵀ times A x."""
    given = r"$x = \begin{bmatrix} 1 \\ 2 \end{bmatrix}$, $A = \begin{bmatrix} 1 & 3 \\ 5 & 2 \end{bmatrix}$" + "\n\n"
    assert bool(found(verified(f"{given}$${gradient}$$"), "wrong")) is wrong


def test_an_arrow_moves_whatever_it_points_at() -> None:
    """`x ← x - η f'(x)` is no equation of x, also where no weight is meant."""
    text = "Take $f(x) = x^2$, $x = 3$, $\\eta = 0.1$. Then $f'(x) = 2x = 6$.\n\n$$x \\leftarrow x - \\eta f'(x)$$\n"
    assert found(verified(text), "wrong") == []
    moved = text.replace("f'(x)$$", "f'(x) = 3 - 0.1 \\cdot 6 = 2.5$$")
    assert [piece for _, piece, _ in found(verified(moved), "wrong")] == ["2.5"]


def test_quantities_that_are_written_alike_need_not_be_rounded_alike() -> None:
    """1/3 once rounded and once not leaves 2.5e-10 of a difference that is 0; 2.5e-9 is left by neither."""
    text = (
        "$x = 1$, $y = 1$, $p = 0.75$, $q = 0.75$\n\n$u = \\frac{x}{3} \\approx 0.333333333$\n\n$v = \\frac{y}{3}$\n\n"
        "$d = u p - v q = 0.333333333 \\cdot 0.75 - 0.333333333 \\cdot 0.75 \\approx -2.5 \\times 10^{%d}$\n"
    )
    assert [piece for _, piece, _ in found(verified(text % -10), "last-digit")] == ["-2.5 \\times 10^{-10}"]
    assert [piece for _, piece, _ in found(verified(text % -9), "wrong")] == ["-2.5 \\times 10^{-9}"]


def test_a_digit_too_many_leaves_the_digits_of_the_others() -> None:
    """Of a cut-off 0.75136506 with a digit doubled, the error goes on with what was meant, cut off at eight places."""
    text = (
        "$net_{h1} = 0.3775$\n\n$out_{h1} = 0.59326999$\n\n$out_{h2} = 0.59688437$\n\n$net_{o1} = 1.10590596$\n\n"
        "$out_{o1} = 0.755136506$\n\n$out_{o2} = 0.77292846$\n\n$E_{o1} = 0.27481107$\n"
    )
    assert found(verified(text, described()), "wrong") == [(9, "0.755136506", "digit-doubled")]


def test_a_figure_right_by_chance_stands_for_what_follows_from_the_slip() -> None:
    """Behind a cut-off 0.7514 stand the digits of 0.751473, though rounded the right 0.751365 is 0.7514 as well."""
    text = (
        "$net_{h1} = 0.3835$\n\n$out_{h1} = \\frac{1}{1+e^{-0.3835}} = 0.5947$\n\n"
        "$net_{o1} = 0.4 \\cdot 0.5947 + 0.45 \\cdot 0.5968 + 0.6 = 1.1064$\n\n"
        "$out_{o1} = \\frac{1}{1+e^{-1.1064}} = 0.7514$\n\n$E_{o1} = \\frac12 (0.01 - 0.7514)^2 = 0.27489$\n"
    )
    assert [line for line, _, _ in found(verified(text, described()), "wrong")] == [1]


def test_where_nothing_on_the_line_is_rounded_the_figure_is_not_either() -> None:
    """0.2 + 0.6 + 0.1 is no 0.8, and tanh 0.72 leaves no doubt about a square, though nobody says whence the 0.72."""
    given = "$x = 2$, $w = 0.4$, $b = -0.1$, $t = 0.3$\n\n"
    text = given + "$E = \\frac12 (\\tanh(w x + b + 0.02) - t)^2 = \\frac12 (\\tanh(0.72) - 0.3)^2 = 0.0504$\n"
    assert found(verified(text), "wrong") == [(3, "0.0504", "digit-mistyped")]
    given = "$x_1 = 1$, $x_2 = 2$, $w_1 = 0.2$, $w_2 = 0.3$, $b = 0.1$\n\n"
    text = given + "$z = w_1 x_1 + w_2 x_2 + b = 0.2 + 0.6 + 0.1 = 0.8$\n"
    assert [(line, piece) for line, piece, _ in found(verified(text), "wrong")] == [(3, "0.8")]


def test_what_is_worked_out_is_not_given_by_its_own_figure() -> None:
    """a_0 = σ(1 · 1.5) = 0.8176 is no given 0.8176, from which σ(1.5) = 0.81757 would differ."""
    text = (
        "$a = \\sigma(w x)$, $x = 1.5$, $w_0 = 1$\n\n$g_k = (a_k - 0.2) a_k (1 - a_k) x$\n\n"
        "$a_0 = \\sigma(1 \\cdot 1.5) = 0.8176$\n\n"
        "$g_0 = (0.8176 - 0.2) \\cdot 0.8176 (1 - 0.8176) \\cdot 1.5 = 0.1382$\n"
    )
    assert found(verified(text), "wrong") == []


def test_a_sum_that_leaves_out_what_nobody_has_checked_is_not_blamed() -> None:
    """0.2065 is 0.118 + 0.0885: either the sum or the -0.059, of which nothing is known, is in error."""
    text = "dL/dc1 = 0.118\n\ndL/dc2 = -0.059\n\ndL/dc3 = 0.0885\n\ndL/db = dL/dc1 + dL/dc2 + dL/dc3 = 0.2065\n"
    assert found(verified(text), "wrong") == []
    assert [line for line, _, _ in found(verified(text.replace("0.2065", "0.2165")), "wrong")] == [7]


def test_who_goes_on_from_what_a_label_ought_to_be_makes_one_slip(network: Description) -> None:
    """R1 = 0.138499 stands there as 1.38499; 0.138499 * 0.59327 is 0.0821673, at full precision it is 0.0821670."""
    chain = "\\frac{\\partial E}{\\partial out_{o1}} \\cdot \\frac{\\partial out_{o1}}{\\partial net_{o1}}"
    text = (
        f"$R_1 = \\frac{{\\partial E}}{{\\partial net_{{o1}}}} = {chain} = 1.38499$\n\n"
        "$\\frac{\\partial E}{\\partial w_5} = R_1 \\cdot out_{h1} = 0.0821673$\n"
    )
    assert [(line, piece) for line, piece, _ in found(verified(text, network), "wrong")] == [(1, "1.38499")]


BACK_IN_TIME = """
network = { family = "recurrent", loss = "cross-entropy", inputs = 3, decay = 0.01, layers = [
    { units = 2, activation = "elu", bias = "unit" }, { units = 3, activation = "softmax", bias = "shared" }] }
[given]
inputs = [[-0.32, 0.76, -0.61], [0.64, 0.85, -0.40]]
targets = [[1, 0, 0], [0, 1, 0]]
biases = [-0.22, 0.28, 0.17]
weights = [0.62, -0.63, 0.12, -0.82, -0.33, 0.95, 0.36, 0.72, 0.10, 0.36, 0.42, 0.83, 0.42, 0.19, 0.16, 0.52]
[training]
rate = 0.1
"""


def test_nothing_is_right_because_hardly_anything_is_known_of_it() -> None:
    """Under "New weights" δ may be that after the update, of which rounding leaves nothing but a bound."""
    text = "## New weights\n\n$\\delta_{h2}^{(2)} \\approx 0.00000$\n"
    assert [piece for _, piece, _ in found(verified(text, loads(BACK_IN_TIME)), "wrong")] == ["0.00000"]


def test_operands_cut_off_and_printed_nowhere_else(network: Description) -> None:
    """0.138498562 · 0.593269992 of the network: each cut off to six places, which moves the product to one end."""
    text = "$\\frac{\\partial E}{\\partial w_5} = 0.138498 \\cdot 0.593269 \\approx 0.082166$\n"
    counts = verified(text, network).counts
    assert counts["wrong"] == counts["carried"] == counts["undecided"] == 0
    wrong = found(verified(text.replace("0.138498", "0.138489"), network), "wrong")
    assert "0.138489" in [piece for _, piece, _ in wrong]


def test_operands_of_few_digits_cut_off_and_printed_nowhere_else() -> None:
    """0.02959884 · 0.32959884 · 0.67040116 is 0.00654026; of 0.0295 a third of a per cent has been cut off."""
    network = in_a_row((-0.71, "sigmoid"), given=1, target=0.3)
    text = "$\\delta^{(1)} = \\frac{\\partial E}{\\partial a^{(1)}} \\cdot a^{(1)} \\cdot (1 - a^{(1)}) "
    text += "= 0.0295 \\cdot 0.3295 \\cdot (1 - 0.3295) \\approx 0.00654$\n"
    assert found(verified(text, network), "wrong") == []
    wrong = found(verified(text.replace("0.0295", "0.0294"), network), "wrong")
    assert [piece for _, piece, _ in wrong] == ["0.0294"]


@pytest.mark.parametrize(("second", "wrong"), [("-0.24753", []), ("-0.25753", ["-0.25753"])])
def test_a_diagonal_matrix_told_by_its_entries(second: str, wrong: list[str]) -> None:
    """0.5591 · 0.5 = 0.27955 and 0.9901 · (-0.25) = -0.24753."""
    text = (
        r"$$y = \begin{pmatrix} 0.5 \\ -0.25 \end{pmatrix}$$" + "\n\n"
        r"$$g = \mathrm{diag}(0.5591, 0.9901)\, y = \begin{pmatrix} 0.27955 \\ " + second + r" \end{pmatrix}$$"
    )
    assert [written for _, written, _ in found(verified(text), "wrong")] == wrong
