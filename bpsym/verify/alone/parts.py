"""A document that works several examples, or goes on after an update, judged part by part.

Without a description a document's first givens are the network's numbers. Where the same names are given anew, or a
forward pass follows an update, the claims behind may be about other numbers. Each such place is tried: it begins a
part of its own only if clearly more of the claims behind it come out right so.
"""

from __future__ import annotations

import re
from contextlib import suppress
from fractions import Fraction
from itertools import groupby, takewhile
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.alone.own import own_state
from bpsym.verify.alone.restarts import last_figures, number_given, restarts, update
from bpsym.verify.alone.sections import apart, run_in_heading
from bpsym.verify.check.judge import is_cut_short, judge, note_section
from bpsym.verify.check.symbols import equal
from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.check.verdicts import BAD, GOOD, Judgement, Verdict, is_doubted
from bpsym.verify.effort import TooMuchWork, bounded
from bpsym.verify.tree import Negative, Number, covering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bpsym.verify.alone.restarts import Figures
    from bpsym.verify.check.state import State
    from bpsym.verify.givens import Givens
    from bpsym.verify.meaning.keys import Key
    from bpsym.verify.tree import Document, Span, Statement

_FIGURE = re.compile(r"-?\d+(\.\d+)?")
MOST_PLACES = 8  # tried in one document
MOST_STATEMENTS = 1_500  # of a document searched for them
GAIN = 2  # claims that must come out better


class Part(Struct, frozen=True):
    """Statements that are about the same numbers, the state they were judged in, and what was found."""

    state: State
    statements: tuple[Statement, ...]
    found: tuple[tuple[Judgement, ...], ...]  # of each statement

    def judgements(self) -> Iterator[Judgement]:
        """All judgements in reading order."""
        for found in self.found:
            yield from found


def judged(document: Document, state: State, givens: Givens, settled: Sequence[Span]) -> list[Part]:
    """A document's own claims, each judged by the numbers it is about."""
    is_settled = covering(settled)
    statements = tuple(s for s in document.statements if not is_settled(s.span.start))
    parts = [_part(state, statements)]
    with suppress(TooMuchWork), bounded(limits.TRIED):
        _divide(parts, document, statements, givens)
    with suppress(TooMuchWork), bounded(limits.TRIED):
        for heading in (attrgetter("context.heading"), run_in_heading(document)):
            if heading is not None:
                parts = [piece for part in parts for piece in _by_sections(part, document, givens, heading)]
    return parts


def _by_sections(part: Part, document: Document, givens: Givens, heading: Callable[[Statement], str]) -> Iterator[Part]:
    """A part with the sections that use its names for other things apart."""
    start = 0
    for first, last, state, found in apart(document, part.statements, part.found, givens, heading):
        if start < first:
            yield Part(part.state, part.statements[start:first], part.found[start:first])
        yield Part(state, part.statements[first:last], found)
        start = last
    if start < len(part.statements) or not part.statements:
        yield Part(part.state, part.statements[start:], part.found[start:])


def _divide(parts: list[Part], document: Document, statements: tuple[Statement, ...], givens: Givens) -> None:
    """Take from the last part, again and again, what is better judged by other numbers."""
    places = list(restarts(statements))[:MOST_PLACES] if len(statements) <= MOST_STATEMENTS else []
    ends = [*(restart.place for restart in places[1:]), len(statements)]
    for restart, end in zip(places, ends, strict=False):
        last = parts[-1]
        before = len(statements) - len(last.statements)
        begin, stop = restart.place - before, end - before
        if not 0 < begin < len(last.statements):
            continue
        if restart.afresh is not None and _says_the_same(last.statements[begin], last.state):
            continue
        first = 0 if restart.afresh is None else 1  # a formula is no witness for itself
        if not _is_doubtful(last.found[begin + first : stop]):
            continue
        here, behind = last.statements[begin:stop], last.statements[stop:]
        for moved in _moves(restart.updated, last):
            anew = _begun_anew(document, last, begin, stop - begin, givens, moved)
            other = _part(anew, here)
            if _better(other.found[first:], last.found[begin + first : stop], 0 if restart.afresh else GAIN):
                further = _part(anew, behind)
                if is_cut_short(further.found):
                    raise TooMuchWork  # what was judged to its end stays
                parts[-1] = replace(last, statements=last.statements[:begin], found=last.found[:begin])
                parts.append(Part(anew, here + behind, other.found + further.found))
                break


def _moves(updated: Mapping[Key, Statement], last: Part) -> Iterator[Mapping[Key, Statement]]:
    """What updates made of the parameters, as it stands there; and with figures in error put right."""
    right = {j.span: j.expected for j in last.judgements() if j.verdict is Verdict.WRONG and j.expected}
    mended = {name: _mended(statement, right) for name, statement in updated.items()}
    yield updated
    if any(mended[name] is not statement for name, statement in updated.items()):
        yield mended


def _mended(statement: Statement, right: Mapping[Span, str]) -> Statement:
    """A statement with what its last figure ought to be, where that was wrong."""
    *front, last = statement.terms
    figure = last.operand if isinstance(last, Negative) else last
    expected = right.get(last.span)
    if expected is None or not isinstance(figure, Number) or not _FIGURE.fullmatch(expected):
        return statement
    value = Fraction(expected)
    number = replace(figure, text=expected.lstrip("-"), value=abs(value))
    return replace(statement, terms=(*front, number if value >= 0 else Negative(last.span, number)))


def _part(state: State, statements: Sequence[Statement]) -> Part:
    return Part(state, tuple(statements), tuple(tuple(judge(statement, state)) for statement in statements))


def _begun_anew(
    document: Document, last: Part, begin: int, count: int, givens: Givens, updated: Mapping[Key, Statement]
) -> State:
    """The state for the rest of a part: what it says nearest to its beginning, and what updates made of parameters."""
    rest = last.statements[begin:]
    again = {k for statement in rest[:count] if (k := number_given(statement)) is not None}
    moved = [statement for name, statement in updated.items() if name not in again]
    steps = set(_steps(document.statements))
    kept = [statement for statement in _nearest(document, rest) if id(statement) not in steps]
    state = own_state(replace(document, statements=(*moved, *kept)), givens)
    for statement in document.statements:  # what the sections before have given formulas
        if statement is rest[0]:
            break
        note_section(statement, state)
    return state


def _steps(statements: Sequence[Statement]) -> Iterator[int]:
    """The ids of statements that move a parameter by numbers alone: none says what it is at the beginning."""
    given: dict[Key, Figures] = {}
    for statement in statements:
        name = number_given(statement)
        if name is not None:
            given.setdefault(name, last_figures(statement))
        elif update(statement, given) is not None and kind_of(statement.terms[1]) is Kind.NUMERIC:
            yield id(statement)


def _nearest(document: Document, rest: Sequence[Statement]) -> tuple[Statement, ...]:
    """All statements: of the section the rest begins in, of the sections before it from the last, and those behind."""
    here = [*takewhile(lambda s: s.context.heading == rest[0].context.heading, rest)]
    first = next(k for k, s in enumerate(document.statements) if s is rest[0])
    sections = [[*group] for _, group in groupby(document.statements[:first], key=lambda s: s.context.heading)]
    behind = document.statements[first + len(here) :]
    return (*here, *(s for section in reversed(sections) for s in section), *behind)


def _says_the_same(statement: Statement, state: State) -> bool:
    """Whether a formula is the one its name has already, in other words."""
    first, *rest = statement.terms
    return any(equal(first, term, state) for term in rest if kind_of(term) is Kind.SYMBOLIC)


def _is_doubtful(found: Sequence[Sequence[Judgement]]) -> bool:
    """Whether other numbers might explain some claims better."""
    every = [j for judgements in found for j in judgements]
    verdicts = [j.verdict for j in every]
    return any(v in BAD for v in verdicts) or any(map(is_doubted, every)) or verdicts.count(Verdict.DIGIT) >= GAIN


def _better(ours: Sequence[Sequence[Judgement]], theirs: Sequence[Sequence[Judgement]], least: int) -> bool:
    """Whether clearly more claims come out one way than the other."""
    gain, opened = _score(ours) - _score(theirs), max(0, _open(ours) - _open(theirs))
    if opened and _bad(ours):
        return False  # what says less finds less
    return gain >= least + GAIN * opened and _bad(ours) <= _bad(theirs)


def _score(found: Sequence[Sequence[Judgement]]) -> int:
    return sum(j.verdict in GOOD for judgements in found for j in judgements) - _bad(found)


def _open(found: Sequence[Sequence[Judgement]]) -> int:
    return sum(j.verdict is Verdict.UNDECIDED for judgements in found for j in judgements)


def _bad(found: Sequence[Sequence[Judgement]]) -> int:
    return sum(j.verdict in BAD for judgements in found for j in judgements)
