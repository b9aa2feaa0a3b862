"""What a document without a description means by δ and by an update, told by its own formulas and figures.

δ is the derivative of the loss by some letter, with one sign or the other; a new weight is the old one less a rate
times its derivative. Each is taken so only where something the document says of it comes out.
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from flint import arb

from bpsym.verify.check.terms import Kind, kind_of, leaves, touches
from bpsym.verify.givens import names_of
from bpsym.verify.meaning.arrays import Array, ShapeError, Value, aligned, scalars
from bpsym.verify.meaning.choices import Choices
from bpsym.verify.meaning.denote import denote
from bpsym.verify.meaning.keys import LOSS_NAMES, RATES, UPDATABLE, Key, free_letters, key
from bpsym.verify.meaning.network import FAILURES
from bpsym.verify.meaning.reading import reading
from bpsym.verify.meaning.scope import Point, Scope
from bpsym.verify.tree import Derivative, Differential, Document, Expr, Name, Negative, Product, Span, Sum, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.verify.meaning.network import Network
    from bpsym.verify.meaning.subjects import Subject

NETS = ("net", "z", "Z", "Net", "a", "s", "n", "u", "h", "t", "v", "in", "out", "o", "y")
SEEDS = (5, 6)
ENOUGH = 12  # claims looked at


def name_signals(document: Document, scope: Scope) -> None:
    """Bind every δ to the derivative of the loss it stands for."""
    network = scope.network
    signals = [k for k in (*scope.table, *scope.macros) if isinstance(k, Key) and k.base == "delta" and not k.new]
    loss = _loss_name(document, scope)
    claims = [*islice(_claims(document, "delta"), ENOUGH * 3)] if loss is not None and signals else []
    if network is None or loss is None or not claims:
        return
    table, macros = scope.table, scope.macros
    named: dict[Subject, Expr]
    best, most = None, 0
    letters = dict.fromkeys((*NETS, *(_others(signals, scope) if scope.laws else ())))
    # u_1 is a parameter where it gets a new value
    moved = {name._replace(new=False) for name in names_of(document) if name.new}
    for base, sign in product(letters, (1, -1)):
        meant = {k: k._replace(base=base) for k in signals}
        named = {k: slope_by(loss, of, sign) for k, of in meant.items() if of in table and of not in moved}
        if not named:
            continue
        scope.table = {k: v for k, v in table.items() if k not in named}
        scope.macros = {**macros, **named}
        agree, is_told = 0, not scope.laws  # there what is said of other signals, by themselves, tells nothing of these
        for left, (name, term, place) in zip(range(len(claims), 0, -1), claims, strict=True):
            if agree + left <= most:
                break  # too few are left
            holds = _holds(name, term, place, scope, network)
            agree += holds
            is_told = is_told or (holds and key(name, place) in named)
        if agree > most and is_told:
            best, most = (scope.table, scope.macros), agree
    scope.table, scope.macros = best if best is not None else (table, macros)


def name_rate(document: Document, scope: Scope) -> None:
    """Whether the document's updates are plain steps down the gradient, and by which rate."""
    network = scope.network
    rates = [scope.table[Key(base)][0] for base in RATES if scope.table.get(Key(base))]
    if network is None or network.loss is None or len(rates) != 1 or isinstance(rates[0], Array):
        return
    for name, term, place in _claims(document, None, new=True):
        if not scope.laws and not any(isinstance(node, (Derivative, Differential)) for node in walk(term)):
            continue
        scope.rate = rates[0]
        if _holds(name, term, place, scope, network) or is_descent(name, term):
            return
        scope.rate = None


def is_descent(name: Name, term: Expr) -> bool:
    """Whether it is the rule for all parameters, `θ ← θ - α ∂L/∂θ` or `W ← W - α dW`, whatever they are called."""
    old = key(name)._replace(new=False)
    if not isinstance(term, Sum) or len(term.terms) != 2 or term.signs != (1, -1) or old.base not in UPDATABLE:
        return False
    first, step = term.terms
    factors = step.factors if isinstance(step, Product) else ()
    if not isinstance(first, Name) or key(first) != old or len(factors) != 2:
        return False
    rate, slope = factors
    of = slope.wrt if isinstance(slope, Derivative) else slope.of if isinstance(slope, Differential) else None
    is_of_loss = not isinstance(slope, Derivative) or (isinstance(slope.of, Name) and slope.of.base in LOSS_NAMES)
    return isinstance(rate, Name) and rate.base in RATES and isinstance(of, Name) and key(of) == old and is_of_loss


def _others(signals: Sequence[Key], scope: Scope) -> Iterator[str]:
    """Other letters that have the indices of a δ: p_1 beside δ_1."""
    wanted = {(k.sub, k.layer) for k in signals if k.sub}
    for name in scope.table:
        if (name.sub, name.layer) in wanted and not name.new and name.base not in (*UPDATABLE, "delta"):
            yield name.base


def slope_by(loss: Name, wrt: Key, sign: int) -> Expr:
    """∂E/∂z or its negative, written nowhere in the document."""
    here = Span(0, 0)
    slope = Derivative(here, loss, Name(here, wrt.base, wrt.sub, wrt.layer), "∂")
    return slope if sign > 0 else Negative(here, slope)


def _loss_name(document: Document, scope: Scope) -> Name | None:
    network = scope.network
    if network is None or network.loss is None:
        return None
    for statement in document.statements:
        for term in statement.terms:
            for node in walk(term):
                if (
                    isinstance(node, Derivative)
                    and isinstance(node.of, Name)
                    and scope.atoms(key(node.of)) == network.loss
                ):
                    return node.of
    return None


def _claims(document: Document, base: str | None, *, new: bool = False) -> Iterator[tuple[Name, Expr, dict[str, str]]]:
    """What is said of names, or of those of one letter: each formula and figure, at few values of the index letters."""
    for statement in document.statements:
        first = statement.terms[0]
        if not isinstance(first, Name) or first.base != (base or first.base):
            continue
        own = key(first)
        inside = any(isinstance(n, Name) and key(n) == own for t in statement.terms[1:] for n in walk(t))
        if new != (own.new or inside):
            continue
        if new and not own.new:
            first = Name(first.span, first.base, first.sub, first.layer, ("new",), first.bracketed, first.spelled)
        letters = list(dict.fromkeys(letter for letter, _ in free_letters(first, {})))
        for place in product("12", repeat=len(letters)) if len(letters) < 3 else ():
            for term in statement.terms[1:]:
                yield first, term, dict(zip(letters, place, strict=True))


def _holds(name: Name, term: Expr, place: dict[str, str], scope: Scope, network: Network) -> bool:
    """Whether a claim comes out: a figure at the document's own numbers, a formula anywhere."""
    kind = kind_of(term)
    try:
        if kind is Kind.NUMBER:
            value = denote(name, reading(scope, Point(network.environment())), place)
            shown = [s for s in leaves(term) if s is not None]
            items = scalars(value)
            return len(items) == len(shown) and all(touches(i, s.half()) for i, s in zip(items, shown, strict=True))
        if kind is not Kind.SYMBOLIC:
            return False
        return all(_agree(name, term, place, scope, Point(network.anywhere(seed))) for seed in SEEDS)
    except FAILURES:
        return False


def _agree(name: Name, term: Expr, place: dict[str, str], scope: Scope, point: Point) -> bool:
    """Whether a name and a formula are equal at a point in some way they can be read."""
    tried: list[Choices] = []
    for rows, elementwise in product((False, True), repeat=2):
        choices = Choices(elementwise, rows)
        if any(earlier.settles(choices) for earlier in tried):
            continue
        tried.append(choices)
        read = reading(scope, point, choices)
        if _same(denote(name, read, place), denote(term, read, place)):
            return True
    return False


def _same(left: Value, right: Value) -> bool:
    try:
        return all(bool(0 in arb(a - b)) for a, b in aligned(left, right))
    except ShapeError:
        return False
