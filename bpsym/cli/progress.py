"""A progress bar on standard error, for work that takes longer than a moment."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress

MOMENT = 0.5  # seconds


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A function to call with how much is done, and of how much; it draws nothing away from a terminal."""
    began = time.monotonic()
    bar: Progress | None = None
    shown = sys.stderr.isatty()

    def report(done: int, total: int) -> None:
        nonlocal bar
        if not shown or (bar is None and time.monotonic() - began < MOMENT):
            return
        if bar is None:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                ProgressColumn,
                Task,
                TextColumn,
                TimeRemainingColumn,
            )
            from rich.text import Text

            class Rate(ProgressColumn):
                """How many are done in a second."""

                def render(self, task: Task) -> Text:
                    return Text(f"{int(task.speed or 0)}/s")

            counted = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            columns = (*counted, Rate(), TimeRemainingColumn())
            bar = Progress(*columns, console=Console(stderr=True), transient=True)
            bar.add_task(label, total=total)
            bar.start()
        bar.update(bar.task_ids[0], completed=done, total=total)

    try:
        yield report
    finally:
        if bar is not None:
            bar.stop()
