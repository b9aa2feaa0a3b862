"""Values after which nothing can be marked: they make what follows trivial, or could not have come out at all."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from bpsym.program import Role, head
from bpsym.variants.follow import FAR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sympy import Expr

    from bpsym.program import Program

_RANGES = {"sigmoid": (0, 1), "softmax": (0, 1), "tanh": (-1, 1)}


@dataclass(frozen=True, slots=True)
class Guard:
    """A reason for which a value earns nothing after it."""

    name: str  # stable
    titles: Mapping[str, str]  # a few words by language; {name} is the absurd value's name
    says: Mapping[str, str]  # a sentence
    refuses: Callable[[Program, Expr, Fraction, Fraction], bool]  # program, entry, the student's value, the right one


def _zero(_program: Program, _entry: Expr, own: Fraction, right: Fraction) -> bool:
    return own == 0 and right != 0


def _far(_program: Program, _entry: Expr, own: Fraction, right: Fraction) -> bool:
    return abs(own) > FAR * max(abs(right), Fraction(1)) or abs(own) < abs(right) / FAR


def _impossible(program: Program, entry: Expr, own: Fraction, _right: Fraction) -> bool:
    step = program.by_name[head(entry)]
    if step.quantity.role is Role.LOSS:
        return own < 0
    if step.quantity.role is not Role.OUT:
        return False
    low, high = _RANGES.get(step.rule, (None, None))
    if step.rule == "relu":
        return own < 0
    return low is not None and high is not None and not low < own < high


GUARDS = (
    Guard(
        "zero",
        {"en": "{name} = 0 is absurd", "zh": "{name} = 0 不合理"},
        {
            "en": "{name} = 0 makes everything after it vanish, so nothing that follows from it is marked as right.",
            "zh": "{name} = 0 会使其后的一切都为零，因此由它推出的结果不计分。",
        },
        _zero,
    ),
    Guard(
        "impossible",
        {"en": "{name} is impossible", "zh": "{name} 的值不可能"},
        {
            "en": "{name} cannot have this value whatever the numbers are, so nothing that follows from it is marked.",
            "zh": "无论数据如何，{name} 都不可能取此值，因此由它推出的结果不计分。",
        },
        _impossible,
    ),
    Guard(
        "far-off",
        {"en": "{name} is far off", "zh": "{name} 偏差过大"},
        {
            "en": "{name} is more than 1000 times too large or too small, so nothing that follows from it is marked.",
            "zh": "{name} 偏差超过一千倍，因此由它推出的结果不计分。",
        },
        _far,
    ),
)


def guard_against(program: Program, entry: Expr, own: Fraction, right: Fraction) -> Guard | None:
    """The reason for which nothing follows from a value; None where follow-through is given."""
    return next((guard for guard in GUARDS if guard.refuses(program, entry, own, right)), None)
