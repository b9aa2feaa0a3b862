"""The derivative written in terms of the output is taken at the net input: net(1 − net).

On the network 2-2-2:
    Good: d_net_o[1] = 0.138498562
    Bad: d_net_o[1] = -0.086830190

On the network tanh:
    Good: d_net_h[1] = 0.312133283
    Bad: d_net_h[1] = 0.307641080
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, with_terms
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    if adjoint_of(expansion, step) is Role.NET and len(step.terms) == 1:
        (term,) = step.terms
        local = term.local.xreplace({term.of: term.wrt})
        yield Wrong(with_terms(step, [replace(term, local=local)]), {"net": term.wrt, "unit": term.of, "factor": local})


RULE = Rule(
    id="derivative-at-net",
    specificity=75,
    wrong=_wrong,
    texts={
        "en": Text(
            "derivative taken at the net input",
            "The derivative was computed as {factor} = {factor:value}, from the net input {net} = {net:value}.",
            "In this form the derivative is a function of the output, {unit} = {unit:value}.",
        ),
        "zh": Text(
            "导数代入了加权输入",
            "导数误算为 {factor} = {factor:value}，代入了加权输入 {net} = {net:value}。",
            "这种写法的导数应代入输出值 {unit} = {unit:value}。",
        ),
    },
)
