"""The figures a document shows, and what its formulas come to with these put in, at any index."""

from __future__ import annotations

from itertools import islice, product
from operator import itemgetter
from typing import TYPE_CHECKING

from flint import fmpq
from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify.check.chain import meet
from bpsym.verify.check.terms import Kind, interval_literal, kind_of
from bpsym.verify.check.values import VARIANTS
from bpsym.verify.check.verdicts import Verdict
from bpsym.verify.disclaimed import is_aside
from bpsym.verify.effort import spend
from bpsym.verify.meaning.algebra import NoValueError
from bpsym.verify.meaning.arrays import Array, scalars
from bpsym.verify.meaning.denote import denote
from bpsym.verify.meaning.einstein import names_outside_sums
from bpsym.verify.meaning.keys import NO_TIME, Key, free_letters
from bpsym.verify.meaning.network import FAILURES
from bpsym.verify.meaning.reading import reading
from bpsym.verify.meaning.scope import Scope
from bpsym.verify.meaning.subjects import subject_of
from bpsym.verify.tree import Derivative, Differential, Name, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpsym.verify.check.state import State
    from bpsym.verify.check.verdicts import Judgement
    from bpsym.verify.meaning.arrays import Scalar, Value
    from bpsym.verify.meaning.choices import Choices
    from bpsym.verify.meaning.denote import Reading
    from bpsym.verify.meaning.indices import Indices
    from bpsym.verify.meaning.subjects import Subject
    from bpsym.verify.tree import Document, Expr, Statement, Table

MOST_LETTERS = 3
MOST_PLACES = 150  # combinations of index letters a law is tried at
MOST_UNITS = 16  # of a list whose entries are shown one by one
PLACE = 20  # units of work each of them is, at least
LARGE = 100  # numerator times denominator of an exact number nothing comes to by chance
NARROW = 0.02  # of its value, the width of any other
SHARP = 0.001  # of its value, the width of one that is enough by itself
COPIED = 3  # units of work a figure is, looked for at one place of a document


class Instance(Struct, frozen=True):
    """A law at one place: what is shown for its left-hand side, and what its letters stand for."""

    place: Mapping[str, str]
    shown: Value


class Shown(Struct, frozen=True):
    """The figures of every name and derivative at one place of a document, as wide as their last digits."""

    state: State
    scope: Scope  # in which names are figures
    others: Mapping[Subject, Value]  # of derivatives and changes, and of parameters after an update
    slopes: Scope  # in which those by the lists and matrices of parameters are
    units: tuple[str, ...]  # what index letters may stand for
    layers: tuple[str, ...]
    stands: bool = True  # a list whose entries are shown is a column; else it lies or stands, as it fits

    def figure(self, tree: Expr, place: Indices) -> Value | None:
        """What is shown for a name or a derivative; None where nothing is."""
        subject = plain_subject(tree, place)
        if subject is None:
            return None
        found = self.others.get(subject)
        if found is None and subject[0] == "d" and isinstance(subject[1], Key):
            return self.slopes.own_atoms(subject[1])  # ∂E/∂w_12, an entry of ∂E/∂W
        if found is not None or not isinstance(subject, Key) or subject.new:
            return found
        own = subject_of(tree, place)
        found = self._of_entries(subject)
        if found is None:
            found = self.scope.own_atoms(subject)
        return self.scope.own_atoms(own) if found is None and isinstance(own, Key) else found

    def _of_entries(self, whole: Key) -> Value | None:
        """A list whose entries are shown, a column: they were worked out before it was."""
        if whole._replace(sub=(*whole.sub, "1")) not in self.scope.table:
            return None
        items: list[Scalar] = []
        for number in range(1, MOST_UNITS):
            found = self.scope.own_atoms(whole._replace(sub=(*whole.sub, str(number))))
            if found is None or isinstance(found, Array):
                break
            items.append(found)
        shape = (len(items), 1) if self.stands else (len(items),)
        return Array(shape, tuple(items)) if len(items) > 1 else None

    def instances(self, left: Expr, right: Expr) -> Iterator[Instance]:
        """Where something is shown for the left-hand side of a law, whose letters have to be all there are."""
        bound = {} if self.state.scope.timed else NO_TIME
        letters = _letters(left, bound)
        if not _letters(right, bound).keys() <= letters.keys() or len(letters) > MOST_LETTERS:
            return
        ranges = [self._range(letter, counts_layers=layers) for letter, layers in letters.items()]
        for values in islice(product(*ranges), MOST_PLACES):
            spend(PLACE)
            place = dict(zip(letters, values, strict=True))
            shown = self.figure(left, place)
            if shown is not None:
                yield Instance(place, shown)

    def _range(self, letter: str, *, counts_layers: bool) -> tuple[str, ...]:
        if not counts_layers:
            return self.units
        return self.layers[-1:] if letter == "L" else self.layers

    def agrees(self, right: Expr, instance: Instance) -> bool | None:
        """Whether a law comes to what is shown at a place, lists standing or lying; None where a figure is missing."""
        told = _comes_to(self, right, instance)
        return _comes_to(replace(self, stands=False), right, instance) if told is False else told

    def with_figures(self, choices: Choices) -> Reading:
        """How to read a law with the figures put in."""

        def name(tree: Name, place: Indices) -> Value:
            found = self.figure(tree, place)
            if found is None:
                raise NoValueError("no figure is shown")
            return found

        def slope(tree: Derivative | Differential, place: Indices) -> Value:
            found = self.figure(tree, place)
            if found is None:
                raise NoValueError("no figure is shown")
            return found

        def values(letter: str, _low: Expr | None, _high: Expr | None, place: Indices, body: Expr) -> list[str]:
            """What a letter of a sum runs over: wherever all under the sum have figures."""
            under = [node for node in walk(body) if isinstance(node, Name)]
            names = [name for name in under if any(letter in part for part in (*name.sub, *name.layer))]
            found = [k for k in self.units if all(self.figure(n, {**place, letter: k}) is not None for n in names)]
            if not names or not found:
                raise NoValueError("no figure is shown")
            return found

        base = reading(self.state.scope, self.state.truth, choices)
        return replace(base, name=name, derivative=slope, values=values, moved=None)


def _comes_to(shown: Shown, right: Expr, instance: Instance) -> bool | None:
    told: bool | None = None
    for way in VARIANTS:
        choices = way.again()
        try:
            value = denote(right, shown.with_figures(choices), instance.place)
        except FAILURES:
            value = None
        if value is not None:
            if len(scalars(value)) == len(scalars(instance.shown)) and meet(value, instance.shown):
                return True
            told = False
        if not choices.met:
            break
    return told


class Figures(Struct, frozen=True):
    """Every figure of a document with the place where it stands; None for one in error."""

    state: State
    found: Mapping[Subject, list[tuple[int, Value | None]]]

    def at(self, place: int) -> Shown:
        """What a law standing there is about: the figure before it, or the first behind."""
        table: dict[Key, list[Value]] = {}
        others: dict[Subject, Value] = {}
        spend(COPIED * len(self.found))
        for subject, figures in self.found.items():
            value = next((value for start, value in reversed(figures) if start < place), figures[0][1])
            if value is not None and isinstance(subject, Key) and not subject.new:
                table[subject] = [value]
            elif value is not None:
                others[subject] = value
        lists = ((s[1], v) for s, v in others.items() if s[0] == "d" and isinstance(v, Array))
        slopes = {name: [value] for name, value in lists if isinstance(name, Key)}
        return Shown(self.state, Scope(table=table), others, Scope(table=slopes), *_indices(table, others))


def figures_of(document: Document, state: State, claims: Sequence[Judgement]) -> Figures:
    """The figures of a document, and what those in error ought to be where nothing follows from them."""
    found: dict[Subject, list[tuple[int, Value | None]]] = {}
    bad = [j for j in claims if j.verdict is Verdict.WRONG]
    is_lonely = all(j.verdict is not Verdict.CARRIED for j in claims)
    for name, number in _in_tables(document):
        found.setdefault(name, []).append((number.span.start, _read(number, state, given=True)))
    for statement in document.statements:
        last = statement.terms[-1]
        if kind_of(last) is not Kind.NUMBER or not statement.relations or is_aside(statement):
            continue
        value = _read(last, state, given=len(statement.terms) == 2)
        for judged in bad:
            if last.span.start <= judged.span.start < last.span.end:
                value = _meant(judged) if is_lonely and not isinstance(value, Array) else None
        for subject in _subjects(statement):
            found.setdefault(subject, []).append((last.span.start, value))
    return Figures(state, {subject: sorted(figures, key=itemgetter(0)) for subject, figures in found.items()})


def _in_tables(document: Document) -> Iterator[tuple[Key, Expr]]:
    """The numbers below the names in the heads of tables: of the first row, or of each that says its index first."""
    for table in document.tables:
        letter = _counted(table)
        for row in table.rows if letter else table.rows[:1]:
            place = {letter: row[0].text.strip("$ ")} if letter and row else {}
            for head, cell in zip(table.head, row, strict=False):
                if not isinstance(head.expr, Name) or cell.expr is None or kind_of(cell.expr) is not Kind.NUMBER:
                    continue
                subject = plain_subject(head.expr, place)
                if isinstance(subject, Key) and not subject.new and subject.base != letter:
                    yield subject, cell.expr


def _counted(table: Table) -> str:
    """The letter of the index that the first column of a table counts: j in `| j | w_{j1} | w_{j2} |`; "" of none."""
    first = table.head[0].expr if table.head else None
    if not isinstance(first, Name) or first.sub or first.layer or len(first.base) != 1:
        return ""
    counts = all(row and row[0].text.strip("$ ").isdecimal() for row in table.rows)
    inside = any(isinstance(cell.expr, Name) and first.base in "".join(cell.expr.sub) for cell in table.head[1:])
    return first.base if counts and inside else ""


def _meant(judged: Judgement) -> Value | None:
    """What a figure in error ought to be."""
    right = [*judged.details.get("truth", ()), *judged.details.get("line", ())]
    return right[0] if right and not isinstance(right[0], Array) else None


def telling(value: Value) -> int:
    """How many of the numbers of a figure something else hardly comes to by chance."""
    return sum(_is_telling(item) for item in scalars(value))


def is_sharp(value: Value) -> bool:
    """Whether a figure is one number of so many digits that hardly any formula comes to it by chance."""
    return not isinstance(value, Array) and not isinstance(value, fmpq) and bool(value.rad() < SHARP * abs(value.mid()))


def _is_telling(item: Scalar) -> bool:
    if isinstance(item, fmpq):
        return abs(int(item.p) * int(item.q)) >= LARGE
    return bool(item.rad() < NARROW * abs(item.mid()))


def _subjects(statement: Statement) -> Iterator[Subject]:
    """What a statement that ends in a figure is about."""
    for term, relation in zip(statement.terms, statement.relations, strict=False):
        if isinstance(term, (Name, Derivative, Differential)) and relation.kind in "=≈←":
            subject = plain_subject(term)
            if subject is not None:
                yield subject


def plain_subject(tree: Expr, place: Indices | None = None) -> Subject | None:
    """What a formula is about at a place, with w_{1,4} as w_{14}."""
    return _plain(subject_of(tree, place))


def _plain(subject: Subject | None) -> Subject | None:
    if isinstance(subject, Key):
        sub = subject.sub
        joined = ("".join(sub),) if len(sub) > 1 and all(len(part) == 1 and part.isdecimal() for part in sub) else sub
        return subject._replace(sub=joined)
    if subject is None or subject[0] == "formula" or subject[0] == "call":
        return None
    return tuple(_plain(part) if isinstance(part, Key) else part for part in subject)  # type: ignore[return-value]


def _read(tree: Expr, state: State, *, given: bool) -> Value | None:
    """A figure, a list or a matrix of them: `given` ones are exact, any others as wide as their last digits."""
    literal = interval_literal(lambda number: given or state.is_exact(number), fmpq(1))
    try:
        return denote(tree, replace(reading(state.scope, state.truth), literal=literal))
    except FAILURES:
        return None


def _letters(tree: Expr, bound: Mapping[str, str]) -> dict[str, bool]:
    """The free index letters of a formula, and whether each counts layers."""
    return {
        letter: counts_layers
        for name, inside in names_outside_sums(tree)
        for letter, counts_layers in free_letters(name, bound)
        if letter not in inside
    }


def _indices(
    table: Mapping[Key, Sequence[Value]], others: Mapping[Subject, Value]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What index letters may stand for: every index of a figure and the places in a list; and every layer."""
    units: set[str] = set()
    layers: set[str] = set()
    for name in (*table, *(part for subject in others for part in _keys(subject))):
        layers.update(part for part in name.layer if part.isdecimal())
        for part in name.sub:
            if part.isdecimal():
                units.update((*part, part) if len(part) == 2 else (part,))
            elif part[:1] in ("h", "o", "i") and part[1:].isdecimal():
                units.add(part)
    lists = [values[0] for values in table.values() if isinstance(values[0], Array)]
    longest = max((max(whole.shape) for whole in lists), default=0)
    units.update(map(str, range(1, min(longest, MOST_UNITS) + 1)))
    first, second = (sorted(found, key=lambda part: (len(part), part))[:MOST_UNITS] for found in (units, layers))
    return tuple(first), tuple(second)


def _keys(subject: Subject) -> Iterator[Key]:
    yield from (subject,) if isinstance(subject, Key) else (part for part in subject if isinstance(part, Key))
