"""Dask takes over: two worker processes, one killed mid-way, and the same bytes come out."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from bpsym.exports.roster import Student
from bpsym.variants.books import make_books
from bpsym.variants.jobs import executor, run
from bpsym.variants.store import opened
from bpsym.variants.work import Course, settings
from variants.samples import HOMEWORK
from variants.test_folder import contents

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")


def nothing(_done: int, _total: int) -> None:
    """No progress is shown."""


def make(folder: Path, address: str, on_progress: Callable[[int, int], None] = nothing) -> None:
    """A class of sixty in PDF."""
    course = Course(HOMEWORK, "homework.toml", 3, b"", ("pdf",))
    students = tuple(Student(f"{number:04}", "", "", number) for number in range(1, 61))
    folder.mkdir()
    with opened(folder, new=True) as store:
        store.begin(settings(course), students, waived=False)
        with executor(1, address) as (pool, width):
            run(store, course, pool, width, on_progress)
            make_books(store, course, pool, width, nothing)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::Warning")  # what Dask says of a worker that died is no matter
def test_a_killed_worker_changes_nothing(tmp_path: Path) -> None:
    """The work of a worker killed after the first shard is done by the other; nothing is lost or there twice."""
    make(tmp_path / "alone", "")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        victims = [worker.pid for worker in cluster.workers.values()]

        def kill(done: int, _total: int) -> None:
            if done and victims:
                os.kill(victims.pop(), signal.SIGKILL)
                victims.clear()

        make(tmp_path / "cluster", cluster.scheduler_address, on_progress=kill)
        assert not victims
    assert contents(tmp_path / "cluster") == contents(tmp_path / "alone")
    with opened(tmp_path / "cluster") as store:
        assert store.count() == (60, 60)
        assert list(store.problems()) == []
