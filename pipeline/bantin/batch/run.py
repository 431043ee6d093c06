"""A batch run from beginning to end: what is there already, what is left, who does it, what came out."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module

from bantin.batch import manifest, shard
from bantin.batch.engines import NAMES
from bantin.batch.job import Job
from bantin.batch.screen import Screen
from bantin.batch.shards import STDIN, Shard, Source, find, shard_size, shards, sources
from bantin.batch.store import Folder
from bantin.batch.work import Task
from bantin.errors import BantinError, UsageError


@dataclass
class Outcome:
    """What a call of :func:`run` came to. ``left``: shards not done (of other jobs of an array), None
    if not known; ``manifest``: of a complete run. ``exit_code``: 0, 3, 4 or 130."""

    exit_code: int
    done: int = 0
    failed: int = 0
    left: int | None = 0
    nothing: bool = False
    seconds: float = 0.0
    manifest: dict | None = None
    plan: dict | None = None


@dataclass(frozen=True)
class Tolerance:
    """``--max-errors``: a number of failed articles, or a share of all."""

    number: int | None = None
    share: float | None = None

    @classmethod
    def parse(cls, text: str | None) -> Tolerance:
        if text is None:
            return cls()
        try:
            found = cls(share=float(text[:-1]) / 100) if text.endswith("%") else cls(number=int(text))
        except ValueError:
            raise UsageError(f"--max-errors: '{text}' is neither a number nor a percentage") from None
        if (found.number or 0) < 0 or not 0 <= (found.share or 0) <= 1:
            raise UsageError(f"--max-errors: '{text}' is out of range")
        return found

    def exceeded(self, done: int, failed: int, complete: bool = False) -> bool:
        """A share is judged from the thousandth article on, and at the end."""
        if self.number is not None:
            return failed > self.number
        return self.share is not None and (complete or done >= 1000) and failed > self.share * done


class _TooMany(Exception):
    pass


def run(
    inputs: Sequence[str],
    job: Job,
    format: str | None = None,
    workers: int | None = None,
    engine: str = "local",
    scheduler: str | None = None,
    array: tuple[int, int] = (0, 1),
    tolerance: Tolerance = Tolerance(),
    retry_errors: bool = False,
    force: bool = False,
    dry_run: bool = False,
    screen: Screen | None = None,
) -> Outcome:
    """Annotate ``inputs`` into ``job.out``. ``array``: (index from 0, number of jobs).

    What is done already is not done again. Raises BantinError (exit 1), UsageError (exit 2); on
    Ctrl-C and SIGTERM it ends cleanly with exit code 130.
    """
    screen = screen or Screen(quiet=True)
    if engine not in NAMES:
        raise UsageError(f"--engine: '{engine}' is none of {', '.join(NAMES)}")
    files, ignored = find(inputs, job.out, format)
    if ignored:
        screen.note(f"{ignored} files of other kinds left out")
    job = replace(job, shard_bytes=job.shard_bytes or shard_size(files))
    found = sources(files, job.shard_bytes, job.limit is not None)
    folder = Folder(job.out)
    if dry_run:
        return Outcome(0, plan=_plan(folder, job, found))
    workers = workers or (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    job = replace(job, expects=job.fingerprint())
    began = time.monotonic()
    folder.make()
    stop = threading.Event()
    with folder.lock(alone=array[1] == 1), _terminated():
        known, touched = manifest.begin(folder, job, found, force, retry_errors)
        done = manifest.finished(folder, job)
        _still_the_same(folder, job, found, touched, done)
        again = [name for name, made in done.items() if made["failed"]] if retry_errors else []
        tasks = _Tasks(folder, job, found, done, array, again)
        seen = failed = 0
        for name, made in done.items():
            if name not in again:
                seen, failed = seen + made["in"], failed + made["failed"]
        counts = [0, 0]
        lock = threading.Lock()

        def tick(articles: int, failures: int, size: int) -> None:
            with lock:
                counts[0] += articles
                counts[1] += failures
                if tolerance.exceeded(seen + counts[0], failed + counts[1]):
                    stop.set()
            screen.tick(articles, failures, size)

        receipts = None
        try:
            weight = tasks.weight()
            if weight != 0 or again:
                screen.start(weight, f"{scheduler or 'a local cluster'} (dask)" if engine == "dask" else f"{workers} process" + "es" * (workers > 1))
            receipts = import_module(f"bantin.batch.engines.{engine}").run(iter(tasks), job, workers, scheduler, stop, tick)
            for made in receipts:
                done[made["part"]] = made
            if tolerance.exceeded(seen + counts[0], failed + counts[1]):
                raise _TooMany
        except (KeyboardInterrupt, _TooMany):
            stop.set()
            if receipts is not None:
                receipts.close()
            many = tolerance.exceeded(seen + counts[0], failed + counts[1])
            return Outcome(4 if many else 130, counts[0], counts[1], None, seconds=time.monotonic() - began)
        finally:
            stop.set()
            screen.close()
        if array[1] > 1:
            done = manifest.finished(folder, job)  # what the others have done meanwhile
        left = manifest.missing(found, done)
        seconds = time.monotonic() - began
        if left:
            return Outcome(3 if counts[1] else 0, counts[0], counts[1], left, seconds=seconds)
        complete = None if tasks.given else folder.read(manifest.MANIFEST)
        if complete:
            made = json.loads(complete)
        else:
            made = manifest.finish(folder, job, known, found, done, seconds)
        code = 4 if tolerance.exceeded(made["in"], made["failed"], complete=True) else 3 if made["failed"] else 0
        return Outcome(code, counts[0], counts[1], 0, not tasks.given, seconds, made)


class _Tasks:
    """What is left to do, in order, read as it is asked for."""

    def __init__(self, folder: Folder, job: Job, found: list[Source], done: dict[str, dict], array: tuple[int, int], again: list[str]) -> None:
        self.folder, self.job, self.found, self.done, self.array, self.again = folder, job, found, done, array, again
        self.given = False
        self.finished = set(done)
        for source in found:
            self._skip_whole(source)

    def _skip_whole(self, source: Source) -> None:
        """A stream whose shards are all done is not read again. Standard input is: only so is it known
        to be the same."""
        known = manifest.recall(self.folder, source) if source.kind == "stream" and source.files[0].path != STDIN else None
        if known and all(source.name(piece) in self.finished for piece in range(known["count"])):
            source.count, source.size, source.sha256 = known["count"], known["size"], known["sha256"]

    def weight(self) -> int | None:
        """Bytes of input still to be done; None if that is not known."""
        total = 0
        for source in self.found:
            if source.kind == "stream" and source.count is None:
                if source.files[0].path == STDIN or self.job.limit is not None:
                    return None
                total += source.files[0].size
            elif source.kind != "stream":
                total += sum(item.weight for item in shards(source, self.job.shard_bytes) if item.name not in self.finished)
        return total // self.array[1]

    def __iter__(self) -> Iterator[Task]:
        index, of = self.array
        number = 0
        for name in self.again:
            if number % of == index:
                yield self._give(name)
            number += 1
        left = self.job.limit
        for source in self.found:
            if source.kind == "stream" and source.count is not None:
                number += source.count
                if left is not None:
                    left -= sum(self.done[source.name(piece)]["in"] for piece in range(source.count))
                continue
            if left is not None and left <= 0:
                source.count, source.size = 0, 0
                continue
            total = 0
            for item in shards(source, self.job.shard_bytes, left):
                total += len(item.rows or ())
                if item.name in self.finished:
                    self._compare(item)
                elif number % of == index:
                    yield self._give(item)
                number += 1
            if source.kind == "stream":
                manifest.remember(self.folder, source, source.count, total)
                if left is not None:
                    left -= total

    def _give(self, task: Task) -> Task:
        if not self.given:
            self.folder.remove(manifest.MANIFEST)  # it is of a state that ends here
        self.given = True
        return task

    def _compare(self, item: Shard) -> None:
        if item.rows is not None and self.done[item.name]["sha256"] != item.digest:
            raise BantinError(f"{self.folder.root}: was begun with other input ({item.files[0].path} gave something else at {item.name}); choose another folder, or --force to begin anew")


def _still_the_same(folder: Folder, job: Job, found: list[Source], touched: set[str], done: dict[str, dict]) -> None:
    """Files whose time has changed, though not their size: what was read of them must be there still."""
    for source in found:
        if not touched.intersection(file.path for file in source.files):
            continue
        if source.kind == "stream":
            # What is read again is compared shard by shard; forget that it was read to its end.
            folder.remove(manifest.source_name(source))
            continue
        for item in shards(source, job.shard_bytes):
            if item.name in done and shard.input_hash(item) != done[item.name]["sha256"]:
                raise BantinError(f"{folder.root}: was begun with other input: {source.files[0].path} has changed; choose another folder, or --force to begin anew")


def _plan(folder: Folder, job: Job, found: list[Source]) -> dict:
    done = manifest.finished(folder, job)
    streams = [source for source in found if source.kind == "stream"]
    known = sum(source.count or 0 for source in found if source.kind != "stream")
    return {
        "files": sum(len(source.files) for source in found),
        "bytes": sum(file.size for source in found for file in source.files),
        "shards": known,
        "streams": len(streams),
        "done": len(done),
        "articles_done": sum(made["in"] for made in done.values()),
    }


@contextmanager
def _terminated() -> Iterator[None]:
    """SIGTERM ends a run as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number, frame) -> None:
        # Once is enough: the end itself is not to be interrupted.
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
