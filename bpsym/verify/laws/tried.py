"""One instance of a document of laws: which of the claims hold on it, and whether it may be believed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bpsym.verify.alone.own import own_state
from bpsym.verify.check.judge import judge
from bpsym.verify.check.verdicts import BAD, GOOD
from bpsym.verify.givens import Givens
from bpsym.verify.laws.topics import definitions
from bpsym.verify.meaning.activations import known_function
from bpsym.verify.meaning.wording.plain import NOWHERE
from bpsym.verify.tree import Call, Derivative, Differential, Matrix, Name, Negative, Product, Row, nodes, walk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from bpsym.verify.check.verdicts import Judgement
    from bpsym.verify.meaning.families import Instance
    from bpsym.verify.tree import Document, Expr, Span, Statement

SHARE = 0.7  # of the other claims, proved right on the instance that calls one wrong
ENOUGH = 4  # of them, at least
TELLING = 2  # of these, at least, that are no definitions
_UNIT = re.compile(r"[a-zA-Z]\d|\d\d")  # a unit by number: h1, 12


class Tried:
    """An instance, and what it says of the claims of a document."""

    def __init__(self, document: Document, agreed: Instance) -> None:
        self.document, self.agreed = document, agreed
        self.state = own_state(document, Givens.of({}), agreed)
        self.verdicts: dict[Span, Judgement] = {}

    def judge(self, statements: Sequence[Statement]) -> None:
        """Judge statements, as far as they can be."""
        for statement in statements:
            if statement.span == NOWHERE:
                continue
            claims = _is_quantity(statement.terms[0]) and not _is_of_an_example(statement)
            claims = claims and not self.of_any_function(statement.terms[0])
            for j in judge(statement, self.state):
                if j.verdict in GOOD or (j.verdict in BAD and claims):  # Xᵀ X w = Xᵀ y may be there to be solved
                    self.verdicts[_whole(j.span, statement)] = j

    def of_any_function(self, tree: Expr) -> bool:
        """Whether it is the slope of a function of which the document does not say which it is: tanh, perhaps."""
        if not isinstance(tree, Call) or "prime" not in tree.function.marks:
            return False
        own = tree.function.base in self.state.scope.functions
        return not own and known_function(tree) is None and tree.function.base not in ("sigma", "Sigma")

    def bad(self) -> frozenset[Span]:
        """The claims that do not hold on it."""
        return frozenset(span for span, j in self.verdicts.items() if j.verdict in BAD)

    def proved(self, apart: frozenset[Span] = frozenset()) -> dict[Span, Judgement]:
        """The claims that hold on it, but for some."""
        return {span: j for span, j in self.verdicts.items() if j.verdict in GOOD and span not in apart}

    def is_sure_of(self, claim: Span, statements: Sequence[Statement]) -> bool:
        """Whether enough of all else holds for a claim that does not to be blamed."""
        others = self.verdicts.keys() - {claim}
        return is_believed(others - self.bad(), len(others), statements)


def is_believed(right: AbstractSet[Span], claims: int, statements: Sequence[Statement]) -> bool:
    """Whether so many of the claims that were tried are right that one that is not may be blamed."""
    telling = right - set(definitions(statements))
    return len(right) >= max(ENOUGH, SHARE * claims) and len(telling) >= TELLING


def _is_of_an_example(statement: Statement) -> bool:
    """Whether it speaks of single units by number, or of lists of them: of a network of a certain size."""
    found = list(nodes([statement]))
    return any(
        isinstance(n, (Row, Matrix)) or (isinstance(n, Name) and any(_UNIT.fullmatch(part) for part in n.sub))
        for n in found
    )


def _is_quantity(tree: Expr) -> bool:
    """Whether a formula is a name or a derivative, or a meaning put in for a name, which has derivatives in it."""
    if isinstance(tree, (Name, Derivative, Differential, Call)):
        return True
    return isinstance(tree, (Negative, Product)) and any(isinstance(n, Derivative) for n in walk(tree))


def _whole(span: Span, statement: Statement) -> Span:
    """The term of a statement in which a doubtful piece stands."""
    terms = (term.span for term in statement.terms)
    return next((term for term in terms if term.start <= span.start and span.end <= term.end), span)
