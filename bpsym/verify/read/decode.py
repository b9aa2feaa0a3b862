"""Bytes to text."""

from __future__ import annotations

import codecs
from typing import Final

from bpsym.errors import BpsymError
from bpsym.verify import limits

LOSSY: Final = "utf-8 with errors"  # an encoding whose bytes nobody can write back
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY: Final = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"\x7fELF",
    b"\xd0\xcf\x11\xe0",
)


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text and the name of its encoding: UTF-8, UTF-16, UTF-32 or GB 18030.

    Raises BpsymError for a file that is too large or no text.
    """
    if len(data) > limits.FILE_BYTES:
        raise BpsymError(f"{name}: {len(data)} bytes; documents of up to {limits.FILE_BYTES} bytes are read")
    if data.startswith(_BINARY):
        raise BpsymError(f"{name}: not a text; Markdown, LaTeX, HTML, notebooks and plain text are read")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace").removeprefix("\ufeff"), encoding
    sample = data[:4096]
    if len(sample) >= 4:
        for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
            if zeros.count(0) > 0.6 * len(zeros):
                return data.decode(encoding, errors="replace"), encoding
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _readable(text):
            return text, encoding
        break
    text = data.decode("utf-8", errors="replace")
    if not _readable(text):
        raise BpsymError(f"{name}: not a text; Markdown, LaTeX, HTML, notebooks and plain text are read")
    return text, LOSSY


def _readable(text: str) -> bool:
    """Few control characters and few characters that could not be decoded."""
    sample = text[:20_000]
    odd = sum(
        1 for character in sample if (character < " " and character not in "\t\n\r\f\v\x1b") or character == "\ufffd"
    )
    return odd <= 0.02 * len(sample) + 2
