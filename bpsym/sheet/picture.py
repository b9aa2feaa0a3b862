"""The figures of a sheet: the network with its numbers, the way of one weight's error, the loss over the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Expr, Mul

from bpsym.figures import Edge, Label, Layer, Run, Unit, loss_drawing, network_drawing, shown
from bpsym.printing import LATEX, PLAIN, TYPST
from bpsym.printing.layout import Atom
from bpsym.program import Role, head
from bpsym.rounding import Rounding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import EllipsisType

    from bpsym.figures.layout import Drawing
    from bpsym.notation import Name
    from bpsym.program import Quantity
    from bpsym.sheet.lines import Work
    from bpsym.training import Row

BRIEF = Rounding(places=None, significant=4)  # values inside units: the full digits stand in the lines
TOLD = 30  # edges that are told one by one where there is no picture to look at


def network(work: Work, title: str, weight: Expr | None = None, *, computed: bool = True) -> Drawing:
    """The network with its numbers; with `weight`, the way of its error is highlighted.

    Of several samples the first is shown. Without `computed` only given numbers are shown (a blank sheet).
    """
    columns = _columns(work)
    shown_entries = {entry for column in columns for entry in column if isinstance(entry, Expr)}
    edges = [edge for out in shown_entries for edge in _edges_into(work, out, shown_entries)]
    edges.sort(key=lambda edge: (str(edge[1]), str(edge[2])))
    marked = _marked(edges, weight)
    layers = [
        Layer("", tuple(_unit(work, item, computed=computed) for item in column), _bias(work, columns, number))
        for number, column in enumerate(columns)
    ]
    drawn = [
        Edge(_key(work, source), _key(work, target), _label(work, name), _value(work, name), (source, target) in marked)
        for source, target, name in edges
    ]
    return network_drawing(layers, drawn, title=title, description=_told(layers, drawn))


def _told(layers: Sequence[Layer], edges: Sequence[Edge]) -> str:
    """The picture for a screen reader, in no language but that of formulas: units by layer, then the marked way.

    Without a way every weight is told, unless they are more than anyone would listen to.
    """
    units = [[unit for unit in layer.units if isinstance(unit, Unit)] for layer in layers]
    labels = {unit.key: unit.label.plain for column in units for unit in column}
    told = ["  ".join(_with_value(unit.label, unit.value) for unit in column) for column in units]
    marked = [edge for edge in edges if edge.highlighted]
    if marked or len(edges) <= TOLD:
        told += [
            f"{labels.get(edge.source, '1')} → {labels[edge.target]}: {_with_value(edge.label, edge.value)}"
            for edge in marked or edges
            if edge.label
        ]
    return "; ".join(told)


def _with_value(label: Label, value: str) -> str:
    return f"{label.plain} {value}".strip()


def _columns(work: Work) -> list[list[Expr | EllipsisType | None]]:
    """The entries in each column: a layer each; in a recurrent network a time step each."""
    quantities = [q for q in work.program.quantities.values() if q.role in (Role.INPUT, Role.OUT)]
    if _is_recurrent(work):
        steps = dict.fromkeys(entry.indices[0] for q in quantities for entry in work.expansion.entries(q.name))
        return [
            [e for q in reversed(quantities) for e in work.expansion.entries(q.name) if e.indices[0] == step]
            for step in steps
        ]
    return [_elided(_first_sample(work, quantity)) for quantity in quantities]


def _first_sample(work: Work, quantity: Quantity) -> list[Expr]:
    entries = work.expansion.entries(quantity.name)
    if quantity.axes[0].index.name != "s":
        return list(entries)
    return [entry for entry in entries if entry.indices[0] == entries[0].indices[0]]


def _elided(entries: list[Expr]) -> list[Expr | EllipsisType | None]:
    numbers = shown(len(entries))
    kept: list[Expr | EllipsisType | None] = [entries[number] for number in numbers]
    return kept if len(kept) == len(entries) else [*kept[:-1], ..., kept[-1]]


def _edges_into(work: Work, out: Expr, shown_entries: set[Expr]) -> list[tuple[Expr, Expr, Expr]]:
    """Each weighted input of a unit: source, unit, weight; a bias enters from the bias unit."""
    step = work.expansion.step(out)
    if step is None:
        return []
    net = next((used for used in step.uses if used.indices == out.indices), step.uses[0])
    found = []
    for term in work.step(net).expr.args:
        if isinstance(term, Mul):
            weight = next(f for f in term.args if work.program.get(head(f)).role is Role.WEIGHT)
            (source,) = (f for f in term.args if f is not weight)
            if source in shown_entries:
                found.append((source, out, weight))
        elif work.program.get(head(term)).role is Role.BIAS and not _is_recurrent(work):
            found.append((term, out, term))
    return found


def _bias(work: Work, columns: list[list[Expr | EllipsisType | None]], number: int) -> Unit | None:
    """The bias unit below the column before the one it feeds; none in a recurrent network, whose columns are steps."""
    if number + 1 >= len(columns) or _is_recurrent(work):
        return None
    edges = [edge for e in columns[number + 1] if isinstance(e, Expr) for edge in _edges_into(work, e, set())]
    return Unit(_key(work, edges[0][0]), Label("1")) if edges else None


def _is_recurrent(work: Work) -> bool:
    return any(quantity.initial for quantity in work.program.quantities.values())


def _marked(edges: list[tuple[Expr, Expr, Expr]], weight: Expr | None) -> set[tuple[Expr, Expr]]:
    """The edge of the weight and every edge on a way from it to the output."""
    if weight is None:
        return set()
    marked = {(source, target) for source, target, name in edges if name == weight}
    while True:
        reached = {target for _, target in marked}
        grown = marked | {(s, t) for s, t, _ in edges if s in reached}
        if grown == marked:
            return marked
        marked = grown


def _unit(work: Work, item: Expr | EllipsisType | None, *, computed: bool) -> Unit | EllipsisType | None:
    if not isinstance(item, Expr):
        return item
    given = item in work.written or (work.environment is not None and item in work.environment.values)
    value = ""
    if work.environment is not None and (given or computed):
        value = work.numeral(item).text if given else work.environment.numeral(item, BRIEF).text
    return Unit(_key(work, item), _label(work, item), value, _target(work, item))


def _target(work: Work, out: Expr) -> Label | None:
    target = work.program.only(Role.TARGET)
    if head(out) != f"out_{target.layer}" or work.environment is None or _is_recurrent(work):
        return None
    entry = target[out.indices]
    name = _label(work, entry)
    number = work.numeral(entry).text
    runs = (*name.runs, Run(f" {number}"))
    return Label(f"{name.plain} {number}", rf"{name.latex}\ {number}", f"{name.typst} space {number}", runs)


def _value(work: Work, entry: Expr) -> str:
    return "" if work.environment is None else work.numeral(entry).text


def _key(work: Work, entry: Expr) -> str:
    """What edges call a unit; all biases of a layer come from one bias unit."""
    quantity = work.program.get(head(entry))
    return f"bias {quantity.layer}" if quantity.role is Role.BIAS else str(entry)


def _label(work: Work, entry: Expr) -> Label:
    name = work.notation.name(entry)
    box = Atom(name)
    return Label(PLAIN.write(box), LATEX.write(box), TYPST.write(box), _runs(name))


def _runs(name: Name) -> tuple[Run, ...]:
    base = PLAIN.letters.get(name.base, name.base)
    runs = [Run(base, italic=len(base) == 1)]
    if name.sub:
        runs.append(Run("".join(name.sub), "sub"))
    if name.sup:
        runs.append(Run("".join(name.sup), "sup"))
    return tuple(runs)


def run(work: Work, rows: Sequence[Row], title: str, step_label: str) -> Drawing:
    """The loss over a training run."""
    points = [(row.step, float(row.loss.text), row.loss.text) for row in rows]
    loss = _label(work, work.program.loss.generic)
    told = f"{loss.plain}: " + "; ".join(f"{step_label} {step}: {text}" for step, _, text in points)
    return loss_drawing(points, title=title, description=told, step_label=Label(step_label), loss_label=loss)
