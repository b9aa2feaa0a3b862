"""Compiled templates kept from run to run: compiling them takes a tenth of the time of a whole Markdown sheet.

What is kept is code that will run, so it lies where only the user can write, or nowhere. Jinja compares it with the
template it was made from, each time.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from jinja2 import FileSystemBytecodeCache, bccache

if TYPE_CHECKING:
    from jinja2.bccache import Bucket


class Kept(FileSystemBytecodeCache):
    """Jinja's cache of files, which a full or broken disk only makes useless."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read what is kept; an unreadable file is compiled afresh."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, ValueError, TypeError, bccache.pickle.UnpicklingError):  # type: ignore[attr-defined]  # Jinja unpickles
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it, if that can be done."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def kept() -> Kept | None:
    """The templates compiled so far; None where there is no folder that only the user can write."""
    folder = caches() / "bpsym" / "templates"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.lstat()
    except OSError:
        return None
    if hasattr(os, "getuid") and (state.st_uid != os.getuid() or state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
        return None
    if not stat.S_ISDIR(state.st_mode):
        return None
    return Kept(str(folder), f"jinja-{jinja2.__version__}-%s")


def caches() -> Path:
    """Where the platform has programs keep what they can make again."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
