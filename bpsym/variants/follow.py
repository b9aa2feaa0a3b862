"""What follows from a student's own values: each asked value as a formula in earlier asked ones and fixed numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.notation import Name, Notation
from bpsym.printing.layout import Atom, Box, Number
from bpsym.printing.writer import Writer
from bpsym.render.code import PYTHON
from bpsym.rounding import Rounding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sympy import Expr

    from bpsym.evaluate import Environment
    from bpsym.printing.syntax import Syntax
    from bpsym.variants.asked import Asked
    from bpsym.variants.structure import Structure

DIGITS = Rounding(places=None, significant=17)  # of fixed numbers in formulas: as many as a double has
FAR = 1000  # times too large, or too small: nothing follows from such a value
GUARD = f"""\
def absurd(value, right):
    far = abs(value) > {FAR} * max(abs(right), 1) or abs(value) < abs(right) / {FAR}
    return far or (value == 0 and right != 0)

"""
MAXIMA = replace(
    PYTHON,
    name="maxima",
    letters={"e": "exp(1)", "pi": "3.14159265358979323846"},
    functions={"ln": "log", "sgn": "signum"},
    power="%s^%s",
    scientific="%s*10^(%s)",
    case="if %(test)s then %(value)s",
)


@dataclass(frozen=True)
class Followed:
    """A value that was asked for as it follows from earlier ones."""

    asked: Asked
    formula: str  # in terms of the names of `used`; "" where it rests on no earlier value
    used: tuple[Asked, ...]
    rests: tuple[Asked, ...]  # earlier values it rests on, directly or through others


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


def followed(structure: Structure, environment: Environment, syntax: Syntax) -> Iterator[Followed]:
    """Every asked value, its formula in a syntax of code."""
    notation = Notation(structure.description.sheet.notation, structure.program, structure.expansion)
    for asked, expr, used, rests in _expressions(structure):
        writer = _Mixed(notation, named={each.entry: each.name for each in used}, environment=environment)
        yield Followed(asked, syntax.write(writer.formula(expr)) if used else "", used, rests)


@lru_cache(maxsize=64)
def _expressions(structure: Structure) -> tuple[tuple[Asked, Expr, tuple[Asked, ...], tuple[Asked, ...]], ...]:
    """Of each asked value: in terms of earlier asked ones and of entries that don't depend on them, which ones, and
    which these rest on.
    """
    found: dict[Asked, tuple[Expr, tuple[Asked, ...], tuple[Asked, ...]]] = {}
    for asked in structure.asked:
        known = {each.entry for each in found}
        step = structure.expansion.step(asked.entry)
        expr = step.simplest if step is not None else asked.entry
        for one in reversed(structure.expansion.order((asked.entry,))[:-1]):
            if one.out not in known and not known.isdisjoint(structure.expansion.needed((one.out,))):
                expr = expr.xreplace({one.out: one.simplest})
        used = tuple(each for each in found if expr.has(each.entry))
        resting = {name for each in used for name in (each, *found[each][2])}
        found[asked] = (expr, used, tuple(each for each in found if each in resting))
    return tuple((asked, *rest) for asked, rest in found.items())
