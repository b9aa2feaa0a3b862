"""Every formula that the sheets of the examples show, and what may be read off a formula's text."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from bpsym.notation import NOTATIONS
from bpsym.printing import Formula
from sheet.made import EXAMPLES, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.sheet.build import Sheet

NAMES = tuple(sorted(path.stem for path in EXAMPLES.glob("*.toml")))


@cache
def formulas(name: str) -> tuple[Formula, ...]:
    """All formulas of an example, worked, numbered and general, in both notations; each once."""
    found: dict[Formula, None] = {}
    for notation in NOTATIONS:
        found |= dict.fromkeys(worked(sheet(name, notation=notation)))
        draft = sheet(name, notation=notation, kind="numbered")
        found |= dict.fromkeys(f for block in draft.numbered for f in (*block.partials, *block.gradients))
    return tuple(found)


def worked(made: Sheet) -> Iterator[Formula]:
    """Formulas of a worked sheet and of the law."""
    for line in made.lines:
        yield from (line.formula, line.asked, line.answer, *line.parts)
    for given in made.givens:
        yield from (name for name, _ in given.cells)
    for layer in made.backward:
        for detail in layer.details:
            yield from (detail.name, detail.unit, detail.path, detail.chain)
    for equation in made.law.equations:
        yield from (equation.formula, *(formula for formula, _ in equation.simplified))
        yield from (factor.formula for factor in equation.factors)
        if equation.condition is not None:
            yield equation.condition
    for formula, shapes in made.law.matrix_rows:
        yield from (each for each in (formula, shapes) if isinstance(each, Formula))
    yield from (made.hadamard, made.approx, made.loss_name)


def double_script(latex: str) -> str:
    """The place where TeX stops with "double superscript" or "double subscript"; empty where there is none."""
    seen: list[set[str]] = [set()]
    for place, character in enumerate(latex):
        if character == "{":
            seen.append(set())
        elif character == "}":
            seen.pop()
        elif character in "^_'":
            if ("^" if character == "'" else character) in seen[-1]:
                return latex[: place + 1]
            seen[-1].add(character)  # a prime takes a superscript that follows it
        elif not (character == " " or latex[place - 1] in "^_"):
            seen[-1].clear()
    return ""
