"""What annotation costs beside other tools: ``make bench`` writes ``eval/bench/``.

Every tool runs in a fresh process of its own, one after the other, round after round; the figures are
CPU seconds of that process, and a ratio is taken within a round, so that a busy machine touches both
sides. *Start* is the CPU time until the tool is loaded, *cold* its first pass over the articles, each
of them new to it, *warm* the best of two more passes. Files: ``bench.md`` (the table), ``bench.json``
(the figures), ``time.svg`` (time against length, if matplotlib is installed).
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[1]
UNIT = 12_000  # characters: a long newspaper article, for which figures are given
BASE = "word_tokenize"
SIZES = (1, 3, 10, 30, 100, 300, 1000)  # KB of UTF-8
SECONDS = 20  # a length is left out if it would take longer

Tool = Callable[[str], object]


def bantin(model: Path | None) -> Tool:
    from bantin import annotator, record
    from bantin.article import Article
    from bantin.text.words import segmenter

    segmenter()
    classifier = annotator.classifier(model)
    return lambda text: record.make(annotator.read(Article(text), classifier))


def words(model: Path | None) -> Tool:
    from bantin.text.words import segmenter
    from bantin.text.words import words as tool

    segmenter()
    return tool


def word_tokenize(model: Path | None) -> Tool:
    from underthesea.pipeline.word_tokenize import word_tokenize as tool

    tool("bản tin")
    return lambda text: [tool(line, use_token_normalize=False) for line in text.split("\n")]


def ner(model: Path | None) -> Tool:
    from underthesea import ner as tool
    from underthesea import sent_tokenize

    tool("Bản tin Hà Nội.")
    return lambda text: [tool(sentence) for line in text.split("\n") for sentence in sent_tokenize(line)]


def pyvi(model: Path | None) -> Tool:
    from pyvi import ViTokenizer

    ViTokenizer.tokenize("bản tin")
    return ViTokenizer.tokenize


def dateparser(model: Path | None) -> Tool:
    from dateparser.search import search_dates

    search_dates("ngày 2 tháng 9", languages=["vi"])
    return lambda text: [search_dates(line, languages=["vi"]) for line in text.split("\n") if line.strip()]


# The tool, the distribution that it needs, and how many characters it is given (the slow ones fewer).
TOOLS: dict[str, tuple[Callable[[Path | None], Tool], str, int]] = {
    BASE: (word_tokenize, "underthesea", 10**9),
    "bantin": (bantin, "bantin", 10**9),
    "bantin words": (words, "bantin", 10**9),
    "ner by sentence": (ner, "underthesea", 3 * UNIT),
    "pyvi": (pyvi, "pyvi", 10**9),
    "dateparser": (dateparser, "dateparser", 3 * UNIT),
}


def installed(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        if distribution == "bantin":
            from bantin import __version__

            return __version__
        return None


def read_articles(path: Path | None) -> list[str]:
    """The texts of a JSONL file, or those of the corpus's dev set."""
    if path is not None:
        return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    from bantin.gold import read_gold

    return [record["text"] for record in read_gold(ROOT / "corpus" / "dev")]


def seconds(tool: Callable[[str], object], texts: list[str]) -> float:
    begin = time.process_time()
    for text in texts:
        tool(text)
    return time.process_time() - begin


def run_one(name: str, texts: list[str], model: Path | None, lengths: bool) -> dict:
    """In a process of its own: the figures of one tool."""
    make, _, limit = TOOLS[name]
    begin = time.process_time()
    tool = make(model)
    start = time.process_time() - begin
    if lengths:
        return {"lengths": measure_lengths(tool, texts)}
    kept, total = [], 0
    for text in texts:
        kept.append(text)
        total += len(text)
        if total >= limit:
            break
    per = UNIT / total
    out = {"start": start, "cold": seconds(tool, kept) * per, "warm": min(seconds(tool, kept) for _ in range(2)) * per}
    out["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if name == "bantin":
        out["parts"] = measure_parts(kept, model, per)
    return out


def measure_parts(texts: list[str], model: Path | None, per: float) -> dict[str, float]:
    """The price of each part of the pipeline, warm; the tokens are made before the rooms ask for them."""
    from bantin import annotator, record
    from bantin.article import Article
    from bantin.reading import Reading
    from bantin.text.words import words

    classifier = annotator.classifier(model)
    best: dict[str, float] = {}
    for _ in range(3):
        spent: dict[str, float] = {}

        def timed(part: str, call: Callable, *arguments: object, spent: dict[str, float] = spent) -> object:
            begin = time.process_time()
            out = call(*arguments)
            spent[part] = spent.get(part, 0.0) + (time.process_time() - begin) * per
            return out

        for text in texts:
            reading = timed("layout", Reading, Article(text))
            reading.words = timed("words", words, reading.text)
            timed("layout", lambda reading=reading: (reading.tokens, reading.sentences))
            for room in annotator.ROOMS:
                timed(room.name, annotator.run_room, room, reading, classifier)
            timed("record", record.make, reading)
        best = {part: min(cost, best.get(part, cost)) for part, cost in spent.items()}
    return best


def measure_lengths(tool: Tool, texts: list[str]) -> list[tuple[int, float]]:
    tool(texts[0])
    out: list[tuple[int, float]] = []
    pool = "\n".join(texts)
    for size in SIZES:
        wanted = size * 1000
        data = (pool * (wanted // len(pool) + 1))[:wanted].encode()[:wanted]
        text = data.decode("utf-8", "ignore")
        if out and out[-1][1] * size / out[-1][0] > SECONDS:
            break
        # Short texts are measured several times over, since a clock tick would show.
        times = max(1, 30 // size)
        out.append((size, seconds(tool, [text] * times) / times))
    return out


def child(name: str, arguments: argparse.Namespace, *more: str) -> dict | None:
    command = [sys.executable, str(Path(__file__)), "--one", name, *more]
    for option in ("articles", "model"):
        if getattr(arguments, option):
            command += [f"--{option}", str(getattr(arguments, option))]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print(f"{name}: failed, left out", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def table(figures: dict[str, list[dict]], versions: dict[str, str], rounds: int, about: str) -> str:
    """The figures as Markdown: medians over the rounds, ratios within a round."""

    def middle(name: str, key: str) -> float:
        return statistics.median(run[key] for run in figures[name])

    def ratio(name: str, key: str) -> float:
        return statistics.median(run[key] / base[key] for run, base in zip(figures[name], figures[BASE], strict=False))

    lines = [
        "# What annotation costs",
        "",
        f"CPU milliseconds per {UNIT:,} characters and times of `{BASE}` in the same round; medians of {rounds} rounds over {about}. "
        f"Cold: each article for the first time; warm: again. Start: CPU seconds until loaded. Python {platform.python_version()}, {platform.machine()}. Written by `make bench`.",
        "",
        "| tool | start s | cold ms | warm ms | cold × | warm × | MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name in figures:
        lines.append(
            f"| {name} {versions[name]} | {middle(name, 'start'):.2f} | {1000 * middle(name, 'cold'):.1f} | {1000 * middle(name, 'warm'):.1f} "
            f"| {ratio(name, 'cold'):.2f} | {ratio(name, 'warm'):.2f} | {middle(name, 'MB'):.0f} |"
        )
    if "bantin" in figures:
        lines += ["", "| part of bantin | warm ms | × |", "| --- | ---: | ---: |"]
        for part in figures["bantin"][0]["parts"]:
            cost = statistics.median(run["parts"][part] for run in figures["bantin"])
            times = statistics.median(run["parts"][part] / base["warm"] for run, base in zip(figures["bantin"], figures[BASE], strict=False))
            lines.append(f"| {part} | {1000 * cost:.1f} | {times:.2f} |")
    return "\n".join(lines) + "\n"


def plot(lengths: dict[str, list[tuple[int, float]]], path: Path) -> None:
    try:
        import matplotlib
    except ImportError:
        print("no plot: matplotlib is not installed (pip install 'bantin[bench]')", file=sys.stderr)
        return
    matplotlib.use("svg")
    from matplotlib import pyplot

    matplotlib.rcParams["svg.hashsalt"] = "bantin"
    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    for name, points in lengths.items():
        axes.plot([size for size, _ in points], [cost for _, cost in points], marker="o", label=name)
    axes.set(xscale="log", yscale="log", xlabel="length of one article, KB", ylabel="CPU seconds", title="Time against length")
    axes.grid(True, which="both", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=Path, help="a JSONL file with 'text'; by default corpus/dev")
    parser.add_argument("--model", type=Path, help="the folder of the weights; by default the installed ones")
    parser.add_argument("--out", type=Path, default=ROOT / "eval" / "bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-lengths", action="store_true", help="leave out the plot of time against length")
    parser.add_argument("--one", choices=TOOLS, help=argparse.SUPPRESS)
    parser.add_argument("--lengths", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    texts = read_articles(arguments.articles)
    if arguments.one:
        print(json.dumps(run_one(arguments.one, texts, arguments.model, arguments.lengths)))
        return

    versions = {name: found for name, (_, distribution, _) in TOOLS.items() if (found := installed(distribution))}
    figures: dict[str, list[dict]] = {}
    for number in range(arguments.rounds):
        for name in versions:
            print(f"round {number + 1}: {name}", file=sys.stderr)
            run = child(name, arguments)
            if run:
                figures.setdefault(name, []).append(run)
    about = f"{len(texts)} articles, {sum(map(len, texts)):,} characters"
    arguments.out.mkdir(parents=True, exist_ok=True)
    made = table(figures, versions, arguments.rounds, about)
    lengths: dict[str, list] = {}
    if not arguments.no_lengths:
        for name in figures:
            print(f"lengths: {name}", file=sys.stderr)
            run = child(name, arguments, "--lengths")
            if run:
                lengths[name] = run["lengths"]
        made += "\nTime against length (`time.svg`), CPU seconds for one article:\n\n| KB | " + " | ".join(lengths) + " |\n| ---: |" + " ---: |" * len(lengths) + "\n"
        for size in SIZES:
            costs = [dict(map(tuple, points)).get(size) for points in lengths.values()]
            made += f"| {size:,} | " + " | ".join("" if cost is None else f"{cost:.3f}" for cost in costs) + " |\n"
        plot(lengths, arguments.out / "time.svg")
    (arguments.out / "bench.md").write_text(made, encoding="utf-8")
    (arguments.out / "bench.json").write_text(json.dumps({"about": about, "versions": versions, "figures": figures, "lengths": lengths}, indent=1) + "\n", encoding="utf-8")
    print(made)


if __name__ == "__main__":
    main()
