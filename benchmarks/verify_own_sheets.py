"""bpsym's own sheets with one figure changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import verify_networks
from verify_slips import one_of_each, typed_wrongly

from bpsym.errors import BpsymError
from bpsym.options import sheet_options
from bpsym.render.formats import BY_NAME
from bpsym.render.products import Target, products
from bpsym.rounding import Numeral

if TYPE_CHECKING:
    from random import Random

    from bpsym.spec import Description

FORMATS = ("markdown", "latex", "notebook", "text")
_FIGURE = re.compile(r"(?:≈|\\approx)\s*(-?\d+\.\d+)(?=\s*(?:\$|\\\)|\\\\|\\n|$|\\end))", re.MULTILINE)
AFTER = ("After the step", "更新一步之后")  # a whole forward pass that is not written down leads there
HIDDEN = 1000  # units of the last digit by which who rounds each of its steps may be off
SHORT = 3  # digits of a figure in which any slip gives another figure that might stand there


@dataclass(frozen=True)
class OwnSheet:
    """A sheet with a slip on one line."""

    name: str
    content: bytes
    line: int
    cause: str
    names: frozenset[str]
    said: str


def own_sheet(known: Description, random: Random) -> OwnSheet | None:
    """A sheet of the network with a slip of the pen in one rounded figure; None where it has none.

    The slip is some units of the last digit away from the figure, and from that of the same sheet worked with full
    precision: neither the one nor the other is a slip.
    """
    form, chosen = random.choice(FORMATS), verify_networks.options(random)
    try:
        text = _text(known, form, chosen)
        exact = list(_FIGURE.finditer(_text(known, form, chosen | {"carry": "exact"})))
    except BpsymError:
        return None
    every = list(_FIGURE.finditer(text))
    figures = [k for k, found in enumerate(every) if len(found[1].strip("-0.").replace(".", "")) > SHORT]
    if not figures:
        return None
    at = random.choice(figures)
    place = every[at]
    right = Numeral(place[1])
    honest = [right, *(Numeral(found[1]) for found in exact[at : at + 1] if len(exact) == len(every))]
    for cause, wrong, names in one_of_each(typed_wrongly(right), random):
        units = HIDDEN if any(words in text[: place.start()].rpartition("\n")[2] for words in AFTER) else 2
        if all(abs(wrong.value - each.value) > units * max(wrong.ulp, each.ulp) for each in honest):
            content = text[: place.start(1)] + wrong.digits + text[place.end(1) :]
            line = text.count("\n", 0, place.start(1)) + 1
            said = f"{form} {chosen} {right.digits} -> {wrong.digits}"
            return OwnSheet(f"sheet{BY_NAME[form].suffix}", content.encode(), line, cause, names, said)
    return None


def _text(known: Description, form: str, chosen: dict[str, Any]) -> str:
    (made,) = products(known, sheet_options(known, **chosen), [Target(form, "files")])
    return made.content.decode()
