"""Numbers as people type them, and decimals as our files hold them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpsym.errors import BpsymError
from bpsym.exports.numbers import (
    MAX_CHARACTERS,
    decimal_text,
    is_ambiguous,
    is_decimal,
    needed_number,
    read_number,
    shift_decimal,
)

if TYPE_CHECKING:
    from decimal import Decimal

TYPED = {
    "0.3775": "0.3775", "0,3775": "0.3775", " 0.3775 ": "0.3775", ".5": "0.5", "5.": "5", "+2": "2", "-0.5": "-0.5",
    "−0.5": "-0.5", "－０．３７７５": "-0.3775", "- 0.5": "-0.5", "–3": "-3", "0。3": "0.3", "3，4": "3.4",
    "٠٫٣": "0.3", "1,234.5": "1234.5", "1.234,5": "1234.5", "1 234,5": "1234.5", "1\u2009234.5": "1234.5",
    "1\u202f234\u202f567": "1234567", "1'234.5": "1234.5", "1,234,567": "1234567", "1.234.567": "1234567",
    "0.377 540 669": "0.377540669", "1,234": "1.234", "0,234": "0.234", "3e-4": "0.0003", "3E-4": "0.0003",
    "1,5e3": "1500", "3·10^-4": "0.0003", "3 × 10⁻⁴": "0.0003", "3*10**-4": "0.0003", "3x10^-4": "0.0003",
    "3 ×10^(−4)": "0.0003", r"3\cdot 10^{-4}": "0.0003", r"$-3\times 10^{-4}$": "-0.0003", "10^-4": "0.0001",
    "-10⁻⁴": "-0.0001", "12 %": "0.12", "12.5%": "0.125", "=0.3": "0.3", "≈ 0.4": "0.4", "'-0.5": "-0.5",
    "0.37\u200b75": "0.3775", "\ufeff7": "7",
}  # fmt: skip


@pytest.mark.parametrize(("typed", "value"), TYPED.items())
def test_a_typed_number_has_one_value(typed: str, value: str) -> None:
    """Decimal signs, groups, signs, powers of ten and digits of other scripts."""
    assert read_number(typed) == Fraction(value)


@pytest.mark.parametrize(
    ("typed", "value"), [("1/3", (1, 3)), ("-3/4", (-3, 4)), ("½", (1, 2)), ("1 / 3", (1, 3)), ("0,5/2", (1, 4))]
)
def test_a_fraction_stays_exact(typed: str, value: tuple[int, int]) -> None:
    """One third is one third, not 0.3333."""
    assert read_number(typed) == Fraction(*value)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "-", "abc", "1e", "e5", ".", ",", "--5", "1,,2", "1..2", "5-3", "1.2.3", "3 4", "12 34", "1 2345", "1//2",
     "1/0", "1½", "2+3", "1e999", "1e-99999", "10^9999", "1_000", "0x1F", "nan", "inf", "Infinity", "1,23,456",
     "0,123,456", "3、4", "0.3;0.4", "1e5e5", "__import__('os')", "9" * 101, "=1+1", "1' 234", "w5 = 0.3"],
)  # fmt: skip
def test_what_is_no_number_is_none(typed: str) -> None:
    """Nothing is guessed, nothing is evaluated, nothing grows beyond its bounds."""
    assert read_number(typed) is None


def test_a_comma_and_three_digits_is_ambiguous_and_read_as_decimal() -> None:
    """1,234 can be 1.234 or 1234, so it is said; 0,234 and 1,2345 cannot."""
    assert [t for t in ("1,234", "12,345", "0,234", "1,2345", "1.234", "1,234,567", "-1,000") if is_ambiguous(t)] == [
        "1,234",
        "12,345",
        "-1,000",
    ]


@given(st.text(max_size=MAX_CHARACTERS + 10))
def test_no_text_breaks_the_reader(typed: str) -> None:
    """Any text gives a fraction or None."""
    value = read_number(typed)
    assert value is None or isinstance(value, Fraction)


@given(st.text("0123456789.,'eE+-−^*×/% ()", max_size=20))
def test_what_is_read_is_a_number_in_bounds(typed: str) -> None:
    """Whatever digits and signs are put together, numerator and denominator stay small."""
    value = read_number(typed)
    assert value is None or max(abs(value.numerator), value.denominator) < 10**800


@given(
    st.integers(-(10**12), 10**12),
    st.integers(0, 12),
    st.sampled_from([".", ","]),
    st.sampled_from(["-", "−", "－", "–"]),
)
def test_any_decimal_is_read_in_every_style(digits: int, places: int, point: str, minus: str) -> None:
    """A decimal written with either sign for the point and any minus has its exact value."""
    whole = str(abs(digits)).rjust(places + 1, "0")
    written = whole[:-places] + point + whole[-places:] if places else whole
    assert read_number((minus if digits < 0 else "") + written) == Fraction(digits, 10**places)


@given(st.integers(0, 10**12), st.sampled_from([" ", "\u2009", "\u202f", "'", "’", "\u00a0"]))
def test_grouped_thousands_are_read(number: int, space: str) -> None:
    """Groups of three with any space or apostrophe between them."""
    assert read_number(f"{number:,}".replace(",", space)) == number


@given(st.integers(-(10**20), 10**20), st.integers(-20, 20))
def test_powers_of_ten_are_read_alike(mantissa: int, power: int) -> None:
    """e-notation, caret and superscripts are the same number."""
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    value = mantissa * Fraction(10) ** power
    assert [read_number(t) for t in (f"{mantissa}e{power}", f"{mantissa}·10^{power}", f"{mantissa} × 10{raised}")] == [
        value
    ] * 3


@given(st.integers(-(10**15), 10**15), st.integers(0, 15))
def test_decimal_text_is_exact_and_shortest(digits: int, places: int) -> None:
    """Its value is the fraction, it is a plain decimal, and no zero stands at the end of its decimals."""
    value = Fraction(digits, 10**places)
    written = decimal_text(value)
    assert Fraction(written) == value
    assert is_decimal(written)
    assert "." not in written or not written.endswith("0")


def test_decimal_text_refuses_what_never_ends() -> None:
    """1/3 is no decimal; 3/8 and 1/1024 are."""
    with pytest.raises(BpsymError, match="1/3 has no finite decimal expansion"):
        decimal_text(Fraction(1, 3))
    assert decimal_text(Fraction(-3, 8)) == "-0.375"
    assert decimal_text(Fraction(1, 1024)) == "0.0009765625"


@given(st.decimals(-(10**6), 10**6, allow_nan=False, places=6), st.integers(0, 6))
def test_shifting_keeps_digits_and_comes_back(number: Decimal, power: int) -> None:
    """Times a power of ten and back is the same text, trailing zeros and all."""
    written = f"{number:f}"
    shifted = shift_decimal(written, power)
    assert Fraction(shifted) == Fraction(written) * 10**power
    assert shift_decimal(shifted, -power) == written


@pytest.mark.parametrize("text", ["1e5", "+1", ".5", "5.", "01", "", "1,5", "−1", "9" * 101])
def test_only_plain_decimals_are_plain(text: str) -> None:
    """What a platform might read another way is not written."""
    assert not is_decimal(text)


def test_a_number_that_must_be_there_is_asked_for() -> None:
    """The sentence names the file and what stands there."""
    with pytest.raises(BpsymError, match=r"quiz\.xml: 'x' is no number"):
        needed_number("x", "quiz.xml")
