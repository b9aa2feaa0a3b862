"""Which equations some quantities need, and in which order tensors can be computed one after the other."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from sympy import true

from bpsym.program import entries, head

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sympy import Expr

    from bpsym.program import Program, Step


def uses_of(program: Program, wanted: Iterable[str]) -> dict[str, set[str]]:
    """Every quantity needed for the wanted ones, with those its equation reads."""
    found: dict[str, set[str]] = {}
    stack = [program.get(name).name for name in wanted]
    while stack:
        name = stack.pop()
        if name not in found:
            step = program.by_name.get(name)
            read = {head(e) for expr in parts(step) for e in entries(expr)} if step else set()
            initial = program.get(name).initial
            found[name] = {used for used in read if used in program.quantities} | ({initial} if initial else set())
            stack.extend(found[name])
    return found


def parts(step: Step) -> list[Expr]:
    """What a step adds up: its terms where one of them exists for some indices only, else its simplest form."""
    return [term.expr for term in step.terms] if is_partial(step) else [step.simplest]


def is_partial(step: Step) -> bool:
    """Whether one of the step's paths exists for some of its indices only."""
    return any(term.where != true for term in step.terms)


def groups(program: Program, uses: dict[str, set[str]]) -> list[list[Step]]:
    """The steps in an order in which they can be computed; those that need each other, a recurrence, together."""
    reach = {name: _closure(uses, name) for name in uses}
    names = [step.quantity.name for step in program.steps if step.quantity.name in uses]
    group = {name: tuple(o for o in names if o == name or (o in reach[name] and name in reach[o])) for name in names}
    before: dict[tuple[str, ...], set[tuple[str, ...]]] = {group[name]: set() for name in names}
    for name in names:
        before[group[name]] |= {group[used] for used in uses[name] if used in group} - {group[name]}
    return [[program.by_name[name] for name in each] for each in TopologicalSorter(before).static_order()]


def _closure(uses: dict[str, set[str]], name: str) -> set[str]:
    found: set[str] = set()
    stack = [name]
    while stack:
        new = uses[stack.pop()] - found
        found |= new
        stack.extend(new)
    return found
