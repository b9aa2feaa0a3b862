"""Only the diagonal of softmax's Jacobian is used: the other outputs are forgotten.

On the network softmax:
    Good: d_net_o[2] = -0.282049554
    Bad: d_net_o[2] = -0.407434687
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, indices, with_terms
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) is Role.NET and len(step.terms) > 1:
        own = [term for term in step.terms if indices(term.of) == indices(term.wrt)]
        yield Wrong(with_terms(step, own), {"net": step.terms[0].wrt})


RULE = Rule(
    id="softmax-diagonal-only",
    specificity=85,
    wrong=_wrong,
    texts={
        "en": Text(
            "only the diagonal of softmax",
            "Only the unit's own output was differentiated.",
            "Every output of a softmax layer depends on {net}: the Jacobian has entries beside its diagonal too.",
        ),
        "zh": Text(
            "Softmax 只取了对角元",
            "只对该神经元自身的输出求了导。",
            "Softmax 层的每个输出都依赖 {net}，雅可比矩阵的非对角元也要计入。",
        ),
    },
)
