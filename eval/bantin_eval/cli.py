"""``bantin eval``: the command. Everything heavy is imported inside, so that ``bantin --help`` stays fast."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from bantin.errors import BantinError, UsageError

DEFAULT_GOLD = Path("corpus/dev")
DEFAULT_TRAIN = Path("corpus/train")
FORMATS = ("bantin", "vlsp2016", "vlsp2018", "vlsp2021", "phoner", "conll", "brat", "labelstudio")


def evaluate(
    gold: Annotated[Path | None, typer.Option(help="Gold: a JSONL file, or a folder of marked files. corpus/dev by default; the held-out corpus/eval only when it is named.")] = None,
    pred: Annotated[Path | None, typer.Option(help="Predictions: JSONL records, a folder of `bantin batch`, or marked files. Without it the installed bantin annotates the gold's texts.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write the scores and an error browser as one HTML page.")] = None,
    compare: Annotated[tuple[Path, Path] | None, typer.Option(help="Two prediction files on one gold: differences, intervals, p; gained and lost in --report.", metavar="A B")] = None,
    agreement: Annotated[tuple[Path, Path] | None, typer.Option(help="Two annotators' files of the same articles, instead of gold and predictions.", metavar="A B")] = None,
    ablation: Annotated[bool, typer.Option("--ablation", help="Rules alone, classifier alone, both, each extractor off: one line each.")] = False,
    baselines: Annotated[bool, typer.Option("--baselines", help="underthesea ner, dateparser and a surname/gazetteer regex beside ours.")] = False,
    format: Annotated[str, typer.Option("--from", help=f"The gold's format: {', '.join(FORMATS)}.")] = "bantin",
    json_file: Annotated[Path | None, typer.Option("--json", help="Write everything as JSON; - for standard output, without tables.")] = None,
    train: Annotated[Path | None, typer.Option(help="Training gold, for seen and unseen surfaces; corpus/train by default, where it is.")] = None,
    model: Annotated[Path | None, typer.Option(help="A folder of weights instead of the installed ones.")] = None,
    curve: Annotated[Path | None, typer.Option(help="A learning curve for --report: JSON, [{\"articles\": n, \"f\": F1}, …].")] = None,
    seed: Annotated[int, typer.Option(help="Seed of every resampling.")] = 20220109,
    resamples: Annotated[int, typer.Option(help="Resamples of the documents, and swaps of the permutation test.", min=10, max=100_000)] = 1000,
) -> None:
    """Score annotations against gold, with intervals: precision, recall, F1, values, relations, confidence."""
    if format not in FORMATS:
        raise UsageError(f"--from: '{format}' is none of {', '.join(FORMATS)}")
    if sum(map(bool, (pred, compare, agreement))) > 1:
        raise UsageError("--pred, --compare and --agreement exclude each other")
    if agreement and (gold or ablation or baselines):
        raise UsageError("--agreement takes two annotators' files and no --gold, --ablation or --baselines")
    from bantin_eval import run

    wanted = run.Wanted(
        gold=gold or DEFAULT_GOLD, pred=pred, compare=compare, agreement=agreement, ablation=ablation, baselines=baselines, format=format,
        train=train or (DEFAULT_TRAIN if DEFAULT_TRAIN.is_dir() else None), model=model, seed=seed, resamples=resamples, report=bool(report),
        curve=curve, command=shlex.join(["bantin", *sys.argv[1:]]),
    )  # fmt: skip
    if not gold and not agreement and not DEFAULT_GOLD.is_dir():
        raise UsageError("--gold: say what to score against (the default, corpus/dev, is not in this folder)")
    from bantin_eval.validate import ValidationError

    try:
        result = run.run(wanted)
    except ValidationError as error:
        for problem in error.problems:
            typer.echo(problem, err=True)
        raise
    if report:
        from bantin_eval import page

        _write(report, page.render(result))
    if str(json_file) == "-":
        sys.stdout.write(run.to_json(result))
        return
    if json_file:
        _write(json_file, run.to_json(result))
    from bantin_eval import show

    show.show(result)


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise BantinError(f"{path}: {error.strerror or error}") from None
