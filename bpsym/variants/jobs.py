"""Shards over processes or machines, written against `concurrent.futures.Executor`; files are written in one place."""

from __future__ import annotations

import hashlib
import os
import tempfile
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from bpsym.errors import BpsymError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bpsym.variants.store import Store
    from bpsym.variants.work import Course

AHEAD = 3  # jobs that wait for each process: few, so that memory does not grow with the class
SHARD, SMALL_SHARD = 500, 10  # students; fewer where each takes long, so that progress is seen

Job = TypeVar("Job")
Result = TypeVar("Result")


class Here(Executor):
    """An executor that runs what it is given at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The finished future of a call; its error is raised at once."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@contextmanager
def executor(jobs: int, scheduler: str = "") -> Iterator[tuple[Executor, int]]:
    """An executor and how many jobs it does at once: this process, a pool of processes, or a Dask cluster.

    Raises BpsymError where the cluster cannot be reached.
    """
    if scheduler:
        with _cluster(scheduler) as found:
            yield found
    elif jobs <= 1:
        yield Here(), 1
    else:  # spawned, never forked: a forked Typst compiler hangs
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_end_with_parent) as pool:
            try:
                yield pool, jobs
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _end_with_parent() -> None:
    """Watch the process that started this one: where that is killed, nobody else would ever end this one."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


@contextmanager
def _cluster(address: str) -> Iterator[tuple[Executor, int]]:
    try:
        dask: Any = import_module("dask.distributed")  # it has no types
    except ImportError:
        raise BpsymError("--scheduler needs Dask: pip install 'bpsym[cluster]'") from None
    try:
        client = dask.Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise BpsymError(f"no Dask scheduler answers at {address}: {error}") from None
    with client:
        cores = sum(client.ncores().values())
        # jobs are pure functions: run again on another worker when theirs is lost
        with client.get_executor(pure=False, retries=3) as found:
            yield found, max(cores, 1)


def results(
    pool: Executor, width: int, function: Callable[[Job], Result], jobs: Iterable[Job]
) -> Iterator[tuple[Job, Result]]:
    """Each job with its result, in the order they finish; few jobs wait at a time.

    Raises BpsymError where a process of the pool has died.
    """
    running: dict[Future[Result], Job] = {}
    waiting = iter(jobs)
    try:
        while True:
            for job in waiting:
                running[pool.submit(function, job)] = job
                if len(running) >= AHEAD * width:
                    break
            if not running:
                return
            done = wait(running, return_when=FIRST_COMPLETED).done
            for future in done:
                yield running.pop(future), future.result()
    except BrokenProcessPool:
        raise BpsymError(
            "a process that makes variants was stopped; what is finished is kept: run the same command again"
        ) from None
    finally:
        for future in running:
            future.cancel()


def put(folder: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Write files beside their places, then rename them; their SHA-256 by path.

    Without fsync: what a power cut loses, `--check` finds by its hash, and thousands of small files are not waited for.
    """
    digests = {}
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=place.parent, prefix=".bpsym-", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(beside).chmod(0o644)
            Path(beside).replace(place)
        except BaseException as error:
            Path(beside).unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise BpsymError(f"{place}: cannot be written: {error.strerror or error}") from None
            raise
        digests[path] = hashlib.sha256(content).hexdigest()
    return digests


def leftovers(folder: Path) -> None:
    """Remove half-written files of a run that was stopped."""
    for path in folder.rglob(".bpsym-*.part"):
        path.unlink(missing_ok=True)


def run(store: Store, course: Course, pool: Executor, width: int, progress: Callable[[int, int], None]) -> None:
    """Make every variant that is not there yet."""
    from bpsym.variants.work import Shard, make

    done, total = store.count()
    progress(done, total)
    size = SMALL_SHARD if "pdf" in course.formats else SHARD
    shards = (Shard(course, tuple(rows)) for rows in store.waiting(size))
    for shard, made in results(pool, width, make, shards):
        store.add(made.records, put(store.folder, made.files))
        done += len(shard.students)
        progress(done, total)
