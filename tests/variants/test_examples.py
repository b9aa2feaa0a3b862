"""Every example can be set as homework."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bpsym.variants.stress import Batch, attempt
from bpsym.variants.work import Course, homework_of
from variants.samples import ROOT

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_a_class_is_drawn_from_every_example(path: Path) -> None:
    """Forty students are drawn, no constraint is broken, no two have the same key."""
    text = path.read_text("utf-8")
    course = Course(text, "x.toml", 3)
    homework_of(course).check(40)
    tried = attempt(Batch(course, 0, 40))
    assert tried.broken == ()
    assert len(set(tried.keys)) == 40
    assert tried.attempts == 40 + sum(tried.refused.values())
