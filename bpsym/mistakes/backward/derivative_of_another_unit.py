"""The derivative of the activation is taken at another unit of the layer.

On the network 2-2-2:
    Good: d_net_h[1] = 0.008771355
    Bad: d_net_h[1] = 0.008746371
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, neighbours, net_of, with_terms
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) is Role.NET and len(step.terms) == 1:
        (term,) = step.terms
        for other in neighbours(expansion, term.of):
            change = {term.of: other, term.wrt: net_of(expansion, other)}
            wrong = with_terms(step, [replace(term, local=term.local.xreplace(change))])
            yield Wrong(wrong, {"unit": term.of, "other": other}, f"{term.of} {other}")


RULE = Rule(
    id="derivative-of-another-unit",
    specificity=45,
    wrong=_wrong,
    texts={
        "en": Text(
            "derivative of another unit",
            "The derivative was taken at {other} = {other:value}, another unit of the layer.",
            "It belongs at {unit} = {unit:value}.",
        ),
        "zh": Text(
            "用了另一神经元的导数",
            "导数误取在同层另一神经元的 {other} = {other:value} 处。",
            "应取在 {unit} = {unit:value} 处。",
        ),
    },
)
