"""The document in Markdown, each line with what was found on it beneath."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bpsym.verify.report.texts import NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.report.data import DocumentReport, Finding

SIGNS = {"wrong": "✗", "carried": "↳", "last-digit": "≈", "note": "i", "undecided": "?", "unreadable": "?"}
_TICKS = re.compile("`+")


def written(reports: Sequence[DocumentReport], language: str) -> str:
    """One section a document: a summary, then the source as code with the findings between."""
    return "\n".join(_document(report, language) for report in reports)


def _document(report: DocumentReport, language: str) -> str:
    counts = ", ".join(f"{count} {NAMES[name][language]}" for name, count in report.counts.items() if count)
    parts = [f"# {_plain(report.path)}", "", f"{report.claims} {NAMES['claims'][language]}: {counts}", ""]
    parts += [line for remark in report.remarks for line in (_plain(remark), "")]
    by_line: dict[int, list[Finding]] = {}
    for finding in report.findings:
        by_line.setdefault(finding.end_line, []).append(finding)
    block: list[str] = []
    for number, line in enumerate(report.text.splitlines(), 1):
        block.append(f"{number:4} {line}")
        if number in by_line:
            parts += _code(block)
            block = []
            parts += [_said(finding, language) for finding in by_line[number]]
            parts.append("")
    parts += _code(block)
    return "\n".join(parts)


def _code(block: list[str]) -> list[str]:
    """A fenced block whose fence is longer than any in it."""
    if not block:
        return []
    longest = max(map(len, _TICKS.findall("\n".join(block))), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *block, fence, ""]


def _said(finding: Finding, language: str) -> str:
    place = f"{NAMES['line'][language]} {finding.line}:{finding.column}"
    return f"- {SIGNS[finding.verdict]} **{NAMES[finding.verdict][language]}** ({place}): {_plain(finding.message)}"


def _plain(text: str) -> str:
    """Text in which nothing is markup."""
    escaped = "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+!|$~" else c for c in text)
    return " ".join(escaped.split())
