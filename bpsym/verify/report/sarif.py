"""SARIF 2.1.0, which editors and code hosts show beside the lines."""

from __future__ import annotations

import json
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import quote

from bpsym.verify.report.texts import NAMES, cause_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.report.data import DocumentReport, Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {
    "wrong": "error",
    "carried": "warning",
    "last-digit": "note",
    "note": "note",
    "undecided": "none",
    "unreadable": "none",
}


def written(reports: Sequence[DocumentReport], language: str) -> str:
    """The reports as one SARIF log of one run."""
    rules = sorted({_rule(finding) for report in reports for finding in report.findings})
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "bpsym",
                        "version": _version(),
                        "rules": [
                            {"id": rule, "shortDescription": {"text": _description(rule, language)}} for rule in rules
                        ],
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            _notification(report, remark) for report in reports for remark in report.remarks
                        ],
                    }
                ],
                "columnKind": "unicodeCodePoints",
                "results": [_result(report, f, rules) for report in reports for f in report.findings],
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, indent=1) + "\n"


@cache
def _version() -> str:
    try:
        return version("bpsym")
    except PackageNotFoundError:
        return "0"


def _rule(finding: Finding) -> str:
    return finding.rule or finding.verdict


def _description(rule: str, language: str) -> str:
    return NAMES[rule][language] if rule in NAMES else cause_text(rule, language)


def _result(report: DocumentReport, finding: Finding, rules: Sequence[str]) -> dict[str, object]:
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    return {
        "ruleId": _rule(finding),
        "ruleIndex": list(rules).index(_rule(finding)),
        "level": LEVELS[finding.verdict],
        "kind": "open" if LEVELS[finding.verdict] == "none" else "fail",
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(report)}, "region": region}}],
    }


def _notification(report: DocumentReport, remark: str) -> dict[str, object]:
    """What is said of a document as a whole."""
    where = {"physicalLocation": {"artifactLocation": {"uri": _uri(report)}}}
    return {"level": "note", "message": {"text": remark}, "locations": [where]}


def _uri(report: DocumentReport) -> str:
    path = PurePath(report.path)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
