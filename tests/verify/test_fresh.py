"""Derivations whose authors had not read the code: what is found in them, and which false alarms are known."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from bpsym.verify.read import read_text
from bpsym.verify.report.data import report_of
from bpsym.verify.run import verify

FOLDER = Path(__file__).parent.parent / "data" / "fresh"
TRUTH: list[dict[str, Any]] = tomllib.loads((FOLDER / "truth.toml").read_text(encoding="utf-8"))["document"]


@pytest.mark.parametrize("truth", TRUTH, ids=[truth["file"] for truth in TRUTH])
def test_what_is_found_stays_found(truth: dict[str, Any]) -> None:
    """Every slip that is not known to be missed is found; no line is called wrong but these and the known alarms."""
    report = report_of(verify(read_text((FOLDER / truth["file"]).read_text(encoding="utf-8"), truth["file"])))
    blamed = {f.line for f in report.findings if f.verdict == "wrong"}
    carried = {f.line for f in report.findings if f.verdict == "carried"}
    allowed = set(truth.get("alarms", ()))
    for slip in truth.get("slip", ()):
        lines = set(range(slip["lines"][0], slip["lines"][1] + 1))
        allowed |= lines
        assert slip.get("missed") or lines & (blamed | carried if slip.get("carried") else blamed), slip["why"]
    assert blamed <= allowed
