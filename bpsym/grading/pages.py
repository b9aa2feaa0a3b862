"""What is said of marks: a page for each student, a report on the class."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, cast

from bpsym.figures.layout import Drawing, Label, Path, Rect, Text, framed
from bpsym.grading.marks import Verdict
from bpsym.mistakes.words import say
from bpsym.notation import Notation
from bpsym.options import SheetOptions
from bpsym.printing import PLAIN
from bpsym.printing.layout import Formula
from bpsym.printing.writer import OTHERWISE, Writer
from bpsym.render.document import document
from bpsym.render.formats import BY_NAME
from bpsym.rounding import Rounding, numeral

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flint import fmpq

    from bpsym.exports.answers import Problem
    from bpsym.figures.layout import Shape
    from bpsym.grading.marks import Marked, Marker, Marking
    from bpsym.mistakes.candidates import Mistake
    from bpsym.rounding import Numeral
    from bpsym.sheet.build import Sheet

OWN = Rounding(None, 12)  # digits of a student's value that are repeated
WIDTH, HEIGHT, GAP = 340.0, 130.0, 3.0  # points, of a plot
BINS = 10
WRONG = {"en": "wrong, by no mistake that is known", "zh": "错误，原因不明"}


@dataclass(frozen=True)
class Row:
    """A value on a student's page."""

    name: Formula
    own: str | Numeral
    right: Numeral
    verdict: str  # right, follows, wrong, missing, unreadable, and absurd for a value that follows from an absurd one
    title: str = ""  # of the mistake
    done: str = ""
    fix: str = ""
    others: str = ""
    guard: str = ""


@dataclass(frozen=True)
class Page:
    """A student's page, as its template sees it."""

    title: str
    options: SheetOptions
    student: str
    code: str
    total: str
    most: str
    rows: tuple[Row, ...]
    kind: str = "marked"


@dataclass(frozen=True)
class Report:
    """A class, as the template of its report sees it."""

    title: str
    options: SheetOptions
    students: int
    handed_in: int
    mean: str
    most: str
    steps: tuple[tuple[str, ...], ...]  # name; how many are right, follow, are wrong, are missing
    mistakes: tuple[tuple[str, str, str], ...]  # title, how often, where most
    problems: tuple[tuple[str, str, str, str, str], ...]
    marks_plot: Drawing
    steps_plot: Drawing | None
    kind: str = "report"


@dataclass(frozen=True)
class Pages:
    """Writes pages and report in a language."""

    marker: Marker
    title: str
    language: str

    @cached_property
    def _options(self) -> SheetOptions:
        return SheetOptions("key", self.language)

    def page(self, marking: Marking, name: str, unreadable: Mapping[str, str]) -> bytes:
        """A student's page in HTML; `unreadable` is what stands where a number is asked for, by name."""
        record = marking.record
        page = Page(
            self.title, self._options, f"{name} ({record.id})" if name else record.id, record.code,
            marks_text(marking.total), str(len(marking.values)),
            tuple(self._row(marking, each, unreadable.get(each.asked.name, "")) for each in marking.values),
        )  # fmt: skip
        return _html(page)

    def _row(self, marking: Marking, marked: Marked, unreadable: str) -> Row:
        writer = self._writer(marking)
        own = unreadable if marked.own is None else numeral(_exact(marked.own), OWN)
        name = Formula(writer.name(marked.asked.entry))
        if marked.guard is not None and marked.guarded is not None:
            if marked.guarded != marked.asked:
                return Row(name, own, marked.right, "absurd")
            said = marked.guard.says[self.language].format(name=marked.guarded.name)
            return Row(name, own, marked.right, "wrong", guard=f"{said} [{marked.guard.name}]")
        if marked.slip is not None:
            slip = marked.slip
            return Row(name, own, marked.right, "wrong", slip.title[self.language], slip.says[self.language])
        if marked.mistake is None:
            return Row(name, own, marked.right, "unreadable" if unreadable else str(marked.verdict))
        titles, dones, fixes = zip(*self._said(marking, marked.mistake), strict=True)
        first = marked.mistake.rules[0].id
        others = dict.fromkeys(m.rules[0].texts[self.language].title for m in marked.others if m.rules[0].id != first)
        return Row(
            name, own, marked.right, "wrong", "; ".join(dict.fromkeys(titles)), " ".join(dict.fromkeys(dones)),
            " ".join(dict.fromkeys(fixes)), ", ".join(others),
        )  # fmt: skip

    def _said(self, marking: Marking, mistake: Mistake) -> Iterable[tuple[str, str, str]]:
        writer = self._writer(marking)
        environment = self.marker.environment(marking.record)
        for rule, wrong in mistake.made:
            step = environment.expansion.step(wrong.step.out)
            if step is not None:
                said = say(
                    rule, wrong, step, self.language,
                    lambda expr: PLAIN.write(writer.formula(expr)), lambda expr: environment.numeral(expr).text,
                )  # fmt: skip
                yield said.title, said.done, said.fix

    def _writer(self, marking: Marking) -> Writer:
        structure = self.marker.homework.structures[marking.record.structure]
        notation = Notation(structure.description.sheet.notation, structure.program, structure.expansion)
        return Writer(notation, otherwise=OTHERWISE[self.language])

    def _title(self, marked: Marked) -> str:
        """What went wrong, in a few words; empty where nothing did or nobody knows."""
        if marked.slip is not None:
            return marked.slip.title[self.language]
        return marked.mistake.rules[0].texts[self.language].title if marked.mistake is not None else ""

    def feedback(self, marking: Marking) -> str:
        """What went wrong, in one line."""
        found = []
        for marked in marking.values:
            if marked.mistake is not None:
                found.append(f"{marked.asked.name}: {marked.mistake.rules[0].texts[self.language].title}")
            elif marked.slip is not None:
                found.append(f"{marked.asked.name}: {marked.slip.title[self.language]}")
            elif marked.guard is not None and marked.guarded is not None:
                title = marked.guard.titles[self.language].format(name=marked.guarded.name)
                found.append(title if marked.guarded == marked.asked else f"{marked.asked.name}: {title}")
            elif marked.verdict is Verdict.WRONG:
                found.append(f"{marked.asked.name}: {WRONG[self.language]}")
        return "; ".join(found)

    def report(self, markings: Sequence[Marking], problems: Sequence[Problem]) -> bytes:
        """The report on the class in HTML."""
        handed_in = [m for m in markings if any(v.verdict is not Verdict.MISSING for v in m.values)]
        most = max((len(m.values) for m in markings), default=0)
        mean = sum((m.total for m in handed_in), Fraction(0)) / max(len(handed_in), 1)
        counts: dict[str, Counter[Verdict]] = {}
        mistakes: Counter[str] = Counter()
        places: dict[str, Counter[str]] = {}
        for marking in markings:
            for marked in marking.values:
                counts.setdefault(marked.asked.name, Counter())[marked.verdict] += 1
                title = self._title(marked)
                if title:
                    mistakes[title] += 1
                    places.setdefault(title, Counter())[marked.asked.name] += 1
        report = Report(
            self.title, self._options, len(markings), len(handed_in), marks_text(mean), str(most),
            tuple((name, *(str(count[verdict]) for verdict in Verdict)) for name, count in counts.items()),
            tuple((title, str(n), places[title].most_common(1)[0][0]) for title, n in mistakes.most_common()),
            tuple((p.kind, p.student, p.step, p.text, p.where) for p in problems),
            bars(_histogram([m.total for m in handed_in], most), self.title),
            bars([(name, count[Verdict.WRONG]) for name, count in counts.items()], self.title) if counts else None,
        )  # fmt: skip
        return _html(report)


def _html(page: Page | Report) -> bytes:
    """A page as HTML: to templates it is a sheet of its own kind."""
    return document(cast("Sheet", page), BY_NAME["html"]).source.encode()


def marks_text(marks: Fraction) -> str:
    """Marks as a decimal with at most two places."""
    return numeral(_exact(marks), Rounding(2)).text


def _exact(value: Fraction) -> fmpq:
    from flint import fmpq

    return fmpq(value.numerator, value.denominator)


def _histogram(totals: Sequence[Fraction], most: int) -> list[tuple[str, int]]:
    """How many students have how many marks, in at most ten classes."""
    width = max(1, -(-(most + 1) // BINS))
    counts: Counter[int] = Counter(int(total) // width for total in totals)
    return [(_classes(n * width, min((n + 1) * width - 1, most)), counts[n]) for n in range(most // width + 1)]


def _classes(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def bars(values: Sequence[tuple[str, int]], title: str) -> Drawing:
    """A bar for each value, its number above and its name below."""
    most = max((count for _, count in values), default=0) or 1
    wide = WIDTH / max(len(values), 1)
    shapes: list[Shape] = []
    for place, (name, count) in enumerate(values):
        height = HEIGHT * count / most
        x = place * wide
        if count:
            shapes.append(Rect(x + GAP, HEIGHT - height, wide - 2 * GAP, height, 0, "value"))
            shapes.append(Text(x + wide / 2, HEIGHT - height - 4, ((Label(str(count)), "value"),), 8))
        shapes.append(Text(x + wide / 2, HEIGHT + 12 + 9 * (place % 2), ((Label(name), "name"),), 7))
    shapes.append(Path(((0, HEIGHT), (WIDTH, HEIGHT)), "axis"))
    described = ", ".join(f"{name}: {count}" for name, count in values)
    return framed(shapes, title, described)


def steps_of(markings: Iterable[Marking]) -> dict[str, None]:
    """Every value asked of anybody, in order."""
    return dict.fromkeys(marked.asked.name for marking in markings for marked in marking.values)


def by_name(marking: Marking) -> Mapping[str, Marked]:
    """A student's values by name."""
    return {marked.asked.name: marked for marked in marking.values}
