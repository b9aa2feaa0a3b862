"""A formula of a chain against the one before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.canonical import canonical
from bpsym.verify.check import symbols
from bpsym.verify.check.chain import Chain, figures_of, is_loose, meet, why
from bpsym.verify.check.elided import agrees
from bpsym.verify.check.numbers import as_shown
from bpsym.verify.check.points import as_carried, as_read, as_updated
from bpsym.verify.check.terms import Kind, kind_of, leaves, touches
from bpsym.verify.check.unequal import unequal
from bpsym.verify.check.values import values
from bpsym.verify.check.verdicts import FORMULA, Judgement, Verdict
from bpsym.verify.meaning.activations import known_function
from bpsym.verify.meaning.arrays import Array
from bpsym.verify.meaning.keys import Key, free_letters, is_parameter, key
from bpsym.verify.meaning.patterns import substituted
from bpsym.verify.meaning.signals import is_descent
from bpsym.verify.meaning.subjects import subject_of
from bpsym.verify.tree import (
    Application,
    Call,
    Derivative,
    Expr,
    Name,
    Number,
    Power,
    Product,
    Sum,
    walk,
)

if TYPE_CHECKING:
    from bpsym.verify.check.state import State
    from bpsym.verify.meaning.arrays import Value
    from bpsym.verify.meaning.subjects import Subject


def formula(chain: Chain, term: Expr, *, mixed: bool) -> Judgement:
    """Judge a formula against the one before it, or by its value where numbers stand in it."""
    if _is_called(chain, term) or (isinstance(term, Name) and _names_result(chain, term)):
        return Judgement(term.span, Verdict.RIGHT)
    if (moved := _moved(chain, term)) is not None:
        return moved
    if chain.reference is None:
        chain.adopt(term)
        verdict = Verdict.RIGHT if chain.truth else Verdict.UNDECIDED
        return Judgement(term.span, verdict, details={"why": why(chain, term)})
    before, same = _compared(chain, chain.reference, term, mixed=mixed)
    if same is False:
        return unequal(chain, before, term)
    if same is None and not agrees(chain, term):
        return _elsewhere(chain, before, term) or _by_itself(chain, term)
    chain.adopt(term)
    return Judgement(term.span, Verdict.RIGHT)


def _compared(chain: Chain, before: Expr, term: Expr, *, mixed: bool) -> tuple[Expr, bool | None]:
    """The formula a term was held against, by default the chain's reference, and whether they agree; None: not told."""
    state = chain.state
    same = symbols.equal(before, term, state)
    if same is not True and (mixed or same is None):
        here = _same_here(chain, term) if mixed or not is_loose(term) else same
        if here is not None or not _only_halves(term):
            same = None if here is False and _calls_unknown(before, state) else here
    if same is False and (_says_each_step(chain, term) or _is_slope_of_all(before, term, state)):
        same = True
    doubtful = same is False or (same is None and _calls_restated(before, state))
    if doubtful and (other := state.in_effect(chain.statement.span.end)) is not None:
        same = symbols.equal(before, term, other)
    if same is None and not mixed and (last := _last_formula(chain)) is not None:
        told = symbols.equal(last, term, state)
        return (before, None) if told is None else (last, told)
    return before, same


def _by_itself(chain: Chain, term: Expr) -> Judgement:
    """A formula that cannot be compared: right only as what its name means, or as the step a name makes."""
    own = chain.subject is not None and chain.state.scope.macros.get(chain.subject) is term
    is_right = own or _adds_a_change(chain, term) or _moves_all(chain, term)
    chain.adopt(term)
    if is_right:
        return Judgement(term.span, Verdict.RIGHT)
    return Judgement(term.span, Verdict.UNDECIDED, details={"why": why(chain, term)})


def _is_called(chain: Chain, term: Expr) -> bool:
    """`L = L(a, y)`: the name once more, with what it depends on."""
    return (
        isinstance(term, Application)
        and subject_of(term.head) == chain.subject
        and all(isinstance(a, Name) for a in term.arguments)
    )


def _adds_a_change(chain: Chain, term: Expr) -> bool:
    """`w = w + Δw` where the document has shown its Δw, and goes on with both."""
    state, subject = chain.state, chain.subject
    if state.scope.described or not isinstance(subject, Key) or not subject.new or not isinstance(term, Sum):
        return False
    change: Subject = ("Δ", subject._replace(new=False))
    if change not in state.said.shown or {subject_of(part) for part in term.terms} != {change, change[1]}:
        return False
    theirs = figures_of(chain)
    return any(meet(ours, other) for ours in values(term, state, as_carried(state, None)) for other in theirs)


def _moves_all(chain: Chain, term: Expr) -> bool:
    """Whether it is the rule of descent for a letter that stands for every parameter, and the document goes by it."""
    first, scope = chain.statement.terms[0], chain.state.scope
    return not scope.described and scope.rate is not None and isinstance(first, Name) and is_descent(first, term)


def _says_each_step(chain: Chain, term: Expr) -> bool:
    """Whether it is what a name without an index is at every step: `v = θ_{t-1} - α m_{t-1}`."""
    first, state = chain.statement.terms[0], chain.state
    own = state.scope.macros.get(chain.subject) if isinstance(chain.subject, Key) else None
    same = own is not None and canonical(own) == canonical(term)
    names = [n for n in walk(term) if isinstance(n, Name)]
    return same and isinstance(first, Name) and not (first.sub or first.layer) and any(map(_is_of_a_step, names))


def _is_slope_of_all(before: Expr, term: Expr, state: State) -> bool:
    """Whether `d/da w a + b` is right as `d/da (w a + b)`: the bracket is often left out."""
    first = term.terms[0] if isinstance(term, Sum) and term.signs[0] > 0 else None
    if not isinstance(term, Sum) or not isinstance(first, Derivative):
        return False
    meant = replace(first, of=replace(term, terms=(first.of, *term.terms[1:])))
    beyond = [part for part in term.terms[1:] if not (isinstance(part, Name) and is_parameter(part.base))]
    return bool(symbols.equal(before, meant, state)) or (not beyond and bool(symbols.equal(before, first, state)))


def _is_of_a_step(name: Name) -> bool:
    return any(True for _ in free_letters(name, {}))


def _moved(chain: Chain, term: Expr) -> Judgement | None:
    """`E(w + ε) = E(0.41)`: what the parameter is moved to; None for any other formula."""
    first = chain.reference
    if not isinstance(first, Application) or not isinstance(term, Product) or len(first.arguments) != 1:
        return None
    factors, state = term.factors, chain.state
    if len(factors) != 2 or (factors[0] != first.head and canonical(factors[0]) != canonical(first.head)):
        return None
    shown = [s for s in leaves(factors[1]) if s is not None] if kind_of(factors[1]) is Kind.NUMBER else []
    rights = [v for v in values(first.arguments[0], state, state.truth) if not isinstance(v, Array)]
    if len(shown) != 1 or not rights:
        return None
    if any(touches(right, shown[0].cut()) for right in rights):
        return Judgement(term.span, Verdict.RIGHT)
    details = {"shown": shown[0], "truth": rights[:1], "subject": None}
    return Judgement(shown[0].tree.span, Verdict.WRONG, as_shown(rights[0], shown[0]), "operand", details)


def _last_formula(chain: Chain) -> Expr | None:
    """The formula before this one, where the left-hand side is something else: `∂L/∂z = ∂L/∂a · a' = a - y`."""
    if chain.broken or len(chain.formulas) == 0:
        return None
    last = chain.formulas[-1]
    return last if last is not chain.reference and any(last is term for term in chain.statement.terms[1:]) else None


def _beyond(tree: Expr, state: State) -> Name | None:
    """A name whose index, at the sizes described, lies outside: `w_{1(m,l)}` of a matrix with l rows."""
    scope = state.scope
    if not scope.letters:
        return None
    place = {letter: str(scope.sizes[letter]) for letter in scope.letters}
    for node in walk(tree):
        if isinstance(node, Name) and sum(part in place for part in node.sub) > 1:
            wanted = key(node, place)
            first = wanted._replace(sub=tuple("1" if part in place else part for part in node.sub))
            if scope.atoms(first) is not None and not _in_order(scope.atoms(wanted), wanted):
                return node
    return None


def _in_order(atom: Value | None, wanted: Key) -> bool:
    """Whether a name means the entry its last indices say, rows first."""
    indices = tuple(str(index) for index in getattr(atom, "indices", ()))
    return bool(indices) and indices == wanted.sub[-len(indices) :]


def _only_halves(term: Expr) -> bool:
    """Whether every decimal is a way to write ½: a number of the formula, not a value put in."""
    return all((n.value * 2).denominator == 1 for n in walk(term) if isinstance(n, Number))


def _elsewhere(chain: Chain, before: Expr, term: Expr) -> Judgement | None:
    """A claim about other names than the network's: judged by the document's own, or as the rule of a single layer."""
    state = chain.state
    beyond = _beyond(before, state) or _beyond(term, state)
    if beyond is not None:
        return Judgement(beyond.span, Verdict.WRONG, "", "index-out-of-range", {"right": term})
    moved = _subscript_moved(term)
    if moved is not None and symbols.equal(before, moved, state):
        chain.formulas.append(moved)
        return Judgement(term.span, Verdict.WRONG, "", "misplaced-subscript", {"right": term})
    own = state.own() if state.scope.described else None
    if own is not None and symbols.equal(before, term, own):
        chain.adopt(term)
        return Judgement(term.span, Verdict.RIGHT)
    single = state.shallower(1)
    if single is not None:
        verdict = symbols.equal(before, term, single)
        if not verdict and symbols.by_another_reading(before, term, single):
            verdict = True
        if verdict or (verdict is False and isinstance(chain.subject, Key) and chain.subject.new):
            chain.adopt(term)
            if verdict:
                return Judgement(term.span, Verdict.RIGHT)
            details = {"left": before, "right": term, "state": single, "statement": chain.statement}
            return Judgement(term.span, Verdict.WRONG, "", FORMULA, details)
    return None


def _subscript_moved(tree: Expr) -> Expr | None:
    """`e^{-net}_{h1}` as `e^{-net_{h1}}`."""
    for node in walk(tree):
        if isinstance(node, Power) and isinstance(node.base, Name) and node.base.base == "e" and node.base.sub:
            bare = [n for n in walk(node.exponent) if isinstance(n, Name) and not n.sub]
            if len(bare) == 1:
                inner = substituted(node.exponent, bare[0], replace(bare[0], sub=node.base.sub))
                return substituted(tree, node, Power(node.span, replace(node.base, sub=()), inner))
    return None


def _names_result(chain: Chain, term: Name) -> bool:
    """`… = R_5`: a label for what stands before it, if the name means nothing yet."""
    subject = subject_of(term)
    scope = chain.state.scope
    if not isinstance(subject, Key) or chain.reference is None:
        return False
    if scope.atoms(subject) is not None or subject in chain.state.said.shown:
        return False
    if scope.laws and scope.atoms(key(term, dict.fromkeys((letter for letter, _ in free_letters(term, {})), "1"))):
        return False  # x_i, of which there are x_1 and x_2
    known = scope.macros.get(subject)
    if known is not None and known is not chain.reference:
        return False
    scope.macros[subject] = chain.reference
    return True


def _same_here(chain: Chain, term: Expr) -> bool | None:
    """Whether a formula with numbers in it comes to the subject's value."""
    state = chain.state
    truth = chain.truth or list(values(chain.reference, state, state.truth)) if chain.reference else chain.truth
    told = None
    for point in (state.truth, as_read(state)):
        for value in values(term, state, point):
            for right in truth:
                if meet(value, right):
                    return True
                told = False
    return True if told is False and _same_after_update(chain, term) else told


def _same_after_update(chain: Chain, term: Expr) -> bool:
    """Whether a formula is the one before it with new parameters put in: `ŷ = 3.37 x + 0.18` below their update."""
    state = chain.state
    later = None if state.scope.described or chain.reference is None else as_updated(state)
    if later is None or chain.reference is None:
        return False
    ours = values(term, state, replace(later, literal=as_read(state).literal))
    return any(meet(a, b) for b in values(chain.reference, state, later) for a in ours)


def _calls_unknown(tree: Expr, state: State) -> bool:
    """Whether it is f(x) of a function nobody has defined."""
    return isinstance(tree, Call) and known_function(tree) is None and tree.letter not in state.scope.functions


def _calls_restated(tree: Expr, state: State) -> bool:
    """Whether it is a function, or the slope of one, that the document defines several times."""
    if not isinstance(tree, Call) or len(tree.arguments) != 1:
        return False
    return subject_of(replace(tree, function=replace(tree.function, marks=()))) in state.scope.ambiguous.redefined.names
