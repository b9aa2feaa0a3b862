"""The output of another layer is taken as input: i1 for out_h1 in a net input or in the gradient of a weight.

On the network 2-2-2:
    Good: net_o[1] = 1.105905967
    Bad: net_o[1] = 0.665000000
    Good: d_W_h[1, 1] = 0.000438568
    Bad: d_W_h[1, 1] = 0.005203782
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, exists, indices, makes, used, with_entries
from bpsym.program import Role, head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if makes(step) is Role.NET or adjoint_of(expansion, step) is Role.WEIGHT:
        for name in dict.fromkeys(head(e) for e in used(expansion, step.expr, Role.INPUT, Role.OUT)):
            sources = [e for e in used(expansion, step.expr, Role.INPUT, Role.OUT) if head(e) == name]
            for other in _other_layers(expansion, step, name):
                if all(exists(expansion, other, indices(e)) for e in sources):
                    change = {e: expansion.program.get(other)[indices(e)] for e in sources}
                    details = {"source": sources[0], "other": change[sources[0]]}
                    yield Wrong(with_entries(step, change), details, f"{name} {other}")


def _other_layers(expansion: Expansion, step: ScalarStep, name: str) -> Iterator[str]:
    """The inputs and outputs that are known where the step stands."""
    for q in expansion.program.quantities.values():
        if makes(step) is Role.NET and q.layer == step.step.quantity.layer:
            return
        if q.role in (Role.INPUT, Role.OUT) and q.name != name:
            yield q.name


RULE = Rule(
    id="input-of-wrong-layer",
    specificity=55,
    wrong=_wrong,
    texts={
        "en": Text(
            "input of the wrong layer",
            "{other} = {other:value} was taken instead of {source} = {source:value}.",
            "A weight is multiplied by the output of the layer just before its own.",
        ),
        "zh": Text(
            "用错了层的输入",
            "误用了 {other} = {other:value}，应为 {source} = {source:value}。",
            "权值所乘的是其前一层的输出。",
        ),
    },
)
