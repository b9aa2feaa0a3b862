"""The numbered draft: what every R is, and that the products of numbers are the derivatives."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from bpsym.printing.layout import Atom, Number, Partial, Row, Sign
from sheet import paper
from sheet.made import Reader, sheet
from sheet.paper import Paper

if TYPE_CHECKING:
    from pathlib import Path

    from bpsym.notation import Name
    from bpsym.printing.layout import Box, Formula
    from bpsym.rounding import Numeral, Rounding


def links(formula: Formula) -> tuple[list[Box], Sign, Numeral]:
    """The links of a chain, the sign before its value, and the value."""
    assert isinstance(formula.box, Row)
    found: list[list[Box]] = [[]]
    sign = Sign("equal")
    for item in formula.box.items:
        if item in (Sign("equal"), Sign("approx")):
            found.append([])
            assert isinstance(item, Sign)
            sign = item
        else:
            found[-1].append(item)
    last = found[-1][0]
    assert isinstance(last, Number), formula
    return [Row(tuple(each)) if len(each) > 1 else each[0] for each in found[:-1]], sign, last.numeral


def is_number(box: Box) -> bool:
    """Whether a box is an R with its number."""
    return isinstance(box, Atom) and box.name.base == "R"


@pytest.mark.parametrize(
    "policy", [{"digits": 6, "notation": "z-a"}, {"significant": 5, "tie": "half-even", "notation": "net-out"}], ids=str
)
def test_every_number_recomputes(example_path: Path, policy: dict[str, str]) -> None:
    """Every R is what its formula is worth, from the givens or from earlier Rs; so is every derivative made of Rs."""
    made = sheet(example_path.stem, kind="numbered", **policy)
    reader = Reader().given(made)
    for line in [*(line for layer in made.forward for line in layer.lines), *made.loss]:
        list(reader.through(line))
    count = 0
    for block in made.numbered:
        for formula in block.partials:
            count += 1
            (label, name, *forms), sign, value = links(formula)
            assert isinstance(label, Atom)
            assert label.name.sub == (str(count),), "numbers count up, none is left out"
            for form in forms or [Number(value)]:
                exact = reader.paper.value(form).point
            reader.learn(label, paper.one(paper.cut(exact)))
            reader.learn(name, paper.one(paper.cut(exact)))
            check(exact, sign, value, made.rounding)
        for formula in block.gradients:
            (name, form), sign, value = links(formula)
            assert any(map(is_number, paper.boxes(form))), "a derivative is made of numbers"
            exact = reader.paper.value(form).point
            reader.learn(name, paper.one(paper.cut(exact)))
            check(exact, sign, value, made.rounding)
    for line in made.updates:
        for span in reader.through(line):
            assert line.value is not None
            assert paper.printed(line.value) == paper.rounded(span.point, made.rounding)


def check(exact: Fraction, sign: Sign, value: Numeral, policy: Rounding) -> None:
    """The value is the rounding of the exact one, behind an equals sign only if it is that."""
    near = paper.rounded(exact, policy)
    if value.exact:
        near = exact if abs(paper.printed(value) - exact) > Fraction(1, 10**50) else paper.printed(value)
    assert paper.printed(value) == near
    assert (sign == Sign("equal")) == value.exact


@pytest.mark.parametrize("policy", [{"digits": 4}, {"significant": 5, "tie": "half-even"}], ids=str)
def test_carried_as_shown_products_are_those_of_the_printed_numbers(example_path: Path, policy: dict[str, str]) -> None:
    """Carried as shown, a product of Rs is the rounding of that of the printed numbers, and updates use it."""
    made = sheet(example_path.stem, kind="numbered", carry="shown", **policy)
    reader = Reader().given(made)
    for block in made.numbered:
        for formula in (*block.partials, *block.gradients):
            (label, *rest), sign, value = links(formula)
            if any(map(is_number, paper.boxes(rest[-1]))):
                exact = reader.paper.value(rest[-1]).point
                assert paper.printed(value) == paper.rounded(exact, made.rounding)
                assert (sign == Sign("equal")) == (paper.printed(value) == exact)
            reader.learn(label, paper.as_printed(value))
    for line in made.updates:
        for span in reader.through(line):
            assert line.value is not None
            assert paper.printed(line.value) == paper.rounded(span.point, made.rounding)


def test_products_agree_with_the_printed_numbers(example_path: Path) -> None:
    """A product of numbers agrees with the numbers printed for its Rs, each good to half a unit of its last digit."""
    made = sheet(example_path.stem, kind="numbered", carry="exact", digits=6)
    shown: dict[Name | tuple[Name, Name], paper.Span] = {}
    known = Paper(paper.as_rounded, paper.named(shown), {})
    for block in made.numbered:
        for formula in (*block.partials, *block.gradients):
            (label, *rest), _, value = links(formula)
            form = rest[-1] if rest else None
            if form is not None and any(map(is_number, paper.boxes(form))):
                found, told = known.value(form), paper.as_rounded(value)
                assert found.low <= told.high
                assert told.low <= found.high
            shown[paper.key(label)] = paper.as_rounded(value)


def test_partials_have_names(example_path: Path) -> None:
    """Behind its R every number says which derivative it is, as a fraction of partials, and no derivative has two."""
    made = sheet(example_path.stem, kind="numbered")
    names = [links(formula)[0][1] for block in made.numbered for formula in block.partials]
    assert all(isinstance(name, Partial) for name in names)
    assert len(set(map(paper.key, names))) == len(names)
