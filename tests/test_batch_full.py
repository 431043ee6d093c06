"""Batch runs with real services: a Dask scheduler with two workers, an S3 server on loopback."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bantin.batch.verify import verify
from test_batch import FAKE, ROOT, command, dump, failures, go, ids, kill_and_resume, parts

pytestmark = pytest.mark.full

POISON = dict.fromkeys(range(0, 600, 2), "<slow>") | {31: "<raise>", 77: "<kill>", 301: "<hang>"}
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("pipeline", "eval", "models", "tests"))}


def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Cluster:
    """A scheduler and its workers, each a process of its own, started as their users start them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen] = []
        self.workers: list[subprocess.Popen] = []
        self.start()

    def start(self) -> None:
        self.port = port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.scheduler = self._process("dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        for _ in range(2):
            self.add_worker()

    def add_worker(self) -> None:
        self.workers.append(self._process("dask_worker", self.address, "--nthreads", "1", "--no-dashboard", "--local-directory", str(self.folder)))

    def _process(self, module: str, *arguments: str) -> subprocess.Popen:
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen([sys.executable, "-m", f"distributed.cli.{module}", *arguments], env=ENVIRONMENT, stdout=log, stderr=log, cwd=self.folder, start_new_session=True)
        self.processes.append(process)
        return process

    def close(self) -> None:
        for process in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def cluster(tmp_path):
    pytest.importorskip("distributed")
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    yield made
    made.close()


def wait_for_parts(out: Path, count: int, process: subprocess.Popen) -> None:
    limit = time.monotonic() + 90
    while len(list(out.glob("part-*"))) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < limit, "the run does not get on"
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        found = [int(child) for task in os.listdir(f"/proc/{pid}/task") for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split()]
        return found + [deeper for child in found for deeper in children(child)]
    return []


def test_dask_gives_the_same_bytes_whatever_dies(tmp_path, cluster):
    source = dump(tmp_path / "d.jsonl", 600, POISON)
    assert go(source, tmp_path / "local").exit_code == 3
    out = tmp_path / "dask"
    arguments = (source, "--out", out, *FAKE, "--engine", "dask", "--scheduler", cluster.address)
    process = command(*arguments)
    wait_for_parts(out, 2, process)
    # A worker dies, its nanny and its guarded process with it; another comes.
    victim = cluster.workers[0]
    below = children(victim.pid)
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()
    cluster.add_worker()
    wait_for_parts(out, 5, process)
    # One worker dies under its nanny, which starts it anew.
    for child in children(cluster.workers[1].pid)[:2]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    wait_for_parts(out, 7, process)
    # The scheduler dies: the run ends with one line.
    os.killpg(cluster.scheduler.pid, signal.SIGKILL)
    errors = process.communicate(timeout=120)[1]
    assert process.returncode == 1 and "the Dask scheduler at" in errors and "is gone" in errors, errors
    assert not (out / "manifest.json").exists()
    time.sleep(1.5)
    assert not [pid for pid in below if Path(f"/proc/{pid}").exists()], "a guarded process outlived its worker"
    cluster.start()
    process = command(source, "--out", out, *FAKE, "--engine", "dask", "--scheduler", cluster.address)
    errors = process.communicate(timeout=180)[1]
    assert process.returncode == 3, errors
    assert parts(out) == parts(tmp_path / "local")
    assert (out / "failed.jsonl").read_bytes() == (tmp_path / "local/failed.jsonl").read_bytes()
    assert verify(str(out), inputs=True)[1] == []


def test_dask_reads_streams_and_stops_on_a_signal(tmp_path, cluster):
    import gzip

    source = dump(tmp_path / "d.jsonl", 400, dict.fromkeys(range(400), "<slow>"))
    packed = tmp_path / "d.jsonl.gz"
    packed.write_bytes(gzip.compress(source.read_bytes()))
    out = tmp_path / "out"
    arguments = (packed, "--out", out, *FAKE, "--engine", "dask", "--scheduler", cluster.address)
    process = command(*arguments)
    wait_for_parts(out, 2, process)
    process.terminate()
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == 130 and "to continue: bantin batch" in errors, errors
    process = command(*arguments)
    process.communicate(timeout=120)
    assert process.returncode == 0 and ids(out) == [f"a{i}" for i in range(400)]


def test_dask_kills_at_fifty_random_moments(tmp_path, cluster):
    def victims(_: int) -> list[int]:
        # Dask's worker processes and our guarded ones; the nannies start the former anew.
        return [pid for worker in cluster.workers for pid in children(worker.pid)]

    kill_and_resume(tmp_path, 50, 51, ("--engine", "dask", "--scheduler", cluster.address), victims)


def test_dask_without_a_scheduler(tmp_path):
    pytest.importorskip("distributed")
    source = dump(tmp_path / "d.jsonl", 100, {7: "<raise>"})
    process = command(source, "--out", tmp_path / "out", *FAKE, "--engine", "dask", "-j", "2")
    errors = process.communicate(timeout=120)[1]
    assert process.returncode == 3, errors
    go(source, tmp_path / "local")
    assert parts(tmp_path / "out") == parts(tmp_path / "local")
    process = command(source, "--out", tmp_path / "x", *FAKE, "--engine", "dask", "--scheduler", f"tcp://127.0.0.1:{port()}")
    errors = process.communicate(timeout=120)[1]
    assert process.returncode == 1 and "no Dask scheduler at" in errors and "Traceback" not in errors


@pytest.fixture
def bucket(tmp_path, monkeypatch):
    """An S3 server of its own process on loopback, with one bucket."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto")
    number = port()
    environment = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{number}", "FSSPEC_S3_ENDPOINT_URL": f"http://127.0.0.1:{number}"}
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    with (tmp_path / "s3.log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(number)], stdout=log, stderr=log)
    import s3fs

    for _ in range(100):
        with contextlib.suppress(Exception):
            system = s3fs.S3FileSystem(endpoint_url=f"http://127.0.0.1:{number}", key="test", secret="test", skip_instance_cache=True)
            system.mkdir("news")
            break
        time.sleep(0.2)
    yield system
    server.kill()
    server.wait()


def test_an_object_store_in_and_out(tmp_path, bucket):
    source = dump(tmp_path / "d.jsonl", 300, {7: "<raise>", 100: "<kill>"} | dict.fromkeys(range(120, 300), "<slow>"))
    go(source, tmp_path / "local")
    bucket.put_file(str(source), "news/in/d.jsonl")
    arguments = ("s3://news/in/d.jsonl", "--out", "s3://news/out", *FAKE)
    process = command(*arguments)
    limit = time.monotonic() + 60
    while time.monotonic() < limit and process.poll() is None:
        bucket.invalidate_cache()
        if len(bucket.glob("news/out/part-*")) >= 3:
            break
        time.sleep(0.1)
    process.kill()
    process.wait()
    bucket.invalidate_cache()
    before = len(bucket.glob("news/out/part-*"))
    assert 3 <= before < len(parts(tmp_path / "local"))
    process = command(*arguments)
    errors = process.communicate(timeout=120)[1]
    assert process.returncode == 3, errors
    bucket.invalidate_cache()
    assert {name.rpartition("/")[2]: bucket.cat_file(name) for name in bucket.glob("news/out/part-*")} == parts(tmp_path / "local")
    mine = bucket.cat_file("news/out/failed.jsonl").decode().replace("s3://news/in/d.jsonl", str(source))
    assert mine.encode() == (tmp_path / "local/failed.jsonl").read_bytes()
    assert verify("s3://news/out", inputs=True)[1] == []
    process = command(*arguments)
    assert "nothing to do" in process.communicate(timeout=60)[1]
    process = command("s3://news/in", "--out", tmp_path / "down", *FAKE)
    process.communicate(timeout=60)
    assert parts(tmp_path / "down") == parts(tmp_path / "local") and len(failures(tmp_path / "down")) == 2
    process = command("s3://news/none.jsonl", "--out", tmp_path / "x", *FAKE)
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == 1 and errors.count("\n") == 1 and "none.jsonl" in errors
