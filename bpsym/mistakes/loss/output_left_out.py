"""The error of one output is left out of the total.

On the network 2-2-2:
    Good: E = 0.298371109
    Bad: E = 0.023560026
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Integer

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import few, indices, makes, used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    losses = used(expansion, step.expr, Role.UNIT_LOSS) if makes(step) is Role.LOSS else ()
    units = dict.fromkeys(indices(loss)[-1] for loss in losses)
    for unit in few(list(units)) if len(units) > 1 else ():
        own = [loss for loss in losses if indices(loss)[-1] == unit]
        yield Wrong(with_entries(step, dict.fromkeys(own, Integer(0))), {"unit": own[0]}, str(unit))


RULE = Rule(
    id="output-left-out",
    specificity=50,
    wrong=_wrong,
    texts={
        "en": Text(
            "error of one output left out",
            "{unit} = {unit:value} is missing from the total error.",
            "The total error adds up the errors of all outputs.",
        ),
        "zh": Text(
            "总误差漏项",
            "总误差中漏加了 {unit} = {unit:value}。",
            "总误差是所有输出误差之和。",
        ),
    },
)
