"""What QTI 2.1 and MathML 2 allow in the elements we write: their children in order, their attributes.

Taken from the information models (assessmentItem, section 3; content, 4 to 7; processing, 8; expressions, 15;
assessmentTest, test model) and MathML 2, chapter 3. Narrower than the schema where we write less than it allows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NAME = r"[A-Za-z_][\w.-]*"
_FLOAT = r"-?\d+(\.\d+)?"
_TOKENS = ("mi", "mn", "mo", "ms", "mtext", "mspace")
_INLINE = r"((br|math|textEntryInteraction) )*"
_EXPRESSION = r"((variable|baseValue|equal|match|isNull|sum|divide|multiple|testVariables) )"
_SHOWN = "(" + "|".join((*_TOKENS, "mrow", "msub", "msup", "msubsup", "mfrac", "msqrt", "mover", "munder")) + ")"

# tag: (children, each with a space behind it; required attributes; optional ones; whether text is allowed)
RULES: dict[str, tuple[str, dict[str, str], dict[str, str], bool]] = {
    "assessmentItem": (
        r"(responseDeclaration )*(outcomeDeclaration )*itemBody (responseProcessing )?(modalFeedback )*",
        {"identifier": _NAME, "title": ".+", "adaptive": "false", "timeDependent": "false"},
        {"lang": "en|zh-CN", "schemaLocation": ".+"},
        False,
    ),
    "responseDeclaration": (
        "(correctResponse )?",
        {"identifier": _NAME, "cardinality": "single", "baseType": "float|identifier"},
        {},
        False,
    ),
    "correctResponse": ("value ", {}, {}, False),
    "defaultValue": ("value ", {}, {}, False),
    "value": ("", {}, {}, True),
    "outcomeDeclaration": (
        "(defaultValue )?",
        {"identifier": _NAME, "cardinality": "single|multiple", "baseType": "float|identifier"},
        {},
        False,
    ),
    "itemBody": ("((p|choiceInteraction) )+", {}, {}, False),
    "p": (_INLINE, {}, {}, True),
    "br": ("", {}, {}, False),
    "textEntryInteraction": ("", {"responseIdentifier": _NAME}, {"expectedLength": r"\d+"}, False),
    "choiceInteraction": (
        "(prompt )?(simpleChoice )+",
        {"responseIdentifier": _NAME, "shuffle": "true|false", "maxChoices": r"\d+"},
        {},
        False,
    ),
    "prompt": (_INLINE, {}, {}, True),
    "simpleChoice": (_INLINE, {"identifier": _NAME}, {}, True),
    "modalFeedback": (
        _INLINE,
        {"outcomeIdentifier": _NAME, "identifier": _NAME, "showHide": "show"},
        {},
        True,
    ),
    "responseProcessing": ("(responseCondition )+", {}, {}, False),
    "responseCondition": ("responseIf (responseElseIf )*(responseElse )?", {}, {}, False),
    "responseIf": (_EXPRESSION + "(setOutcomeValue )*", {}, {}, False),
    "responseElseIf": (_EXPRESSION + "(setOutcomeValue )*", {}, {}, False),
    "responseElse": ("(setOutcomeValue )*", {}, {}, False),
    "setOutcomeValue": (_EXPRESSION, {"identifier": _NAME}, {}, False),
    "variable": ("", {"identifier": _NAME}, {}, False),
    "baseValue": ("", {"baseType": "float|identifier"}, {}, True),
    "isNull": (_EXPRESSION, {}, {}, False),
    "equal": (_EXPRESSION + "{2}", {"toleranceMode": "absolute", "tolerance": _FLOAT}, {}, False),
    "match": (_EXPRESSION + "{2}", {}, {}, False),
    "sum": (_EXPRESSION + "+", {}, {}, False),
    "divide": (_EXPRESSION + "{2}", {}, {}, False),
    "multiple": (_EXPRESSION + "+", {}, {}, False),
    "testVariables": ("", {"variableIdentifier": _NAME}, {}, False),
    "assessmentTest": (
        "(outcomeDeclaration )*(testPart )+(outcomeProcessing )?",
        {"identifier": _NAME, "title": ".+"},
        {"schemaLocation": ".+"},
        False,
    ),
    "testPart": (
        "(assessmentSection )+",
        {"identifier": _NAME, "navigationMode": "nonlinear", "submissionMode": "simultaneous"},
        {},
        False,
    ),
    "assessmentSection": (
        "((assessmentSection|assessmentItemRef) )*",
        {"identifier": _NAME, "title": ".+", "visible": "true"},
        {},
        False,
    ),
    "assessmentItemRef": ("", {"identifier": _NAME, "href": ".+"}, {}, False),
    "outcomeProcessing": ("(setOutcomeValue )+", {}, {}, False),
    "math": ("semantics ", {}, {}, False),
    "semantics": (f"{_SHOWN} annotation ", {}, {}, False),
    "annotation": ("", {"encoding": "application/x-tex"}, {}, True),
    "mrow": (f"({_SHOWN} )*", {}, {}, False),
    "mfrac": (f"({_SHOWN} ){{2}}", {}, {"linethickness": ".+"}, False),
    "msub": (f"({_SHOWN} ){{2}}", {}, {}, False),
    "msup": (f"({_SHOWN} ){{2}}", {}, {}, False),
    "msubsup": (f"({_SHOWN} ){{3}}", {}, {}, False),
    "mi": ("", {}, {"mathvariant": ".+"}, True),
    "mn": ("", {}, {}, True),
    "mtext": ("", {}, {}, True),
    "mo": ("", {}, {"stretchy": "true|false", "fence": "true|false", "form": ".+"}, True),
    "mspace": ("", {}, {"width": ".+"}, False),
}


def faults(root: Element) -> list[str]:
    """Everything in a tree without namespaces that the tables do not allow."""
    found = []
    for element in root.iter():
        if element.tag not in RULES:
            found.append(f"<{element.tag}> is not in the tables")
            continue
        children, required, optional, text = RULES[element.tag]
        order = "".join(f"{each.tag} " for each in element)
        if not re.fullmatch(children, order):
            found.append(f"<{element.tag}> holds {order!r}")
        attributes = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
        found += [f"<{element.tag}> lacks {name}" for name in required if name not in attributes]
        for name, value in attributes.items():
            allowed = {**required, **optional}.get(name)
            if allowed is None or not re.fullmatch(allowed, value, re.DOTALL):
                found.append(f"<{element.tag} {name}={value!r}>")
        written = (element.text or "") + "".join(each.tail or "" for each in element)
        if not text and written.strip():
            found.append(f"<{element.tag}> holds the text {written!r}")
    return found
