"""Words of questions, in each language; sheets and reports take theirs from the catalogues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpsym.spec import Description

_LOSSES = {
    "half-squared-error": ("half the squared error", "平方误差的一半"),
    "mean-squared-error": ("the mean squared error", "均方误差"),
    "absolute-error": ("the absolute error", "绝对误差"),
    "huber": ("the Huber loss with threshold 1", "阈值为 1 的 Huber 损失"),
    "binary-cross-entropy": ("the binary cross-entropy", "二元交叉熵"),
    "cross-entropy": ("the cross-entropy", "交叉熵"),
}


@dataclass(frozen=True)
class Words:
    """What questions say."""

    place: int  # of the language in tables
    given: str
    units: str  # {sizes}, {activations}, {loss}
    places: str
    significant: str
    find: str
    stop: str
    which: str
    question: str
    whole: str  # names of categories
    single: str
    choice: str

    def network(self, description: Description) -> str:
        """What the network is."""
        sizes = "-".join(str(size) for size in description.sizes.values())
        activations = ", ".join(layer.activation for layer in description.layers)
        loss = _LOSSES[description.spec.network.loss][self.place]
        return self.units.format(sizes=sizes, activations=activations, loss=loss)

    def asked(self, description: Description) -> str:
        """How many digits are asked for."""
        rounding = description.sheet.rounding
        if rounding.significant is not None:
            return self.significant.format(count=rounding.significant)
        return self.places.format(count=rounding.places)


WORDS: Mapping[str, Words] = {
    "en": Words(
        0,
        "Given: ",
        "A {sizes} network ({activations}); the loss is {loss}.",
        "Give every value with {count} digits after the point.",
        "Give every value with {count} significant digits.",
        "Find ",
        ". ",
        "Which value has ",
        "?",
        "whole exercises",
        "single values",
        "multiple choice",
    ),
    "zh": Words(
        1,
        "已知：",
        "{sizes} 网络（{activations}），损失函数为{loss}。",
        "各数值保留小数点后 {count} 位。",
        "各数值保留 {count} 位有效数字。",
        "求 ",
        "。",
        "下列哪个是 ",
        " 的值？",
        "整题",
        "单个数值",
        "选择题",
    ),
}
