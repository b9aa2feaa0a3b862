"""A weight is updated with the gradient of another one.

On the network 2-2-2:
    Good: W_o_new[1, 1] = 0.358916480
    Bad: W_o_new[1, 1] = 0.411301270
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import makes, neighbours, used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.UPDATED:
        for gradient in used(expansion, step.expr, Role.ADJOINT):
            for other in neighbours(expansion, gradient):
                details = {"gradient": gradient, "other": other}
                yield Wrong(with_entries(step, {gradient: other}), details, str(other))


RULE = Rule(
    id="wrong-gradient",
    specificity=45,
    wrong=_wrong,
    texts={
        "en": Text(
            "gradient of another weight",
            "{other} = {other:value} was used instead of {gradient} = {gradient:value}.",
            "Each weight is changed by its own gradient.",
        ),
        "zh": Text(
            "用错梯度",
            "误用了 {other} = {other:value}，应为 {gradient} = {gradient:value}。",
            "每个权值用它自己的梯度更新。",
        ),
    },
)
