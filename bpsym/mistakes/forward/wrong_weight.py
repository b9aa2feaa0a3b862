"""The weight of another path is taken: w6 for w7.

On the network 2-2-2:
    Good: net_o[1] = 1.105905967
    Bad: net_o[1] = 1.165232966
    Good: d_out_h[1] = 0.036350306
    Bad: d_out_h[1] = 0.050200163
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, exists, few, indices, makes, neighbours, quantity, used, with_entries
from bpsym.program import Role, head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Expr

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.NET or adjoint_of(expansion, step) is Role.OUT:
        for weight in few(used(expansion, step.expr, Role.WEIGHT)):
            for other in dict.fromkeys((*neighbours(expansion, weight), *_mirrored(expansion, weight))):
                details = {"weight": weight, "other": other}
                yield Wrong(with_entries(step, {weight: other}), details, f"{weight} {other}")


def _mirrored(expansion: Expansion, weight: Expr) -> Iterator[Expr]:
    """The entry on the other side of the diagonal."""
    places = indices(weight)[::-1]
    if len(places) == 2 and exists(expansion, head(weight), places):
        yield quantity(expansion, weight)[places]


RULE = Rule(
    id="wrong-weight",
    specificity=45,
    wrong=_wrong,
    texts={
        "en": Text(
            "weight of another path",
            "{other} = {other:value} was taken instead of {weight} = {weight:value}.",
            "Each path carries the weight of its own connection.",
        ),
        "zh": Text(
            "用错权值",
            "误用了权值 {other} = {other:value}，应为 {weight} = {weight:value}。",
            "每条路径上的权值是该路径那条连接的权值。",
        ),
    },
)
