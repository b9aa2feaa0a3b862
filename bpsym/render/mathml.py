"""Formulas as MathML elements, from their LaTeX."""

from __future__ import annotations

from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element, tostring

MINUS = "\u2212"
OPEN = frozenset("(=≈[,|→>≤≥·⋅+\u2212")  # after one of these a minus is a sign, not a difference
RELATIONS = frozenset("=≈→⇒<>≤≥")


@lru_cache(maxsize=4096)
def element(latex: str, *, display: bool, continued: bool = False) -> str:
    """A formula as one `<math>` element that flows with the text, in display style or not.

    Operators get the space of what they are: signs, or between two things. `continued`: the formula goes on with one
    that stands before it.
    """
    from latex2mathml.converter import convert_to_element

    math = convert_to_element(latex, display="block" if display else "inline")
    math.attrib.clear()
    if display:
        math.set("displaystyle", "true")
    for node in math.iter():
        node.text = unescape(node.text) if node.text else node.text  # the converter leaves character references
        _set_signs(node)
    first = next(iter(math[0]), None) if len(math) else None
    if first is not None and first.tag == "mo" and len(math[0]) > 1 and (continued or first.text in RELATIONS):
        first.set("form", "infix")
    return tostring(math, "unicode")


def _set_signs(parent: Element) -> None:
    """Mark a minus that is a sign: nowhere but at the start of a row does MathML know it by itself."""
    before = None
    for node in parent:
        signs = before is not None and before.tag == "mo" and unescape(before.text or "") in OPEN
        if node.tag == "mo" and unescape(node.text or "") == MINUS and signs:
            node.set("form", "prefix")
        before = node
