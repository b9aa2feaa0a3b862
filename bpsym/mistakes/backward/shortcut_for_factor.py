"""The error signal, in which loss and activation have cancelled, is taken for the derivative by the output.

On the network cross-entropy:
    Good: d_out_o[1] = 3.968432306
    Bad: d_out_o[1] = 0.741365070
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import adjoint_of, output_layer, used, with_expr
from bpsym.program import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    signal = expansion.program.by_name.get(f"d_net_{output_layer(expansion)}")
    if adjoint_of(expansion, step) is not Role.OUT or not used(expansion, step.expr, Role.TARGET):
        return
    if signal is not None and signal.forms:
        short = expansion.step(signal.quantity[step.out.indices])
        if short is not None:
            yield Wrong(with_expr(step, short.simplest), {"signal": short.out})


RULE = Rule(
    id="shortcut-for-factor",
    specificity=75,
    wrong=_wrong,
    texts={
        "en": Text(
            "short form taken for a factor",
            "{wrong} is the whole error signal {signal}, in which loss and activation have cancelled.",
            "The derivative by the output is only the first factor of it.",
        ),
        "zh": Text(
            "误把化简结果当作第一个因子",
            "{wrong} 是误差函数与激活函数约简之后的整个误差信号 {signal}。",
            "对输出的偏导数只是其中第一个因子。",
        ),
    },
)
