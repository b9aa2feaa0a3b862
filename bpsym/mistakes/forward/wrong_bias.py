"""The bias of another layer or unit is added.

On the network 2-2-2:
    Good: net_o[1] = 1.105905967
    Bad: net_o[1] = 0.855905967
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import exists, indices, makes, neighbours, quantity, used, with_entries
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Expr

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.NET:
        for bias in used(expansion, step.expr, Role.BIAS):
            for other in dict.fromkeys((*neighbours(expansion, bias), *_of_other_layers(expansion, bias))):
                yield Wrong(with_entries(step, {bias: other}), {"bias": bias, "other": other}, str(other))


def _of_other_layers(expansion: Expansion, bias: Expr) -> Iterator[Expr]:
    for other in expansion.program.all(Role.BIAS):
        if other != quantity(expansion, bias) and exists(expansion, other.name, indices(bias)):
            yield other[indices(bias)]


RULE = Rule(
    id="wrong-bias",
    specificity=40,
    wrong=_wrong,
    texts={
        "en": Text(
            "bias of another layer or unit",
            "{other} = {other:value} was added instead of {bias} = {bias:value}.",
            "Each unit adds the bias of its own layer (or its own bias).",
        ),
        "zh": Text(
            "用错偏置",
            "误加了 {other} = {other:value}，应加 {bias} = {bias:value}。",
            "每个神经元加的是本层（或它自己）的偏置。",
        ),
    },
)
