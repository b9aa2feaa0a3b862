"""What a document says beside its example: what would come out otherwise, other samples, figures nobody explains."""

from __future__ import annotations

import pytest

from bpsym.verify.read import read_text
from bpsym.verify.report.data import report_of
from bpsym.verify.run import verify


def _blamed(text: str) -> list[str]:
    report = report_of(verify(read_text(text, "text.md")))
    return [f.written for f in report.findings if f.verdict in ("wrong", "carried")]


_NEURON = """A neuron $z = w x + b$, $a = \\sigma(z)$ with $w = 0.5$, $x = 2$, $b = 0.1$ and target $t = 1$.

$z = 0.5 \\cdot 2 + 0.1 = 1.1$, $a = \\sigma(1.1) = 0.7503$

The loss is $L = -\\ln a = -\\ln 0.7503 = 0.2873$ and $\\delta = a - t = -0.2497$.

"""


@pytest.mark.parametrize(
    "said",
    [
        "With the quadratic loss instead, $\\delta = (a - t)\\,a\\,(1 - a) = -0.0468$.",
        "If we dropped the bias, $z = w x = 1.0$.",
        "With twice the bias we'd have got $z = 0.5 \\cdot 2 + 0.2 = 1.2$.",
        "### What if the target were 0?\n\nThen $\\delta = a - t = 0.7503$.",
    ],
)
def test_what_would_come_out_otherwise_is_no_error(said: str) -> None:
    """A figure of another case, told by its words, is not held against the example; the same slip without them is."""
    assert _blamed(_NEURON + said) == []
    assert _blamed(_NEURON.replace("-0.2497", "-0.2947") + said) == ["-0.2947"]


def test_a_loss_named_at_last_for_comparison_is_not_the_loss() -> None:
    """`L = ½(o-t)²` of a remark is not what the deltas before it come from; `o - t` with a slip is blamed."""
    text = """Logistic output $o = \\sigma(n)$ with $n = v h + c$, $h = 0.5$, $v = 0.6$, $c = 0.3$, target $t = 1$.
The loss is $L = -t \\ln o - (1-t) \\ln(1-o)$.

$n = 0.6 \\cdot 0.5 + 0.3 = 0.6$, $o = \\sigma(0.6) = 0.645656$

$\\delta = \\frac{\\partial L}{\\partial n} = o - t = 0.645656 - 1 = -0.354344$

With $L = \\frac12 (o-t)^2$ instead, $\\delta = (o-t) o (1-o) = -0.081067$.
"""
    assert _blamed(text) == []
    assert "-0.345344" in _blamed(text.replace("= -0.354344", "= -0.345344"))


_SAMPLES = """The rule: $w \\leftarrow w + \\eta (t - y) x$. We start from $w = 0.3$, $b = -0.2$, $\\eta = 0.2$.

**Sample 1**: x = 0, t = 0.

z = 0.3·0 − 0.2 = −0.2, so y = 0. Error t − y = 0 − 0 = 0.

**Sample 2**: x = 1, t = 1.

z = 0.3·1 − 0.2 = 0.1, so y = 1. Error t − y = 1 − 1 = 0.
"""


def test_each_sample_has_its_own_target() -> None:
    """The error of the second sample is taken with its own target; a slip in it is blamed."""
    assert _blamed(_SAMPLES) == []
    assert _blamed(_SAMPLES.replace("0.3·1 − 0.2 = 0.1", "0.3·1 − 0.2 = 0.2")) != []


_METHODS = """# Optimisers

$L(w) = \\frac12 (2 w - 1)^2$, $w_0 = 1.5$, $\\eta = 0.1$; the gradient is $g = (2 w - 1) \\cdot 2$.

**Plain descent**:

$g_0 = (1.5 \\cdot 2 - 1) \\cdot 2 = 4$, $w_1 = 1.5 - 0.1 \\cdot 4 = 1.1$

$g_1 = (1.1 \\cdot 2 - 1) \\cdot 2 = 2.4$, $w_2 = 1.1 - 0.1 \\cdot 2.4 = 0.86$

**Momentum**, $\\beta = 0.9$, $v_0 = 0$, $v \\leftarrow \\beta v + g$, $w \\leftarrow w - \\eta v$:

$v_1 = 0.9 \\cdot 0 + 4 = 4$, $w_1 = 1.5 - 0.1 \\cdot 4 = 1.1$

$v_2 = 0.9 \\cdot 4 + 2.4 = 6$, $w_2 = 1.1 - 0.1 \\cdot 6 = 0.5$

$g_2 = (0.5 \\cdot 2 - 1) \\cdot 2 = 0$, $v_3 = 0.9 \\cdot 6 + 0 = 5.4$, $w_3 = 0.5 - 0.54 = -0.04$

**Adam**, $\\beta_1 = 0.9$, $\\beta_2 = 0.999$:

$g_1 = 4$

$m_1 = 0.9 \\cdot 0 + 0.1 \\cdot 4 = 0.4$, $v_1 = 0.999 \\cdot 0 + 0.001 \\cdot 16 = 0.016$
"""


def test_paragraphs_with_a_heading_of_their_own_are_sections() -> None:
    """Names used anew under each method in bold are read by themselves; a slip there is blamed."""
    assert _blamed(_METHODS) == []
    assert "5.6" in _blamed(_METHODS.replace("0 = 5.4$", "0 = 5.6$"))


def test_a_figure_nobody_explains_is_rounded() -> None:
    """What follows from `p = 0.3809` may have been worked out from more digits; not what is far from it."""
    text = "The softmax gives $p_1 = 0.6191$, $p_2 = 0.3809$.\n\nThe loss is $L = -\\ln p_2 = -\\ln 0.3809 = 0.9651$.\n"
    assert _blamed(text) == []
    assert _blamed(text.replace("0.9651", "0.9615")) == ["0.9615"]


def test_names_given_one_number_in_a_remark() -> None:
    """`d1 = e1 = 0.3` of tied weights does not say that d1 is e1 before; a slip there is blamed."""
    text = """e1 = 0.3, x1 = 0.8, d1 = 0.6

z = 0.3*0.8 = 0.24

r1 = 0.6*0.24 = 0.144

dL/dr1 = r1 - x1 = 0.144 - 0.8 = -0.656

Somebody asked about tied weights (d1 = e1 = 0.3). Then r1 = 0.3*0.24 = 0.072.
"""
    assert _blamed(text) == []
    assert "-0.665" in _blamed(text.replace("-0.656", "-0.665"))


def test_a_derivative_nothing_is_said_of() -> None:
    """∂a/∂z where the text does not say how a is made of z is not 0."""
    text = """$a_1 = \\sigma(w_1 x)$, $a_2 = \\sigma(w_2 a_1)$, $C = (a_2 - y)^2$ with $x = 1.5$,
$w_1 = 0.8$, $w_2 = 0.2$, $y = 0.5$.

$a_1 = \\sigma(1.2) = 0.769$

$z_2 = 0.2 \\times 0.769 = 0.154$

$a_2 = \\sigma(0.154) = 0.538$

$\\frac{\\partial a_2}{\\partial z_2} = 0.538 (1 - 0.538) = 0.249$
"""
    assert _blamed(text) == []
    assert _blamed(text.replace("= 0.249", "= 0.294")) != []


def test_a_list_after_the_step() -> None:
    """New probabilities after the step are not the old ones."""
    text = """x = [1, 2], W = [[0.3, -0.2], [-0.5, 0.6]], y = [0, 1]

z = W x = [-0.1, 0.7]

p = softmax(z) = [0.3100, 0.6900]

dz = p - y = [0.3100, -0.3100]

After the step p = [0.0738, 0.9262].
"""
    assert _blamed(text) == []
    assert _blamed(text.replace("[0.3100, -0.3100]", "[0.3010, -0.3100]")) != []


def test_new_weights_are_rounded() -> None:
    """The pass after the step may go on with unrounded weights; a slip there is blamed."""
    text = """w = 0.2, v = -0.6, b = 0.3, x = 1, u = 0.5, target 1

net = 0.2 · 1 + (-0.6) · 0.5 + 0.3 = 0.2

out = 1/(1 + e^(-0.2)) = 0.5498

w = 0.2 + 2 · 0.1114 = 0.4229

v = -0.6 + 2 · 0.0557 = -0.4886

b = 0.3 + 2 · 0.1114 = 0.5229

net = 0.4229 · 1 + (-0.4886) · 0.5 + 0.5229 = 0.7014
"""
    assert _blamed(text) == []
    assert _blamed(text.replace("= 0.7014", "= 0.7104")) == ["0.7104"]
