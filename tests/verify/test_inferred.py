"""The network a document's own numbers are: what nobody wrote a formula for is judged by it."""

from __future__ import annotations

from math import exp, tanh
from typing import TYPE_CHECKING

import pytest

from bpsym.verify.alone.inferred import inferred
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.read import read_text
from bpsym.verify.report.data import report_of
from bpsym.verify.run import _apart_from, verify
from bpsym.verify.tree import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

X, T, ETA = (0.3, 0.9), (0.2, 0.7), 0.5
W = (0.25, -0.4, 0.1, 0.6, 0.35, 0.5, -0.15, 0.45)
B = (0.1, 0.2)


def _s(z: float) -> float:
    return 1 / (1 + exp(-z))


def _filled(text: str, figures: Mapping[str, float]) -> str:
    for name, value in figures.items():
        text = text.replace(f"[{name}]", f"{value:.5f}")
    return text


def _figures() -> dict[str, float]:
    """Forward, backward and one step of a 2-2-2 network by hand: w_1, w_2 lead to h_1, w_5, w_6 to o_1."""
    net = [W[2 * k] * X[0] + W[2 * k + 1] * X[1] + B[0] for k in (0, 1)]
    h = [_s(z) for z in net]
    z = [W[4 + 2 * k] * h[0] + W[5 + 2 * k] * h[1] + B[1] for k in (0, 1)]
    o = [_s(each) for each in z]
    d = [(o[k] - T[k]) * o[k] * (1 - o[k]) for k in (0, 1)]
    new = [W[4 + 2 * k + j] - ETA * d[k] * h[j] for k in (0, 1) for j in (0, 1)]
    found = {f"net{k}": value for k, value in enumerate(net)} | {f"h{k}": value for k, value in enumerate(h)}
    found |= {f"z{k}": value for k, value in enumerate(z)} | {f"o{k}": value for k, value in enumerate(o)}
    found |= {f"w{k}": value for k, value in enumerate(new, 5)} | {"d0": d[0]}
    return found | {"E": sum((o[k] - T[k]) ** 2 / 2 for k in (0, 1))}


SHEET = r"""# One step

Inputs $i_1 = 0.3$, $i_2 = 0.9$, targets $target_{o1} = 0.2$, $target_{o2} = 0.7$, sigmoid everywhere, $\eta = 0.5$.

$w_1 = 0.25, w_2 = -0.4, w_3 = 0.1, w_4 = 0.6, w_5 = 0.35, w_6 = 0.5, w_7 = -0.15, w_8 = 0.45, b_1 = 0.1, b_2 = 0.2$

$$net_{h1} = w_1 * i_1 + w_2 * i_2 + b_1 = NET0$$

$$out_{h1} = \frac{1}{1 + e^{-net_{h1}}} = H0$$

In the same way $net_{h2} = NET1$ and $out_{h2} = H1$, then

- $net_{o1} = Z0$, $out_{o1} = O0$
- $net_{o2} = Z1$, $out_{o2} = O1$

$$E_{total} = \sum \frac{1}{2}(target - output)^2 = ETOTAL$$

$$\delta_{o1} = -(target_{o1} - out_{o1}) * out_{o1}(1 - out_{o1}) = D0$$

The new weights: $w_5^+ = W5, w_6^+ = W6, w_7^+ = W7, w_8^+ = W8$
"""


def _sheet(figures: Mapping[str, float], text: str = SHEET) -> str:
    names = {"ETOTAL": "E", **{name.upper(): name for name in figures if name != "E"}}
    for written in sorted(names, key=len, reverse=True):
        text = text.replace(written, f"{figures[names[written]]:.8f}")
    return text


def test_figures_without_formulas_are_judged() -> None:
    """Every claim of a sheet that shows most units by their figures alone is right, and it is said by what."""
    report = report_of(verify(read_text(_sheet(_figures()), "sheet.md")))
    assert report.counts["right"] + report.counts["last-digit"] == report.claims
    assert "2-2-2, sigmoid, half-squared-error" in report.assumed


@pytest.mark.parametrize(
    ("name", "wrong", "rule"),
    [
        ("w7", W[6] - (_figures()["w7"] - W[6]), "gradient-ascent"),
        ("w6", W[5] - (W[5] - _figures()["w6"]) / ETA, "learning-rate-forgotten"),
    ],
)
def test_a_bare_new_weight_is_held_against_the_network(name: str, wrong: float, rule: str) -> None:
    """A step in the wrong direction, or without the rate, is told although nothing but the new weight is shown."""
    report = report_of(verify(read_text(_sheet({**_figures(), name: wrong}), "sheet.md")))
    blamed = [f for f in report.findings if f.verdict == "wrong"]
    assert [(f.rule, f.expected) for f in blamed] == [(rule, f"{_figures()[name]:.8f}")]


def test_another_number_of_weights_is_no_network() -> None:
    """Where the weights fill no fully connected network, the document speaks for itself."""
    assert inferred(read_text(_sheet(_figures()).replace(", w_8 = 0.45", ""), "sheet.md")) is None


def test_figures_of_another_network_are_not_taken_for_its_own() -> None:
    """Where the figures of a layer are other ones, nothing is held against the network of the givens."""
    figures = {**_figures(), "z0": 0.31, "z1": 0.77, "o0": 0.5768, "o1": 0.6835}
    assert inferred(read_text(_sheet(figures), "sheet.md")) is None


def test_units_counted_through_all_layers() -> None:
    """z_3 is the output behind two hidden units, v_1 and v_2 the weights that lead to it."""
    h = [_s(0.2 * 0.5 + 0.4 * -0.3), _s(-0.1 * 0.5 + 0.6 * -0.3)]
    y = _s(0.3 * h[0] - 0.2 * h[1])
    text = rf"""
$x_1 = 0.5$, $x_2 = -0.3$, $t = 0.8$, $w_{{11}} = 0.2$, $w_{{12}} = 0.4$, $w_{{21}} = -0.1$, $w_{{22}} = 0.6$, sigmoid

$v_1 = 0.3$, $v_2 = -0.2$

$z_1 = -0.02$, $z_2 = -0.23$, $h_1 = {h[0]:.6f}$, $h_2 = {h[1]:.6f}$

$z_3 = {0.3 * h[0] - 0.2 * h[1]:.6f}$, $y = {y:.6f}$

$E = \frac{{1}}{{2}}(t - y)^2 = {(0.8 - y) ** 2 / 2:.6f}$
"""
    found = inferred(read_text(text, "sheet.md"))
    assert found is not None
    assert [layer.units for layer in found.network.spec.network.layers] == [2, 1]


def _two_passes() -> dict[str, float]:
    """Two epochs of a chain by hand: a = s(w_1 x + b_1), y = s(w_2 a + b_2), E = (y - t)^2 / 2, biases moved too."""
    x, t, w, v, b, c = 0.8, 0.3, 0.6, -0.7, 0.1, 0.2
    found: dict[str, float] = {}
    for epoch in "12":
        a = _s(w * x + b)
        y = _s(v * a + c)
        d = (y - t) * y * (1 - y)
        e = d * v * a * (1 - a)
        found |= {f"z{epoch}": w * x + b, f"a{epoch}": a, f"u{epoch}": v * a + c, f"y{epoch}": y}
        found |= {f"d{epoch}": d, f"e{epoch}": e, f"E{epoch}": (y - t) ** 2 / 2}
        v, c, w, b = v - 2 * d * a, c - 2 * d, w - 2 * e * x, b - 2 * e
        found |= {f"v{epoch}": v, f"c{epoch}": c, f"w{epoch}": w, f"b{epoch}": b}
    return found


PASSES = r"""# Two epochs

$x = 0.8$, $t = 0.3$, $\eta = 2$, sigmoid units

$w_1 = 0.6$, $b_1 = 0.1$, $w_2 = -0.7$, $b_2 = 0.2$

$z_1 = 0.6 * 0.8 + 0.1 = [z1]$, $a_1 = [a1]$

$z_2 = -0.7 * [a1] + 0.2 = [u1]$, $a_2 = [y1]$

$E = \frac{1}{2}(a_2 - t)^2 = [E1]$

$\delta_2 = (a_2 - t) a_2 (1 - a_2) = [d1]$, $\delta_1 = \delta_2 w_2 a_1 (1 - a_1) = [e1]$

$w_2 = -0.7 - 2 * [d1] * [a1] = [v1]$, $b_2 = 0.2 - 2 * [d1] = [c1]$

$w_1 = 0.6 - 2 * ([e1]) * 0.8 = [w1]$, $b_1 = 0.1 - 2 * ([e1]) = [b1]$

## Again

$z_1 = [w1] * 0.8 + [b1] = [z2]$, $a_1 = [a2]$

$z_2 = [v1] * [a2] + [c1] = [u2]$, $a_2 = [y2]$

$\delta_2 = [d2]$, $\delta_1 = [e2]$
"""


def test_a_second_epoch_is_judged_by_the_weights_the_first_one_made() -> None:
    """What follows an update is right by the new weights, and every claim is judged."""
    report = report_of(verify(read_text(_filled(PASSES, _two_passes()), "sheet.md")))
    assert report.counts["right"] + report.counts["last-digit"] == report.claims
    assert "1-1-1, sigmoid" in report.assumed


def test_a_bare_figure_of_a_second_epoch_is_held_against_the_stepped_network() -> None:
    """An error signal of epoch two that was copied from epoch one is blamed, with what it ought to be."""
    figures = _two_passes()
    report = report_of(verify(read_text(_filled(PASSES, {**figures, "d2": figures["d1"]}), "sheet.md")))
    blamed = [(f.written, f.expected) for f in report.findings if f.verdict == "wrong"]
    assert blamed == [(f"{figures['d1']:.5f}", f"{figures['d2']:.5f}")]


def test_entries_of_a_given_vector_are_its_own() -> None:
    """Where v is the row of output weights, v_2 is its second entry: a factor forgotten beside it is found."""
    h = [_s(0.4 * 0.5 - 0.1 * -0.9 + 0.1), _s(-0.5 * 0.5 - 0.6 * -0.9 - 0.2)]
    u = 0.7 * h[0] - 0.3 * h[1] + 0.25
    y = _s(u)
    d = (y - 1) * y * (1 - y)
    signals = d * 0.7 * h[0] * (1 - h[0]), d * -0.3 * (1 - h[1])
    text = rf"""
$x_1 = 0.5$, $x_2 = -0.9$, $t = 1$, sigmoid

$$W = \begin{{pmatrix}} 0.4 & -0.1 \\ -0.5 & -0.6 \end{{pmatrix}}, b = \begin{{pmatrix}} 0.1 \\ -0.2 \end{{pmatrix}}$$

$$v = \begin{{pmatrix}} 0.7 & -0.3 \end{{pmatrix}}, c = 0.25$$

$h_1 = {h[0]:.4f}$, $h_2 = {h[1]:.4f}$, $z_o = v_1 h_1 + v_2 h_2 + c = {u:.4f}$, $\hat y = {y:.4f}$

$E = \frac{{1}}{{2}}(t - \hat y)^2 = {(1 - y) ** 2 / 2:.4f}$, $\delta_o = {d:.4f}$

$\delta_1 = \delta_o v_1 h_1 (1 - h_1) = {signals[0]:.4f}$

$\delta_2 = \delta_o v_2 (1 - h_2) = {signals[1]:.4f}$
"""
    report = report_of(verify(read_text(text, "sheet.md")))
    assert {f.line for f in report.findings if f.verdict == "wrong"} == {14}
    assert report.counts["undecided"] == 0


def test_what_only_the_document_itself_says_is_kept() -> None:
    """A claim stays where the network has none on its term; another piece of a term it has blamed is the same claim."""
    text = "$$ a = [0.1, 0.2] $$\n\n$$ b = 0.3 $$\n"
    document = read_text(text, "sheet.md")

    def at(piece: str) -> Judgement:
        start = text.index(piece)
        return Judgement(Span(start, start + len(piece)), Verdict.WRONG)

    first, second, other = map(at, ("0.1", "0.2", "0.3"))
    assert _apart_from([first], [first, second, other], document) == [other]


CHAT = r"""Here is one step by hand.

[
x = \begin{bmatrix} 2 \ 1 \end{bmatrix}, \quad
y = \begin{bmatrix} 1 \ 0 \end{bmatrix}
]

[
W_1 = \begin{bmatrix} 0.5 & -0.25 \ 0.75 & 0.5 \end{bmatrix}, \quad
b_1 = \begin{bmatrix} 0.5 \ 0 \end{bmatrix}
]

[
W_2 = \begin{bmatrix} 0.5 & 1 \ -1 & 0.25 \end{bmatrix}, \quad
b_2 = \begin{bmatrix} 0 \ 0.5 \end{bmatrix}
]

Hidden units are ReLU, the output is a softmax with cross-entropy. Learning rate (\eta = 0.2).

[
a_1 = \text{ReLU}(z_1) = \begin{bmatrix} 1.25 \ 2 \end{bmatrix}, \qquad
z_2 = W_2 a_1 + b_2 = \begin{bmatrix} 2.625 \ -0.25 \end{bmatrix}
]

[
\hat{y} = \text{softmax}(z_2) = \begin{bmatrix} [p0] \ [p1] \end{bmatrix}
]

[
\delta_2 = \hat{y} - y = \begin{bmatrix} [d0] \ [d1] \end{bmatrix}
]

[
\frac{\partial L}{\partial W_2} = \delta_2, a_1^T
= \begin{bmatrix} [g00] & [g01] \ [g10] & [g11] \end{bmatrix}
]

[
\frac{\partial L}{\partial a_1} = W_2^T \delta_2 = \begin{bmatrix} [e0] \ [e1] \end{bmatrix}
]

[
W_2^{\text{new}} = \begin{bmatrix} [w00] & [w01] \ [w10] & [w11] \end{bmatrix}
]
"""


def _chat() -> dict[str, float]:
    """The figures of the sheet by hand; both hidden units are on."""
    p = 1 / (1 + exp(-0.25 - 2.625))
    d, a, w = (p - 1, 1 - p), (1.25, 2.0), ((0.5, 1.0), (-1.0, 0.25))
    found = {"p0": p, "p1": 1 - p, "d0": d[0], "d1": d[1]}
    found |= {f"g{k}{j}": d[k] * a[j] for k in (0, 1) for j in (0, 1)}
    found |= {f"e{j}": w[0][j] * d[0] + w[1][j] * d[1] for j in (0, 1)}
    return found | {f"w{k}{j}": w[k][j] - 0.2 * d[k] * a[j] for k in (0, 1) for j in (0, 1)}


def test_a_display_copied_from_a_chat_keeps_the_rows_of_its_matrices() -> None:
    """Of two backslashes one is left, and of the thin space a comma; words alone tell the rate and the softmax."""
    report = report_of(verify(read_text(_filled(CHAT, _chat()), "chat.md")))
    assert report.counts["right"] + report.counts["last-digit"] == report.claims
    assert "2-2-2, relu, softmax, cross-entropy" in report.assumed


def test_an_entry_of_a_bare_new_matrix_is_held_against_the_rate_words_tell() -> None:
    """One entry of the new weights went up the gradient; nothing but the matrix is shown."""
    figures = _chat()
    wrong = 2 * -1.0 - figures["w10"]
    report = report_of(verify(read_text(_filled(CHAT, {**figures, "w10": wrong}), "chat.md")))
    blamed = [(f.rule, f.written, f.expected) for f in report.findings if f.verdict == "wrong"]
    assert blamed == [("gradient-ascent", f"{wrong:.5f}", f"{figures['w10']:.5f}")]


def test_several_formulas_are_wrong_where_their_figures_are_those_of_the_network() -> None:
    """Two laws with the transpose and the order wrong, each beside figures that are right, are both blamed."""
    text = _filled(CHAT, _chat()).replace(r"W_2^T \delta_2", r"W_2 \delta_2")
    text = text.replace(r"\hat{y} - y =", r"y - \hat{y} =")
    report = report_of(verify(read_text(text, "chat.md")))
    blamed = [f.written for f in report.findings if f.verdict == "wrong"]
    assert blamed == [r"y - \hat{y}", r"W_2 \delta_2"]


TWICE = """
$x_1 = 2$, $x_2 = -1$, $w_{11} = 0.3$, $w_{12} = -0.2$, $w_{21} = 0.4$, $w_{22} = 0.5$, $v_1 = 0.6$, $v_2 = -0.4$

ReLU in the hidden layer, a sigmoid behind it. The target is $y = 1$. In matrices, these are
$W_1 = \\begin{bmatrix} 0.3 & -0.2 \\\\ 0.4 & 0.5 \\end{bmatrix}$ and
$W_2 = \\begin{bmatrix} 0.6 & -0.4 \\end{bmatrix}$; the loss is $L = (y - \\hat{y})^2$.

$z_1 = W_1 x = [0.8, 0.3]$, $a_1 = [0.8, 0.3]$, $z_2 = W_2 a_1 = 0.36$, $\\hat{y} = \\sigma(z_2) = 0.589$

$L = (1 - 0.589)^2 = 0.1689$, $\\frac{\\partial L}{\\partial \\hat{y}} = -0.822$, $\\delta_2 = -0.199$
"""  # 2 · (0.589 - 1) = -0.822; -0.822 · 0.589 · 0.411 = -0.199


def test_weights_told_by_letters_and_in_matrices() -> None:
    """The two tell the same network, though its hidden units have short figures."""
    assert inferred(read_text(TWICE)) is not None
    wrong = [f.written for f in report_of(verify(read_text(TWICE.replace("-0.199", "-0.119")))).findings]
    assert wrong == ["-0.119"]


LINEAR_OUTPUT = """
Two inputs, two tanh units, one linear output y; E = ½(y − t)².

  x₁ = 0.4    x₂ = −0.7    t = 0.5    η = 0.1
  w₁₁ = 0.3   w₁₂ = 0.8    c₁ = −0.1
  w₂₁ = 0.5   w₂₂ = −0.2   c₂ = 0.2
  v₁ = 0.6    v₂ = −0.9    c = 0.1

  zⱼ = Σᵢ wⱼᵢ·xᵢ + cⱼ

  z₁ = 0.3·0.4 + 0.8·(−0.7) − 0.1 = [z0]
  z₂ = 0.5·0.4 − 0.2·(−0.7) + 0.2 = [z1]

  h₁ = tanh([z0]) = [h0]
  h₂ = tanh([z1]) = [h1]

  y = v₁h₁ + v₂h₂ + c = [y]

  e = y − t = [e]
  E = ½·([e])² = [E]

  δⱼ = (y − t)·vⱼ·(1 − hⱼ²)

  1 − h₁² = [s0]
  1 − h₂² = [s1]

  δ₁ = [e] × 0.6 × [s0] = [d0]
  δ₂ = [e] × (−0.9) × [s1] = [d1]

  ∂E/∂w₁₂ = [d0] × (−0.7) = [g0]
  ∂E/∂w₂₂ = [d1] × (−0.7) = [g1]
"""


def _linear_output() -> dict[str, float]:
    """Forward and backward by hand: δ_j = (y - t) v_j (1 - h_j²)."""
    z = (0.3 * 0.4 - 0.8 * 0.7 - 0.1, 0.5 * 0.4 + 0.2 * 0.7 + 0.2)
    h = tuple(map(tanh, z))
    y = 0.6 * h[0] - 0.9 * h[1] + 0.1
    slopes = tuple(1 - each**2 for each in h)
    d = ((y - 0.5) * 0.6 * slopes[0], (y - 0.5) * -0.9 * slopes[1])
    named = {"z": z, "h": h, "s": slopes, "d": d, "g": tuple(-0.7 * each for each in d)}
    found = {f"{name}{k}": value for name, values in named.items() for k, value in enumerate(values)}
    return found | {"y": y, "e": y - 0.5, "E": (y - 0.5) ** 2 / 2}


def _blamed(text: str) -> set[str]:
    judged = verify(read_text(_filled(text, _linear_output()), "linear.txt"))
    lines = _filled(text, _linear_output()).split("\n")
    return {lines[f.line - 1].split()[0] for f in report_of(judged).findings if f.verdict in ("wrong", "carried")}


def test_biases_of_one_letter_and_a_linear_output() -> None:
    """c_1 and c_2 are the hidden units' biases where no b is given, c the output's; e is the error, not 2.718."""
    found = inferred(read_text(_filled(LINEAR_OUTPUT, _linear_output()), "linear.txt"))
    assert found is not None
    assert [layer.activation for layer in found.network.layers] == ["tanh", "identity"]
    assert _blamed(LINEAR_OUTPUT) == set()


def test_a_square_outside_its_bracket() -> None:
    """(1 - h)² is not 1 - h², also as the first thing that is said of δ."""
    assert _blamed(LINEAR_OUTPUT.replace("(1 − hⱼ²)", "(1 − hⱼ)²")) == {"δⱼ"}


def test_an_error_signal_nobody_has_the_figure_of() -> None:
    """v_1 taken for v_2: δ_2 is of the second hidden unit, as δ_1 is of the first, though its figure is nowhere."""
    d = _linear_output()["e"] * 0.6 * _linear_output()["s1"]
    slip = LINEAR_OUTPUT.replace("[e] × (−0.9) × [s1] = [d1]", f"[e] × 0.6 × [s1] = {d:.5f}")
    slip = slip.replace("[d1] × (−0.7) = [g1]", f"{d:.5f} × (−0.7) = {-0.7 * d:.5f}")
    assert _blamed(slip) == {"δ₂", "∂E/∂w₂₂"}


OUT_BESIDE_TARGET = r"""
Inputs $x_1 = 0.5$, $x_2 = 0.3$, target $t_1 = 0.9$, $t_2 = 0.1$; $w_1 = 0.2$, $w_2 = -0.5$, $w_3 = 0.7$, $w_4 = 0.4$,
$w_5 = 0.6$, $w_6 = -0.3$, $w_7 = 0.8$, $w_8 = 0.1$, $b_{h1} = 0.1$, $b_{h2} = -0.2$, $b_{o1} = 0.3$, $b_{o2} = 0.05$.

Hidden units use tanh, output units the sigmoid, the error is $E_{total} = \frac12 \sum (t - o)^2$.

$$net_{h1} = w_1 x_1 + w_2 x_2 + b_{h1} = [z0]$$ $$net_{h2} = w_3 x_1 + w_4 x_2 + b_{h2} = [z1]$$

$$out_{h1} = \tanh([z0]) = [h0]$$ $$out_{h2} = \tanh([z1]) = [h1]$$

$$net_{o1} = w_5 * out_{h1} + w_6 * out_{h2} + b_{o1} = [u0]$$

$$net_{o2} = w_7 * out_{h1} + w_8 * out_{h2} + b_{o2} = [u1]$$

$$out_{o1} = \frac{1}{1+e^{-[u0]}} = [o0]$$ $$out_{o2} = \frac{1}{1+e^{-[u1]}} = [o1]$$

$$E_{total} = \frac12 (0.9 - [o0])^2 + \frac12 (0.1 - [o1])^2 = [E]$$

$$\frac{\partial out_{h1}}{\partial net_{h1}} = 1 - out_{h1}^2$$
"""


def _out_beside_target() -> dict[str, float]:
    z = (0.2 * 0.5 - 0.5 * 0.3 + 0.1, 0.7 * 0.5 + 0.4 * 0.3 - 0.2)
    h = tuple(map(tanh, z))
    u = (0.6 * h[0] - 0.3 * h[1] + 0.3, 0.8 * h[0] + 0.1 * h[1] + 0.05)
    o = tuple(map(_s, u))
    named = {"z": z, "h": h, "u": u, "o": o}
    found = {f"{name}{k}": value for name, values in named.items() for k, value in enumerate(values)}
    return found | {"E": (o[0] - 0.9) ** 2 / 2 + (o[1] - 0.1) ** 2 / 2}


@pytest.mark.parametrize("slope", ["1 - out_{h1}^2", "out_{h1}(1 - out_{h1})"])
def test_o_beside_t_is_the_output(slope: str) -> None:
    """½ Σ (t - o)² is the loss of the network, by which tanh' = 1 - h² is judged where nothing else rests on it."""
    text = _filled(OUT_BESIDE_TARGET, _out_beside_target()).replace("1 - out_{h1}^2", slope)
    report = report_of(verify(read_text(text, "sheet.md")))
    blamed = [f.written for f in report.findings if f.verdict in ("wrong", "carried")]
    assert blamed == ([] if slope.startswith("1 -") else [slope])


WRITTEN_LOW = """Inputs i₁ = 0.3, i₂ = 0.9; targets t₁ = 0.2, t₂ = 0.7; learning rate η = 0.5
w₁ = 0.25, w₂ = −0.4, w₃ = 0.1, w₄ = 0.6, b₁ = 0.1
w₅ = 0.35, w₆ = 0.5, w₇ = −0.15, w₈ = 0.45, b₂ = 0.2
σ(x) = 1/(1 + e^(−x)) everywhere

net h₁ = w₁·i₁ + w₂·i₂ + b₁ = [net0]
out h₁ = 1/(1 + e^(−net h₁)) = [h0]
net h₂ = w₃·i₁ + w₄·i₂ + b₁ = [net1]
out h₂ = σ([net1]) = [h1]
net o₁ = w₅·out h₁ + w₆·out h₂ + b₂ = [z0]
out o₁ = σ([z0]) = [o0]
net o₂ = w₇·out h₁ + w₈·out h₂ + b₂ = [z1]
out o₂ = σ([z1]) = [o1]

E = Σ ½(t − out)² = [E]

δ₁ = ([o0] − 0.2) × [o0] × (1 − [o0]) = [d0]
δ₂ = ([o1] − 0.7) × [o1] × (1 − [o1]) = [d1]
∂E/∂w₆ = δ₁ × out h₂ = [g6]
∂E/∂out h₁ = δ₁·w₅ + δ₂·w₇
∂E/∂out h₁ = [d0]·0.35 + [d1]·(−0.15) = [back]
"""


@pytest.mark.parametrize(
    ("right", "written", "blamed"),
    [
        ("", "", []),
        ("δ₁·w₅ + δ₂·w₇", "δ₁·w₅ + δ₂·w₆", ["w₆"]),
        ("δ₁ × out h₂", "δ₁ × out h₁", ["out h₁"]),
        ("= [z1]", "= 9[z1]", ["9[z1]"]),
    ],
)
def test_units_with_low_numbers_behind_their_names(right: str, written: str, blamed: list[str]) -> None:
    """`out h₁` is a unit's output, and δ₁ is of the first output where its figure says so."""
    figures = _figures()
    d = [(figures[f"o{k}"] - T[k]) * figures[f"o{k}"] * (1 - figures[f"o{k}"]) for k in (0, 1)]
    figures |= {"d1": d[1], "g6": d[0] * figures["h1"], "back": W[4] * d[0] + W[6] * d[1]}
    text = _filled(WRITTEN_LOW.replace(right, written, 1) if right else WRITTEN_LOW, figures)
    report = report_of(verify(read_text(text, "sheet.txt")))
    assert [f.written for f in report.findings if f.verdict == "wrong"] == [_filled(each, figures) for each in blamed]


LISTED = r"""
| symbol | meaning | value |
|--------|---------|-------|
| \( x_1, x_2 \) | inputs | 0.3, 0.9 |
| \( y \) | target | 0.2 |
| \( w_1, w_2, b_1 \) | into neuron 1 | 0.25, −0.4, 0.1 |
| \( w_3, w_4, b_2 \) | into neuron 2 | 0.1, 0.6, −0.3 |
| \( w_5, w_6, b_3 \) | into neuron 3 | 0.35, 0.5, 0.2 |

Sigmoid everywhere, \( L = (y - a_3)^2 \).

\[ a_1 = [a1], \quad a_2 = [a2], \quad a_3 = [a3], \quad L = [L] \]

\[ \delta_3 = -2 (y - a_3) a_3 (1 - a_3) = [d3] \]

\[ \delta_2 = \delta_3 w_6 a_2 (1 - a_2) \]
"""


@pytest.mark.parametrize(("written", "blamed"), [("w_6", []), ("w_5", ["w_5"])])
def test_lists_of_names_beside_lists_of_numbers(written: str, blamed: list[str]) -> None:
    """b_2 is the second neuron's bias though w_1 and w_2 lead into the first one."""
    a1 = _s(0.25 * 0.3 - 0.4 * 0.9 + 0.1)
    a2 = _s(0.1 * 0.3 + 0.6 * 0.9 - 0.3)
    a3 = _s(0.35 * a1 + 0.5 * a2 + 0.2)
    figures = {"a1": a1, "a2": a2, "a3": a3, "L": (0.2 - a3) ** 2, "d3": -2 * (0.2 - a3) * a3 * (1 - a3)}
    text = _filled(LISTED.replace("w_6 a_2", f"{written} a_2"), figures)
    report = report_of(verify(read_text(text, "sheet.md")))
    assert [f.written for f in report.findings if f.verdict == "wrong"] == blamed


STEP = r"""
x1 = 0.4, x2 = 0.7, target t = 0.9, learning rate 0.5


w1 = 0.2, w2 = -0.3, b1 = 0.1, w3 = 0.5, w4 = 0.4, b2 = -0.2, w5 = 0.6, w6 = -0.5, b3 = 0.15

E = 1/2 (t - o)^2, sigmoid everywhere

net1 = w1*x1 + w2*x2 + b1 = [net1]
net2 = w3*x1 + w4*x2 + b2 = [net2]
h1 = [h1], h2 = [h2]
neto = w5*h1 + w6*h2 + b3 = [neto]
o = [o]
E = [E]

delta_o = dE/dneto = (o - t)*o*(1 - o) = [d]
dE/dw5 = delta_o * h1 = [dw5]
dE/db3 = delta_o = [d]

w5' = 0.6 - 0.5 * [dw5] = [w5]
w6' = [w6]

All other weights and the biases are moved in the same way. With the new parameters: o = [o2], E = [E2].
"""


def _pass(w: tuple[float, ...], b: tuple[float, ...]) -> tuple[list[float], list[float], float]:
    net = [w[2 * k] * 0.4 + w[2 * k + 1] * 0.7 + b[k] for k in (0, 1)]
    h = [_s(each) for each in net]
    return net, h, w[4] * h[0] + w[5] * h[1] + b[2]


def _stepped(*, biases: bool) -> dict[str, float]:
    """A 2-2-1 network by hand, and what it comes to after a step of its weights, and of its biases."""
    w, b = (0.2, -0.3, 0.5, 0.4, 0.6, -0.5), (0.1, -0.2, 0.15)
    net, h, neto = _pass(w, b)
    o = _s(neto)
    d = (o - 0.9) * o * (1 - o)
    inner = [d * w[4 + k] * h[k] * (1 - h[k]) for k in (0, 1)]
    slopes = (inner[0] * 0.4, inner[0] * 0.7, inner[1] * 0.4, inner[1] * 0.7, d * h[0], d * h[1])
    new = tuple(old - ETA * slope for old, slope in zip(w, slopes, strict=True))
    moved = tuple(old - ETA * slope for old, slope in zip(b, (*inner, d), strict=True)) if biases else b
    later = _s(_pass(new, moved)[2])
    figures = {"net1": net[0], "net2": net[1], "h1": h[0], "h2": h[1], "neto": neto, "o": o, "E": (o - 0.9) ** 2 / 2}
    figures |= {"d": d, "dw5": slopes[4], "w5": new[4], "w6": new[5]}
    return figures | {"o2": later, "E2": (later - 0.9) ** 2 / 2}


@pytest.mark.parametrize("biases", [True, False])
def test_the_pass_after_a_step_tells_whether_biases_were_moved(biases: bool) -> None:
    """No new bias is shown: outputs and loss after the step are those with the biases moved, or those without."""
    figures = _stepped(biases=biases)
    report = report_of(verify(read_text(_filled(STEP, figures), "step.txt")))
    assert "2-2-1, sigmoid, half-squared-error" in report.assumed
    assert [f for f in report.findings if f.verdict in ("wrong", "carried")] == []
    wrong = report_of(verify(read_text(_filled(STEP, {**figures, "o2": 0.51234}), "step.txt")))
    assert wrong.counts["wrong"] > 0


def test_the_only_output_is_the_entry_that_is_meant() -> None:
    """`dE/db3 = delta_o`, where the vector of error signals has one entry, is no whole vector for an entry."""
    text = _filled(STEP, _stepped(biases=True))
    assert [f for f in report_of(verify(read_text(text, "step.txt"))).findings if f.written == "delta_o"] == []
    text = text.replace("dE/db3 = delta_o =", "dE/db3 = h1 =")
    findings = report_of(verify(read_text(text, "step.txt"))).findings
    assert [f.written for f in findings if f.verdict == "wrong"] == ["h1"]
