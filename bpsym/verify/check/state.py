"""What is known while a document is read from top to bottom."""

from __future__ import annotations

from collections import Counter
from copy import copy
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from flint import arb, fmpq
from msgspec.structs import replace

from bpsym.lowering import lower
from bpsym.program import Role
from bpsym.verify.check.terms import Shown, ball, interval_literal, middle, touches
from bpsym.verify.check.verdicts import BAD, Verdict
from bpsym.verify.meaning.algebra import NoValueError, rational
from bpsym.verify.meaning.arrays import Array, Scalar, ShapeError, Value, scalars
from bpsym.verify.meaning.choices import Choices
from bpsym.verify.meaning.denote import denote
from bpsym.verify.meaning.keys import Key
from bpsym.verify.meaning.network import NO_VALUES, Network
from bpsym.verify.meaning.reading import reading
from bpsym.verify.meaning.scope import Point, Scope
from bpsym.verify.tree import BigSum, Expr, Matrix, Name, Number, Product, Row, Transpose, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sympy import Expr as Atom

    from bpsym.evaluate import Environment
    from bpsym.notation import Name as PrintedName
    from bpsym.verify.meaning.indices import Indices
    from bpsym.verify.meaning.subjects import Subject

SEEDS = (1, 2, 3)
LONG = 4  # places nobody writes for a given
VARIANTS = tuple(Choices(elementwise, rows) for rows in (False, True) for elementwise in (False, True))
SWAPPED = tuple(Choices(swaps=swaps) for swaps in range(1, 6))  # where a bullet says: transpose as the shapes need it
SAID = tuple(
    "shown moved doubtful wrong overrides slips updated wrong_numbers wrong_formulas before pending rounded".split()
)
MOST_ALIKE = 0.6  # of the figures: so many places are the usual number
MOST_SLIPS = 3  # of which some may have been gone on with and others not
FAILURES = (*NO_VALUES, ShapeError, ValueError, OverflowError)


@dataclass
class State:
    """The scope, the points formulas are taken at, and what the document has shown so far."""

    scope: Scope
    truth: Point
    anywhere: list[Point]
    positive: list[Point]  # where roots and logarithms exist
    nearby: list[Point]  # on the same side of every kink
    specialised: list[Point]  # at the same inputs and targets, where these simplify formulas
    samples: Sequence[Mapping[Key, Scalar]] = ()  # the inputs and targets of each, by a document that has several
    moved: set[Subject] = field(default_factory=set)  # what has been worked out for another sample than the first
    rows: dict[Key, frozenset[fmpq]] = field(default_factory=dict)  # all that names are in the rows of a table of steps
    shown: dict[Subject, Value] = field(default_factory=dict)
    doubtful: set[Subject] = field(default_factory=set)  # shown, but not right to the digit
    wrong: set[Subject] = field(default_factory=set)
    overrides: dict[Atom, Scalar] = field(default_factory=dict)
    meant: dict[Atom, Scalar] = field(default_factory=dict)  # of figures in error: whatever would have been right there
    slips: dict[Atom, Scalar] = field(default_factory=dict)  # of figures blamed: what follows from those before them
    formulas: dict[Subject, list[Expr]] = field(default_factory=dict)
    numerics: dict[Subject, list[tuple[Expr, bool]]] = field(default_factory=dict)
    exact: frozenset[fmpq] = frozenset()
    sections: dict[Subject, str] = field(default_factory=dict)  # under which heading a name got its formula
    headings: dict[Subject, str] = field(default_factory=dict)  # under which heading a name was last worked out
    rounded: set[tuple[fmpq, int]] = field(default_factory=set)  # figures of what has more digits, their places
    shared: dict[tuple[fmpq, fmpq], bool] = field(default_factory=dict)  # whether figures are those of several values
    updated: set[Key] = field(default_factory=set)
    wrong_numbers: dict[fmpq, Scalar | None] = field(default_factory=dict)  # figures in error, and what is right
    wrong_formulas: set[tuple[str, str]] = field(default_factory=set)  # subject and formula, as already blamed
    shallower: Callable[[int], State | None] = lambda _depth: None  # the same network with fewer hidden layers
    own: Callable[[], State | None] = lambda: None  # the document as its own description
    names: Callable[[Indices], Mapping[Atom, PrintedName]] = lambda _at: {}  # what the document calls the entries
    in_effect: Callable[[int], State | None] = lambda _position: None  # where names mean something else than at the top
    before: Expr | None = None  # the left-hand side of the statement before
    places: Counter[int] = field(default_factory=Counter)  # of the figures that do not end where they are shown
    pending: list[Expr] = field(default_factory=list)  # rows of a matrix whose sums are worked out below it
    facts: dict[int, tuple[bool, bool, bool, bool]] = field(default_factory=dict)  # of terms, by id
    trees: list[Expr] = field(default_factory=list)

    def remembered(self) -> dict[str, Any]:
        """What the document has said so far, to go back to."""
        lists = {name: {k: [*v] for k, v in getattr(self, name).items()} for name in ("formulas", "numerics")}
        return {**{name: copy(getattr(self, name)) for name in SAID}, **lists}

    def forget(self, before: dict[str, Any]) -> None:
        """Go back to what was remembered: what was said since does not count."""
        for name, value in before.items():
            setattr(self, name, value)

    @property
    def is_astray(self) -> bool:
        """Whether the document has gone wrong somewhere."""
        return bool(self.wrong or self.wrong_numbers)

    def is_exact(self, number: Number) -> bool:
        """Whether a numeral is taken at its word: a count, a given, a value that ends there."""
        short = number.digits <= 1 and number.places <= 1
        if number.places >= LONG and (number.value * 10 ** (number.places - 1)).denominator == 1:
            return False  # 0.0500 is a rounded 0.04996 as often as the 0.05 that was given
        value = rational(number.value)
        ends_here = value in self.exact and (abs(value), number.places) not in self.rounded
        return number.places <= 0 or short or (ends_here and not self._is_shared(number))

    def _is_shared(self, number: Number) -> bool:
        """Whether a value that was worked out ends in these digits and another has them, too: 0.0496 and its tanh."""
        network, value, half = self.scope.network, abs(rational(number.value)), fmpq(10) ** -number.places / 2
        if (value, half) not in self.shared:
            is_given = network is None or any(abs(given) == value for given in network.values.values())
            others = () if is_given else (abs(other) for other in self.known() if isinstance(other, arb))
            self.shared[value, half] = any(touches(other, (value - half, value + half)) for other in others)
        return self.shared[value, half]

    def usual_places(self) -> int | None:
        """How many places most figures have that do not end where they are shown; None where these differ."""
        if not self.places:
            return None
        usual, count = max(self.places.items(), key=lambda item: item[1])
        return usual if count >= MOST_ALIKE * self.places.total() else None

    def known(self) -> Iterator[Scalar]:
        """Every number there is: the network's values and what the document has shown."""
        network = self.scope.network
        if network is not None:
            for atom in (*network.inputs(), *(step.out for step in network.expansion.steps())):
                try:
                    yield self.truth.environment[atom]
                except FAILURES:
                    continue

    def as_shown(self) -> Iterator[Scalar]:
        """What the document has shown, at its word."""
        yield from map(middle, self.overrides.values())

    def carried(self, without: Subject | None) -> Point:
        """The point at which the document's own figures stand for what it has shown."""
        own = set(atoms_of(self.scope, without))  # SymPy is slow to tell that two atoms differ
        given = {atom: value for atom, value in self.overrides.items() if atom not in own}
        shown = {subject: value for subject, value in self.shown.items() if subject != without}
        environment = self.truth.environment.overridden(given)
        return Point(environment, shown, interval_literal(self.is_exact, fmpq(1, 2)))

    def mended(self, without: Subject | None) -> Point | None:
        """The same with the figures in error put right: for whoever went on from what they meant; None without any."""
        if not self.wrong:
            return None
        wrong = {atom for subject in self.wrong for atom in atoms_of(self.scope, subject)}
        given = {atom: value for atom, value in self.overrides.items() if atom not in wrong} | self.meant
        for atom in atoms_of(self.scope, without):
            given.pop(atom, None)
        gone = self.wrong | {without}
        shown = {subject: value for subject, value in self.shown.items() if subject not in gone}
        return Point(self.truth.environment.overridden(given), shown, interval_literal(self.is_exact, fmpq(1, 2)))

    def partly_mended(self, without: Subject | None) -> Iterator[Point]:
        """The document's own figures with some of its slips put right: who makes two may go on with one of them."""
        own = set(atoms_of(self.scope, without))
        slips = [atom for atom in self.slips if atom not in own][-MOST_SLIPS:]
        given = {atom: value for atom, value in self.overrides.items() if atom not in own}
        if len(self.wrong) > 1:
            for count in range(1, len(slips) + 1):
                for mended in combinations(slips, count):
                    environment = self.truth.environment.overridden(given | {atom: self.slips[atom] for atom in mended})
                    yield Point(environment, {}, interval_literal(self.is_exact, fmpq(1, 2)))

    def after_update(self) -> Point | None:
        """The point one update later, by the description or else by the new values shown; None where there are none."""
        network, environment = self.scope.network, self.truth.environment
        if network is None:
            return None
        updated: dict[Atom, Scalar] = {} if self.scope.described else self.shown_new()
        try:
            for quantity in network.expansion.program.all(Role.UPDATED):
                old, new = network.expansion.entries(quantity.of), network.expansion.entries(quantity.name)
                updated |= {was: environment[now] for was, now in zip(old, new, strict=True)}
        except FAILURES:
            return None
        return Point(environment.overridden(updated)) if updated else None

    def shown_new(self) -> dict[Atom, Scalar]:
        """The new values the document has shown, each for the parameter it is the new value of."""
        found: dict[Atom, Scalar] = {}
        for subject, value in self.shown.items():
            if isinstance(subject, Key) and subject.new:
                atoms = atoms_of(self.scope, subject._replace(new=False))
                if len(atoms) == len(scalars(value)):
                    found.update(zip(atoms, scalars(value), strict=True))
        return found

    def updates_all(self, atoms: Iterable[Atom]) -> bool:
        """Whether every parameter that some atoms depend on has a new value."""
        network = self.scope.network
        if network is None or self.scope.described:
            return network is not None
        used = {atom for step in network.expansion.order(tuple(atoms)) for atom in step.uses}
        kept = (used & network.values.keys()) - self.shown_new().keys()
        return not any(network.is_parameter(atom) for atom in kept)

    def after_update_by_hand(self, shown: list[Shown]) -> Iterator[Point]:
        """The same for somebody who goes on with rounded numbers: each is as uncertain as the digits shown leave it.

        Once more, where a new value is in error, for whoever went on from what they meant.
        """
        network, later = self.scope.network, self.after_update()
        if network is None or network.loss is None or later is None or not self.scope.described:
            return
        found = {was: _rounded(value, shown) for was, value in later.environment.given.items()}
        updated: dict[Atom, Atom] = {}
        for quantity in network.expansion.program.all(Role.UPDATED):
            updated |= zip(*map(network.expansion.entries, (quantity.of, quantity.name)), strict=True)
        written = {was: self.overrides[now] for was, now in updated.items() if now in self.overrides}
        meant = {was: self.meant[now] for was, now in updated.items() if now in self.meant}
        for new in (written, written | meant) if meant else (written,):
            point = self._computed_by_hand(network.loss, found | new, shown)
            if point is not None:
                yield point

    def _computed_by_hand(self, wanted: Atom, found: dict[Atom, Scalar], shown: list[Shown]) -> Point | None:
        """The point at which whatever leads to an atom is computed from what was found, and rounded as others were."""
        environment = self.truth.environment
        try:
            for step in environment.expansion.order((wanted,)):
                code = lower([], [step.simplest], environment.sizes)
                inputs = [found[used] if used in found else environment[used] for used in code.inputs]
                found[step.out] = _rounded(code.run(inputs)[0], shown)
        except FAILURES:
            return None
        return Point(environment.overridden(found))

    def as_read(self) -> Point:
        """The true values, with numerals as intervals."""
        return replace(self.truth, literal=interval_literal(self.is_exact, fmpq(1, 2)))

    def assume(self, subject: Subject, value: Value) -> None:
        """Go on with a value the document's own wrong formula gives."""
        self.shown[subject] = value
        self.doubtful.add(subject)
        self.wrong.add(subject)
        atoms = atoms_of(self.scope, subject)
        if len(atoms) == len(scalars(value)):
            self.overrides.update(zip(atoms, scalars(value), strict=True))

    def record(
        self,
        subject: Subject,
        shown: list[Shown],
        shape: tuple[int, ...] | None,
        verdict: Verdict,
        meant: tuple[Scalar | None, ...] = (),
        slipped: tuple[Scalar | None, ...] = (),
        ends: frozenset[int] = frozenset(),
    ) -> None:
        """Remember what the document says a quantity is, and of figures in error what they ought to be.

        That is what an honest person would have written, and, of those blamed, what follows from the figures before.
        `ends`: the places of values that have no digits behind those shown.
        """
        atoms = atoms_of(self.scope, subject)
        self._note_rounded(atoms, shown)
        self.places.update(s.number.places for s in shown if not self.is_exact(s.number))
        reach = fmpq(1, 2) if verdict is Verdict.RIGHT else 1  # what is wrong may have been cut off as well
        items = tuple(
            s.value if verdict is Verdict.RIGHT and (k in ends or self.is_exact(s.number))
            else ball(s.value - reach * s.ulp, s.value + reach * s.ulp)
            for k, s in enumerate(shown)
        )  # fmt: skip
        value: Value = items[0] if shape is None else Array(shape, items)
        self.shown[subject] = value
        (self.doubtful.discard if verdict is Verdict.RIGHT else self.doubtful.add)(subject)
        (self.wrong.add if verdict in BAD else self.wrong.discard)(subject)
        if len(atoms) == len(items):
            self.overrides.update(zip(atoms, items, strict=True))
            for kept, found in ((self.meant, meant), (self.slips, slipped)):
                for atom, value in zip(atoms, found or [None] * len(atoms), strict=True):
                    kept.pop(atom, None)
                    if value is not None:
                        kept[atom] = value

    def _note_rounded(self, atoms: tuple[Atom, ...], shown: list[Shown]) -> None:
        """Remember figures that stand for more digits: elsewhere the same figure may be exact."""
        if len(atoms) == len(shown):
            for atom, figure in zip(atoms, shown, strict=True):
                try:
                    value = self.truth.environment[atom]
                except FAILURES:
                    continue
                if not isinstance(value, fmpq):
                    self.rounded.add((abs(figure.value), figure.number.places))


def _rounded(value: Scalar, like: list[Shown]) -> arb:
    """All that may stand for a value where as many digits are shown as in some figures; of what is not 0, not 0."""
    unit = max(s.ulp for s in like)
    size = abs(arb(value))
    while not size < 1 and unit < size * fmpq(10) ** -max(s.number.digits for s in like):  # 1234 of four digits
        unit *= 10
    around = arb(value) + arb(0, unit / 2)
    if 0 in around and 0 not in size:  # who goes on with its logarithm keeps a digit of it
        largest = size.lower().union(abs(around).upper())
        return largest if arb(value) > 0 else -largest
    return around


def atoms_of(scope: Scope, subject: Subject | None) -> tuple[Atom, ...]:
    """The atoms a subject stands for, those of an adjoint too."""
    if subject is None:
        return ()
    if isinstance(subject, Key):
        found = scope.atoms(subject)
        return () if found is None else scalars(found)
    if subject[0] == "d" and isinstance(subject[1], Key) and scope.network is not None:
        found = scope.atoms(subject[1])
        if found is not None:
            adjoints = [scope.network.adjoint(atom) for atom in scalars(found)]
            return tuple(a for a in adjoints if a is not None)
    return ()


def new_state(scope: Scope, network: Network | None, truth: Environment, exact: frozenset[fmpq]) -> State:
    """A document's state before its first line."""
    anywhere = []
    if network is not None:
        seeds = SEEDS[:1] if network.is_smooth else SEEDS[:-1]
        anywhere = [Point(network.anywhere(seed)) for seed in seeds]
        # where all is positive no unit is dead, which would hide what it is multiplied with
        anywhere.append(Point(network.anywhere(SEEDS[-1], positive=True)))
    nearby = []
    if network is not None and network.has_kinks() and network.values:
        nearby = [Point(network.nearby(seed)) for seed in SEEDS[:2]]
    special = [] if network is None else [network.specialised(seed) or network.normalised(seed) for seed in SEEDS]
    positive = [] if network is None else [Point(network.anywhere(seed, positive=True)) for seed in SEEDS]
    return State(
        scope, Point(truth), anywhere, positive, nearby, [Point(e) for e in special if e is not None], exact=exact
    )


def values(tree: Expr, state: State, point: Point, indices: Indices | None = None) -> Iterator[Value]:
    """Every value a term can have at a point, the usual reading first; none where it has no value."""
    tried: list[Choices] = []
    last: Value | None = None
    for way in (*VARIANTS, *SWAPPED):
        if any(earlier.settles(way) for earlier in tried):
            continue
        if tried and not _is_open(tree, way, last, state):
            return
        choices = way.again()
        tried.append(choices)
        try:
            last = denote(tree, reading(state.scope, point, choices), indices)
        except FAILURES:
            pass
        else:
            yield last
        if not choices.met:
            return


def _is_open(tree: Expr, way: Choices, last: Value | None, state: State) -> bool:
    """Whether a term that has been read is worth reading in another way too; `last` is the value it had, if any."""
    products, sums, bullets, arrays = _facts(tree, state)
    if way.swaps and not bullets:
        return False
    return last is None or ((products or sums) and (isinstance(last, Array) or arrays))


def why_not(tree: Expr, state: State, point: Point, indices: Indices | None = None) -> NoValueError | None:
    """Why a term has no value at a point; None where it has one."""
    try:
        denote(tree, reading(state.scope, point), indices)
    except NoValueError as error:
        return error
    except FAILURES as error:
        return NoValueError(str(error))
    return None


def _facts(tree: Expr, state: State) -> tuple[bool, bool, bool, bool]:
    """What in a term can be read in several ways: products, sums without an index, bullets; has it names."""
    found = state.facts.get(id(tree))
    if found is None:
        products = sums = bullets = arrays = False
        for node in walk(tree):
            if isinstance(node, Product):
                products = True
                bullets = bullets or any(sign.startswith("•") for sign in node.operators)
            elif isinstance(node, BigSum):
                sums = sums or not node.index
            elif isinstance(node, (Matrix, Row, Transpose, Name)):
                arrays = True
        found = state.facts[id(tree)] = products, sums, bullets, arrays
        state.trees.append(tree)  # so that its id stays its own
    return found
