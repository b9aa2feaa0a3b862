"""Values: exact as long as they can be, balls after that; overrides, printed values carried on, kinks, failures."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import TYPE_CHECKING

import pytest
from flint import arb, fmpq
from sympy import IndexedBase, Symbol

from bpsym.backprop import backprop
from bpsym.errors import EvaluationError, Undecided
from bpsym.evaluate import Environment
from bpsym.networks import Layer, dense
from bpsym.program import Role
from bpsym.rounding import Rounding
from core.helpers import FIGURES, Worked, documents_network, drawn, expansion, number

if TYPE_CHECKING:
    from sympy import Expr

NET, OUT, D_NET = IndexedBase("net_o"), IndexedBase("out_o"), IndexedBase("d_net_o")


def one_layer(activation: str, loss: str = "half-squared-error", **values: str) -> Worked:
    """A 1-1 network without bias: net = w·x; values for w, x and t."""
    scalars = expansion(backprop(dense([Layer("o", activation, "none")], loss)), i=1, o=1)
    names = {"w": "W_o", "x": "x", "t": "target"}
    given = {scalars.entries(names[short])[0]: number(text) for short, text in values.items()}
    return Worked(scalars, given)


def kinks(worked: Worked) -> list[tuple[object, ...]]:
    """Each entry met at its kink, with the two sides that are equal there."""
    return [(step.out, left, right) for step, left, right in worked.environment.kinks()]


@pytest.mark.parametrize("activation", ["identity", "relu", "leaky-relu"])
def test_rational_networks_stay_exact(activation: str) -> None:
    """Without a transcendental function every value and every gradient is an exact fraction."""
    program = backprop(dense([Layer("h", activation), Layer("o", activation)], "mean-squared-error", decay=True))
    worked = drawn(program, 1, i=2, h=3, o=2)
    assert all(isinstance(worked.environment[step.out], fmpq) for step in worked.expansion.steps())


@pytest.mark.parametrize(
    ("activation", "out", "slope"),
    [
        ("sigmoid", "1/2", "1/4"),
        ("tanh", "0", "1"),
        ("softmax", "1", "0"),
        ("silu", "0", "1/2"),
        ("elu", "0", "1"),
        ("relu", "0", "0"),
        ("leaky-relu", "0", "1/100"),
        ("gelu", "0", None),
    ],
)
def test_exact_at_zero(activation: str, out: str, slope: str | None) -> None:
    """At a net input of 0 outputs and slopes are exact numbers, so that true ties are decided."""
    worked = one_layer(activation, w="0", x="1", t="3")
    assert worked.environment[OUT[1]] == number(out)
    if slope is not None:
        assert worked.environment[D_NET[1]] == (number(out) - 3) * number(slope)


def test_a_true_tie_after_a_sigmoid() -> None:
    """sigmoid(0)·2.25 = 1.125 exactly: both tie rules are followed, where a ball would stay undecided."""
    scalars = expansion(
        dense([Layer("h", bias="none"), Layer("o", "identity", "none")], "half-squared-error"), i=1, h=1, o=1
    )
    values = dict(
        zip([*scalars.entries("x"), *scalars.entries("W_h"), *scalars.entries("W_o")], (0, 1, 0), strict=True)
    )
    worked = Worked(scalars, {entry: fmpq(value) for entry, value in values.items()})
    worked.values[scalars.entries("W_o")[0]] = fmpq(9, 4)
    assert worked.environment[NET[1]] == fmpq(9, 8)
    shown = [worked.environment.numeral(NET[1], Rounding(2, tie=tie)).text for tie in ("half-up", "half-even")]
    assert shown == ["1.13", "1.12"]


def test_relu_exactly_at_its_kink() -> None:
    """A net input of exactly 0 is listed with the output it leads to, and the derivative is taken as 0."""
    worked = one_layer("relu", w="0.5", x="0", t="1")
    assert kinks(worked) == [(OUT[1], NET[1], 0)]
    assert worked.environment[D_NET[1]] == 0
    assert kinks(one_layer("leaky-relu", w="0.5", x="0", t="1")) == [(OUT[1], NET[1], 0)]
    assert kinks(one_layer("relu", w="0.5", x="0.1", t="1")) == []
    assert kinks(one_layer("elu", w="0.5", x="0", t="1")) == []


def test_absolute_error_exactly_at_its_kink() -> None:
    """An output that is exactly its target is listed, and the derivative is taken as 0."""
    worked = one_layer("identity", "absolute-error", w="0.5", x="2", t="1")
    assert kinks(worked) == [(IndexedBase("E_unit")[1], OUT[1], IndexedBase("target")[1])]
    assert worked.environment[D_NET[1]] == 0
    assert kinks(one_layer("identity", "absolute-error", w="0.5", x="2", t="2")) == []


def test_an_undecidable_kink_is_undecided() -> None:
    """Where a ball around 0 leaves open on which side relu is, its derivative stays open instead of being guessed."""
    worked = one_layer("relu", w="0.5", x="1", t="1")
    around = worked.environment.overridden({NET[1]: arb(0, 1e-30)})
    with pytest.raises(Undecided):
        around.numeral(D_NET[1])


@pytest.mark.parametrize(
    ("activation", "loss", "values", "sentence"),
    [
        (
            "relu",
            "cross-entropy",
            {"w": "-1", "x": "1", "t": "1"},
            r"E_unit\[1\]: the logarithm of a number",
        ),
        ("identity", "cross-entropy", {"w": "-1", "x": "1", "t": "1"}, r"E_unit\[1\]: the logarithm"),
        ("identity", "binary-cross-entropy", {"w": "1", "x": "1", "t": "0"}, r"E_unit\[1\]: the logarithm"),
        ("sigmoid", "half-squared-error", {"w": "1", "t": "1"}, r"x\[1\] has no value"),
        ("sigmoid", "half-squared-error", {"w": "1", "x": "1"}, r"target\[1\] has no value"),
    ],
)
def test_no_value(activation: str, loss: str, values: dict[str, str], sentence: str) -> None:
    """A logarithm of 0 or less and a missing input are one sentence that names the entry."""
    with pytest.raises(EvaluationError, match=sentence):
        one_layer(activation, loss, **values).environment.numeral(Symbol("E"))


def test_division_by_zero() -> None:
    """The derivative of the cross-entropy at an output of 0 divides by 0, and says where."""
    worked = one_layer("identity", "cross-entropy", w="0", x="1", t="1")
    with pytest.raises(EvaluationError, match=r"d_out_o\[1\]: a division by 0"):
        _ = worked.environment[IndexedBase("d_out_o")[1]]


def test_given_value_is_carried_forward() -> None:
    """A person's own value for one step changes what follows from it and nothing before it."""
    network = documents_network()
    entry = network.expansion.entries("out_h")[0]
    changed = network.environment.overridden({entry: number("0.0593269992")})
    out_h1, out_h2 = number("0.0593269992"), number(FIGURES["forward"]["out_h"][1])
    net_o1 = number("0.4") * out_h1 + number("0.45") * out_h2 + number("0.6")
    shown = changed.numeral(network.expansion.entries("net_o")[0], Rounding(25)).value
    assert abs(shown - net_o1) < fmpq(1, 10**24)
    for name in ("net_h", "x"):
        assert [changed[e] for e in network.expansion.entries(name)] == [
            network.environment[e] for e in network.expansion.entries(name)
        ]
    assert network.environment.numeral(entry).text == "0.593269992"


def rounded(value: Decimal, places: int) -> Decimal:
    """Half away from zero; a number below 10^(2 - places) keeps three digits."""
    if value and abs(value) < Decimal(10) ** (2 - places):
        places = max(places, 2 - value.adjusted())
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@pytest.mark.parametrize("places", [4, 6, 9, 20, 50])
def test_carry_what_is_shown(places: int) -> None:
    """With the policy "shown" each line is computed from the rounded lines before it, as decimal does it by hand."""
    worked = documents_network()
    environment = Environment(worked.expansion, worked.values, Rounding(places, carry="shown"))
    with localcontext(Context(prec=120)):

        def r(value: Decimal) -> Decimal:
            return rounded(value, places)

        x = [Decimal("0.05"), Decimal("0.1")]
        t = [Decimal("0.01"), Decimal("0.99")]
        w = [Decimal(n) / 100 for n in (15, 20, 25, 30, 40, 45, 50, 55)]
        net_h = [r(w[2 * j] * x[0] + w[2 * j + 1] * x[1] + Decimal("0.35")) for j in (0, 1)]
        out_h = [r(1 / (1 + (-z).exp())) for z in net_h]
        net_o = [r(w[4 + 2 * k] * out_h[0] + w[5 + 2 * k] * out_h[1] + Decimal("0.6")) for k in (0, 1)]
        out_o = [r(1 / (1 + (-z).exp())) for z in net_o]
        unit = [r((t[k] - out_o[k]) ** 2 / 2) for k in (0, 1)]
        d_out = [r(out_o[k] - t[k]) for k in (0, 1)]
        d_net_o = [r(d_out[k] * out_o[k] * (1 - out_o[k])) for k in (0, 1)]
        d_w_o = [r(d_net_o[k] * out_h[j]) for k in (0, 1) for j in (0, 1)]
        d_out_h = [r(w[4 + j] * d_net_o[0] + w[6 + j] * d_net_o[1]) for j in (0, 1)]
        d_net_h = [r(d_out_h[j] * out_h[j] * (1 - out_h[j])) for j in (0, 1)]
        d_w_h = [r(d_net_h[j] * x[m]) for j in (0, 1) for m in (0, 1)]
        w_new = [r(w[n] - Decimal("0.5") * g) for n, g in enumerate([*d_w_h, *d_w_o])]
        expected: dict[str, list[Decimal]] = {
            "net_h": net_h,
            "out_h": out_h,
            "net_o": net_o,
            "out_o": out_o,
            "E_unit": unit,
            "E": [r(sum(unit, Decimal(0)))],
            "d_out_o": d_out,
            "d_net_o": d_net_o,
            "d_W_o": d_w_o,
            "d_out_h": d_out_h,
            "d_net_h": d_net_h,
            "d_W_h": d_w_h,
            "W_h_new": w_new[:4],
            "W_o_new": w_new[4:],
        }
    for name, numbers in expected.items():
        shown = [environment[entry] for entry in worked.expansion.entries(name)]
        assert shown == [number(str(each)) for each in numbers], name
        printed = [environment.numeral(entry).value for entry in worked.expansion.entries(name)]
        assert printed == shown


def test_a_difference_that_vanishes() -> None:
    """Two equal balls differ by 0, which is printed once the highest precision has not told them apart."""
    worked = one_layer("sigmoid", w="0.3", x="1", t="1")
    same = worked.environment[OUT[1]]
    environment = worked.environment.overridden({})
    assert environment.numeral(OUT[1] - OUT[1]).text == "0"
    assert isinstance(same, arb)
    program = backprop(dense([Layer("h", bias="none"), Layer("o", "identity", "none")], "half-squared-error"))
    scalars = expansion(program, i=1, h=2, o=1)
    numbers = {"x": [1], "W_h": [2, 2], "W_o": [1, -1], "target": [0]}
    values = {e: fmpq(v) for name, vs in numbers.items() for e, v in zip(scalars.entries(name), vs, strict=True)}
    twins = Worked(scalars, values).environment
    assert twins.numeral(NET[1]).text == "0"
    assert twins.numeral(IndexedBase("d_W_h")[1, 1]).text == "0"


@pytest.mark.parametrize("rounding", [Rounding(9), Rounding(None, 5), Rounding(9, carry="shown")], ids=str)
def test_a_quotient_that_is_exactly_one(rounding: Rounding) -> None:
    """A softmax of one unit is e^z/e^z = 1: what no precision tells from its neighbours is the number itself."""
    worked = one_layer("softmax", "cross-entropy", w="0.3", x="1", t="1")
    environment = Environment(worked.expansion, worked.values, rounding)
    assert Decimal(environment.numeral(OUT[1]).text) == 1
    assert Decimal(environment.numeral(Symbol("E")).text) == 0
    assert Decimal(environment.numeral(D_NET[1]).text) == 0


def test_saturated_units() -> None:
    """sigmoid(-1000) is a very small number, not 0, and comes out with its power of ten (e^-1000 = 5.0759…e-435)."""
    worked = one_layer("sigmoid", w="-1000", x="1", t="1")
    assert worked.environment.numeral(OUT[1], Rounding(None, 6)).text == "5.07596e-435"
    assert one_layer("sigmoid", w="1000", x="1", t="1").environment.numeral(OUT[1], Rounding(9)).text == "1.000000000"


def test_precision_grows_until_the_digits_are_settled() -> None:
    """60 digits come out although 128 bits hold 38: e^-1 - 1 has the digits of OEIS A068985."""
    worked = one_layer("elu", w="-1", x="1", t="1")
    text = worked.environment.numeral(OUT[1], Rounding(60)).text
    assert text == "-0.632120558828557678404476229838539132554188868968232165492163"


def test_sizes_are_numbers_in_formulas() -> None:
    """The 1/n of the mean squared error is the number of outputs; 1/n_s of a mean over the batch that of samples."""
    program = backprop(dense([Layer("o", "identity", "none")], "mean-squared-error", batch=True, reduction="mean"))
    worked = drawn(program, 3, i=1, o=3, s=4)
    units = [worked.environment[e] for e in worked.expansion.entries("E_unit")]
    outs, targets = (worked.expansion.entries(name) for name in ("out_o", "target"))
    squares = [(worked.environment[t] - worked.environment[o]) ** 2 for o, t in zip(outs, targets, strict=True)]
    assert units == [square / 3 for square in squares]
    assert worked.environment[worked.program.only(Role.LOSS).generic] == sum(squares, fmpq(0)) / 3 / 4


def test_deep_networks_meet_no_recursion_limit() -> None:
    """Five hundred layers are evaluated without Python's limit on recursion."""
    sizes = {"i": 1, **{f"h{n}": 1 for n in range(500)}, "o": 1}
    layers = [Layer(name, "identity", "none") for name in list(sizes)[1:]]
    scalars = expansion(dense(layers, "half-squared-error"), **sizes)
    values: dict[Expr, fmpq] = {e: fmpq(1) for q in scalars.program.inputs for e in scalars.entries(q.name)}
    assert Worked(scalars, values).environment[NET[1]] == 1
