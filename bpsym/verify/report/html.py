"""The document in HTML, its doubtful pieces marked in place and the findings beside the lines."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from typing import TYPE_CHECKING

from bpsym.verify.report.texts import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.verify.report.data import DocumentReport, Finding

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #222; background: #fff; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
td { vertical-align: top; padding: 0 .5rem; }
td:nth-child(1) { width: 3.5rem; text-align: right; color: #777; user-select: none; }
td:nth-child(2) { font: 13px/1.6 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; width: 60%; }
td:nth-child(3) { font-size: 13px; }
mark { background: none; border-bottom: 2px solid; }
.wrong { color: #b00020; } .carried { color: #7b1fa2; } .last-digit { color: #8a6100; }
.note { color: #00695c; } .undecided, .unreadable { color: #1a56a0; } .right { color: #2e7d32; }
"""


def written(reports: Sequence[DocumentReport], language: str) -> str:
    """All reports as one page that needs nothing else."""
    return "\n".join(_page(reports, language))


def _page(reports: Sequence[DocumentReport], language: str) -> Iterator[str]:
    """The lines of the page, joined only once: a document of a megabyte may have a row for every five characters."""
    yield f'<!DOCTYPE html>\n<html lang="{"zh-Hans" if language == "zh" else "en"}">\n<head>\n<meta charset="utf-8">'
    yield f"<title>bpsym verify</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    for report in reports:
        yield from _document(report, language)
    yield "</body>\n</html>\n"


def _document(report: DocumentReport, language: str) -> Iterator[str]:
    counts = ", ".join(
        f'<span class="{name}">{count} {escape(NAMES[name][language])}</span>'
        for name, count in report.counts.items()
        if count
    )
    by_line: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        for number in range(finding.line, finding.end_line + 1):
            by_line[number].append(finding)
    yield f"<h1>{escape(report.path)}</h1>\n<p>{report.claims} {escape(NAMES['claims'][language])}: {counts}</p>"
    yield from (f"<p>{escape(remark)}</p>" for remark in report.remarks)
    yield "<table>"
    for number, line in enumerate(report.text.splitlines(), 1):
        here = by_line.get(number)
        if here is None:
            yield f"<tr><td>{number}</td><td>{escape(line)}</td><td></td></tr>"
            continue
        said = "<br>".join(
            f'<span class="{f.verdict}"><b>{escape(NAMES[f.verdict][language])}</b>: {escape(f.message)}</span>'
            for f in here
            if f.line == number
        )
        yield f"<tr><td>{number}</td><td>{_marked(line, number, here)}</td><td>{said}</td></tr>"
    yield "</table>"


def _marked(line: str, number: int, findings: Sequence[Finding]) -> str:
    """The line with its doubtful pieces marked; where two overlap the first stands."""
    parts, at = [], 0
    for finding in sorted(findings, key=lambda f: (f.line, f.column)):
        start = finding.column - 1 if finding.line == number else 0
        stop = finding.end_column - 1 if finding.end_line == number else len(line)
        if start < at or stop <= start:
            continue
        parts.append(escape(line[at:start]))
        parts.append(
            f'<mark class="{finding.verdict}" title="{escape(finding.message)}">{escape(line[start:stop])}</mark>'
        )
        at = stop
    parts.append(escape(line[at:]))
    return "".join(parts)
