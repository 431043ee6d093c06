"""``bantin batch INPUT… --out DIR`` and ``bantin batch verify DIR``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from typer.core import TyperGroup

from bantin.errors import UsageError


class _Group(TyperGroup):
    """Everything that is not ``verify`` is a run: ``bantin batch dump.jsonl``, with no word between."""

    def parse_args(self, ctx, args):
        return super().parse_args(ctx, args if args[:1] == ["verify"] else ["run", *args])

    def resolve_command(self, ctx, args):
        name, command, rest = super().resolve_command(ctx, args)
        return ("" if name == "run" else name), command, rest


app = typer.Typer(cls=_Group, rich_markup_mode=None, help="Annotate dumps of articles; 'bantin batch verify DIR' checks a run.")

_INPUTS = "Files, directories, globs, URLs (s3://…), or - for standard input. JSONL, JSON, TXT, CSV, TSV, Parquet, WARC; also .gz .bz2 .zst .xz."
_COMPRESSIONS = {"none": "", "gz": ".gz", "zst": ".zst"}


@app.command(no_args_is_help=True)
def run(
    inputs: Annotated[list[str] | None, typer.Argument(help=_INPUTS, show_default=False)] = None,
    out: Annotated[str, typer.Option("--out", "-o", help="The folder (or URL) for part-*.jsonl, failed.jsonl and manifest.json.", show_default=False)] = "",
    files_from: Annotated[str | None, typer.Option(help="A file with one input a line; - for standard input.")] = None,
    format: Annotated[str | None, typer.Option(help="What the inputs are (jsonl, json, txt, csv, tsv, parquet, warc), whatever their names end in.")] = None,
    text_field: Annotated[str, typer.Option(help="The field or column of the text.")] = "text",
    id_field: Annotated[str, typer.Option(help="The field of the id; an article without one gets a hash of its text.")] = "id",
    published_field: Annotated[str, typer.Option(help="The field of the day, month or year of publication.")] = "published",
    source_field: Annotated[str, typer.Option(help="The field of the newspaper or site.")] = "source",
    title_field: Annotated[str, typer.Option(help="The field of the headline.")] = "title",
    compress: Annotated[str, typer.Option(help="Compress the parts: none, gz or zst.")] = "none",
    tables: Annotated[str | None, typer.Option(help="Tables of officials, places, dates and awards beside the parts: csv or parquet.")] = None,
    with_text: Annotated[bool, typer.Option("--with-text", help="Keep each article's text in its record (useful for WARC, whose text is extracted).")] = False,
    workers: Annotated[int | None, typer.Option("--workers", "-j", min=1, help="Processes on this machine; all cores by default.", show_default=False)] = None,
    engine: Annotated[str, typer.Option(help="What schedules the shards: local or dask.")] = "local",
    scheduler: Annotated[str | None, typer.Option(help="The address of a Dask scheduler, or its scheduler file (.json).")] = None,
    shard: Annotated[str | None, typer.Option(help="i/N: do only the i-th of N equal shares (i from 1), for job arrays.")] = None,
    shard_size: Annotated[float | None, typer.Option(help="Megabytes of input in a shard, the unit of work and of resuming; by the size of the input (0.06 to 4).", show_default=False)] = None,
    timeout: Annotated[float, typer.Option(help="Seconds an article may take.")] = 60.0,
    max_chars: Annotated[int, typer.Option(min=1, help="Characters an article may have.")] = 1_000_000,
    max_errors: Annotated[str | None, typer.Option(help="Stop with exit code 4 when more articles failed: a number, or a percentage (1%).")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many articles.")] = None,
    retry_errors: Annotated[bool, typer.Option("--retry-errors", help="Try the failed articles of a finished run again, also under another --timeout or --max-chars.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the run that the folder holds.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    model: Annotated[str | None, typer.Option(help="A folder of weights in place of the installed ones.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Nothing on standard error but errors.")] = False,
    annotator: Annotated[str | None, typer.Option(hidden=True, help="module:function that makes the annotating function (for tests).")] = None,
) -> None:
    """Annotate dumps of articles; run the same command again to continue a run that was interrupted.

    'bantin batch verify DIR' checks a finished run. Exit 0 done, 1 an error of the run, 2 wrong usage,
    3 done but some articles failed, 4 too many failed, 130 interrupted.
    """
    if not out:
        raise UsageError("--out: where to? Name the output folder")
    if compress not in _COMPRESSIONS:
        raise UsageError(f"--compress: '{compress}' is none of {', '.join(_COMPRESSIONS)}")
    if tables not in (None, "csv", "parquet"):
        raise UsageError(f"--tables: '{tables}' is neither csv nor parquet")
    if scheduler and engine != "dask":
        raise UsageError("--scheduler is for --engine dask")
    if timeout <= 0 or (shard_size is not None and shard_size < 0.000001):
        raise UsageError("--timeout and --shard-size are above 0")
    named = [*(inputs or []), *(_listed(files_from) if files_from else [])]
    if not named:
        raise UsageError("no input: name files, directories, URLs, - or --files-from")
    if files_from == "-" and "-" in (inputs or []):
        raise UsageError("standard input is either the list of files or the articles")
    again = f"to continue: {_command()}"
    try:
        from bantin.batch.job import ANNOTATOR, Job
        from bantin.batch.run import Tolerance
        from bantin.batch.run import run as start
        from bantin.batch.screen import Screen
        from bantin.readers import Fields

        job = Job(
            out=out,
            fields=Fields(text_field, id_field, published_field, source_field, title_field),
            compression=_COMPRESSIONS[compress],
            tables=tables or "",
            with_text=with_text,
            shard_bytes=max(1, int(shard_size * (1 << 20))) if shard_size else 0,
            limit=limit,
            timeout=timeout,
            max_chars=max_chars,
            model=model,
            annotator=annotator or ANNOTATOR,
        )
        outcome = start(named, job, format, workers, engine, scheduler, _share(shard), Tolerance.parse(max_errors), retry_errors, force, dry_run, Screen(quiet))
    except KeyboardInterrupt:  # before or after the run itself, which sees to its own
        print(f"bantin: interrupted; {again}", file=sys.stderr)
        raise typer.Exit(130) from None
    if outcome.plan is not None:
        _show_plan(outcome.plan)
        return
    if outcome.exit_code == 130:
        print(f"bantin: interrupted after {outcome.done:,} articles; {again}", file=sys.stderr)
    elif outcome.manifest is None and outcome.exit_code == 4:
        print(f"bantin: stopped: {outcome.failed:,} of {outcome.done:,} articles failed (--max-errors {max_errors}); {again}", file=sys.stderr)
    elif not quiet:
        _summary(outcome, out)
    raise typer.Exit(outcome.exit_code)


@app.command()
def verify(
    folder: Annotated[str, typer.Argument(help="The output folder of a run.")],
    inputs: Annotated[bool, typer.Option("--inputs", help="Hash the input files again, too.")] = False,
) -> None:
    """Check that a finished run is whole: every part there, every byte as it was written, in = out + failed."""
    from bantin.batch.verify import verify as check

    manifest, problems = check(folder, inputs)
    for problem in problems:
        print(problem)
    if problems:
        print(f"bantin: {folder}: {len(problems)} problem{'s' * (len(problems) > 1)}", file=sys.stderr)
        raise typer.Exit(1)
    print(f"{folder}: whole: {len(manifest['parts'])} parts, {manifest['in']:,} articles = {manifest['out']:,} annotated + {manifest['failed']:,} failed")


def _listed(name: str) -> list[str]:
    from pathlib import Path

    from bantin.batch.store import clear

    with clear(name):
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _share(text: str | None) -> tuple[int, int]:
    if text is None:
        return 0, 1
    index, slash, of = text.partition("/")
    if not slash or not index.isdecimal() or not of.isdecimal() or not 1 <= int(index) <= int(of):
        raise UsageError(f"--shard: '{text}' is not i/N with i from 1 to N")
    return int(index) - 1, int(of)


def _command() -> str:
    import shlex

    return shlex.join(["bantin", *(argument for argument in sys.argv[1:] if argument != "--force")])


def _show_plan(plan: dict) -> None:
    print(f"{plan['files']:,} files, {plan['bytes']:,} bytes")
    streams = f" and what {plan['streams']:,} streams (compressed, CSV, Parquet, WARC, standard input) give" if plan["streams"] else ""
    print(f"{plan['shards']:,} shards{streams}")
    print(f"{plan['done']:,} shards ({plan['articles_done']:,} articles) are done")


def _summary(outcome, out: str) -> None:
    lines = []
    made = outcome.manifest
    if outcome.nothing:
        lines.append("nothing to do: the run is complete")
    elif outcome.done:
        lines.append(f"{outcome.done:,} articles in {outcome.seconds:,.1f} s ({outcome.done / max(outcome.seconds, 1e-6):,.0f}/s)")
    if outcome.left is None or outcome.left:
        lines.append(f"this share is done; {f'{outcome.left:,} shards' if outcome.left else 'shards'} of the run are left")
    if made:
        lines.append(f"{made['out']:,} annotated, {made['failed']:,} failed: {out}")
        doubles = made["duplicate_ids"]
        if doubles["ids"]:
            lines.append(f"{doubles['ids']:,} ids stand more than once, in {doubles['articles']:,} articles: {', '.join(doubles['first'][:3])}{' …' * (doubles['ids'] > 3)}")
        if made["failed"]:
            if outcome.exit_code == 4:
                lines.append("that is more than --max-errors allows")
            lines.append(f"why they failed stands in {out.rstrip('/')}/failed.jsonl; --retry-errors tries them again")
    for line in lines:
        print(f"bantin: {line}", file=sys.stderr)
