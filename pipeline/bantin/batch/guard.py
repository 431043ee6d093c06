"""A guarded process: articles go in, records come out, in order, and nothing an article does to its
process reaches the others.

Three things are told apart:

- the article's own error: it raised, is too long, cannot be read. It fails, the process goes on;
- the death of the process with an article in hand, or the end of that article's time. The
  article is tried again; after two deaths (or one ended time) it is tried alone in a new process,
  and only if that ends the same way has it failed. A killer from outside, the kernel's when memory
  is short, so does not cost a good article;
- a broken pool: a process that died between two articles, a pipe cut in the middle of a message, a
  start that failed. The pool is built anew, what was under way is tried again, nobody is blamed.

A pool that has lost a process is never used again: what stands in its pipes is not to be trusted.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import multiprocessing
import os
import re
import signal
import socket
import sys
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Waited
from dataclasses import dataclass
from importlib import import_module

from pebble import ProcessExpired, ProcessPool

from bantin.batch.job import Job
from bantin.batch.rows import Row
from bantin.errors import ArticleError, BantinError, LexiconError, ModelError

WINDOW = 8  # rows under way in one process: it never waits for the next
WINDOW_BYTES = 4 << 20
DEATHS = 2
START_SECONDS = 300  # a process loads its model; on a cold network disk that takes long
GRACE_SECONDS = 30  # an answer this late after the time limit will not come: the pool is broken
REBUILDS = 10  # broken pools in a row without one answer: not the articles' fault


class Stopped(Exception):
    """The run is being stopped: the shard is given up, unfinished."""


@dataclass(frozen=True)
class Answer:
    """What became of one row: ``record`` (a JSON line), the hash of its id and its table rows; or
    ``stage`` and ``error``."""

    record: bytes = b""
    id_hash: int = 0
    tables: dict[str, list[list]] | None = None
    stage: str = ""
    error: str = ""


@dataclass
class _Try:
    row: Row
    future: object = None
    answer: Answer | None = None
    deaths: int = 0
    alone: bool = False


class Guard:
    """One guarded process, started when first needed and again after each death. Close it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.pool: ProcessPool | None = None
        self.old: list[threading.Thread] = []

    def answers(self, rows: Iterator[Row], stopped: Callable[[], bool] = lambda: False) -> Iterator[tuple[Row, Answer]]:
        """Each row with its answer, in the order of the rows. Raises Stopped; BantinError if the
        process cannot be started or the model or a lexicon is at fault."""
        queue: deque[_Try] = deque()
        rows = iter(rows)
        broken = 0
        ended = False
        while True:
            while not ended and len(queue) < WINDOW and sum(len(item.row.raw) for item in queue) < WINDOW_BYTES:
                row = next(rows, None)
                if row is None:
                    ended = True
                else:
                    queue.append(_Try(row, answer=Answer(stage="read", error=row.error) if row.error else None))
            if not queue:
                return
            head = queue[0]
            if head.answer is None:
                try:
                    self._schedule(queue, stopped)
                    head.answer = self._answer(head, stopped)
                    broken = 0
                except (ProcessExpired, TimeoutError) as error:
                    self._discard(queue)
                    broken = 0
                    _blame(head, error, self.job)
                except _Broken as error:
                    self._discard(queue)
                    broken += 1
                    if broken > REBUILDS:
                        raise BantinError(f"the annotating process cannot be kept alive: {error}") from None
                    time.sleep(min(0.05 * 2**broken, 5))
            if head.answer is not None:
                queue.popleft()
                yield head.row, head.answer

    def _schedule(self, queue: deque[_Try], stopped: Callable[[], bool]) -> None:
        pool = self.pool or self._start(stopped)
        for item in [queue[0]] if queue[0].alone else queue:
            if item.future is None and item.answer is None:
                try:
                    item.future = pool.schedule(_work, (item.row.kind, item.row.raw, item.row.identity), timeout=self.job.timeout)
                except RuntimeError as error:
                    raise _Broken(error) from None

    def _answer(self, head: _Try, stopped: Callable[[], bool]) -> Answer:
        """Wait for the head's answer. The head is what the process works on, as all before it is
        answered: its answer is due within its time limit."""
        check, result = _wait(head.future, self.job.timeout + GRACE_SECONDS, stopped)
        if check != _check(result):
            raise _Broken("a message was damaged")
        if result[0] == "fatal":
            raise BantinError(result[1])
        if result[0] == "failed":
            return Answer(stage=result[1], error=result[2])
        return Answer(record=result[1], id_hash=result[2], tables=result[3])

    def _start(self, stopped: Callable[[], bool]) -> ProcessPool:
        try:
            self.pool, loaded = pool, _ = _starter.submit(_pool, self.job).result()
        except (RuntimeError, OSError) as error:
            raise _Broken(error) from None
        try:
            fault = _wait(loaded, START_SECONDS, stopped)
        except (ProcessExpired, RuntimeError) as error:
            raise _Broken(f"it ended while it loaded the model ({error})") from None
        if fault:
            raise BantinError(fault)
        return pool

    def _discard(self, queue: deque[_Try]) -> None:
        """Give the pool up; what it has not answered yet is scheduled again."""
        for item in queue:
            future, item.future = item.future, None
            if item.answer is None and future is not None and future.done() and item is not queue[0]:  # type: ignore[attr-defined]
                try:
                    check, result = future.result(0)  # type: ignore[attr-defined]
                except BaseException:
                    continue  # not its turn: it is tried again, whatever it was
                if check == _check(result) and result[0] != "fatal":
                    item.future = future
        pool, self.pool = self.pool, None
        if pool is not None:
            # Ending a process that hangs takes seconds: not while the next one could work.
            pool.stop()
            thread = threading.Thread(target=pool.join, daemon=True)
            thread.start()
            self.old = [old for old in self.old if old.is_alive()] + [thread]

    def close(self) -> None:
        self._discard(deque())
        for thread in self.old:
            thread.join(10)


# Linux ends a process whose parent *thread* has ended (see _die_with_parent): pools are started by one
# thread that lives as long as this process.
_starter = ThreadPoolExecutor(1, thread_name_prefix="bantin-starter")


def _pool(job: Job):
    """A pool of one process and the future of its loading."""
    # A Ctrl-C goes to the guarded process too: it is born with that signal blocked.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    pool = ProcessPool(max_workers=1, initializer=_die_with_parent, initargs=(os.getpid(),), context=multiprocessing.get_context("spawn"))
    return pool, pool.schedule(_load, (job,))


class _Broken(Exception):
    """The pool is broken; no article is to blame."""


def _wait(future, seconds: float, stopped: Callable[[], bool]):
    """The future's result; looks up twice a second whether the run is being stopped."""
    limit = time.monotonic() + seconds
    while True:
        if stopped():
            raise Stopped
        try:
            return future.result(timeout=0.5)
        except (Waited, TimeoutError):
            if future.done() and isinstance(future.exception(), TimeoutError):
                raise
            if time.monotonic() > limit:
                raise _Broken(f"no answer in {seconds:g} s") from None
        except ProcessExpired:
            raise
        except (CancelledError, Exception) as error:
            # BrokenProcessPool, an answer that cannot be unpickled, …
            raise _Broken(error) from None


def _blame(head: _Try, error: BaseException, job: Job) -> None:
    killed = isinstance(error, ProcessExpired)
    if head.alone:
        if killed:
            code = error.exitcode  # type: ignore[attr-defined]
            ending = f"signal {signal.Signals(-code).name}" if code < 0 and -code in signal.valid_signals() else f"exit code {code}"
            head.answer = Answer(stage="process", error=f"it ends its process each time it is tried ({ending})")
        else:
            head.answer = Answer(stage="time", error=f"not done in {job.timeout:g} s")
        return
    head.deaths += 1
    head.alone = not killed or head.deaths >= DEATHS


def _check(result: tuple) -> int:
    return zlib.crc32(result[1] if isinstance(result[1], bytes) else repr(result).encode("utf-8", "replace"))


# What follows runs in the guarded process.

_annotate: Callable | None = None
_job: Job | None = None


def _die_with_parent(parent: int) -> None:
    """No guarded process outlives the run, however the run ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # pebble's own handler cannot run while C code hangs

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _load(job: Job) -> str | None:
    """Load the annotator; what is wrong with it, in one line, or None."""
    global _annotate, _job
    try:
        module, _, name = job.annotator.partition(":")
        _annotate = getattr(import_module(module), name)(job)
        _job = job
        if job.expects and job.fingerprint() != job.expects:
            return f"{socket.gethostname()} has another version, model or set of lexicons than the machine that began the run"
    except Exception as error:
        return str(error) if isinstance(error, BantinError) else f"{job.annotator}: {type(error).__name__}: {error}"
    return None


def annotator(job: Job) -> Callable:
    """The real annotator: Article -> record."""
    from pathlib import Path

    from bantin import record
    from bantin.annotator import classifier, read
    from bantin.article import Article

    model = classifier(Path(job.model) if job.model else None)
    read(Article("Ngày 1/2/2022, Chủ tịch Ủy ban nhân dân xã họp."), model)  # lexicons and words are loaded now
    return lambda article: record.make(read(article, model))


def _work(kind: str, raw: bytes, identity: str | None) -> tuple[int, tuple]:
    result = _row(kind, raw, identity)
    return _check(result), result


def _row(kind: str, raw: bytes, identity: str | None) -> tuple:
    from bantin.batch.tables import rows_of
    from bantin.readers import article_of_row

    if _annotate is None or _job is None:
        raise RuntimeError("a process that pebble started anew: the pool is given up")
    stage = "read"
    try:
        article = article_of_row(kind, raw, identity, _job.fields)
        if len(article.text) > _job.max_chars:
            return "failed", "size", f"{len(article.text):,} characters, more than {_job.max_chars:,}"
        stage = "annotate"
        record = _annotate(article)
        if _job.with_text:
            record["text"] = article.text
        line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
        tables = rows_of(record, article.text) if _job.tables else None
        return "done", line, id_hash(article.id), tables
    except (LexiconError, ModelError) as error:
        return "fatal", str(error)
    except ImportError as error:
        return "fatal", f"a library is missing or damaged: {error}"
    except ArticleError as error:
        return "failed", stage, _one_line(str(error))
    except BaseException as error:
        return "failed", stage, _one_line(f"{type(error).__name__}: {error}")


def id_hash(identity: str) -> int:
    """64 bits by which doubles are found among ten million ids in 80 MB."""
    return int.from_bytes(hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _one_line(message: str) -> str:
    """One line of bounded length, without addresses: the same article gives the same message."""
    return re.sub(r"0x[0-9a-fA-F]{6,}", "0x…", " ".join(message.split()))[:500]

