"""Golden files: outputs a person has read once, compared byte for byte ever after."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SHOWN_LINES = 60
SHOWN_BYTES = 24


@dataclass
class Goldens:
    """The golden files of one folder; calling it compares one of them, or writes it with `--update-goldens`."""

    folder: Path
    update: bool
    seen: dict[str, bytes] = field(default_factory=dict)

    def __call__(self, name: str, output: str | bytes) -> None:
        """Fail unless `output` is exactly what the golden file `name` holds."""
        __tracebackhide__ = True
        actual = output.encode() if isinstance(output, str) else output
        if self.seen.setdefault(name, actual) != actual:
            pytest.fail(f"two different outputs claim the golden file {name}")
        path = self.folder / name
        if self.update:
            write_beside_then_rename(path, actual)
        elif not path.exists():
            pytest.fail(f"tests/golden/{name} is missing; write it with `make goldens`, and read it")
        elif (expected := path.read_bytes()) != actual:
            pytest.fail(f"tests/golden/{name} is no longer what comes out:\n{difference(expected, actual)}")


def write_beside_then_rename(path: Path, content: bytes) -> None:
    """Write a file so that nobody, at any moment, finds half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def difference(expected: bytes, actual: bytes) -> str:
    """A unified diff of two texts; of two binary files, their lengths and where they part."""
    try:
        old, new = expected.decode(), actual.decode()
    except UnicodeDecodeError:
        return binary_difference(expected, actual)
    lines = list(
        difflib.unified_diff(old.splitlines(), new.splitlines(), "tests/golden", "this run", lineterm="", n=2)
    )
    if not lines:  # the same lines, so the ends of the lines differ
        return binary_difference(expected, actual)
    more = [f"... and {len(lines) - SHOWN_LINES} lines more"] if len(lines) > SHOWN_LINES else []
    return "\n".join(lines[:SHOWN_LINES] + more)


def binary_difference(expected: bytes, actual: bytes) -> str:
    """Two lengths, and the bytes around the first that differs."""
    shorter = min(len(expected), len(actual))
    at = next((i for i in range(shorter) if expected[i] != actual[i]), shorter)
    around = slice(max(0, at - SHOWN_BYTES // 2), at + SHOWN_BYTES)
    return (
        f"{len(expected)} bytes before, {len(actual)} now; the first difference is at byte {at}\n"
        f"- {expected[around]!r}\n+ {actual[around]!r}"
    )
