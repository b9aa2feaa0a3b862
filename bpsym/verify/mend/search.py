"""The one small change that makes a wrong formula equal to what it should be.

Edits are tried group by group, the most particular first; one that fits at a point is held against the formula by the
same test the judge has used. Of several in a group the first counts: they are the same formula.
"""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.canonical import canonical
from bpsym.verify.check import symbols
from bpsym.verify.check.values import values
from bpsym.verify.check.verdicts import FORMULA, Judgement, Verdict
from bpsym.verify.effort import TooMuchWork, bounded
from bpsym.verify.meaning.arrays import Array
from bpsym.verify.meaning.einstein import with_sums
from bpsym.verify.meaning.keys import NO_TIME
from bpsym.verify.meaning.patterns import substituted
from bpsym.verify.mend import forms, layouts, names, parts, slopes
from bpsym.verify.mend.around import Around, Edit, bracketed, patched
from bpsym.verify.tree import Application, Call, Case, Derivative, Expr, Name, Span, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bpsym.verify.check.state import State
    from bpsym.verify.meaning.arrays import Value
    from bpsym.verify.meaning.scope import Point

LARGEST = 120  # nodes of a formula
SHORT = 60  # characters of what is told in plain signs


class Mend(Struct, frozen=True):
    """What was wrong with a formula, and what would be right."""

    rule: str
    tree: Expr  # the formula as it should be
    span: Span  # the piece that is wrong
    expected: str  # what should stand there, in the document's spelling; "" where that is not known
    what: str  # the factor or the term in question, as it is written
    instead: str  # what should stand there, in plain signs; "" where it is long


def mend(judgement: Judgement, state: State) -> Mend | None:
    """The small change that makes a formula right which was judged wrong; None where none of those tried does."""
    details = judgement.details
    left, right, statement = (details.get(name) for name in ("left", "right", "statement"))
    known: State = details.get("state", state)
    document = known.document or state.document
    if left is None or right is None or statement is None or document is None:
        return None
    if sum(1 for _ in walk(right)) > LARGEST:
        return None
    around = Around(left, right, statement, document.statements, document.text)
    with suppress(TooMuchWork), bounded(limits.MENDED):
        return _found(around, known)
    return None


def _found(around: Around, state: State) -> Mend | None:
    known = _told_apart(around, state)
    if known is None:
        return None
    # only a sign is believed to be wrong on the word of inputs that are special, where much holds by chance
    unspecial = dataclasses.replace(known, specialised=[], normalised=[])
    special, general = _Test.of(around, known), _Test.of(around, unspecial)
    if (turned := _of_the_left(around, known)) is not None:
        return turned
    arrays = around.multiplies_arrays or any(isinstance(value, Array) for *_, found in general.known for value in found)
    for edit, tree in changed(around, edits(around, known, arrays=arrays)):
        if (special if edit.rule == "sign" else general).holds(tree):
            return told(around, edit, tree)
    return None


def changed(around: Around, tried: Iterable[Edit]) -> Iterator[tuple[Edit, Expr]]:
    """What edits make of a formula, each formula once, and none that what should be explained explains."""
    left, inside = canonical(around.left), {canonical(node) for node in around.nodes}
    known = {canonical(around.right)}
    heads = {id(node.head) for node in around.nodes if isinstance(node, Application)}
    for edit in tried:
        if id(edit.old) in heads and not isinstance(edit.new, Name):
            continue  # a(1 - t), which may be a product, has a name before its bracket
        tree = edit.new if edit.old is around.right else substituted(around.right, edit.old, edit.new)
        name = canonical(tree)
        if name in known:
            continue
        known.add(name)
        if left in inside or not any(canonical(node) == left for node in walk(tree) if not isinstance(node, Case)):
            yield edit, tree


def _of_the_left(around: Around, state: State) -> Mend | None:
    """`g(z) = 1 - g(z)^2`: the mark of a derivative forgotten, or too much, on the left, where that is beside it."""
    left, begins = around.left, around.span.start
    is_beside = left.span.start < begins and "\n" not in around.text[left.span.start : begins]
    if not isinstance(left, Call) or left is not around.statement.terms[0] or not is_beside:
        return None
    other = Around(around.right, left, around.statement, around.statements, around.text)
    for edit in names.marks(other, left):
        if symbols.equal(edit.new, around.right, state):
            return told(other, edit, edit.new)
    return None


def edits(around: Around, state: State, *, arrays: bool) -> Iterator[Edit]:
    """Every edit, the most particular first."""
    yield from forms.signs(around)
    yield from forms.minus_too_much(around)
    yield from forms.of_negative_powers(around)
    yield from forms.differences(around)
    yield from forms.first_sign(around)
    yield from names.indices(around)
    yield from names.functions(around)
    yield from slopes.slopes(around)
    yield from forms.whole_sign(around)
    yield from names.index_throughout(around)
    yield from names.indices_exchanged(around)
    if arrays:
        yield from layouts.layouts(around)
    yield from names.other_names(around)
    yield from names.functions_forgotten(around)
    yield from forms.exponents(around)
    yield from parts.constants_left_out(around)
    yield from forms.numbers(around)
    yield from names.name_throughout(around)
    yield from parts.sums(around)
    yield from parts.missing_numbers(around, state)
    yield from parts.left_out(around)
    yield from parts.upside_down(around)
    yield from names.distant_names(around)
    yield from parts.missing_factors(around)
    yield from parts.missing_terms(around)


class _Test(Struct):
    """What the right formula is at points and indices where the wrong one is something else."""

    left: Expr
    state: State
    known: list[tuple[Point, Mapping[str, str], list[Value]]]

    @classmethod
    def of(cls, around: Around, state: State) -> _Test:
        """The test for mends of a formula."""
        special = state.specialised or state.normalised
        points = [*special[:1], *state.nearby[:1], *state.anywhere[:1], *state.positive[:1]]
        slopes = any(isinstance(node, Derivative) for node in walk(around.left))
        place = _place(around, state)
        known: list[tuple[Point, Mapping[str, str], list[Value]]] = []
        for point in points:
            if found := list(values(around.left, state, point, place)):
                known.append((point, place, found))
                total = replace(point, total=True)
                others = list(values(around.left, state, total, place)) if slopes else []
                if not any(symbols.same(one, other) for one in found for other in others):
                    known.append((total, place, others))
                break
        return cls(around.left, state, known)

    def holds(self, tree: Expr) -> bool:
        """Whether a formula agrees with the right one: at a point first, then as the judge tells it."""
        meant = with_sums(self.left, tree, {} if self.state.scope.timed else NO_TIME)
        return (
            any(
                symbols.same(one, value)
                for candidate in ((tree,) if meant is tree else (tree, meant))
                for point, place, ours in self.known
                for value in values(candidate, self.state, point, place)
                for one in ours
            )
            and symbols.equal(self.left, tree, self.state) is True
        )


def _told_apart(around: Around, state: State) -> State | None:
    """The state in which the formulas differ; None where they do in none."""
    for meant in (state.in_effect(around.statement.span.end), state):  # the former has the last word with the judge
        if meant is not None and symbols.equal(around.left, around.right, meant) is False:
            return meant
    return None


def _place(around: Around, state: State) -> Mapping[str, str]:
    """A place at which the formulas differ, if possible one at which all index letters do."""
    points = [*state.anywhere[:1], *state.positive[:1]]
    for place in symbols.places(around.left, around.right, state):
        if len(set(place.values())) == len(place):
            for point in points:
                ours = list(values(around.left, state, point, place))
                theirs = list(values(around.right, state, point, place)) if ours else []
                if theirs and not any(symbols.same(a, b) for a in ours for b in theirs):
                    return place
            break
    return symbols.place_apart(around.left, around.right, state)


def told(around: Around, edit: Edit, tree: Expr) -> Mend:
    """A mend as it is told: the piece in the document's spelling, or all of the formula, which begins on its line."""
    instead = canonical(edit.new)
    instead = instead if len(instead) <= SHORT else ""
    edit = next((each for each in (edit, bracketed(edit)) if around.says(each, tree)), edit)
    if not around.says(edit, tree):
        return Mend(edit.rule, tree, around.span, "", edit.what or instead, instead)
    first, piece = around.span, edit.span
    if "\n" in around.text[first.start : piece.start]:
        piece = first
    expected = " ".join(patched(around.text, piece, edit.patches).split())
    return Mend(edit.rule, tree, piece, expected, edit.what, instead)


def blamed(around: Around, edit: Edit, tree: Expr, state: State) -> Judgement:
    """The judgement of a wrong formula that is right with an edit, which makes `tree` of it."""
    mend = told(around, edit, tree)
    details: dict[str, Any] = {"left": around.left, "right": around.right, "statement": around.statement}
    details |= {"state": state, "term": around.right.span, "what": mend.what, "instead": mend.instead}
    return Judgement(mend.span, Verdict.WRONG, mend.expected, mend.rule, details)


def with_mends(judgements: Sequence[Judgement], state: State) -> list[Judgement]:
    """The judgements, each wrong formula with the small change that makes it right, where one does."""
    return [_with_mend(j, state) if j.verdict is Verdict.WRONG and "state" in j.details else j for j in judgements]


def _with_mend(judgement: Judgement, state: State) -> Judgement:
    found = mend(judgement, state)
    if found is None:
        return judgement
    details = {**judgement.details, "term": judgement.span}
    if judgement.rule == FORMULA:
        details |= {"what": found.what, "instead": found.instead}
        return replace(judgement, span=found.span, expected=found.expected, rule=found.rule, details=details)
    if not found.expected or judgement.expected:
        return judgement
    return replace(judgement, span=found.span, expected=found.expected, details=details)  # a mistake in the method
