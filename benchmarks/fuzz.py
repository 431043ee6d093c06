"""Fuzzing for as long as it is given: ``python benchmarks/fuzz.py --minutes 60 [--only articles imports …]``.

Hypothesis searches, each target in turn with fresh seeds, for what breaks a law (tests/laws.py) or for any
error of a parser of foreign formats that is not one clear line (BantinError). A failure is shrunk, printed,
and kept: articles in tests/nasty/found.jsonl, which the tests read ever after; the rest is printed as a call.
Exit 1 if anything was found.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
for source in ("pipeline", "eval", "models", "tests"):
    sys.path.insert(0, str(ROOT / source))

from bantin import gold, markup  # noqa: E402
from bantin.article import Article, parse_published  # noqa: E402
from bantin.batch import rows as dump  # noqa: E402
from bantin.errors import BantinError  # noqa: E402
from bantin.readers import Fields, article_from, article_of_row, decode  # noqa: E402
from bantin.text import encodings  # noqa: E402
from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from laws import lawful  # noqa: E402
from texts import PUBLISHED, articles  # noqa: E402

FOUND = ROOT / "tests" / "nasty" / "found.jsonl"
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3), max_leaves=8)
KEYS = st.sampled_from(["text", "id", "published", "source", "title", "spans", "relations", "start", "end", "label", "value", "type", "award", "recipients", "base64", "raw", "file", "line", "offset", "kind", "identity"])
OBJECT = st.dictionaries(KEYS, JSON | articles(longest=4), max_size=6)
SMALL = articles(longest=6)


def damaged(whole: bytes):
    """Bytes with pieces taken out, doubled, moved or changed."""

    def change(made: tuple) -> bytes:
        data = whole
        for kind, at, size, other in made:
            at %= len(data) + 1
            piece = data[at : at + size]
            data = {"cut": data[:at], "drop": data[:at] + data[at + size :], "twice": data[:at] + piece + piece + data[at + size :], "put": data[:at] + other + data[at:]}[kind]
        return data

    edit = st.tuples(st.sampled_from(["cut", "drop", "drop", "twice", "put", "put"]), st.integers(0, 1 << 16), st.integers(1, 40), st.binary(max_size=6) | st.sampled_from([b"\t", b"\n", b"\"", b"T1", b"[", b"]", b"\\", b"-1", b"9" * 400, b"null", b"{}"]))
    return st.lists(edit, min_size=1, max_size=4).map(change)


# --- targets: each takes a drawn value and raises if something is wrong -----------------------------


def read_articles(value: tuple) -> None:
    lawful(*value)


def read_numbers(value: tuple) -> None:
    lawful(*value)


NUMBERS = st.lists(
    st.sampled_from(["ngày", "tháng", "năm", "mùng", "rằm", "quý", "thế kỷ", "từ", "đến", "giờ", "-", "/", ".", ",", "(", ")", "tuần", "trước", "sau", "tới", "qua", "nhuận", "âm lịch", "Tết", "Giáp Tý", "thứ hai", "chủ nhật", "cùng ngày", "hôm nay", "đầu", "cuối", "giữa", "thập niên", "khoá", "nhiệm kỳ", "I", "IV", "X", "năm ngoái", "cách đây", "kỷ niệm", "lần thứ"])
    | st.integers(0, 10**6).map(str) | st.integers(0, 31).map(str) | st.integers(1900, 2100).map(str),
    min_size=1, max_size=14,
).map(" ".join)  # fmt: skip


def read_bytes(value: tuple[bytes, str]) -> None:
    clear(lambda: decode(value[0], "fuzz", value[1]))


def read_objects(value: dict) -> None:
    clear(lambda: article_from(value, "fuzz", "fuzz"))
    clear(lambda: article_of_row("json", json.dumps(value).encode(), None, Fields()))


def read_rows(value: tuple[bytes, str, str]) -> None:
    import io

    data, kind, compression = value
    for row in dump.rows(dump.decompress(io.BytesIO(data), compression), kind):
        if row.error is None and row.kind != "html":
            clear(lambda row=row: article_of_row(row.kind, row.raw, row.identity, Fields()))


def read_marked(value: str) -> None:
    try:
        header, marked = gold.split_marked(value)
        gold.to_record("fuzz", header, marked)
    except (markup.MarkupError, gold.GoldError):
        pass


def clear(work: Callable) -> None:
    """What is refused is refused by an error of our own, in one line."""
    try:
        work()
    except BantinError as error:
        assert "\n" not in str(error), error


SAMPLE = (ROOT / "corpus" / "sample.txt").read_text(encoding="utf-8")


def exported() -> dict[str, list[tuple[str, bytes]]]:
    """The sample in every format that can be read again."""
    from bantin import record
    from bantin.annotator import read
    from bantin.export import FORMATS

    made = record.make(read(Article(SAMPLE, "sample", parse_published("2021-06"))))
    out = {}
    for form in FORMATS.values():
        if form.reader and form.name not in ("spacy", "parquet"):
            files = form.export([{**made, "text": SAMPLE}])
            out[form.name] = list(files) if form.folder else [(f"fuzz{form.suffix}", b"".join(files))]
    return out


def read_imports(value: tuple[str, int, bytes], files: dict[str, list[tuple[str, bytes]]]) -> None:
    from bantin.export import FORMATS, document

    name, which, data = value
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, (path, content) in enumerate(files[name]):
            target = Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data if number == which else content)
            paths.append(target)
        known = document.Known([{"id": "sample", "text": SAMPLE, "spans": [], "relations": []}])

        def load() -> None:
            for found in FORMATS[name].read(Path(folder) if FORMATS[name].folder else paths[0], known):
                document.finish(found, known)

        clear(load)


def targets() -> dict[str, tuple[object, Callable]]:
    files = exported()
    names = [(name, number) for name, found in files.items() for number in range(len(found))]
    imports = st.sampled_from(names).flatmap(lambda each: st.tuples(st.just(each[0]), st.just(each[1]), damaged(files[each[0]][each[1]][1])))
    lines = json.dumps({"text": SAMPLE, "id": "a"}, ensure_ascii=False).encode() + b"\n"
    table = 'text,id\n"Bí thư ""A"" họp.\nDòng hai",1\nx,2\n'.encode()
    warc = b"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://x\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nB\xc3\xad th\n\r\n\r\n"
    marked = "published: 2021-06\nform: nfd\n--- text\n[O1 Lê Văn Tám], [T1 Bí thư [P xã Hoà Sơn]] trao [A1|true Giấy khen] [D|2021-06-09 9-6]\n--- relations\nholds O1 T1\naward A1 presenters=O1\n"
    return {
        "articles": (st.tuples(articles(), PUBLISHED), read_articles),
        "dates": (st.tuples(NUMBERS, PUBLISHED), read_numbers),
        "unicode": (st.tuples(st.text(min_size=1, max_size=120).filter(str.strip).map(lambda text: "Bí thư " + text), st.none()), read_articles),
        "bytes": (st.tuples(st.binary(max_size=200) | damaged(SAMPLE.encode()) | damaged(SAMPLE.encode("utf-16")), st.sampled_from(encodings.CHOICES)), read_bytes),
        "objects": (OBJECT, read_objects),
        "rows": (st.tuples(st.one_of(*map(damaged, (lines, table, warc, b"[" + lines + b"]")), st.binary(max_size=60)), st.sampled_from(["jsonl", "json", "csv", "tsv", "txt", "warc"]), st.sampled_from(["", "", "", ".gz", ".bz2", ".zst", ".xz"])), read_rows),
        "marked": (damaged(marked.encode()).map(lambda data: data.decode("utf-8", "replace")) | st.text(alphabet="[]OTPDAX|123 \\\n-true holds", max_size=60), read_marked),
        "imports": (imports, lambda value: read_imports(value, files)),
    }  # fmt: skip


def hunt(name: str, strategy, check: Callable, seconds: float) -> tuple[int, object, BaseException | None]:
    """Number of examples tried; the shrunk failing value and its error, if there is one."""
    count = 0
    last: object = None
    end = time.monotonic() + seconds
    while time.monotonic() < end:

        @seed(random.randrange(1 << 32))
        @settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink), report_multiple_bugs=False)
        @given(strategy)
        def run(value) -> None:
            nonlocal count, last
            count += 1
            last = value
            check(value)

        try:
            run()
        except BaseException as error:  # KeyboardInterrupt ends the hunt as well
            if isinstance(error, KeyboardInterrupt):
                break
            return count, last, error
    return count, None, None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--only", nargs="*", default=None)
    arguments = parser.parse_args()
    chosen = {name: target for name, target in targets().items() if not arguments.only or name in arguments.only}
    found = 0
    for name, (strategy, check) in chosen.items():
        count, value, error = hunt(name, strategy, check, arguments.minutes * 60 / len(chosen))
        print(f"{name:10} {count:9,} examples", "" if error is None else f"FOUND {type(error).__name__}: {error}"[:300], flush=True)
        if error is not None:
            found += 1
            print(f"  value: {value!r}"[:1500])
            print("  " + "  ".join(traceback.format_exception(error)[-3:]), flush=True)
            if isinstance(value, tuple) and check in (read_articles, read_numbers):
                with FOUND.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"name": f"found: {type(error).__name__}", "text": value[0], "why": f"{error}"[:200], "published": value[1]}) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
