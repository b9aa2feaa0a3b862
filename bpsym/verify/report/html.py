"""The document in HTML, its doubtful pieces marked in place and the findings beside the lines."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from typing import TYPE_CHECKING

from bpsym.verify.report.texts import NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.report.data import DocumentReport, Finding

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #222; background: #fff; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
td { vertical-align: top; padding: 0 .5rem; }
td.n { width: 3.5rem; text-align: right; color: #777; user-select: none; }
td.s { font: 13px/1.6 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; width: 60%; }
td.f { font-size: 13px; }
mark { background: none; border-bottom: 2px solid; }
.wrong { color: #b00020; } .carried { color: #7b1fa2; } .last-digit { color: #8a6100; }
.note { color: #00695c; } .undecided, .unreadable { color: #1a56a0; } .right { color: #2e7d32; }
"""


def written(reports: Sequence[DocumentReport], language: str) -> str:
    """All reports as one page that needs nothing else."""
    body = "\n".join(_document(report, language) for report in reports)
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-Hans" if language == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>bpsym verify</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _document(report: DocumentReport, language: str) -> str:
    counts = ", ".join(
        f'<span class="{name}">{count} {escape(NAMES[name][language])}</span>'
        for name, count in report.counts.items()
        if count
    )
    by_line: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        for number in range(finding.line, finding.end_line + 1):
            by_line[number].append(finding)
    rows = []
    for number, line in enumerate(report.text.splitlines(), 1):
        here = by_line.get(number, [])
        starting = [f for f in here if f.line == number]
        said = "<br>".join(
            f'<span class="{f.verdict}"><b>{escape(NAMES[f.verdict][language])}</b>: {escape(f.message)}</span>'
            for f in starting
        )
        source = _marked(line, number, here)
        rows.append(f'<tr><td class="n">{number}</td><td class="s">{source}</td><td class="f">{said}</td></tr>')
    remarks = "".join(f"<p>{escape(remark)}</p>\n" for remark in report.remarks)
    return (
        f"<h1>{escape(report.path)}</h1>\n<p>{report.claims} {escape(NAMES['claims'][language])}: {counts}</p>\n"
        f"{remarks}<table>\n{chr(10).join(rows)}\n</table>"
    )


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
