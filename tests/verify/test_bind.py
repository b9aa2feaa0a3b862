"""Names are bound by spelling and by meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from transcripts import described, found, verified

if TYPE_CHECKING:
    from bpsym.spec import Description


@pytest.fixture(scope="module")
def network() -> Description:
    """The description of the 2-2-2 network."""
    return described()


@pytest.mark.parametrize(
    "claim",
    [
        r"$z_{h1} = w_1 x_1 + w_2 x_2 + b_1 = 0.3775$",
        r"$a_{o1} = \sigma(z_{o1}) = 0.751365$",
        r"$net_{01} = 1.105906$",
        r"$E_{o1} = \frac{1}{2}(target_{o1} - out_{o1})^2 = 0.274811$",
        r"$\delta_{o1} = \frac{\partial E}{\partial net_{o1}} = 0.138499$",
        r"$z^{(1)}_1 = w^{(1)}_{11} x_1 + w^{(1)}_{12} x_2 + b_1$",
        r"$\frac{dE}{dw_5} = \delta_{o1} out_{h1}$",
        r"$\Delta E/\Delta out_{h1} = \delta_{o1} w_5 + \delta_{o2} w_7$",
        r"$w_5' = w_5 - \eta \frac{\partial E_{total}}{\partial w_5} = 0.358916$",
        r"$\frac{\partial E_{total}}{\partial w_1} = \left(\sum_o \delta_o w_{ho}\right) out_{h1} (1 - out_{h1}) i_1$",
    ],
)
def test_spellings_of_the_same_quantities(network: Description, claim: str) -> None:
    """z and net, a and out, a zero for an o, layers in superscripts, deltas, primes: all name the same network."""
    judged = verified(claim + "\n", network)
    assert set(judged.counts) == {"right"}, judged.judgements


def test_an_unknown_name_is_what_its_line_says(network: Description) -> None:
    """A label given to a derivative stands for it in later lines."""
    lines = (
        "ΔE/Δout_o1 = out_o1 - target_o1 = R1",
        "Δout_o1/Δnet_o1 = out_o1*(1-out_o1) = R2",
        "=> ΔE/Δw5 = R1 * R2 * out_h1",
    )
    text = "\n".join(("```", *lines, "```", ""))
    assert set(verified(text, network).counts) == {"right"}


def test_the_opposite_sign_of_delta_is_a_note(network: Description) -> None:
    """Both signs of the error signal are in use: the other one is worth a word and no more."""
    assert set(verified(r"$\frac{\partial E}{\partial w_5} = -\delta_{o1} out_{h1}$" + "\n", network).counts) == {
        "note"
    }


def test_who_has_shown_the_sign_of_delta_means_that_one(network: Description) -> None:
    """δ_o1 = ∂E/∂net_o1 = 0.1384986 stands there: then ∂E/∂w5 is no -δ_o1 · out_h1."""
    text = r"$\delta_{o1} = 0.1384986$" + "\n\n" + r"$\frac{\partial E}{\partial w_5} = -\delta_{o1} out_{h1}$" + "\n"
    assert [line for line, _, _ in found(verified(text, network), "wrong")] == [3]


def test_a_document_may_be_its_own_description() -> None:
    """Without a description, givens and definitions in the text are enough to find a wrong value."""
    text = "$x = 2$, $w = 0.25$, $b = 0.1$\n\n$$z = w x + b = 0.6$$\n\n$$a = \\frac{1}{1+e^{-z}} = 0.6457$$\n\n"
    assert found(verified(text), "wrong") == []
    wrong = found(verified(text.replace("0.6457", "0.6547")), "wrong")
    assert [(piece, cause) for _, piece, cause in wrong] == [("0.6547", "digits-swapped")]


def test_a_rule_for_any_layer(network: Description) -> None:
    """An index letter stands for every layer and unit it can: the rule must hold for all of them."""
    assert set(verified(r"$a^l_j = \sigma(z^l_j)$" + "\n", network).counts) == {"right"}
    assert set(verified(r"$a^l_j = \sigma(a^l_j)$" + "\n", network).counts) == {"wrong"}
