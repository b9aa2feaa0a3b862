"""Laws held to themselves and to each other: indices that cannot be meant, and a step against the sign of the others.

The slope by w_{ij} depends on i and on j, so `δ_i o_i` is a slip in either; the δ_j in a sum over k is not the δ_j
it is said to be; and where every other step adds η δ, one that subtracts it is wrong. None of it asks for a network.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from bpsym.verify import limits
from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.check.verdicts import Verdict
from bpsym.verify.disclaimed import is_aside
from bpsym.verify.effort import TooMuchWork, bounded
from bpsym.verify.meaning.keys import LOSS_NAMES, NO_TIME, RATES, SIGNALS, UPDATABLE, free_letters, key
from bpsym.verify.mend import forms, names
from bpsym.verify.mend.around import Around, Edit
from bpsym.verify.mend.search import LARGEST, blamed, changed
from bpsym.verify.tree import BigSum, Call, Derivative, Expr, Name, Product, Sum, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bpsym.verify.check.state import State
    from bpsym.verify.check.verdicts import Judgement
    from bpsym.verify.tree import Document, Span, Statement

    Mends = Callable[[Around], Iterator[tuple[Edit, Expr]]]

ENOUGH = 2  # steps with the other sign
_QUIET = (Verdict.RIGHT, Verdict.UNDECIDED)


def held_to_each_other(found: Sequence[Judgement], document: Document, state: State) -> list[Judgement]:
    """The judgements, with those laws blamed whose indices or whose sign cannot be meant."""
    quiet = {j.span for j in found if j.verdict in _QUIET}
    wrong: dict[Span, Judgement] = {}

    def blame(statement: Statement, left: Expr, right: Expr, tried: Mends) -> None:
        if right.span not in quiet or sum(1 for _ in walk(right)) > LARGEST:
            return
        around = Around(left, right, statement, document.statements, document.text)
        for edit, tree in tried(around):
            wrong[right.span] = blamed(around, edit, tree, state)
            break

    with suppress(TooMuchWork), bounded(limits.LAID):
        laws = [s for s in document.statements if not is_aside(s)]
        for statement in laws:
            for right in statement.terms[1:]:
                if kind_of(right) is Kind.SYMBOLIC:
                    if _lacks_an_index(statement.terms[0], right):
                        blame(statement, statement.terms[0], right, _with_all_indices)
                    elif _sums_itself(statement, right):
                        blame(statement, statement.terms[0], right, _with_another_summed)
        for statement, right in _against_the_others(laws):
            blame(statement, statement.terms[0], right, _with_the_other_sign)
    return [wrong.get(j.span, j) for j in found]


def _letters(tree: Expr) -> set[str]:
    return {letter for n in walk(tree) if isinstance(n, Name) for letter in _of_name(n)}


def _of_name(name: Name) -> list[str]:
    """The index letters of a name that count no layers: i and j of w_{ij}^k."""
    return [letter for letter, counts_layers in free_letters(name, NO_TIME) if not counts_layers and letter != "L"]


def _weight(tree: Expr) -> Name | None:
    """The weight with two index letters that a slope of the loss, or a step, is of."""
    name: Expr | None = tree
    if isinstance(tree, Derivative):
        is_of_loss = isinstance(tree.of, Name) and tree.of.base in LOSS_NAMES and not tree.of.sub
        name = tree.wrt if is_of_loss and tree.order == 1 else None
    if not isinstance(name, Name) or name.base not in UPDATABLE:
        return None
    letters = _of_name(name)
    return name if len(letters) == 2 == len("".join(name.sub)) and letters[0] != letters[1] else None


def _slope(left: Expr, right: Expr) -> Expr | None:
    """What a formula says of the slope by a weight: all of it, or what a step subtracts from the weight or adds."""
    if isinstance(left, Derivative):
        return right
    is_step = isinstance(right, Sum) and len(right.terms) == 2 and isinstance(left, Name)
    if not is_step or not isinstance(right, Sum) or not isinstance(right.terms[0], Name) or not isinstance(left, Name):
        return None
    return right.terms[1] if key(right.terms[0]) == key(left)._replace(new=False) else None


def _lacks_an_index(left: Expr, right: Expr) -> bool:
    """`∂E/∂w_{ij} = δ_i o_i`: factors with an index each, and none of them has j."""
    weight = _weight(left)
    slope = _slope(left, right) if weight is not None else None
    if weight is None or not isinstance(slope, Product):
        return False
    factors = [f for f in slope.factors if not (isinstance(f, Name) and f.base in RATES)]
    if len(factors) < 2 or not all(isinstance(f, Name) and _letters(f) for f in factors):
        return False
    return all(len(_letters(f)) == 1 for f in factors) and _letters(slope) < set(_of_name(weight))


def _with_all_indices(around: Around) -> Iterator[tuple[Edit, Expr]]:
    """The names of the document put in by which the slope has every index of the weight."""
    weight = _weight(around.left)
    for edit, tree in changed(around, names.indices(around)) if weight is not None else ():
        slope = _slope(around.left, tree)
        is_known = isinstance(edit.new, Name) and any(key(edit.new) == key(other) for other in around.names)
        if is_known and slope is not None and _letters(slope) == set(_of_name(weight) if weight else ()):
            yield edit, tree


def _own_summed(left: Expr, tree: Expr) -> Iterator[tuple[BigSum, Name]]:
    """The sums over a letter whose body has the very name on the left, which has not that letter."""
    for total in walk(tree):
        if isinstance(total, BigSum) and isinstance(left, Name) and left.sub and not set(left.sub) & set(total.index):
            yield from ((total, n) for n in walk(total.body) if isinstance(n, Name) and key(n) == key(left))


def _sums_itself(statement: Statement, right: Expr) -> bool:
    """`δ_j = h_j (1 - h_j) Σ_k δ_j w_{jk}`, which is no step of a weight."""
    left = statement.terms[0]
    is_signal = isinstance(left, Name) and left.base in SIGNALS
    return is_signal and statement.relations[0].kind == "=" and any(True for _ in _own_summed(left, right))


def _with_another_summed(around: Around) -> Iterator[tuple[Edit, Expr]]:
    """The same with the index of the sum."""
    summed = {n.span: total.index for total, n in _own_summed(around.left, around.right)}
    for edit, tree in changed(around, names.indices(around)):
        new = edit.new
        if isinstance(new, Name) and edit.old.span in summed and new.sub == tuple(summed[edit.old.span]):
            yield edit, tree


def _against_the_others(statements: Sequence[Statement]) -> Iterator[tuple[Statement, Expr]]:
    """The one step of a document that subtracts what all others add, or adds what they subtract."""
    every = ((s, right, _sign_of_step(s, right)) for s in statements for right in s.terms[1:])
    steps = [(s, right, sign) for s, right, sign in every if sign]
    for sign in (1, -1):
        alone = [(s, right) for s, right, own in steps if own == sign]
        if len(alone) == 1 and len(steps) > ENOUGH and kind_of(alone[0][1]) is Kind.SYMBOLIC:
            yield from alone


def _sign_of_step(statement: Statement, right: Expr) -> int:
    """The sign in `w + η δ x`, `W - 0.8 h^T δ`: an old value and a product with a δ and no slope; else 0."""
    left = statement.terms[0]
    slope = _slope(left, right) if isinstance(left, Name) and left.base in UPDATABLE else None
    if not isinstance(slope, Product) or not isinstance(right, Sum):
        return 0
    parts = walk(slope)
    is_plain = not any(isinstance(n, (Derivative, Call, Sum)) for n in parts)
    return right.signs[1] if is_plain and any(isinstance(n, Name) and n.base in SIGNALS for n in parts) else 0


def _with_the_other_sign(around: Around) -> Iterator[tuple[Edit, Expr]]:
    yield from changed(around, (edit for edit in forms.signs(around) if edit.old is around.right))
