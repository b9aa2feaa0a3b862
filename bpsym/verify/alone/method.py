"""Mistakes in the method of a document without a description: told by the network its own equations make.

The verdicts stay those of the document's own equations; only why a line is wrong is looked for here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.alone.own import described_by_itself
from bpsym.verify.check.judge import judge
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.diagnosis.diagnose import GENERIC, diagnosed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.check.state import State
    from bpsym.verify.tree import Document


def with_method(found: Sequence[Judgement], document: Document, own: State) -> list[Judgement]:
    """The judgements, with the mistakes that explain those nothing has explained so far."""
    unexplained = {j.span for j in found if j.verdict is Verdict.WRONG and j.rule in GENERIC}
    state = described_by_itself(document, own) if unexplained else None
    if state is None:
        return list(found)
    again = [j for statement in document.statements for j in judge(statement, state)]
    wrong = [j for j in again if j.verdict is Verdict.WRONG and j.span in unexplained]
    causes = {j.span: j for j in diagnosed(wrong, state) if j.rule not in GENERIC}
    return [_explained(j, causes[j.span]) if j.span in causes and j.rule in GENERIC else j for j in found]


def _explained(judgement: Judgement, cause: Judgement) -> Judgement:
    """A judgement with what another one knows of its cause."""
    known = {name: cause.details[name] for name in ("what", "explanation") if name in cause.details}
    return replace(
        judgement,
        rule=cause.rule,
        others=cause.others,
        details={**judgement.details, **known},
        expected=judgement.expected or cause.expected,
    )
