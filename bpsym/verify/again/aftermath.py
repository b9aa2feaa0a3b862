"""What a figure in error leads to, where it was blamed after the lines behind it had been judged.

A document without a description is read more than once: what only a later reading blames has been taken at its word by
what follows. Whoever writes the same digits again goes on from it, and what comes of them is carried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.check.verdicts import PROVED, Claims, Judgement, Verdict
from bpsym.verify.diagnosis.diagnose import GENERIC
from bpsym.verify.tree import Number, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from bpsym.verify.tree import Expr, Span

TELLING = 3  # digits of a figure that hardly is another one by chance
MOST_TERMS = 100  # of a statement
WORKED = frozenset([Kind.NUMBER, Kind.NUMERIC, Kind.MIXED])


def followed_up(claims: Claims) -> Claims:
    """The claims, with what is worked out from a figure in error carried."""
    if all(j.verdict is not Verdict.WRONG for j in claims.judgements):
        return claims
    astray: set[Fraction] = set()
    known: set[Fraction] = set()  # figures that are right
    carried: dict[Span, Judgement] = {}
    for statement, judgements in claims.grouped():
        follows = False
        for term in statement.terms[:MOST_TERMS]:
            kind = kind_of(term)
            own = [j for j in judgements if term.span.start <= j.span.start < term.span.end]
            figures = set(_figures(term))
            if kind not in WORKED or (not figures and not follows):
                continue
            follows = follows and kind is Kind.NUMBER
            if (follows or figures & astray) and own and all(j.verdict in PROVED for j in own):
                carried.update({j.span: replace(j, verdict=Verdict.CARRIED) for j in own})
                follows = True
            is_bad = follows or any(_goes_on(j, judgements) for j in own)
            if kind is Kind.NUMBER and is_bad:
                astray |= figures - known
            elif kind is Kind.NUMBER and all(j.verdict in PROVED for j in own):
                known |= figures
                astray -= figures
    return claims.changed(carried)


def _goes_on(judgement: Judgement, beside: Sequence[Judgement]) -> bool:
    """Whether a figure is in error for sure: else the computation before it may be, and the figure what was meant."""
    if judgement.verdict is not Verdict.WRONG:
        return judgement.verdict is Verdict.CARRIED
    return judgement.rule not in GENERIC or any(j.verdict is Verdict.CARRIED for j in beside)


def _figures(tree: Expr) -> Iterator[Fraction]:
    """The numerals with so many digits that they are known again, without their signs."""
    return (node.value for node in walk(tree) if isinstance(node, Number) and node.digits >= TELLING)
