"""Why a line is wrong in a document without a description: told by the network its own equations make."""

from __future__ import annotations

import pytest

from bpsym.verify.alone.own import own_state
from bpsym.verify.givens import Givens
from bpsym.verify.meaning.layered import layered
from bpsym.verify.read import read_text
from bpsym.verify.report.data import report_of
from bpsym.verify.run import verify

# w_1 = 0.3, w_2 = -0.2 into one tanh unit, v into a sigmoid, all worked by hand
NETWORK = r"""
$x_1 = 0.5$, $x_2 = 1$, $y = 1$, $w_1 = 0.3$, $w_2 = -0.2$, $v = 0.4$, $c = 0.1$

$$ u = w_1 x_1 + w_2 x_2 $$
$$ h = \tanh(u) $$
$$ s = v h + c $$
$$ p = \frac{1}{1 + e^{-s}} $$
$$ L = -y \ln p - (1 - y) \ln(1 - p) $$
"""


def entries(text: str) -> dict[str, str] | None:
    """What the document's atoms are in the network its equations make."""
    network = own_state(read_text(text, "own.md"), Givens.of({})).scope.network
    assert network is not None
    found = layered(network)
    return None if found is None else {str(atom): str(entry) for atom, entry in found.entries.items()}


def causes(text: str) -> list[tuple[str, str]]:
    """What is written wrongly, and the mistake it is put down to."""
    verified = verify(read_text(NETWORK + text, "own.md"))
    wrong = [j for j in verified.judgements if j.verdict == "wrong"]
    return [(verified.document.text[j.span.start : j.span.end], j.rule) for j in wrong]


def test_layers_are_recovered() -> None:
    """Units, weights, the bias, the target and the loss get their entries, whatever their names are."""
    assert entries(NETWORK) == {
        "x_1": "x[1]", "x_2": "x[2]", "y": "target[1]", "L": "E", "w_1": "W_h[1, 1]", "w_2": "W_h[1, 2]",
        "u": "net_h[1]", "h": "out_h[1]", "v": "W_o[1, 1]", "c": "b_o[1]", "s": "net_o[1]", "p": "out_o[1]",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        # one weight and three inputs are three samples, no three units
        r"$o_1 = w x_1 + b$, $o_2 = w x_2 + b$, $$E = \frac{1}{2}((t_1 - o_1)^2 + (t_2 - o_2)^2)$$",
        # an output that skips a layer
        r"$z_1 = w_1 x$, $h = \tanh(z_1)$, $z_2 = w_2 h + w_3 x$, $o = \tanh(z_2)$, $$E = \frac{1}{2}(t - o)^2$$",
        # a loss no description has
        r"$z = w x$, $o = \tanh(z)$, $$E = (t - o)^4$$",
    ],
)
def test_other_networks_are_not_taken_for_layers(text: str) -> None:
    """What is no fully connected network is not believed to be one."""
    assert entries(text) is None


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (r"\frac{\partial L}{\partial p} = p - y", "shortcut-for-factor"),
        (r"\frac{\partial L}{\partial s} = y - p", "error-signal-sign"),
        (r"\frac{\partial L}{\partial v} = (p - y) s", "input-of-wrong-layer"),
        (r"\frac{\partial L}{\partial u} = (p - y) v (1 + h^2)", "sign"),
        (r"\frac{\partial L}{\partial u} = (p + y) v (1 + h^2)", ""),
        (r"\frac{\partial L}{\partial u} = (p - y) v", "activation-derivative-forgotten"),
    ],
)
def test_formulas_are_explained(line: str, rule: str) -> None:
    """A formula that a known mistake makes is put down to it."""
    ((_, found),) = causes(f"\n$$ {line} $$\n")
    assert found == (rule or "formula")


def test_the_message_speaks_of_the_documents_names() -> None:
    """The document says v, h and p, so the explanation does."""
    verified = verify(read_text(NETWORK + "\n$$ \\frac{\\partial L}{\\partial s} = y - p $$\n", "own.md"))
    (finding,) = report_of(verified).findings
    assert "y - p was taken" in finding.message
