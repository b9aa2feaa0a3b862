"""The work counted for a document follows from the document alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bpsym.spec import loads
from bpsym.verify import effort
from bpsym.verify.read import read
from bpsym.verify.run import verify

if TYPE_CHECKING:
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
