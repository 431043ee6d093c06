"""Dask's ``distributed`` (extra ``dask``): one cluster of this machine, or any scheduler's workers.

The scheduler hands out shards and hears of receipts; the workers read and write by themselves, so
inputs and the output folder must be where every worker sees them (a shared folder or a URL). Blocks
of streams travel with their task.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import threading
from collections.abc import Iterable, Iterator

from bantin.batch.guard import Guard
from bantin.batch.job import Job
from bantin.batch.rows import extra
from bantin.batch.shard import Tick
from bantin.batch.work import Task, work
from bantin.errors import BantinError

LOST_WORKERS = 20  # a shard may see so many workers die under it: its articles are guarded, so they are not the reason


def run(tasks: Iterable[Task], job: Job, workers: int, scheduler: str | None, stop: threading.Event, tick: Tick) -> Iterator[dict]:
    """See :mod:`bantin.batch.engines`. ``scheduler``: an address, a scheduler file (.json), or None for
    a cluster of ``workers`` processes on this machine."""
    distributed = extra("distributed", "dask")
    from distributed.comm import CommClosedError

    cluster = None
    try:
        if scheduler is None:
            cluster = distributed.LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs="ERROR")
            client = distributed.Client(cluster)
        elif scheduler.endswith(".json"):
            client = distributed.Client(scheduler_file=scheduler, timeout=15)
        else:
            client = distributed.Client(scheduler, timeout=15)
    except (OSError, TimeoutError, ValueError) as error:
        raise BantinError(f"no Dask scheduler at {scheduler}: {error}") from None
    where = scheduler or "this machine"
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters of it is said by us, in one line
    try:
        yield from _run(client, distributed, tasks, job, where, stop, tick)
    except (distributed.CancelledError, distributed.client.FuturesCancelledError, distributed.client.ClosedClientError, CommClosedError):
        raise BantinError(f"the Dask scheduler at {where} is gone; run the command again to continue") from None
    finally:
        with contextlib.suppress(Exception):
            client.run(_release, wait=False, on_error="ignore")
        client.close(timeout=5)
        if cluster is not None:
            cluster.close(timeout=10)


def _run(client, distributed, tasks: Iterable[Task], job: Job, where: str, stop: threading.Event, tick: Tick) -> Iterator[dict]:
    under_way: dict = {}

    def settled(least: int) -> Iterator[dict]:
        while len(under_way) >= least:
            if stop.is_set():
                raise KeyboardInterrupt
            try:
                done = distributed.wait(list(under_way), timeout=0.5, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                continue
            for future in done:
                task, losses = under_way.pop(future)
                try:
                    made = future.result()
                except distributed.KilledWorker as error:
                    if losses >= LOST_WORKERS:
                        raise BantinError(f"{losses} workers died with {task if isinstance(task, str) else task.name}: {error}") from None
                    submit(task, losses + 1)
                else:
                    tick(made["in"], made["failed"], made["weight"])
                    yield made

    def submit(task: Task, losses: int = 0) -> None:
        under_way[client.submit(_task, task, job, pure=False, retries=0)] = (task, losses)

    try:
        client.wait_for_workers(1, timeout=150)
    except TimeoutError:
        raise BantinError(f"the Dask scheduler at {where} has no workers") from None
    for task in tasks:
        submit(task)
        # Two for each thread, so that none waits; asked anew each time, as clusters grow and shrink.
        yield from settled(2 * max(1, sum(client.nthreads().values())) + 1)
    yield from settled(1)


_own = threading.local()
_guards: list[Guard] = []


def _task(task: Task, job: Job) -> dict:
    """On a worker. Each of its threads keeps a guarded process from one shard to the next."""
    import multiprocessing

    # A worker under a nanny is a daemon process, which Python forbids children; ours die with it.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    if getattr(_own, "job", None) != job:
        if hasattr(_own, "guard"):
            _own.guard.close()
        _own.guard, _own.job = Guard(job), job
        atexit.register(_own.guard.close)
        _guards.append(_own.guard)
    return work(task, job, _own.guard)


def _release() -> None:
    """On a worker: end the guarded processes. One that is still used is started again."""
    for guard in _guards:
        guard.close()
