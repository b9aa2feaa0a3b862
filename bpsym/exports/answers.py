"""What students sent, from any of the files it comes in; what cannot be used is listed, never dropped.

Readers give `Entry`s, one a student, step and time; `collect` sorts them into answers and problems.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import chain
from typing import TYPE_CHECKING, Literal, TypeAlias

from bpsym.errors import BpsymError
from bpsym.exports.nbgrader import read_notebook
from bpsym.exports.numbers import is_ambiguous, read_number
from bpsym.exports.roster import COLUMNS, columns, identity
from bpsym.exports.tables import column_key, read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction

    from bpsym.exports.roster import Student
    from bpsym.exports.tables import Table

Kind: TypeAlias = Literal[
    "missing",  # no answer to this step, or (step "") to none of them
    "late",  # sent after the deadline; it still counts
    "doubled",  # sent again later; this earlier one does not count
    "unfinished",  # the platform says the attempt was never handed in; it still counts
    "unreadable",  # no number
    "ambiguous",  # `1,234`, read as 1.234; it counts
    "no time",  # whether it was late cannot be told; it counts
    "unknown student",  # not on the roster
    "unknown step",  # not asked for
]


@dataclass(frozen=True)
class Entry:
    """One cell somebody filled in."""

    student: str  # id or e-mail address as written
    step: str
    text: str
    where: str  # file and line
    when: datetime | None = None
    finished: bool = True


@dataclass(frozen=True)
class Answer:
    """A number a student gave."""

    student: str  # the roster's id
    step: str
    value: Fraction
    text: str  # as written
    where: str


@dataclass(frozen=True)
class Problem:
    """Something about what was sent that a teacher should know."""

    kind: Kind
    student: str  # the roster's id, or what was written where that is unknown
    step: str  # "" where it concerns all of them
    text: str  # as written
    where: str


@dataclass(frozen=True)
class Received:
    """Everything that was sent: the answers that count, by student and step, and what else there is to say."""

    answers: Mapping[tuple[str, str], Answer]
    problems: tuple[Problem, ...]


def collect(
    entries: Iterable[Entry], students: Sequence[Student], steps: Sequence[str], deadline: datetime | None = None
) -> Received:
    """Sort entries into the answers that count and the problems; the last of several that hold something counts.

    `deadline` has a time zone; entries of a student come in the order of their times, those without one as they stand.
    """
    known = {identity(name): student.id for student in students for name in (student.email, student.id) if name}
    asked = {column_key(step): step for step in steps}
    answers: dict[tuple[str, str], Answer] = {}
    problems: dict[Problem, None] = {}
    sent: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        owner, asked_for = known.get(identity(entry.student)), asked.get(column_key(entry.step))
        if owner is None:
            problems[Problem("unknown student", entry.student, entry.step, entry.text, entry.where)] = None
        elif asked_for is None:
            problems[Problem("unknown step", owner, entry.step, entry.text, entry.where)] = None
        elif entry.text not in {"", "-"}:
            sent[owner, asked_for].append(entry)
    for student in students:
        given = [step for step in steps if (student.id, step) in sent]
        for step in steps if given else ("",):
            if (student.id, step) not in sent:
                where = f"line {student.line} of the roster" if student.line else "the roster"
                problems[Problem("missing", student.id, step, "", where)] = None
        for step in given:
            *earlier, last = sorted(sent[student.id, step], key=_time)
            found: list[tuple[Kind, Entry, str]] = [("doubled", entry, step) for entry in earlier]
            found += [(kind, last, "") for kind in _about(last, deadline)]
            value = read_number(last.text)
            if value is None:
                found.append(("unreadable", last, step))
            else:
                answers[student.id, step] = Answer(student.id, step, value, last.text, last.where)
                found += [("ambiguous", last, step)] if is_ambiguous(last.text) else []
            for kind, entry, at in found:
                written = entry.text if at else str(entry.when or "")
                problems[Problem(kind, student.id, at, written, entry.where)] = None
    return Received(answers, tuple(problems))


def _time(entry: Entry) -> datetime:
    return entry.when or datetime.min.replace(tzinfo=UTC)


def _about(entry: Entry, deadline: datetime | None) -> Iterable[Kind]:
    """What is to be said of a whole submission."""
    if not entry.finished:
        yield "unfinished"
    if deadline is not None and entry.when is None:
        yield "no time"
    elif deadline is not None and entry.when is not None and entry.when > deadline:
        yield "late"


# --- CSV --------------------------------------------------------------------------------------------------------------

_STEP = {column_key(name) for name in ("step", "question", "quantity", "题目", "步骤", "量")}
_ANSWER = {column_key(name) for name in ("answer", "value", "response", "答案", "数值", "回答")}
_TIME = {column_key(name) for name in ("time", "submitted", "submitted at", "timestamp", "completed", "finished",
                                       "时间", "提交时间", "完成", "完成于", "完成时间")}  # fmt: skip
_STATE = {column_key(name) for name in ("state", "status", "状态")}
_FINISHED = {column_key(name) for name in ("", "finished", "submitted", "graded", "已完成", "完成", "已结束", "结束")}
_IDENTITY = frozenset(column_key(name) for name in chain.from_iterable(COLUMNS.values()))
_RESPONSE = re.compile("(?:response|答案|回答|响应|作答|答复)([0-9]+)")
_PART = re.compile(r"(?:^|; *)(?:part|部分|第) *([0-9]+) *(?:部分)? *[:：] *")


def entries_from_csv(data: bytes, where: str, steps: Sequence[str], zone: tzinfo = UTC) -> tuple[Entry, ...]:
    """Answers from a CSV file: long (a student, a step and an answer a row) or wide (a column a step).

    A column of a wide file that is neither a step nor about the student is an `unknown step` of everybody who filled it
    in. Times without a zone are in `zone`.
    """
    known = _IDENTITY | _STEP | _ANSWER | _TIME | {column_key(step) for step in steps}
    table = read_table(data, where, frozenset(known))
    who = _who(table, where)
    keys = [column_key(name) for name in table.header]
    step_at = next((at for at, key in enumerate(keys) if key in _STEP), None)
    answer_at = next((at for at, key in enumerate(keys) if key in _ANSWER), None)
    time_at = next((at for at, key in enumerate(keys) if key in _TIME), None)
    entries = []
    for row in table.rows:
        place = f"{where}, line {row.line}"
        when = None if time_at is None else read_time(row.cells[time_at], zone)
        student = next((row.cells[at] for at in who if row.cells[at]), "")
        if step_at is not None and answer_at is not None:
            cells = [(row.cells[step_at], row.cells[answer_at])]
        else:
            left_out = _IDENTITY | _TIME | _STATE
            cells = [(n, c) for n, k, c in zip(table.header, keys, row.cells, strict=True) if k not in left_out and c]
            cells = cells or [(steps[0], "")]  # so that a student who is not on the roster is seen
        entries += [Entry(student, step, text, place, when) for step, text in cells]
    return tuple(entries)


def entries_from_moodle(
    data: bytes, where: str, questions: Sequence[Sequence[str]], zone: tzinfo = UTC
) -> tuple[Entry, ...]:
    """Answers from the responses report of a Moodle quiz, downloaded as CSV with its `Response 1` ... columns.

    `questions` are the steps each question asks for: one for a numerical question, all its blanks in order for a cloze,
    whose response reads `part 1: 0.37; part 2: 1.2`. Reports in English and Chinese are read.
    """
    known = _IDENTITY | _TIME | _STATE | {f"{word}{n}" for word in ("response", "答案", "回答") for n in range(1, 9)}
    table = read_table(data, where, frozenset(known))
    who = _who(table, where)
    keys = [column_key(name) for name in table.header]
    responses = {at: int(match[1]) for at, key in enumerate(keys) if (match := _RESPONSE.fullmatch(key))}
    if not responses:
        raise BpsymError(f"{where}: no column is called `Response 1`; download the quiz's report of responses as CSV")
    time_at = next((at for at, key in enumerate(keys) if key in _TIME), None)
    state_at = next((at for at, key in enumerate(keys) if key in _STATE), None)
    entries = []
    for row in table.rows:
        when = None if time_at is None else read_time(row.cells[time_at], zone)
        finished = state_at is None or column_key(row.cells[state_at]) in _FINISHED
        student = next((row.cells[at] for at in who if row.cells[at]), "")
        for at, number in responses.items():
            asked = questions[number - 1] if number <= len(questions) else ()
            for step, text in _parts(row.cells[at], asked, table.header[at]):
                entries.append(Entry(student, step, text, f"{where}, line {row.line}", when, finished))
    return tuple(entries)


def _parts(response: str, steps: Sequence[str], column: str) -> list[tuple[str, str]]:
    """Step and text of each answer in one response."""
    pieces = _PART.split(response)
    if len(pieces) == 1:
        return [(steps[0] if steps else column, response)]
    return [
        (steps[int(number) - 1] if 1 <= int(number) <= len(steps) else f"{column}, part {number}", text.strip())
        for number, text in zip(pieces[1::2], pieces[2::2], strict=True)
    ]


def _who(table: Table, where: str) -> list[int]:
    """Where a row says whose it is, in the order to look."""
    place = columns(table.header)
    found = [place[kind] for kind in ("id", "email") if kind in place]
    if not found:
        raise BpsymError(f"{where}: no column holds students' ids or e-mail addresses: {', '.join(table.header)}")
    return found


# --- notebooks --------------------------------------------------------------------------------------------------------


def entries_from_notebook(data: bytes, where: str, student: str | None = None) -> tuple[Entry, ...]:
    """Answers from a filled-in notebook; whose it is `student` says, or else the sheet noted in it."""
    sheet, given = read_notebook(data, where)
    return tuple(Entry(student or sheet, step, text, where) for step, text in given.items())


# --- times ------------------------------------------------------------------------------------------------------------

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_ENGLISH = re.compile(r"([0-9]{1,2}) +([a-z]+) +([0-9]{4}),? +([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})? *(am|pm)?")
_CHINESE = re.compile(
    "([0-9]{4}) *年 *([0-9]{1,2}) *月 *([0-9]{1,2}) *日[^0-9]*?(上午|下午)? *([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?"
)


def read_time(text: str, zone: tzinfo = UTC) -> datetime | None:
    """A time as ISO 8601 or as Moodle writes it: `21 November 2026  9:47 AM`, `2026年11月21日 09:47`; else None."""
    text = text.strip().lower()
    try:
        when = datetime.fromisoformat(text.upper())
        return when if when.tzinfo else when.replace(tzinfo=zone)
    except ValueError:
        pass
    if match := _ENGLISH.search(text):
        day, month_name, year, hour, minute, half = match.groups()
        month = next((n for n, name in enumerate(_MONTHS, 1) if name[:3] == month_name[:3]), 0)
    elif match := _CHINESE.search(text):
        year, month_name, day, half, hour, minute = match.groups()
        month = int(month_name)
    else:
        return None
    shift = 12 * (half in {"pm", "下午"} and int(hour) < 12) - 12 * (half in {"am", "上午"} and int(hour) == 12)
    try:
        return datetime(int(year), month, int(day), int(hour) + shift, int(minute), tzinfo=zone)
    except ValueError:
        return None
