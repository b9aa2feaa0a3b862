"""Answers as they come back, and the list of what is wrong with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpsym.errors import BpsymError
from bpsym.exports.answers import (
    Entry,
    Received,
    collect,
    entries_from_csv,
    entries_from_moodle,
    entries_from_notebook,
    read_time,
)
from bpsym.exports.grades import Grade, moodle_grades_csv
from bpsym.exports.roster import parse_roster
from exports.test_nbgrader import SHEET, fill

STUDENTS = parse_roster("id,name,email\n1,Ann,ann@x.edu\n2,王小明,wang@x.edu\n3,Eve,eve@x.edu\n".encode())
STEPS = ("net_h1", "out_h1")
DEADLINE = datetime(2026, 11, 21, 12, tzinfo=UTC)


def told(received: Received) -> list[tuple[str, str, str, str]]:
    """Kind, student, step and text of every problem."""
    return [(p.kind, p.student, p.step, p.text) for p in received.problems]


def values(received: Received) -> dict[tuple[str, str], Fraction]:
    """The answers that count."""
    return {key: answer.value for key, answer in received.answers.items()}


LONG = """\
Student ID;Step;Answer;Submitted at
1;net_h1;0,3775;2026-11-21T11:00
1;net_h1;0.3776;2026-11-21T11:30
1;OUT_H1;1,234;2026-11-21T11:00
2;net_h1;dunno;2026-11-21T13:00
9;net_h1;0.1;2026-11-21T11:00
2;w5;0.3;2026-11-21T11:00
2;out_h1;-;2026-11-21T11:00
"""


def test_a_long_table_is_sorted_into_answers_and_problems() -> None:
    """The last of two counts, a late one is said to be late, a stranger and an unknown step are listed."""
    received = collect(entries_from_csv(LONG.encode(), "a.csv", STEPS), STUDENTS, STEPS, DEADLINE)
    assert values(received) == {("1", "net_h1"): Fraction("0.3776"), ("1", "out_h1"): Fraction("1.234")}
    assert told(received) == [
        ("unknown student", "9", "net_h1", "0.1"),
        ("unknown step", "2", "w5", "0.3"),
        ("doubled", "1", "net_h1", "0,3775"),
        ("ambiguous", "1", "out_h1", "1,234"),
        ("missing", "2", "out_h1", ""),
        ("late", "2", "", "2026-11-21 13:00:00+00:00"),
        ("unreadable", "2", "net_h1", "dunno"),
        ("missing", "3", "", ""),
    ]
    assert received.problems[2].where == "a.csv, line 2"


def test_a_wide_table_is_read_by_its_columns() -> None:
    """One column a step in any spelling; e-mail addresses tell whose it is; strange columns are listed."""
    data = "Email address,Net-H1,out_h1,remark\nANN@x.edu,1/3,'-0.5,hello\nwang@x.edu,３e－4,,\nghost@x.edu,,,\n"
    received = collect(entries_from_csv(data.encode(), "w.csv", STEPS), STUDENTS, STEPS)
    assert values(received) == {
        ("1", "net_h1"): Fraction(1, 3),
        ("1", "out_h1"): Fraction(-1, 2),
        ("2", "net_h1"): Fraction(3, 10_000),
    }
    assert told(received) == [
        ("unknown step", "1", "remark", "hello"),
        ("unknown student", "ghost@x.edu", "net_h1", ""),
        ("missing", "2", "out_h1", ""),
        ("missing", "3", "", ""),
    ]


MOODLE = """\
Last name,First name,ID number,Email address,State,Completed,Time taken,Grade/10.00,Response 1,Response 2
Lee,Ann,1,ann@x.edu,Finished,21 November 2026  10:02 AM,15 mins,7.00,0.3775,"part 1: 0.5; part 2: -1,25"
小明,王,,wang@x.edu,In progress,-,-,-,-,part 1: ; part 2: 3 · 10^-4
Eve,E,3,,Finished,21 November 2026  12:30 PM,1,1,abc,part 3: 7
"""
QUESTIONS = (("net_h1",), ("w5", "w6"))


def test_moodles_report_is_read() -> None:
    """Numerical questions and the parts of a cloze; open attempts and late ones are said."""
    steps = ("net_h1", "w5", "w6")
    received = collect(entries_from_moodle(MOODLE.encode(), "m.csv", QUESTIONS), STUDENTS, steps, DEADLINE)
    assert values(received) == {
        ("1", "net_h1"): Fraction("0.3775"),
        ("1", "w5"): Fraction("0.5"),
        ("1", "w6"): Fraction("-1.25"),
        ("2", "w6"): Fraction(3, 10_000),
    }
    assert told(received) == [
        ("unknown step", "3", "Response 2, part 3", "7"),
        ("missing", "2", "net_h1", ""),
        ("missing", "2", "w5", ""),
        ("unfinished", "2", "", ""),
        ("no time", "2", "", ""),
        ("missing", "3", "w5", ""),
        ("missing", "3", "w6", ""),
        ("late", "3", "", "2026-11-21 12:30:00+00:00"),
        ("unreadable", "3", "net_h1", "abc"),
    ]


def test_moodles_chinese_report_is_read() -> None:
    """The same report in Chinese, in GBK with semicolons."""
    data = '姓氏;名;学号;状态;完成;答案 1;答案 2\n王;小明;2;已完成;2026年11月21日 09:47;0,3775;"部分 1：1; 部分 2：2"\n'
    received = collect(
        entries_from_moodle(data.encode("gbk"), "m", QUESTIONS), STUDENTS[1:2], ("net_h1", "w5", "w6"), DEADLINE
    )
    assert values(received) == {("2", "net_h1"): Fraction("0.3775"), ("2", "w5"): Fraction(1), ("2", "w6"): Fraction(2)}
    assert told(received) == []


def test_an_attempt_is_replaced_by_a_later_one_whatever_the_order_in_the_file() -> None:
    """Times decide; entries without one stand as they are."""
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    received = collect(
        [Entry("1", "net_h1", "2", "b", late), Entry("1", "net_h1", "1", "a", early)], STUDENTS[:1], ("net_h1",)
    )
    assert values(received) == {("1", "net_h1"): 2}
    assert told(received) == [("doubled", "1", "net_h1", "1")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("mark,net_h1\n1,2\n", "no column holds students' ids"),
        ("", "is empty"),
    ],
)
def test_tables_without_students_are_refused(data: str, said: str) -> None:
    """One sentence that lists the header."""
    with pytest.raises(BpsymError, match=said):
        entries_from_csv(data.encode(), "a.csv", STEPS)


def test_another_report_of_moodle_is_refused() -> None:
    """The grades report has no responses."""
    with pytest.raises(BpsymError, match="no column is called `Response 1`"):
        entries_from_moodle(b"ID number,Grade\n1,2\n", "m.csv", QUESTIONS)


def test_notebooks_are_read_without_running_them() -> None:
    """Literals in every style; a calculation and an untouched cell are problems."""
    data = fill(net_h1="net_h1 = 0,3775  # mine\n", out_h1="out_h1 = 1/2 + x\n")
    received = collect(entries_from_notebook(data, "v-7.ipynb", "1"), STUDENTS[:1], STEPS)
    assert values(received) == {("1", "net_h1"): Fraction("0.3775")}
    assert told(received) == [("unreadable", "1", "out_h1", "1/2 + x")]
    untouched = collect(entries_from_notebook(fill(), "v-7.ipynb", "1"), STUDENTS[:1], STEPS)
    assert told(untouched) == [("missing", "1", "", "")]
    assert {entry.student for entry in entries_from_notebook(data, "v-7.ipynb")} == {SHEET.id}


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("2026-11-21T09:47:00Z", datetime(2026, 11, 21, 9, 47, tzinfo=UTC)),
        ("2026-11-21 09:47", datetime(2026, 11, 21, 9, 47, tzinfo=UTC)),
        ("2026-11-21T09:47+08:00", datetime(2026, 11, 21, 9, 47, tzinfo=timezone(timedelta(hours=8)))),
        ("21 November 2026  12:07 AM", datetime(2026, 11, 21, 0, 7, tzinfo=UTC)),
        ("Saturday, 1 Feb 2026, 1:05 PM", datetime(2026, 2, 1, 13, 5, tzinfo=UTC)),
        ("2026年11月21日 下午 1:05", datetime(2026, 11, 21, 13, 5, tzinfo=UTC)),
        ("31 February 2026 1:00 PM", None),
        ("5 Foo 2026 1:00", None),
        ("", None),
        ("soon", None),
    ],
)
def test_times_are_read_as_iso_and_as_moodle_writes_them(written: str, when: datetime | None) -> None:
    """With a zone, without one, in English, in Chinese; nonsense is None."""
    assert read_time(written) == when


@given(
    st.lists(st.tuples(st.sampled_from(["1", "2", "3", "x", ""]), st.sampled_from([*STEPS, "w"]), st.text(max_size=8)))
)
def test_nothing_is_dropped(rows: list[tuple[str, str, str]]) -> None:
    """Every entry that holds something is an answer or a problem, and every student has each step or misses it."""
    entries = [Entry(student, step, text, f"line {n}") for n, (student, step, text) in enumerate(rows)]
    received = collect(entries, STUDENTS, STEPS)
    seen = {a.where for a in received.answers.values()} | {p.where for p in received.problems}
    for entry in entries:
        assert entry.where in seen or entry.text in {"", "-"}
    for student in STUDENTS:
        for step in STEPS:
            missed = any(
                p.student == student.id and p.step in {step, ""} and p.kind in {"missing", "unreadable"}
                for p in received.problems
            )
            assert missed != ((student.id, step) in received.answers)


def test_marks_go_back_to_moodle_without_formulas() -> None:
    """Ids, marks with a point and feedback; a hostile name is text."""
    eve = parse_roster(b"id,name\n=1+1,@Eve\n")[0]
    rows = moodle_grades_csv([Grade(STUDENTS[0], "7.5", "-> see δ"), Grade(eve, "", "")], "Homework 1").decode(
        "utf-8-sig"
    )
    assert rows.splitlines() == [
        "ID number,Email address,Name,Homework 1,Homework 1 (feedback)",
        "1,ann@x.edu,Ann,7.5,'-> see δ",
        "'=1+1,,'@Eve,,",
    ]
    with pytest.raises(BpsymError, match="no plain decimal"):
        moodle_grades_csv([Grade(eve, "7,5")], "x")
