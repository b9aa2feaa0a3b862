"""The network a document itself sets up, made of what it says: its givens, its definitions, its names for formulas."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from flint import arb, fmpq
from sympy import Expr as Atom
from sympy import Integer, Symbol

from bpsym.errors import BpsymError
from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.program import Program, Quantity, Role, Step
from bpsym.verify import limits
from bpsym.verify.check.terms import ball, interval_literal, leaves
from bpsym.verify.effort import TooMuchWork, bounded, spend
from bpsym.verify.meaning.algebra import NoValueError, rational, symbolic
from bpsym.verify.meaning.arrays import Array, Scalar, ShapeError, Value, scalars
from bpsym.verify.meaning.denote import Reading, denote
from bpsym.verify.meaning.families import MATRIX, SCALAR, Instance, Shape, family
from bpsym.verify.meaning.functions import definitions_of
from bpsym.verify.meaning.indices import Indices, kronecker_pair
from bpsym.verify.meaning.keys import LOSS_NAMES, RATES, Key, free_letters, is_off, key
from bpsym.verify.meaning.network import Network
from bpsym.verify.meaning.reading import reading
from bpsym.verify.meaning.scope import ANY_SIZE, Point, Scope
from bpsym.verify.meaning.sources import (
    COUNTS,
    Said,
    Sources,
    size_of,
    stated_shape,
)
from bpsym.verify.meaning.symbolic import symbolic_function
from bpsym.verify.meaning.upstream import any_loss, loss_without_formula
from bpsym.verify.tree import (
    Application,
    Call,
    Derivative,
    Differential,
    Expr,
    Name,
    Number,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bpsym.verify.givens import Givens

MOST_NAMES = 1500  # atoms made for names that only occur
SHORT = 2  # places of a number that is given rather than worked out
MOST_ATOMS = 3000  # of a document's own network
SYMBOLIC = 40  # units of work a node of an equation is
ENTRIES = 500  # one of an equation between matrices
_ANY_LOSS = Key("L_")  # of a document that writes dW for ∂L/∂W and names no L
_NOWHERE = Environment(Expansion(Program((), ()), {}), {})  # for expressions in numbers


def gather(
    said: Said, given: Givens, position: int | None = None, instance: Instance | None = None
) -> tuple[Scope, set[Key]]:
    """The scope of a document that describes its own network, and which names are given by numbers alone.

    It is the scope at the top, or at a position, where names that are defined afresh mean what they mean there.
    `instance` says which names without numbers are vectors and matrices.
    """
    known = said.sources.formulas
    formulas = {name: said.again.latest_first(meant, position) for name, meant in known.items()}
    sources = replace(said.sources, formulas=formulas)
    counts = COUNTS.__contains__ if instance is None else lambda letter: _is_count(letter, sources)
    scope = Scope(
        sizes={letter: size_of(letter, sources) for letter in sources.sizes if counts(letter)},
        apart=said.apart,
        worked=frozenset(sources.formulas),
        entering=frozenset(sources.formulas) & sources.entering,
        timed=said.timed,
        kronecker=sources.kronecker,
        said_equal=said.equal,
        own=sources.own,
        columns=sources.columns,
    )
    definitions_of(said.document, scope, position if said.again.names else None)
    if instance is not None:
        scope.laws = frozenset(instance.shapes)
        scope.columns, scope.mean = not instance.rows, instance.mean
        bare = {name.base for name in sources.bare if Key(name.base) not in sources.formulas}
        arrays = {kind.base for kind, shape in instance.shapes.items() if shape != SCALAR}
        indices = {letter for name in sources.names for letter, _ in free_letters(name, {})}
        sizes = (bare - indices | set(scope.sizes)) - arrays
        scope.sizes = {letter: scope.sizes.get(letter, ANY_SIZE) for letter in sorted(sizes)}
        if instance.depth is not None:
            scope.sizes["layers"] = instance.depth
    builder = _Builder(sources, scope, given, instance or Instance())
    builder.build()
    return scope, builder.alone


def _is_count(letter: str, sources: Sources) -> bool:
    """Whether a letter a sum runs up to is a number of terms and nothing else."""
    return letter in COUNTS or (len(letter) == 1 and not {Key(letter)} & {*sources.formulas, *sources.computed})


def _places(name: Name, fixed: Mapping[str, str]) -> list[dict[str, str]]:
    """What the index letters of a name may stand for, few of each."""
    letters = list(dict.fromkeys(letter for letter, _ in free_letters(name, fixed)))
    if len(letters) > 3:
        return []
    return [dict(zip(letters, place, strict=True)) for place in product(("1", "2", "3"), repeat=len(letters))]


@dataclass
class _Builder:
    """Makes atoms and equations out of what was collected, each name when it is first asked for."""

    sources: Sources
    scope: Scope
    given: Givens
    instance: Instance
    inputs: list[Quantity] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    values: dict[Atom, fmpq] = field(default_factory=dict)
    opaque: set[Atom] = field(default_factory=set)
    vague: dict[Atom, frozenset[str]] = field(default_factory=dict)  # atoms whose formula has a function nobody defines
    alone: set[Key] = field(default_factory=set)
    building: set[Key] = field(default_factory=set)
    cyclic: set[Key] = field(default_factory=set)  # names asked for while they were being built
    refused: set[tuple[Key, bool]] = field(default_factory=set)  # names nothing defines, and whether strictly
    names: set[str] = field(default_factory=set)
    any_loss: bool = False  # the loss stands for any
    strict: int = 0  # while positive, a formula with a name nobody defines is no definition

    def build(self) -> None:
        """Everything the document defines, as a program."""
        for wanted in (*self.sources.numbers, *self.sources.formulas):
            self.wanted(wanted)
        for name in self.sources.names:
            for place in _places(name, self.sources.fixed):
                wanted = key(name, place)
                if place and is_off(name, wanted):
                    continue
                is_open = len(self.names) < MOST_NAMES and not wanted.new and self.wanted(wanted) is None
                beyond = place and (self.is_beyond(wanted) or self._has_rule(wanted))
                if is_open and not beyond and not self.instance.is_beyond(wanted):
                    self.leaf(wanted)
        self._gather_vectors()
        loss = self._loss()
        loss = loss if loss is not None and self._is_reached(loss) else self._any_loss()
        program = Program(tuple(self.inputs), tuple(self.steps))
        if loss is not None:
            program = self._with_loss(loss)
        network = Network(
            Expansion(program, {}),
            self.values,
            frozenset(self.opaque),
            loss,
            self.any_loss,
            vague=self.vague,
            of_matrices=bool(self.instance.shapes),
        )
        self.scope.network = network

    def _has_rule(self, name: Key) -> bool:
        """Whether a name has a rule that does not reach so far."""
        return any(_matched(pattern, name, self.sources.fixed) is not None for pattern, _ in self.sources.patterns)

    def is_stated(self, name: Key) -> bool:
        """Whether the document speaks of this very entry: by its name, or in a list."""
        if name in self.sources.numbers or name in self.sources.formulas:
            return True
        wholes = (self.scope.table.get(name._replace(sub=name.sub[:kept])) for kept in range(len(name.sub)))
        return any(whole and isinstance(whole[0], Array) for whole in wholes) and self.scope.atoms(name) is not None

    def _ends_before(self, name: Key) -> bool:
        return self.is_beyond(name) or self._has_rule(name)

    def is_beyond(self, name: Key) -> bool:
        """Whether `x_3` is none of the x there are: a list of two, or x_1 and x_2 by themselves."""
        wholes = (self.scope.table.get(name._replace(sub=name.sub[:kept])) for kept in range(len(name.sub)))
        if any(whole and isinstance(whole[0], Array) for whole in wholes):
            return True
        return any(
            other.base == name.base
            and other.layer == name.layer
            and len(other.sub) == len(name.sub)
            and all(part.isdigit() for part in other.sub)
            for other in (*self.sources.numbers, *self.sources.formulas)
        )

    def _gather_vectors(self) -> None:
        """x̂ without an index is all of x̂_1, x̂_2, …, where only these are defined."""
        for pattern, _ in self.sources.patterns:
            if len(pattern.sub) == 1 and not pattern.layer:
                wanted = key(pattern)._replace(sub=())
                entries = [self.scope.table.get(wanted._replace(sub=(k,))) for k in ("1", "2", "3")]
                first = tuple(entry[0] for entry in entries if entry and not isinstance(entry[0], Array))
                if wanted not in self.sources.formulas and wanted not in self.sources.numbers and len(first) == 3:
                    self.scope.table[wanted] = [Array((3,), first)]

    def _with_loss(self, loss: Atom) -> Program:
        steps = tuple(
            replace(s, quantity=replace(s.quantity, role=Role.LOSS)) if s.out == loss else s for s in self.steps
        )
        return Program(tuple(self.inputs), steps)

    def _loss(self) -> Atom | None:
        """What the document differentiates most, among the names of losses."""
        told = [wanted for wanted, _ in self.sources.losses.most_common()]
        for wanted in told or list(self.sources.formulas):
            value = self.scope.atoms(wanted)
            if wanted.base in LOSS_NAMES and not wanted.sub and value is not None and not isinstance(value, Array):
                return value if any(step.out == value for step in self.steps) else None
        return None

    def _is_reached(self, loss: Atom) -> bool:
        """Whether a loss depends on some of what the document differentiates without naming the loss: the Z of dZ."""
        below = {atom for n in self.sources.changed for atom in scalars(self.scope.atoms(key(n)) or ())}
        if not self.instance.shapes or not below:
            return True
        defined = {step.out: step.expr.free_symbols for step in self.steps}
        stack, seen = [loss], {loss}
        while stack:
            new = defined.get(stack.pop(), set()) - seen
            seen |= new
            stack.extend(new)
        return bool(below & seen)

    def _any_loss(self) -> Atom | None:
        """A loss the document differentiates and nowhere defines."""
        sources = self.sources
        patterns = {key(pattern) for pattern, _ in sources.patterns}
        name = loss_without_formula(sources.losses, {*sources.formulas, *sources.numbers, *patterns}, sources.used)
        if (name is None or name in self.scope.table) and self.instance.shapes and sources.changed:
            name = _ANY_LOSS
        if name is None:
            return None
        below = [self.scope.atoms(key(n, at)) for n in sources.below.get(name, ()) for at in _places(n, sources.fixed)]
        wrt = [atom for atoms in below if atoms is not None for atom in scalars(atoms)]
        step = any_loss(self._symbol(name.text).name, self.steps, wrt, lambda text: self._input(text, None))
        if step is None:
            return None
        self.steps.append(step)
        self.scope.table[name] = [step.out]
        self.any_loss = True
        return step.out

    def wanted(self, name: Key) -> Value | None:
        """The atoms of a name, made if need be."""
        known = self.scope.atoms(name)
        if known is None and self.instance.shapes and (whole := self._shaped_whole(name)) is not None:
            nowhere = self.instance.is_start(whole) or not (self._has_rule(whole) or self.instance.is_beyond(whole))
            if self.wanted(whole) is None and whole not in self.building and not self.strict and nowhere:
                self.leaf(whole)
            known = self.scope.atoms(name)
        if known is not None:
            return known
        if name in self.building:
            self.cyclic.add(name)
            return None
        if self.instance.is_beyond(name):
            return None
        asked = name, self.strict > 0
        if asked in self.refused or len(self.names) > MOST_ATOMS:
            return None
        self.building.add(name)
        try:
            found = self._made(name)
            found = self._of_a_whole(name) if found is None else found
        finally:
            self.building.discard(name)
        self.cyclic.discard(name)
        if found is None and not self.cyclic:  # in a circle, it may have a meaning elsewhere
            self.refused.add(asked)
        return found

    def _of_unknown_function(self, name: Key, formula: Expr) -> Value | None:
        """`L = l(o, y)`, of which nobody says what l is: to first order, a sum with numbers of its own."""
        if not isinstance(formula, Application) or not all(isinstance(a, Name) for a in formula.arguments):
            return None
        if formula.head.base in self.scope.functions or self._shape(name) != SCALAR:
            return None
        names = [key(a) for a in formula.arguments if isinstance(a, Name)]
        if not any(name in self.sources.formulas or self._has_rule(name) for name in names):
            return None
        below = [atom for n in names for atom in scalars(self.wanted(n) or self.leaf(n))]
        total = sum((self._input(f"∂{name.text}/∂{atom}", None) * atom for atom in below), Integer(0))
        atom = self._symbol(name.text)
        self.steps.append(Step(Quantity(atom.name, Role.NET), total, "document", "forward"))
        self.scope.table[name] = [atom]
        self.refused.clear()
        return atom

    def _shape(self, name: Key) -> Shape:
        return self.instance.shapes.get(family(name), SCALAR)

    def _shaped_whole(self, name: Key) -> Key | None:
        """The vector or matrix an entry belongs to, where the document's formulas make it one."""
        for kept in range(len(name.sub) - 1, max(-1, len(name.sub) - 3), -1):
            if all(part.isdigit() for part in name.sub[kept:]):
                for base in dict.fromkeys((name.base, name.base.upper(), name.base.lower())):
                    whole = name._replace(base=base, sub=name.sub[:kept])
                    shape = self._shape(whole)
                    if shape != SCALAR and len(name.sub) - kept <= 2 and self._shape(name) == SCALAR:
                        return whole
        return None

    def _of_a_whole(self, name: Key) -> Value | None:
        """`x_1` where the document gives all of x."""
        if name.new or not all(part.isdigit() for part in name.sub[-2:]):
            return None
        for kept in range(len(name.sub) - 1, max(-1, len(name.sub) - 3), -1):
            for base in dict.fromkeys((name.base, name.base.upper(), name.base.lower())):
                parent = name._replace(base=base, sub=name.sub[:kept])
                if (parent in self.sources.formulas or parent in self.sources.numbers) and self.wanted(
                    parent
                ) is not None:
                    return self.scope.atoms(name)
        return None

    def _made(self, name: Key) -> Value | None:
        for strict in (True, False):
            for formula in self.sources.formulas.get(name, ()):
                if self.instance.shapes and (unknown := self._of_unknown_function(name, formula)) is not None:
                    return unknown
                self.strict += strict
                value = self._defined(name, formula, {})
                self.strict -= strict
                if value is not None:
                    return value
            if strict and name in self.sources.numbers and (value := self._by_pattern(name, strict=True)) is not None:
                return value
        if self.given.get(name) is not None:
            return self._leaf(name, None)
        if name in self.sources.numbers:
            return self._leaf(name, self.sources.numbers[name])
        found = self._by_pattern(name)
        if found is None:
            alike = [t for p, t in self.sources.alike if p.base == name.base and self._stands_for(p, name)]
            return self._leaf(name, alike[0]) if len(alike) == 1 else None
        return found

    def _stands_for(self, pattern: Name, name: Key) -> bool:
        """Whether `w_j` is w_3, and no name of its own beside w_f."""
        found = _matched(pattern, name, self.sources.fixed)
        others = (k for k in self.sources.numbers if k.base == pattern.base and k != key(pattern))
        return (
            found is not None
            and all(value.isdigit() for value in found.values())
            and not any(part.isalpha() for other in others for part in (*other.sub, *other.layer))
        )

    def _by_pattern(self, name: Key, *, strict: bool = False) -> Value | None:
        """`a_3` by the rule for a_j; strict: only from names that are defined."""
        if self.instance.is_start(name):
            return None
        for pattern, formula in self.sources.patterns:
            indices = _matched(pattern, name, self.sources.fixed)
            if indices is not None:
                self.strict += strict
                value = self._defined(name, formula, indices)
                self.strict -= strict
                if value is not None:
                    return value
        return None

    def leaf(self, name: Key) -> Value:
        """A name nobody defines: a number of its own."""
        return self._leaf(name, None)

    def _leaf(self, name: Key, tree: Expr | None) -> Value:
        shown = [] if tree is None else [s for s in leaves(tree) if s is not None]
        shape = None if tree is None else stated_shape(tree)
        if tree is None and self._shape(name) != SCALAR:
            atoms: Value = self._unknown(name)
        elif shape is None or len(shown) <= 1:
            value = shown[0].value if shown else self.given.get(name)
            atoms = self._input(name.text, value)
        else:
            atoms = Array(shape, tuple(self._input(f"{name.text}[{k}]", s.value) for k, s in enumerate(shown, 1)))
        self.scope.table[name] = [atoms]
        self.refused.clear()
        if tree is not None:
            self.alone.add(name)
            if self._is_computed_elsewhere(name):
                for atom, number in zip(scalars(atoms), shown, strict=True):
                    self.opaque.add(atom)
                    self.values[atom] = ball(*number.cut())  # type: ignore[assignment]  # printed, so a ball
                self._recompute(name, scalars(atoms))
        return atoms

    def _unknown(self, name: Key) -> Value:
        """A vector or matrix of numbers of its own; I is the identity."""
        rows, columns = shape = self._shape(name)
        places = [(r, c) for r in range(1, rows + 1) for c in range(1, columns + 1)]
        if name.base == "I" and shape == MATRIX:
            return Array(shape, tuple(self._fixed(name, r == c) for r, c in places))
        return Array(shape, tuple(self._input(f"{name.text}[{r},{c}]", None) for r, c in places))

    def _fixed(self, name: Key, value: int) -> Atom:
        atom = self._symbol(name.text)
        self.steps.append(Step(Quantity(atom.name, Role.NET), Integer(int(value)), "document", "forward"))
        return atom

    def _recompute(self, name: Key, atoms: tuple[Atom, ...]) -> None:
        """Where a figure does not follow from the computation before it, the computation counts."""
        numeric = self.sources.numerics.get(name)
        if numeric is None or len(atoms) != 1:
            return
        givens = {abs(s.value) for tree in self.sources.numbers.values() for s in leaves(tree) if s is not None}
        read = interval_literal(lambda n: n.places <= 0 or n.digits <= 1 or rational(n.value) in givens, fmpq(1, 2))
        try:
            found = denote(numeric, reading(self.scope, Point(_NOWHERE, literal=read)))
        except (NoValueError, ShapeError, ValueError, ZeroDivisionError):
            return
        if (
            not isinstance(found, Array)
            and arb(found).is_finite()
            and (isinstance(found, fmpq) or not arb(found).overlaps(arb(self.values[atoms[0]])))
        ):
            self.values[atoms[0]] = found

    def _is_computed_elsewhere(self, name: Key) -> bool:
        """A number for out_o2 where out_o1 has a formula: out_o2 has one too, only nobody wrote it."""
        if name.sub[-1:] in (("0",), ("t-1",)):
            return False  # h_0: where a recurrence starts
        if name in self.sources.computed:
            return True
        alike = [k for k in self.sources.formulas if k.base == name.base and k != name and not k.new]
        alike = [k for k in alike if self._is_worked(k)]
        if self._is_short(name):  # y = 0.5, the target, beside the units y_1 and y_2
            alike = [k for k in alike if (len(k.sub), len(k.layer)) == (len(name.sub), len(name.layer))]
        return bool(alike)

    def _is_worked(self, name: Key) -> bool:
        """Whether a name has a formula that is more than another name: x_1 = x_2 = 1 works nothing out."""
        return any(not isinstance(formula, Name) for formula in self.sources.formulas[name])

    def _is_short(self, name: Key) -> bool:
        """Whether a name is given as few digits as people hand out."""
        shown = [s for s in leaves(self.sources.numbers[name]) if s is not None] if name in self.sources.numbers else []
        return bool(shown) and all(s.number.places <= SHORT for s in shown)

    def _input(self, text: str, value: fmpq | None) -> Atom:
        atom = self._symbol(text)
        role = Role.RATE if text in RATES else Role.WEIGHT
        self.inputs.append(Quantity(atom.name, role))
        if value is not None:
            self.values[atom] = value
        return atom

    def _symbol(self, text: str) -> Symbol:
        name = text
        while name in self.names:
            name += "'"
        self.names.add(name)
        return Symbol(name)

    def _defined(self, name: Key, formula: Expr, indices: Indices) -> Value | None:
        outer, self.scope.vague_letters = self.scope.vague_letters, set()
        try:
            with bounded(limits.DEFINED):
                spend((ENTRIES if self.instance.shapes else SYMBOLIC) * sum(1 for _ in walk(formula)))
                value = denote(formula, self.reading(indices), indices)
        except (NoValueError, ShapeError, BpsymError, ValueError, TypeError, RecursionError, TooMuchWork):
            return None
        finally:
            letters, self.scope.vague_letters = self.scope.vague_letters, outer
        if len(scalars(value)) + len(self.names) > MOST_ATOMS:
            return None
        is_loss = name.base in LOSS_NAMES and self._shape(name) == SCALAR
        if self.instance.shapes and isinstance(value, Array) and is_loss:
            value = sum(value.items[1:], value.items[0])  # over the outputs, or the samples
        many = isinstance(value, Array)
        atoms = []
        for k, expr in enumerate(scalars(value), 1):
            atom = self._symbol(f"{name.text}[{k}]" if many else name.text)
            atoms.append(atom)
            if letters:
                self.vague[atom] = frozenset(letters)
            self.steps.append(Step(Quantity(atom.name, Role.NET), expr, "document", "forward"))
        result: Value = Array(value.shape, tuple(atoms)) if many else atoms[0]
        self.scope.table[name] = [result]
        self.refused.clear()
        return result

    def reading(self, indices: Indices) -> Reading:
        """Formulas over SymPy."""
        del indices
        algebra = symbolic()

        def name_of(name: Name, at: Indices) -> Value:
            pair = kronecker_pair(name) if self.scope.kronecker else None
            if pair is not None and all(k in at for k in pair):
                return algebra.number(Fraction(at[pair[0]] == at[pair[1]]))
            wanted = key(name, at)
            value = self.wanted(wanted)
            size = self.scope.sizes.get(wanted.base) if not wanted.sub and not wanted.layer else None
            if size is not None:
                return algebra.number(Fraction(size))
            if value is None:
                if (
                    wanted in self.building
                    or self.strict
                    or self.instance.is_beyond(wanted)
                    or (at and not self.instance.is_start(wanted) and self._ends_before(wanted))
                ):
                    raise NoValueError(f"{wanted.text} is defined by itself, or not at all")
                value = self.leaf(wanted)
            return value

        def no_derivative(_tree: Derivative | Differential, _at: Indices) -> Value:
            raise NoValueError("a derivative inside a definition")

        def literal(number: Number) -> Scalar:
            return algebra.number(number.value)

        def values(letter: str, lower: Expr | None, upper: Expr | None, at: Indices, body: Expr) -> list[str]:
            return _range(self, letter, lower, upper, at, body)

        def called(call: Call, at: Indices) -> Callable[[Value], Value]:
            return symbolic_function(call, self.scope.functions, self.scope.vague_letters, self.reading(at))

        own, columns = self.scope.own, self.scope.columns
        return Reading(algebra, name_of, no_derivative, called, values, literal, own, columns=columns)


def _range(
    builder: _Builder, letter: str, lower: Expr | None, upper: Expr | None, at: Indices, body: Expr
) -> list[str]:
    if isinstance(lower, Number) and isinstance(upper, Number):
        return [str(k) for k in range(int(lower.value), min(int(upper.value), int(lower.value) + 64) + 1)]
    names = [node for node in walk(body) if isinstance(node, Name) and any(letter in part for part in node.sub)]
    if builder.scope.kronecker:
        names = [name for name in names if kronecker_pair(name) is None]
    size = builder.scope.sizes.get(upper.base, ANY_SIZE) if isinstance(upper, Name) else ANY_SIZE
    for form in ("{}", letter + "{}"):
        found: list[str] = []
        for k in range(1, 64):
            wanted = [key(name, {**at, letter: form.format(k)}) for name in names]
            if not wanted or (k > size and not any(builder.is_stated(name) for name in wanted)):
                break  # rules alone reach as far as one likes
            if not all(builder.wanted(name) is not None for name in wanted):
                break
            found.append(form.format(k))
        if found:
            return found + _beyond(builder, letter, at, names, range(len(found) + 1, size + 1) if form == "{}" else ())
    if upper is None and not names:
        raise NoValueError(f"what {letter} runs over is not said", letter)
    return [str(k) for k in range(1, size + 1)]  # any size will do for formulas


def _beyond(builder: _Builder, letter: str, at: Indices, names: Sequence[Name], numbers: Iterable[int]) -> list[str]:
    """Further values of an index, where nothing says the names under it end before."""
    found: list[str] = []
    for k in map(str, numbers):
        wanted = [key(name, {**at, letter: k}) for name in names]
        if any(builder.wanted(name) is None and builder.is_beyond(name) for name in wanted):
            break
        found.append(k)
    return found


def _matched(pattern: Name, wanted: Key, fixed: Mapping[str, str]) -> dict[str, str] | None:
    """The indices under which `a^l` is a^3."""
    if len(pattern.sub) != len(wanted.sub) or len(pattern.layer) != len(wanted.layer):
        return None
    if key(pattern).base != wanted.base:
        return None
    letters = {letter for letter, _ in free_letters(pattern, fixed)}
    pairs = zip((*pattern.sub, *pattern.layer), (*wanted.sub, *wanted.layer), strict=True)
    found: dict[str, str] = {}
    for written, value in pairs:
        letter, _, shift = written.partition("+")
        if written in letters:
            found[written] = value
        elif letter in letters and shift.isdigit() and value.isdigit() and int(value) >= int(shift):
            found.setdefault(letter, str(int(value) - int(shift)))
    return found if key(pattern, found) == wanted else None
