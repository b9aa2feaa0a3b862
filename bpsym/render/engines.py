"""Every program bpsym starts: Typst inside this process, TeX and the worker for users' templates outside it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bpsym.errors import BpsymError
from bpsym.fonts import font_directory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import typst

TEX_SECONDS = 120
WORKER_SECONDS = 60
EPOCH = "0"  # the date PDF files bear: the same bytes on every day
LOG_LIMIT = 4000  # characters of TeX's log looked at
PACKAGES = {"xelatex": "texlive-xetex", "lualatex": "texlive-luatex"}


class EngineError(BpsymError):
    """A program that makes a file is missing, fails or takes too long; the message says which and what to do."""


# --- Typst -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def _compiler(root: Path) -> typst.Compiler:
    """One warm compiler for each root; a process must not be forked after it was used."""
    import typst

    return typst.Compiler(root=str(root), font_paths=[str(font_directory())], ignore_system_fonts=True)


def typst_pdf(source: str, root: Path | None = None) -> bytes:
    """The PDF of a Typst source, the same bytes each time; it can read files below `root` only (default: the fonts)."""
    import typst

    try:
        made = _compiler(root or font_directory()).compile(source.encode(), format="pdf", timestamp=int(EPOCH))
    except typst.TypstError as error:
        hints = "".join(f"; {hint}" for hint in error.hints)
        raise EngineError(f"Typst: {error.message}{hints}") from None
    if not isinstance(made, bytes):
        raise EngineError("Typst gave no PDF")
    return made


# --- TeX -------------------------------------------------------------------------------------------------------------


def tex_pdf(engine: str, source: str, files: Mapping[str, bytes]) -> bytes:
    """The PDF of a LaTeX source made by xelatex or lualatex, without shell escape, in a folder of its own.

    `files` are those the source reads, by their paths from that folder.
    """
    program = shutil.which(engine)
    if program is None:
        raise EngineError(
            f"{engine} is not installed; install TeX Live (Debian package {PACKAGES.get(engine, 'texlive')}), "
            "or leave out --pdf-engine: Typst comes with bpsym"
        )
    with TemporaryDirectory(prefix="bpsym-") as folder:
        home = Path(folder)
        for name, content in {"sheet.tex": source.encode(), **files}.items():
            (home / name).parent.mkdir(exist_ok=True)
            (home / name).write_bytes(content)
        command = [program, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"]
        dated = {"SOURCE_DATE_EPOCH": EPOCH, "FORCE_SOURCE_DATE": "1"}
        status, _ = _run(command, b"", TEX_SECONDS, engine, cwd=home, env={**os.environ, **_CLOSED, **dated})
        made = home / "sheet.pdf"
        if status != 0 or not made.exists():
            raise EngineError(f"{engine} failed: {_first_error(home / 'sheet.log')}")
        return made.read_bytes()


_CLOSED = {"openout_any": "p", "shell_escape": "f"}  # TeX writes nowhere but in its folder


def _first_error(log: Path) -> str:
    """The first complaint of TeX's log."""
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    found = next((n for n, line in enumerate(lines) if line.startswith("!")), None)
    if found is None:
        return "no log was written"
    return " ".join(" ".join(lines[found : found + 2])[:LOG_LIMIT].split()).lstrip("! ")


# --- The worker ------------------------------------------------------------------------------------------------------


def in_worker(job: bytes) -> bytes:
    """What bpsym.render.worker answers to a job: a process of its own that can be stopped, with bounded memory."""
    command = [sys.executable, "-m", "bpsym.render.worker"]
    status, answer = _run(command, job, WORKER_SECONDS, "the templates")
    if status != 0:
        raise EngineError("the templates need more memory than they may have, or broke the process that fills them")
    return answer


# --- Processes -------------------------------------------------------------------------------------------------------


def _run(command: Sequence[str], given: bytes, seconds: int, name: str, **how: Any) -> tuple[int, bytes]:
    """Run a program to its end, or stop it and all it started after `seconds`; status and standard output."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **how,
    )
    try:
        answer, _ = process.communicate(given, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise EngineError(f"{name}: stopped after {seconds} seconds") from None
    finally:
        _stop(process)
    return process.returncode, answer


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a program and what it started, if any of it still runs."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.communicate()
