"""A tree in one line of plain text, the same for every spelling: for tests, logs and eyes."""

from __future__ import annotations

from bpsym.verify.effort import spend
from bpsym.verify.tree import (
    Absolute,
    Application,
    BigSum,
    Call,
    Cases,
    Comparison,
    Derivative,
    Differential,
    Ellipsis,  # noqa: A004 - as in tree
    Expr,
    Indexed,
    Matrix,
    Missing,
    Name,
    Negative,
    Norm,
    Number,
    Power,
    Product,
    Quotient,
    Row,
    Statement,
    Sum,
    Transpose,
    Unknown,
)

WRITTEN = 2  # units of work a node is


def canonical(tree: Expr) -> str:
    """An expression, every operation bracketed where the order could be misread."""
    spend(WRITTEN)
    match tree:
        case Number():
            return _decimal(tree) + ("…" if tree.open_ended else "")
        case Name():
            return _name(tree)
        case Ellipsis():
            return "…"
        case Missing():
            return "∅"
        case Unknown():
            return f"⟨{tree.text}⟩"
        case Negative():
            return "-" + _tight(tree.operand)
        case Sum():
            first = ("-" if tree.signs[0] < 0 else "") + _tight(tree.terms[0], tree.signs[0] < 0)
            rest = [
                (" - " if sign < 0 else " + ") + _tight(term)
                for sign, term in zip(tree.signs[1:], tree.terms[1:], strict=True)
            ]
            return first + "".join(rest)
        case Product():
            joined = _factor(tree.factors[0])
            for operator, factor in zip(tree.operators, tree.factors[1:], strict=True):
                joined += (f" {operator} " if operator else " ") + _factor(factor)
            return joined
        case Quotient():
            return f"{_factor(tree.numerator)}/{_factor(tree.denominator)}"
        case Power():
            return f"{_factor(tree.base)}^{_factor(tree.exponent)}"
        case Transpose():
            return _factor(tree.operand) + "ᵀ"
        case Indexed():
            return f"({canonical(tree.operand)})_{','.join(tree.sub)}"
        case Call():
            return f"{_name(tree.function)}({', '.join(map(canonical, tree.arguments))})"
        case Application():
            return f"{_name(tree.head)}⟨{', '.join(map(canonical, tree.arguments))}⟩"
        case Derivative():
            order = str(tree.order) if tree.order > 1 else ""
            below = "" if tree.wrt is None else "/" + tree.symbol + canonical(tree.wrt)
            return f"[{tree.symbol}{order}{canonical(tree.of)}{below}]"
        case Differential():
            return f"[{tree.symbol} {canonical(tree.of)}]"
        case BigSum():
            low = ",".join(tree.index) + ("" if tree.lower is None else "=" + canonical(tree.lower))
            high = "" if tree.upper is None else ".." + canonical(tree.upper)
            high += "" if tree.condition is None else " if " + canonical(tree.condition)
            return f"{tree.symbol}{{{low}{high}}}({canonical(tree.body)})"
        case Row():
            close = {"(": ")", "[": "]", "{": "}"}.get(tree.bracket, "")
            return f"{tree.bracket}{', '.join(map(canonical, tree.items))}{close}"
        case Matrix():
            rows = "; ".join(", ".join(map(canonical, row)) for row in tree.rows)
            return f"[{rows}{';' if len(tree.rows) == 1 else ''}]"
        case Cases():
            return "{" + "; ".join(
                f"{canonical(case.value)} if {canonical(case.condition) if case.condition else case.words}" for case
                in tree.cases
            ) + "}"  # fmt: skip
        case Comparison():
            parts = [canonical(tree.terms[0])]
            for relation, term in zip(tree.relations, tree.terms[1:], strict=True):
                parts.append(f" {relation} {canonical(term)}")
            return "(" + "".join(parts) + ")"
        case Norm():
            return f"‖{canonical(tree.operand)}‖" + ("_" + ",".join(tree.sub) if tree.sub else "")
        case Absolute():
            return f"|{canonical(tree.operand)}|"


def statement(chain: Statement) -> str:
    """A whole chain with its label."""
    text = canonical(chain.terms[0])
    for _, relation, term in chain.links():
        text += f" {relation.kind} {canonical(term)}"
    return (f"{chain.label}: " if chain.label else "") + text


def _decimal(number: Number) -> str:
    """The exact value with the places shown."""
    places = max(number.places, 0)
    whole = number.value * 10**places
    digits = str(whole.numerator // whole.denominator).rjust(places + 1, "0")
    return digits if not places else f"{digits[:-places]}.{digits[-places:]}"


def _name(name: Name) -> str:
    text = name.base
    if name.sub:
        text += "_" + ",".join(name.sub)
    if name.layer:
        text += "^" + (name.bracketed or "<") + ",".join(name.layer) + {"(": ")", "[": "]"}.get(name.bracketed, ">")
    for mark in name.marks:
        text += "'" if mark == "prime" else "⁺" if mark == "+" else f".{mark}"
    return text


def _tight(tree: Expr, first: bool = True) -> str:  # noqa: FBT001, FBT002 - private, one caller
    text = canonical(tree)
    return f"({text})" if isinstance(tree, Sum) or (isinstance(tree, Negative) and first is False) else text


def _factor(tree: Expr) -> str:
    text = canonical(tree)
    return f"({text})" if isinstance(tree, (Sum, Product, Negative, Quotient, Power)) else text
