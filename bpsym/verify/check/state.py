"""What is known while a document is read from top to bottom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flint import arb, fmpq

from bpsym.verify.check.said import Said
from bpsym.verify.check.terms import Facts, Shown, ball, touches
from bpsym.verify.check.verdicts import BAD, Verdict
from bpsym.verify.meaning.algebra import rational
from bpsym.verify.meaning.arrays import Array, Scalar, Value, scalars
from bpsym.verify.meaning.keys import Key
from bpsym.verify.meaning.network import FAILURES
from bpsym.verify.meaning.scope import Point, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sympy import Expr as Atom

    from bpsym.evaluate import Environment
    from bpsym.notation import Name as PrintedName
    from bpsym.verify.meaning.indices import Indices
    from bpsym.verify.meaning.network import Network
    from bpsym.verify.meaning.subjects import Subject
    from bpsym.verify.tree import Document, Expr, Number, Span

SEEDS = (1, 2, 3)
LONG = 4  # places nobody writes for a given


@dataclass
class State:
    """The scope, the points formulas are taken at, and what the document has shown so far."""

    scope: Scope
    truth: Point
    anywhere: list[Point]
    positive: list[Point]  # where roots and logarithms exist
    nearby: list[Point]  # on the same side of every kink
    specialised: list[Point]  # at the same inputs and targets, where these simplify formulas
    normalised: list[Point]  # where the targets sum to 1
    samples: Sequence[Mapping[Key, Scalar]] = ()  # the inputs and targets of each, by a document that has several
    said: Said = field(default_factory=Said)
    rows: dict[Key, frozenset[fmpq]] = field(default_factory=dict)  # all that names are in the rows of a table of steps
    exact: frozenset[fmpq] = frozenset()
    shared: dict[tuple[fmpq, fmpq], bool] = field(default_factory=dict)  # whether figures are those of several values
    shallower: Callable[[int], State | None] = lambda _depth: None  # the same network with fewer hidden layers
    own: Callable[[], State | None] = lambda: None  # the document as its own description
    names: Callable[[Indices], Mapping[Atom, PrintedName]] = lambda _at: {}  # what the document calls the entries
    in_effect: Callable[[int], State | None] = lambda _position: None  # where names mean something else than at the top
    unlike: frozenset[Span] = frozenset()  # figures that rounding accounts for, but not as the document rounds
    document: Document | None = None  # what is judged, as it was read for these names
    facts: dict[int, tuple[Expr, Facts]] = field(default_factory=dict)  # of terms, by the id of each while it is kept

    def is_exact(self, number: Number) -> bool:
        """Whether a numeral is taken at its word: a count, a given, a value that ends there."""
        short = number.digits <= 1 and number.places <= 1
        if number.places >= LONG and (number.value * 10 ** (number.places - 1)).denominator == 1:
            return False  # 0.0500 is a rounded 0.04996 as often as the 0.05 that was given
        value = rational(number.value)
        ends_here = value in self.exact and (abs(value), number.places) not in self.said.rounded
        return number.places <= 0 or short or (ends_here and not self._is_shared(number))

    def _is_shared(self, number: Number) -> bool:
        """Whether a value that was worked out ends in these digits and another has them, too: 0.0496 and its tanh.

        The other has them in as many places as the document shows of most figures: it is no 0.01 where that is 0.0064.
        """
        places = max(number.places, self.said.usual_places() or 0)
        network, value, half = self.scope.network, abs(rational(number.value)), fmpq(10) ** -places / 2
        if (value, half) not in self.shared:
            is_given = network is None or any(abs(given) == value for given in network.values.values())
            others = () if is_given else (abs(other) for other in self.known() if isinstance(other, arb))
            self.shared[value, half] = any(touches(other, (value - half, value + half)) for other in others)
        return self.shared[value, half]

    def known(self) -> Iterator[Scalar]:
        """Every number there is: the network's values and what the document has shown."""
        network = self.scope.network
        if network is not None:
            for atom in (*network.inputs(), *(step.out for step in network.expansion.steps())):
                try:
                    yield self.truth.environment[atom]
                except FAILURES:
                    continue

    def assume(self, subject: Subject, value: Value) -> None:
        """Go on with a value the document's own wrong formula gives."""
        self.said.shown[subject] = value
        self.said.doubtful.add(subject)
        self.said.wrong.add(subject)
        atoms = atoms_of(self.scope, subject)
        if len(atoms) == len(scalars(value)):
            self.said.overrides.update(zip(atoms, scalars(value), strict=True))

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
        self.said.places.update(s.number.places for s in shown if not self.is_exact(s.number))
        reach = fmpq(1, 2) if verdict is Verdict.RIGHT else 1  # what is wrong may have been cut off as well
        items = tuple(
            s.value if verdict is Verdict.RIGHT and (k in ends or self.is_exact(s.number))
            else ball(s.value - reach * s.ulp, s.value + reach * s.ulp)
            for k, s in enumerate(shown)
        )  # fmt: skip
        value: Value = items[0] if shape is None else Array(shape, items)
        self.said.shown[subject] = value
        (self.said.doubtful.discard if verdict is Verdict.RIGHT else self.said.doubtful.add)(subject)
        (self.said.wrong.add if verdict in BAD else self.said.wrong.discard)(subject)
        self.said.named.pop(subject, None)
        if not atoms and len(meant) == 1 and meant[0] is not None:
            self.said.named[subject] = meant[0]
        if len(atoms) == len(items):
            self.said.overrides.update(zip(atoms, items, strict=True))
            for kept, found in ((self.said.meant, meant), (self.said.slips, slipped)):
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
                    self.said.rounded.add((abs(figure.value), figure.number.places))


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
    special = [] if network is None else [network.specialised(seed) for seed in SEEDS]
    whole = [] if network is None else [network.normalised(seed) for seed in SEEDS]
    positive = [] if network is None else [Point(network.anywhere(seed, positive=True)) for seed in SEEDS]
    specialised, normalised = ([Point(e) for e in drawn if e is not None] for drawn in (special, whole))
    return State(scope, Point(truth), anywhere, positive, nearby, specialised, normalised, exact=exact)
