"""``bantin corpus …``: the commands. Everything heavy is imported inside, so that ``bantin --help`` stays fast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from bantin.errors import BantinError, UsageError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The labelled articles.")

_CORPUS = typer.Option(help="The corpus: a folder with train, dev and eval.")


@app.command()
def check(corpus: Annotated[Path, _CORPUS] = Path("corpus")) -> None:
    """Do the labelled files keep every rule of the guidelines? Findings on standard output, exit 1 if there are any."""
    from bantin_eval import corpus as whole

    findings, found = whole.check(corpus)
    for finding in findings:
        typer.echo(str(finding))
    typer.echo(whole.table(whole.counts(found)), err=bool(findings))
    if findings:
        raise BantinError(f"{corpus}: {len(findings)} finding{'s' if len(findings) > 1 else ''}")
    typer.echo(f"{corpus}: no rule broken")


@app.command()
def gold(
    out: Annotated[Path, typer.Option(help="Where the JSON lines are written.")],
    corpus: Annotated[Path, _CORPUS] = Path("corpus"),
    split: Annotated[list[str] | None, typer.Option(help="train, dev or eval; all three by default.")] = None,
) -> None:
    """Convert the marked files to gold JSONL."""
    from bantin_eval import corpus as whole

    splits = tuple(split or whole.SPLITS)
    if unknown := set(splits) - set(whole.SPLITS):
        raise UsageError(f"--split: {', '.join(sorted(unknown))} is none of {', '.join(whole.SPLITS)}")
    typer.echo(f"{whole.to_gold(corpus, splits, out)} articles: {out}", err=True)


@app.command()
def coverage(corpus: Annotated[Path, _CORPUS] = Path("corpus")) -> None:
    """How often each trap of the guidelines occurs, by split."""
    from bantin_eval.coverage import report

    typer.echo(report(corpus))


@app.command()
def agreement(
    corpus: Annotated[Path, _CORPUS] = Path("corpus"),
    out: Annotated[Path | None, typer.Option(help="Write the page (AGREEMENT.md) instead of printing it.")] = None,
) -> None:
    """The two annotations of the eval articles: agreement, every disagreement, how it was settled."""
    from bantin_eval.settle import report

    page = report(corpus)
    if out is None:
        typer.echo(page)
    else:
        _write(out, page)


@app.command()
def curve(
    train: Annotated[Path, typer.Option(help="The training articles.")] = Path("corpus/train"),
    dev: Annotated[Path, typer.Option(help="What is scored; never the held-out articles.")] = Path("corpus/dev"),
    seeds: Annotated[int, typer.Option(help="How many drawings of each share (the whole is trained once).", min=1, max=20)] = 2,
    out: Annotated[Path | None, typer.Option(help="Keep the rows as TSV.")] = None,
) -> None:
    """Train on 10, 25, 50, 75 and 100 % of the articles; dev F1 of each label."""
    from bantin import gold as gold_files

    from bantin_eval import learning_curve, load

    try:
        records = gold_files.read_gold(train)
    except gold_files.GoldError as error:
        raise BantinError(str(error)) from None
    collection = load.read(dev)
    rows = learning_curve.run(records, collection, range(1, seeds + 1), say=lambda line: typer.echo(line, err=True))
    if out is not None:
        note = f"bantin corpus curve --seeds {seeds}: trained on shares of {train} ({len(records)} articles), exact F1 on {dev} ({len(collection.records)} articles)"
        _write(out, f"# {note}\n" + "".join("\t".join(row) + "\n" for row in rows))
    typer.echo(learning_curve.shown(rows))


@app.command()
def distance(
    other: Annotated[Path, typer.Argument(help="Gold to compare with: a JSONL file or a folder of marked files.")],
    ours: Annotated[Path, typer.Option(help="Our set.")] = Path("corpus/eval"),
    train: Annotated[Path, typer.Option(help="The training articles: what counts as seen.")] = Path("corpus/train"),
    model: Annotated[Path | None, typer.Option(help="A folder of weights instead of the installed ones.")] = None,
    scores: Annotated[bool, typer.Option("--scores/--no-scores", help="Annotate both sets and compare F1.")] = True,
) -> None:
    """Our set against another: density and length of labels, unseen surfaces, F1. Numbers only."""
    from bantin_eval import distance as measure
    from bantin_eval import load

    weights = None
    if model is not None:
        from bantin.classify import load as load_model

        weights = load_model(model)
    seen = load.read(train).records
    profiles = [measure.profile(load.read(path), seen, weights, scores) for path in (ours, other)]
    typer.echo(measure.report(*profiles))


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise BantinError(f"{path}: {error.strerror or error}") from None
