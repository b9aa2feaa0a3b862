"""Inline mathematics as presentation MathML that remembers its LaTeX."""

from __future__ import annotations

from functools import lru_cache

from latex2mathml.converter import convert

from bpsym.errors import BpsymError
from bpsym.exports.xmlfile import Element, add, parse, without_namespaces

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
TEX = "application/x-tex"


@lru_cache(maxsize=4096)
def _mathml(latex: str) -> bytes:
    """MathML in which a printed formula of one variant is converted once, not once a student."""
    try:
        converted: str = convert(latex)
    except Exception as error:  # its errors have no common base, and it raises built-in ones too
        raise BpsymError(f"the formula {latex!r} has no MathML: {error!r}") from error
    return converted.encode()


def math_element(latex: str) -> Element:
    """<math> with the formula and, as an annotation, the LaTeX it was made of."""
    converted = without_namespaces(parse(_mathml(latex), f"the MathML of the formula {latex!r}"))
    root = Element("math", {"xmlns": NAMESPACE})
    semantics = add(root, "semantics")
    if len(converted) == 1:
        semantics.append(converted[0])
    else:
        add(semantics, "mrow").extend(converted)
    add(semantics, "annotation", latex, encoding=TEX)
    return root


def math_latex(element: Element) -> str:
    """The LaTeX of an element that `math_element` made, its namespaces removed."""
    annotation = element.find(f"semantics/annotation[@encoding='{TEX}']")
    if annotation is None or not annotation.text:
        raise BpsymError("a formula without its LaTeX annotation is not read")
    return annotation.text
