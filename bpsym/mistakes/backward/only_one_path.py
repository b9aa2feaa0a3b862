"""One path of the chain rule is taken for the whole sum of three or more.

On the network three-outputs:
    Good: d_out_h[1] = -0.007879089
    Bad: d_out_h[1] = 0.056146687
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import chain_paths, few, is_shared_bias, with_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep


def _wrong(expansion: Expansion, step: ScalarStep) -> Iterator[Wrong]:
    paths = chain_paths(expansion, step)
    if len(paths) > 2 and not is_shared_bias(expansion, step):
        for path in few(paths):
            yield Wrong(with_terms(step, [path]), {"through": path.of, "path": path.expr}, str(path.of))


RULE = Rule(
    id="only-one-path",
    specificity=50,
    wrong=_wrong,
    texts={
        "en": Text(
            "only one path",
            "Only the path through {through}, {path} = {path:value}, was taken.",
            "The loss depends on it along every path: their contributions are added up.",
        ),
        "zh": Text(
            "只取一条路径",
            "只取了经过 {through} 的路径 {path} = {path:value}。",
            "误差沿每条路径都依赖于它，各路径的贡献应相加。",
        ),
    },
)
