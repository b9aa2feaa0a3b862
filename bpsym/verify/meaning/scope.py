"""What names stand for at one place of a document, and formulas read with it at some point.

A `Scope` knows names; a `Point` knows numbers. Together they make a `Reading`, by which `denote` computes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from flint import arb, fmpq
from msgspec import Struct
from msgspec.structs import replace
from sympy import Symbol

from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.program import Program, Quantity, Role, Step
from bpsym.verify.canonical import canonical
from bpsym.verify.meaning.activations import function_of, known_function
from bpsym.verify.meaning.algebra import BALLS, NoValueError, rational, symbolic
from bpsym.verify.meaning.arrays import (
    Array,
    Scalar,
    Value,
    diagonal,
    elementwise,
    is_vector,
    mapped,
    scalars,
    transposed,
)
from bpsym.verify.meaning.choices import Choices
from bpsym.verify.meaning.denote import Reading, denote
from bpsym.verify.meaning.families import family
from bpsym.verify.meaning.indices import Indices, kronecker_pair
from bpsym.verify.meaning.keys import UPDATABLE, Key, key
from bpsym.verify.meaning.network import LOSS_NAMES, Network
from bpsym.verify.meaning.symbolic import Definition, applied, symbolic_function
from bpsym.verify.tree import (
    Application,
    BigSum,
    Call,
    Derivative,
    Differential,
    Expr,
    Indexed,
    Name,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sympy import Expr as Atom

    from bpsym.verify.meaning.families import NameFamily
    from bpsym.verify.meaning.printed import Family

ANY_SIZE = 3  # what a size nobody gives is taken to be: any would do for formulas
MOST_UNITS = 64  # an index nobody bounds runs at most so far
DEPTH = 24  # of names defined by names
LOSSES = LOSS_NAMES
TARGETS = ("target", "t", "y", "label")
SYNONYMS = (
    ("net", "z", "Net", "NET", "Z"),
    ("out", "a", "Out", "A", "OUT"),
    ("out", "h", "H"),
    ("E", "L", "J", "C", "Loss", "loss", "Error", "error", "cost"),
    TARGETS,
    ("x", "i", "I", "X"),
    ("eta", "alpha", "lr"),
    ("yhat", "out"),
)

Subject = Key | tuple[str, Key] | tuple[str, Key, Key] | tuple[str, str]


@dataclass
class Scope:
    """Names and what they stand for."""

    network: Network | None = None
    table: dict[Key, list[Value]] = field(default_factory=dict)  # atoms of the network
    macros: dict[Subject, Expr] = field(default_factory=dict)  # names for a formula the document gives
    functions: dict[str, Definition] = field(default_factory=dict)
    restated: dict[str, Definition] = field(default_factory=dict)  # wrong definitions, for what follows from them
    sizes: dict[str, int] = field(default_factory=dict)  # n, m
    described: bool = False
    worked: frozenset[Key] = frozenset()  # names with formulas: none is a target
    entering: frozenset[Key] = frozenset()  # names with formulas from which something else is worked out
    timed: bool = False  # t is an index
    rate: Atom | None = None  # of a document's own updates, where they are plain steps down the gradient
    apart: set[frozenset[str]] = field(default_factory=set)  # letters of one statement: none stands for another
    printed: Family | None = None  # the names of bpsym's own sheets, where the document uses these
    letters: frozenset[str] = frozenset()  # sizes a description calls by letters: as indices they mean the last one
    kronecker: bool = False  # δ_{ij} with two index letters is 1 where they are equal, else 0
    said_equal: frozenset[frozenset[str]] = frozenset()  # pairs of index letters, as in "for i = j"
    own: frozenset[str] = frozenset()  # letters of constants that are quantities here
    columns: bool = False  # the softmax of a matrix is that of each column
    laws: frozenset[NameFamily] = frozenset()  # the names of a document of laws: none of them stands for another
    mean: bool = False  # of a document of laws: dW is of the mean over the samples, dZ of their sum
    vague_letters: set[str] = field(default_factory=set)  # functions met that nobody defines

    def atoms(self, wanted: Key) -> Value | None:
        """The atoms a key stands for: by itself, as a component, by another spelling."""
        if wanted.new:
            return self._updated(wanted)
        if self.size(wanted) is not None:
            return None
        found = self.table.get(wanted)
        if found:
            return found[0]
        part = self._component(wanted)
        if part is not None:
            return part
        if self.laws and family(wanted) in self.laws:
            return None
        if not self.described or wanted.base in LOSSES or wanted.base not in _BASES:
            for group in SYNONYMS:
                if wanted.base in group:
                    for base in group:
                        other = wanted._replace(base=base)
                        if (
                            base != wanted.base
                            and (value := self.table.get(other))
                            and {base, wanted.base} not in self.apart
                            and not (group is TARGETS and other in self.worked)
                        ):
                            return value[0]
        if wanted.base in "hHoO" and len(wanted.sub) == 1 and wanted.sub[0].isdigit():  # H_11 for out_{H11}
            unit = wanted._replace(base="out", sub=(wanted.base.lower() + wanted.sub[0],))
            if value := self.table.get(unit):
                return value[0]
        folded = wanted._replace(base=wanted.base.swapcase())
        if wanted.base in _FOLDED and (value := self.table.get(folded)):
            return value[0]
        return None

    def size(self, wanted: Key) -> int | None:
        """The length of a layer or the number of samples, by the name bpsym's own sheets have for it."""
        return None if self.printed is None else self.printed.sizes.get(wanted)

    def _updated(self, wanted: Key) -> Value | None:
        """The atoms of a parameter after the update."""
        old = self.atoms(wanted._replace(new=False))
        if old is None or self.network is None:
            return None
        new = [self.network.updated(atom) for atom in scalars(old)]
        if any(atom is None for atom in new):
            return None
        return Array(old.shape, tuple(new)) if isinstance(old, Array) else new[0]

    def _component(self, wanted: Key) -> Value | None:
        """`x_1` of x, `w_{12}` or `W_{1,2}` of W."""
        if not wanted.sub:
            return None
        for base in dict.fromkeys((wanted.base, wanted.base.upper(), wanted.base.lower())):
            *front, last = wanted.sub
            whole = self.table.get(wanted._replace(base=base, sub=tuple(front)))
            if whole and isinstance(whole[0], Array) and last.isdigit():
                item = _item(whole[0], last)
                if item is not None:
                    return item
            if len(wanted.sub) >= 2:
                whole = self.table.get(wanted._replace(base=base, sub=wanted.sub[:-2]))
                if whole and isinstance(whole[0], Array) and all(part.isdigit() for part in wanted.sub[-2:]):
                    item = _cell(whole[0], wanted.sub[-2], wanted.sub[-1])
                    if item is not None:
                        return item
        return None


_SIGMOIDS = ("sigma", "Sigma", "psi", "phi")
_FOLDED = frozenset("wWxXzZaAbBiIhHyYvVuU")
_BASES = frozenset(["z", "a", "h", "y", "t", "i", "x", "out", "net"])


def _item(whole: Array, place: str) -> Scalar | None:
    if is_vector(whole) and 0 < int(place) <= len(whole.items):
        return whole.items[int(place) - 1]
    return _cell(whole, place[0], place[1]) if len(place) == 2 else None


def _cell(whole: Array, row: str, column: str) -> Scalar | None:
    if len(whole.shape) != 2:
        return None
    r, c = int(row), int(column)
    if 0 < r <= whole.shape[0] and 0 < c <= whole.shape[1]:
        return whole.items[(r - 1) * whole.shape[1] + c - 1]
    return None


class Point(Struct, frozen=True):
    """Numbers for the atoms, for what a document shows in their place, and for literals."""

    environment: Environment
    shown: Mapping[Subject, Value] = {}
    literal: Callable[[Number], Scalar] = lambda number: rational(number.value)
    flipped: bool = False  # read every error signal with the other sign
    own_functions: bool = False  # take functions as the document (wrongly) defines them
    choice: tuple[str, int] = ("", 0)  # which reading of an ambiguous letter to take
    total: bool = False  # differentiate through everything, also where an equation uses the variable itself
    with_old: bool = False  # differentiate through the old weights also where a description has updated them by then
    plain: bool = False  # read σ as the sigmoid, whatever the layer
    printed: Family | None = None  # read index letters as bpsym's own sheets mean them


def subject_of(tree: Expr, indices: Indices | None = None) -> Subject | None:
    """What a left-hand side is about; None for a formula that is no name."""
    match tree:
        case Name():
            return key(tree, indices)
        case Application(head=head) if all(isinstance(a, Name) for a in tree.arguments) and len(tree.arguments) > 1:
            return key(head, indices)
        case Application(head=head, arguments=(Name() as word,)):
            return key(replace(head, sub=(*head.sub, word.base + "".join(word.sub))), indices)
        case Derivative(of=of, wrt=wrt, order=1) if wrt is not None:
            above, below = subject_of(of, indices), subject_of(wrt, indices)
            if isinstance(above, Key) and isinstance(below, Key):
                if above.base in LOSSES and not above.sub:
                    return ("d", below)
                return ("∂", above, below)
        case Differential(of=of, symbol="d"):
            below = subject_of(of, indices)
            if isinstance(below, Key):
                return ("d", below)
        case Differential(of=of, symbol="Δ"):
            below = subject_of(of, indices)
            if isinstance(below, Key):
                return ("Δ", below)
        case Call(function=function, arguments=(Name() as word,)):
            name = key(function)
            return ("call", f"{name.text}{function.marks}({key(word, indices).text})")
        case Transpose(operand=operand):
            inner = subject_of(operand, indices)
            if isinstance(inner, Key):
                return ("T", inner)
        case Product() | Sum() | Power() | Quotient() if any(isinstance(n, (Name, Differential)) for n in walk(tree)):
            return ("formula", canonical(tree))
    return None


def reading(scope: Scope, point: Point, choices: Choices | None = None, *, depth: int = 0) -> Reading:
    """How to read formulas in a scope at a point."""
    choices = Choices() if choices is None else choices
    at = _At(scope, point, choices, depth)
    return Reading(BALLS, at.name, at.derivative, at.function, at.values, point.literal, scope.own, choices, inner=True)


class _At(Struct):
    scope: Scope
    point: Point
    choices: Choices
    depth: int

    def deeper(self) -> Reading:
        if self.depth >= DEPTH:
            raise NoValueError("a name defined by itself")
        return reading(self.scope, self.point, self.choices, depth=self.depth + 1)

    def name(self, name: Name, indices: Indices) -> Value:
        wanted = key(name, indices)
        if self.scope.kronecker and (pair := kronecker_pair(name)) is not None and all(k in indices for k in pair):
            return fmpq(int(indices[pair[0]] == indices[pair[1]]))
        value = self.lettered(name, indices)
        if value is None:
            value = self.known(wanted)
        if value is None:
            raise NoValueError(f"{wanted.text} is not known", wanted.text)
        if self.point.flipped and name.base == "delta":
            return mapped(lambda item: -item, value)
        return value

    def lettered(self, name: Name, indices: Indices) -> Value | None:
        """The value of a name at index letters, or of a size, as bpsym's own sheets write them."""
        family = self.point.printed
        if family is None:
            return None
        size = family.sizes.get(key(name))
        if size is not None:
            return fmpq(size)
        atoms = family.atoms(name, indices)
        pair = kronecker_pair(name)
        if atoms is None and pair is not None and all(k in indices for k in pair):
            return fmpq(int(indices[pair[0]] == indices[pair[1]]))
        return None if atoms is None else self.standing(atoms)

    def standing(self, atoms: Value) -> Value:
        """The values of atoms; a vector stands, or lies where that is the reading."""
        if isinstance(atoms, Array) and len(atoms.shape) == 1:
            size = len(atoms.items)
            atoms = Array((1, size) if self.choices.ask("rows") else (size, 1), atoms.items)
        return mapped(self.point.environment.__getitem__, atoms)

    def known(self, wanted: Key) -> Value | None:
        shown = self.point.shown.get(wanted)
        if shown is not None:
            return shown
        atoms = self.scope.atoms(wanted)
        base, place = self.point.choice
        if place and base == wanted.base:
            others = self.scope.table.get(wanted, [])
            atoms = others[place] if place < len(others) else atoms
        if atoms is not None:
            return self.standing(atoms)
        size = self.scope.size(wanted)
        if size is not None:
            return fmpq(size)
        if (
            wanted.new
            and self.scope.rate is not None
            and (value := self.descended(wanted._replace(new=False))) is not None
        ):
            return value
        macro = self.scope.macros.get(wanted)
        if macro is not None:
            return denote(macro, self.deeper())
        if wanted.base in self.scope.sizes and not wanted.sub and not wanted.layer:
            return fmpq(self.scope.sizes[wanted.base])
        return self.entry(wanted) if self.scope.laws else None

    def entry(self, wanted: Key) -> Value | None:
        """`δ_2` where δ is a name for a formula."""
        whole = self.scope.macros.get(wanted._replace(sub=wanted.sub[:-1])) if wanted.sub else None
        if whole is None or not wanted.sub[-1].isdigit():
            return None
        value = denote(whole, self.deeper())
        if not isinstance(value, Array) or not is_vector(value) or not 0 < int(wanted.sub[-1]) <= len(value.items):
            return None
        return value.items[int(wanted.sub[-1]) - 1]

    def descended(self, old: Key) -> Value | None:
        """A parameter after one step of gradient descent."""
        network, atoms = self.scope.network, self.scope.atoms(old)
        if network is None or network.loss is None or atoms is None or old.base not in UPDATABLE:
            return None
        rate = self.point.environment[self.scope.rate]
        steps = self.slopes(network, network.loss, atoms)
        return elementwise(lambda a, b: a - rate * b, self.standing(atoms), steps)

    def derivative(self, tree: Derivative | Differential, indices: Indices) -> Value:
        if self.point.shown:
            subject = subject_of(tree, indices)
            if subject is not None and subject in self.point.shown:
                return self.point.shown[subject]
        try:
            return self.slope(tree, indices)
        except NoValueError:
            subject = subject_of(tree, indices)
            macro = None if subject is None else self.scope.macros.get(subject)
            if macro is None:
                raise
            return denote(macro, self.deeper())

    def slope(self, tree: Derivative | Differential, indices: Indices) -> Value:
        network = self.scope.network
        if network is None:
            raise NoValueError("there is no network to differentiate")
        if isinstance(tree, Differential):
            if tree.symbol not in ("d", "∇") or network.loss is None:
                raise NoValueError("a change nobody defines")
            above: Value = network.loss
            below = self.wanted_atoms(tree.of, indices)
            if self.scope.mean and isinstance(tree.of, Name) and tree.of.base in UPDATABLE:
                return mapped(lambda item: item / ANY_SIZE, self.slopes(network, above, below))
        else:
            if tree.wrt is None or tree.order != 1:
                raise NoValueError("a derivative of higher order")
            below = self.wanted_atoms(tree.wrt, indices)
            try:
                above = self.wanted_atoms(tree.of, indices)
            except NoValueError:
                above = denote(tree.of, self.over_atoms(), indices)
        return self.slopes(network, above, below)

    def over_atoms(self) -> Reading:
        """Formulas over the network's atoms instead of numbers."""
        algebra = symbolic()

        def name_of(name: Name, at: Indices) -> Value:
            pair = kronecker_pair(name) if self.scope.kronecker else None
            if pair is not None and all(k in at for k in pair):
                return algebra.number(Fraction(at[pair[0]] == at[pair[1]]))
            atoms = self.atoms(name, at)
            if atoms is None:
                wanted = key(name, at)
                if wanted.base in self.scope.sizes and not wanted.sub and not wanted.layer:
                    return algebra.number(Fraction(self.scope.sizes[wanted.base]))
                raise NoValueError(f"{wanted.text} is no quantity of the network", wanted.text)
            if isinstance(atoms, Array) and len(atoms.shape) == 1:
                size = len(atoms.items)
                return Array((1, size) if self.choices.ask("rows") else (size, 1), atoms.items)
            return atoms

        def no_derivative(_tree: Derivative | Differential, _at: Indices) -> Value:
            raise NoValueError("a derivative of a derivative")

        def called(call: Call, at: Indices) -> Callable[[Value], Value]:
            return symbolic_function(call, self.scope.functions, self.scope.vague_letters, over, self.rule_of(call, at))

        def literal(number: Number) -> Scalar:
            return algebra.number(number.value)

        own, columns = self.scope.own, self.scope.columns
        over = Reading(algebra, name_of, no_derivative, called, self.values, literal, own, self.choices, columns)
        return over

    def wanted_atoms(self, tree: Expr, indices: Indices) -> Value:
        if isinstance(tree, Transpose):  # dS^T
            return transposed(self.wanted_atoms(tree.operand, indices))
        atoms = self.atoms(tree, indices) if isinstance(tree, Name) else None
        if atoms is not None:
            return atoms
        subject = subject_of(tree, indices)
        if isinstance(subject, Key):
            atoms = self.scope.atoms(subject)
        if atoms is None and isinstance(tree, Application):
            atoms = self.scope.atoms(key(tree.head, indices))
        if atoms is None:
            text = subject.text if isinstance(subject, Key) else "this"
            raise NoValueError(f"{text} is no quantity of the network", text)
        return atoms

    def slopes(self, network: Network, above: Value, below: Value) -> Value:
        pairs = product(scalars(above), scalars(below)) if self.scope.laws else ()  # y = W x: entry by entry or none
        direct = any(network.uses(of, wrt) for of, wrt in pairs)

        def one(of: Atom, wrt: Atom) -> Scalar:
            local = not self.point.total and of != network.loss and (direct or network.uses(of, wrt))
            return network.slope(of, wrt, self.point.environment, local=local, with_old=self.point.with_old)

        if not isinstance(above, Array) or len(above.items) == 1:
            (of,) = scalars(above)
            return mapped(lambda wrt: one(of, wrt), below)
        if not isinstance(below, Array) or len(below.items) == 1:
            (wrt,) = scalars(below)
            return mapped(lambda of: one(of, wrt), above)
        if not is_vector(above) or not is_vector(below):
            raise NoValueError("a derivative of a vector by a matrix has more than two indices")
        rows = [[one(of, wrt) for wrt in below.items] for of in above.items]
        if len(above.items) == len(below.items) and all(
            rows[r][c] == 0 for r in range(len(rows)) for c in range(len(rows)) if r != c
        ):
            return Array(below.shape, tuple(rows[k][k] for k in range(len(rows))))
        return Array((len(above.items), len(below.items)), tuple(item for row in rows for item in row))

    def function(self, call: Call, indices: Indices) -> Callable[[Value], Value]:
        own = self.scope.functions.get(_letter(call))
        if self.point.own_functions and _letter(call) in self.scope.restated and not call.function.marks:
            own = self.scope.restated[_letter(call)]
            return lambda value: self.applied(own, value)
        primes = call.function.marks.count("prime")
        layer = None if self.point.plain else self.rule_of(call, indices)
        if own is not None and not primes and layer is None:
            return lambda value: self.applied(own, value)
        rule = known_function(call) or layer
        if rule is None and own is not None:
            rule = self.recognized(own)
            if rule is None and primes == 1:
                return self.slope_of(own)
        if rule is None and (call.function.base in _SIGMOIDS or not self.scope.described):
            rule = "sigmoid" if call.function.base in (*_SIGMOIDS, "f", "g") else None
        if rule is None:
            raise NoValueError(f"the function {call.function.base} is not defined", call.function.base)
        if call.function.base == "Sigma" and primes:
            slope = function_of(rule, primes)
            return lambda value: diagonal(slope(value))
        if rule == "softmax" and self.scope.columns:
            return lambda value: transposed(function_of(rule, primes)(transposed(value)))
        return function_of(rule, primes)

    def rule_of(self, call: Call, indices: Indices) -> str | None:
        """The activation of the layer whose net input is the argument."""
        argument = call.arguments[0] if call.arguments else None
        if self.scope.network is None or not self.scope.described:
            return None
        if len(call.function.sub) == 1 and call.function.sub[0].isdigit():
            return _activation_number(self.scope.network, int(call.function.sub[0]))
        if not isinstance(argument, Name):
            return None
        atoms = self.atoms(argument, indices)
        if atoms is None:
            return None
        first = scalars(atoms)[0]
        return _activation_after(self.scope.network, first)

    def applied(self, own: Definition, value: Value) -> Value:
        def one(item: Scalar) -> Scalar:
            inner = replace(self.point, shown={**self.point.shown, own.parameter: item})
            value = denote(own.body, reading(self.scope, inner, depth=self.depth + 1))
            if isinstance(value, Array):
                raise NoValueError("a function of one number that is a vector")
            return value

        if self.depth >= DEPTH:
            raise NoValueError("a function defined by itself")
        return mapped(one, value)

    def slope_of(self, own: Definition) -> Callable[[Value], Value]:
        """The derivative of a function the document writes down."""
        below, above = Symbol("_below"), Symbol("_above")
        formula = applied(own, below, self.over_atoms())
        steps = (Step(Quantity(above.name, Role.LOSS), formula, "document", "loss"),)
        network = Network(Expansion(Program((Quantity(below.name, Role.WEIGHT),), steps), {}), {})

        def one(item: Scalar) -> Scalar:
            return network.slope(above, below, Environment(network.expansion, {below: item}))

        return lambda value: mapped(one, value)

    def recognized(self, own: Definition) -> str | None:
        """Which activation a formula is, told by its values."""
        places = [fmpq(k, 7) for k in (-5, -2, 3, 9)]
        for rule in ("sigmoid", "relu", "tanh", "identity"):
            ours = [function_of(rule, 0)(place) for place in places]
            theirs = [self.applied(own, place) for place in places]
            if all((a - b) == 0 or 0 in (a - b) for a, b in zip(map(_ball, ours), map(_ball, theirs), strict=True)):
                return rule
        return None

    def values(self, letter: str, lower: Expr | None, upper: Expr | None, indices: Indices, body: Expr) -> list[str]:
        """What an index runs over: its bounds where they are numbers, else as far as the names under it exist."""
        start = self.bound(lower, indices)
        stop = self.bound(upper, indices)
        if start is not None and stop is not None:
            if stop - start > 400:
                raise NoValueError("a sum of too many terms")
            return [str(k) for k in range(start, stop + 1)]
        last = letter if upper is None and lower is None else upper.base if isinstance(upper, Name) else ""
        if last in self.scope.letters:
            whole = [str(k) for k in range(start or 1, self.scope.sizes[last] + 1)]
            named = [node for node in walk(body) if isinstance(node, Name) and _mentions(node, letter)]
            there = [k for k in whole if all(self.resolves(name, {**indices, letter: k}) for name in named)]
            return there or whole
        names = [node for node in walk(body) if isinstance(node, Name) and _mentions(node, letter)]
        if self.scope.kronecker:
            names = [name for name in names if kronecker_pair(name) is None]
        if not names or letter == "x":
            size = self.scope.sizes.get(upper.base if isinstance(upper, Name) else "m", 0)
            if not size:
                raise NoValueError(f"what {letter} runs over is not said", letter)
            return [str(k) for k in range(1, size + 1)]
        if self.scope.laws:
            inner = {i for node in walk(body) if isinstance(node, BigSum) for i in node.index}
            indices = {**dict.fromkeys(inner, "1"), **indices}
        forms = ("{}", letter + "{}")
        for form in forms[::-1] if letter in "oh" else forms:
            found: list[str] = []
            for k in range(start or 1, MOST_UNITS):
                text = form.format(k)
                if not names or not all(self.resolves(name, {**indices, letter: text}) for name in names):
                    break
                found.append(text)
            if found:
                return found
        raise NoValueError(f"what {letter} runs over is not said", letter)

    def atoms(self, name: Name, indices: Indices) -> Value | None:
        """The atoms a name stands for."""
        found = self.point.printed.atoms(name, indices) if self.point.printed is not None else None
        return self.scope.atoms(key(name, indices)) if found is None else found

    def resolves(self, name: Name, place: Indices) -> bool:
        wanted = key(name, place)
        if wanted in self.point.shown or self.scope.atoms(wanted) is not None or wanted in self.scope.macros:
            return True
        return bool(self.scope.laws and wanted.sub) and self.entry(wanted) is not None

    def bound(self, tree: Expr | None, indices: Indices) -> int | None:
        if isinstance(tree, Number) and tree.value.denominator == 1:
            return int(tree.value)
        if isinstance(tree, Name):
            text = indices.get(tree.base, "")
            if text.isdigit():
                return int(text)
        if tree is not None and self.point.printed is not None:  # n_o, n_i - n_q + 1
            try:
                value = denote(tree, self.deeper(), indices)
            except NoValueError:
                return None
            return int(value.p) if isinstance(value, fmpq) and value.q == 1 else None
        return None


def _letter(call: Call) -> str:
    return call.function.base + "_".join(("", *call.function.sub))


def _mentions(name: Name, letter: str) -> bool:
    return any(letter in part and len(part) <= 3 for part in (*name.sub, *name.layer))


def _activation_after(network: Network, net: Atom) -> str | None:
    expansion = network.expansion
    for step in expansion.program.steps:
        if step.section == "forward" and step.rule != "affine":
            for entry in expansion.entries(step.quantity.name):
                scalar = expansion.step(entry)
                if scalar is not None and net in scalar.uses:
                    return step.rule
    return None


def _activation_number(network: Network, number: int) -> str | None:
    """The activation of a layer by its number."""
    nets = [step for step in network.expansion.program.steps if step.section == "forward" and step.rule != "affine"]
    return nets[number - 1].rule if 0 < number <= len(nets) else None


def _ball(value: Scalar) -> Scalar:
    return arb(value)


def has_derivatives(tree: Expr) -> bool:
    """Whether a formula contains a derivative or a component of something bracketed."""
    return any(isinstance(node, (Derivative, Differential, Indexed)) for node in walk(tree))
