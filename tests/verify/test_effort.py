"""The work counted for a document follows from the document alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from sympy import Add, Rational, Symbol

from bpsym.spec import loads
from bpsym.verify import effort, limits
from bpsym.verify.meaning.algebra import NoValueError
from bpsym.verify.meaning.over_sympy import symbolic
from bpsym.verify.read import read
from bpsym.verify.run import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from bpsym.spec import Description

RULES = rb"""
$$\delta_k = (o_k - t_k) o_k (1 - o_k)$$
$$\frac{\partial E}{\partial w_{jk}} = \delta_k o_j$$
$$\frac{\partial E}{\partial net_k} = \delta_k$$
$$\delta_j = o_j (1 - o_j) \sum_k \delta_k w_{jk}$$
$$\frac{\partial o_k}{\partial net_k} = o_k (1 - o_k)$$
$$\frac{\partial E}{\partial o_k} = o_k - t_k$$
$$\frac{\partial o_k}{\partial w_{jk}} = o_k (1 - o_k) o_j$$
"""
SLOPES = rb"$$\frac{\partial out_{o1}}{\partial w_1} = \frac{\partial out_{o1}}{\partial out_{h1}} x_1$$"
DESCRIBED = '[network]\ninputs = 2\nloss = "half-squared-error"\nlayers = [{ units = 2 }, { units = 2 }]\n'


def _work(text: bytes, description: Description | None) -> float:
    with effort.bounded(10**12) as work:
        verify(read(text, "derivation.md"), description)
    return work.spent


@pytest.mark.parametrize("text", [RULES, SLOPES], ids=["rules", "slopes"])
def test_work_is_the_same_whatever_was_verified_before(text: bytes) -> None:
    """What is kept of a network for all documents is counted as work for each, so none is granted more than another."""
    for description in (None, loads(DESCRIBED, "a network")):
        first = _work(text, description)
        _work(RULES + SLOPES, description)
        assert _work(text, description) == first


def test_what_is_kept_counts_once_for_each_document() -> None:
    """Asked for twice in one document it is counted once, and in the next one again; where it was made, not twice."""
    with effort.bounded(100) as work:
        for _ in range(2):
            with effort.one_document():
                effort.spend_once("a derivative", 10)
                effort.spend_once("a derivative", 10)
                effort.spend_once("made just now", 5, counted=True)
                effort.spend_once("made just now", 5)
    assert work.spent == 20


def test_a_sum_is_added_up_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """SymPy sorts a long sum of names once, not as often as it has terms."""
    add: Callable[[list[object]], object] = Add.flatten
    added: list[int] = []

    def counted(terms: list[object]) -> object:
        added.append(len(terms))
        return add(terms)

    monkeypatch.setattr(Add, "flatten", counted)
    names = [f"w_{{{k}}}" for k in range(100)]
    text = "".join(f"${name} = z$\n" for name in names) + f"\n$y = {' - '.join(names)}$\n"
    verify(read(text.encode(), "derivation.md"))
    assert max(added) == 100
    assert len(added) < 10


LAWS = rb"""
$$S = \frac{Q K^\top}{\sqrt{d}}, \qquad P = \operatorname{softmax}(S), \qquad O = P V$$

$$dV = P^\top dO, \qquad dP = dO V^\top$$

$$dQ = \frac{1}{\sqrt{d}} dS K, \qquad dK = \frac{1}{\sqrt{d}} dS^\top Q$$
"""


def test_laws_are_tried_with_what_work_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """What judging a document by itself has taken of the work for both is not there for its laws."""
    document = read(LAWS, "derivation.md")
    proved = verify(document).counts["right"]
    monkeypatch.setattr(limits, "BY_ITSELF", 0)
    assert verify(document).counts["right"] < proved


def test_the_angle_of_a_tanh_is_counted() -> None:
    """A root of a power of tanh, for which SymPy looks for angles, counts the more functions stand in it."""
    algebra, third = symbolic(), Rational(1, 3)
    spent = []
    for name in ("a", "b"):
        inner = algebra.functions["tanh"](Symbol(name))
        for value in (inner, algebra.functions["tanh"](inner**2)):
            with effort.bounded(10**9) as work:
                algebra.power(value**2, third)
            spent.append(work.spent)
    assert spent[:2] == spent[2:]
    assert spent[1] >= 5 * spent[0] > 0


def test_fractions_of_tanh_inside_tanh_are_refused() -> None:
    """What SymPy would look for periods in for minutes has no value; layers without biases have one."""
    algebra = symbolic()
    tanh, x = algebra.functions["tanh"], Symbol("x")
    layers = tanh(3 * tanh(2 * tanh(x)))
    assert float(layers.subs(x, 0.5)) == pytest.approx(math.tanh(3 * math.tanh(2 * math.tanh(0.5))))
    with pytest.raises(NoValueError, match="tanh of functions"):
        tanh(1 / tanh(1 / tanh(x)))


def test_work_that_is_not_counted_outside_is_known_for_the_document() -> None:
    """3 units are spent within the bound of 10, 5 and 2 beside it."""
    with effort.one_document(), effort.bounded(10):
        effort.spend(3)
        with effort.unbounded():
            effort.spend(5)
            with effort.unbounded():
                effort.spend(2)
        assert (effort.left(), effort.beside()) == (7, 7)
    with effort.one_document():
        assert effort.beside() == 0
