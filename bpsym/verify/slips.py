"""Slips of the pen: what a person did to a right number to get the one on the paper.

A slip is named only when it gives the printed digits exactly. The most particular comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import fmpq

from bpsym.errors import BpsymError
from bpsym.rounding import Rounding, numeral
from bpsym.verify.check.terms import Shown, touches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bpsym.verify.meaning.arrays import Scalar

FURTHEST = 6  # places a decimal point is moved
MORE = 3  # digits beyond those shown that a dropped digit may pull in


def slips(shown: Shown, right: Scalar, others: Iterable[tuple[str, Scalar]] = ()) -> Iterator[tuple[str, str]]:
    """Names of the slips that give a figure, the most particular first, each with what it speaks of."""
    if touches(-right, shown.half()):
        yield "sign", ""
        return
    moved = _moved(shown, right)
    if moved:
        yield moved, ""
    copied = next((name for name, value in others if _is(value, shown)), "")
    digits = list(_in_the_digits(shown, right))
    if copied and shown.number.digits > 2:
        yield "copied", copied
    yield from ((slip, "") for slip in digits)
    flipped = _flipped(shown)
    if not moved and not copied and not digits and touches(right, flipped.cut()):
        yield "sign", ""
    if not moved and not digits and not copied:
        for power in (-1, 1, -2, 2):
            pushed = _pushed(shown, power)
            for slip in _in_the_digits(pushed, right):
                yield "decimal-point", ""
                yield slip, ""
                return


def _is(value: Scalar, shown: Shown) -> bool:
    return touches(value, shown.half())


def _flipped(shown: Shown) -> Shown:
    return Shown(shown.tree, shown.number, -shown.sign, shown.ulp)


def _moved(shown: Shown, right: Scalar) -> str:
    """The decimal point in another place: zeros too many or too few."""
    for power in range(1, FURTHEST + 1):
        for factor, name in ((fmpq(10) ** power, "zero-dropped"), (fmpq(1) / fmpq(10) ** power, "zero-added")):
            for value in (right * factor, -right * factor):
                if touches(value, shown.half()) or touches(value, shown.cut()):
                    small = abs(shown.value) < 1 and abs(shown.value * (1 / factor)) < 1
                    return name if power == 1 and small else "decimal-point"
    return ""


def _pushed(shown: Shown, power: int) -> Shown:
    from dataclasses import replace
    from fractions import Fraction

    number = shown.number
    moved = replace(number, value=number.value * Fraction(10) ** power, places=number.places - power)
    return Shown(shown.tree, moved, shown.sign, shown.ulp * fmpq(10) ** power)


def _in_the_digits(shown: Shown, right: Scalar) -> Iterator[str]:
    """Digits swapped, dropped, doubled, inserted or mistyped."""
    if (right < 0) != (shown.value < 0):
        return
    ours = _digits(abs(shown.value), shown.number.places)
    places = shown.number.places
    same = set(_printed(right, places))
    longer = {text for extra in range(1, MORE + 1) for text in _printed(right, places + extra)}
    shorter = {text for less in (1, 2) if places - less >= 0 for text in _printed(right, places - less)}
    found: list[str] = []
    for text in same:
        if _swapped(ours, text):
            found.append("digits-swapped")
        if len(ours) == len(text) and sum(a != b for a, b in zip(ours, text, strict=True)) == 1:
            found.append("digit-mistyped")
    if any(_without_one(text, ours) for text in (*same, *longer)):
        found.append("digit-dropped")
    found.extend(
        "digit-doubled" if _doubled(ours, text) else "digit-inserted"
        for text in (*shorter, *same)
        if _without_one(ours, text)
    )
    if not found:
        for text in same:
            wrong = [k for k, (a, b) in enumerate(zip(ours, text, strict=False)) if a != b]
            if len(ours) == len(text) > 5 and wrong and len(wrong) <= 3 and wrong[-1] - wrong[0] <= 3:
                found.append("digits-mistyped")
        if any(_without(text, ours, 2) or _without(text, ours, 3) for text in longer):
            found.append("digits-dropped")
    yield from dict.fromkeys(found)


def _digits(value: fmpq, places: int) -> str:
    whole = value * fmpq(10) ** max(places, 0)
    return str(whole.floor())


def _printed(value: Scalar, places: int) -> Iterator[str]:
    """The digits at so many places, rounded and cut off."""
    try:
        text = numeral(abs(value), Rounding(places)).text
    except BpsymError:
        return
    if "e" in text:
        return
    whole, _, part = text.partition(".")
    rounded = (whole + part.ljust(places, "0")).lstrip("0") or "0"
    yield rounded
    yield str(max(int(rounded) - 1, 0))


def _swapped(ours: str, text: str) -> bool:
    if len(ours) != len(text):
        return False
    wrong = [k for k, (a, b) in enumerate(zip(ours, text, strict=True)) if a != b]
    return (
        len(wrong) == 2
        and wrong[1] == wrong[0] + 1
        and ours[wrong[0]] == text[wrong[1]]
        and ours[wrong[1]] == text[wrong[0]]
    )


def _without_one(longer: str, shorter: str) -> bool:
    return _without(longer, shorter, 1)


def _without(longer: str, shorter: str, count: int) -> bool:
    """Whether taking `count` neighbouring digits out of one number leaves the other."""
    if len(longer) != len(shorter) + count or len(shorter) < 3:
        return False
    return any(longer[:k] + longer[k + count :] == shorter for k in range(len(longer)))


def _doubled(ours: str, text: str) -> bool:
    return any(ours[:k] + ours[k + 1 :] == text and k and ours[k] == ours[k - 1] for k in range(len(ours)))
