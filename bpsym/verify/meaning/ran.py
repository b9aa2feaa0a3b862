"""What a document's figures come from, where that is not the first formula it has for a name.

`z_2 = w_21 x_1 + w_22 x_2` in the text and, in a session, `>>> z2 = w12*x1 + w22*x2` with -0.96 below: the figure says
which of the two the numbers come from. So do the numbers put in where a sigmoid has lost its minus,
`1/(1 + e^{z}) = 1/(1 + e^{-0.3}) = 0.5744`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from msgspec import structs

from bpsym.verify.check.terms import Kind, kind_of, leaves, touches
from bpsym.verify.constants import is_exponential
from bpsym.verify.meaning.arrays import scalars
from bpsym.verify.meaning.denote import denote
from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.meaning.network import FAILURES
from bpsym.verify.meaning.reading import reading
from bpsym.verify.meaning.scope import Point
from bpsym.verify.tree import Name, Negative, Power, walk, with_parts

if TYPE_CHECKING:
    from bpsym.evaluate import Environment
    from bpsym.verify.meaning.scope import Scope
    from bpsym.verify.meaning.sources import Said
    from bpsym.verify.tree import Expr, Span, Statement

MOST_RAN = 60  # lines of programmes that are tried


def as_it_ran(said: Said, scope: Scope, environment: Environment) -> Said:
    """The same, with the formulas of a programme before others that do not come to the figures it shows."""
    known = dict(said.sources.formulas)
    lines = [line for line in said.document.statements if line.context.kind == "code" and _shows(line)]
    outrun: set[Span] = set()
    for line in lines[:MOST_RAN]:
        name, formula, *_, shown = line.terms
        wanted = key(name) if isinstance(name, Name) else Key("")
        ours = known.get(wanted, [])
        if len(ours) < 2 or ours[0] == formula or formula not in ours:  # or no other
            continue
        first, ran = (_comes_to(each, shown, scope, environment) for each in (ours[0], formula))
        if ran and first is False:
            known[wanted] = [formula, *(each for each in ours if each != formula)]
            outrun |= {ours[0].span} if _letters(ours[0]) == _letters(formula) else set()
    for line in [line for line in said.document.statements if _is_of_exponential(line)][:MOST_RAN]:
        name, formula, put_in, *_, shown = line.terms
        wanted = key(name) if isinstance(name, Name) else Key("")
        ours, mended = known.get(wanted, []), _falling(formula)
        if not ours or ours[0] != formula or _comes_to(formula, shown, scope, environment) is not False:
            continue
        if all(_comes_to(each, shown, scope, environment) for each in (put_in, mended)):
            known[wanted] = [mended, *ours[1:]]
            outrun.add(formula.span)
    if known == said.sources.formulas:
        return said
    return replace(said, sources=replace(said.sources, formulas=known), outrun=frozenset(outrun))


def _is_of_exponential(line: Statement) -> bool:
    """Whether a statement works a name out from a formula with an exponential, the numbers put in behind it."""
    kinds = [kind_of(term) for term in line.terms[1:]]
    is_worked = len(kinds) > 2 and (*kinds[:2], kinds[-1]) == (Kind.SYMBOLIC, Kind.NUMERIC, Kind.NUMBER)
    return is_worked and isinstance(line.terms[0], Name) and any(map(is_exponential, walk(line.terms[1])))


def _falling(node: Any) -> Any:
    """A formula with a minus before every exponent of e that has none."""
    if isinstance(node, Power) and is_exponential(node) and not isinstance(node.exponent, Negative):
        return structs.replace(node, exponent=Negative(node.exponent.span, node.exponent))
    return with_parts(node, _falling)


def _letters(formula: Expr) -> list[str]:
    """The names in a formula without their indices: those of another example are others."""
    return sorted(node.base for node in walk(formula) if isinstance(node, Name))


def _shows(line: Statement) -> bool:
    """Whether a statement is a formula for a name, and its value."""
    kinds = [kind_of(term) for term in line.terms[1:]]
    return isinstance(line.terms[0], Name) and len(kinds) > 1 and (kinds[0], kinds[-1]) == (Kind.SYMBOLIC, Kind.NUMBER)


def _comes_to(formula: Expr, shown: Expr, scope: Scope, environment: Environment) -> bool | None:
    """Whether a formula has the figures shown; None where it has no value."""
    try:
        found = scalars(denote(formula, reading(scope, Point(environment))))
    except FAILURES:
        return None
    figures = [figure.cut() for figure in leaves(shown) if figure is not None]
    return len(found) == len(figures) and all(map(touches, found, figures))
