"""What makes variants fair and their mistakes tellable: one row each.

A constraint gives a slack for each variant: it holds where that is above 0. In floating point a slack near 0 says
nothing; the variant is then judged on exact figures, so that every machine draws the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from bpsym.mistakes.columns import SAME
from bpsym.primitives import ACTIVATIONS, LOSSES
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from sympy import Expr

    from bpsym.variants.figures import Figures
    from bpsym.variants.structure import Structure

    Array = NDArray[Any]

NEAR_KINK = Fraction(1, 1000)  # no net input of relu is nearer to 0 than that
ALIVE = Fraction(1, 100)  # in some sample the net input of each relu unit is larger than that
APART = 3  # units of the last digit asked that two figures differ by at least: each is rounded, one may be one off
OPEN = 1e-12  # a slack below that, times the size of the figures, is judged exactly

_BOUNDS = {"sigmoid": (0, 1), "tanh": (-1, 1), "softmax": (0, 1)}


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing that has to hold; `slacks` yields nothing where it says nothing about a network."""

    name: str
    about: str  # "no unit is saturated"
    slacks: Callable[[Figures], Iterator[Array]]


def unit(structure: Structure, figure: Array) -> Any:
    """One unit of the last digit asked for each figure."""
    rounding = structure.rounding
    if rounding.significant is None:
        return Fraction(1, 10 ** (rounding.places or 0)) if figure.dtype == object else 10.0 ** -(rounding.places or 0)
    with np.errstate(divide="ignore"):
        leading = np.floor(np.log10(np.abs(figure.astype(float)) + 1e-300))
    powers = leading - rounding.significant + 1
    if figure.dtype == object:
        return np.array([Fraction(10) ** int(power) for power in powers], dtype=object)
    return 10.0**powers


def _saturated(figures: Figures) -> Iterator[Array]:
    margin = _like(figures, figures.structure.description.vary.saturation if figures.structure.description.vary else 0)
    for rule, out, _ in _units(figures.structure):
        if rule in _BOUNDS:
            low, high = _BOUNDS[rule]
            room = margin * (high - low)
            yield np.minimum(figures.of(out) - (low + room), (high - room) - figures.of(out))


def _dead(figures: Figures) -> Iterator[Array]:
    by_unit: dict[tuple[str, Any], list[Array]] = {}
    for rule, _, net in _units(figures.structure):
        if rule == "relu":
            by_unit.setdefault((net.base.label.name, net.indices[-1]), []).append(figures.of(net))
    for nets in by_unit.values():
        yield np.maximum.reduce(nets) - _like(figures, ALIVE)


def _kink(figures: Figures) -> Iterator[Array]:
    for rule, _, net in _units(figures.structure):
        if ACTIVATIONS[rule].kink:
            yield np.abs(figures.of(net)) - _like(figures, NEAR_KINK)
    program = figures.structure.program
    for step in program.section("loss"):
        if step.rule in LOSSES and (LOSSES[step.rule].kink or step.rule == "huber"):
            target = program.only(Role.TARGET)
            edge = 1 if step.rule == "huber" else 0
            outs = figures.structure.expansion.entries(f"out_{target.layer}")
            for out, wanted in zip(outs, figures.structure.expansion.entries(target.name), strict=True):
                error = np.abs(figures.of(out) - figures.of(wanted))
                yield np.abs(error - edge) - _like(figures, NEAR_KINK)


def _vanishing(figures: Figures) -> Iterator[Array]:
    for asked in figures.structure.asked:
        figure = figures.of(asked.entry)
        yield np.abs(figure) - unit(figures.structure, figure)


def _alike(figures: Figures) -> Iterator[Array]:
    columns = [figures.of(asked.entry) for asked in figures.structure.asked]
    if len(columns) > 1 and figures.structure.rounding.significant is None:  # the same unit for all
        gaps = _gaps(np.sort(np.vstack(columns), axis=0))
        yield np.minimum.reduce(gaps) - APART * unit(figures.structure, columns[0])
        return
    for a, b in combinations(columns, 2):
        step = np.maximum(unit(figures.structure, a), unit(figures.structure, b))
        yield np.abs(a - b) - APART * step


def _untellable(figures: Figures) -> Iterator[Array]:
    for asked in figures.structure.asked:
        right, group = figures.of(asked.entry), figures.groups(asked.entry)
        every = np.vstack([right[np.newaxis], figures.wrong(asked.entry)])
        every = every if figures.exact else np.where(np.isfinite(every), every, np.inf)
        if len(np.unique(group)) == len(group):
            gaps = _gaps(np.sort(every, axis=0))
        else:
            order = np.argsort(every, axis=0)
            ranked, group = np.take_along_axis(every, order, axis=0), group[order]
            gaps = _gaps(ranked)
            size = np.where(ranked[1:] == np.inf, 0, np.abs(ranked[1:]))
            gaps = np.where((group[1:] == group[:-1]) & (gaps <= SAME * (1 + size)), np.inf, gaps)
        if len(gaps):
            yield np.minimum.reduce(gaps) - APART * unit(figures.structure, right)


def _gaps(ranked: Array) -> Array:
    """The gaps between figures in order, with infinity for those between figures that have no value."""
    with np.errstate(invalid="ignore"):
        gaps = ranked[1:] - ranked[:-1]
    return np.where(gaps != gaps, np.inf, gaps)  # noqa: PLR0124  (nan, also in arrays of fractions)


CONSTRAINTS = (
    Constraint("saturation", "no unit is saturated", _saturated),
    Constraint("dead unit", "no ReLU unit is 0 in every sample", _dead),
    Constraint("kink", "no net input or error is at a kink", _kink),
    Constraint("zero answer", "no asked value rounds to 0", _vanishing),
    Constraint("equal answers", "no two asked values look the same", _alike),
    Constraint("mistakes", "every mistake's figures differ from the right ones and from each other", _untellable),
)
EQUAL_WORK, SHARED = "equal work", "shared answers"
NAMES = (*(row.name for row in CONSTRAINTS), EQUAL_WORK, SHARED)


def holds(constraint: Constraint, figures: Figures) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each variant whether the constraint holds, and whether floating point leaves that open."""
    fine = np.ones(figures.count, bool)
    open_ = np.zeros(figures.count, bool)
    scale = None
    for slack in constraint.slacks(figures):
        if slack.dtype == object:
            fine &= np.array([bool(each > 0) for each in slack])
            continue
        if scale is None:
            scale = OPEN * (1 + np.maximum.reduce([np.abs(column) for column in figures.right.values()]))
        with np.errstate(invalid="ignore"):
            open_ |= ~(np.abs(slack) > scale)  # nan is open
            fine &= slack > 0
    return fine, open_


def _units(structure: Structure) -> Iterator[tuple[str, Expr, Expr]]:
    """The activation of each unit, its output and its net input."""
    for step in structure.program.section("forward"):
        if step.quantity.role is Role.OUT:
            outs = structure.expansion.entries(step.quantity.name)
            nets = structure.expansion.entries(f"net_{step.quantity.layer}")
            yield from ((step.rule, out, net) for out, net in zip(outs, nets, strict=True))


def _like(figures: Figures, number: Any) -> Any:
    """A threshold in the arithmetic of the figures."""
    return Fraction(number) if figures.exact else float(number)
