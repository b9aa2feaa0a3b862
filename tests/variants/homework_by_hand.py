"""One step of a 2-2-2 sigmoid network with shared, frozen biases, written out by hand for floats and for mpmath."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def answers(given: Mapping[str, Any], exp: Callable[[Any], Any]) -> dict[str, Any]:
    """The four error signals and the eight updated weights, by the names students type."""
    x1, x2 = given["x[1]"], given["x[2]"]
    t1, t2 = given["target[1]"], given["target[2]"]
    w1, w2, w3, w4 = (given[f"W_h[{row}, {column}]"] for row in (1, 2) for column in (1, 2))
    w5, w6, w7, w8 = (given[f"W_o[{row}, {column}]"] for row in (1, 2) for column in (1, 2))
    b1, b2, eta = given["b_h"], given["b_o"], given["eta"]
    h1 = 1 / (1 + exp(-(w1 * x1 + w2 * x2 + b1)))
    h2 = 1 / (1 + exp(-(w3 * x1 + w4 * x2 + b1)))
    o1 = 1 / (1 + exp(-(w5 * h1 + w6 * h2 + b2)))
    o2 = 1 / (1 + exp(-(w7 * h1 + w8 * h2 + b2)))
    d1 = (o1 - t1) * o1 * (1 - o1)
    d2 = (o2 - t2) * o2 * (1 - o2)
    e1 = (w5 * d1 + w7 * d2) * h1 * (1 - h1)
    e2 = (w6 * d1 + w8 * d2) * h2 * (1 - h2)
    return {
        "delta_o1": d1, "delta_o2": d2, "delta_h1": e1, "delta_h2": e2,
        "w1_new": w1 - eta * e1 * x1, "w2_new": w2 - eta * e1 * x2,
        "w3_new": w3 - eta * e2 * x1, "w4_new": w4 - eta * e2 * x2,
        "w5_new": w5 - eta * d1 * h1, "w6_new": w6 - eta * d1 * h2,
        "w7_new": w7 - eta * d2 * h1, "w8_new": w8 - eta * d2 * h2,
    }  # fmt: skip
