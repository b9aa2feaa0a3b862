"""How formulas are read in a scope at a point: what names, functions, derivatives and indices in them stand for."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from flint import arb, fmpq
from msgspec.structs import replace
from sympy import Symbol

from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.program import Program, Quantity, Role, Step, entries
from bpsym.verify.effort import spend
from bpsym.verify.meaning.activations import WITH_SLOPE, function_of, known_function
from bpsym.verify.meaning.algebra import BALLS, NoValueError
from bpsym.verify.meaning.arrays import Array, Scalar, Value, diagonal, elementwise, is_vector, mapped, transposed
from bpsym.verify.meaning.choices import Choices
from bpsym.verify.meaning.denote import Reading, denote
from bpsym.verify.meaning.derivatives import Context, derivative, over_atoms, slopes
from bpsym.verify.meaning.functions import by_its_name
from bpsym.verify.meaning.indices import kronecker, kronecker_pair
from bpsym.verify.meaning.keys import LOSS_NAMES, Key, is_parameter, key
from bpsym.verify.meaning.network import Network
from bpsym.verify.meaning.subjects import subject_of
from bpsym.verify.meaning.symbolic import Definition, applied
from bpsym.verify.tree import BigSum, Call, Derivative, Differential, Expr, Name, Number, Sum, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bpsym.verify.meaning.indices import Indices
    from bpsym.verify.meaning.scope import Point, Scope

MOST_UNITS = 64  # an index nobody bounds runs at most so far
MOST_TERMS = 400  # of a sum whose bounds are written down
DEPTH = 24  # of names defined by names
MACRO = 100  # units of work a name is that a formula stands for, before what the formula is
_SIGMOIDS = ("sigma", "Sigma", "psi", "phi")


def reading(scope: Scope, point: Point, choices: Choices | None = None, *, depth: int = 0) -> Reading:
    """How to read formulas in a scope at a point."""
    choices = Choices() if choices is None else choices
    at = _At(scope, point, choices, depth)
    read = Reading(BALLS, at.name, at.derivative, at.function, at.values, point.literal, choices, inner=True)
    return read if scope.network is None else replace(read, moved=at.moved, count=scope.divisor)


class _At(Context):
    """A context, and how many definitions deep."""

    depth: int

    def deeper(self) -> Reading:
        if self.depth >= DEPTH:
            raise NoValueError("a name defined by itself")
        return reading(self.scope, self.point, self.choices, depth=self.depth + 1)

    def name(self, name: Name, indices: Indices) -> Value:
        delta = kronecker(name, indices) if self.scope.kronecker else None
        if delta is not None:
            return fmpq(delta)
        value = self.lettered(name, indices)
        if value is None:
            value = self.known(key(name, indices))
        if value is None:
            text = key(name, indices).text
            raise NoValueError(f"{text} is not known", text)
        if self.point.flipped and name.base == "delta":
            return mapped(lambda item: -item, value)
        return value

    def moved(self, head: Name, argument: Expr, indices: Indices) -> Value | None:
        """`E(w + ε)`: the loss with a parameter moved a little; None where it is a product."""
        network = self.scope.network
        if network is None or head.base not in (*LOSS_NAMES, "f", "g") or not isinstance(argument, (Name, Sum)):
            return None
        value = self.scope.atoms(key(head, indices))
        if value is None or isinstance(value, Array) or network.expansion.step(value) is None:
            return None
        names = [node for node in walk(argument) if isinstance(node, Name)]
        steps = [name for name in names if _is_step(name)]
        below = {key(name, indices) for name in names if not _is_step(name)}
        atoms = [self.scope.atoms(name) for name in below]
        if len(atoms) != 1 or atoms[0] is None or isinstance(atoms[0], Array) or network.expansion.step(atoms[0]):
            return None
        if isinstance(argument, Sum) and not steps and not any(isinstance(n, Number) for n in walk(argument)):
            return None
        if all(atoms[0] not in step.uses for step in network.expansion.order((value,))):
            raise NoValueError("what it says of the loss does not lead to what is moved", head.base)
        moved = denote(argument, self.deeper(), indices)
        if isinstance(moved, Array):
            return None
        environment = self.point.environment.overridden({atoms[0]: moved})
        return reading(self.scope, replace(self.point, environment=environment), self.choices).name(head, indices)

    def lettered(self, name: Name, indices: Indices) -> Value | None:
        """The value of a name at index letters, or of a size, as bpsym's own sheets write them."""
        family = self.point.printed
        if family is None:
            return None
        size = family.sizes.get(key(name))
        if size is not None:
            return fmpq(size)
        atoms = family.atoms(name, indices)
        if atoms is not None:
            return self.standing(atoms)
        delta = kronecker(name, indices)
        return None if delta is None else fmpq(delta)

    def standing(self, atoms: Value) -> Value:
        """The values of atoms; a vector stands, or lies where that is the reading."""
        return mapped(self.point.environment.__getitem__, self.laid(atoms))

    def known(self, wanted: Key) -> Value | None:
        """What is shown for a name here, else what the network, a definition or the document's sizes make of it."""
        shown = self.point.shown.get(wanted)
        if shown is not None:
            return shown
        if (count := self.given_count(wanted)) is not None:
            return fmpq(count)  # as in the equations of the network, though K = 3 is given too
        atoms = self.chosen(wanted)
        if atoms is not None:
            return self.standing(atoms)
        size = self.scope.size(wanted)
        if size is not None:
            return fmpq(size)
        if wanted.new and (value := self.descended(wanted._replace(new=False))) is not None:
            return value
        macro = self.scope.macros.get(wanted)
        if macro is not None:
            spend(MACRO)
            return denote(macro, self.deeper())
        count = self.scope.count(wanted)
        if count is not None:
            return fmpq(count)
        return self.entry(wanted) if self.scope.laws else None

    def chosen(self, wanted: Key) -> Value | None:
        """The atoms of a name, in the reading the point asks for where there are several."""
        base, place = self.point.choice
        if place and base == wanted.base:
            others = self.scope.table.get(wanted, [])
            if place < len(others):
                return others[place]
        return self.scope.atoms(wanted)

    def entry(self, wanted: Key) -> Value | None:
        """`δ_2` where δ is a name for a formula."""
        whole = self.scope.macros.get(wanted._replace(sub=wanted.sub[:-1])) if wanted.sub else None
        if whole is None or not wanted.sub[-1].isdecimal():
            return None
        value = denote(whole, self.deeper())
        if not isinstance(value, Array) or not is_vector(value) or not 0 < int(wanted.sub[-1]) <= len(value.items):
            return None
        return value.items[int(wanted.sub[-1]) - 1]

    def descended(self, old: Key) -> Value | None:
        """A parameter after one step of gradient descent."""
        if self.scope.rate is None:
            return None
        network, atoms = self.scope.network, self.scope.atoms(old)
        if network is None or network.loss is None or atoms is None or not is_parameter(old.base):
            return None
        rate = self.point.environment[self.scope.rate]
        shown = self.point.shown.get(("d", old)) if self.point.shown else None
        steps = slopes(network.loss, atoms, self) if shown is None else shown
        return elementwise(lambda a, b: a - rate * b, self.standing(atoms), steps)

    def derivative(self, tree: Derivative | Differential, indices: Indices) -> Value:
        if self.point.shown:
            subject = subject_of(tree, indices)
            if subject is not None and subject in self.point.shown:
                return self.point.shown[subject]
        try:
            return derivative(tree, self, indices, self.values)
        except NoValueError:
            subject = subject_of(tree, indices)
            macro = None if subject is None else self.scope.macros.get(subject)
            if macro is None:
                raise
            return denote(macro, self.deeper())

    def function(self, call: Call, indices: Indices) -> Callable[[Value], Value]:
        call = by_its_name(call, indices, self.scope)
        own = self.scope.functions.get(call.letter)
        if self.point.own_functions and call.letter in self.scope.restated and not call.function.marks:
            own = self.scope.restated[call.letter]
            return lambda value: self.applied(own, value)
        primes = call.function.marks.count("prime")
        layer = None if self.point.plain else self.activation(call, indices)
        if own is not None and not primes and layer is None:
            return lambda value: self.applied(own, value)
        rule = known_function(call) or layer
        if rule in WITH_SLOPE and own is not None and primes == 1:
            return self.slope_of(own)
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
        formula = applied(own, below, over_atoms(self, self.values))
        steps = (Step(Quantity(above.name, Role.LOSS), formula, "document", "loss"),)
        constants = {atom: self.point.environment[atom] for atom in entries(formula) if atom != below}
        inputs = (below, *sorted(constants, key=str))
        program = Program(tuple(Quantity(str(atom), Role.WEIGHT) for atom in inputs), steps)
        network = Network(Expansion(program, {}), {})

        def one(item: Scalar) -> Scalar:
            values: dict[Symbol, Scalar] = {**constants, below: item}
            return network.slope(above, below, Environment(network.expansion, values))

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
        start, stop = self.bound(lower, indices), self.bound(upper, indices)
        if start is not None and stop is not None:
            if stop - start > MOST_TERMS:
                raise NoValueError("a sum of too many terms")
            return _numbers(start, stop)
        names = [node for node in walk(body) if isinstance(node, Name) and _mentions(node, letter)]
        last = letter if upper is None and lower is None else upper.base if isinstance(upper, Name) else ""
        if last in self.scope.letters:
            whole = _numbers(start or 1, self.scope.sizes[last])
            return [k for k in whole if self.all_resolve(names, {**indices, letter: k})] or whole
        if self.scope.kronecker:
            names = [name for name in names if kronecker_pair(name) is None]
        if names and letter != "x":
            if self.scope.laws:
                inner = {i for node in walk(body) if isinstance(node, BigSum) for i in node.index}
                indices = {**dict.fromkeys(inner, "1"), **indices}
            found = self.existing(letter, start or 1, names, indices)
        else:
            found = _numbers(1, self.scope.sizes.get(upper.base if isinstance(upper, Name) else "m", 0))
        if not found:
            raise NoValueError(f"what {letter} runs over is not said", letter)
        return found

    def existing(self, letter: str, start: int, names: Sequence[Name], indices: Indices) -> list[str]:
        """The values of an index for which all names under it exist: numbers, or units called `h1`, `h2`."""
        forms = ("{}", letter + "{}")
        for form in forms[::-1] if letter in "oh" else forms:
            values = map(form.format, range(start, MOST_UNITS))
            found = list(takewhile(lambda value: self.all_resolve(names, {**indices, letter: value}), values))
            if found:
                return found
        return []

    def all_resolve(self, names: Sequence[Name], place: Indices) -> bool:
        return all(self.resolves(name, place) for name in names)

    def resolves(self, name: Name, place: Indices) -> bool:
        wanted = key(name, place)
        if wanted in self.point.shown or self.scope.atoms(wanted) is not None or wanted in self.scope.macros:
            return True
        return bool(self.scope.laws and wanted.sub) and self.entry(wanted) is not None

    def given_count(self, name: Key) -> int | None:
        """The number of classes or samples where the document gives it: K = 3."""
        network, count = self.scope.network, self.scope.count(name)
        if count is None or network is None or self.scope.described:
            return None
        return count if self.scope.own_atoms(name) in network.values else None

    def bound(self, tree: Expr | None, indices: Indices) -> int | None:
        if isinstance(tree, Number) and tree.value.denominator == 1:
            return int(tree.value)
        if isinstance(tree, Name):
            text = indices.get(tree.base, "")
            if text.isdecimal():
                return int(text)
            if (count := self.given_count(key(tree))) is not None:
                return count
        if isinstance(tree, Sum):
            ends = [self.bound(term, indices) for term in tree.terms]
            if None not in ends:
                return sum(sign * end for sign, end in zip(tree.signs, ends, strict=True) if end is not None)
        if tree is not None and self.point.printed is not None:  # n_o, n_i - n_q + 1
            try:
                value = denote(tree, self.deeper(), indices)
            except NoValueError:
                return None
            return int(value.p) if isinstance(value, fmpq) and value.q == 1 else None
        return None


def _numbers(start: int, stop: int) -> list[str]:
    return [str(k) for k in range(start, stop + 1)]


def _mentions(name: Name, letter: str) -> bool:
    return any(letter in part and len(part) <= 3 for part in (*name.sub, *name.layer))


def _ball(value: Scalar) -> Scalar:
    return arb(value)


def _is_step(name: Name) -> bool:
    """Whether a name is what one moves a parameter by, to see what a loss does."""
    return name.base in ("epsilon", "eps", "h", "Delta", "delta") and not name.sub
