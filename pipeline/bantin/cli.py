"""The command line. Data on standard output, everything else on standard error.

Exit 0 done, 1 an error of the run, 2 wrong usage, 3 done but some articles failed, 4 too many
failed, 130 interrupted. Heavy modules are imported inside the commands: ``bantin --help`` is instant.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from bantin_eval.cli import evaluate

from bantin.batch.command import app as batch_app
from bantin.errors import ArticleError, BantinError, UsageError

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False, help="Officials, places, dates and awards in Vietnamese local-government news.")
corpus_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The labelled articles.")
app.add_typer(corpus_app, name="corpus")
app.add_typer(batch_app, name="batch")

FORMATS = ("text", "json")


@app.command()
def annotate(
    file: Annotated[str, typer.Argument(help="A text file, a JSON object with 'text', or - for standard input.")] = "-",
    format: Annotated[str, typer.Option("--format", "-f", help="text (coloured, with tables) or json (the record).")] = "text",
    published: Annotated[str | None, typer.Option(help="The article's day, month or year: YYYY-MM-DD, YYYY-MM or YYYY.")] = None,
    width: Annotated[int | None, typer.Option(help="Columns of the text format; the terminal's by default.")] = None,
) -> None:
    """Annotate one article."""
    from bantin.article import parse_published
    from bantin.readers import read_article

    if format not in FORMATS:
        raise UsageError(f"--format: '{format}' is none of {', '.join(FORMATS)}")
    day = parse_published(published) if published else None
    article = read_article(file, day)

    from bantin import annotator, record

    made = record.make(annotator.read(article))
    if format == "json":
        import json

        sys.stdout.write(json.dumps(made, ensure_ascii=False, indent=1) + "\n")
    else:
        from bantin.export.terminal import show

        show(made, article.text, width)


@app.command()
def train(
    corpus: Annotated[Path, typer.Option(help="The folder of labelled training articles.")] = Path("corpus/train"),
    out: Annotated[Path | None, typer.Option(help="Where the weights are written; the installed models by default.")] = None,
    strength: Annotated[float, typer.Option(help="Inverse strength of the regularisation (C of the logistic regression).")] = 1.0,
) -> None:
    """Rebuild the shipped weights from the labelled articles, bit for bit."""
    from bantin import gold, training
    from bantin.annotator import models_folder

    try:
        records = gold.read_gold(corpus)
    except gold.GoldError as error:
        raise BantinError(str(error)) from None
    target = out or models_folder()
    training.write(target, records, strength, say=lambda line: typer.echo(line, err=True))
    typer.echo(f"{len(records)} articles: {target}", err=True)


app.command("eval")(evaluate)


def main() -> None:
    """The entry point: every known error is one line on stderr and its exit code."""
    try:
        app(standalone_mode=True)
    except ArticleError as error:
        _fail(str(error), 1)
    except BantinError as error:
        _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        _fail("interrupted", 130)
    except BrokenPipeError:
        # The reader of our output went away (bantin … | head): nothing is wrong.
        sys.stderr.close()
        raise SystemExit(0) from None


def _fail(message: str, code: int) -> None:
    print("bantin: " + " ".join(message.split()), file=sys.stderr)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
