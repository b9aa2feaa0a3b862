"""JSON for programs: the contract is the schema number."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.report.data import DocumentReport

SCHEMA = 1


def written(reports: Sequence[DocumentReport], _language: str) -> str:
    """The reports as one JSON object."""
    documents = [
        {
            "path": report.path,
            "claims": report.claims,
            "counts": report.counts,
            "findings": [
                {
                    "line": finding.line,
                    "column": finding.column,
                    "verdict": finding.verdict,
                    "written": finding.written,
                    "expected": finding.expected,
                    "rule": finding.rule,
                    "message": finding.message,
                }
                for finding in report.findings
            ],
            "assumed": report.assumed,
            "missing": [{"name": name, "line": line} for name, line in report.missing],
        }
        for report in reports
    ]
    return json.dumps({"schema": SCHEMA, "documents": documents}, ensure_ascii=False, indent=1) + "\n"
