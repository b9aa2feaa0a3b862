"""The report for a terminal: each finding with its line and a caret under the doubtful piece."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from bpsym.verify.texts import NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.report.data import DocumentReport, Finding

STYLES = {
    "wrong": "bold red",
    "carried": "magenta",
    "last-digit": "yellow",
    "note": "cyan",
    "undecided": "blue",
    "unreadable": "blue",
}
WIDTH = 100  # columns of an excerpt


def written(reports: Sequence[DocumentReport], language: str, *, color: bool = False) -> str:
    """The reports as text, with colour where wanted."""
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=color,
        no_color=not color,
        width=160,
        highlight=False,
        soft_wrap=True,
        legacy_windows=False,
    )
    for report in reports:
        for finding in report.findings:
            _finding(console, report, finding, language)
        for remark in report.remarks:
            console.print(Text(f"{_plain(report.path)}: {_plain(remark)}", "blue"))
        console.print(_summary(report, language))
    return out.getvalue()


def _finding(console: Console, report: DocumentReport, finding: Finding, language: str) -> None:
    style = STYLES.get(finding.verdict, "")
    head = Text(f"{report.path}:{finding.line}:{finding.column}: ")
    head.append(NAMES[finding.verdict][language], style)
    head.append(f": {finding.message}")
    if finding.rule:
        head.append(f" [{finding.rule}]", "dim")
    console.print(head)
    excerpt, caret = _excerpt(report.text, finding)
    console.print(Text("    " + excerpt))
    console.print(Text("    " + caret, style))


def _excerpt(text: str, finding: Finding) -> tuple[str, str]:
    """The line of the source around the piece, and the carets under it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    line = lines[finding.line - 1] if finding.line <= len(lines) else ""
    start = finding.column - 1
    stop = finding.end_column - 1 if finding.end_line == finding.line else len(line)
    left = max(0, min(start - WIDTH // 3, len(line) - WIDTH))
    shown = _plain(line[left : left + WIDTH])
    width = max(1, min(stop, left + WIDTH) - start)
    before = "".join("　" if ord(c) > 0x2E7F else " " for c in shown[: start - left])
    return shown, before + "^" * width


def _plain(text: str) -> str:
    """Without characters that could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def _summary(report: DocumentReport, language: str) -> Text:
    counts = [(name, count) for name, count in report.counts.items() if count]
    text = Text(f"{report.path}: {report.claims} {NAMES['claims'][language]}")
    for name, count in counts:
        text.append(", ")
        text.append(f"{count} {NAMES[name][language]}", STYLES.get(name, "green"))
    return text
