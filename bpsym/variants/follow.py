"""What follows from a student's own values: each asked value as a formula in earlier asked ones and fixed numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bpsym.notation import Name, Notation
from bpsym.printing.layout import Atom, Box, Number
from bpsym.printing.writer import Writer
from bpsym.render.code import PYTHON
from bpsym.rounding import Rounding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sympy import Expr

    from bpsym.evaluate import Environment
    from bpsym.variants.asked import Asked
    from bpsym.variants.structure import Structure

DIGITS = Rounding(places=None, significant=17)  # of fixed numbers in formulas: as many as a double has
# The same limits as bpsym.grading.guard: a value that makes what follows trivial earns nothing after it.
GUARD = """\
def absurd(value, right):
    return value == 0 or abs(value) > 1000 * max(abs(right), 1) or abs(value) < abs(right) / 1000

"""


@dataclass(frozen=True)
class _Mixed(Writer):
    """Prints some entries as identifiers and all others as numbers."""

    named: Mapping[Expr, str] = field(default_factory=dict)
    environment: Environment | None = None

    def _leaf(self, entry: Expr) -> Box:
        if entry in self.named:
            return Atom(Name(self.named[entry]))
        if self.environment is None:
            return self.name(entry)
        return Number(self.environment.numeral(entry, DIGITS))


def followed(structure: Structure, asked: Asked, earlier: tuple[Asked, ...]) -> tuple[Expr, tuple[Asked, ...]]:
    """The asked value in terms of earlier asked ones and of entries that don't depend on them; which ones it uses."""
    known = {each.entry for each in earlier}
    step = structure.expansion.step(asked.entry)
    expr = step.simplest if step is not None else asked.entry
    for one in reversed(structure.expansion.order((asked.entry,))[:-1]):
        if one.out not in known and _depends(structure, one.out, known):
            expr = expr.xreplace({one.out: one.simplest})
    used = tuple(each for each in earlier if expr.has(each.entry))
    return expr, used


def _depends(structure: Structure, entry: Expr, known: set[Expr]) -> bool:
    return any(needed in known for needed in structure.expansion.needed((entry,)))


def python_formula(
    structure: Structure, asked: Asked, earlier: tuple[Asked, ...], environment: Environment
) -> tuple[str, tuple[Asked, ...]]:
    """`followed` as Python, and the earlier values in it."""
    expr, used = followed(structure, asked, earlier)
    notation = Notation(structure.description.sheet.notation, structure.program, structure.expansion)
    named = {each.entry: each.name for each in used}
    writer = _Mixed(notation, named=named, environment=environment)
    return PYTHON.write(writer.formula(expr)), used
