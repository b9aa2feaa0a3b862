"""What rules are made of: questions about a scalar step, and ways to write it with something changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from sympy import Add, Expr, Indexed, Integer

from bpsym import primitives
from bpsym.expand import ScalarStep, is_size
from bpsym.program import Role, entries, head

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bpsym.expand import Expansion
    from bpsym.primitives import Activation
    from bpsym.program import Quantity, Term

MANY = 8  # units of a layer above which only the next one and the one before are mistaken for each other
CROWD = 16  # terms of a sum above which no single one is picked
Item = TypeVar("Item")

# Activations mistaken for each other; not those which for most net inputs are the same as none at all.
CONFUSED = {
    "sigmoid": ("tanh",),
    "tanh": ("sigmoid",),
    "relu": ("leaky-relu", "sigmoid", "tanh"),
    "leaky-relu": ("relu",),
    "elu": ("relu", "leaky-relu"),
    "softplus": ("relu", "sigmoid"),
    "silu": ("sigmoid", "relu"),
    "gelu": ("relu", "silu"),
    "softmax": ("sigmoid",),
    "identity": ("sigmoid", "tanh"),
}
VALUES_OF_UNITS = (Role.INPUT, Role.TARGET, Role.NET, Role.OUT, Role.UNIT_LOSS)


def makes(step: ScalarStep) -> Role:
    """The role of what the step defines."""
    return step.step.quantity.role


def quantity(expansion: Expansion, entry: Expr) -> Quantity:
    """The quantity an entry belongs to."""
    return expansion.program.get(head(entry))


def role(expansion: Expansion, entry: Expr) -> Role:
    """The role of an entry."""
    return quantity(expansion, entry).role


def adjoint_of(expansion: Expansion, step: ScalarStep) -> Role | None:
    """The role of the quantity the loss is differentiated by in this step; None where it is no adjoint."""
    own = step.step.quantity
    return expansion.program.get(own.of).role if own.role is Role.ADJOINT else None


def used(expansion: Expansion, expr: Expr, *roles: Role) -> tuple[Expr, ...]:
    """The entries of these roles in an expression, each once, in the order of their indices."""
    found = {e for e in entries(expr) if not is_size(e) and role(expansion, e) in roles}
    return tuple(sorted(found, key=_place))


def _place(entry: Expr) -> tuple[str, tuple[int, ...]]:
    return head(entry), indices(entry)


def indices(entry: Expr) -> tuple[int, ...]:
    """The indices of an entry as numbers."""
    return tuple(int(index) for index in entry.indices) if isinstance(entry, Indexed) else ()


def sample_axes(expansion: Expansion, of: Quantity) -> int:
    """How many leading axes count samples or time steps rather than units."""
    owner = expansion.program.get(of.of) if of.of else of
    if owner.role not in VALUES_OF_UNITS:
        return 0
    return len(expansion.program.all(Role.INPUT)[0].axes) - 1


def samples(expansion: Expansion) -> Expr | None:
    """The number of samples (of time steps) as a symbol; None where there is one sample only."""
    axes = expansion.program.all(Role.INPUT)[0].axes
    return axes[0].upper if len(axes) > 1 else None


def output_layer(expansion: Expansion) -> str:
    """The name of the layer that has targets."""
    return expansion.program.only(Role.TARGET).layer


def activation_of(expansion: Expansion, layer: str) -> Activation:
    """The activation of a layer."""
    return primitives.ACTIVATIONS[expansion.program.by_name[f"out_{layer}"].rule]


def numbers(expansion: Expansion, expr: Expr) -> Expr:
    """An expression with the sizes of the layers put in, in which equal formulas are equal."""
    return expr.xreplace({symbol: Integer(size) for symbol, size in expansion.sizes.items()})


def shifts(expansion: Expansion, among: Iterable[Expr]) -> Iterator[dict[Expr, Expr]]:
    """Every way to take one unit for another: one index of one quantity, wherever it has that value.

    In a sum over samples the slip is made in every sample; in a sum over units, for one of them.
    """
    found = sorted(set(among), key=_place)
    for name in dict.fromkeys(head(entry) for entry in found):
        own = [entry for entry in found if head(entry) == name]
        of = expansion.program.get(name)
        shape = expansion.shape(of)
        for axis in range(sample_axes(expansion, of), len(shape)):
            values = sorted({indices(entry)[axis] for entry in own})
            for value in few(values):
                for other in nearby(value, shape[axis]):
                    yield {e: at(e, axis, other) for e in own if indices(e)[axis] == value}


def few(items: Sequence[Item]) -> Sequence[Item]:
    """The terms of a sum of which one may be mistaken; none where there are too many to tell one from the other."""
    return items if len(items) <= CROWD else ()


def neighbours(expansion: Expansion, entry: Expr) -> Iterator[Expr]:
    """The entries of the same quantity that differ in one index, which is not that of the sample."""
    for change in shifts(expansion, [entry]):
        yield change[entry]


def nearby(value: int, size: int) -> Iterator[int]:
    """The other values of an index: all of them in a small layer, the ones beside it in a large one."""
    for other in range(1, size + 1):
        if other != value and (size <= MANY or abs(other - value) == 1):
            yield other


def at(entry: Indexed, axis: int, value: int) -> Expr:
    """The entry with one index changed."""
    places = list(entry.indices)
    places[axis] = Integer(value)
    return entry.base[tuple(places)]


def exists(expansion: Expansion, name: str, places: Sequence[int]) -> bool:
    """Whether a quantity has an entry at these indices."""
    shape = expansion.shape(expansion.program.get(name))
    return len(shape) == len(places) and all(1 <= p <= n for p, n in zip(places, shape, strict=True))


def weighted(expansion: Expansion, step: ScalarStep) -> list[tuple[Expr, Expr]]:
    """The pairs of weight and input that a net input adds up, in the order of the inputs."""
    pairs = []
    for part in Add.make_args(step.expr):
        weight = used(expansion, part, Role.WEIGHT)
        source = used(expansion, part, Role.INPUT, Role.OUT, Role.STATE, Role.NET)
        if len(weight) == len(source) == 1:
            pairs.append((weight[0], source[0]))
    return sorted(pairs, key=lambda pair: _place(pair[0]))


def with_expr(step: ScalarStep, expr: Expr) -> ScalarStep:
    """The step with another right-hand side."""
    return ScalarStep(step.out, expr, step.step)


def with_terms(step: ScalarStep, terms: Iterable[Term]) -> ScalarStep:
    """The step as the sum of other terms."""
    terms = tuple(terms)
    return ScalarStep(step.out, Add(*(term.expr for term in terms)), step.step, paths=lambda: terms)


def with_entries(step: ScalarStep, changes: Mapping[Expr, Expr]) -> ScalarStep:
    """The step with some entries replaced wherever they stand; term by term where it has terms and no simpler form."""
    if step.terms and not step.forms:
        return with_terms(
            step,
            (
                replace(term, upstream=term.upstream.xreplace(changes), local=term.local.xreplace(changes))
                for term in step.terms
            ),
        )
    return with_expr(step, step.simplest.xreplace(changes))


def net_of(expansion: Expansion, out: Expr) -> Expr:
    """The net input of a unit, by its output."""
    return expansion.program.get(f"net_{quantity(expansion, out).layer}")[indices(out)]


def chain_paths(expansion: Expansion, step: ScalarStep) -> list[Term]:
    """The paths of the chain rule a step adds up, without the penalty of weight decay."""
    return [term for term in step.terms if not used(expansion, term.local, Role.DECAY)]


def is_shared_bias(expansion: Expansion, step: ScalarStep) -> bool:
    """Whether the step is the gradient of a bias shared by all units of its layer."""
    return adjoint_of(expansion, step) is Role.BIAS and not step.step.quantity.axes
