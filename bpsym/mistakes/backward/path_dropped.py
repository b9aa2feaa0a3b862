"""One path of the chain rule is left out where a unit feeds several, or a weight serves several samples.

On the network 2-2-2:
    Good: d_out_h[1] = 0.036350306
    Bad: d_out_h[1] = -0.019049118
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Add

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import chain_paths, few, is_shared_bias, with_terms
from bpsym.program import head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    paths = chain_paths(expansion, step)
    if len(paths) > 1 and not is_shared_bias(expansion, step):
        for path in few(paths):
            rest = [term for term in step.terms if term is not path]
            details = {"through": path.of, "path": path.expr}
            yield Wrong(with_terms(step, rest), details, str(path.of))
        for name in dict.fromkeys(head(path.of) for path in paths):
            through = [path for path in paths if head(path.of) == name]
            if 1 < len(through) < len(paths):
                rest = [term for term in step.terms if term not in through]
                details = {"through": through[0].of, "path": Add(*(path.expr for path in through))}
                yield Wrong(with_terms(step, rest), details, name)


RULE = Rule(
    id="path-dropped",
    specificity=55,
    wrong=_wrong,
    texts={
        "en": Text(
            "path dropped",
            "The path through {through}, {path} = {path:value}, was left out.",
            "The loss depends on it along every path: their contributions are added up.",
        ),
        "zh": Text(
            "漏掉一条路径",
            "漏掉了经过 {through} 的路径 {path} = {path:value}。",
            "误差沿每条路径都依赖于它，各路径的贡献应相加。",
        ),
    },
)
