"""Mistakes people make in derivations: one file a rule, each of which generates the wrong step.

The same function names the mistake in a document, makes distractors for multiple choice, rejects homework whose right
and wrong answers look alike, and mutation-tests the verifier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.rule import LANGUAGES, Rule, Text, Wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep

__all__ = ["LANGUAGES", "Rule", "Text", "Wrong", "rules", "wrongs"]

_RULES: tuple[Rule, ...] = ()


def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of a derivation: forward, loss, backward, update."""
    return _RULES


def wrongs(expansion: Expansion, step: ScalarStep) -> Iterator[tuple[Rule, Wrong]]:
    """Every way to get a step wrong whose formula differs from the right one."""
    for rule in rules():
        for wrong in rule.wrong(expansion, step):
            if wrong.expr not in (step.expr, step.simplest):
                yield rule, wrong
