"""Rules of a step held to what a document says its error signals are."""

from __future__ import annotations

import pytest

from transcripts import found, verified

# Down the slope: w - η δ x where δ is ∂E/∂u, w + η δ x where it is minus that.
RULES = r"""
$$ u_j = \sum_i w_{ji} x_i, \quad h_j = \sigma(u_j), \quad s_k = \sum_j v_{kj} h_j, \quad y_k = \sigma(s_k) $$

Let $\delta_k = SIGN\frac{\partial E}{\partial s_k}$.
The hidden units' signals are $\delta_j = h_j (1 - h_j) \sum_k \delta_k v_{kj}$.

$$ v_{kj} \leftarrow v_{kj} FIRST \eta \, \delta_k h_j $$

$$ w_{ji} \leftarrow w_{ji} SECOND \eta \, \delta_j x_i $$
"""


def _rules(sign: str, first: str, second: str) -> list[str]:
    text = RULES.replace("SIGN", sign).replace("FIRST", first).replace("SECOND", second)
    return [piece for _, piece, rule in found(verified(text), "wrong") if rule == "gradient-ascent"]


@pytest.mark.parametrize(("sign", "down", "up"), [("", "-", "+"), ("-", "+", "-")])
def test_a_rule_that_goes_up_beside_one_that_goes_down(sign: str, down: str, up: str) -> None:
    """Of two rules by one kind of signal one has the other sign: it goes up, by what the document says δ is."""
    assert _rules(sign, down, down) == []
    assert _rules(sign, down, up) == [rf"w_{{ji}} {up} \eta \, \delta_j x_i"]


@pytest.mark.parametrize(("sign", "sign_of_steps"), [("", "+"), ("-", "-")])
def test_steps_that_all_go_up(sign: str, sign_of_steps: str) -> None:
    """No step is blamed where none goes down: the document may climb, or its ∂E be of minus a loss."""
    assert _rules(sign, sign_of_steps, sign_of_steps) == []


def test_signals_nobody_says_the_sign_of() -> None:
    """Where δ is no derivative, either sign may be meant."""
    text = RULES.replace(r"SIGN\frac{\partial E}{\partial s_k}", "(t_k - y_k) y_k (1 - y_k)")
    judged = verified(text.replace("FIRST", "+").replace("SECOND", "-"))
    assert [piece for _, piece, rule in found(judged, "wrong") if rule == "gradient-ascent"] == []
