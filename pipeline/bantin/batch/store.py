"""Where the files are: a local folder, or any store that fsspec knows (extra ``remote``).

A file is committed whole or not at all: locally by temporary name, fsync and rename; an object store
has no rename, and there the commit is one completed upload. Every OSError becomes one clear line.
"""

from __future__ import annotations

import io
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from bantin.batch.rows import extra
from bantin.errors import BantinError

STATE = ".bantin"


def is_remote(path: str) -> bool:
    return "://" in path


def filesystem(url: str):
    """(fsspec file system, path inside it). Keys and endpoints: fsspec's own configuration, e.g.
    ``FSSPEC_S3_ENDPOINT_URL``. Raises BantinError."""
    core = extra("fsspec.core", "remote")
    try:
        return core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise BantinError(f"{url}: {error}") from None


@contextmanager
def clear(what: str) -> Iterator[None]:
    """Errors of the system and of an object store as one line that names the file."""
    try:
        yield
    except OSError as error:
        raise BantinError(f"{what}: {error.strerror or error}") from None
    except BantinError:
        raise
    except Exception as error:
        # Each store of fsspec raises its own library's errors; those that are ours pass.
        if is_remote(what) and type(error).__module__.partition(".")[0] not in ("bantin", "builtins"):
            raise BantinError(f"{what}: {error}") from None
        raise


def open_input(path: str) -> BinaryIO:
    """An input for reading, seekable. Raises BantinError."""
    with clear(path):
        if is_remote(path):
            system, inside = filesystem(path)
            return io.BufferedReader(system.open(inside, "rb", block_size=4 << 20, cache_type="readahead"), 1 << 18)
        return open(path, "rb")


def stat(path: str) -> tuple[int, str]:
    """(size, a mark that changes when the file is written anew). Raises BantinError."""
    with clear(path):
        if is_remote(path):
            system, inside = filesystem(path)
            system.invalidate_cache()
            info = system.info(inside)
            return info["size"], str(info.get("ETag") or info.get("LastModified") or info.get("mtime") or "")
        found = os.stat(path)
        return found.st_size, str(found.st_mtime_ns)


class Folder:
    """The output folder. Names are relative to it, with ``/``."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/") or "/"
        self.remote = is_remote(root)
        if self.remote:
            self.system, self.inside = filesystem(self.root)

    def path(self, name: str) -> str:
        return f"{self.root}/{name}"

    def make(self) -> None:
        with clear(self.root):
            if not self.remote:
                os.makedirs(f"{self.root}/{STATE}", exist_ok=True)

    def sizes(self, under: str = "") -> dict[str, int]:
        """The files directly below ``under`` ("" or a folder's name) with their sizes."""
        with clear(self.path(under)):
            if self.remote:
                self.system.invalidate_cache()
                place = f"{self.inside}/{under}".rstrip("/")
                with suppress(FileNotFoundError):
                    return {item["name"].rpartition("/")[2]: item["size"] for item in self.system.ls(place, detail=True) if item["type"] == "file"}
                return {}
            with suppress(FileNotFoundError), os.scandir(self.path(under)) as entries:
                return {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
            return {}

    def open(self, name: str) -> BinaryIO:
        return open_input(self.path(name))

    def read(self, name: str) -> bytes | None:
        """The content, or None if there is no such file."""
        with clear(self.path(name)):
            try:
                if self.remote:
                    return self.system.cat_file(f"{self.inside}/{name}")
                return Path(self.path(name)).read_bytes()
            except FileNotFoundError:
                return None

    @contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        """A new file, there under its name once the block ends well, and not at all otherwise."""
        with clear(self.path(name)):
            if self.remote:
                with tempfile.NamedTemporaryFile(prefix="bantin-") as stream:
                    yield stream  # type: ignore[misc]
                    stream.flush()
                    self.system.put_file(stream.name, f"{self.inside}/{name}")
                return
            target = Path(self.path(name))
            target.parent.mkdir(exist_ok=True)
            # Not the process id: two machines may write the same shard of a shared folder.
            partial = Path(f"{self.root}/{STATE}/{target.name}.{uuid.uuid4().hex}.partial")
            try:
                with partial.open("wb") as stream:
                    yield stream
                    stream.flush()
                    os.fsync(stream.fileno())
                partial.replace(target)
            except BaseException:
                with suppress(OSError):
                    partial.unlink()
                raise
            _sync(target.parent)

    def write(self, name: str, data: bytes) -> None:
        with self.create(name) as stream:
            stream.write(data)

    def remove(self, name: str) -> None:
        with clear(self.path(name)), suppress(FileNotFoundError):
            if self.remote:
                self.system.rm_file(f"{self.inside}/{name}")
            else:
                os.unlink(self.path(name))

    @contextmanager
    def lock(self, alone: bool) -> Iterator[None]:
        """Held while a run writes here: a second one is told so. Job arrays share it (``alone`` False).
        An object store has no locks; there two runs write the same bytes twice."""
        if self.remote:
            yield
            return
        import fcntl

        with clear(self.root), open(f"{self.root}/{STATE}/lock", "wb") as stream:
            try:
                fcntl.flock(stream, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BantinError(f"{self.root}: another run is writing there") from None
            if alone:
                for name in self.sizes(STATE):
                    if name.endswith(".partial"):  # of a run that was killed
                        self.remove(f"{STATE}/{name}")
            yield


def _sync(folder: Path) -> None:
    """The rename itself reaches the disk (not every file system lets a folder be synced)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
