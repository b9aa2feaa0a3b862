"""What is known of one statement on its way through the judge, and what links can never be claims."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from bpsym.verify.check.points import as_mended, as_read
from bpsym.verify.check.state import State, atoms_of
from bpsym.verify.check.terms import Kind, kind_of, leaves, touches
from bpsym.verify.check.values import values, why_not
from bpsym.verify.meaning.algebra import rational
from bpsym.verify.meaning.arrays import Array, Scalar, ShapeError, Value, aligned, scalars
from bpsym.verify.meaning.keys import NO_TIME, Key, free_letters, is_parameter, is_word, key
from bpsym.verify.meaning.subjects import Subject, subject_of
from bpsym.verify.tree import (
    Application,
    Call,
    Derivative,
    Ellipsis,  # noqa: A004 - the sign of something left out
    Expr,
    Missing,
    Name,
    Negative,
    Number,
    Product,
    Row,
    Statement,
    Sum,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sympy import Expr as Atom

EQUALITIES = frozenset(["=", "≈", ":=", "←", "→"])
ORDERS = frozenset(["<", ">", "≤", "≥", "≠"])
LONG_WORD = 4  # letters of a word that is no name
ARROWS = frozenset(["←", "→"])


class Chain(Struct, dict=True):
    """A statement on its way through the judge."""

    statement: Statement
    state: State
    subject: Subject | None
    formulas: list[Expr]  # names and operations, of this chain and of earlier ones with its subject
    numerics: list[tuple[Expr, bool]]  # expressions in numbers, and whether they are wrong
    truth: list[Value]
    reference: Expr | None  # the formula the next formula is held against
    broken: bool = False  # a formula before this term is wrong: what follows from it is carried

    @cached_property
    def own_formula(self) -> Expr | None:
        """The last formula behind the left-hand side; a name or a derivative is none."""
        terms = reversed(self.statement.terms[1:])
        return next((t for t in terms if kind_of(t) is Kind.SYMBOLIC and not isinstance(t, (Name, Derivative))), None)

    @property
    def name(self) -> tuple[Expr, ...]:
        """The left-hand side, where the network has an equation for it or can differentiate one; else nothing."""
        atoms = () if self.subject is None else atoms_of(self.state.scope, self.subject)
        is_descended = isinstance(self.subject, Key) and self.subject.new and self.state.scope.rate is not None
        known = isinstance(self.reference, Derivative) or (atoms and not self._contradicts_itself(atoms))
        known = known or (is_descended and bool(self.truth))
        return (self.reference,) if known and self.reference is not None else ()

    def _contradicts_itself(self, atoms: Sequence[Atom]) -> bool:
        """Whether a name known by its statement alone has another figure there than the computation before it gives."""
        network, last = self.state.scope.network, self.statement.terms[-1]
        if network is None or len(atoms) != 1 or atoms[0] not in network.opaque or kind_of(last) is not Kind.NUMBER:
            return False
        known = network.values.get(atoms[0])
        found = [] if known is None else [known]
        for term in self.statement.terms[1:-1]:
            if kind_of(term) is Kind.NUMERIC:
                found += [v for v in values(term, self.state, self.state.truth) if not isinstance(v, Array)]
        return any(s is not None and not touches(v, s.cut()) for v in found for s in leaves(last))

    def begin_with(self, term: Expr) -> None:
        """Go on from an expression in numbers that is about something else than what stands before it."""
        self.truth, self.formulas, self.numerics, self.broken = [], [], [(term, False)], False

    def adopt(self, term: Expr) -> None:
        """Go on from a formula: the next one is held against it if none was before."""
        if self.reference is None or isinstance(self.reference, Missing):
            self.reference = term
        self.formulas.append(term)
        if not self.truth:
            self.truth = list(values(term, self.state, self.state.truth))

    def _goes_on_with_a_label(self, tree: Expr) -> bool:
        """Whether a formula names a result in error that is none of the network's quantities: R_9 · R_10."""
        labels = self.state.said.named
        return bool(labels) and any(isinstance(node, Name) and key(node) in labels for node in walk(tree))

    def meant(self) -> list[Value]:
        """The subject's value for somebody who went on from what they meant rather than from the figures in error."""
        formulas = tuple(tree for tree in self.formulas[-4:] if kind_of(tree) is Kind.SYMBOLIC)
        labelled = tuple(tree for tree in formulas if self._goes_on_with_a_label(tree)) if self.name else formulas
        trees = (*self.name, *labelled)
        if self.broken or not trees:
            return []
        point = as_mended(self.state, self.subject)
        if point is None:
            return []
        return [value for tree in trees for value in values(tree, self.state, point)]


def figures_of(chain: Chain) -> list[Value]:
    """What the terms of a statement that hold nothing but numbers come to."""
    numeric = [t for t in chain.statement.terms if kind_of(t) in (Kind.NUMERIC, Kind.NUMBER)]
    return [value for t in numeric for value in values(t, chain.state, as_read(chain.state))]


def is_path(statement: Statement) -> bool:
    """`w_5 → net_o1 → out_o1, out_o2 → E`, `A ← B → C`: the ways an influence takes."""
    stops = [stop for term in statement.terms for stop in (term.items if isinstance(term, Row) else (term,))]
    kinds = {relation.kind for relation in statement.relations}
    return kinds in ({"→"}, ARROWS) and all(isinstance(stop, (Name, Application)) for stop in stops)


def is_assigned_to_itself(statement: Statement) -> bool:
    """`x = x - max(x)` in a programme: another value under the same name."""
    subject = subject_of(statement.terms[0])
    if not isinstance(subject, Key) or is_parameter(subject.base):
        return False
    return any(isinstance(n, Name) and subject_of(n) == subject for t in statement.terms[1:] for n in walk(t))


def is_counted_up(statement: Statement) -> bool:
    """`n = n + 1`: one more, whatever it was."""
    first, *rest = statement.terms
    if not isinstance(first, Name) or len(rest) != 1 or not isinstance(rest[0], Sum) or is_parameter(first.base):
        return False
    own = [term for term in rest[0].terms if isinstance(term, Name) and key(term) == key(first)]
    return len(own) == 1 and all(isinstance(term, Number) for term in rest[0].terms if term is not own[0])


def is_of_shapes(statement: Statement) -> bool:
    """`(2,2)(2,1) = (2,1)`: rows and columns of a product of matrices."""
    first = statement.terms[0]
    return (
        isinstance(first, Product)
        and all(isinstance(f, Row) and len(f.items) == 2 for f in first.factors)
        and all(_is_count(n) for f in first.factors for n in getattr(f, "items", ()))
    )


def _is_count(tree: Expr) -> bool:
    return isinstance(tree, Name) or (isinstance(tree, Number) and tree.places <= 0)


def is_words(first: Expr) -> bool:
    """`Answer = 6.9`: a word, no quantity."""
    return isinstance(first, Name) and is_word(first, LONG_WORD)


def is_passing(statement: Statement) -> bool:
    """A small whole number in a sentence: `the probability that y = 1`, `close to (≈ 0)`."""
    if statement.context.kind != "inline" or len(statement.terms) != 2:
        return False
    first, last = statement.terms
    number = last.operand if isinstance(last, Negative) else last
    if not isinstance(number, Number) or number.digits > 1 or number.places > 0 or number.value > 1:
        return False
    return isinstance(first, Missing) or (isinstance(first, Name) and not any(p[-1:].isdecimal() for p in first.sub))


_INDEX_LETTERS = frozenset("l L N M i j k t n m p q K T tau".split())


def declares_index(statement: Statement) -> bool:
    """`l = 1, 2, …, L` and `L = N + 1` say what letters run over; they claim nothing."""
    first = statement.terms[0]
    if not isinstance(first, Name) or first.base not in _INDEX_LETTERS or first.sub or first.layer or first.marks:
        return False
    for term in statement.terms[1:]:
        for node in walk(term):
            if isinstance(node, Number) and node.places > 0:
                return False
            if isinstance(node, Name) and (node.base not in _INDEX_LETTERS or node.sub):
                return False
            if not isinstance(node, (Number, Name, Ellipsis, Row, Sum, Negative)):
                return False
    return len(statement.terms) > 1


def is_range(statement: Statement) -> bool:
    """`w_1 ~ w_4`: from the one to the other."""
    left, right = statement.terms[:2]
    return (
        statement.relations[0].kind == "≈"
        and isinstance(left, Name)
        and isinstance(right, Name)
        and left.base == right.base
    )


def subject_at(statement: Statement, state: State) -> Subject | None:
    """What a statement is about: the value after the update where a parameter stands on both sides."""
    first = statement.terms[0]
    subject = subject_of(first)
    if isinstance(subject, Key) and not subject.new:
        names = [node for term in statement.terms[1:] for node in walk(term) if isinstance(node, Name)]
        arrow = statement.relations[0].kind if statement.relations else ""
        moves = is_parameter(subject.base) or arrow == "←"
        if moves and any(subject_of(name) == subject for name in names):  # w = w − η ∂E/∂w
            return subject._replace(new=True)
        moved = is_parameter(subject.base) or _is_trained(subject, state) or arrow in ARROWS
        if moved and _steps_from_old(statement, subject, state):
            return subject._replace(new=True)
        if subject in state.said.updated and not _fits_old(statement, subject, state):
            return subject._replace(new=True)
    return subject


def _is_trained(subject: Key, state: State) -> bool:
    """Whether a name without a formula is one the document has differentiated by, as the c of `m x + c`."""
    network, atoms = state.scope.network, atoms_of(state.scope, subject)
    given = network is not None and bool(atoms) and all(atom in network.values for atom in atoms)
    return given and (("d", subject) in state.said.shown or ("d", subject) in state.said.formulas)


def _steps_from_old(statement: Statement, subject: Key, state: State) -> bool:
    """`w ← 0.4 - 0.5 · 0.082`, `w → 0.36`: a parameter whose value is known, less a step."""
    second = statement.terms[1] if len(statement.terms) > 1 else None
    olds = list(values(statement.terms[0], state, state.truth))
    if second is None or not olds:
        return False
    if kind_of(second) is Kind.NUMBER:
        return statement.relations[0].kind in ARROWS and not _fits_old(statement, subject, state)
    if kind_of(second) is not Kind.NUMERIC or not isinstance(second, Sum) or state.said.formulas.get(subject):
        return False
    firsts = [
        [sign * shown.value for shown in leaves(term) if shown is not None]
        for sign, term in zip(second.signs, second.terms, strict=True)
        if kind_of(term) is Kind.NUMBER
    ]
    return any(
        len(scalars(old)) == len(first) and all(touches(a, (b, b)) for a, b in zip(scalars(old), first, strict=True))
        for old in olds
        for first in firsts
    )


def _fits_old(statement: Statement, subject: Key, state: State) -> bool:
    """Whether the numbers of a line are the values before the update."""
    shown = list(leaves(statement.terms[-1])) if kind_of(statement.terms[-1]) is Kind.NUMBER else []
    known = state.said.shown.get(subject)
    olds = [known] if known is not None else list(values(statement.terms[0], state, state.truth))
    return any(
        len(scalars(old)) == len(shown)
        and all(s is not None and touches(v, s.half()) for s, v in zip(shown, scalars(old), strict=True))
        for old in olds
        if shown
    )


def is_loose(term: Expr) -> bool:
    """Whether a formula is more than a name or a call."""
    return not isinstance(term, (Call, Name))


def signed_numerals(term: Expr) -> list[tuple[Scalar, Number]]:
    """The numerals of an expression with the minus signs right before them."""
    minus = {id(n.operand) for n in walk(term) if isinstance(n, Negative) and isinstance(n.operand, Number)}
    return [
        (-rational(n.value) if id(n) in minus else rational(n.value), n) for n in walk(term) if isinstance(n, Number)
    ]


def is_constant(tree: Expr, state: State) -> bool:
    """Whether a formula has the same value whatever the numbers of the network."""
    found = [value for point in state.anywhere for value in list(values(tree, state, point))[:1]]
    return len(found) > 1 and all(meet(found[0], other) for other in found[1:])


def has_free_letters(tree: Expr) -> bool:
    """Whether a name speaks of any layer or unit."""
    return any(True for node in walk(tree) if isinstance(node, Name) for _ in free_letters(node, NO_TIME))


def meet(left: Value, right: Value) -> bool:
    """Whether two values may be the same."""
    try:
        return all(_overlap(a, b) for a, b in aligned(left, right))
    except ShapeError:
        return False


def _overlap(a: Scalar, b: Scalar) -> bool:
    difference = a - b
    return bool(difference == 0 or (not hasattr(difference, "p") and 0 in difference))


def why(chain: Chain, term: Expr) -> str:
    """Why a term has no value at the true point; "" where it has one."""
    error = why_not(term, chain.state, chain.state.truth)
    return "" if error is None else str(error)
