"""What is said of a mistake: a rule's templates with names, formulas and numbers put in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError, choices

if TYPE_CHECKING:
    from collections.abc import Callable

    from sympy import Expr

    from bpsym.expand import ScalarStep
    from bpsym.mistakes.rule import Rule, Wrong

    Writer = Callable[[Expr], str]

VALUE = "value"


@dataclass(frozen=True, slots=True)
class Said:
    """A mistake in words."""

    title: str
    done: str  # what was done
    fix: str  # what is right, as a rule
    right: str  # the step as it should be, with its number where that is something else


@dataclass(frozen=True, slots=True)
class _Field:
    """A template field: the formula, or with the format `value` its number."""

    detail: Expr | str
    formula: Writer
    number: Writer

    def __format__(self, spec: str) -> str:
        if isinstance(self.detail, str):
            return self.detail
        return self.number(self.detail) if spec == VALUE else self.formula(self.detail)


def say(rule: Rule, wrong: Wrong, right: ScalarStep, language: str, formula: Writer, number: Writer) -> Said:
    """Put a mistake into words; `formula` and `number` print an expression as the report prints it.

    Raises BpsymError for a language the rule has no text in.
    """
    if language not in rule.texts:
        raise BpsymError(choices("language", language, rule.texts))
    text = rule.texts[language]
    details = {"out": right.out, "right": right.simplest, "wrong": wrong.expr, **wrong.details}
    fields = {name: _Field(detail, formula, number) for name, detail in details.items()}
    equation = dict.fromkeys((formula(right.out), formula(right.simplest), number(right.simplest)))
    return Said(text.title, text.done.format(**fields), text.fix.format(**fields), " = ".join(equation))
