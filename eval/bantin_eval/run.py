"""One run of ``bantin eval``: what is read, annotated, compared and put together."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bantin.errors import BantinError

from bantin_eval import load
from bantin_eval.evaluation import compare, evaluate


@dataclass
class Wanted:
    """The command's options (see :mod:`bantin_eval.cli`)."""

    gold: Path
    pred: Path | None = None
    compare: tuple[Path, Path] | None = None
    agreement: tuple[Path, Path] | None = None
    ablation: bool = False
    baselines: bool = False
    format: str = "bantin"
    train: Path | None = None
    model: Path | None = None
    seed: int = 20220109
    resamples: int = 1000
    report: bool = False
    curve: Path | None = None
    command: str = ""


def run(wanted: Wanted) -> dict:
    """The result of :func:`bantin_eval.evaluation.evaluate` with what else was asked for."""
    weights = None
    if wanted.model:
        from bantin import classify

        weights = classify.load(wanted.model)
    train = load.read(wanted.train).records if wanted.train else None
    if wanted.agreement:
        gold, pred = (load.read(path) for path in wanted.agreement)
    else:
        gold = load.read(wanted.gold, wanted.format)
        if wanted.compare:
            pred = load.read(wanted.compare[1])
        elif wanted.pred:
            pred = load.read(wanted.pred)
        else:
            with progress("annotate", len(gold.records)) as advance:
                pred = load.annotate(gold, weights, advance)
    result = evaluate(gold, pred, train, wanted.resamples, wanted.seed, wanted.command, weights, agree=bool(wanted.agreement))
    if wanted.compare:
        result["comparison"] = compare(gold, load.read(wanted.compare[0]), pred, wanted.resamples, wanted.seed)
    labels = result["labels"]
    if wanted.ablation:
        from bantin_eval import ablation

        with progress("ablation", 8) as advance:
            result["ablation"] = ablation.run(gold.records, train, labels, weights, advance)
    if wanted.baselines:
        from bantin_eval import baselines

        with progress("baselines", 3) as advance:
            result["baselines"] = baselines.run(gold.records, pred.records, labels, advance)
    if wanted.curve:
        result["curve"] = read_curve(wanted.curve)
    return result


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


def to_json(result: dict) -> str:
    return json.dumps(result, ensure_ascii=False, indent=1, sort_keys=False) + "\n"


def read_curve(path: Path) -> list[dict]:
    """A learning curve: points of articles and F1. Raises BantinError."""
    try:
        points = json.loads(path.read_text(encoding="utf-8"))
        return [{"articles": int(point["articles"]), "f": float(point["f"]), "label": str(point.get("label", "micro"))} for point in points]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BantinError(f"{path}: no learning curve ([{{\"articles\": n, \"f\": F1}}, …]): {error}") from None
