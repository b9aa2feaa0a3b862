"""The backward pass: append to a program the derivative of its loss by every quantity the loss depends on.

SymPy differentiates each indexed equation once per argument; the chain rule then sums, over the entries an entry feeds
into, upstream times local. The indices at which an argument occurs say which entries those are.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from sympy import (
    Abs,
    Add,
    And,
    Expr,
    Function,
    Indexed,
    Integer,
    KroneckerDelta,
    Mul,
    Sum,
    Symbol,
    cancel,
    expand_mul,
    sign,
    true,
)

from bpsym.networks.equations import local_derivative, other
from bpsym.primitives import LOSSES
from bpsym.program import TRAINABLE, Axis, Form, Program, Quantity, Role, Step, Term, entries, head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.networks.equations import Pair

ZERO, ONE = Integer(0), Integer(1)


@lru_cache(maxsize=64)
def backprop(program: Program) -> Program:
    """Append the adjoint steps, from the loss back to the first layer, each parameter right after its layer.

    The adjoint of a quantity q is the derivative of the loss by q; it is named d_q and has the axes of q. Trainable
    parameters have one, and all that is computed from them; one that is a plain number (1, or 1/n_s for a mean) gets no
    step. Raises ProgramError for a program without a loss.
    Source: Rumelhart, Hinton, Williams (1986); Griewank, Walther, Evaluating Derivatives (2008), section 3.2.
    """
    consumers = _consumers(program)
    needed = _needed(program, consumers)
    adjoints = {name: adjoint_of(program.get(name)) for name in needed}
    constant: dict[str, Expr] = {program.loss.name: ONE}  # adjoints that are plain numbers are put in, not named
    steps: dict[str, Step] = {}
    sizes = _sizes(program)
    remaining = [q for q in program.inputs if q.role in TRAINABLE]
    for step in reversed(program.steps):
        layer = [q for q in remaining if q.name in consumers and consumers[q.name][0] is step]
        for quantity in (step.quantity, *layer):
            if quantity.name not in needed or quantity.name in constant:
                continue
            terms = tuple(t for user in consumers[quantity.name] for t in _terms(user, quantity, constant, adjoints))
            total = sum((term.expr for term in terms), ZERO)
            if not total.atoms(Symbol, Indexed) - sizes:
                constant[quantity.name] = total
                continue
            adjoint = adjoints[quantity.name]
            steps[adjoint.name] = Step(adjoint, total, "chain", "backward", terms)
    return program.extended(_with_forms(program, step, steps) for step in steps.values())


def adjoint_of(quantity: Quantity) -> Quantity:
    """The derivative of the loss by a quantity, entry by entry."""
    return Quantity(f"d_{quantity.name}", Role.ADJOINT, quantity.layer, quantity.axes, of=quantity.name)


@lru_cache(maxsize=1 << 12)
def derivative(expr: Expr, entry: Expr) -> Expr:
    """SymPy's derivative of an equation's right-hand side by one of its entries, of a sum term by term.

    Plain symbols stand for the entries, so that what was differentiated in another layer is not differentiated again;
    real ones, so that |x| has the slope sgn(x). Of a product of different entries the derivative is the product of the
    others: there SymPy isn't asked.

    Raises ValueError for a maximum, or cases, of what has no order: max(0, log(-2)).
    """
    if isinstance(expr, Sum):
        return Sum(derivative(expr.function, entry), *expr.limits)
    factors = Mul.make_args(expr)
    if entry in factors and all(factor.is_Indexed or factor.is_Symbol or factor.is_Number for factor in factors):
        return Mul(*(factor for factor in factors if factor != entry))
    used = dict.fromkeys([entry, *(each for each in entries(expr) if each.is_integer is not True)])
    symbols = {name: Symbol(f"_{n}", real=True) for n, name in enumerate(used)}
    try:
        result = _differentiated(expr.xreplace(symbols), symbols[entry])
        return result.xreplace({symbol: name for name, symbol in symbols.items()})
    except TypeError as error:  # SymPy's, for the comparison
        raise ValueError(str(error)) from error


class _Magnitude(Function):  # type: ignore[misc]  # SymPy has no types
    """|x| of a real x, whether SymPy can tell that it is real or not: of others it takes Re and Im apart."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """The slope sgn(x)."""
        return sign(self.args[argindex - 1])


@lru_cache(maxsize=1 << 10)
def _differentiated(expr: Expr, symbol: Symbol) -> Expr:
    if not expr.has(Abs):
        return expr.diff(symbol)
    return expr.replace(Abs, _Magnitude).diff(symbol).replace(_Magnitude, Abs)


def _sizes(program: Program) -> set[Symbol]:
    found: set[Symbol] = set()
    for quantity in program.quantities.values():
        for axis in quantity.axes:
            found |= axis.upper.free_symbols
    return found


def _consumers(program: Program) -> dict[str, list[Step]]:
    """The steps that use each quantity, in reading order."""
    found: dict[str, list[Step]] = {}
    for step in program.steps:
        for name in dict.fromkeys(head(entry) for entry in entries(step.expr)):
            found.setdefault(name, []).append(step)
    return found


def _needed(program: Program, consumers: dict[str, list[Step]]) -> set[str]:
    """Trainable parameters and everything computed from them on the way to the loss."""
    found = {q.name for q in program.inputs if q.role in TRAINABLE and q.name in consumers}
    while True:
        grown = found | {step.quantity.name for name in found for step in consumers.get(name, ())}
        if grown == found:
            return found
        found = grown


def _terms(
    step: Step,
    wrt: Quantity,
    constant: dict[str, Expr],
    adjoints: dict[str, Quantity],
) -> Iterator[Term]:
    """The paths from `wrt` through one step."""
    own = step.quantity
    for way in _ways(step, wrt):
        at = tuple(way.at.get(index, index) for index in own.indices)
        upstream = constant[own.name] if own.name in constant else adjoints[own.name][at]
        yield Term(upstream, way.local, own[at], wrt.generic, way.over, way.where)


class _Way(Struct, frozen=True):
    """One way in which an entry enters an equation."""

    local: Expr
    at: dict[Symbol, Expr]  # the equation's indices, as far as the entry fixes or renames them
    over: tuple[Axis, ...]  # the indices that stay free: a path for each of their values
    where: Expr


def _ways(step: Step, wrt: Quantity) -> Iterator[_Way]:
    """Differentiate the equation by an entry of `wrt`: a way for each place where it occurs."""
    entry = tuple(Symbol(f"_{n}", integer=True, positive=True) for n in range(len(wrt.axes)))
    ranges = dict(zip(entry, wrt.axes, strict=True))
    for part, pairs in _derivatives(step, wrt, entry):
        local, at, conditions = _resolve(part, pairs, step.quantity.axes, ranges)
        over = [axis for axis in step.quantity.axes if axis.index not in at]
        rename = dict(zip(entry, wrt.indices, strict=True))
        rename |= {axis.index: other(axis.index) for axis in over if axis.index in wrt.indices}
        at = {index: value.xreplace(rename) for index, value in at.items()}
        yield _Way(
            local.xreplace(rename | at),
            at | {axis.index: rename.get(axis.index, axis.index) for axis in over},
            tuple(replace(axis, index=rename.get(axis.index, axis.index)) for axis in over),
            And(*(condition.xreplace(rename) for condition in conditions)),
        )


def _derivatives(step: Step, wrt: Quantity, at: tuple[Expr, ...]) -> Iterator[tuple[Expr, tuple[Pair, ...]]]:
    """The derivative of the right-hand side by `wrt[at]`: by each place where `wrt` occurs, if its indices are `at`."""
    from_table = local_derivative(step, wrt, at)
    if from_table is not None:
        yield from_table
        return
    for part in Add.make_args(step.expr):
        for place in dict.fromkeys(entry for entry in entries(part) if head(entry) == wrt.name):
            indices = place.indices if isinstance(place, Indexed) else ()
            yield derivative(part, place), tuple(zip(indices, at, strict=True))


def _resolve(
    expr: Expr,
    pairs: tuple[Pair, ...],
    axes: tuple[Axis, ...],
    ranges: dict[Symbol, Axis],
) -> tuple[Expr, dict[Symbol, Expr], list[Expr]]:
    """Use up every pair of equal indices: it fixes the index of an inner sum, or one of the equation's own indices."""
    conditions: list[Expr] = []
    known = ranges | {axis.index: axis for axis in axes}
    changes = {}
    for total in expr.atoms(Sum):
        body, kept = total.function, []
        for index, lower, upper in total.limits:
            value, pairs = _fix(pairs, index)
            if value is None:
                kept.append((index, lower, upper))
            else:
                body = body.xreplace({index: value})
                conditions += _outside(value, Axis(index, upper, lower), known)
        changes[total] = Sum(body, *kept) if kept else body
    expr = expr.xreplace(changes)
    at: dict[Symbol, Expr] = {}
    for axis in axes:
        value, pairs = _fix(pairs, axis.index)
        if value is not None:
            at[axis.index] = value
            conditions = [condition.xreplace({axis.index: value}) for condition in conditions]
            conditions += _outside(value, axis, ranges)
    return Mul(expr, *(KroneckerDelta(*pair) for pair in pairs)), at, conditions


def _fix(pairs: tuple[Pair, ...], index: Symbol) -> tuple[Expr | None, tuple[Pair, ...]]:
    """Find the pair of equal indices that determines `index`: the value it forces, and the others with it put in."""
    for number, (one, two) in enumerate(pairs):
        if one == index:
            value = two
        elif one.has(index) and (one - two).coeff(index) == ONE:
            value = index - (one - two)
        else:
            continue
        rest = pairs[:number] + pairs[number + 1 :]
        return value, tuple((a.xreplace({index: value}), b.xreplace({index: value})) for a, b in rest)
    return None, pairs


def _outside(value: Expr, axis: Axis, known: dict[Symbol, Axis]) -> list[Expr]:
    """What must hold for `value` to lie in the range of `axis`; nothing where it always does."""
    if value in known and known[value].limits[1:] == axis.limits[1:]:
        return []
    return [condition for condition in (value >= axis.lower, value <= axis.upper) if condition is not true]


def _with_forms(program: Program, step: Step, steps: dict[str, Step]) -> Step:
    """Write the error signal of an output layer in the simple form it has where loss and activation cancel."""
    term = step.terms[0]
    before = steps.get(head(term.upstream)) if isinstance(term.upstream, Indexed) else None
    if before is None or len(step.terms) > 1 or len(before.terms) > 1 or program.get(step.quantity.of).role != Role.NET:
        return step
    loss, activation = (program.by_name[head(entry.of)].rule for entry in (before.terms[0], term))
    if loss not in LOSSES or activation not in LOSSES[loss].cancels:
        return step
    upstream = before.expr.xreplace(dict(zip(before.quantity.indices, term.upstream.indices, strict=True)))
    product = expand_mul(cancel(upstream * term.local))
    if not term.over:
        return replace(step, forms=(Form(product, f"{loss}-{activation}"),))
    summed = Add(*(_summed(part, term.over[0]) for part in Add.make_args(product)))
    one = dict.fromkeys(summed.atoms(Sum), ONE)  # the targets of a softmax are probabilities
    return replace(step, forms=(Form(summed, f"{loss}-{activation}"), Form(summed.xreplace(one), "probabilities")))


def _summed(part: Expr, over: Axis) -> Expr:
    """The sum of a product over an index, with a delta resolved and what doesn't depend on the index in front."""
    inside: list[Expr] = []
    outside: list[Expr] = []
    for factor in Mul.make_args(part):
        if isinstance(factor, KroneckerDelta) and over.index in factor.args:
            (value,) = set(factor.args) - {over.index}
            return (part / factor).xreplace({over.index: value})
        (inside if factor.has(over.index) else outside).append(factor)
    return Mul(*outside) * Sum(Mul(*inside), over.limits)
