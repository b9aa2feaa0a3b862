"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from bpsym.errors import BpsymError


def write_atomically(path: Path, data: bytes) -> None:
    """Write beside `path`, then rename: `path` is the old file or the whole new one, never half of it.

    Raises BpsymError, with the file and the reason, where it cannot be written.
    """
    try:
        _write(path, data)
    except OSError as error:
        raise BpsymError(f"{path}: cannot be written: {error.strerror or error}") from error


def _write(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
