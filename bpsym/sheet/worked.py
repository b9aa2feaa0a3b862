"""The worked example: forward, loss, backward with one weight of each layer in full, update, the error after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sympy import Expr, Indexed

from bpsym.printing.layout import Box, Formula, Sign, chain, row
from bpsym.program import Role, head

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.expand import ScalarStep
    from bpsym.program import Quantity, Term
    from bpsym.sheet.lines import Line, Work


@dataclass(frozen=True)
class ForwardLayer:
    """The forward pass through one layer."""

    name: str  # "h", "o"
    number: int  # counted from the input, which is 0
    activation: str
    is_output: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Detail:
    """One weight in full."""

    weight: Expr
    name: Formula
    unit: Formula  # the output of the unit the weight leads to
    path: Formula  # w5 -> net_o1 -> out_o1 -> E
    chain: Formula  # the chain rule as a product of named partials
    several: bool  # whether the weight is used more than once: in several samples, time steps or positions
    reached: tuple[Formula, ...]  # the net inputs the unit feeds, where there are several
    paths: tuple[Line, ...]  # one line each
    outer: Line | None  # dE/dout; None where it is 1
    slopes: tuple[Line, ...]  # dout/dnet: one line, several where outputs are coupled
    inner: Line  # dnet/dw
    product: Line | None  # the three values multiplied
    delta: Line  # the error signal of the unit
    gradient: Line  # error signal times what the weight multiplies
    update: Line | None


@dataclass(frozen=True)
class BackwardLayer:
    """The backward pass through one layer."""

    name: str
    number: int
    is_output: bool
    details: tuple[Detail, ...]
    signals: tuple[Line, ...]  # dE/dout and error signals not yet shown
    gradients: tuple[Line, ...]  # of the other weights
    biases: tuple[Line, ...]


def forward(work: Work) -> list[ForwardLayer]:
    """Every net input and output, layer by layer, sample by sample, unit by unit."""
    found = []
    for number, layer in enumerate(work.notation.layers):
        steps = [step for step in work.program.section("forward") if step.quantity.layer == layer]
        if not steps:
            continue
        entries = [work.expansion.entries(step.quantity.name) for step in steps]
        pairs = [entry for group in zip(*entries, strict=True) for entry in group]
        lines = tuple(work.line(entry) for entry in pairs)
        is_output = layer == work.program.only(Role.TARGET).layer
        found.append(ForwardLayer(layer, number, steps[-1].rule, is_output, lines))
    return found


def loss(work: Work) -> list[Line]:
    """The contributions of the outputs and their sum."""
    return [work.line(step.out) for step in work.expansion.steps("loss")]


def backward(work: Work, chosen: Sequence[Expr] | None = None) -> list[BackwardLayer]:
    """Layer by layer from the output back.

    `chosen`: the weights shown in full (None: the first of each weight tensor); the others are shown in short.
    """
    layers = [layer for layer in reversed(work.notation.layers) if any(_weights(work, layer))]
    found = []
    for layer in layers:
        weights = [entry for q in _weights(work, layer) for entry in work.expansion.entries(q.name)]
        first = [work.expansion.entries(q.name)[0] for q in _weights(work, layer)]
        full = [w for w in weights if w in chosen] if chosen is not None else first
        details = tuple(_detail(work, weight) for weight in full)
        shown = set(work.made)
        signals = tuple(work.line(step.out) for step in _signals(work, layer) if step.out not in shown)
        others = tuple(work.line(_gradient(work, weight)) for weight in weights if weight not in full)
        found.append(
            BackwardLayer(
                layer,
                work.notation.layers.index(layer),
                layer == work.program.only(Role.TARGET).layer,
                details,
                signals,
                others,
                tuple(work.line(_gradient(work, bias)) for bias in _biases(work, layer)),
            ),
        )
    return found


def updates(work: Work) -> list[Line]:
    """The update of every trained parameter."""
    return [work.line(entry) for q in work.program.all(Role.UPDATED) for entry in work.expansion.entries(q.name)]


def _weights(work: Work, layer: str) -> Iterator[Quantity]:
    return (q for q in work.program.all(Role.WEIGHT) if q.layer == layer)


def _biases(work: Work, layer: str) -> Iterator[Expr]:
    """The biases of a layer that are trained: a frozen bias needs no gradient."""
    trained = {q.of for q in work.program.all(Role.UPDATED)}
    for quantity in work.program.inputs:
        if quantity.role is Role.BIAS and quantity.layer == layer and quantity.name in trained:
            yield from work.expansion.entries(quantity.name)


def _signals(work: Work, layer: str) -> Iterator[ScalarStep]:
    """The adjoints of outputs and net inputs of a layer; later time steps first, since they come first."""
    names = [f"d_out_{layer}", f"d_net_{layer}"]
    columns = [work.expansion.entries(name) for name in names if name in work.program.quantities]
    rows = list(zip(*columns, strict=True))
    recurrent = bool(columns) and bool(work.program.get(f"out_{layer}").initial)
    for entries in reversed(rows) if recurrent else rows:
        for entry in entries:
            yield work.step(entry)


def _gradient(work: Work, parameter: Expr) -> Expr:
    return work.program.get(f"d_{head(parameter)}")[_indices(parameter)]


def _indices(entry: Expr) -> tuple[Expr, ...]:
    return tuple(entry.indices) if isinstance(entry, Indexed) else ()


def _detail(work: Work, weight: Expr) -> Detail:
    gradient = _gradient(work, weight)
    terms = work.step(gradient).terms
    paths = [term for term in terms if head(term.of).startswith("net_")]
    term = paths[-1] if _is_recurrent(work, weight) else paths[0]
    net_step = work.step(term.upstream)
    outer_terms = net_step.terms
    own = outer_terms[0] if len(outer_terms) == 1 else next(t for t in outer_terms if t.of.indices == term.of.indices)
    out = own.of
    outer = None if own.upstream.is_number else work.step(own.upstream)
    feeds = outer.terms if outer is not None and len(outer.terms) > 1 else ()
    path_lines = tuple(work.path(feed) for feed in feeds)
    outer_line = work.line(outer.out) if outer is not None else None
    slopes = tuple(work.partial(t) for t in outer_terms)
    inner = work.partial(term)
    single = len(outer_terms) == 1 and len(terms) == 1 and outer_line is not None and not work.carries_shown
    product = work.product(gradient, [outer_line, slopes[0], inner]) if single and outer_line is not None else None
    update = work.program.quantities.get(f"{head(weight)}_new")
    return Detail(
        weight,
        Formula(work.writer.name(weight)),
        Formula(work.writer.name(out)),
        Formula(_path(work, weight, term.of, out)),
        chain(work.fractions.name(gradient), _chain_rule(work, terms, term, outer_terms)),
        len(paths) > 1,
        tuple(Formula(work.writer.name(feed.of)) for feed in feeds),
        path_lines,
        outer_line,
        slopes,
        inner,
        product,
        work.line(term.upstream),
        work.line(gradient),
        None if update is None else work.line(update[_indices(weight)]),
    )


def _is_recurrent(work: Work, weight: Expr) -> bool:
    layer = work.program.get(head(weight)).layer
    out = work.program.quantities.get(f"out_{layer}")
    return out is not None and bool(out.initial)


def _path(work: Work, weight: Expr, net: Expr, out: Expr) -> Box:
    stops = [weight, net, out, work.program.loss.generic]
    boxes: list[Box] = [work.writer.name(stops[0])]
    for stop in stops[1:]:
        boxes += [Sign("feeds"), work.writer.name(stop)]
    return row(*boxes)


def _chain_rule(work: Work, terms: Sequence[Term], term: Term, outer: Sequence[Term]) -> Box:
    """The product of partials from the weight to the loss; where several terms add up, the sum over them."""
    partial, loss_entry = work.fractions.partial, work.program.loss.generic
    if len(terms) > 1:
        boxes: list[Box] = []
        for number, one in enumerate(terms):
            if number:
                boxes.append(Sign("plus"))
            if head(one.of).startswith("net_"):
                boxes += [work.fractions.dotted([partial(loss_entry, one.of), partial(one.of, one.wrt)])]
            else:
                boxes.append(work.writer.formula(one.expr))
        return row(*boxes)
    if len(outer) > 1:
        return work.fractions.dotted([partial(loss_entry, term.of), partial(term.of, term.wrt)])
    (slope,) = outer
    return work.fractions.dotted(
        [partial(loss_entry, slope.of), partial(slope.of, slope.wrt), partial(term.of, term.wrt)],
    )

