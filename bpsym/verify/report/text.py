"""The report for a terminal: each finding with its line and a caret under the doubtful piece."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import click

from bpsym.verify.report.texts import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.verify.report.data import DocumentReport, Finding


class _Look(TypedDict, total=False):
    """How a word is set apart, in the terms of `click.style`."""

    fg: str
    bold: bool
    dim: bool


STYLES: dict[str, _Look] = {
    "wrong": {"fg": "red", "bold": True},
    "carried": {"fg": "magenta"},
    "last-digit": {"fg": "yellow"},
    "note": {"fg": "cyan"},
    "undecided": {"fg": "blue"},
    "unreadable": {"fg": "blue"},
}
WIDTH = 100  # columns of an excerpt


def written(reports: Sequence[DocumentReport], language: str, *, color: bool = False) -> str:
    """The reports as text, with colour where wanted."""
    lines: list[str] = []
    for report in reports:
        source = report.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for finding in report.findings:
            lines += _finding(report, finding, source, language)
        lines += [click.style(f"{_plain(report.path)}: {_plain(remark)}", fg="blue") for remark in report.remarks]
        lines.append(_summary(report, language))
    text = "".join(line + "\n" for line in lines)
    return text if color else click.unstyle(text)


def _finding(report: DocumentReport, finding: Finding, source: Sequence[str], language: str) -> Iterator[str]:
    style = STYLES.get(finding.verdict, {})
    verdict = click.style(NAMES[finding.verdict][language], **style)
    rule = " " + click.style(f"[{finding.rule}]", dim=True) if finding.rule else ""
    place = f"{_plain(report.path)}:{finding.line}:{finding.column}"
    yield f"{place}: {verdict}: {_plain(finding.message)}{rule}"
    excerpt, caret = _excerpt(source, finding)
    yield "    " + excerpt
    yield "    " + click.style(caret, **style)


def _excerpt(source: Sequence[str], finding: Finding) -> tuple[str, str]:
    """The line of the source around the piece, and the carets under it."""
    line = source[finding.line - 1] if finding.line <= len(source) else ""
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


def _summary(report: DocumentReport, language: str) -> str:
    counts = [
        click.style(f"{count} {NAMES[name][language]}", **STYLES.get(name, {"fg": "green"}))
        for name, count in report.counts.items()
        if count
    ]
    return ", ".join([f"{_plain(report.path)}: {report.claims} {NAMES['claims'][language]}", *counts])
