"""The minus sign in the exponent of the sigmoid is lost.

On the network 2-2-2:
    Good: out_h[1] = 0.593269992
    Bad: out_h[1] = 0.406730008
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import makes, net_of, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.OUT and step.step.rule == "sigmoid":
        net = net_of(expansion, step.out)
        yield Wrong(with_entries(step, {net: -net}), {"net": net})


RULE = Rule(
    id="exponent-sign",
    specificity=70,
    wrong=_wrong,
    texts={
        "en": Text(
            "sign of the exponent",
            "The exponent was taken as {net} instead of its negative.",
            "The sigmoid function is 1/(1 + e^(−z)).",
        ),
        "zh": Text(
            "指数符号错误",
            "指数误取为 {net}，漏了负号。",
            "Sigmoid 函数为 1/(1 + e^(−z))。",
        ),
    },
)
