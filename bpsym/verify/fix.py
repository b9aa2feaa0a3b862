"""Corrections: numbers whose right value is certain, at the digits shown; formulas and words are never touched."""

from __future__ import annotations

import difflib
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError
from bpsym.verify.check.terms import Shown
from bpsym.verify.check.verdicts import Verdict

if TYPE_CHECKING:
    from bpsym.verify.run import Verified
    from bpsym.verify.tree import Document

CERTAIN = frozenset([Verdict.WRONG, Verdict.CARRIED])


def corrected(verified: Verified) -> str:
    """The document with every number corrected whose right value is known."""
    text = verified.document.text
    changes = {
        judgement.span: judgement.expected
        for judgement in verified.judgements
        if judgement.verdict in CERTAIN
        and judgement.expected
        and isinstance(judgement.details.get("shown"), Shown)
        and judgement.details["shown"].tree.span == judgement.span
        and _is_numeral(text[judgement.span.start : judgement.span.end])
    }
    for span in sorted(changes, reverse=True):
        text = text[: span.start] + changes[span] + text[span.end :]
    return text


def _is_numeral(written: str) -> bool:
    """Digits, a point and a sign: nothing that would be lost."""
    plain = written.lstrip("-−").strip()
    return plain.replace(".", "", 1).isdigit() and plain.isascii()


def difference(document: Document, text: str) -> str:
    """What would change, as a unified diff."""
    lines = difflib.unified_diff(
        document.text.splitlines(keepends=True), text.splitlines(keepends=True), document.path, document.path
    )
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def write_back(path: Path, document: Document, text: str) -> None:
    """Write a corrected document in the encoding it came in."""
    if path.suffix == ".ipynb":
        raise BpsymError(f"{path}: notebooks are not corrected; --diff shows what would change")
    _replace(path, text.encode(document.encoding))


def write(path: Path, text: str) -> None:
    """Write a report."""
    _replace(path, text.encode())


def _replace(path: Path, content: bytes) -> None:
    """Write beside, then rename: a reader sees the old file or the new one."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(content)
    beside = Path(file.name)
    if path.exists():
        beside.chmod(path.stat().st_mode)
    beside.replace(path)
