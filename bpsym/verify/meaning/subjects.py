"""What an equation is about: the subject of its left-hand side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.canonical import canonical
from bpsym.verify.meaning.keys import LOSS_NAMES, Key, key
from bpsym.verify.tree import (
    Application,
    Call,
    Derivative,
    Differential,
    Expr,
    Indexed,
    Name,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    walk,
)

if TYPE_CHECKING:
    from bpsym.verify.meaning.indices import Indices

# A name, or by its first word: the d or Δ of a name, ∂ one by another, a transpose, a call, a formula.
Subject = Key | tuple[str, Key] | tuple[str, Key, Key] | tuple[str, str]


def subject_of(tree: Expr, indices: Indices | None = None) -> Subject | None:
    """What a left-hand side is about; None for a formula that is no name."""
    match tree:
        case Name():
            return key(tree, indices)
        case Application(head=head) if all(isinstance(a, Name) for a in tree.arguments) and len(tree.arguments) > 1:
            return key(head, indices)
        case Application(head=head, arguments=(Name() as word,)):
            return key(replace(head, sub=(*head.sub, word.base + "".join(word.sub))), indices)
        case Derivative(of=of, wrt=wrt, order=1) if wrt is not None:
            above, below = subject_of(of, indices), subject_of(wrt, indices)
            if isinstance(above, Key) and isinstance(below, Key):
                if above.base in LOSS_NAMES and not above.sub:
                    return ("d", below)
                return ("∂", above, below)
        case Differential(of=of, symbol="d" | "Δ" as sign):
            below = subject_of(of, indices)
            if isinstance(below, Key):
                return (sign, below)
        case Call(function=function, arguments=(Name() as word,)):
            name = key(function)
            return ("call", f"{name.text}{function.marks}({key(word, indices).text})")
        case Transpose(operand=operand):
            inner = subject_of(operand, indices)
            if isinstance(inner, Key):
                return ("T", inner)
        case Product() | Sum() | Power() | Quotient() if any(isinstance(n, (Name, Differential)) for n in walk(tree)):
            return ("formula", canonical(tree))
    return None


def has_derivatives(tree: Expr) -> bool:
    """Whether a formula contains a derivative or a component of something bracketed."""
    return any(isinstance(node, (Derivative, Differential, Indexed)) for node in walk(tree))
