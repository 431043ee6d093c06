"""``bantin export``, ``import``, ``labelstudio``: records into other tools and corrections back."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from bantin.errors import BantinError, UsageError
from bantin.export import FORMATS, Format, get

_LIST = "\n\n".join(f"{each.name}: {each.what}. Lost: {each.loss}." for each in FORMATS.values())


def formats_help(names: Iterable[Format]) -> str:
    return ", ".join(each.name for each in names)


def export(
    records: Annotated[list[Path], typer.Argument(help="Records (JSON lines of bantin annotate or batch, a batch folder) or gold.", show_default=False)],
    to: Annotated[str, typer.Option("--to", "-t", help="One of the formats below.", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A file, or a folder for formats of many files; standard output by default.")] = None,
    articles: Annotated[list[Path] | None, typer.Option(help="Where the texts are, if the records do not hold them: articles (JSON lines, *.txt, a folder) or gold.")] = None,
    bom: Annotated[bool, typer.Option("--bom", help="Begin CSV with a byte order mark, which Excel wants.")] = False,
) -> None:
    """Records into the form of another tool."""
    form = get(to)
    if bom and form.name not in ("csv", "places-csv"):
        raise UsageError(f"--bom: only for csv and places-csv, not {to}")
    write(form, documents(records, articles or [], form), out, {"bom": True} if bom else {})


def documents(paths: list[Path], articles: list[Path], form: Format) -> Iterator[dict]:
    """The documents of ``paths`` with the texts of ``articles``. Raises BantinError."""
    from bantin.export import document

    known = document.Known(each for path in articles for each in document.read(path) if "text" in each)
    for path in paths:
        for record in document.read(path):
            if "spans" not in record:
                raise BantinError(f"{path}: {record['id']}: an article, not a record: annotate it first (bantin batch)")
            if form.resolved and "officials" not in record:
                raise BantinError(f"{path}: {record['id']}: gold, not a record of the annotator: {form.name} shows resolved values")
            yield document.with_text(record, known) if form.text or "text" in record else record


def write(form: Format, found: Iterable[dict], out: Path | None, options: dict) -> None:
    """Bytes to a file, a folder or standard output."""
    if out is None:
        if form.name in ("spacy", "parquet") and sys.stdout.isatty():
            raise UsageError(f"--to {form.name}: binary; give --out")
        for piece in form.streamed(found, **options):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    try:
        if not form.folder or (out.suffix == form.suffix and not out.is_dir() and form.stream):
            out.parent.mkdir(parents=True, exist_ok=True)
            # Whole or not at all: an error half way leaves what was there.
            part = out.with_name(out.name + ".part")
            try:
                with part.open("wb") as stream:
                    stream.writelines(form.streamed(found, **options))
                part.replace(out)
            finally:
                part.unlink(missing_ok=True)
            return
        count = 0
        for name, content in form.export(found, **options):
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            count += 1
        typer.echo(f"{count} files: {out}", err=True)
    except OSError as error:
        raise BantinError(f"{out}: {error.strerror or error}") from None


def import_(
    file: Annotated[Path, typer.Argument(help="What the other tool gave back: a file, or a folder for brat, conll, csv, parquet, marked.", show_default=False)],
    source: Annotated[str, typer.Option("--from", "-f", help=f"One of: {formats_help(each for each in FORMATS.values() if each.reader)}.", show_default=False)],
    articles: Annotated[list[Path] | None, typer.Option(help="What had been exported (records with their text, or gold): texts, ids, values that the format cannot hold.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The gold file; standard output by default.")] = None,
) -> None:
    """Corrected labels back into gold JSON lines.

    What a reviewer must look at (a date without a value, a relation whose span is gone) is said on
    standard error.
    """
    import json

    from bantin.export import document

    form = get(source, "--from")
    if not file.exists():
        raise BantinError(f"{file}: no such file or folder")
    known = document.Known(_with_texts(articles or []))
    made = [document.finish(each, known, lambda line: typer.echo(line, err=True)) for each in form.read(file, known)]
    if not made:
        raise BantinError(f"{file}: no document in it")
    lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in made)
    if out is None:
        sys.stdout.write(lines)
        return
    try:
        out.write_text(lines, encoding="utf-8")
    except OSError as error:
        raise BantinError(f"{out}: {error.strerror or error}") from None
    typer.echo(f"{len(made)} articles, {sum(len(each['spans']) for each in made)} spans: {out}", err=True)


def _with_texts(paths: list[Path]) -> Iterator[dict]:
    """Documents with text; records without take it from the articles beside them."""
    from bantin.export import document

    found = [each for path in paths for each in document.read(path)]
    texts = document.Known(each for each in found if "text" in each)
    recorded = {key for each in found if "spans" in each for key in (each.get("sha256"), each["id"])}
    for each in found:
        if "spans" not in each and (document.digest(each["text"]) in recorded or each["id"] in recorded):
            continue  # an article whose record stands beside it
        yield document.with_text(each, texts)


def labelstudio(
    records: Annotated[list[Path] | None, typer.Argument(help="Records or gold: their tasks are written instead of the configuration (as export --to labelstudio).", show_default=False)] = None,
    articles: Annotated[list[Path] | None, typer.Option(help="Where the texts are, if the records do not hold them.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A file; standard output by default.")] = None,
) -> None:
    """Label Studio's labelling configuration for the five layers and the relations, or the tasks.

    A project: paste the configuration into Settings, Labeling Interface, Code; import the tasks; label;
    export as JSON; bantin import FILE --from labelstudio --articles RECORDS.
    """
    form = get("labelstudio")
    if records:
        write(form, documents(records, articles or [], form), out, {})
        return
    from bantin.export.labelstudio import config

    if out is None:
        sys.stdout.write(config())
    else:
        out.write_text(config(), encoding="utf-8")


export.__doc__ = f"{export.__doc__}\n\n{_LIST}"  # the help names every format and what it loses


def register(app: typer.Typer) -> None:
    """The three commands into the one command line."""
    app.command("export")(export)
    app.command("import")(import_)
    app.command("labelstudio")(labelstudio)
