"""Small networks computed by hand formulas in plain floats, and what each mistake gives there, by its own formula.

Nothing of bpsym is used for the numbers: this is the yardstick its mistake rules are held against.
"""

from __future__ import annotations

import math
from types import SimpleNamespace as Net
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

X, T = [0.05, 0.10], [0.01, 0.99]
WH, WO = [[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]
WIDE = [[0.40, 0.45], [0.50, 0.55], [-0.30, 0.20]]  # output weights of three outputs
BH, BO, ETA, LAMBDA = 0.35, 0.60, 0.5, 0.1


def sigmoid(z: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-z))


def affine(weights: list[list[float]], inputs: list[float], bias: float) -> list[float]:
    """The net inputs of a layer."""
    return [sum(w * i for w, i in zip(row, inputs, strict=True)) + bias for row in weights]


def back(n: Net) -> Net:
    """The error signals of the hidden layer and all gradients, from the outputs' error signals."""
    n.dout_h = [sum(n.wo[k][j] * n.do[k] for k in range(len(n.do))) for j in range(2)]
    n.dh = [n.dout_h[j] * n.slope(n.h[j]) for j in range(2)]
    n.gwo = [[d * h for h in n.h] for d in n.do]
    n.gwh = [[d * x for x in n.x] for d in n.dh]
    return n


def squared(
    wo: list[list[float]],
    t: list[float],
    x: list[float] = X,
    wh: list[list[float]] = WH,
    biases: tuple[float, float] = (BH, BO),
) -> Net:
    """Sigmoids and half the squared error."""
    n = Net(x=x, t=t, wo=wo, nh=affine(wh, x, biases[0]), slope=lambda a: a * (1 - a))
    n.h = [sigmoid(z) for z in n.nh]
    n.no = affine(wo, n.h, biases[1])
    n.o = [sigmoid(z) for z in n.no]
    n.e = [(t - o) ** 2 / 2 for t, o in zip(t, n.o, strict=True)]
    n.dout = [o - t for t, o in zip(t, n.o, strict=True)]
    n.do = [d * o * (1 - o) for d, o in zip(n.dout, n.o, strict=True)]
    return back(n)


def binary() -> Net:
    """Sigmoids and binary cross-entropy."""
    n = squared(WO, T)
    n.do = [o - t for t, o in zip(T, n.o, strict=True)]
    return back(n)


def softmax() -> Net:
    """Sigmoids, softmax over three outputs and cross-entropy."""
    n = squared(WIDE, [0.1, 0.7, 0.2])
    total = sum(math.exp(z) for z in n.no)
    n.o = [math.exp(z) / total for z in n.no]
    n.dout = [-t / o for t, o in zip(n.t, n.o, strict=True)]
    n.do = [o - t for t, o in zip(n.t, n.o, strict=True)]
    return back(n)


def tanh() -> Net:
    """A tanh layer, identity outputs, the mean squared error."""
    n = Net(x=X, t=T, wo=WO, nh=affine(WH, X, BH), slope=lambda a: 1 - a**2)
    n.h = [math.tanh(z) for z in n.nh]
    n.o = affine(WO, n.h, BO)
    n.do = n.dout = [2 * (o - t) / 2 for t, o in zip(T, n.o, strict=True)]
    return back(n)


def batch() -> Net:
    """Two samples, the mean of half the squared errors over them."""
    each = [squared(WO, T), squared(WO, [0.99, 0.01], [0.10, 0.05])]
    n = Net(each=each, e=[e / 2 for s in each for e in s.e])
    for s in each:
        s.dout, s.do = [d / 2 for d in s.dout], [d / 2 for d in s.do]
        back(s)
    return n


def recurrent() -> Net:
    """One tanh unit over three time steps and one identity output; the loss is summed over time."""
    h, n = 0.3, Net(e=[])
    for x, t in zip([0.5, 0.1, 0.9], [0.2, 0.4, 0.6], strict=True):
        h = math.tanh(0.3 * x - 0.4 * h + 0.1)
        n.e.append((t - (0.7 * h + 0.2)) ** 2 / 2)
    return n


def convolution() -> Net:
    """One kernel of two taps over four inputs."""
    return Net(x=[0.1, 0.2, 0.3, 0.4], kernel=[0.5, -0.2], b=0.1)


NETWORKS: dict[str, Net] = {
    "2-2-2": squared(WO, T),
    "cross-entropy": binary(),
    "softmax": softmax(),
    "three-outputs": squared(WIDE, [0.0, 1.0, 0.0]),
    "tanh": tanh(),
    "batch": batch(),
    "decay": squared(WO, T),
    "recurrent": recurrent(),
    "convolution": convolution(),
}
SQUARES = sum(w * w for matrix in (WH, WO) for row in matrix for w in row)


def _dot(a: list[float], b: list[float]) -> float:
    return sum(u * v for u, v in zip(a, b, strict=True))


def _column(matrix: list[list[float]], j: int) -> list[float]:
    return [row[j] for row in matrix]


def _new(n: Net, k: int, j: int) -> float:
    """The updated output weight."""
    return WO[k][j] - ETA * n.gwo[k][j]


# (rule, network, entry): the wrong figure, 0-based lists, in the rules' order
BY_HAND: dict[tuple[str, str, str], Callable[[Any], float]] = {
    ("bias-forgotten", "2-2-2", "net_h[1]"): lambda n: _dot(WH[0], n.x),
    ("bias-forgotten", "2-2-2", "out_h[1]"): lambda n: sigmoid(_dot(WH[0], n.x)),
    ("wrong-bias", "2-2-2", "net_o[1]"): lambda n: _dot(WO[0], n.h) + BH,
    ("input-dropped", "2-2-2", "net_h[1]"): lambda _n: 0.20 * 0.10 + BH,
    ("inputs-swapped", "2-2-2", "net_h[1]"): lambda _n: 0.15 * 0.10 + 0.20 * 0.05 + BH,
    ("wrong-input-index", "2-2-2", "net_h[1]"): lambda _n: 0.15 * 0.10 + 0.20 * 0.10 + BH,
    ("wrong-input-index", "2-2-2", "d_W_o[1, 1]"): lambda n: n.do[0] * n.h[1],
    ("input-of-wrong-layer", "2-2-2", "net_o[1]"): lambda n: _dot(WO[0], n.x) + BO,
    ("input-of-wrong-layer", "2-2-2", "d_W_h[1, 1]"): lambda n: n.dh[0] * n.h[0],
    ("net-for-out", "2-2-2", "net_o[1]"): lambda n: _dot(WO[0], n.nh) + BO,
    ("net-for-out", "2-2-2", "d_W_o[1, 1]"): lambda n: n.do[0] * n.nh[0],
    ("wrong-weight", "2-2-2", "net_o[1]"): lambda n: 0.50 * n.h[0] + 0.45 * n.h[1] + BO,
    ("wrong-weight", "2-2-2", "d_out_h[1]"): lambda n: 0.50 * n.do[0] + 0.50 * n.do[1],
    ("weights-of-another-unit", "2-2-2", "net_h[1]"): lambda n: _dot(WH[1], n.x) + BH,
    ("weights-of-another-unit", "2-2-2", "d_out_h[1]"): lambda n: _dot(_column(WO, 1), n.do),
    ("weights-transposed", "2-2-2", "net_o[1]"): lambda n: _dot(_column(WO, 0), n.h) + BO,
    ("weights-transposed", "2-2-2", "d_out_h[1]"): lambda n: _dot(WO[0], n.do),
    ("kernel-flipped", "convolution", "net_h[1, 1]"): lambda n: -0.2 * n.x[0] + 0.5 * n.x[1] + n.b,
    ("activation-forgotten", "2-2-2", "out_h[1]"): lambda n: n.nh[0],
    ("wrong-activation", "2-2-2", "out_h[1]"): lambda n: math.tanh(n.nh[0]),
    ("exponent-sign", "2-2-2", "out_h[1]"): lambda n: sigmoid(-n.nh[0]),
    ("softmax-not-normalised", "softmax", "out_o[1]"): lambda n: math.exp(n.no[0]),
    ("loss-convention", "2-2-2", "E_unit[1]"): lambda n: (n.t[0] - n.o[0]) ** 2,
    ("loss-convention", "2-2-2", "d_out_o[1]"): lambda n: 2 * (n.o[0] - n.t[0]),
    ("square-forgotten", "2-2-2", "E_unit[1]"): lambda n: (n.t[0] - n.o[0]) / 2,
    ("target-output-swapped", "cross-entropy", "E_unit[1]"): lambda n: (
        -n.o[0] * math.log(n.t[0]) - (1 - n.o[0]) * math.log(1 - n.t[0])
    ),
    ("target-output-swapped", "cross-entropy", "d_out_o[1]"): lambda n: -n.o[0] / n.t[0] + (1 - n.o[0]) / (1 - n.t[0]),
    ("wrong-target", "2-2-2", "E_unit[1]"): lambda n: (n.t[1] - n.o[0]) ** 2 / 2,
    ("wrong-target", "2-2-2", "d_out_o[1]"): lambda n: n.o[0] - n.t[1],
    ("log-base-ten", "softmax", "E_unit[2]"): lambda n: -0.7 * math.log10(n.o[1]),
    ("entropy-term-dropped", "cross-entropy", "E_unit[1]"): lambda n: -n.t[0] * math.log(n.o[0]),
    ("loss-sign", "softmax", "E_unit[2]"): lambda n: 0.7 * math.log(n.o[1]),
    ("output-left-out", "2-2-2", "E"): lambda n: n.e[1],
    ("error-signal-sign", "2-2-2", "d_out_o[1]"): lambda n: n.t[0] - n.o[0],
    ("error-signal-sign", "2-2-2", "d_net_o[1]"): lambda n: -n.do[0],
    ("sum-for-mean", "batch", "E"): lambda n: sum(sum(s.e) for s in n.each),
    ("sum-for-mean", "batch", "d_out_o[1, 1]"): lambda n: n.each[0].o[0] - T[0],
    ("mean-for-sum", "recurrent", "E"): lambda n: sum(n.e) / 3,
    ("mean-for-sum", "batch", "d_W_o[1, 1]"): lambda n: sum(s.do[0] * s.h[0] for s in n.each) / 2,
    ("decay-forgotten", "decay", "E"): lambda n: sum(n.e),
    ("decay-forgotten", "decay", "d_W_o[1, 1]"): lambda n: n.gwo[0][0],
    ("decay-doubled", "decay", "E"): lambda n: sum(n.e) + LAMBDA * SQUARES,
    ("decay-doubled", "decay", "d_W_o[1, 1]"): lambda n: n.gwo[0][0] + 2 * LAMBDA * 0.40,
    ("activation-derivative-forgotten", "2-2-2", "d_net_o[1]"): lambda n: n.o[0] - n.t[0],
    ("activation-derivative-forgotten", "2-2-2", "d_W_o[1, 1]"): lambda n: (n.o[0] - n.t[0]) * n.h[0],
    ("derivative-at-net", "2-2-2", "d_net_o[1]"): lambda n: n.dout[0] * n.no[0] * (1 - n.no[0]),
    ("derivative-at-net", "tanh", "d_net_h[1]"): lambda n: n.dout_h[0] * (1 - n.nh[0] ** 2),
    ("derivative-at-out", "2-2-2", "d_net_o[1]"): lambda n: n.dout[0] * sigmoid(n.o[0]) * (1 - sigmoid(n.o[0])),
    ("wrong-activation-derivative", "2-2-2", "d_net_o[1]"): lambda n: n.dout[0] * (1 - n.o[0] ** 2),
    ("activation-for-derivative", "2-2-2", "d_net_o[1]"): lambda n: n.dout[0] * n.o[0],
    ("derivative-incomplete", "2-2-2", "d_net_o[1]"): lambda n: n.dout[0] * (1 - n.o[0]),
    ("derivative-twice", "cross-entropy", "d_net_o[1]"): lambda n: (n.o[0] - n.t[0]) * n.o[0] * (1 - n.o[0]),
    ("derivative-of-another-unit", "2-2-2", "d_net_h[1]"): lambda n: n.dout_h[0] * n.h[1] * (1 - n.h[1]),
    ("shortcut-for-factor", "cross-entropy", "d_out_o[1]"): lambda n: n.o[0] - n.t[0],
    ("softmax-diagonal-only", "softmax", "d_net_o[2]"): lambda n: n.dout[1] * n.o[1] * (1 - n.o[1]),
    ("path-dropped", "2-2-2", "d_out_h[1]"): lambda n: 0.50 * n.do[1],
    ("only-one-path", "three-outputs", "d_out_h[1]"): lambda n: 0.40 * n.do[0],
    ("weight-forgotten", "2-2-2", "d_out_h[1]"): lambda n: n.do[0] + n.do[1],
    ("already-updated-weights", "2-2-2", "d_out_h[1]"): lambda n: _dot([_new(n, 0, 0), _new(n, 1, 0)], n.do),
    ("already-updated-weights", "2-2-2", "W_h_new[1, 1]"): lambda n: (
        0.15 - ETA * _dot([_new(n, 0, 0), _new(n, 1, 0)], n.do) * n.h[0] * (1 - n.h[0]) * 0.05
    ),
    ("wrong-error-signal", "2-2-2", "d_W_o[1, 1]"): lambda n: n.do[1] * n.h[0],
    ("input-forgotten", "2-2-2", "d_W_o[1, 1]"): lambda n: n.do[0],
    ("input-forgotten", "2-2-2", "W_o_new[1, 1]"): lambda n: 0.40 - ETA * n.do[0],
    ("weight-for-input", "2-2-2", "d_W_o[1, 1]"): lambda n: n.do[0] * 0.40,
    ("outer-product-transposed", "2-2-2", "d_W_o[1, 2]"): lambda n: n.do[1] * n.h[0],
    ("bias-gradient-times-input", "2-2-2", "d_b_o"): lambda n: sum(n.do) * n.h[0],
    ("shared-bias-one-unit", "2-2-2", "d_b_o"): lambda n: n.do[0],
    ("components-added-up", "2-2-2", "d_out_o[1]"): lambda n: sum(n.dout),
    ("components-added-up", "2-2-2", "d_out_h[1]"): lambda n: sum(n.dout_h),
    ("gradient-ascent", "2-2-2", "W_o_new[1, 1]"): lambda n: 0.40 + ETA * n.gwo[0][0],
    ("learning-rate-forgotten", "2-2-2", "W_o_new[1, 1]"): lambda n: 0.40 - n.gwo[0][0],
    ("learning-rate-twice", "2-2-2", "W_o_new[1, 1]"): lambda n: 0.40 - ETA**2 * n.gwo[0][0],
    ("old-weight-forgotten", "2-2-2", "W_o_new[1, 1]"): lambda n: -ETA * n.gwo[0][0],
    ("not-updated", "2-2-2", "W_o_new[1, 1]"): lambda _n: 0.40,
    ("wrong-gradient", "2-2-2", "W_o_new[1, 1]"): lambda n: 0.40 - ETA * n.gwo[1][0],
    ("wrong-weight-updated", "2-2-2", "W_o_new[1, 1]"): lambda n: 0.50 - ETA * n.gwo[0][0],
}

# What is right, for the same entries.
RIGHT: dict[tuple[str, str], Callable[[Any], float]] = {
    ("2-2-2", "net_h[1]"): lambda n: n.nh[0],
    ("2-2-2", "out_h[1]"): lambda n: n.h[0],
    ("2-2-2", "net_o[1]"): lambda n: n.no[0],
    ("2-2-2", "E_unit[1]"): lambda n: n.e[0],
    ("2-2-2", "E"): lambda n: sum(n.e),
    ("2-2-2", "d_out_o[1]"): lambda n: n.dout[0],
    ("2-2-2", "d_net_o[1]"): lambda n: n.do[0],
    ("2-2-2", "d_W_o[1, 1]"): lambda n: n.gwo[0][0],
    ("2-2-2", "d_W_o[1, 2]"): lambda n: n.gwo[0][1],
    ("2-2-2", "d_b_o"): lambda n: sum(n.do),
    ("2-2-2", "d_out_h[1]"): lambda n: n.dout_h[0],
    ("2-2-2", "d_net_h[1]"): lambda n: n.dh[0],
    ("2-2-2", "d_W_h[1, 1]"): lambda n: n.gwh[0][0],
    ("2-2-2", "W_o_new[1, 1]"): lambda n: 0.40 - ETA * n.gwo[0][0],
    ("2-2-2", "W_h_new[1, 1]"): lambda n: 0.15 - ETA * n.gwh[0][0],
    ("convolution", "net_h[1, 1]"): lambda n: 0.5 * n.x[0] - 0.2 * n.x[1] + n.b,
    ("softmax", "out_o[1]"): lambda n: n.o[0],
    ("softmax", "E_unit[2]"): lambda n: -0.7 * math.log(n.o[1]),
    ("softmax", "d_net_o[2]"): lambda n: n.do[1],
    ("cross-entropy", "E_unit[1]"): lambda n: -n.t[0] * math.log(n.o[0]) - (1 - n.t[0]) * math.log(1 - n.o[0]),
    ("cross-entropy", "d_out_o[1]"): lambda n: -n.t[0] / n.o[0] + (1 - n.t[0]) / (1 - n.o[0]),
    ("cross-entropy", "d_net_o[1]"): lambda n: n.do[0],
    ("three-outputs", "d_out_h[1]"): lambda n: n.dout_h[0],
    ("tanh", "d_net_h[1]"): lambda n: n.dh[0],
    ("batch", "E"): lambda n: sum(n.e),
    ("batch", "d_out_o[1, 1]"): lambda n: n.each[0].dout[0],
    ("batch", "d_W_o[1, 1]"): lambda n: sum(s.do[0] * s.h[0] for s in n.each),
    ("recurrent", "E"): lambda n: sum(n.e),
    ("decay", "E"): lambda n: sum(n.e) + LAMBDA * SQUARES / 2,
    ("decay", "d_W_o[1, 1]"): lambda n: n.gwo[0][0] + LAMBDA * 0.40,
}
