"""The report as plain data: what every format prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.explain import explained
from bpsym.verify.texts import cause_text, sentence

if TYPE_CHECKING:
    from bpsym.verify.run import Verified

LONGEST_QUOTE = 300  # characters of the source a finding quotes


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim that is not simply right; lines and columns count from 1."""

    line: int
    column: int
    end_line: int
    end_column: int
    verdict: str
    written: str
    expected: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """What there is to say about a document."""

    path: str
    claims: int
    counts: dict[str, int]
    findings: tuple[Finding, ...]
    text: str = field(repr=False)
    missing: tuple[tuple[str, int], ...] = ()  # names without a value, and the line of their first use


def report_of(verified: Verified, language: str = "en") -> DocumentReport:
    """The report of a verified document in a language."""
    findings = tuple(
        _finding(judgement, verified, language)
        for judgement in verified.judgements
        if judgement.verdict is not Verdict.RIGHT
    )
    counts = {str(verdict): verified.counts.get(str(verdict), 0) for verdict in Verdict}
    document = verified.document
    return DocumentReport(
        document.path, len(verified.judgements), counts, findings, document.text, tuple(verified.missing())
    )


def _finding(judgement: Judgement, verified: Verified, language: str) -> Finding:
    document = verified.document
    place = document.place(judgement.span)
    written = " ".join(document.quote(judgement.span).split())[:LONGEST_QUOTE]
    return Finding(
        place.line,
        place.column,
        place.end_line,
        place.end_column,
        str(judgement.verdict),
        written,
        judgement.expected,
        judgement.rule,
        message(judgement, written, language),
    )


def message(judgement: Judgement, written: str, language: str) -> str:
    """One sentence, two where several causes fit."""
    title, told = explained(judgement, language)
    cause = title or cause_text(judgement.rule, language, str(judgement.details.get("what", "")))
    why = str(judgement.details.get("why", ""))
    key = str(judgement.verdict)
    complete = {
        Verdict.WRONG: bool(judgement.expected),
        Verdict.DIGIT: bool(judgement.expected),
        Verdict.CARRIED: bool(judgement.expected),
        Verdict.UNDECIDED: bool(why),
        Verdict.UNREADABLE: bool(why),
        Verdict.NOTE: True,
    }
    if not complete.get(judgement.verdict, True):
        key += "-open"
    text = sentence(key, language, written=written, expected=judgement.expected, cause=cause, why=why)
    if told:
        text += told if language == "zh" else f" {told}"
    if judgement.others:
        others = ("；" if language == "zh" else "; ").join(cause_text(other, language) for other in judgement.others)
        text += sentence("others", language, others=others)
    return text
