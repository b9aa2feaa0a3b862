"""Index notation to scalars, lazily: the equation of one entry, with its sums written out.

Nothing is ever expanded that nobody asks for, so one weight of a 784-128-10 network is derived in full without the
other 101 769.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import product
from typing import TYPE_CHECKING, Any, TypeVar

from sympy import Add, Expr, Indexed, Integer, Pow, S, Sum, Symbol, exp, true

from bpsym.errors import ProgramError
from bpsym.program import Form, Program, Quantity, Role, Step, Term, entries, head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Found = TypeVar("Found")


@dataclass(frozen=True)
class ScalarStep:
    """One equation between entries: what `Step` is in index notation, at integer indices and without sums."""

    out: Expr
    expr: Expr
    step: Step  # the indexed equation it is an instance of
    forms: tuple[Form, ...] = ()
    paths: Callable[[], Iterable[Term]] = field(default=tuple, repr=False, compare=False)

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """One per path; worked out when asked for, since most formulas are only written down."""
        return tuple(self.paths())

    @property
    def simplest(self) -> Expr:
        """The last of the forms: the one to compute with."""
        return self.forms[-1].expr if self.forms else self.expr

    @cached_property
    def uses(self) -> tuple[Expr, ...]:
        """The entries on the right-hand side, each once."""
        return tuple(dict.fromkeys(e for e in entries(self.simplest) if not is_size(e)))


def is_size(entry: Expr) -> bool:
    """Whether a symbol is the size of a layer rather than a quantity."""
    return isinstance(entry, Symbol) and entry.is_integer is True


@dataclass(frozen=True)
class Expansion:
    """The scalar program of given sizes; entries are computed when asked for and kept.

    Methods raise ProgramError for a quantity the program doesn't define and for a size without a number.
    """

    program: Program
    sizes: Mapping[Symbol, int]
    _steps: dict[Expr, ScalarStep | None] = field(default_factory=dict, repr=False, compare=False)
    _entries: dict[tuple[str, tuple[Expr, ...]], Expr] = field(default_factory=dict, repr=False, compare=False)
    _known: dict[tuple[Expr, Expr], list[Integer]] = field(default_factory=dict, repr=False, compare=False)  # ranges
    _found: dict[Callable[[Expansion], Any], Any] = field(default_factory=dict, repr=False, compare=False)

    def found(self, find: Callable[[Expansion], Found]) -> Found:
        """What a function finds out about this program, found once."""
        if find not in self._found:
            self._found[find] = find(self)
        known: Found = self._found[find]
        return known

    def entries(self, name: str) -> tuple[Expr, ...]:
        """Every entry of a quantity, the last index running fastest (unit by unit)."""
        quantity = self.program.get(name)
        return tuple(self.entry(quantity, indices) for indices in product(*self._ranges(quantity)))

    def entry(self, quantity: Quantity, indices: tuple[Expr, ...]) -> Expr:
        """The entry at these indices: always the same object, for SymPy is slow to make and to compare them."""
        key = (quantity.name, indices)
        if key not in self._entries:
            self._entries[key] = quantity[indices]
        return self._entries[key]

    def shape(self, quantity: Quantity) -> tuple[int, ...]:
        """The length of every axis."""
        return tuple(len(values) for values in self._ranges(quantity))

    def _ranges(self, quantity: Quantity) -> list[list[Integer]]:
        return [self._range(axis.lower, axis.upper, quantity.name) for axis in quantity.axes]

    def _range(self, lower: Expr, upper: Expr, where: object) -> list[Integer]:
        if (lower, upper) not in self._known:
            self._known[lower, upper] = self._integers(lower, upper, where)
        return self._known[lower, upper]

    def _integers(self, lower: Expr, upper: Expr, where: object) -> list[Integer]:
        low, high = lower.xreplace(self._sizes), upper.xreplace(self._sizes)
        if not (low.is_Integer and high.is_Integer):
            msg = f"{where} has the size {high}, which is a symbol; give it a number to write the entries out"
            raise ProgramError(msg)
        return [Integer(value) for value in range(int(low), int(high) + 1)]

    @cached_property
    def _sizes(self) -> dict[Symbol, Integer]:
        return {symbol: Integer(number) for symbol, number in self.sizes.items()}

    def step(self, entry: Expr) -> ScalarStep | None:
        """The equation that defines an entry; None for an input of the program. Indices out of range go unnoticed."""
        try:
            return self._steps[entry]
        except KeyError:
            return self._steps.setdefault(entry, self._expand(entry))

    def steps(self, section: str | None = None) -> Iterator[ScalarStep]:
        """Every equation of a section (or of all), in reading order."""
        for step in self.program.steps:
            if section in (None, step.section):
                for entry in self.entries(step.quantity.name):
                    scalar = self.step(entry)
                    if scalar is not None:
                        yield scalar

    def order(self, wanted: tuple[Expr, ...], section: str | None = None) -> list[ScalarStep]:
        """The equations of a section (or of all) needed for some entries, each after those it uses."""

        def within(entry: Expr) -> ScalarStep | None:
            step = self.step(entry)
            return step if step is not None and section in (None, step.step.section) else None

        found = self._dependencies(wanted, lambda entry: step.uses if (step := within(entry)) else ())
        return [step for step in map(within, found) if step is not None]

    def needed(self, wanted: tuple[Expr, ...]) -> list[Expr]:
        """The entries `order` has the equations of, read off the indexed equations: no sum is written out for it."""
        return self._dependencies(wanted, self._rests_on)

    def _dependencies(self, wanted: tuple[Expr, ...], uses: Callable[[Expr], Sequence[Expr]]) -> list[Expr]:
        for entry in wanted:
            self.program.get(head(entry))
        found: dict[Expr, None] = {}
        stack = [(entry, False) for entry in reversed(wanted)]
        while stack:
            entry, ready = stack.pop()
            if ready:
                found[entry] = None
            elif entry not in found and self._is_defined(entry):
                stack.append((entry, True))
                stack.extend((used, False) for used in reversed(uses(entry)) if used not in found)
        return list(found)

    def _is_defined(self, entry: Expr) -> bool:
        return head(entry) in self.program.by_name

    def _rests_on(self, entry: Expr) -> list[Expr]:
        """The entries with equations of their own on the right-hand side, each once."""
        built = self._steps.get(entry)
        if built is not None:
            return list(built.uses)
        step = self.program.by_name[head(entry)]
        at = dict(zip(step.quantity.indices, entry.indices, strict=True)) if isinstance(entry, Indexed) else {}
        parts = [(step.simplest, at)]
        if step.terms and not step.forms:
            parts = [(term.upstream * term.local, here) for term in step.terms for here in self._places(term, at)]
        return list(dict.fromkeys(entry for expr, here in parts for entry in self._named(expr, here)))

    def _named(self, expr: Expr, at: dict[Expr, Expr]) -> Iterator[Expr]:
        """The entries with equations that an indexed expression names at some indices."""
        if isinstance(expr, (Indexed, Symbol)):
            if head(expr) in self.program.by_name:
                found = self._scalar(expr, at)
                if self._is_defined(found):
                    yield found
        elif not isinstance(expr, Sum):
            for arg in expr.args:
                yield from self._named(arg, at)
        elif any(map(self._is_defined, entries(expr))):
            for place in self._summed(expr, at):
                yield from self._named(expr.function, place)

    def _expand(self, entry: Expr) -> ScalarStep | None:
        step = self.program.by_name.get(head(entry))
        if step is None:
            self.program.get(head(entry))
            return None
        at = dict(zip(step.quantity.indices, entry.indices, strict=True)) if isinstance(entry, Indexed) else {}
        paths = partial(self._paths, step.terms, at)
        if all(term.where == true for term in step.terms):
            expr = self._scalar(step.expr, at)
        else:  # the sums run over paths that don't exist, too
            expr = Add(*(term.expr for term in paths()))
        forms = tuple(Form(self._scalar(form.expr, at), form.reason) for form in step.forms)
        return ScalarStep(entry, expr, step, forms, paths)

    def _paths(self, terms: Iterable[Term], at: dict[Expr, Expr]) -> Iterator[Term]:
        """One term for each path that exists."""
        for term in terms:
            for here in self._places(term, at):
                local = self._scalar(term.local, here)
                if local is not S.Zero:
                    upstream, of, wrt = (self._scalar(e, here) for e in (term.upstream, term.of, term.wrt))
                    yield Term(upstream, local, of, wrt)

    def _places(self, term: Term, at: dict[Expr, Expr]) -> Iterator[dict[Expr, Expr]]:
        """The indices of each path of a term."""
        for values in product(*(self._range(a.lower, a.upper, term.wrt) for a in term.over)):
            here = at | dict(zip((axis.index for axis in term.over), values, strict=True))
            if term.where == true or term.where.xreplace(self._sizes | here) == true:
                yield here

    def _scalar(self, expr: Expr, at: dict[Symbol, Integer]) -> Expr:
        """Put integers for the indices and write the sums out."""
        if isinstance(expr, Indexed):
            return self._placed(expr, at)
        if isinstance(expr, Symbol):
            return at.get(expr, expr)
        if isinstance(expr, Sum):
            return self._written_out(expr, at)
        if not expr.args:
            return expr
        args = [self._scalar(arg, at) for arg in expr.args]
        if isinstance(expr, (Pow, exp)):  # new indices leave it what it is, and SymPy's checks take half the time
            return expr.func(*args, evaluate=False)
        return expr.func(*args)

    def _written_out(self, total: Sum, at: dict[Symbol, Integer]) -> Expr:
        return Add(*(self._scalar(total.function, place) for place in self._summed(total, at)))

    def _summed(self, total: Sum, at: dict[Symbol, Integer]) -> Iterator[dict[Symbol, Integer]]:
        """The indices of each term of a sum."""
        ranges = [self._range(low.xreplace(at), high.xreplace(at), total) for _, low, high in total.limits]
        indices = [limit[0] for limit in total.limits]
        return (at | dict(zip(indices, values, strict=True)) for values in product(*ranges))

    def _placed(self, entry: Indexed, at: dict[Symbol, Integer]) -> Expr:
        """The entry at integer indices; what lies before the first entry of a recurrence is its initial state."""
        indices = tuple(at[i] if i in at else i.xreplace(at) for i in entry.indices)
        quantity = self.program.quantities[head(entry)]
        if quantity.initial and indices[0] == quantity.axes[0].lower - 1:
            return self.entry(self.program.get(quantity.initial), indices[1:])
        return self.entry(quantity, indices)

    def rewritten(self, steps: Iterable[ScalarStep]) -> Expansion:
        """The same with other equations for some entries: how a mistake is followed through."""
        return Expansion(self.program, self.sizes, {**self._steps, **{step.out: step for step in steps}}, self._entries)

    def of_role(self, role: Role) -> tuple[Expr, ...]:
        """Every entry of every quantity of a role, in reading order."""
        return tuple(entry for q in self.program.all(role) for entry in self.entries(q.name))
