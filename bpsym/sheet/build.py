"""The sheet: what kind templates see. Every part is computed when a template asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from bpsym.display import Shown
from bpsym.errors import BpsymError, choices
from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.notation import Notation
from bpsym.printing.layout import Formula, Number, Sign, chain, row
from bpsym.printing.writer import OTHERWISE, Writer
from bpsym.program import TRAINABLE, Role
from bpsym.sheet import numbered as draft
from bpsym.sheet import picture, worked
from bpsym.sheet.law import Law
from bpsym.sheet.lines import Line, Work
from bpsym.spec.schema import CONVOLUTIONAL
from bpsym.training import Row, outputs, train

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sympy import Expr

    from bpsym.figures.layout import Drawing
    from bpsym.options import SheetOptions
    from bpsym.program import Program
    from bpsym.rounding import Numeral, Rounding
    from bpsym.spec import Description

WORKED, BLANK, KEY, NUMBERED, LAW = "worked", "blank", "key", "numbered", "law"  # kinds the code tells apart
_SORTS = (Role.INPUT, Role.TARGET, Role.STATE, Role.WEIGHT, Role.BIAS, Role.RATE, Role.DECAY)  # in which order
LEAST_POINTS = 3  # of a curve worth drawing


class Given(Struct, frozen=True):
    """Given numbers of one sort: the names and what was typed."""

    role: Role
    cells: tuple[tuple[Formula, str], ...]


class _Parts(Struct, frozen=True):
    """The parts of a worked sheet that are made of numbered lines."""

    forward: list[worked.ForwardLayer]
    loss: list[Line]
    backward: list[worked.BackwardLayer]
    updates: list[Line]
    lines: list[Line]  # all of them, by number


@dataclass
class Sheet(Shown):
    """A sheet of one kind in one language."""

    description: Description
    options: SheetOptions
    progress: Callable[[int, int], None] | None = None

    @property
    def kind(self) -> str:
        """worked, law, numbered, blank or key."""
        return self.options.kind

    @property
    def mode(self) -> str:
        """How lines are shown: worked, blank (a box for the answer) or key (the answer alone)."""
        return self.kind if self.kind in (BLANK, KEY) else WORKED

    def shows(self, line: Line) -> bool:
        """Whether the line is shown worked on this sheet."""
        return self.mode == WORKED or (self.mode == BLANK and line.number <= self.options.fade)

    @property
    def title(self) -> str:
        """The title in the sheet's language; empty where the description has none."""
        return self.description.title(self.options.lang)

    @property
    def program(self) -> Program:
        """The derivation."""
        return self.description.program

    @property
    def rounding(self) -> Rounding:
        """The rounding policy, which the sheet states."""
        return self.options.rounding

    @cached_property
    def work(self) -> Work:
        """Lines and their numbering."""
        expansion = Expansion(self.program, self.description.sizes)
        environment = Environment(expansion, self.description.values, self.rounding) if self.has_numbers else None
        written = self.description.written
        return Work(self.program, expansion, environment, self.options.notation, written, OTHERWISE[self.options.lang])

    @property
    def has_numbers(self) -> bool:
        """Whether the description gives numbers."""
        return bool(self.description.values)

    def name(self, entry: Expr) -> Formula:
        """The name of an entry."""
        return Formula(self.work.writer.name(entry))

    @property
    def loss_name(self) -> Formula:
        """The name of the loss."""
        return self.name(self.program.loss.generic)

    # parts of a worked sheet

    @cached_property
    def givens(self) -> list[Given]:
        """What is given, sort by sort."""
        known, written = self.description.values, self.description.written
        cells: dict[Role, list[tuple[Formula, str]]] = {}
        for quantity in sorted(self.program.inputs, key=lambda quantity: _SORTS.index(quantity.role)):
            entries = [entry for entry in self.work.expansion.entries(quantity.name) if entry in known]
            cells.setdefault(quantity.role, []).extend((self.name(entry), written[entry]) for entry in entries)
        return [Given(role, tuple(pairs)) for role, pairs in cells.items() if pairs]

    @cached_property
    def _parts(self) -> _Parts:
        """Everything with lines, made in the order of the sheet: lines are numbered as they are made."""
        work = self.work
        forward, loss = worked.forward(work), worked.loss(work)
        backward = [] if self.kind == NUMBERED else worked.backward(work, self._chosen)
        updates = worked.updates(self._drafted if self.kind == NUMBERED and work.carries_shown else work)
        return _Parts(forward, loss, backward, updates, list(work.made.values()))

    @property
    def _drafted(self) -> Work:
        """What updates go on from where the products of printed numbers are the derivatives."""
        return self.work.carrying({e: numeral for block in self.numbered for e, numeral in block.numerals.items()})

    @property
    def forward(self) -> list[worked.ForwardLayer]:
        """The forward pass."""
        return self._parts.forward

    @property
    def loss(self) -> list[Line]:
        """The loss."""
        return self._parts.loss

    @property
    def backward(self) -> list[worked.BackwardLayer]:
        """The backward pass."""
        return self._parts.backward

    @property
    def updates(self) -> list[Line]:
        """The update of every trained parameter."""
        return self._parts.updates

    @property
    def lines(self) -> list[Line]:
        """Every numbered line, in order."""
        return self._parts.lines

    @property
    def _chosen(self) -> list[Expr] | None:
        """The weights to show in full: None for one of each layer."""
        if self.options.weights == ():
            return None
        by_name = {}
        for quantity in self.program.all(Role.WEIGHT):
            for entry in self.work.expansion.entries(quantity.name):
                by_name[self._typed(entry)] = entry
        if self.options.weights == ("all",):
            return list(by_name.values())
        unknown = [name for name in self.options.weights if name not in by_name]
        if unknown:
            raise BpsymError(choices("weight of this network", unknown[0], list(by_name)))
        return [by_name[name] for name in self.options.weights]

    def _typed(self, entry: Expr) -> str:
        """A weight's name as it is typed: w5, w11, v12."""
        name = self.work.notation.name(entry)
        return name.base + "".join(name.sub) + "".join(part.strip("()") for part in name.sup)

    @property
    def batch(self) -> str:
        """How the contributions of several samples or time steps make the loss."""
        return self.description.batch

    @property
    def has_one_output(self) -> bool:
        """Whether there is one output only, whose loss is the whole one."""
        return self.description.has_one_output

    @property
    def decay(self) -> Formula | None:
        """The factor of the penalty on large weights; None where there is none."""
        return next((self.name(quantity.generic) for quantity in self.program.all(Role.DECAY)), None)

    # after the step

    @cached_property
    def after(self) -> Row | None:
        """The loss and outputs after one step, as the policy carries numbers on; None where nothing is updated."""
        if not self.run:
            return None
        return self._stepped if self.work.carries_shown else self.run[1]

    @cached_property
    def run(self) -> list[Row]:
        """The training run's table, the start included."""
        if not self.program.all(Role.UPDATED) or not self.has_numbers:
            return []
        at = sorted({0, 1, *self.description.table(self.options.steps)})
        last = at[-1]

        def report(step: int) -> None:
            if self.progress is not None:
                self.progress(step, last)

        return train(self.work.expansion, self.description.values, self.rounding, at, report)

    @property
    def before(self) -> Row:
        """The loss and outputs before the first step, as the policy carries numbers on."""
        environment = self.work.environment
        return self._row(0, environment) if self.work.carries_shown and environment is not None else self.run[0]

    @property
    def _stepped(self) -> Row | None:
        """The row after one step where numbers are carried on as they are shown."""
        environment = self.work.environment
        if environment is None:
            return None
        updated = self.program.all(Role.UPDATED)
        pairs = (zip(*map(self.work.expansion.entries, (q.of, q.name)), strict=True) for q in updated)
        new = {old: environment[value] for each in pairs for old, value in each}
        return self._row(1, environment.overridden(new))

    def _row(self, step: int, environment: Environment) -> Row:
        shown = tuple(environment.numeral(entry) for entry in outputs(self.work.expansion))
        return Row(step, environment.numeral(self.program.loss.generic), shown, {})

    def loss_equation(self, row: Row) -> Formula:
        """The loss of a row of the run."""
        return self.equation(self.program.loss.generic, row.loss)

    @property
    def run_rows(self) -> list[tuple[str | Numeral, ...]]:
        """The table of the run: steps, loss, outputs."""
        return [(str(row.step), row.loss, *row.outputs) for row in self.run]

    @property
    def output_names(self) -> list[Formula]:
        """The names of the outputs."""
        return [self.name(entry) for entry in outputs(self.work.expansion)]

    # the law

    @cached_property
    def law(self) -> Law:
        """The general formulas."""
        writer = Writer(Notation(self.options.notation, self.program), otherwise=OTHERWISE[self.options.lang])
        return Law(self.program, writer, self.description.sizes)

    @property
    def convolves(self) -> bool:
        """Whether the network has a convolution."""
        return self.description.family == CONVOLUTIONAL

    @property
    def loss_rule(self) -> str:
        """The key of the loss."""
        return self.program.section("loss")[0].rule

    @property
    def has_updates(self) -> bool:
        """Whether anything is updated."""
        return bool(self.program.all(Role.UPDATED))

    @property
    def order(self) -> str:
        """simultaneous or sequential."""
        return self.description.training.order if self.description.training is not None else ""

    @property
    def hadamard(self) -> Formula:
        """The sign of the product entry by entry."""
        return Formula(Sign("hadamard"))

    @property
    def approx(self) -> Formula:
        """The sign before a rounded number."""
        return Formula(Sign("approx"))

    @cached_property
    def numbered(self) -> list[draft.Block]:
        """The numbered draft."""
        return draft.blocks(self.work)

    # figures

    @cached_property
    def figure(self) -> Drawing:
        """The network with what is given."""
        return picture.network(self.work, self.title, computed=False)

    def path_figure(self, detail: worked.Detail) -> Drawing:
        """The way of one weight's error."""
        return picture.network(self.work, self.title, detail.weight, computed=self.mode == WORKED)

    def run_figure(self, step_label: str) -> Drawing | None:
        """The loss over the run; None for less than three rows."""
        return picture.run(self.work, self.run, self.title, step_label) if len(self.run) >= LEAST_POINTS else None

    @cached_property
    def kinks(self) -> list[tuple[Formula, str]]:
        """What is equal where an activation or the loss is taken exactly at a kink, and which."""
        environment = self.work.environment
        if environment is None:
            return []
        writer = self.work.writer
        return [
            (chain(writer.formula(left), writer.formula(right)), step.step.rule)
            for step, left, right in environment.kinks()
        ]

    def equation(self, entry: Expr, value: Numeral) -> Formula:
        """A name and a number."""
        sign = Sign("equal" if value.exact else "approx")
        return Formula(row(self.work.writer.name(entry), sign, Number(value)))

    @property
    def trains_biases(self) -> bool:
        """Whether biases are updated."""
        return any(self.program.get(q.of).role is Role.BIAS for q in self.program.all(Role.UPDATED))

    @property
    def has_biases(self) -> bool:
        """Whether the network has biases."""
        return bool(self.program.all(Role.BIAS))

    def parameters(self) -> Iterator[Expr]:
        """Every weight and bias."""
        for quantity in self.program.inputs:
            if quantity.role in TRAINABLE:
                yield from self.work.expansion.entries(quantity.name)


def build(description: Description, options: SheetOptions, progress: Callable[[int, int], None] | None = None) -> Sheet:
    """The sheet of a description; raises BpsymError where the kind needs numbers that the description lacks."""
    if options.kind != LAW and not description.values:
        msg = f"a {options.kind} sheet needs numbers, and the description has no [given]; --kind law needs none"
        raise BpsymError(msg)
    return Sheet(description, options, progress)
