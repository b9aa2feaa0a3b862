"""A formula that differs from the one before it: meant otherwise, carried from an earlier error, in doubt, or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpsym.verify.canonical import canonical
from bpsym.verify.check import symbols
from bpsym.verify.check.chain import Chain, figures_of, has_free_letters, meet
from bpsym.verify.check.doubts import formula_doubt, is_of_several_methods
from bpsym.verify.check.points import as_carried
from bpsym.verify.check.state import atoms_of
from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.check.values import values
from bpsym.verify.check.verdicts import FORMULA, Judgement, Verdict
from bpsym.verify.meaning.activations import known_function
from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.meaning.network import FAILURES
from bpsym.verify.tree import BigSum, Call, Expr, Matrix, Name, Row, walk

if TYPE_CHECKING:
    from bpsym.verify.check.state import State


def unequal(chain: Chain, before: Expr, term: Expr) -> Judgement:
    """What is to be said of a term that is not equal to the formula `before`."""
    if (meant := _meant_otherwise(chain, before, term)) is not None:
        return meant
    state = chain.state
    if _follows_from_an_error(chain, before, term):
        return Judgement(term.span, Verdict.CARRIED)
    said = (str(chain.subject), canonical(term))
    if said in state.said.wrong_formulas:
        chain.broken = True
        chain.formulas.append(term)
        return Judgement(term.span, Verdict.CARRIED)
    state.said.wrong_formulas.add(said)
    if chain.broken and symbols.equal(chain.formulas[-1], term, state):
        chain.formulas.append(term)
        return Judgement(term.span, Verdict.CARRIED)
    if doubt := formula_doubt(before, term, chain):
        chain.adopt(term)
        return Judgement(term.span, Verdict.UNDECIDED, details={"why": doubt})
    chain.broken = True
    chain.formulas.append(term)
    truth = list(values(before, state, state.truth))[:1]
    details: dict[str, Any] = {"left": before, "right": term, "truth": truth, "subject": chain.subject}
    details |= {"state": state, "statement": chain.statement}
    return Judgement(term.span, Verdict.WRONG, "", FORMULA, details)


def _meant_otherwise(chain: Chain, before: Expr, term: Expr) -> Judgement | None:
    """The judgement of a term that is right, or not to be told, as something else than what `before` is."""
    state = chain.state
    signals = [key(n) for n in walk(term) if isinstance(n, Name) and n.base == "delta"]
    is_open = signals and not any(_has_its_sign(name, state) for name in signals)
    if is_open and symbols.equal(before, term, state, flipped=True):
        return Judgement(term.span, Verdict.NOTE, rule="opposite-delta")
    right = Judgement(term.span, Verdict.RIGHT)
    if symbols.is_chain_rule_of_calls(before, term) or _defines_function_afresh(chain, term):
        return right
    if _names_components(chain, term) or _is_what_it_means(chain, term):
        return right
    is_vague = state.scope.printed is None  # bpsym's own names mean one thing only
    if is_vague and (symbols.by_another_reading(before, term, state) or _right_when_shallower(before, term, state)):
        return right
    if not state.scope.described and isinstance(chain.subject, Key) and _goes_on_from(chain, term):
        chain.truth = list(values(term, state, state.truth))
        chain.formulas.append(term)
        return right  # a name defined afresh
    if _is_defined_afresh(chain, term):
        chain.adopt(term)
        return right
    if _has_examples(before, state):
        return Judgement(term.span, Verdict.UNDECIDED)  # a rule, beside an example that does otherwise
    if _is_approximate(chain, term):
        return Judgement(term.span, Verdict.UNDECIDED, details={"why": "approximation"})
    if is_of_several_methods(chain):
        return Judgement(term.span, Verdict.UNDECIDED, details={"why": "method"})
    return None


def _has_its_sign(name: Key, state: State) -> bool:
    """Whether the document has shown an error signal with the sign of the derivative, and cannot mean the other."""
    figures = state.said.overrides
    shown = [(atom, figures[atom]) for atom in atoms_of(state.scope, name) if atom in figures]
    try:
        rights = [(figure, state.truth.environment[atom]) for atom, figure in shown]
    except FAILURES:
        return False
    return any(meet(figure, right) and not meet(figure, -right) for figure, right in rights)


def _follows_from_an_error(chain: Chain, before: Expr, term: Expr) -> bool:
    """Whether a term is right by what the document has got wrong before: a function, a figure, what a name means."""
    state = chain.state
    if symbols.follows_from_own_function(before, term, state):
        return True
    if state.said.wrong and kind_of(term) is Kind.MIXED:
        point = as_carried(state, chain.subject)
        ours = list(values(term, state, point))
        if any(meet(x, y) for earlier in chain.formulas for y in values(earlier, state, point) for x in ours):
            return True
    return any(isinstance(n, Name) and _is_wrongly_defined(key(n), state) for n in walk(term))


def _is_what_it_means(chain: Chain, term: Expr) -> bool:
    """Whether it is the very formula by which the document says what its name is: of x_{l+2}, or as a sum.

    The value of such a name is that of a rule for x_{l+1}, too, or of a sum of another length.
    """
    name, state = chain.subject, chain.state
    own = state.scope.macros.get(name) if isinstance(name, Key) and not state.scope.described else None
    if own is None or not isinstance(name, Key) or canonical(own) != canonical(term):
        return False
    further = any("+" in part for part in (*name.sub, *name.layer))
    return further or any(isinstance(node, BigSum) for node in walk(term))


def _is_approximate(chain: Chain, term: Expr) -> bool:
    """Whether a formula without decimals is claimed to be near another only: `(κ - 1)/(κ + 1) ≈ 1 - 2/κ`."""
    relations = {id(right): relation.kind for _, relation, right in chain.statement.links()}
    return relations.get(id(term)) == "≈" and kind_of(term) is Kind.SYMBOLIC


def _is_wrongly_defined(name: Key, state: State) -> bool:
    """Whether a name means a formula of the document, and that was found wrong."""
    formula = state.scope.macros.get(name) if name in state.said.wrong else None
    return formula is not None and formula.span.end > 0 and state.scope.atoms(name) is None


def _is_defined_afresh(chain: Chain, term: Expr) -> bool:
    """Whether a name gets another formula in another section, of names defined there."""
    state, here = chain.state, chain.statement.context.heading
    if state.scope.described or not isinstance(chain.subject, Key):
        return False
    if state.said.sections.get(chain.subject, here) == here:
        return False
    return any(isinstance(n, Name) and state.said.sections.get(key(n)) == here for n in walk(term))


def _has_examples(before: Expr, state: State) -> bool:
    """Whether a document's own rule, for any layer or unit, stands beside formulas for single ones."""
    if state.scope.described or state.scope.laws or not isinstance(before, Name) or not has_free_letters(before):
        return False
    return any(
        isinstance(k, Key)
        and k.base == before.base
        and (len(k.sub), len(k.layer)) == (len(before.sub), len(before.layer))
        and all(part.isdecimal() for part in (*k.sub, *k.layer))
        for k in state.scope.macros
    )


def _defines_function_afresh(chain: Chain, term: Expr) -> bool:
    """Whether a statement says what f(x) is after the document has said it once: another f."""
    first = chain.statement.terms[0]
    if not isinstance(first, Call) or first.function.marks or known_function(first) is not None:
        return False
    known = chain.state.scope.functions.get("_".join((first.function.base, *first.function.sub)))
    plain = all(isinstance(a, Name) and not (a.sub or a.layer) for a in first.arguments)
    return plain and known is not None and known.body.span != term.span


def _names_components(chain: Chain, term: Expr) -> bool:
    """Whether `x = [x_0, x_1, x_2]` says what the entries are called, in a document with another x elsewhere."""
    rows = term.rows if isinstance(term, Matrix) else (term.items,) if isinstance(term, Row) else ()
    cells, whole = [cell for row in rows for cell in row], chain.subject
    names = [key(cell) for cell in cells if isinstance(cell, Name)]
    return (
        not chain.state.scope.described
        and isinstance(whole, Key)
        and len(names) == len(cells) > 1
        and all(name.base.lower() == whole.base.lower() and len(name.sub) > len(whole.sub) for name in names)
        and len(set(names)) == len(names)
    )


def _goes_on_from(chain: Chain, term: Expr) -> bool:
    """Whether the numbers behind a formula are its values."""
    ours, theirs = list(values(term, chain.state, chain.state.truth)), figures_of(chain)
    return any(meet(a, b) for a in ours for b in theirs)


def _right_when_shallower(before: Expr, term: Expr, state: State) -> bool:
    """A rule stated for a network with fewer layers, beside an example with more."""
    numbers_of = [
        int(part)
        for tree in (before, term)
        for n in walk(tree)
        if isinstance(n, Name)
        for part in n.layer
        if part.isdecimal()
    ]
    other = state.shallower(max(numbers_of)) if numbers_of else None
    return other is not None and symbols.equal(before, term, other) is True
