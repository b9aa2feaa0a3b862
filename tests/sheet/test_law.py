"""The general law in index notation, worked out entry by entry, is the derivative of the loss."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from bpsym.notation import NOTATIONS
from bpsym.printing import PLAIN
from bpsym.sheet import law
from core.helpers import position
from sheet import paper
from sheet.index_notation import Law
from sheet.networks import NETWORKS, example, hand_loss


@pytest.mark.parametrize("family", NOTATIONS)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_law_is_the_derivative(name: str, family: str) -> None:
    """Worked out from its printed formulas on random tensors, every gradient is the loss's central difference.

    The loss is written down by hand; the differences are taken with 80 digits.
    """
    worked = example(name)
    inputs = {
        (quantity.name, tuple(at + 1 for at in position(entry))): paper.one(Fraction(int(value.p), int(value.q)))
        for quantity in worked.program.inputs
        for entry in worked.expansion.entries(quantity.name)
        for value in [worked.values[entry]]
    }
    printed = Law(worked.program, family, worked.expansion.sizes, inputs)
    with mpmath.workdps(80):
        values = {entry: mpmath.mpf(int(v.p)) / int(v.q) for entry, v in worked.values.items()}
        step = mpmath.mpf(10) ** -25
        total = printed.value(worked.program.loss, ()).point
        assert abs(total - paper.fraction(mpmath.mpf(hand_loss(worked, values)))) < Fraction(1, 10**40)
        for parameter in worked.parameters()[::4]:
            quantity = worked.program.get(str(getattr(parameter, "base", parameter)))
            higher, lower = (hand_loss(worked, {**values, parameter: values[parameter] + d}) for d in (step, -step))
            slope = paper.fraction(mpmath.mpf((higher - lower) / (2 * step)))
            place = tuple(at + 1 for at in position(parameter))
            gradient = printed.value(worked.program.get(f"d_{quantity.name}"), place).point
            assert abs(gradient - slope) < Fraction(1, 10**40), parameter
            updated = printed.value(worked.program.get(f"{quantity.name}_new"), place).point
            rate = inputs["eta", ()].point
            assert abs(updated - (inputs[quantity.name, place].point - rate * gradient)) < Fraction(1, 10**40)


def test_conditions_and_reasons() -> None:
    """Of a recurrent network the term from the next time step has its condition; every factor has its reason."""
    program, _ = NETWORKS["recurrent"]
    equations = law.equations(program, "net-out", "otherwise")
    conditions = [PLAIN.write(e.condition) for e in equations if e.condition is not None]
    assert conditions == ["t + 1 <= T"]
    (hidden,) = (e for e in equations if PLAIN.write(e.name) == "∂E_total/∂out_j^(t)")
    assert [(PLAIN.write(f.formula), f.reason) for f in hidden.factors] == [
        ("δ_n^(t + 1)", "error-signal"),
        ("∂net_n^(t + 1)/∂out_j^(t) = v_nj", "weight-of-path"),
        ("δ_k^(t)", "error-signal"),
        ("∂net_k^(t)/∂out_j^(t) = w_kj", "weight-of-path"),
    ]


@pytest.mark.parametrize("name", NETWORKS)
def test_factors_have_a_reason_of_their_own(name: str) -> None:
    """No factor of any network falls back to "the chain rule"."""
    program, _ = NETWORKS[name]
    factors = [factor for e in law.equations(program, "net-out", "otherwise") for factor in e.factors]
    assert all(factor.reason != "chain" for factor in factors)
