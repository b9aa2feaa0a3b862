"""Where long chains are broken."""

from __future__ import annotations

from sympy import Integer

from bpsym.notation import Name
from bpsym.printing import PLAIN
from bpsym.printing.layout import Atom, Box, Formula, Frac, Number, Row, Sign, row
from bpsym.render.rows import Measure, Rows, cell_rows, formula_rows, fragments, line_rows, width
from bpsym.rounding import Numeral
from bpsym.sheet.lines import Line


def characters(box: Box) -> float:
    """A width that can be counted by hand."""
    return len(PLAIN.write(box).replace(" ", ""))


def number(digits: str) -> Number:
    """A number."""
    return Number(Numeral(digits))


def total(*digits: str) -> Box:
    """A sum of numbers."""
    return row(*[item for each in digits for item in (Sign("plus"), number(each))][1:])


def line(*terms: str) -> Line:
    """w = 1 + 2 + ... = the same with other numbers ≈ 0.5."""
    return Line(7, Atom(Name("w")), (total(*terms),), total(*terms), Numeral("0.5"), Integer(1))


def written(rows: Rows) -> list[str]:
    """Each row in plain text, continued ones with dots before them."""
    return [
        ("… " if each.continued else "") + (PLAIN.write(each.formula).strip() if each.formula else "[]")
        for each in rows.rows
    ]


def measure(row_width: float) -> Measure:
    """A measure in characters."""
    return Measure(row_width, characters, indent=2, answer=4)


def test_short_line_is_one_row() -> None:
    """What fits one row stays on it."""
    assert written(line_rows(line("1", "2"), measure(40), worked=True)) == ["= 1 + 2 = 1 + 2 ≈ 0.5"]


def test_long_line_is_broken_before_its_relation_signs() -> None:
    """Numbers and value stay together, the formula stands on a row before them."""
    assert written(line_rows(line("111", "222"), measure(18), worked=True)) == ["= 111 + 222", "= 111 + 222 ≈ 0.5"]


def test_long_link_is_broken_before_plus() -> None:
    """A link wider than a row goes on, indented, with the sign in front; the value follows where there is room."""
    rows = line_rows(line("11111", "22222", "33333"), measure(16), worked=True)
    assert written(rows) == ["= 11111 + 22222", "… + 33333", "= 11111 + 22222", "… + 33333 ≈ 0.5"]


def test_blank_line_ends_in_a_box() -> None:
    """Numbers and value are not shown; the sign before the box says whether the value is rounded."""
    rows = line_rows(line("1", "2"), measure(40), worked=False)
    assert written(rows) == ["= 1 + 2"]
    assert rows.answer == Formula(Sign("approx"))


def test_box_that_does_not_fit_gets_its_own_row() -> None:
    """An answer box is never pushed over the edge."""
    assert written(line_rows(line("111", "222"), measure(9), worked=False)) == ["= 111 + 222", "[]"]


def test_formula_is_broken_at_relations_only() -> None:
    """A displayed formula that fits is one row after its name; one that doesn't, a row for each relation."""
    chain = Formula(row(Atom(Name("w")), Sign("equal"), total("11", "22"), Sign("equal"), number("33")))
    assert written(formula_rows(chain, measure(30))) == ["= 11 + 22 = 33"]
    assert written(formula_rows(chain, measure(8))) == ["= 11 + 22", "= 33"]


def test_fragments_keep_every_sign() -> None:
    """The pieces of a formula, one after the other, are the formula."""
    whole = total("11", "22", "33", "44")
    pieces = fragments(Formula(whole), measure(6))
    assert len(pieces) > 1
    assert row(*(piece.box for piece in pieces)) == whole


def test_cells_are_broken_after_commas() -> None:
    """A list in a table's cell goes on below, and each line but the last ends with its comma."""
    listed = Row((number("111"), Sign("comma"), number("222"), Sign("comma"), number("333")))
    lines = [PLAIN.write(part).strip() for part in cell_rows(Formula(listed), measure(99), 8)]
    assert lines == ["111, 222,", "333"]


def test_width_of_a_fraction_is_that_of_its_wider_part() -> None:
    """A fraction is not as wide as its two parts together."""
    wide, narrow = number("123456"), number("1")
    assert width(Frac(narrow, wide)) == width(Frac(wide, narrow))
    assert width(wide) < width(Frac(narrow, wide)) < width(wide) + width(narrow)
