"""Files written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from bpsym.errors import BpsymError

NEW = 0o644  # permissions of a file that was not there


def write_atomically(path: Path, data: bytes) -> None:
    """Write beside `path`, then rename: `path` is the old file or the whole new one, never half of it.

    A file that was there keeps its permissions, a link the file it points to; a device or a pipe is written to.
    Raises BpsymError, with the file and the reason, where it cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            _write(path.resolve(), data)
    except OSError as error:
        raise BpsymError(f"{path}: cannot be written: {error.strerror or error}") from error


def _write(path: Path, data: bytes) -> None:
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else NEW
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(mode)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
