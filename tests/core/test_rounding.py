"""Printed numbers against a 200-digit computation by the standard library's decimal module."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from bpsym.errors import BpsymError, EvaluationError, Undecided
from bpsym.rounding import HALF_EVEN, HALF_UP, LONGEST, TIES, Rounding, leading_place, numeral

MODES = {HALF_UP: ROUND_HALF_UP, HALF_EVEN: ROUND_HALF_EVEN}
WIDE = Context(prec=200)


def printed(value: Fraction, rounding: Rounding) -> Decimal:
    """The rounded value by the rules of the policy, from its exact decimal expansion cut after 200 digits.

    Every value tested has fewer digits than that, or is no tie within them.
    """
    with localcontext(WIDE):
        number = Decimal(value.numerator) / Decimal(value.denominator)
        places, count = rounding.places, rounding.significant
        if number and (places is None or abs(number) < Decimal(10) ** -max(places - 2, 0)):
            counted = (count or 3) - 1 - number.adjusted()
            if places is None or counted > places:
                places, count = counted, count or 3
        result = number.quantize(Decimal(1).scaleb(-(places or 0)), MODES[rounding.tie])
        if count and len(result.as_tuple().digits) > count:  # 9.996 became 10.00
            result = result.quantize(Decimal(1).scaleb(1 - (places or 0)))
        return result


def random_value(source: random.Random) -> Fraction:
    """A number of any size and sign; every third one a true tie at some place."""
    places = source.randint(0, 14)
    units = source.choice([source.randint(0, 20), source.randint(0, 10**6), source.randint(0, 10**15)])
    kind = source.randrange(3)
    if kind == 0:
        value = Fraction(2 * units + 1, 2 * 10**places)
    elif kind == 1:
        value = Fraction(units, 10**places)
    else:
        value = Fraction(source.randint(1, 10**9), source.randint(1, 10**9)) * Fraction(10) ** source.randint(-30, 12)
    return -value if source.random() < 0.5 else value


def test_a_hundred_thousand_numbers() -> None:
    """10^5 numbers, a third of them ties, agree digit for digit under both tie rules, as exact values and as balls."""
    source = random.Random(20240229)
    for turn in range(100_000):
        value = random_value(source)
        tie = TIES[turn % 2]
        rounding = (
            Rounding(source.randint(0, 15), tie=tie) if turn % 3 else Rounding(None, source.randint(1, 17), tie=tie)
        )
        exact = fmpq(value.numerator, value.denominator)
        expected = printed(value, rounding)
        shown = numeral(exact, rounding)
        assert Decimal(shown.text) == expected, (value, rounding)
        assert shown.exact or Decimal(shown.text).as_tuple() == expected.as_tuple(), (value, rounding)
        assert shown.exact == (Fraction(expected) == value), (value, rounding)
        if turn % 5 == 0 and not shown.exact and value.denominator % 2 == 1:  # no tie: a narrow ball decides
            ball = numeral(arb(exact), rounding) if _wide_enough(exact, rounding) else shown
            assert ball.digits == shown.digits, (value, rounding)


def _wide_enough(exact: fmpq, rounding: Rounding) -> bool:
    """Whether 53 bits decide the digits asked for."""
    try:
        numeral(arb(exact), rounding)
    except Undecided:
        return False
    return True


@pytest.mark.parametrize(
    ("value", "places", "tie", "text"),
    [
        ("1.125", 2, HALF_UP, "1.13"),
        ("1.125", 2, HALF_EVEN, "1.12"),
        ("1.375", 2, HALF_UP, "1.38"),
        ("1.375", 2, HALF_EVEN, "1.38"),
        ("-1.125", 2, HALF_UP, "-1.13"),
        ("-1.125", 2, HALF_EVEN, "-1.12"),
        ("2.5", 0, HALF_UP, "3"),
        ("2.5", 0, HALF_EVEN, "2"),
        ("-2.5", 0, HALF_UP, "-3"),
        ("1.005", 2, HALF_UP, "1.01"),  # 1.00 in binary floating point
        ("2.675", 2, HALF_UP, "2.68"),
        ("0.9999999996", 9, HALF_UP, "1.000000000"),
        ("-0.9999999996", 9, HALF_UP, "-1.000000000"),
        ("0.12345", 2, HALF_UP, "0.123"),  # a number below 1 keeps three digits
        ("0.3775", 9, HALF_UP, "0.3775"),
        ("0", 9, HALF_UP, "0"),
        ("0", 15, HALF_UP, "0"),  # and no power of ten
        ("100", 9, HALF_UP, "100"),
        ("0.0000351018778", 9, HALF_UP, "0.000035102"),
        ("0.0000000012344", 9, HALF_UP, "0.00000000123"),  # three digits stay where nine places show one
        ("0.00000009999999", 9, HALF_UP, "0.000000100"),
        ("0.000000000012344", 9, HALF_UP, "1.23e-11"),
        ("-0.00000000001", 9, HALF_UP, "-1e-11"),
    ],
)
def test_places(value: str, places: int, tie: str, text: str) -> None:
    """Ties, carries into a new digit, exact values, zeros in front and very small numbers, by hand."""
    fraction = Fraction(value)
    assert numeral(fmpq(fraction.numerator, fraction.denominator), Rounding(places, tie=tie)).text == text


@pytest.mark.parametrize(
    ("value", "significant", "text", "ulp"),
    [
        ("9.996", 3, "10.0", "0.1"),
        ("-9.996", 3, "-10.0", "0.1"),
        ("0.09996", 3, "0.100", "0.001"),
        ("12345.6", 2, "1.2e4", "1000"),  # "12000" would claim that its zeros are known
        ("99999", 2, "1.0e5", "10000"),
        ("12000", 2, "12000", "1"),
        ("12345.6", 5, "12346", "1"),
        ("0.00000000000123456", 4, "1.235e-12", "1e-15"),
    ],
)
def test_significant(value: str, significant: int, text: str, ulp: str) -> None:
    """Significant digits on both sides of the point, and what one unit of the last of them is."""
    fraction = Fraction(value)
    shown = numeral(fmpq(fraction.numerator, fraction.denominator), Rounding(None, significant))
    assert shown.text == text
    assert Fraction(int(shown.ulp.p), int(shown.ulp.q)) == Fraction(ulp)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=-(10**9), max_value=10**9), st.data())
def test_what_is_printed_is_within_half_a_unit(number: Decimal, data: st.DataObject) -> None:
    """A numeral's value is what its text says, at most half a unit of its last digit from the value it stands for."""
    digits = data.draw(st.integers(1, 15))
    rounding = data.draw(st.sampled_from([Rounding(digits), Rounding(None, digits)]))
    exact = Fraction(number)
    shown = numeral(fmpq(exact.numerator, exact.denominator), rounding)
    value, ulp = (Fraction(int(each.p), int(each.q)) for each in (shown.value, shown.ulp))
    assert value == Fraction(shown.text)
    assert abs(value - exact) <= ulp / 2
    assert shown.exact == (value == exact)
    again = numeral(shown.value, rounding)
    assert again.value == shown.value


def test_a_ball_too_wide_is_undecided() -> None:
    """A ball whose ends round differently, whose leading digit is open or that is not finite raises Undecided."""
    for ball, rounding in [
        (arb(0.5, 0.01), Rounding(2)),
        (arb("1.125", 1e-30), Rounding(2)),  # around a tie
        (arb(0, 1e-40), Rounding(9)),
        (arb(1, 0.5), Rounding(None, 1)),
        (arb("nan"), Rounding(9)),
        (arb("inf"), Rounding(9)),
    ]:
        with pytest.raises(Undecided):
            numeral(ball, rounding)


def test_a_ball_is_printed_where_both_ends_agree() -> None:
    """As many digits as a ball is good for come out, padded; a ball of one point is that number, exactly."""
    before, ctx.prec = ctx.prec, 256
    try:
        e = arb(1).exp()
    finally:
        ctx.prec = before
    assert numeral(e, Rounding(20)).text == "2.71828182845904523536"
    assert numeral(-e, Rounding(None, 5)).text == "-2.7183"
    assert numeral(arb(0.5, 1e-30), Rounding(4)).text == "0.5000"
    assert not numeral(arb(0.5, 1e-30), Rounding(4)).exact
    assert numeral(arb(0.5), Rounding(4)).text == "0.5"
    assert numeral(arb(0.5), Rounding(4)).exact


def test_beyond_what_can_be_written() -> None:
    """A ball with millions of digits before or after its point is refused instead of filling the memory."""
    for ball in (arb(10).exp().exp().exp(), 1 / arb(10).exp().exp().exp()):
        with pytest.raises((EvaluationError, Undecided)):
            numeral(ball, Rounding(9))
    with pytest.raises(EvaluationError, match="too long to be written down"):
        numeral(arb(2) ** (1 << 30), Rounding(9))


def test_leading_place() -> None:
    """The place of the first digit: units 0, tens -1, tenths 1; none for 0."""
    assert [leading_place(fmpq(*each)) for each in ((1, 1), (99, 10), (10, 1), (1, 10), (99, 1000), (0, 1))] == [
        0,
        0,
        -1,
        1,
        2,
        None,
    ]
    with pytest.raises(Undecided, match="leading digit"):
        leading_place(arb(1, 0.01))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"places": 9, "significant": 9}, "either places or significant"),
        ({"places": None}, "either places or significant"),
        ({"places": -1}, f"between 1 and {LONGEST} can"),
        ({"places": LONGEST + 1}, f"{LONGEST + 1} digits cannot be shown"),
        ({"places": None, "significant": 0}, "0 digits cannot be shown"),
        ({"tie": "up"}, "'up' is no tie rule; known: half-up, half-even"),
        ({"carry": "both"}, "'both' is no carry; known: exact, shown"),
    ],
)
def test_a_policy_that_makes_no_sense(wrong: dict[str, object], sentence: str) -> None:
    """Digits, tie rule and carry are checked where the policy is made."""
    with pytest.raises(BpsymError, match=sentence):
        Rounding(**wrong)  # type: ignore[arg-type]  # that is the test
