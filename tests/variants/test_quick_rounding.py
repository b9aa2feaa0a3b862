"""The quick way to print a ball says what the careful one says, or nothing."""

from __future__ import annotations

from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from bpsym.rounding import TIES, Rounding, _nearest, _settled


@given(st.integers(-(10**12), 10**12), st.integers(1, 13), st.integers(0, 12), st.sampled_from(TIES))
def test_settled_digits_are_those_of_both_ends(numerator: int, power: int, places: int, tie: str) -> None:
    """Whatever is settled, both ends of the ball round to it."""
    before, ctx.prec = ctx.prec, 128
    try:
        ball = arb(fmpq(numerator, 10**power)) * arb.pi() / 3
        found = _settled(ball, Rounding(places, tie=tie))
        if found is not None:
            for end in (ball.lower(), ball.upper()):
                mantissa, exponent = end.man_exp()
                exact = fmpq(mantissa) * fmpq(2) ** int(exponent)
                assert found.value == fmpq(_nearest(exact * 10**places, tie)) / 10**places
    finally:
        ctx.prec = before


@given(st.integers(10**5, 10**8), st.integers(5, 60), st.sampled_from(TIES))
def test_a_ball_around_a_tie_is_not_settled(units: int, width: int, tie: str) -> None:
    """At a tie the quick way leaves the decision to the careful one, however narrow the ball."""
    before, ctx.prec = ctx.prec, 256
    try:
        tied = arb(fmpq(2 * units + 1, 2 * 10**6)) + arb(f"0 +/- 1e-{width}")
        assert _settled(tied, Rounding(6, tie=tie)) is None
    finally:
        ctx.prec = before
