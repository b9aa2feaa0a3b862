"""What a mistake rule is: a function that makes the wrong step, and what is to be said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sympy import Expr

    from bpsym.expand import Expansion, ScalarStep


class Wrong(Struct, frozen=True):
    """One way to get a step wrong."""

    step: ScalarStep  # the step as it would be written: a scalar step again, so that mistakes compose
    details: Mapping[str, Expr | str] = {}  # what the texts name: which factor, which weight
    kind: str = ""  # tells several ways of one rule apart; ways of the same kind at many steps are one habit

    @property
    def expr(self) -> Expr:
        """The wrong right-hand side, in entries of the program."""
        return self.step.expr


class Text(Struct, frozen=True):
    """What is said of a mistake in one language.

    `done` and `right` are templates: {out}, {right} and {wrong} are the step's left-hand side and its two right-hand
    sides, other fields come from the details; {field:value} is the field's number.
    """

    title: str  # a few words, for a list
    done: str  # what was done
    fix: str  # what is right


class Rule(Struct, frozen=True):
    """One mistake people make."""

    id: str  # stable: stands in JSON, SARIF and CSV files
    specificity: int  # of several rules that explain a figure, the highest is named
    wrong: Callable[[Expansion, ScalarStep], Iterator[Wrong]]  # every way to make the mistake at that step
    texts: Mapping[str, Text]  # by language
