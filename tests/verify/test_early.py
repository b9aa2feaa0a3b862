"""A wrong figure that is used before the line it comes from is blamed there, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bpsym.verify import limits
from bpsym.verify.check.early import orders
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.read import read
from transcripts import RIGHT, described, found, in_a_row, verified

if TYPE_CHECKING:
    from bpsym.spec import Description

PARTS = r"$E_{o1} = \frac12 (target_{o1} - out_{o1})^2 = \frac12 (0.01-0.751365070)^2 = 0.274118083$"
TOTAL = r"$E_{total} = E_{o1} + E_{o2} = 0.274118083 + 0.023560026 = 0.297678109$"


@pytest.fixture(params=["described", "by itself"])
def network(request: pytest.FixtureRequest) -> Description | None:
    """With a description of the network, and without."""
    return described() if request.param == "described" else None


def test_a_sum_before_its_parts(network: Description | None) -> None:
    """The line a part is worked out on is to blame, the sum that uses it further up follows from it."""
    judged = verified(f"{TOTAL}\n\n{PARTS}\n", network)
    assert found(judged, "wrong") == [(3, "0.274118083", "digits-mistyped")]
    assert [line for line, *_ in found(judged, "carried")] == [1, 1]


def test_a_result_on_top_of_its_derivation(network: Description | None) -> None:
    """A box of results says again what its line comes to, rightly or not; what is below it is judged for itself."""
    judged = verified(f"Result: $E_{{total}} = 0.297678109$\n\n{PARTS}\n\n{TOTAL}\n", network)
    assert found(judged, "wrong") == [(3, "0.274118083", "digits-mistyped")]
    assert [line for line, *_ in found(judged, "carried")] == [1, 5, 5]


def test_a_result_that_says_something_else_than_its_derivation(network: Description | None) -> None:
    """Figures mistyped in the box alone are an error of the box; the derivation is right."""
    judged = verified(f"The result: $E_{{total}} = 0.298731109$\n\n{RIGHT}", network)
    assert found(judged, "wrong") == [(1, "0.298731109", "digits-swapped")]
    assert found(judged, "carried") == []


def test_a_rounded_result_on_top_of_its_derivation(network: Description | None) -> None:
    """What cutting off at each step comes to is no error in the box either."""
    parts = r"$E_{o1} = \frac12 (0.01 - 0.7513)^2 = 0.2747$, $E_{o2} = \frac12 (0.99 - 0.7729)^2 = 0.0235$"
    total = "$E_{total} = E_{o1} + E_{o2} = 0.2747 + 0.0235 = 0.2982$"
    names = "$out_{o1} = 0.7513$, $out_{o2} = 0.7729$"
    assert found(verified(f"Result: $E_{{total}} = 0.2982$\n\n{names}\n\n{parts}\n\n{total}\n", network), "wrong") == []


def test_a_rounded_result_on_top_of_a_sheet_that_derives_nothing() -> None:
    """0.2747 + 0.0235 of figures cut off, none of them said where it comes from: 0.2982 is no error on top of them."""
    below = "# Steps\n\n$out_{o1} = 0.7513$, $out_{o2} = 0.7729$, $E_{o1} = 0.2747$, $E_{o2} = 0.0235$, "
    below += "$E_{total} = 0.2982$"
    assert found(verified(f"# Result\n\n$E_{{total}} = 0.2982$\n\n{below}\n", described()), "wrong") == []
    wrong = found(verified(f"# Result\n\n$E_{{total}} = 0.2928$\n\n{below}\n", described()), "wrong")
    assert [(line, piece) for line, piece, _ in wrong] == [(3, "0.2928")]
    wrong = found(verified(f"{below}\n\n# Result\n\n$E_{{total}} = 0.2928$\n", described()), "wrong")
    assert [(line, piece) for line, piece, _ in wrong] == [(7, "0.2928")]


def test_a_result_on_top_that_another_quantity_comes_to_below() -> None:
    """The output of an identity unit is not derived again where its net input is: cut off there, it is no error.

    0.5498 is cut off from sigmoid(0.2); 3.1 * 0.5498 is 1.70438, at full precision 1.70449.
    """
    network = in_a_row((0.4, "sigmoid"), (3.1, "identity"), given=0.5, target=1)
    below = "$out_{h1} = 0.5498$\n\n$net_{o1} = w_2 out_{h1} = 3.1 \\cdot 0.5498 = 1.7043$\n"
    text = f"The result: $out_{{o1}} = 1.7043$\n\n{below}"
    assert found(verified(text, network), "wrong") == []
    text = text.replace("out_{o1} = 1.7043", "out_{o1} = 1.7034")
    assert found(verified(text, network), "wrong") == [(1, "1.7034", "digits-swapped")]


def test_two_results_on_top_that_follow_from_one_slip_below() -> None:
    """The digits swapped below are blamed, not the first of the results on top from which the other seems to follow."""
    text = r"$out_{o1} = 0.715365070$" + "\n\n" + r"$E_{o1} = 0.248769941$" + "\n\n"
    text += r"$net_{o1} = 0.40 \cdot 0.593269992 + 0.45 \cdot 0.596884378 + 0.60 = 1.105905967$" + "\n\n"
    text += r"$out_{o1} = \sigma(net_{o1}) = 0.715365070$" + "\n\n"
    text += r"$E_{o1} = \frac12 (target_{o1} - out_{o1})^2 = \frac12 (0.01 - 0.715365070)^2 = 0.248769941$" + "\n"
    assert [(line, piece) for line, piece, _ in found(verified(text, described()), "wrong")] == [(7, "0.715365070")]


def test_all_of_a_box_is_read_last_together() -> None:
    """One result blamed, the one beside it may be next: both are read behind their derivations at once."""
    text = f"# Results\n\n$E_{{o1}} = 0.274118083$\n\n$E_{{total}} = 0.297678109$\n\n# Steps\n\n{PARTS}\n\n{TOTAL}\n"
    document = read(text.encode(), "transcript.md")
    first, second, *below = document.statements
    blamed = Judgement(second.terms[-1].span, Verdict.WRONG)
    orders_tried = [order.statements for order, _ in orders(document, [blamed])]
    assert orders_tried[0] == (*below, first, second)


def test_reading_again_may_cost_as_much_as_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long document with its results on top is read in another order however little is granted for trying."""
    monkeypatch.setattr(limits, "TRIED", 0)
    judged = verified(f"Result: $E_{{total}} = 0.297678109$\n\n{PARTS}\n\n{TOTAL}\n", described())
    assert found(judged, "wrong") == [(3, "0.274118083", "digits-mistyped")]
