"""A network as the checker sees it: atoms with equations, their values at a point, derivatives of any by any.

The atoms are entries of an expansion, of a description's program or of one made from a document's own definitions.
Every derivative is taken by `bpsym.backprop` on the small program that ends in the atom asked for.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from math import isqrt
from random import Random
from typing import TYPE_CHECKING

from flint import ctx, fmpq
from sympy import Abs, Add, Expr, Indexed, Max, Piecewise, Symbol, log, preorder_traversal

from bpsym import primitives
from bpsym.errors import BpsymError, EvaluationError
from bpsym.evaluate import Environment
from bpsym.lowering import Code, lower
from bpsym.program import Role, entries, head
from bpsym.verify.effort import spend, spend_once
from bpsym.verify.meaning.algebra import NoValueError
from bpsym.verify.meaning.arrays import ShapeError
from bpsym.verify.meaning.kept import Kept
from bpsym.verify.meaning.keys import LOSS_NAMES, UPDATABLE, Called
from bpsym.verify.meaning.small import LOWERED, Small, small_program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bpsym.expand import Expansion, ScalarStep
    from bpsym.verify.meaning.arrays import Scalar

SIDE = 3  # entries of a vector among a document's own
MOST_STEPS = 4000  # of a small program
PASSED = 1  # units of work it is to go through an atom to what it is computed from
DERIVED = 200  # units of work an equation of one is, differentiated
OPERATION = 30  # what one of its operations is, at least
NEW = 7  # times as much besides, where SymPy meets it for the first time in a document
DENSE = 5  # of differentiating a row times a column, for each pair of what it uses
MOST_PAIRS = 4000  # of these in a small program
_TARGETS = frozenset("y t Y T target label ytrue ystar tstar".split())
_COUNTS = frozenset("d n m N T D B M".split())  # widths and numbers of samples


@dataclass
class Network:
    """Equations and the values of the inputs; derivatives are found once."""

    expansion: Expansion
    values: Mapping[Expr, fmpq]
    opaque: frozenset[Expr] = frozenset()  # shown, but by no formula: nothing can be derived through them
    loss: Expr | None = None
    any_loss: bool = False  # the loss stands for any function of the last quantities
    of_matrices: bool = False  # each equation is one entry of a product of matrices: much work to differentiate
    vague: Mapping[Expr, frozenset[str]] = field(default_factory=dict)  # functions nobody defines in an atom's formula
    called: Mapping[Expr, Called] = field(default_factory=dict)  # a document's own names for its atoms
    _slopes: dict[tuple[Expr, Expr, bool], Code | Expr | fmpq | None] = field(default_factory=dict, repr=False)
    _environments: dict[object, Environment] = field(default_factory=dict, repr=False)
    _kept: Kept = field(default_factory=Kept, repr=False)

    def for_document(self, values: Mapping[Expr, fmpq] | None = None) -> Network:
        """The same for one more document; for one with other values."""
        numbers, environments = (self.values, self._environments) if values is None else (values, {})
        kept = self._kept.for_document()
        network = dataclasses.replace(self, values=numbers, _environments=environments, _slopes={}, _kept=kept)
        network.passed_after_update = self.passed_after_update
        return network

    def environment(self) -> Environment:
        """The values as they are."""
        return self._environment("own", lambda: self.values)

    def _environment(self, name: object, values: Callable[[], Mapping[Expr, fmpq]]) -> Environment:
        """An environment by its name: asked for again it is the same, with all that was computed in it."""
        if name not in self._environments:
            self._environments[name] = Environment(self.expansion, values())
        return self._environments[name]

    def exact_values(self) -> frozenset[fmpq]:
        """Every value that is known exactly, and its negative."""
        environment = self.environment()
        unknown: set[Expr] = set()  # to be told so by the environment, one by one, takes long
        found = {v for v in self.values.values() if isinstance(v, fmpq)}  # type: ignore[redundant-expr]  # balls occur
        for step in self.expansion.steps():
            try:
                if any(used in unknown or self._has_no_value(used) for used in step.uses):
                    unknown.add(step.out)
                    continue
                value = environment[step.out]
            except NO_VALUES:
                unknown.add(step.out)
                continue
            if isinstance(value, fmpq):
                found.add(value)
        return frozenset(found | {-value for value in found})

    def _has_no_value(self, used: Expr) -> bool:
        return used not in self.values and self.expansion.step(used) is None

    def inputs(self) -> list[Expr]:
        """All inputs of the program, entry by entry."""
        return [entry for q in self.expansion.program.inputs for entry in self.expansion.entries(q.name)]

    def anywhere(self, seed: int, *, positive: bool = False) -> Environment:
        """The same network with other numbers for its inputs, drawn by the seed."""
        return self._environment(("anywhere", seed, positive), lambda: self._drawn(seed, positive=positive))

    def _drawn(self, seed: int, *, positive: bool) -> dict[Expr, fmpq]:
        random = Random(seed)
        values: dict[Expr, fmpq] = {}
        for quantity in self.expansion.program.inputs:
            entries = self.expansion.entries(quantity.name)
            drawn = [fmpq(random.choice((-1, 1)) * random.randint(11, 89), 97) for _ in entries]
            if positive or quantity.role in (Role.TARGET, Role.RATE):
                drawn = [abs(value) for value in drawn]
            if quantity.role is Role.TARGET and self._sums_to_one():
                width = self.expansion.shape(quantity)[-1]  # the outputs of one sample
                samples = [drawn[k : k + width] for k in range(0, len(drawn), width)]
                drawn = [value / sum(sample, fmpq(0)) for sample in samples for value in sample]
            values.update(zip(entries, drawn, strict=True))
        return values

    def nearby(self, seed: int) -> Environment:
        """The network at numbers close to its own, so that no unit changes sides of a kink."""
        random = Random(seed)
        values = {
            entry: self.values[entry] + fmpq(random.randint(-89, 89), 97 * 10**7)
            for entry in self.inputs()
            if entry in self.values
        }
        return Environment(self.expansion, values)

    def specialised(self, seed: int) -> Environment | None:
        """Other weights at the same inputs and targets, if some of these are 0 or 1 and so simplify formulas."""
        kept = self._simplifying()
        return Environment(self.expansion, {**self.anywhere(seed).values, **kept}) if kept else None

    def _simplifying(self) -> dict[Expr, fmpq]:
        """The inputs and targets that are 0 or 1."""
        return {
            entry: value
            for q in self.expansion.program.inputs
            if q.role in (Role.TARGET, Role.INPUT) or self.is_own
            for entry in self.expansion.entries(q.name)
            if (value := self.values.get(entry)) is not None and (value in (0, 1) or self._is_count(entry, value))
        }

    def negative(self, seed: int) -> Environment:
        """Where functions in pieces are all on their lower side: no input is positive but for those that are 1."""
        drawn = {entry: -abs(value) for entry, value in self.anywhere(seed).values.items()}
        return self._environment(("negative", seed), lambda: drawn | self._simplifying())

    def normalised(self, seed: int) -> Environment | None:
        """Anywhere, but with targets that sum to 1; for a document's own network that takes logarithms."""
        if not self.is_own or not any(step.expr.has(log) for step in self.expansion.program.steps):
            return None
        values = dict(self.anywhere(seed, positive=True).values)
        groups: dict[tuple[str, tuple[str, ...]], list[Expr]] = {}
        for entry in (entry for entry in values if entry in self.called):
            name, place = self.called[entry]
            alone = len(name.sub) <= 1 if place else len(name.sub) == 1
            if name.base in _TARGETS and not name.layer and alone:
                groups.setdefault((name.base, name.sub if place else ()), []).append(entry)
        for group in groups.values():
            side = isqrt(len(group)) if len(self.called[group[0]].place) > 1 and len(group) > SIDE else 0
            side = side if side**2 == len(group) else 0
            first = group[:side] or group
            total = sum((values[entry] for entry in first), fmpq(0))
            shares = [values[entry] / total for entry in first]
            if side:  # of a matrix all rows and all columns
                shares = [shares[(c - r) % side] for r in range(side) for c in range(side)]
            values.update(zip(group, shares, strict=True))
        return Environment(self.expansion, values) if groups else None

    @property
    def is_own(self) -> bool:
        """Whether the equations are a document's own, or would be: a description never comes without any."""
        steps = self.expansion.program.steps
        return not steps or any(step.rule == "document" for step in steps)

    def unsettled(self, atoms: Iterable[Expr]) -> frozenset[Expr | str]:
        """What some atoms depend on that has no number, or a number without its formula; and undefined functions."""
        found: set[Expr | str] = set()
        stack, seen = list(atoms), set()
        while stack:
            atom = stack.pop()
            if atom in seen:
                continue
            seen.add(atom)
            found |= self.vague.get(atom, frozenset())
            step = self.expansion.step(atom)
            if step is not None:
                stack.extend(step.uses)
            elif atom in self.opaque or atom not in self.values:
                found.add(atom)
        spend(PASSED * len(seen))
        return frozenset(found)

    def is_parameter(self, atom: Expr) -> bool:
        """Whether gradient descent moves an atom, by the letter a document or the role a description gives it."""
        if atom in self.called:
            return self.called[atom].name.base in UPDATABLE
        quantity = self.expansion.program.quantities.get(head(atom))
        return quantity is not None and quantity.role in (Role.WEIGHT, Role.BIAS)

    def _is_loss(self, atom: Expr) -> bool:
        """Whether a document's atom is called as losses are: what it does not mention it may still depend on."""
        return atom in self.called and self.called[atom].name.base in LOSS_NAMES

    def _is_count(self, atom: Expr, value: Scalar) -> bool:
        """Whether it is a width or a number of samples, which formulas may name by its value: √2 for √d_k."""
        if atom not in self.called or not (isinstance(value, fmpq) and value.q == 1 and value > 1):
            return False
        name = self.called[atom].name
        return name.base in _COUNTS and not name.layer and all(map(str.isalpha, name.sub))

    def _output(self, atom: Expr) -> str:
        """The output an atom of a document belongs to, the o1 of net_{o1}; "" if none."""
        name = self.called[atom].name if atom in self.called else None
        last = name.sub[-1] if name is not None and name.sub and not name.layer else ""
        return last if last[:1] == "o" and last[1:].isdecimal() else ""

    def has_kinks(self) -> bool:
        """Whether some activation has a point without a derivative."""
        rows = primitives.ACTIVATIONS
        return any(step.rule in rows and bool(rows[step.rule].kink) for step in self.expansion.program.steps) or any(
            step.rule == "document" for step in self.expansion.program.steps
        )

    @cached_property
    def is_smooth(self) -> bool:
        """Whether no equation has pieces: then formulas that agree at one point agree at any other."""
        steps = [step for step in self.expansion.program.steps if step.section != "backward"]
        return not any(step.rule == "document" or step.expr.has(Abs, Max, Piecewise) for step in steps)

    @cached_property
    def loss_has_kinks(self) -> bool:
        """Whether the loss itself is one thing on one side and another on the other: a hinge, or a unit written out."""
        step = None if self.loss is None else self.expansion.step(self.loss)
        return step is not None and bool(step.expr.has(Piecewise, Max))

    def _sums_to_one(self) -> bool:
        return any(step.rule == "softmax" for step in self.expansion.program.steps)

    def slope(self, of: Expr, wrt: Expr, at: Environment, *, local: bool = False, with_old: bool = False) -> Scalar:
        """The derivative of an atom, or a formula in atoms, by an atom; local: through the equation of `of` alone.

        Where the program updates weights before the error goes on through them, derivatives go through the new ones;
        `with_old`: through the old ones all the same.
        """
        wanted = (of, wrt, local)
        if wanted not in self._slopes:
            self._slopes[wanted] = self._slope(of, wrt, local=local)
        found = self._slopes[wanted]
        if found is None:
            raise NoValueError(f"how {of} depends on {wrt} is not said")
        if not isinstance(found, Code):
            return found if isinstance(found, fmpq) else at[found]
        inputs = found.inputs if with_old else [self.passed(entry) for entry in found.inputs]
        before, ctx.prec = ctx.prec, at.precision
        try:
            return found.run([at[entry] for entry in inputs])[0]
        finally:
            ctx.prec = before

    def _slope(self, of: Expr, wrt: Expr, *, local: bool) -> Code | Expr | fmpq | None:
        """A derivative as code, as an atom of the program or as a number; None where it is not known."""
        if of == wrt:
            return fmpq(1)
        if not of.free_symbols:
            return fmpq(0)
        if not local and self.loss is not None and of == self.loss:
            adjoint = self.adjoint(wrt)
            if adjoint is not None:
                return adjoint
        shared = self._of_what_comes_out(of, wrt) if local else None
        return self._derived(of, wrt, local=local) if shared is None else shared

    def _of_what_comes_out(self, of: Expr, wrt: Expr) -> Code | None:
        """How an output moves with a net input where all outputs share a sum: in these, as one unit's slope is."""
        step, adjoint = self.expansion.step(of) if _is_atom(of) else None, self.adjoint(wrt)
        row = None if step is None else primitives.ACTIVATIONS.get(step.step.rule)
        back = None if row is None or not row.couples or adjoint is None else self.expansion.step(adjoint)
        slopes = () if back is None else tuple(term.local for term in back.terms if (term.of, term.wrt) == (of, wrt))
        if not slopes:
            return None
        spend(LOWERED)
        return lower([], [Add(*slopes)], {size: fmpq(count) for size, count in self.expansion.sizes.items()})

    @cached_property
    def passed_after_update(self) -> frozenset[str]:
        """The parameters through whose new values the error goes on, where the description updates them on the way."""
        program = self.expansion.program
        used = {head(e) for step in program.steps if step.section == "backward" for e in entries(step.expr)}
        return frozenset(q.of for q in program.all(Role.UPDATED) if q.name in used)

    def passed(self, entry: Expr) -> Expr:
        """What the error is multiplied with on its way past an entry: a weight's new value where it has one by then."""
        if not self.passed_after_update or head(entry) not in self.passed_after_update:
            return entry
        return self.updated(entry) or entry

    def adjoint(self, wrt: Expr) -> Expr | None:
        """The atom that is the derivative of the loss by another, where the program has one."""
        program = self.expansion.program
        quantity = program.quantities.get(head(wrt))
        found = None if quantity is None else program.adjoint(quantity.name)
        return None if found is None else self.expansion.entry(found, tuple(getattr(wrt, "indices", ())))

    def updated(self, atom: Expr) -> Expr | None:
        """The atom of a parameter after one step of gradient descent."""
        quantity = self.expansion.program.quantities.get(f"{head(atom)}_new")
        return None if quantity is None else self.expansion.entry(quantity, tuple(getattr(atom, "indices", ())))

    def uses(self, of: Expr, wrt: Expr) -> bool:
        """Whether the equation of one atom names the other."""
        step = self.expansion.step(of) if _is_atom(of) else None
        return step is not None and wrt in step.uses

    def _derived(self, of: Expr, wrt: Expr, *, local: bool) -> Code | fmpq | None:
        for_all = _is_atom(of)
        small = self._kept.once((of, local), lambda: self._small_program(of, local=local), for_all=for_all)
        self._kept.once((of, local, NEW), lambda: _met(small.equations), for_all=False)
        if not local and any(not self._before_or_beside(atom, wrt) for atom in self.opaque & small.leaves - {wrt}):
            return None
        may_lead = of == self.loss or self._is_loss(of) or self._is_open(wrt)
        if self.is_own and may_lead and wrt not in small.named:
            return None
        return self._kept.once((of, local, wrt), lambda: small.slope(wrt), for_all=for_all)

    def _is_open(self, atom: Expr) -> bool:
        """Whether a document with numbers has neither number nor formula for it: another way may lead through it."""
        return bool(self.values) and atom not in self.values and self.expansion.step(atom) is None

    def _before_or_beside(self, atom: Expr, wrt: Expr) -> bool:
        """Whether a figure without a formula surely does not depend on an atom: it leads to it, or stands beside it."""
        ours, theirs = self._output(atom), self._output(wrt)
        if ours and theirs and ours != theirs:
            return True
        if self.expansion.step(wrt) is None:  # a weight: what it is multiplied with was there before it
            return any(atom in step.uses and wrt in step.uses for step in self.expansion.steps())
        return any(atom in step.uses for step in self.expansion.order((wrt,)))

    def _order(self, of: Expr) -> list[ScalarStep]:
        """The equations that lead to an atom or to all atoms of a formula, each after those it uses."""
        atoms = (of,) if _is_atom(of) else tuple(dict.fromkeys(entries(of)))
        return self.expansion.order(tuple(atom for atom in atoms if self.expansion.step(atom) is not None))

    def _small_program(self, of: Expr, *, local: bool) -> Small:
        order = self._order(of)
        if not order and _is_atom(of):
            raise NoValueError(f"how {of} is worked out is not said")
        everything = frozenset(step.out for step in order)
        if local:
            order = order[-1:]
        if len(order) > MOST_STEPS:
            raise NoValueError("a derivative through too many equations")
        for formula in (*(step.expr for step in order), of):
            spend(_derived_in(formula))
        pairs = sum(len(step.uses) ** 2 for step in order) if self.of_matrices else 0
        if pairs > MOST_PAIRS:
            raise NoValueError("a derivative through too many equations")
        spend(DENSE * pairs)
        defined = {step.out for step in order}
        used = [*(entry for step in order for entry in step.uses), *(() if _is_atom(of) else entries(of))]
        leaves = frozenset(entry for entry in used if entry not in defined)
        return small_program(of, order, leaves, leaves | everything, self.expansion.sizes)


def _derived_in(formula: Expr) -> int:
    """Units of work to differentiate an equation."""
    return max(DERIVED, OPERATION * sum(1 for _ in preorder_traversal(formula)))


def _met(equations: Sequence[Expr]) -> None:
    """Count what SymPy has to think of for the first time in a document, whatever it knows from others."""
    for formula in equations:
        spend_once(("derived", formula), NEW * _derived_in(formula))


def _is_atom(expr: Expr) -> bool:
    """Whether it is an entry of a quantity rather than a formula."""
    return isinstance(expr, (Symbol, Indexed))


NO_VALUES = (NoValueError, EvaluationError, BpsymError, KeyError, ZeroDivisionError)
FAILURES = (*NO_VALUES, ShapeError, ValueError, OverflowError)  # of whatever a written term may be
