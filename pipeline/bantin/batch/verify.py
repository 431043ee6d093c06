"""Is a finished run whole? Everything that the manifest says is looked up again in the files."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator

from bantin.batch.manifest import FAILED, MANIFEST, STATE
from bantin.batch.rows import decompress
from bantin.batch.store import Folder, is_remote, open_input
from bantin.errors import BantinError
from bantin.record import SCHEMA


def verify(root: str, inputs: bool = False) -> tuple[dict, list[str]]:
    """(the manifest, what is wrong: one line each). ``inputs``: hash the input files again, too.

    Raises BantinError if there is no manifest: then the run is not complete.
    """
    folder = Folder(root)
    if not folder.remote and not os.path.isdir(root):
        raise BantinError(f"{root}: no such folder")
    data = folder.read(MANIFEST)
    if data is None:
        begun = folder.read(f"{STATE}/run.json") is not None
        raise BantinError(f"{root}: {'the run is not complete: run it again to continue' if begun else 'no manifest.json: not the folder of a run'}")
    try:
        manifest = json.loads(data)
        problems = list(_problems(folder, manifest, inputs))
    except (ValueError, KeyError, TypeError) as error:
        raise BantinError(f"{root}/{MANIFEST}: damaged: {error!r}") from None
    return manifest, problems


def _problems(folder: Folder, manifest: dict, inputs: bool) -> Iterator[str]:
    compression = manifest["options"]["compression"]
    expected = {part["name"] for part in manifest["parts"]}
    sizes = folder.sizes()
    for name in sorted(name for name in sizes if name.startswith("part-") and name not in expected):
        yield f"{name}: is not of this run"
    for name in sorted(folder.sizes(STATE)):
        if name.endswith(".partial"):
            yield f"{STATE}/{name}: is left over from a run that was killed"
    for part in manifest["parts"]:
        if part["name"] not in sizes:
            yield f"{part['name']}: is missing"
        else:
            yield from _part(folder, part, compression)
        if part["in"] != part["out"] + part["failed"]:
            yield f"{part['name']}: {part['in']} in, but {part['out']} out and {part['failed']} failed"
    for key in ("in", "out", "failed"):
        if manifest[key] != sum(part[key] for part in manifest["parts"]):
            yield f"{MANIFEST}: '{key}' is not the sum of the parts"
    failed = (folder.read(FAILED) or b"").count(b"\n") if FAILED in sizes else None
    if failed is None:
        yield f"{FAILED}: is missing"
    elif failed != manifest["failed"]:
        yield f"{FAILED}: {failed} lines, the manifest says {manifest['failed']}"
    if inputs:
        yield from _inputs(manifest)


def _part(folder: Folder, part: dict, compression: str) -> Iterator[str]:
    digest = hashlib.sha256()
    size = 0
    with folder.open(part["name"]) as stream:
        while data := stream.read(1 << 20):
            digest.update(data)
            size += len(data)
    if size != part["bytes"] or digest.hexdigest() != part["sha256"]:
        yield f"{part['name']}: is not as it was written ({size} bytes, {part['bytes']} were written)"
        return
    count = 0
    with folder.open(part["name"]) as stream:
        for count, line in enumerate(iter(decompress(stream, compression).readline, b""), 1):
            try:
                record = json.loads(line)
                if record["schema"] != SCHEMA or "id" not in record:
                    yield f"{part['name']}: line {count}: not a record of schema {SCHEMA}"
            except (ValueError, KeyError, TypeError):
                yield f"{part['name']}: line {count}: not a record"
    if count != part["out"]:
        yield f"{part['name']}: {count} lines, the manifest says {part['out']}"


def _inputs(manifest: dict) -> Iterator[str]:
    for entry in manifest["inputs"]:
        if entry["of"] != "file" or entry["path"] == "-":
            continue
        digest = hashlib.sha256()
        try:
            with open_input(entry["path"]) as stream:
                while data := stream.read(1 << 20):
                    digest.update(data)
        except BantinError as error:
            yield str(error)
            continue
        if digest.hexdigest() != entry["sha256"]:
            yield f"{entry['path']}: is not what was read" + ("" if is_remote(entry["path"]) else f" ({entry['bytes']} bytes were)")
