"""Formulas as MathML elements, from their LaTeX."""

from __future__ import annotations

from functools import lru_cache
from xml.etree.ElementTree import tostring

INFIX = frozenset("+−-=≈⋅·⊙→")  # operators that may begin the rest of a broken formula


@lru_cache(maxsize=4096)
def element(latex: str, *, display: bool) -> str:
    """A formula as one `<math>` element that flows with the text, in display style or not.

    An operator at its start keeps the space around it: the formula may be the rest of a longer one.
    """
    from latex2mathml.converter import convert_to_element

    math = convert_to_element(latex, display="block" if display else "inline")
    math.attrib.clear()
    if display:
        math.set("displaystyle", "true")
    first = next(iter(math[0]), None) if len(math) else None
    if first is not None and first.tag == "mo" and first.text in INFIX and len(math[0]) > 1:
        first.set("form", "infix")
    return tostring(math, "unicode")
