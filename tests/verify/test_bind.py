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


@pytest.mark.parametrize(("weight", "verdict"), [("w_{ij}^k", "right"), ("w_{ji}^k", "wrong")])
def test_numbers_say_which_index_is_the_target(network: Description, weight: str, verdict: str) -> None:
    """Where w_21 is the weight from input 2 to unit 1, the weights a rule sums are w_ij, in every layer."""
    givens = r"$w_{11}^1 = 0.15$, $w_{21}^1 = 0.20$, $w_{12}^1 = 0.25$, $w_{22}^1 = 0.30$"
    rules = (
        rf"$n_j^k = \sum_i {weight} o_i^{{k-1}} + b^k$",
        r"$\delta_i^1 = (\sum_j \delta_j^2 w_{ij}^2) o_i^1 (1 - o_i^1)$",
    )
    judged = verified("\n\n".join((givens, *rules, "")), network)
    assert [str(j.verdict) for j in judged.judgements[-2:]] == [verdict, "right"]


def test_blank_lines_set_equations_apart() -> None:
    """A display with blank lines between its equations is no product across them."""
    judged = verified("$$\n\nnet_{h1} = 0.1 * 0.3 + 0.2 = 0.23\n\nout_{h1} = \\sigma(0.23) = 0.55725\n\n$$\n")
    assert set(judged.counts) == {"right"}
    assert len(judged.document.statements) == 2
