"""Names of two letters and more that somebody makes up for a network of nodes A, B, C, D, E."""

from __future__ import annotations

from transcripts import found, verified

NODES = """
Inputs A = 2, B = -1; C and D are hidden nodes with ReLU, E is the output with sigmoid.

wAC = 0.5, wBC = 0.3, wAD = -0.4, wBD = 0.6, wCE = 1.2, wDE = -0.7
bC = 0.1, bD = 0.2, bE = -0.5

sumC = 0.5*2 + 0.3*(-1) + 0.1 = 0.8          C = relu(0.8) = 0.8
sumD = -0.4*2 + 0.6*(-1) + 0.2 = -1.2        D = relu(-1.2) = 0
sumE = 1.2*0.8 + (-0.7)*0 + (-0.5) = 0.46    E = sigmoid(0.46) = 0.613

dL/dwCE = dL/dsumE * C = -0.387 * 0.8 = -0.310
dL/dbC = -0.387 * 1.2 = -0.464

wCE = 1.2 - 0.1*(-0.310) = 1.231
bC = 0.1 - 0.1*(-0.464) = 0.146
"""


def test_a_bias_of_two_letters_is_no_product() -> None:
    """D comes to 0 and the bias bD is 0.2: the name is never taken for b times D."""
    judged = verified(NODES)
    assert found(judged, "wrong") == []
    assert found(judged, "carried") == []


def test_a_slip_among_names_of_two_letters() -> None:
    """0.1 + 0.0464 is 0.146, not 0.164."""
    assert [piece for _, piece, _ in found(verified(NODES.replace("0.146", "0.164")), "wrong")] == ["0.164"]


def test_a_weight_e_is_no_base_of_a_decimal_exponent() -> None:
    """Where e is a weight, 1/(1 + e^0.8) = 0.310026 is still a sigmoid, and e² the square of the weight."""
    text = "\n    a = 0.5   b = 0.3   e = 0.7\n\n    y = 1/(1+e^0.8) = 0.31003\n    r = e^2 = VALUE\n"
    assert set(verified(text.replace("VALUE", "0.49")).counts) == {"right"}
    assert found(verified(text.replace("VALUE", "7.389")), "wrong") != []
