"""Inputs as shards. A shard is the unit of a run: a piece of the input that gives one part file.

Where the cuts are is a function of the input and the shard size alone, never of time or workers.
A plain JSONL file is cut by byte ranges, which the workers read themselves. Small files of one
article are put together. Everything else (compressed files, CSV, Parquet, WARC, standard input) has
no places where it can be entered: it is read once, here, and cut into blocks of rows that travel with
the shard.
"""

from __future__ import annotations

import glob
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bantin.batch.rows import COMPRESSIONS, FORMATS, Row, decompress, format_of, rows
from bantin.batch.store import clear, filesystem, is_remote, open_input, stat
from bantin.errors import BantinError, UsageError

GROUP_FILES = 1000  # small files in one shard, at most
STDIN = "-"
LEAST, MOST = 64 << 10, 4 << 20  # bytes of a shard when nobody says


@dataclass(frozen=True)
class File:
    """An input file. ``identity``: the id of its article if it is the only one and says none."""

    path: str
    format: str
    compression: str
    size: int
    mark: str
    identity: str


@dataclass(frozen=True)
class Shard:
    """``name``: of its part file. ``files``: one, or a group of small ones. ``start`` and ``end``: a
    line is the shard's if it begins in this byte range. ``rows``: if the rows were read already, with
    their ``digest``. ``weight``: bytes of input, for the progress."""

    name: str
    files: tuple[File, ...]
    start: int = 0
    end: int | None = None
    rows: tuple[Row, ...] | None = None
    digest: str = ""
    weight: int = 0


@dataclass
class Source:
    """What is numbered in the part names: one file that is cut, or one group of files that is not.
    ``count``: its shards; None while a stream has not been read to its end; then ``sha256`` and
    ``size`` are of the file's own bytes."""

    number: int
    files: tuple[File, ...]
    kind: str  # ranges | group | stream
    count: int | None = None
    size: int | None = None
    sha256: str | None = None

    def name(self, piece: int) -> str:
        return f"part-{self.number:05d}-{piece:05d}"


def find(inputs: Iterable[str], out: str, format: str | None = None) -> tuple[list[File], int]:
    """The input files in order, and how many files of directories are of no known kind.

    Files, directories, globs and URLs in the order given; what a directory or glob holds is sorted.
    Raises BantinError for a missing file, UsageError for an unknown kind.
    """
    if format not in (None, *FORMATS):
        raise UsageError(f"--format: '{format}' is none of {', '.join(FORMATS)}")
    found: dict[str, File] = {}
    ignored = 0
    avoid = out if is_remote(out) else os.path.realpath(out)
    for name in inputs:
        if name == STDIN:
            found[name] = File(name, format or "jsonl", "", 0, "", "stdin")
            continue
        if name.startswith("~"):
            name = os.path.expanduser(name)
        paths, root, walked = _expand(name, avoid)
        for path in paths:
            kind, compression = format_of(path)
            if format and not (walked and kind is None):
                kind = format
            if kind is None:
                if walked:
                    ignored += 1
                    continue
                raise UsageError(f"{path}: which kind of file is it? Known endings: {', '.join(FORMATS)} (and {' '.join(COMPRESSIONS)} behind them); or say --format")
            size, mark = stat(path)
            inside = path[len(root) :].lstrip("/") if root else path.rpartition("/")[2]
            found.setdefault(path, File(path, kind, compression, size, mark, _stem(inside, kind, compression)))
    if not found:
        raise BantinError("no input files" + (f" ({ignored} files of other kinds)" if ignored else ""))
    return list(found.values()), ignored


def _stem(name: str, kind: str, compression: str) -> str:
    name = name.removesuffix(compression)
    return name.rpartition(".")[0] or name


def _expand(name: str, avoid: str) -> tuple[list[str], str, bool]:
    """(paths, the directory they were found in or "", whether a directory was walked)."""
    if is_remote(name):
        system, inside = filesystem(name)
        with clear(name):
            scheme = name.partition("://")[0] + "://"
            if glob.has_magic(name):
                return _some([scheme + path for path in sorted(system.glob(inside))], name), "", False
            if system.isdir(inside):
                paths = [scheme + path for path in sorted(system.find(inside))]
                return [path for path in paths if not path.startswith(avoid + "/")], scheme + inside, True
            return [name], "", False
    if os.path.isdir(name):
        if os.path.realpath(name) == avoid:
            raise UsageError(f"{name}: is the output folder too")
        paths = []
        for folder, folders, files in os.walk(name):
            folders[:] = sorted(inner for inner in folders if not inner.startswith(".") and os.path.realpath(os.path.join(folder, inner)) != avoid)
            paths += [os.path.join(folder, file) for file in files if not file.startswith(".")]
        return sorted(paths), name, True
    if not os.path.exists(name) and glob.has_magic(name):
        return _some(sorted(glob.glob(name, recursive=True)), name), "", False
    return [name], "", False


def _some(paths: list[str], name: str) -> list[str]:
    if not paths:
        raise BantinError(f"{name}: no such files")
    return paths


def shard_size(files: list[File]) -> int:
    """The bytes of a shard when nobody says: enough shards for many cores in a small dump, and no more
    than a kill may cost in a large one. A function of the input, as all that the output depends on."""
    if any(file.path == STDIN for file in files):
        return LEAST * 8
    return min(max(-(-sum(file.size for file in files) // 256 // LEAST) * LEAST, LEAST), MOST)


def sources(files: list[File], shard_bytes: int, limited: bool = False) -> list[Source]:
    """The files as numbered sources. With a limit on articles everything is a stream, as only that
    counts rows in order."""
    made: list[Source] = []
    group: list[File] = []

    def close() -> None:
        if group:
            made.append(Source(len(made), tuple(group), "group", 1))
            group.clear()

    for file in files:
        small = file.format in ("json", "txt") and file.size <= shard_bytes
        if small and not limited:
            if len(group) >= GROUP_FILES or sum(item.size for item in group) + file.size > shard_bytes:
                close()
            group.append(file)
            continue
        close()
        if file.format == "jsonl" and not file.compression and file.path != STDIN and not limited:
            made.append(Source(len(made), (file,), "ranges", max(1, -(-file.size // shard_bytes))))
        else:
            made.append(Source(len(made), (file,), "stream"))
    close()
    return made


def shards(source: Source, shard_bytes: int, limit: int | None = None) -> Iterator[Shard]:
    """The shards of a source in order. A stream is read as they are asked for; at its end its count,
    size and hash are set. ``limit``: rows at most."""
    if source.kind == "group":
        yield Shard(source.name(0), source.files, weight=sum(file.size for file in source.files))
    elif source.kind == "ranges":
        size = source.files[0].size
        for piece in range(source.count or 0):
            start, end = piece * shard_bytes, min((piece + 1) * shard_bytes, size)
            yield Shard(source.name(piece), source.files, start, end, weight=end - start)
    else:
        yield from _blocks(source, shard_bytes, limit)


def _blocks(source: Source, shard_bytes: int, limit: int | None) -> Iterator[Shard]:
    file = source.files[0]
    raw = _Hashed(sys.stdin.buffer if file.path == STDIN else open_input(file.path))
    block: list[Row] = []
    size = piece = taken = before = 0

    def make() -> Shard:
        nonlocal block, size, piece, before
        digest = hashlib.sha256()
        for row in block:
            digest.update(f"{row.number} {row.offset} {row.error} {len(row.raw)}\n".encode() + row.raw)
        made = Shard(source.name(piece), source.files, rows=tuple(block), digest=digest.hexdigest(), weight=raw.read_bytes - before)
        block, size, piece, before = [], 0, piece + 1, raw.read_bytes
        return made

    with clear(file.path):
        # Parquet is read out of order: its rows are hashed, not its file.
        ordered = file.format != "parquet"
        if not ordered and file.path == STDIN:
            raise UsageError("Parquet cannot be read from standard input: its index stands at its end")
        # A .warc.gz is one gzip member a record: warcio unpacks it, and offsets are those by which records are fetched.
        compression = "" if file.format == "warc" and file.compression == ".gz" else file.compression
        stream = decompress(raw, compression) if ordered else raw.stream  # type: ignore[arg-type]
        for row in rows(stream, file.format, file.identity):
            if limit is not None and taken >= limit:
                break
            block.append(row)
            taken += 1
            size += len(row.raw)
            if size >= shard_bytes:
                yield make()
        else:
            while ordered and raw.read(1 << 20):  # what stands behind the last member belongs to the file
                pass
    if block or piece == 0:
        yield make()
    source.count, source.size = piece, raw.read_bytes if ordered else file.size
    source.sha256 = raw.digest.hexdigest() if ordered else None
    if file.path != STDIN:
        raw.stream.close()


class _Hashed:
    """A stream that hashes what is read from it, once and in order."""

    def __init__(self, stream) -> None:
        self.stream = stream
        self.digest = hashlib.sha256()
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        return self._seen(self.stream.read(size))

    def readline(self, size: int = -1) -> bytes:
        return self._seen(self.stream.readline(size))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _seen(self, data: bytes) -> bytes:
        self.digest.update(data)
        self.read_bytes += len(data)
        return data

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def writable(self) -> bool:
        return False

    closed = False
