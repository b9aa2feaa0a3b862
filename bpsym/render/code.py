"""The lines of a sheet as Python that computes them again, in plain floating point numbers.

Every expression is printed from its layout, as in the other formats: a syntax whose names are identifiers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace
from sympy import Expr, Indexed

from bpsym.notation import Name
from bpsym.printing import PLAIN
from bpsym.printing.layout import Atom, Partial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bpsym.printing.layout import Box
    from bpsym.sheet.build import Sheet
    from bpsym.sheet.lines import Line

PYTHON = replace(
    PLAIN,
    name="python",
    letters={},
    signs={**PLAIN.signs, "dot": "*", "thin": "*", "comma": ", "},
    functions={"ln": "log", "sgn": "sign"},
    frac="%s/%s",
    power="%s**%s",
    bars="abs(%s)",
    scientific="%se%s",
    case="%(value)s if %(test)s",
    other="%s%.0s",  # the word for "otherwise" is not printed
    cases="(%s)",
    case_end=" else ",
)
BEGINNING = """\
from math import e, erf, log, pi, sqrt, tanh

def sign(x):
    return (x > 0) - (x < 0)

def show(**values):
    for name, value in values.items():
        print(f"{name} = {value:%(digits)s}")
"""
SHOWN = """
def shown(value):
    return float(f"{value:%(digits)s}")
"""
MARKS = {"+": "new"}


@dataclass
class Recomputation:
    """Python for a sheet, line after line; each quantity is computed once, before it is used."""

    sheet: Sheet
    _defined: dict[Box, str] = field(default_factory=dict)  # a name's layout and its identifier

    def __post_init__(self) -> None:
        """What is given needs no computing."""
        for given in self.sheet.givens:
            for name, _ in given.cells:
                self._identifier(name.box)

    def beginning(self) -> str:
        """What stands before everything else: functions, and the numbers given."""
        rounding = self.sheet.rounding
        digits = f".{rounding.places}f" if rounding.significant is None else f".{rounding.significant}g"
        text = BEGINNING % {"digits": digits}
        if self._carries_shown:
            text += SHOWN % {"digits": digits}
        givens = [
            f"{self._identifier(name.box)} = {number}" for given in self.sheet.givens for name, number in given.cells
        ]
        return "\n".join([text, *givens])

    def statements(self, lines: Iterable[Line]) -> Iterator[str]:
        """An assignment for each line, and for whatever it needs that no line before it computed."""
        for line in lines:
            if line.value is None:
                continue
            yield from self._needed(line)
            if line.name not in self._defined:
                yield from self._assigned(line.name, self._rest(line))
            own = self._identifier(line.name)
            yield f"show({own}={own})"

    @property
    def _carries_shown(self) -> bool:
        return self.sheet.work.carries_shown

    def _needed(self, line: Line) -> Iterator[str]:
        work = self.sheet.work
        entries = [line.expr] if _is_entry(line.expr) else sorted(line.expr.atoms(Indexed), key=str)
        for step in work.expansion.order(tuple(entries)):
            name = work.writer.name(step.out)
            if name not in self._defined and name != line.name:
                yield from self._assigned(name, step.simplest)

    def _rest(self, line: Line) -> Expr:
        """What the line computes, whole: a sheet leaves out the middle of a long sum."""
        own = self.sheet.work.expansion.step(line.expr) if _is_entry(line.expr) else None
        return own.simplest if own is not None else line.expr

    def _assigned(self, name: Box, expr: Expr) -> Iterator[str]:
        """The assignment of an expression to a name, after those of the layers' sizes in it."""
        work = self.sheet.work
        for symbol in sorted(expr.free_symbols & work.expansion.sizes.keys(), key=str):
            box = work.writer.name(symbol)
            if box not in self._defined:
                yield f"{self._identifier(box)} = {work.expansion.sizes[symbol]}"
        text = PYTHON.write(self._renamed(work.writer.formula(expr)))
        yield f"{self._identifier(name)} = {f'shown({text})' if self._carries_shown else text}"

    def _identifier(self, name: Box) -> str:
        """The identifier of a name; no two names share one."""
        if name not in self._defined:
            spelled = "".join(c if c.isalnum() else "_" for c in _spelled(name)).strip("_") or "value"
            taken = set(self._defined.values()) | {"e", "pi"}
            while spelled in taken:
                spelled += "_"
            self._defined[name] = spelled
        return self._defined[name]

    def _renamed(self, box: Any) -> Any:
        """A layout, or a part of one, with identifiers for its names."""
        if isinstance(box, (Atom, Partial)) and box in self._defined:
            return Atom(Name(self._defined[box]))
        if isinstance(box, tuple):
            return tuple(self._renamed(item) for item in box)
        if isinstance(box, Struct) and not isinstance(box, Atom):
            return replace(box, **{name: self._renamed(getattr(box, name)) for name in box.__struct_fields__})
        return box


def _is_entry(expr: Expr) -> bool:
    return isinstance(expr, Indexed) or expr.is_Symbol


def _spelled(name: Box) -> str:
    """A name in letters, digits and underscores."""
    match name:
        case Atom(Name(base, sub, sup)):
            above = [MARKS.get(part, part.strip("()")) for part in sup]
            below = "".join(part if part != "," else "_" for part in sub)
            between = "" if len(base) == 1 and below[:1].isdigit() else "_"
            return "_".join([base + (between + below if below else ""), *above])
        case Partial(of, wrt):
            return f"d{_spelled(of)}_d{_spelled(wrt)}"
        case _:
            return PLAIN.write(name)
