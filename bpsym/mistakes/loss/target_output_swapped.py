"""Target and output change places, in a loss in which they are not alike.

On the network cross-entropy:
    Good: E_unit[1] = 1.380710541
    Bad: E_unit[1] = 3.462662882
    Good: d_out_o[1] = 3.968432306
    Bad: d_out_o[1] = -74.885360561
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, makes, used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if expansion.program.by_name["E_unit"].rule not in ("cross-entropy", "binary-cross-entropy"):
        return  # the others look at the difference only: swapping is then a matter of the sign
    if makes(step) is Role.UNIT_LOSS or adjoint_of(expansion, step) is Role.OUT:
        target, out = used(expansion, step.expr, Role.TARGET), used(expansion, step.expr, Role.OUT)
        if len(target) == len(out) == 1:
            change = {target[0]: out[0], out[0]: target[0]}
            yield Wrong(with_entries(step, change), {"target": target[0], "output": out[0]})


RULE = Rule(
    id="target-output-swapped",
    specificity=65,
    wrong=_wrong,
    texts={
        "en": Text(
            "target and output swapped",
            "{target} = {target:value} and {output} = {output:value} were swapped.",
            "The logarithm is taken of the output, not of the target.",
        ),
        "zh": Text(
            "目标值与输出互换",
            "{target} = {target:value} 与 {output} = {output:value} 互换了。",
            "取对数的是输出，而不是目标值。",
        ),
    },
)
