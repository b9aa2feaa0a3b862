"""Slips of the pen: the right figure, written down wrong."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from bpsym.rounding import fraction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bpsym.rounding import Numeral

POWERS = (1, 2, 3, -1, -2, -3)  # places a decimal point is looked for in


@dataclass(frozen=True, slots=True)
class Slip:
    """One way to write a right figure down wrong."""

    id: str
    title: Mapping[str, str]
    says: Mapping[str, str]
    made: Callable[[Fraction, Numeral], bool]  # whether the student's value is the right figure so miswritten


def _sign(own: Fraction, right: Numeral) -> bool:
    return _near(-own, right)


def _point(own: Fraction, right: Numeral) -> bool:
    return any(_near(own * Fraction(10) ** power, right, power) for power in POWERS)


def _swapped(own: Fraction, right: Numeral) -> bool:
    digits, unit = right.digits, fraction(right.ulp)
    for place in range(len(digits) - 1):
        a, b = digits[place], digits[place + 1]
        if a.isdigit() and b.isdigit() and a != b:
            other = digits[:place] + b + a + digits[place + 2 :]
            if abs(Fraction(other) * Fraction(10) ** right.exponent - own) < unit / 2:
                return True
    return False


SLIPS = (
    Slip(
        "sign",
        {"en": "sign", "zh": "符号"},
        {"en": "The figure is right but for its sign.", "zh": "数值正确，但符号写错了。"},
        _sign,
    ),
    Slip(
        "decimal-point",
        {"en": "decimal point", "zh": "小数点"},
        {"en": "The figure is right but for its decimal point.", "zh": "数字正确，但小数点位置写错了。"},
        _point,
    ),
    Slip(
        "digits-swapped",
        {"en": "digits swapped", "zh": "数字颠倒"},
        {"en": "Two neighbouring digits are swapped.", "zh": "相邻两位数字写颠倒了。"},
        _swapped,
    ),
)


def slip_of(own: Fraction, right: Numeral) -> Slip | None:
    """The slip that turned the right figure into the student's; None where none did."""
    return next((slip for slip in SLIPS if slip.made(own, right)), None)


def _near(value: Fraction, right: Numeral, power: int = 0) -> bool:
    """Whether a value is the right figure up to a unit of the last digit; `power`: it was that much smaller."""
    return value != 0 and abs(value - fraction(right.value)) <= fraction(right.ulp) * Fraction(10) ** max(power, 0)
