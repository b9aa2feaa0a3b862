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
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.canonical import canonical
from bpsym.verify.check.chain import ARROWS, declares_index
from bpsym.verify.check.judge import judge, note_section
from bpsym.verify.check.symbols import equal
from bpsym.verify.check.terms import Kind, Shown, kind_of, leaves
from bpsym.verify.check.verdicts import BAD, GOOD, Judgement, Verdict, is_doubted
from bpsym.verify.effort import TooMuchWork, bounded
from bpsym.verify.meaning.ambiguous import given_by
from bpsym.verify.meaning.keys import Key, is_parameter, key
from bpsym.verify.own import own_state
from bpsym.verify.sections import apart
from bpsym.verify.tree import Name, Negative, Number, covering, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flint import fmpq

    from bpsym.verify.check.state import State
    from bpsym.verify.givens import Givens
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
        parts = [piece for part in parts for piece in _by_sections(part, document, givens)]
    return parts


def _by_sections(part: Part, document: Document, givens: Givens) -> Iterator[Part]:
    """A part with the sections that use its names for other things apart."""
    start = 0
    for first, last, state, found in apart(document, part.statements, part.found, givens):
        if start < first:
            yield Part(part.state, part.statements[start:first], part.found[start:first])
        yield Part(state, part.statements[first:last], found)
        start = last
    if start < len(part.statements) or not part.statements:
        yield Part(part.state, part.statements[start:], part.found[start:])


def _divide(parts: list[Part], document: Document, statements: tuple[Statement, ...], givens: Givens) -> None:
    """Take from the last part, again and again, what is better judged by other numbers."""
    places = list(_restarts(statements))[:MOST_PLACES] if len(statements) <= MOST_STATEMENTS else []
    for k, (start, updated, afresh) in enumerate(places):
        last = parts[-1]
        begin = start - (len(statements) - len(last.statements))
        if not 0 < begin < len(last.statements):
            continue
        stop = begin + (places[k + 1][0] - start if k + 1 < len(places) else len(statements) - start)
        if afresh is not None and _says_the_same(last.statements[begin], last.state):
            continue
        first = 0 if afresh is None else 1  # a formula is no witness for itself
        if not _is_doubtful(last.found[begin + first : stop]):
            continue
        here, behind = last.statements[begin:stop], last.statements[stop:]
        for moved in _moves(updated, last):
            anew = _begun_anew(document, last, begin, stop - begin, givens, moved)
            other = _part(anew, here)
            if _better(other.found[first:], last.found[begin + first : stop], 0 if afresh else GAIN):
                further = _part(anew, behind)
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
    again = {k for statement in rest[:count] if (k := _given(statement)) is not None}
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
    given: dict[Key, tuple[fmpq, ...]] = {}
    for statement in statements:
        name = _given(statement)
        if name is not None:
            given.setdefault(name, tuple(shown.value for shown in _numbers(statement)))
        elif _update(statement, given) is not None and kind_of(statement.terms[1]) is Kind.NUMERIC:
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
    gain = _score(ours) - _score(theirs)
    return gain >= least and _bad(ours) <= _bad(theirs) and _open(ours) <= _open(theirs)


def _score(found: Sequence[Sequence[Judgement]]) -> int:
    return sum(j.verdict in GOOD for judgements in found for j in judgements) - _bad(found)


def _open(found: Sequence[Sequence[Judgement]]) -> int:
    return sum(j.verdict is Verdict.UNDECIDED for judgements in found for j in judgements)


def _bad(found: Sequence[Sequence[Judgement]]) -> int:
    return sum(j.verdict in BAD for judgements in found for j in judgements)


def _restarts(statements: Sequence[Statement]) -> Iterator[tuple[int, dict[Key, Statement], bool | None]]:
    """Where other numbers may begin, with what updates before have made of the parameters.

    Where it is because a name gets another formula, also whether that is in another section; None where not.
    """
    given: dict[Key, tuple[fmpq, ...]] = {}
    updated: dict[Key, Statement] = {}
    moved = False  # whether anything was updated since the last place
    said: set[Key] = set()
    results: dict[Key, tuple[fmpq, ...]] = {}
    formulas: dict[Key, tuple[str, str]] = {}  # the first formula of each name, and the section it stands in
    last = -2  # the last place found
    for place, statement in enumerate(statements):
        name = _given(statement)
        if (new := _update(statement, given)) is not None:
            updated[new[0]] = new[1]
            moved = True
        elif name is not None:
            numbers = tuple(shown.value for shown in _numbers(statement))
            if given.get(name, numbers) != numbers and name not in said:
                if last < place - 1:
                    yield place, dict(updated), None
                    moved, said = False, set()
                last = place
                given[name] = numbers
            elif moved and name in said and results.get(name, numbers) != numbers:  # after the step it is another
                yield place, dict(updated), None
                moved, said = False, set()
            elif last == place - 1 and last >= 0:
                last = place  # the same list of givens goes on
            given.setdefault(name, numbers)
        elif (afresh := _is_defined_anew(statement, formulas)) is not None and last < place - 1:
            last = place
            yield place, dict(updated), afresh
        elif moved and _is_repeated(statement, said) and _numeric(statement):
            yield place, dict(updated), None
            moved, said = False, set()
        first = statement.terms[0]
        if isinstance(first, Name) and name is None and len(statement.terms) > 1:
            said.add(key(first))
            if kind_of(statement.terms[-1]) is Kind.NUMBER:
                results[key(first)] = tuple(shown.value for shown in _numbers(statement))


def _is_defined_anew(statement: Statement, formulas: dict[Key, tuple[str, str]]) -> bool | None:
    """Whether a name that gets another formula than it had does so in another section; None where it does not."""
    first, *rest = statement.terms
    formula = next((t for t in rest if kind_of(t) is Kind.SYMBOLIC and not isinstance(t, Name)), None)
    if not isinstance(first, Name) or formula is None or declares_index(statement):
        return None
    said = canonical(formula), statement.context.heading
    before = formulas.setdefault(key(first), said)
    formulas[key(first)] = said
    return None if before[0] == said[0] else before[1] != said[1]


def _is_repeated(statement: Statement, said: set[Key]) -> bool:
    first = statement.terms[0]
    return isinstance(first, Name) and key(first) in said


def _numeric(statement: Statement) -> bool:
    return any(kind_of(term) in (Kind.NUMBER, Kind.NUMERIC) for term in statement.terms[1:])


def _given(statement: Statement) -> Key | None:
    """The name a statement gives a number, and nothing else."""
    given = given_by(statement)
    if given is None or not given.is_number or statement.relations[0].kind not in ("=", ":="):
        return None
    name = key(given.name)
    return None if name.new else name


def _numbers(statement: Statement) -> list[Shown]:
    return [shown for shown in leaves(statement.terms[-1]) if shown is not None]


def _update(statement: Statement, given: Mapping[Key, tuple[fmpq, ...]]) -> tuple[Key, Statement] | None:
    """The parameter a statement moves, and what it is from there on."""
    first, *rest = statement.terms
    if not isinstance(first, Name) or not rest or kind_of(rest[-1]) is not Kind.NUMBER:
        return None
    wanted = key(first)
    old = wanted._replace(new=False)
    numbers = _numbers(statement)
    if not is_parameter(old.base) or len(numbers) != 1:
        return None
    own = any(isinstance(n, Name) and key(n) == old for term in rest for n in walk(term))
    arrow = statement.relations[0].kind in ARROWS and old in given
    computed = old in given and len(rest) > 1 and kind_of(rest[0]) is Kind.NUMERIC
    if not (wanted.new or own or arrow or computed):
        return None
    name = replace(first, marks=tuple(mark for mark in first.marks if mark not in ("new", "+", "prime")))
    equals = replace(statement.relations[-1], kind="=")
    return old, replace(statement, terms=(name, rest[-1]), relations=(equals,))
