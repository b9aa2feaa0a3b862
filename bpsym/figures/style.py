"""How the roles of a figure's shapes look: one table for SVG, TikZ and Typst.

The hues are from Okabe and Ito's palette, which colour-blind readers tell apart; in black and white print width and
grey tell the same.
"""

from collections.abc import Iterable

from msgspec import Struct


class Colour(Struct, frozen=True):
    """A colour in print and on a screen."""

    printed: str  # on white paper, RRGGBB
    attribute: str  # in SVG without style sheets
    css: str = ""  # in SVG, where it follows the page's dark mode by itself
    opacity: str = ""  # in SVG, of `attribute`


COLOURS = {
    "ink": Colour("1A1A1A", "currentColor"),
    "muted": Colour("6A6A6A", "currentColor", opacity="0.65"),
    "faint": Colour("C6C6C6", "currentColor", opacity="0.25"),
    "tint": Colour("F1F3F5", "currentColor", opacity="0.07"),
    "paper": Colour("FFFFFF", "#fff", css="var(--bpsym-paper, Canvas)"),
    "blue": Colour("0072B2", "#0072b2", css="light-dark(#0072b2, #62b8ea)"),
    "vermilion": Colour("D55E00", "#d55e00", css="light-dark(#c65700, #ff9248)"),
}


class Style(Struct, frozen=True):
    """The look of one role: colours by name ("" for none) and the width of the line in points."""

    stroke: str = ""
    fill: str = ""
    width: float = 0.0


STYLES = {
    "unit": Style("ink", "paper", 0.9),
    "unit-strong": Style("vermilion", "paper", 1.6),
    "unit-faded": Style("muted", "paper", 0.7),
    "bias": Style("muted", "tint", 0.9),
    "bias-strong": Style("vermilion", "tint", 1.6),
    "bias-faded": Style("faint", "tint", 0.9),
    "edge": Style("muted", "", 0.6),
    "edge-strong": Style("vermilion", "", 1.8),
    "edge-faded": Style("faint", "", 0.6),
    "head": Style("", "muted"),
    "head-strong": Style("", "vermilion"),
    "head-faded": Style("", "faint"),
    "dot": Style("", "muted"),
    "paper": Style("", "paper"),
    "name": Style("", "ink"),
    "name-strong": Style("", "vermilion"),
    "name-faded": Style("", "muted"),
    "value": Style("", "blue"),
    "value-strong": Style("", "vermilion"),
    "value-faded": Style("", "muted"),
    "caption": Style("", "muted"),
    "axis": Style("ink", "", 0.8),
    "tick": Style("ink", "", 0.5),
    "grid": Style("faint", "", 0.5),
    "curve": Style("blue", "", 1.4),
    "point": Style("blue", "paper", 1.1),
}


def number(length: float) -> str:
    """Write a length of a figure, in points, to a hundredth and without trailing zeros."""
    text = f"{length:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def colours(roles: Iterable[str]) -> list[str]:
    """Return the names of the colours that roles use, sorted."""
    return sorted({colour for role in roles for colour in (STYLES[role].stroke, STYLES[role].fill) if colour})
