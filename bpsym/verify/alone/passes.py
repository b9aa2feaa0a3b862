"""Passes after a step: a document that goes on with the weights it has made is judged by the network they make.

A document read by the network its numbers are may go on: a second epoch, or what the outputs and the loss are after
the update. Where its parameters have been moved, and that network calls wrong what is right one step further on, the
next pass begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from bpsym.verify.alone.inferred import agreed, stepped
from bpsym.verify.check.chain import ARROWS
from bpsym.verify.check.terms import Kind, kind_of, leaves
from bpsym.verify.check.verdicts import BAD, PROVED, Verdict, by_statement
from bpsym.verify.meaning.arrays import scalars
from bpsym.verify.meaning.followed import role_of
from bpsym.verify.meaning.keys import key
from bpsym.verify.meaning.subjects import subject_of
from bpsym.verify.tree import Name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bpsym.spec import Description
    from bpsym.verify.check.verdicts import Judgement
    from bpsym.verify.meaning.described import Table
    from bpsym.verify.meaning.subjects import Subject
    from bpsym.verify.tree import Document, Statement

MOST_PASSES = 4
MOVES = frozenset([Kind.NUMERIC, Kind.SYMBOLIC, Kind.MIXED])
PARAMETERS = frozenset(["W", "b"])


class Passes(NamedTuple):
    """How a document is judged pass by pass: by which names, and by the network of a pass."""

    names: Table
    judge: Callable[[Document, Description], list[Judgement]]
    own: Sequence[Judgement]  # what the document by itself says of its claims


def agreed_in_passes(
    passes: Passes, document: Document, network: Description, theirs: Sequence[Judgement], number: int = 1
) -> list[Judgement] | None:
    """The claims as a network has them, from the next pass on as it is after a step; None where it is another one."""
    knows_steps = network.spec.training is not None
    statements = document.statements
    for place, is_proved in _next_passes(passes, statements, theirs) if number < MOST_PASSES else ():
        start, behind = statements[place].span.start, statements[place:]
        rest = _behind(passes, document, network, place, number) if knows_steps else None
        if rest is None and not is_proved:
            continue
        before = replace(document, statements=statements[:place])
        claims = agreed(before, passes.own, [j for j in theirs if j.span.start < start], steps=knows_steps)
        if claims is None:
            return None
        judged = {j.span for j in rest or ()}
        left = (j for s in by_statement(behind, passes.own) for j in s if j.span not in judged)
        return [*claims, *(rest or ()), *left]
    return agreed(document, passes.own, theirs, steps=knows_steps)


def _behind(
    passes: Passes, document: Document, network: Description, place: int, number: int
) -> list[Judgement] | None:
    """The claims from a place on by the network after a step; None where it is not what that place begins with."""
    before, behind = document.statements[:place], document.statements[place:]
    moved = [s for statement in before for s in _moved(statement, passes.names)]
    later = stepped(network)
    found = by_statement(behind, passes.judge(replace(document, statements=(*moved, *behind)), later))
    if not all(j.verdict in PROVED for j in found[0]):
        return None
    ours = [judgement for judgements in found for judgement in judgements]
    return agreed_in_passes(passes, replace(document, statements=behind), later, ours, number + 1)


def _next_passes(
    passes: Passes, statements: Sequence[Statement], theirs: Sequence[Judgement]
) -> Iterator[tuple[int, bool]]:
    """Statements behind an update that work a name out again, to what only a network calls wrong.

    Each with whether the document proves it, by working it out in numbers.
    """
    own = {j.span: j.verdict for j in passes.own}
    is_moved = False
    said: set[Subject] = set()
    for place, (statement, claims) in enumerate(zip(statements, by_statement(statements, theirs), strict=True)):
        subject = subject_of(statement.terms[0])
        doubtful = [own.get(j.span) for j in claims if j.verdict is Verdict.WRONG and own.get(j.span) not in BAD]
        if moves(statement, passes.names):
            is_moved = True
        elif is_moved and subject in said and doubtful:
            is_worked = any(kind_of(term) is Kind.NUMERIC for term in statement.terms[1:])
            yield place, is_worked and any(verdict in PROVED for verdict in doubtful)
        if subject is not None:
            said.add(subject)


def moves(statement: Statement, names: Table) -> bool:
    """Whether it says what becomes of a parameter that is given."""
    first, *rest = statement.terms
    if not isinstance(first, Name) or not rest:
        return False
    wanted = key(first)
    known = names.get(wanted._replace(new=False))
    if known is None or role_of(known[0]) not in PARAMETERS:
        return False
    return wanted.new or statement.relations[0].kind in ARROWS or kind_of(rest[0]) in MOVES


def _moved(statement: Statement, names: Table) -> Iterator[Statement]:
    """What a parameter is from there on, by the figures of a statement that moves it."""
    first, last = statement.terms[0], statement.terms[-1]
    if not isinstance(first, Name) or not moves(statement, names) or kind_of(last) is not Kind.NUMBER:
        return
    if len(list(leaves(last))) == len(scalars(names[key(first)._replace(new=False)][0])):
        name = replace(first, marks=tuple(mark for mark in first.marks if mark not in ("new", "+", "prime")))
        yield replace(statement, terms=(name, last), relations=(replace(statement.relations[-1], kind="="),))
