"""Where in a document other numbers may begin: another example, or the pass after an update."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from bpsym.verify.canonical import canonical
from bpsym.verify.check.chain import ARROWS, declares_index
from bpsym.verify.check.terms import Kind, kind_of, leaves
from bpsym.verify.meaning.ambiguous import given_by
from bpsym.verify.meaning.keys import Key, is_parameter, key
from bpsym.verify.tree import Application, Call, Derivative, Name, Negative, Number, Product, Sum, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flint import fmpq

    from bpsym.verify.tree import Expr, Statement

Figures = tuple["fmpq", ...]


class Restart(NamedTuple):
    """A place where other numbers may begin."""

    place: int  # which statement is the first
    updated: Mapping[Key, Statement]  # what the updates before it have made of the parameters
    afresh: bool | None = None  # where a name gets another formula: whether in another section than before


def restarts(statements: Sequence[Statement]) -> Iterator[Restart]:
    """The places where givens are given anew, formulas are, or a pass follows an update."""
    reader = _Reader()
    for place, statement in enumerate(statements):
        found = reader.read(place, statement)
        if found is not None:
            yield found


@dataclass
class _Reader:
    """What was said before a statement, as far as it tells where other numbers begin."""

    given: dict[Key, Figures] = field(default_factory=dict)  # what each name was given last
    updated: dict[Key, Statement] = field(default_factory=dict)
    results: dict[Key, Figures] = field(default_factory=dict)  # what each name has come to
    formulas: dict[Key, tuple[str, str]] = field(default_factory=dict)  # the last of each name, and its section
    said: set[Key] = field(default_factory=set)  # the names worked out since the last restart
    worked: set[Key] = field(default_factory=set)  # those worked out anywhere before
    moved: bool = False  # whether anything was updated since then
    last: int = -2  # the last statement of a list of new givens, or with a new formula

    def read(self, place: int, statement: Statement) -> Restart | None:
        """The restart at a statement, which is remembered."""
        name = number_given(statement)
        found = self._restart(place, statement, name)
        first, *rest = statement.terms
        worked = _worked_out(first)
        if worked is not None and name is None and not all(isinstance(term, Derivative) for term in rest):
            self.said.add(worked)
            self.worked.add(worked)
            if isinstance(first, Name) and kind_of(rest[-1]) is Kind.NUMBER:
                self.results[worked] = last_figures(statement)
        return found

    def _restart(self, place: int, statement: Statement, name: Key | None) -> Restart | None:
        if (new := update(statement, self.given)) is not None:
            return self._at_update(place, statement, *new)
        if name is not None:
            return self._at_given(place, name, last_figures(statement))
        afresh = self._is_in_another_section(statement)
        if afresh is not None and self.last < place - 1:
            self.last = place
            return Restart(place, dict(self.updated), afresh)
        return self._begin(place) if self.moved and self._works_again(statement) else None

    def _at_update(self, place: int, statement: Statement, name: Key, moved: Statement) -> Restart | None:
        """A restart where a name that was moved is moved once more from where it was at first: by another method."""
        steps = next((t for t in statement.terms[1:] if kind_of(t) is Kind.NUMERIC), None)
        again = name in self.updated and steps is not None and _steps_from([steps], self.given.get(name, ()))
        if again:
            self.updated = {}
        found = self._begin(place) if again else None
        self.updated[name], self.moved = moved, True
        return found

    def _at_given(self, place: int, name: Key, figures: Figures) -> Restart | None:
        """A restart where a name is given other figures than before: only at the first of a list of such names."""
        found = None
        if name not in self.said and self.given.get(name, figures) != figures:
            if self.last < place - 1:
                found = self._begin(place)
            self.last = place
            self.given[name] = figures
        elif self.moved and name in self.said and self.results.get(name, figures) != figures:
            found = self._begin(place)  # after the step it is another
        elif self.last == place - 1 and self.last >= 0:
            self.last = place  # the same list goes on
        self.given.setdefault(name, figures)
        return found

    def _begin(self, place: int) -> Restart:
        self.moved, self.said = False, set()
        return Restart(place, dict(self.updated))

    def _is_in_another_section(self, statement: Statement) -> bool | None:
        """Whether a name gets another formula in another section than the one before; None where it gets none."""
        first, *rest = statement.terms
        formula = next((t for t in rest if kind_of(t) is Kind.SYMBOLIC and not isinstance(t, Name)), None)
        if not isinstance(first, Name) or formula is None or declares_index(statement):
            return None
        now = canonical(formula), statement.context.heading
        before = self.formulas.get(key(first), now)
        self.formulas[key(first)] = now
        return None if before[0] == now[0] else before[1] != now[1]

    def _works_again(self, statement: Statement) -> bool:
        """Whether a name is worked out in numbers once more."""
        first, *rest = statement.terms
        again = isinstance(first, Name) and key(first) in self.worked
        return again and any(kind_of(term) in (Kind.NUMBER, Kind.NUMERIC) for term in rest)


def _worked_out(tree: Expr) -> Key | None:
    """What is worked out where `tree` stands on the left: J, or `J(0)`, J at a number."""
    match tree:
        case Name() as name:
            return key(name)
        case Product(factors=(Name() as name, Number() | Negative()), operators=("",)):
            return key(name)
        case Application(head=Name() as name, arguments=(Number() | Negative(),)):
            return key(name)
        case Call(function=Name() as name, arguments=(Number() | Negative(),)):
            return key(name)
    return None


def number_given(statement: Statement) -> Key | None:
    """The name a statement gives a number, and nothing else: `w = 0.5`, or `d = e = 0.5`, one of two."""
    middle = statement.terms[1:-1]
    if middle and all(isinstance(term, Name) for term in middle):
        ends = (statement.terms[0], statement.terms[-1])
        statement = replace(statement, terms=ends, relations=statement.relations[:1])
    given = given_by(statement)
    if given is None or not given.is_number or statement.relations[0].kind not in ("=", ":="):
        return None
    name = key(given.name)
    return None if name.new else name


def last_figures(statement: Statement) -> Figures:
    """The figures a statement ends with."""
    return tuple(shown.value for shown in leaves(statement.terms[-1]) if shown is not None)


def update(statement: Statement, given: Mapping[Key, Figures]) -> tuple[Key, Statement] | None:
    """The parameter a statement moves, and what it is from there on."""
    first, *rest = statement.terms
    if not isinstance(first, Name) or not rest or kind_of(rest[-1]) is not Kind.NUMBER:
        return None
    wanted = key(first)
    old = wanted._replace(new=False)
    stepped = _steps_from(rest, given.get(old, ()))
    if not (is_parameter(old.base) or stepped) or len(last_figures(statement)) != 1:
        return None
    own = any(isinstance(n, Name) and key(n) == old for term in rest for n in walk(term))
    arrow = statement.relations[0].kind in ARROWS and old in given
    computed = old in given and len(rest) > 1 and kind_of(rest[0]) is Kind.NUMERIC
    if not (wanted.new or own or arrow or computed or stepped):
        return None
    name = replace(first, marks=tuple(mark for mark in first.marks if mark not in ("new", "+", "prime")))
    equals = replace(statement.relations[-1], kind="=")
    return old, replace(statement, terms=(name, rest[-1]), relations=(equals,))


def _steps_from(rest: Sequence[Expr], before: Figures) -> bool:
    """Whether a sum in numbers begins with the very figure its name was given, and comes to another: `a = 2 + 0.06`."""
    worked = rest[0]
    if len(before) != 1 or not isinstance(worked, Sum) or kind_of(worked) is not Kind.NUMERIC:
        return False
    begins = [worked.signs[0] * shown.value for shown in leaves(worked.terms[0]) if shown is not None]
    return begins == [*before] and [shown.value for shown in leaves(rest[-1]) if shown is not None] != begins
