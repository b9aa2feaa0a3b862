"""One weighted input is left out of the net input.

On the network 2-2-2:
    Good: net_h[1] = 0.377500000
    Bad: net_h[1] = 0.370000000
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import few, makes, weighted, with_expr
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.NET:
        pairs = weighted(expansion, step)
        for weight, source in few(pairs) if len(pairs) > 1 else ():
            details = {"weight": weight, "source": source, "product": weight * source}
            yield Wrong(with_expr(step, step.expr - weight * source), details, str(weight))


RULE = Rule(
    id="input-dropped",
    specificity=40,
    wrong=_wrong,
    texts={
        "en": Text(
            "weighted input left out",
            "{product} = {product:value} is missing from the sum.",
            "A net input adds up every input of the unit, each times its weight.",
        ),
        "zh": Text(
            "漏加一项加权输入",
            "求和时漏掉了 {product} = {product:value}。",
            "加权输入要把该神经元的每个输入乘以相应权值后全部相加。",
        ),
    },
)
