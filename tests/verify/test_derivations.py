"""Short derivations in the notations people use, judged without a description, unbroken and with known slips."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from bpsym.verify.read import read_text
from bpsym.verify.report.data import DocumentReport, report_of
from bpsym.verify.run import verify

FOLDER = Path(__file__).parent.parent / "data" / "derivations"
JUDGED = 0.9  # of a document's claims, without a description


def _slips() -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for slip in tomllib.loads((FOLDER / "truth.toml").read_text(encoding="utf-8"))["slip"]:
        found[slip["file"]].append(slip)
    return dict(found)


SLIPS = _slips()


def _report(name: str, text: str) -> DocumentReport:
    return report_of(verify(read_text(text, name)))


@pytest.mark.parametrize("name", sorted(SLIPS))
def test_slips_are_found_where_they_are(name: str) -> None:
    """Each slip is reported on its line, no other line is called wrong, and nearly every claim is judged."""
    report = _report(name, (FOLDER / name).read_text(encoding="utf-8"))
    verdicts = defaultdict(set)
    for finding in report.findings:
        verdicts[finding.line].add(finding.verdict)
    for slip in SLIPS[name]:
        enough = {"wrong", "carried"} if slip["verdict"] == "carried" else {"wrong"}
        assert verdicts[slip["line"]] & enough, slip
    lines = {slip["line"] for slip in SLIPS[name]}
    assert {line for line, kinds in verdicts.items() if "wrong" in kinds} <= lines
    open_claims = report.counts["undecided"] + report.counts["unreadable"]
    assert open_claims <= (1 - JUDGED) * report.claims


@pytest.mark.parametrize("name", sorted(SLIPS))
def test_unbroken_derivations_raise_no_alarm(name: str) -> None:
    """With every slip put right, nothing is called wrong or carried."""
    lines = (FOLDER / name).read_text(encoding="utf-8").split("\n")
    for slip in SLIPS[name]:
        lines[slip["line"] - 1] = slip["right"]
    report = _report(name, "\n".join(lines))
    assert [f for f in report.findings if f.verdict in ("wrong", "carried")] == []


@pytest.mark.parametrize(
    "formulas",
    [
        [r"\delta = (a - y) \, f'(z)"],
        [r"\delta^L = (a^L - y) \odot \sigma'(z^L)", r"\delta^l = (w^{l+1})^T \delta^{l+1} \odot \sigma'(z^l)"],
        [r"\delta^L = (a^L - y) \odot \sigma'(z^L)", r"\frac{\partial C}{\partial b^l_j} = \delta^l_j"],
    ],
)
def test_rules_of_no_stated_loss_blame_nobody(formulas: list[str]) -> None:
    """The error signals of a page that writes down no loss are what it says they are (Nielsen 2015, chapter 2)."""
    assert _report("rules.md", "\n\n".join(f"$${formula}$$" for formula in formulas)).counts["wrong"] == 0


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (r"$z = \num{-0,35} \cdot 2 + 1 = 0.3$", 0),
        (r"$z = \num{-0,35} \cdot 2 + 1 = 1.7$", 1),
        (r"$\operatorname{th}(0.5) = 0.4621$", 0),
        (r"$\operatorname{th}(0.5) = 0.6225$", 1),
        ("Rate E=0.6.\n\nError = (0-0.65)^2 = 0.42\n\nd = E * 0.5 = 0.3", 0),
        ("$P(y=1|x) = 0.7$ and $P(y=0|x) = 1 - 0.7 = 0.3$", 0),
        ("| unit $j$ | $n_j$ | $h_j = \\sigma(n_j)$ |\n|---|---|---|\n| 1 | 0.5 | 0.6225 |\n| 2 | -1 | 0.2689 |", 0),
        ("| unit $j$ | $n_j$ | $h_j = \\sigma(n_j)$ |\n|---|---|---|\n| 1 | 0.5 | 0.6225 |\n| 2 | -1 | 0.7311 |", 1),
        ("| $w_1$ | 0.5 | $w_2$ | -0.2 |\n|--|--|--|--|\n| $x_1$ | 2 | $x_2$ | 3 |\n\n$w_1 x_1 + w_2 x_2 = 0.4$", 0),
    ],
)
def test_small_notations(text: str, wrong: int) -> None:
    """Numbers of siunitx, th, a rate called E, probabilities of events, tables of units and of names in turn."""
    counts = _report("notation.md", text).counts
    assert counts["wrong"] == wrong
    assert counts["unreadable"] == 0
