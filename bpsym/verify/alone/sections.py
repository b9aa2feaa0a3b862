"""Sections that use the same names for other things: `θ_1` of plain descent, then of momentum; `f` of two circuits.

Without a description all sections are read as one network. Where a section works names out to other figures than the
rest of the document does, and what is said of them there makes nonsense of it, it is read by itself: its own words
first, of the others only what does not contradict them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.alone.own import own_state
from bpsym.verify.canonical import canonical
from bpsym.verify.check.judge import is_cut_short, judge
from bpsym.verify.check.terms import Kind, kind_of, leaves
from bpsym.verify.check.verdicts import BAD, GOOD, Verdict
from bpsym.verify.meaning.collecting import named_first
from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.meaning.subjects import subject_of
from bpsym.verify.tree import Name, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bpsym.verify.check.state import State
    from bpsym.verify.check.verdicts import Judgement
    from bpsym.verify.givens import Givens
    from bpsym.verify.tree import Document, Statement

CONFLICTS = 2  # names that mean something else in a section
MANY = 4  # claims of a section that one error is said to have spoiled
MOST_SECTIONS = 12  # of a document that are read anew
ENUMERATED = re.compile(r"\(?\d{1,2}[.)]\Z")
NUMBERED = re.compile(r"\(?\d{1,2}[.)]\Z|\W{0,4}(?:\w+ )?[^\W\d_]{1,10} ?(?:\d|[IVX]+\b|[A-H]\b|[一二三四五六七八九])")
_RUN_IN = re.compile(r"^[ \t>]*(?:\*\*|__)(?P<title>[^\W\d_][^*_\n=]{1,60}?)(?:\*\*|__)", re.MULTILINE)
Shape = tuple[object, ...]


def apart(
    document: Document,
    statements: Sequence[Statement],
    found: Sequence[tuple[Judgement, ...]],
    givens: Givens,
    heading: Callable[[Statement], str] = attrgetter("context.heading"),
) -> Iterator[tuple[int, int, State, tuple[tuple[Judgement, ...], ...]]]:
    """The sections that read better by themselves: from which statement to which, the state, and what was found."""
    groups = [[*group] for _, group in groupby(range(len(statements)), key=lambda k: heading(statements[k]))]
    every = [[*group] for _, group in groupby(document.statements, key=heading)]
    if len(every) < 2:
        return
    said_in = cache(lambda k: _said(every[k]))
    tried = 0
    for group in groups:
        first, last = group[0], group[-1] + 1
        theirs = found[first:last]
        wrong = _count(theirs, {Verdict.WRONG})
        if not wrong or tried == MOST_SECTIONS:
            continue
        section = next((s for s in every if any(t is statements[first] for t in s)), [*statements[first:last]])
        said = _said(section)
        others = [(other, said_in(k)) for k, other in enumerate(every) if other is not section]
        conflicting = {name for name, words in said.items() if any(_differ(words, o.get(name)) for _, o in others)}
        numbered = NUMBERED.match(heading(statements[first])) is not None
        given = all(_is_bare(statements[k]) for k in group if _count([found[k]], {Verdict.WRONG}))
        many = _count(theirs, set(BAD)) >= MANY
        alone = ENUMERATED.match(heading(statements[first])) is not None
        least = 1 if numbered or given or many else 2
        if not alone and (len(conflicting) < (1 if numbered else CONFLICTS) or wrong < least):
            continue
        tried += 1
        foreign = [other for other, o in others if any(_differ(said[name], o.get(name)) for name in conflicting)]
        resting = {id(s) for other in foreign for s in _resting(other, conflicting)}
        kept = [s for s in document.statements if id(s) not in resting]
        words = [(_read(kept, section, conflicting), _is_better)] if conflicting else []
        if alone:
            words.append((tuple(section), _are_explained))
        for known, is_better in words:
            state = own_state(replace(document, statements=known), givens)
            ours = tuple(tuple(judge(statement, state)) for statement in statements[first:last])
            if not is_cut_short(ours) and is_better(ours, theirs):
                yield first, last, state, ours
                break


def run_in_heading(document: Document) -> Callable[[Statement], str] | None:
    """The heading of a statement where paragraphs begin with theirs, in bold; None where fewer than two do."""
    marks = [(found.end(), found["title"]) for found in _RUN_IN.finditer(document.text)]
    if len({title for _, title in marks}) < 2:
        return None
    ends = [end for end, _ in marks]

    def heading(statement: Statement) -> str:
        place = bisect_right(ends, statement.span.start)
        return marks[place - 1][1] if place else ""

    return heading


def _said(statements: Iterable[Statement]) -> dict[Shape, list[tuple[str, tuple[object, ...]]]]:
    """What a section makes of each name: its formulas, and the figures it comes to."""
    words: dict[Shape, list[tuple[str, tuple[object, ...]]]] = {}
    for statement in statements:
        name = _defined(statement)
        if name is None:
            continue
        formulas = [t for t in statement.terms[1:] if kind_of(t) is Kind.SYMBOLIC and not isinstance(t, Name)]
        worked = any(kind_of(t) is Kind.NUMERIC for t in statement.terms[1:])
        last = statement.terms[-1]
        figures = tuple(s.value for s in leaves(last) if s is not None) if kind_of(last) is Kind.NUMBER else ()
        if formulas or worked or figures:
            words.setdefault(name, []).append((canonical(formulas[0]) if formulas else "", figures))
    return words


def _differ(ours: list[tuple[str, tuple[object, ...]]], theirs: list[tuple[str, tuple[object, ...]]] | None) -> bool:
    """Whether two sections make something else of one name: no formula and no figure in common."""
    if not theirs:
        return False
    formulas, others = ({f for f, _ in words if f} for words in (ours, theirs))
    figures, rest = ({v for _, v in words if v} for words in (ours, theirs))
    return (bool(formulas and others) and not formulas & others) or (bool(figures and rest) and not figures & rest)


def _defined(statement: Statement) -> Shape | None:
    """What a statement is about, names with their indices."""
    if not statement.relations:
        return None
    subject = subject_of(named_first(statement).terms[0])
    if isinstance(subject, Key):
        return (subject,)
    return None if subject is None or subject[0] == "formula" else subject


def _is_bare(statement: Statement) -> bool:
    """Whether it gives a name a number and says no more."""
    return len(statement.terms) == 2 and kind_of(statement.terms[1]) is Kind.NUMBER


def _resting(section: Sequence[Statement], conflicting: set[Shape]) -> Iterator[Statement]:
    """The statements of a section that speak of what it calls by a name that is something else elsewhere."""
    theirs = {name[0] for name in conflicting if len(name) == 1}
    for statement in section:
        named = {key(node) for term in statement.terms[1:] for node in walk(term) if isinstance(node, Name)}
        if named & theirs:
            theirs |= set(_defined(statement) or ()) if kind_of(statement.terms[-1]) is Kind.SYMBOLIC else set()
            yield statement


def _read(statements: Sequence[Statement], here: Sequence[Statement], conflicting: set[Shape]) -> tuple[Statement, ...]:
    """A section's own statements, and those of the others that say nothing else of its names."""
    own = {id(statement) for statement in here}
    shapes = {_shape(name[0]) for name in conflicting if len(name) == 1 and isinstance(name[0], Key)}

    def is_kept(statement: Statement) -> bool:
        name = _defined(statement)
        if name is None or id(statement) in own:
            return id(statement) not in own
        alike = len(name) == 1 and isinstance(name[0], Key) and _shape(name[0]) in shapes
        return name not in conflicting and not alike

    return (*here, *(statement for statement in statements if is_kept(statement)))


def _shape(name: Key) -> Shape:
    """A name without its indices: a rule for v_t speaks of v_1, too."""
    return name.base, len(name.sub), len(name.layer), name.new


def _is_better(ours: Sequence[Sequence[Judgement]], theirs: Sequence[Sequence[Judgement]]) -> bool:
    wrong, bad = {Verdict.WRONG}, set(BAD)
    return (
        _count(ours, wrong) < _count(theirs, wrong)
        and (2 * _count(ours, bad) <= _count(theirs, bad) or _is_nowhere_worse(ours, theirs))
        and _count(ours, {Verdict.RIGHT}) >= _count(theirs, {Verdict.RIGHT})
    )


def _is_nowhere_worse(ours: Sequence[Sequence[Judgement]], theirs: Sequence[Sequence[Judgement]]) -> bool:
    """Whether every claim that was right stays so, and none gets wrong."""
    was = {j.span: j.verdict for judgements in theirs for j in judgements}
    return all(j.verdict in GOOD or j.verdict is was.get(j.span) for judgements in ours for j in judgements)


def _are_explained(ours: Sequence[Sequence[Judgement]], theirs: Sequence[Sequence[Judgement]]) -> bool:
    """Whether less is blamed now, and nothing that was is passed over: what says less of it does not explain it."""
    pairs = zip(ours, theirs, strict=True)
    passed = any(j.verdict is Verdict.UNDECIDED for now, was in pairs if _count([was], set(BAD)) for j in now)
    wrong, bad = {Verdict.WRONG}, set(BAD)
    return not passed and _count(ours, wrong) < _count(theirs, wrong) and _count(ours, bad) < _count(theirs, bad)


def _count(found: Sequence[Sequence[Judgement]], verdicts: set[Verdict]) -> int:
    return sum(j.verdict in verdicts for judgements in found for j in judgements)
