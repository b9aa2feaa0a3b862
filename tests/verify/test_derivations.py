"""Short derivations in the notations people use, judged without a description, unbroken and with known slips."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from bpsym.verify.read import read_text
from bpsym.verify.report.data import DocumentReport, report_of
from bpsym.verify.run import verify

FOLDER = Path(__file__).parent.parent / "data" / "derivations"
JUDGED = 0.9  # of a document's claims, without a description


def _slips() -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for slip in tomllib.loads((FOLDER / "truth.toml").read_text(encoding="utf-8"))["slip"]:
        found[slip["file"]].append(slip)
    return dict(found)


SLIPS = _slips()


def _report(name: str, text: str) -> DocumentReport:
    return report_of(verify(read_text(text, name)))


@pytest.mark.parametrize("name", sorted(SLIPS))
def test_slips_are_found_where_they_are(name: str) -> None:
    """Each slip is reported on its line, no other line is called wrong, and nearly every claim is judged."""
    report = _report(name, (FOLDER / name).read_text(encoding="utf-8"))
    verdicts = defaultdict(set)
    for finding in report.findings:
        verdicts[finding.line].add(finding.verdict)
    for slip in SLIPS[name]:
        enough = {"wrong", "carried"} if slip["verdict"] == "carried" else {"wrong"}
        assert verdicts[slip["line"]] & enough, slip
    lines = {slip["line"] for slip in SLIPS[name]}
    assert {line for line, kinds in verdicts.items() if "wrong" in kinds} <= lines
    open_claims = report.counts["undecided"] + report.counts["unreadable"]
    assert open_claims <= (1 - JUDGED) * report.claims


@pytest.mark.parametrize("name", sorted(SLIPS))
def test_unbroken_derivations_raise_no_alarm(name: str) -> None:
    """With every slip put right, nothing is called wrong or carried."""
    lines = (FOLDER / name).read_text(encoding="utf-8").split("\n")
    for slip in SLIPS[name]:
        lines[slip["line"] - 1] = slip["right"]
    report = _report(name, "\n".join(lines))
    assert [f for f in report.findings if f.verdict in ("wrong", "carried")] == []


@pytest.mark.parametrize(
    "formulas",
    [
        [r"\delta = (a - y) \, f'(z)"],
        [r"\delta^L = (a^L - y) \odot \sigma'(z^L)", r"\delta^l = (w^{l+1})^T \delta^{l+1} \odot \sigma'(z^l)"],
        [r"\delta^L = (a^L - y) \odot \sigma'(z^L)", r"\frac{\partial C}{\partial b^l_j} = \delta^l_j"],
    ],
)
def test_rules_of_no_stated_loss_blame_nobody(formulas: list[str]) -> None:
    """The error signals of a page that writes down no loss are what it says they are (Nielsen 2015, chapter 2)."""
    assert _report("rules.md", "\n\n".join(f"$${formula}$$" for formula in formulas)).counts["wrong"] == 0


_LAYERS = """$a^{(1)} = x + 0.1 = 0.6$ with $x = 0.5$, $a^{(2)} = a^{(1)} + 0.1 = 0.7$

| $l$ | $a^{(l)}$ |
|---|---|
"""
_STEPS = """θ = 0.2, w1 = 0.3, w2 = -0.1. Y = step(x1*w1 + x2*w2 - θ), i.e. Y = 1 if x1*w1 + x2*w2 >= θ, else 0.

| x1 | x2 | w1 | w2 | Y |
|---|---|---|---|---|
| 0 | 1 | 0.3 | -0.1 | 0 |
| 1 | 0 | 0.3 | -0.1 | 1 |
| 1 | 1 | 0.2 | -0.1 | 0 |

The last row: $X = x_1 w_1 + x_2 w_2 - \\theta = """


_GRID = "$Z = \\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}$\n\n"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (r"$z = \num{-0,35} \cdot 2 + 1 = 0.3$", 0),
        (r"$z = \num{-0,35} \cdot 2 + 1 = 1.7$", 1),
        (r"$\operatorname{th}(0.5) = 0.4621$", 0),
        (r"$\operatorname{th}(0.5) = 0.6225$", 1),
        ("Rate E=0.6.\n\nError = (0-0.65)^2 = 0.42\n\nd = E * 0.5 = 0.3", 0),
        ("$P(y=1|x) = 0.7$ and $P(y=0|x) = 1 - 0.7 = 0.3$", 0),
        ("| unit $j$ | $n_j$ | $h_j = \\sigma(n_j)$ |\n|---|---|---|\n| 1 | 0.5 | 0.6225 |\n| 2 | -1 | 0.2689 |", 0),
        ("| unit $j$ | $n_j$ | $h_j = \\sigma(n_j)$ |\n|---|---|---|\n| 1 | 0.5 | 0.6225 |\n| 2 | -1 | 0.7311 |", 1),
        ("| $w_1$ | 0.5 | $w_2$ | -0.2 |\n|--|--|--|--|\n| $x_1$ | 2 | $x_2$ | 3 |\n\n$w_1 x_1 + w_2 x_2 = 0.4$", 0),
        (_LAYERS + "| 1 | 0.6 |\n| 2 | 0.7 |", 0),
        (_LAYERS + "| 1 | -0.6 |\n| 2 | 0.7 |", 1),
        (_STEPS + "1 \\cdot 0.2 + 1 \\cdot (-0.1) - 0.2 = -0.1$", 0),
        (_STEPS + "1 \\cdot 0.2 + 1 \\cdot (-0.1) - 0.2 = 0.1$", 1),
        (_STEPS + "1 \\cdot 0.2 + 1 \\cdot (-0.4) - 0.2 = -0.4$", 1),
        ("yd5 = 0 is desired.\n\ny5 = 0.51\n\ne = yd5 - y5 = -0.51", 0),
        ("[\nz = [2.0,;1.0]\n]\n\n[\ns = frac{z_1}{4} = 0.5, quad q = s , z_2 = 0.5\n]", 0),
        ("[\nz = [2.0,;1.0]\n]\n\n[\ns = frac{z_1}{4} = 0.5, quad q = s , z_2 = 0.6\n]", 1),
        (_GRID + "$s = np.sum(Z, axis=1, keepdims=True) = \\begin{bmatrix} 3 \\\\ 7 \\end{bmatrix}$", 0),
        (_GRID + "$s = \\text{np.sum}(Z, axis=1) = \\begin{bmatrix} 4 \\\\ 6 \\end{bmatrix}$", 1),
        (_GRID + "$s = \\frac{1}{2} np.sum(Z, axis = 0) = [2, 3]$", 0),
        ("For $z \\le 0$ with $\\alpha = 1$: $\\alpha e^z = \\text{ELU}(z) + \\alpha$", 0),
        ("With $\\alpha = 1$: $\\alpha e^z = \\text{ELU}(z) - \\alpha$", 1),
        ("Take $\\eta = 1$.\n\n| w | gradient | new |\n|---|---|---|\n| $u$ | $0.3 \\cdot 0.2 = 0.06$ | 0.34 |", 0),
    ],
)
def test_small_notations(text: str, wrong: int) -> None:
    """siunitx, th, a rate called E, desired outputs, functions in pieces, and tables of units, layers and steps."""
    counts = _report("notation.md", text).counts
    assert counts["wrong"] == wrong
    assert counts["unreadable"] == 0


_CLIMB = """Given x = 2, y = 3, v1 = 1.2, c = 0.2 and the step size η = 0.01.

p = v1*x + c = 1.2*2 + 0.2 = 2.6

L = (p - y)^2 = (2.6 - 3)^2 = 0.16

dL/dv1 = 2*(p - y)*x = -1.6

dL/dc = 2*(p - y) = -0.8

"""
_ROUNDS = """Given x = 0.6, d = 0.9, w1 = 0.3, w2 = 0.5, η = 0.4.

h = w1 x = 0.18

o = w2 h = 0.09

E = 1/2 (o - d)^2 = 0.32805

δ = o - d = -0.81

∂E/∂w2 = δ h = -0.1458

∂E/∂w1 = δ w2 x = -0.243

w2(1) = 0.5 + 0.4*0.1458 = 0.55832

w1(1) = 0.3972

After the first step the output is o = 0.13306. Second step with the new h = 0.23832:

δ = -0.76694

"""


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (_CLIMB + "v1: 1.2 -> 1.2 - 0.01*(-1.6) = 1.216\n\nc: 0.2 -> 0.2 - 0.01*(-0.8) = 0.208", 0),
        (_CLIMB + "v1: 1.2 -> 1.2 - 0.01*(-1.6) = 1.184\n\nc: 0.2 -> 0.2 - 0.01*(-0.8) = 0.208", 1),
        (_CLIMB + "v1: 1.2 → 1.216\n\nc = 0.2 - 0.01*(-0.8) = 0.192", 1),
        (_ROUNDS + "∂E/∂w2 = -0.76694 × 0.23832 = -0.18278", 0),
        (_ROUNDS + "∂E/∂w2 = -0.76694 × 0.23832 = -0.28178", 1),
    ],
)
def test_values_after_a_step(text: str, wrong: int) -> None:
    """Steps written with a colon and an arrow, by any letter that is trained, and steps that are counted: `w2(1)`."""
    assert _report("steps.md", text).counts["wrong"] == wrong


_RIDGE = r"""
$$J(W) = \frac{1}{2m} \|XW - Y\|^2 + \frac{\lambda}{2} \|W\|^2$$

The best choice is $W^* = (X^T X + m \lambda I)^{-1} X^T Y$.

$m = 2$, $\lambda = 0.1$, $W = \begin{bmatrix} 0.5 \\ 1 \end{bmatrix}$,

$$X = \begin{bmatrix} 1 & 2 \\ 0 & 1 \end{bmatrix}, \qquad Y = \begin{bmatrix} 2 \\ 0 \end{bmatrix}$$

$$XW - Y = \begin{bmatrix} 0.5 \\ 1 \end{bmatrix}$$
"""


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("ridge.md", _RIDGE, 0),
        ("inverse.md", r"$f(x) = \tan^{-1}(x)$, $f'(x) = \frac{1}{1 + x^2}$", 0),
        ("two.rst", ".. math::\n\n   a = 2 \\cdot 3 = 6\n\n   b = a + 1 = 7\n", 0),
        ("two.rst", ".. math::\n\n   a = 2 \\cdot 3 = 6\n\n   b = a + 1 = 8\n", 1),
    ],
)
def test_names_and_blocks_that_mislead(name: str, text: str, wrong: int) -> None:
    """W^* is not W, J(W) no product, tan^{-1} no quotient, and a block of reStructuredText holds several equations."""
    assert _report(name, text).counts["wrong"] == wrong


SIGNAL_IN_PARTS = r"""
$$x = \begin{pmatrix} 0.5 \\ -1 \end{pmatrix}, \quad V = \begin{pmatrix} 0.2 & -0.3 \\ 0.4 & 0.1 \end{pmatrix}, \quad
y = \begin{pmatrix} 1 \\ 0 \end{pmatrix}$$

$s = V x$, $p = \mathrm{softmax}(s)$, $L = -\sum_k y_k \log p_k$, and

$$s = \begin{pmatrix} 0.4 \\ 0.1 \end{pmatrix}, \quad p = \begin{pmatrix} 0.57444 \\ 0.42556 \end{pmatrix}$$

$$\frac{\partial p_k}{\partial s_j} = p_k (\delta_{kj} - p_j)$$

where $\delta_{kj}$ is the Kronecker delta.

$$\delta_s = p - y = \begin{pmatrix} -0.42556 \\ 0.42556 \end{pmatrix}$$

From $s_j = \sum_i V_{ji} x_i$ we have $\partial L/\partial V_{ji} = RULE$.
"""


@pytest.mark.parametrize(("rule", "wrong"), [(r"\delta_{s,j} x_i", 0), (r"\delta_{s,i} x_j", 1)])
def test_an_entry_of_a_signal_is_no_kronecker_delta(rule: str, wrong: int) -> None:
    """Beside δ_kj, 1 where k = j, stands δ_{s,j}, the j-th entry of δ_s: ∂L/∂V_ji = (p_j - y_j) x_i by hand."""
    report = _report("softmax.md", SIGNAL_IN_PARTS.replace("RULE", rule))
    assert report.counts["wrong"] == wrong
    assert report.counts["undecided"] == 0
