"""Answers of which every digit is proved: the asked values in exact numbers and balls, as code made only once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from flint import ctx, fmpq

from bpsym.errors import Undecided
from bpsym.evaluate import PRECISION, Environment
from bpsym.lowering import lower
from bpsym.rounding import EXACT, numeral
from bpsym.spec.values import value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sympy import Expr

    from bpsym.rounding import Numeral, Rounding, Value
    from bpsym.spec.values import Number
    from bpsym.variants.structure import Structure


@dataclass(frozen=True, eq=False)
class Keys:
    """The answers of a structure's variants."""

    structure: Structure

    @property
    def rounding(self) -> Rounding:
        """How answers are rounded."""
        return self.structure.rounding

    @cached_property
    def _entries(self) -> tuple[Expr, ...]:
        return tuple(asked.entry for asked in self.structure.asked)

    @cached_property
    def _inputs(self) -> tuple[Expr, ...]:
        return tuple(self.structure.numbers)

    @cached_property
    def _run(self) -> Callable[[Iterable[Value]], list[Value]]:
        expansion = self.structure.expansion
        equations = [(step.out, step.simplest) for step in expansion.order(self._entries)]
        sizes = {symbol: fmpq(number) for symbol, number in expansion.sizes.items()}
        return lower(equations, self._entries, sizes, inputs=self._inputs).compiled()

    def answers(self, numbers: Mapping[Expr, Number]) -> tuple[Numeral, ...]:
        """The asked values of a variant, as printed; `numbers` are in the structure's order."""
        if self.rounding.carry != EXACT:
            environment = self.environment(numbers)
            return tuple(map(environment.numeral, self._entries))
        before, ctx.prec = ctx.prec, PRECISION
        try:
            return tuple(numeral(found, self.rounding) for found in self._run(map(value, numbers.values())))
        except Undecided:
            environment = self.environment(numbers)
            return tuple(map(environment.numeral, self._entries))
        finally:
            ctx.prec = before

    def environment(self, numbers: Mapping[Expr, Number]) -> Environment:
        """All values of a variant."""
        return Environment(self.structure.expansion, {e: value(n) for e, n in numbers.items()}, self.rounding)
