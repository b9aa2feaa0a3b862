"""Laws blamed for what follows from them: an index exchanged in δ_j = f'(u_j) Σ_k δ_k v_jk, and ∂E/∂w_ji = δ_j x_i.

What a document says of an error signal is right of its name, whatever stands there, so the formulas that use it are
found wrong. Where one exchange in the law, of two indices or by a transpose, makes all of these right, the law is what
is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from bpsym.verify.check import symbols
from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.disclaimed import is_aside
from bpsym.verify.meaning.keys import SIGNALS, key
from bpsym.verify.mend import layouts, names
from bpsym.verify.mend.around import Around, Edit
from bpsym.verify.mend.search import LARGEST, blamed, changed
from bpsym.verify.tree import Derivative, Name, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bpsym.verify.check.state import State
    from bpsym.verify.tree import Document, Expr, Span, Statement

AT_ROOT = "at the root"  # of a law blamed for what follows from it
EXCHANGES = frozenset(["indices-swapped", "transposed", "outer-product-transposed", "factors-swapped"])
MOST_TRIED = 8  # exchanges in a document


class _Use(NamedTuple):
    """A formula, with what it is said to be equal to."""

    left: Expr
    right: Expr


def at_the_root(
    document: Document, found: Sequence[Judgement], state_of: Callable[[Document], State]
) -> dict[Span, Judgement]:
    """What is to be said of a law that is wrong, and of what was blamed for it; `state_of` reads a document once more.

    Nothing where another formula is wrong as well: then it may be the reading. Where none is, what uses the law is what
    nobody could decide.
    """
    wrong = {j.span for j in found if _is_formula(j)}
    right = {j.span for j in found if j.verdict is Verdict.RIGHT}
    tried = 0
    for place, (statement, law) in _laws(document):
        uses = dict(_uses(document, statement))
        users = {span: use for span, use in uses.items() if span not in right}
        if not users or not wrong <= users.keys() or sum(1 for _ in walk(law)) > LARGEST:
            continue
        around = Around(statement.terms[0], law, statement, document.statements, document.text)
        for edit, tree in changed(around, _exchanges(around)):
            tried += 1
            if tried > MOST_TRIED:
                return {}
            terms = tuple(tree if term is law else term for term in statement.terms)
            meant = (*document.statements[:place], replace(statement, terms=terms), *document.statements[place + 1 :])
            state = state_of(replace(document, statements=meant))
            told = {span: symbols.equal(*use, state) for span, use in users.items()}
            proved = {span for span, holds in told.items() if holds}
            if not wrong <= proved or False in told.values() or not proved:
                continue
            if symbols.equal(statement.terms[0], law, state) is not False:
                continue
            if any(symbols.equal(*use, state) is False for span, use in uses.items() if span in right):
                continue
            root = blamed(around, edit, tree, state)
            root = replace(root, details={**root.details, AT_ROOT: True})
            return {law.span: root, **{span: Judgement(span, Verdict.RIGHT) for span in proved}}
    return {}


def _is_formula(judgement: Judgement) -> bool:
    details = judgement.details
    is_symbolic = "left" in details and "right" in details and kind_of(details["right"]) is Kind.SYMBOLIC
    return judgement.verdict is Verdict.WRONG and is_symbolic


def _exchanges(around: Around) -> Iterator[Edit]:
    yield from (edit for edit in names.indices(around) if edit.rule in EXCHANGES)
    if around.multiplies_arrays:
        yield from (edit for edit in layouts.layouts(around) if edit.rule in EXCHANGES)


def _laws(document: Document) -> Iterator[tuple[int, tuple[Statement, Expr]]]:
    """The formulas by which a document says what an error signal is, each with the place of its statement."""
    for place, statement in enumerate(document.statements):
        first = statement.terms[0]
        if statement.may_define and isinstance(first, Name) and first.base in SIGNALS and not is_aside(statement):
            for term in statement.terms[1:]:
                if kind_of(term) is Kind.SYMBOLIC and not isinstance(term, (Name, Derivative)):
                    yield place, (statement, term)


def _names(tree: Expr, name: Expr) -> bool:
    """Whether a formula names what a law is about."""
    return isinstance(name, Name) and any(isinstance(n, Name) and key(n) == key(name) for n in walk(tree))


def _uses(document: Document, law: Statement) -> Iterator[tuple[Span, _Use]]:
    """The formulas that name what a law is about."""
    for statement in document.statements:
        for term in statement.terms[1:] if statement is not law else ():
            if kind_of(term) is Kind.SYMBOLIC and _names(term, law.terms[0]):
                yield term.span, _Use(statement.terms[0], term)
