"""Exact decimals for the files we write, and numbers as people type them in the files we read."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from bpsym.errors import BpsymError

MAX_CHARACTERS = 100  # longer than any number a person types
MAX_EXPONENT = 308  # the range of a double: nothing outside it is an answer

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


def is_decimal(text: str) -> bool:
    """Whether `text` is a plain decimal as our files hold it: `-0.3775`, `12`; no exponent, no `+`, no bare point."""
    return len(text) <= MAX_CHARACTERS and _DECIMAL.fullmatch(text) is not None


def decimal_text(value: Fraction) -> str:
    """The exact decimal expansion of `value`, without rounding; BpsymError where it never ends (1/3)."""
    places = 0
    rest = value.denominator
    while rest % 10 == 0:
        rest //= 10
        places += 1
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
            places += 1
    if rest != 1:
        raise BpsymError(f"{value} has no finite decimal expansion, and a question file holds decimals only")
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    whole, part = (digits[:-places], digits[-places:].rstrip("0")) if places else (digits, "")
    return ("-" if value < 0 else "") + whole + ("." + part if part else "")


def shift_decimal(text: str, power: int) -> str:
    """A plain decimal times 10^power with every digit kept: "0.00120" and 4 give "12.0", and back with -4."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, part = digits.partition(".")
    if power >= 0:
        part = part.ljust(power, "0")
        whole, part = whole + part[:power], part[power:]
    else:
        whole = whole.rjust(1 - power, "0")
        whole, part = whole[:power], whole[power:] + part
    return sign + (whole.lstrip("0") or "0") + ("." + part if part else "")


# --- numbers people type ----------------------------------------------------------------------------------------------

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SUPERSCRIPT_RUN = re.compile("[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_VULGAR = re.compile(r"[¼-¾⅐-⅞↉]")
_SPELLINGS: dict[int, str | None] = str.maketrans({
    **dict.fromkeys("‐‑‒–—−﹣", "-"),
    **dict.fromkeys("×·⋅∙•✕✖", "*"),
    **dict.fromkeys([0x09, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "),
    **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", None),
    "。": ".", "٫": ".", "٬": "'", "⁄": "/", "∕": "/", "÷": "/", "’": "'", "ʼ": "'", "≈": "=",
})  # fmt: skip

_LATEX = ((r"\times", "*"), (r"\cdot", "*"), (r"\,", " "), ("{,}", ","), ("$", ""))
_POWER = r"\*?10(?:\^|\*\*)[({]?(?P<power>[+-]?[0-9]{1,4})[)}]?"
_NUMBER = re.compile(
    rf"(?P<sign>[+-]?)(?:(?P<mantissa>[0-9.,' ]*[0-9][0-9.,']*)(?:[eE](?P<exponent>[+-]?[0-9]{{1,4}})|{_POWER})?)"
)
_BARE_POWER = re.compile(r"(?P<sign>[+-]?)10(?:\^|\*\*)[({]?(?P<power>[+-]?[0-9]{1,4})[)}]?")


def _normal(text: str) -> str:
    """One spelling for signs, digits, products and spaces."""
    text = _SUPERSCRIPT_RUN.sub(lambda run: "^" + run[0].translate(_SUPERSCRIPTS), text)
    text = unicodedata.normalize("NFKC", text.translate(_SPELLINGS)).translate(_SPELLINGS)
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    for latex, plain in _LATEX:
        text = text.replace(latex, plain)
    text = re.sub(r"(?<=[0-9]) *[xX] *(?=10 *(\^|\*\*))", "*", text)
    text = re.sub(r" *([*^/eE%]|(?<![0-9 ])[+-]) *", r"\1", text.strip())
    return text.removeprefix("'").removeprefix("=").strip()


def _grouped(parts: list[str]) -> bool:
    """Whether `parts` are a number in groups of three: ["1", "234", "567"]."""
    return 1 <= len(parts[0]) <= 3 and parts[0][0] != "0" and all(len(part) == 3 for part in parts[1:])


def _mantissa(text: str) -> str | None:
    """The digits of an unsigned mantissa with a point, or None where the separators make no sense."""
    text = text.strip()
    for space in " '":
        if space not in text:
            continue
        if re.search("[ ']{2}", text) or (" " in text and "'" in text):
            return None
        whole, point, part = re.match(r"([^.,]*)([.,]?)(.*)", text).groups()  # type: ignore[union-attr] # always matches
        if space in whole and not _grouped(whole.split(space)):
            return None
        if space in part and not re.fullmatch(rf"([0-9]{{3}}{space})+[0-9]{{1,3}}", part):
            return None
        text = (whole + point + part).replace(space, "")
    commas, points = text.count(","), text.count(".")
    if commas and points:  # the last one is the decimal sign, the other groups thousands
        group, sign = (",", ".") if text.rfind(".") > text.rfind(",") else (".", ",")
        whole, _, part = text.rpartition(sign)
        if sign in whole or not _grouped(whole.split(group)):
            return None
        text = whole.replace(group, "") + "." + part
    elif commas > 1 or points > 1:
        parts = text.split("," if commas else ".")
        if not _grouped(parts):
            return None
        text = "".join(parts)
    return text.replace(",", ".")


def _simple(text: str) -> Fraction | None:
    """A number without a fraction bar: sign, mantissa, power of ten."""
    if match := _BARE_POWER.fullmatch(text):
        mantissa: str | None = "1"
    elif match := _NUMBER.fullmatch(text):
        mantissa = _mantissa(match["mantissa"])
    if match is None or mantissa is None:
        return None
    groups = match.groupdict()
    exponent = int(groups.get("exponent") or groups["power"] or 0)
    if abs(exponent) > MAX_EXPONENT:
        return None
    value = Fraction(mantissa) * Fraction(10) ** exponent
    return -value if match["sign"] == "-" else value


def read_number(text: str) -> Fraction | None:
    """The exact number `text` stands for, or None.

    Reads a decimal point or comma, digits grouped by spaces, thin spaces, apostrophes, commas or points
    (`1,234.5`, `1.234,5`, `1 234,5`), a unicode minus, full-width and other decimal digits, `3e-4`, `3·10^-4`,
    `3 × 10⁻⁴`, `10^-4`, fractions `1/3` and per cent. One comma or one point alone is the decimal sign, so `1,234` is
    1.234 (see `is_ambiguous`). Nothing is evaluated; more than 100 characters or an exponent beyond 308 is None.
    """
    if len(text) > MAX_CHARACTERS or re.search(rf"[0-9]\s*{_VULGAR.pattern}", text):
        return None
    text = _normal(text)
    if len(text) > MAX_CHARACTERS:
        return None
    percent = text.endswith("%")
    numerator, bar, denominator = text.removesuffix("%").partition("/")
    value = _simple(numerator)
    if bar:
        divisor = _simple(denominator)
        value = value / divisor if value is not None and divisor else None
    return value / 100 if value is not None and percent else value


def needed_number(text: str | None, where: str) -> Fraction:
    """`read_number` where a file must hold one; BpsymError where it doesn't."""
    value = read_number(text or "")
    if value is None:
        raise BpsymError(f"{where}: {text!r} is no number")
    return value


def is_ambiguous(text: str) -> bool:
    """Whether `text` is one number with a decimal comma and another with grouped thousands: `1,234`, not `0,234`."""
    return re.fullmatch(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", _normal(text[:MAX_CHARACTERS])) is not None
