"""What a folder knows of its run: ``.bantin/run.json`` while it runs (what it was asked to do, so that
another run does not mix with it), ``manifest.json`` and ``failed.jsonl`` once it is complete."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Iterable

from bantin.batch import tables
from bantin.batch.job import Job
from bantin.batch.rows import decompress
from bantin.batch.shard import ids_name, receipt, table_name
from bantin.batch.shards import Source
from bantin.batch.store import STATE, Folder
from bantin.errors import BantinError

RUN = f"{STATE}/run.json"
MANIFEST = "manifest.json"
FAILED = "failed.jsonl"
LIMITS = ("timeout", "max_chars")


def begin(folder: Folder, job: Job, found: list[Source], force: bool, retry: bool) -> tuple[dict, set[str]]:
    """Enter the run into the folder, or find it there; with it the paths whose time mark has changed
    since. Raises BantinError if the folder holds another run."""
    asked = {
        "identity": json.loads(json.dumps(job.identity())),
        "inputs": [[file.path, file.size, file.mark] for source in found for file in source.files],
        "shard_size": job.shard_bytes,
    }
    if force:
        wipe(folder)
    data = folder.read(RUN)
    if data is None:
        strangers = [name for name in folder.sizes() if name.startswith("part-") or name in (MANIFEST, FAILED)]
        if strangers:
            raise BantinError(f"{folder.root}: holds {strangers[0]} of another run; choose another folder, or --force to replace it")
        known = {**asked, "started": _now()}
        folder.write(RUN, _json(known))
        return known, set()
    known = json.loads(data)
    before, now = known["identity"], asked["identity"]
    limits = [key for key in LIMITS if before["options"].get(key) != now["options"].get(key)]
    other = _difference(before, now)
    if other or (limits and not retry):
        what = other or f"--{limits[0].replace('_', '-')} ({before['options'][limits[0]]}, now {now['options'][limits[0]]})"
        hint = "" if other else "; --retry-errors tries the failed articles under the new limits"
        raise BantinError(f"{folder.root}: was begun with another {what}; choose another folder, or --force to begin anew{hint}")
    old, new = known["inputs"], asked["inputs"]
    if [entry[:2] for entry in old] != [entry[:2] for entry in new]:
        changed = next((f"{b[0]} ({b[1]} bytes)" for a, b in zip(old, new, strict=False) if a[:2] != b[:2]), f"{len(new)} files, not {len(old)}")
        raise BantinError(f"{folder.root}: was begun with other input: {changed}; choose another folder, or --force to begin anew")
    touched = {b[0] for a, b in zip(old, new, strict=True) if a[2] != b[2]}
    if touched or limits:
        known |= asked
        folder.write(RUN, _json(known))
    return known, touched


def _difference(before: dict, now: dict) -> str:
    for key in sorted(set(before) | set(now)):
        if key == "options":
            for option in sorted(set(before[key]) | set(now[key])):
                if option not in LIMITS and before[key].get(option) != now[key].get(option):
                    return f"{option.replace('_', ' ')} ({before[key].get(option)}, now {now[key].get(option)})"
        elif before.get(key) != now.get(key):
            return {"bantin": f"version ({before.get(key)}, now {now.get(key)})", "model": "model", "lexicons": "set of lexicons"}.get(key, key)
    return ""


def wipe(folder: Folder) -> None:
    """Remove what a run wrote, and nothing else; the parts first: without a part its receipt means nothing."""
    for table in tables.COLUMNS:
        for name in folder.sizes(f"{table}.parquet"):
            folder.remove(f"{table}.parquet/{name}")
        folder.remove(f"{table}.csv")
    for name in folder.sizes():
        if name in (MANIFEST, FAILED) or (name.startswith("part-") and ".jsonl" in name):
            folder.remove(name)
    for name in folder.sizes(STATE):
        if name != "lock":
            folder.remove(f"{STATE}/{name}")


def finished(folder: Folder, job: Job) -> dict[str, dict]:
    """The receipts of the shards that are done, by name: the part is there, of the size it should have."""
    sizes = folder.sizes()
    done = {}
    for name in sorted(folder.sizes(STATE)):
        if name.endswith(".errors.jsonl"):
            part = name.removesuffix(".errors.jsonl")
            made, _ = receipt(folder, part, failures=False)
            if made and sizes.get(part + job.suffix) == made["output"]["bytes"]:
                done[part] = made
    return done


def source_name(source: Source) -> str:
    return f"{STATE}/source-{source.number:05d}.json"


def remember(folder: Folder, source: Source, count: int | None, total: int) -> None:
    """A stream was read to its end: how many shards and rows it gave."""
    folder.write(source_name(source), _json({"count": count, "size": source.size, "sha256": source.sha256, "rows": total}))


def recall(folder: Folder, source: Source) -> dict | None:
    data = folder.read(source_name(source))
    return json.loads(data) if data else None


def finish(folder: Folder, job: Job, known: dict, found: list[Source], done: dict[str, dict], seconds: float) -> dict:
    """Write failed.jsonl, the CSV tables and the manifest of a complete run; the manifest is returned."""
    names = [source.name(piece) for source in found for piece in range(source.count or 0)]
    if job.tables == "csv":
        for table in tables.COLUMNS:
            with folder.create(f"{table}.csv") as stream:
                tables.write_header(stream, table)
                for name in names:
                    stream.write(folder.read(table_name(name, table, "csv")) or b"")
    with folder.create(FAILED) as stream:
        base: dict[int, int] = {}
        for name in names:
            made = done[name]
            number = int(name.split("-")[1])
            lines = base.get(number, 0)
            if made["failed"]:
                for failure in receipt(folder, name)[1]:
                    del failure["row"]
                    if made["relative"] and failure["file"] == made["file"]:
                        failure["line"] += lines
                    stream.write(json.dumps(failure, ensure_ascii=False).encode() + b"\n")
            base[number] = lines + made["lines"]
    totals = {key: sum(done[name][key] for name in names) for key in ("in", "out", "failed")}
    manifest = {
        **known["identity"],
        "python": sys.version.split()[0],
        "inputs": list(_inputs(found, done)),
        "parts": [{**{key: done[name][key] for key in ("file", "in", "out", "failed")}, **done[name]["output"]} for name in names],
        **totals,
        "duplicate_ids": doubles(folder, job, names),
        "times": {"started": known["started"], "finished": _now(), "seconds": round(seconds, 1)},
    }
    folder.write(MANIFEST, _json(manifest))
    return manifest


def _inputs(found: list[Source], done: dict[str, dict]) -> Iterable[dict]:
    """Each input with its size and hash. A file that was cut by its bytes is never read whole: its
    hash is the SHA-256 over its shards' SHA-256 in binary, ``of`` says so."""
    for source in found:
        made = [done[source.name(piece)] for piece in range(source.count or 0)]
        if source.kind == "group":
            yield from ({"path": item["path"], "bytes": item["bytes"], "sha256": item["sha256"], "of": "file"} for item in made[0]["inputs"])
        elif source.sha256:
            yield {"path": source.files[0].path, "bytes": source.size, "sha256": source.sha256, "of": "file"}
        else:
            whole = source.kind == "ranges" and len(made) == 1
            digest = made[0]["sha256"] if whole else hashlib.sha256(b"".join(bytes.fromhex(item["sha256"]) for item in made)).hexdigest()
            yield {"path": source.files[0].path, "bytes": source.size if source.size is not None else source.files[0].size, "sha256": digest, "of": "file" if whole else "shards"}


def doubles(folder: Folder, job: Job, names: list[str]) -> dict:
    """How many ids stand more than once, and the first ten of them. 8 bytes an article in memory."""
    import numpy as np

    found = [np.frombuffer(folder.read(ids_name(name)) or b"", dtype=">u8") for name in names]
    every = np.concatenate(found) if found else np.zeros(0, dtype=">u8")
    values, counts = np.unique(every, return_counts=True)
    again = values[counts > 1]
    first: list[str] = []
    for name, hashes in zip(names, found, strict=True):
        if len(first) >= 10 or not len(again):
            break
        wanted = set(np.flatnonzero(np.isin(hashes, again)).tolist())
        if wanted:
            with folder.open(name + job.suffix) as raw:
                for number, line in enumerate(iter(decompress(raw, job.compression).readline, b"")):
                    if number in wanted and (identity := json.loads(line)["id"]) not in first and len(first) < 10:
                        first.append(identity)
    return {"ids": len(again), "articles": int(counts[counts > 1].sum()), "first": first}


def missing(found: list[Source], done: dict[str, dict]) -> int | None:
    """How many shards are not done; None if a stream has not been read to its end."""
    if any(source.count is None for source in found):
        return None
    return sum(source.name(piece) not in done for source in found for piece in range(source.count or 0))


def _json(value: dict) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
