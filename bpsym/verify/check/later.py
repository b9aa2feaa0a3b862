"""A figure that the words around it place after an update: `after the step E = 0.29`."""

from __future__ import annotations

import re
from itertools import chain as concatenated
from typing import TYPE_CHECKING

from flint import fmpq

from bpsym.verify.check.chain import meet
from bpsym.verify.check.numbers import as_shown
from bpsym.verify.check.points import as_updated, as_updated_by_hand, updates_all
from bpsym.verify.check.state import atoms_of
from bpsym.verify.check.terms import touches
from bpsym.verify.check.values import values
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.meaning.arrays import is_finite
from bpsym.verify.meaning.keys import Key

if TYPE_CHECKING:
    from bpsym.verify.check.chain import Chain
    from bpsym.verify.check.numbers import Printed
    from bpsym.verify.check.terms import Shown
    from bpsym.verify.meaning.arrays import Scalar
    from bpsym.verify.tree import Context

_SENTENCE = re.compile(r"[.;](?:\s|$)|[。；\n]")
_AFTER = re.compile(
    r"\bafter\b|\bnew\b|updated|once more|again|更新|新的|之后|以后|新しい|업데이트|갱신|\bпосле\b|\bнов\w+|обновл"
    r"|\bactuali[sz]ad\w*|\batualizad\w*|\bnuev\w+|\bnov[oa]s?\b|\bdespués\b|\bdepois\b|\bmis(?:es)? à jour|\bnouve\w+"
    r"|\baprès\b|\baktualisiert\w*|\bneue?[nrs]?\b|\bnach (?:dem|einem)\b",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"\bafter (?:the |this |that |an? |one |1 )?(?:first )?(?:step|update|iteration)"
    r"|\bnew (?:weights|values|parameters|(?:total |squared )?(?:loss|cost|error|output|prediction|activation)s?\b)"
    r"|\bupdated|更新|新的?(?:权重|参数|值|损失|误差|输出|预测)|업데이트|갱신|обновл|\bнов\w+ (?:ошибк|выход|потер)"
    r"|\bneue[nrs]? (?:Fehler|Ausgabe|Ausgang|Verlust|Kosten)|\bnouvel(?:le)? (?:erreur|perte|sortie|coût)"
    r"|\bnuev[oa] (?:error|pérdida|salida|coste?)\b|\bnov[oa] (?:erro|perda|saída|custo)\b"
    r"|\bactuali[sz]ad\w*|\batualizad\w*|\bmis(?:es)? à jour|\baktualisiert\w*"
    r"|\bnach (?:dem|diesem|einem) (?:ersten )?(?:schritt|update)|\baprès (?:ce|cette|la|le|un|une) (?:pas|étape|mise)"
    r"|\bdespués de(?:l| este| un) paso|\bdepois d(?:o|esse|este) passo|\bпосле (?:этого )?шага|步之?后",
    re.IGNORECASE,
)
VAGUE = 20  # units of the last digit: what rounding at each step may come to
_TAG = re.compile(r"<[^<>]*>")
_BEFORE = re.compile(r"\bbefore\b|之前|以前|更新前", re.IGNORECASE)


def after_update(chain: Chain, printed: Printed) -> Judgement | None:
    """What is to be said of a figure that is placed after the update; None where it may be from before."""
    state, shown, span = chain.state, printed.shown, printed.term.span
    context, first = chain.statement.context, chain.statement.terms[0]
    words = _words(context)
    is_update = not isinstance(chain.subject, Key) or chain.subject.new  # a new weight: it cannot be later
    if is_update or not _AFTER.search(f"{context.heading} {context.before}") or _BEFORE.search(words):
        return None
    rights, known = [], True
    most = 0 if _is_slope_of_the_first_pass(chain) and not _AFTER.search(words) else VAGUE
    by_hand = ((Verdict.DIGIT, point) for point in as_updated_by_hand(state, shown))
    for verdict, point in concatenated([(Verdict.RIGHT, as_updated(state))], by_hand):
        for items in printed.items(values(first, state, point) if point is not None else ()):
            known = known and all(map(is_finite, items))
            each = tuple(zip(items, shown, strict=True))
            told = verdict is Verdict.RIGHT or all(_is_told(item, s, most) for item, s in each)
            if told and all(touches(item, s.half()) for item, s in each):
                return Judgement(span, verdict)
            rights.append(items)
    if not _AFTER.search(words):
        return None
    before = printed.items(values(first, state, state.truth))
    stays = any(all(map(meet, was, now)) for was in before for now in rights)  # nothing it is made of has moved
    is_moved = state.scope.described or not stays
    is_certain = bool(rights) and known and is_moved
    if len(shown) != 1 or not is_certain or not updates_all(state, atoms_of(state.scope, chain.subject)):
        is_open = _UPDATED.search(words) is not None
        return Judgement(span, Verdict.UNDECIDED, details={"why": "update"}) if is_open else None
    ((right,), *others), (only,) = rights, shown
    details = {"shown": only, "place": 0, "subject": None, "truth": (right,), "carried": [item for (item,) in others]}
    details["after the update"] = True
    return Judgement(only.tree.span, Verdict.WRONG, as_shown(right, only), "value", details)


def _is_told(value: Scalar, shown: Shown, most: int) -> bool:
    """Whether a value is known well enough to say what its figure is: the slope beside a kink is 0 or 1, or a half."""
    return isinstance(value, fmpq) or bool(value.rad() <= max(most * shown.ulp, abs(value.mid()) / 4))


def _is_slope_of_the_first_pass(chain: Chain) -> bool:
    """Whether it is how the loss changes with something, of which nothing stands above: rather of before the update."""
    network, atoms = chain.state.scope.network, atoms_of(chain.state.scope, chain.subject)
    steps = [] if network is None else [network.expansion.step(atom) for atom in atoms]
    slopes = bool(steps) and all(step is not None and step.step.section == "backward" for step in steps)
    return slopes and chain.subject not in chain.state.said.shown


def _words(context: Context) -> str:
    """The words of the sentence before a statement, the heading's where there are none."""
    if context.before == context.heading:
        return ""
    said = _TAG.sub("", context.before).strip()
    return _SENTENCE.split(said)[-1] if said else context.heading
