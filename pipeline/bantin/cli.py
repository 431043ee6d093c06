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
from bantin_eval.corpus_cli import app as corpus_app

from bantin.batch.command import app as batch_app
from bantin.errors import ArticleError, BantinError, UsageError
from bantin.export import FORMATS, get
from bantin.export import command as export_commands
from bantin.serve import command as serve_commands

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False, help="Officials, places, dates and awards in Vietnamese local-government news.")
app.add_typer(corpus_app, name="corpus")
app.add_typer(batch_app, name="batch")


@app.command()
def annotate(
    file: Annotated[str, typer.Argument(help="A text file, a JSON object with 'text', or - for standard input.")] = "-",
    format: Annotated[str, typer.Option("--format", "-f", help=f"text (coloured, with tables), {', '.join(FORMATS)} (see: bantin export --help).")] = "text",
    published: Annotated[str | None, typer.Option(help="The article's day, month or year: YYYY-MM-DD, YYYY-MM or YYYY.")] = None,
    width: Annotated[int | None, typer.Option(help="Columns of the text format; the terminal's by default.")] = None,
    encoding: Annotated[str, typer.Option(help="How the bytes are read: utf-8, tcvn3 (ABC), vni, viscii, windows-1258, utf-16; auto finds it out. Offsets are of the converted text.")] = "utf-8",
    max_chars: Annotated[int, typer.Option(min=1, help="Characters that the article may have.")] = 1_000_000,
) -> None:
    """Annotate one article."""
    from bantin.article import parse_published
    from bantin.readers import read_article

    if format != "text" and format not in FORMATS:
        raise UsageError(f"--format: '{format}' is none of text, {', '.join(FORMATS)}")
    day = parse_published(published) if published else None
    article = read_article(file, day, encoding, max_chars)

    from bantin import annotator, record

    made = record.make(annotator.read(article))
    if format == "json":
        import json

        sys.stdout.write(json.dumps(made, ensure_ascii=False, indent=1) + "\n")
    elif format != "text":
        export_commands.write(get(format, "--format"), [{**made, "text": article.text}], None, {})
    else:
        from bantin.export.terminal import show

        show(made, article.text, width)


@app.command()
def explain(
    file: Annotated[str, typer.Argument(help="A text file, a JSON object with 'text', or - for standard input.")] = "-",
    span: Annotated[str | None, typer.Option(help="The id of a span in the record, such as e7.")] = None,
    at: Annotated[str | None, typer.Option(help="Words of the article, or START:END in code points: what was proposed and rejected there.")] = None,
    published: Annotated[str | None, typer.Option(help="The article's day, month or year: YYYY-MM-DD, YYYY-MM or YYYY.")] = None,
    most: Annotated[int, typer.Option(min=1, help="Features and rejected candidates that are shown.")] = 12,
    width: Annotated[int | None, typer.Option(help="Columns; the terminal's by default.")] = None,
) -> None:
    """Why a span was found: its rule, the features that moved the classifier, what was rejected nearby."""
    import re

    from bantin.article import parse_published
    from bantin.readers import read_article

    if (span is None) == (at is None):
        raise UsageError("give one of --span and --at")
    article = read_article(file, parse_published(published) if published else None)
    place = None
    if at is not None:
        numbers = re.fullmatch(r"(\d+):(\d+)", at)
        start = int(numbers[1]) if numbers else article.text.find(at)
        end = int(numbers[2]) if numbers else start + len(at)
        if not 0 <= start < end <= len(article.text):
            raise UsageError(f"--at: '{at}' does not stand in the article")
        place = (start, end)

    from bantin import annotator, explain
    from bantin.export.terminal import printed

    printed(explain.render(explain.explain(annotator.read(article), span, place), most), width)


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


@app.command()
def people(
    records: Annotated[list[Path], typer.Argument(help="Files of records (JSON lines) or folders of a batch.")],
    format: Annotated[str, typer.Option("--format", "-f", help="text (a table) or jsonl (a person a line, with evidence).")] = "text",
    everyone: Annotated[bool, typer.Option("--all", help="Also people in whom no article sees a post.")] = False,
    width: Annotated[int | None, typer.Option(help="Columns of the table; the terminal's by default.")] = None,
) -> None:
    """A register across articles: people, their posts, the first and last day seen, the evidence."""
    import json

    from bantin.officials import register

    if format not in ("text", "jsonl"):
        raise UsageError(f"--format: '{format}' is none of text, jsonl")
    entries = register.build(register.read(records))
    shown = [entry for entry in entries if entry.posts or everyone]
    if format == "jsonl":
        for entry in shown:
            sys.stdout.write(json.dumps(register.as_json(entry), ensure_ascii=False) + "\n")
    else:
        from bantin.export.register_table import show as show_register

        show_register([register.as_json(entry) for entry in shown], width)
    if len(shown) < len(entries):
        typer.echo(f"{len(entries) - len(shown)} people without a post left out (--all shows them)", err=True)


@app.command()
def awards(
    records: Annotated[list[Path], typer.Argument(help="Files of records (JSON lines) or folders of a batch.")],
    format: Annotated[str, typer.Option("--format", "-f", help="text (a table), csv or jsonl (a recipient a line).")] = "text",
    count: Annotated[bool, typer.Option("--count", help="Counts by year, kind and issuer instead of the awards.")] = False,
    given: Annotated[bool, typer.Option("--given", help="Without awards that were only aimed at, proposed, denied or withdrawn.")] = False,
    width: Annotated[int | None, typer.Option(help="Columns of the table; the terminal's by default.")] = None,
) -> None:
    """The awards across articles: what, from whom, to whom, how many, when and where."""
    import json

    from bantin.awards import register

    if format not in ("text", "csv", "jsonl"):
        raise UsageError(f"--format: '{format}' is none of text, csv, jsonl")
    rows = register.table(register.read(records), given)
    columns = register.COUNTS if count else register.COLUMNS
    found = register.counts(rows) if count else rows
    if format == "jsonl":
        for row in found:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    elif format == "csv":
        sys.stdout.reconfigure(newline="")  # type: ignore[union-attr]
        sys.stdout.writelines(register.as_csv(found, columns))
    else:
        from bantin.export.awards_table import show as show_awards

        show_awards(list(found), register.COUNTS if count else register.SHOWN, width)


app.command("eval")(evaluate)
export_commands.register(app)
serve_commands.register(app)


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
