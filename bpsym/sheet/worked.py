"""The worked example: forward, loss, backward with one weight of each layer in full, update, the error after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from sympy import Expr, Indexed, Integer

from bpsym.primitives import ACTIVATIONS
from bpsym.printing.layout import Box, Formula, Paren, Sign, chain, row
from bpsym.program import Role, head
from bpsym.sheet.matrix import LEAD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.program import Quantity, Term
    from bpsym.sheet.lines import Line, Work

MANY = 8  # terms of a sum over which the middle is left out
WIDE = 3  # the same of a sum in parentheses, which can't be broken
ZERO = Integer(0)
_USES = {"s": "sample", "t": "time-step"}


class ForwardLayer(Struct, frozen=True):
    """The forward pass through one layer."""

    name: str  # "h", "o"
    number: int  # counted from the input, which is 0
    activation: str
    is_output: bool
    lines: tuple[Line, ...]


class Detail(Struct, frozen=True):
    """One weight in full."""

    weight: Expr
    name: Formula
    unit: Formula  # the output of the unit the weight leads to
    path: Formula  # w5 -> net_o1 -> out_o1 -> E
    chain: Formula  # the chain rule as a product of named partials
    several: str  # where a weight is used more than once: sample, time-step or position; empty where it is used once
    decays: bool  # whether a penalty on the weight adds a term
    paths: tuple[Line, ...]  # from the unit to each net input it feeds, where there are several
    outer: tuple[Line, ...]  # dE/dout: one line, several where outputs are coupled, none where it is 1
    slopes: tuple[Line, ...]  # dout/dnet: one line, several where outputs are coupled
    inner: Line  # dnet/dw
    product: Line | None  # the three values multiplied
    delta: Line  # the error signal of the unit
    signals: tuple[Line, ...]  # what the other uses of the weight need, as far as it isn't shown yet
    gradient: Line  # error signal times what the weight multiplies
    update: Line | None


class BackwardLayer(Struct, frozen=True):
    """The backward pass through one layer."""

    name: str
    number: int
    is_output: bool
    details: tuple[Detail, ...]
    signals: tuple[Line, ...]  # dE/dout and error signals not yet shown
    gradients: tuple[Line, ...]  # of the other weights
    biases: tuple[Line, ...]
    collects: bool  # whether a bias enters several net inputs


def forward(work: Work) -> list[ForwardLayer]:
    """Every net input and output, layer by layer, sample by sample, unit by unit."""
    found = []
    for number, layer in enumerate(work.notation.layers):
        steps = [step for step in work.program.section("forward") if step.quantity.layer == layer]
        if not steps:
            continue
        lines = tuple(work.line(entry) for entry in _by_unit(work, layer, [step.quantity for step in steps]))
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
        signals = tuple(work.line(entry) for entry in _signals(work, layer) if entry not in shown)
        others = tuple(work.line(_gradient(work, weight)) for weight in weights if weight not in full)
        biases = [_gradient(work, bias) for bias in _biases(work, layer)]
        found.append(
            BackwardLayer(
                layer,
                work.notation.layers.index(layer),
                layer == work.program.only(Role.TARGET).layer,
                details,
                signals,
                others,
                tuple(work.line(gradient) for gradient in biases),
                any(len(work.step(gradient).terms) > 1 for gradient in biases),
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


def _signals(work: Work, layer: str) -> Iterator[Expr]:
    """The adjoints of outputs and net inputs of a layer; later time steps first, since they come first."""
    names = [f"d_out_{layer}", f"d_net_{layer}"]
    quantities = [work.program.get(name) for name in names if name in work.program.quantities]
    return _by_unit(work, layer, quantities, last_first=bool(work.program.get(f"out_{layer}").initial))


def _by_unit(work: Work, layer: str, quantities: Sequence[Quantity], *, last_first: bool = False) -> Iterator[Expr]:
    """The entries of a layer: samples or time steps in turn, in each unit by unit.

    Where the outputs of a layer are coupled (softmax) each needs the first quantity of all units, so that comes first.
    """
    coupled = ACTIVATIONS[work.program.by_name[f"out_{layer}"].rule].couples
    turns: dict[Expr, list[list[Expr]]] = {}
    for place, quantity in enumerate(quantities):
        for entry in work.expansion.entries(quantity.name):
            turn = entry.indices[0] if quantity.axes[0].index.name in LEAD else ZERO
            turns.setdefault(turn, [[] for _ in quantities])[place].append(entry)
    for columns in reversed(turns.values()) if last_first else turns.values():
        for group in columns if coupled else zip(*columns, strict=True):
            yield from group


def _needed(work: Work, entry: Expr, layer: str) -> Iterator[Expr]:
    """The adjoints of the layer an entry is computed from, as far as they have no line yet."""
    names, found, stack = {f"d_out_{layer}", f"d_net_{layer}"}, set[Expr](), [entry]
    while stack:
        for term in work.step(stack.pop()).terms:
            used = term.upstream
            if isinstance(used, Indexed) and head(used) in names and used not in found:
                found.add(used)
                stack.append(used)
    made = set(work.made)
    return (signal for signal in _signals(work, layer) if signal in found and signal not in made)


def _gradient(work: Work, parameter: Expr) -> Expr:
    return work.program.get(f"d_{head(parameter)}")[_indices(parameter)]


def _indices(entry: Expr) -> tuple[Expr, ...]:
    return tuple(entry.indices) if isinstance(entry, Indexed) else ()


def _detail(work: Work, weight: Expr) -> Detail:
    gradient = _gradient(work, weight)
    terms = work.step(gradient).terms
    paths = [term for term in terms if head(term.of).startswith("net_")]
    term = paths[-1] if _is_recurrent(work, weight) else paths[0]
    outer_terms = work.step(term.upstream).terms
    own = outer_terms[0] if len(outer_terms) == 1 else next(t for t in outer_terms if t.of.indices == term.of.indices)
    feeds = () if own.upstream.is_number else work.step(own.upstream).terms
    path_lines = tuple(work.path(feed) for feed in feeds) if len(feeds) > 1 else ()
    outer = tuple(work.line(t.upstream) for t in outer_terms if not t.upstream.is_number)
    slopes = tuple(work.partial(t) for t in outer_terms)
    inner = work.partial(term)
    single = len(outer) == len(slopes) == len(terms) == 1 and not work.carries_shown
    product = work.product(gradient, [outer[0], slopes[0], inner]) if single else None
    update = work.program.quantities.get(f"{head(weight)}_new")
    return Detail(
        weight,
        Formula(work.writer.name(weight)),
        Formula(work.writer.name(own.of)),
        Formula(_path(work, weight, term.of, [t.of for t in outer_terms])),
        chain(work.fractions.name(gradient), _chain_rule(work, terms, term, outer_terms)),
        _uses(work, term.of) if len(paths) > 1 else "",
        len(terms) > len(paths),
        path_lines,
        outer,
        slopes,
        inner,
        product,
        work.line(term.upstream),
        tuple(work.line(entry) for entry in _needed(work, gradient, work.program.get(head(weight)).layer)),
        work.line(gradient),
        None if update is None else work.line(update[_indices(weight)]),
    )


def _uses(work: Work, net: Expr) -> str:
    """What a weight is used in each of."""
    return _USES.get(work.program.get(head(net)).axes[0].index.name, "position")


def _is_recurrent(work: Work, weight: Expr) -> bool:
    layer = work.program.get(head(weight)).layer
    out = work.program.quantities.get(f"out_{layer}")
    return out is not None and bool(out.initial)


def _path(work: Work, weight: Expr, net: Expr, outs: Sequence[Expr]) -> Box:
    names = [work.writer.name(out) for out in outs]
    stops = [work.writer.name(weight), work.writer.name(net), _joined(names, Sign("comma"), WIDE)]
    return row(*_between([*stops, work.writer.name(work.program.loss.generic)], Sign("feeds")))


def _chain_rule(work: Work, terms: Sequence[Term], term: Term, outer: Sequence[Term]) -> Box:
    """The product of partials from the weight to the loss; where several terms add up, the sum over them."""
    partial, loss_entry = work.fractions.partial, work.program.loss.generic
    if len(terms) > 1:
        products = [
            work.fractions.dotted([partial(loss_entry, one.of), partial(one.of, one.wrt)])
            if head(one.of).startswith("net_")
            else work.writer.formula(one.expr)
            for one in terms
        ]
        return _joined(products, Sign("plus"), MANY)
    factors = [[partial(loss_entry, slope.of), partial(slope.of, slope.wrt)] for slope in outer]
    inner = partial(term.of, term.wrt)
    if len(factors) == 1:
        return work.fractions.dotted([*factors[0], inner])
    total = _joined([work.fractions.dotted(pair) for pair in factors], Sign("plus"), WIDE)
    return work.fractions.dotted([Paren(total), inner])


def _joined(boxes: list[Box], sign: Sign, most: int) -> Box:
    """Boxes with signs between them; of many the first two, dots, the last."""
    kept = boxes if len(boxes) <= most else [*boxes[:2], Sign("dots"), boxes[-1]]
    return row(*_between(kept, sign))


def _between(boxes: Sequence[Box], sign: Sign) -> Iterator[Box]:
    for place, box in enumerate(boxes):
        if place:
            yield sign
        yield box
