"""Rules of a step held to what the document says the error signal is: `w ← w + η δ x`, of a δ that is ∂E/∂net.

By itself either sign may be meant. Where a document says that δ is a derivative, or minus one, and another of its steps
goes down by it, a step that goes the other way goes up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bpsym.verify.again.stepped import CLIMBS, RULE
from bpsym.verify.check.verdicts import Claims, Judgement, Verdict
from bpsym.verify.disclaimed import is_disclaimed
from bpsym.verify.meaning.described import RATES
from bpsym.verify.meaning.keys import key
from bpsym.verify.tree import Derivative, Name, Negative, Product, Sum, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.verify.tree import Document, Expr, Statement

SIGNAL = "delta"


class _Rule(NamedTuple):
    statement: Statement
    term: Sum
    sign: int  # of what is added to the old value


def held_to_signals(claims: Claims) -> Claims:
    """The claims, with the rules blamed that go the other way than the error signal tells."""
    document = claims.document
    rules = list(_rules(document.statements))
    sign = _sign_of_signal(document) if len(rules) > 1 and not CLIMBS.search(document.text) else 0
    up = [rule for rule in rules if rule.sign == sign]
    if not sign or not up or len(up) >= len(rules):
        return claims
    is_open = {j.span for j in claims.judgements if j.verdict is Verdict.UNDECIDED}
    wrong = (rule.term.span for rule in up if rule.term.span in is_open and not is_disclaimed(rule.statement))
    return claims.changed({span: Judgement(span, Verdict.WRONG, rule=RULE) for span in wrong})


def _sign_of_signal(document: Document) -> int:
    """1 where every error signal is said to be a derivative, -1 where minus one; 0 where nothing is, or both are."""
    signs = set()
    for statement in document.statements:
        first, *rest = statement.terms
        if isinstance(first, Name) and first.base == SIGNAL:
            for term in rest:
                inner = term.operand if isinstance(term, Negative) else term
                if isinstance(inner, Derivative):
                    signs.add(-1 if isinstance(term, Negative) else 1)
    return signs.pop() if len(signs) == 1 else 0


def _rules(statements: Sequence[Statement]) -> Iterator[_Rule]:
    """`w ← w - η δ x`: the old value and one product of the learning rate and an error signal."""
    for statement in statements:
        first, *rest = statement.terms
        for term in rest:
            if isinstance(first, Name) and isinstance(term, Sum) and len(term.terms) == 2 and term.signs[0] == 1:
                old, product = term.terms
                if isinstance(old, Name) and _is_same(first, old) and _is_step(product):
                    yield _Rule(statement, term, term.signs[1])


def _is_same(new: Name, old: Name) -> bool:
    return key(new)._replace(new=False) == key(old)._replace(new=False)


def _is_step(tree: Expr) -> bool:
    """Whether it is a product of a learning rate, an error signal and names; nothing in it turns the sign."""
    if not isinstance(tree, Product):
        return False
    inside = walk(tree)
    names = {node.base for node in inside if isinstance(node, Name)}
    turns = any(isinstance(node, (Sum, Negative, Derivative)) for node in inside)
    return SIGNAL in names and not names.isdisjoint(RATES) and not turns
