"""The figures of the 2-2-2 network that the documents work by hand: at 30 digits, and as the documents print them."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

import pytest

from bpsym.rounding import Numeral, Rounding
from bpsym.training import train
from core.helpers import FIGURES, Worked, documents_network, number

if TYPE_CHECKING:
    from sympy import Expr

    from bpsym.program import Term

ORDERS = ("simultaneous", "sequential")
BIASES = ("frozen", "updated")
NETWORK = documents_network()


def same(numeral: Numeral, text: str) -> bool:
    """Whether a printed number is the figure, digit for digit; zeros at the end of an exact value may be left out."""
    return numeral.text == text or (numeral.exact and numeral.value == number(text))


def significant(text: str) -> int:
    """How many digits a figure shows from the first that is not 0."""
    return len(text.lstrip("-").replace(".", "").lstrip("0"))


def shown(network: Worked, expr: Expr, text: str) -> Numeral:
    """The value of an expression with as many digits as the figure."""
    return network.environment.numeral(expr, Rounding(None, significant(text)))


@pytest.mark.parametrize("name", FIGURES["forward"])
def test_forward(name: str) -> None:
    """Net inputs, outputs and losses of the forward pass come out at 30 digits."""
    entries = NETWORK.expansion.entries(name)
    for entry, text in zip(entries, FIGURES["forward"][name], strict=True):
        assert same(shown(NETWORK, entry, text), text)


def terms(entry: Expr) -> tuple[Term, ...]:
    """The paths of the chain rule into an adjoint."""
    step = NETWORK.expansion.step(entry)
    assert step is not None
    return step.terms


def backward_expressions() -> dict[str, list[Expr]]:
    """What the figures of the backward pass belong to."""
    scalars = NETWORK.expansion
    paths = [[term.expr for term in terms(entry)] for entry in scalars.entries("d_out_h")]
    slopes = {layer: [terms(entry)[0].local for entry in scalars.entries(f"d_net_{layer}")] for layer in "ho"}
    return {
        "d_out_o": list(scalars.entries("d_out_o")),
        "slope_o": slopes["o"],
        "d_net_o": list(scalars.entries("d_net_o")),
        "paths_to_h1": paths[0],
        "paths_to_h2": paths[1],
        "d_out_h": list(scalars.entries("d_out_h")),
        "slope_h": slopes["h"],
        "d_net_h": list(scalars.entries("d_net_h")),
        "d_b": [*scalars.entries("d_b_h"), *scalars.entries("d_b_o")],
        "d_w": [*scalars.entries("d_W_h"), *scalars.entries("d_W_o")],
    }


@pytest.mark.parametrize("name", FIGURES["backward"])
def test_backward(name: str) -> None:
    """Every partial, every path, every error signal and the gradients of w1 to w8 and both biases: 30 digits."""
    for expr, text in zip(backward_expressions()[name], FIGURES["backward"][name], strict=True):
        assert same(shown(NETWORK, expr, text), text)


@pytest.mark.parametrize("biases", BIASES)
@pytest.mark.parametrize("order", ORDERS)
def test_update(order: str, biases: str) -> None:
    """The updated w1 to w8 and biases, for both orders of the update, at 30 digits."""
    network = documents_network(order, biases)
    figures = FIGURES[order][biases]
    weights = [*network.expansion.entries("W_h_new"), *network.expansion.entries("W_o_new")]
    updated = dict(zip(weights, figures["w_new"], strict=True))
    if biases == "updated":
        shifts = (*network.expansion.entries("b_h_new"), *network.expansion.entries("b_o_new"))
        updated |= dict(zip(shifts, figures["b_new"], strict=True))
    assert [entry for entry, text in updated.items() if not same(shown(network, entry, text), text)] == []


@pytest.mark.parametrize("biases", BIASES)
@pytest.mark.parametrize("order", ORDERS)
def test_training(order: str, biases: str) -> None:
    """Loss and outputs after 1, 2, 10, 100, 1000 and 10 000 steps come out to 15 digits."""
    network = documents_network(order, biases)
    figures = FIGURES[order][biases]
    steps = [1, 2, 10, 100, 1000, 10_000]
    rows = train(network.expansion, network.values, Rounding(None, 15), steps)
    assert [row.step for row in rows] == steps
    for row in rows[1:]:
        assert row.loss.text == figures[f"E_after_{row.step}"]
        assert [out.text for out in row.outputs] == figures[f"out_after_{row.step}"]
    (first,) = train(network.expansion, network.values, Rounding(None, 30), [1])
    assert [same(n, t) for n, t in zip(first.outputs, figures["out_after_1"], strict=True)] == [True, True]
    assert same(first.loss, figures["E_after_1"])


# Which document shows a figure, of what, and its digits; those they got wrong follow below.
SHOWN = """
0 net_h1 0.3775        0 net_h2 0.3925         0 out_h2 0.596884378     0 net_o1 1.105905967     0 net_o2 1.2249214
0 E_o1 0.274811083     0 E_o2 0.023560026      0 E 0.298371109          0 dE/dnet_o1*out_h1 0.082167041
0 out_h1 0.593269992   0 w5+ 0.35891648        0 w6+ 0.408666186        0 w7+ 0.511301270        0 w8+ 0.561370121
0 dE/dout_h1 0.036350306  0 dout_h1/dnet_h1 0.2413007086  0 dE/dw1 0.000438568  0 w1+ 0.149780716  0 w2+ 0.19956143
0 w3+ 0.24975114       0 w4+ 0.29950229        0 out_o1 0.75136         0 dE/dw5 0.082167041
1 out_o2 0.772928465
2 net_h1 0.3775        2 out_h1 0.593269992    2 out_h2 0.596884378     2 net_o1 1.105905967     2 out_o1 0.75136507
2 out_o2 0.772928465   2 E_o1 0.274811083      2 E_o2 0.023560026       2 E 0.298371109          2 dE/dout_o1 0.74136507
2 dout_o1/dnet_o1 0.186815602  2 dE/dw5 0.082167041  2 w5+ 0.35891648   2 w6+ 0.408666186        2 w7+ 0.511301270
2 w8+ 0.561370121      2 dE/dnet_o1 0.138498562  2 path_o1_h1 0.055399425  2 dE/dout_h1 0.036350306
2 dout_h1/dnet_h1 0.241300709  2 dE/dw1 0.000438568  2 w1+ 0.149780716  2 w2+ 0.19956143         2 w3+ 0.24975114
2 w4+ 0.29950229
"""
# (document, what of, as written, correct)
WRONG = [
    (0, "out_h1", "0.0593269992", "0.593269992"),
    (0, "out_o2", "0.72928465", "0.772928465"),
    (0, "dout_o1/dnet_o1", "0.18685062", "0.186815602"),
    (0, "path_o1_h1", "0.0055399425", "0.055399425"),
    (0, "path_o2_h1", "-0.19049119", "-0.019049118"),
    (1, "out_o1", "0.75136079", "0.75136507"),
    (2, "out_o1", "0.75136079", "0.75136507"),
]
CUT_OFF = [
    (0, "out_o1", "0.751365069", "0.751365070"),
    (0, "out_o2", "0.77292846", "0.77292847"),
    (0, "dE/dout_o1", "0.741365069", "0.741365070"),
]


def named() -> dict[str, Expr]:
    """The documents' names for quantities of the network."""
    scalars = NETWORK.expansion
    found: dict[str, Expr] = {"E": scalars.program.loss.generic}
    for layer in "ho":
        for unit, net, out, d_net, d_out in zip(
            "12", *(scalars.entries(f"{kind}_{layer}") for kind in ("net", "out", "d_net", "d_out")), strict=True
        ):
            found |= {
                f"net_{layer}{unit}": net,
                f"out_{layer}{unit}": out,
                f"dE/dnet_{layer}{unit}": d_net,
                f"dE/dout_{layer}{unit}": d_out,
                f"dout_{layer}{unit}/dnet_{layer}{unit}": terms(d_net)[0].local,
            }
    for unit, loss in zip("12", scalars.entries("E_unit"), strict=True):
        found[f"E_o{unit}"] = loss
    for unit, path in zip("12", terms(found["dE/dout_h1"]), strict=True):
        found[f"path_o{unit}_h1"] = path.expr
    gradients = [*scalars.entries("d_W_h"), *scalars.entries("d_W_o")]
    updated = [*scalars.entries("W_h_new"), *scalars.entries("W_o_new")]
    for number_, (gradient, new) in enumerate(zip(gradients, updated, strict=True), 1):
        found |= {f"dE/dw{number_}": gradient, f"w{number_}+": new}
    found["dE/dnet_o1*out_h1"] = found["dE/dnet_o1"] * found["out_h1"]
    return found


NAMED = named()
WORDS = SHOWN.split()
ROWS = list(zip(WORDS[::3], WORDS[1::3], WORDS[2::3], strict=True))


def places(text: str) -> int:
    """Digits after the point."""
    return len(text.partition(".")[2])


@pytest.mark.parametrize(("document", "name", "text"), ROWS)
def test_document(document: str, name: str, text: str) -> None:
    """A figure a document prints comes out to each of its digits."""
    assert document in "012"
    if text == "0.75136":  # written with dots after it: the digits go on
        exact = Decimal(NETWORK.environment.numeral(NAMED[name], Rounding(30)).text)
        assert exact.quantize(Decimal(text), ROUND_DOWN) == Decimal(text)
    else:
        assert same(NETWORK.environment.numeral(NAMED[name], Rounding(places(text))), text)


@pytest.mark.parametrize(("document", "name", "written", "correct"), WRONG)
def test_wrong_figure(document: int, name: str, written: str, correct: str) -> None:
    """A figure that a document got wrong is not what comes out; the correct one is."""
    assert document in (0, 1, 2)
    numeral = NETWORK.environment.numeral(NAMED[name], Rounding(places(correct)))
    assert numeral.text == correct
    assert not same(NETWORK.environment.numeral(NAMED[name], Rounding(places(written))), written)


@pytest.mark.parametrize(("document", "name", "written", "rounded"), CUT_OFF)
def test_figure_cut_off(document: int, name: str, written: str, rounded: str) -> None:
    """A figure that a document cut off comes out rounded, and is the value's beginning as it was written."""
    assert document == 0
    assert NETWORK.environment.numeral(NAMED[name], Rounding(places(rounded))).text == rounded
    exact = Decimal(NETWORK.environment.numeral(NAMED[name], Rounding(30)).text)
    assert exact.quantize(Decimal(written), ROUND_DOWN) == Decimal(written)


def test_carried_from_rounded_figures() -> None:
    """-0.019049119 is one unit off in its last digit: the value rounds to -0.019049118."""
    assert NETWORK.environment.numeral(NAMED["path_o2_h1"], Rounding(9)).text == "-0.019049118"


@pytest.mark.parametrize(
    ("order", "after_1", "after_10000", "outputs"),
    [
        ("sequential", "0.291027924", "0.000035085", ["0.015912196", "0.984065734"]),
        ("simultaneous", "0.291027774", "0.000035102", ["0.015913620", "0.984064274"]),
    ],
)
def test_headline_figures(order: str, after_1: str, after_10000: str, outputs: list[str]) -> None:
    """The documents' headline figures come out with the sequential order, the right ones with the simultaneous."""
    network = documents_network(order)
    rows = train(network.expansion, network.values, Rounding(9), [0, 1, 10_000])
    assert [row.loss.text for row in rows] == ["0.298371109", after_1, after_10000]
    assert [out.text for out in rows[2].outputs] == outputs


def test_biases_updated() -> None:
    """With the shared biases updated one step leads to a loss of 0.285750887."""
    network = documents_network("simultaneous", "updated")
    assert train(network.expansion, network.values, Rounding(9), [1])[0].loss.text == "0.285750887"


def test_numbered_draft() -> None:
    """R1 to R20 of the numbered draft are the derivation's partials, and its products the gradients of w1 to w8."""
    s = {entry: NAMED[entry] for entry in NAMED}
    scalars = NETWORK.expansion
    x, target = scalars.entries("x"), scalars.entries("target")
    w = [*scalars.entries("W_h"), *scalars.entries("W_o")]
    r = {
        1: (target[0] - s["out_o1"]) * -1,
        2: (target[1] - s["out_o2"]) * -1,
        3: s["out_o1"] * (1 - s["out_o1"]),
        4: s["out_o2"] * (1 - s["out_o2"]),
        5: s["out_h1"],
        6: s["out_h2"],
        7: s["out_h1"],
        8: s["out_h2"],
        9: w[4],
        10: w[6],
        11: w[5],
        12: w[7],
    }
    r[13] = r[1] * r[3] * r[9] + r[2] * r[4] * r[10]
    r[14] = r[1] * r[3] * r[11] + r[2] * r[4] * r[12]
    r |= {15: s["out_h1"] * (1 - s["out_h1"]), 16: s["out_h2"] * (1 - s["out_h2"])}
    r |= {17: x[0], 18: x[1], 19: x[0], 20: x[1]}
    factors = [(13, 15, 17), (13, 15, 18), (14, 16, 19), (14, 16, 20), (1, 3, 5), (1, 3, 6), (2, 4, 7), (2, 4, 8)]
    meaning = {step.out: step.expr for step in scalars.steps("backward")}
    for k, (a, b, c) in enumerate(factors, 1):
        gradient = s[f"dE/dw{k}"]
        while (written_out := gradient.xreplace(meaning)) != gradient:
            gradient = written_out
        assert (gradient - r[a] * r[b] * r[c]).expand() == 0
