"""Worked numbers as blogs and solutions print them: what the words around a figure make of it."""

from __future__ import annotations

from bpsym.spec import loads
from bpsym.verify.read import read_text
from bpsym.verify.report.data import report_of
from bpsym.verify.run import verify
from transcripts import described, found, in_a_row, verified


def _blamed(text: str) -> list[str]:
    report = report_of(verify(read_text(text, "text.md")))
    return [f.written for f in report.findings if f.verdict in ("wrong", "carried")]


_FIT = """We fit $\\hat y = w_1x_1+w_2x_2+b$ to $x^{(1)}=(1,2)$ with $y^{(1)}=1$ and $x^{(2)}=(3,-1)$ with $y^{(2)}=-1$.
Start: $w_1=0.5$, $w_2=-0.25$, $b=0.1$. The loss is $L=\\frac12\\sum_{i=1}^2(\\hat y^{(i)}-y^{(i)})^2$.

- $\\hat y^{(1)} = 0.5\\cdot1-0.25\\cdot2+0.1=0.1$
- $\\hat y^{(2)} = 0.5\\cdot3-0.25\\cdot(-1)+0.1=1.85$
- $L = \\frac12((-0.9)^2+2.85^2)=4.46625$
- $\\partial L/\\partial w_1 = -0.9\\cdot1+2.85\\cdot3=7.65$
"""


def test_the_new_loss_is_not_the_old_one() -> None:
    """A new loss after a step the text does not follow is left open; the old one is not."""
    text = _FIT + "\nThe new loss is $L=1.3605$.\n"
    assert _blamed(text) == []
    assert _blamed(text.replace("=4.46625", "=4.64625")) == ["4.64625"]


def test_a_difference_quotient_of_a_loss_that_is_only_figures() -> None:
    """Where the text's figures do not lead from the weight to its loss, moving the weight is not said to do nothing."""
    text = _FIT + "\nWith $\\epsilon=0.001$ we get $(L(w_1+\\epsilon)-L(w_1-\\epsilon))/(2\\epsilon)\\approx 7.650$.\n"
    assert _blamed(text) == []
    moved = "$L(w) = (w - 1)^2$ with $w = 0.5$, $\\epsilon = 0.01$.\n\n$L(w + \\epsilon) = 0.2401$\n"
    assert _blamed(moved) == []
    assert _blamed(moved.replace("0.2401", "0.2410")) == ["0.2410"]


def test_two_equations_joined_by_a_french_and() -> None:
    """`… et ∂E/∂b = …` begins an equation of its own."""
    text = """On a s = w·x + b, y = tanh(s), E = ½ (y − t)², x = 1,5, t = 0,8, w = 0,3, b = −0,1.

y = tanh(0,35) = 0,3364

δ = (y − t)(1 − y²) = −0,4112

∂E/∂w = δ·x = −0,6167 et ∂E/∂b = δ = −0,4112
"""
    assert _blamed(text) == []
    assert _blamed(text.replace("−0,6167", "−0,6617")) == ["−0,6617"]


def test_a_loss_that_only_words_name() -> None:
    """δ = ŷ - y is the slope of the cross-entropy, which the text names in words: no loss is made of δ."""
    text = """The loss is the cross-entropy, $x=[1.0, 0.5]^T$, $y=[1,0]^T$.

$$W^{[1]}=\\begin{bmatrix}0.1&0.2\\\\0.3&-0.4\\end{bmatrix}$$

$$W^{[2]}=\\begin{bmatrix}0.5&-0.3\\\\-0.2&0.6\\end{bmatrix}$$

$$a^{[1]}=\\mathrm{ReLU}(W^{[1]}x)=\\begin{bmatrix}0.2\\\\0.1\\end{bmatrix}$$

$$\\hat y=\\mathrm{softmax}(W^{[2]}a^{[1]})=\\begin{bmatrix}0.5125\\\\0.4875\\end{bmatrix}$$

$$\\delta^{[2]}=\\hat y-y=\\begin{bmatrix}-0.4875\\\\0.4875\\end{bmatrix}$$

$$\\frac{\\partial L}{\\partial W^{[2]}}=\\delta^{[2]}(a^{[1]})^T
=\\begin{bmatrix}-0.0975&-0.0488\\\\0.0975&0.0488\\end{bmatrix}$$
"""
    assert _blamed(text) == []
    assert _blamed(text.replace("0.0975&0.0488\\end", "0.0795&0.0488\\end")) != []


_SCORES = """$$z=Wx+b, \\quad x=[1, 2], \\quad b=[0,0,0]$$

$$W=\\begin{bmatrix} 0.5 & 1\\\\ 1.5 & 0\\\\ -1 & 1\\end{bmatrix}$$

$$z_1=0.5\\cdot1+1\\cdot2=2.5,\\quad z_2=1.5\\cdot1+0\\cdot2=1.5,\\quad z_3=-1\\cdot1+1\\cdot2=1$$

$$p_i=\\frac{e^{z_i}}{\\sum_j e^{z_j}}, \\qquad L=-\\sum_i y_i\\log p_i$$

$$p_1=\\frac{12.182}{19.382}\\approx 0.629,\\quad p_2=\\frac{4.482}{19.382}\\approx 0.231,\\quad p_3\\approx 0.140$$

$$\\frac{\\partial L}{\\partial z_i}=p_i-y_i$$
"""


def test_targets_that_nobody_has_given_sum_to_one() -> None:
    """∂L/∂z_i is p_i Σ y - y_i: inputs of 1 and biases of 0 do not hide that labels sum to 1."""
    assert _blamed(_SCORES) == []
    assert _blamed(_SCORES.replace("=p_i-y_i", "=y_i-p_i")) == ["y_i-p_i"]


_EINSTEIN = r"""We sum over every index that occurs twice.

$$u_k = x_j V_{jk} + c_k, \qquad p_k = \frac{e^{u_k}}{Z}, \qquad Z = \sum_l e^{u_l}$$

$$C = - r_k \log p_k$$

$r$ is one-hot, so $\sum_k r_k = 1$.

$$\frac{\partial C}{\partial p_k} = - \frac{r_k}{p_k}$$

$$\frac{\partial p_k}{\partial u_i} = p_k (\delta_{ik} - p_i)$$

$$\frac{\partial C}{\partial u_i} = \frac{\partial C}{\partial p_k} \frac{\partial p_k}{\partial u_i}$$

$$= - \frac{r_k}{p_k} \, p_k (\delta_{ik} - p_i)$$

$$= - r_k \delta_{ik} + r_k p_i$$

$$= p_i - r_i$$

$$V = \begin{pmatrix} 0.2 & -0.1 & 0.4 \\ 0.3 & 0.5 & -0.2 \end{pmatrix}$$

$$x = (1, 2), \quad c = (0, 0, 0), \quad r = (0, 0, 1)$$
"""


def test_a_sum_over_an_index_that_was_multiplied_out() -> None:
    """-r_k δ_ik + r_k p_i is summed over k in both terms: p_i Σ r - r_i."""
    assert _blamed(_EINSTEIN) == []
    assert _blamed(_EINSTEIN.replace(r"{ik} + r_k p_i", r"{ik} - r_k p_i")) != []


SHARED = """
[network]
inputs = 1
loss = "cross-entropy"
layers = [{ units = 3, activation = "softmax", bias = "none" }]
[given]
inputs = [1]
targets = [1, 0, 0]
weights = [1.3, -0.4, 0.5]
[training]
rate = 0.5
"""


def test_a_slope_between_outputs_that_share_a_sum_comes_from_these() -> None:
    """-0.6127 · 0.1119 is -0.06856 and -0.6127 · 0.2753 is -0.1687; with full precision it would be -0.06859."""
    text = "".join(f"$out_{{o{k}}} = {out}$\n\n" for k, out in ((1, 0.6127), (2, 0.1119), (3, 0.2753)))
    text += "".join(
        f"$\\frac{{\\partial out_{{o{k}}}}}{{\\partial net_{{o1}}}} = {slope}$\n\n"
        for k, slope in ((2, -0.06856), (3, -0.1687))
    )
    network = loads(SHARED)
    assert found(verified(text, network), "wrong") == []
    assert [piece for _, piece, _ in found(verified(text.replace("856", "865"), network), "wrong")] == ["-0.06865"]


def test_a_lost_sign_in_front_of_a_figure_that_its_formula_turns_around() -> None:
    """0.4 · 0.59327 + 0.45 · 0.59688 + 0.6 is 1.105904; whoever writes -1.105904 and goes on with it made one slip."""
    text = (
        "$out_{h1} = 0.59327$\n\n$out_{h2} = 0.59688$\n\n"
        "$net_{o1} = 0.4 \\cdot 0.59327 + 0.45 \\cdot 0.59688 + 0.6 = -1.105904$\n\n"
        "$out_{o1} = \\frac{1}{1 + e^{-net_{o1}}} = \\frac{1}{1 + e^{-1.105904}} = 0.751365$\n"
    )
    assert found(verified(text, described()), "wrong") == [(5, "-1.105904", "sign")]
    assert found(verified(text, described()), "carried") == []


def test_the_loss_after_a_step_from_figures_with_as_many_places_however_large() -> None:
    """2.339569 · 3.7 · 1.740179 is 15.063694, each rounded: half of 0.063694² is 0.002028, not the exact 0.0020289."""
    network = in_a_row((2.31, "identity"), (1.7, "identity"), given=3.7, target=15.0, rate=0.01)
    text = (
        "$\\frac{\\partial E}{\\partial w_1} = -0.4701 \\cdot 1.7 \\cdot 3.7 = -2.956929$\n\n"
        "$\\frac{\\partial E}{\\partial w_2} = -0.4701 \\cdot 8.547 = -4.017945$\n\n"
        "$w_1^+ = 2.31 + 0.01 \\cdot 2.956929 = 2.339569$\n\n$w_2^+ = 1.7 + 0.01 \\cdot 4.017945 = 1.740179$\n\n"
        "After the step the loss is $E = 0.002028$.\n"
    )
    assert found(verified(text, network), "wrong") == []
    slip = verified(text.replace("0.002028", "0.002082"), network)
    assert [piece for _, piece, _ in found(slip, "wrong")] == ["0.002082"]


def test_a_point_moved_in_the_first_rounded_figure_adds_no_digit() -> None:
    """0.5932, cut off from 0.59327, with its point moved is 0.05932; 0.9 · 0.5932 is 0.53388, cut off to 0.5338."""
    network = in_a_row((0.755, "sigmoid"), (0.9, "identity"), given=0.5, target=0.1)
    judged = verified("$out_{h1} = 0.05932$\n\n$net_{o1} = 0.5338$\n", network)
    assert [piece for _, piece, _ in found(judged, "wrong")] == ["0.05932"]


def test_what_was_worked_out_unseen_beside_a_slip_comes_from_what_was_meant() -> None:
    """0.0754 · 0.5932 · (1 - 0.5932) is 0.0182, cut off to 0.0181, whatever was written for 0.5932 before."""
    network = in_a_row((0.755, "sigmoid"), (0.9, "identity"), given=0.5, target=0.45)
    text = (
        "$out_{h1} = 0.5392$\n\n$net_{o1} = 0.5338$\n\n$\\frac{\\partial E}{\\partial out_{o1}} = 0.0838$\n\n"
        "$\\frac{\\partial E}{\\partial out_{h1}} = 0.0754$\n\n"
        "$\\frac{\\partial E}{\\partial w_1} = 0.0181 \\cdot 0.5 = 0.0090$\n"
    )
    assert [piece for _, piece, _ in found(verified(text, network), "wrong")] == ["0.5392"]
    slip = verified(text.replace("0.0181 ", "0.0118 "), network)
    assert [piece for _, piece, _ in found(slip, "wrong")] == ["0.5392", "0.0118"]


def test_a_short_figure_is_not_another_one_rounded_where_all_have_more_places() -> None:
    """-0.006403992 may be shown as -0.01, but not among figures of nine places: there -0.01 is the slope of a unit."""
    network = in_a_row((2.2, "tanh"), (-0.8, "leaky-relu"), given=0.5, target=0.2, loss="absolute-error")
    text = (
        "$out_{h1} = 0.800499022$\n\n$net_{o1} = -0.640399217$\n\n$out_{o1} = -0.006403992$\n\n"
        "$\\frac{\\partial E}{\\partial w_2} = (-0.01) \\cdot 0.800499022 = -0.008004990$\n"
    )
    assert found(verified(text, network), "wrong") == []
    slip = text.replace("\\cdot 0.800499022 = -0.008004990", "\\cdot 0.804099022 = -0.008040990")
    assert [piece for _, piece, _ in found(verified(slip, network), "wrong")] == ["0.804099022"]


def test_a_slope_below_the_new_weights_is_not_known_by_being_nearly_nothing_after_them() -> None:
    """(0.13 · 17 · 0.8 - 2) · 0.8 is -0.1856; after the step it would be 0, give or take 0.01 of what is rounded."""
    network = in_a_row((0.13, "identity"), (0.8, "identity"), given=17, target=2.0, rate=0.00525)
    text = "## New weights\n\n$w_2^+ = 0.803$\n\n$\\delta_{h1} = -0.186$\n"
    assert found(verified(text, network), "wrong") == []
    slip = verified(text.replace("-0.186", "-0.002"), network)
    assert [piece for _, piece, _ in found(slip, "wrong")] == ["-0.002"]
