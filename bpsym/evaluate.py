"""Numbers for the entries of an expansion: exact first, balls after the first transcendental, sharper when asked."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from flint import arb, ctx, fmpq
from sympy import Integer

from bpsym import primitives
from bpsym.errors import EvaluationError, Undecided
from bpsym.lowering import Code, lower
from bpsym.program import head
from bpsym.rounding import EXACT, Numeral, Rounding, numeral, numeral_at_last

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sympy import Expr

    from bpsym.expand import Expansion, ScalarStep
    from bpsym.rounding import Value

ZERO = fmpq(0)
PRECISION = 128  # bits to start with
EXACT_BITS = 4096  # an exact value longer than this goes on as a ball: squared again and again it would fill the memory
PRECISION_LIMIT = 1 << 14  # bits after which a digit counts as undecidable


@dataclass(frozen=True)
class Environment:
    """The values of all entries, computed when asked for.

    `given` overrides any step: that is how a person's own earlier value is carried forward and how a "what if" is
    asked. With a carry policy of "shown" every computed value is rounded before anything is computed from it.
    """

    expansion: Expansion
    values: Mapping[Expr, fmpq]  # of the program's inputs
    rounding: Rounding = field(default_factory=Rounding)
    given: Mapping[Expr, Value] = field(default_factory=dict)
    precision: int = PRECISION
    counted: Callable[[int], None] | None = field(default=None, compare=False)  # told the operations of each entry
    _found: dict[Expr, Value] = field(default_factory=dict, repr=False, compare=False)
    _code: dict[Expr, Code] = field(default_factory=dict, repr=False, compare=False)
    _shown: dict[Expr, Numeral] = field(default_factory=dict, repr=False, compare=False)  # what was rounded to go on

    def __getitem__(self, entry: Expr) -> Value:
        """The value of an entry: exact, or a ball as wide as the precision makes it.

        Raises EvaluationError where an input has no value, or a formula none (log of 0, division by 0).
        """
        found = self._found.get(entry)
        if found is None:
            if entry in self.sizes:
                return self.sizes[entry]
            self._compute(entry)
            found = self._found[entry]
        return found

    def _compute(self, wanted: Expr) -> None:
        stack = [wanted]
        while stack:  # no recursion: a deep network or a long sequence must not meet Python's limit
            entry = stack[-1]
            value = self.given.get(entry, self.values.get(entry))
            if value is not None:
                self._found[entry] = value
            if entry in self._found:
                stack.pop()
                continue
            code = self._lowered(entry)
            missing = [used for used in code.inputs if used not in self._found]
            if missing:
                stack.extend(reversed(missing))
                continue
            if self.counted is not None:
                self.counted(len(code.operations))
            self._found[entry] = self._carried(entry, code, [self._found[used] for used in code.inputs])
            stack.pop()

    def _lowered(self, entry: Expr) -> Code:
        if entry not in self._code:
            step = self.expansion.step(entry)
            if step is None:
                msg = f"{entry} has no value"
                raise EvaluationError(msg)
            self._code[entry] = lower([(entry, step.simplest)], [entry], self.sizes)
        return self._code[entry]

    @cached_property
    def sizes(self) -> dict[Expr, fmpq]:
        """The sizes of the layers, which formulas such as 2/n use as numbers."""
        return {symbol: fmpq(number) for symbol, number in self.expansion.sizes.items()}

    def _carried(self, entry: Expr, code: Code, arguments: list[Value]) -> Value:
        """What is computed on with: the value, or with the carry policy "shown" what is printed of it."""
        precision = self.precision
        while True:
            value = _run(entry, code, arguments, precision)
            if self.rounding.carry == EXACT:
                return value
            try:
                self._shown[entry] = numeral(value, self.rounding)
            except Undecided:
                if precision < PRECISION_LIMIT:
                    precision *= 2
                    continue
                self._shown[entry] = numeral_at_last(value, self.rounding)
            return self._shown[entry].value

    def sharper(self) -> Environment:
        """The same at twice the precision."""
        return dataclasses.replace(self, precision=2 * self.precision, _found={}, _shown={})

    def overridden(self, given: Mapping[Expr, Value], counted: Callable[[int], None] | None = None) -> Environment:
        """The same with some entries set to other values; where each entry computed is to be counted, by `counted`."""
        merged = {**self.given, **given}
        counted = self.counted if counted is None else counted
        return dataclasses.replace(self, given=merged, counted=counted, _found={}, _shown={})

    def numeral(self, expr: Expr, rounding: Rounding | None = None) -> Numeral:
        """An entry, or an expression in entries, as printed; the precision grows until every digit is settled.

        Raises EvaluationError where there is no value, Undecided where a digit is open at the highest precision.
        """
        here = self
        while True:
            value = here[expr] if expr.is_Indexed or expr.is_Symbol else here.of(expr)
            if rounding is None and expr in here._shown:
                return here._shown[expr]  # its value is exactly that by now, but was rounded to it
            try:
                return numeral(value, rounding or self.rounding)
            except Undecided:
                if here.precision >= PRECISION_LIMIT:
                    return numeral_at_last(value, rounding or self.rounding)
                here = here.sharper()

    def of(self, expr: Expr) -> Value:
        """The value of an expression in entries."""
        code = lower([], [expr], self.sizes)
        before, ctx.prec = ctx.prec, self.precision
        try:
            return code.run([self[entry] for entry in code.inputs])[0]
        finally:
            ctx.prec = before

    def kinks(self) -> Iterator[tuple[ScalarStep, Expr, Expr]]:
        """Each equation taken exactly where it has no derivative, and the two sides that are equal there."""
        for step in self.expansion.steps():
            rule = step.step.rule
            if step.step.section == "forward" and rule in primitives.ACTIVATIONS and primitives.ACTIVATIONS[rule].kink:
                yield from ((step, used, Integer(0)) for used in step.uses if self[used] == 0)
            if step.step.section == "loss" and rule in primitives.LOSSES and primitives.LOSSES[rule].kink:
                target, out = sorted(step.uses, key=lambda e: head(e) != "target")
                if self[target] == self[out]:
                    yield step, out, target


def _run(entry: Expr, code: Code, arguments: list[Value], precision: int) -> Value:
    before, ctx.prec = ctx.prec, precision
    try:
        value = code.run(arguments)[0]
        if isinstance(value, fmpq) and value.height_bits() > EXACT_BITS:
            return arb(value)
        return ZERO if value == 0 else value  # 0 times a ball is a ball without width: exact again
    except EvaluationError as error:
        msg = f"{entry}: {error}"
        raise EvaluationError(msg) from None
    finally:
        ctx.prec = before
