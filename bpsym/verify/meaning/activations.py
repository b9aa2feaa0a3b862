"""Functions by name, and their derivatives: values come from the table of `bpsym.primitives`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeGuard

from bpsym.verify.meaning.algebra import BALLS, NoValueError
from bpsym.verify.meaning.arrays import Array, Scalar, Value, by_rows, mapped
from bpsym.verify.tree import Name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bpsym.verify.tree import Call, Expr

# words people use for an activation, as a function's name or as its subscript
_WORDS = {
    "sigmoid": "sigmoid", "relu": "relu", "tanh": "tanh", "softmax": "softmax", "softplus": "softplus",
    "identity": "identity", "linear": "identity", "leaky_relu": "leaky-relu", "elu": "elu", "gelu": "gelu",
    "silu": "silu", "swish": "silu", "logistic": "sigmoid", "lrelu": "leaky-relu",
}  # fmt: skip
WITH_SLOPE = frozenset(["leaky-relu", "elu"])  # whose parameter a document may choose
_BALL_NAMES = {"leaky-relu": "leaky_relu"}


def is_activation(tree: Expr) -> TypeGuard[Name]:
    """Whether it is σ, tanh, ReLU, as the name of a function."""
    if not isinstance(tree, Name) or tree.sub or tree.layer or tree.marks:
        return False
    return tree.base == "sigma" or tree.base.lower() in _WORDS


def known_function(call: Call) -> str | None:
    """The function a name surely stands for: `sigmoid(z)`, `g_{ReLU}(z)`, `exp(x)`."""
    for word in (call.function.base, *call.function.sub):
        rule = _WORDS.get(word.lower())
        if rule is not None:
            return rule
    return call.function.base if call.function.base in BALLS.functions else None


def function_of(rule: str, primes: int) -> Callable[[Value], Value]:
    """A function of numbers, or its derivative; softmax takes the whole vector."""
    if primes > 1:
        raise NoValueError("a second derivative of an activation")
    if rule == "softmax":
        if primes:
            raise NoValueError("the derivative of softmax is a matrix")
        return _softmax
    if not primes:
        ball = BALLS.functions.get(_BALL_NAMES.get(rule, rule))
        one = ball if ball is not None else _from_table(rule, 0)
    else:
        one = _from_table(rule, 1)
    return lambda value: mapped(one, value)


def _softmax(value: Value) -> Value:
    if not isinstance(value, Array):
        return BALLS.functions["sigmoid"](value)
    return by_rows(lambda items: normalised([BALLS.functions["exp"](item) for item in items]), value)


def normalised(above: Sequence[Scalar]) -> tuple[Scalar, ...]:
    """Each by the sum of all."""
    total = above[0]
    for item in above[1:]:
        total = total + item
    return tuple(item / total for item in above)


@lru_cache(maxsize=64)
def _from_table(rule: str, primes: int) -> Callable[[Scalar], Scalar]:
    from sympy import Symbol

    from bpsym.lowering import lower
    from bpsym.primitives import ACTIVATIONS

    if rule not in ACTIVATIONS:
        raise NoValueError(f"the derivative of {rule} is in no table")
    row, net = ACTIVATIONS[rule], Symbol("net")
    formula = row.derivative(net, row.forward(net)) if primes else row.forward(net)
    code = lower([], [formula], {}, inputs=[net])
    return lambda value: code.run([value])[0]
