"""Laws held against the figures of the example below them.

A document states `Err_j = O_j (1 - O_j) Σ_k Err_k w_{jk}` and then works a network in numbers. With its figures put in
at every index, the law comes to the figures shown for its left-hand side or to others. It is wrong where it comes to
others, one small change makes it come to all of them, and the other laws of the document do: the numbers were right.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.check.verdicts import BAD, Judgement, Verdict, by_statement
from bpsym.verify.disclaimed import is_aside
from bpsym.verify.effort import TooMuchWork, bounded
from bpsym.verify.laws.shown import Figures, Instance, Shown, figures_of, is_sharp, plain_subject, telling
from bpsym.verify.mend import names
from bpsym.verify.mend.around import Around, Edit
from bpsym.verify.mend.search import LARGEST, blamed, changed, edits
from bpsym.verify.tree import Call, Derivative, Differential, Name, Sum, covering, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpsym.verify.check.state import State
    from bpsym.verify.tree import Document, Expr, Span, Statement

CONFIRMED = 2  # laws that come to the figures, where another is blamed
FIGURES = 2  # a law that is mended has to come to
SLOPES = frozenset(["square-forgotten", "wrong-activation-derivative"])  # slips for which one sharp figure is enough
TURNED = frozenset(["transposed", "indices-swapped"])
SHARE = 0.4  # of all work that is spent on one law


class _Law(Struct, frozen=True):
    statement: Statement
    shown: Shown
    left: Expr
    right: Expr
    agreeing: list[Instance]
    others: list[Instance]  # at which it comes to something else


def held_to_figures(document: Document, found: Sequence[Judgement], state: State, work: float) -> list[Judgement]:
    """Judgements with those laws wrong that the figures of an example contradict, told with so much work."""
    by_span = {j.span: j for j in found}
    wrong: dict[Span, Judgement] = {}
    blamed: list[_Law] = []
    with suppress(TooMuchWork), bounded(work):
        figures = figures_of(document, state, found)
        laws = [law for s in document.statements for law in _laws(s, figures, by_span)]
        confirmed = [law for law in laws if law.agreeing and not law.others]
        if len(confirmed) >= CONFIRMED:
            proved = {j.span for j in found if j.verdict is Verdict.RIGHT}
            for law in sorted(laws, key=lambda law: law.right.span in proved):
                if law.others or not law.agreeing:
                    with suppress(TooMuchWork), bounded(work * SHARE):
                        cause = _blamed(law, document, confirmed)
                        if cause is not None:
                            wrong[law.right.span] = cause
                            blamed.append(law)
            twice = {law.right.span for law in _said_twice([law for law in blamed if law.right.span in proved], wrong)}
            blamed = [law for law in blamed if law.right.span not in twice]
            wrong = {span: cause for span, cause in wrong.items() if span not in twice}
    acquitted = {span for law in blamed for span in _acquitted(law, document, found)}
    found = [replace(j, verdict=Verdict.RIGHT, rule="") if j.span in acquitted else j for j in found]
    return [wrong.get(j.span, j) for j in found]


def _said_twice(blamed: Sequence[_Law], causes: Mapping[Span, Judgement]) -> Iterator[_Law]:
    """Laws that say by entries and by matrices which way round weights are: in the figures they were not turned."""
    turned = [law for law in blamed if causes[law.right.span].rule in TURNED]
    for law in turned:
        if any(other.right.span != law.right.span and _is_alike(other.left, law.left) for other in turned):
            yield law


def _is_alike(left: Expr, other: Expr) -> bool:
    """Whether two names have the same letter."""
    return isinstance(left, Name) and isinstance(other, Name) and left.base == other.base


def _acquitted(law: _Law, document: Document, found: Sequence[Judgement]) -> Iterator[Span]:
    """The numbers of the example that were held against a law when it was not known to be wrong."""
    base = law.left.base if isinstance(law.left, Name) else ""
    about = [s for s in document.statements if isinstance(s.terms[0], Name) and s.terms[0].base == base]
    shown = {plain_subject(law.left, i.place) for i in (*law.others, *law.agreeing)}
    is_about = covering([s.span for s in about])
    claims = [j for j in found if j.verdict in BAD and is_about(j.span.start)]
    if all(j.verdict is Verdict.CARRIED or j.rule == "operand" for j in claims):
        yield from (j.span for j in claims)
        return
    for statement, own in zip(about, by_statement(about, claims), strict=True):  # what it comes to, as mended
        last = covering([statement.terms[-1].span])
        is_blamed = any(j.verdict is Verdict.WRONG and last(j.span.start) for j in own)
        if plain_subject(statement.terms[0]) in shown and not is_blamed:
            yield from (j.span for j in own)


def _laws(statement: Statement, figures: Figures, found: dict[Span, Judgement]) -> Iterator[_Law]:
    """The formulas of a statement that may be held against figures: those nothing but their name has proved."""
    left = statement.terms[0]
    if not isinstance(left, (Name, Derivative, Differential)) or not statement.relations:
        return
    if is_aside(statement):
        return
    shown: Shown | None = None
    said = next((term for term in statement.terms[1:] if not isinstance(term, (Name, Derivative))), None)
    for relation, right in zip(statement.relations, statement.terms[1:], strict=True):
        judged = found.get(right.span)
        if relation.kind != "=" or kind_of(right) is not Kind.SYMBOLIC or isinstance(right, (Name, Derivative)):
            continue
        if judged is None or judged.verdict not in (Verdict.UNDECIDED, Verdict.RIGHT):
            continue
        shown = figures.at(statement.span.end) if shown is None else shown
        defines = right is said  # which is right of any name, and of a derivative of what nobody has the formula of
        instances = list(shown.instances(left, right))
        verdicts = [shown.agrees(right, instance) for instance in instances]
        agreeing = [i for i, verdict in zip(instances, verdicts, strict=True) if verdict]
        others = [i for i, verdict in zip(instances, verdicts, strict=True) if verdict is False]
        if agreeing or judged.verdict is Verdict.UNDECIDED or defines:
            yield _Law(statement, shown, left, right, agreeing, others)


def _blamed(law: _Law, document: Document, confirmed: Sequence[_Law]) -> Judgement | None:
    """A law with the small change by which it comes to all the figures it can be held against."""
    if sum(1 for _ in walk(law.right)) > LARGEST:
        return None
    around = Around(law.left, law.right, law.statement, document.statements, document.text)
    shown, every = law.shown, list(law.shown.instances(law.left, law.right))
    told_at = [*law.others, *law.agreeing]
    tried = edits(around, shown.state, arrays=True) if law.others else names.indices(around)
    for edit, tree in changed(around, tried):
        elsewhere = _is_known(edit, confirmed)  # it may speak of other units: those of another layer
        if _exchanges_functions(law.right, tree) or not (law.others or elsewhere):
            continue
        instances = every if elsewhere else told_at
        is_slope = edit.rule in SLOPES and isinstance(edit.old, Sum)  # 1 - a, as it should be 1 - a²
        enough = 1 if is_slope and all(is_sharp(i.shown) for i in instances) else FIGURES
        if _figures(shown, tree, instances, every=not elsewhere) >= enough:
            return blamed(around, edit, tree, shown.state)
    return None


def _figures(shown: Shown, tree: Expr, instances: Sequence[Instance], *, every: bool) -> int:
    """How many telling figures a formula comes to; 0 where it comes to something else, or `every` one is not told."""
    count = 0
    for instance in instances:
        verdict = shown.agrees(tree, instance)
        if verdict is False or (every and verdict is None):
            return 0
        count += telling(instance.shown) if verdict else 0
    return count


def _exchanges_functions(law: Expr, other: Expr) -> bool:
    """Whether a formula calls another function than a law does, which may be about another layer or network."""
    ours, theirs = ({n.letter for n in walk(tree) if isinstance(n, Call)} for tree in (law, other))
    return bool(ours - theirs and theirs - ours)


def _is_known(edit: Edit, confirmed: Sequence[_Law]) -> bool:
    """Whether it only exchanges the indices of a name that laws the figures confirm have the other way round."""
    return edit.rule == "indices-swapped" and any(
        isinstance(node, Name) and isinstance(edit.old, Name) and node.base == edit.old.base
        for law in confirmed
        for node in walk(law.right)
    )
