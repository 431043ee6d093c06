"""This machine: a thread a worker, each with its own guarded process. The threads only read, wait and
write; the work is in the processes."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from bantin.batch.guard import Guard, Stopped
from bantin.batch.job import Job
from bantin.batch.shard import Tick
from bantin.batch.work import Task, work


def run(tasks: Iterable[Task], job: Job, workers: int, scheduler: str | None, stop: threading.Event, tick: Tick) -> Iterator[dict]:
    """See :mod:`bantin.batch.engines`."""
    own = threading.local()
    guards: list[Guard] = []

    def one(task: Task) -> dict:
        if not hasattr(own, "guard"):
            own.guard = Guard(job)
            guards.append(own.guard)
        return work(task, job, own.guard, stop.is_set, tick)

    def settled(least: int) -> Iterator[dict]:
        """Receipts, until fewer than ``least`` tasks are under way."""
        nonlocal under_way
        while len(under_way) >= least:
            done, under_way = wait(under_way, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()

    under_way: set[Future] = set()
    executor = ThreadPoolExecutor(workers, thread_name_prefix="bantin")
    try:
        for task in tasks:
            under_way.add(executor.submit(one, task))
            yield from settled(workers + 1)
        yield from settled(1)
    except Stopped:
        raise KeyboardInterrupt from None
    except BaseException:
        stop.set()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
        closing = [threading.Thread(target=guard.close) for guard in guards]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join()
