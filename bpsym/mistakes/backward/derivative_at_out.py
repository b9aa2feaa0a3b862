"""The derivative of the activation is taken at the output instead of the net input: σ'(out).

On the network 2-2-2:
    Good: d_net_o[1] = 0.138498562
    Bad: d_net_o[1] = 0.161460669
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import activation_of, adjoint_of, quantity, with_terms
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


SIGN_ONLY = ("identity", "relu", "leaky-relu")  # their derivative sees the sign only, which the output shares


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) is Role.NET and len(step.terms) == 1:
        (term,) = step.terms
        row = activation_of(expansion, quantity(expansion, term.of).layer)
        if row.name not in SIGN_ONLY:
            local = row.derivative(term.of, row.forward(term.of))
            details = {"net": term.wrt, "unit": term.of, "factor": local}
            yield Wrong(with_terms(step, [replace(term, local=local)]), details)


RULE = Rule(
    id="derivative-at-out",
    specificity=75,
    wrong=_wrong,
    texts={
        "en": Text(
            "derivative taken at the output",
            "The activation function was applied a second time: its derivative was taken at {unit} = "
            "{unit:value}, which gives {factor:value}.",
            "The derivative belongs to the net input, {net} = {net:value}.",
        ),
        "zh": Text(
            "在输出处求导",
            "激活函数多作用了一次：在 {unit} = {unit:value} 处求导，得 {factor:value}。",
            "导数应在加权输入 {net} = {net:value} 处取值。",
        ),
    },
)
