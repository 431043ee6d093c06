"""Batch runs on the local engine: the six faults, kills and resuming, inputs, outputs, the command.

The annotator is a fake that does to its process what the text asks for; the machinery is the real one.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import hashlib
import io
import json
import lzma
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bantin.batch.job import Job
from bantin.batch.rows import format_of, rows
from bantin.batch.run import Outcome, Tolerance, run
from bantin.batch.shards import File, find, shard_size, shards, sources
from bantin.batch.verify import verify
from bantin.errors import BantinError, UsageError
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parent.parent
TEXT = "Bài {}: ngày 1 tháng 2, xã họp về nông thôn mới."


def line(number: int, more: str = "", **fields) -> str:
    return json.dumps({"id": f"a{number}", "published": "2022-02", "text": TEXT.format(number) + more, **fields}, ensure_ascii=False)


def dump(path: Path, count: int, poison: dict[int, str] | None = None) -> Path:
    path.write_text("".join(line(i, (poison or {}).get(i, "")) + "\n" for i in range(count)), encoding="utf-8")
    return path


def job(out: Path | str, **options) -> Job:
    return Job(**{"out": str(out), "annotator": "batch_fakes:fake", "timeout": 1.0, "shard_bytes": 4194, **options})


def go(source, out, workers: int = 2, **options) -> Outcome:
    options.setdefault("screen", None)
    known = {key: options.pop(key) for key in list(options) if key in ("format", "array", "tolerance", "retry_errors", "force", "dry_run", "screen", "engine", "scheduler")}
    inputs = [str(item) for item in (source if isinstance(source, list) else [source])]
    return run(inputs, job(out, **options), workers=workers, **known)


def parts(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.glob("part-*"))}


def ids(out: Path) -> list[str]:
    return [json.loads(item)["id"] for data in parts(out).values() for item in data.splitlines()]


def failures(out: Path) -> list[dict]:
    return [json.loads(item) for item in (out / "failed.jsonl").read_text(encoding="utf-8").splitlines()]


def command(*arguments: str | Path, **options) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("pipeline", "eval", "models", "tests"))}
    return subprocess.Popen(
        [sys.executable, "-m", "bantin.cli", "batch", *map(str, arguments)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **options,
    )  # fmt: skip


FAKE = ("--annotator", "batch_fakes:fake", "--shard-size", "0.004", "--timeout", "1")


# The six faults


@pytest.mark.parametrize(
    "mark, stage, error",
    [
        ("<raise>", "annotate", "ValueError: poison in a70 at <object object at 0x…>"),
        ("<exit>", "annotate", "SystemExit: 7"),
        ("<kill>", "process", "it ends its process each time it is tried (signal SIGKILL)"),
        ("<hang>", "time", "not done in 1 s"),
        ("<leave>", "time", "not done in 1 s"),
    ],
)
def test_a_poison_article_stands_in_failed_and_nowhere_else(tmp_path, mark, stage, error):
    clean, poisoned = dump(tmp_path / "clean.jsonl", 150, {70: "." * len(mark)}), dump(tmp_path / "poisoned.jsonl", 150, {70: mark})
    assert go(clean, tmp_path / "one").exit_code == 0
    outcome = go(poisoned, tmp_path / "two")
    assert (outcome.exit_code, outcome.manifest["in"], outcome.manifest["failed"]) == (3, 150, 1)
    left = {name: b"".join(item for item in data.splitlines(keepends=True) if b'"a70"' not in item) for name, data in parts(tmp_path / "one").items()}
    assert parts(tmp_path / "two") == left
    (failed,) = failures(tmp_path / "two")
    assert (failed["line"], failed["stage"], failed["error"]) == (71, stage, error)
    assert poisoned.read_bytes()[failed["offset"] :].startswith(failed["raw"].encode()) and json.loads(failed["raw"])["id"] == "a70"


def test_a_cut_line_fails_alone(tmp_path):
    source = dump(tmp_path / "d.jsonl", 50)
    whole = source.read_bytes()
    go(source, tmp_path / "one", shard_bytes=1 << 20)
    source.write_bytes(whole + line(50).encode()[:40])
    outcome = go(source, tmp_path / "two", shard_bytes=1 << 20)
    assert outcome.exit_code == 3
    assert parts(tmp_path / "one") == parts(tmp_path / "two")
    (failed,) = failures(tmp_path / "two")
    assert failed["stage"] == "read" and failed["line"] == 51 and failed["offset"] == len(whole)


def test_an_article_whose_process_a_stranger_kills_is_not_lost(tmp_path):
    source = dump(tmp_path / "d.jsonl", 60, {20: f"<once:{tmp_path / 'mark'}>"})
    assert go(source, tmp_path / "out").exit_code == 0
    assert (tmp_path / "mark").exists()
    assert ids(tmp_path / "out") == [f"a{i}" for i in range(60)]


def test_many_poisons_side_by_side(tmp_path):
    poison = {3: "<kill>", 4: "<kill>", 5: "<raise>", 6: "<hang>", 59: "<kill>"}
    source = dump(tmp_path / "d.jsonl", 60, poison)
    outcome = go(source, tmp_path / "out", timeout=0.5)
    assert [failed["line"] - 1 for failed in failures(tmp_path / "out")] == sorted(poison)
    assert ids(tmp_path / "out") == [f"a{i}" for i in range(60) if i not in poison]
    assert outcome.manifest["in"] == outcome.manifest["out"] + outcome.manifest["failed"]


def _guards(pid: int) -> list[int]:
    try:
        return [int(found) for task in os.listdir(f"/proc/{pid}/task") for found in Path(f"/proc/{pid}/task/{task}/children").read_text().split()]
    except OSError:
        return []


def kill_and_resume(tmp_path: Path, rounds: int, seed: int, extra: tuple = (), victims=_guards) -> None:
    """Kill the run, or one of the ``victims`` (of the run's process id), at random moments; run again
    to the end; same bytes."""
    chance = random.Random(seed)
    poison = dict.fromkeys(range(0, 400, 2), "<slow>") | {31: "<raise>", 77: "<kill>"}
    source = dump(tmp_path / "d.jsonl", 400, poison)
    assert go(source, tmp_path / "undisturbed", timeout=1).exit_code == 3
    out = tmp_path / "disturbed"
    pids: set[int] = set()
    for number in range(rounds):
        process = command(source, "--out", out, *FAKE, "-j", "2", *extra)
        time.sleep(chance.uniform(0.05, 1.2))
        pids |= set(victims(process.pid))
        kind = number % 3
        if kind == 0:
            process.kill()
        elif kind == 1 and (found := victims(process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(found), signal.SIGKILL)
            time.sleep(chance.uniform(0, 0.2))
            process.kill()
        else:
            process.send_signal(chance.choice([signal.SIGTERM, signal.SIGINT]))
            errors = process.communicate(timeout=120)[1]
            assert process.returncode in (130, 3, -signal.SIGTERM, -signal.SIGINT), errors
            if process.returncode == 130 and errors:  # silent only while Python still starts
                assert "to continue: bantin batch" in errors
        process.wait(timeout=120)
    process = command(source, "--out", out, *FAKE, "-j", "2", *extra)
    errors = process.communicate(timeout=120)[1]
    assert process.returncode == 3, errors
    assert parts(out) == parts(tmp_path / "undisturbed")
    assert (out / "failed.jsonl").read_bytes() == (tmp_path / "undisturbed" / "failed.jsonl").read_bytes()
    assert verify(str(out), inputs=True)[1] == []
    if victims is _guards:
        time.sleep(1.1)
        assert not [pid for pid in pids if _is_guard(pid)], "guarded processes outlived their run"


def _is_guard(pid: int) -> bool:
    try:
        return b"multiprocessing" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_kills_at_random_moments(tmp_path):
    kill_and_resume(tmp_path, 3, seed=9)


@pytest.mark.full
def test_kills_at_fifty_random_moments(tmp_path):
    kill_and_resume(tmp_path, 50, seed=50)


def test_a_process_that_cannot_start_is_an_error_of_the_run(tmp_path):
    source = dump(tmp_path / "d.jsonl", 3)
    with pytest.raises(BantinError, match="this annotator cannot be loaded"):
        go(source, tmp_path / "out", annotator="batch_fakes:broken")
    assert parts(tmp_path / "out") == {}


@pytest.mark.parametrize("kind", ["broken", "damaged"])
def test_a_broken_pool_is_nobodys_fault(tmp_path, monkeypatch, kind):
    from bantin.batch import guard

    chance, good = random.Random(3), guard._wait if kind == "broken" else guard._check

    def bad(*arguments):
        if chance.random() < 0.05:
            if kind == "damaged":
                return -1
            raise guard._Broken("a pipe was cut")
        return good(*arguments)

    source = dump(tmp_path / "d.jsonl", 25, {9: "<kill>"})
    go(source, tmp_path / "undisturbed")
    monkeypatch.setattr(guard, "_wait" if kind == "broken" else "_check", bad)
    monkeypatch.setattr(guard.time, "sleep", lambda _: None)
    go(source, tmp_path / "out")
    assert parts(tmp_path / "out") == parts(tmp_path / "undisturbed")
    assert len(failures(tmp_path / "out")) == 1


def test_a_pool_that_breaks_for_ever_ends_the_run(tmp_path):
    with pytest.MonkeyPatch.context() as patch, pytest.raises(BantinError, match="cannot be kept alive: it ended while it loaded the model"):
        patch.setattr("bantin.batch.guard.REBUILDS", 1)
        go(dump(tmp_path / "d.jsonl", 3), tmp_path / "out", workers=1, annotator="batch_fakes:dies")


def test_another_machines_model_is_noticed(tmp_path):
    from bantin.batch.guard import Guard

    guard = Guard(job(tmp_path, expects="another"))
    with pytest.raises(BantinError, match="has another version, model or set of lexicons"):
        list(guard.answers(rows(io.BytesIO(line(1).encode()), "jsonl")))
    guard.close()


# Workers and shards


@pytest.mark.parametrize("total, size", [(0, 64 << 10), (10 << 20, 64 << 10), (17 << 20, 128 << 10), (30 << 30, 4 << 20)])
def test_the_shard_size_is_a_function_of_the_input(total, size):
    assert shard_size([File("a", "jsonl", "", total, "", "a")]) == size


@given(st.lists(st.sampled_from([b"", b" ", b"{}", b"xy", b"\r", b"z" * 40]), max_size=12), st.booleans(), st.integers(1, 60))
@settings(max_examples=150, deadline=None)
def test_law_every_line_is_in_one_shard(tmp_path_factory, content, ended, size):
    from bantin.batch.shard import _Source

    source = tmp_path_factory.mktemp("law") / "d.jsonl"
    source.write_bytes(b"\n".join(content) + b"\n" * ended)
    (found,) = sources(find([str(source)], "/nowhere")[0], size)
    readers = [_Source(shard) for shard in shards(found, size)]
    seen = [row.raw for reader in readers for row in reader.rows()]
    assert seen == [item.rstrip(b"\r") for item in source.read_bytes().split(b"\n") if item.strip()]
    assert sum(reader.size for reader in readers) == source.stat().st_size


def test_the_bytes_are_the_same_for_any_number_of_workers(tmp_path):
    source = dump(tmp_path / "d.jsonl", 200, {9: "<raise>"})
    for workers in (1, 3):
        go(source, tmp_path / str(workers), workers=workers)
    assert parts(tmp_path / "1") == parts(tmp_path / "3")
    assert (tmp_path / "1/failed.jsonl").read_bytes() == (tmp_path / "3/failed.jsonl").read_bytes()


@pytest.mark.parametrize("size", [1, 7, 100, 177, 178, 179, 1000, 10**6])
def test_ranges_own_each_line_once(tmp_path, size):
    from bantin.batch.shard import _Source

    source = tmp_path / "d.jsonl"
    content = [line(0), "", line(1, "x" * 500), "   ", line(2), "{", line(3)]
    for end in ("", "\n"):
        source.write_bytes(("\n".join(content) + end).encode())
        (found,) = sources(find([str(source)], str(tmp_path / "out"))[0], size)
        seen, read, base = [], 0, 0
        for shard in shards(found, size):
            reader = _Source(shard)
            seen += [(base + row.number, row.offset, row.raw) for row in reader.rows()]
            base, read = base + reader.lines, read + reader.size
        whole = source.read_bytes()
        assert read == len(whole)
        assert [number for number, _, _ in seen] == [1, 3, 5, 6, 7]
        assert all(whole[offset : offset + len(raw)] == raw for _, offset, raw in seen)


def test_job_arrays_share_a_folder(tmp_path):
    source = dump(tmp_path / "d.jsonl", 200, {9: "<raise>"})
    go(source, tmp_path / "one")
    assert [go(source, tmp_path / "out", array=(i, 3)).left for i in (2, 0)] == [go(source, tmp_path / "x", dry_run=True).plan["shards"] * 2 // 3, pytest.approx(3, abs=2)]
    assert not (tmp_path / "out/manifest.json").exists()
    assert go(source, tmp_path / "out", array=(1, 3)).manifest["in"] == 200
    assert parts(tmp_path / "one") == parts(tmp_path / "out")


# Running again


def test_nothing_is_done_twice(tmp_path):
    source = dump(tmp_path / "d.jsonl", 100)
    go(source, tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir() if path.is_file()}
    assert go(source, tmp_path / "out").nothing
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir() if path.is_file()}
    victim = sorted((tmp_path / "out").glob("part-*"))[1]
    content = victim.read_bytes()
    victim.unlink()
    outcome = go(source, tmp_path / "out")
    assert victim.read_bytes() == content and 0 < outcome.done < 100 and outcome.manifest["in"] == 100


@pytest.mark.parametrize("change, what", [({"compression": ".gz"}, "compression"), ({"shard_bytes": 9999}, "shard bytes"), ({"timeout": 9.0}, "--timeout"), ({"max_chars": 5}, "--max-chars")])
def test_other_options_do_not_mix(tmp_path, change, what):
    source = dump(tmp_path / "d.jsonl", 20)
    go(source, tmp_path / "out")
    with pytest.raises(BantinError, match=f"was begun with another {what}"):
        go(source, tmp_path / "out", **change)
    go(source, tmp_path / "out", force=True, **change)
    assert verify(str(tmp_path / "out"))[1] == []


def test_other_input_does_not_mix(tmp_path):
    source = dump(tmp_path / "d.jsonl", 100)
    go(source, tmp_path / "out")
    os.utime(source, (1, 1))
    assert go(source, tmp_path / "out").nothing, "a file that was only touched is the same input"
    data = source.read_bytes()
    source.write_bytes(data.replace(b"a17", b"b17"))
    os.utime(source, (2, 2))
    with pytest.raises(BantinError, match="other input"):
        go(source, tmp_path / "out")
    source.write_bytes(data + b"{}\n")
    with pytest.raises(BantinError, match="other input"):
        go(source, tmp_path / "out")


def test_a_strangers_files_are_not_touched(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "part-of-me.jsonl").write_text("mine")
    with pytest.raises(BantinError, match=r"holds part-of-me\.jsonl of another run"):
        go(dump(tmp_path / "d.jsonl", 3), out)


def test_retry_puts_each_article_where_it_belongs(tmp_path):
    poison = dict.fromkeys((0, 33, 99), "x" * 300)
    source = dump(tmp_path / "d.jsonl", 100, poison)
    go(source, tmp_path / "right", tables="csv")
    assert go(source, tmp_path / "out", tables="csv", max_chars=200).exit_code == 3
    assert go(source, tmp_path / "out", tables="csv", max_chars=200, retry_errors=True).manifest["failed"] == 3
    outcome = go(source, tmp_path / "out", tables="csv", retry_errors=True)
    assert (outcome.exit_code, outcome.done) == (0, 3)
    assert parts(tmp_path / "out") == parts(tmp_path / "right")
    assert (tmp_path / "out/dates.csv").read_bytes() == (tmp_path / "right/dates.csv").read_bytes()
    assert verify(str(tmp_path / "out"))[1] == []


def test_failed_can_be_given_as_input(tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "long.txt").write_text("dài " * 200)
    source = dump(tmp_path / "d.jsonl", 10, {3: "<raise>", 4: "y" * 300})
    go([source, texts], tmp_path / "out", max_chars=200)
    assert go(tmp_path / "out/failed.jsonl", tmp_path / "again").exit_code == 3
    assert ids(tmp_path / "again") == ["a4", "long"]
    before, (after,) = failures(tmp_path / "out"), failures(tmp_path / "again")
    assert after == before[0], "a row that fails again still names its own file and line"


# Inputs

ROWS = [{"id": "r1", "published": "2021-05-06", "text": "Ngày 1/2, xã họp.\nHai dòng, \"ngoặc\"."}, {"id": "r2", "published": "2021", "text": "Xã khác"}]


def _bytes(kind: str) -> bytes:
    if kind == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()
    if kind == "json":
        return json.dumps(ROWS, ensure_ascii=False).encode()
    import csv

    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["id", "published", "text"], delimiter="," if kind == "csv" else "\t")
    writer.writeheader()
    writer.writerows(ROWS)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _zst(data: bytes) -> bytes:
    import zstandard

    half = len(data) // 2  # two frames, as parallel compressors write them
    return zstandard.compress(data[:half]) + zstandard.compress(data[half:])


PACKED = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": _zst}


@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "tsv"])
def test_kinds_and_compressions_give_the_same_articles(tmp_path, kind):
    expected = [(row["id"], row["published"], hashlib.sha256(row["text"].encode()).hexdigest()) for row in ROWS]
    names = []
    for ending, pack in PACKED.items():
        (tmp_path / f"d.{kind}{ending}").write_bytes(pack(_bytes(kind)))
        names.append(tmp_path / f"d.{kind}{ending}")
    assert go(names, tmp_path / "out").exit_code == 0
    records = [json.loads(item) for data in parts(tmp_path / "out").values() for item in data.splitlines()]
    assert [(record["id"], record["published"], record["sha256"]) for record in records] == expected * len(PACKED)
    inputs = {Path(entry["path"]).name: entry["sha256"] for entry in json.loads((tmp_path / "out/manifest.json").read_text())["inputs"]}
    assert inputs == {name.name: hashlib.sha256(name.read_bytes()).hexdigest() for name in names}


def test_a_directory_of_texts(tmp_path):
    for name in ("b/2.txt", "a/1.txt", "a/.hidden.txt", "a/photo.jpg"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT.format(name), encoding="utf-8")
    (tmp_path / "in/b/bad.txt").write_bytes(b"\xff\xfebad")
    outcome = go(tmp_path / "in", tmp_path / "in/out")
    assert ids(tmp_path / "in/out") == ["a/1", "b/2"]
    assert [(Path(failed["file"]).name, failed["stage"], "UTF-16" in failed["error"]) for failed in failures(tmp_path / "in/out")] == [("bad.txt", "read", True)]
    assert outcome.manifest["in"] == 3
    assert go(tmp_path / "in", tmp_path / "in/out").nothing, "the output folder is no input"


def test_fields_ids_and_doubles(tmp_path):
    source = tmp_path / "d.csv"
    source.write_text("bai,ngay,bao\nMột bài,2021-01-02,Báo A\nHai bài,,\nMột bài,2021-01-02,Báo A\nHỏng\n", encoding="utf-8")
    from bantin.readers import Fields

    outcome = go(source, tmp_path / "out", fields=Fields(text="bai", published="ngay", source="bao"))
    one, two, three = ids(tmp_path / "out")
    assert one == three == hashlib.sha256("Một bài".encode()).hexdigest()[:16] != two
    assert outcome.manifest["duplicate_ids"] == {"ids": 1, "articles": 2, "first": [one]}
    (failed,) = failures(tmp_path / "out")
    assert (failed["line"], failed["error"]) == (5, "1 columns, the header has 3")
    assert '"source": "Báo A", "sha256"' in (tmp_path / "out/part-00000-00000.jsonl").read_text(encoding="utf-8")


def test_damage_is_on_record_and_what_stands_before_it_is_read(tmp_path):
    source = tmp_path / "d.jsonl.gz"
    dump(tmp_path / "d.jsonl", 2000)
    source.write_bytes(gzip.compress((tmp_path / "d.jsonl").read_bytes())[:-3000])
    go(source, tmp_path / "out")
    found = ids(tmp_path / "out")
    assert found == [f"a{i}" for i in range(len(found))] and len(found) > 100
    assert "the file is damaged from here on" in failures(tmp_path / "out")[-1]["error"]


def test_a_line_too_long_for_memory_fails_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("bantin.batch.rows.MAX_ROW", 1000)
    source = dump(tmp_path / "d.jsonl", 10, {4: "z" * 3000})
    go(source, tmp_path / "out", shard_bytes=500)
    assert ids(tmp_path / "out") == [f"a{i}" for i in range(10) if i != 4]
    assert [failed["line"] for failed in failures(tmp_path / "out")] == [5]


def test_a_limit_counts_articles_over_files(tmp_path):
    names = [dump(tmp_path / f"{name}.jsonl", 30) for name in "abc"]
    assert go(names, tmp_path / "out", limit=45).manifest["in"] == 45
    assert go(names, tmp_path / "out", limit=45).nothing


def test_missing_and_unknown_inputs(tmp_path):
    with pytest.raises(BantinError, match=r"none\.jsonl: No such file"):
        go(tmp_path / "none.jsonl", tmp_path / "out")
    with pytest.raises(BantinError, match="no such files"):
        go(str(tmp_path / "*.jsonl"), tmp_path / "out")
    (tmp_path / "x.doc").touch()
    with pytest.raises(UsageError, match="which kind"):
        go(tmp_path / "x.doc", tmp_path / "out")
    with pytest.raises(UsageError, match="output folder"):
        go(tmp_path, tmp_path)
    assert not (tmp_path / "out").exists()


def test_an_input_that_vanishes_is_one_line_and_the_run_can_be_continued(tmp_path):
    gone, there = dump(tmp_path / "b.jsonl", 50), dump(tmp_path / "a.jsonl", 50)
    files, _ = find([str(there), str(gone)], "out")
    gone.rename(tmp_path / "kept")

    def missing(*_):
        return files, 0

    with pytest.MonkeyPatch.context() as patch, pytest.raises(BantinError, match=r"b\.jsonl: No such file or directory"):
        patch.setattr("bantin.batch.run.find", missing)
        go([there, gone], tmp_path / "out")
    (tmp_path / "kept").rename(gone)
    assert go([there, gone], tmp_path / "out").manifest["in"] == 100


def test_parquet_and_warc(tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    writer = pytest.importorskip("warcio.warcwriter")
    from warcio.statusandheaders import StatusAndHeaders

    parquet.write_table(arrow.Table.from_pylist(ROWS), tmp_path / "d.parquet")
    body = "".join(f"<p>Ngày {i} tháng 2, Ủy ban nhân dân xã đã họp bàn về việc xây dựng nông thôn mới ở các thôn, bản của xã.</p>" for i in range(1, 9))
    page = f"<html><head><title>Xã họp</title><meta property='article:published_time' content='2022-03-04'></head><body><nav>Trang chủ</nav><article><h1>Xã họp</h1>{body}</article></body></html>"
    with (tmp_path / "d.warc.gz").open("wb") as stream:
        warc = writer.WARCWriter(stream, gzip=True)
        for url, kind, payload in [("https://bao.vn/a", "text/html; charset=utf-8", page.encode()), ("https://bao.vn/b", "image/png", b"png"), ("https://bao.vn/c", "text/html", b"<html></html>")]:
            headers = StatusAndHeaders("200 OK", [("Content-Type", kind)], protocol="HTTP/1.1")
            warc.write_record(warc.create_warc_record(url, "response", payload=io.BytesIO(payload), http_headers=headers))
    go([tmp_path / "d.parquet", tmp_path / "d.warc.gz"], tmp_path / "out", with_text=True, timeout=30.0)
    records = [json.loads(item) for data in parts(tmp_path / "out").values() for item in data.splitlines()]
    assert [record["id"] for record in records] == ["r1", "r2", "https://bao.vn/a"]
    assert records[2]["published"] == "2022-03-04" and "Trang chủ" not in records[2]["text"] and "Ngày 8 tháng 2" in records[2]["text"]
    (failed,) = failures(tmp_path / "out")
    assert failed["error"] == "the page has no main text"
    with (tmp_path / "d.warc.gz").open("rb") as stream:
        stream.seek(failed["offset"])
        assert stream.read(2) == b"\x1f\x8b", "the offset is that of the record's own gzip member"


def test_names_say_what_files_are():
    assert format_of("s3://x/A.JSONL.ZST") == ("jsonl", ".zst")
    assert format_of("a.warc.gz") == ("warc", ".gz")
    assert format_of("dir.json/a") == (None, "")


def test_rows_of_quoted_csv_know_their_lines(tmp_path):
    data = b'id,text\n1,"a\nb"\n2,c\n'
    assert [(row.number, row.offset) for row in rows(io.BytesIO(data), "csv")] == [(2, 8), (4, 16)]


# Outputs


@pytest.mark.parametrize("compression, unpack", [(".gz", gzip.decompress), (".zst", None)])
def test_compressed_parts(tmp_path, compression, unpack):
    if unpack is None:
        import zstandard

        def unpack(data):
            return zstandard.ZstdDecompressor().decompressobj().decompress(data)

    source = dump(tmp_path / "d.jsonl", 30)
    go(source, tmp_path / "plain")
    go(source, tmp_path / "one", compression=compression)
    go(source, tmp_path / "two", compression=compression)
    assert parts(tmp_path / "one") == parts(tmp_path / "two")
    assert [unpack(data) for data in parts(tmp_path / "one").values()] == list(parts(tmp_path / "plain").values())
    assert verify(str(tmp_path / "one"))[1] == []


def test_parquet_tables(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    source = dump(tmp_path / "d.jsonl", 60, {7: "<raise>"})
    go(source, tmp_path / "out", tables="parquet")
    table = parquet.read_table(tmp_path / "out/dates.parquet")
    assert table.num_rows == 59 and table.column("value")[0].as_py() == "2022"
    assert parquet.read_table(tmp_path / "out/awards.parquet").num_rows == 0


def test_table_rows_of_a_record():
    from bantin.batch.tables import COLUMNS, rows_of

    text = "Ông Lê Văn A, Chủ tịch xã, trao giấy khen cho Trường B"
    record = {
        "id": "x", "published": None,
        "spans": [
            {"id": "e1", "start": 4, "end": 12, "label": "OFFICIAL", "surface": "Lê Văn A", "confidence": 1.0},
            {"id": "e2", "start": 14, "end": 25, "label": "TITLE", "surface": "Chủ tịch xã", "confidence": 1.0},
            {"id": "e3", "start": 32, "end": 41, "label": "AWARD", "surface": "giấy khen", "confidence": 0.5, "realis": "given"},
        ],
        "officials": [{"name": "Lê Văn A", "honorific": "ông", "mentions": ["e1"], "positions": [{"title": "e2", "role": "chủ tịch", "former": False}]}],
        "awards": [{"award": "e3", "kind": "giấy khen", "issuer": None, "presenters": ["e1"], "recipients": [[46, 54]]}],
    }  # fmt: skip
    found = rows_of(record, text)
    assert dict(zip(COLUMNS["officials"], found["officials"][0], strict=True)) | {"name": "Lê Văn A"} == {
        "article": "x", "published": None, "official": 1, "name": "Lê Văn A", "honorific": "ông", "rank": None, "mentions": 1, "title": "Chủ tịch xã",
        "role": "chủ tịch", "body": None, "branch": None, "level": None, "place": None, "former": "false",
    }  # fmt: skip
    award = dict(zip(COLUMNS["awards"], found["awards"][0], strict=True))
    assert (award["presenters"], award["recipients"], award["realis"]) == ("Lê Văn A", "Trường B", "given")


def test_verify_finds_what_is_wrong(tmp_path):
    source = dump(tmp_path / "d.jsonl", 100, {7: "<raise>"})
    out = tmp_path / "out"
    with pytest.raises(BantinError, match="no such folder"):
        verify(str(out))
    go(source, out)
    assert verify(str(out), inputs=True)[1] == []
    victims = sorted(out.glob("part-*"))
    victims[0].write_bytes(victims[0].read_bytes()[:-5])
    victims[1].unlink()
    (out / "part-00009-00000.jsonl").write_text("")
    (out / "failed.jsonl").write_text("")
    problems = "\n".join(verify(str(out))[1])
    for said in (f"{victims[0].name}: is not as it was written", f"{victims[1].name}: is missing", "part-00009-00000.jsonl: is not of this run", "failed.jsonl: 0 lines"):
        assert said in problems


# The command


def test_too_many_failures_stop_the_run_with_exit_4(tmp_path):
    source = dump(tmp_path / "d.jsonl", 400, dict.fromkeys(range(0, 400, 4), "<raise>"))
    process = command(source, "--out", tmp_path / "out", *FAKE, "-j", "1", "--max-errors", "5")
    errors = process.communicate(timeout=120)[1]
    assert process.returncode == 4 and "articles failed (--max-errors 5); to continue: bantin batch" in errors
    assert not (tmp_path / "out/manifest.json").exists()
    assert go(source, tmp_path / "out", timeout=1.0).manifest["in"] == 400


@pytest.mark.parametrize("text, done, failed, exceeded", [("5", 10, 5, False), ("5", 10, 6, True), ("1%", 999, 900, False), ("1%", 2000, 20, False), ("1%", 2000, 21, True), (None, 9, 9, False)])
def test_tolerance(text, done, failed, exceeded):
    assert Tolerance.parse(text).exceeded(done, failed) is exceeded


@pytest.mark.parametrize("text", ["x", "-1", "120%", "%"])
def test_a_tolerance_that_is_none(text):
    with pytest.raises(UsageError, match="--max-errors"):
        Tolerance.parse(text)


def test_standard_input_and_its_continuation(tmp_path):
    data = "".join(line(i, "<slow>" if i > 110 else "") + "\n" for i in range(150))
    arguments = ("-", "--out", tmp_path / "out", *FAKE, "-j", "1", "--quiet")
    process = command(*arguments, stdin=subprocess.PIPE)
    process.stdin.write(data)
    process.stdin.flush()
    for _ in range(600):
        if len(list((tmp_path / "out").glob("part-*"))) >= 3:
            break
        time.sleep(0.05)
    process.kill()
    process.communicate()
    assert 3 <= len(parts(tmp_path / "out")) < 10
    process = command(*arguments, stdin=subprocess.PIPE)
    assert process.communicate(data, timeout=120) == ("", "") and process.returncode == 0
    assert ids(tmp_path / "out") == [f"a{i}" for i in range(150)]
    process = command(*arguments, stdin=subprocess.PIPE)
    errors = process.communicate(data.replace("a7", "b7"), timeout=120)[1]
    assert process.returncode == 1 and "was begun with other input" in errors and errors.count("\n") == 1


def test_a_full_disk_is_one_line_and_the_run_can_be_continued(tmp_path):
    import resource

    source = dump(tmp_path / "d.jsonl", 100)

    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    process = command(source, "--out", tmp_path / "out", *FAKE, "--quiet", preexec_fn=full)
    errors = process.communicate(timeout=120)[1]
    assert process.returncode == 1 and errors.count("\n") == 1 and "File too large" in errors
    assert not list((tmp_path / "out/.bantin").glob("*.partial"))
    process = command(source, "--out", tmp_path / "out", *FAKE, "--quiet")
    assert process.communicate(timeout=120)[1] == "" and ids(tmp_path / "out") == [f"a{i}" for i in range(100)]


def test_an_output_folder_that_cannot_be(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(BantinError, match="out: Not a directory"):
        go(dump(tmp_path / "d.jsonl", 3), tmp_path / "out")


def test_one_run_at_a_time(tmp_path):
    source = dump(tmp_path / "d.jsonl", 300, dict.fromkeys(range(300), "<slow>"))
    first = command(source, "--out", tmp_path / "out", *FAKE, "-j", "1")
    for _ in range(600):
        if (tmp_path / "out/.bantin/run.json").exists():
            break
        time.sleep(0.05)
    second = command(source, "--out", tmp_path / "out", *FAKE)
    assert "another run is writing there" in second.communicate(timeout=120)[1] and second.returncode == 1
    first.terminate()
    first.communicate(timeout=120)
    assert first.returncode == 130


def test_usage(tmp_path):
    source = dump(tmp_path / "d.jsonl", 1)
    wrong = (["--compress", "rar"], ["--shard", "0/3"], ["--engine", "abacus"], ["--scheduler", "tcp://x:1"], ["--max-errors", "many"])
    for arguments in (["--out", "x"], [source], *([source, "--out", "x", *options] for options in wrong)):
        process = command(*arguments)
        out, errors = process.communicate(timeout=120)
        assert (process.returncode, out, errors.count("\n")) == (2, "", 1), errors


def test_dry_run_and_files_from(tmp_path):
    source = dump(tmp_path / "d.jsonl", 100)
    (tmp_path / "list").write_text(f"{source}\n\n")
    process = command("--files-from", tmp_path / "list", "--out", tmp_path / "out", "--dry-run", "--shard-size", "0.004")
    out, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "") and out.startswith(f"1 files, {source.stat().st_size:,} bytes\n3 shards\n")
    assert not (tmp_path / "out").exists()
