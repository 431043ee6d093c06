"""What an engine runs for each task."""

from __future__ import annotations

from collections.abc import Callable

from bantin.batch import shard
from bantin.batch.guard import Guard
from bantin.batch.job import Job
from bantin.batch.shards import Shard

Task = Shard | str  # a shard to annotate, or the name of a finished one whose failures are tried again


def work(task: Task, job: Job, guard: Guard, stopped: Callable[[], bool] = lambda: False, tick: shard.Tick = lambda done, failed, size: None) -> dict:
    """The receipt of a task. Raises Stopped, BantinError."""
    if isinstance(task, str):
        return shard.retry(task, job, guard, stopped, tick)
    return shard.run(task, job, guard, stopped, tick)
