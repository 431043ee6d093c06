"""The one function of a batch run: one input shard becomes one part file.

What is written is a function of the shard and the Job alone, so a task that runs twice, on whatever
machine, writes the same bytes. Order of commits: the tables and hashes of ids, the error file (whose
first line is the shard's receipt), the part itself. A shard is done when its part is there with the
size that its receipt says.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from bantin.batch import tables
from bantin.batch.guard import Answer, Guard, id_hash
from bantin.batch.job import Job
from bantin.batch.rows import Row, decompress, lines, rows, wrapped
from bantin.batch.shards import File, Shard
from bantin.batch.store import STATE, Folder, clear, open_input
from bantin.errors import BantinError

Tick = Callable[[int, int, int], None]  # articles, failed, bytes of rows: since the last call


def run(shard: Shard, job: Job, guard: Guard, stopped: Callable[[], bool] = lambda: False, tick: Tick = lambda done, failed, size: None) -> dict:
    """Annotate a shard and commit it; its receipt is returned. Raises Stopped, BantinError."""
    source = _Source(shard)
    return _write(shard.name, shard.files[0].path, job, guard.answers(source.rows(), stopped), source.about, tick)


def retry(name: str, job: Job, guard: Guard, stopped: Callable[[], bool] = lambda: False, tick: Tick = lambda done, failed, size: None) -> dict:
    """Try the failed articles of a finished shard again and write the part anew, each article where
    it would have stood had it not failed. Raises Stopped, BantinError."""
    folder = Folder(job.out)
    old, failures = receipt(folder, name)
    assert old is not None
    again = {failure["row"]: failure for failure in failures}
    with folder.open(old["output"]["name"]) as raw:
        kept = iter(decompress(raw, job.compression).readline, b"")
        rows_before = {table: deque(tables.read(folder, table_name(name, table, job.tables), job.tables)) for table in tables.COLUMNS} if job.tables else {}
        answers = guard.answers((_failed_row(failure) for failure in failures), stopped)

        def merged() -> Iterator[tuple[Row, Answer]]:
            for number in range(old["in"]):
                if number in again:
                    row, answer = next(answers)
                    yield row, answer
                else:
                    line = next(kept)
                    record = json.loads(line)
                    own = {table: _take(items, record["id"]) for table, items in rows_before.items()}
                    yield _KEPT, Answer(record=line, id_hash=id_hash(record["id"]), tables=own)

        files = {key: old[key] for key in ("lines", "relative", "bytes", "sha256", "inputs", "weight")}
        return _write(name, old["file"], job, merged(), lambda: files, tick)


_KEPT = Row(0, None, "json", b"")


def _take(items: deque[list], identity: str) -> list[list]:
    """The table rows of the next article, if they are its own (an article may have none)."""
    taken = []
    while items and items[0][0] == identity:
        taken.append(items.popleft())
    return taken


def _failed_row(failure: dict) -> Row:
    raw = base64.b64decode(failure["base64"]) if "base64" in failure else failure["raw"].encode()
    # An error of taking the row out of its file stays what it is: there is nothing to try again.
    error = failure["error"] if failure["stage"] == "file" else None
    return Row(failure["line"], failure["offset"], failure["kind"], raw, failure["identity"], error, failure["file"])


def receipt(folder: Folder, name: str, failures: bool = True) -> tuple[dict | None, list[dict]]:
    """(the receipt of a shard or None, its failed articles) from its error file."""
    data = folder.read(errors_name(name))
    if data is None:
        return None, []
    first, *rest = data.splitlines()
    try:
        return json.loads(first), [json.loads(line) for line in rest] if failures else []
    except ValueError as error:
        raise BantinError(f"{folder.path(errors_name(name))}: damaged: {error}") from None


def errors_name(name: str) -> str:
    return f"{STATE}/{name}.errors.jsonl"


def ids_name(name: str) -> str:
    return f"{STATE}/{name}.ids"


def table_name(name: str, table: str, kind: str) -> str:
    """CSV tables are put together when the run ends; a Parquet table is a folder of files."""
    return f"{STATE}/{name}.{table}.csv" if kind == "csv" else f"{table}.parquet/{name}.parquet"


def _write(name: str, file: str, job: Job, answers: Iterator[tuple[Row, Answer]], about: Callable[[], dict], tick: Tick) -> dict:
    folder = Folder(job.out)
    output = name + job.suffix
    failures: list[bytes] = []
    ids = bytearray()
    found: dict[str, list[list]] = {table: [] for table in tables.COLUMNS} if job.tables else {}
    done = 0
    with folder.create(output) as target:
        hashed = _Hashed(target)
        with _compressed(hashed, job.compression) as stream:
            for number, (row, answer) in enumerate(answers):
                if answer.stage:
                    stage = "file" if row.error else answer.stage
                    failure = {**wrapped(row, file, stage, answer.error), "row": number}
                    failures.append(json.dumps(failure, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
                else:
                    stream.write(answer.record)
                    ids += answer.id_hash.to_bytes(8, "big")
                    for table, items in (answer.tables or {}).items():
                        found[table] += items
                    done += 1
                if row is not _KEPT:
                    tick(1, bool(answer.stage), len(row.raw))
        made = {
            "part": name, "file": file, "in": done + len(failures), "out": done, "failed": len(failures), **about(),
            "output": {"name": output, "bytes": hashed.size, "sha256": hashed.digest.hexdigest()},
        }  # fmt: skip
        for table, items in found.items():
            with folder.create(table_name(name, table, job.tables)) as stream:
                tables.write(stream, table, items, job.tables)
        folder.write(ids_name(name), bytes(ids))
        folder.write(errors_name(name), json.dumps(made, ensure_ascii=False).encode() + b"\n" + b"".join(failures))
    return made


def input_hash(shard: Shard) -> str:
    """The hash of the bytes that are the shard's own, read again."""
    source = _Source(shard)
    for _ in source.rows():
        pass
    return source.about()["sha256"]


class _Source:
    """The rows of a shard, and what is known of its input once they are read."""

    def __init__(self, shard: Shard) -> None:
        self.shard = shard
        self.digest = hashlib.sha256()
        self.lines = 0
        self.size = 0
        self.inputs: list[dict] = []

    def rows(self) -> Iterator[Row]:
        if self.shard.rows is not None:
            yield from self.shard.rows
        elif self.shard.end is not None:
            with clear(self.shard.files[0].path):
                yield from self._range()
        else:
            for file in self.shard.files:
                with clear(file.path):
                    yield from self._file(file)

    def _range(self) -> Iterator[Row]:
        """The lines that begin in the range. The one that begins before it is the shard before's."""
        shard = self.shard
        with open_input(shard.files[0].path) as stream:
            self._unchanged(stream.seek(0, 2))
            offset = max(shard.start - 1, 0)
            stream.seek(offset)
            while shard.start:
                data = stream.readline(1 << 20)
                offset += len(data)
                if not data or data.endswith(b"\n"):
                    break
            seen = _Hashed(stream)
            yield from lines(seen, offset, shard.end)  # type: ignore[arg-type]
            self.digest, self.size, self.lines = seen.digest, seen.size, seen.newlines
            self._unchanged(stream.seek(0, 2))

    def _file(self, file: File) -> Iterator[Row]:
        with open_input(file.path) as stream:
            data = stream.read()
        if len(data) != file.size:
            raise BantinError(f"{file.path}: changed during the run (it had {file.size} bytes, now {len(data)})")
        digest = hashlib.sha256(data)
        self.digest.update(digest.digest())
        self.size += len(data)
        self.inputs.append({"path": file.path, "bytes": len(data), "sha256": digest.hexdigest()})
        for row in rows(decompress(io.BytesIO(data), file.compression), file.format, file.identity):
            yield row if row.file else Row(row.number, row.offset, row.kind, row.raw, row.identity, row.error, file.path)

    def _unchanged(self, size: int) -> None:
        file = self.shard.files[0]
        if size != file.size:
            raise BantinError(f"{file.path}: changed during the run (it had {file.size} bytes, now {size})")

    def about(self) -> dict:
        """Of the receipt: ``sha256`` of the bytes that are the shard's own; ``relative``: line numbers
        begin anew with the shard, which has so many lines."""
        ranged = self.shard.end is not None
        return {
            "lines": self.lines, "relative": ranged, "bytes": self.size, "sha256": self.shard.digest or self.digest.hexdigest(),
            "inputs": self.inputs, "weight": self.shard.weight,
        }  # fmt: skip


class _Hashed:
    """A stream beside which size, lines and hash are kept, of what is read or written."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.digest = hashlib.sha256()
        self.size = 0
        self.newlines = 0

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.size += len(data)
        self.stream.write(data)
        return len(data)

    def readline(self, size: int = -1) -> bytes:
        data = self.stream.readline(size)
        self.digest.update(data)
        self.size += len(data)
        self.newlines += data.endswith(b"\n")
        return data

    def flush(self) -> None:
        self.stream.flush()


@contextmanager
def _compressed(stream, compression: str) -> Iterator:
    """Compressed without time or name in it: same content, same bytes."""
    if compression == ".gz":
        with gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0, compresslevel=6) as packed:
            yield packed
    elif compression == ".zst":
        import zstandard

        with zstandard.ZstdCompressor(level=3).stream_writer(stream, closefd=False) as packed:
            yield packed
    else:
        yield stream

