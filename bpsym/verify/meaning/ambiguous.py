"""Names that mean more than one thing in a document, and in which way.

What statements give to names is one table, a `Given` a row; each kind of ambiguity is a question asked of it.

- redefined: `C = (y - a)²/2`, and pages later `C = -[y ln a + (1 - y) ln(1 - a)]`; from there on the latter is meant
- contested: `ŷ = f(z)`, and in another section `ŷ = σ(W a + b)`; each section means its own
- functions: each example has its own f
- numbered: `a = 5`, `a = 2`, `a = 2.001`; one number after another
- settings: `σ = 1.0` for one network, `σ = 0.02` for the next; nobody says what they are computed from
- methods: `θ_t` moved by plain descent, then by Adam; each optimizer has a rule of its own

What follows for a claim about such a name, `check.doubts` says.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from bpsym.verify.canonical import canonical
from bpsym.verify.check.terms import Kind, Shown, kind_of, leaves
from bpsym.verify.meaning.activations import known_function
from bpsym.verify.meaning.families import NameFamily, family
from bpsym.verify.meaning.keys import LOSS_NAMES, RATES, UPDATABLE, Key, key
from bpsym.verify.meaning.subjects import has_derivatives, subject_of
from bpsym.verify.tree import Application, Call, Document, Expr, Name, Power, Span, Statement, nodes, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bpsym.verify.meaning.subjects import Subject

ENOUGH = 3  # numbers that show a name to be one of cases
_TRAINED = frozenset(["w", "W", "b", "theta"])  # which have another number after each step
_KEPT = frozenset(["m", "v", "s", "S", "G", "r", "mhat", "vhat", "shat"])  # by an optimizer
_STEP = re.compile(r"t([+-]\d)?|\d")
_LETTING = re.compile(r"(?:令|改为|换成|重新定义|\b(?:let|redefine|now take|instead take))[\s$,，:：]*$", re.IGNORECASE)

Stepped = tuple[str, int]  # what changes from step to step: its letter, and how many indices it has


class Redefinitions(Struct, frozen=True):
    """Where names and functions are defined afresh, in reading order."""

    spans: tuple[Span, ...] = ()  # of all formulas of these names
    names: frozenset[Subject] = frozenset()
    second: Mapping[Subject, int] = field(default_factory=dict)  # where each of them gets its second meaning

    def era(self, position: int) -> int:
        """How many of them stand before a place."""
        return bisect_right([span.start for span in self.spans], position)

    def are_behind(self, statement: Statement) -> bool:
        """Whether a statement may speak of the second meaning of a letter, or of a function it calls."""
        calls = {f"{node.function.base}(" for node in nodes([statement]) if isinstance(node, Call)}
        return any(
            statement.span.start >= start and (isinstance(subject, Key) or any(call in str(subject) for call in calls))
            for subject, start in self.second.items()
        )

    def latest_first(self, formulas: list[Expr], position: int | None) -> list[Expr]:
        """Formulas of one name with the one in effect at a place before the others."""
        chosen = [f for f in formulas if position is not None and f.span in self.spans and f.span.start < position]
        return [chosen[-1], *(f for f in formulas if f is not chosen[-1])] if chosen else formulas


# Under each heading that defines a name: the left-hand side and its formula.
BySection = dict[str, tuple[Expr, Expr]]


class Ambiguous(Struct, frozen=True):
    """The names of a document that mean more than one thing; none of a network that is described elsewhere."""

    redefined: Redefinitions = field(default_factory=Redefinitions)
    contested: Mapping[NameFamily, BySection] = field(default_factory=dict)
    functions: frozenset[NameFamily] = frozenset()
    numbered: frozenset[NameFamily] = frozenset()  # with their very indices
    settings: Mapping[Key, frozenset[Shown]] = field(default_factory=dict)  # with all figures each is given
    methods: frozenset[Stepped] = frozenset()


def ambiguous(document: Document) -> Ambiguous:
    """Every name of a document that means more than one thing."""
    given = _given(document)
    redefined = _redefined(given)
    afresh = {family(name) for name in redefined.names if isinstance(name, Key)}  # what these mean is told by place
    return Ambiguous(
        redefined,
        {name: by_section for name, by_section in _contested(given).items() if name not in afresh},
        _functions(given),
        _numbered(given),
        _settings(given),
        _methods(given),
    )


def redefinitions(document: Document) -> Redefinitions:
    """Where a document gives a letter or a function a new meaning."""
    return _redefined(_given(document))


def contested(document: Document) -> dict[NameFamily, BySection]:
    """The names that sections of a document define in ways of their own, also those it defines afresh."""
    return _contested(_given(document))


class Given(NamedTuple):
    """What a statement gives to a name, or to the letter of a function of names."""

    name: Name
    statement: Statement

    @property
    def formula(self) -> Expr:
        """The first that it says the name is."""
        return self.statement.terms[1]

    @property
    def is_function(self) -> bool:
        """Whether the letter of a function gets it."""
        return not isinstance(self.statement.terms[0], Name)

    @property
    def is_all(self) -> bool:
        """Whether a name gets it, and nothing more is said."""
        return not self.is_function and len(self.statement.terms) == 2

    @property
    def is_number(self) -> bool:
        """Whether a name gets a number, a list or a matrix of them, and nothing more is said."""
        return self.is_all and kind_of(self.formula) is Kind.NUMBER

    @property
    def figure(self) -> Shown | None:
        """The figure a name gets, where nothing more is said; None for a list of figures."""
        shown = list(leaves(self.formula)) if self.is_number else []
        return shown[0] if len(shown) == 1 else None


def given_by(statement: Statement) -> Given | None:
    """What a statement gives to a name; None for one that begins otherwise."""
    first, *rest = statement.terms
    name = first if isinstance(first, Name) else _letter(first)
    return Given(name, statement) if name is not None and rest else None


def _given(document: Document) -> list[Given]:
    return [given for statement in document.statements if (given := given_by(statement)) is not None]


def _letter(tree: Expr) -> Name | None:
    """The f of f(x, y), if it is no function everybody knows."""
    if not isinstance(tree, (Application, Call)) or not all(isinstance(a, Name) for a in tree.arguments):
        return None
    if isinstance(tree, Application):
        return tree.head
    return None if tree.function.marks or known_function(tree) is not None else tree.function


def _redefined(table: Iterable[Given]) -> Redefinitions:
    """The names and functions whose formulas are each of a `_sense` that no earlier one covers."""
    known: dict[Subject, list[tuple[frozenset[object], Span]]] = {}
    names: set[Subject] = set()
    for given in table:
        found = _sense(given) if given.statement.may_define else None
        if found is None:
            continue
        subject, sense = found
        earlier = known.setdefault(subject, [])
        if earlier and not any(sense <= other for other, _ in earlier):
            names.add(subject)
        earlier.append((sense, given.formula.span))
    spans = sorted(span for name in names for _, span in known[name])
    return Redefinitions(tuple(spans), frozenset(names), {name: known[name][1][1].start for name in names})


def _sense(given: Given) -> tuple[Subject, frozenset[object]] | None:
    """A subject that may be defined afresh, and what tells one sense of it from another.

    Of a letter without an index, and of any name behind "let" or "令", that is the names in its formula: the same name
    given another formula of the same names, or a name with an index, contradicts itself. Of f(x) it is the formula.
    """
    first, formula = given.statement.terms[:2]
    names = {key(node) for node in walk(formula) if isinstance(node, Name)}
    if not names or has_derivatives(formula):
        return None
    if isinstance(first, Call):
        subject = subject_of(first)
        return None if subject is None else (subject, frozenset([canonical(formula)]))
    is_let = _LETTING.search(given.statement.context.before) is not None
    is_bare = not (given.name.sub or given.name.layer or given.name.marks)
    name = key(given.name)
    if given.is_function or name in names or not (is_let or is_bare):
        return None
    functions = {Key(node.function.base) for node in walk(formula) if isinstance(node, Call)}
    return name, frozenset(names | functions)


def _contested(table: Iterable[Given]) -> dict[NameFamily, BySection]:
    """The losses made in two ways, and the names whose formulas under two headings each have a name of their own."""
    said: dict[NameFamily, BySection] = {}
    spoken: dict[NameFamily, dict[str, frozenset[NameFamily]]] = {}  # of the first formula under a heading, the names
    made: dict[NameFamily, set[frozenset[str]]] = {}
    found: set[NameFamily] = set()
    for given in table:
        first, formula = given.statement.terms[:2]
        if not given.statement.may_define or has_derivatives(formula):
            continue
        subject, heading = family(key(given.name)), given.statement.context.heading
        said.setdefault(subject, {}).setdefault(heading, (first, formula))
        if subject.base in LOSS_NAMES:
            made.setdefault(subject, set()).add(_made_with(formula))
            continue
        names = frozenset(family(key(node)) for node in walk(formula) if isinstance(node, Name)) - {subject}
        sections = spoken.setdefault(subject, {})
        elsewhere = [theirs for other, theirs in sections.items() if other != heading]
        if any(names - theirs and theirs - names for theirs in elsewhere):
            found.add(subject)
        sections.setdefault(heading, names)
    found |= {loss for loss, ways in made.items() if len(ways - {frozenset()}) > 1}
    return {name: said[name] for name in found}


def _made_with(formula: Expr) -> frozenset[str]:
    """What a loss is made with: squares, logarithms."""
    return frozenset(
        "^" if isinstance(n, Power) else n.function.base for n in walk(formula) if isinstance(n, (Call, Power))
    )


def _functions(table: Iterable[Given]) -> frozenset[NameFamily]:
    """The letters of functions that are given more than one formula."""
    bodies: dict[NameFamily, set[str]] = {}
    for given in table:
        if given.statement.may_define and given.is_function:
            bodies.setdefault(family(key(given.name)), set()).add(canonical(given.formula))
    return frozenset(name for name, formulas in bodies.items() if len(formulas) > 1)


def _numbered(table: Iterable[Given]) -> frozenset[NameFamily]:
    """The names given three numbers or more outside the document's tables; formulas without an index count as well."""
    found: dict[NameFamily, set[str]] = {}
    for given in table:
        name, kind = given.name, kind_of(given.formula)
        by_formula = kind is Kind.SYMBOLIC and not (name.sub or name.layer)
        is_told = given.is_all and given.statement.context.kind != "cell" and name.base not in _TRAINED
        if is_told and (kind is Kind.NUMBER or by_formula):
            base, sub, layer, _ = key(name)
            found.setdefault(NameFamily(base, sub, layer), set()).add(canonical(given.formula))
    return frozenset(name for name, numbers in found.items() if len(numbers) >= ENOUGH)


def _settings(table: Iterable[Given]) -> dict[Key, frozenset[Shown]]:
    """The names given several figures, with all of them."""
    found: dict[Key, set[Shown]] = {}
    for given in table:
        if (figure := given.figure) is not None:
            found.setdefault(key(given.name), set()).add(figure)
    return {name: frozenset(figures) for name, figures in found.items() if len({f.value for f in figures}) > 1}


def _methods(table: Iterable[Given]) -> frozenset[Stepped]:
    """What is moved or kept from step to step by rules of different names."""
    rules: dict[Stepped, set[frozenset[str]]] = {}
    for given in table:
        _, *rest = given.statement.terms
        quantity = None if given.is_function else stepped(key(given.name))
        rule = next((term for term in rest if kind_of(term) is Kind.SYMBOLIC), None)
        if quantity is not None and rule is not None and not given.name.sub[-1].isdecimal():
            rules.setdefault(quantity, set()).add(frozenset(n.base for n in walk(rule) if isinstance(n, Name)))
    return frozenset(quantity for quantity, found in rules.items() if len(found) > 1)


def stepped(name: Key) -> Stepped | None:
    """A parameter, a rate or what an optimizer keeps, at step t, t + 1 or 1; None for anything else."""
    kept = name.base in _KEPT or name.base in UPDATABLE or name.base in RATES
    return (name.base, len(name.sub)) if kept and name.sub and _STEP.fullmatch(name.sub[-1]) else None
