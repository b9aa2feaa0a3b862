"""Reports in five formats, all from the same `data`: `text`, `json`, `sarif`; the document in `html` or `markdown`.

`texts` has the words. `binding_table` says what names were taken for, `fix` corrects figures whose right value is
certain.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bpsym.verify.report.data import DocumentReport

FORMATS = {
    "text": "bpsym.verify.report.text:written",
    "json": "bpsym.verify.report.json:written",
    "sarif": "bpsym.verify.report.sarif:written",
    "html": "bpsym.verify.report.html:written",
    "md": "bpsym.verify.report.markdown:written",
}


def writer(name: str) -> Callable[[Sequence[DocumentReport], str], str]:
    """The function that writes reports in a format and a language."""
    module, _, function = FORMATS[name].partition(":")
    found: Callable[[Sequence[DocumentReport], str], str] = getattr(import_module(module), function)
    return found
