"""Is a batch run's memory flat, and what do more workers bring?

    python benchmarks/batch_memory.py memory --articles 200000 --annotator batch_fakes:fake
    python benchmarks/batch_memory.py workers --articles 1500

``memory`` runs `bantin batch` on a made-up dump and prints the resident memory of the run with all its
processes, sampled once a second, by tenths of the run; flat is: the ninth tenth is not above the second
by more than a tenth of it. The tenth holds the end of the run, where the hashes of all ids, 8 bytes
each, are sorted to find doubles. ``workers`` times the same dump with one worker and with two (in turns,
three rounds) and prints the ratio of the best. Articles are sentences of this project's training
corpus in changing order, about 2,000 characters each.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([*(str(ROOT / name) for name in ("pipeline", "eval", "models", "tests")), os.environ.get("PYTHONPATH", "")])}


def dump(path: Path, articles: int, characters: int) -> None:
    """A dump of ``articles`` made-up articles; the same every time."""
    sys.path[:0] = [str(ROOT / name) for name in ("pipeline", "eval", "models")]
    from bantin import gold

    sentences = []
    for file in sorted((ROOT / "corpus/train").rglob("*.txt")):
        try:
            sentences += [line for line in re.split(r"(?<=\.)\s+|\n+", gold.read_marked(file)["text"]) if len(line) > 30]
        except gold.GoldError:
            continue
    chance = random.Random(1)
    with path.open("w", encoding="utf-8") as stream:
        for number in range(articles):
            text: list[str] = []
            while sum(map(len, text)) < characters:
                text.append(chance.choice(sentences))
            stream.write(json.dumps({"id": f"a{number}", "published": "2022-03", "text": "\n".join(text)}, ensure_ascii=False) + "\n")


def start(source: Path, out: Path, workers: int, extra: list[str]) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "bantin.cli", "batch", str(source), "--out", str(out), "--workers", str(workers), "--quiet", *extra], env=ENVIRONMENT)


def resident(pid: int) -> dict[str, int]:
    """Resident bytes of the run's own process and of those below it."""
    found = {"own": _resident(pid), "guarded": 0}
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        try:
            below = [int(child) for task in os.listdir(f"/proc/{parent}/task") for child in Path(f"/proc/{parent}/task/{task}/children").read_text().split()]
        except OSError:
            continue
        found["guarded"] += sum(map(_resident, below))
        waiting += below
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def memory(source: Path, folder: Path, workers: int, extra: list[str]) -> bool:
    began = time.monotonic()
    process = start(source, folder / "out", workers, extra)
    samples = []
    while process.poll() is None:
        samples.append(resident(process.pid))
        time.sleep(1 if time.monotonic() - began > 20 else 0.2)
    seconds = time.monotonic() - began
    tenths = [samples[len(samples) * i // 10 : len(samples) * (i + 1) // 10] or samples[-1:] for i in range(10)]
    print(f"exit {process.returncode}, {seconds:.1f} s, {len(samples)} samples; MB at most in each tenth of the run")
    totals = []
    for name in ("own", "guarded"):
        peaks = [max(sample[name] for sample in tenth) for tenth in tenths]
        totals.append(peaks)
        print(f"{name:>8}", *(f"{peak / 2**20:6.0f}" for peak in peaks))
    both = [a + b for a, b in zip(*totals, strict=True)]
    flat = both[8] <= 1.1 * both[1]
    print(f"the ninth tenth is {both[8] / both[1]:.2f} of the second: {'flat' if flat else 'NOT flat'}; the end, where ids are compared, is {both[9] / both[1]:.2f} of it")
    return flat and process.returncode in (0, 3)


def ratio(source: Path, folder: Path, rounds: int, extra: list[str]) -> None:
    best: dict[int, float] = {}
    for number in range(rounds):
        for workers in (1, 2):
            began, before, busy = time.monotonic(), _cpu(), _busy()
            start(source, folder / f"out-{number}-{workers}", workers, extra).wait()
            seconds, used = time.monotonic() - began, _cpu() - before
            best[workers] = min(best.get(workers, 1e9), seconds)
            print(f"round {number + 1}, {workers} worker{'s' * (workers > 1)}: {seconds:.2f} s, {used:.2f} s of processor (others used {max(_busy() - busy - used, 0):.1f} s)", flush=True)
    print(f"one worker {best[1]:.2f} s, two {best[2]:.2f} s: {best[1] / best[2]:.2f} times")


def _cpu() -> float:
    """Processor seconds of all finished children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy() -> float:
    """Processor seconds of the whole machine: a ratio says something only if others used hardly any."""
    user, nice, system, _, _, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("memory", "workers"))
    parser.add_argument("--articles", type=int, default=3000)
    parser.add_argument("--characters", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--annotator", help="module:function, e.g. batch_fakes:fake of the tests")
    parser.add_argument("--model", help="a folder of weights")
    asked = parser.parse_args()
    extra = [*(["--annotator", asked.annotator] if asked.annotator else []), *(["--model", asked.model] if asked.model else [])]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dump(folder / "dump.jsonl", asked.articles, asked.characters)
        print(f"{asked.articles:,} articles, {(folder / 'dump.jsonl').stat().st_size >> 20} MB, {os.cpu_count()} cores")
        if asked.what == "memory":
            return 0 if memory(folder / "dump.jsonl", folder, asked.workers, extra) else 1
        ratio(folder / "dump.jsonl", folder, asked.rounds, extra)
    return 0


if __name__ == "__main__":
    sys.exit(main())
