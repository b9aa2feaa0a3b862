"""The report as plain data: what every format prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from bpsym.verify.alone.known import SOURCES
from bpsym.verify.check.verdicts import Judgement, Verdict
from bpsym.verify.diagnosis.explain import explained
from bpsym.verify.report.texts import NAMES, cause_text, reason_text, sentence

if TYPE_CHECKING:
    from bpsym.verify.run import Verified

LONGEST_QUOTE = 300  # characters of the source a finding quotes
MOST_OTHERS = 3  # causes told besides the first


class Finding(Struct, frozen=True):
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


class DocumentReport(Struct, frozen=True):
    """What there is to say about a document."""

    path: str
    claims: int
    counts: dict[str, int]
    findings: tuple[Finding, ...]
    text: str
    missing: tuple[tuple[str, int], ...] = ()  # names without a value, and the line of their first use
    assumed: str = ""  # what network was taken where no description was given
    remarks: tuple[str, ...] = ()  # all that is to be said of the document as a whole


def report_of(verified: Verified, language: str = "en") -> DocumentReport:
    """The report of a verified document in a language."""
    findings = tuple(
        _finding(judgement, verified, language)
        for judgement in verified.judgements
        if judgement.verdict is not Verdict.RIGHT
    )
    counts = {str(verdict): verified.counts.get(str(verdict), 0) for verdict in Verdict}
    document = verified.document
    missing, assumed = tuple(verified.missing()), _assumed(verified, language)
    asked = (NAMES["missing"][language].format(name=name, line=line) for name, line in missing)
    remarks = (*((assumed,) if assumed else ()), *asked)
    return DocumentReport(
        document.path, len(verified.judgements), counts, findings, document.text, missing, assumed, remarks
    )


def _assumed(verified: Verified, language: str) -> str:
    """What the document was held against where nobody described its network."""
    if verified.example:
        return NAMES["example"][language].format(source=SOURCES[verified.example])
    network = verified.inferred or verified.typical
    if network is None:
        return ""
    spec = network.spec.network
    sizes = [spec.inputs, *(layer.units for layer in spec.layers)]
    functions = ", ".join(dict.fromkeys(layer.activation for layer in spec.layers))
    said = NAMES["inferred" if verified.inferred else "typical"][language]
    return said.format(source=f"{'-'.join(map(str, sizes))}, {functions}, {spec.loss}")


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
    why = reason_text(str(judgement.details.get("why", "")), language)
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
    instead = str(judgement.details.get("instead", ""))
    if key == "wrong-open" and instead:
        key = "wrong-instead"
    text = sentence(key, language, written=written, expected=judgement.expected, cause=cause, why=why, instead=instead)
    if told:
        text += told if language == "zh" else f" {told}"
    if judgement.others:
        causes = [cause_text(other, language) for other in judgement.others[:MOST_OTHERS]]
        others = ("；" if language == "zh" else "; ").join(causes)
        text += sentence("others", language, others=others)
    return text
