"""The derivative of another activation function is taken: that of tanh for a sigmoid.

On the network 2-2-2:
    Good: d_net_o[1] = 0.138498562
    Bad: d_net_o[1] = 0.322827814
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import CONFUSED, activation_of, adjoint_of, quantity, with_terms
from bpsym.primitives import ACTIVATIONS
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) is Role.NET and len(step.terms) == 1:
        (term,) = step.terms
        for name in CONFUSED.get(activation_of(expansion, quantity(expansion, term.of).layer).name, ()):
            local = ACTIVATIONS[name].derivative(term.wrt, term.of)
            details = {"factor": local, "own": term.local, "other": name}
            yield Wrong(with_terms(step, [replace(term, local=local)]), details, name)


RULE = Rule(
    id="wrong-activation-derivative",
    specificity=65,
    wrong=_wrong,
    texts={
        "en": Text(
            "derivative of another activation",
            "The derivative of {other}, {factor} = {factor:value}, was taken.",
            "The derivative of this layer's activation is {own} = {own:value}.",
        ),
        "zh": Text(
            "用了另一激活函数的导数",
            "误用了 {other} 的导数 {factor} = {factor:value}。",
            "本层激活函数的导数是 {own} = {own:value}。",
        ),
    },
)
