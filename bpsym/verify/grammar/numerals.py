"""Numerals: exact values, and how many digits were shown."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.grammar.cursor import UnreadError
from bpsym.verify.tree import Expr, Negative, Number, Power, Span

if TYPE_CHECKING:
    from bpsym.verify.lexing.lexer import Token

ROUNDED, ZEROS = 2, 3  # digits that are kept, and zeros at the end of a number that has been rounded
_PLAIN = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_DECIMAL_COMMA = re.compile(r"\{,\}(?=\d{1,2}(?!\d)|\d{4,})|(?<=^0)(?:,|\{,\})(?=\d)")  # 0,288
_FILLERS = re.compile(r"\{?,\}?(?=\d{3}(?!\d))|\\[, ]|\s|\{|\}")


def number(token: Token) -> Number:
    """A numeral token as a Number; its value is exact."""
    text = token.text
    if text.endswith("%"):
        return scaled(number(replace(token, text=text[:-1])), -2, Span(token.start, token.end), text)
    span = Span(token.start, token.end)
    if len(text) > 3 * limits.DIGITS:
        raise UnreadError(f"a number of {len(text)} characters is longer than the {limits.DIGITS} digits read", span)
    if _PLAIN.fullmatch(text) and len(text) <= limits.DIGITS:
        return _plain(text, span)
    open_ended = text.endswith("...")
    digits = text.rstrip(".") if open_ended else text
    mantissa, _, exponent = digits.lower().partition("e")
    decimal = _DECIMAL_COMMA.sub(".", mantissa)
    decimal = _FILLERS.sub("", decimal).replace(",", ".")
    whole, _, part = decimal.partition(".")
    if len(whole) + len(part) > limits.DIGITS:
        raise UnreadError(f"a number of more than {limits.DIGITS} digits", span)
    power = int(exponent or 0) if len(exponent) < 6 else limits.EXPONENT + 1
    if abs(power) > limits.EXPONENT:
        raise UnreadError(f"a number beyond 10^{limits.EXPONENT}", span)
    if not (whole + part or "0").isdecimal():
        raise UnreadError("a number with other signs in it", span)
    value = Fraction(int(whole + part or "0"), 10 ** len(part))
    if power:
        value *= Fraction(10) ** power
    return Number(span, text, value, len(part) - power, len((whole + part).lstrip("0")), open_ended)


def _plain(text: str, span: Span) -> Number:
    """The common case: digits with at most a point."""
    whole, _, part = text.partition(".")
    digits = whole + part
    return Number(span, text, Fraction(int(digits), 10 ** len(part)), len(part), len(digits.lstrip("0")))


def rounded(written: Expr) -> Expr:
    """What stands behind `≈`: the last zeros of 59 000 may be what rounding left, and 10^{12} has one digit."""
    if isinstance(written, Power) and isinstance(written.base, Number) and written.base.text == "10":
        sign = -1 if isinstance(written.exponent, Negative) else 1
        power = written.exponent.operand if isinstance(written.exponent, Negative) else written.exponent
        if isinstance(power, Number) and power.value.denominator == 1 and power.value <= limits.EXPONENT:
            return scaled(_plain("1", written.span), sign * int(power.value), written.span, written.base.text)
    if not isinstance(written, Number):
        return written
    zeros = len(written.text) - len(written.text.rstrip("0")) if written.places == 0 else 0
    zeros = min(zeros, written.digits - ROUNDED)
    return replace(written, places=-zeros, digits=written.digits - zeros) if zeros >= ZEROS else written


def scaled(mantissa: Number, power: int, span: Span, text: str) -> Number:
    """`1.5 \\times 10^{-5}` as one number."""
    if abs(power) > limits.EXPONENT:
        raise UnreadError(f"a number beyond 10^{limits.EXPONENT}", span)
    return replace(
        mantissa, span=span, text=text, value=mantissa.value * Fraction(10) ** power, places=mantissa.places - power
    )
