"""What bpsym prints, bpsym verifies: every claim of its own sheets is right."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from bpsym.options import KINDS, LANGUAGES, NOTATIONS, sheet_options
from bpsym.render import render
from bpsym.render.formats import BY_NAME
from bpsym.spec import load
from bpsym.verify.check.verdicts import Verdict
from bpsym.verify.read import read
from bpsym.verify.run import verify

EXAMPLES = Path(__file__).parents[2] / "examples"
FORMATS = ("markdown", "latex", "html", "notebook", "text")
# One sheet of every example and kind; notation, language and format go round, so that every pair of choices occurs.
# The long ones are left to benchmarks/verify_sheets.py, which makes them all.
LONG = {("xor", "worked"), ("xor", "numbered"), ("rnn", "worked"), ("autoencoder", "worked")}
SHEETS = [
    (example, kind, NOTATIONS[place % 2], LANGUAGES[place // 2 % 2], FORMATS[place % 5])
    for place, (example, kind) in enumerate(product(sorted(path.stem for path in EXAMPLES.glob("*.toml")), KINDS))
    if (example, kind) not in LONG
]


@pytest.mark.parametrize(("example", "kind", "notation", "language", "form"), SHEETS)
def test_own_sheets_verify(example: str, kind: str, notation: str, language: str, form: str) -> None:
    """A sheet read back has claims, and each of them is right, none undecided or unreadable."""
    description = load(EXAMPLES / f"{example}.toml")
    options = sheet_options(description, kind=kind, notation=notation, lang=language)
    content = render(description, options, form)
    verified = verify(read(content, f"sheet{BY_NAME[form].suffix}"), description)
    assert len(verified.judgements) >= 15
    missed = [
        (str(j.verdict), verified.document.place(j.span).line, verified.document.text[j.span.start : j.span.end])
        for j in verified.judgements
        if j.verdict not in (Verdict.RIGHT, Verdict.DIGIT)
    ]
    assert missed == []
