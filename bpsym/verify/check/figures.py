"""A printed number or a list of them, against every honest way to its digits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flint import fmpq

from bpsym.verify.check import numbers, symbols
from bpsym.verify.check.chain import Chain, is_constant, meet, shape_of
from bpsym.verify.check.doubts import figure_doubt, is_setting
from bpsym.verify.check.numbers import Printed, Routes, as_shown
from bpsym.verify.check.operands import Operands, spread
from bpsym.verify.check.state import State, atoms_of, values
from bpsym.verify.check.terms import Kind, Shown, ball, kind_of, leaves, touches
from bpsym.verify.check.verdicts import BAD, Judgement, Verdict, worst
from bpsym.verify.disclaimed import is_case
from bpsym.verify.meaning.arrays import Scalar, Value, mapped, scalars
from bpsym.verify.meaning.keys import Key
from bpsym.verify.tree import (
    Case,
    Cases,
    Derivative,
    Expr,
    Matrix,
    Missing,
    Name,
    Negative,
    Number,
    Product,
    Row,
    Sum,
    children,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bpsym.verify.meaning.scope import Point
    from bpsym.verify.meaning.subjects import Subject
    from bpsym.verify.tree import Node


def _says_again(state: State, shown: Shown, rights: list[Scalar]) -> bool:
    """Whether a figure is one blamed before, in the place of the same right one: another name for it."""
    if shown.value not in state.wrong_numbers:
        return False
    blamed = state.wrong_numbers[shown.value]
    if shown.number.digits <= 2:  # many figures are as short
        return blamed is not None and any(meet(blamed, right) for right in rights)
    return blamed is None or not rights or any(meet(blamed + ball(-shown.ulp, shown.ulp), right) for right in rights)


def figure(chain: Chain, term: Expr, *, is_first: bool) -> Judgement:
    """Judge a printed number, or a list or matrix of them."""
    constant = _constant_slope(chain, term)
    if constant is not None:
        return constant
    shown = [s for s in leaves(term) if s is not None]
    printed = Printed(term, shown, shape_of(term), _routes(chain, max((s.ulp for s in shown), default=fmpq(0))))
    verdicts = numbers.judged(printed)
    if verdicts is None:
        return _alone(chain, printed, is_first=is_first)
    excused = _excused(chain, printed, verdicts, is_first=is_first)
    if excused is not None:
        return excused
    state, subject = chain.state, chain.subject
    again = subject is not None and subject in state.shown and _restated(state, subject, shown)
    verdict = Verdict.CARRIED if again and worst(verdicts) is Verdict.WRONG else None
    verdicts = [
        Verdict.CARRIED if v is Verdict.WRONG and _says_again(state, s, printed.expected(k)) else v
        for k, (v, s) in enumerate(zip(verdicts, shown, strict=True))
    ]
    verdict = verdict or worst(verdicts)
    if verdict in (Verdict.WRONG, Verdict.DIGIT) and (doubt := figure_doubt(chain, term)):
        if subject is not None:
            state.record(subject, shown, printed.shape, Verdict.RIGHT)
        return Judgement(term.span, Verdict.UNDECIDED, details={"why": doubt})
    if verdict is Verdict.WRONG and _in_a_table_of_parameters(chain):
        return Judgement(term.span, Verdict.UNDECIDED, details={"why": "a table that does not say what of it this is"})
    _remember(chain, printed, verdicts, verdict)
    return Judgement(term.span, verdict) if verdict is Verdict.RIGHT else _found(subject, printed, verdicts, verdict)


def _constant_slope(chain: Chain, term: Expr) -> Judgement | None:
    """A number for a derivative that is the same everywhere: ∂net_k/∂b_k = 1, for every k."""
    reference = chain.reference
    if chain.truth or reference is None or isinstance(reference, Missing):
        return None
    same = symbols.equal(reference, term, chain.state)
    details = {"left": reference, "right": term}
    if same:
        return Judgement(term.span, Verdict.RIGHT, details=details)
    if same is False and isinstance(reference, Derivative) and is_constant(reference, chain.state):
        return Judgement(term.span, Verdict.WRONG, rule="formula", details=details)
    return None


def _alone(chain: Chain, printed: Printed, *, is_first: bool) -> Judgement:
    """A figure of which nothing is known but what the document has said itself."""
    state, subject, span = chain.state, chain.subject, printed.term.span
    if chain.reference is not None and symbols.equal(chain.reference, printed.term, state):
        return Judgement(span, Verdict.RIGHT)  # net_p is a layer and a unit: ∂net_p/∂b_p = 1
    if subject is not None:
        known = state.shown.get(subject)
        state.record(subject, printed.shown, printed.shape, Verdict.RIGHT)
        if known is not None and len(scalars(known)) == len(printed.shown):
            agrees = all(touches(v, s.cut()) for v, s in zip(scalars(known), printed.shown, strict=True))
            return Judgement(span, Verdict.RIGHT if agrees else Verdict.UNDECIDED)
    given = is_first and isinstance(subject, Key)
    return Judgement(span, Verdict.RIGHT if given else Verdict.UNDECIDED, details={"why": "alone"})


def _excused(chain: Chain, printed: Printed, verdicts: list[Verdict], *, is_first: bool) -> Judgement | None:
    """A figure that looks wrong because it is about something else: a law, the network after its update, new givens."""
    if not {Verdict.WRONG, Verdict.DIGIT} & set(verdicts):
        return None
    given = is_first and chain.subject is not None and _is_own_given(chain)
    case = Judgement(printed.term.span, Verdict.UNDECIDED, details={"why": "case"})
    if Verdict.WRONG not in verdicts:
        return _given_afresh(chain, printed) if given else case if is_first and is_case(chain.statement) else None
    if chain.reference is not None and symbols.printed_equal(chain.reference, printed.term, chain.state):
        return Judgement(printed.term.span, Verdict.RIGHT)  # as bpsym's sheets write ∂net_p/∂b_2 = 1, p no output
    if not is_first:
        return None
    later = _after_update(chain, printed)
    if later is not None:
        return later
    if is_case(chain.statement):
        return case
    if not given and is_setting(chain):
        return Judgement(printed.term.span, Verdict.UNDECIDED, details={"why": "setting"})
    return _given_afresh(chain, printed) if given else None


def _given_afresh(chain: Chain, printed: Printed) -> Judgement:
    """A given with another number than before: of another example."""
    if chain.subject is not None:
        chain.state.record(chain.subject, printed.shown, printed.shape, Verdict.RIGHT)
    return Judgement(printed.term.span, Verdict.RIGHT)


def _remember(chain: Chain, printed: Printed, verdicts: list[Verdict], verdict: Verdict) -> None:
    """Note what a figure is, so that what follows from it is judged by it."""
    state, places = chain.state, range(len(verdicts))
    bad = [v in BAD for v in verdicts]
    for k in places:
        if bad[k]:
            state.wrong_numbers[printed.shown[k].value] = printed.right_value(k)
    if chain.subject is not None:
        units = [_unit_meant(state, shown) for shown in printed.shown]
        meant = tuple(printed.meant(k, units[k]) if bad[k] else None for k in places)
        slipped = tuple(printed.from_before(k, units[k]) if verdicts[k] is Verdict.WRONG else None for k in places)
        if verdict is Verdict.RIGHT and printed.by_chance:
            verdict = Verdict.DIGIT  # behind the last digit stands what follows from a slip
        state.record(chain.subject, printed.shown, printed.shape, verdict, meant, slipped)


def _unit_meant(state: State, shown: Shown) -> fmpq:
    """One unit of the last digit a figure has without its slip, which may have added one."""
    usual = state.usual_places()
    return shown.ulp * 10 if usual is not None and shown.number.places == usual + 1 else shown.ulp


def _found(subject: Subject | None, printed: Printed, verdicts: list[Verdict], verdict: Verdict) -> Judgement:
    """The first of the worst figures of a term, with what it ought to be and all that may explain it."""
    shown, routes = printed.shown, printed.routes
    at = next(k for k, v in enumerate(verdicts) if v is worst(verdicts))
    tainted = routes.tainted and routes.line and not routes.line_is_wrong
    known = (*routes.line, *routes.truth) if tainted else (*routes.truth, *routes.line, *routes.carried)
    if verdict is Verdict.CARRIED:  # what else is known follows from the same error
        known = tuple(routes.truth)
    rights = [items[at] for items in printed.items(known)]
    if verdict is Verdict.DIGIT:  # of several ways to it, the one it is near to
        rights = [right for right in rights if touches(right, shown[at].near())]
    expected = next((as_shown(right, shown[at]) for right in rights), "")
    details = {
        "shown": shown[at],
        "place": at,
        "subject": subject,
        "all": shown,
        "verdicts": verdicts,
        "truth": routes.truth[:1],
        "line": routes.line[:1],
        "line is right": bool(routes.line) and not routes.line_is_wrong,
        "carried": routes.carried[:1],
    }
    return Judgement(shown[at].tree.span, verdict, expected, "value" if verdict is Verdict.WRONG else "", details)


_SENTENCE = re.compile(r"[.;](?:\s|$)|[。；\n]")
_AFTER = re.compile(
    r"\bafter\b|\bnew\b|updated|once more|again|更新|新的|之后|以后|新しい|업데이트|갱신|\bпосле\b|\bнов\w+|обновл"
    r"|\bactuali[sz]ad\w*|\batualizad\w*|\bnuev\w+|\bnov[oa]s?\b|\bdespués\b|\bdepois\b|\bmis(?:es)? à jour|\bnouve\w+"
    r"|\baprès\b|\baktualisiert\w*|\bneue?[nrs]?\b|\bnach (?:dem|einem)\b",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"\bafter (?:the |this |that |an? |one |1 )?(?:first )?(?:step|update|iteration)"
    r"|\bnew (?:weights|values|parameters)|\bupdated|更新|新的?(?:权重|参数|值)|업데이트|갱신|обновл"
    r"|\bactuali[sz]ad\w*|\batualizad\w*|\bmis(?:es)? à jour|\baktualisiert\w*",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")
_BEFORE = re.compile(r"\bbefore\b|之前|以前|更新前", re.IGNORECASE)


def _after_update(chain: Chain, printed: Printed) -> Judgement | None:
    """A figure that the words place after the update, `after the step E = 0.29`; None where it may be from before."""
    state, first, context = chain.state, chain.statement.terms[0], chain.statement.context
    shown = printed.shown
    said = _TAG.sub("", context.before).strip()
    words = "" if context.before == context.heading else _SENTENCE.split(said)[-1] if said else context.heading
    if not isinstance(chain.subject, Key) or chain.subject.new:  # a new weight is the update
        return None
    if not _AFTER.search(f"{context.heading} {context.before}"):
        return None
    if _BEFORE.search(words):
        return None
    rights = []
    for verdict, point in ((Verdict.RIGHT, state.after_update()), (Verdict.DIGIT, state.after_update_by_hand(shown))):
        for items in printed.items(values(first, state, point) if point is not None else ()):
            if all(touches(item, s.half()) for item, s in zip(items, shown, strict=True)):
                return Judgement(printed.term.span, verdict)
            rights.append(items)
    if len(shown) != 1 or not _AFTER.search(words):
        return None
    if not rights or not state.updates_all(atoms_of(state.scope, chain.subject)):
        is_open = _UPDATED.search(words) is not None
        return Judgement(printed.term.span, Verdict.UNDECIDED, details={"why": "update"}) if is_open else None
    ((right,), *others), (only,) = rights, shown
    details = {"shown": only, "place": 0, "subject": None, "truth": (right,), "carried": [item for (item,) in others]}
    return Judgement(only.tree.span, Verdict.WRONG, as_shown(right, only), "value", details)


def _in_a_table_of_parameters(chain: Chain) -> bool:
    """A number beside a weight in a table: its value, its gradient or its new value."""
    atoms = atoms_of(chain.state.scope, chain.subject)
    network = chain.state.scope.network
    return (
        chain.statement.context.kind == "cell"
        and network is not None
        and bool(atoms)
        and all(network.expansion.step(atom) is None for atom in atoms)
    )


def _is_own_given(chain: Chain) -> bool:
    """Whether the subject is a quantity the document itself hands out."""
    state = chain.state
    network = state.scope.network
    if (
        state.scope.described
        or network is None
        or not isinstance(chain.subject, Key)
        or any(not isinstance(formula, Name) for formula in chain.formulas)  # but w_1 = w_2 = 1
        or chain.numerics
    ):
        return False
    atoms = atoms_of(state.scope, chain.subject)
    return bool(atoms) and all(network.expansion.step(a) is None and a not in network.opaque for a in atoms)


def _restated(state: State, subject: Subject, shown: list[Shown]) -> bool:
    known = scalars(state.shown[subject])
    return (
        subject in state.wrong
        and len(known) == len(shown)
        and all(touches(v, (s.value, s.value)) for v, s in zip(known, shown, strict=True))
    )


def _is_certain(chain: Chain) -> bool:
    """Whether the statement has a formula of its own for what is shown, and all before it is right."""
    if chain.state.is_astray or chain.broken:
        return False
    return chain.own_formula is not None and chain.own_formula in chain.formulas


def _roundings(tree: Expr, state: State, unit: fmpq) -> int:
    """How often somebody who rounds after each operation within the line may have rounded before the last one."""
    if isinstance(tree, (Matrix, Row)):
        cells = tree.items if isinstance(tree, Row) else tuple(cell for row in tree.rows for cell in row)
        return max((_roundings(cell, state, unit) for cell in cells), default=0)
    done = list(_worked(tree))
    steps = sum(isinstance(n, Number) and n.places > 0 for n in done) - 2
    if steps <= 0:
        return 0
    rounded = [
        n for n in done if not isinstance(n, (Case, Negative, Name, Number, Sum)) and not _ends_at(n, state, unit)
    ]
    return min(steps, sum(len(n.factors) - 1 if isinstance(n, Product) else 1 for n in rounded))


def _worked(tree: Expr) -> Iterator[Node]:
    """What of an expression somebody works out: of cases the longest, and no condition."""
    stack: list[Node] = [tree]
    while stack:
        top = stack.pop()
        if isinstance(top, Cases):
            stack += [max((case.value for case in top.cases), key=lambda value: sum(1 for _ in walk(value)))]
        else:
            yield top
            stack += children(top)


def _cancelled(tree: Expr) -> Iterator[Scalar]:
    """What digits nobody sees may leave of a sum of figures that cancel to the last one shown."""
    if not isinstance(tree, Sum):
        return
    figures = [s for term in tree.terms for s in leaves(term) if s is not None]
    if len(figures) == len(tree.terms) and all(kind_of(term) is Kind.NUMBER for term in tree.terms):
        total = sum((sign * s.value for sign, s in zip(tree.signs, figures, strict=True)), fmpq(0))
        reach = sum((s.ulp for s in figures if s.number.places > 0), fmpq(0)) / 2  # a whole number hides nothing
        if abs(total) <= reach:
            yield total + ball(-reach, reach)


def _ends_at(tree: Expr, state: State, unit: fmpq) -> bool:
    """Whether a value has no digits behind the last one shown: nothing of it is ever rounded away."""
    found = next(iter(values(tree, state, state.truth)), None)
    if found is None:
        return False
    return all(isinstance(item, fmpq) and (item / unit).q == 1 for item in scalars(found))


def _routes(chain: Chain, unit: fmpq) -> Routes:
    state = chain.state
    good = [tree for tree, bad in chain.numerics if not bad]
    last = chain.numerics[-1:]
    line_is_wrong = bool(last and last[0][1])
    sources = good[-2:] if not line_is_wrong else [last[0][0]]
    formulas = (*chain.formulas[-4:], *chain.name)

    def at(trees: Iterable[Expr], point: Point) -> tuple[Value, ...]:
        return tuple(value for tree in trees for value in values(tree, state, point))

    operands = Operands(chain)

    def rounded() -> tuple[Value, ...]:
        at_its_word = at(sources, state.truth)
        found = tuple(value for value in at_its_word if any(meet(value, right) for right in chain.truth))
        if not found or not all(map(operands.are_exact, sources)):  # else nothing on the line is rounded
            found = tuple(value for tree in sources for value in spread(tree, state, operands))
        slack = max((_roundings(tree, state, unit) for tree in sources), default=0) * unit / 2
        if slack != 0:
            found = tuple(mapped(lambda item: item + ball(-slack, slack), value) for value in found)
        return (*found, *(left for tree in sources for left in _cancelled(tree)))

    return Routes(
        tuple(chain.truth),
        at(sources, state.truth),
        rounded,
        lambda: at(formulas, state.carried(chain.subject)) if formulas else (),
        lambda: tuple(chain.meant()),
        lambda: tuple(v for point in state.partly_mended(chain.subject) for v in at(formulas, point)),
        state.is_astray or chain.broken,
        _is_certain(chain),
        line_is_wrong,
        lambda: bool(sources) and not operands.strangers and bool(operands.known),
    )
