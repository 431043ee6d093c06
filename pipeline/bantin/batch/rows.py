"""A file of a dump as rows: JSONL, JSON, TXT, CSV, TSV, Parquet (extra ``parquet``), WARC (extra ``warc``).

A row is one article as it stands in the file, not yet understood: understanding it may raise, hang
or kill, and is done in a guarded process. A row that cannot even be taken out whole carries its
``error``. Memory is bounded by one row, except for a JSON document, which is read whole up to a limit; what a
compressed file unpacks to is never held as a whole.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from bantin.errors import BantinError

SUFFIXES = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".txt": "txt", ".csv": "csv", ".tsv": "tsv",
    ".parquet": "parquet", ".warc": "warc", ".wet": "warc",
}  # fmt: skip
COMPRESSIONS = (".gz", ".bz2", ".zst", ".xz")
FORMATS = tuple(dict.fromkeys(SUFFIXES.values()))
# A line or record above this is not read into memory: it fails, and the file goes on behind it.
MAX_ROW = 64 << 20
# A JSON document is read whole: above this (unpacked) it is not.
MAX_DOCUMENT = 512 << 20


@dataclass(frozen=True)
class Row:
    """One article of a dump. ``number``: line of the file from 1 (JSON, Parquet, WARC: the record's
    number); ``offset``: byte of the uncompressed file where it begins (of the file itself for .warc.gz), None where
    it has none;
    ``kind``: see :func:`bantin.readers.article_of_row`. ``file``: set if the row comes from another
    run's failed.jsonl, and number and offset are of that file."""

    number: int
    offset: int | None
    kind: str
    raw: bytes
    identity: str | None = None
    error: str | None = None
    file: str | None = None


def format_of(path: str) -> tuple[str | None, str]:
    """(format, compression) by the name: ``("jsonl", ".gz")``; None for an unknown ending."""
    name = path.lower().rpartition("/")[2]
    compression = next((ending for ending in COMPRESSIONS if name.endswith(ending)), "")
    name = name.removesuffix(compression)
    return next((kind for ending, kind in SUFFIXES.items() if name.endswith(ending)), None), compression


def decompress(stream: BinaryIO, compression: str) -> BinaryIO:
    """The uncompressed bytes of ``stream``, streaming; all members of a file of many are read."""
    if compression == ".gz":
        import gzip

        return gzip.GzipFile(fileobj=stream)  # type: ignore[return-value]
    if compression == ".bz2":
        import bz2

        return bz2.BZ2File(stream)  # type: ignore[return-value]
    if compression == ".xz":
        import lzma

        return lzma.LZMAFile(stream)  # type: ignore[return-value]
    if compression == ".zst":
        import zstandard

        # Read ahead in pieces: the reader's own readline does not exist.
        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True), 1 << 17)  # type: ignore[return-value]
    return stream


def rows(stream: BinaryIO, format: str, identity: str | None = None) -> Iterator[Row]:
    """The rows of an uncompressed stream. Damage that ends the file is one last row with an error:
    what stands before it is not lost, and that something is missing is on record."""
    reader = {"jsonl": _jsonl, "json": _json, "txt": _txt, "csv": _csv, "tsv": _tsv, "parquet": _parquet, "warc": _warc}[format]
    number = 0
    try:
        for row in reader(stream, identity):
            number = row.number
            yield row
    except (EOFError, ValueError, *_damage()) as error:
        yield Row(number + 1, None, "text", b"", error=f"the file is damaged from here on: {error}")
    except OSError as error:
        # gzip and bz2 report damage as OSError without a number; the system's own errors have one.
        if error.errno is not None:
            raise
        yield Row(number + 1, None, "text", b"", error=f"the file is damaged from here on: {error}")


def _damage() -> tuple[type[Exception], ...]:
    import lzma
    import zlib

    import zstandard

    found: list[type[Exception]] = [zlib.error, lzma.LZMAError, zstandard.ZstdError, csv.Error]
    try:
        from warcio.exceptions import ArchiveLoadFailed

        found.append(ArchiveLoadFailed)
    except ImportError:
        pass
    return tuple(found)


def lines(stream: BinaryIO, offset: int = 0, end: int | None = None, number: int = 1, hashed=None) -> Iterator[Row]:
    """JSON lines from ``offset``, where the stream stands, up to the last one that begins before ``end``.

    ``hashed`` (a hashlib object) is fed every byte passed over. Blank lines are counted, not given.
    """
    while end is None or offset < end:
        data = stream.readline(MAX_ROW + 1)
        if not data:
            return
        start, long = offset, len(data) > MAX_ROW
        offset += len(data)
        if hashed:
            hashed.update(data)
        while long and not data.endswith(b"\n"):
            data = stream.readline(1 << 20)
            if not data:
                break
            offset += len(data)
            if hashed:
                hashed.update(data)
        if long:
            yield Row(number, start, "json", b"", error=f"the line is longer than {MAX_ROW >> 20} MB")
        elif data.strip():
            yield unwrapped(Row(number, start, "json", data.rstrip(b"\r\n")))
        number += 1


def unwrapped(row: Row) -> Row:
    """A row of failed.jsonl is the row that failed, at its own place in its own file."""
    if not row.raw.startswith(b'{"file": '):
        return row
    try:
        found = json.loads(row.raw)
        raw = base64.b64decode(found["base64"]) if "base64" in found else found["raw"].encode()
        return Row(found["line"], found["offset"], found["kind"], raw, found["identity"], file=found["file"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return row


def wrapped(row: Row, file: str, stage: str, error: str) -> dict:
    """A row of failed.jsonl."""
    try:
        raw = {"raw": row.raw.decode()}
    except UnicodeDecodeError:
        raw = {"base64": base64.b64encode(row.raw).decode()}
    return {"file": row.file or file, "line": row.number, "offset": row.offset, "stage": stage, "error": error, "kind": row.kind, "identity": row.identity, **raw}


def _jsonl(stream: BinaryIO, identity: str | None) -> Iterator[Row]:
    return lines(stream)


def _json(stream: BinaryIO, identity: str | None) -> Iterator[Row]:
    data = stream.read(MAX_DOCUMENT + 1)
    if len(data) > MAX_DOCUMENT:
        yield Row(1, 0, "json", b"", identity, f"the document is longer than {MAX_DOCUMENT >> 20} MB; JSON lines have no such limit")
        return
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        yield Row(1, 0, "json", data, identity)  # the guarded process says what is wrong with it
        return
    if not isinstance(found, list):
        yield Row(1, 0, "json", data, identity)
        return
    for number, item in enumerate(found, 1):
        yield Row(number, None, "json", json.dumps(item, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _txt(stream: BinaryIO, identity: str | None) -> Iterator[Row]:
    data = stream.read(MAX_ROW + 1)
    yield Row(1, 0, "text", data, identity) if len(data) <= MAX_ROW else Row(1, 0, "text", b"", identity, f"the file is longer than {MAX_ROW >> 20} MB")


def _csv(stream: BinaryIO, identity: str | None, delimiter: str = ",") -> Iterator[Row]:
    # The reader takes whole lines, so the offset after a row is the next row's beginning.
    offset = 0
    number = 0

    def text() -> Iterator[str]:
        nonlocal offset, number
        while line := stream.readline(MAX_ROW + 1):
            offset += len(line)
            number += 1
            if len(line) > MAX_ROW:
                raise ValueError(f"line {number} is longer than {MAX_ROW >> 20} MB")
            # Bytes that are no UTF-8 survive as half surrogates: that row fails, the others are read.
            yield line.decode("utf-8", "surrogateescape").removeprefix("\ufeff" if number == 1 else "")

    csv.field_size_limit(MAX_ROW)
    reader = csv.reader(text(), delimiter=delimiter)
    header = next(reader, None)
    if header is None:
        return
    while True:
        start, first = offset, number + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(first, start, "json", b"", error=f"not CSV: {error}")
            continue
        if not values:
            continue
        if len(values) != len(header):
            raw = json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogateescape")
            yield Row(first, start, "json", raw, error=f"{len(values)} columns, the header has {len(header)}")
            continue
        yield Row(first, start, "json", json.dumps(dict(zip(header, values, strict=True)), ensure_ascii=False).encode("utf-8", "surrogateescape"))


def _tsv(stream: BinaryIO, identity: str | None) -> Iterator[Row]:
    return _csv(stream, identity, "\t")


def _parquet(stream: BinaryIO, identity: str | None) -> Iterator[Row]:
    parquet = extra("pyarrow.parquet", "parquet")
    number = 0
    for batch in parquet.ParquetFile(stream).iter_batches(batch_size=256):
        for item in batch.to_pylist():
            number += 1
            yield Row(number, None, "json", json.dumps(item, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))


def _warc(stream: BinaryIO, identity: str | None) -> Iterator[Row]:
    """Pages (HTML responses) and the plain texts of WET files; other records are no articles."""
    extra("trafilatura", "warc")  # the guarded process needs it: say now if it is missing
    archive = extra("warcio.archiveiterator", "warc").ArchiveIterator(stream)
    number = 0
    for record in archive:
        url = record.rec_headers.get_header("WARC-Target-URI") or ""
        kind = (record.http_headers.get_header("Content-Type") if record.http_headers else record.rec_headers.get_header("Content-Type")) or ""
        page = record.rec_type == "response" and "html" in kind
        if not page and not (record.rec_type == "conversion" and "text/plain" in kind):
            continue
        number += 1
        data = record.content_stream().read(MAX_ROW + 1)
        offset = archive.get_record_offset()  # it skips what is left of the record
        if len(data) > MAX_ROW:
            yield Row(number, offset, "html", b"", url, error=f"the page is longer than {MAX_ROW >> 20} MB")
        elif page:
            yield Row(number, offset, "html", json.dumps({"url": url, "html": base64.b64encode(data).decode()}).encode(), url)
        else:
            yield Row(number, offset, "text", data, url)


def extra(module: str, name: str):
    """An optional library. Raises BantinError that says how to install it."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise BantinError(f"{module.partition('.')[0]} cannot be imported ({error}): pip install 'bantin[{name}]'") from None


